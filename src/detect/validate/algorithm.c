/*
 * Algorithm: see algorithm.h. Tables are constants; every loop is bounded by n.
 */
#include "detect/validate/algorithm.h"

bool ean_holds(const char *s, size_t n) {
    unsigned sum = 0;

    for (size_t i = 0; i < n; i++)
        sum += digit_value(s[n - 1 - i]) * (i % 2 ? 3 : 1);
    return sum % 10 == 0;
}

bool luhn_alphabet_holds(const char *s, size_t n, const char *alphabet, unsigned base) {
    unsigned sum = 0;

    for (size_t i = 0; i < n; i++) {
        const char *at = one_of(s[n - 1 - i], alphabet) ? strchr(alphabet, s[n - 1 - i]) : NULL;
        unsigned v;

        if (!at)
            return false;
        v = (unsigned)(at - alphabet) * (i % 2 + 1);
        sum += v / base + v % base;
    }
    return sum % base == 0;
}

bool verhoeff_holds(const char *s, size_t n) {
    static const uint8_t product[10][10] = {
        {0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, {1, 2, 3, 4, 0, 6, 7, 8, 9, 5},
        {2, 3, 4, 0, 1, 7, 8, 9, 5, 6}, {3, 4, 0, 1, 2, 8, 9, 5, 6, 7},
        {4, 0, 1, 2, 3, 9, 5, 6, 7, 8}, {5, 9, 8, 7, 6, 0, 4, 3, 2, 1},
        {6, 5, 9, 8, 7, 1, 0, 4, 3, 2}, {7, 6, 5, 9, 8, 2, 1, 0, 4, 3},
        {8, 7, 6, 5, 9, 3, 2, 1, 0, 4}, {9, 8, 7, 6, 5, 4, 3, 2, 1, 0},
    };
    static const uint8_t permuted[8][10] = {
        {0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, {1, 5, 7, 6, 2, 8, 3, 0, 9, 4},
        {5, 8, 0, 3, 7, 9, 6, 1, 4, 2}, {8, 9, 1, 6, 0, 4, 3, 5, 2, 7},
        {9, 4, 5, 3, 1, 2, 6, 8, 7, 0}, {4, 2, 8, 6, 5, 7, 3, 9, 0, 1},
        {2, 7, 9, 3, 8, 0, 6, 4, 1, 5}, {7, 0, 4, 6, 9, 1, 3, 2, 5, 8},
    };
    unsigned check = 0;

    for (size_t i = 0; i < n; i++) {
        unsigned d = digit_value(s[n - 1 - i]);

        if (d > 9)
            return false;
        check = product[check][permuted[i % 8][d]];
    }
    return check == 0;
}

bool damm_holds(const char *s, size_t n) {
    static const uint8_t table[10][10] = {
        {0, 3, 1, 7, 5, 9, 8, 6, 4, 2}, {7, 0, 9, 2, 1, 5, 4, 8, 6, 3},
        {4, 2, 0, 6, 8, 7, 1, 3, 5, 9}, {1, 7, 5, 0, 9, 8, 3, 4, 2, 6},
        {6, 1, 2, 3, 0, 4, 5, 9, 7, 8}, {3, 6, 7, 4, 2, 0, 9, 5, 8, 1},
        {5, 8, 6, 9, 7, 2, 0, 1, 3, 4}, {8, 9, 4, 5, 3, 6, 2, 0, 1, 7},
        {9, 4, 3, 8, 6, 1, 7, 2, 0, 5}, {2, 5, 8, 1, 4, 3, 6, 7, 9, 0},
    };
    unsigned check = 0;

    for (size_t i = 0; i < n; i++) {
        unsigned d = digit_value(s[i]);

        if (d > 9)
            return false;
        check = table[check][d];
    }
    return check == 0;
}

/* A pure system: modulus m, radix 2; the check character alone may have the value m - 1 = `last`.
 */
static bool pure_holds(const char *s, size_t n, unsigned m, char last) {
    unsigned rest = 0, v;

    if (n < 2)
        return false;
    for (size_t i = 0; i + 1 < n; i++) {
        v = alnum_value(s[i]);
        if (v >= m - 1)
            return false;
        rest = (rest + v) * 2 % m;
    }
    v = s[n - 1] == last ? m - 1 : alnum_value(s[n - 1]);
    return v < m && (v < m - 1 || s[n - 1] == last) && (rest + v) % m == 1;
}

bool mod_11_2_holds(const char *s, size_t n) {
    return pure_holds(s, n, 11, 'X');
}

bool mod_37_2_holds(const char *s, size_t n) {
    return pure_holds(s, n, 37, '*');
}

/* A hybrid system of moduli m + 1 and m. */
static bool hybrid_holds(const char *s, size_t n, unsigned m) {
    unsigned rest = m, v;

    if (n < 2)
        return false;
    for (size_t i = 0; i + 1 < n; i++) {
        v = alnum_value(s[i]);
        if (v >= m)
            return false;
        rest = (rest + v) % m;
        rest = (rest ? rest : m) * 2 % (m + 1);
    }
    v = alnum_value(s[n - 1]);
    return v < m && (rest + v) % m == 1;
}

bool mod_11_10_holds(const char *s, size_t n) {
    return hybrid_holds(s, n, 10);
}

bool mod_37_36_holds(const char *s, size_t n) {
    return hybrid_holds(s, n, 36);
}

/* The number that eight digits write: pairs, fours, eight. */
static inline uint64_t eight_value(uint64_t x) {
    x = (x & 0x0f0f0f0f0f0f0f0f) * (10 << 8 | 1) >> 8;
    x = (x & 0x00ff00ff00ff00ff) * (100 << 16 | 1) >> 16;
    return (x & 0x0000ffff0000ffff) * (UINT64_C(10000) << 32 | 1) >> 32;
}

unsigned mod_97(unsigned rest, const char *s, size_t n) {
    uint64_t v = rest;

    while (n) {
        size_t step = n >= 8 && eight_non_digits(load_eight(s)) == 0 ? 8 : 1;
        unsigned c = alnum_value(*s);

        if (c > 35)
            return 97;
        v = step == 8 ? v % 97 * 100000000 + eight_value(load_eight(s))
                      : v * (c > 9 ? 100 : 10) + c;
        if (v >= 1000000000000000)
            v %= 97;
        s += step;
        n -= step;
    }
    return (unsigned)(v % 97);
}

bool mod_97_10_holds(const char *s, size_t n) {
    return n > 2 && mod_97(0, s, n) == 1;
}

bool layout_holds(const char *s, size_t n, const char *layout) {
    for (size_t i = 0; i < n; i++) {
        bool ok = layout[i] == '9'   ? is_digit(s[i])
                  : layout[i] == 'A' ? is_upper(s[i])
                  : layout[i] == 'X' ? is_alnum(s[i])
                                     : layout[i] && s[i] == layout[i];
        if (!ok)
            return false;
    }
    return layout[n] == 0;
}

bool words_have(const char *s, size_t width, const char *words) {
    size_t lo = 0, hi = strlen(words) / width;

    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        int r = memcmp(s, words + mid * width, width);

        if (r == 0)
            return true;
        if (r < 0)
            hi = mid;
        else
            lo = mid + 1;
    }
    return false;
}

/* ISO 3166-1:2020 with the updates to 2024, and XK, which banks and ICAO use for Kosovo. */
bool is_country(const char *s) {
    return words_have(s, 2,
                      "ADAEAFAGAIALAMAOAQARASATAUAWAXAZBABBBDBEBFBGBHBIBJBLBMBNBOBQBRBSBTBVBWBYBZCA"
                      "CCCDCFCGCHCICKCL"
                      "CMCNCOCRCUCVCWCXCYCZDEDJDKDMDODZECEEEGEHERESETFIFJFKFMFOFRGAGBGDGEGFGGGHGIGL"
                      "GMGNGPGQGRGSGTGU"
                      "GWGYHKHMHNHRHTHUIDIEILIMINIOIQIRISITJEJMJOJPKEKGKHKIKMKNKPKRKWKYKZLALBLCLILK"
                      "LRLSLTLULVLYMAMC"
                      "MDMEMFMGMHMKMLMMMNMOMPMQMRMSMTMUMVMWMXMYMZNANCNENFNGNINLNONPNRNUNZOMPAPEPFPG"
                      "PHPKPLPMPNPRPSPT"
                      "PWPYQARERORSRURWSASBSCSDSESGSHSISJSKSLSMSNSOSRSSSTSVSXSYSZTCTDTFTGTHTJTKTLTM"
                      "TNTOTRTTTVTWTZUA"
                      "UGUMUSUYUZVAVCVEVGVIVNVUWFWSXKYEYTZAZMZW");
}
