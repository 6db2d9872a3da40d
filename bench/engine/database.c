/* Database: see database.h. */
#include "database.h"

enum { PATTERNS_MAX = 1024 };

Database *database_free(Database *d) {
    if (!d)
        return NULL;
    hs_free_scratch(d->scratch);
    hs_free_database(d->database);
    free(d);
    return NULL;
}

/* ---- a table of patterns ---- */

typedef struct Table {
    char *patterns[PATTERNS_MAX];
    unsigned flags[PATTERNS_MAX];
    unsigned ids[PATTERNS_MAX];
    unsigned n;
} Table;

static Table *table_free(Table *t) {
    if (t)
        for (unsigned i = 0; i < t->n; i++)
            free(t->patterns[i]);
    free(t);
    return NULL;
}
DEFINE_CLEANUP(Table, table_free)

/* id, group, flags, regex. */
static int table_add(Table *t, char *line) {
    char *fields[4];

    line[strcspn(line, "\n")] = 0;
    if (!*line || *line == '#')
        return 0;
    for (unsigned i = 0; i < N_ELEMENTS(fields); i++)
        fields[i] = strsep(&line, "\t");
    if (!fields[3] || t->n == PATTERNS_MAX)
        return -EINVAL;
    t->patterns[t->n] = strdup(fields[3]);
    if (!t->patterns[t->n])
        return -ENOMEM;
    t->flags[t->n] = strchr(fields[2], 'i') ? HS_FLAG_CASELESS : 0;
    t->ids[t->n] = t->n;
    t->n++;
    return 0;
}

static int table_read(const char *path, Error *reterr, Table *t) {
    _cleanup_(fclosep) FILE *f = fopen(path, "re");
    _cleanup_(free_p) char *line = NULL;
    unsigned number = 0;
    size_t cap = 0;

    if (!f)
        return error_errno(reterr, -errno, "cannot open '%s'", path);
    while (getline(&line, &cap, f) >= 0) {
        int r = table_add(t, line);

        number++;
        if (r < 0)
            return error_set(reterr, r, "%s:%u: expected id, group, flags, regex, tabs between",
                             path, number);
    }
    return 0;
}

int database_compile(const char *path, Error *reterr, Database **ret) {
    _cleanup_(table_freep) Table *t = calloc(1, sizeof(*t));
    _cleanup_(database_freep) Database *d = calloc(1, sizeof(*d));
    hs_compile_error_t *error = NULL;
    int r = t && d ? table_read(path, reterr, t) : -ENOMEM;

    if (r < 0)
        return r;
    if (hs_compile_multi((const char *const *)t->patterns, t->flags, t->ids, t->n, HS_MODE_BLOCK,
                         NULL, &d->database, &error) != HS_SUCCESS) {
        r = error_set(reterr, -EINVAL, "cannot compile '%s': pattern %d: %s", path,
                      error->expression + 1, error->message);
        hs_free_compile_error(error);
        return r;
    }
    if (hs_alloc_scratch(d->database, &d->scratch) != HS_SUCCESS)
        return -ENOMEM;
    d->n_patterns = t->n;
    *ret = TAKE(d);
    return 0;
}

/* ---- running ---- */

static int count(unsigned id _unused_, unsigned long long from _unused_,
                 unsigned long long to _unused_, unsigned flags _unused_, void *of) {
    ++*(uint64_t *)of;
    return 0;
}

int database_run(Database *d, const Input *in, size_t n) {
    for (size_t at = 0; at < n; at += DATABASE_BLOCK) {
        size_t left = n - at;

        if (hs_scan(d->database, (const char *)in->at + at,
                    (unsigned)(left < DATABASE_BLOCK ? left : DATABASE_BLOCK), 0, d->scratch, count,
                    &d->matches) != HS_SUCCESS)
            return -EIO;
    }
    return 0;
}
