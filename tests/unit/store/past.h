/*
 * Past: runs of one scope in a store, for the tests of what is known of findings from run to run.
 */
#pragma once

#include "fixture.h"

#include "store/carry.h"
#include "store/diff.h"
#include "store/lineage.h"
#include "store/series.h"

#define HOUR INT64_C(3600000000000)

/* The next run, an hour later; in a series of its own if `fresh`. With a root and a walk. */
static inline void past_run_on(Fixture *f, bool fresh, const char *identity) {
    static int64_t hours;
    StoreRun run = {.started = T0 + ++hours * HOUR,
                    .fresh = fresh,
                    .tool = "0.1.0",
                    .engine = "0.1.0",
                    .key = "0a1b2c3d",
                    .ruleset = {1, 2, 3},
                    .parameters = span_of("{\"roots\":[\"/srv\"],\"uid\":0}"),
                    .detectors = fixture_detectors,
                    .n_detectors = N_ELEMENTS(fixture_detectors)};
    StoreRoot root = {.path = span_of("/srv"),
                      .identity = identity,
                      .fs_type = "ext4",
                      .mount_options = "rw",
                      .atime = "kept"};
    StoreStart start;
    bool others;
    Error e = {0};

    if (store_run_start(f->store, &run, &e, &start) < 0 ||
        store_walk_begin(f->store, start.run, &e) < 0 ||
        store_root_trust(f->store, start.run, 0, identity, &e, &others) < 0 ||
        store_root_put(f->store, start.run, &root, &e) < 0)
        fail_msg("%s", e.text);
    f->run = start.run;
}

static inline void past_run(Fixture *f, bool fresh) {
    past_run_on(f, fresh, "uuid:1");
}

/* A finding whose samples have these tokens, in an object of that content; 0: no hash. */
static inline void past_found(Fixture *f, const char *path, uint32_t detector, uint8_t content,
                              const char *tokens) {
    Sample samples[FINDING_SAMPLES_MAX] = {0};
    uint8_t hash[16] = {content};
    StoreObject o = fixture_object(0, span_of(path));
    Finding finding = {.detector = detector,
                       .count = {[LEVEL_HIGH] = strlen(tokens)},
                       .distinct = strlen(tokens),
                       .distinct_exact = true,
                       .score = 4,
                       .samples = samples,
                       .n_samples = strlen(tokens)};

    for (size_t i = 0; tokens[i]; i++)
        samples[i] = (Sample){.line = i + 1,
                              .offset = 10 * i,
                              .length = 9,
                              .mask = "***",
                              .has_token = true,
                              .token = {[0] = (uint8_t)tokens[i]}};
    o.meta.mtime = o.meta.ctime = T0 + f->run * 10 + content;
    o.hash = content ? hash : NULL;
    fixture_put(f, &o, &finding, 1);
}

static inline int past_note(void *of, const Change *c, Error *reterr _unused_) {
    const SideRow *row = c->after ? c->after : c->before;

    buf_printf(of, "%s %.*s %s", change_name(c->kind), (int)row->path.n, (const char *)row->path.at,
               row->detector);
    if (c->kind == CHANGE_MOVED)
        buf_printf(of, " from %.*s", (int)c->before->path.n, (const char *)c->before->path.at);
    if (c->kind == CHANGE_GONE)
        buf_printf(of, " %s", fate_name(c->fate));
    buf_byte(of, '\n');
    return buf_error(of);
}

/* All that changed, a line each. */
static inline void past_assert_diff(Fixture *f, int64_t before, int64_t run, const char *expected) {
    _cleanup_(buf_done) Buf got = {0};
    const ChangeSink sink = {.of = &got, .change = past_note};
    Error e = {0};

    if (diff_findings(f->store, before, run, &sink, &e) < 0)
        fail_msg("%s", e.text);
    assert_string_equal(buf_cstr(&got), expected);
}

/* The id of a finding in the run at hand, and whether it is new there. */
static inline bool past_id(Fixture *f, int64_t run, const char *path, const char *detector,
                           char ret[LINEAGE_ID_TEXT]) {
    _cleanup_(lineage_closep) LineageLook *look = NULL;
    LineageRow row;
    Error e = {0};
    int r = lineage_open(f->store, run, &e, &look);

    if (r == 0)
        r = lineage_find(look, span_of("/srv"), span_of(path), span_of(""), detector, &e, &row);
    if (r < 0)
        fail_msg("%s", e.text);
    snprintf(ret, LINEAGE_ID_TEXT, "none");
    if (r > 0)
        lineage_id_print(row.id, ret);
    return r > 0 && row.fresh;
}
