/* Merge: see merge.h. Three cursors go through the source in one order, as in report/canonical. */
#include "store/merge.h"

#include "store/directory.h"
#include "store/found.h"
#include "store/principal.h"

typedef struct Pass {
    const MergeSource *from;
    Store *to;
    int64_t run;
    MergeRoot *roots;
    Error *reterr;
    RootRow *rows; /* of the source, by path */
    size_t n_rows;
    ObjectCursor *objects;
    FoundCursor *found;
    FactCursor *facts;
    FoundRow finding; /* the next one */
    FactRow fact;
    bool has_finding, has_fact;
    Buf skipped; /* a file that another source has under another name: its members are left out */
    uint32_t skipped_root;
    bool skipping;
} Pass;

/* What belongs to one object, until it is put. */
typedef struct Load {
    Arena arena;
    Finding *findings;
    size_t n_findings, cap_findings;
    StoreFact *facts;
    size_t n_facts, cap_facts;
} Load;

static void load_done(Load *l) {
    arena_done(&l->arena);
    free(l->findings);
    free(l->facts);
}

static int next_finding(Pass *p) {
    int r = found_cursor_step(p->found, p->reterr, &p->finding);

    p->has_finding = r > 0;
    return r < 0 ? r : 0;
}

static int next_fact(Pass *p) {
    int r = fact_cursor_step(p->facts, p->reterr, &p->fact);

    p->has_fact = r > 0;
    return r < 0 ? r : 0;
}

/* Room for one more in an array that grows. */
static int room(void **at, size_t n, size_t *cap, size_t size) {
    size_t more = *cap ? 2 * *cap : 16;
    void *grown;

    if (n < *cap)
        return 0;
    grown = reallocarray(*at, more, size);
    if (!grown)
        return -ENOMEM;
    *at = grown;
    *cap = more;
    return 0;
}

static int samples_take(Pass *p, Load *l, Finding *ret) {
    Sample *samples = arena_array(&l->arena, FINDING_SAMPLES_MAX, sizeof(*samples));
    size_t n = 0;
    int r = samples ? found_samples(p->found, p->finding.samples, FINDING_SAMPLES_MAX, p->reterr,
                                    samples, &n)
                    : -ENOMEM;

    for (size_t i = 0; i < n && !p->from->tokens; i++)
        samples[i].has_token = false;
    ret->samples = samples;
    ret->n_samples = n;
    return r;
}

static int finding_take(Pass *p, Load *l) {
    const FoundRow *row = &p->finding;
    Finding *f;
    int r = room((void **)&l->findings, l->n_findings, &l->cap_findings, sizeof(*l->findings));

    if (r < 0)
        return r;
    f = &l->findings[l->n_findings++];
    *f = (Finding){.detector = row->number,
                   .kind = row->kind,
                   .part = arena_span(&l->arena, row->part),
                   .heading = arena_span(&l->arena, row->heading),
                   .score = (float)row->score,
                   .tested = row->tested,
                   .valid = row->valid,
                   .test_values = row->test_values,
                   .distinct = row->distinct,
                   .distinct_exact = row->distinct_exact};
    if (p->from->tokens && row->values.n) /* of one key: else they say nothing together */
        f->values = arena_span(&l->arena, row->values);
    memcpy(f->count, row->count, sizeof(f->count));
    return f->part.at && f->heading.at ? samples_take(p, l, f) : -ENOMEM;
}

/* N_FACT_KINDS: this programme does not know it. */
static FactKind fact_kind_of(const char *word) {
    FactKind kind = 0;

    while (kind < N_FACT_KINDS && strcmp(fact_kind_name(kind), word) != 0)
        kind++;
    return kind;
}

static int fact_take(Pass *p, Load *l) {
    const FactRow *row = &p->fact;
    FactKind kind = fact_kind_of(row->kind);
    StoreFact *f;
    int r = room((void **)&l->facts, l->n_facts, &l->cap_facts, sizeof(*l->facts));

    if (r < 0 || kind == N_FACT_KINDS)
        return r;
    f = &l->facts[l->n_facts++];
    *f = (StoreFact){kind, arena_span(&l->arena, row->part), arena_span(&l->arena, row->text),
                     row->from, row->to};
    return f->part.at && f->text.at ? 0 : -ENOMEM;
}

/* All that the cursors have of this object. */
static int load_take(Pass *p, int64_t object, Load *l) {
    int r = 0;

    while (r == 0 && object && p->has_finding && p->finding.object == object) {
        r = finding_take(p, l);
        if (r == 0)
            r = next_finding(p);
    }
    while (r == 0 && object && p->has_fact && p->fact.object == object) {
        r = fact_take(p, l);
        if (r == 0)
            r = next_fact(p);
    }
    return r;
}

/* ---- names ---- */

static int root_number(const Pass *p, Span path, uint32_t *ret) {
    for (size_t i = 0; i < p->n_rows; i++) {
        if (span_eq(p->rows[i].path, path) && p->rows[i].number < p->from->n_roots) {
            *ret = p->from->roots[p->rows[i].number];
            return 0;
        }
    }
    return error_set(p->reterr, -EUCLEAN, "an object of the store '%s' has no root",
                     store_path(p->from->store));
}

/* The further names that the source knows. They come behind the object's own. */
static int names_put(Pass *p, const ObjectRow *row) {
    _cleanup_(arena_done) Arena a = {0};
    NameRow *names = NULL;
    size_t n = 0;
    int r = query_names(p->from->store, p->from->run, row->meta.dev, row->meta.ino, &a, p->reterr,
                        &names, &n);

    for (size_t i = 0; i < n && r == 0; i++) {
        uint32_t root;
        bool mine;

        r = root_number(p, names[i].root, &root);
        if (r == 0)
            r = store_link_claim(p->to, p->run, row->meta.dev ^ p->from->dev_mark, row->meta.ino,
                                 root, names[i].path, p->reterr, &mine);
    }
    return r;
}

/* 1: put it; 0: another source has brought the inode under another name. */
static int link_claim(Pass *p, const ObjectRow *row, uint32_t root) {
    bool mine = true;
    int r;

    if (row->depth || row->meta.nlink < 2)
        return 1;
    r = store_link_claim(p->to, p->run, row->meta.dev ^ p->from->dev_mark, row->meta.ino, root,
                         row->path, p->reterr, &mine);
    if (r == 0)
        r = names_put(p, row);
    if (r < 0 || mine)
        return r < 0 ? r : 1;
    p->roots[root].row.found--;
    p->roots[root].row.found_bytes -= row->meta.size;
    p->roots[root].row.names++;
    p->skipping = true;
    p->skipped_root = root;
    buf_clear(&p->skipped);
    buf_span(&p->skipped, row->path);
    return buf_error(&p->skipped);
}

/* Whether the row is inside the file that was left out last. */
static bool is_skipped(Pass *p, const ObjectRow *row, uint32_t root) {
    size_t n = p->skipped.n;

    if (!p->skipping || !row->depth || root != p->skipped_root || row->path.n <= n ||
        row->path.at[n] != 0 || (n && memcmp(row->path.at, p->skipped.at, n) != 0))
        p->skipping = false;
    return p->skipping;
}

/* ---- objects ---- */

static int object_put(Pass *p, const ObjectRow *row, uint32_t root, const Load *l) {
    StoreObject o = {.root = root,
                     .path = row->path,
                     .depth = row->depth,
                     .meta = row->meta,
                     .status = row->status,
                     .bytes_read = row->bytes_read,
                     .members = row->members,
                     .hash = row->hash,
                     .format = row->format,
                     .encoding = row->encoding,
                     .acl = row->acl,
                     .facts = l->facts,
                     .n_facts = l->n_facts};

    o.meta.dev ^= p->from->dev_mark;
    return store_object_put(p->to, p->run, &o, l->findings, l->n_findings, p->reterr);
}

static int object_take(Pass *p, const ObjectRow *row) {
    _cleanup_(load_done) Load l = {0};
    uint32_t root;
    int r = root_number(p, row->root, &root);

    if (r == 0)
        r = load_take(p, row->id, &l);
    if (r < 0 || is_skipped(p, row, root))
        return r;
    r = link_claim(p, row, root);
    return r <= 0 ? r : object_put(p, row, root, &l);
}

static int objects_take(Pass *p) {
    static const FoundFilter all = {0};
    ObjectRow row;
    int r;

    if ((r = object_cursor_open(p->from->store, p->from->run, false, p->reterr, &p->objects)) < 0 ||
        (r = found_cursor_open(p->from->store, p->from->run, &all, false, p->reterr, &p->found)) <
            0 ||
        (r = fact_cursor_open(p->from->store, p->from->run, p->reterr, &p->facts)) < 0 ||
        (r = next_finding(p)) < 0 || (r = next_fact(p)) < 0)
        return r;
    while ((r = object_cursor_step(p->objects, p->reterr, &row)) > 0) {
        r = object_take(p, &row);
        if (r < 0)
            return r;
    }
    return r;
}

/* ---- who may read ---- */

static int directories_take(Pass *p) {
    _cleanup_(directory_cursor_closep) DirectoryCursor *c = NULL;
    DirectoryRow row;
    int r = directory_cursor_open(p->from->store, p->from->run, p->reterr, &c);

    while (r >= 0 && (r = directory_cursor_step(c, p->reterr, &row)) > 0) {
        r = root_number(p, row.root, &row.is.root);
        if (r == 0)
            r = store_directory_put(p->to, p->run, &row.is, p->reterr);
    }
    return r;
}

static int principals_take(Pass *p) {
    _cleanup_(arena_done) Arena a = {0};
    Principal *principals;
    size_t n;
    int r = query_principals(p->from->store, p->from->run, &a, p->reterr, &principals, &n);

    for (size_t i = 0; r == 0 && i < n; i++)
        r = store_principal_join(p->to, p->run, &principals[i], p->reterr);
    return r;
}

/* ---- notes ---- */

static int notes_take(Pass *p, const char *kind) {
    _cleanup_(note_cursor_closep) NoteCursor *c = NULL;
    NoteRow row;
    int r = note_cursor_open(p->from->store, p->from->run, kind, p->reterr, &c);

    while (r >= 0 && (r = note_cursor_step(c, p->reterr, &row)) > 0)
        r = store_note_put(
            p->to, p->run,
            &(StoreNote){
                .kind = kind, .subject = row.subject, .count = row.count, .detail = row.detail},
            p->reterr);
    return r;
}

int merge_run(const MergeSource *from, Store *to, int64_t run, MergeRoot *roots, Error *reterr) {
    static const char *const kinds[] = {"skipped-mount", "excluded", "in-flight", "restart",
                                        "resumed",       "root",     "self-test", "recount"};
    _cleanup_(arena_done) Arena a = {0};
    Pass p = {.from = from, .to = to, .run = run, .roots = roots, .reterr = reterr};
    int r = query_roots(from->store, from->run, &a, reterr, &p.rows, &p.n_rows);

    if (r == 0)
        r = objects_take(&p);
    if (r == 0)
        r = directories_take(&p);
    if (r == 0)
        r = principals_take(&p);
    for (size_t i = 0; i < N_ELEMENTS(kinds) && r == 0; i++)
        r = notes_take(&p, kinds[i]);
    object_cursor_close(p.objects);
    found_cursor_close(p.found);
    fact_cursor_close(p.facts);
    buf_done(&p.skipped);
    return r;
}
