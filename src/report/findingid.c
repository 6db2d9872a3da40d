/*
 * FindingId: see findingid.h. The first 64 bits of SHA-256 over the four names, each with its
 * length before it, so that no other four come to the same bytes.
 */
#include "report/findingid.h"

#include <sodium.h>

static void name_add(crypto_hash_sha256_state *h, Span name) {
    uint8_t n[8];

    for (size_t i = 0; i < sizeof(n); i++)
        n[i] = (uint8_t)((uint64_t)name.n >> (8 * i));
    crypto_hash_sha256_update(h, n, sizeof(n));
    if (name.n)
        crypto_hash_sha256_update(h, name.at, name.n);
}

void findingid_print(const FoundRow *row, char ret[FINDINGID_MAX]) {
    uint8_t digest[crypto_hash_sha256_BYTES];
    crypto_hash_sha256_state h;

    if (row->known) {
        lineage_id_print(row->lineage.id, ret);
        return;
    }
    crypto_hash_sha256_init(&h);
    name_add(&h, row->root);
    name_add(&h, row->path);
    name_add(&h, row->part);
    name_add(&h, span_of(row->detector));
    crypto_hash_sha256_final(&h, digest);
    memcpy(ret, "f:", 2);
    sodium_bin2hex(ret + 2, FINDINGID_MAX - 2, digest, 8);
}
