/*
 * IBAN (ISO 13616): letters, check digits and account in one piece or in groups of four.
 *
 * The length is the country's; the checksum (ISO 7064 mod 97-10) and the country's account pattern
 * are the validator's business (detect/validate). Here only the extent is found: as many letters
 * and digits as the longest IBAN has, single spaces between groups of four allowed.
 */
#include "detect/validate/iban.h"
#include "detect/bytes.h"
#include "detect/form/form.h"

enum { IBAN_MAX = 34 };

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
    length = iban_length(text[start], text[start + 1]);
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
