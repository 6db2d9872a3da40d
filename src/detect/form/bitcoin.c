/*
 * Bitcoin addresses by extent: a run of 26 to 90 letters and digits that starts as one does.
 *
 * Base58Check (version bytes 0x00 and 0x05 start with 1 and 3) and Bech32 (BIP 173, 350: bc1...).
 * The checksums are the validator's business.
 */
#include "detect/bytes.h"
#include "detect/form/form.h"

enum { BASE58_MIN = 26, BASE58_MAX = 35, BECH32_MAX = 90 };

bool form_bitcoin(const uint8_t *text, size_t n, size_t start, FormHit *ret) {
    size_t length = 0;
    bool bech32;

    while (start + length < n && length <= BECH32_MAX && byte_is_alnum(text[start + length]))
        length++;
    if (length < BASE58_MIN || length > BECH32_MAX)
        return false;
    bech32 =
        (text[start] | 0x20) == 'b' && (text[start + 1] | 0x20) == 'c' && text[start + 2] == '1';
    if (!bech32 && (length > BASE58_MAX || (text[start] != '1' && text[start] != '3')))
        return false;
    if (start && byte_is_word(text[start - 1]))
        return false;
    if (start + length < n && byte_is_word(text[start + length]))
        return false;
    ret->start = start;
    ret->end = start + length;
    ret->evidence = 0;
    ret->why = NULL;
    ret->n = length;
    memcpy(ret->canon, text + start, length);
    return true;
}
