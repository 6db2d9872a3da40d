/*
 * Token: see token.h. A type is never empty, so what a token is made of never begins with a NUL as
 * what key_derive() uses does: the two cannot meet, whatever the value is.
 */
#include "evidence/token.h"

#include <assert.h>
#include <sodium.h>
#include <stdio.h>

enum { CONTENT_BYTES = 192 }; /* what XXH3 wants */

void token_make(const Key *k, Span type, Span canonical, uint8_t ret[FINDING_TOKEN]) {
    const Span parts[] = {type, span("", 1), canonical};
    uint8_t mac[32];

    assert(type.n > 0);
    key_mac(k, parts, N_ELEMENTS(parts), mac);
    memcpy(ret, mac, FINDING_TOKEN);
    sodium_memzero(mac, sizeof(mac));
}

void token_print(const char *key, const uint8_t token[FINDING_TOKEN], char ret[TOKEN_SIZE]) {
    char hex[2 * FINDING_TOKEN + 1];

    sodium_bin2hex(hex, sizeof(hex), token, FINDING_TOKEN);
    snprintf(ret, TOKEN_SIZE, "tok:%.8s:%s", key, hex);
}

void token_sketch_secret(const Key *k, uint8_t ret[TOKEN_SKETCH_SECRET]) {
    key_derive(k, "terrier-sketch", ret, CONTENT_BYTES);
    key_derive(k, "terrier-distinct", ret + CONTENT_BYTES, TOKEN_SKETCH_SECRET - CONTENT_BYTES);
}
