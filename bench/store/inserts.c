/*
 * bench-store: what the store costs beside SQLite, and what its reports cost.
 *
 *     bench-store DIRECTORY [OBJECTS]
 *
 * Puts the same objects, one in five with two findings of one sample each, into a store and, in
 * turn, 50,000 at a time, into a bare database: the same two tables and nothing else, prepared
 * inserts, WAL, a commit every 2,000 rows. Each side's time is taken by itself, by the wall and by
 * the processor (with the kernel's part), so that what disturbs the machine disturbs both. Then
 * the questions of the reports are asked. The files stay in DIRECTORY.
 */
#include <string.h>
#include <sys/resource.h>

#include <sqlite3.h>

#include "base/clock.h"
#include "number.h"
#include "store/carry.h"
#include "store/entry.h"
#include "store/query.h"
#include "store/rank.h"
#include "store/tally.h"
#include "store/upkeep.h"

enum { TURN = 50000, FOUND_EVERY = 5, UNREAD_EVERY = 1000, PER_DIRECTORY = 64 };

typedef struct Cost {
    double wall, cpu;
} Cost;

typedef struct Bare {
    sqlite3 *db;
    sqlite3_stmt *object, *finding;
    unsigned rows;
} Bare;

static double cpu_now(void) {
    struct rusage u;

    getrusage(RUSAGE_SELF, &u);
    return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
           (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

static Cost cost_now(void) {
    return (Cost){(double)clock_monotonic_ns() / 1e9, cpu_now()};
}

static void cost_add(Cost *sum, Cost from) {
    Cost now = cost_now();

    sum->wall += now.wall - from.wall;
    sum->cpu += now.cpu - from.cpu;
}

static _Noreturn void fail(const char *what, const char *why) {
    fprintf(stderr, "bench-store: %s: %s\n", what, why);
    exit(1);
}

/* ---- the objects ---- */

typedef struct Thing {
    char path[64];
    StoreObject object;
    Sample samples[2];
    Finding findings[2];
    size_t n_findings;
    uint8_t hash[16];
} Thing;

static void thing_make(Thing *t, uint64_t i) {
    int n = snprintf(t->path, sizeof(t->path), "share-%02u/dir-%06u/document-%04u.txt",
                     (unsigned)(i / PER_DIRECTORY % 20), (unsigned)(i / PER_DIRECTORY / 20),
                     (unsigned)(i % PER_DIRECTORY));

    memset(t->hash, (int)(i % 251), sizeof(t->hash));
    memcpy(t->hash, &i, sizeof(i));
    t->object = (StoreObject){.path = span(t->path, (size_t)n),
                              .meta = {.dev = 7,
                                       .ino = i + 1000,
                                       .nlink = 1,
                                       .size = i % 100000,
                                       .mtime = INT64_C(1700000000000000000) + (int64_t)i,
                                       .ctime = INT64_C(1700000000000000000) + (int64_t)i,
                                       .btime = INT64_MIN,
                                       .mode = 0100640,
                                       .uid = 1000,
                                       .gid = 100},
                              .bytes_read = i % 100000,
                              .hash = t->hash,
                              .format = "text",
                              .encoding = "utf-8"};
    if (i % UNREAD_EVERY == 7)
        t->object.status = status_of(STATUS_ERROR, "EACCES");
    t->n_findings = i % FOUND_EVERY == 0 ? 2 : 0;
    for (size_t k = 0; k < t->n_findings; k++) {
        t->samples[k] = (Sample){.line = 3,
                                 .offset = 45,
                                 .length = 11,
                                 .score = 4,
                                 .mask = "***-**-4399",
                                 .has_token = true};
        memcpy(t->samples[k].token, t->hash, FINDING_TOKEN);
        t->findings[k] = (Finding){.detector = (uint32_t)(i % 50 + k * 50),
                                   .part = span_of(""),
                                   .heading = span_of(""),
                                   .count = {[LEVEL_HIGH] = 3},
                                   .tested = 4,
                                   .valid = 3,
                                   .distinct = 3,
                                   .distinct_exact = true,
                                   .score = 4,
                                   .samples = &t->samples[k],
                                   .n_samples = 1};
    }
}

/* ---- the bare database ---- */

static const char bare_schema[] =
    "PRAGMA page_size = 8192; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;"
    "PRAGMA wal_autocheckpoint = 16000; PRAGMA cache_size = -4096;"
    "CREATE TABLE object (series INTEGER, root INTEGER, path BLOB, since INTEGER, until INTEGER, id"
    " INTEGER, slot INTEGER, depth INTEGER, dev INTEGER, ino INTEGER, nlink INTEGER, size INTEGER,"
    " mtime INTEGER, ctime INTEGER, btime INTEGER, mode INTEGER, uid INTEGER, gid INTEGER, status"
    " TEXT, reason TEXT, bytes_read INTEGER, members INTEGER, hash BLOB, format TEXT, encoding"
    " TEXT, PRIMARY KEY (series, root, path, since)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE finding (object INTEGER, part BLOB, detector INTEGER, level INTEGER, score REAL,"
    " h INTEGER, m INTEGER, l INTEGER, tested INTEGER, valid INTEGER, test INTEGER, d INTEGER, e"
    " INTEGER, samples BLOB, kind INTEGER, heading BLOB, PRIMARY KEY (object, part, detector))"
    " STRICT, WITHOUT ROWID;";

static void bare_exec(Bare *b, const char *sql) {
    if (sqlite3_exec(b->db, sql, NULL, NULL, NULL) != SQLITE_OK)
        fail("bare", sqlite3_errmsg(b->db));
}

static void bare_open(Bare *b, const char *path) {
    if (sqlite3_open(path, &b->db) != SQLITE_OK)
        fail(path, sqlite3_errmsg(b->db));
    bare_exec(b, bare_schema);
    if (sqlite3_prepare_v2(b->db,
                           "INSERT INTO object VALUES (1,0,?1,1,9223372036854775807,?2,?3,0,?4,?5,"
                           "?6,?7,?8,?9,NULL,?10,?11,?12,?13,?14,?15,0,?16,?17,?18)",
                           -1, &b->object, NULL) != SQLITE_OK ||
        sqlite3_prepare_v2(b->db,
                           "INSERT INTO finding VALUES (?1,x'',?2,3,?3,?4,0,0,?5,?6,0,?7,1,?8,0,"
                           "x'')",
                           -1, &b->finding, NULL) != SQLITE_OK)
        fail("bare", sqlite3_errmsg(b->db));
    bare_exec(b, "BEGIN");
}

static void bare_step(Bare *b, sqlite3_stmt *stmt) {
    if (sqlite3_step(stmt) != SQLITE_DONE)
        fail("bare", sqlite3_errmsg(b->db));
    sqlite3_reset(stmt);
    if (++b->rows % 2000 == 0)
        bare_exec(b, "COMMIT; BEGIN");
}

static void bare_put(Bare *b, const Thing *t, uint64_t i) {
    const StoreObject *o = &t->object;
    const char *status = o->status.kind == STATUS_READ ? "read" : "error";
    sqlite3_stmt *s = b->object;

    sqlite3_bind_blob(s, 1, o->path.at, (int)o->path.n, SQLITE_STATIC);
    if (t->n_findings)
        sqlite3_bind_int64(s, 2, (int64_t)i + 1);
    else
        sqlite3_bind_null(s, 2);
    sqlite3_bind_int64(s, 3, (int64_t)i);
    sqlite3_bind_int64(s, 4, (int64_t)o->meta.dev);
    sqlite3_bind_int64(s, 5, (int64_t)o->meta.ino);
    sqlite3_bind_int64(s, 6, o->meta.nlink);
    sqlite3_bind_int64(s, 7, (int64_t)o->meta.size);
    sqlite3_bind_int64(s, 8, o->meta.mtime);
    sqlite3_bind_int64(s, 9, o->meta.ctime);
    sqlite3_bind_int64(s, 10, o->meta.mode);
    sqlite3_bind_int64(s, 11, o->meta.uid);
    sqlite3_bind_int64(s, 12, o->meta.gid);
    sqlite3_bind_text(s, 13, status, -1, SQLITE_STATIC);
    sqlite3_bind_text(s, 14, o->status.reason, -1, SQLITE_STATIC);
    sqlite3_bind_int64(s, 15, (int64_t)o->bytes_read);
    sqlite3_bind_blob(s, 16, o->hash, 16, SQLITE_STATIC);
    sqlite3_bind_text(s, 17, o->format, -1, SQLITE_STATIC);
    sqlite3_bind_text(s, 18, o->encoding, -1, SQLITE_STATIC);
    bare_step(b, s);
    for (size_t k = 0; k < t->n_findings; k++) {
        const Finding *f = &t->findings[k];
        uint8_t sample[43] = {0}; /* as many bytes as the store's */

        memcpy(sample, f->samples[0].mask, 11);
        memcpy(sample + 11, f->samples[0].token, FINDING_TOKEN);
        sqlite3_bind_int64(b->finding, 1, (int64_t)i + 1);
        sqlite3_bind_int64(b->finding, 2, f->detector);
        sqlite3_bind_double(b->finding, 3, (double)f->score);
        sqlite3_bind_int64(b->finding, 4, (int64_t)f->count[LEVEL_HIGH]);
        sqlite3_bind_int64(b->finding, 5, (int64_t)f->tested);
        sqlite3_bind_int64(b->finding, 6, (int64_t)f->valid);
        sqlite3_bind_int64(b->finding, 7, (int64_t)f->distinct);
        sqlite3_bind_blob(b->finding, 8, sample, sizeof(sample), SQLITE_STATIC);
        bare_step(b, b->finding);
    }
}

static void bare_close(Bare *b) {
    bare_exec(b, "COMMIT; PRAGMA wal_checkpoint(TRUNCATE)");
    sqlite3_finalize(b->object);
    sqlite3_finalize(b->finding);
    sqlite3_close(b->db);
}

/* ---- the store ---- */

static int64_t store_begin(Store *s) {
    static StoreDetector detectors[100];
    static char ids[100][16];
    StoreRun run = {.started = clock_real_ns(),
                    .fresh = true,
                    .tool = "bench",
                    .key = "0a1b2c3d",
                    .detectors = detectors,
                    .n_detectors = 100};
    Error e = {0};
    int64_t id;

    for (unsigned i = 0; i < 100; i++) {
        snprintf(ids[i], sizeof(ids[i]), "bench.d-%02u", i);
        detectors[i] = (StoreDetector){ids[i], "a detector", "bench.kind", (Tier)(i % N_TIERS)};
    }
    if (store_run_begin(s, &run, &e, &id) < 0 || store_walk_begin(s, id, &e) < 0)
        fail("store", e.text);
    return id;
}

static void root_put(Store *s, int64_t run, uint64_t n, uint64_t bytes) {
    Error e = {0};

    if (store_root_put(s, run,
                       &(StoreRoot){.path = span_of("/srv"),
                                    .identity = "uuid:bench",
                                    .fs_type = "ext4",
                                    .mount_options = "",
                                    .atime = "kept",
                                    .found = n,
                                    .found_bytes = bytes},
                       &e) < 0)
        fail("store", e.text);
}

/* ---- questions ---- */

static void told(const char *what, Cost from) {
    Cost c = {0};

    cost_add(&c, from);
    printf("%-34s %8.3f s  %8.3f s CPU\n", what, c.wall, c.cpu);
}

static void ask_found(Store *s, int64_t run, const char *what, Level least, const char *type,
                      unsigned most) {
    const FoundFilter filter = {.least = least, .type = type};
    FoundCursor *c = NULL;
    Cost from = cost_now();
    FoundRow row;
    Error e = {0};
    unsigned n = 0;

    if (found_cursor_open(s, run, &filter, true, &e, &c) < 0)
        fail(what, e.text);
    while (n < most && found_cursor_step(c, &e, &row) > 0)
        n++;
    found_cursor_close(c);
    told(what, from);
}

static void ask_objects(Store *s, int64_t run) {
    ObjectCursor *c = NULL;
    Cost from = cost_now();
    ObjectRow row;
    Error e = {0};

    if (object_cursor_open(s, run, true, &e, &c) < 0)
        fail("unread", e.text);
    while (object_cursor_step(c, &e, &row) > 0)
        ;
    object_cursor_close(c);
    told("what was not read, all", from);
}

static void ask(const char *path, int64_t run) {
    const FoundFilter all = {0};
    Arena a = {0};
    Store *s = NULL;
    Overview overview;
    Coverage coverage;
    StoreCounts counts;
    Error e = {0};
    Cost from;

    if (store_open(path, STORE_READ, &e, &s) < 0)
        fail(path, e.text);
    from = cost_now();
    if (query_coverage(s, run, &e, &coverage) < 0)
        fail("coverage", e.text);
    told("coverage", from);
    from = cost_now();
    if (query_overview(s, run, &all, 10, &a, &e, &overview) < 0)
        fail("overview", e.text);
    told("summary (types, places)", from);
    ask_objects(s, run);
    ask_found(s, run, "findings, the first 1,000", LEVEL_NONE, NULL, 1000);
    ask_found(s, run, "findings of one detector, 1,000", LEVEL_NONE, "bench.d-07", 1000);
    from = cost_now();
    if (query_counts(s, &e, &counts) < 0)
        fail("info", e.text);
    told("store info", from);
    printf("bytes of the store: %lld, an object: %.0f; the sums %s\n",
           (long long)(counts.pages * counts.page_size),
           (double)(counts.pages * counts.page_size) / (double)counts.objects,
           coverage.balanced ? "agree" : "DISAGREE");
    arena_done(&a);
    store_close(s);
}

/* ---- the race ---- */

static void turn_store(Store *s, int64_t run, uint64_t from, uint64_t to, uint64_t *bytes) {
    Error e = {0};
    Thing t;

    for (uint64_t i = from; i < to; i++) {
        thing_make(&t, i);
        *bytes += t.object.meta.size;
        if (store_object_put(s, run, &t.object, t.findings, t.n_findings, &e) < 0)
            fail("store", e.text);
    }
}

static void turn_bare(Bare *b, uint64_t from, uint64_t to) {
    Thing t;

    for (uint64_t i = from; i < to; i++) {
        thing_make(&t, i);
        bare_put(b, &t, i);
    }
}

static int64_t race(const char *path, const char *bare_path, uint64_t n) {
    Cost bare_cost = {0}, store_cost = {0}, from;
    uint64_t bytes = 0;
    Bare b = {0};
    Store *s = NULL;
    Error e = {0};
    int64_t run;

    if (store_open(path, STORE_WRITE, &e, &s) < 0)
        fail(path, e.text);
    bare_open(&b, bare_path);
    run = store_begin(s);
    root_put(s, run, 0, 0);
    for (uint64_t i = 0; i < n; i += TURN) {
        uint64_t end = i + TURN < n ? i + TURN : n;

        from = cost_now();
        turn_bare(&b, i, end);
        cost_add(&bare_cost, from);
        from = cost_now();
        turn_store(s, run, i, end, &bytes);
        cost_add(&store_cost, from);
    }
    from = cost_now();
    bare_close(&b);
    cost_add(&bare_cost, from);
    from = cost_now();
    root_put(s, run, n, bytes);
    if (store_run_end(s, run, &(StoreRunEnd){.ended = clock_real_ns(), .complete = true}, &e) < 0)
        fail("store", e.text);
    cost_add(&store_cost, from);
    store_close(s);
    printf("%llu objects: bare %.1f s (%.1f s CPU), store %.1f s (%.1f s CPU)\n",
           (unsigned long long)n, bare_cost.wall, bare_cost.cpu, store_cost.wall, store_cost.cpu);
    printf("the store puts %.2f of what the bare loop does in the same time, %.2f by CPU\n",
           bare_cost.wall / store_cost.wall, bare_cost.cpu / store_cost.cpu);
    return run;
}

int main(int argc, char **argv) {
    char path[512], bare_path[512];
    uint64_t n = 1000000;
    int64_t run;

    if (argc < 2 || argc > 3 || (argc == 3 && !number_parse(argv[2], 1, 1000000000, &n))) {
        fprintf(stderr, "usage: bench-store DIRECTORY [OBJECTS]\n");
        return 2;
    }
    snprintf(path, sizeof(path), "%s/store.db", argv[1]);
    snprintf(bare_path, sizeof(bare_path), "%s/bare.db", argv[1]);
    run = race(path, bare_path, n);
    ask(path, run);
    return 0;
}
