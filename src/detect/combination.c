/* Combination: see combination.h. */
#include "detect/combination.h"

void combinations_done(Combinations *c) {
    for (size_t i = 0; i < c->n; i++)
        free(c->at[i].terms);
    free(c->at);
    *c = (Combinations){0};
}

/* One that is a combination itself is no term of another. */
static bool is_combination(const Detector *d) {
    for (size_t i = 0; i < d->n_matches; i++) {
        if (d->matches[i].kind == MATCH_COMBINATION)
            return true;
    }
    return false;
}

/* The detectors that one word of a term means. */
static int word_add(const Rules *rules, Span word, uint64_t *set, Error *reterr) {
    bool known = category_find(word) != NULL;

    for (size_t i = 0; i < rules->n; i++) {
        const Detector *d = &rules->detectors[i];

        if (is_combination(d))
            continue;
        if (span_eq(span_of(d->id), word) || span_eq(span_of(d->category->id), word)) {
            set[i / 64] |= UINT64_C(1) << (i % 64);
            known = true;
        }
    }
    return known ? 0
                 : error_set(reterr, -EINVAL, "'%.*s' is neither a category nor a detector",
                             (int)word.n, (const char *)word.at);
}

static int term_add(const Rules *rules, const char *term, uint64_t *set, Error *reterr) {
    int r = 0;

    for (const char *end; r == 0; term = end + 1) {
        end = strchrnul(term, '|');
        r = word_add(rules, span(term, (size_t)(end - term)), set, reterr);
        if (!*end)
            break;
    }
    return r;
}

int combinations_add(Combinations *c, const Rules *rules, const Match *m, uint16_t detector,
                     uint16_t match, Error *reterr) {
    Combination *at = reallocarray(c->at, c->n + 1, sizeof(*at));
    int r = 0;

    if (!at)
        return -ENOMEM;
    c->at = at;
    c->words = (rules->n + 63) / 64;
    at = &c->at[c->n];
    *at = (Combination){.rule = m, .detector = detector, .match = match};
    at->terms = calloc(m->terms.n * c->words, sizeof(*at->terms));
    if (!at->terms)
        return -ENOMEM;
    c->n++;
    for (size_t i = 0; i < m->terms.n && r == 0; i++)
        r = term_add(rules, m->terms.at[i], at->terms + i * c->words, reterr);
    return r;
}
