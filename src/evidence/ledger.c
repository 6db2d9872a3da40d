/*
 * Ledger: see ledger.h.
 *
 * The head is read and the entry put in one transaction, so entries of a scan and of a person who
 * looks at a value beside it follow each other without a gap. What is read back, from a file or
 * from a store, is believed in nothing: it is made anew and compared.
 */
#include "evidence/ledger.h"

#include <nettle/sha2.h>
#include <stdio.h>
#include <time.h>

#include "base/clock.h"
#include "base/json.h"
#include "evidence/canonical.h"
#include "evidence/jsontree.h"

enum { LINE_MAX_BYTES = 16 << 20 };

static const char *const kinds[N_LEDGER_KINDS] = {
    [LEDGER_RUN] = "run",       [LEDGER_TRIAGE] = "triage", [LEDGER_EXCLUSION] = "exclusion",
    [LEDGER_GAP] = "gap",       [LEDGER_POLICY] = "policy", [LEDGER_KEY] = "key",
    [LEDGER_REVEAL] = "reveal", [LEDGER_STORE] = "store",   [LEDGER_ASSESSMENT] = "assessment",
};

const char *ledger_kind_name(LedgerKind kind) {
    return kinds[kind];
}

int ledger_kind_parse(Span word, LedgerKind *ret) {
    for (LedgerKind k = 0; k < N_LEDGER_KINDS; k++) {
        if (span_is(word, kinds[k])) {
            *ret = k;
            return 0;
        }
    }
    return -EINVAL;
}

/* ---- times ---- */

void ledger_time_print(int64_t at, char ret[LEDGER_TIME_SIZE]) {
    int64_t ns = at % CLOCK_NS_PER_S, seconds = at / CLOCK_NS_PER_S;
    struct tm tm;
    time_t t;

    if (ns < 0) {
        ns += CLOCK_NS_PER_S;
        seconds--;
    }
    t = (time_t)seconds;
    gmtime_r(&t, &tm); /* every int64_t of nanoseconds is a year from 1677 to 2262 */
    snprintf(ret, LEDGER_TIME_SIZE, "%04d-%02d-%02dT%02d:%02d:%02d.%09lldZ", tm.tm_year + 1900,
             tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, (long long)ns);
}

int ledger_time_parse(Span text, int64_t *ret) {
    char copy[LEDGER_TIME_SIZE], again[LEDGER_TIME_SIZE];
    struct tm tm = {0};
    long long ns;

    if (text.n >= sizeof(copy))
        return -EINVAL;
    memcpy(copy, text.at, text.n);
    copy[text.n] = 0;
    if (sscanf(copy, "%4d-%2d-%2dT%2d:%2d:%2d.%9lldZ", &tm.tm_year, &tm.tm_mon, &tm.tm_mday,
               &tm.tm_hour, &tm.tm_min, &tm.tm_sec, &ns) != 7 ||
        tm.tm_year < 1678 || tm.tm_year > 2261)
        return -EINVAL;
    tm.tm_year -= 1900;
    tm.tm_mon--;
    *ret = (int64_t)timegm(&tm) * CLOCK_NS_PER_S + ns;
    ledger_time_print(*ret, again); /* any other way of writing it has another digest */
    return strcmp(copy, again) == 0 ? 0 : -EINVAL;
}

/* ---- an entry as text ---- */

/* The members that the digest is over, canonical: each name sorts behind the one before. */
static void members_put(Json *j, const StoreEntry *e) {
    char at[LEDGER_TIME_SIZE];

    ledger_time_print(e->at, at);
    json_key(j, "at");
    json_text(j, at);
    json_key(j, "body");
    json_raw(j, e->body);
    json_key(j, "kind");
    json_text(j, e->kind);
    json_key(j, "previous");
    json_hex(j, span(e->previous, sizeof(e->previous)));
}

static int digest_make(const StoreEntry *e, uint8_t ret[ENTRY_DIGEST]) {
    _cleanup_(buf_done) Buf text = {0};
    Json j = json_to(&text);
    struct sha256_ctx state;

    json_object_begin(&j);
    members_put(&j, e);
    json_key(&j, "seq");
    json_int(&j, e->seq);
    json_object_end(&j);
    if (buf_error(&text) < 0)
        return -ENOMEM;
    sha256_init(&state);
    sha256_update(&state, text.n, text.at);
    sha256_digest(&state, ENTRY_DIGEST, ret);
    return 0;
}

int ledger_print(const StoreEntry *e, Buf *to) {
    Json j = json_to(to);

    json_object_begin(&j);
    members_put(&j, e);
    json_key(&j, "seal");
    if (e->sealed)
        json_hex(&j, span(e->seal, sizeof(e->seal)));
    else
        json_null(&j);
    json_key(&j, "seal_key");
    json_text(&j, e->key);
    json_key(&j, "seq");
    json_int(&j, e->seq);
    json_key(&j, "sha256");
    json_hex(&j, span(e->digest, sizeof(e->digest)));
    json_object_end(&j);
    return buf_error(to);
}

static const char *text_get(const JsonTree *line, const char *name, Arena *a) {
    const char *text = jsontree_text(line, name);

    return text ? arena_text(a, span_of(text)) : NULL;
}

/* The body as it is canonical; the line's own bytes are compared as a whole afterwards. */
static int body_get(const JsonTree *line, Arena *a, Span *ret) {
    _cleanup_(buf_done) Buf canonical = {0};
    int r = jsontree_canonical(line, "body", &canonical);

    if (r < 0)
        return r;
    *ret = arena_span(a, buf_as_span(&canonical));
    return ret->at ? 0 : -ENOMEM;
}

static int members_get(const JsonTree *line, Arena *a, StoreEntry *ret) {
    const char *at = jsontree_word(line, "at");
    StoreEntry e = {.kind = text_get(line, "kind", a),
                    .key = text_get(line, "seal_key", a),
                    .sealed = !jsontree_is_null(line, "seal")};

    if (!e.kind || !e.key || ledger_time_parse(span_of(at), &e.at) < 0 ||
        !jsontree_int(line, "seq", &e.seq) ||
        !jsontree_hex(line, "previous", e.previous, sizeof(e.previous)) ||
        !jsontree_hex(line, "sha256", e.digest, sizeof(e.digest)) ||
        (e.sealed && !jsontree_hex(line, "seal", e.seal, sizeof(e.seal))))
        return -EINVAL;
    *ret = e;
    return body_get(line, a, &ret->body);
}

int ledger_parse(Span line, Arena *a, StoreEntry *ret) {
    _cleanup_(jsontree_freep) JsonTree *tree = NULL;
    _cleanup_(buf_done) Buf again = {0};
    int r;

    if (line.n > LINE_MAX_BYTES)
        return -EINVAL;
    r = jsontree_parse(line, &tree);
    if (r == 0)
        r = members_get(tree, a, ret);
    if (r == 0)
        r = ledger_print(ret, &again);
    if (r < 0)
        return r;
    return span_eq(buf_as_span(&again), line) ? 0 : -EINVAL;
}

/* ---- writing ---- */

static int entry_append(Store *s, const Seal *seal, LedgerKind kind, Span body, Error *reterr,
                        StoreHead *ret_head) {
    StoreHead head = {0};
    StoreEntry e = {.kind = kinds[kind], .body = body, .sealed = true, .key = seal_id(seal)};
    int r = store_entry_head(s, reterr, &head);

    if (r < 0)
        return r;
    e.seq = head.seq + 1;
    e.at = clock_real_ns();
    memcpy(e.previous, head.digest, sizeof(e.previous));
    r = digest_make(&e, e.digest);
    if (r < 0)
        return r;
    seal_sign(seal, span(e.digest, sizeof(e.digest)), e.seal);
    if ((r = store_entry_put(s, &e, reterr)) < 0 || (r = store_entry_commit(s, reterr)) < 0)
        return r;
    if (ret_head) {
        *ret_head = (StoreHead){.seq = e.seq, .at = e.at};
        memcpy(ret_head->digest, e.digest, sizeof(e.digest));
        snprintf(ret_head->key, sizeof(ret_head->key), "%s", e.key);
    }
    return 0;
}

int ledger_append(Store *s, const Seal *seal, LedgerKind kind, Span body, Error *reterr,
                  StoreHead *ret_head) {
    _cleanup_(buf_done) Buf canonical = {0};
    int r = canonical_json(body, &canonical);

    if (r == 0 && canonical.at[0] != '{')
        r = -EINVAL;
    if (r < 0)
        return error_errno(reterr, r, "cannot write an entry of kind %s to the ledger",
                           kinds[kind]);
    return entry_append(s, seal, kind, buf_as_span(&canonical), reterr, ret_head);
}

/* ---- the pair that seals ---- */

/* {"event","id","key":"seal","previous","public","store"}; `by` seals it, `seal` is named in it. */
static int key_append(Store *s, const char *event, const Seal *seal, const char *previous,
                      const char *reason, const Seal *by, Error *reterr) {
    _cleanup_(buf_done) Buf body = {0};
    Json j = json_to(&body);
    char uuid[37];
    int64_t created;
    int r = query_meta(s, reterr, uuid, &created);

    if (r < 0)
        return r;
    json_object_begin(&j);
    json_key(&j, "event");
    json_text(&j, event);
    json_key(&j, "key");
    json_text(&j, key_kind_name(KEY_SEAL));
    json_key(&j, "id");
    json_text(&j, seal_id(seal));
    json_key(&j, "public");
    json_hex(&j, span(seal_public(seal), SEAL_PUBLIC));
    json_key(&j, "previous");
    json_text(&j, previous);
    json_key(&j, "store");
    json_text(&j, uuid);
    if (reason) {
        json_key(&j, "reason");
        json_text(&j, reason);
    }
    json_object_end(&j);
    return buf_error(&body) < 0
               ? -ENOMEM
               : ledger_append(s, by, LEDGER_KEY, buf_as_span(&body), reterr, NULL);
}

/* last: the id of the pair that the ledger names. */
static int hand_over(Store *s, const char *directory, const char *last, const Seal *seal,
                     Error *reterr) {
    _cleanup_(seal_freep) Seal *before = NULL;
    int r = seal_load_old(directory, last, NULL, &before);

    if (r < 0 || strcmp(seal_id(before), last) != 0)
        return error_set(reterr, -ENOKEY,
                         "the ledger of '%s' was sealed by the key %s, which is not in '%s'; "
                         "restore it from your backup as seal.%s.key, or, if it is lost, say so: "
                         "terrier key new seal --lost REASON",
                         store_path(s), last, directory, last);
    return key_append(s, "replaced", seal, last, NULL, before, reterr);
}

/* Without its key a ledger is not gone on with, and no new key hides that. */
static int key_missing(const Store *s, const char *last, const char *directory, Error *reterr) {
    return error_set(reterr, -ENOKEY,
                     "the key %s that sealed the ledger of '%s' is missing; restore '%s/seal.key' "
                     "from your backup, or, if it is lost, say so: terrier key new seal --lost "
                     "REASON",
                     last, store_path(s), directory);
}

static int seal_of_store(Store *s, const char *directory, const char *last, Error *reterr,
                         bool *ret_created, Seal **ret) {
    _cleanup_(key_freep) Key *there = NULL;
    int r;

    if (last[0]) {
        r = key_find(directory, KEY_SEAL, reterr, &there);
        if (r == -ENOENT)
            return key_missing(s, last, directory, reterr);
        if (r < 0)
            return r;
    }
    return seal_load(directory, reterr, ret_created, ret);
}

int ledger_open(Store *s, const char *directory, Error *reterr, bool *ret_created, Seal **ret) {
    _cleanup_(seal_freep) Seal *seal = NULL;
    char last[KEY_ID_SIZE] = "";
    int r = ledger_last_key(s, key_kind_name(KEY_SEAL), last, reterr);

    if (r < 0)
        return r;
    r = seal_of_store(s, directory, last, reterr, ret_created, &seal);
    if (r == 0 && !last[0])
        r = key_append(s, "made", seal, NULL, NULL, seal, reterr);
    else if (r == 0 && strcmp(last, seal_id(seal)) != 0)
        r = hand_over(s, directory, last, seal, reterr);
    if (r < 0)
        return r;
    *ret = TAKE(seal);
    return 0;
}

int ledger_open_lost(Store *s, const char *directory, const char *reason, Error *reterr,
                     Seal **ret) {
    _cleanup_(seal_freep) Seal *seal = NULL;
    char last[KEY_ID_SIZE] = "";
    bool created;
    int r = ledger_last_key(s, key_kind_name(KEY_SEAL), last, reterr);

    if (r < 0)
        return r;
    r = seal_load(directory, reterr, &created, &seal);
    if (r == 0 && strcmp(last, seal_id(seal)) != 0)
        r = key_append(s, last[0] ? "lost" : "made", seal, last[0] ? last : NULL, reason, seal,
                       reterr);
    if (r < 0)
        return r;
    *ret = TAKE(seal);
    return 0;
}

int ledger_last_key(Store *s, const char *kind, char ret[KEY_ID_SIZE], Error *reterr) {
    _cleanup_(entry_cursor_closep) EntryCursor *c = NULL;
    StoreEntry e;
    int r = entry_cursor_open(s, 1, reterr, &c);

    while (r >= 0 && (r = entry_cursor_step(c, reterr, &e)) > 0) {
        _cleanup_(jsontree_freep) JsonTree *body = NULL;

        if (strcmp(e.kind, kinds[LEDGER_KEY]) == 0 && jsontree_parse(e.body, &body) == 0 &&
            strcmp(jsontree_word(body, "key"), kind) == 0)
            snprintf(ret, KEY_ID_SIZE, "%s", jsontree_word(body, "id"));
    }
    return r;
}

/* ---- checking ---- */

/* What an entry of kind key says of the seal. */
typedef struct KeyEvent {
    bool is_seal, replaced, lost, made;
    uint8_t public[SEAL_PUBLIC];
    char store[37];
} KeyEvent;

static void key_event_read(const StoreEntry *e, KeyEvent *ret) {
    _cleanup_(jsontree_freep) JsonTree *body = NULL;
    const char *event;

    *ret = (KeyEvent){0};
    if (strcmp(e->kind, kinds[LEDGER_KEY]) != 0 || jsontree_parse(e->body, &body) < 0 ||
        strcmp(jsontree_word(body, "key"), key_kind_name(KEY_SEAL)) != 0 ||
        !jsontree_hex(body, "public", ret->public, SEAL_PUBLIC))
        return;
    event = jsontree_word(body, "event");
    ret->is_seal = true;
    ret->made = strcmp(event, "made") == 0;
    ret->replaced = strcmp(event, "replaced") == 0;
    ret->lost = strcmp(event, "lost") == 0;
    snprintf(ret->store, sizeof(ret->store), "%s", jsontree_word(body, "store"));
}

static void key_adopt(LedgerCheck *c, const KeyEvent *k) {
    memcpy(c->public, k->public, SEAL_PUBLIC);
    c->keyed = true;
    if (k->lost)
        c->trusted_seen = false; /* nothing of the pair before vouches for this one */
    c->trusted_seen |= c->trusted && memcmp(c->trusted, k->public, SEAL_PUBLIC) == 0;
}

static const char *check_seal(LedgerCheck *c, const StoreEntry *e) {
    char id[SEAL_ID_SIZE];
    KeyEvent k;

    key_event_read(e, &k);
    if (k.is_seal && (k.lost || (k.made && !c->keyed))) {
        key_adopt(c, &k);
        c->lost += k.lost;
        if (k.made)
            memcpy(c->store, k.store, sizeof(c->store));
    }
    if (!c->keyed)
        return "it is not the first entry, which names the key of the seal";
    seal_id_of(c->public, id);
    if (!e->sealed || strcmp(e->key, id) != 0)
        return "it is not sealed by the key that the ledger names";
    if (!seal_holds(c->public, span(e->digest, sizeof(e->digest)), e->seal))
        return "its seal does not hold";
    if (k.is_seal && k.replaced)
        key_adopt(c, &k);
    return NULL;
}

const char *ledger_check(LedgerCheck *c, const StoreEntry *e) {
    uint8_t digest[ENTRY_DIGEST];
    const char *wrong;

    if (e->seq != c->head.seq + 1)
        return e->seq > c->head.seq ? "entries before it are missing" : "it is out of order";
    if (memcmp(e->previous, c->head.digest, sizeof(e->previous)) != 0)
        return "it does not follow from the entry before";
    if (digest_make(e, digest) < 0)
        return "there is no memory to check it";
    if (memcmp(digest, e->digest, sizeof(digest)) != 0)
        return "its content is not what was sealed";
    wrong = check_seal(c, e);
    if (wrong)
        return wrong;
    c->back += c->entries && e->at < c->head.at;
    c->entries++;
    c->head = (StoreHead){.seq = e->seq, .at = e->at};
    memcpy(c->head.digest, e->digest, sizeof(e->digest));
    snprintf(c->head.key, sizeof(c->head.key), "%s", e->key);
    return NULL;
}
