/* Mime: parameters, encoded words and dates, as the RFCs have them and as mail has them. */
#include "sample.h"

#include "extract/text/mime.h"

static void takes_values(void **state _unused_) {
    static const struct {
        const char *field, *value;
    } cases[] = {{" Text/Plain; charset=x", "text/plain"}, {"a/b", "a/b"}, {"", ""}, {" ;x=y", ""}};
    char value[8], whole[32];

    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        mime_value(span_of(cases[i].field), whole, sizeof(whole));
        assert_string_equal(whole, cases[i].value);
    }
    mime_value(span_of("application/octet-stream"), value, sizeof(value));
    assert_string_equal(value, "applica"); /* cut, not overrun */
}

static void takes_parameters(void **state _unused_) {
    static const struct {
        const char *field, *value; /* of the parameter "name"; NULL: it is not there */
    } cases[] = {
        {"a/b; name=x", "x"},
        {"a/b;NAME = \"x; y=\\\"z\\\"\" ; q", "x; y=\"z\""},
        {"a/b; names=x; na=y", NULL},
        {"a/b; name*=utf-8''%e2%82%ac%20rates", "\xe2\x82\xac rates"},
        {"a/b; name*=iso-8859-1'en'%A3", "\xc2\xa3"},
        {"a/b; name*1=b; name*0=a; name*2*=%63", "abc"},
        {"a/b; name*0*=utf-8''%e2%82; name*1*=%ac", "\xe2\x82\xac"},
        {"a/b; name=\"=?utf-8?B?4oKs?=\"", "\xe2\x82\xac"},
        {"a/b; name=\"never closed", "never closed"},
        {"a/b; name", ""},
        {"a/b; name*99999999999999999999=x", NULL},
        {"a/b; name*=%zz%4", "%zz%4"},
        {"no parameters", NULL},
    };

    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        _cleanup_(buf_done) Buf value = {0};
        bool there = mime_param(span_of(cases[i].field), "name", &value);

        if (there != (cases[i].value != NULL))
            print_error("%s\n", cases[i].field);
        assert_int_equal(there, cases[i].value != NULL);
        assert_string_equal(buf_cstr(&value), there ? cases[i].value : "");
    }
}

static void decodes_words(void **state _unused_) {
    static const struct {
        const char *text, *decoded;
    } cases[] = {
        {"plain", "plain"},
        {"=?UTF-8?q?a=C3=A9_b?=", "a\xc3\xa9 b"},
        {"x =?utf-8?B?w6k=?= y", "x \xc3\xa9 y"},
        {"=?utf-8?B?w6k=?= =?utf-8?Q?b?=\r\n =?utf-8?Q?c?=", "\xc3\xa9"
                                                             "bc"}, /* blanks between go */
        {"=?utf-8?B?4oI=?= =?UTF-8?B?rA==?=", "\xe2\x82\xac"},      /* a character over two */
        {"=?iso-8859-1*de?Q?=E4?=", "\xc3\xa4"},                    /* RFC 2231 section 5 */
        {"=?iso-2022-jp?B?GyRCRnxLXBsoQg==?=", "\xe6\x97\xa5\xe6\x9c\xac"},
        {"=?gb2312?B?1tC5+g==?=", "\xe4\xb8\xad\xe5\x9b\xbd"},
        {"=?nobody?Q?a=E9?=", "a\xc3\xa9"},
        {"=?utf-8?X?a?= =?utf-8 =??Q?", "=?utf-8?X?a?= =?utf-8 =??Q?"},
        {"8 bit \xe9", "8 bit \xc3\xa9"},
    };

    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        _cleanup_(buf_done) Buf text = {0};

        mime_words(span_of(cases[i].text), &text);
        assert_string_equal(buf_cstr(&text), cases[i].decoded);
    }
}

static void reads_dates(void **state _unused_) {
    static const struct {
        const char *text;
        int64_t seconds; /* -1: none */
    } cases[] = {
        {"Fri, 21 Nov 1997 09:55:06 -0600", 880127706}, /* RFC 5322 A.1.1 */
        {"Thu, 13 Feb 1969 23:32 -0330 (Newfoundland Time)", -1},
        {"21 Nov 97 09:55:06 GMT", 880106106}, /* obsolete, A.6.2 */
        {"Fri, 21 Nov 1997 09(comment):   55  :  06 -0600", -1},
        {"2 Jan 2020 10:11:12 +0100", 1577956272},
        {"Wed, 29 Feb 2020 00:00:00 +0000", 1582934400},
        {"Tue, 1 Jul 2003 10:52:37 EST", 1057074757},
        {"17-Nov-2025 10:00:00 +0000", 1763373600},
        {"1 Jan 1970 00:00:00", 0},
        {"32 Jan 2020 10:11:12", -1},
        {"1 Foo 2020 10:11:12", -1},
        {"1 Jan 99999 10:11:12", -1},
        {"1 Jan 2020 25:00", -1},
        {"", -1},
        {"((((((", -1},
    };

    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        int64_t at = -1;
        bool good = mime_date(span_of(cases[i].text), &at);

        if (good != (cases[i].seconds >= 0) || (good && at != cases[i].seconds * 1000000000))
            print_error("%s: %lld\n", cases[i].text, (long long)at);
        assert_int_equal(good, cases[i].seconds >= 0);
        if (good)
            assert_int_equal(at, cases[i].seconds * 1000000000);
    }
}

static void bears_any_bytes(void **state _unused_) {
    static const char alphabet[] = "=?;\"'*%\\ utf8Qb0A9:-+(),JanFri\n";

    for (uint64_t seed = 1; seed < 4000; seed++) {
        uint64_t r = seed;
        size_t n = sample_random(&r) % 120;
        _cleanup_(free_p) uint8_t *text = malloc(n ? n : 1);
        _cleanup_(buf_done) Buf out = {0};
        char value[16];
        int64_t at;

        assert_non_null(text);
        for (size_t i = 0; i < n; i++)
            text[i] = seed % 6 ? (uint8_t)alphabet[sample_random(&r) % (sizeof(alphabet) - 1)]
                               : (uint8_t)sample_random(&r);
        mime_value(span(text, n), value, sizeof(value));
        mime_param(span(text, n), "u", &out);
        mime_words(span(text, n), &out);
        mime_date(span(text, n), &at);
        assert_true(utf8_valid(buf_as_span(&out)));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_values),    cmocka_unit_test(takes_parameters),
        cmocka_unit_test(decodes_words),   cmocka_unit_test(reads_dates),
        cmocka_unit_test(bears_any_bytes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
