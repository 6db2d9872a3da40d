/*
 * Token: see token.h. A type is never empty, so what a token is made of never begins with a NUL as
 * what key_derive() uses does: the two cannot meet, whatever the value is.
 */
#include "evidence/token.h"

#include <assert.h>
#include <sodium.h>
#include <stdio.h>

void token_make(const Key *k, Span type, Span canonical, char ret[TOKEN_SIZE]) {
    const Span parts[] = {type, span("", 1), canonical};
    uint8_t mac[32];
    char hex[33];

    assert(type.n > 0);
    key_mac(k, parts, N_ELEMENTS(parts), mac);
    sodium_bin2hex(hex, sizeof(hex), mac, 16);
    snprintf(ret, TOKEN_SIZE, "tok:%s:%s", key_id(k), hex);
    sodium_memzero(mac, sizeof(mac));
}

void token_sketch_secret(const Key *k, uint8_t ret[TOKEN_SKETCH_SECRET]) {
    key_derive(k, "terrier-sketch", ret, TOKEN_SKETCH_SECRET);
}
