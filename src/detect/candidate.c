/*
 * Candidate: see candidate.h.
 *
 * Hits that share bytes: the better one stands, the other becomes its alternative if it claims the
 * same bytes. "Better" is decided pair by pair, never by what happened to a third, and only
 * between hits that start within HIT_REACH of each other: so the answer does not depend on where a
 * window began.
 */
#include "detect/candidate.h"

#include "base/sketch.h"
#include "detect/bytes.h"

enum {
    HIT_REACH = 512,
    HIT_BEATEN = 0x80, /* in Hit.level, until the hit is dropped */
};

void hits_done(HitList *l) {
    free(l->at);
    *l = (HitList){0};
}

/* Room for one more, to be filled in at once; NULL if there is no memory. */
static inline Hit *hits_extend(HitList *l) {
    if (_unlikely_(l->n == l->cap)) {
        size_t cap = l->cap ? l->cap * 2 : 1024;
        Hit *at = reallocarray(l->at, cap, sizeof(*at));

        if (!at) {
            l->failed = true;
            return NULL;
        }
        l->at = at;
        l->cap = cap;
    }
    return &l->at[l->n++];
}

static bool words_have(const Words *w, Span value, bool fold) {
    for (size_t i = 0; i < w->n; i++) {
        const char *p = w->at[i];
        size_t k = 0;

        while (k < value.n && p[k] &&
               (uint8_t)p[k] == (fold ? byte_lower(value.at[k]) : value.at[k]))
            k++;
        if (k == value.n && p[k] == 0)
            return true;
    }
    return false;
}

static _noinline_ void trace_judged(const Judge *j, const Candidate *c, Verdict verdict,
                                    const Score *score) {
    Trace t = {.start = j->base + c->start,
               .end = j->base + c->end,
               .detector = j->engine->matches[c->match].detector,
               .match = c->match,
               .verdict = verdict,
               .score = score,
               .rival = -1};

    if (c->start >= j->own_lo && c->start < j->own_hi)
        j->sink->trace(j->sink->of, &t);
}

static inline void trace_scored(const Judge *j, const Candidate *c, Verdict verdict,
                                const Score *score) {
    if (_unlikely_(j->sink->trace != NULL))
        trace_judged(j, c, verdict, score);
}

void candidate_drop(Judge *j, size_t start, size_t end, uint16_t match, Verdict verdict) {
    if (_unlikely_(j->sink->trace != NULL))
        trace_judged(j, &(Candidate){.start = start, .end = end, .match = match}, verdict, NULL);
}

static inline void count_tested(const Judge *j, size_t detector, size_t start, bool ok) {
    if (start < j->own_lo || start >= j->own_hi)
        return;
    if (j->context->columns) {
        if (j->sink->tested)
            j->sink->tested(j->sink->of, context_mark(j->context, start), (uint16_t)detector, ok);
    } else if (j->sink->counts) {
        j->sink->counts[detector].tested++;
        j->sink->counts[detector].valid += ok;
    }
}

static inline bool passes_checksum(const Judge *j, const EngineDetector *d, size_t detector,
                                   const Candidate *c) {
    Span value = c->checked.at ? c->checked : c->canon;
    bool ok = !d->check || d->check((const char *)value.at, value.n);

    count_tested(j, detector, c->start, ok);
    return ok;
}

void candidate_missed(Judge *j, uint16_t match, size_t start) {
    count_tested(j, j->engine->matches[match].detector, start, false);
}

static _noinline_ bool is_in_table(const Judge *j, const EngineDetector *d, const Candidate *c) {
    return edm_has(d->edm, span(j->bitmap->text, j->bitmap->n), c->start, c->end, d->edm_columns,
                   d->edm_within);
}

static inline bool is_test_value(const EngineDetector *d, Span canon) {
    return d->test_filter && (d->test_filter & value_filter(canon)) &&
           words_have(&d->rule->test_values, canon, false);
}

/*
 * What decides between detectors that claim the same bytes with the same score, where both are
 * nothing without a word: whose word is nearer, whose is longer ("uk passport number" says more
 * than "passport number"), and then whether a checksum holds.
 */
static uint32_t claim_of(const Judge *j, const EngineMatch *match, const ContextEvidence *e) {
    const EngineDetector *d = &j->engine->detectors[match->detector];
    uint32_t distance = UINT16_MAX, length = 0;

    if (match->alone >= LEVEL_MEDIUM)
        return 0;
    if (e->column > 0) {
        distance = 0;
    } else if (e->near >= 0) {
        distance = e->near_distance;
        length = (uint32_t)strlen(context_phrase(j->context->words, (uint16_t)e->near));
    }
    return distance << 16 | (CONTEXT_PHRASE_MAX - length) << 1 | (d->check == NULL);
}

static void candidate_hit(Judge *j, const Candidate *c, const EngineDetector *d, float score,
                          Level level, const ContextEvidence *evidence) {
    Hit *h = hits_extend(j->hits);

    if (!h)
        return;
    h->start = (uint32_t)(j->base + c->start);
    h->end = (uint32_t)(j->base + c->end);
    h->detector = j->engine->matches[c->match].detector;
    h->match = c->match;
    h->score = score;
    h->claim = claim_of(j, &j->engine->matches[c->match], evidence);
    h->level = (uint8_t)level;
    h->test_value = is_test_value(d, c->canon);
    h->n_alternatives = 0;
    h->hash = j->sink->secret ? sketch_hash(j->sink->secret, c->canon) : 0;
}

/* The best level that a candidate reaches without a word for it. */
static inline Level level_alone(const EngineMatch *match, const Candidate *c) {
    if (match->alone == LEVEL_NONE || (!c->why_edge && !c->why_form))
        return match->alone;
    return level_of(match->base + c->edge + c->form);
}

/* Adds up, and keeps it if it reaches the floor. */
static _noinline_ void candidate_score(Judge *j, const Candidate *c, const EngineMatch *match,
                                       const EngineDetector *d, const ContextEvidence *evidence) {
    Score s = {.base = match->base,
               .edge = c->edge,
               .form = c->form,
               .why_edge = c->why_edge,
               .why_form = c->why_form,
               .evidence = *evidence};
    Level level;

    score_sum(&s, d->rule);
    level = level_of(s.total);
    if (level < j->sink->floor || level == LEVEL_NONE) {
        trace_scored(j, c, VERDICT_LOW, &s);
        return;
    }
    candidate_hit(j, c, d, s.total, level, evidence);
    trace_scored(j, c, VERDICT_HIT, &s);
}

/*
 * Words are looked for first where nothing is reported without one, so that such a candidate is
 * neither checked nor counted; and otherwise only where they can change the level. A trace wants to
 * know all.
 */
_hot_ void candidate_judge(Judge *j, const Candidate *c) {
    const EngineMatch *match = &j->engine->matches[c->match];
    const EngineDetector *d = &j->engine->detectors[match->detector];
    Level alone = level_alone(match, c);
    bool weak = alone < j->sink->floor && !j->sink->trace;
    ContextEvidence evidence = {.near = -1, .against = -1};

    if (c->start < j->eval_lo || c->start >= j->eval_hi)
        return;
    if (weak) {
        context_around(j->context, match->detector, c->start, c->end, d->within, &evidence);
        if (evidence.near < 0 && evidence.column <= 0)
            return;
    }
    if (!passes_checksum(j, d, match->detector, c)) {
        trace_scored(j, c, VERDICT_INVALID, NULL);
        return;
    }
    if (_unlikely_(d->edm != NULL) && j->sink->exact && !is_in_table(j, d, c)) {
        trace_scored(j, c, VERDICT_ABSENT, NULL);
        return;
    }
    if (d->stops && words_have(&d->rule->stop_values, c->canon, true)) {
        trace_scored(j, c, VERDICT_STOP, NULL);
        return;
    }
    if (!weak && (alone < LEVEL_HIGH || match->opposed || j->context->columns || j->sink->trace))
        context_around(j->context, match->detector, c->start, c->end, d->within, &evidence);
    if (_likely_(evidence.near < 0 && evidence.against < 0 && !evidence.column &&
                 alone != LEVEL_NONE && !j->sink->trace)) {
        /* what it is worth alone, and that reaches the floor */
        candidate_hit(j, c, d, match->base + c->edge + c->form, alone, &evidence);
        return;
    }
    candidate_score(j, c, match, d, &evidence);
}

Span candidate_compact(const Judge *j, uint16_t match, Span value, char *to, size_t cap) {
    const EngineDetector *d = &j->engine->detectors[j->engine->matches[match].detector];

    return d->compact ? span(to, d->compact((const char *)value.at, value.n, to, cap)) : (Span){0};
}

void candidate_layout(Judge *j, uint16_t match, size_t start) {
    const Layout *l = j->engine->matches[match].layout;
    const uint8_t *text = j->bitmap->text;
    _uninitialized_ char canon[LAYOUT_MAX], compact[2 * LAYOUT_MAX];
    size_t n = 0;

    if (!layout_match(l, text, j->bitmap->n, start))
        return;
    for (size_t i = start; i < start + l->n; i++) {
        if (byte_is_alnum(text[i]))
            canon[n++] = (char)text[i];
    }
    candidate_judge(j, &(Candidate){.start = start,
                                    .end = start + l->n,
                                    .match = match,
                                    .canon = span(canon, n),
                                    .checked = candidate_compact(j, match, span(text + start, l->n),
                                                                 compact, sizeof(compact))});
}

/* Is a better than b, where they share bytes? A total order on different hits. */
static bool hit_better(const Hit *a, const Hit *b) {
    uint32_t na = a->end - a->start, nb = b->end - b->start;
    bool a_holds_b = a->start <= b->start && b->end <= a->end && na > nb;
    bool b_holds_a = b->start <= a->start && a->end <= b->end && nb > na;

    /* what holds the other entirely is the better reading unless it is much weaker */
    if (a_holds_b && a->score >= b->score - 3.0f)
        return true;
    if (b_holds_a && b->score >= a->score - 3.0f)
        return false;
    if (a->score != b->score)
        return a->score > b->score;
    if (na != nb)
        return na > nb;
    if (a->start != b->start)
        return a->start < b->start;
    if (a->claim != b->claim)
        return a->claim < b->claim;
    if (a->detector != b->detector)
        return a->detector < b->detector;
    return a->match < b->match;
}

/* The order in which hits are resolved and passed on: total, so that it is always the same. */
static bool hit_before(const Hit *a, const Hit *b) {
    if (a->start != b->start)
        return a->start < b->start;
    if (a->end != b->end)
        return a->end < b->end;
    if (a->detector != b->detector)
        return a->detector < b->detector;
    return a->match < b->match;
}

/* Nearly sorted as it is: what is found looks left of its anchor by a few bytes only. */
static void hits_sort(HitList *l) {
    for (size_t i = 1; i < l->n; i++) {
        size_t k = i;
        Hit h;

        if (!hit_before(&l->at[i], &l->at[i - 1]))
            continue;
        h = l->at[i];
        for (; k > 0 && hit_before(&h, &l->at[k - 1]); k--)
            l->at[k] = l->at[k - 1];
        l->at[k] = h;
    }
}

static void hit_alternative(Hit *winner, const Hit *loser) {
    if (winner->detector == loser->detector || winner->n_alternatives == MATCHER_ALTERNATIVES ||
        winner->start != loser->start || winner->end != loser->end)
        return;
    for (size_t i = 0; i < winner->n_alternatives; i++) {
        if (winner->alternatives[i] == loser->detector)
            return;
    }
    winner->alternatives[winner->n_alternatives++] = loser->detector;
}

static void trace_overlapped(const Owned *o, const Hit *h, int rival) {
    const MatcherSink *sink = o->sink;
    Trace t = {.start = h->start,
               .end = h->end,
               .detector = h->detector,
               .match = h->match,
               .verdict = VERDICT_OVERLAPPED,
               .rival = rival};

    if (sink->trace && h->start >= o->lo && h->start < o->hi)
        sink->trace(sink->of, &t);
}

/* To the sink, or past it where an allow list says so. */
static inline void hit_pass(const Owned *o, const Hit *h) {
    const MatcherSink *sink = o->sink;
    int entry = _likely_(!sink->allow) ? -1 : matcher_allows(o->matcher, o->window, sink, h);

    if (entry < 0)
        sink->hit(sink->of, o->matcher, o->window, h);
    else
        sink->allowed(sink->of, o->window, h, (uint16_t)entry);
}

void hits_resolve(HitList *l, const Owned *o) {
    hits_sort(l);
    for (size_t i = 0; i < l->n; i++) {
        Hit *h = &l->at[i];

        for (size_t k = i + 1; k < l->n; k++) {
            Hit *other = &l->at[k];

            if (other->start >= h->end || other->start - h->start > HIT_REACH)
                break;
            if (hit_better(h, other)) {
                hit_alternative(h, other);
                trace_overlapped(o, other, h->detector);
                other->level |= HIT_BEATEN;
            } else {
                hit_alternative(other, h);
                trace_overlapped(o, h, other->detector);
                h->level |= HIT_BEATEN;
            }
        }
        if (!(h->level & HIT_BEATEN) && h->start >= o->lo && h->start < o->hi)
            hit_pass(o, h);
    }
}
