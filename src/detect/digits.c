/*
 * Digits: see digits.h.
 *
 * One trie step a group; wherever a shape ends, the separators seen and the first two digits choose
 * the rules that may apply, the edges are looked at once, and each rule's checksum decides. A chain
 * of groups is seen whole in one word of 64 bits, so a step is a count of ones.
 */
#include "detect/digits.h"

#include "detect/bytes.h"

enum {
    COPY = SHAPE_GROUP_MAX + 13, /* a fixed size is copied faster; the text is padded */
    WITHIN_USUAL = 80,           /* bytes: most rules look no further for words */
};

/* The groups from start to end, which make a shape. */
typedef struct Chain {
    size_t start, end;
    uint8_t joints; /* separators in it, as bits */
} Chain;

typedef struct Edge {
    bool broken; /* part of something longer, never an identifier of its own */
    EdgeKind left, right;
    const char *why; /* NULL: nothing to say */
} Edge;

typedef enum Side { FREE, BROKEN, WORD, NUMBER, ROW, SIGN, AMOUNT, CURRENCY, N_SIDES } Side;

static const struct {
    bool broken;
    uint8_t kind; /* EdgeKind */
    const char *why;
} sides[N_SIDES] = {
    [BROKEN] = {.broken = true},
    [WORD] = {.kind = EDGE_COMPOUND, .why = "joined to a word"},
    [NUMBER] = {.kind = EDGE_COMPOUND, .why = "joined to a number"},
    [ROW] = {.kind = EDGE_ROW, .why = "beside another number"},
    [SIGN] = {.kind = EDGE_COMPOUND, .why = "joined to a sign"},
    [AMOUNT] = {.kind = EDGE_MONEY, .why = "an amount"},
};

/* What a byte that touches a number means, by what stands beyond it. */
typedef struct Touch {
    uint8_t other, letter, digit; /* Side */
} Touch;

#define ALWAYS(side)                                                                               \
    { side, side, side }

static const Touch touches[256] = {
    ['0' ... '9'] = ALWAYS(BROKEN),
    ['A' ... 'Z'] = ALWAYS(BROKEN),
    ['a' ... 'z'] = ALWAYS(BROKEN),
    ['@'] = ALWAYS(BROKEN),
    ['_'] = ALWAYS(BROKEN),
    ['.'] = {.digit = BROKEN}, /* a decimal fraction, a longer chain */
    ['-'] = {.letter = WORD, .digit = BROKEN},
    ['/'] = {.letter = WORD, .digit = BROKEN},
    [':'] = {.digit = NUMBER},
    [' '] = {.digit = ROW},
    ['+'] = ALWAYS(SIGN), /* on the left only */
    ['\\'] = ALWAYS(SIGN),
    ['$'] = ALWAYS(AMOUNT),
    ['%'] = ALWAYS(AMOUNT),
    [0xa3] = ALWAYS(CURRENCY), /* last bytes of the pound and euro signs in UTF-8 */
    [0xac] = ALWAYS(CURRENCY),
};

/* One side: `c` touches the digits, `beyond` stands behind it (0 at the end of the text). */
static inline Side touch_side(uint8_t c, uint8_t beyond) {
    return byte_is_digit(beyond)    ? touches[c].digit
           : byte_is_letter(beyond) ? touches[c].letter
                                    : touches[c].other;
}

static bool is_currency(const uint8_t *text, size_t end) {
    return (end > 1 && memcmp(text + end - 2, "\xc2\xa3", 2) == 0) ||
           (end > 2 && memcmp(text + end - 3, "\xe2\x82\xac", 3) == 0);
}

static _noinline_ void edge_look(const uint8_t *text, size_t n, const Chain *c, Edge *ret) {
    size_t start = c->start, end = c->end;
    Side left = FREE, right = FREE;

    if (start)
        left = touch_side(text[start - 1], start > 1 ? text[start - 2] : 0);
    if (left == CURRENCY)
        left = is_currency(text, start) ? AMOUNT : FREE;
    if (end < n)
        right = touch_side(text[end], end + 1 < n ? text[end + 1] : 0);
    if (right == CURRENCY || right == SIGN)
        right = FREE;
    ret->broken = sides[left].broken | sides[right].broken;
    ret->left = sides[left].kind;
    ret->right = sides[right].kind;
    ret->why = sides[left].why ? sides[left].why : sides[right].why;
}

/* The digits without separators, put together in scratch; how many. */
static _noinline_ size_t chain_digits(const Bitmap *b, const Chain *c, char *scratch) {
    uint64_t ahead = bitmap_from(b->digit, c->start);
    size_t at = c->start, n = 0;

    while (at < c->end) {
        unsigned length = (unsigned)__builtin_ctzll(~ahead);

        memcpy(scratch + n, b->text + at, COPY);
        n += length;
        at += length + 1;
        ahead >>= length + 1;
    }
    return n;
}

static void judge_ipv4(Judge *j, const Chain *c, const ShapeRule *rule) {
    _uninitialized_ FormHit f;

    if (!form_ipv4(j->bitmap->text, j->bitmap->n, c->start, &f) || f.end != c->end)
        return;
    candidate_judge(j, &(Candidate){.start = f.start,
                                    .end = f.end,
                                    .match = rule->match,
                                    .canon = span(f.canon, f.n),
                                    .form = f.evidence,
                                    .why_form = f.why});
}

/* What has a form of its own: its edges are its own business. */
static _noinline_ void judge_formed(Judge *j, const Chain *c, const ShapeRule *rule) {
    if (rule->ipv4)
        judge_ipv4(j, c, rule);
    else if (c->start >= rule->layout->anchor)
        candidate_layout(j, rule->match, c->start - rule->layout->anchor);
}

/* Field by field: what is written in pieces and read as a whole stalls. */
static _noinline_ void judge_rules(Judge *j, const Chain *c, const Edge *edge,
                                   const ShapeList *list, uint64_t bits) {
    _uninitialized_ char digits[SHAPE_CHAIN_MAX + COPY];
    _uninitialized_ Candidate candidate;

    for (uint64_t formed = bits & list->formed; formed; formed &= formed - 1)
        judge_formed(j, c, &list->rules[__builtin_ctzll(formed)]);
    bits &= ~list->formed;
    if (!bits)
        return;
    candidate.start = c->start;
    candidate.end = c->end;
    candidate.edge = score_edges(edge->left, edge->right);
    candidate.why_edge = edge->why;
    candidate.form = 0;
    candidate.why_form = NULL;
    candidate.checked.at = NULL;
    candidate.checked.n = 0;
    candidate.canon.at = j->bitmap->text + c->start;
    candidate.canon.n = c->end - c->start;
    if (c->joints) {
        candidate.canon.at = (const uint8_t *)digits;
        candidate.canon.n = chain_digits(j->bitmap, c, digits);
    }
    for (; bits; bits &= bits - 1) {
        const ShapeRule *rule = &list->rules[__builtin_ctzll(bits)];

        candidate.match = rule->match;
        if (edge->broken)
            candidate_drop(j, c->start, c->end, rule->match, VERDICT_EDGE);
        else
            candidate_judge(j, &candidate);
    }
}

/* Those of the rules that some word nearby concerns. */
static uint64_t rules_concerned(const ShapeList *list, uint64_t bits, uint64_t about) {
    uint64_t found = 0;

    for (; about && bits; bits &= bits - 1) {
        if (context_bit(list->rules[__builtin_ctzll(bits)].detector) & about)
            found |= bits & -bits;
    }
    return found;
}

/* The first two digits: the second may stand behind a separator. */
static inline unsigned chain_lead(const uint8_t *text, size_t start, uint8_t joints) {
    unsigned tens = (unsigned)(text[start] - '0') * 10;
    uint8_t second = text[start + 1];

    if (!byte_is_digit(second))
        second = joints ? text[start + 2] : '0';
    return tens + (unsigned)(second - '0');
}

/* Where the walk stands; and which detectors the words around it concern, once that was asked. */
typedef struct Walk {
    Chain chain;
    Edge edge;
    uint64_t about;
    size_t within; /* of about; 0: not asked yet */
} Walk;

/* Of the weak rules, those that some word near the chain, however long it may grow, concerns. */
static inline uint64_t walk_concerned(Judge *j, Walk *w, const ShapeList *list, uint64_t weak) {
    if (w->within < list->within) {
        w->within = list->within > WITHIN_USUAL ? list->within : WITHIN_USUAL;
        w->about =
            context_about(j->context, w->chain.start, w->chain.start + SHAPE_CHAIN_MAX, w->within);
    }
    return rules_concerned(list, weak, w->about);
}

/* Rules are left out before any of them is looked at, unless a trace wants to know why. */
static inline void judge_list(Judge *j, Walk *w, const ShapeList *list) {
    const Bitmap *b = j->bitmap;
    size_t start = w->chain.start, end = w->chain.end;
    uint64_t bits =
        list->lead[chain_lead(b->text, start, w->chain.joints)] & list->joined[w->chain.joints];
    uint8_t before = start ? b->text[start - 1] : 0;
    uint8_t behind = end < b->n ? b->text[end] : 0;
    const Level floor = j->sink->floor;
    uint64_t weak;

    if (!j->sink->trace) {
        bits &= list->before[beside_of(before)] & list->behind[beside_of(behind)];
        weak = bits & ~list->alone[EDGE_FREE][EDGE_FREE][floor];
        if (weak)
            bits ^= weak ^ walk_concerned(j, w, list, weak);
    }
    if (!bits)
        return;
    /* what means something, means something where a digit stands beyond */
    if (touches[before].digit != FREE || touches[behind].digit != FREE)
        edge_look(b->text, b->n, &w->chain, &w->edge);
    else
        w->edge = (Edge){0};
    if (!j->sink->trace) {
        if (w->edge.broken)
            bits &= list->formed;
        /* those that were strong until the edges were seen */
        weak = bits & list->alone[EDGE_FREE][EDGE_FREE][floor] &
               ~list->alone[w->edge.left][w->edge.right][floor];
        if (weak)
            bits ^= weak ^ walk_concerned(j, w, list, weak);
    }
    if (bits)
        judge_rules(j, &w->chain, &w->edge, list, bits);
}

/* Walks from `start` on, one step a group, as far as some shape goes. */
static inline void chain_walk(Judge *j, const Shapes *shapes, const Bitmap *b, size_t start) {
    const ShapeNode *node = &shapes->nodes[1];
    uint64_t ahead = bitmap_from(b->digit, start);
    _uninitialized_ Walk w;

    w.chain.start = w.chain.end = start;
    w.chain.joints = 0;
    w.within = 0;
    for (;;) {
        unsigned length = (unsigned)__builtin_ctzll(~ahead | UINT64_C(1) << 63);
        uint8_t joint;

        if (length > SHAPE_GROUP_MAX || !node->next[length])
            return;
        node = &shapes->nodes[node->next[length]];
        w.chain.end += length;
        for (size_t i = node->list; i; i = shapes->lists[i - 1].next)
            judge_list(j, &w, &shapes->lists[i - 1]);
        joint = separator_bit(b->text[w.chain.end]);
        if (!joint)
            return;
        w.chain.joints |= joint;
        w.chain.end++;
        ahead >>= length + 1;
    }
}

_hot_ void digits_in(Judge *j, size_t from, uint64_t starts) {
    const Shapes *shapes = &j->engine->shapes;
    const Bitmap *b = j->bitmap;

    for (; starts; starts &= starts - 1)
        chain_walk(j, shapes, b, from + (size_t)__builtin_ctzll(starts));
}
