/* Choice: see choice.h. */
#include "detect/choice.h"

enum {
    KEYS_MAX = 64,  /* spellings of one needle in the table */
    SPLITS_MAX = 3, /* optional bytes of one outline that are tried with and without */
};

/* Needles that ordinary text has more often than this are no use. */
#define COMMON 2e-3f
/* ... and than this, another outline is tried: with and without a byte that may be absent. */
#define RARE 2e-5f

/*
 * How frequent a byte is, per mille, by its lower five bits: English letters (Lewand, Cryptological
 * Mathematics, 2000, less what blanks, digits and signs take), and what shares those bits with
 * them.
 */
#define FOUR(a, b, c, d)                                                                           \
    {                                                                                              \
        0, a, b, a + b, c, a + c, b + c, a + b + c, d, a + d, b + d, a + b + d, c + d, a + c + d,  \
            b + c + d, a + b + c + d                                                               \
    }

/* ... and what a set of four of them adds up to. */
static const uint16_t frequency[NEEDLE_FOLDED / 4][16] = {
    FOUR(160, 66, 16, 24), FOUR(34, 96, 19, 17), FOUR(46, 60, 18, 8), FOUR(43, 30, 66, 64),
    FOUR(30, 14, 60, 58),  FOUR(80, 32, 16, 26), FOUR(10, 24, 8, 3),  FOUR(2, 4, 2, 6),
};

#undef FOUR

/*
 * Words that office and computing texts are full of, whatever their letters are: a needle in one of
 * them would be met all the time.
 */
static const char common_words[] =
    "about access account address after again against agent agreement also amount another answer "
    "application april august available back bank because before begin being below between board "
    "book build business call card case center change check child city class clear client close "
    "code come comment common company complete connect contact content contract control copy "
    "country county create credit current customer daily data database date department design "
    "detail direct director document does done down during each email employee enable enter "
    "equipment error even event every example family father february field file final find first "
    "follow form friday from full general give global good government great group hand have "
    "head health help here high history home host hour house human image important include income "
    "index information insurance internal international into invoice issue item january just keep "
    "know language large last law leave left legal letter level library license life like limit "
    "line list little local long look machine made mail make manage management manager many march "
    "market material matter may meeting member message method million model module monday money "
    "month more most mother move much must name nation need never next night note nothing notice "
    "november number object october office only open operation option order organization "
    "original other over page paper part party password pay payment people period person personal "
    "phone place plan please point policy position post present president press price private "
    "problem process product production program project property provide public purchase quality "
    "question rate read reason receive record report request require research resource response "
    "result return review right risk room rule sale same schedule school search second secret "
    "section secure security select send september server service session should show side simple "
    "since site size small social software some source special staff standard start state "
    "statement station status step still store street string strong student study subject such "
    "support sure system table take tax team technical test text than that their them then there "
    "these they thing think this those three through thursday time title token today total trade "
    "training transaction transfer treatment tuesday type under union unit university until update "
    "user using value vendor version very visit want water website wednesday week well were what "
    "when where which while white will with without word work world would write year your";

/* ---- one window ---- */

uint32_t choice_folded(const ByteSet *s) {
    uint64_t all = s->bits[0] | s->bits[1] | s->bits[2] | s->bits[3];

    return (uint32_t)(all | all >> 32);
}

/* The bits that all bytes of a set have in common, and which these are. */
static void set_bits(const ByteSet *s, uint8_t *ret_bytes, uint8_t *ret_mask) {
    uint8_t all = 0xff, any = 0;

    for (unsigned c = 0; c < 256; c++) {
        if (byte_set_has(s, (uint8_t)c)) {
            all &= (uint8_t)c;
            any |= (uint8_t)c;
        }
    }
    *ret_mask = (uint8_t)(all | ~any);
    *ret_bytes = all & *ret_mask;
}

float choice_frequency(uint32_t folded) {
    unsigned sum = 0;

    if (folded == UINT32_MAX)
        return 1;
    for (size_t i = 0; i < NEEDLE_FOLDED / 4; i++)
        sum += frequency[i][folded >> (4 * i) & 15];
    return (float)(sum < 1000 ? sum : 1000) / 1000.0f;
}

/* The keys that are in common words, by their hash. */
typedef struct Common {
    uint64_t keys[1 << (NEEDLE_HASH_BITS - 6)];
} Common;

static void common_fill(Common *c) {
    for (const char *p = common_words; p + NEEDLE_KEY < common_words + sizeof(common_words); p++) {
        uint32_t hash = needle_hash((const uint8_t *)p);

        if (!memchr(p, ' ', NEEDLE_KEY))
            c->keys[hash / 64] |= UINT64_C(1) << (hash % 64);
    }
}

/* Are the four bytes from place i of a needle certain, and part of a common word? */
static bool is_common(const Common *common, const Choice *c, size_t i) {
    uint8_t key[NEEDLE_KEY];
    uint32_t hash;

    for (size_t k = 0; k < NEEDLE_KEY; k++) {
        if (__builtin_popcount(c->folded[i + k]) != 1)
            return false;
        key[k] = (uint8_t)__builtin_ctz(c->folded[i + k]);
    }
    hash = needle_hash(key);
    return common->keys[hash / 64] >> (hash % 64) & 1;
}

/* What it costs to look where text has the key of a needle, and where it has the whole. */
static float choice_cost(const Common *common, const Choice *c) {
    const float whole_weight = 12, least_key = 2e-4f, least_whole = 5e-5f;
    float whole = 1, key = 1;
    size_t certain = 0, i;

    for (i = 0; i < NEEDLE_BYTES; i++) {
        whole *= choice_frequency(c->folded[i]);
        certain += __builtin_popcount(c->folded[i]) == 1;
        if (i + 1 == NEEDLE_KEY)
            key = whole;
    }
    /* three letters are a word of their own too often */
    if ((certain < NEEDLE_KEY || is_common(common, c, 0)) && key < least_key)
        key = least_key;
    if (certain < NEEDLE_KEY && whole < least_whole)
        whole = least_whole;
    for (i = 0; i <= NEEDLE_BYTES - NEEDLE_KEY && is_common(common, c, i); i++)
        ;
    /* a common word as far as it is certain */
    if (i > 0 && whole < least_whole &&
        (i > NEEDLE_BYTES - NEEDLE_KEY || __builtin_popcount(c->folded[i + NEEDLE_KEY - 1]) != 1))
        whole = least_whole;
    return (key + whole_weight * whole) / (1 + whole_weight);
}

/* The window that starts with step i. */
static Choice choice_at(const Common *common, const Outline *o, size_t i) {
    Choice c = {.step = i, .cost = 1};
    unsigned spellings = 1;
    size_t n = 0;

    for (size_t k = i; k < o->n && n < NEEDLE_BYTES; k++) {
        const Step *s = &o->steps[k];
        uint32_t folded = choice_folded(&s->set);
        size_t end = n + s->least < NEEDLE_BYTES ? n + s->least : NEEDLE_BYTES;

        for (; n < end; n++)
            c.folded[n] = folded;
        if (s->least != s->most)
            break;
        c.end = n < NEEDLE_BYTES ? k + 1 : k;
    }
    for (; n < NEEDLE_BYTES; n++)
        c.folded[n] = UINT32_MAX;
    for (n = 0; n < NEEDLE_KEY && spellings <= KEYS_MAX; n++)
        spellings *= (unsigned)__builtin_popcount(c.folded[n]);
    if (spellings > KEYS_MAX)
        return c;
    /* the further before the needle a match may start, the more there is to confirm */
    c.cost = choice_cost(common, &c) * (1 + (float)outline_most(o, 0, i) / 32.0f);
    return c;
}

/* What is certain of each byte. */
static void choice_settle(const Outline *o, Choice *c) {
    size_t n = 0;

    for (size_t k = c->step; k < o->n && n < NEEDLE_BYTES; k++) {
        const Step *s = &o->steps[k];

        for (size_t copy = 0; copy < s->least && n < NEEDLE_BYTES; copy++, n++)
            set_bits(&s->set, &c->bytes[n], &c->mask[n]);
        if (s->least != s->most)
            break;
    }
}

static Choice choice_best(const Common *common, const Outline *o) {
    Choice best = {.cost = 1};

    for (size_t i = 0; i < o->n; i++) {
        Choice c = choice_at(common, o, i);

        if (c.cost < best.cost)
            best = c;
    }
    return best;
}

/* ---- a pattern ---- */

/* Outlines with their needles, before anything is put into the tables. */
struct Choosing {
    Common common;
    size_t n;
    Outline outlines[4 * OUTLINES_MAX];
    Choice choices[4 * OUTLINES_MAX];
};

int choosing_new(Choosing **ret) {
    Choosing *c = calloc(1, sizeof(*c));

    if (!c)
        return -ENOMEM;
    common_fill(&c->common);
    *ret = c;
    return 0;
}

Choosing *choosing_free(Choosing *c) {
    free(c);
    return NULL;
}

static size_t common_steps(const Outline *a, const Outline *b) {
    size_t n = 0;

    while (n < a->n && n < b->n && memcmp(&a->steps[n], &b->steps[n], sizeof(Step)) == 0)
        n++;
    return n;
}

/* Outlines that differ only behind their needle are one, which ends where they begin to differ. */
static bool choosing_merge(Choosing *p, const Outline *o, const Choice *c) {
    for (size_t i = 0; i < p->n; i++) {
        size_t common = common_steps(&p->outlines[i], o);

        if (p->choices[i].step == c->step && common > c->step && common >= c->end &&
            common >= p->choices[i].end &&
            memcmp(p->choices[i].folded, c->folded, sizeof(c->folded)) == 0) {
            p->outlines[i].n = common;
            return true;
        }
    }
    return false;
}

/* The best needle for an outline; where none is rare, also with and without an optional byte. */
static int choosing_add(Choosing *p, const Outline *o, unsigned splits, Arena *arena) {
    Choice whole = choice_best(&p->common, o), best = whole;
    Outline with, without;
    size_t at = SIZE_MAX;

    for (size_t i = 0; whole.cost > RARE && splits < SPLITS_MAX && i < o->n; i++) {
        Choice a, b;

        if (o->steps[i].least != 0 || o->steps[i].most != 1)
            continue;
        if (outline_with(o, i, arena, &with) < 0 || outline_without(o, i, arena, &without) < 0)
            return -ENOMEM;
        a = choice_best(&p->common, &with);
        b = choice_best(&p->common, &without);
        if (a.cost < b.cost)
            a = b;
        if (a.cost < best.cost) {
            best = a;
            at = i;
        }
    }
    if (at != SIZE_MAX) {
        int r = outline_with(o, at, arena, &with);

        if (r == 0)
            r = outline_without(o, at, arena, &without);
        if (r == 0)
            r = choosing_add(p, &with, splits + 1, arena);
        return r < 0 ? r : choosing_add(p, &without, splits + 1, arena);
    }
    if (whole.cost > COMMON)
        return -ENOTSUP;
    if (choosing_merge(p, o, &whole))
        return 0;
    if (p->n == N_ELEMENTS(p->choices))
        return -ENOTSUP;
    choice_settle(o, &whole);
    p->outlines[p->n] = *o;
    p->choices[p->n++] = whole;
    return 0;
}

int choosing_make(Choosing *c, const char *derived, Arena *arena, uint32_t *ret_width) {
    _uninitialized_ Outlines all;
    int r = outlines_read(derived, arena, &all);
    size_t width = 0;

    c->n = 0;
    for (size_t i = 0; i < all.n && r == 0; i++) {
        const Outline *o = &all.at[i];
        size_t o_width = outline_most(o, 0, o->n);

        width = o_width > width ? o_width : width;
        if (outline_least(o, 0, o->n) == 0 || width > KEYWORD_WIDTH_MAX)
            r = -ENOTSUP; /* Hyperscan says what is wrong with it */
        if (r == 0)
            r = choosing_add(c, o, 0, arena);
    }
    *ret_width = (uint32_t)width;
    return r;
}

size_t choosing_count(const Choosing *c) {
    return c->n;
}

const Outline *choosing_outline(const Choosing *c, size_t i) {
    return &c->outlines[i];
}

const Choice *choosing_choice(const Choosing *c, size_t i) {
    return &c->choices[i];
}
