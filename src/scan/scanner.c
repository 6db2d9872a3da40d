/*
 * Scanner: see scanner.h.
 *
 * The main thread walks the roots one after the other and feeds the workers; after a restart it
 * first goes alone through the suspects, the objects that were in flight when its predecessor
 * died. The rules are loaded here again, from the same files: READY carries their digest, and the
 * keeper compares it with its own.
 */
#include "scan/scanner.h"

#include <fcntl.h>
#include <limits.h>
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include "base/clock.h"
#include "extract/sandbox.h"
#include "rule/detector.h"
#include "scan/selftest.h"
#include "scan/survey.h"
#include "scan/worker.h"
#include "source/acl.h"
#include "source/beneath.h"
#include "source/list.h"
#include "source/mount.h"
#include "source/root.h"
#include "source/tree.h"

enum { QUEUE_BATCHES = 24, JOBS_MAX = JOURNAL_SLOTS - 1 };

/* A root and what the walk met beneath it. */
typedef struct Place {
    Root root;
    Status status;
    uint64_t found, directories;
} Place;

typedef struct Scanner {
    Channel keeper;
    Plan plan;
    Rules *rules;
    Engine *engine;
    Zygote *zygote;
    Crew crew;
    pthread_t *threads;
    Worker **workers;
    size_t n_workers;
    Filter filter, first; /* first: only what is to be read before all else */
    bool foremost;        /* the walk at hand is that for `first` */
    Place *places;        /* one a root */
    uint32_t root;        /* the one at hand */
    Survey survey;
    int64_t deadline;             /* of the survey's walk; monotonic */
    Buf report, directories, acl; /* of objects; of directories; of the one at hand */
} Scanner;

/* ---- the process ---- */

/* What a scanner may leave behind or take along: no core, no attached debugger, no new rights. */
static void scanner_harden(void) {
    const struct rlimit none = {0, 0};

    setrlimit(RLIMIT_CORE, &none);
    prctl(PR_SET_DUMPABLE, 0);
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    signal(SIGPIPE, SIG_IGN);
    /* a terminal's interrupt reaches the whole group: the keeper decides, and tells us by closing
     */
    signal(SIGINT, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
}

/* Buffers of a megabyte come and go with each file: memory that is kept for them costs no calls. */
static void scanner_memory(void) {
    mallopt(M_TRIM_THRESHOLD, 16 << 20);
    mallopt(M_TOP_PAD, 1 << 20);
}

/* For what nobody else wants, in all threads and processes that are started from here. */
static void scanner_step_back(void) {
    enum { WHO_PROCESS = 1, CLASS_IDLE = 3 << 13, NICEST = 19 };

    setpriority(PRIO_PROCESS, 0, NICEST);
    syscall(SYS_ioprio_set, WHO_PROCESS, 0, CLASS_IDLE);
}

/* From here on nothing is written any more, least of all to what is scanned. */
static int scanner_seal(Error *reterr) {
    SandboxState state;
    int r = sandbox_seal(&state);

    return r < 0 ? error_errno(reterr, r, "the scanner cannot give up its right to change files")
                 : 0;
}

static int scanner_failed(Scanner *s, int code, const Error *e) {
    _cleanup_(buf_done) Buf b = {0};

    wire_put_i64(&b, code);
    wire_put_span(&b, span_of(e->text));
    channel_send(&s->keeper, MESSAGE_FAILED, buf_as_span(&b));
    return 1;
}

static int scanner_load(Scanner *s, Error *reterr) {
    RulesOptions o = {.directories = s->plan.rule_directories,
                      .n_directories = s->plan.n_rule_directories,
                      .allow_files = s->plan.allow_files,
                      .n_allow_files = s->plan.n_allow_files,
                      .no_builtin = s->plan.no_builtin,
                      .regions = s->plan.regions[0] ? s->plan.regions : NULL};
    int r = rules_load(&o, reterr, &s->rules);

    if (r < 0)
        return r;
    r = engine_new(s->rules, s->plan.cache[0] ? s->plan.cache : NULL, reterr, &s->engine);
    if (r == 0 && s->plan.edm_keys.n != s->rules->n_edms * EDM_KEY)
        r = error_set(reterr, -EINVAL, "the rules changed while the scan was starting");
    for (size_t i = 0; i < s->rules->n_edms && r == 0; i++)
        r = engine_unlock(s->engine, i, s->plan.edm_keys.at + i * EDM_KEY, reterr);
    return r;
}

static int scanner_ready(Scanner *s) {
    _cleanup_(buf_done) Buf b = {0};

    wire_put_span(&b, span(s->rules->digest, sizeof(s->rules->digest)));
    wire_put_span(&b, span_of(s->engine->build_name));
    wire_put_span(&b, span_of(hs_version()));
    return channel_send(&s->keeper, MESSAGE_READY, buf_as_span(&b));
}

/* ---- what the walk delivers ---- */

static int send_note(Scanner *s, const char *kind, Span subject, const char *detail) {
    _cleanup_(buf_done) Buf b = {0};

    note_put(&b,
             &(NoteReport){
                 .kind = span_of(kind), .subject = subject, .detail = span_of(detail), .count = 1});
    return channel_send(&s->keeper, MESSAGE_NOTE, buf_as_span(&b));
}

/* A mount that is left out, by its whole path: the report names it loudly. */
static int send_mount(Scanner *s, Span path, const char *type) {
    const Root *root = &s->places[s->root].root;
    _cleanup_(buf_done) Buf whole = {0};

    buf_text(&whole, root->path ? root->path : "");
    if (path.n && whole.n && whole.at[whole.n - 1] != '/')
        buf_byte(&whole, '/');
    buf_span(&whole, path);
    return buf_error(&whole) ? -ENOMEM : send_note(s, "skipped-mount", buf_as_span(&whole), type);
}

static int flush_objects(Scanner *s) {
    int r = s->report.n ? channel_send(&s->keeper, MESSAGE_OBJECTS, buf_as_span(&s->report)) : 0;

    buf_clear(&s->report);
    return r;
}

/* ---- shards: a directory's own entries belong together ---- */

static bool batch_ours(const Plan *p, const Batch *b) {
    return plan_shard_has(p, span(b->dir->path, b->dir->path_n));
}

static bool object_ours(const Plan *p, Span path) {
    const uint8_t *slash = path.n ? memrchr(path.at, '/', path.n) : NULL;

    return plan_shard_has(p, span(path.at, slash ? (size_t)(slash - path.at) : 0));
}

static int on_batch(void *of, Batch *b) {
    Scanner *s = of;

    if (!batch_ours(&s->plan, b)) {
        batch_free(b);
        return 0;
    }
    if (s->foremost)
        return crew_put(&s->crew, b); /* counted when it is met again */
    s->places[s->root].found += b->n;
    if (journal_end_asked(s->crew.journal)) {
        batch_free(b);
        return -ECANCELED;
    }
    if (!s->plan.survey)
        return crew_put(&s->crew, b);
    survey_consider(&s->survey, b);
    batch_free(b);
    return clock_monotonic_ns() < s->deadline ? 0 : -ETIME;
}

static int on_object(void *of, Span path, const FileMeta *meta, Status status) {
    Scanner *s = of;
    ObjectReport o = {.root = s->root, .path = path, .known_meta = meta != NULL, .status = status};
    int r = 0;

    if (s->foremost || !object_ours(&s->plan, path))
        return 0;
    if (s->plan.survey && status_complete(status.kind) && status.kind != STATUS_OTHER_FILESYSTEM)
        return 0; /* links and exclusions are no part of a sample of files */
    s->places[s->root].found++;
    if (meta)
        o.meta = *meta;
    if (status.kind == STATUS_LINK || status.kind == STATUS_SPECIAL ||
        status.kind == STATUS_EXCLUDED || status.kind == STATUS_OTHER_FILESYSTEM)
        o.meta.size = 0; /* what is not read on purpose owes no bytes */
    object_put(&s->report, &o, 0, 0);
    if (status.kind == STATUS_OTHER_FILESYSTEM && strcmp(status.reason, "pseudo") != 0 &&
        strcmp(status.reason, "loop") != 0)
        r = send_mount(s, path, status.reason);
    if (r == 0 && s->report.n > 64 << 10)
        r = flush_objects(s);
    return r;
}

static int flush_directories(Scanner *s) {
    int r = s->directories.n
                ? channel_send(&s->keeper, MESSAGE_DIRECTORIES, buf_as_span(&s->directories))
                : 0;

    buf_clear(&s->directories);
    return r;
}

/* Who may pass it; s->acl is its ACL. Every shard tells all, since it is on the way. */
static int tell_directory(Scanner *s, Span path, const FileMeta *m) {
    directory_put(&s->directories, &(DirectoryReport){.root = s->root,
                                                      .path = path,
                                                      .mode = m->mode,
                                                      .uid = m->uid,
                                                      .gid = m->gid,
                                                      .acl = buf_as_span(&s->acl)});
    if (buf_error(&s->directories) < 0)
        return -ENOMEM;
    return s->directories.n > 32 << 10 ? flush_directories(s) : 0;
}

/* Those above the root at hand, from "/" down, by their absolute paths. */
static int tell_above(Scanner *s) {
    const char *root = s->places[s->root].root.path;
    int r = 0;

    for (size_t n = 0; r == 0 && root[n]; n++) {
        char path[PATH_MAX];
        FileMeta m;

        if (root[n] != '/' || !root[n + 1])
            continue; /* the root "/" is its own, and has none above */
        if (snprintf(path, sizeof(path), "%.*s", n ? (int)n : 1, root) >= (int)sizeof(path) ||
            meta_at(AT_FDCWD, path, &m) < 0)
            return 0; /* what is beneath is then unknown */
        r = acl_at(path, &s->acl);
        if (r == 0)
            r = tell_directory(s, span_of(path), &m);
    }
    return r;
}

static int on_directory(void *of, Span path, const FileMeta *meta, int fd) {
    Scanner *s = of;
    int r = s->foremost ? 0 : acl_of(fd, &s->acl);

    if (r == 0 && !s->foremost)
        r = tell_directory(s, path, meta);
    if (r < 0)
        return r;
    s->places[s->root].directories += !s->foremost && plan_shard_has(&s->plan, path);
    throttle_wait(s->crew.throttle, 0);
    return journal_end_asked(s->crew.journal) ? -ECANCELED : 0;
}

static Sink scanner_sink(Scanner *s) {
    return (Sink){.of = s, .batch = on_batch, .object = on_object, .directory = on_directory};
}

/* ---- roots ---- */

/* "kept", or why not: what a run says of access times, root by root. */
static void atime_word(const Scanner *s, uint32_t number, char *ret, size_t n) {
    const Root *root = &s->places[number].root;
    uint64_t lost = counter_get(&s->crew.atime_lost[number]);

    if (root->noatime || root->read_only)
        snprintf(ret, n, "kept: the mount keeps none");
    else if (lost)
        snprintf(ret, n, "changed: %llu files of other owners", (unsigned long long)lost);
    else
        snprintf(ret, n, "kept");
}

static int send_root(Scanner *s, uint32_t number, bool final) {
    const Place *place = &s->places[number];
    const Root *root = &place->root;
    const char *given = number < s->plan.n_roots ? s->plan.roots[number] : s->plan.stream;
    _cleanup_(buf_done) Buf b = {0};
    char atime[64];

    atime_word(s, number, atime, sizeof(atime));
    root_put(&b, &(RootReport){.number = number,
                               .path = span_of(root->path ? root->path : given),
                               .identity = span_of(root->identity ? root->identity : ""),
                               .type = span_of(root->type),
                               .options = span_of(root->options ? root->options : ""),
                               .atime = span_of(atime),
                               .status = place->status,
                               .found = place->found,
                               .directories = place->directories,
                               .final = final});
    return channel_send(&s->keeper, MESSAGE_ROOT, buf_as_span(&b));
}

static int walk_root(Scanner *s, uint32_t number) {
    const char *path = s->plan.roots[number];
    Place *place = &s->places[number];
    TreeOptions o = {.root = number,
                     .cross_filesystems = s->plan.cross_filesystems,
                     .max_depth = s->plan.max_depth,
                     .shuffle_seed = s->plan.shuffle,
                     .filter = s->foremost ? &s->first : &s->filter,
                     .stop = &s->crew.stop};
    const Sink sink = scanner_sink(s);
    Error e = {0};
    int r;

    s->root = number;
    root_done(&place->root); /* of the walk before, if there was one */
    r = root_describe(path, &e, &place->root);
    s->crew.far[number] = r == 0 && mount_remote_type(place->root.type);
    if (r == 0)
        r = send_root(s, number, false);
    if (r == 0 && !s->foremost)
        r = tell_above(s);
    if (r == 0)
        r = tree_walk(path, &o, &sink, &e);
    if (r == -ETIME)
        r = send_note(s, "survey", span_of(path), "the walk was cut short by the time box");
    if (r < 0 && e.code && !counter_get(&s->crew.failed) && r != -ENOMEM) {
        place->status = status_errno(-r); /* of the root as a whole */
        r = send_note(s, "root", span_of(path), e.text);
    }
    if (r == 0)
        r = flush_directories(s);
    return r < 0 ? r : flush_objects(s);
}

static int walk_list(Scanner *s) {
    ListOptions o = {.root = 0, .separator = s->plan.list_nul ? 0 : '\n', .stop = &s->crew.stop};
    const Sink sink = scanner_sink(s);
    int r = send_root(s, 0, false);

    s->root = 0;
    if (r == 0)
        r = list_read(STDIN_FILENO, &o, &sink, NULL);
    return r < 0 ? r : flush_objects(s);
}

static int read_stream(Scanner *s) {
    Worker *w = NULL;
    int r = send_root(s, 0, false);

    if (r == 0)
        r = worker_new(&s->crew, 0, &w);
    if (r == 0)
        r = worker_stream(w);
    worker_free(w);
    s->places[0].found = 1;
    return r;
}

/* ---- suspects: one by one, alone ---- */

/* A batch of one: a path beneath a root, however many components it has. */
static int path_batch(const Plan *p, uint32_t root, Span path, Batch **ret) {
    _cleanup_(directory_unrefp) Directory *dir = NULL;
    BatchDraft draft = {0};
    int fd, r;

    if (root >= p->n_roots)
        return -ENOENT;
    fd = open(p->roots[root], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    r = directory_new(fd, span_of(""), &dir);
    if (r < 0)
        return r;
    dir->root = root;
    dir->resolve = BENEATH_RESOLVE;
    batch_draft_add(&draft, path);
    r = batch_draft_take(&draft, dir, ret);
    batch_draft_done(&draft);
    return r;
}

/* What killed the last scanner is tried again first, so that a second death names the culprit. */
static int try_suspects(Scanner *s) {
    Worker *w = NULL;
    int r = s->plan.n_suspects ? worker_new(&s->crew, 0, &w) : 0;

    for (size_t i = 0; i < s->plan.n_suspects && r == 0; i++) {
        Batch *b = NULL;

        const PlanSuspect *suspect = &s->plan.suspects[i];

        if (!suspect->path.n || path_batch(&s->plan, suspect->root, suspect->path, &b) < 0)
            continue; /* the walk will meet it, or it has gone */
        r = worker_batch(w, b);
    }
    worker_free(w);
    return r;
}

/* ---- threads ---- */

static int crew_start(Scanner *s) {
    size_t n = s->plan.jobs < 1 ? 1 : s->plan.jobs > JOBS_MAX ? JOBS_MAX : s->plan.jobs;
    int r = 0;

    s->threads = calloc(n, sizeof(*s->threads));
    s->workers = calloc(n, sizeof(*s->workers));
    if (!s->threads || !s->workers)
        return -ENOMEM;
    for (size_t i = 0; i < n; i++) {
        r = worker_new(&s->crew, (unsigned)i, &s->workers[i]);
        if (r == 0)
            r = -pthread_create(&s->threads[i], NULL, worker_main, s->workers[i]);
        if (r < 0) {
            s->workers[i] = worker_free(s->workers[i]);
            break;
        }
        s->n_workers++;
    }
    return s->n_workers ? 0 : r; /* fewer threads do the same work */
}

static void crew_join(Scanner *s) {
    for (size_t i = 0; i < s->n_workers; i++) {
        pthread_join(s->threads[i], NULL);
        worker_free(s->workers[i]);
    }
    free(s->threads);
    free(s->workers);
}

/* ---- the walk ahead ---- */

typedef struct Ahead {
    Scanner *scanner;
    uint64_t found, told;
} Ahead;

static int ahead_tell(Ahead *a, bool end) {
    _cleanup_(buf_done) Buf b = {0};

    wire_put_u64(&b, a->found);
    wire_put_u64(&b, end);
    a->told = a->found;
    return channel_send(&a->scanner->keeper, MESSAGE_AHEAD, buf_as_span(&b));
}

static int ahead_batch(void *of, Batch *b) {
    Ahead *a = of;

    a->found += batch_ours(&a->scanner->plan, b) ? b->n : 0;
    batch_free(b);
    return a->found - a->told > 20000 ? ahead_tell(a, false) : 0;
}

static int ahead_object(void *of, Span path, const FileMeta *meta _unused_,
                        Status status _unused_) {
    Ahead *a = of;

    a->found += object_ours(&a->scanner->plan, path);
    return 0;
}

static void *ahead_main(void *of) {
    Scanner *s = of;
    Ahead a = {.scanner = s};
    const Sink sink = {.of = &a, .batch = ahead_batch, .object = ahead_object};

    for (size_t i = 0; i < s->plan.n_roots; i++) {
        TreeOptions o = {.root = (uint32_t)i,
                         .cross_filesystems = s->plan.cross_filesystems,
                         .max_depth = s->plan.max_depth,
                         .filter = &s->filter,
                         .stop = &s->crew.stop};

        if (tree_walk(s->plan.roots[i], &o, &sink, NULL) == -ECANCELED)
            return NULL;
    }
    ahead_tell(&a, true);
    return NULL;
}

/* ---- a run ---- */

/* Walks for a third of the time box, then reads what was picked until it is over. */
static int survey_roots(Scanner *s) {
    int64_t start = clock_monotonic_ns(), end = start + s->plan.survey_ns;
    int r = survey_init(&s->survey, s->plan.survey_seed);

    s->deadline = start + s->plan.survey_ns / 3;
    s->plan.shuffle = s->plan.survey_seed | 1;
    for (size_t i = 0; i < s->plan.n_roots && r == 0; i++)
        r = walk_root(s, (uint32_t)i);
    survey_order(&s->survey);
    for (size_t i = 0; i < s->survey.n && r == 0 && clock_monotonic_ns() < end; i++) {
        const Pick *pick = &s->survey.picks[i];
        Batch *b = NULL;

        if (path_batch(&s->plan, pick->root, pick->path, &b) == 0)
            r = crew_put(&s->crew, b);
    }
    survey_done(&s->survey);
    return r;
}

/* A walk of its own for what is to be read first: the one behind it meets that again, as known. */
static int walk_foremost(Scanner *s) {
    int r = 0;

    s->foremost = true;
    for (size_t i = 0; s->plan.n_first && i < s->plan.n_roots && r == 0; i++)
        r = walk_root(s, (uint32_t)i);
    s->foremost = false;
    return r;
}

static int walk_roots(Scanner *s) {
    int r = walk_foremost(s);

    for (size_t i = 0; i < s->plan.n_roots && r == 0; i++)
        r = walk_root(s, (uint32_t)i);
    return r;
}

static int scan_roots(Scanner *s) {
    pthread_t ahead;
    bool counting =
        s->plan.count_ahead && !s->plan.list && pthread_create(&ahead, NULL, ahead_main, s) == 0;
    int r = crew_start(s);

    if (s->plan.list && r == 0)
        r = walk_list(s);
    else if (s->plan.survey && r == 0)
        r = survey_roots(s);
    else
        r = r < 0 ? r : walk_roots(s);
    if (r < 0 && !journal_end_asked(s->crew.journal)) /* else what is in flight is finished */
        crew_fail(&s->crew, r);
    crew_finish(&s->crew);
    crew_join(s);
    if (counting) {
        flag_set(&s->crew.stop);
        pthread_join(ahead, NULL);
    }
    return r < 0 ? r : -(int)counter_get(&s->crew.failed);
}

/* Counts are whole, and whether access times were kept is known, only now. */
static int final_roots(Scanner *s) {
    size_t n = s->plan.n_roots ? s->plan.n_roots : 1;
    int r = 0;

    for (uint32_t i = 0; i < n && r == 0; i++)
        r = send_root(s, i, true);
    return r;
}

/* Alone, before the threads are there and after they have gone. */
static int self_test(Scanner *s, bool at_end) {
    Worker *w = NULL;
    int r = s->plan.no_selftest ? 0 : worker_new(&s->crew, 0, &w);

    if (w)
        r = selftest_run(w, s->engine, &s->keeper, at_end);
    worker_free(w);
    return r;
}

static int scanner_run(Scanner *s) {
    _cleanup_(buf_done) Buf done = {0};
    int r = self_test(s, false);

    if (r == 0)
        r = try_suspects(s);
    if (r == 0)
        r = s->plan.stream[0] ? read_stream(s) : scan_roots(s);
    if (r == 0 && journal_end_asked(s->crew.journal))
        r = -ECANCELED; /* something may have been left out */
    if (r == 0)
        r = final_roots(s);
    if (r == 0)
        r = self_test(s, true);
    wire_put_i64(&done, r);
    return channel_send(&s->keeper, MESSAGE_DONE, buf_as_span(&done)) < 0 || r < 0;
}

static void roots_free(const char **roots, size_t n) {
    for (size_t i = 0; roots && i < n; i++)
        free((char *)roots[i]);
    free(roots);
}

/* What cannot be looked up keeps its name: it is not read either. */
static const char **roots_absolute(const Plan *p) {
    const char **roots = calloc(p->n_roots + 1, sizeof(*roots));

    for (size_t i = 0; roots && i < p->n_roots; i++) {
        roots[i] = realpath(p->roots[i], NULL);
        if (!roots[i])
            roots[i] = strdup(p->roots[i]);
        if (!roots[i]) {
            roots_free(roots, i);
            return NULL;
        }
    }
    return roots;
}

static int crew_init(Scanner *s, Error *reterr) {
    Crew *c = &s->crew;
    int r = zygote_new(&(ZygoteOptions){.memory = s->plan.limits.worker_memory}, &s->zygote);

    *c = (Crew){.plan = &s->plan, .engine = s->engine, .keeper = &s->keeper, .zygote = s->zygote};
    lock_init(&c->asking);
    ref_init(&c->open);
    c->atime_lost = calloc(s->plan.n_roots + 1, sizeof(*c->atime_lost));
    c->roots = roots_absolute(&s->plan);
    c->far = calloc(s->plan.n_roots + 1, sizeof(*c->far));
    s->places = calloc(s->plan.n_roots + 1, sizeof(*s->places));
    if (r == 0)
        r = journal_open(SCANNER_JOURNAL_FD, &c->journal);
    if (r == 0)
        r = throttle_new(&s->plan.pace, &c->stop, &c->throttle);
    if (r == 0)
        r = c->atime_lost && c->roots && c->far && s->places ? queue_init(&c->tasks, QUEUE_BATCHES)
                                                             : -ENOMEM;
    if (r < 0)
        return error_errno(reterr, r, "cannot start the scanner");
    s->filter = (Filter){.include = s->plan.include,
                         .n_include = s->plan.n_include,
                         .exclude = s->plan.exclude,
                         .n_exclude = s->plan.n_exclude,
                         .own = s->plan.own,
                         .n_own = s->plan.n_own,
                         .no_default_excludes = s->plan.no_default_excludes};
    s->first = s->filter;
    s->first.include = s->plan.first;
    s->first.n_include = s->plan.n_first;
    r = filter_check(&s->filter, reterr);
    return r < 0 ? r : filter_check(&s->first, reterr);
}

static void scanner_done(Scanner *s) {
    for (size_t i = 0; s->places && i <= s->plan.n_roots; i++)
        root_done(&s->places[i].root);
    free(s->places);
    free(s->crew.atime_lost);
    roots_free(s->crew.roots, s->plan.n_roots);
    free(s->crew.far);
    throttle_free(s->crew.throttle);
    queue_done(&s->crew.tasks);
    journal_close(s->crew.journal);
    buf_done(&s->report);
    buf_done(&s->directories);
    buf_done(&s->acl);
    zygote_free(s->zygote);
    engine_free(s->engine);
    rules_free(s->rules);
    plan_done(&s->plan);
    channel_done(&s->keeper);
}

int scanner_main(void) {
    Scanner s = {0};
    MessageKind kind;
    Span frame;
    Error e = {0};
    _cleanup_(buf_wipe) Buf plan = {0};
    int r;

    channel_init(&s.keeper, SCANNER_SOCKET_FD);
    scanner_harden();
    scanner_memory();
    r = channel_receive(&s.keeper, &kind, &frame);
    if (r == 0 && kind == MESSAGE_PLAN)
        buf_span(&plan, frame); /* the channel's buffer is for the answers that follow */
    if (r < 0 || kind != MESSAGE_PLAN || plan_get(buf_as_span(&plan), &s.plan) < 0)
        return 1;
    if (s.plan.pace.idle)
        scanner_step_back();
    r = scanner_load(&s, &e);
    if (r == 0)
        r = crew_init(&s, &e);
    if (r == 0)
        r = scanner_seal(&e);
    if (r == 0)
        r = scanner_ready(&s) < 0 ? 1 : scanner_run(&s);
    else
        r = scanner_failed(&s, r, &e);
    scanner_done(&s);
    return r;
}
