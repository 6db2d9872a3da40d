/* Html: what is text, what stands together, where it stands; and that no bytes are lost. */
#include "trickle.h"

#define PAGE "<html         >"

/* The log of a page whose text begins at byte 15. */
static void assert_page(const char *html, const char *expected) {
    _cleanup_(buf_done) Buf page = {0}, log = {0};

    buf_printf(&page, PAGE "%s", html);
    buf_printf(&log, "# text\n%s< read\n", expected);
    assert_records(buf_as_span(&page), buf_cstr(&log));
}

static void keeps_a_value_whole(void **state _unused_) {
    assert_page("<p>SSN: <b>536</b>-90-<i class=\"x\">4399</i>",
                "= 1:0 @18 SSN: \n= 1:0 @26 536\n= 1:0 @33 -90-\n= 1:0 @50 4399\\n\n"
                "= 1:0 @39  class=\"x\"\\n\n");
    assert_page("536<!-- -->-90-4399", "= 1:0 @15 536\n= 1:0 @26 -90-4399\\n\n= 1:0 @22  --\\n\n");
    assert_page("5&#51;6&shy;-90&nbsp;&commat;x",
                "= 1:0 @15 53\n= 1:0 @21 6\n= 1:0 @27 -90 \n= 1:0 @36 @\n= 1:0 @44 x\n");
}

static void parts_cells_rows_and_paragraphs(void **state _unused_) {
    assert_page("<table><tr><td>a<td>b</td></tr><tr><th>c</th></tr></table>d<br>e<p>f</p>",
                "= 1:0 @30 a\\t\n= 1:0 @35 b\\n\n= 1:0 @54 c\\n\n= 1:0 @73 d\\n\n= 1:0 @78 e\\n\n"
                "= 1:0 @82 f\\n\n");
}

static void makes_white_space_one_blank(void **state _unused_) {
    assert_page(
        "a  b\n\n   c<pre>x  y\n\tz</pre>",
        "= 1:0 @15 a \n= 1:0 @18 b \n= 3:0 @24 c\\n\n= 3:0 @30 x  y\\n\n= 4:0 @35 \\tz\\n\n");
}

static void takes_no_sign_for_markup(void **state _unused_) {
    assert_page("a < b <jane@example.org> &x; 1<2 AT&T",
                "= 1:0 @15 a \n= 1:0 @17 < \n= 1:0 @19 b \n= 1:0 @21 <jane@example.org> \n"
                "= 1:0 @40 &x; \n= 1:0 @44 1<2 AT&T\n");
}

static void reads_attributes_scripts_and_comments(void **state _unused_) {
    assert_page("<input name='ssn'\nvalue='5&amp;6'>\n<script>if (a<b) k=\"</b>\";\nx</script>y",
                "= 1:0 @21  name='ssn'\\n\n= 2:0 @33 value='5&\n= 2:0 @46 6'\\n\n"
                "= 3:0 @58 if (a<b) k=\"</b>\";\\n\n= 4:0 @77 x\\n\n= 4:0 @87 y\n");
    assert_page("<textarea>a&lt;</b></textarea ><title>t</title><style>p{}</style><!-- c\nd -->",
                "= 1:0 @25 a<\n= 1:0 @30 </b>\\n\n= 1:0 @53 t\\n\n= 1:0 @69 p{}\\n\n"
                "= 1:0 @84  c\\n\n= 2:0 @87 d --\\n\n");
}

/* What is never closed is not lost. */
static void loses_nothing_that_is_broken(void **state _unused_) {
    assert_page("x<a href=\"536-90-4399", "= 1:0 @15 x\\n\n= 1:0 @18  href=\"536-90-4399\\n\n");
    assert_page("x<!-- 536", "= 1:0 @15 x\\n\n= 1:0 @20  536\\n\n");
    assert_page("<script>536", "= 1:0 @23 536\n");
    assert_page("<script>536</scr", "= 1:0 @23 536</scr\n");
    assert_page("x<", "= 1:0 @15 x<\n");
    assert_page("x&am", "= 1:0 @15 x&am\n");
    assert_page("<![CDATA[536]]>", "= 1:0 @24 536]]>\n");
    assert_page("<?php $k = '536'; ?>y", "= 1:0 @35 y\\n\n= 1:0 @17 php $k = '536'; ?\\n\n");
}

static void asks_the_page_for_its_charset(void **state _unused_) {
    static const char page[] = "<html><meta charset=iso-8859-1>caf\xe9 1";

    assert_records(span_of(page),
                   "# text\n= 1:0 @11  charset=iso-8859-1\\n\n= 1:0 @31 caf\xc3\xa9\n"
                   "= 1:0 @35  1\n< read\n");
}

static void reads_utf16(void **state _unused_) {
    _cleanup_(buf_done) Buf b = {0};

    put_point(&b, ENCODING_UTF16LE, 0xFEFF);
    put_text(&b, ENCODING_UTF16LE, "<html><p>SSN\n<b>536</b>-90-4399");
    assert_records(buf_as_span(&b), "# text\n= 1:0 SSN \n= 2:0 536-90-4399\n< read\n");
}

static void bears_damage(void **state _unused_) {
    assert_bears_damage(span_of(
        "<html><head><meta charset=\"utf-8\"><title>a &amp; b</title><script>var a='<b>';</script>"
        "<!-- c --><body><p class=x>\xc3\xa4 &#65; <b>1</b>2<td title='x'>3<pre> a\n b</pre>"
        "<?php x ?><![CDATA[y]]></p>"));
}

/* Text of tags that never ends a line: more than may wait. */
static void bounds_what_waits(void **state _unused_) {
    _cleanup_(buf_done) Buf page = {0};
    Recorder r = {0};
    size_t values = 0;

    buf_text(&page, "<html>");
    for (int i = 0; i < 20000; i++)
        buf_printf(&page, "<b x%d>a</b>", i);
    record_bytes(&r, buf_as_span(&page), "long");
    for (const char *at = buf_cstr(&r.log); (at = strstr(at, " x")); at++)
        values++;
    assert_int_equal(values, 20000);
    buf_done(&r.log);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_a_value_whole),
        cmocka_unit_test(parts_cells_rows_and_paragraphs),
        cmocka_unit_test(makes_white_space_one_blank),
        cmocka_unit_test(takes_no_sign_for_markup),
        cmocka_unit_test(reads_attributes_scripts_and_comments),
        cmocka_unit_test(loses_nothing_that_is_broken),
        cmocka_unit_test(asks_the_page_for_its_charset),
        cmocka_unit_test(reads_utf16),
        cmocka_unit_test(bears_damage),
        cmocka_unit_test(bounds_what_waits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
