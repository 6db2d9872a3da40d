/* PgTables: see pgtables.h. */
#include "extract/format/pgtables.h"

#include "extract/text/index.h"

enum { KEPT_MAX = 64 << 20, FILES_MAX = 1 << 20 };

typedef struct Rows {
    size_t at, n; /* the statement, in `kept` */
} Rows;

struct PgTables {
    Index files; /* by name: index in `rows`, from 1 */
    Buf rows;    /* Rows */
    Buf kept;
};

int pgtables_new(PgTables **ret) {
    *ret = calloc(1, sizeof(**ret));
    return *ret ? 0 : -ENOMEM;
}

int pgtables_keep(PgTables *t, const PgEntry *e) {
    Rows rows = {.at = t->kept.n, .n = e->copy.n};

    if (!e->copy.n || !e->file.n || t->files.n == FILES_MAX || e->copy.n > KEPT_MAX - t->kept.n)
        return 0;
    buf_span(&t->kept, buf_as_span(&e->copy));
    buf_add(&t->rows, &rows, sizeof(rows));
    if (buf_error(&t->kept) || buf_error(&t->rows))
        return -ENOMEM;
    return index_add(&t->files, index_hash(0, buf_as_span(&e->file)),
                     (uint32_t)(t->rows.n / sizeof(rows)));
}

static int read_entries(PgTables *t, Feed *f, Span file) {
    PgContents c;
    PgEntry e = {0};
    int r = pgcontents_open(f, &c);

    while (r == 0 && (r = pgcontents_next(&c, &e)) > 0) {
        r = !file.n || span_eq(file, buf_as_span(&e.file)) ? pgtables_keep(t, &e) : 0;
        if (r == 0 && file.n && t->files.n)
            break;
    }
    pgentry_done(&e);
    return r;
}

int pgtables_read(Feed *f, Span file, PgTables **ret) {
    _cleanup_(pgtables_freep) PgTables *t = NULL;
    int r = pgtables_new(&t);

    if (r == 0)
        r = read_entries(t, f, file);
    if (r == -ENOMEM)
        return r;
    *ret = TAKE(t);
    return r;
}

PgTables *pgtables_free(PgTables *t) {
    if (!t)
        return NULL;
    index_done(&t->files);
    buf_done(&t->rows);
    buf_done(&t->kept);
    free(t);
    return NULL;
}

Span pgtables_find(const PgTables *t, Span file) {
    uint32_t number = index_find(&t->files, index_hash(0, file));
    const Rows *rows = (const Rows *)t->rows.at;

    return number ? span(t->kept.at + rows[number - 1].at, rows[number - 1].n) : span(NULL, 0);
}
