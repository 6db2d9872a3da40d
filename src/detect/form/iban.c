/*
 * IBAN (ISO 13616): letters, check digits and account in one piece or in groups of four.
 *
 * The length is the country's; the checksum (ISO 7064 mod 97-10) and the country's account pattern
 * are the validator's business (detect/validate). Here only the extent is found: as many letters
 * and digits as the longest IBAN has, single spaces between groups of four allowed.
 */
#include "detect/bytes.h"
#include "detect/form/form.h"

enum { IBAN_MIN = 15, IBAN_MAX = 34 };

/* Lengths by country, ISO 13616 registry (release 99); 0: not in the registry. */
static unsigned iban_length(uint8_t a, uint8_t b) {
    static const struct {
        char country[2];
        uint8_t n;
    } lengths[] = {
        {"AD", 24}, {"AE", 23}, {"AL", 28}, {"AT", 20}, {"AZ", 28}, {"BA", 20}, {"BE", 16},
        {"BG", 22}, {"BH", 22}, {"BI", 27}, {"BR", 29}, {"BY", 28}, {"CH", 21}, {"CR", 22},
        {"CY", 28}, {"CZ", 24}, {"DE", 22}, {"DJ", 27}, {"DK", 18}, {"DO", 28}, {"EE", 20},
        {"EG", 29}, {"ES", 24}, {"FI", 18}, {"FK", 18}, {"FO", 18}, {"FR", 27}, {"GB", 22},
        {"GE", 22}, {"GI", 23}, {"GL", 18}, {"GR", 27}, {"GT", 28}, {"HN", 28}, {"HR", 21},
        {"HU", 28}, {"IE", 22}, {"IL", 23}, {"IQ", 23}, {"IS", 26}, {"IT", 27}, {"JO", 30},
        {"KW", 30}, {"KZ", 20}, {"LB", 28}, {"LC", 32}, {"LI", 21}, {"LT", 20}, {"LU", 20},
        {"LV", 21}, {"LY", 25}, {"MC", 27}, {"MD", 24}, {"ME", 22}, {"MK", 19}, {"MN", 20},
        {"MR", 27}, {"MT", 31}, {"MU", 30}, {"NI", 28}, {"NL", 18}, {"NO", 15}, {"OM", 23},
        {"PK", 24}, {"PL", 28}, {"PS", 29}, {"PT", 25}, {"QA", 29}, {"RO", 24}, {"RS", 22},
        {"RU", 33}, {"SA", 24}, {"SC", 31}, {"SD", 18}, {"SE", 24}, {"SI", 19}, {"SK", 24},
        {"SM", 27}, {"SO", 23}, {"ST", 25}, {"SV", 28}, {"TL", 23}, {"TN", 24}, {"TR", 26},
        {"UA", 29}, {"VA", 22}, {"VG", 24}, {"XK", 20}, {"YE", 30},
    };
    size_t lo = 0, hi = sizeof(lengths) / sizeof(lengths[0]);

    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        int r = a != (uint8_t)lengths[mid].country[0] ? a - lengths[mid].country[0]
                                                      : b - lengths[mid].country[1];

        if (r == 0)
            return lengths[mid].n;
        if (r < 0)
            hi = mid;
        else
            lo = mid + 1;
    }
    return 0;
}

bool form_iban(const uint8_t *text, size_t n, size_t digit, FormHit *ret) {
    size_t start, i, length;
    bool spaced = false;

    if (digit < 2)
        return false;
    start = digit - 2;
    length = iban_length(text[start], text[start + 1]);
    if (!length || (start && byte_is_word(text[start - 1])))
        return false;
    ret->n = 0;
    for (i = start; i < n && ret->n < length; i++) {
        uint8_t c = text[i];

        if (c == ' ' && ret->n % 4 == 0 && ret->n && text[i - 1] != ' ' &&
            (spaced || ret->n == 4)) {
            spaced = true;
        } else if (byte_is_digit(c) || byte_is_upper(c)) {
            if (spaced && ret->n % 4 == 0 && text[i - 1] != ' ')
                return false;
            ret->canon[ret->n++] = (char)c;
        } else {
            return false;
        }
    }
    if (ret->n != length || (i < n && byte_is_word(text[i])))
        return false;
    ret->start = start;
    ret->end = i;
    ret->evidence = 0;
    ret->why = NULL;
    return true;
}
