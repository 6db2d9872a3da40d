/* Signed: content in one piece and in chunks, without one, and damaged. */
#include "trickle.h"

#define HEAD "\x06\x09\x2A\x86\x48\x86\xF7\x0D\x01\x07\x02" /* signedData */
#define DATA "\x06\x09\x2A\x86\x48\x86\xF7\x0D\x01\x07\x01" /* data */
#define PART "Content-Type: text/plain\r\n\r\n536-90-4399"  /* 39 bytes */
#define PART_LOG                                                                                   \
    "> content\n# section headers\n= 1:0 @0 Content-Type: text/plain\\n\n> body.txt\n"             \
    "# bytes us-ascii\n= @0 536-90-4399\n< read\n< read\n"

static const char der[] = "\x30\x58" HEAD "\xA0\x4B\x30\x49\x02\x01\x01\x31\x02\x30\x01"
                          "\x30\x3B" DATA "\xA0\x29\x04\x27" PART "rest";
static const char ber[] = "\x30\x80" HEAD "\xA0\x80\x30\x80\x02\x01\x01\x31\x02\x30\x01"
                          "\x30\x80" DATA "\xA0\x80\x24\x80"
                          "\x04\x0A"
                          "Content-Ty\x04\x1Dpe: text/plain\r\n\r\n536-90-4399";

static void opens_the_content(void **state _unused_) {
    assert_int_equal(strlen(PART), 39);
    assert_records(span(der, sizeof(der) - 1), PART_LOG "# bytes binary\n= @80 rest\n< read\n");
    assert_records(span(ber, sizeof(ber) - 1), PART_LOG "< read\n");
}

static void reads_the_rest_as_bytes(void **state _unused_) {
    static const char none[] = "\x30\x58" HEAD "\xA0\x4B\x30\x49\x02\x01\x01\x31\x02\x30\x01"
                               "\x30\x0B" DATA "\xA0x@ certificates of jane@example.org";
    Recorder r = {0};

    record_bytes(&r, span(none, sizeof(none) - 1), "s");
    assert_non_null(memmem(r.log.at, r.log.n, "jane@example.org", 16));
    assert_null(memmem(r.log.at, r.log.n, "> content", 9));
    buf_done(&r.log);
}

static void bears_damage(void **state _unused_) {
    assert_bears_damage(span(der, sizeof(der) - 1));
    assert_bears_damage(span(ber, sizeof(ber) - 1));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(opens_the_content),
        cmocka_unit_test(reads_the_rest_as_bytes),
        cmocka_unit_test(bears_damage),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
