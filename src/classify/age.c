/*
 * Age: see age.h.
 *
 * Choice: of each family (columns of rows, dates of a message ...) the first usable source that has
 * evidence; of these all of the best trust in showing youth, together. Then bounds: what is bounded
 * cannot be younger than they are, if they are worth as much.
 */
#include "classify/age.h"

#include "base/cleanup.h"
#include "classify/pathdate.h"

#define NS_PER_HOUR INT64_C(3600000000000)

enum { YEAR = 366 };

/* ---- what is no date ---- */

static bool is_none(Day d) {
    static const Day none[] = {
        0,                      /* 1970-01-01: Unix */
        3652,    3651,    3620, /* 1980-01-01, the day before, 1979-11-30: DOS */
        -134774,                /* 1601-01-01: Windows */
        -79257,                 /* 1753-01-01: SQL Server */
        -25569,  -25568,        /* 1899-12-30, -31: OLE */
        -25567,  -24107,        /* 1900-01-01, 1904-01-01: Excel */
        2932896, 2932531,       /* 9999-12-31, 9998-12-31: never */
    };

    for (size_t i = 0; i < N_ELEMENTS(none); i++) {
        if (none[i] == d)
            return true;
    }
    return false;
}

/* Events that may lie ahead: the end of a contract, a period that goes on. */
static bool may_come(Dating d) {
    return d == DATING_DECLARED || d == DATING_ROW_CLOSED || d == DATING_ROW_DATE ||
           d == DATING_PATH_DATE;
}

static bool is_row(Dating d) {
    return dating_info(d)->family == FAMILY_ROW || d == DATING_DECLARED;
}

/* Before it there were no files to be changed; rows and people are older. */
static Day earliest(Dating d) {
    return is_row(d) || d == DATING_PATH_DATE ? -7305 : 7305; /* 1950-01-01, 1990-01-01 */
}

/* More of the same source: all of it together; of a bound what binds more. */
static AgeEvidence *widen(AgeEvidence *e, Day from, Day to) {
    if (dating_info(e->source)->bound) {
        e->to = to < e->to ? to : e->to;
        return e;
    }
    e->from = from < e->from ? from : e->from;
    e->to = to > e->to ? to : e->to;
    return e;
}

static AgeEvidence *add(AgeFacts *f, Dating source, Day from, Day to, Day today) {
    unsigned trust = dating_info(source)->trust;

    if (from != DAY_NONE && (is_none(from) || from < earliest(source)))
        from = DAY_NONE;
    if (to == DAY_NONE || is_none(to) || to < earliest(source) ||
        (from != DAY_NONE && from > today && source != DATING_DECLARED && !is_row(source)) ||
        (to > today && !may_come(source) && (from == DAY_NONE || from > today))) {
        f->discarded++;
        return NULL;
    }
    if (to > today && !may_come(source))
        to = today;
    if (from > to)
        return NULL;
    for (size_t i = 0; i < f->n; i++) {
        if (f->at[i].source == source)
            return widen(&f->at[i], from, to);
    }
    if (f->n == AGE_EVIDENCE_MAX)
        return NULL;
    f->at[f->n] =
        (AgeEvidence){.source = source, .from = from, .to = to, .old = trust, .young = trust};
    return &f->at[f->n++];
}

void age_add(AgeFacts *f, Dating source, Day from, Day to, Day today) {
    add(f, source, from, to, today);
}

void age_add_spread(AgeFacts *f, Dating source, Day from, Day to, Day today) {
    AgeEvidence *e = add(f, source, from, to, today);

    if (e)
        e->spread = e->from != e->to;
}

/*
 * The time of last change shows youth where the file was changed in place (long after it was made
 * here), and where it is older than the file itself (a copy that kept its times).
 */
void age_add_file(AgeFacts *f, int64_t mtime, int64_t btime, Day today) {
    Day changed = day_of_time(mtime), made = day_of_time(btime);
    bool shows = btime != INT64_MIN && mtime != INT64_MIN &&
                 (mtime < btime - NS_PER_HOUR / 60 || mtime > btime + NS_PER_HOUR);
    AgeEvidence *e = add(f, DATING_FS_MTIME, changed, changed, today);

    if (e)
        e->young = shows ? e->old : 4;
    add(f, DATING_FS_BTIME, made, made, today);
}

void age_add_path(AgeFacts *f, Span path, YearEnd fiscal, Day today) {
    PathDate d;
    AgeEvidence *e =
        path_date(path, fiscal, &d) ? add(f, DATING_PATH_DATE, d.from, d.to, today) : NULL;

    if (e)
        e->pattern = d.pattern;
}

void age_suspect_copy(AgeFacts *f) {
    f->copied = true;
    for (size_t i = 0; i < f->n; i++) {
        if (f->at[i].source == DATING_FS_MTIME)
            f->at[i].young = 4;
    }
}

/* ---- choice ---- */

static const AgeEvidence *evidence_of(const AgeFacts *f, Dating d) {
    for (size_t i = 0; i < f->n; i++) {
        if (f->at[i].source == d)
            return &f->at[i];
    }
    return NULL;
}

/* The dates among what is usable, one a family. */
static size_t dates_choose(const AgeFacts *f, const Dating *usable, size_t n,
                           const AgeEvidence *ret[AGE_EVIDENCE_MAX]) {
    uint32_t families = 0;
    size_t chosen = 0;

    for (size_t i = 0; i < n && chosen < AGE_EVIDENCE_MAX; i++) {
        const DatingInfo *info = dating_info(usable[i]);
        const AgeEvidence *e = info->bound ? NULL : evidence_of(f, usable[i]);

        if (!e || (info->family != FAMILY_ALONE && families >> info->family & 1))
            continue;
        families |= 1u << info->family;
        ret[chosen++] = e;
    }
    return chosen;
}

static bool is_disk(const AgeEvidence *e) {
    return e->source == DATING_FS_MTIME || e->source == DATING_FS_BTIME;
}

static void dates_join(const AgeEvidence *const *e, size_t n, Age *a) {
    unsigned best = TRUST_NONE;
    Day latest_from = DAY_NONE, earliest_to = INT32_MAX;

    for (size_t i = 0; i < n; i++)
        best = e[i]->young < best ? e[i]->young : best;
    for (size_t i = 0; i < n; i++) {
        if (e[i]->young != best)
            continue;
        if (!a->known) {
            *a = (Age){.known = true,
                       .from = e[i]->from,
                       .to = e[i]->to,
                       .old = e[i]->old,
                       .young = best,
                       .by = *e[i],
                       .copied = true};
        }
        a->from = e[i]->from < a->from ? e[i]->from : a->from; /* DAY_NONE is the earliest */
        a->by = e[i]->to > a->to ? *e[i] : a->by;
        a->to = e[i]->to > a->to ? e[i]->to : a->to;
        a->old = e[i]->old > a->old ? e[i]->old : a->old;
        a->spread |= e[i]->spread;
        a->copied &= is_disk(e[i]) && e[i]->young == 4;
        latest_from = e[i]->from > latest_from ? e[i]->from : latest_from;
        earliest_to = e[i]->to < earliest_to ? e[i]->to : earliest_to;
    }
    a->conflict = latest_from != DAY_NONE && latest_from > earliest_to + YEAR;
}

/* ---- bounds ---- */

static void bound_put(Age *a, const AgeEvidence *e, unsigned trust) {
    if (!a->known) {
        *a = (Age){.known = true,
                   .from = DAY_NONE,
                   .to = e->to,
                   .old = trust,
                   .young = TRUST_NONE,
                   .by = *e};
        return;
    }
    if (e->to >= a->to)
        return;
    if (trust > a->old) { /* worth less than what it contradicts */
        a->conflict |= a->from != DAY_NONE && a->from > e->to + YEAR;
        return;
    }
    if (a->from > e->to) {
        a->conflict |= a->from > e->to + YEAR;
        a->from = DAY_NONE;
        a->young = TRUST_NONE;
    }
    a->to = e->to;
    a->old = trust;
    a->by = *e;
}

static void bounds_put(const AgeFacts *f, const Dating *usable, size_t n, Age *a) {
    static const Dating always[] = {DATING_SEEN_FIRST, DATING_SEEN_COPY};

    for (size_t i = 0; i < N_ELEMENTS(always); i++) {
        const AgeEvidence *e = evidence_of(f, always[i]);

        if (e)
            bound_put(a, e, e->old);
    }
    for (size_t i = 0; i < n; i++) {
        const AgeEvidence *e = evidence_of(f, usable[i]);

        if (e && (usable[i] == DATING_FS_MTIME || usable[i] == DATING_DUMP_MADE))
            bound_put(a, e, e->old);
    }
}

void age_of(const AgeFacts *f, const Dating *usable, size_t n, bool bounded, Age *ret) {
    const AgeEvidence *dates[AGE_EVIDENCE_MAX];
    size_t n_dates = dates_choose(f, usable, n, dates);

    *ret = (Age){.from = DAY_NONE, .to = DAY_NONE, .old = TRUST_NONE, .young = TRUST_NONE};
    dates_join(dates, n_dates, ret);
    if (bounded)
        bounds_put(f, usable, n, ret);
    ret->copied &= ret->known && f->copied;
}
