/* Witness: see witness.h. */
#include "lib/witness.h"

#include <fcntl.h>
#include <nettle/sha2.h>
#include <poll.h>
#include <sodium.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/show.h"
#include "evidence/canonical.h"
#include "evidence/ledger.h"
#include "evidence/stamp.h"
#include "lib/hook.h"
#include "lib/shelf.h"
#include "source/recount.h"
#include "store/carry.h"
#include "store/query.h"
#include "store/tally.h"

enum { QUIET_MS = 200 }; /* between looks at the clock, in quiet hours */

static void notice(const Witness *w, const char *format, ...) _printf_(2, 3);
static void notice(const Witness *w, const char *format, ...) {
    char text[1024];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    if (w->o->notice)
        w->o->notice(w->o->of, text);
}

static void sha256(Span bytes, uint8_t ret[32]) {
    struct sha256_ctx state;

    sha256_init(&state);
    sha256_update(&state, bytes.n, bytes.at);
    sha256_digest(&state, 32, ret);
}

/* ---- before the scan ---- */

/* Of the running program, so that an auditor can compare it with a package. */
static void build_hash(uint8_t ret[32]) {
    _cleanup_(fd_closep) int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    _cleanup_(free_p) uint8_t *block = malloc(256 << 10);
    struct sha256_ctx state;
    ssize_t n = -1;

    sha256_init(&state);
    while (fd >= 0 && block && (n = read(fd, block, 256 << 10)) > 0)
        sha256_update(&state, (size_t)n, block);
    if (n == 0)
        sha256_digest(&state, 32, ret);
}

static int scope_hash(Span json, char ret[65]) {
    _cleanup_(buf_done) Buf canonical = {0};
    uint8_t digest[32];
    int r = canonical_json(json, &canonical);

    if (r < 0)
        return r;
    sha256(buf_as_span(&canonical), digest);
    sodium_bin2hex(ret, 65, digest, sizeof(digest));
    return 0;
}

static int append(Witness *w, LedgerKind kind, Buf *body, Error *reterr, StoreHead *ret) {
    if (buf_error(body) < 0)
        return -ENOMEM;
    return ledger_append(w->store, w->seal, kind, buf_as_span(body), reterr, ret);
}

/* The id that the last entry about this key names; "" if none does. */
static int key_known(Witness *w, const char *kind, char ret[KEY_ID_SIZE], Error *reterr) {
    ret[0] = 0;
    return ledger_last_key(w->store, kind, ret, reterr);
}

static int key_used(Witness *w, KeyKind kind, const char *id, Error *reterr) {
    _cleanup_(buf_done) Buf body = {0};
    Json j = json_to(&body);
    char before[KEY_ID_SIZE];
    int r = key_known(w, key_kind_name(kind), before, reterr);

    if (r < 0 || strcmp(before, id) == 0)
        return r;
    json_object_begin(&j);
    json_key(&j, "event");
    json_text(&j, "used");
    json_key(&j, "key");
    json_text(&j, key_kind_name(kind));
    json_key(&j, "id");
    json_text(&j, id);
    json_key(&j, "previous");
    json_text(&j, before[0] ? before : NULL);
    json_object_end(&j);
    return append(w, LEDGER_KEY, &body, reterr, NULL);
}

static int keys_load(Witness *w, Error *reterr) {
    bool tombstone = false, seal = false;
    int r = key_load(w->keys, KEY_TOMBSTONE, reterr, &tombstone, &w->tombstone);

    if (r == 0)
        r = ledger_open(w->store, w->keys, reterr, &seal, &w->seal);
    if (r < 0)
        return r;
    if (tombstone)
        notice(w, "made the key %s in '%s': it names erased values", key_id(w->tombstone), w->keys);
    if (seal)
        notice(w, "made the key %s in '%s': it seals evidence; give seal.pem there to your auditor",
               seal_id(w->seal), w->keys);
    r = key_used(w, KEY_TOKEN, key_id(w->token), reterr);
    return r < 0 ? r : key_used(w, KEY_TOMBSTONE, key_id(w->tombstone), reterr);
}

int witness_open(Witness *w, Span scope, Span asked, Error *reterr) {
    int r = shelf_open(store_path(w->store), reterr, &w->directory);

    w->sound = true;
    w->started = clock_real_ns();
    w->started_monotonic = clock_monotonic_ns();
    w->n_roots = w->o->n_paths;
    w->roots = calloc(w->n_roots + 1, sizeof(*w->roots));
    if (r == 0)
        r = w->roots ? keys_load(w, reterr) : -ENOMEM;
    if (r == 0)
        r = scope_hash(scope, w->scope);
    if (r == 0)
        r = scope_hash(asked, w->asked);
    build_hash(w->build);
    return r;
}

void witness_done(Witness *w) {
    key_free(w->tombstone);
    seal_free(w->seal);
    free(w->directory);
    free(w->roots);
}

/* ---- entries of kind run ---- */

static void time_put(Json *j, const char *key, int64_t at) {
    char text[LEDGER_TIME_SIZE];

    ledger_time_print(at, text);
    json_key(j, key);
    json_text(j, at == INT64_MIN ? NULL : text);
}

static void totals_put(Json *j, const Coverage *c) {
    uint64_t read = c->files[STATUS_READ].objects, unread = 0;

    for (StatusKind k = 0; k < N_STATUSES; k++)
        unread += status_complete(k) ? 0 : c->files[k].objects;
    json_object_begin(j);
    json_key(j, "found");
    json_uint(j, c->found);
    json_key(j, "read");
    json_uint(j, read);
    json_key(j, "unread");
    json_uint(j, unread);
    json_key(j, "members");
    json_uint(j, c->all_members.objects);
    json_key(j, "directories");
    json_uint(j, c->directories);
    json_object_end(j);
}

typedef struct RunEvent {
    const char *status, *reason;
    int exit;                /* -1: not ended */
    int64_t planned;         /* of a slot that was missed; 0: none */
    const uint8_t *manifest; /* digest; NULL: none */
    const Coverage *coverage;
} RunEvent;

static int run_event(Witness *w, const RunEvent *e, Error *reterr, StoreHead *ret) {
    _cleanup_(buf_done) Buf body = {0}, reason = {0};
    Json j = json_to(&body);

    show_text(&reason, e->reason ? e->reason : "");
    json_object_begin(&j);
    json_key(&j, "status");
    json_text(&j, e->status);
    json_key(&j, "run");
    if (e->planned)
        json_null(&j);
    else
        json_int(&j, w->run);
    json_key(&j, "schedule");
    json_text(&j, w->o->profile);
    time_put(&j, "planned", e->planned ? e->planned : INT64_MIN);
    time_put(&j, "started", e->planned ? INT64_MIN : w->started);
    time_put(&j, "ended", e->exit < 0 ? INT64_MIN : clock_real_ns());
    json_key(&j, "exit");
    if (e->exit < 0)
        json_null(&j);
    else
        json_int(&j, e->exit);
    json_key(&j, "scope");
    json_text(&j, w->scope);
    json_key(&j, "parameters");
    json_text(&j, w->asked);
    json_key(&j, "policy");
    json_null(&j);
    json_key(&j, "ruleset");
    json_hex(&j, span(w->ruleset, sizeof(w->ruleset)));
    json_key(&j, "tool");
    json_text(&j, TERRIER_VERSION);
    json_key(&j, "build");
    json_hex(&j, span(w->build, sizeof(w->build)));
    json_key(&j, "totals");
    if (e->coverage)
        totals_put(&j, e->coverage);
    else
        json_null(&j);
    json_key(&j, "manifest");
    if (e->manifest)
        json_hex(&j, span(e->manifest, 32));
    else
        json_null(&j);
    json_key(&j, "reason");
    json_text(&j, e->reason ? buf_cstr(&reason) : NULL);
    json_object_end(&j);
    return append(w, LEDGER_RUN, &body, reterr, ret);
}

int witness_begun(Witness *w, int64_t run, Error *reterr) {
    int r = 0;

    w->run = run;
    for (size_t i = 0; i < w->n_missed && r == 0; i++)
        r = run_event(w,
                      &(RunEvent){.status = "missed",
                                  .reason = "no scan began before the next slot",
                                  .exit = -1,
                                  .planned = w->missed[i]},
                      reterr, NULL);
    if (r < 0)
        return r;
    return run_event(w, &(RunEvent){.status = "started", .exit = -1}, reterr, NULL);
}

void witness_broken(Witness *w, const char *status, const char *reason, int exit) {
    if (w->run && w->seal && !w->ended)
        run_event(w, &(RunEvent){.status = status, .reason = reason, .exit = exit}, NULL, NULL);
}

/* ---- the recount ---- */

typedef struct Counting {
    Witness *witness;
    uint32_t root;
    bool after;
} Counting;

/* A directory that stands in the store as an object is one that the walk did not enter. */
static int on_directory(void *of, Span path) {
    const Counting *c = of;
    bool there = false;
    int r = store_object_met(c->witness->store, c->witness->run, c->root, path, NULL, &there);

    return r < 0 ? r : there;
}

static bool is_stopped(const Witness *w) {
    return w->o->stop && w->o->stop(w->o->of);
}

static bool is_quiet(const Witness *w) {
    int64_t end;

    return hours_hold_any(w->quiet, w->n_quiet, clock_real_ns() / CLOCK_NS_PER_S, &end);
}

static bool on_stop(void *of) {
    const Witness *w = ((Counting *)of)->witness;

    return is_stopped(w) || is_quiet(w);
}

static void recount_take(const Recount *c, int error, ManifestRecount *ret) {
    *ret = (ManifestRecount){.made = true,
                             .error = error,
                             .files = c->files,
                             .links = c->links,
                             .special = c->special,
                             .directories = c->directories,
                             .aside = c->aside,
                             .denied = c->denied,
                             .deep = c->deep,
                             .bytes = c->bytes,
                             .linked = c->linked,
                             .recent = c->recent};
}

static bool is_counted(const Witness *w, bool after) {
    if (w->o->names_on_stdin || w->o->stream || w->o->time_box > 0 || w->o->n_shards > 1)
        return false; /* there is no tree, the run is no evidence, or a part only */
    return after ? w->o->recount != TERRIER_RECOUNT_NONE : w->o->recount == TERRIER_RECOUNT_BOTH;
}

/* Quiet hours end a count and begin it anew, since in them nothing may be open. */
static int count_root(const Witness *w, const char *path, const RecountOptions *o, Recount *ret) {
    int r;

    do {
        while (is_quiet(w) && !is_stopped(w))
            poll(NULL, 0, QUIET_MS);
        r = recount_walk(path, o, ret);
    } while (r == -ECANCELED && !is_stopped(w));
    return r;
}

int witness_recount(Witness *w, bool after, Error *reterr) {
    for (size_t i = 0; is_counted(w, after) && i < w->n_roots; i++) {
        Counting c = {w, (uint32_t)i, after};
        const RecountOptions o = {.cross_filesystems = w->o->cross_filesystems,
                                  .since = w->started,
                                  .of = &c,
                                  .aside = after ? on_directory : NULL,
                                  .stop = on_stop};
        ManifestRoot *root = &w->roots[i];
        Recount count = {0};
        int r = count_root(w, w->o->paths[i], &o, &count);

        root->number = (uint32_t)i;
        if (r == -ECANCELED || r == -ENOMEM)
            return error_errno(reterr, r, "cannot count '%s' again", w->o->paths[i]);
        recount_take(&count, r, after ? &root->after : &root->before);
    }
    return 0;
}

static int judge_root(Witness *w, const RootRow *root, Error *reterr) {
    const ManifestRecount *r = &w->roots[root->number].after;
    RecountVerdict v = recount_judge(r, root->found, root->names, root->directories);
    char detail[256];

    if (v != RECOUNT_EXPLAINED && v != RECOUNT_UNEXPLAINED)
        return 0;
    snprintf(detail, sizeof(detail),
             "%s: the recount has %llu objects in %llu directories, the walk %llu in %llu",
             recount_verdict_name(v),
             (unsigned long long)(r->files + r->links + r->special + r->aside + r->denied),
             (unsigned long long)r->directories, (unsigned long long)(root->found + root->names),
             (unsigned long long)root->directories);
    if (v == RECOUNT_UNEXPLAINED) {
        w->sound = false;
        notice(w, "the walk and the recount of a root differ, %s", detail);
    }
    return store_note_put(
        w->store, w->run,
        &(StoreNote){.kind = "recount", .subject = root->path, .count = 1, .detail = detail},
        reterr);
}

int witness_judge(Witness *w, const KeeperResult *kept, Error *reterr) {
    _cleanup_(arena_done) Arena a = {0};
    RootRow *roots;
    size_t n;
    int r = query_roots(w->store, w->run, &a, reterr, &roots, &n);

    for (size_t i = 0; i < N_ELEMENTS(kept->selftest); i++) {
        const KeeperSelftest *t = &kept->selftest[i];

        w->sound &= t->recovered == t->carriers + t->detectors;
    }
    for (size_t i = 0; r == 0 && is_counted(w, true) && i < n; i++) {
        if (roots[i].number < w->n_roots)
            r = judge_root(w, &roots[i], reterr);
    }
    return r;
}

/* ---- the end ---- */

static int manifest_put(Witness *w, const KeeperResult *kept, Buf *ret, uint8_t ret_digest[32],
                        Error *reterr) {
    ManifestFacts f = {.run = w->run,
                       .duration_ns = clock_monotonic_ns() - w->started_monotonic,
                       .stock_rules = w->stock,
                       .scope = w->scope,
                       .asked = w->asked,
                       .token_key = key_id(w->token),
                       .tombstone_key = key_id(w->tombstone),
                       .seal_key = seal_id(w->seal),
                       .keys_locked = key_locked(w->token) && key_locked(w->tombstone),
                       .sandbox = w->o->require_sandbox ? "whole" : NULL,
                       .anchor = w->o->anchor_hook,
                       .roots = w->roots,
                       .n_roots = w->n_roots};
    StoreManifest m = {.run = w->run, .key = seal_id(w->seal)};
    int r;

    memcpy(f.build, w->build, sizeof(f.build));
    for (size_t i = 0; i < N_ELEMENTS(f.selftest); i++) {
        const KeeperSelftest *t = &kept->selftest[i];

        f.selftest[i] = (ManifestSelftest){t->carriers, t->detectors, t->recovered, t->failed};
    }
    r = manifest_make(w->store, &f, reterr, ret);
    if (r < 0)
        return r;
    sha256(buf_as_span(ret), ret_digest);
    m.body = buf_as_span(ret);
    memcpy(m.digest, ret_digest, sizeof(m.digest));
    seal_sign(w->seal, span(m.digest, sizeof(m.digest)), m.seal);
    return store_manifest_put(w->store, &m, reterr);
}

/* One line of JSON: what is to be kept where nobody here can change it. */
static int head_send(Witness *w, const StoreHead *head, const uint8_t manifest[32], Error *reterr) {
    _cleanup_(buf_done) Buf line = {0};
    Json j = json_to(&line);
    char uuid[37];
    int64_t created;
    int r = query_meta(w->store, reterr, uuid, &created);

    if (r < 0)
        return r;
    json_object_begin(&j);
    json_key(&j, "store");
    json_text(&j, uuid);
    json_key(&j, "seq");
    json_int(&j, head->seq);
    json_key(&j, "sha256");
    json_hex(&j, span(head->digest, sizeof(head->digest)));
    time_put(&j, "at", head->at);
    json_key(&j, "seal_key");
    json_text(&j, head->key);
    json_key(&j, "run");
    json_int(&j, w->run);
    json_key(&j, "manifest");
    json_hex(&j, span(manifest, 32));
    json_object_end(&j);
    buf_byte(&line, '\n');
    return buf_error(&line) < 0 ? -ENOMEM : hook_run(w->o->anchor_hook, buf_as_span(&line), reterr);
}

int witness_end(Witness *w, const KeeperResult *kept, int exit, Error *reterr) {
    _cleanup_(buf_done) Buf manifest = {0};
    uint8_t digest[32];
    Coverage coverage;
    RunEvent e = {.exit = exit, .manifest = digest, .coverage = &coverage};
    StoreHead head;
    char name[48];
    int r;

    e.status = w->status;
    snprintf(name, sizeof(name), "manifest-%06lld.json", (long long)w->run);
    if ((r = query_coverage(w->store, w->run, reterr, &coverage)) < 0 ||
        (r = manifest_put(w, kept, &manifest, digest, reterr)) < 0 ||
        (r = run_event(w, &e, reterr, &head)) < 0)
        return r;
    w->ended = true;
    if ((r = shelf_put(w->directory, name, buf_as_span(&manifest), w->seal, reterr)) < 0 ||
        (r = shelf_put_ledger(w->directory, w->store, w->seal, reterr)) < 0)
        return r;
    return w->o->anchor_hook ? head_send(w, &head, digest, reterr) : 0;
}
