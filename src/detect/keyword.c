/*
 * Keyword: see keyword.h.
 *
 * Cache file: magic, HMAC-SHA-256 over identity (library version, processor features, patterns) and
 * body; body: the width of each pattern, then the serialized database. The HMAC key lies in the
 * same directory, 0600: it guards against torn and foreign files, not against the user, who owns
 * both. A cache that cannot be read or written is no error: the databases are compiled instead.
 */
#include "detect/keyword.h"

#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/file.h"

enum {
    CACHE_MAX = 64 << 20,
    MAGIC_BYTES = 8,
    HEADER_BYTES = MAGIC_BYTES + crypto_auth_hmacsha256_BYTES,
};

static const char magic[MAGIC_BYTES] = "TERRHS2";

void keywords_done(Keywords *k) {
    hs_free_database(k->anchored);
    hs_free_database(k->free);
    *k = (Keywords){0};
}

static int keyword_width(KeywordPattern *p, Error *reterr) {
    hs_compile_error_t *e = NULL;
    hs_expr_info_t *info = NULL;
    unsigned least, most;

    if (hs_expression_info(p->derived, 0, &info, &e) != HS_SUCCESS) {
        error_set(reterr, -EINVAL, "%s", e ? e->message : "not understood");
        hs_free_compile_error(e);
        return -EINVAL;
    }
    least = info->min_width;
    most = info->max_width;
    free(info);
    if (least == 0)
        return error_set(reterr, -EINVAL, "may match nothing, expected at least one character");
    if (least < KEYWORD_FREE_MIN && p->literal < KEYWORD_LITERAL_MIN)
        return error_set(reterr, -EINVAL,
                         "may match as little as %u bytes and has no literal of %d characters: it "
                         "would stand everywhere and cannot be fast, expected a literal, or %d "
                         "bytes at least",
                         least, KEYWORD_LITERAL_MIN, KEYWORD_FREE_MIN);
    if (most > KEYWORD_WIDTH_MAX)
        return error_set(reterr, -EINVAL, "may match more than %d bytes, expected bounded repeats",
                         KEYWORD_WIDTH_MAX);
    p->width = most;
    return 0;
}

/* What a database depends on besides the library: a text that names it. */
static void cache_identity(const KeywordPattern *patterns, const unsigned *ids, size_t n,
                           Buf *ret) {
    hs_platform_info_t platform = {0};

    hs_populate_platform(&platform);
    buf_printf(ret, "%s %u %llx\n", hs_version(), platform.tune,
               (unsigned long long)platform.cpu_features);
    for (size_t i = 0; i < n; i++)
        buf_printf(ret, "%u %s\n", ids[i], patterns[ids[i]].derived);
}

static int cache_open_dir(const char *path) {
    struct stat st;
    int fd;

    if (!path)
        return -1;
    fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd >= 0 && (fstat(fd, &st) < 0 || st.st_uid != geteuid() || (st.st_mode & 077)))
        fd = fd_close(fd);
    return fd;
}

static bool read_exactly(int fd, void *at, size_t n) {
    uint8_t *p = at;

    while (n) {
        ssize_t r = read(fd, p, n);

        if (r < 0 && errno == EINTR)
            continue;
        if (r <= 0)
            return false;
        p += r;
        n -= (size_t)r;
    }
    return true;
}

/* The directory's own key, made on first use. */
static bool cache_key(int dir, uint8_t key[crypto_auth_hmacsha256_KEYBYTES]) {
    _cleanup_(fd_closep) int fd = openat(dir, "cache.key", O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    struct stat st;

    if (fd >= 0)
        return fstat(fd, &st) == 0 && st.st_uid == geteuid() && !(st.st_mode & 077) &&
               read_exactly(fd, key, crypto_auth_hmacsha256_KEYBYTES);
    fd = openat(dir, "cache.key", O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return false;
    randombytes_buf(key, crypto_auth_hmacsha256_KEYBYTES);
    return file_write(fd, span(key, crypto_auth_hmacsha256_KEYBYTES)) == 0;
}

static void cache_name(Span identity, char ret_name[64]) {
    uint8_t digest[crypto_hash_sha256_BYTES];
    char hex[33];

    crypto_hash_sha256(digest, identity.at, identity.n);
    sodium_bin2hex(hex, sizeof(hex), digest, 16);
    snprintf(ret_name, 64, "keywords-%s.db", hex);
}

static void cache_mac(const uint8_t *key, Span identity, Span body,
                      uint8_t ret[crypto_auth_hmacsha256_BYTES]) {
    crypto_auth_hmacsha256_state state;

    crypto_auth_hmacsha256_init(&state, key, crypto_auth_hmacsha256_KEYBYTES);
    crypto_auth_hmacsha256_update(&state, identity.at, identity.n);
    crypto_auth_hmacsha256_update(&state, body.at, body.n);
    crypto_auth_hmacsha256_final(&state, ret);
}

/* What a database is made of: some of the patterns. */
typedef struct Subset {
    KeywordPattern *patterns;
    unsigned *ids;
    size_t n;
} Subset;

static hs_database_t *cache_load(int dir, const uint8_t *key, Span identity, const Subset *set) {
    uint8_t mac[crypto_auth_hmacsha256_BYTES], header[HEADER_BYTES];
    _cleanup_(buf_done) Buf body = {.limit = CACHE_MAX};
    _cleanup_(fd_closep) int fd = -1;
    hs_database_t *db = NULL;
    char name[64];
    struct stat st;
    void *at;

    cache_name(identity, name);
    fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &st) < 0 || st.st_uid != geteuid() || (st.st_mode & 022) ||
        st.st_size <= HEADER_BYTES || st.st_size > CACHE_MAX)
        return NULL;
    at = buf_extend(&body, (size_t)st.st_size - HEADER_BYTES);
    if (!at || !read_exactly(fd, header, sizeof(header)) || !read_exactly(fd, at, body.n))
        return NULL;
    cache_mac(key, identity, buf_as_span(&body), mac);
    if (memcmp(header, magic, MAGIC_BYTES) != 0 ||
        sodium_memcmp(header + MAGIC_BYTES, mac, sizeof(mac)) != 0 ||
        body.n <= set->n * sizeof(uint32_t))
        return NULL;
    for (size_t i = 0; i < set->n; i++)
        memcpy(&set->patterns[set->ids[i]].width, body.at + i * sizeof(uint32_t), sizeof(uint32_t));
    return hs_deserialize_database((const char *)body.at + set->n * sizeof(uint32_t),
                                   body.n - set->n * sizeof(uint32_t), &db) == HS_SUCCESS
               ? db
               : NULL;
}

/* Written beside and renamed; whatever fails, there is no cache then and that is all. */
static void cache_save(int dir, const uint8_t *key, Span identity, const Subset *set,
                       const hs_database_t *db) {
    _cleanup_(buf_done) Buf body = {0};
    uint8_t mac[crypto_auth_hmacsha256_BYTES];
    char name[64], beside[80];
    _cleanup_(fd_closep) int fd = -1;
    char *bytes = NULL;
    size_t n = 0;
    bool ok;

    if (hs_serialize_database(db, &bytes, &n) != HS_SUCCESS)
        return;
    for (size_t i = 0; i < set->n; i++)
        buf_add(&body, &set->patterns[set->ids[i]].width, sizeof(uint32_t));
    buf_add(&body, bytes, n);
    free(bytes);
    if (buf_error(&body))
        return;
    cache_name(identity, name);
    snprintf(beside, sizeof(beside), "%s.%d", name, (int)getpid());
    fd = openat(dir, beside, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd >= 0) {
        cache_mac(key, identity, buf_as_span(&body), mac);
        ok = file_write(fd, span(magic, MAGIC_BYTES)) == 0 &&
             file_write(fd, span(mac, sizeof(mac))) == 0 && file_write(fd, buf_as_span(&body)) == 0;
        if (!ok || renameat(dir, beside, dir, name) < 0)
            unlinkat(dir, beside, 0);
    }
}

static int compile(const Subset *set, hs_database_t **ret, int *ret_bad, Error *reterr) {
    _cleanup_(free_p) const char **expressions = calloc(set->n, sizeof(*expressions));
    hs_compile_error_t *e = NULL;

    if (!expressions)
        return -ENOMEM;
    for (size_t i = 0; i < set->n; i++) {
        KeywordPattern *p = &set->patterns[set->ids[i]];
        int r = keyword_width(p, reterr);

        if (r < 0) {
            *ret_bad = (int)set->ids[i];
            return r;
        }
        expressions[i] = p->derived;
    }
    if (hs_compile_multi(expressions, NULL, set->ids, (unsigned)set->n, HS_MODE_BLOCK, NULL, ret,
                         &e) != HS_SUCCESS) {
        if (e && e->expression >= 0)
            *ret_bad = (int)set->ids[e->expression];
        error_set(reterr, -EINVAL, "%s", e ? e->message : "cannot be compiled");
        hs_free_compile_error(e);
        return -EINVAL;
    }
    return 0;
}

/* One database of the patterns whose literal is long enough, or of the others. */
static int keywords_one(KeywordPattern *patterns, size_t n, bool anchored, int dir,
                        const uint8_t *key, hs_database_t **ret, int *ret_bad, Error *reterr) {
    _cleanup_(free_p) unsigned *ids = calloc(n + 1, sizeof(*ids));
    _cleanup_(buf_done) Buf identity = {0};
    Subset set = {.patterns = patterns, .ids = ids};
    int r;

    if (!ids)
        return -ENOMEM;
    for (size_t i = 0; i < n; i++) {
        const KeywordPattern *p = &patterns[i];

        if (!p->needle && !p->cell && (p->literal >= KEYWORD_LITERAL_MIN) == anchored)
            ids[set.n++] = (unsigned)i;
    }
    if (set.n == 0)
        return 0;
    cache_identity(patterns, ids, set.n, &identity);
    if (buf_error(&identity))
        return -ENOMEM;
    if (key && (*ret = cache_load(dir, key, buf_as_span(&identity), &set)))
        return 0;
    r = compile(&set, ret, ret_bad, reterr);
    if (r == 0 && key)
        cache_save(dir, key, buf_as_span(&identity), &set, *ret);
    return r;
}

int keywords_compile(KeywordPattern *patterns, size_t n, const char *cache_dir, Keywords *ret,
                     int *ret_bad, Error *reterr) {
    _cleanup_(fd_closep) int dir = cache_open_dir(cache_dir);
    uint8_t key[crypto_auth_hmacsha256_KEYBYTES];
    bool keyed = dir >= 0 && cache_key(dir, key);
    Keywords k = {0};
    int r;

    *ret_bad = -1;
    r = keywords_one(patterns, n, true, dir, keyed ? key : NULL, &k.anchored, ret_bad, reterr);
    if (r == 0)
        r = keywords_one(patterns, n, false, dir, keyed ? key : NULL, &k.free, ret_bad, reterr);
    if (r < 0) {
        keywords_done(&k);
        return r;
    }
    *ret = k;
    return 0;
}
