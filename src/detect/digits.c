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
    bool broken; /* part of something longer, never an identifier of its own */
    float penalty;
    const char *why;
} Edge;

/* Digit groups g->start[first] .. g->end[last]; what is asked for is worked out once. */
typedef struct Chain {
    const Groups *groups;
    size_t first, last;
    uint8_t separator; /* bit; 0 while there is one group */
    bool uniform;
    bool edge_known, digits_known;
    Edge left, edge;
    size_t n_digits;
    char digits[SHAPE_DIGITS_MAX + 2 * 32]; /* room for copies of fixed size */
} Chain;

static inline size_t chain_start(const Chain *c) {
    return c->groups->start[c->first];
}

static inline size_t chain_end(const Chain *c) {
    return c->groups->end[c->last];
}

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

static Edge edge_left(const uint8_t *text, size_t start) {
    Edge e = {0};

    if (start)
        edge_side(&e, text[start - 1], start > 1 ? text[start - 2] : 0, true);
    /* pound and euro signs in UTF-8 */
    if (start > 1 && text[start - 1] == 0xa3 && text[start - 2] == 0xc2)
        edge_add(&e, SCORE_MONEY, "an amount");
    if (start > 2 && text[start - 1] == 0xac && text[start - 2] == 0x82)
        edge_add(&e, SCORE_MONEY, "an amount");
    return e;
}

static const Edge *chain_edge(Chain *c, const uint8_t *text, size_t n) {
    size_t end = chain_end(c);

    if (!c->edge_known) {
        c->edge_known = true;
        c->edge = c->left;
        if (end < n)
            edge_side(&c->edge, text[end], end + 1 < n ? text[end + 1] : 0, false);
    }
    return &c->edge;
}

/* The digits without separators. Copies are of a fixed size: the text is padded, digits has room.
 */
static Span chain_digits(Chain *c, const uint8_t *text) {
    if (!c->digits_known) {
        c->digits_known = true;
        c->n_digits = 0;
        for (size_t i = c->first; i <= c->last && c->n_digits <= SHAPE_DIGITS_MAX; i++) {
            memcpy(c->digits + c->n_digits, text + c->groups->start[i], 32);
            c->n_digits += (size_t)(c->groups->end[i] - c->groups->start[i]);
        }
    }
    return span(c->digits, c->n_digits);
}

static void judge_ipv4(Judge *j, const Chain *c, const ShapeRule *rule, HitList *list) {
    _uninitialized_ FormHit f;

    if (!form_ipv4(j->bitmap->text, j->bitmap->n, chain_start(c), &f) || f.end != chain_end(c))
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
    size_t start = chain_start(c);
    const Edge *edge;

    if (rule->layout) {
        if (start >= rule->layout->anchor)
            candidate_layout(j, rule->match, start - rule->layout->anchor, list);
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
        candidate_drop(j, start, chain_end(c), rule->match, VERDICT_EDGE);
        return;
    }
    candidate_judge(j,
                    &(Candidate){.start = start,
                                 .end = chain_end(c),
                                 .match = rule->match,
                                 .canon = chain_digits(c, j->bitmap->text),
                                 .edge = edge->penalty,
                                 .why_edge = edge->why},
                    list);
}

/* The first two digits: the second may stand behind a separator. */
static inline unsigned chain_lead(const Chain *c, const uint8_t *text) {
    size_t start = chain_start(c);
    unsigned tens = (unsigned)(text[start] - '0') * 10;

    if (c->groups->end[c->first] - start > 1)
        return tens + (unsigned)(text[start + 1] - '0');
    if (c->last > c->first)
        return tens + (unsigned)(text[c->groups->start[c->first + 1]] - '0');
    return tens;
}

static inline void judge_list(Judge *j, Chain *c, const ShapeList *rules, HitList *list) {
    uint64_t bits = rules->lead[chain_lead(c, j->bitmap->text)];

    c->edge_known = false;
    c->digits_known = false;
    /* what needs a word beside it is not even checked where there is none */
    if (bits & rules->weak && !j->sink->trace &&
        !context_any(j->context, chain_start(c), chain_end(c)))
        bits &= ~rules->weak;
    for (; bits; bits &= bits - 1)
        judge_rule(j, c, &rules->rules[__builtin_ctzll(bits)], list);
}

/* Walks from group c->first on, one step a group, as far as some shape goes. */
static inline void chain_walk(Judge *j, Chain *c, size_t node, HitList *list) {
    const Shapes *shapes = &j->engine->shapes;
    const uint8_t *text = j->bitmap->text;
    const Groups *g = c->groups;

    for (;;) {
        size_t end = g->end[c->last], length;
        uint8_t separator;

        if (shapes->list[node])
            judge_list(j, c, &shapes->lists[shapes->list[node] - 1], list);
        if (c->last + 1 >= g->n || g->start[c->last + 1] != end + 1)
            return;
        length = (size_t)(g->end[c->last + 1] - end - 1);
        if (length > SHAPE_GROUP_MAX || !(node = shapes->next[node][length]))
            return;
        separator = separator_bit(text[end]);
        if (c->last == c->first)
            c->separator = separator;
        else if (separator != c->separator)
            c->uniform = false;
        c->last++;
    }
}

_hot_ void digits_scan(Judge *j, const Groups *g, size_t lo, size_t hi, HitList *list) {
    const Shapes *shapes = &j->engine->shapes;
    _uninitialized_ Chain c;

    c.groups = g;
    for (size_t k = 0; k < g->n && g->start[k] < hi; k++) {
        size_t length = (size_t)(g->end[k] - g->start[k]), node;

        if (g->start[k] < lo || length > SHAPE_GROUP_MAX || !(node = shapes->next[1][length]))
            continue;
        c.left = edge_left(j->bitmap->text, g->start[k]);
        if (c.left.broken)
            continue;
        c.first = c.last = k;
        c.separator = 0;
        c.uniform = true;
        chain_walk(j, &c, node, list);
    }
}
