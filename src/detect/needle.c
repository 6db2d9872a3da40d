/*
 * Needle: see needle.h.
 *
 * The filter sees the lower five bits of a byte, so letters of both cases are one, and a table of
 * 32 entries is what a shuffle looks up many times at once. Each needle belongs to one of 32
 * buckets; a byte of text is marked if some bucket allows it and the three bytes behind it. Marked
 * places are written to a list, those whose four bytes are no needle's are sieved out of it, both
 * without a branch, since none could be foreseen. Then the steps of the outline decide, forwards
 * and backwards from the needle, each as long as a step cannot take bytes that a later one needs.
 */
#include "detect/needle.h"

#include "detect/outline.h"

#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

enum {
    BUCKETS = 8 * NEEDLE_GROUPS,
    KEYS_MAX = 64,   /* spellings of one needle in the table */
    HASH_BITS = 16,  /* of the sieve; the table takes the upper ones */
    SLOT_BITS = 12,  /* of the table */
    SPLITS_MAX = 3,  /* optional bytes of one outline that are tried with and without */
    BLOCK = 64 * 64, /* bytes marked at once */
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

/* A step as it is compared: sets are kept once each. */
typedef struct Stride {
    uint16_t set, least, most;
} Stride;

/* An outline as it is compared: steps[first] is where the needle starts. */
typedef struct Course {
    uint32_t pattern, first;
    uint16_t ahead, behind; /* steps that can be compared from there on, and before */
    uint16_t inner, bytes;  /* steps of the needle itself, and their bytes */
    uint16_t least, most;   /* bytes before the needle */
} Course;

/*
 * Courses with the same needle, as bits of a word in their order. The byte on either side of it
 * leaves most of them out, before any is compared.
 */
typedef struct Group {
    size_t length; /* of the needle */
    size_t first;  /* of its courses */
    uint64_t before[NEEDLE_FOLDED], behind[NEEDLE_FOLDED];
} Group;

/* One spelling of a needle's key in the table. */
typedef struct Spelling {
    uint64_t bytes, mask; /* what is certain of eight bytes */
    uint32_t group;
    int32_t next; /* in the same slot, -1: none */
} Spelling;

struct Needles {
    NeedleFilter filter;
    NeedleMark mark;
    uint64_t sieve[1 << (HASH_BITS - 6)]; /* hashes of keys that are in the table */
    int32_t slots[1 << SLOT_BITS];
    Spelling *spellings;
    Group *groups;
    Course *courses; /* group by group */
    Stride *strides;
    ByteSet *sets;
    size_t n_spellings, n_groups, n_courses, n_strides, n_sets;
    size_t cap_spellings, cap_groups, cap_courses, cap_strides, cap_sets;
};

Needles *needles_free(Needles *n) {
    if (n) {
        free(n->spellings);
        free(n->groups);
        free(n->courses);
        free(n->strides);
        free(n->sets);
        free(n);
    }
    return NULL;
}

/* ---- marking, once for each set of instructions ---- */

/*
 * The numbers of the bits set, from `base` on, to ret. Four are written whatever there is of them,
 * which seldom is more, and as many counted as there are: nothing to foresee.
 */
static inline size_t list_bits(uint64_t bits, size_t base, uint16_t *ret) {
    size_t n = (size_t)__builtin_popcountll(bits), i = 0;

    do {
        for (size_t k = 0; k < 4; k++, bits &= bits - 1)
            ret[i + k] = (uint16_t)(base + (size_t)__builtin_ctzll(bits | UINT64_C(1) << 63));
    } while (_unlikely_((i += 4) < n));
    return n;
}

/* A form around what classifies 64 bytes: bit i is byte i. */
#define MARK(name, attribute, Tables, load, classify)                                              \
    attribute _hot_ static size_t name(const NeedleFilter *f, const uint8_t *text, size_t n,       \
                                       uint16_t *ret) {                                            \
        _uninitialized_ Tables tables;                                                             \
        size_t out = 0;                                                                            \
                                                                                                   \
        load(f, &tables);                                                                          \
        for (size_t i = 0; i < n; i += 64)                                                         \
            out += list_bits(classify(&tables, text + i), i, ret + out);                           \
        return out;                                                                                \
    }

static inline void load_portable(const NeedleFilter *f, NeedleFilter *ret) {
    *ret = *f;
}

static inline uint64_t classify_portable(const NeedleFilter *f, const uint8_t *text) {
    uint64_t bits = 0;

    for (size_t i = 0; i < 64; i++) {
        uint8_t any = 0;

        for (size_t g = 0; g < NEEDLE_GROUPS; g++) {
            uint8_t left = 0xff;

            for (size_t k = 0; k < NEEDLE_KEY; k++)
                left &= f->buckets[g][k][text[i + k] & (NEEDLE_FOLDED - 1)];
            any |= left;
        }
        bits |= (uint64_t)(any != 0) << i;
    }
    return bits;
}

MARK(mark_portable, , NeedleFilter, load_portable, classify_portable)

#if defined(__x86_64__)

#define TARGET_SSSE3  __attribute__((target("ssse3")))
#define TARGET_AVX2   __attribute__((target("avx2,popcnt,bmi")))
#define TARGET_AVX512 __attribute__((target("avx512f,avx512bw,avx512vbmi,popcnt,bmi")))

/* Each table of 32 in two halves, since a shuffle has 16. */
typedef struct TablesSsse3 {
    __m128i half[NEEDLE_GROUPS][NEEDLE_KEY][2];
} TablesSsse3;

TARGET_SSSE3 static inline void load_ssse3(const NeedleFilter *f, TablesSsse3 *ret) {
    memcpy(ret, f, sizeof(*ret));
}

TARGET_SSSE3 static inline __m128i sixteen_ssse3(const TablesSsse3 *t, const uint8_t *p) {
    __m128i left[NEEDLE_GROUPS], any = _mm_setzero_si128();

    for (size_t g = 0; g < NEEDLE_GROUPS; g++)
        left[g] = _mm_set1_epi8(-1);
    for (size_t k = 0; k < NEEDLE_KEY; k++) {
        __m128i c = _mm_loadu_si128((const __m128i *)(p + k));
        __m128i index = _mm_and_si128(c, _mm_set1_epi8(15));
        __m128i low = _mm_cmpeq_epi8(_mm_and_si128(c, _mm_set1_epi8(16)), _mm_setzero_si128());

        for (size_t g = 0; g < NEEDLE_GROUPS; g++) {
            __m128i a = _mm_and_si128(low, _mm_shuffle_epi8(t->half[g][k][0], index));
            __m128i b = _mm_andnot_si128(low, _mm_shuffle_epi8(t->half[g][k][1], index));

            left[g] = _mm_and_si128(left[g], _mm_or_si128(a, b));
        }
    }
    for (size_t g = 0; g < NEEDLE_GROUPS; g++)
        any = _mm_or_si128(any, left[g]);
    return _mm_cmpeq_epi8(any, _mm_setzero_si128());
}

TARGET_SSSE3 static inline uint64_t classify_ssse3(const TablesSsse3 *t, const uint8_t *p) {
    uint64_t none = 0;

    for (size_t i = 0; i < 64; i += 16)
        none |= (uint64_t)(uint32_t)_mm_movemask_epi8(sixteen_ssse3(t, p + i)) << i;
    return ~none;
}

typedef struct TablesAvx2 {
    __m256i half[NEEDLE_GROUPS][NEEDLE_KEY][2];
} TablesAvx2;

TARGET_AVX2 static inline void load_avx2(const NeedleFilter *f, TablesAvx2 *ret) {
    for (size_t g = 0; g < NEEDLE_GROUPS; g++) {
        for (size_t k = 0; k < NEEDLE_KEY; k++) {
            const __m128i *at = (const __m128i *)f->buckets[g][k];

            ret->half[g][k][0] = _mm256_broadcastsi128_si256(_mm_loadu_si128(at));
            ret->half[g][k][1] = _mm256_broadcastsi128_si256(_mm_loadu_si128(at + 1));
        }
    }
}

TARGET_AVX2 static inline __m256i thirty_two_avx2(const TablesAvx2 *t, const uint8_t *p) {
    __m256i left[NEEDLE_GROUPS], any = _mm256_setzero_si256();

    for (size_t g = 0; g < NEEDLE_GROUPS; g++)
        left[g] = _mm256_set1_epi8(-1);
    for (size_t k = 0; k < NEEDLE_KEY; k++) {
        __m256i c = _mm256_loadu_si256((const __m256i *)(p + k));
        __m256i index = _mm256_and_si256(c, _mm256_set1_epi8(15));
        __m256i high = _mm256_slli_epi16(c, 3); /* bit 4 where the blend looks */

        for (size_t g = 0; g < NEEDLE_GROUPS; g++) {
            __m256i a = _mm256_shuffle_epi8(t->half[g][k][0], index);
            __m256i b = _mm256_shuffle_epi8(t->half[g][k][1], index);

            left[g] = _mm256_and_si256(left[g], _mm256_blendv_epi8(a, b, high));
        }
    }
    for (size_t g = 0; g < NEEDLE_GROUPS; g++)
        any = _mm256_or_si256(any, left[g]);
    return _mm256_cmpeq_epi8(any, _mm256_setzero_si256());
}

TARGET_AVX2 static inline uint64_t classify_avx2(const TablesAvx2 *t, const uint8_t *p) {
    uint64_t low = (uint32_t)_mm256_movemask_epi8(thirty_two_avx2(t, p));
    uint64_t high = (uint32_t)_mm256_movemask_epi8(thirty_two_avx2(t, p + 32));

    return ~(low | high << 32);
}

typedef struct TablesAvx512 {
    __m512i whole[NEEDLE_GROUPS][NEEDLE_KEY];
} TablesAvx512;

/* The permutation takes six bits of each byte: each table stands there twice. */
TARGET_AVX512 static inline void load_avx512(const NeedleFilter *f, TablesAvx512 *ret) {
    for (size_t g = 0; g < NEEDLE_GROUPS; g++) {
        for (size_t k = 0; k < NEEDLE_KEY; k++)
            ret->whole[g][k] =
                _mm512_broadcast_i64x4(_mm256_loadu_si256((const __m256i *)f->buckets[g][k]));
    }
}

TARGET_AVX512 static inline uint64_t classify_avx512(const TablesAvx512 *t, const uint8_t *p) {
    __m512i left[NEEDLE_GROUPS], any = _mm512_setzero_si512();

    for (size_t g = 0; g < NEEDLE_GROUPS; g++)
        left[g] = _mm512_set1_epi8(-1);
    for (size_t k = 0; k < NEEDLE_KEY; k++) {
        __m512i c = _mm512_loadu_si512(p + k);

        for (size_t g = 0; g < NEEDLE_GROUPS; g++)
            left[g] = _mm512_and_si512(left[g], _mm512_permutexvar_epi8(c, t->whole[g][k]));
    }
    for (size_t g = 0; g < NEEDLE_GROUPS; g++)
        any = _mm512_or_si512(any, left[g]);
    return _mm512_test_epi8_mask(any, any);
}

MARK(mark_ssse3, TARGET_SSSE3, TablesSsse3, load_ssse3, classify_ssse3)
MARK(mark_avx2, TARGET_AVX2, TablesAvx2, load_avx2, classify_avx2)
MARK(mark_avx512, TARGET_AVX512, TablesAvx512, load_avx512, classify_avx512)

#define FORMS                                                                                      \
    {"avx512", mark_avx512, __builtin_cpu_supports("avx512vbmi")},                                 \
        {"avx2", mark_avx2, __builtin_cpu_supports("avx2")},                                       \
        {"ssse3", mark_ssse3, __builtin_cpu_supports("ssse3")},

#elif defined(__aarch64__)

typedef struct TablesNeon {
    uint8x16x2_t whole[NEEDLE_GROUPS][NEEDLE_KEY];
} TablesNeon;

static inline void load_neon(const NeedleFilter *f, TablesNeon *ret) {
    for (size_t g = 0; g < NEEDLE_GROUPS; g++) {
        for (size_t k = 0; k < NEEDLE_KEY; k++) {
            ret->whole[g][k].val[0] = vld1q_u8(f->buckets[g][k]);
            ret->whole[g][k].val[1] = vld1q_u8(f->buckets[g][k] + 16);
        }
    }
}

/* Sixteen bytes: all ones where some bucket is left. */
static inline uint8x16_t sixteen_neon(const TablesNeon *t, const uint8_t *p) {
    uint8x16_t left[NEEDLE_GROUPS], any = vdupq_n_u8(0);

    for (size_t g = 0; g < NEEDLE_GROUPS; g++)
        left[g] = vdupq_n_u8(0xff);
    for (size_t k = 0; k < NEEDLE_KEY; k++) {
        uint8x16_t c = vandq_u8(vld1q_u8(p + k), vdupq_n_u8(NEEDLE_FOLDED - 1));

        for (size_t g = 0; g < NEEDLE_GROUPS; g++)
            left[g] = vandq_u8(left[g], vqtbl2q_u8(t->whole[g][k], c));
    }
    for (size_t g = 0; g < NEEDLE_GROUPS; g++)
        any = vorrq_u8(any, left[g]);
    return vtstq_u8(any, any);
}

static inline uint64_t classify_neon(const TablesNeon *t, const uint8_t *p) {
    static const uint8_t weights[16] = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
    const uint8x16_t weight = vld1q_u8(weights);
    uint64_t bits = 0;

    for (size_t i = 0; i < 64; i += 16) {
        uint8x16_t v = vandq_u8(sixteen_neon(t, p + i), weight);

        bits |= (uint64_t)vaddv_u8(vget_low_u8(v)) << i;
        bits |= (uint64_t)vaddv_u8(vget_high_u8(v)) << (i + 8);
    }
    return bits;
}

MARK(mark_neon, , TablesNeon, load_neon, classify_neon)

#define FORMS {"neon", mark_neon, true},

#else
#define FORMS
#endif

NeedleMark needle_mark_at(size_t i, const char **ret_name) {
    const struct {
        const char *name;
        NeedleMark mark;
        bool runs;
    } forms[] = {FORMS{"portable", mark_portable, true}};

    for (size_t k = 0; k < N_ELEMENTS(forms); k++) {
        if (forms[k].runs && i-- == 0) {
            if (ret_name)
                *ret_name = forms[k].name;
            return forms[k].mark;
        }
    }
    return NULL;
}

/* ---- choosing a needle ---- */

/* Four bytes, of which the lower five bits are all that counts. */
static inline uint32_t key_word(const uint8_t *p) {
    uint32_t x;

    memcpy(&x, p, sizeof(x));
    return x & UINT32_C(0x1f1f1f1f);
}

static inline uint32_t key_hash(uint32_t key) {
    return (key * UINT32_C(0x9E3779B1)) >> (32 - HASH_BITS);
}

static inline uint64_t eight_at(const uint8_t *p) {
    uint64_t x;

    memcpy(&x, p, sizeof(x));
    return x;
}

/* A window over an outline: what the filter sees of each byte; behind its end anything. */
typedef struct Choice {
    uint32_t folded[NEEDLE_BYTES];
    uint8_t bytes[NEEDLE_BYTES], mask[NEEDLE_BYTES]; /* the bits that all of a byte's set share */
    size_t step, end;                                /* the steps of which it is */
    float cost; /* how likely text has it; 1 or more: it is none */
} Choice;

static uint32_t set_folded(const ByteSet *s) {
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

static float folded_cost(uint32_t folded) {
    unsigned sum = 0;

    for (size_t i = 0; i < NEEDLE_FOLDED / 4; i++)
        sum += frequency[i][folded >> (4 * i) & 15];
    return (float)(sum < 1000 ? sum : 1000) / 1000.0f;
}

/* The keys that are in common words, by their hash. */
typedef struct Common {
    uint64_t keys[1 << (HASH_BITS - 6)];
} Common;

static void common_fill(Common *c) {
    for (const char *p = common_words; p + NEEDLE_KEY < common_words + sizeof(common_words); p++) {
        uint32_t hash = key_hash(key_word((const uint8_t *)p));

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
    hash = key_hash(key_word(key));
    return common->keys[hash / 64] >> (hash % 64) & 1;
}

/* What it costs to look where text has the key of a needle, and where it has the whole. */
static float choice_cost(const Common *common, const Choice *c) {
    const float whole_weight = 12, least_key = 2e-4f, least_whole = 5e-5f;
    float whole = 1, key = 1;
    size_t certain = 0, i;

    for (i = 0; i < NEEDLE_BYTES; i++) {
        whole *= folded_cost(c->folded[i]);
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
        uint32_t folded = set_folded(&s->set);
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

/* ---- building ---- */

/* Room for n more of an array of things; NULL: no memory. */
static void *extend(void **at, size_t *n, size_t *cap, size_t more, size_t size) {
    void *ret;

    if (*n + more > *cap) {
        size_t larger = 2 * (*n + more) + 64;
        void *moved = reallocarray(*at, larger, size);

        if (!moved)
            return NULL;
        *at = moved;
        *cap = larger;
    }
    ret = (uint8_t *)*at + *n * size;
    *n += more;
    return ret;
}

#define EXTEND(needles, what, more)                                                                \
    extend((void **)&(needles)->what, &(needles)->n_##what, &(needles)->cap_##what, more,          \
           sizeof(*(needles)->what))

static int set_number(Needles *n, const ByteSet *s) {
    ByteSet *at;

    for (size_t i = 0; i < n->n_sets; i++) {
        if (memcmp(&n->sets[i], s, sizeof(*s)) == 0)
            return (int)i;
    }
    if (n->n_sets == UINT16_MAX)
        return -ENOMEM;
    at = EXTEND(n, sets, 1);
    if (!at)
        return -ENOMEM;
    *at = *s;
    return (int)n->n_sets - 1;
}

/* May step i take bytes that a step behind it, in the direction given, needs? */
static bool is_greedy(const Outline *o, size_t i, int direction) {
    const Step *s = &o->steps[i];

    if (s->least == s->most)
        return false;
    for (size_t k = i + (size_t)direction; k < o->n; k += (size_t)direction) {
        if (byte_set_meets(&s->set, &o->steps[k].set))
            return true;
        if (o->steps[k].least)
            return false;
    }
    return false;
}

/* How many steps from i on, in the direction given, can be compared. */
static size_t comparable(const Outline *o, size_t i, int direction) {
    size_t n = 0;

    for (; i < o->n; i += (size_t)direction) { /* below 0 it is larger than n, too */
        n++;
        if (is_greedy(o, i, direction))
            break;
    }
    return n;
}

static int spelling_add(Needles *n, const Choice *c, const uint8_t *key, uint32_t group) {
    Spelling *s = EXTEND(n, spellings, 1);
    uint32_t hash;
    int32_t *slot;

    if (!s)
        return -ENOMEM;
    hash = key_hash(key_word(key));
    slot = &n->slots[hash >> (HASH_BITS - SLOT_BITS)];
    *s = (Spelling){
        .bytes = eight_at(c->bytes), .mask = eight_at(c->mask), .group = group, .next = *slot};
    *slot = (int32_t)n->n_spellings - 1;
    n->sieve[hash / 64] |= UINT64_C(1) << (hash % 64);
    return 0;
}

/* Every key that the sets of the needle's first bytes allow. */
static int spell(Needles *n, const Choice *c, uint32_t group) {
    uint32_t left[NEEDLE_KEY];
    uint8_t key[NEEDLE_KEY];
    size_t i = 0;

    memcpy(left, c->folded, sizeof(left));
    while (i < NEEDLE_KEY) {
        int r;

        for (size_t k = 0; k < NEEDLE_KEY; k++)
            key[k] = (uint8_t)__builtin_ctz(left[k]);
        r = spelling_add(n, c, key, group);
        if (r < 0)
            return r;
        /* the next one: as a number, whose digits are the bits that are set */
        for (i = 0; i < NEEDLE_KEY && !(left[i] &= left[i] - 1); i++)
            left[i] = c->folded[i];
    }
    return 0;
}

/* What the byte before or behind the needle may be; behind the last step anything. */
static uint32_t beside(const Outline *o, size_t i, int direction) {
    uint32_t folded = 0;

    for (; i < o->n; i += (size_t)direction) {
        folded |= set_folded(&o->steps[i].set);
        if (o->steps[i].least)
            return folded;
    }
    return UINT32_MAX;
}

/* A course and its needle, until it has its group. */
typedef struct Pending {
    Choice choice;
    Course course;
    uint32_t before, behind; /* folded bytes beside the needle */
} Pending;

static int pending_make(Needles *n, const Outline *o, const Choice *c, uint32_t pattern,
                        Pending *ret) {
    size_t behind = c->step ? comparable(o, c->step - 1, -1) : 0;
    size_t ahead = comparable(o, c->step, 1), first = n->n_strides;
    size_t inner = c->end - c->step; /* these are of fixed length */
    Stride *strides = EXTEND(n, strides, behind + ahead);

    if (!strides)
        return -ENOMEM;
    for (size_t i = 0; i < behind + ahead; i++) {
        const Step *s = &o->steps[c->step - behind + i];
        int set = set_number(n, &s->set);

        if (set < 0)
            return set;
        strides[i] = (Stride){.set = (uint16_t)set, .least = s->least, .most = s->most};
    }
    *ret = (Pending){
        .choice = *c,
        .before = beside(o, c->step - 1, -1),
        .behind = beside(o, c->end, 1),
        .course = {.pattern = pattern,
                   .first = (uint32_t)(first + behind),
                   .ahead = (uint16_t)ahead,
                   .behind = (uint16_t)behind,
                   .inner = (uint16_t)inner,
                   .bytes = (uint16_t)outline_least(o, c->step, c->end),
                   .least = (uint16_t)outline_least(o, 0, c->step),
                   .most = (uint16_t)outline_most(o, 0, c->step)},
    };
    choice_settle(o, &ret->choice);
    return 0;
}

/* Order of needles, so that equal ones stand together. */
static int pending_needle_compare(const Pending *x, const Pending *y) {
    int r = memcmp(x->choice.bytes, y->choice.bytes, sizeof(x->choice.bytes));

    if (r == 0)
        r = memcmp(x->choice.mask, y->choice.mask, sizeof(x->choice.mask));
    if (r == 0)
        r = memcmp(x->choice.folded, y->choice.folded, sizeof(x->choice.folded));
    return r ? r : x->course.bytes - y->course.bytes;
}

static int pending_compare(const void *a, const void *b) {
    const Pending *x = a, *y = b;
    int r = pending_needle_compare(x, y);

    if (r)
        return r;
    return x->course.first < y->course.first ? -1 : x->course.first > y->course.first;
}

/* A group of some that have the same needle, 64 at most. */
static int group_add(Needles *n, const Pending *p, size_t n_pending) {
    Course *courses = EXTEND(n, courses, n_pending);
    Group *g = EXTEND(n, groups, 1);

    if (!courses || !g)
        return -ENOMEM;
    *g = (Group){.length = p->course.bytes, .first = n->n_courses - n_pending};
    for (size_t i = 0; i < n_pending; i++) {
        courses[i] = p[i].course;
        for (size_t c = 0; c < NEEDLE_FOLDED; c++) {
            g->before[c] |= (uint64_t)(p[i].before >> c & 1) << i;
            g->behind[c] |= (uint64_t)(p[i].behind >> c & 1) << i;
        }
    }
    return spell(n, &p->choice, (uint32_t)n->n_groups - 1);
}

static int groups_make(Needles *n, Pending *pending, size_t n_pending) {
    size_t end;
    int r = 0;

    qsort(pending, n_pending, sizeof(*pending), pending_compare);
    for (size_t i = 0; i < n_pending && r == 0; i = end) {
        for (end = i + 1; end < n_pending && end - i < 64 &&
                          pending_needle_compare(&pending[i], &pending[end]) == 0;
             end++)
            ;
        r = group_add(n, &pending[i], end - i);
    }
    return r;
}

/* Outlines with their needles, before anything is put into the tables. */
typedef struct Plan {
    Common common;
    size_t n;
    Outline outlines[4 * OUTLINES_MAX];
    Choice choices[4 * OUTLINES_MAX];
} Plan;

static size_t common_steps(const Outline *a, const Outline *b) {
    size_t n = 0;

    while (n < a->n && n < b->n && memcmp(&a->steps[n], &b->steps[n], sizeof(Step)) == 0)
        n++;
    return n;
}

/* Outlines that differ only behind their needle are one, which ends where they begin to differ. */
static bool plan_merge(Plan *p, const Outline *o, const Choice *c) {
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
static int plan_add(Plan *p, const Outline *o, unsigned splits, Arena *arena) {
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
            r = plan_add(p, &with, splits + 1, arena);
        return r < 0 ? r : plan_add(p, &without, splits + 1, arena);
    }
    if (whole.cost > COMMON)
        return -ENOTSUP;
    if (plan_merge(p, o, &whole))
        return 0;
    if (p->n == N_ELEMENTS(p->choices))
        return -ENOTSUP;
    p->outlines[p->n] = *o;
    p->choices[p->n++] = whole;
    return 0;
}

/* Is it something that needles can find? Then *ret is how. */
static int plan_make(const char *derived, Arena *arena, Plan *ret, uint32_t *ret_width) {
    _uninitialized_ Outlines all;
    int r = outlines_read(derived, arena, &all);
    size_t width = 0;

    ret->n = 0;
    for (size_t i = 0; i < all.n && r == 0; i++) {
        const Outline *o = &all.at[i];
        size_t o_width = outline_most(o, 0, o->n);

        width = o_width > width ? o_width : width;
        if (outline_least(o, 0, o->n) == 0 || width > KEYWORD_WIDTH_MAX)
            r = -ENOTSUP; /* Hyperscan says what is wrong with it */
        if (r == 0)
            r = plan_add(ret, o, 0, arena);
    }
    *ret_width = (uint32_t)width;
    return r;
}

/* ---- the filter ---- */

/* Needles of different keys, and the bucket of each. */
typedef struct Buckets {
    size_t n;
    const Choice **keys;
    uint8_t *bucket;
    uint32_t folded[BUCKETS][NEEDLE_KEY]; /* of all in it together */
} Buckets;

enum { ROUNDS = 3 /* in which each key looks for a better bucket */ };

static float key_cost(const uint32_t *a, const uint32_t *b) {
    float cost = 1;

    for (size_t i = 0; i < NEEDLE_KEY; i++)
        cost *= folded_cost(a[i] | b[i]);
    return cost;
}

/* The bucket that lets the least more through for this key. */
static uint8_t bucket_best(const Buckets *b, const Choice *c) {
    static const uint32_t nothing[NEEDLE_KEY];
    uint8_t best = 0;
    float least = 2;

    for (uint8_t i = 0; i < BUCKETS; i++) {
        float more = key_cost(b->folded[i], c->folded) - key_cost(b->folded[i], nothing);

        if (more < least) {
            least = more;
            best = i;
        }
    }
    return best;
}

/* What bucket i allows, without key `less` (n: with all). */
static void bucket_fold(Buckets *b, uint8_t bucket, size_t less) {
    memset(b->folded[bucket], 0, sizeof(b->folded[bucket]));
    for (size_t i = 0; i < b->n; i++) {
        for (size_t k = 0; k < NEEDLE_KEY && b->bucket[i] == bucket && i != less; k++)
            b->folded[bucket][k] |= b->keys[i]->folded[k];
    }
}

static void buckets_fill(Buckets *b) {
    memset(b->bucket, 0xff, b->n);
    for (size_t round = 0; round < ROUNDS; round++) {
        for (size_t i = 0; i < b->n; i++) {
            if (b->bucket[i] < BUCKETS)
                bucket_fold(b, b->bucket[i], i);
            b->bucket[i] = bucket_best(b, b->keys[i]);
            bucket_fold(b, b->bucket[i], b->n);
        }
    }
}

static int pending_cost_compare(const void *a, const void *b) {
    const Pending *x = a, *y = b;

    if (x->choice.cost != y->choice.cost)
        return x->choice.cost > y->choice.cost ? -1 : 1; /* the most frequent first */
    return memcmp(x->choice.folded, y->choice.folded, sizeof(x->choice.folded));
}

static void buckets_add(Buckets *b, const Choice *c) {
    for (size_t i = 0; i < b->n; i++) {
        if (memcmp(b->keys[i]->folded, c->folded, NEEDLE_KEY * sizeof(*c->folded)) == 0)
            return;
    }
    b->keys[b->n++] = c;
}

static int filter_make(NeedleFilter *f, Pending *pending, size_t n) {
    _cleanup_(free_p) const Choice **keys = calloc(n, sizeof(*keys));
    _cleanup_(free_p) uint8_t *bucket = calloc(n, sizeof(*bucket));
    Buckets b = {.keys = keys, .bucket = bucket};

    if (!keys || !bucket)
        return -ENOMEM;
    qsort(pending, n, sizeof(*pending), pending_cost_compare);
    for (size_t i = 0; i < n; i++)
        buckets_add(&b, &pending[i].choice);
    buckets_fill(&b);
    for (size_t i = 0; i < BUCKETS; i++) {
        for (size_t k = 0; k < NEEDLE_KEY; k++) {
            for (size_t c = 0; c < NEEDLE_FOLDED; c++)
                f->buckets[i / 8][k][c] |= (uint8_t)((b.folded[i][k] >> c & 1) << (i % 8));
        }
    }
    return 0;
}

/* ---- all patterns ---- */

typedef struct PendingList {
    Pending *pending;
    size_t n_pending, cap_pending;
} PendingList;

static void pending_done(PendingList *l) {
    free(l->pending);
}

static int pattern_add(Needles *n, KeywordPattern *p, uint32_t number, Plan *plan,
                       PendingList *all) {
    _cleanup_(arena_done) Arena arena = {0};
    uint32_t width;
    int r = plan_make(p->derived, &arena, plan, &width);

    for (size_t i = 0; i < plan->n && r == 0; i++) {
        Pending *at = EXTEND(all, pending, 1);

        r = at ? pending_make(n, &plan->outlines[i], &plan->choices[i], number, at) : -ENOMEM;
    }
    if (r == 0) {
        p->needle = true;
        p->width = width;
    }
    return r == -ENOTSUP ? 0 : r;
}

int needles_new(KeywordPattern *patterns, size_t n_patterns, Needles **ret) {
    _cleanup_(needles_freep) Needles *n = calloc(1, sizeof(*n));
    _cleanup_(free_p) Plan *plan = calloc(1, sizeof(*plan));
    _cleanup_(pending_done) PendingList all = {0};
    int r = n && plan ? 0 : -ENOMEM;

    if (r < 0)
        return r;
    common_fill(&plan->common);
    n->mark = needle_mark_at(0, NULL);
    memset(n->slots, 0xff, sizeof(n->slots));
    for (size_t i = 0; i < n_patterns && r == 0; i++)
        r = patterns[i].cell ? 0 : pattern_add(n, &patterns[i], (uint32_t)i, plan, &all);
    if (r == 0 && all.n_pending) {
        r = filter_make(&n->filter, all.pending, all.n_pending);
        if (r == 0)
            r = groups_make(n, all.pending, all.n_pending);
    }
    if (r < 0)
        return r;
    *ret = TAKE(n);
    return 0;
}

/* ---- searching ---- */

/* Do the steps fit from `at` on? Steps [from, to), counted from the needle. */
static inline bool fits_ahead(const Needles *n, const Course *c, size_t first, size_t last,
                              const uint8_t *text, size_t end, size_t at) {
    const Stride *s = &n->strides[c->first + first];

    for (size_t i = first; i < last; i++, s++) {
        const ByteSet *set = &n->sets[s->set];
        size_t stop = end - at > s->most ? at + s->most : end, from = at;

        while (at < stop && byte_set_has(set, text[at]))
            at++;
        if (at - from < s->least)
            return false;
    }
    return true;
}

static inline bool fits_behind(const Needles *n, const Course *c, const uint8_t *text, size_t at) {
    const Stride *s = &n->strides[c->first];

    for (size_t i = 0; i < c->behind; i++) {
        const ByteSet *set;
        size_t stop, from = at;

        s--;
        set = &n->sets[s->set];
        stop = at > s->most ? at - s->most : 0;
        while (at > stop && byte_set_has(set, text[at - 1]))
            at--;
        if (from - at < s->least)
            return false;
    }
    return true;
}

static bool fits(const Needles *n, const Course *c, const uint8_t *text, size_t end, size_t at) {
    return at >= c->least && fits_ahead(n, c, c->inner, c->ahead, text, end, at + c->bytes) &&
           fits_behind(n, c, text, at) && fits_ahead(n, c, 0, c->inner, text, end, at);
}

/* The courses of a group, whose needle may stand at `at`; false: the sink has enough. */
static bool group_try(const Needles *n, const Group *g, const uint8_t *text, size_t end, size_t at,
                      const NeedleSink *sink) {
    uint64_t left;

    if (end - at < g->length)
        return true;
    /* behind the end of the text it is anything, but then no step is left that could care */
    left = g->behind[text[at + g->length] & (NEEDLE_FOLDED - 1)];
    if (at)
        left &= g->before[text[at - 1] & (NEEDLE_FOLDED - 1)];
    for (; left; left &= left - 1) {
        const Course *c = &n->courses[g->first + (size_t)__builtin_ctzll(left)];

        if (fits(n, c, text, end, at) &&
            !sink->place(sink->of, &(NeedlePlace){
                                       .pattern = c->pattern,
                                       .from = (uint32_t)(at > c->most ? at - c->most : 0),
                                       .to = (uint32_t)(at - c->least + 1),
                                   }))
            return false;
    }
    return true;
}

/* All needles that stand at `at`; false: the sink has enough. */
static bool look_up(const Needles *n, const uint8_t *text, size_t end, size_t at,
                    const NeedleSink *sink) {
    uint64_t bytes = eight_at(text + at);
    uint32_t hash = key_hash(key_word(text + at));

    for (int32_t i = n->slots[hash >> (HASH_BITS - SLOT_BITS)]; i >= 0; i = n->spellings[i].next) {
        const Spelling *s = &n->spellings[i];

        if (((bytes ^ s->bytes) & s->mask) == 0 &&
            !group_try(n, &n->groups[s->group], text, end, at, sink))
            return false;
    }
    return true;
}

/* Marks in `bytes` of text; where it ends after `readable`, a copy of it is read. */
static size_t mark(const Needles *n, const uint8_t *text, size_t readable, size_t bytes,
                   uint16_t *ret) {
    _uninitialized_ uint8_t copy[BLOCK + 64];
    size_t whole = (bytes + 63) & ~(size_t)63, n_places;

    if (readable >= whole + NEEDLE_KEY) {
        n_places = n->mark(&n->filter, text, whole, ret);
    } else {
        memset(copy, 0, sizeof(copy));
        memcpy(copy, text, readable < sizeof(copy) ? readable : sizeof(copy));
        n_places = n->mark(&n->filter, copy, whole, ret);
    }
    while (n_places && ret[n_places - 1] >= bytes)
        n_places--;
    return n_places;
}

/* Those of the places at which some needle's key stands; how many. */
static size_t sieve(const Needles *n, const uint8_t *text, uint16_t *places, size_t n_places) {
    size_t out = 0;

    for (size_t i = 0; i < n_places; i++) {
        uint32_t hash = key_hash(key_word(text + places[i]));

        places[out] = places[i];
        out += n->sieve[hash / 64] >> (hash % 64) & 1;
    }
    return out;
}

_hot_ void needles_find(const Needles *n, const uint8_t *text, size_t text_n, size_t from,
                        size_t to, const NeedleSink *sink) {
    _uninitialized_ uint16_t places[BLOCK + 4];

    for (size_t at = from; at < to; at += BLOCK) {
        size_t bytes = to - at < BLOCK ? to - at : BLOCK, n_places;

        n_places = mark(n, text + at, text_n - at, bytes, places);
        n_places = sieve(n, text + at, places, n_places);
        for (size_t i = 0; i < n_places; i++) {
            if (!look_up(n, text, text_n, at + places[i], sink))
                return;
        }
    }
}
