/*
 * IBAN (ISO 13616): letters, check digits and account in one piece or in groups of four.
 *
 * The length is the country's; the checksum (ISO 7064 mod 97-10) and the country's account pattern
 * are the validator's business (detect/validate). Here only the extent is found: as many letters
 * and digits as the longest IBAN has, single spaces between groups of four allowed.
 */
#include "detect/bytes.h"
#include "detect/form/form.h"

enum { IBAN_MAX = 34 };

/* Lengths by the two letters of the country, ISO 13616 registry (release 99); 0: not in it. */
static const uint8_t lengths[26][26] = {
    ['A' - 'A'] =
        {['D' - 'A'] = 24, ['E' - 'A'] = 23, ['L' - 'A'] = 28, ['T' - 'A'] = 20, ['Z' - 'A'] = 28},
    ['B' - 'A'] = {['A' - 'A'] = 20,
                   ['E' - 'A'] = 16,
                   ['G' - 'A'] = 22,
                   ['H' - 'A'] = 22,
                   ['I' - 'A'] = 27,
                   ['R' - 'A'] = 29,
                   ['Y' - 'A'] = 28},
    ['C' - 'A'] = {['H' - 'A'] = 21, ['R' - 'A'] = 22, ['Y' - 'A'] = 28, ['Z' - 'A'] = 24},
    ['D' - 'A'] = {['E' - 'A'] = 22, ['J' - 'A'] = 27, ['K' - 'A'] = 18, ['O' - 'A'] = 28},
    ['E' - 'A'] = {['E' - 'A'] = 20, ['G' - 'A'] = 29, ['S' - 'A'] = 24},
    ['F' - 'A'] = {['I' - 'A'] = 18, ['K' - 'A'] = 18, ['O' - 'A'] = 18, ['R' - 'A'] = 27},
    ['G' - 'A'] = {['B' - 'A'] = 22,
                   ['E' - 'A'] = 22,
                   ['I' - 'A'] = 23,
                   ['L' - 'A'] = 18,
                   ['R' - 'A'] = 27,
                   ['T' - 'A'] = 28},
    ['H' - 'A'] = {['N' - 'A'] = 28, ['R' - 'A'] = 21, ['U' - 'A'] = 28},
    ['I' - 'A'] =
        {['E' - 'A'] = 22, ['L' - 'A'] = 23, ['Q' - 'A'] = 23, ['S' - 'A'] = 26, ['T' - 'A'] = 27},
    ['J' - 'A'] = {['O' - 'A'] = 30},
    ['K' - 'A'] = {['W' - 'A'] = 30, ['Z' - 'A'] = 20},
    ['L' - 'A'] = {['B' - 'A'] = 28,
                   ['C' - 'A'] = 32,
                   ['I' - 'A'] = 21,
                   ['T' - 'A'] = 20,
                   ['U' - 'A'] = 20,
                   ['V' - 'A'] = 21,
                   ['Y' - 'A'] = 25},
    ['M' - 'A'] = {['C' - 'A'] = 27,
                   ['D' - 'A'] = 24,
                   ['E' - 'A'] = 22,
                   ['K' - 'A'] = 19,
                   ['N' - 'A'] = 20,
                   ['R' - 'A'] = 27,
                   ['T' - 'A'] = 31,
                   ['U' - 'A'] = 30},
    ['N' - 'A'] = {['I' - 'A'] = 28, ['L' - 'A'] = 18, ['O' - 'A'] = 15},
    ['O' - 'A'] = {['M' - 'A'] = 23},
    ['P' - 'A'] = {['K' - 'A'] = 24, ['L' - 'A'] = 28, ['S' - 'A'] = 29, ['T' - 'A'] = 25},
    ['Q' - 'A'] = {['A' - 'A'] = 29},
    ['R' - 'A'] = {['O' - 'A'] = 24, ['S' - 'A'] = 22, ['U' - 'A'] = 33},
    ['S' - 'A'] = {['A' - 'A'] = 24,
                   ['C' - 'A'] = 31,
                   ['D' - 'A'] = 18,
                   ['E' - 'A'] = 24,
                   ['I' - 'A'] = 19,
                   ['K' - 'A'] = 24,
                   ['M' - 'A'] = 27,
                   ['O' - 'A'] = 23,
                   ['T' - 'A'] = 25,
                   ['V' - 'A'] = 28},
    ['T' - 'A'] = {['L' - 'A'] = 23, ['N' - 'A'] = 24, ['R' - 'A'] = 26},
    ['U' - 'A'] = {['A' - 'A'] = 29},
    ['V' - 'A'] = {['A' - 'A'] = 22, ['G' - 'A'] = 24},
    ['X' - 'A'] = {['K' - 'A'] = 20},
    ['Y' - 'A'] = {['E' - 'A'] = 30},
};

static const uint8_t iban_byte[256] = {['0' ... '9'] = 1, ['A' ... 'Z'] = 1};

/* In one piece: `length` letters and digits. The end, or 0. */
static size_t iban_solid(const uint8_t *text, size_t n, size_t start, size_t length, FormHit *ret) {
    uint8_t fits = 1;

    if (n - start < length)
        return 0;
    for (size_t i = 0; i < length; i++)
        fits &= iban_byte[text[start + i]];
    if (!fits)
        return 0;
    memcpy(ret->canon, text + start, IBAN_MAX); /* a fixed size is copied faster */
    ret->n = length;
    return start + length;
}

/* In groups of four with one space between. The end, or 0. */
static size_t iban_spaced(const uint8_t *text, size_t n, size_t start, size_t length,
                          FormHit *ret) {
    size_t at = start;

    ret->n = 0;
    while (ret->n < length) {
        if (ret->n && ret->n % 4 == 0) {
            if (at >= n || text[at] != ' ')
                return 0;
            at++;
        }
        if (at >= n || !iban_byte[text[at]])
            return 0;
        ret->canon[ret->n++] = (char)text[at++];
    }
    return at;
}

bool form_iban(const uint8_t *text, size_t n, size_t digit, FormHit *ret) {
    size_t start, end, length;

    if (digit < 2)
        return false;
    start = digit - 2;
    if (!byte_is_upper(text[start]) || !byte_is_upper(text[start + 1]))
        return false;
    length = lengths[text[start] - 'A'][text[start + 1] - 'A'];
    if (!length || n - start < length || (start && byte_is_word(text[start - 1])))
        return false;
    end = text[start + 4] == ' ' ? iban_spaced(text, n, start, length, ret)
                                 : iban_solid(text, n, start, length, ret);
    if (!end || (end < n && byte_is_word(text[end])))
        return false;
    ret->start = start;
    ret->end = end;
    ret->evidence = 0;
    ret->why = NULL;
    return true;
}
