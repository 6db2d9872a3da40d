/*
 * Algorithm: the checksums that many issuers share, and the small steps that checks are made of.
 *
 * Pure functions over n bytes at s, which may be anything: a function that is told n digits reads
 * exactly n bytes and, where the bytes are no digits, returns a number without meaning. So a check
 * first settles length and alphabet, cheapest and most selective test first, and sums last. Weights
 * are constants at the call, so that the compiler unrolls and folds them.
 */
#pragma once

#include <endian.h>

#include "base/cleanup.h"
#include "base/span.h"

#define ALWAYS_INLINE static inline __attribute__((always_inline))

/* The last year in which a bearer may be born, raised with the releases. Not the clock: a check
 * says the same on every day. */
#define BIRTH_YEAR_LAST 2030

/* Value of a decimal digit; above 9 if it is none. */
ALWAYS_INLINE unsigned digit_value(char c) {
    return (unsigned)(unsigned char)c - '0';
}

ALWAYS_INLINE bool is_digit(char c) {
    return digit_value(c) <= 9;
}

ALWAYS_INLINE bool is_upper(char c) {
    return (unsigned)(unsigned char)c - 'A' <= 25;
}

/* Value in base 36, A = 10; 36 for anything else. */
ALWAYS_INLINE unsigned alnum_value(char c) {
    if (is_digit(c))
        return digit_value(c);
    return is_upper(c) ? (unsigned)(c - 'A') + 10 : 36;
}

ALWAYS_INLINE bool is_alnum(char c) {
    return alnum_value(c) < 36;
}

/* Eight bytes, the first in the lowest place on any host. */
ALWAYS_INLINE uint64_t load_eight(const char *s) {
    uint64_t x;

    memcpy(&x, s, sizeof(x));
    return le64toh(x);
}

/* Non-zero if one of eight bytes is no digit: high half not 3, or low half above 9. */
ALWAYS_INLINE uint64_t eight_non_digits(uint64_t x) {
    return ((x & 0xf0f0f0f0f0f0f0f0) ^ 0x3030303030303030) |
           (((x & 0x0f0f0f0f0f0f0f0f) + 0x0606060606060606) & 0xf0f0f0f0f0f0f0f0);
}

/* All n bytes are digits (true of none). */
ALWAYS_INLINE bool digits_only(const char *s, size_t n) {
    unsigned bad = 0;

    if (n >= 8) {
        uint64_t eights = eight_non_digits(load_eight(s + n - 8));
        for (size_t i = 0; i + 8 < n; i += 8)
            eights |= eight_non_digits(load_eight(s + i));
        return eights == 0;
    }
    for (size_t i = 0; i < n; i++)
        bad |= digit_value(s[i]) > 9;
    return !bad;
}

/* Exactly `want` bytes, all digits: what most checks begin with. */
ALWAYS_INLINE bool is_digits(const char *s, size_t n, size_t want) {
    return n == want && digits_only(s, want);
}

ALWAYS_INLINE bool letters_only(const char *s, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (!is_upper(s[i]))
            return false;
    return true;
}

ALWAYS_INLINE bool alnum_only(const char *s, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (!is_alnum(s[i]))
            return false;
    return true;
}

/* The number that n digits write, n <= 19. */
ALWAYS_INLINE uint64_t digits_value(const char *s, size_t n) {
    uint64_t v = 0;

#pragma GCC unroll 20
    for (size_t i = 0; i < n; i++)
        v = v * 10 + digit_value(s[i]);
    return v;
}

ALWAYS_INLINE unsigned two_digits(const char *s) {
    return digit_value(s[0]) * 10 + digit_value(s[1]);
}

ALWAYS_INLINE unsigned three_digits(const char *s) {
    return two_digits(s) * 10 + digit_value(s[2]);
}

ALWAYS_INLINE unsigned four_digits(const char *s) {
    return two_digits(s) * 100 + two_digits(s + 2);
}

/* All n bytes are the same one, n >= 1. */
ALWAYS_INLINE bool all_same(const char *s, size_t n) {
    return memcmp(s, s + 1, n - 1) == 0;
}

ALWAYS_INLINE bool starts(const char *s, size_t n, const char *prefix) {
    size_t k = strlen(prefix);

    return n >= k && memcmp(s, prefix, k) == 0;
}

/* c is one of the characters of set; never the NUL that ends it. */
ALWAYS_INLINE bool one_of(char c, const char *set) {
    return c && strchr(set, c);
}

/* Sum of digit times weight. */
ALWAYS_INLINE int digits_weigh(const char *s, const int16_t *weights, size_t n) {
    int sum = 0;

#pragma GCC unroll 32
    for (size_t i = 0; i < n; i++)
        sum += (int)digit_value(s[i]) * weights[i];
    return sum;
}

/* WEIGH(s, 3, 7, 1): the first three digits at s, each times its weight, summed. */
#define WEIGH(s, ...)                                                                              \
    digits_weigh((s), (const int16_t[]){__VA_ARGS__},                                              \
                 sizeof((const int16_t[]){__VA_ARGS__}) / sizeof(int16_t))

/* A day of the Gregorian calendar. */
ALWAYS_INLINE bool is_date(unsigned year, unsigned month, unsigned day) {
    if (month - 1 > 11 || day - 1 > 30)
        return false;
    if (day <= 28)
        return true;
    if (month == 2)
        return day == 29 && year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return day <= 30 || (0x15aau >> month & 1);
}

/* A day somebody alive or on file may be born on. */
ALWAYS_INLINE bool is_birth_date(unsigned year, unsigned month, unsigned day) {
    return year <= BIRTH_YEAR_LAST && is_date(year, month, day);
}

/* A day of a year of which only the last two digits are known: 29 February 00 was one in 2000. */
ALWAYS_INLINE bool is_short_date(unsigned year, unsigned month, unsigned day) {
    return is_date(2000 + year, month, day);
}

/* Mod 10, doubling every second digit from the right (ISO/IEC 7812-1 annex B); n >= 1. */
ALWAYS_INLINE unsigned eight_luhn(uint64_t x) {
    uint64_t d = x & 0x0f0f0f0f0f0f0f0f, twice = (d & 0x00ff00ff00ff00ff) << 1;
    uint64_t over = (twice + 0x0006000600060006) >> 4 & 0x0001000100010001;

    d = (d & 0xff00ff00ff00ff00) + twice - over * 9;
    return (unsigned)(d * 0x0101010101010101 >> 56);
}

ALWAYS_INLINE unsigned luhn_sum(const char *s, size_t n) {
    unsigned sum = 0;

    for (; n > 8; n -= 8)
        sum += eight_luhn(load_eight(s + n - 8));
    if (n == 8)
        return sum + eight_luhn(load_eight(s));
    for (size_t i = 0; i < n; i++) {
        unsigned d = digit_value(s[n - 1 - i]);
        sum += i % 2 == 0 ? d : d < 5 ? 2 * d : 2 * d - 9;
    }
    return sum;
}

/* Digits checked by the caller. */
ALWAYS_INLINE bool luhn_holds(const char *s, size_t n) {
    return luhn_sum(s, n) % 10 == 0;
}

/* Weights 1 and 3 from the right, mod 10: EAN, GTIN, SSCC, AHV (GS1 General Specifications 7.9). */
bool ean_holds(const char *s, size_t n);

/* Luhn over an alphabet of `base` characters, values 0..base-1. */
bool luhn_alphabet_holds(const char *s, size_t n, const char *alphabet, unsigned base);

/* J. Verhoeff, Error Detecting Decimal Codes, 1969: the dihedral group D5. */
bool verhoeff_holds(const char *s, size_t n);

/* H. M. Damm, Total anti-symmetrische Quasigruppen, 2004: the table of order 10. */
bool damm_holds(const char *s, size_t n);

/* ISO/IEC 7064 pure and hybrid systems; the last character (two for 97-10) checks the rest. */
bool mod_11_2_holds(const char *s, size_t n);
bool mod_37_2_holds(const char *s, size_t n);
bool mod_97_10_holds(const char *s, size_t n);
bool mod_11_10_holds(const char *s, size_t n);
bool mod_37_36_holds(const char *s, size_t n);

/* The rest of a number in decimal, letters standing for 10 to 35, by 97; carry on from `rest`.
 * Returns 97 if a character is neither. */
unsigned mod_97(unsigned rest, const char *s, size_t n);

/* The layout of s: 9 a digit, A an upper-case letter, X either, every other character itself. */
bool layout_holds(const char *s, size_t n, const char *layout);

/* The `width` bytes at s are one of the words of that width, which stand in order, without gaps. */
bool words_have(const char *s, size_t width, const char *words);

/* An ISO 3166-1 alpha-2 code in use. */
bool is_country(const char *s);
