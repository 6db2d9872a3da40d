/*
 * Bitcoin addresses and private keys by extent: a run of letters and digits that starts as one
 * does.
 *
 * Base58Check (version bytes 0x00 and 0x05 start with 1 and 3) and Bech32 (BIP 173, 350: bc1...)
 * are 26 to 90 long; keys in wallet import format 51, starting with 5, or 52, with K or L. The
 * checksums are the validator's business.
 */
#include "detect/bytes.h"
#include "detect/form/form.h"

enum { BASE58_MIN = 26, BASE58_MAX = 35, BECH32_MAX = 90, KEY_MAX = 52 };

/* The run of letters and digits at start, up to max and one more; 0 if it is part of a longer word.
 */
static size_t run_length(const uint8_t *text, size_t n, size_t start, size_t max) {
    size_t length = 0;

    while (start + length < n && length <= max && byte_is_alnum(text[start + length]))
        length++;
    if ((start && byte_is_word(text[start - 1])) ||
        (start + length < n && byte_is_word(text[start + length])))
        return 0;
    return length;
}

static bool found(const uint8_t *text, size_t start, size_t length, FormHit *ret) {
    ret->start = start;
    ret->end = start + length;
    ret->evidence = 0;
    ret->why = NULL;
    ret->n = length;
    memcpy(ret->canon, text + start, length);
    return true;
}

bool form_bitcoin(const uint8_t *text, size_t n, size_t start, FormHit *ret) {
    size_t length = run_length(text, n, start, BECH32_MAX);
    bool bech32;

    if (length < BASE58_MIN || length > BECH32_MAX)
        return false;
    bech32 =
        (text[start] | 0x20) == 'b' && (text[start + 1] | 0x20) == 'c' && text[start + 2] == '1';
    if (!bech32 && (length > BASE58_MAX || (text[start] != '1' && text[start] != '3')))
        return false;
    return found(text, start, length, ret);
}

bool form_bitcoin_key(const uint8_t *text, size_t n, size_t start, FormHit *ret) {
    size_t length = run_length(text, n, start, KEY_MAX);

    if (length == KEY_MAX - 1 ? text[start] != '5'
                              : length != KEY_MAX || (text[start] != 'K' && text[start] != 'L'))
        return false;
    return found(text, start, length, ret);
}
