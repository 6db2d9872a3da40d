/*
 * Judge: see judge.h.
 *
 * Kleene's logic: FALSE < UNKNOWN < TRUE, `all` is the least of its parts, `any` the greatest,
 * `not` turns it round. The depth of a tree is bounded by that of its file.
 */
#include "classify/judge.h"

static Truth truth_of(bool b) {
    return b ? TRUTH_TRUE : TRUTH_FALSE;
}

static bool is_among(const Predicate *p, const FactValue *v) {
    switch (fact_definition(p->fact)->type) {
    case FACT_TYPE_WORD:
    case FACT_TYPE_FLAG:
        return p->words >> v->number & 1;
    case FACT_TYPE_CATEGORY:
        return category_set_has(&p->categories, (size_t)v->number);
    case FACT_TYPE_NUMBER:
        for (size_t i = 0; i < p->n; i++) {
            if (p->numbers[i] == v->number)
                return true;
        }
        return false;
    case FACT_TYPE_TEXT:
    default:
        for (size_t i = 0; i < p->n; i++) {
            if (span_is(v->text, p->texts[i]))
                return true;
        }
        return false;
    }
}

static Truth leaf_truth(const Predicate *p, const Case *c, bool early) {
    const FactValue *v = &c->at[p->fact];

    if (p->kind == PREDICATE_KNOWN)
        return !v->known && early ? TRUTH_UNKNOWN : truth_of(v->known == (p->number != 0));
    if (!v->known)
        return TRUTH_UNKNOWN;
    switch (p->kind) {
    case PREDICATE_AT_LEAST:
        return truth_of(v->number >= p->number);
    case PREDICATE_AT_MOST:
        return truth_of(v->number <= p->number);
    case PREDICATE_UNDER:
    case PREDICATE_IN:
    default:
        return truth_of(is_among(p, v));
    }
}

static Truth truth(const Predicate *p, const Case *c, bool early) {
    Truth t;

    switch (p->kind) {
    case PREDICATE_ALL:
        t = TRUTH_TRUE;
        for (const Predicate *i = p->inside; i && t != TRUTH_FALSE; i = i->next) {
            Truth of = truth(i, c, early);

            t = of < t ? of : t;
        }
        return t;
    case PREDICATE_ANY:
        t = TRUTH_FALSE;
        for (const Predicate *i = p->inside; i && t != TRUTH_TRUE; i = i->next) {
            Truth of = truth(i, c, early);

            t = of > t ? of : t;
        }
        return t;
    case PREDICATE_NOT:
        return (Truth)(TRUTH_TRUE - truth(p->inside, c, early));
    default:
        return leaf_truth(p, c, early);
    }
}

Truth judge_truth(const Predicate *p, const Case *c) {
    return truth(p, c, false);
}

Truth judge_truth_early(const Predicate *p, const Case *c) {
    return truth(p, c, true);
}

Severity judge_severity(const Rule *rule, const Case *c, Buf *arithmetic) {
    int sum = (int)rule->base;
    Severity s;

    if (arithmetic)
        buf_text(arithmetic, severity_names[rule->base]);
    for (size_t i = 0; i < rule->n_adjust; i++) {
        const Adjust *a = &rule->adjust[i];

        if (judge_truth(a->when, c) != TRUTH_TRUE)
            continue;
        sum += a->by;
        if (arithmetic)
            buf_printf(arithmetic, " %+d (%s)", a->by, a->why);
    }
    s = severity_by(SEVERITY_INFO, sum);
    if (arithmetic)
        buf_printf(arithmetic, " = %s%s", severity_names[s],
                   sum > SEVERITY_CRITICAL ? ", the highest"
                   : sum < SEVERITY_INFO   ? ", the lowest"
                                           : "");
    return s;
}

void judge_narrate(const Rule *rule, const Case *c, Buf *to) {
    for (size_t i = 0; i < rule->narrative.n; i++) {
        const Piece *p = &rule->narrative.at[i];

        buf_span(to, p->text);
        if (p->has_fact)
            case_print(c, p->fact, to);
    }
}
