/*
 * Digits: see digits.h.
 *
 * From each group on, one trie step a group; wherever a shape ends, the first two digits choose the
 * rules that may apply, the edges are looked at once, and each rule's checksum decides. A group
 * chain may use different separators only where a layout spells them out.
 */
#include "detect/digits.h"

#include "detect/bytes.h"

typedef struct Edge {
    bool known, broken; /* broken: part of something longer, never an identifier of its own */
    float penalty;
    const char *why;
} Edge;

typedef struct Chain {
    size_t start, end;   /* bytes in the chunk */
    uint8_t separator;   /* bit; 0 while there is one group */
    bool uniform;
    size_t n_digits;
    char digits[SHAPE_DIGITS_MAX + 8 * SHAPE_GROUP_MAX];
    Edge edge;
} Chain;

static void edge_add(Edge *e, float penalty, const char *why) {
    e->penalty += penalty;
    if (!e->why)
        e->why = why;
}

/* One side: `c` touches the digits, `beyond` stands behind it (0 at the end of the text). */
static void edge_side(Edge *e, uint8_t c, uint8_t beyond, bool left) {
    switch (c) {
    case '.':
        if (byte_is_digit(beyond))
            e->broken = true; /* a decimal fraction, a longer chain */
        break;
    case '-':
    case '/':
        if (byte_is_digit(beyond))
            e->broken = true;
        else if (byte_is_alnum(beyond))
            edge_add(e, SCORE_COMPOUND, "joined to a word");
        break;
    case ':':
        if (byte_is_digit(beyond))
            edge_add(e, SCORE_COMPOUND, "joined to a number");
        break;
    case ' ':
        if (byte_is_digit(beyond))
            edge_add(e, SCORE_NUMBER_ROW, "beside another number");
        break;
    case '@':
    case '_':
        e->broken = true;
        break;
    case '+':
    case '\\':
        if (left)
            edge_add(e, SCORE_COMPOUND, "joined to a sign");
        break;
    case '$':
    case '%':
        edge_add(e, SCORE_MONEY, "an amount");
        break;
    default:
        if (byte_is_alnum(c))
            e->broken = true;
        break;
    }
}

static const Edge *chain_edge(Chain *c, const uint8_t *text, size_t n) {
    Edge *e = &c->edge;

    if (e->known)
        return e;
    *e = (Edge){.known = true};
    if (c->start)
        edge_side(e, text[c->start - 1], c->start > 1 ? text[c->start - 2] : 0, true);
    if (c->end < n)
        edge_side(e, text[c->end], c->end + 1 < n ? text[c->end + 1] : 0, false);
    /* pound and euro signs in UTF-8 */
    if (c->start > 1 && text[c->start - 1] == 0xa3 && text[c->start - 2] == 0xc2)
        edge_add(e, SCORE_MONEY, "an amount");
    if (c->start > 2 && text[c->start - 1] == 0xac && text[c->start - 2] == 0x82)
        edge_add(e, SCORE_MONEY, "an amount");
    return e;
}

static void judge_layout(Judge *j, const Chain *c, const ShapeRule *rule, HitList *list) {
    const Bitmap *b = j->bitmap;
    const Layout *l = rule->layout;
    char canon[LAYOUT_MAX];
    size_t start, n = 0;

    if (c->start < l->anchor)
        return;
    start = c->start - l->anchor;
    if (!layout_match(l, b->text, b->n, start))
        return;
    for (size_t i = 0; i < l->n; i++) {
        if (byte_is_alnum(b->text[start + i]))
            canon[n++] = (char)b->text[start + i];
    }
    candidate_judge(j,
                    &(Candidate){.start = start,
                                 .end = start + l->n,
                                 .match = rule->match,
                                 .canon = span(canon, n)},
                    list);
}

static void judge_ipv4(Judge *j, const Chain *c, const ShapeRule *rule, HitList *list) {
    FormHit f;

    if (!form_ipv4(j->bitmap->text, j->bitmap->n, c->start, &f) || f.end != c->end)
        return;
    candidate_judge(j,
                    &(Candidate){.start = f.start,
                                 .end = f.end,
                                 .match = rule->match,
                                 .canon = span(f.canon, f.n),
                                 .form = f.evidence,
                                 .why_form = f.why},
                    list);
}

static void judge_rule(Judge *j, Chain *c, const ShapeRule *rule, HitList *list) {
    const Edge *edge;

    if (rule->layout) {
        judge_layout(j, c, rule, list);
        return;
    }
    if (c->separator && (!c->uniform || !(rule->separators & c->separator)))
        return;
    if (rule->ipv4) {
        judge_ipv4(j, c, rule, list);
        return;
    }
    edge = chain_edge(c, j->bitmap->text, j->bitmap->n);
    if (edge->broken) {
        candidate_drop(j, c->start, c->end, rule->match, VERDICT_EDGE);
        return;
    }
    candidate_judge(j,
                    &(Candidate){.start = c->start,
                                 .end = c->end,
                                 .match = rule->match,
                                 .canon = span(c->digits, c->n_digits),
                                 .edge = edge->penalty,
                                 .why_edge = edge->why},
                    list);
}

static void judge_list(Judge *j, Chain *c, const ShapeList *rules, HitList *list) {
    unsigned lead = c->n_digits > 1 ? (unsigned)(c->digits[0] - '0') * 10 + (unsigned)(c->digits[1] - '0')
                                    : (unsigned)(c->digits[0] - '0') * 10;
    uint64_t bits = rules->lead[lead];

    c->edge.known = false;
    for (; bits; bits &= bits - 1)
        judge_rule(j, c, &rules->rules[__builtin_ctzll(bits)], list);
}

static void chain_take(Chain *c, const uint8_t *text, size_t start, size_t end) {
    memcpy(c->digits + c->n_digits, text + start, end - start);
    c->n_digits += end - start;
    c->end = end;
}

_hot_ void digits_scan(Judge *j, const Groups *g, size_t lo, size_t hi, HitList *list) {
    const Shapes *shapes = &j->engine->shapes;
    const uint8_t *text = j->bitmap->text;

    for (size_t k = 0; k < g->n && g->start[k] < hi; k++) {
        size_t length = (size_t)(g->end[k] - g->start[k]), node, i = k;
        Chain c;

        if (g->start[k] < lo || length > SHAPE_GROUP_MAX || !(node = shapes->next[1][length]))
            continue;
        c.start = g->start[k];
        c.separator = 0;
        c.uniform = true;
        c.n_digits = 0;
        for (;;) {
            chain_take(&c, text, g->start[i], g->end[i]);
            if (shapes->list[node])
                judge_list(j, &c, &shapes->lists[shapes->list[node] - 1], list);
            if (i + 1 >= g->n || g->start[i + 1] != g->end[i] + 1)
                break;
            if (i == k)
                c.separator = separator_bit(text[g->end[i]]);
            else if (separator_bit(text[g->end[i]]) != c.separator)
                c.uniform = false;
            i++;
            length = (size_t)(g->end[i] - g->start[i]);
            if (length > SHAPE_GROUP_MAX || !(node = shapes->next[node][length]))
                break;
        }
    }
}
