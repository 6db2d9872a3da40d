/*
 * Bitmap: see bitmap.h.
 *
 * Each instruction set gives one function that classifies 64 bytes; BUILD() writes the pass around
 * it once for each, so that the derived classes (run, mixed, iban) have a single source. A derived
 * class looks one byte ahead: the pass therefore classifies one block beyond the text, which is
 * why BITMAP_PAD readable bytes must follow; what they hold is masked away at the end.
 */
#include "detect/bitmap.h"

#include "base/cleanup.h"

#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

typedef struct Block {
    uint64_t digit, upper, lower, high, joint, space, at, colon, dash, plus, newline;
} Block;

#define BUILD(name, attribute, classify)                                                           \
    attribute _hot_ static void name(Bitmap *b, const uint8_t *text, size_t n) {                   \
        uint64_t digit_before = 0, upper_before = 0, lower_before = 0;                             \
        Block now;                                                                                 \
                                                                                                   \
        b->text = text;                                                                            \
        b->n = n;                                                                                  \
        b->words = (n + 63) / 64;                                                                  \
        classify(text, &now);                                                                      \
        for (size_t i = 0; i < b->words; i++) {                                                    \
            Block next = {0};                                                                      \
                                                                                                   \
            if (i + 1 < b->words || n % 64 == 0)                                                   \
                classify(text + 64 * (i + 1), &next);                                              \
            {                                                                                      \
                uint64_t digit_left = now.digit << 1 | digit_before >> 63;                         \
                uint64_t digit_right = now.digit >> 1 | next.digit << 63;                          \
                uint64_t upper_left = now.upper << 1 | upper_before >> 63;                         \
                uint64_t upper_left2 = now.upper << 2 | upper_before >> 62;                        \
                uint64_t lower_left = now.lower << 1 | lower_before >> 63;                         \
                uint64_t lower_left2 = now.lower << 2 | lower_before >> 62;                        \
                                                                                                   \
                b->digit[i] = now.digit;                                                           \
                b->upper[i] = now.upper;                                                           \
                b->alnum[i] = now.digit | now.upper | now.lower;                                   \
                b->high[i] = now.high;                                                             \
                b->joint[i] = now.joint & digit_left & digit_right;                                \
                b->run[i] = now.digit | ((now.joint | now.space) & digit_left & digit_right);      \
                b->mixed[i] = (now.digit & upper_left) | (now.upper & digit_left);                 \
                b->iban[i] = now.digit & digit_right &                                             \
                             ((upper_left & upper_left2) | (lower_left & lower_left2));            \
                b->at[i] = now.at;                                                                 \
                b->colon[i] = now.colon;                                                           \
                b->dash[i] = now.dash;                                                             \
                b->plus[i] = now.plus;                                                             \
                b->newline[i] = now.newline;                                                       \
            }                                                                                      \
            digit_before = now.digit;                                                              \
            upper_before = now.upper;                                                              \
            lower_before = now.lower;                                                              \
            now = next;                                                                            \
        }                                                                                          \
        bitmap_end(b);                                                                             \
    }

static void bitmap_mask(Bitmap *b, size_t word, uint64_t mask) {
    b->digit[word] &= mask;
    b->upper[word] &= mask;
    b->alnum[word] &= mask;
    b->high[word] &= mask;
    b->run[word] &= mask;
    b->joint[word] &= mask;
    b->mixed[word] &= mask;
    b->iban[word] &= mask;
    b->at[word] &= mask;
    b->colon[word] &= mask;
    b->dash[word] &= mask;
    b->plus[word] &= mask;
    b->newline[word] &= mask;
}

/* Clears what was classified beyond the text, and puts zero words behind it. */
static void bitmap_end(Bitmap *b) {
    unsigned last = b->n & 63;

    if (b->words) {
        uint64_t edge = UINT64_C(1) << (last ? last - 1 : 63);

        bitmap_mask(b, b->words - 1, edge | (edge - 1));
        /* what leans on the byte behind the end leans on nothing */
        b->run[b->words - 1] &= ~edge | b->digit[b->words - 1];
        b->joint[b->words - 1] &= ~edge;
        b->iban[b->words - 1] &= ~edge;
    }
    bitmap_mask(b, b->words, 0);
    bitmap_mask(b, b->words + 1 < BITMAP_WORDS ? b->words + 1 : b->words, 0);
}

static inline void classify_portable(const uint8_t *p, Block *ret) {
    Block b = {0};

    for (unsigned i = 0; i < 64; i++) {
        uint64_t bit = UINT64_C(1) << i;
        uint8_t c = p[i];

        if ((uint8_t)(c - '0') < 10)
            b.digit |= bit;
        else if ((uint8_t)(c - 'A') < 26)
            b.upper |= bit;
        else if ((uint8_t)(c - 'a') < 26)
            b.lower |= bit;
        else if (c >= 0x80)
            b.high |= bit;
        else if (c == ' ')
            b.space |= bit;
        else if (c == '.' || c == '/')
            b.joint |= bit;
        else if (c == '-')
            b.joint |= bit, b.dash |= bit;
        else if (c == '@')
            b.at |= bit;
        else if (c == ':')
            b.colon |= bit;
        else if (c == '+')
            b.plus |= bit;
        else if (c == '\n')
            b.newline |= bit;
    }
    *ret = b;
}

BUILD(build_portable, , classify_portable)

#if defined(__x86_64__)

#define TARGET_AVX2   __attribute__((target("avx2")))
#define TARGET_AVX512 __attribute__((target("avx512f,avx512bw")))

static inline uint64_t sse2_mask(const __m128i v[4]) {
    return (uint64_t)(uint32_t)_mm_movemask_epi8(v[0]) |
           (uint64_t)(uint32_t)_mm_movemask_epi8(v[1]) << 16 |
           (uint64_t)(uint32_t)_mm_movemask_epi8(v[2]) << 32 |
           (uint64_t)(uint32_t)_mm_movemask_epi8(v[3]) << 48;
}

/* Bytes in [first, first + n), as unsigned numbers. */
static inline uint64_t sse2_range(const __m128i v[4], uint8_t first, uint8_t n) {
    __m128i r[4];

    for (int i = 0; i < 4; i++) {
        __m128i a = _mm_sub_epi8(v[i], _mm_set1_epi8((char)first));

        r[i] = _mm_cmpeq_epi8(_mm_min_epu8(a, _mm_set1_epi8((char)(n - 1))), a);
    }
    return sse2_mask(r);
}

static inline uint64_t sse2_equal(const __m128i v[4], char c) {
    __m128i r[4];

    for (int i = 0; i < 4; i++)
        r[i] = _mm_cmpeq_epi8(v[i], _mm_set1_epi8(c));
    return sse2_mask(r);
}

static inline void classify_sse2(const uint8_t *p, Block *ret) {
    __m128i v[4];

    for (int i = 0; i < 4; i++)
        v[i] = _mm_loadu_si128((const __m128i *)(p + 16 * i));
    ret->digit = sse2_range(v, '0', 10);
    ret->upper = sse2_range(v, 'A', 26);
    ret->lower = sse2_range(v, 'a', 26);
    ret->high = sse2_mask(v);
    ret->joint = sse2_range(v, '-', 3);
    ret->space = sse2_equal(v, ' ');
    ret->at = sse2_equal(v, '@');
    ret->colon = sse2_equal(v, ':');
    ret->dash = sse2_equal(v, '-');
    ret->plus = sse2_equal(v, '+');
    ret->newline = sse2_equal(v, '\n');
}

TARGET_AVX2 static inline uint64_t avx2_range(__m256i a, __m256i b, uint8_t first, uint8_t n) {
    __m256i most = _mm256_set1_epi8((char)(n - 1));

    a = _mm256_sub_epi8(a, _mm256_set1_epi8((char)first));
    b = _mm256_sub_epi8(b, _mm256_set1_epi8((char)first));
    a = _mm256_cmpeq_epi8(_mm256_min_epu8(a, most), a);
    b = _mm256_cmpeq_epi8(_mm256_min_epu8(b, most), b);
    return (uint64_t)(uint32_t)_mm256_movemask_epi8(a) | (uint64_t)(uint32_t)_mm256_movemask_epi8(b)
                                                             << 32;
}

TARGET_AVX2 static inline uint64_t avx2_equal(__m256i a, __m256i b, char c) {
    __m256i x = _mm256_set1_epi8(c);

    return (uint64_t)(uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(a, x)) |
           (uint64_t)(uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(b, x)) << 32;
}

TARGET_AVX2 static inline void classify_avx2(const uint8_t *p, Block *ret) {
    __m256i a = _mm256_loadu_si256((const __m256i *)p);
    __m256i b = _mm256_loadu_si256((const __m256i *)(p + 32));

    ret->digit = avx2_range(a, b, '0', 10);
    ret->upper = avx2_range(a, b, 'A', 26);
    ret->lower = avx2_range(a, b, 'a', 26);
    ret->high = (uint64_t)(uint32_t)_mm256_movemask_epi8(a) |
                (uint64_t)(uint32_t)_mm256_movemask_epi8(b) << 32;
    ret->joint = avx2_range(a, b, '-', 3);
    ret->space = avx2_equal(a, b, ' ');
    ret->at = avx2_equal(a, b, '@');
    ret->colon = avx2_equal(a, b, ':');
    ret->dash = avx2_equal(a, b, '-');
    ret->plus = avx2_equal(a, b, '+');
    ret->newline = avx2_equal(a, b, '\n');
}

TARGET_AVX512 static inline uint64_t avx512_range(__m512i v, uint8_t first, uint8_t n) {
    return _mm512_cmplt_epu8_mask(_mm512_sub_epi8(v, _mm512_set1_epi8((char)first)),
                                  _mm512_set1_epi8((char)n));
}

TARGET_AVX512 static inline uint64_t avx512_equal(__m512i v, char c) {
    return _mm512_cmpeq_epi8_mask(v, _mm512_set1_epi8(c));
}

TARGET_AVX512 static inline void classify_avx512(const uint8_t *p, Block *ret) {
    __m512i v = _mm512_loadu_si512(p);

    ret->digit = avx512_range(v, '0', 10);
    ret->upper = avx512_range(v, 'A', 26);
    ret->lower = avx512_range(v, 'a', 26);
    ret->high = _mm512_movepi8_mask(v);
    ret->joint = avx512_range(v, '-', 3);
    ret->space = avx512_equal(v, ' ');
    ret->at = avx512_equal(v, '@');
    ret->colon = avx512_equal(v, ':');
    ret->dash = avx512_equal(v, '-');
    ret->plus = avx512_equal(v, '+');
    ret->newline = avx512_equal(v, '\n');
}

BUILD(build_sse2, , classify_sse2)
BUILD(build_avx2, TARGET_AVX2, classify_avx2)
BUILD(build_avx512, TARGET_AVX512, classify_avx512)

#define FORMS                                                                                      \
    {"avx512", build_avx512, __builtin_cpu_supports("avx512bw")},                                  \
        {"avx2", build_avx2, __builtin_cpu_supports("avx2")}, {"sse2", build_sse2, true},

#elif defined(__aarch64__)

/* One bit a byte out of four compare results: AND with the bit weights, then pairwise sums. */
static inline uint64_t neon_mask(uint8x16_t a, uint8x16_t b, uint8x16_t c, uint8x16_t d) {
    const uint8x16_t weight = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
    uint8x16_t low = vpaddq_u8(vandq_u8(a, weight), vandq_u8(b, weight));
    uint8x16_t high = vpaddq_u8(vandq_u8(c, weight), vandq_u8(d, weight));
    uint8x16_t sum = vpaddq_u8(low, high);

    sum = vpaddq_u8(sum, sum);
    return vgetq_lane_u64(vreinterpretq_u64_u8(sum), 0);
}

static inline uint64_t neon_range(const uint8x16_t v[4], uint8_t first, uint8_t n) {
    uint8x16_t r[4];

    for (int i = 0; i < 4; i++)
        r[i] = vcltq_u8(vsubq_u8(v[i], vdupq_n_u8(first)), vdupq_n_u8(n));
    return neon_mask(r[0], r[1], r[2], r[3]);
}

static inline void classify_neon(const uint8_t *p, Block *ret) {
    uint8x16_t v[4];

    for (int i = 0; i < 4; i++)
        v[i] = vld1q_u8(p + 16 * i);
    ret->digit = neon_range(v, '0', 10);
    ret->upper = neon_range(v, 'A', 26);
    ret->lower = neon_range(v, 'a', 26);
    ret->high = neon_range(v, 0x80, 0x80);
    ret->joint = neon_range(v, '-', 3);
    ret->space = neon_range(v, ' ', 1);
    ret->at = neon_range(v, '@', 1);
    ret->colon = neon_range(v, ':', 1);
    ret->dash = neon_range(v, '-', 1);
    ret->plus = neon_range(v, '+', 1);
    ret->newline = neon_range(v, '\n', 1);
}

BUILD(build_neon, , classify_neon)

#define FORMS {"neon", build_neon, true},

#else
#define FORMS
#endif

BitmapBuild bitmap_builder_at(size_t i, const char **ret_name) {
    const struct {
        const char *name;
        BitmapBuild build;
        bool runs;
    } forms[] = {FORMS{"portable", build_portable, true}};

    for (size_t k = 0; k < N_ELEMENTS(forms); k++) {
        if (forms[k].runs && i-- == 0) {
            if (ret_name)
                *ret_name = forms[k].name;
            return forms[k].build;
        }
    }
    return NULL;
}

BitmapBuild bitmap_builder(const char **ret_name) {
    return bitmap_builder_at(0, ret_name);
}

#if defined(__x86_64__)
#define COUNT_BITS __attribute__((target("popcnt"))) /* every processor that Hyperscan runs on */
#else
#define COUNT_BITS
#endif

COUNT_BITS size_t bitmap_count(const uint64_t *bits, size_t from, size_t to) {
    size_t first = from >> 6, last = to >> 6, n = 0;
    uint64_t head = ~UINT64_C(0) << (from & 63);
    uint64_t tail = to & 63 ? (UINT64_C(1) << (to & 63)) - 1 : 0;

    if (from >= to)
        return 0;
    if (first == last)
        return (size_t)__builtin_popcountll(bits[first] & head & tail);
    n = (size_t)__builtin_popcountll(bits[first] & head);
    for (size_t i = first + 1; i < last; i++)
        n += (size_t)__builtin_popcountll(bits[i]);
    return tail ? n + (size_t)__builtin_popcountll(bits[last] & tail) : n;
}
