/*
 * Stamp: see stamp.h.
 *
 *     # terrier seal/1
 *     # bytes 123456
 *     # sealed 2026-03-01T12:00:00.000000000Z
 *     # key 1a2b3c4d
 *     # block 256
 *     # 0 <SHA-256 of bytes 0 to 255>
 *     # 256 <SHA-256 of the next block> ...
 *     <SHA-256 of the file>  report.jsonl
 *
 * Blocks are as small as leaves at most BLOCKS_MAX of them.
 */
#include "evidence/stamp.h"

#include <fcntl.h>
#include <nettle/sha2.h>
#include <sodium.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/file.h"
#include "evidence/ledger.h"

enum {
    BLOCK_MIN = 256,
    BLOCKS_MAX = 1024,
    WINDOW = 64 << 10,
    SEAL_MAX = 1 << 20, /* bytes of FILE.seal */
    HEX = 65,
};

typedef struct Reading {
    int fd;
    uint64_t at;
    uint8_t window[WINDOW];
} Reading;

static int path_beside(const char *path, const char *suffix, char **ret) {
    if (asprintf(ret, "%s%s", path, suffix) < 0) {
        *ret = NULL;
        return -ENOMEM;
    }
    return 0;
}

static int file_open_read(const char *path, Error *reterr, uint64_t *ret_size) {
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    off_t size = fd < 0 ? -1 : lseek(fd, 0, SEEK_END);
    int r = -errno;

    if (size >= 0) {
        *ret_size = (uint64_t)size;
        return fd;
    }
    fd_close(fd);
    return error_errno(reterr, r, "cannot read '%s'", path);
}

/* Digest of the next at most n bytes, which are also added to `whole`. The bytes there were. */
static ssize_t block_read(Reading *in, uint64_t n, struct sha256_ctx *whole,
                          uint8_t ret[SHA256_DIGEST_SIZE]) {
    struct sha256_ctx block;
    uint64_t done = 0;

    sha256_init(&block);
    while (done < n) {
        size_t want = n - done < WINDOW ? (size_t)(n - done) : WINDOW;
        ssize_t got = pread(in->fd, in->window, want, (off_t)in->at);

        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return -errno;
        if (got == 0)
            break;
        sha256_update(&block, (size_t)got, in->window);
        sha256_update(whole, (size_t)got, in->window);
        in->at += (uint64_t)got;
        done += (uint64_t)got;
    }
    sha256_digest(&block, SHA256_DIGEST_SIZE, ret);
    return (ssize_t)done;
}

static uint64_t block_size(uint64_t size) {
    uint64_t block = BLOCK_MIN;

    while (size / block >= BLOCKS_MAX)
        block *= 2;
    return block;
}

/* ---- making ---- */

/* GNU sha256sum: a name with a backslash, newline or CR is escaped, and the line says so first. */
static void sum_line_put(Buf *to, const uint8_t digest[SHA256_DIGEST_SIZE], const char *path) {
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    char hex[HEX];

    sodium_bin2hex(hex, sizeof(hex), digest, SHA256_DIGEST_SIZE);
    buf_printf(to, "%s%s  ", strpbrk(name, "\\\n\r") ? "\\" : "", hex);
    for (; *name; name++) {
        if (*name == '\\' || *name == '\n' || *name == '\r')
            buf_printf(to, "\\%c", *name == '\\' ? '\\' : *name == '\n' ? 'n' : 'r');
        else
            buf_byte(to, (uint8_t)*name);
    }
    buf_byte(to, '\n');
}

static int blocks_put(Buf *to, int fd, uint64_t size, uint8_t ret_whole[SHA256_DIGEST_SIZE]) {
    uint64_t block = block_size(size);
    _cleanup_(free_p) Reading *in = calloc(1, sizeof(*in));
    struct sha256_ctx whole;

    if (!in)
        return -ENOMEM;
    in->fd = fd;
    sha256_init(&whole);
    buf_printf(to, "# block %llu\n", (unsigned long long)block);
    while (in->at < size) {
        uint8_t digest[SHA256_DIGEST_SIZE];
        char hex[HEX];
        uint64_t at = in->at;
        uint64_t want = size - at < block ? size - at : block;
        ssize_t n = block_read(in, want, &whole, digest);

        if (n < 0)
            return (int)n;
        if ((uint64_t)n < want)
            return -EAGAIN; /* somebody is cutting it */
        sodium_bin2hex(hex, sizeof(hex), digest, sizeof(digest));
        buf_printf(to, "# %llu %s\n", (unsigned long long)at, hex);
    }
    sha256_digest(&whole, SHA256_DIGEST_SIZE, ret_whole);
    return 0;
}

static int stamp_text(const char *path, const Seal *seal, Error *reterr, Buf *to) {
    uint8_t whole[SHA256_DIGEST_SIZE];
    char now[LEDGER_TIME_SIZE];
    uint64_t size = 0;
    _cleanup_(fd_closep) int fd = file_open_read(path, reterr, &size);
    int r;

    if (fd < 0)
        return fd;
    ledger_time_print(clock_real_ns(), now);
    buf_printf(to, "# terrier seal/1\n# bytes %llu\n# sealed %s\n# key %s\n",
               (unsigned long long)size, now, seal_id(seal));
    r = blocks_put(to, fd, size, whole);
    if (r < 0)
        return error_errno(reterr, r, "cannot seal '%s'", path);
    sum_line_put(to, whole, path);
    return buf_error(to);
}

int stamp_make(const char *path, const Seal *seal, Error *reterr) {
    _cleanup_(free_p) char *beside = NULL, *signature = NULL;
    _cleanup_(buf_done) Buf text = {0};
    uint8_t sig[SEAL_SIGNATURE];
    int r;

    if ((r = path_beside(path, ".seal", &beside)) < 0 ||
        (r = path_beside(path, ".seal.sig", &signature)) < 0 ||
        (r = stamp_text(path, seal, reterr, &text)) < 0)
        return r;
    seal_sign(seal, buf_as_span(&text), sig);
    r = file_replace_unsynced(beside, buf_as_span(&text), 0600, reterr);
    return r < 0 ? r : file_replace_unsynced(signature, span(sig, sizeof(sig)), 0600, reterr);
}

/* ---- verifying ---- */

typedef struct Text {
    uint64_t size, block;
    char key[SEAL_ID_SIZE];
    const char *blocks; /* the line of the first */
} Text;

/* Behind `# word `; NULL if the line at `at` is another. */
static const char *line_after(const char *at, const char *word) {
    size_t n = strlen(word);

    return strncmp(at, word, n) == 0 ? at + n : NULL;
}

static const char *line_next(const char *at) {
    const char *end = strchr(at, '\n');

    return end ? end + 1 : at + strlen(at);
}

static bool number_read(const char *at, uint64_t *ret) {
    char *end;

    if (!at || *at < '0' || *at > '9')
        return false;
    errno = 0;
    *ret = strtoull(at, &end, 10);
    return errno == 0 && (*end == '\n' || *end == ' ');
}

static int text_parse(const char *text, Text *ret) {
    const char *at = line_after(text, "# terrier seal/1\n"), *key;

    *ret = (Text){0};
    if (!at || !number_read(line_after(at, "# bytes "), &ret->size))
        return -EINVAL;
    at = line_next(line_next(at));
    key = line_after(at, "# key ");
    if (!key || strcspn(key, "\n") != SEAL_ID_SIZE - 1)
        return -EINVAL;
    memcpy(ret->key, key, SEAL_ID_SIZE - 1);
    if (strspn(ret->key, "0123456789abcdef") != SEAL_ID_SIZE - 1)
        return -EINVAL;
    at = line_next(at);
    if (!number_read(line_after(at, "# block "), &ret->block) || ret->block < BLOCK_MIN)
        return -EINVAL;
    ret->blocks = line_next(at);
    return 0;
}

/* The digest that stands for the block at `offset`, and the line behind it. */
static const char *block_sealed(const char *at, uint64_t offset, uint8_t ret[SHA256_DIGEST_SIZE]) {
    const char *hex;
    uint64_t there;
    size_t n;

    if (!number_read(line_after(at, "# "), &there) || there != offset)
        return NULL;
    hex = strchr(at + 2, ' ');
    if (!hex || sodium_hex2bin(ret, SHA256_DIGEST_SIZE, hex + 1, HEX - 1, NULL, &n, NULL) < 0 ||
        n != SHA256_DIGEST_SIZE)
        return NULL;
    return line_next(at);
}

static int line_of(int fd, uint64_t offset, uint64_t *ret) {
    uint8_t window[4096];
    uint64_t lines = 1, at = 0;

    while (at < offset) {
        size_t want = offset - at < sizeof(window) ? (size_t)(offset - at) : sizeof(window);
        ssize_t n = pread(fd, window, want, (off_t)at);

        if (n <= 0)
            break;
        for (ssize_t i = 0; i < n; i++)
            lines += window[i] == '\n';
        at += (uint64_t)n;
    }
    *ret = lines;
    return 0;
}

/* Compares block by block; the last line is compared too, since sha256sum -c reads that one. */
static int blocks_compare(const Text *t, int fd, uint64_t size, StampVerdict *ret) {
    _cleanup_(free_p) Reading *in = calloc(1, sizeof(*in));
    uint8_t sealed[SHA256_DIGEST_SIZE], digest[SHA256_DIGEST_SIZE];
    const char *at = t->blocks, *last;
    struct sha256_ctx whole;
    size_t n;

    if (!in)
        return -ENOMEM;
    in->fd = fd;
    sha256_init(&whole);
    while (in->at < t->size) {
        uint64_t from = in->at, want = t->size - from < t->block ? t->size - from : t->block;
        ssize_t got;

        at = block_sealed(at, from, sealed);
        if (!at)
            return -EINVAL;
        got = block_read(in, want, &whole, digest);
        if (got < 0)
            return (int)got;
        if ((uint64_t)got < want && size < t->size) {
            *ret = (StampVerdict){.kind = STAMP_SHORTER, .from = size, .to = t->size};
            return 0;
        }
        if (memcmp(sealed, digest, sizeof(digest)) != 0) {
            *ret = (StampVerdict){.kind = STAMP_ALTERED, .from = from, .to = from + want};
            return 0;
        }
    }
    sha256_digest(&whole, SHA256_DIGEST_SIZE, digest);
    last = *at == '\\' ? at + 1 : at;
    if (strlen(last) < HEX ||
        sodium_hex2bin(sealed, sizeof(sealed), last, HEX - 1, NULL, &n, NULL) < 0 ||
        n != sizeof(sealed) || memcmp(sealed, digest, sizeof(digest)) != 0)
        return -EINVAL;
    *ret = size > t->size ? (StampVerdict){.kind = STAMP_LONGER, .from = t->size, .to = size}
                          : (StampVerdict){.kind = STAMP_HOLDS};
    return 0;
}

static int stamp_read(const char *path, Buf *ret, Text *ret_text, Error *reterr) {
    _cleanup_(free_p) char *beside = NULL;
    int r = path_beside(path, ".seal", &beside);

    if (r == 0)
        r = file_read(beside, SEAL_MAX, reterr, ret);
    if (r < 0)
        return r;
    if (memchr(ret->at ? ret->at : (const uint8_t *)"", 0, ret->n) ||
        text_parse(buf_cstr(ret), ret_text) < 0)
        return error_set(reterr, -EINVAL, "'%s' is no seal", beside);
    return 0;
}

int stamp_key(const char *path, char ret[SEAL_ID_SIZE], Error *reterr) {
    _cleanup_(buf_done) Buf text = {0};
    Text t;
    int r = stamp_read(path, &text, &t, reterr);

    if (r == 0)
        memcpy(ret, t.key, SEAL_ID_SIZE);
    return r;
}

static int signature_check(const char *path, const uint8_t public[SEAL_PUBLIC], Span text) {
    _cleanup_(free_p) char *beside = NULL;
    _cleanup_(buf_done) Buf sig = {0};
    int r = path_beside(path, ".seal.sig", &beside);

    if (r == 0)
        r = file_read(beside, SEAL_SIGNATURE, NULL, &sig);
    if (r == -ENOMEM)
        return r;
    return r == 0 && sig.n == SEAL_SIGNATURE && seal_holds(public, text, sig.at) ? 0 : -EINVAL;
}

int stamp_verify(const char *path, const uint8_t public[SEAL_PUBLIC], Error *reterr,
                 StampVerdict *ret) {
    _cleanup_(buf_done) Buf text = {0};
    uint64_t size = 0;
    _cleanup_(fd_closep) int fd = file_open_read(path, reterr, &size);
    Text t = {0};
    int r = fd < 0 ? fd : stamp_read(path, &text, &t, NULL);

    if (fd < 0)
        return r;
    if (r == 0)
        r = signature_check(path, public, buf_as_span(&text));
    if (r == 0)
        r = blocks_compare(&t, fd, size, ret);
    if (r == -ENOENT || r == -EINVAL || r == -EFBIG) {
        *ret = (StampVerdict){.kind = r == -ENOENT ? STAMP_NONE : STAMP_BROKEN};
        r = 0;
    }
    if (r < 0)
        return error_errno(reterr, r, "cannot verify '%s'", path);
    ret->size = t.size;
    memcpy(ret->key, t.key, SEAL_ID_SIZE);
    return line_of(fd, ret->from, &ret->line);
}
