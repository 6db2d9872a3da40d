/*
 * IBAN (ISO 13616): letters, check digits and account in one piece or in groups of four.
 *
 * The length is the country's; the checksum (ISO 7064 mod 97-10) and the country's account pattern
 * are the validator's business (detect/validate). Here only the extent is found: as many letters
 * and digits as the longest IBAN has, single spaces between groups of four allowed. All letters in
 * capitals, or, as people type them, all small, which is worth less.
 */
#include "detect/validate/iban.h"
#include "detect/bytes.h"
#include "detect/form/form.h"

enum { IBAN_MAX = 34 };

/* Bit 0: digits and capitals; bit 1: digits and small letters. */
static const uint8_t iban_byte[256] = {['0' ... '9'] = 3, ['A' ... 'Z'] = 1, ['a' ... 'z'] = 2};

static void iban_raise(FormHit *f) {
    for (size_t i = 0; i < f->n; i++)
        f->canon[i] = (char)byte_raise((uint8_t)f->canon[i]);
}

/* In one piece: `length` letters and digits. The end, or 0. */
static size_t iban_solid(const uint8_t *text, size_t n, size_t start, size_t length, uint8_t fits,
                         FormHit *ret) {

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
static size_t iban_spaced(const uint8_t *text, size_t n, size_t start, size_t length, uint8_t fits,
                          FormHit *ret) {
    size_t at = start;

    ret->n = 0;
    while (ret->n < length) {
        if (ret->n && ret->n % 4 == 0) {
            if (at >= n || text[at] != ' ')
                return 0;
            at++;
        }
        if (at >= n || !(iban_byte[text[at]] & fits))
            return 0;
        ret->canon[ret->n++] = (char)text[at++];
    }
    return at;
}

bool form_iban(const uint8_t *text, size_t n, size_t digit, FormHit *ret) {
    size_t start, end, length;
    bool small;

    if (digit < 2)
        return false;
    start = digit - 2;
    small = byte_is_lower(text[start]);
    length = iban_length(byte_raise(text[start]), byte_raise(text[start + 1]));
    if (!length || n - start < length || (start && byte_is_word(text[start - 1])))
        return false;
    end = text[start + 4] == ' ' ? iban_spaced(text, n, start, length, small ? 2 : 1, ret)
                                 : iban_solid(text, n, start, length, small ? 2 : 1, ret);
    if (!end || (end < n && byte_is_word(text[end])))
        return false;
    ret->start = start;
    ret->end = end;
    ret->evidence = small ? -1.0f : 0;
    ret->why = small ? "in small letters" : NULL;
    if (small)
        iban_raise(ret);
    return true;
}
