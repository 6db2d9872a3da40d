/*
 * Key: see key.h.
 *
 * The bytes pass through one buffer on their way from the file, which is wiped; after that they are
 * only in the guarded pages of sodium_malloc() and, while a MAC is made, in a state on the stack,
 * which is wiped too. No other function of the product sees them.
 *
 * MACs are nettle's: it uses the processor's SHA instructions, which libsodium does not, and so a
 * token takes 0.15 us and not 0.42. The keeper makes several for each file with findings.
 */
#include "evidence/key.h"

#include <fcntl.h>
#include <nettle/hmac.h>
#include <sodium.h>
#include <stdio.h>

#include "base/file.h"

struct Key {
    uint8_t *secret;               /* KEY_SIZE bytes, read-only */
    struct hmac_sha256_ctx *ready; /* with the secret taken in: as secret as it is */
    bool locked;
    char id[KEY_ID_SIZE];
};

static const char *const names[N_KEY_KINDS] = {
    [KEY_TOKEN] = "token",
    [KEY_TOMBSTONE] = "tombstone",
    [KEY_SEAL] = "seal",
    [KEY_EDM] = "edm",
};

const char *key_kind_name(KeyKind kind) {
    return names[kind];
}

int key_default_directory(char **ret) {
    const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
    char *path;
    int n;

    if (config && config[0] == '/')
        n = asprintf(&path, "%s/terrier", config);
    else if (home && home[0] == '/')
        n = asprintf(&path, "%s/.config/terrier", home);
    else
        return -ENOENT;
    if (n < 0)
        return -ENOMEM;
    *ret = path;
    return 0;
}

Key *key_free(Key *k) {
    if (!k)
        return NULL;
    sodium_free(k->secret); /* wipes */
    sodium_free(k->ready);
    free(k);
    return NULL;
}

const char *key_id(const Key *k) {
    return k->id;
}

bool key_locked(const Key *k) {
    return k->locked;
}

void key_mac(const Key *k, const Span *parts, size_t n_parts, uint8_t ret[32]) {
    struct hmac_sha256_ctx state = *k->ready;

    for (size_t i = 0; i < n_parts; i++)
        hmac_sha256_update(&state, parts[i].n, parts[i].at);
    hmac_sha256_digest(&state, 32, ret);
    sodium_memzero(&state, sizeof(state));
}

/* As NIST SP 800-108r1 section 4.1: MAC(key, counter || label || 0 || length in bits). */
void key_derive(const Key *k, const char *label, uint8_t *ret, size_t n) {
    const uint8_t bits[4] = {(uint8_t)(n >> 21), (uint8_t)(n >> 13), (uint8_t)(n >> 5),
                             (uint8_t)(n << 3)};
    uint8_t block[32];

    for (uint32_t i = 1; n > 0; i++) {
        const uint8_t counter[4] = {(uint8_t)(i >> 24), (uint8_t)(i >> 16), (uint8_t)(i >> 8),
                                    (uint8_t)i};
        const Span parts[] = {span(counter, 4), span_of(label), span("", 1), span(bits, 4)};
        size_t take = n < sizeof(block) ? n : sizeof(block);

        key_mac(k, parts, N_ELEMENTS(parts), block);
        memcpy(ret, block, take);
        ret += take;
        n -= take;
    }
    sodium_memzero(block, sizeof(block));
}

void key_sign_pair(const Key *k, uint8_t ret_public[32], uint8_t ret_secret[64]) {
    crypto_sign_seed_keypair(ret_public, ret_secret, k->secret);
}

static void id_make(const uint8_t *secret, char ret[KEY_ID_SIZE]) {
    static const char label[] = "terrier-key-id";
    crypto_hash_sha256_state state;
    uint8_t digest[32];

    crypto_hash_sha256_init(&state);
    crypto_hash_sha256_update(&state, (const uint8_t *)label, sizeof(label) - 1);
    crypto_hash_sha256_update(&state, secret, KEY_SIZE);
    crypto_hash_sha256_final(&state, digest);
    sodium_memzero(&state, sizeof(state));
    sodium_bin2hex(ret, KEY_ID_SIZE, digest, (KEY_ID_SIZE - 1) / 2);
}

/* RFC 4231 section 4.3, test case 2: what stands here must give what the standard says. */
static int self_test(void) {
    static const uint8_t expected[32] = {
        0x5b, 0xdc, 0xc1, 0x46, 0xbf, 0x60, 0x75, 0x4e, 0x6a, 0x04, 0x24,
        0x26, 0x08, 0x95, 0x75, 0xc7, 0x5a, 0x00, 0x3f, 0x08, 0x9d, 0x27,
        0x39, 0x83, 0x9d, 0xec, 0x58, 0xb9, 0x64, 0xec, 0x38, 0x43,
    };
    static const char key[] = "Jefe", text[] = "what do ya want for nothing?";
    struct hmac_sha256_ctx state;
    uint8_t mac[32];

    hmac_sha256_set_key(&state, sizeof(key) - 1, (const uint8_t *)key);
    hmac_sha256_update(&state, sizeof(text) - 1, (const uint8_t *)text);
    hmac_sha256_digest(&state, sizeof(mac), mac);
    return memcmp(mac, expected, sizeof(mac)) == 0 ? 0 : -EIO;
}

static bool is_constant(const uint8_t *bytes) {
    for (size_t i = 1; i < KEY_SIZE; i++) {
        if (bytes[i] != bytes[0])
            return false;
    }
    return true;
}

/*
 * sodium_malloc() tries to lock as well but does not tell; asking again is free. Where the limit
 * on locked memory is too low the key is still guarded, and the caller can say that it may be
 * swapped.
 */
static int key_keep(const uint8_t *secret, Key **ret) {
    _cleanup_(key_freep) Key *k = calloc(1, sizeof(*k));

    if (!k)
        return -ENOMEM;
    k->secret = sodium_malloc(KEY_SIZE);
    k->ready = sodium_malloc(sizeof(*k->ready));
    if (!k->secret || !k->ready)
        return -ENOMEM;
    memcpy(k->secret, secret, KEY_SIZE);
    k->locked = sodium_mlock(k->secret, KEY_SIZE) == 0; /* which also sets MADV_DONTDUMP */
    hmac_sha256_set_key(k->ready, KEY_SIZE, k->secret);
    id_make(k->secret, k->id);
    if (sodium_mprotect_readonly(k->ready) < 0 || sodium_mprotect_readonly(k->secret) < 0)
        return -errno;
    *ret = TAKE(k);
    return 0;
}

/* Reads from the descriptor that was checked, so that the file cannot be swapped in between. */
static int secret_read(int fd, const char *path, Error *reterr, uint8_t ret[KEY_SIZE + 1]) {
    ssize_t n;
    int r = file_check_private(fd, path, 0400, reterr);

    if (r < 0)
        return r;
    n = pread(fd, ret, KEY_SIZE + 1, 0);
    if (n < 0)
        return error_errno(reterr, -errno, "cannot read the key '%s'", path);
    if (n != KEY_SIZE || is_constant(ret))
        return error_set(reterr, -EINVAL,
                         "'%s' is not a key of %d random bytes; restore it, or move it away and a "
                         "new one is made",
                         path, KEY_SIZE);
    return 0;
}

static int key_read(const char *path, Error *reterr, Key **ret) {
    _cleanup_(fd_closep) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    uint8_t secret[KEY_SIZE + 1];
    int r;

    if (fd < 0 && errno == ELOOP)
        return error_set(reterr, -ELOOP,
                         "the key '%s' is a symbolic link; put the file itself there", path);
    if (fd < 0)
        return error_errno(reterr, -errno, "cannot read the key '%s'", path);
    r = secret_read(fd, path, reterr, secret);
    if (r == 0)
        r = key_keep(secret, ret);
    sodium_memzero(secret, sizeof(secret));
    return r;
}

/* 1: made; 0: somebody else made it meanwhile. */
static int key_make(const char *path, bool replace, Error *reterr) {
    _cleanup_(file_draft_done) FileDraft d = FILE_DRAFT_NONE;
    uint8_t secret[KEY_SIZE];
    int r;

    r = file_draft_open(path, 0400, reterr, &d);
    if (r < 0)
        return r;
    randombytes_buf(secret, sizeof(secret));
    r = file_write(d.fd, span(secret, sizeof(secret)));
    sodium_memzero(secret, sizeof(secret));
    if (r < 0)
        return error_errno(reterr, r, "cannot write the key '%s'", path);
    r = replace ? file_draft_commit(&d, reterr) : file_draft_commit_new(&d, reterr);
    return r == -EEXIST ? 0 : r < 0 ? r : 1;
}

static int key_read_or_make(const char *path, Error *reterr, bool *ret_created, Key **ret) {
    bool created = false;
    int r = key_read(path, reterr, ret);

    if (r == -ENOENT) {
        r = key_make(path, false, reterr);
        if (r < 0)
            return r;
        created = r > 0;
        r = key_read(path, reterr, ret);
    }
    if (r < 0)
        return r;
    *ret_created = created;
    return 0;
}

/* `DIRECTORY/KIND.key`, or of the one with that id which was replaced. */
static int key_path(const char *directory, KeyKind kind, const char *id, char **ret) {
    int n = id ? asprintf(ret, "%s/%s.%.8s.key", directory, names[kind], id)
               : asprintf(ret, "%s/%s.key", directory, names[kind]);

    if (n < 0)
        *ret = NULL;
    return n < 0 ? -ENOMEM : 0;
}

static int key_prepare(const char *directory, Error *reterr) {
    if (sodium_init() < 0 || self_test() < 0)
        return error_set(reterr, -EIO, "HMAC-SHA-256 of nettle fails its test; no key is used");
    return directory_make_private(directory, reterr);
}

int key_load(const char *directory, KeyKind kind, Error *reterr, bool *ret_created, Key **ret) {
    _cleanup_(free_p) char *path = NULL;
    int r = key_prepare(directory, reterr);

    if (r == 0)
        r = key_path(directory, kind, NULL, &path);
    return r < 0 ? r : key_read_or_make(path, reterr, ret_created, ret);
}

int key_find(const char *directory, KeyKind kind, Error *reterr, Key **ret) {
    return key_load_old(directory, kind, NULL, reterr, ret);
}

int key_load_old(const char *directory, KeyKind kind, const char *id, Error *reterr, Key **ret) {
    _cleanup_(free_p) char *path = NULL;
    int r = key_prepare(directory, reterr);

    if (r == 0)
        r = key_path(directory, kind, id, &path);
    return r < 0 ? r : key_read(path, reterr, ret);
}

int key_replace(const char *directory, KeyKind kind, const char *id, Error *reterr, Key **ret) {
    _cleanup_(free_p) char *path = NULL, *old = NULL;
    int r = key_prepare(directory, reterr);

    if (r == 0)
        r = key_path(directory, kind, NULL, &path);
    if (r == 0)
        r = key_path(directory, kind, id, &old);
    if (r < 0)
        return r;
    if (link(path, old) < 0 && errno != EEXIST) /* taken: an attempt before this one stopped here */
        return error_errno(reterr, -errno, "cannot keep the key '%s' as '%s'", path, old);
    r = key_make(path, true, reterr);
    return r < 0 ? r : key_read(path, reterr, ret);
}
