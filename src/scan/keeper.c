/* Keeper: see keeper.h. */
#include "scan/keeper.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "evidence/token.h"
#include "scan/intake.h"
#include "scan/journal.h"
#include "scan/message.h"
#include "scan/scanner.h"
#include "scan/selftest.h"

enum {
    RESTARTS_MAX = 1000,   /* deaths a run: then it ends and says so */
    RESTARTS_IDLE_MAX = 3, /* deaths in a row with nothing reported and nothing in flight */
    PROGRESS_MS = 200,
    DRAIN_S = 30, /* for what is in flight when quiet hours begin; then it is read again */
};

/* keeper_listen: the scanner is to end, for quiet hours. */
#define LISTEN_PAUSE 3

/* Of one root, over all lives of the scanner: what the walker cannot know by names alone. */
typedef struct RootSums {
    uint64_t bytes; /* sizes of what was opened */
    uint64_t names; /* further names of files with several links */
} RootSums;

typedef struct Keeper {
    const KeeperOptions *o;
    RootSums *sums; /* one a root */
    size_t n_sums;
    KeeperResult result;
    KeeperProgress progress;
    int64_t told; /* monotonic, of the last progress call */
    Plan plan;    /* the caller's, with suspects and restarted as of now */
    Buf suspects; /* bytes of their paths */
    Journal *journal;
    int journal_fd;
    pid_t scanner;
    Channel channel;
    bool ready, done;
    int64_t drain_by; /* monotonic; quiet hours have begun, and it was told; 0: not */
    int done_code;
    Error failed;             /* of the scanner, before it was ready */
    uint64_t reported_before; /* objects at the last start */
    unsigned idle_deaths;
    Sample samples[FINDING_SAMPLES_MAX];
    Finding *findings; /* of the object at hand */
    Sample *kept;      /* their samples */
    size_t cap_findings;
    StoreFact facts[INTAKE_FACTS + ALLOW_ENTRIES_MAX];
} Keeper;

/* ---- the process ---- */

static int keeper_spawn(Keeper *k, Error *reterr) {
    static const char *const environment[] = {"LC_ALL=C", NULL};
    const char *const arguments[] = {"terrier", "role", "scanner", NULL};
    _cleanup_(buf_wipe) Buf plan = {0};
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t signals;
    int sockets[2], r;

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) < 0)
        return error_errno(reterr, -errno, "cannot start the scanner");
    /* dup2 to a number that may be one of ours: above all of them first */
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, sockets[1], 10);
    posix_spawn_file_actions_adddup2(&actions, k->journal_fd, 11);
    posix_spawn_file_actions_adddup2(&actions, 10, SCANNER_SOCKET_FD);
    posix_spawn_file_actions_adddup2(&actions, 11, SCANNER_JOURNAL_FD);
    posix_spawn_file_actions_addclosefrom_np(&actions, SCANNER_JOURNAL_FD + 1);
    posix_spawnattr_init(&attributes);
    sigemptyset(&signals);
    posix_spawnattr_setsigmask(&attributes, &signals);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
    r = -posix_spawn(&k->scanner, k->o->program, &actions, &attributes, (char *const *)arguments,
                     (char *const *)environment);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    close(sockets[1]);
    if (r < 0) {
        k->scanner = 0;
        close(sockets[0]);
        return error_errno(reterr, r, "cannot start the scanner '%s'", k->o->program);
    }
    channel_init(&k->channel, sockets[0]);
    plan_put(&plan, &k->plan);
    r = buf_error(&plan);
    if (r == 0)
        r = channel_send(&k->channel, MESSAGE_PLAN, buf_as_span(&plan));
    return r == -EPIPE ? 0 : r; /* its death is met where we listen */
}

static int keeper_reap(Keeper *k) {
    int status = 0;

    channel_done(&k->channel);
    while (k->scanner && waitpid(k->scanner, &status, 0) < 0 && errno == EINTR)
        ;
    k->scanner = 0;
    return status;
}

static void keeper_warn(const Keeper *k, const char *format, ...) _printf_(2, 3);
static void keeper_warn(const Keeper *k, const char *format, ...) {
    char text[512];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    if (k->o->warning)
        k->o->warning(k->o->of, text);
}

static void keeper_progress(Keeper *k, bool now) {
    int64_t t = clock_monotonic_ns();

    if (!k->o->progress || (!now && t - k->told < PROGRESS_MS * INT64_C(1000000)))
        return;
    k->told = t;
    k->o->progress(k->o->of, &k->progress);
}

/* ---- the run ---- */

/* Each entry of the allow lists that the run has, so that its report can say what it left out. */
static int put_allows(Keeper *k, Error *reterr) {
    const Rules *rules = k->o->rules;
    int r = 0;

    for (size_t i = 0; i < rules->n_allows && r == 0; i++) {
        const AllowEntry *e = &rules->allows[i];
        char detail[1400];

        snprintf(detail, sizeof(detail), "%s; by %s%s%s%s", e->reason, e->by,
                 e->until ? "; until " : "", e->until ? e->until : "",
                 e->expired ? ", which is over: it does not hold" : "");
        r = store_note_put(k->o->store, k->result.run,
                           &(StoreNote){.kind = e->expired ? "allow-expired" : "allow",
                                        .subject = span_of(e->name),
                                        .detail = detail},
                           reterr);
    }
    return r;
}

static int keeper_begin(Keeper *k, Error *reterr) {
    const Rules *rules = k->o->rules;
    StoreDetector *detectors = calloc(rules->n + 1, sizeof(*detectors));
    StoreRun run = {.started = clock_real_ns(),
                    .survey = k->plan.survey,
                    .tool = TERRIER_VERSION,
                    .key = k->o->key ? key_id(k->o->key) : NULL,
                    .parameters = k->o->parameters,
                    .detectors = detectors,
                    .n_detectors = rules->n};
    int r;

    if (!detectors)
        return -ENOMEM;
    for (size_t i = 0; i < rules->n; i++) {
        const Detector *d = &rules->detectors[i];

        detectors[i] = (StoreDetector){d->id, d->title, d->category->id, d->tier};
    }
    memcpy(run.ruleset, rules->digest, sizeof(run.ruleset));
    r = store_run_begin(k->o->store, &run, reterr, &k->result.run);
    free(detectors);
    if (r == 0)
        r = put_allows(k, reterr);
    for (size_t i = 0; i < k->o->n_notes && r == 0; i++)
        r = store_note_put(k->o->store, k->result.run, &k->o->notes[i], reterr);
    return r;
}

static int on_ready(Keeper *k, Wire *w, Error *reterr) {
    Span digest = wire_span(w);
    int r;

    if (digest.n != 32 || memcmp(digest.at, k->o->rules->digest, 32) != 0)
        return error_set(reterr, -EINVAL,
                         "the rules changed while the scan was starting; start it again");
    k->ready = true;
    if (k->result.run)
        return 0;
    r = keeper_begin(k, reterr);
    return r < 0 || !k->o->begun ? r : k->o->begun(k->o->of, k->result.run, reterr);
}

static int on_failed(Keeper *k, Wire *w) {
    int64_t code = wire_i64(w);
    Span text = wire_span(w);

    k->failed.code = code < 0 && code > -4096 ? (int)code : -EPROTO;
    snprintf(k->failed.text, sizeof(k->failed.text), "%.*s", (int)text.n, (const char *)text.at);
    k->done = true;
    return 0;
}

static int on_root(Keeper *k, Wire *w, Error *reterr) {
    char identity[512], type[64], options[1024], atime[128];
    RootReport r;
    int e = root_get(w, &r);

    if (e < 0)
        return e;
    if (r.number >= k->n_sums || r.found < k->sums[r.number].names)
        return -EBADMSG;
    snprintf(identity, sizeof(identity), "%.*s", (int)r.identity.n, (const char *)r.identity.at);
    snprintf(type, sizeof(type), "%.*s", (int)r.type.n, (const char *)r.type.at);
    snprintf(options, sizeof(options), "%.*s", (int)r.options.n, (const char *)r.options.at);
    snprintf(atime, sizeof(atime), "%.*s", (int)r.atime.n, (const char *)r.atime.at);
    return store_root_put(k->o->store, k->result.run,
                          &(StoreRoot){.number = r.number,
                                       .path = r.path,
                                       .identity = identity,
                                       .fs_type = type,
                                       .mount_options = options,
                                       .atime = atime,
                                       .status = r.status,
                                       .found = r.found - k->sums[r.number].names,
                                       .found_bytes = k->sums[r.number].bytes,
                                       .names = k->sums[r.number].names,
                                       .directories = r.directories},
                          reterr);
}

/* ---- objects ---- */

static int findings_room(Keeper *k, uint64_t n) {
    Finding *findings;
    Sample *kept;

    if (n > HARVEST_ROWS)
        return -EBADMSG;
    if (n <= k->cap_findings)
        return 0;
    findings = calloc(n, sizeof(*findings));
    kept = calloc(n, FINDING_SAMPLES_MAX * sizeof(*kept));
    if (!findings || !kept) {
        free(findings);
        free(kept);
        return -ENOMEM;
    }
    free(k->findings);
    free(k->kept);
    k->findings = findings;
    k->kept = kept;
    k->cap_findings = n;
    return 0;
}

static void finding_tokens(const Keeper *k, Finding *f) {
    const Span type = span_of(k->o->rules->detectors[f->detector].category->id);

    for (size_t i = 0; i < f->n_samples; i++) {
        Sample *s = &f->samples[i];

        s->has_token = k->o->key != NULL;
        if (s->has_token)
            token_make(k->o->key, type, s->value, s->token);
        s->value = (Span){0};
    }
}

static int facts_get(Keeper *k, Wire *w, uint64_t n) {
    if (n > N_ELEMENTS(k->facts))
        return -EBADMSG;
    for (uint64_t i = 0; i < n; i++) {
        FactReport f;
        int r = fact_get(w, &f);

        if (r < 0)
            return r;
        k->facts[i] = (StoreFact){f.kind, f.part, f.text, f.from, f.to};
    }
    return 0;
}

static int on_object(Keeper *k, Wire *w, Error *reterr) {
    char format[32], encoding[32];
    ObjectReport o;
    uint64_t n, n_facts;
    int r = object_get(w, &o, &n, &n_facts);

    if (r == 0)
        r = o.root < k->n_sums ? findings_room(k, n) : -EBADMSG;
    for (uint64_t i = 0; i < n && r == 0; i++) {
        Finding *f = &k->findings[i];

        r = finding_get(w, k->o->rules->n, &k->kept[i * FINDING_SAMPLES_MAX], f);
        if (r < 0)
            return r;
        finding_tokens(k, f);
        k->progress.hits += f->count[LEVEL_LOW] + f->count[LEVEL_MEDIUM] + f->count[LEVEL_HIGH];
    }
    if (r == 0)
        r = facts_get(k, w, n_facts);
    if (r < 0)
        return r;
    snprintf(format, sizeof(format), "%.*s", (int)o.format.n, (const char *)o.format.at);
    snprintf(encoding, sizeof(encoding), "%.*s", (int)o.encoding.n, (const char *)o.encoding.at);
    if (!o.depth) {
        k->progress.files++;
        k->progress.bytes += o.bytes_read;
        k->sums[o.root].bytes += o.meta.size;
    }
    return store_object_put(k->o->store, k->result.run,
                            &(StoreObject){.root = o.root,
                                           .path = o.path,
                                           .depth = o.depth,
                                           .members = o.members,
                                           .facts = k->facts,
                                           .n_facts = n_facts,
                                           .meta = o.meta,
                                           .status = o.status,
                                           .bytes_read = o.bytes_read,
                                           .hash = o.hashed ? o.hash : NULL,
                                           .format = format,
                                           .encoding = encoding},
                            k->findings, n, reterr);
}

static int on_objects(Keeper *k, Wire *w, Error *reterr) {
    int r = 0;

    while (r == 0 && w->at < w->end)
        r = on_object(k, w, reterr);
    return r;
}

static int on_note(Keeper *k, Wire *w, Error *reterr) {
    char kind[64], detail[1024];
    NoteReport n;
    int r = note_get(w, &n);

    if (r < 0)
        return r;
    snprintf(kind, sizeof(kind), "%.*s", (int)n.kind.n, (const char *)n.kind.at);
    snprintf(detail, sizeof(detail), "%.*s", (int)n.detail.n, (const char *)n.detail.at);
    return store_note_put(
        k->o->store, k->result.run,
        &(StoreNote){.kind = kind, .subject = n.subject, .count = n.count, .detail = detail},
        reterr);
}

static int on_forget(Keeper *k, Wire *w, Error *reterr) {
    uint64_t root = wire_u64(w);
    Span path = wire_span(w);

    if (!wire_done(w) || root >= k->n_sums || (path.n && memchr(path.at, 0, path.n)))
        return -EBADMSG;
    return store_members_forget(k->o->store, k->result.run, (uint32_t)root, path, reterr);
}

/* ---- questions ---- */

static int answer(Keeper *k, const uint8_t *bytes, size_t n) {
    int r = channel_send(&k->channel, MESSAGE_ANSWER, span(bytes, n));

    return r == -EPIPE || r == -ECONNRESET ? 0 : r;
}

static int on_claim(Keeper *k, Wire *w, Error *reterr) {
    uint64_t dev = wire_u64(w), ino = wire_u64(w), root = wire_u64(w);
    Span path = wire_span(w);
    bool mine;
    int r;

    if (!wire_done(w) || root >= k->n_sums)
        return -EBADMSG;
    r = store_link_claim(k->o->store, k->result.run, dev, ino, (uint32_t)root, path, reterr, &mine);
    if (r == 0 && !mine)
        k->sums[root].names++;
    return r < 0 ? r : answer(k, &(uint8_t){mine}, 1);
}

static int on_known(Keeper *k, Wire *w, Error *reterr) {
    uint64_t root = wire_u64(w), n = wire_u64(w);
    uint8_t known[256];

    if (w->failed || n > sizeof(known))
        return -EBADMSG;
    for (uint64_t i = 0; i < n; i++) {
        Span path = wire_span(w);
        bool done;
        int r;

        if (w->failed)
            return -EBADMSG;
        r = store_object_done(k->o->store, k->result.run, (uint32_t)root, path, reterr, &done);
        if (r < 0)
            return r;
        known[i] = done;
    }
    return answer(k, known, n);
}

/* The number from 1 of a value's token in the lists, 0: it is none of them. */
static int on_token(Keeper *k, Wire *w) {
    const Rules *rules = k->o->rules;
    uint64_t detector = wire_u64(w), number = 0;
    Span canonical = wire_span(w);
    uint8_t token[FINDING_TOKEN];
    char text[TOKEN_SIZE];

    if (!wire_done(w) || detector >= rules->n)
        return -EBADMSG;
    if (k->o->key) {
        token_make(k->o->key, span_of(rules->detectors[detector].category->id), canonical, token);
        token_print(key_id(k->o->key), token, text);
        number = allow_token(&rules->tokens, text);
    }
    return answer(k,
                  (uint8_t[]){(uint8_t)number, (uint8_t)(number >> 8), (uint8_t)(number >> 16),
                              (uint8_t)(number >> 24)},
                  4);
}

static int on_selftest(Keeper *k, Wire *w, Error *reterr) {
    SelftestReport t;
    KeeperSelftest *kept;
    int r = selftest_get(w, &t);

    if (r < 0)
        return r;
    kept = &k->result.selftest[t.at_end];
    *kept = (KeeperSelftest){t.carriers, t.detectors, t.recovered, ""};
    snprintf(kept->failed, sizeof(kept->failed), "%.*s", (int)t.failed.n,
             t.failed.n ? (const char *)t.failed.at : "");
    if (t.recovered == t.carriers + t.detectors)
        return 0;
    keeper_warn(k, "the self-test at the %s of the scan did not find %llu of %llu known values: %s",
                t.at_end ? "end" : "start",
                (unsigned long long)(t.carriers + t.detectors - t.recovered),
                (unsigned long long)(t.carriers + t.detectors), kept->failed);
    return store_note_put(k->o->store, k->result.run,
                          &(StoreNote){.kind = "self-test",
                                       .subject = span_of(t.at_end ? "end" : "start"),
                                       .count = t.carriers + t.detectors - t.recovered,
                                       .detail = kept->failed},
                          reterr);
}

static int on_message(Keeper *k, MessageKind kind, Span payload, Error *reterr) {
    Wire w = wire_of(payload);

    if (!k->ready && kind != MESSAGE_READY && kind != MESSAGE_FAILED)
        return -EBADMSG;
    switch (kind) {
    case MESSAGE_READY:
        return on_ready(k, &w, reterr);
    case MESSAGE_FAILED:
        return on_failed(k, &w);
    case MESSAGE_ROOT:
        return on_root(k, &w, reterr);
    case MESSAGE_OBJECTS:
        return on_objects(k, &w, reterr);
    case MESSAGE_NOTE:
        return on_note(k, &w, reterr);
    case MESSAGE_FORGET:
        return on_forget(k, &w, reterr);
    case MESSAGE_CLAIM:
        return on_claim(k, &w, reterr);
    case MESSAGE_KNOWN:
        return on_known(k, &w, reterr);
    case MESSAGE_TOKEN:
        return on_token(k, &w);
    case MESSAGE_AHEAD:
        k->progress.ahead = wire_u64(&w);
        k->progress.ahead_done = wire_u64(&w);
        return 0;
    case MESSAGE_SELFTEST:
        return on_selftest(k, &w, reterr);
    case MESSAGE_DONE:
        k->done = true;
        k->done_code = (int)wire_i64(&w);
        return 0;
    default:
        return -EBADMSG;
    }
}

/* ---- a scanner's life ---- */

/* ---- quiet hours ---- */

/* Asked at every turn, by the clock on the wall: it may be set forward or back at any time. */
static bool is_quiet(const Keeper *k, int64_t *ret_end) {
    return hours_hold_any(k->o->quiet, k->o->n_quiet, clock_real_ns() / CLOCK_NS_PER_S, ret_end);
}

/* Whether listening is to end here: what was in flight when the hours began had its time. */
static bool keeper_drain(Keeper *k) {
    int64_t now = clock_monotonic_ns(), end;

    if (!k->drain_by && is_quiet(k, &end)) {
        journal_ask_end(k->journal);
        k->drain_by = now + DRAIN_S * CLOCK_NS_PER_S;
    }
    return k->drain_by && now >= k->drain_by;
}

static void warn_quiet(const Keeper *k, int64_t end) {
    char until[CLOCK_TEXT_MAX];

    clock_print(end * CLOCK_NS_PER_S, until, sizeof(until));
    keeper_warn(k, "quiet hours: nothing is read or open until %s", until);
}

/* Waits while quiet hours hold, the store committed. 0 or KEEPER_E_STOPPED. */
static int keeper_rest(Keeper *k, Error *reterr) {
    int64_t end;
    bool quiet = is_quiet(k, &end);
    int r = quiet && k->result.run ? store_commit(k->o->store, reterr) : 0;

    if (!quiet || r < 0)
        return r;
    warn_quiet(k, end);
    for (; is_quiet(k, &end); poll(NULL, 0, PROGRESS_MS)) {
        k->progress.paused_until = end;
        keeper_progress(k, false);
        if (k->o->stop && k->o->stop(k->o->of))
            return KEEPER_E_STOPPED;
    }
    k->progress.paused_until = 0;
    keeper_warn(k, "quiet hours are over: reading goes on");
    return 0;
}

/* The scanner has ended because it was asked to: what it reported stands, the rest is read later.
 */
static void keeper_paused(Keeper *k) {
    journal_clear(k->journal);
    k->drain_by = 0;
    k->plan.n_suspects = 0;
    k->plan.restarted = k->result.run != 0;
    k->reported_before = k->progress.files;
}

/*
 * Listens until it is done or gone. 1: it is gone too early; 0: done; LISTEN_PAUSE; negative: ours.
 */
static int keeper_listen(Keeper *k, Error *reterr) {
    struct pollfd p = {.fd = k->channel.fd, .events = POLLIN};

    while (!k->done) {
        MessageKind kind;
        Span payload;
        int r = poll(&p, 1, PROGRESS_MS);

        if (k->o->stop && k->o->stop(k->o->of))
            return KEEPER_E_STOPPED;
        if (r < 0 && errno != EINTR)
            return error_errno(reterr, -errno, "cannot listen to the scanner");
        keeper_progress(k, false);
        if (keeper_drain(k))
            return LISTEN_PAUSE;
        if (r <= 0) {
            r = k->ready ? store_commit(k->o->store, reterr) : 0;
            if (r < 0)
                return r;
            continue;
        }
        r = channel_receive(&k->channel, &kind, &payload);
        if (r == -ECONNRESET || r == -EPIPE)
            return 1;
        if (r == 0)
            r = on_message(k, kind, payload, reterr);
        if (r == -EBADMSG)
            return 1; /* it lost its mind: as good as dead */
        if (r < 0)
            return r;
    }
    return 0;
}

static bool was_suspect(const Keeper *k, uint32_t root, Span path) {
    for (size_t i = 0; i < k->plan.n_suspects; i++) {
        if (k->plan.suspects[i].root == root && span_eq(k->plan.suspects[i].path, path))
            return true;
    }
    return false;
}

static int put_killed(Keeper *k, uint32_t root, Span path, Error *reterr) {
    StoreObject o = {.root = root,
                     .path = path,
                     .meta = {.mtime = INT64_MIN, .ctime = INT64_MIN, .btime = INT64_MIN},
                     .status = status_of(STATUS_ERROR, "scanner-killed"),
                     .format = "",
                     .encoding = ""};

    return store_object_put(k->o->store, k->result.run, &o, NULL, 0, reterr);
}

/* What was in flight: noted; a second time, given up; otherwise tried alone by the next scanner. */
static int collect_suspects(Keeper *k, const char *how, Error *reterr, size_t *ret_n) {
    PlanSuspect next[PLAN_SUSPECTS_MAX];
    size_t at[PLAN_SUSPECTS_MAX], n = 0, seen = 0;
    Buf bytes = {0};
    int r = 0;

    for (unsigned slot = 0; slot < JOURNAL_SLOTS && r == 0; slot++) {
        uint32_t root;
        Span path;

        if (!journal_read(k->journal, slot, &root, &path))
            continue;
        seen++;
        r = store_note_put(
            k->o->store, k->result.run,
            &(StoreNote){.kind = "in-flight", .subject = path, .count = 1, .detail = how}, reterr);
        if (r < 0)
            break;
        if (was_suspect(k, root, path)) {
            r = put_killed(k, root, path, reterr);
        } else if (n < PLAN_SUSPECTS_MAX) {
            at[n] = bytes.n;
            buf_span(&bytes, path);
            next[n++] = (PlanSuspect){.root = root, .path = {.n = path.n}};
        }
    }
    buf_done(&k->suspects);
    k->suspects = bytes;
    if (r == 0)
        r = buf_error(&bytes);
    for (size_t i = 0; i < n && r == 0; i++) {
        k->plan.suspects[i] = next[i];
        k->plan.suspects[i].path.at = bytes.at + at[i];
    }
    k->plan.n_suspects = n;
    *ret_n = seen;
    return r;
}

static const char *death_word(int status, char *ret, size_t n) {
    if (WIFSIGNALED(status))
        snprintf(ret, n, "signal %d", WTERMSIG(status));
    else
        snprintf(ret, n, "exit %d", WEXITSTATUS(status));
    return ret;
}

/* After a death: notes it and makes ready for the next scanner; negative: that is enough. */
static int keeper_mourn(Keeper *k, int status, Error *reterr) {
    char word[32];
    size_t in_flight = 0;
    int r;

    death_word(status, word, sizeof(word));
    if (!k->ready)
        return error_set(reterr, -EPROTO, "the scanner died before it could start (%s)", word);
    r = collect_suspects(k, word, reterr, &in_flight);
    if (r < 0)
        return r;
    journal_clear(k->journal);
    k->idle_deaths = k->progress.files == k->reported_before && !in_flight ? k->idle_deaths + 1 : 0;
    if (++k->result.restarts > RESTARTS_MAX || k->idle_deaths > RESTARTS_IDLE_MAX)
        return error_set(
            reterr, -EPROTO,
            "the scanner died %u times; what was read is in the store, the rest is not",
            k->result.restarts);
    k->progress.restarts = k->result.restarts;
    k->plan.restarted = true;
    k->reported_before = k->progress.files;
    keeper_warn(k, "the scanner was lost (%s) with %zu objects in flight; it is started again",
                word, in_flight);
    return store_note_put(k->o->store, k->result.run,
                          &(StoreNote){.kind = "restart",
                                       .subject = span_of(word),
                                       .count = k->result.restarts,
                                       .detail = "the scanner process died"},
                          reterr);
}

static int keeper_life(Keeper *k, Error *reterr, int *ret_status) {
    int r;

    k->ready = k->done = false;
    k->done_code = 0;
    r = keeper_spawn(k, reterr);
    if (r < 0)
        return r;
    r = keeper_listen(k, reterr);
    if (r != 0 && k->scanner)
        kill(k->scanner, SIGKILL); /* our own child; it may be mad, or not know yet */
    *ret_status = keeper_reap(k);
    return r;
}

static int keeper_scan(Keeper *k, Error *reterr) {
    int status, r;

    for (;;) {
        r = keeper_rest(k, reterr);
        if (r == 0)
            r = keeper_life(k, reterr, &status);
        if (r == KEEPER_E_STOPPED || r < 0)
            return r;
        if (k->drain_by && (r != 0 || (k->done_code < 0 && !k->failed.code))) {
            keeper_paused(k);
            continue;
        }
        if (r == 0)
            break;
        r = keeper_mourn(k, status, reterr);
        if (r < 0)
            return r;
    }
    if (k->failed.code) {
        if (reterr)
            *reterr = k->failed;
        return k->failed.code;
    }
    keeper_progress(k, true);
    if (k->done_code < 0)
        return error_errno(reterr, k->done_code, "the scan could not be finished");
    return 0;
}

int keeper_run(const KeeperOptions *o, Error *reterr, KeeperResult *ret) {
    Keeper k = {.o = o, .plan = *o->plan, .journal_fd = -1, .n_sums = o->plan->n_roots + 1};
    int r = journal_create(&k.journal_fd);

    k.sums = calloc(k.n_sums, sizeof(*k.sums));
    if (r == 0 && !k.sums)
        r = -ENOMEM;
    if (r == 0)
        r = journal_open(k.journal_fd, &k.journal);
    if (r < 0)
        r = error_errno(reterr, r, "cannot start a scan");
    else
        r = keeper_scan(&k, reterr);
    if (r >= 0 && k.result.run) {
        int e = store_commit(o->store, reterr);

        r = e < 0 ? e : r;
    }
    *ret = k.result;
    journal_close(k.journal);
    fd_close(k.journal_fd);
    buf_done(&k.suspects);
    if (k.kept)
        explicit_bzero(k.kept, k.cap_findings * FINDING_SAMPLES_MAX * sizeof(*k.kept));
    free(k.findings);
    free(k.kept);
    free(k.sums);
    explicit_bzero(k.plan.secret, sizeof(k.plan.secret));
    return r;
}
