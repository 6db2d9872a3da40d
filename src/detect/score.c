/* Score: see score.h. */
#include "detect/score.h"

#include <math.h>

#include "detect/bytes.h"
#include "detect/layout.h"
#include "detect/shape.h"

/*
 * How much rarer than one in ten such texts the bare form is, by kind. Digits alone are everywhere;
 * each group with a fixed separator, and each letter at a fixed place, makes chance hits rarer.
 */
static float rarity(const Match *m) {
    uint8_t groups[LAYOUT_GROUPS_MAX];
    Layout layout;
    float r;
    int n;

    switch (m->kind) {
    case MATCH_SHAPE:
        n = shape_parse(m->text, groups);
        return n <= 1 ? -4.0f : -2.6f + 0.4f * (float)n;
    case MATCH_PATTERN:
        if (layout_parse(m->text, NULL, &layout) < 0)
            return -4.0f;
        r = -3.6f;
        for (size_t i = 0; i < layout.n; i++)
            r += layout.class[i] == LAYOUT_UPPER     ? 0.7f
                 : layout.class[i] == LAYOUT_LITERAL ? 0.5f
                                                     : 0;
        return r;
    default:
        return SCORE_BASE_HIGH;
    }
}

float score_base(const Match *m, const Validator *v) {
    float base;

    switch (m->base) {
    case BASE_LOW:
        return SCORE_BASE_LOW;
    case BASE_MEDIUM:
        return SCORE_BASE_MEDIUM;
    case BASE_HIGH:
        return SCORE_BASE_HIGH;
    case BASE_AUTO:
        break;
    }
    base = rarity(m);
    if (v && v->rate > 0 && v->rate < 1 && m->kind <= MATCH_PATTERN)
        base += 0.6f * -logf(v->rate);
    if (base < SCORE_BASE_LOW)
        return SCORE_BASE_LOW;
    return base > SCORE_BASE_HIGH ? SCORE_BASE_HIGH : base;
}

void score_sum(Score *s, const Detector *d) {
    s->context = 0;
    s->required_missing = false;
    if (s->evidence.column)
        s->context += s->evidence.column > 0 ? SCORE_COLUMN : SCORE_COLUMN_NOT;
    if (s->evidence.near >= 0 && s->evidence.column <= 0)
        s->context += s->evidence.near_after ? SCORE_NEAR_AFTER : SCORE_NEAR;
    else if (d->context.required && s->evidence.column <= 0)
        s->required_missing = true;
    if (s->evidence.against >= 0 && !s->evidence.column &&
        (s->evidence.near < 0 || s->evidence.against_distance < s->evidence.near_distance))
        s->context += SCORE_AGAINST;
    s->total = s->base + s->edge + s->form + s->context;
    if (s->required_missing)
        s->total += SCORE_NO_CONTEXT;
}
