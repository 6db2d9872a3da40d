/* Reason: see reason.h. */
#include "lib/reason.h"

#include <ctype.h>
#include <math.h>

#include "base/show.h"

enum { WIDTH = 100, ID_WIDTH = 24 };

void reasons_done(Reasons *r) {
    free(r->at);
    *r = (Reasons){.engine = r->engine};
}

void reasons_add(Reasons *r, const Reason *reason) {
    if (r->n == r->cap) {
        size_t cap = r->cap ? 2 * r->cap : 256;
        Reason *at = reallocarray(r->at, cap, sizeof(*at));

        if (!at) {
            r->failed = true;
            return;
        }
        r->at = at;
        r->cap = cap;
    }
    r->at[r->n++] = *reason;
}

/* ---- order ---- */

/* Reported ones first, then those that came near, then those that never had a chance. */
static int verdict_rank(Verdict v) {
    static const int ranks[] = {
        [VERDICT_HIT] = 0,    [VERDICT_OVERLAPPED] = 1, [VERDICT_LOW] = 2,  [VERDICT_STOP] = 3,
        [VERDICT_ABSENT] = 4, [VERDICT_INVALID] = 4,    [VERDICT_EDGE] = 5, [VERDICT_ALLOWED] = 1,
    };

    return ranks[v];
}

static int reason_cmp(const void *a, const void *b) {
    const Reason *x = a, *y = b;

    if (x->start != y->start)
        return x->start < y->start ? -1 : 1;
    if (x->end != y->end)
        return x->end > y->end ? -1 : 1;
    if (verdict_rank(x->verdict) != verdict_rank(y->verdict))
        return verdict_rank(x->verdict) - verdict_rank(y->verdict);
    if (x->detector != y->detector)
        return x->detector < y->detector ? -1 : 1;
    return x->match < y->match ? -1 : x->match > y->match;
}

static bool same_place(const Reason *a, const Reason *b) {
    return a->start == b->start && a->end == b->end;
}

/* One that was a hit until something took it away comes twice: joined, with its sum. */
static void join_overlapped(Reason *place, size_t n) {
    for (size_t i = 0; i < n; i++) {
        for (size_t k = i + 1; place[i].verdict == VERDICT_HIT && k < n; k++) {
            if ((place[k].verdict != VERDICT_OVERLAPPED && place[k].verdict != VERDICT_ALLOWED) ||
                place[k].detector != place[i].detector || place[k].match != place[i].match)
                continue;
            place[i].verdict = place[k].verdict;
            place[i].rival = place[k].rival;
            place[k].detector = UINT16_MAX; /* told with the other */
        }
    }
}

/* ---- one sum ---- */

static void put_term(Buf *to, double value, const char *what) {
    buf_printf(to, "    %+6.2f  %s\n", value, what);
}

static void put_word(Buf *to, double value, const char *phrase, unsigned distance,
                     const char *where) {
    _cleanup_(buf_done) Buf text = {0};

    buf_byte(&text, '\'');
    show_text(&text, phrase);
    buf_printf(&text, "', %u %s %s", distance, distance == 1 ? "byte" : "bytes", where);
    put_term(to, value, buf_cstr(&text));
}

static void put_base(Buf *to, const Engine *e, const Reason *r) {
    static const char *const kinds[N_MATCH_KINDS] = {"shape",  "pattern", "keyword",
                                                     "phrase", "form",    "cell"};
    const Match *m = e->matches[r->match].rule;
    const char *validate = e->detectors[r->detector].rule->validate;
    _cleanup_(buf_done) Buf text = {0};

    buf_printf(&text, "%s ", kinds[m->kind]);
    show_span(&text, span(m->text, strnlen(m->text, 60)));
    if (strlen(m->text) > 60)
        buf_text(&text, "...");
    if (validate)
        buf_printf(&text, ", checksum %s", validate);
    put_term(to, (double)r->score.base, buf_cstr(&text));
}

/* What words add is in one number; the part of the word for it is known, the rest is against. */
static void put_context(Buf *to, const Engine *e, const Score *s) {
    const ContextEvidence *c = &s->evidence;
    double column = !c->column ? 0 : (double)(c->column > 0 ? SCORE_COLUMN : SCORE_COLUMN_NOT);
    double near =
        c->near < 0 || c->column > 0 ? 0 : (double)(c->near_after ? SCORE_NEAR_AFTER : SCORE_NEAR);
    double against = (double)s->context - near - column;

    if (c->column)
        put_term(to, column,
                 c->column > 0 ? "the name of its column speaks for it"
                               : "the name of its column speaks against it");
    if (c->near >= 0 && c->column <= 0)
        put_word(to, near, context_phrase(e->words, (uint16_t)c->near), c->near_distance,
                 c->near_after ? "behind" : "before");
    if (c->against >= 0 && fabs(against) > 0.005)
        put_word(to, against, context_phrase(e->words, (uint16_t)c->against), c->against_distance,
                 "away, which speaks against it");
    if (s->required_missing)
        put_term(to, (double)SCORE_NO_CONTEXT, "no word for it is near, and one is needed");
}

static void put_sum(Buf *to, const Engine *e, const Reason *r) {
    const Score *s = &r->score;

    put_base(to, e, r);
    if (s->why_edge)
        put_term(to, (double)s->edge, s->why_edge);
    if (s->why_form)
        put_term(to, (double)s->form, s->why_form);
    put_context(to, e, s);
    buf_printf(to, "    %6.2f  in all: %s\n", (double)s->total,
               level_of((double)s->total) == LEVEL_NONE ? "below low"
                                                        : level_name(level_of((double)s->total)));
}

/* ---- one place ---- */

static void put_allowed(Buf *to, const AllowEntry *a) {
    buf_printf(to, "not reported: the allow entry %s says so: ", a->name);
    show_text(to, a->reason);
    buf_text(to, "; by ");
    show_text(to, a->by);
    buf_byte(to, '\n');
}

static void put_scored(Buf *to, const Engine *e, const Reason *r) {
    const Detector *all = e->rules->detectors;

    buf_printf(to, "  %-*s  ", ID_WIDTH, all[r->detector].id);
    if (r->verdict == VERDICT_OVERLAPPED)
        buf_printf(to, "dropped: '%s' is the better reading\n", all[r->rival].id);
    else if (r->verdict == VERDICT_ALLOWED)
        put_allowed(to, &e->rules->allows[r->rival]);
    else if (r->verdict == VERDICT_LOW)
        buf_text(to, "dropped: not sure enough for any report\n");
    else if (level_of((double)r->score.total) == LEVEL_LOW)
        buf_text(to, "found, but only --min-confidence low reports it\n");
    else
        buf_printf(to, "found: %s\n", level_name(level_of((double)r->score.total)));
    put_sum(to, e, r);
}

static const char *verdict_words(Verdict v) {
    switch (v) {
    case VERDICT_INVALID:
        return "checksum is wrong";
    case VERDICT_STOP:
        return "a placeholder";
    case VERDICT_ABSENT:
        return "not in the table of its records";
    case VERDICT_EDGE:
        return "part of something longer";
    case VERDICT_OVERLAPPED:
        return "a better reading has these bytes";
    default:
        return "not sure enough";
    }
}

/* Those without a sum, one line for each cause; reasons of a cause stand together. */
static void put_dropped(Buf *to, const Engine *e, const Reason *place, size_t n) {
    size_t line = to->n;
    const Reason *before = NULL;

    for (size_t i = 0; i < n; i++) {
        const Reason *r = &place[i];
        const char *id;

        if (r->scored || r->detector == UINT16_MAX ||
            (before && before->verdict == r->verdict && before->detector == r->detector))
            continue;
        id = e->rules->detectors[r->detector].id;
        if (!before || before->verdict != r->verdict) {
            buf_printf(to, "%s  dropped: %s: %s", before ? "\n" : "", verdict_words(r->verdict),
                       id);
            line = to->n - strlen(id) - 32;
        } else if (to->n - line + strlen(id) + 2 > WIDTH) {
            line = to->n;
            buf_printf(to, ",\n      %s", id);
        } else {
            buf_printf(to, ", %s", id);
        }
        before = r;
    }
    if (before)
        buf_byte(to, '\n');
}

/*
 * The mask of what was found there; of anything else only its form, because candidates overlap and
 * what one mask hides another would show.
 */
static void put_mask(Buf *to, const Reason *place, size_t n) {
    for (size_t i = 0; i < n; i++) {
        if (place[i].verdict == VERDICT_HIT || place[i].verdict == VERDICT_ALLOWED) {
            buf_text(to, place[i].mask);
            return;
        }
    }
    for (const char *p = place[0].mask; *p; p++)
        buf_byte(to, isalnum((unsigned char)*p) ? '*' : (uint8_t)*p);
}

static void put_place(Buf *to, const Engine *e, Reason *place, size_t n) {
    join_overlapped(place, n);
    buf_printf(to, "\nL%llu:@%llu  ", (unsigned long long)place->line,
               (unsigned long long)place->offset);
    put_mask(to, place, n);
    buf_byte(to, '\n');
    for (size_t i = 0; i < n; i++) {
        if (place[i].scored && place[i].detector != UINT16_MAX)
            put_scored(to, e, &place[i]);
    }
    put_dropped(to, e, place, n);
}

void reasons_tell(Reasons *r, Buf *to) {
    size_t n;

    if (r->n)
        qsort(r->at, r->n, sizeof(*r->at), reason_cmp);
    for (size_t i = 0; i < r->n; i += n) {
        for (n = 1; i + n < r->n && same_place(&r->at[i], &r->at[i + n]); n++)
            ;
        put_place(to, r->engine, &r->at[i], n);
    }
    r->n = 0;
}
