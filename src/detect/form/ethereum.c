/*
 * Ethereum addresses by extent: 0x and forty hexadecimal digits, a run of their own.
 *
 * Where letters of both cases occur they carry a checksum (EIP-55), which is the validator's
 * business; without it any digest of twenty bytes looks the same, and that is told as evidence.
 */
#include "detect/bytes.h"
#include "detect/form/form.h"

enum { ADDRESS = 42 };

static const float ONE_CASE = -4.7f; /* from high down to low */

bool form_ethereum(const uint8_t *text, size_t n, size_t start, FormHit *ret) {
    size_t end = start + ADDRESS;
    bool upper = false, lower = false;

    if (start > n || n - start < ADDRESS || text[start] != '0' || text[start + 1] != 'x')
        return false;
    if ((start && byte_is_word(text[start - 1])) || (end < n && byte_is_word(text[end])))
        return false;
    for (size_t i = start + 2; i < end; i++) {
        if (byte_hex(text[i]) < 0)
            return false;
        upper |= byte_is_upper(text[i]);
        lower |= text[i] >= 'a';
    }
    ret->start = start;
    ret->end = end;
    ret->evidence = upper && lower ? 0 : ONE_CASE;
    ret->why = upper && lower ? NULL : "letters of one case: no checksum";
    ret->n = ADDRESS;
    memcpy(ret->canon, text + start, ADDRESS);
    return true;
}
