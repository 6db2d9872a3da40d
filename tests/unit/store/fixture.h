/*
 * Fixture: a new directory and an empty store for each test, and short ways to put things in.
 *
 * Every helper fails the test with the store's own sentence when the store refuses.
 */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#include "store/query.h"
#include "store/write.h"

typedef struct Fixture {
    char directory[64];
    char path[96]; /* of the store */
    Store *store;  /* open for writing */
    int64_t run;
} Fixture;

#define T0 INT64_C(1700000000000000000)

static const StoreDetector fixture_detectors[] = {
    {"contact.email", "e-mail address", "contact.email", TIER_CONFIDENTIAL},
    {"fin.iban", "IBAN", "fin.iban", TIER_RESTRICTED},
    {"gov.us-ssn", "US Social Security number", "gov.national_id", TIER_RESTRICTED},
    {"org.number", "organisation number", "org.id", TIER_INTERNAL},
};

enum {
    EMAIL,
    IBAN,
    SSN,
    ORG,
};

static inline void fixture_open(Fixture *f) {
    Error e = {0};

    if (store_open(f->path, STORE_WRITE, &e, &f->store) < 0)
        fail_msg("%s", e.text);
}

static inline int64_t fixture_run(Fixture *f) {
    StoreRun run = {
        .started = T0,
        .tool = "0.1.0",
        .key = "0a1b2c3d",
        .ruleset = {1, 2, 3},
        .parameters = span_of("{\"roots\":[\"/srv\"]}"),
        .detectors = fixture_detectors,
        .n_detectors = N_ELEMENTS(fixture_detectors),
    };
    Error e = {0};

    if (store_run_begin(f->store, &run, &e, &f->run) < 0)
        fail_msg("%s", e.text);
    return f->run;
}

/* A store with one run begun. */
static inline int fixture_setup(void **state) {
    Fixture *f = calloc(1, sizeof(*f));

    if (!f)
        return -1;
    umask(022);
    snprintf(f->directory, sizeof(f->directory), "/tmp/terrier-test-store-XXXXXX");
    if (!mkdtemp(f->directory))
        return -1;
    snprintf(f->path, sizeof(f->path), "%s/t.db", f->directory);
    *state = f;
    fixture_open(f);
    fixture_run(f);
    return 0;
}

static inline int fixture_teardown(void **state) {
    Fixture *f = *state;
    char command[128];

    store_close(f->store);
    snprintf(command, sizeof(command), "rm -rf '%s'", f->directory);
    free(f);
    return system(command);
}

static inline void fixture_root_found(Fixture *f, uint32_t number, const char *path, uint64_t found,
                                      uint64_t bytes, uint64_t names) {
    StoreRoot root = {
        .number = number,
        .path = span_of(path),
        .identity = "uuid:1",
        .fs_type = "ext4",
        .mount_options = "rw,relatime",
        .atime = "kept",
        .found = found,
        .found_bytes = bytes,
        .names = names,
        .directories = 3,
    };
    Error e = {0};

    if (store_root_put(f->store, f->run, &root, &e) < 0)
        fail_msg("%s", e.text);
}

static inline void fixture_root(Fixture *f, uint32_t number, const char *path) {
    fixture_root_found(f, number, path, 0, 0, 0);
}

static inline StoreObject fixture_object(uint32_t root, Span path) {
    return (StoreObject){
        .root = root,
        .path = path,
        .meta = {.dev = 7,
                 .ino = 1,
                 .nlink = 1,
                 .size = 100,
                 .mtime = T0,
                 .ctime = T0,
                 .btime = INT64_MIN,
                 .mode = 0100640,
                 .uid = 1000,
                 .gid = 100},
        .bytes_read = 100,
        .format = "text",
        .encoding = "utf-8",
    };
}

static inline void fixture_put(Fixture *f, const StoreObject *o, const Finding *findings,
                               size_t n) {
    Error e = {0};

    if (store_object_put(f->store, f->run, o, findings, n, &e) < 0)
        fail_msg("%s", e.text);
}

static inline void fixture_status(Fixture *f, uint32_t root, const char *path, StatusKind kind,
                                  const char *reason) {
    StoreObject o = fixture_object(root, span_of(path));

    o.status = status_of(kind, reason);
    o.bytes_read = status_complete(kind) ? o.meta.size : 40;
    fixture_put(f, &o, NULL, 0);
}

/* One finding of `high` and `low` hits with one sample. */
static inline void fixture_found(Fixture *f, uint32_t root, const char *path, const char *part,
                                 uint32_t detector, uint64_t high, uint64_t low) {
    Sample sample = {.line = 3,
                     .offset = 45,
                     .length = 9,
                     .score = 4,
                     .mask = "*****4399",
                     .has_token = true,
                     .token = {[FINDING_TOKEN - 1] = (uint8_t)detector}};
    Finding finding = {
        .detector = detector,
        .part = span_of(part),
        .count = {[LEVEL_HIGH] = high, [LEVEL_LOW] = low},
        .tested = high + low + 1,
        .valid = high,
        .distinct = high,
        .distinct_exact = true,
        .score = high ? 4 : -1,
        .samples = &sample,
        .n_samples = 1,
    };
    StoreObject o = fixture_object(root, span_of(path));

    fixture_put(f, &o, &finding, 1);
}

static inline void fixture_end(Fixture *f) {
    StoreRunEnd end = {.ended = T0 + 5000000000, .exit = 0, .complete = true};
    Error e = {0};

    if (store_run_end(f->store, f->run, &end, &e) < 0)
        fail_msg("%s", e.text);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, fixture_setup, fixture_teardown)
