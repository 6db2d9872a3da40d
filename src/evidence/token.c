/*
 * Token: see token.h. A type is never empty, so what a token is made of never begins with a NUL as
 * what key_derive() uses does: the two cannot meet, whatever the value is.
 */
#include "evidence/token.h"

#include <assert.h>
#include <sodium.h>

void token_make(const Key *k, Span type, Span canonical, char ret[TOKEN_SIZE]) {
    const Span parts[] = {type, span("", 1), canonical};
    uint8_t mac[32];

    assert(type.n > 0);
    key_mac(k, parts, N_ELEMENTS(parts), mac);
    memcpy(ret, "tok:", 4);
    memcpy(ret + 4, key_id(k), KEY_ID_SIZE - 1);
    ret[3 + KEY_ID_SIZE] = ':';
    sodium_bin2hex(ret + 4 + KEY_ID_SIZE, 33, mac, 16);
    sodium_memzero(mac, sizeof(mac));
}

void token_sketch_secret(const Key *k, uint8_t ret[TOKEN_SKETCH_SECRET]) {
    key_derive(k, "terrier-sketch", ret, TOKEN_SKETCH_SECRET);
}
