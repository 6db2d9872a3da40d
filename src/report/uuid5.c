/* Uuid5: see uuid5.h. SHA-1 is what version 5 is defined by (RFC 9562, 5.5); nothing is secured by
 * it. */
#include "report/uuid5.h"

#include <nettle/sha1.h>
#include <stdio.h>

/* 0109f517-4531-4f18-bebf-7efb4532013f: drawn once, for good. */
static const uint8_t terrier_namespace[16] = {0x01, 0x09, 0xf5, 0x17, 0x45, 0x31, 0x4f, 0x18,
                                              0xbe, 0xbf, 0x7e, 0xfb, 0x45, 0x32, 0x01, 0x3f};

void uuid5_print(const char *store, const char *kind, Span name, char ret[UUID5_MAX]) {
    uint8_t d[SHA1_DIGEST_SIZE];
    struct sha1_ctx h;

    sha1_init(&h);
    sha1_update(&h, sizeof(terrier_namespace), terrier_namespace);
    sha1_update(&h, strlen(store) + 1, (const uint8_t *)store); /* with its NUL: no name has one */
    sha1_update(&h, strlen(kind) + 1, (const uint8_t *)kind);
    sha1_update(&h, name.n, name.at);
    sha1_digest(&h, sizeof(d), d);
    d[6] = (uint8_t)((d[6] & 0x0f) | 0x50);
    d[8] = (uint8_t)((d[8] & 0x3f) | 0x80);
    snprintf(ret, UUID5_MAX, "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x",
             d[0], d[1], d[2], d[3], d[4], d[5], d[6], d[7], d[8], d[9], d[10], d[11], d[12], d[13],
             d[14], d[15]);
}
