/* Condition: see condition.h. */
#include "store/condition.h"

#include <fnmatch.h>

#include "store/gapdiff.h"
#include "store/handle.h"
#include "store/name.h"
#include "store/query.h"
#include "store/runscope.h"

/* ---- reading ---- */

#define EXPECTED                                                                                   \
    "expected new, new-gap, tier:TIER, type:GLOB, category:GLOB, level:LEVEL or violation"

/* What stands behind `prefix`; NULL: something else does. */
static const char *behind(const char *text, const char *prefix) {
    size_t n = strlen(prefix);

    return strncmp(text, prefix, n) == 0 ? text + n : NULL;
}

static int glob_read(const char *text, Term *ret) {
    if (!text[0] || strlen(text) >= sizeof(ret->glob))
        return -EINVAL;
    snprintf(ret->glob, sizeof(ret->glob), "%s", text);
    return 0;
}

static int term_read(const char *text, Term *ret) {
    const char *rest;

    *ret = (Term){.kind = TERM_NEW};
    if (strcmp(text, "new") == 0)
        return 0;
    if (strcmp(text, "new-gap") == 0 || strcmp(text, "violation") == 0) {
        ret->kind = text[0] == 'n' ? TERM_NEW_GAP : TERM_VIOLATION;
        return 0;
    }
    if ((rest = behind(text, "tier:"))) {
        ret->kind = TERM_TIER;
        return tier_parse(span_of(rest), &ret->tier);
    }
    if ((rest = behind(text, "level:"))) {
        ret->kind = TERM_LEVEL;
        return level_parse(span_of(rest), &ret->level);
    }
    if ((rest = behind(text, "type:"))) {
        ret->kind = TERM_TYPE;
        return glob_read(rest, ret);
    }
    if ((rest = behind(text, "category:"))) {
        ret->kind = TERM_CATEGORY;
        return glob_read(rest, ret);
    }
    return -EINVAL;
}

static bool stands_alone(TermKind kind) {
    return kind == TERM_NEW_GAP || kind == TERM_VIOLATION;
}

int condition_parse(const char *text, Error *reterr, Condition *ret) {
    Condition c = {.text = text};
    const char *at = text;

    for (;;) {
        char word[160];
        size_t n = strcspn(at, "+");

        if (c.n == TERMS_MAX)
            return error_set(reterr, -EINVAL, "--fail-on '%.60s' has more than %d terms", text,
                             TERMS_MAX);
        if (n >= sizeof(word) ||
            (snprintf(word, sizeof(word), "%.*s", (int)n, at), term_read(word, &c.terms[c.n])) < 0)
            return error_set(reterr, -EINVAL, "--fail-on '%.60s' is no condition, " EXPECTED, text);
        c.n++;
        if (!at[n])
            break;
        at += n + 1;
    }
    for (size_t i = 0; c.n > 1 && i < c.n; i++) {
        if (stands_alone(c.terms[i].kind))
            return error_set(reterr, -EINVAL,
                             "--fail-on '%.60s': new-gap and violation are of no finding, so they "
                             "stand alone",
                             text);
    }
    *ret = c;
    return 0;
}

bool condition_has(const Condition *c, TermKind kind) {
    for (size_t i = 0; i < c->n; i++) {
        if (c->terms[i].kind == kind)
            return true;
    }
    return false;
}

/* ---- findings ---- */

static bool term_holds(const Term *t, const FoundRow *row) {
    switch (t->kind) {
    case TERM_NEW:
        return row->known && row->lineage.fresh;
    case TERM_TIER:
        return row->tier >= t->tier;
    case TERM_TYPE:
        return fnmatch(t->glob, row->detector, 0) == 0;
    case TERM_CATEGORY:
        return fnmatch(t->glob, row->category, 0) == 0;
    case TERM_LEVEL:
        return row->level >= t->level;
    case TERM_NEW_GAP:
    case TERM_VIOLATION:
    default:
        return false;
    }
}

static bool row_meets(const Condition *c, const FoundRow *row) {
    for (size_t i = 0; i < c->n; i++) {
        if (!term_holds(&c->terms[i], row))
            return false;
    }
    return true;
}

/* One pass, to the first finding that meets one. */
static int findings_look(Store *s, int64_t run, const Condition *all, size_t n, int64_t now,
                         Error *reterr, const Condition **ret) {
    _cleanup_(found_cursor_closep) FoundCursor *c = NULL;
    _cleanup_(judge_done) Judge judge = {0};
    FoundFilter filter = {.judge = &judge, .fresh = true, .lineage = true};
    bool any = false;
    FoundRow row;
    int r;

    for (size_t i = 0; i < n; i++) {
        any |= !stands_alone(all[i].terms[0].kind);
        filter.fresh &= condition_has(&all[i], TERM_NEW) || stands_alone(all[i].terms[0].kind);
    }
    if (!any)
        return 0;
    r = judge_load(s, now, reterr, &judge);
    if (r == 0)
        r = found_cursor_open(s, run, &filter, false, reterr, &c);
    while (r >= 0 && !*ret && (r = found_cursor_step(c, reterr, &row)) > 0) {
        for (size_t i = 0; i < n && !*ret; i++) {
            if (row_meets(&all[i], &row))
                *ret = &all[i];
        }
    }
    return r < 0 ? r : 0;
}

/* ---- gaps ---- */

typedef struct News {
    Arena arena;
    GapEntry *entries;
    size_t n;
    int64_t now;
    Buf name;
    uint64_t count;
} News;

static void news_done(News *news) {
    buf_done(&news->name);
    arena_done(&news->arena);
}

static int news_gap(void *of, bool closed, const ObjectRow *row, Error *reterr _unused_) {
    News *news = of;
    int r;

    if (closed)
        return 0;
    buf_clear(&news->name);
    r = news->n ? name_print(&news->name, row->root, row->path) : 0;
    if (r == 0 && !gap_find(news->entries, news->n, news->now, buf_cstr(&news->name)))
        news->count++;
    return r;
}

/* The first run of a scope: nothing was there before. */
static int all_gaps(Store *s, int64_t run, News *news, Error *reterr) {
    _cleanup_(object_cursor_closep) ObjectCursor *c = NULL;
    ObjectRow row;
    int r = object_cursor_open(s, run, true, reterr, &c);

    while (r == 0 && (r = object_cursor_step(c, reterr, &row)) > 0)
        r = news_gap(news, false, &row, reterr);
    return r;
}

static int roots_look(Store *s, int64_t run, Error *reterr, bool *ret) {
    _cleanup_(arena_done) Arena a = {0};
    RootRow *roots;
    size_t n;
    int r = query_roots(s, run, &a, reterr, &roots, &n);

    *ret = false;
    for (size_t i = 0; r == 0 && i < n; i++)
        *ret |= !status_complete(roots[i].status.kind);
    return r;
}

int news_of_gaps(Store *s, int64_t before, int64_t run, int64_t now, Error *reterr, uint64_t *ret,
                 bool *ret_root) {
    _cleanup_(news_done) News news = {.now = now};
    const GapSink sink = {.of = &news, .gap = news_gap};
    int r = query_gaps(s, &news.arena, reterr, &news.entries, &news.n);

    if (r == 0)
        r = before ? gapdiff(s, before, run, &sink, reterr) : all_gaps(s, run, &news, reterr);
    if (r == 0)
        r = roots_look(s, run, reterr, ret_root);
    *ret = news.count;
    return r;
}

static int gaps_look(Store *s, int64_t run, int64_t now, Error *reterr, bool *ret) {
    int64_t before = 0;
    uint64_t n = 0;
    bool root = false;
    int r = runscope_before(s, run, reterr, &before);

    if (r == 0)
        r = news_of_gaps(s, before, run, now, reterr, &n, &root);
    *ret = n || root;
    return r;
}

/* ---- assessments ---- */

static int violation_look(Store *s, int64_t run, Error *reterr, bool *ret) {
    _cleanup_(sql_finalizep) sqlite3_stmt *row = NULL;
    int r = sql_prepare(s->db,
                        "SELECT (SELECT coalesce(sum(contradicts), 0) FROM criterion c"
                        " WHERE c.assessment = a.id) FROM assessment a WHERE a.run = ?1"
                        " ORDER BY a.id DESC LIMIT 1",
                        &row);

    if (r == 0) {
        sql_bind_int(row, 1, run);
        r = sql_step(row);
    }
    if (r < 0)
        return handle_unread(s, r, reterr);
    if (r == 0)
        return error_set(reterr, -EINVAL,
                         "--fail-on violation asks for an assessment, and run %lld has none",
                         (long long)run);
    *ret = sqlite3_column_int64(row, 0) > 0;
    return 0;
}

int conditions_hold(Store *s, int64_t run, const Condition *all, size_t n, int64_t now,
                    Error *reterr, const Condition **ret) {
    int r = 0;

    *ret = NULL;
    for (size_t i = 0; r == 0 && i < n && !*ret; i++) {
        bool holds = false;

        if (all[i].terms[0].kind == TERM_NEW_GAP)
            r = gaps_look(s, run, now, reterr, &holds);
        else if (all[i].terms[0].kind == TERM_VIOLATION)
            r = violation_look(s, run, reterr, &holds);
        if (holds)
            *ret = &all[i];
    }
    return r < 0 || *ret ? r : findings_look(s, run, all, n, now, reterr, ret);
}
