/* Keeper: see keeper.h. */
#include "scan/keeper.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/clock.h"
#include "evidence/token.h"
#include "extract/extract.h"
#include "scan/intake.h"
#include "scan/journal.h"
#include "scan/message.h"
#include "scan/scanner.h"
#include "scan/selftest.h"
#include "store/carry.h"
#include "store/directory.h"
#include "store/principal.h"
#include "store/series.h"
#include "store/tally.h"
#include "store/twin.h"

enum {
    RESTARTS_MAX = 1000,   /* deaths a run: then it ends and says so */
    RESTARTS_IDLE_MAX = 3, /* deaths in a row with nothing reported and nothing in flight */
    PROGRESS_MS = 200,
    DRAIN_S = 30, /* for what is in flight when quiet hours begin; then it is read again */
    OWNERS_SLOTS = 1 << 15,
    OWNERS_MAX = OWNERS_SLOTS / 2, /* users and groups of a run whose names are asked for */
    RECHECKS_MAX = 512,            /* on their way at once: more are not drawn */
};

/* keeper_listen: the scanner is to end, for quiet hours or since the time is over. */
#define LISTEN_PAUSE 3

/* What is known of a root before its files are asked for. */
typedef struct RootSeen {
    bool told;   /* that its files are read again */
    bool inodes; /* the file system's inode numbers stay */
} RootSeen;

/* A file that seems unchanged and is read all the same; until its report comes. */
typedef struct Recheck {
    uint64_t path; /* a hash of root and path */
    KnownReport known;
    uint8_t hash[16]; /* as it was */
} Recheck;

typedef struct Keeper {
    const KeeperOptions *o;
    RootSeen *roots; /* one a root */
    size_t n_roots;
    StoreRun run; /* as it is begun */
    StoreDetector *detectors;
    StoreStart start;
    Recheck rechecks[RECHECKS_MAX]; /* on their way */
    size_t n_rechecks;
    uint64_t *owners; /* OWNERS_SLOTS, those that were met */
    size_t n_owners;
    uint64_t read; /* files reported, in all lives of the scanner */
    uint64_t rechecked, forged;
    uint64_t twins;      /* files that were put as what has the same content */
    int64_t deadline;    /* monotonic; 0: none */
    FileId *own;         /* the plan's, and the journal */
    int64_t journal_run; /* that the journal was of when it was opened */
    KeeperResult result;
    KeeperProgress progress;
    int64_t told; /* monotonic, of the last progress call */
    Plan plan;    /* the caller's, with suspects and known as of now */
    Buf suspects; /* bytes of their paths */
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

/* What the run will be, before it is begun: it begins when the scanner has the same rules. */
static int keeper_describe(Keeper *k) {
    const Rules *rules = k->o->rules;

    k->detectors = calloc(rules->n + 1, sizeof(*k->detectors));
    if (!k->detectors)
        return -ENOMEM;
    for (size_t i = 0; i < rules->n; i++) {
        const Detector *d = &rules->detectors[i];

        k->detectors[i] = (StoreDetector){d->id, d->title, d->category->id, d->tier};
    }
    k->run = (StoreRun){.started = clock_real_ns(),
                        .survey = k->plan.survey,
                        .fresh = k->o->fresh || k->plan.list || k->plan.stream[0],
                        .tool = TERRIER_VERSION,
                        .engine = k->o->engine,
                        .key = k->o->key ? key_id(k->o->key) : NULL,
                        .parameters = k->o->parameters,
                        .detectors = k->detectors,
                        .n_detectors = rules->n};
    memcpy(k->run.ruleset, rules->digest, sizeof(k->run.ruleset));
    memcpy(k->run.reading, rules->reading, sizeof(k->run.reading));
    return 0;
}

static void start_tell(const Keeper *k) {
    const StoreStart *s = &k->start;

    if (s->kind == STORE_START_RESUMED)
        keeper_warn(k,
                    "run %lld was interrupted and is continued; --fresh begins a new one instead",
                    (long long)s->run);
    if (s->words)
        keeper_warn(k,
                    "since run %lld the rules changed in titles, tiers, examples or references "
                    "alone: what was found holds",
                    (long long)s->before);
    if (s->kind == STORE_START_ANEW)
        keeper_warn(k,
                    "the %s changed since run %lld, so everything is read again: what was found "
                    "before may not be what would be found now",
                    s->why, (long long)s->before);
}

/* What was in flight when the run was interrupted; the journal outlived keeper and scanner. */
static int flight_note(Keeper *k, Error *reterr) {
    _cleanup_(buf_done) Buf path = {0};
    uint32_t root;
    int r = 0;

    for (unsigned slot = 0; slot < JOURNAL_SLOTS && r == 0; slot++) {
        buf_clear(&path);
        if (journal_read(k->journal_fd, slot, &root, &path))
            r = store_note_put(k->o->store, k->result.run,
                               &(StoreNote){.kind = "in-flight",
                                            .subject = buf_as_span(&path),
                                            .count = 1,
                                            .detail = "interrupted"},
                               reterr);
    }
    return r;
}

static int resume_note(Keeper *k, Error *reterr) {
    char now[CLOCK_TEXT_MAX];
    int r = k->journal_run == k->result.run ? flight_note(k, reterr) : 0;

    clock_print(k->run.started, now, sizeof(now));
    return r < 0 ? r
                 : store_note_put(k->o->store, k->result.run,
                                  &(StoreNote){.kind = "resumed",
                                               .subject = span_of(now),
                                               .count = 1,
                                               .detail = "a later scan went on with the run"},
                                  reterr);
}

/* What is known of a run before its first file. */
static int first_notes(Keeper *k, Error *reterr) {
    int r = put_allows(k, reterr);

    for (size_t i = 0; i < k->o->n_notes && r == 0; i++)
        r = store_note_put(k->o->store, k->result.run, &k->o->notes[i], reterr);
    for (size_t i = 0; i < k->o->n_shares && r == 0; i++)
        r = store_share_put(k->o->store, k->result.run, i, &k->o->shares[i], reterr);
    return r;
}

static int keeper_begin(Keeper *k, Error *reterr) {
    int r = store_run_start(k->o->store, &k->run, reterr, &k->start);

    if (r < 0)
        return r;
    k->result.run = k->start.run;
    k->result.resumed = k->start.kind == STORE_START_RESUMED;
    start_tell(k);
    if (k->result.resumed)
        r = resume_note(k, reterr);
    if (r == 0)
        r = journal_start(k->journal_fd, k->result.run);
    return r < 0 ? r : first_notes(k, reterr);
}

static int on_ready(Keeper *k, Wire *w, Error *reterr) {
    Span digest = wire_span(w);
    int r;

    if (digest.n != 32 || memcmp(digest.at, k->o->rules->digest, 32) != 0)
        return error_set(reterr, -EINVAL,
                         "the rules changed while the scan was starting; start it again");
    k->ready = true;
    if (!k->result.run) {
        r = keeper_begin(k, reterr);
        if (r == 0 && k->o->begun)
            r = k->o->begun(k->o->of, k->result.run, reterr);
        if (r < 0)
            return r;
    }
    k->progress.carried = 0;
    k->n_rechecks = 0;
    return store_walk_begin(k->o->store, k->result.run, reterr);
}

static int on_failed(Keeper *k, Wire *w) {
    int64_t code = wire_i64(w);
    Span text = wire_span(w);

    k->failed.code = code < 0 && code > -4096 ? (int)code : -EPROTO;
    snprintf(k->failed.text, sizeof(k->failed.text), "%.*s", (int)text.n, (const char *)text.at);
    k->done = true;
    return 0;
}

/* File systems that make up inode numbers, or take them from a server that may not keep them. */
static bool keeps_inodes(const char *type, const char *options) {
    if (strcmp(type, "cifs") == 0 || strcmp(type, "smb3") == 0)
        return strstr(options, "serverino") && !strstr(options, "noserverino");
    return strncmp(type, "fuse", 4) != 0 && strcmp(type, "vfat") != 0 &&
           strcmp(type, "exfat") != 0 && strcmp(type, "msdos") != 0 && strcmp(type, "9p") != 0;
}

/* Before the first file beneath the root is asked for: is it the one of the run before? */
static int root_look(Keeper *k, const RootReport *r, const char *identity, const char *type,
                     const char *options, Error *reterr) {
    RootSeen *seen = &k->roots[r->number];
    bool others;
    int e = store_root_trust(k->o->store, k->result.run, r->number, identity, reterr, &others);

    if (e < 0)
        return e;
    if (others && !seen->told && k->start.kind != STORE_START_FIRST) {
        keeper_warn(k, "root %u %s, so what lay there is read again", r->number + 1,
                    identity[0] ? "was on another file system before"
                                : "is on a file system without a lasting identity");
        seen->told = true;
    }
    seen->inodes = keeps_inodes(type, options);
    return 0;
}

static int on_root(Keeper *k, Wire *w, Error *reterr) {
    char identity[512], type[64], options[1024], atime[128];
    uint64_t names = 0;
    RootReport r;
    int e = root_get(w, &r);

    if (e < 0)
        return e;
    if (r.number >= k->n_roots)
        return -EBADMSG;
    snprintf(identity, sizeof(identity), "%.*s", (int)r.identity.n, (const char *)r.identity.at);
    snprintf(type, sizeof(type), "%.*s", (int)r.type.n, (const char *)r.type.at);
    snprintf(options, sizeof(options), "%.*s", (int)r.options.n, (const char *)r.options.at);
    snprintf(atime, sizeof(atime), "%.*s", (int)r.atime.n, (const char *)r.atime.at);
    if (!r.final)
        e = root_look(k, &r, identity, type, options, reterr);
    else
        e = store_names(k->o->store, k->result.run, r.number, reterr, &names);
    if (e < 0)
        return e;
    if (r.final && r.found < names)
        return -EBADMSG;
    return store_root_put(k->o->store, k->result.run,
                          &(StoreRoot){.number = r.number,
                                       .path = r.path,
                                       .identity = identity,
                                       .fs_type = type,
                                       .mount_options = options,
                                       .atime = atime,
                                       .status = r.status,
                                       .found = r.found - names,
                                       .found_bytes = store_met_bytes(k->o->store, r.number),
                                       .names = names,
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

/* ---- forged time stamps ---- */

/* With the run in it, so that each draws others, and a secret, so that nobody knows which. */
static uint64_t path_hash(const Keeper *k, uint32_t root, Span path) {
    return XXH3_64bits_withSecretandSeed(path.at, path.n, k->plan.secret, sizeof(k->plan.secret),
                                         (uint64_t)k->result.run << 32 | root);
}

static bool is_drawn(const Keeper *k, uint64_t hash) {
    return k->o->rescan ||
           (k->o->recheck && k->n_rechecks < RECHECKS_MAX && hash % k->o->recheck == 0);
}

static void recheck_begin(Keeper *k, uint64_t hash, const KnownReport *known,
                          const StoreHeld *held) {
    Recheck *c;

    if (!held->rechecked || !held->hashed || k->n_rechecks == RECHECKS_MAX)
        return;
    c = &k->rechecks[k->n_rechecks++];
    *c = (Recheck){.path = hash, .known = *known};
    c->known.path = (Span){0};
    memcpy(c->hash, held->hash, sizeof(c->hash));
}

static bool same_stamps(const KnownReport *known, const FileMeta *m) {
    return known->size == m->size && known->mtime == m->mtime && known->ctime == m->ctime &&
           known->ino == m->ino;
}

/* The report of a file that was drawn: other bytes under the same time stamps were forged. */
static int recheck_end(Keeper *k, const ObjectReport *o, Error *reterr) {
    uint64_t hash = k->n_rechecks && !o->depth ? path_hash(k, o->root, o->path) : 0;
    bool other;
    size_t i = 0;

    while (i < k->n_rechecks && (o->depth || k->rechecks[i].path != hash))
        i++;
    if (i == k->n_rechecks)
        return 0;
    other = o->hashed && memcmp(o->hash, k->rechecks[i].hash, sizeof(o->hash)) != 0 &&
            same_stamps(&k->rechecks[i].known, &o->meta);
    k->rechecks[i] = k->rechecks[--k->n_rechecks];
    k->rechecked++;
    if (!other)
        return 0;
    k->forged++;
    return store_note_put(k->o->store, k->result.run,
                          &(StoreNote){.kind = "forged",
                                       .subject = o->path,
                                       .count = 1,
                                       .detail = "other content under the same time stamps"},
                          reterr);
}

/* ---- owners ---- */

/* Its place in the table, which holds ids plus one: 0 is free. */
static uint64_t *owner_slot(Keeper *k, bool group, uint32_t id) {
    uint64_t key = (uint64_t)group << 32 | ((uint64_t)id + 1);
    size_t i = (size_t)(key * UINT64_C(0x9E3779B97F4A7C15) >> 49) % OWNERS_SLOTS;

    while (k->owners[i] && k->owners[i] != key)
        i = (i + 1) % OWNERS_SLOTS;
    if (k->owners[i] == key)
        return NULL;
    k->owners[i] = key;
    return &k->owners[i];
}

/* Its name is looked up when the run ends; so many accounts no filer has. */
static int owner_note(Keeper *k, bool group, uint32_t id, Error *reterr) {
    if (k->n_owners == OWNERS_MAX || !owner_slot(k, group, id))
        return 0;
    k->n_owners++;
    return store_principal_put(k->o->store, k->result.run, &(Principal){.group = group, .id = id},
                               reterr);
}

static int owners_note(Keeper *k, uint32_t uid, uint32_t gid, Error *reterr) {
    int r = owner_note(k, false, uid, reterr);

    return r < 0 ? r : owner_note(k, true, gid, reterr);
}

static int on_directories(Keeper *k, Wire *w, Error *reterr) {
    int r = 0;

    while (r == 0 && w->at < w->end) {
        DirectoryReport d;

        r = directory_get(w, &d);
        if (r == 0 && d.root >= k->n_roots)
            r = -EBADMSG;
        if (r == 0)
            r = store_directory_put(k->o->store, k->result.run,
                                    &(StoreDirectory){d.root, d.path, d.mode, d.uid, d.gid, d.acl},
                                    reterr);
        if (r == 0)
            r = owners_note(k, d.uid, d.gid, reterr);
    }
    return r;
}

static int on_object(Keeper *k, Wire *w, Error *reterr) {
    char format[32], encoding[32];
    ObjectReport o;
    uint64_t n, n_facts;
    int r = object_get(w, &o, &n, &n_facts);

    if (r == 0)
        r = o.root < k->n_roots ? findings_room(k, n) : -EBADMSG;
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
    r = recheck_end(k, &o, reterr);
    if (r < 0)
        return r;
    if (o.known_meta && !o.depth)
        r = owners_note(k, o.meta.uid, o.meta.gid, reterr);
    if (r < 0)
        return r;
    snprintf(format, sizeof(format), "%.*s", (int)o.format.n, (const char *)o.format.at);
    snprintf(encoding, sizeof(encoding), "%.*s", (int)o.encoding.n, (const char *)o.encoding.at);
    if (!o.depth) {
        k->progress.files++;
        k->progress.bytes += o.bytes_read;
        k->read++;
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
                                           .encoding = encoding,
                                           .acl = o.acl},
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

    if (!wire_done(w) || root >= k->n_roots || (path.n && memchr(path.at, 0, path.n)))
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

    if (!wire_done(w) || root >= k->n_roots)
        return -EBADMSG;
    r = store_link_claim(k->o->store, k->result.run, dev, ino, (uint32_t)root, path, reterr, &mine);
    return r < 0 ? r : answer(k, &(uint8_t){mine}, 1);
}

/* A file that is to be read, of which only the name or the rights may be another. */
static int twin_look(Keeper *k, const KnownReport *report, Error *reterr, uint8_t *ret) {
    const FileMeta meta = {.size = report->size, .mtime = report->mtime};
    bool some = false;
    int r = 0;

    if (report->mode && !k->o->rescan && !k->o->rules->n_allows &&
        k->start.kind != STORE_START_FIRST)
        r = store_twin_look(k->o->store, k->result.run, &meta, reterr, &some);
    if (some)
        *ret = KNOWN_HASH;
    return r;
}

static int known_look(Keeper *k, uint32_t root, const KnownReport *report, Error *reterr,
                      uint8_t *ret) {
    const RootSeen *seen = &k->roots[root];
    uint64_t hash = report->mode ? path_hash(k, root, report->path) : 0;
    StoreHeld held;
    int r = store_carry(k->o->store, k->result.run,
                        &(StoreKnown){.root = root,
                                      .path = report->path,
                                      .meta = {.mode = report->mode,
                                               .nlink = report->nlink,
                                               .ino = report->ino,
                                               .size = report->size,
                                               .mtime = report->mtime,
                                               .ctime = report->ctime},
                                      .inodes = seen->inodes,
                                      .drawn = report->mode && is_drawn(k, hash)},
                        reterr, &held);

    if (r < 0)
        return r;
    if (held.answer == STORE_CARRIED) {
        k->progress.files++;
        k->progress.carried++;
    }
    recheck_begin(k, hash, report, &held);
    *ret = held.answer == STORE_TO_READ ? KNOWN_READ : KNOWN_HELD;
    return held.answer == STORE_TO_READ && !held.rechecked ? twin_look(k, report, reterr, ret) : 0;
}

static int on_known(Keeper *k, Wire *w, Error *reterr) {
    uint64_t root = wire_u64(w), n = wire_u64(w);
    uint8_t known[256];

    if (w->failed || n > sizeof(known) || root >= k->n_roots)
        return -EBADMSG;
    for (uint64_t i = 0; i < n; i++) {
        KnownReport report;
        int r = known_get(w, &report);

        if (r == 0)
            r = known_look(k, (uint32_t)root, &report, reterr, &known[i]);
        if (r < 0)
            return r;
    }
    return answer(k, known, n);
}

/* TwinAlike. A root that is a file has no name below it. */
static bool twin_alike(void *of, Span path, const char *format) {
    const Span *mine = of;

    return mine->n && path.n && extract_alike(format, path_name(*mine), path_name(path));
}

static int on_same(Keeper *k, Wire *w, Error *reterr) {
    ObjectReport o;
    uint64_t n, n_facts;
    bool put = false;
    int r = object_get(w, &o, &n, &n_facts);

    if (r == 0 && (n || n_facts || o.depth || !o.hashed || !o.known_meta || o.root >= k->n_roots ||
                   w->at != w->end))
        r = -EBADMSG;
    if (r == 0)
        r = store_twin_put(
            k->o->store, k->result.run,
            &(StoreObject){
                .root = o.root, .path = o.path, .meta = o.meta, .hash = o.hash, .acl = o.acl},
            twin_alike, &o.path, reterr, &put);
    if (r < 0)
        return r;
    if (put)
        r = owners_note(k, o.meta.uid, o.meta.gid, reterr);
    if (r < 0)
        return r;
    if (put) {
        k->progress.files++;
        k->progress.bytes += o.meta.size;
        k->twins++;
    }
    return answer(k, &(uint8_t){put}, 1);
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
    case MESSAGE_DIRECTORIES:
        return on_directories(k, &w, reterr);
    case MESSAGE_NOTE:
        return on_note(k, &w, reterr);
    case MESSAGE_FORGET:
        return on_forget(k, &w, reterr);
    case MESSAGE_CLAIM:
        return on_claim(k, &w, reterr);
    case MESSAGE_KNOWN:
        return on_known(k, &w, reterr);
    case MESSAGE_SAME:
        return on_same(k, &w, reterr);
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

/* The time limit was reached. */
static bool is_over(const Keeper *k) {
    return k->deadline && clock_monotonic_ns() > k->deadline;
}

/* Whether listening is to end here: what was in flight when the hours began had its time. */
static bool keeper_drain(Keeper *k) {
    int64_t now = clock_monotonic_ns(), end;

    if (!k->drain_by && (is_over(k) || is_quiet(k, &end))) {
        journal_ask_end(k->journal_fd);
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
    for (; is_quiet(k, &end) && !is_over(k); poll(NULL, 0, PROGRESS_MS)) {
        k->progress.paused_until = end;
        keeper_progress(k, false);
        if (k->o->stop && k->o->stop(k->o->of))
            return KEEPER_E_STOPPED;
    }
    k->progress.paused_until = 0;
    if (!is_over(k))
        keeper_warn(k, "quiet hours are over: reading goes on");
    return 0;
}

/* The scanner has ended because it was asked to: what it reported stands, the rest is read later.
 */
static int keeper_paused(Keeper *k, Error *reterr) {
    int r = journal_start(k->journal_fd, k->result.run);

    if (r < 0)
        return error_errno(reterr, r, "cannot write what is in flight");
    k->drain_by = 0;
    k->plan.n_suspects = 0;
    k->plan.known |= k->result.run != 0;
    k->reported_before = k->progress.files;
    return 0;
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
    _cleanup_(buf_done) Buf named = {0};
    Buf bytes = {0};
    int r = 0;

    for (unsigned slot = 0; slot < JOURNAL_SLOTS && r == 0; slot++) {
        uint32_t root;
        Span path;

        buf_clear(&named);
        if (!journal_read(k->journal_fd, slot, &root, &named))
            continue;
        path = buf_as_span(&named);
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
    r = journal_start(k->journal_fd, k->result.run);
    if (r < 0)
        return error_errno(reterr, r, "cannot write what is in flight");
    k->idle_deaths = k->progress.files == k->reported_before && !in_flight ? k->idle_deaths + 1 : 0;
    if (++k->result.restarts > RESTARTS_MAX || k->idle_deaths > RESTARTS_IDLE_MAX)
        return error_set(
            reterr, -EPROTO,
            "the scanner died %u times; what was read is in the store, the rest is not",
            k->result.restarts);
    k->progress.restarts = k->result.restarts;
    k->plan.known = true;
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

/* What this run owes to those before it; and what is loud. */
static int carried_note(Keeper *k, Error *reterr) {
    char detail[96];
    int r = 0;

    if (k->forged)
        keeper_warn(k,
                    "%llu files have other content under the same size and time stamps: somebody "
                    "forged them, or a disk is failing; the report names them",
                    (unsigned long long)k->forged);
    if (k->twins)
        r = store_note_put(
            k->o->store, k->result.run,
            &(StoreNote){.kind = "same-content",
                         .subject = span_of(""),
                         .count = k->twins,
                         .detail = "moved, copied or touched: hashed, not opened again"},
            reterr);
    if (r < 0 || !k->result.run || !k->progress.carried)
        return r;
    snprintf(detail, sizeof(detail), "unchanged, not read again; %llu more were, and compared",
             (unsigned long long)k->rechecked);
    return store_note_put(k->o->store, k->result.run,
                          &(StoreNote){.kind = "carried",
                                       .subject = span_of(""),
                                       .count = k->progress.carried,
                                       .detail = detail},
                          reterr);
}

/* One night of a run that takes several: what was read in it, and how far the run is. */
static int night_note(Keeper *k, Error *reterr) {
    uint64_t done = store_files(k->o->store);
    char began[CLOCK_TEXT_MAX], detail[160];
    int n;

    clock_print(k->run.started, began, sizeof(began));
    n = snprintf(detail, sizeof(detail), "%llu bytes; %llu files of the run are done",
                 (unsigned long long)k->progress.bytes, (unsigned long long)done);
    if (k->progress.ahead_done && n > 0 && (size_t)n < sizeof(detail))
        snprintf(detail + n, sizeof(detail) - (size_t)n, " of %llu",
                 (unsigned long long)k->progress.ahead);
    return store_note_put(
        k->o->store, k->result.run,
        &(StoreNote){
            .kind = "night", .subject = span_of(began), .count = k->read, .detail = detail},
        reterr);
}

static int night_end(Keeper *k, Error *reterr) {
    k->result.paused = true;
    return k->result.run ? night_note(k, reterr) : 0;
}

static int keeper_scan(Keeper *k, Error *reterr) {
    int status, r;

    for (;;) {
        r = keeper_rest(k, reterr);
        if (r == 0 && is_over(k))
            return night_end(k, reterr);
        if (r == 0)
            r = keeper_life(k, reterr, &status);
        if (r == KEEPER_E_STOPPED || r < 0)
            return r;
        if (k->drain_by && (r != 0 || (k->done_code < 0 && !k->failed.code))) {
            r = keeper_paused(k, reterr);
            if (r < 0)
                return r;
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
    r = carried_note(k, reterr);
    if (r == 0 && (k->deadline || k->result.resumed))
        r = night_note(k, reterr);
    if (r < 0)
        return r;
    if (k->done_code < 0)
        return error_errno(reterr, k->done_code, "the scan could not be finished");
    return 0;
}

/* A scan does not read what it writes: the journal joins the store and its company. */
static int own_add(Keeper *k) {
    struct stat st;

    if (fstat(k->journal_fd, &st) < 0)
        return -errno;
    k->own = calloc(k->plan.n_own + 1, sizeof(*k->own));
    if (!k->own)
        return -ENOMEM;
    if (k->plan.n_own)
        memcpy(k->own, k->plan.own, k->plan.n_own * sizeof(*k->own));
    k->own[k->plan.n_own] = (FileId){.dev = st.st_dev, .ino = st.st_ino};
    k->plan.own = k->own;
    k->plan.n_own++;
    return 0;
}

/* Opens what is written to on the way, and looks whether a run is to be gone on with. */
static int keeper_open(Keeper *k, Error *reterr) {
    _cleanup_(free_p) char *path = NULL;
    int r = keeper_describe(k);

    if (asprintf(&path, "%s%s", store_path(k->o->store), KEEPER_JOURNAL) < 0) {
        path = NULL;
        return -ENOMEM;
    }
    k->roots = calloc(k->n_roots, sizeof(*k->roots));
    k->owners = calloc(OWNERS_SLOTS, sizeof(*k->owners));
    if (r == 0 && (!k->roots || !k->owners))
        r = -ENOMEM;
    if (r == 0)
        r = journal_create(path, k->plan.jobs + 1, &k->journal_fd, &k->journal_run);
    if (r == 0)
        r = own_add(k);
    if (r < 0)
        return error_errno(reterr, r, "cannot start a scan: '%s'", path);
    r = store_run_look(k->o->store, &k->run, reterr, &k->plan.known);
    k->plan.known |= k->plan.n_first > 0; /* what was read first is met again */
    return r;
}

int keeper_run(const KeeperOptions *o, Error *reterr, KeeperResult *ret) {
    Keeper k = {.o = o, .plan = *o->plan, .journal_fd = -1, .n_roots = o->plan->n_roots + 1};
    int r = keeper_open(&k, reterr);

    if (o->time_limit)
        k.deadline = clock_monotonic_ns() + o->time_limit;
    if (r == 0)
        r = keeper_scan(&k, reterr);
    if (r >= 0 && k.result.run) {
        int e = store_commit(o->store, reterr);

        r = e < 0 ? e : r;
    }
    *ret = k.result;
    fd_close(k.journal_fd);
    buf_done(&k.suspects);
    if (k.kept)
        explicit_bzero(k.kept, k.cap_findings * FINDING_SAMPLES_MAX * sizeof(*k.kept));
    free(k.findings);
    free(k.kept);
    free(k.roots);
    free(k.own);
    free(k.owners);
    free(k.detectors);
    explicit_bzero(k.plan.secret, sizeof(k.plan.secret));
    return r;
}
