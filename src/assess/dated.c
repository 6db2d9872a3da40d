/* Dated: see dated.h. */
#include "assess/dated.h"

#include "base/cleanup.h"
#include "model/rowdate.h"
#include "model/unit.h"

void dated_done(Dated *d) {
    arena_done(&d->arena);
    free(d->tables);
    *d = (Dated){0};
}

void dated_begin(Dated *d, const Sighting *s, int64_t outer_mtime, Day today) {
    Span name = path_name(s->path);
    const uint8_t *nul = memrchr(name.at, 0, name.n);
    Day seen = day_of_time(s->first_seen), copy = day_of_time(s->copy_mtime);

    if (d->arena.total)
        arena_done(&d->arena);
    if (nul)
        name = span(nul + 1, name.n - (size_t)(nul + 1 - name.at));
    d->today = today;
    d->format = s->format;
    d->kind = doc_kind_of(span_of(s->format), name);
    d->types.n = d->n_tokens = d->n_tables = 0;
    d->age = (AgeFacts){0};
    if (s->depth)
        age_add_file(&d->age, outer_mtime, INT64_MIN, today);
    else
        age_add_file(&d->age, s->mtime, s->btime, today);
    if (seen != DAY_NONE)
        age_add(&d->age, DATING_SEEN_FIRST, DAY_NONE, seen, today);
    if (copy != DAY_NONE)
        age_add(&d->age, DATING_SEEN_COPY, DAY_NONE, copy, today);
}

/* ---- tables ---- */

/* "public.customers" of "public.customers.ssn"; empty: its parts are no tables. */
static Span table_of(const Dated *d, Span part) {
    const uint8_t *dot = part.n ? memrchr(part.at, '.', part.n) : NULL;

    if (d->kind != DOC_DUMP && d->kind != DOC_DATABASE)
        return span(NULL, 0);
    return dot ? span(part.at, (size_t)(dot - part.at)) : span(NULL, 0);
}

/* The table of that name, a new one if it is; NULL with 0: there is no room, or it is none. */
static int table_get(Dated *d, Span name, DatedTable **ret) {
    *ret = NULL;
    if (!name.n)
        return 0;
    for (size_t i = d->n_tables; i > 0; i--) {
        if (span_eq(d->tables[i - 1].name, name)) {
            *ret = &d->tables[i - 1];
            return 0;
        }
    }
    if (d->n_tables == DATED_TABLES_MAX)
        return 0;
    if (!d->tables)
        d->tables = calloc(DATED_TABLES_MAX, sizeof(*d->tables));
    if (!d->tables)
        return -ENOMEM;
    *ret = &d->tables[d->n_tables];
    **ret = (DatedTable){.name = arena_span(&d->arena, name), .age = d->age};
    /* of the object only what tells of the file: rows of other tables are none of its own */
    (*ret)->age.n = 0;
    for (size_t i = 0; i < d->age.n; i++) {
        if (dating_info(d->age.at[i].source)->family != FAMILY_ROW)
            (*ret)->age.at[(*ret)->age.n++] = d->age.at[i];
    }
    if (!(*ret)->name.at)
        return -ENOMEM;
    d->n_tables++;
    return 0;
}

/* ---- facts ---- */

static const struct {
    const char *kind;
    Dating source;
    bool spread;
} kinds[] = {
    {"created", DATING_DOC_CREATED, false},    {"modified", DATING_DOC_MODIFIED, false},
    {"printed", DATING_DOC_PRINTED, false},    {"sent", DATING_MAIL_DATE, false},
    {"received", DATING_MAIL_RECEIVED, false}, {"member-time", DATING_MEMBER_MTIME, false},
    {"row-date", DATING_ROW_DATE, true},       {"row-created", DATING_ROW_CREATED, true},
    {"row-updated", DATING_ROW_UPDATED, true}, {"row-contact", DATING_ROW_LOGIN, true},
    {"row-closed", DATING_ROW_CLOSED, true},   {"log-time", DATING_LOG_LAST, true},
    {"dump-made", DATING_DUMP_MADE, false},
};

static bool is_picture(const Dated *d) {
    return d->kind == DOC_IMAGE;
}

static void date_add(AgeFacts *to, Dating source, bool spread, const FactRow *f, Day today) {
    Day from = day_of_time(f->from), last = day_of_time(f->to);

    if (spread)
        age_add_spread(to, source, from, last, today);
    else
        age_add(to, source, from, last, today);
    if (source == DATING_LOG_LAST)
        age_add(to, DATING_LOG_FIRST, from, from, today);
}

/* By the name of the column, which is the last of "public.customers.closed_at". */
static Dating row_dating(Span part) {
    static const Dating datings[] = {
        [ROW_DATE_NONE] = DATING_ROW_DATE,       [ROW_DATE_CREATED] = DATING_ROW_CREATED,
        [ROW_DATE_UPDATED] = DATING_ROW_UPDATED, [ROW_DATE_CONTACT] = DATING_ROW_LOGIN,
        [ROW_DATE_CLOSED] = DATING_ROW_CLOSED,   [ROW_DATE_OTHER] = DATING_ROW_DATE,
    };
    const uint8_t *dot = part.n ? memrchr(part.at, '.', part.n) : NULL;

    if (dot)
        part = span(dot + 1, part.n - (size_t)(dot + 1 - part.at));
    return datings[row_date_of(part)];
}

int dated_fact(Dated *d, const FactRow *f) {
    DatedTable *table = NULL;
    size_t i = 0;
    Dating source;
    int r;

    while (i < N_ELEMENTS(kinds) && strcmp(f->kind, kinds[i].kind) != 0)
        i++;
    if (i == N_ELEMENTS(kinds) || f->from == INT64_MIN)
        return 0;
    source = kinds[i].source == DATING_DOC_CREATED && is_picture(d) ? DATING_PHOTO_TAKEN
                                                                    : kinds[i].source;
    if (source == DATING_ROW_DATE)
        source = row_dating(f->part);
    r = kinds[i].spread ? table_get(d, table_of(d, f->part), &table) : 0;
    if (r < 0)
        return r;
    date_add(&d->age, source, kinds[i].spread, f, d->today);
    if (table)
        date_add(&table->age, source, true, f, d->today);
    return 0;
}

void dated_inherit(Dated *d, const AgeFacts *above) {
    for (size_t i = 0; i < above->n; i++) {
        const AgeEvidence *e = &above->at[i];
        DatingFamily family = dating_info(e->source)->family;
        bool has = false;

        for (size_t k = 0; k < d->age.n; k++)
            has |= d->age.at[k].source == e->source;
        if (!has &&
            (family == FAMILY_MAIL || family == FAMILY_DOC || e->source == DATING_MEMBER_MTIME))
            age_add(&d->age, e->source, e->from, e->to, d->today);
    }
}

/* ---- findings ---- */

static void type_add(DatedTypes *t, const char *id) {
    for (size_t i = 0; i < t->n; i++) {
        if (strcmp(t->at[i], id) == 0)
            return;
    }
    if (t->n < RETENTION_TYPES_MAX)
        t->at[t->n++] = id;
}

int dated_finding(Dated *d, const FoundRow *f) {
    DatedTable *table = NULL;
    int r = f->kind == PART_TABLE ? table_get(d, table_of(d, f->part), &table) : 0;

    if (r < 0)
        return r;
    type_add(&d->types, f->detector);
    type_add(&d->types, f->category);
    if (table) {
        type_add(&table->types, f->detector);
        type_add(&table->types, f->category);
    }
    return 0;
}

int dated_token(Dated *d, const char *key, const Sample *sample) {
    static const char digits[] = "0123456789abcdef";
    char text[64];
    size_t n = (size_t)snprintf(text, sizeof(text), "tok:%.8s:", key);
    const char *copy;

    if (!sample->has_token || d->n_tokens == RETENTION_TOKENS_MAX)
        return 0;
    for (size_t i = 0; i < FINDING_TOKEN && n + 3 < sizeof(text); i++) {
        text[n++] = digits[sample->token[i] >> 4];
        text[n++] = digits[sample->token[i] & 15];
    }
    copy = arena_text(&d->arena, span(text, n));
    if (!copy)
        return -ENOMEM;
    d->tokens[d->n_tokens++] = copy;
    return 0;
}
