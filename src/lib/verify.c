/*
 * terrier_verify: whether files are what was sealed.
 *
 * By kind: a ledger entry by entry, a store's ledger and manifests, any file by the seal beside it.
 * The public key is the caller's, or this user's own, or, said loudly, the one beside the file.
 * Nothing is written, and everything that is read is hostile.
 */
#include <fcntl.h>
#include <nettle/sha2.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/show.h"
#include "evidence/ledger.h"
#include "evidence/stamp.h"
#include "lib/common.h"
#include "lib/writer.h"

enum { PEM_MAX = 4096 };

typedef struct Verify {
    Writer *out;
    bool given; /* a key was: no other is taken */
    uint8_t key[SEAL_PUBLIC];
    size_t bad;
} Verify;

/* Which key a file is held against, and how much that says. */
typedef struct Trust {
    bool known;
    uint8_t key[SEAL_PUBLIC];
    bool beside; /* it lay beside the file */
} Trust;

static int pem_read(const char *path, Error *reterr, uint8_t ret[SEAL_PUBLIC]) {
    _cleanup_(buf_done) Buf text = {0};
    int r = file_read(path, PEM_MAX, reterr, &text);

    if (r < 0)
        return r;
    if (seal_pem_parse(buf_as_span(&text), ret) < 0)
        return error_set(reterr, -EINVAL, "'%s' is no Ed25519 public key in PEM", path);
    return 0;
}

/* The user's own, if its id is that; also one that was replaced. id NULL: the present one. */
static bool own_key(const char *id, uint8_t ret[SEAL_PUBLIC]) {
    _cleanup_(free_p) char *directory = NULL, *pem = NULL;
    _cleanup_(seal_freep) Seal *old = NULL;
    char there[SEAL_ID_SIZE];

    if (key_default_directory(&directory) < 0 || asprintf(&pem, "%s/seal.pem", directory) < 0)
        return false;
    if (pem_read(pem, NULL, ret) == 0) {
        seal_id_of(ret, there);
        if (!id || strcmp(there, id) == 0)
            return true;
    }
    if (!id || access(directory, F_OK) < 0 || seal_load_old(directory, id, NULL, &old) < 0)
        return false;
    memcpy(ret, seal_public(old), SEAL_PUBLIC);
    return true;
}

static bool key_beside(const char *path, const char *id, uint8_t ret[SEAL_PUBLIC]) {
    const char *slash = strrchr(path, '/');
    _cleanup_(free_p) char *pem = NULL;
    char there[SEAL_ID_SIZE];

    if (asprintf(&pem, "%.*sseal.pem", slash ? (int)(slash - path + 1) : 0, path) < 0) {
        pem = NULL;
        return false;
    }
    if (pem_read(pem, NULL, ret) < 0)
        return false;
    seal_id_of(ret, there);
    return !id || strcmp(there, id) == 0;
}

static Trust trust_for(const Verify *v, const char *path, const char *id) {
    Trust t = {0};

    if (v->given) {
        t.known = true;
        memcpy(t.key, v->key, SEAL_PUBLIC);
    } else if (own_key(id, t.key)) {
        t.known = true;
    } else if (!own_key(NULL, t.key)) { /* who has a key of his own trusts no other unasked */
        t.known = t.beside = key_beside(path, id, t.key);
    }
    return t;
}

/* ---- lines ---- */

static void line_begin(Verify *v, const char *path, bool holds) {
    if (!holds)
        v->bad++;
    show_text(&v->out->buf, path);
    writer_text(v->out, holds ? ": holds" : ": DOES NOT HOLD: ");
}

static void key_put(Verify *v, const Trust *t) {
    char id[SEAL_ID_SIZE];

    seal_id_of(t->key, id);
    writer_printf(v->out, ", sealed by %s", id);
    if (t->beside)
        writer_text(v->out, " (the key that lies beside it: this says nothing of who made it; "
                            "compare its id, or give --key)");
}

/* ---- any file with a seal beside it ---- */

static void put_range(Verify *v, const StampVerdict *s) {
    switch (s->kind) {
    case STAMP_ALTERED:
        writer_printf(v->out, "the first altered bytes are in %llu to %llu (from line %llu on)\n",
                      (unsigned long long)s->from, (unsigned long long)s->to - 1,
                      (unsigned long long)s->line);
        break;
    case STAMP_LONGER:
        writer_printf(v->out, "bytes from %llu on (line %llu) were added\n",
                      (unsigned long long)s->from, (unsigned long long)s->line);
        break;
    case STAMP_SHORTER:
        writer_printf(v->out, "bytes %llu to %llu are missing at its end\n",
                      (unsigned long long)s->from, (unsigned long long)s->to - 1);
        break;
    case STAMP_NONE:
        writer_text(v->out, "there is no seal beside it (FILE.seal, FILE.seal.sig)\n");
        break;
    case STAMP_BROKEN:
    case STAMP_HOLDS:
    default:
        writer_text(v->out, "the seal itself was altered, or made with another key\n");
    }
}

/* Of a ledger whose entries hold: sealed by the pair that they end with. */
static int verify_ledger_stamp(Verify *v, const char *path, const LedgerCheck *c, Error *reterr) {
    StampVerdict s;
    int r = stamp_verify(path, c->public, reterr, &s);

    if (r < 0 || s.kind == STAMP_HOLDS)
        return r;
    line_begin(v, path, false);
    put_range(v, &s);
    return 0;
}

static int verify_stamp(Verify *v, const char *path, Error *reterr) {
    char id[SEAL_ID_SIZE] = "";
    StampVerdict s = {.kind = STAMP_NONE};
    Trust t;
    int r = stamp_key(path, id, NULL);

    if (r < 0 && r != -ENOENT && r != -EINVAL && r != -EFBIG)
        return error_errno(reterr, r, "cannot read the seal of '%s'", path);
    t = trust_for(v, path, r == 0 ? id : NULL);
    if (r == 0 && !t.known) {
        line_begin(v, path, false);
        writer_printf(
            v->out,
            "it is sealed by %s, which is not your key; give the public key that you trust with "
            "--key\n",
            id);
        return 0;
    }
    r = stamp_verify(path, t.key, reterr, &s);
    if (r < 0)
        return r;
    if (s.kind != STAMP_HOLDS) {
        line_begin(v, path, false);
        put_range(v, &s);
    } else {
        line_begin(v, path, true);
        key_put(v, &t);
        writer_text(v->out, "\n");
    }
    return 0;
}

static bool has_seal(const char *path) {
    _cleanup_(free_p) char *beside = NULL;

    if (asprintf(&beside, "%s.seal", path) < 0) {
        beside = NULL;
        return false;
    }
    return access(beside, F_OK) == 0;
}

/* ---- ledgers ---- */

/* What a ledger that holds as a chain says of its keys. */
static void ledger_tell(Verify *v, const char *path, const LedgerCheck *c, const Trust *t) {
    char at[CLOCK_TEXT_MAX];

    if (c->entries && t->known && !c->trusted_seen) {
        char id[SEAL_ID_SIZE];

        seal_id_of(t->key, id);
        line_begin(v, path, false);
        writer_printf(
            v->out, "its entries follow each other, but %s\n",
            c->lost
                ? "a key was said to be lost, and nothing vouches for the next one"
                : "they are not sealed by the key that is to be trusted; give another with --key");
        return;
    }
    line_begin(v, path, true);
    clock_print(c->head.at, at, sizeof(at));
    writer_printf(v->out, ", %llu entries, the last of %s, sha256 ", (unsigned long long)c->entries,
                  at);
    for (size_t i = 0; i < sizeof(c->head.digest); i++)
        writer_printf(v->out, "%02x", c->head.digest[i]);
    if (t->known)
        key_put(v, t);
    else
        writer_text(v->out, ", sealed by the key that it names itself; give --key");
    if (c->lost)
        writer_printf(v->out, "; %llu keys were lost", (unsigned long long)c->lost);
    if (c->back)
        writer_printf(v->out, "; the clock was set back before %llu entries",
                      (unsigned long long)c->back);
    writer_text(v->out, "\n");
}

static void entry_wrong(Verify *v, const char *path, const LedgerCheck *c, const char *why) {
    line_begin(v, path, false);
    writer_printf(v->out, "entry %lld: %s", (long long)c->head.seq + 1, why);
}

static int verify_ledger(Verify *v, const char *path, Error *reterr) {
    FILE *file = fopen(path, "re");
    Trust t = trust_for(v, path, NULL);
    LedgerCheck c = {.trusted = t.known ? t.key : NULL};
    char *line = NULL;
    const char *why = NULL;
    uint64_t at = 0;
    size_t room = 0;
    ssize_t n;

    if (!file)
        return error_errno(reterr, -errno, "cannot read '%s'", path);
    while (!why && (n = getline(&line, &room, file)) > 0) {
        _cleanup_(arena_done) Arena a = {0};
        bool whole = line[n - 1] == '\n';
        StoreEntry e;

        why = ledger_parse(span(line, (size_t)n - whole), &a, &e) < 0
                  ? "it is not as it was written"
              : !whole ? "its line is cut"
                       : ledger_check(&c, &e);
        if (why) {
            entry_wrong(v, path, &c, why);
            writer_printf(v->out, " (line %llu, bytes %llu to %llu)\n",
                          (unsigned long long)c.entries + 1, (unsigned long long)at,
                          (unsigned long long)(at + (uint64_t)n - 1));
        }
        at += (uint64_t)n;
    }
    free(line);
    fclose(file);
    if (why)
        return 0;
    if (has_seal(path) && (!t.known || c.trusted_seen)) { /* what is cut from the end shows here */
        size_t bad = v->bad;
        int r = verify_ledger_stamp(v, path, &c, reterr);

        if (r < 0 || v->bad > bad)
            return r;
    }
    ledger_tell(v, path, &c, &t);
    return 0;
}

/* ---- a store ---- */

static int verify_manifests(Verify *v, const char *path, Store *s, const LedgerCheck *c, bool *ret,
                            Error *reterr) {
    _cleanup_(manifest_cursor_closep) ManifestCursor *rows = NULL;
    StoreManifest m;
    int r = manifest_cursor_open(s, reterr, &rows);

    *ret = true;
    while (r >= 0 && (r = manifest_cursor_step(rows, reterr, &m)) > 0) {
        struct sha256_ctx state;
        uint8_t digest[SHA256_DIGEST_SIZE];
        uint8_t key[SEAL_PUBLIC];
        char id[SEAL_ID_SIZE];
        bool known;

        sha256_init(&state);
        sha256_update(&state, m.body.n, m.body.at);
        sha256_digest(&state, sizeof(digest), digest);
        seal_id_of(c->public, id);
        memcpy(key, c->public, sizeof(key));
        known = strcmp(id, m.key) == 0 || own_key(m.key, key);
        if (memcmp(digest, m.digest, sizeof(digest)) == 0 &&
            (!known || seal_holds(key, span(m.digest, sizeof(m.digest)), m.seal)))
            continue;
        *ret = false;
        line_begin(v, path, false);
        writer_printf(v->out, "the manifest of run %lld is not what was sealed\n",
                      (long long)m.run);
        return 0;
    }
    return r;
}

static int verify_store(Verify *v, const char *path, Error *reterr) {
    _cleanup_(store_closep) Store *s = NULL;
    _cleanup_(entry_cursor_closep) EntryCursor *rows = NULL;
    Trust t = trust_for(v, path, NULL);
    LedgerCheck c = {.trusted = t.known ? t.key : NULL};
    const char *why = NULL;
    StoreEntry e;
    bool holds;
    int r = store_open(path, STORE_READ, reterr, &s);

    if (r == 0)
        r = entry_cursor_open(s, 1, reterr, &rows);
    while (r >= 0 && !why && (r = entry_cursor_step(rows, reterr, &e)) > 0)
        why = ledger_check(&c, &e);
    if (r < 0)
        return r;
    if (why) {
        entry_wrong(v, path, &c, why);
        writer_text(v->out, "\n");
        return 0;
    }
    r = verify_manifests(v, path, s, &c, &holds, reterr);
    if (r == 0 && holds)
        ledger_tell(v, path, &c, &t);
    return r;
}

/* ---- which it is ---- */

static bool is_ledger(const char *path, Span head) {
    const char *slash = strrchr(path, '/');
    Span words = span_of("\"previous\":\"");

    if (strcmp(slash ? slash + 1 : path, "ledger.jsonl") == 0)
        return true;
    return span_starts(head, span_of("{\"at\":\"")) &&
           memmem(head.at, head.n, words.at, words.n) != NULL;
}

static int verify_file(Verify *v, const char *path, Error *reterr) {
    _cleanup_(fd_closep) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    uint8_t head[8192];
    ssize_t n = fd < 0 ? -1 : read(fd, head, sizeof(head));

    if (n < 0)
        return error_errno(reterr, -errno, "cannot read '%s'", path);
    fd = fd_close(fd); /* before SQLite opens it: closing drops its locks */
    if (n > 15 && memcmp(head, "SQLite format 3", 15) == 0)
        return verify_store(v, path, reterr);
    if (is_ledger(path, span(head, (size_t)n)))
        return verify_ledger(v, path, reterr);
    return verify_stamp(v, path, reterr);
}

int terrier_verify(const char *const *files, size_t n_files, const char *key, terrier_write write,
                   void *of, size_t *ret_bad, terrier_error *error) {
    Writer out = writer_of(write, of);
    Verify v = {.out = &out, .given = key != NULL};
    Error e = {0};
    int r = key ? pem_read(key, &e, v.key) : 0;

    if (r < 0)
        r = -EINVAL; /* a wrong key is a wrong question */
    for (size_t i = 0; i < n_files && r == 0; i++) {
        r = verify_file(&v, files[i], &e);
        if (r == 0)
            r = writer_flush(&out);
    }
    *ret_bad = v.bad;
    return error_out(writer_close(&out, r, &e), &e, error);
}
