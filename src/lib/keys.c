/*
 * terrier_key_list, terrier_key_new, terrier_seal: the keys of this user.
 *
 * The id of the seal is made of its public half, those of the others of the secret.
 */
#include <dirent.h>
#include <sys/stat.h>

#include "base/json.h"
#include "evidence/ledger.h"
#include "evidence/origin.h"
#include "evidence/stamp.h"
#include "lib/common.h"
#include "lib/event.h"
#include "lib/writer.h"

static int directory_of(char **ret, Error *reterr) {
    int r = key_default_directory(ret);

    return r < 0 ? error_errno(reterr, r, "cannot tell where the keys are; set HOME") : 0;
}

/* The id of the key there is; -ENOENT: there is none. */
static int id_of(const char *directory, KeyKind kind, char ret[KEY_ID_SIZE], Error *reterr) {
    _cleanup_(key_freep) Key *k = NULL;
    uint8_t public[SEAL_PUBLIC], secret[64];
    int r = key_find(directory, kind, reterr, &k);

    if (r < 0)
        return r;
    snprintf(ret, KEY_ID_SIZE, "%s", key_id(k));
    if (kind == KEY_SEAL) {
        key_sign_pair(k, public, secret);
        explicit_bzero(secret, sizeof(secret));
        seal_id_of(public, ret);
    }
    return 0;
}

/* ---- list ---- */

static void put_kind(const char *directory, KeyKind kind, Writer *out) {
    char id[KEY_ID_SIZE];
    Error e = {0};
    int r = id_of(directory, kind, id, &e);

    writer_printf(out, "%-10s ", key_kind_name(kind));
    if (r == -ENOENT) {
        writer_text(out, "none yet; the first scan makes it\n");
        return;
    }
    if (r < 0) {
        writer_text(out, "UNUSABLE: ");
        writer_text(out, e.text);
    } else {
        writer_printf(out, "%s  ", id);
        writer_name(out, span_of(directory));
        writer_printf(out, "/%s.key", key_kind_name(kind));
    }
    writer_text(out, "\n");
}

/* `token.1a2b3c4d.key` */
static bool is_replaced(const char *name, KeyKind kind) {
    size_t n = strlen(key_kind_name(kind));

    return strncmp(name, key_kind_name(kind), n) == 0 && name[n] == '.' &&
           strspn(name + n + 1, "0123456789abcdef") == KEY_ID_SIZE - 1 &&
           strcmp(name + n + KEY_ID_SIZE, ".key") == 0;
}

static void put_replaced(const char *directory, Writer *out) {
    _cleanup_(closedirp) DIR *d = opendir(directory);
    const struct dirent *e;

    while (d && (e = readdir(d))) {
        for (KeyKind kind = 0; kind < N_KEY_KINDS; kind++) {
            if (!is_replaced(e->d_name, kind))
                continue;
            writer_printf(out, "%-10s %.8s  ", key_kind_name(kind),
                          e->d_name + strlen(key_kind_name(kind)) + 1);
            writer_name(out, span_of(directory));
            writer_printf(out, "/%s (replaced)\n", e->d_name);
        }
    }
}

int terrier_key_list(terrier_write write, void *of, terrier_error *error) {
    _cleanup_(free_p) char *directory = NULL;
    Writer out = writer_of(write, of);
    Error e = {0};
    int r = directory_of(&directory, &e);

    for (KeyKind kind = 0; r == 0 && kind < N_KEY_KINDS; kind++)
        put_kind(directory, kind, &out);
    if (r == 0)
        put_replaced(directory, &out);
    return error_out(writer_close(&out, r, &e), &e, error);
}

/* ---- new ---- */

typedef struct Renewal {
    KeyKind kind;
    const char *lost;
    char *directory;
    char before[KEY_ID_SIZE], now[KEY_ID_SIZE]; /* before: "" where there was none */
} Renewal;

static int kind_of(const char *word, KeyKind *ret, Error *reterr) {
    for (KeyKind kind = 0; kind < N_KEY_KINDS; kind++) {
        if (strcmp(word, key_kind_name(kind)) == 0) {
            *ret = kind;
            return 0;
        }
    }
    return error_set(reterr, -EINVAL, "'%.40s' is no key, expected token, tombstone or seal", word);
}

static int renew(Renewal *n, Error *reterr) {
    _cleanup_(key_freep) Key *k = NULL;
    bool created;
    int r = id_of(n->directory, n->kind, n->before, reterr);

    if (r == -ENOENT) {
        n->before[0] = 0;
        r = key_load(n->directory, n->kind, reterr, &created, &k);
    } else if (r == 0) {
        r = key_replace(n->directory, n->kind, n->before, reterr, &k);
    }
    return r < 0 ? r : id_of(n->directory, n->kind, n->now, reterr);
}

/* The seal says so by itself: ledger_open() hands over to it. */
static int record_in(const Renewal *n, Store *s, Error *reterr) {
    _cleanup_(seal_freep) Seal *seal = NULL;
    _cleanup_(buf_done) Buf body = {0};
    Json j = json_to(&body);
    bool created;
    int r;

    if (n->kind == KEY_SEAL)
        return n->lost ? ledger_open_lost(s, n->directory, n->lost, reterr, &seal)
                       : ledger_open(s, n->directory, reterr, &created, &seal);
    json_object_begin(&j);
    json_key(&j, "event");
    json_text(&j, n->lost ? "lost" : n->before[0] ? "replaced" : "made");
    json_key(&j, "key");
    json_text(&j, key_kind_name(n->kind));
    json_key(&j, "id");
    json_text(&j, n->now);
    json_key(&j, "previous");
    json_text(&j, n->before[0] ? n->before : NULL);
    json_key(&j, "reason");
    json_text(&j, n->lost);
    json_key(&j, "operator");
    origin_put_operator(&j);
    json_object_end(&j);
    r = buf_error(&body);
    return r < 0 ? r : event_record_in(s, LEDGER_KEY, buf_as_span(&body), reterr);
}

/* Where there is a store; else the next scan's first entries name the keys. */
static int record(const Renewal *n, const char *store, Error *reterr) {
    _cleanup_(free_p) char *path = store ? strdup(store) : NULL;
    _cleanup_(store_closep) Store *s = NULL;
    int r = 0;

    if (!path)
        r = store ? -ENOMEM : store_default_path(&path);
    if (r < 0 || access(path, F_OK) < 0)
        return r;
    r = store_open(path, STORE_APPEND, reterr, &s);
    return r < 0 ? r : record_in(n, s, reterr);
}

static void put_renewal(const Renewal *n, Writer *out) {
    writer_printf(out, "%s key %s made", key_kind_name(n->kind), n->now);
    if (n->before[0])
        writer_printf(out, "; %s is kept as %s.%s.key", n->before, key_kind_name(n->kind),
                      n->before);
    writer_text(out, "\n");
    if (n->kind == KEY_TOKEN && n->before[0])
        writer_text(out, "Values found from now on cannot be compared with those of earlier runs; "
                         "the next scan reads everything again.\n");
    if (n->kind == KEY_SEAL)
        writer_text(out, "Give seal.pem to whoever verifies.\n");
}

int terrier_key_new(const char *kind, const char *store, const char *lost, terrier_write write,
                    void *of, terrier_error *error) {
    Writer out = writer_of(write, of);
    Renewal n = {.lost = lost};
    Error e = {0};
    int r = kind_of(kind, &n.kind, &e);

    if (r == 0)
        r = directory_of(&n.directory, &e);
    if (r == 0)
        r = renew(&n, &e);
    if (r == 0)
        r = record(&n, store, &e);
    if (r == 0)
        put_renewal(&n, &out);
    free(n.directory);
    return error_out(writer_close(&out, r, &e), &e, error);
}

/* ---- seal ---- */

int terrier_seal(const char *file, terrier_error *error) {
    _cleanup_(free_p) char *directory = NULL;
    _cleanup_(seal_freep) Seal *seal = NULL;
    bool created;
    Error e = {0};
    int r = directory_of(&directory, &e);

    if (r == 0)
        r = seal_load(directory, &e, &created, &seal);
    if (r == 0)
        r = stamp_make(file, seal, &e);
    return error_out(r, &e, error);
}
