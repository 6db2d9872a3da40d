/* Intake: text that comes in pieces, and runs of one byte that are only counted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "../rule/scratch.h"
#include "base/buf.h"
#include "scan/intake.h"

#define SSN "536-90-4399"

static const char detector[] =
    "format: detector/1\nid: test.x\ntitle: T\ncategory: gov.national_id\n"
    "references: ['a test']\nmatch:\n  - {shape: '3-2-4', separators: '-', base: medium}\n"
    "validate: us.ssn\nexamples: ['" SSN "']\nnegative_examples: ['536-00-4399']\n";

typedef struct Bench {
    Scratch scratch;
    Rules *rules;
    Engine *engine;
    Reader reader;
    Intake *intake;
} Bench;

static int no_unit(void *of _unused_, const IntakeUnit *u _unused_, const Ending *e _unused_) {
    return 0;
}

static void bench_open(Bench *b, size_t window) {
    static const uint8_t secret[SKETCH_KEYS_BYTES] = {1};
    Error e = {0};
    RulesOptions o = {.n_directories = 1, .no_builtin = true};

    *b = (Bench){.scratch = scratch_new()};
    o.directories = (const char *[]){b->scratch.path};
    scratch_write(&b->scratch, "x.yaml", span_of(detector));
    if (rules_load(&o, &e, &b->rules) < 0 || engine_new(b->rules, NULL, &e, &b->engine) < 0)
        fail_msg("%s", e.text);
    assert_int_equal(reader_init(&b->reader, b->engine, window, LEVEL_LOW, 20, secret), 0);
    assert_int_equal(intake_new(&b->reader, &(IntakeTo){.unit = no_unit}, NULL, &b->intake), 0);
}

static void bench_close(Bench *b) {
    intake_free(b->intake);
    reader_done(&b->reader);
    engine_free(b->engine);
    rules_free(b->rules);
    scratch_done(&b->scratch);
}

/* A run among texts. */
typedef struct Stretch {
    const char *text; /* NULL: a run */
    char byte;
    uint64_t n;
} Stretch;

typedef struct Case {
    PartKind kind;
    Encoding encoding;
    Stretch stretches[6];
} Case;

static void give(const Receiver *to, const Case *c, bool spelled) {
    const Mark first = {.source = c->kind == PART_BYTES ? 0 : MARK_NOWHERE,
                        .row = c->kind == PART_BYTES ? 0 : 7,
                        .column = c->kind == PART_BYTES ? 0 : 1};
    Receiver speller = *to;

    speller.run = NULL;
    assert_int_equal(to->part(to->of, c->kind, span_of(""), c->encoding), 0);
    assert_int_equal(to->text(to->of, &(Text){.marks = &first, .n_marks = 1}), 0);
    for (const Stretch *s = c->stretches; s->text || s->n; s++) {
        if (s->text)
            assert_int_equal(to->text(to->of, &(Text){.text = span_of(s->text)}), 0);
        else
            assert_int_equal(receiver_run(spelled ? &speller : to, (uint8_t)s->byte, s->n), 0);
    }
}

static void tell_rows(const IntakeUnit *u, Buf *ret) {
    buf_clear(ret);
    for (size_t i = 0; i < u->harvest.n_rows; i++) {
        const HarvestRow *row = &u->harvest.rows[i];

        for (uint32_t k = 0; k < row->n_samples; k++) {
            const HarvestSample *s = &row->samples[k];

            buf_printf(ret, "position %llu offset %lld line %llu length %u\n",
                       (unsigned long long)s->position, (long long)s->offset,
                       (unsigned long long)s->line, s->length);
        }
    }
}

/* All that is known of the unit, as text. */
static void tell(Bench *b, const Case *c, bool spelled, Buf *ret) {
    IntakeUnit *u;

    intake_begin(b->intake);
    give(intake_receiver(b->intake), c, spelled);
    assert_int_equal(intake_end(b->intake, &u), 0);
    tell_rows(u, ret);
    buf_printf(ret, "%llu bytes, hash %02x%02x%02x%02x\n", (unsigned long long)u->bytes, u->hash[0],
               u->hash[1], u->hash[2], u->hash[3]);
}

#define LONG_RUN (UINT64_C(1) << 22)

static const Case cases[] = {
    {PART_BYTES, ENCODING_ASCII, {{SSN "\n", 0, 0}, {NULL, 'x', LONG_RUN}, {"\n" SSN, 0, 0}}},
    {PART_BYTES,
     ENCODING_ASCII,
     {{NULL, '\n', LONG_RUN + 1}, {SSN, 0, 0}, {NULL, '\n', 70001}, {SSN, 0, 0}}},
    {PART_BYTES,
     ENCODING_BINARY,
     {{NULL, 0, LONG_RUN + 3}, {SSN, 0, 0}, {NULL, 0, 9}, {SSN, 0, 0}, {NULL, 0, LONG_RUN}}},
    /* a run that is part of the value's surroundings: digits before, a dash behind */
    {PART_BYTES,
     ENCODING_ASCII,
     {{NULL, '5', LONG_RUN}, {" " SSN, 0, 0}, {NULL, '-', LONG_RUN}, {" " SSN, 0, 0}}},
    {PART_BYTES, ENCODING_ASCII, {{NULL, '5', LONG_RUN}, {SSN, 0, 0}}},
    {PART_BYTES, ENCODING_ASCII, {{"536-90-439", 0, 0}, {NULL, '9', LONG_RUN}, {" " SSN, 0, 0}}},
    {PART_BYTES, ENCODING_UTF16LE, {{NULL, 'x', LONG_RUN}, {"5\0", 0, 0}}},
    {PART_TABLE, ENCODING_UTF8, {{SSN " ", 0, 0}, {NULL, ' ', LONG_RUN}, {SSN, 0, 0}}},
    {PART_SECTION, ENCODING_UTF8, {{SSN "\n", 0, 0}, {NULL, '\n', LONG_RUN}, {SSN, 0, 0}}},
    /* as short as one may be, and about as long as what is spelled */
    {PART_BYTES,
     ENCODING_ASCII,
     {{SSN, 0, 0}, {NULL, '\n', 1}, {SSN, 0, 0}, {NULL, '\n', 12288}, {SSN, 0, 0}}},
    {PART_BYTES,
     ENCODING_ASCII,
     {{SSN, 0, 0}, {NULL, '\n', 12291}, {SSN, 0, 0}, {NULL, '\n', 12292}, {SSN, 0, 0}}},
};

/* A run that is passed over gives what one that is read gives. */
static void test_runs(void **state _unused_) {
    static const size_t windows[] = {1 << 10, 100004, 256 << 10};
    Buf read = {0}, passed = {0};

    for (size_t w = 0; w < N_ELEMENTS(windows); w++) {
        Bench b;

        bench_open(&b, windows[w]);
        for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
            tell(&b, &cases[i], true, &read);
            tell(&b, &cases[i], false, &passed);
            if (strcmp(buf_cstr(&read), buf_cstr(&passed)) != 0)
                fail_msg("case %zu, window %zu: read:\n%spassed over:\n%s", i, windows[w],
                         buf_cstr(&read), buf_cstr(&passed));
        }
        bench_close(&b);
    }
    buf_done(&read);
    buf_done(&passed);
}

static void assert_begins(const Buf *told, const char *want) {
    if (strncmp(buf_cstr(told), want, strlen(want)) != 0)
        fail_msg("expected:\n%sgot:\n%s", want, buf_cstr(told));
}

/* Where things are behind a run, by hand. */
static void test_places(void **state _unused_) {
    Buf told = {0};
    char want[400];
    Bench b;

    bench_open(&b, 256 << 10);
    tell(&b, &cases[0], false, &told);
    snprintf(want, sizeof(want),
             "position 0 offset 0 line 1 length 11\n"
             "position %llu offset %llu line 3 length 11\n",
             (unsigned long long)LONG_RUN + 13, (unsigned long long)LONG_RUN + 13);
    assert_begins(&told, want);
    tell(&b, &cases[1], false, &told);
    snprintf(want, sizeof(want),
             "position %llu offset %llu line %llu length 11\n"
             "position %llu offset %llu line %llu length 11\n",
             (unsigned long long)LONG_RUN + 1, (unsigned long long)LONG_RUN + 1,
             (unsigned long long)LONG_RUN + 2, (unsigned long long)LONG_RUN + 1 + 11 + 70001,
             (unsigned long long)LONG_RUN + 1 + 11 + 70001,
             (unsigned long long)LONG_RUN + 1 + 70001 + 1);
    assert_begins(&told, want);
    buf_done(&told);
    bench_close(&b);
}

/* Text of a member in a stream has no place in the file, whatever was read before it. */
static void test_nowhere(void **state _unused_) {
    static const Mark nowhere = {.source = MARK_NOWHERE}, far = {.source = 5000};
    static const struct {
        const Mark *before;
        bool marked;
    } ways[] = {{NULL, true}, {NULL, false}, {&far, true}, {&far, false}};
    Buf told = {0};
    Bench b;

    bench_open(&b, 256 << 10);
    for (size_t i = 0; i < N_ELEMENTS(ways); i++) {
        const Receiver *to = intake_receiver(b.intake);
        IntakeUnit *u;

        intake_begin(b.intake);
        assert_int_equal(to->part(to->of, PART_BYTES, span_of(""), ENCODING_BINARY), 0);
        if (ways[i].before) {
            assert_int_equal(to->text(to->of, &(Text){span_of("xx"), ways[i].before, 1}), 0);
            assert_int_equal(to->part(to->of, PART_BYTES, span_of(""), ENCODING_BINARY), 0);
        }
        assert_int_equal(
            to->text(to->of, &(Text){span_of(" " SSN), &nowhere, ways[i].marked ? 1 : 0}), 0);
        assert_int_equal(intake_end(b.intake, &u), 0);
        tell_rows(u, &told);
        assert_string_equal(buf_cstr(&told), ways[i].before
                                                 ? "position 3 offset -1 line 0 length 11\n"
                                                 : "position 1 offset -1 line 0 length 11\n");
    }
    buf_done(&told);
    bench_close(&b);
}

/* Samples are those that stand first, also where others are found before them. */
static void test_lowest_places(void **state _unused_) {
    static const size_t windows[] = {1 << 10, 256 << 10};
    static const Mark far = {.source = 70000}, near = {.source = 100};
    Buf text = {0}, told[N_ELEMENTS(windows)] = {{0}};

    buf_text(&text, "%35%33%36%2D90%2D4399\n");
    for (int i = 0; i < 40; i++)
        buf_text(&text, "number " SSN " of many, and more words\n");
    for (size_t w = 0; w < N_ELEMENTS(windows); w++) {
        Bench b;
        const Receiver *to;
        IntakeUnit *u;

        bench_open(&b, windows[w]);
        to = intake_receiver(b.intake);
        intake_begin(b.intake);
        assert_int_equal(to->part(to->of, PART_BYTES, span_of(""), ENCODING_ASCII), 0);
        assert_int_equal(to->text(to->of, &(Text){buf_as_span(&text), &far, 1}), 0);
        assert_int_equal(to->text(to->of, &(Text){span_of(SSN "\n"), &near, 1}), 0);
        assert_int_equal(intake_end(b.intake, &u), 0);
        tell_rows(u, &told[w]);
        assert_begins(&told[w], "position 100 offset 100 line 0 length 11\n"
                                "position 70000 offset 70000 line 0 length 21\n"
                                "position 70029 offset 70029 line 0 length 11\n");
        bench_close(&b);
    }
    assert_string_equal(buf_cstr(&told[0]), buf_cstr(&told[1]));
    buf_done(&told[0]);
    buf_done(&told[1]);
    buf_done(&text);
}

/* Far more than could be read: what nobody looks at costs its hash. */
static void test_long_run(void **state _unused_) {
    static const Case huge = {
        PART_BYTES, ENCODING_ASCII, {{NULL, 'x', UINT64_C(1) << 31}, {"\n" SSN, 0, 0}}};
    Buf told = {0};
    Bench b;

    bench_open(&b, 256 << 10);
    tell(&b, &huge, false, &told);
    assert_non_null(strstr(buf_cstr(&told), "offset 2147483649 line 2 length 11\n"));
    buf_done(&told);
    bench_close(&b);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_runs),     cmocka_unit_test(test_places),
        cmocka_unit_test(test_nowhere),  cmocka_unit_test(test_lowest_places),
        cmocka_unit_test(test_long_run),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
