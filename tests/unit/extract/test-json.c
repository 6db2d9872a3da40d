/* Json: paths as columns, rows, escapes, what is nearly JSON, depth; any window, any bytes. */
#include "mutate.h"
#include "windows.h"

#include <jansson.h>

static void reads_an_array_of_objects(void **state _unused_) {
    assert_reads("json",
                 "[{\"id\": 1, \"user\": {\"ssn\": \"536-90-4399\"}},\n"
                 " {\"user\": {\"ssn\": null, \"tags\": [\"a\", \"b\"]}, \"id\": 2}]",
                 "# table\n"
                 "= @0 [{\n"
                 "= 1:0 @2 \"id\": \n"
                 "| 1 id\n"
                 "= 1:1 @8 1, \n"
                 "= 1:0 @11 \"user\": {\n"
                 "= 1:0 @20 \"ssn\": \n"
                 "| 2 user.ssn\n"
                 "= 1:2 @27 \"536-90-4399\"}},\\n {\n"
                 "= 2:0 @46 \"user\": {\n"
                 "= 2:0 @55 \"ssn\": \n"
                 "= 2:2 @62 null, \n"
                 "= 2:0 @68 \"tags\": [\n"
                 "| 3 user.tags\n"
                 "= 2:3 @77 \"a\", \n"
                 "= 2:3 @82 \"b\"]}, \n"
                 "= 2:0 @89 \"id\": \n"
                 "= 2:1 @95 2}]\n");
}

static void reads_an_array_inside_a_document(void **state _unused_) {
    assert_reads("json", "{\"n\":2,\"all\":[{\"a\":1},{\"a\":2}],\"z\":9}",
                 "# table\n"
                 "= @0 {\n"
                 "= 1:0 @1 \"n\":\n"
                 "| 1 n\n"
                 "= 1:1 @5 2,\n"
                 "= 1:0 @7 \"all\":[{\n"
                 "= 1:0 @15 \"a\":\n"
                 "| 2 all.a\n"
                 "= 1:2 @19 1},{\n"
                 "= 2:0 @23 \"a\":\n"
                 "= 2:2 @27 2}],\n"
                 "= 1:0 @31 \"z\":\n"
                 "| 3 z\n"
                 "= 1:3 @35 9}\n");
}

/* In lines the row is the document, arrays or not; a broken one ends with its line. */
static void reads_lines(void **state _unused_) {
    assert_reads("jsonl",
                 "{\"a\":[1,2]}\n"
                 "{\"a\":{\"b\":\"x\n"
                 "{\"a\":[3]}\n",
                 "# table\n"
                 "= @0 {\n"
                 "= 1:0 @1 \"a\":[\n"
                 "| 1 a\n"
                 "= 1:1 @6 1,\n"
                 "= 1:1 @8 2]}\\n{\n"
                 "= 2:0 @13 \"a\":{\n"
                 "= 2:0 @18 \"b\":\n"
                 "| 2 a.b\n"
                 "= 2:2 @22 \"x\\n{\n"
                 "= 3:0 @26 \"a\":[\n"
                 "= 3:1 @31 3]}\\n\n");
}

static void unescapes(void **state _unused_) {
    assert_reads("json", "{\"k\\u0065y\":\"\\u0041\\n\\\"\\ud83d\\ude00\\ud83d\\q\\u00\"}",
                 "# table\n"
                 "= @0 {\n"
                 "= 1:0 @1 \"k\n"
                 "= 1:0 @3 e\n"
                 "= 1:0 @9 y\":\n"
                 "| 1 key\n"
                 "= 1:1 @12 \"\n"
                 "= 1:1 @13 A\n"
                 "= 1:1 @19 \\n\n"
                 "= 1:1 @21 \"\n"
                 "= 1:1 @23 \xf0\x9f\x98\x80\n"
                 "= 1:1 @35 \\ud83d\\q\\u00\"}\n");
}

static void takes_what_is_nearly_json(void **state _unused_) {
    assert_reads("json",
                 "// head\n"
                 "{a: NaN, 'b': 'x', /* c */ \"c\" 1 \"d\": [1,,2,],},\n"
                 "]}{\"e\": 5} # end\n",
                 "# table\n"
                 "= @0 // head\\n{\n"
                 "= 1:0 @9 a: \n"
                 "| 1 a\n"
                 "= 1:1 @12 NaN, \n"
                 "= 1:0 @17 'b': \n"
                 "| 2 b\n"
                 "= 1:2 @22 'x', /* c */ \n"
                 "= 1:0 @35 \"c\" \n"
                 "| 3 c\n"
                 "= 1:3 @39 1 \n"
                 "= 1:0 @41 \"d\": [\n"
                 "| 4 d\n"
                 "= 1:4 @47 1,,\n"
                 "= 2:4 @50 2,],},\\n]}{\n"
                 "= 2:0 @60 \"e\": \n"
                 "| 5 e\n"
                 "= 2:5 @65 5} # end\\n\n");
}

static void tells_dates_of_rows(void **state _unused_) {
    assert_reads("jsonl",
                 "{\"created\":\"2024-03-02\"}\n"
                 "{\"created\":1709294400}\n",
                 "# table\n"
                 "= @0 {\n"
                 "= 1:0 @1 \"created\":\n"
                 "| 1 created\n"
                 "= 1:1 @11 \"2024-03-02\"}\\n{\n"
                 "= 2:0 @26 \"created\":\n"
                 "= 2:1 @36 1709294400}\\n\n"
                 "! row-date 1709294400000000000 1709337600000000000 \n");
}

static void counts_brackets_beyond_its_depth(void **state _unused_) {
    enum { DEPTH = 200000 };
    _cleanup_(buf_done) Buf b = {0};
    Recorder r = {0};
    const char *log;

    for (int i = 0; i < DEPTH; i++)
        buf_text(&b, i % 2 ? "[" : "{\"a\":");
    buf_text(&b, "\"deep\"");
    for (int i = DEPTH; i-- > 0;)
        buf_text(&b, i % 2 ? "]" : "}");
    buf_text(&b, "{\"b\":1}");
    log = read_as(&r, "json", buf_as_span(&b), DECODER_WINDOW);
    assert_non_null(strstr(log, "\n| 1 b\n"));
    assert_non_null(strstr(log, "\"deep\"]"));
    buf_done(&r.log);
}

static void names_a_bounded_number_of_columns(void **state _unused_) {
    _cleanup_(buf_done) Buf b = {0};
    Recorder r = {0};
    const char *log;

    buf_byte(&b, '{');
    for (int i = 1; i <= 10000; i++)
        buf_printf(&b, "\"k%d\":%d,", i, i);
    buf_text(&b, "\"k1\":\"again\"}");
    log = read_as(&r, "json", buf_as_span(&b), DECODER_WINDOW);
    assert_non_null(strstr(log, "| 4096 k4096\n"));
    assert_null(strstr(log, "| 4097"));
    assert_non_null(strstr(log, "= 1:0 @127783 10000,\n"));
    assert_non_null(strstr(log, "= 1:1 @127794 \"again\"}\n"));
    buf_done(&r.log);
}

/* A quote that is never closed, in text with line ends. */
static void recovers_from_an_open_string(void **state _unused_) {
    _cleanup_(buf_done) Buf b = {0};
    Recorder r = {0};
    const char *log;

    buf_text(&b, "[{\"a\": \"open},\n");
    for (int i = 0; i < 100000; i++)
        buf_text(&b, "{ a : 1234567 },\n");
    buf_text(&b, "{ z : 1 }]\n");
    log = read_as(&r, "json", buf_as_span(&b), DECODER_WINDOW);
    assert_non_null(strstr(log, " z\n"));
    assert_in_place("json", buf_as_span(&b), DECODER_WINDOW);
    buf_done(&r.log);
}

/* ---- an independent judge ---- */

/* A document by the seed. */
static json_t *make_value(uint64_t *seed, unsigned depth) {
    static const char *const texts[] = {
        "", "x", "a \"b\" \\ /", "\n\t\x01", "\xc3\xa4\xe6\x9d\xb1", "\xf0\x9f\x98\x80"};
    size_t kind = sample_random(seed) % (depth ? 7 : 5);
    json_t *v;

    switch (kind) {
    case 0:
        return json_integer((json_int_t)(sample_random(seed) % 1000) - 500);
    case 1:
        return json_real((double)(sample_random(seed) % 1000) / 8);
    case 2:
        return sample_random(seed) % 2 ? json_true()
                                       : json_false(); /* the house has a json_null() */
    case 3:
    case 4:
        return json_string(texts[sample_random(seed) % N_ELEMENTS(texts)]);
    case 5:
        v = json_array();
        for (size_t n = sample_random(seed) % 4; n; n--)
            json_array_append_new(v, make_value(seed, depth - 1));
        return v;
    default:
        v = json_object();
        for (size_t n = sample_random(seed) % 4; n; n--) {
            char key[3] = {(char)('a' + sample_random(seed) % 4),
                           sample_random(seed) % 9 ? 0 : '"'};

            json_object_set_new(v, key, make_value(seed, depth - 1));
        }
        return v;
    }
}

/* What the document's scalars are, one after the other: path, a tab, the value, a newline. */
static void judge(const json_t *v, const char *path, Buf *ret) {
    char below[1024];
    const char *key;
    json_t *member;
    size_t i;

    if (json_is_object(v)) {
        json_object_foreach((json_t *)(uintptr_t)v, key, member) {
            snprintf(below, sizeof(below), "%s%s%s", path, *path ? "." : "", key);
            judge(member, below, ret);
        }
    } else if (json_is_array(v)) {
        json_array_foreach(v, i, member) judge(member, path, ret);
    } else {
        char *text = json_is_string(v) ? NULL : json_dumps(v, JSON_ENCODE_ANY);

        if (*path)
            buf_printf(ret, "%s\t%s\n", path, text ? text : json_string_value(v));
        free(text);
    }
}

/* The same from what the reader gives. */
typedef struct Told {
    Buf names[PART_COLUMNS_MAX + 1];
    const char *text; /* the document */
    uint32_t column;
    bool escaped; /* the last run was an escape */
    Buf value, all;
} Told;

static int told_column(void *of, uint32_t number, Span name) {
    Told *t = of;

    buf_span(&t->names[number], name);
    return 0;
}

/* The value at hand, without its quotes and what stands behind it. */
static void told_end(Told *t) {
    Span s = buf_as_span(&t->value);
    bool quoted = s.n && s.at[0] == '"';

    while (s.n && (quoted ? s.at[s.n - 1] != '"' : strchr(",[{]}\n ", s.at[s.n - 1]) != NULL))
        s.n--;
    if (quoted)
        s = span(s.at + 1, s.n - 2);
    if (t->column) {
        buf_printf(&t->all, "%s\t", buf_cstr(&t->names[t->column]));
        buf_span(&t->all, s);
        buf_byte(&t->all, '\n');
    }
    buf_clear(&t->value);
}

static int told_piece(void *of, const Text *text) {
    Told *t = of;
    size_t at = 0;

    for (size_t i = 0; i < text->n_marks; i++) {
        const Mark *m = &text->marks[i];
        bool escape = t->text[m->source] == '\\';

        buf_add(&t->value, text->text.at + at, m->at - at);
        at = m->at;
        if (!escape && !t->escaped) /* else the value goes on */
            told_end(t);
        t->escaped = escape;
        t->column = m->column;
    }
    buf_add(&t->value, text->text.at + at, text->text.n - at);
    return 0;
}

static void agrees_with_jansson(void **state _unused_) {
    static const size_t flags[] = {JSON_COMPACT, JSON_ENSURE_ASCII | JSON_INDENT(2)};
    uint64_t seed = 3;

    for (int i = 0; i < 1000; i++) {
        json_t *v = make_value(&seed, 5);
        char *text = json_dumps(v, JSON_ENCODE_ANY | flags[i % 2]);
        _cleanup_(free_p) Told *t = calloc(1, sizeof(*t));
        _cleanup_(buf_done) Buf expected = {0};
        Receiver to = {.of = t,
                       .part = ignore_part,
                       .column = told_column,
                       .text = told_piece,
                       .fact = ignore_fact};
        ExtractOptions o = {.to = &to, .size = 0};
        _cleanup_(extraction_freep) Extraction *x = NULL;
        Feed f = feed_of_span(span_of(text));

        assert_non_null(t);
        t->text = text;
        assert_int_equal(extraction_new(&o, &x), 0);
        assert_int_equal(json_read(x, &f, ENCODING_UTF8, false, 1 + (size_t)i % 40), 0);
        assert_int_equal(extract_part(x, PART_TEXT, span(NULL, 0)), 0);
        told_end(t);
        judge(v, "", &expected);
        assert_string_equal(buf_cstr(&t->all), buf_cstr(&expected));
        for (size_t k = 0; k <= PART_COLUMNS_MAX; k++)
            buf_done(&t->names[k]);
        buf_done(&t->value);
        buf_done(&t->all);
        feed_done(&f);
        json_decref(v);
        free(text);
    }
}

static void takes_any_bytes(void **state _unused_) {
    static const char text[] = "[{\"id\":1,\"u\":{\"s\":\"a\\u0041\\\"b\",\"t\":[1,2]}},\n"
                               "/* c */{\"id\":'x',e:null}] // z\n";
    _cleanup_(buf_done) Buf b = {0};
    uint64_t seed = 7;

    for (size_t n = 0; n <= sizeof(text) - 1; n++) {
        assert_tolerates("json", span(text, n));
        assert_tolerates("jsonl", span(text, n));
    }
    for (int i = 0; i < 800; i++) {
        mutate(&seed, span(text, sizeof(text) - 1), "\"\"'\\\\[]{}:,/*#\n u", &b);
        assert_tolerates(i % 2 ? "json" : "jsonl", buf_as_span(&b));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_an_array_of_objects),
        cmocka_unit_test(reads_an_array_inside_a_document),
        cmocka_unit_test(reads_lines),
        cmocka_unit_test(unescapes),
        cmocka_unit_test(takes_what_is_nearly_json),
        cmocka_unit_test(tells_dates_of_rows),
        cmocka_unit_test(counts_brackets_beyond_its_depth),
        cmocka_unit_test(names_a_bounded_number_of_columns),
        cmocka_unit_test(recovers_from_an_open_string),
        cmocka_unit_test(agrees_with_jansson),
        cmocka_unit_test(takes_any_bytes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
