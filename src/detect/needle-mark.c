/*
 * Needle-mark: where a needle may start, 64 bytes at a time, once for each set of instructions.
 *
 * The filter sees the lower five bits of a byte, so letters of both cases are one, and a table of
 * 32 entries is what a shuffle looks up many times at once. A byte of text is marked if some bucket
 * allows it and the three bytes behind it. Marked places are written to a list without a branch,
 * since none could be foreseen.
 */
#include "detect/choice.h"

#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

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

/*
 * The places left of which the head fits, each with the number of its key. All have a bit in the
 * sieve; few of the heads fit, and nobody could foresee which.
 */
static inline size_t meet(const NeedleKeys *keys, const uint8_t *text, const uint16_t *places,
                          size_t n, NeedleMet *ret) {
    size_t out = 0;

    for (size_t i = 0; i < n; i++) {
        const uint8_t *p = text + places[i];
        uint32_t hash = needle_hash(p);
        uint64_t before = keys->sieve[hash / 64] & ((UINT64_C(1) << (hash % 64)) - 1), bytes;
        size_t key = keys->rank[hash / 64] + (size_t)__builtin_popcountll(before);

        memcpy(&bytes, p, sizeof(bytes));
        ret[out] = (NeedleMet){.at = places[i], .key = (uint16_t)key};
        out += (bytes & keys->heads[key].mask) == keys->heads[key].bytes;
    }
    return out;
}

/* The places left whose hash has a bit in the sieve. */
static inline size_t sift(const uint64_t *sieve, const uint8_t *text, uint16_t *places, size_t n) {
    size_t out = 0;

    for (size_t i = 0; i < n; i++) {
        uint32_t hash = needle_hash(text + places[i]);

        places[out] = places[i];
        out += sieve[hash / 64] >> (hash % 64) & 1;
    }
    return out;
}

/* A form around what sifts. */
#define SIEVE(name, attribute, sift)                                                               \
    attribute _hot_ static size_t name(const NeedleKeys *k, const uint8_t *text, uint16_t *places, \
                                       size_t n, NeedleMet *ret) {                                 \
        n = sift(k->sieve, text, places, n);                                                       \
        return meet(k, text, places, n, ret);                                                      \
    }

/* A form around what classifies 64 bytes, bit i is byte i, and what lists the bits. */
#define MARK(name, attribute, Tables, load, classify, list)                                        \
    attribute _hot_ static size_t name(const NeedleFilter *f, const uint8_t *text, size_t n,       \
                                       uint16_t *ret) {                                            \
        _uninitialized_ Tables tables;                                                             \
        size_t out = 0;                                                                            \
                                                                                                   \
        load(f, &tables);                                                                          \
        for (size_t i = 0; i < n; i += 64)                                                         \
            out += list(classify(&tables, text + i), i, ret + out);                                \
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

MARK(mark_portable, , NeedleFilter, load_portable, classify_portable, list_bits)

#if defined(__x86_64__)

#define TARGET_POPCNT __attribute__((target("popcnt")))
#define TARGET_SSSE3  __attribute__((target("ssse3")))
#define TARGET_AVX2   __attribute__((target("avx2,popcnt,bmi")))
#define TARGET_AVX512 __attribute__((target("avx512f,avx512bw,avx512vbmi,popcnt,bmi")))

#define TARGET_VBMI2                                                                               \
    __attribute__((target("avx512f,avx512bw,avx512vl,avx512vbmi,avx512vbmi2,popcnt,bmi")))

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
    __m512i whole[NEEDLE_GROUPS_MAX][NEEDLE_KEY];
} TablesAvx512;

/* The permutation takes six bits of each byte: each table stands there twice. */
TARGET_AVX512 static inline void load_avx512(const NeedleFilter *f, TablesAvx512 *ret) {
    for (size_t g = 0; g < NEEDLE_GROUPS_MAX; g++) {
        for (size_t k = 0; k < NEEDLE_KEY; k++)
            ret->whole[g][k] =
                _mm512_broadcast_i64x4(_mm256_loadu_si256((const __m256i *)f->buckets[g][k]));
    }
}

TARGET_AVX512 static inline uint64_t classify_avx512(const TablesAvx512 *t, const uint8_t *p) {
    __m512i left[NEEDLE_GROUPS_MAX], any = _mm512_setzero_si512();

    for (size_t g = 0; g < NEEDLE_GROUPS_MAX; g++)
        left[g] = _mm512_set1_epi8(-1);
    for (size_t k = 0; k < NEEDLE_KEY; k++) {
        __m512i c = _mm512_loadu_si512(p + k);

        for (size_t g = 0; g < NEEDLE_GROUPS_MAX; g++)
            left[g] = _mm512_and_si512(left[g], _mm512_permutexvar_epi8(c, t->whole[g][k]));
    }
    for (size_t g = 0; g < NEEDLE_GROUPS_MAX; g++)
        any = _mm512_or_si512(any, left[g]);
    return _mm512_test_epi8_mask(any, any);
}

/* As list_bits, whatever there is of them. */
TARGET_VBMI2 static inline size_t list_vbmi2(uint64_t bits, size_t base, uint16_t *ret) {
    static const uint8_t counting[64] = {
        0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21,
        22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43,
        44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63};
    __m512i at = _mm512_maskz_compress_epi8(bits, _mm512_loadu_si512(counting));
    __m512i from = _mm512_set1_epi16((short)base);
    __m512i low = _mm512_cvtepu8_epi16(_mm512_castsi512_si256(at));
    size_t n = (size_t)__builtin_popcountll(bits);

    _mm512_storeu_si512(ret, _mm512_add_epi16(low, from));
    if (_unlikely_(n > 32)) {
        __m512i high = _mm512_cvtepu8_epi16(_mm512_extracti64x4_epi64(at, 1));

        _mm512_storeu_si512(ret + 32, _mm512_add_epi16(high, from));
    }
    return n;
}

/* Sixteen places at a time. */
TARGET_VBMI2 static inline size_t sift_vbmi2(const uint64_t *sieve, const uint8_t *text,
                                             uint16_t *places, size_t n) {
    const __m512i folded = _mm512_set1_epi32(0x1f1f1f1f),
                  factor = _mm512_set1_epi32((int)NEEDLE_FACTOR);
    size_t out = 0;

    for (size_t i = 0; i < n; i += 16) {
        __mmask16 some = n - i < 16 ? (__mmask16)((1u << (n - i)) - 1) : 0xffff;
        __m256i at = _mm256_loadu_si256((const __m256i *)(const void *)(places + i));
        __m512i key = _mm512_mask_i32gather_epi32(_mm512_setzero_si512(), some,
                                                  _mm512_cvtepu16_epi32(at), text, 1);
        __m512i hash = _mm512_srli_epi32(_mm512_mullo_epi32(_mm512_and_si512(key, folded), factor),
                                         32 - NEEDLE_HASH_BITS);
        __m512i bits = _mm512_i32gather_epi32(_mm512_srli_epi32(hash, 5), sieve, 4);
        __m512i bit = _mm512_srlv_epi32(bits, _mm512_and_si512(hash, _mm512_set1_epi32(31)));
        __mmask16 stay = _mm512_mask_test_epi32_mask(some, bit, _mm512_set1_epi32(1));

        _mm256_storeu_si256((__m256i *)(void *)(places + out),
                            _mm256_maskz_compress_epi16(stay, at));
        out += (size_t)__builtin_popcount(stay);
    }
    return out;
}

MARK(mark_ssse3, TARGET_SSSE3, TablesSsse3, load_ssse3, classify_ssse3, list_bits)
MARK(mark_avx2, TARGET_AVX2, TablesAvx2, load_avx2, classify_avx2, list_bits)
MARK(mark_avx512, TARGET_AVX512, TablesAvx512, load_avx512, classify_avx512, list_bits)
MARK(mark_vbmi2, TARGET_VBMI2, TablesAvx512, load_avx512, classify_avx512, list_vbmi2)

SIEVE(sieve_vbmi2, TARGET_VBMI2, sift_vbmi2)
SIEVE(sieve_popcnt, TARGET_POPCNT, sift)

#define SIEVES                                                                                     \
    {"vbmi2", sieve_vbmi2, __builtin_cpu_supports("avx512vbmi2")},                                 \
        {"popcnt", sieve_popcnt, __builtin_cpu_supports("popcnt")},

#define FORMS                                                                                      \
    {{mark_vbmi2, 1, "vbmi2"}, __builtin_cpu_supports("avx512vbmi2")},             \
        {{mark_avx512, 1, "avx512"}, __builtin_cpu_supports("avx512vbmi")},        \
        {{mark_avx2, 0, "avx2"}, __builtin_cpu_supports("avx2")},                      \
        {{mark_ssse3, 0, "ssse3"}, __builtin_cpu_supports("ssse3")},

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

MARK(mark_neon, , TablesNeon, load_neon, classify_neon, list_bits)

#define FORMS {{mark_neon, 0, "neon"}, true},
#define SIEVES

#else
#define FORMS
#define SIEVES
#endif

SIEVE(sieve_portable, , sift)

NeedleSieve needle_sieve_at(size_t i, const char **ret_name) {
    const struct {
        const char *name;
        NeedleSieve sieve;
        bool runs;
    } forms[] = {SIEVES{"portable", sieve_portable, true}};

    for (size_t k = 0; k < N_ELEMENTS(forms); k++) {
        if (forms[k].runs && i-- == 0) {
            if (ret_name)
                *ret_name = forms[k].name;
            return forms[k].sieve;
        }
    }
    return NULL;
}

NeedleMarker needle_marker_at(size_t i) {
    const struct {
        NeedleMarker marker;
        bool runs;
    } forms[] = {FORMS{{mark_portable, 0, "portable"}, true}};

    for (size_t k = 0; k < N_ELEMENTS(forms); k++) {
        if (forms[k].runs && i-- == 0)
            return forms[k].marker;
    }
    return (NeedleMarker){0};
}
