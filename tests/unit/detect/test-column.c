/* Column: what names of columns say, and the cells under them that detectors have forms for. */
#include "rig.h"

static const char *const bodies[][2] = {
    {"t.name", "match: [{columns: '[A-Z][a-z]{1,20}(?: [A-Z][a-z]{1,20}){0,3}'}]\n"
               "context: {columns: [name, first name], not_near: [file], not_columns: [kind of]}"},
    {"t.faith", "match: [{dictionary: faiths}]\ncontext: {columns: [religion]}"},
    {"t.owner", "match: [{columns: '(?<word>[a-z]{2,20}) of [a-z]{2,20}', dictionary: faiths}]\n"
                "context: {whole_columns: [owner, kept by]}"},
    {"t.told", "match: [{keyword: '(?i)\\bfaith: (?<value>[a-z -]{3,30})', dictionary: faiths}]"},
};

static const char faiths[] = "format: dictionary/1\nid: faiths\ntitle: t\nsource: s\n"
                             "licence: CC0-1.0\nwords: |\n  roman catholic\n  Sikh\n";

static const char heads[] = "format: dictionary/1\nid: column-heads\ntitle: t\nsource: s\n"
                            "licence: CC0-1.0\nwords: |\n  type\n  number of\n";

typedef struct Tables {
    Rig rig;
    ColumnHint hints[8];
    size_t n_hints;
    Mark marks[64];
    size_t n_marks;
} Tables;

static void tables_done(Tables *t) {
    for (size_t i = 0; i < t->n_hints; i++)
        column_hint_done(&t->hints[i]);
    rig_done(&t->rig);
}

static Tables tables_new(void) {
    Tables t = {.rig = {.scratch = scratch_new()}};
    Error e = {0};

    scratch_write(&t.rig.scratch, "faiths.yaml", span_of(faiths));
    scratch_write(&t.rig.scratch, "heads.yaml", span_of(heads));
    rig_write(&t.rig.scratch, bodies, N_ELEMENTS(bodies));
    if (rig_try(&t.rig, &e) < 0)
        fail_msg("rules: %s", e.text);
    return t;
}

static void table_column(Tables *t, const char *name) {
    assert_int_equal(
        column_hint_init(t->rig.engine->column_names, span_of(name), &t->hints[t->n_hints++]), 0);
}

/* Marks as a reader of comma-separated values sets them: one a cell that holds something. */
static void table_mark(Tables *t, const Text *text) {
    Mark m = {.row = 1, .column = 1};

    t->n_marks = 0;
    for (size_t i = 0, begin = 0; i <= text->n; i++) {
        if (i < text->n && text->at[i] != ',' && text->at[i] != '\n')
            continue;
        m.at = (uint32_t)begin;
        if (i > begin)
            t->marks[t->n_marks++] = m;
        begin = i + 1;
        m.column++;
        if (i < text->n && text->at[i] == '\n') {
            m.column = 1;
            m.row++;
        }
    }
}

/* Hits of the table when its windows are cut at `cut`, as letters: one a hit, in order. */
static void table_finds(Tables *t, const Text *text, size_t cut, Finds *ret) {
    const Columns columns = {t->marks, t->n_marks, t->hints, t->n_hints};
    MatcherSink sink = {.of = ret, .hit = finds_take, .floor = LEVEL_MEDIUM};
    Window w = {.text = text->at, .n = text->n, .hi = cut, .columns = &columns};

    *ret = (Finds){0};
    assert_int_equal(matcher_scan(t->rig.matcher, &w, &sink), 0);
    w.lo = cut;
    w.hi = text->n;
    assert_int_equal(matcher_scan(t->rig.matcher, &w, &sink), 0);
}

typedef struct Want {
    const char *id, *value;
} Want;

static void expect(const char *const *columns, const char *table, const Want *wants, size_t n) {
    Tables t = tables_new();
    _cleanup_(text_done) Text text = text_of(table);

    for (size_t i = 0; columns[i]; i++)
        table_column(&t, columns[i]);
    table_mark(&t, &text);
    for (size_t cut = 0; cut <= text.n; cut++) {
        _cleanup_(finds_done) Finds f;

        table_finds(&t, &text, cut, &f);
        if (f.n != n)
            fail_msg("cut at %zu: %zu hits, expected %zu", cut, f.n, n);
        for (size_t i = 0; i < n; i++) {
            const char *id = t.rig.rules->detectors[f.at[i].detector].id;

            assert_string_equal(id, wants[i].id);
            assert_int_equal(f.at[i].end - f.at[i].start, strlen(wants[i].value));
            assert_memory_equal(text.at + f.at[i].start, wants[i].value, strlen(wants[i].value));
        }
    }
    tables_done(&t);
}

#define EXPECT(columns, table, ...)                                                                \
    expect(columns, table, (Want[]){__VA_ARGS__}, N_ELEMENTS(((Want[]){__VA_ARGS__})))

static void test_cells(void **state _unused_) {
    static const char *const columns[] = {"id", "first_name", NULL};

    EXPECT(columns, "id,First name\n1,Anna\n2, \"Jo Anna\" \nAnna,x9\n", {"t.name", "Anna"},
           {"t.name", "Jo Anna"});
}

/* The heading is what the column is known by, and stands in it. */
static void test_heading(void **state _unused_) {
    static const char *const columns[] = {"Name", NULL};

    EXPECT(columns, "Name\nFirst Name\nAnna\n", {"t.name", "Anna"});
}

static void test_dictionary(void **state _unused_) {
    static const char *const columns[] = {"name", "religion", NULL};

    EXPECT(columns, "Anna,Roman-Catholic (lapsed)\nBert,sikh\nCilla,Sikhs\nDora,none\n",
           {"t.name", "Anna"}, {"t.faith", "Roman-Catholic"}, {"t.name", "Bert"},
           {"t.faith", "sikh"}, {"t.name", "Cilla"}, {"t.name", "Dora"});
}

/* A column that is known for nothing, or for something else, has no cells. */
static void test_other_columns(void **state _unused_) {
    static const char *const columns[] = {"file", "title", NULL};

    expect(columns, "Anna,Bert\n", NULL, 0);
}

/* A list is asked of the capture `word`; the value is all of it. */
static void test_word(void **state _unused_) {
    static const char *const columns[] = {"owner", "owner_id", NULL};

    EXPECT(columns, "sikh of leeds,sikh of york\nlord of leeds,x\n", {"t.owner", "sikh of leeds"});
}

static void take_tested(void *of, const Mark *m, uint16_t detector _unused_, bool valid) {
    Buf *b = of;

    buf_printf(b, "%u%c", (unsigned)m->row, valid ? '+' : '-');
}

/* Each cell of a column that is for a detector counts, but for those that say nothing; once. */
static void test_tested(void **state _unused_) {
    _cleanup_(text_done) Text text = text_of("Anna\nx9\nN/A\n--\nUnknown\nJo Anna\n\nunknown 4\n");
    Tables t = tables_new();

    table_column(&t, "name");
    table_mark(&t, &text);
    for (size_t cut = 0; cut <= text.n; cut++) {
        _cleanup_(buf_done) Buf log = {0};
        const Columns columns = {t.marks, t.n_marks, t.hints, t.n_hints};
        MatcherSink sink = {.of = &log, .tested = take_tested, .floor = N_LEVELS};
        Window w = {.text = text.at, .n = text.n, .hi = cut, .columns = &columns};

        assert_int_equal(matcher_scan(t.rig.matcher, &w, &sink), 0);
        w.lo = cut;
        w.hi = text.n;
        assert_int_equal(matcher_scan(t.rig.matcher, &w, &sink), 0);
        assert_string_equal(buf_cstr(&log), "1+2-6+8-");
    }
    tables_done(&t);
}

/* A whole name is the last step of a path, with or without a number. */
static void test_whole_names(void **state _unused_) {
    static const struct {
        const char *name;
        bool near;
    } cases[] = {
        {"owner", true},
        {"Owner", true},
        {"pets.owner", true},
        {"owner2", true},
        {"/pets/pet/@owner", true},
        {"owner_id", false},
        {"pet owner", false},
        {"owner.id", false},
        {"kept_by", true},
        {"keptBy", true},
        {"KEPTBY", true},
        {"by", false},
        {"Owner.", true},
        {"pets.owner.1", false},
        {"2", false},
        {"...", false},
    };
    Tables t = tables_new();
    size_t owner = rig_detector(&t.rig, "t.owner");

    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        ColumnHint h;

        assert_int_equal(column_hint_init(t.rig.engine->column_names, span_of(cases[i].name), &h),
                         0);
        if (column_bit(h.near, owner) != cases[i].near)
            fail_msg("'%s': %d, expected %d", cases[i].name, column_bit(h.near, owner),
                     cases[i].near);
        column_hint_done(&h);
    }
    tables_done(&t);
}

/* Without columns only what stands in text is found, and only words of the list. */
static void test_text(void **state _unused_) {
    static const struct {
        const char *text;
        size_t n, end;
    } cases[] = {
        {"faith: roman catholic since", 1, 21},
        {"faith: none at all", 0, 0},
        {"faith: sikh", 1, 11},
        {"Anna is a sikh", 0, 0},
    };
    Tables t = tables_new();

    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        _cleanup_(text_done) Text text = text_of(cases[i].text);
        _cleanup_(finds_done) Finds f = rig_scan(&t.rig, &text, text.n, 0, LEVEL_MEDIUM);

        if (f.n != cases[i].n || (f.n && f.at[0].end != cases[i].end))
            fail_msg("'%s': %zu hits to %lu, expected %zu to %zu", cases[i].text, f.n,
                     f.n ? f.at[0].end : 0, cases[i].n, cases[i].end);
    }
    tables_done(&t);
}

/* What a name says, however it is written. */
static void test_names(void **state _unused_) {
    static const struct {
        const char *name;
        bool near, against;
    } cases[] = {
        {"first_name", true, false},      {"FirstName", true, false},
        {"customerName", true, false},    {"user.name", true, false},
        {"filename", false, false},       {"file", false, true},
        {"file name", true, false}, /* what stands last counts */
        {"name of file", false, true},    {"NameKindOf", false, true},
        {"first_name_type", false, true}, {"type_of_name", true, false},
        {"type", false, false},           {"name2", true, false},
        {"names", false, false},          {"", false, false},
    };
    Tables t = tables_new();
    size_t name = rig_detector(&t.rig, "t.name");

    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        ColumnHint h;

        assert_int_equal(column_hint_init(t.rig.engine->column_names, span_of(cases[i].name), &h),
                         0);
        if (column_bit(h.near, name) != cases[i].near ||
            column_bit(h.against, name) != cases[i].against || (h.cells != NULL) != cases[i].near)
            fail_msg("'%s': for %d, against %d, cells %d", cases[i].name, column_bit(h.near, name),
                     column_bit(h.against, name), h.cells != NULL);
        column_hint_done(&h);
    }
    tables_done(&t);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cells),       cmocka_unit_test(test_heading),
        cmocka_unit_test(test_dictionary),  cmocka_unit_test(test_other_columns),
        cmocka_unit_test(test_text),        cmocka_unit_test(test_names),
        cmocka_unit_test(test_word),        cmocka_unit_test(test_tested),
        cmocka_unit_test(test_whole_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
