/* Register: see register.h. One row is made at a time, in Bufs that are used again. */
#include "report/register.h"

#include "base/show.h"
#include "report/findingid.h"
#include "store/name.h"

static const char *const finding_heads[] = {
    [FINDING_ID] = "id",
    [FINDING_OBJECT] = "object",
    [FINDING_SAME_AS] = "same_as",
    [FINDING_PART] = "part",
    [FINDING_HEADING] = "heading",
    [FINDING_TYPE] = "type",
    [FINDING_TITLE] = "title",
    [FINDING_CATEGORY] = "category",
    [FINDING_TIER] = "tier",
    [FINDING_CONFIDENCE] = "confidence",
    [FINDING_SCORE] = "score",
    [FINDING_COUNT] = "count",
    [FINDING_HIGH] = "high",
    [FINDING_MEDIUM] = "medium",
    [FINDING_LOW] = "low",
    [FINDING_TESTED] = "tested",
    [FINDING_VALID] = "valid",
    [FINDING_DISTINCT] = "distinct",
    [FINDING_DISTINCT_EXACT] = "distinct_exact",
    [FINDING_TEST_VALUES] = "test_values",
    [FINDING_FIRST_AT] = "first_at",
    [FINDING_FIRST_MASK] = "first_mask",
};

static const char *const object_heads[] = {
    [OBJECT_OBJECT] = "object",   [OBJECT_STATUS] = "status", [OBJECT_REASON] = "reason",
    [OBJECT_FORMAT] = "format",   [OBJECT_BYTES] = "bytes",   [OBJECT_EXAMINED] = "examined",
    [OBJECT_MEMBERS] = "members", [OBJECT_DEPTH] = "depth",   [OBJECT_MODIFIED] = "modified",
};

const char *register_finding_head(FindingColumn c) {
    return finding_heads[c];
}

const char *register_object_head(ObjectColumn c) {
    return object_heads[c];
}

/* The texts of the row at hand. */
typedef struct Texts {
    char id[FINDINGID_MAX];
    Buf object, same_as, part, heading, title, at, mask;
} Texts;

static void texts_done(Texts *t) {
    buf_done(&t->object);
    buf_done(&t->same_as);
    buf_done(&t->part);
    buf_done(&t->heading);
    buf_done(&t->title);
    buf_done(&t->at);
    buf_done(&t->mask);
}

static int texts_error(const Texts *t) {
    return buf_error(&t->object) || buf_error(&t->same_as) || buf_error(&t->part) ||
                   buf_error(&t->heading) || buf_error(&t->title) || buf_error(&t->at) ||
                   buf_error(&t->mask)
               ? -ENOMEM
               : 0;
}

static Cell cell_buf(const Buf *b) {
    return cell_span(buf_as_span(b));
}

/* ---- findings ---- */

typedef struct Findings {
    Store *store;
    int64_t run;
    FoundCursor *cursor;
    RegisterTake take;
    void *of;
    Texts texts;
} Findings;

/* Where the first sample stands, "L3:@345", and its mask. */
static int sample_print(Findings *f, const FoundRow *row, Error *reterr) {
    _cleanup_(buf_done) Buf part = {0};
    Texts *t = &f->texts;
    Locator at = {0};
    Sample sample;
    size_t n;
    int r = found_samples(f->cursor, row->samples, 1, reterr, &sample, &n);

    buf_clear(&t->at);
    buf_clear(&t->mask);
    if (r < 0 || n == 0)
        return r;
    found_place(row, &sample, &part, &at);
    locator_print(&t->at, &at);
    show_text(&t->mask, sample.mask);
    return buf_error(&part);
}

static int texts_print(Findings *f, const FoundRow *row, Error *reterr) {
    Texts *t = &f->texts;
    int r;

    findingid_print(row, t->id);
    buf_clear(&t->object);
    buf_clear(&t->part);
    buf_clear(&t->heading);
    buf_clear(&t->title);
    locator_print_name(&t->part, row->part);
    locator_print_name(&t->heading, row->heading);
    show_text(&t->title, row->title);
    r = name_print(&t->object, row->root, row->path);
    return r < 0 ? r : sample_print(f, row, reterr);
}

static void texts_cells(const Texts *t, Cell *cells) {
    cells[FINDING_ID] = cell_text(t->id);
    cells[FINDING_OBJECT] = cell_buf(&t->object);
    cells[FINDING_PART] = cell_buf(&t->part);
    cells[FINDING_HEADING] = cell_buf(&t->heading);
    cells[FINDING_TITLE] = cell_buf(&t->title);
    cells[FINDING_FIRST_AT] = cell_buf(&t->at);
    cells[FINDING_FIRST_MASK] = cell_buf(&t->mask);
}

static void row_cells(const FoundRow *row, Cell *cells) {
    cells[FINDING_TYPE] = cell_text(row->detector);
    cells[FINDING_CATEGORY] = cell_text(row->category);
    cells[FINDING_TIER] = cell_text(tier_name(row->tier));
    cells[FINDING_CONFIDENCE] = cell_text(level_name(row->level));
    cells[FINDING_SCORE] = cell_real(row->score);
    cells[FINDING_COUNT] = cell_number(found_count(row->count));
    cells[FINDING_HIGH] = cell_number(row->count[LEVEL_HIGH]);
    cells[FINDING_MEDIUM] = cell_number(row->count[LEVEL_MEDIUM]);
    cells[FINDING_LOW] = cell_number(row->count[LEVEL_LOW]);
    cells[FINDING_TESTED] = cell_number(row->tested);
    cells[FINDING_VALID] = cell_number(row->valid);
    cells[FINDING_DISTINCT] = cell_number(row->distinct);
    cells[FINDING_DISTINCT_EXACT] = cell_text(row->distinct_exact ? "yes" : "no");
    cells[FINDING_TEST_VALUES] = cell_number(row->test_values);
}

/* Once more, under another name of the file. */
static int further_take(Findings *f, Cell *cells, const NameRow *name) {
    Texts *t = &f->texts;
    int r;

    buf_clear(&t->same_as);
    r = name_print(&t->same_as, name->root, name->path);
    if (r < 0 || (r = buf_error(&t->same_as)) < 0)
        return r;
    cells[FINDING_SAME_AS] = cell_buf(&t->object);
    cells[FINDING_OBJECT] = cell_buf(&t->same_as);
    return f->take(f->of, cells);
}

static int finding_take(Findings *f, const FoundRow *row, Error *reterr) {
    _cleanup_(arena_done) Arena a = {0};
    Cell cells[N_FINDING_COLUMNS] = {0};
    NameRow *names;
    size_t n = 0;
    int r = texts_print(f, row, reterr);

    if (r < 0 || (r = texts_error(&f->texts)) < 0)
        return r;
    texts_cells(&f->texts, cells);
    row_cells(row, cells);
    r = f->take(f->of, cells);
    if (r == 0 && row->nlink > 1)
        r = query_names(f->store, f->run, row->dev, row->ino, &a, reterr, &names, &n);
    for (size_t i = 0; r == 0 && i < n; i++)
        r = further_take(f, cells, &names[i]);
    return r;
}

int register_findings(Store *s, int64_t run, const FoundFilter *filter, RegisterTake take, void *of,
                      Error *reterr) {
    Findings f = {.store = s, .run = run, .take = take, .of = of};
    FoundRow row;
    int r = found_cursor_open(s, run, filter, true, reterr, &f.cursor);

    while (r == 0 && (r = found_cursor_step(f.cursor, reterr, &row)) > 0)
        r = finding_take(&f, &row, reterr);
    found_cursor_close(f.cursor);
    texts_done(&f.texts);
    return r;
}

/* ---- objects ---- */

static int object_take(const ObjectRow *row, Buf *name, RegisterTake take, void *of) {
    Cell cells[N_OBJECT_COLUMNS];
    int r;

    buf_clear(name);
    r = name_print(name, row->root, row->path);
    if (r < 0 || (r = buf_error(name)) < 0)
        return r;
    cells[OBJECT_OBJECT] = cell_buf(name);
    cells[OBJECT_STATUS] = cell_text(status_name(row->status.kind));
    cells[OBJECT_REASON] = cell_text(row->status.reason);
    cells[OBJECT_FORMAT] = cell_text(row->format);
    cells[OBJECT_BYTES] = cell_number(row->meta.size);
    cells[OBJECT_EXAMINED] = cell_number(row->bytes_read);
    cells[OBJECT_MEMBERS] = cell_number(row->members);
    cells[OBJECT_DEPTH] = cell_number(row->depth);
    cells[OBJECT_MODIFIED] = cell_time(row->meta.mtime);
    return take(of, cells);
}

int register_objects(Store *s, int64_t run, bool unread_only, RegisterTake take, void *of,
                     Error *reterr) {
    _cleanup_(object_cursor_closep) ObjectCursor *c = NULL;
    _cleanup_(buf_done) Buf name = {0};
    ObjectRow row;
    int r = object_cursor_open(s, run, unread_only, reterr, &c);

    while (r == 0 && (r = object_cursor_step(c, reterr, &row)) > 0)
        r = object_take(&row, &name, take, of);
    return r;
}
