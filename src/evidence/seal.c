/* Seal: see seal.h. The secret pair is in guarded pages, as a Key's secret is. */
#include "evidence/seal.h"

#include <sodium.h>
#include <stdio.h>

#include "base/file.h"

struct Seal {
    uint8_t *secret; /* crypto_sign_SECRETKEYBYTES */
    uint8_t public[SEAL_PUBLIC];
    char id[SEAL_ID_SIZE];
};

/* RFC 8410 section 4: SEQUENCE { SEQUENCE { OID 1.3.101.112 }, BIT STRING of 32 bytes }. */
static const uint8_t spki[] = {0x30, 0x2a, 0x30, 0x05, 0x06, 0x03,
                               0x2b, 0x65, 0x70, 0x03, 0x21, 0x00};

#define PEM_BEGIN "-----BEGIN PUBLIC KEY-----"
#define PEM_END   "-----END PUBLIC KEY-----"
#define PEM_MAX   4096

Seal *seal_free(Seal *s) {
    if (!s)
        return NULL;
    sodium_free(s->secret); /* wipes */
    free(s);
    return NULL;
}

const char *seal_id(const Seal *s) {
    return s->id;
}

const uint8_t *seal_public(const Seal *s) {
    return s->public;
}

void seal_sign(const Seal *s, Span message, uint8_t ret[SEAL_SIGNATURE]) {
    crypto_sign_detached(ret, NULL, message.at, message.n, s->secret);
}

bool seal_holds(const uint8_t public[SEAL_PUBLIC], Span message,
                const uint8_t signature[SEAL_SIGNATURE]) {
    return crypto_sign_verify_detached(signature, message.at, message.n, public) == 0;
}

void seal_id_of(const uint8_t public[SEAL_PUBLIC], char ret[SEAL_ID_SIZE]) {
    static const char label[] = "terrier-seal-id";
    crypto_hash_sha256_state state;
    uint8_t digest[32];

    crypto_hash_sha256_init(&state);
    crypto_hash_sha256_update(&state, (const uint8_t *)label, sizeof(label) - 1);
    crypto_hash_sha256_update(&state, public, SEAL_PUBLIC);
    crypto_hash_sha256_final(&state, digest);
    sodium_bin2hex(ret, SEAL_ID_SIZE, digest, (SEAL_ID_SIZE - 1) / 2);
}

/* ---- the public key as a file ---- */

void seal_pem_print(const uint8_t public[SEAL_PUBLIC], Buf *to) {
    uint8_t der[sizeof(spki) + SEAL_PUBLIC];
    char text[sodium_base64_ENCODED_LEN(sizeof(der), sodium_base64_VARIANT_ORIGINAL)];

    memcpy(der, spki, sizeof(spki));
    memcpy(der + sizeof(spki), public, SEAL_PUBLIC);
    sodium_bin2base64(text, sizeof(text), der, sizeof(der), sodium_base64_VARIANT_ORIGINAL);
    buf_printf(to, PEM_BEGIN "\n%s\n" PEM_END "\n", text);
}

int seal_pem_parse(Span text, uint8_t ret[SEAL_PUBLIC]) {
    uint8_t der[sizeof(spki) + SEAL_PUBLIC];
    char copy[PEM_MAX], *begin, *end;
    size_t n;

    if (text.n >= sizeof(copy) || memchr(text.at, 0, text.n))
        return -EINVAL;
    memcpy(copy, text.at, text.n);
    copy[text.n] = 0;
    begin = strstr(copy, PEM_BEGIN);
    end = begin ? strstr(begin, PEM_END) : NULL;
    if (!end)
        return -EINVAL;
    begin += strlen(PEM_BEGIN);
    if (sodium_base642bin(der, sizeof(der), begin, (size_t)(end - begin), " \r\n\t", &n, NULL,
                          sodium_base64_VARIANT_ORIGINAL) < 0 ||
        n != sizeof(der) || memcmp(der, spki, sizeof(spki)) != 0)
        return -EINVAL;
    memcpy(ret, der + sizeof(spki), SEAL_PUBLIC);
    return 0;
}

static int pem_put(const char *directory, const Seal *s, Error *reterr) {
    _cleanup_(free_p) char *path = NULL;
    _cleanup_(buf_done) Buf pem = {0}, there = {0};

    seal_pem_print(s->public, &pem);
    if (asprintf(&path, "%s/seal.pem", directory) < 0) {
        path = NULL;
        return -ENOMEM;
    }
    if (file_read(path, PEM_MAX, NULL, &there) == 0 &&
        span_eq(buf_as_span(&there), buf_as_span(&pem)))
        return 0;
    return buf_error(&pem) < 0 ? -ENOMEM : file_replace(path, buf_as_span(&pem), 0444, reterr);
}

/* ---- loading ---- */

static int seal_of(const Key *k, Seal **ret) {
    _cleanup_(seal_freep) Seal *s = calloc(1, sizeof(*s));

    if (!s)
        return -ENOMEM;
    s->secret = sodium_malloc(crypto_sign_SECRETKEYBYTES);
    if (!s->secret)
        return -ENOMEM;
    sodium_mlock(s->secret, crypto_sign_SECRETKEYBYTES); /* as in key.c: it cannot be asked */
    key_sign_pair(k, s->public, s->secret);
    seal_id_of(s->public, s->id);
    if (sodium_mprotect_readonly(s->secret) < 0)
        return -errno;
    *ret = TAKE(s);
    return 0;
}

int seal_load(const char *directory, Error *reterr, bool *ret_created, Seal **ret) {
    _cleanup_(key_freep) Key *k = NULL;
    _cleanup_(seal_freep) Seal *s = NULL;
    int r = key_load(directory, KEY_SEAL, reterr, ret_created, &k);

    if (r == 0)
        r = seal_of(k, &s);
    if (r == 0)
        r = pem_put(directory, s, reterr);
    if (r < 0)
        return r;
    *ret = TAKE(s);
    return 0;
}

int seal_load_old(const char *directory, const char *id, Error *reterr, Seal **ret) {
    _cleanup_(key_freep) Key *k = NULL;
    int r = key_load_old(directory, KEY_SEAL, id, reterr, &k);

    return r < 0 ? r : seal_of(k, ret);
}
