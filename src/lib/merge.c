/*
 * terrier_store_merge: shards of one scan, or the scans of several hosts, as one run.
 *
 * All sources are opened and compared before the target is touched. Roots of one host keep their
 * paths; where there are several hosts, each path gets its host's name in front, as in
 * `fs01:/srv/share`. Tokens stay only where all were made under one key: under different ones equal
 * values have different tokens, and counting them would be wrong.
 */
#include "store/merge.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/show.h"
#include "evidence/jsontree.h"
#include "evidence/origin.h"
#include "lib/common.h"
#include "lib/event.h"
#include "lib/writer.h"
#include "store/tally.h"

typedef struct Source {
    const char *path;
    Store *store;
    RunRow run;
    char uuid[37], host[256];
    uint8_t manifest[32];
    bool has_manifest;
    int64_t shard, shards; /* 0: it is whole */
    RootRow *roots;
    size_t n_roots;
    uint32_t *map; /* its roots by number: index into those of the new run */
    size_t n_map;
    unsigned host_number;
} Source;

typedef struct Merge {
    Arena arena;
    Source *sources;
    size_t n;
    unsigned hosts;
    bool one_key, complete;
    MergeRoot *roots;
    size_t n_roots;
    Store *to;
    int64_t run;
    Writer *out;
    Error *reterr;
} Merge;

static void merge_done(Merge *m) {
    for (size_t i = 0; i < m->n; i++) {
        store_close(m->sources[i].store);
        free(m->sources[i].map);
    }
    for (size_t i = 0; i < m->n_roots; i++)
        free(m->roots[i].path);
    free(m->roots);
    free(m->sources);
    store_close(m->to);
    arena_done(&m->arena);
}

/* ---- sources ---- */

/* The host's name stands in the manifest; a store without one is of a nameless host. */
static int manifest_read(Merge *m, Source *s) {
    _cleanup_(jsontree_freep) JsonTree *tree = NULL;
    StoreManifest row;
    int r = query_manifest(s->store, s->run.id, &m->arena, m->reterr, &row);

    if (r <= 0)
        return r;
    s->has_manifest = true;
    memcpy(s->manifest, row.digest, sizeof(s->manifest));
    if (jsontree_parse(row.body, &tree) == 0)
        snprintf(s->host, sizeof(s->host), "%s", jsontree_word(tree, "system.host"));
    return 0;
}

static int source_open(Merge *m, Source *s) {
    _cleanup_(jsontree_freep) JsonTree *parameters = NULL;
    int64_t created;
    int r;

    if ((r = store_open(s->path, STORE_READ, m->reterr, &s->store)) < 0 ||
        (r = query_run(s->store, 0, &m->arena, m->reterr, &s->run)) < 0 ||
        (r = query_meta(s->store, m->reterr, s->uuid, &created)) < 0 ||
        (r = query_roots(s->store, s->run.id, &m->arena, m->reterr, &s->roots, &s->n_roots)) < 0 ||
        (r = manifest_read(m, s)) < 0)
        return r;
    if (s->run.ended == INT64_MIN)
        return error_set(m->reterr, -EINVAL,
                         "run %lld of '%s' has not ended; go on with it by the same scan again",
                         (long long)s->run.id, s->path);
    if (jsontree_parse(s->run.parameters, &parameters) == 0) {
        jsontree_int(parameters, "shard", &s->shard);
        jsontree_int(parameters, "shards", &s->shards);
    }
    return 0;
}

static int compare_rules(const Merge *m, const Source *s) {
    const Source *first = &m->sources[0];

    if (memcmp(s->run.ruleset, first->run.ruleset, sizeof(s->run.ruleset)) == 0 &&
        s->run.survey == first->run.survey)
        return 0;
    return error_set(m->reterr, -EINVAL,
                     "'%s' and '%s' were scanned with other rules, so their findings are not one "
                     "report's; scan with the same",
                     first->path, s->path);
}

static int compare_stores(const Merge *m, size_t i) {
    for (size_t k = 0; k < i; k++) {
        if (strcmp(m->sources[k].uuid, m->sources[i].uuid) == 0)
            return error_set(m->reterr, -EINVAL, "'%s' and '%s' are the same store",
                             m->sources[k].path, m->sources[i].path);
    }
    return 0;
}

static void number_hosts(Merge *m) {
    for (size_t i = 0; i < m->n; i++) {
        Source *s = &m->sources[i];
        size_t k = 0;

        while (k < i && strcmp(m->sources[k].host, s->host) != 0)
            k++;
        s->host_number = k < i ? m->sources[k].host_number : m->hosts++;
    }
}

/* ---- roots ---- */

static int root_name(const Merge *m, const Source *s, Span path, Buf *to) {
    if (m->hosts > 1) {
        show_text(to, s->host[0] ? s->host : "unknown");
        buf_byte(to, ':');
    }
    buf_span(to, path);
    return buf_error(to);
}

static void root_add(RootRow *sum, const RootRow *part) {
    sum->found += part->found;
    sum->found_bytes += part->found_bytes;
    sum->names += part->names;
    sum->directories += part->directories;
    if (status_complete(sum->status.kind))
        sum->status = part->status;
}

/* Shards of one scan share their roots; any others that do are two scans of one thing. */
static int root_place(Merge *m, const Source *s, const RootRow *row, uint32_t *ret) {
    _cleanup_(buf_done) Buf name = {0};
    MergeRoot *roots;
    int r = root_name(m, s, row->path, &name);

    for (size_t i = 0; r == 0 && i < m->n_roots; i++) {
        MergeRoot *root = &m->roots[i];

        if (!span_eq(span(root->path, root->n), buf_as_span(&name)))
            continue;
        if (s->shards < 2)
            return error_set(m->reterr, -EINVAL,
                             "a root of '%s' stands in another of the stores as well, and they are "
                             "no shards of one scan; leave one of them out",
                             s->path);
        root_add(&root->row, row);
        root->parts++;
        *ret = (uint32_t)i;
        return 0;
    }
    roots = r == 0 ? reallocarray(m->roots, m->n_roots + 1, sizeof(*roots)) : NULL;
    if (!roots)
        return -ENOMEM;
    m->roots = roots;
    roots[m->n_roots] = (MergeRoot){.n = name.n, .row = *row, .parts = 1};
    roots[m->n_roots].path = (char *)name.at;
    name = (Buf){0};
    *ret = (uint32_t)m->n_roots++;
    return 0;
}

static int roots_place(Merge *m, Source *s) {
    int r = 0;

    for (size_t i = 0; i < s->n_roots; i++)
        s->n_map = s->roots[i].number >= s->n_map ? (size_t)s->roots[i].number + 1 : s->n_map;
    s->map = calloc(s->n_map + 1, sizeof(*s->map));
    if (!s->map)
        return -ENOMEM;
    for (size_t i = 0; i < s->n_roots && r == 0; i++)
        r = root_place(m, s, &s->roots[i], &s->map[s->roots[i].number]);
    return r;
}

/* Each part of what was divided is there once. */
static int check_shards(Merge *m) {
    int64_t shards = m->sources[0].shards;

    for (size_t i = 0; i < m->n; i++) {
        const Source *s = &m->sources[i];

        if ((s->shards > 1 || shards > 1) && m->hosts == 1 && s->shards != shards)
            return error_set(m->reterr, -EINVAL, "'%s' is a part of another division than '%s'",
                             s->path, m->sources[0].path);
        for (size_t k = 0; k < i; k++) {
            if (s->shards > 1 && m->sources[k].host_number == s->host_number &&
                m->sources[k].shard == s->shard)
                return error_set(m->reterr, -EINVAL, "'%s' and '%s' are the same part",
                                 m->sources[k].path, s->path);
        }
    }
    for (size_t i = 0; i < m->n; i++) {
        const Source *s = &m->sources[i];
        int64_t there = 0;

        for (size_t k = 0; k < m->n; k++)
            there += m->sources[k].host_number == s->host_number;
        if (s->shards > 1 && there < s->shards) {
            m->complete = false;
            writer_printf(m->out, "%lld of %lld parts are missing: the run is not complete\n",
                          (long long)(s->shards - there), (long long)s->shards);
            break;
        }
    }
    return 0;
}

static int sources_open(Merge *m) {
    int r = 0;

    m->one_key = m->complete = true;
    for (size_t i = 0; i < m->n && r == 0; i++) {
        Source *s = &m->sources[i];

        r = source_open(m, s);
        if (r == 0)
            r = compare_rules(m, s);
        if (r == 0)
            r = compare_stores(m, i);
        if (r < 0)
            return r;
        m->one_key &= s->run.key[0] && strcmp(s->run.key, m->sources[0].run.key) == 0;
        m->complete &= s->run.complete;
    }
    number_hosts(m);
    r = check_shards(m);
    for (size_t i = 0; i < m->n && r == 0; i++)
        r = roots_place(m, &m->sources[i]);
    if (r == 0 && !m->one_key)
        writer_text(m->out, "the stores were made under different token keys: tokens are left out, "
                            "and equal values in them are not known to be equal\n");
    return r;
}

/* ---- the new run ---- */

static void source_put(Json *j, const Source *s) {
    _cleanup_(buf_done) Buf host = {0};

    show_text(&host, s->host);
    json_object_begin(j);
    json_key(j, "store");
    json_text(j, s->uuid);
    json_key(j, "run");
    json_int(j, s->run.id);
    json_key(j, "host");
    json_text(j, buf_cstr(&host));
    json_key(j, "shard");
    json_int(j, s->shard);
    json_key(j, "shards");
    json_int(j, s->shards);
    json_key(j, "manifest");
    if (s->has_manifest)
        json_hex(j, span(s->manifest, sizeof(s->manifest)));
    else
        json_null(j);
    json_object_end(j);
}

static void sources_put(const Merge *m, Json *j) {
    json_key(j, "merged");
    json_array_begin(j);
    for (size_t i = 0; i < m->n; i++)
        source_put(j, &m->sources[i]);
    json_array_end(j);
}

static int detectors_take(Merge *m, StoreDetector **ret, size_t *ret_n) {
    DetectorRow *rows;
    StoreDetector *detectors;
    size_t n;
    int r =
        query_detectors(m->sources[0].store, m->sources[0].run.id, &m->arena, m->reterr, &rows, &n);

    if (r < 0)
        return r;
    detectors = arena_array(&m->arena, n + 1, sizeof(*detectors));
    if (!detectors)
        return -ENOMEM;
    for (size_t i = 0; i < n; i++)
        detectors[i] = (StoreDetector){rows[i].id, rows[i].title, rows[i].category, rows[i].tier};
    *ret = detectors;
    *ret_n = n;
    return 0;
}

static int run_begin(Merge *m) {
    _cleanup_(buf_done) Buf parameters = {0};
    Json j = json_to(&parameters);
    StoreDetector *detectors;
    StoreRun run = {.started = INT64_MAX,
                    .survey = m->sources[0].run.survey,
                    .tool = TERRIER_VERSION,
                    .key = m->one_key ? m->sources[0].run.key : NULL};
    int r = detectors_take(m, &detectors, &run.n_detectors);

    if (r < 0)
        return r;
    for (size_t i = 0; i < m->n; i++)
        run.started =
            m->sources[i].run.started < run.started ? m->sources[i].run.started : run.started;
    json_object_begin(&j);
    sources_put(m, &j);
    json_object_end(&j);
    run.detectors = detectors;
    run.parameters = buf_as_span(&parameters);
    memcpy(run.ruleset, m->sources[0].run.ruleset, sizeof(run.ruleset));
    r = buf_error(&parameters);
    return r < 0 ? r : store_run_begin(m->to, &run, m->reterr, &m->run);
}

/* Before the objects, that they have one; after them, with the sums as links left them. */
static int roots_put(Merge *m) {
    int r = 0;

    for (size_t i = 0; i < m->n_roots && r == 0; i++) {
        const RootRow *row = &m->roots[i].row;

        r = store_root_put(m->to, m->run,
                           &(StoreRoot){.number = (uint32_t)i,
                                        .path = span(m->roots[i].path, m->roots[i].n),
                                        .identity = row->identity,
                                        .fs_type = row->fs_type,
                                        .mount_options = row->mount_options,
                                        .atime = row->atime,
                                        .status = row->status,
                                        .found = row->found,
                                        .found_bytes = row->found_bytes,
                                        .names = row->names,
                                        .directories = row->directories},
                           m->reterr);
    }
    return r;
}

static int objects_put(Merge *m) {
    int r = 0;

    for (size_t i = 0; i < m->n && r == 0; i++) {
        const Source *s = &m->sources[i];
        const MergeSource from = {.store = s->store,
                                  .run = s->run.id,
                                  .tokens = m->one_key,
                                  .dev_mark = (uint64_t)s->host_number << 48,
                                  .roots = s->map,
                                  .n_roots = s->n_map};

        r = merge_run(&from, m->to, m->run, m->roots, m->reterr);
    }
    return r;
}

static int run_end(Merge *m) {
    StoreRunEnd end = {.ended = INT64_MIN, .complete = m->complete};

    for (size_t i = 0; i < m->n; i++)
        end.ended = m->sources[i].run.ended > end.ended ? m->sources[i].run.ended : end.ended;
    end.exit = end.complete ? TERRIER_EXIT_DONE : TERRIER_EXIT_INCOMPLETE;
    return store_run_end(m->to, m->run, &end, m->reterr);
}

static int record(Merge *m) {
    _cleanup_(buf_done) Buf body = {0};
    Json j = json_to(&body);
    int r;

    json_object_begin(&j);
    json_key(&j, "event");
    json_text(&j, "merged");
    json_key(&j, "run");
    json_int(&j, m->run);
    sources_put(m, &j);
    json_key(&j, "operator");
    origin_put_operator(&j);
    json_object_end(&j);
    r = buf_error(&body);
    return r < 0 ? r : event_record_in(m->to, LEDGER_STORE, buf_as_span(&body), m->reterr);
}

static int merge(Merge *m, const char *into) {
    Coverage coverage;
    int r;

    if ((r = sources_open(m)) < 0 || (r = store_open(into, STORE_WRITE, m->reterr, &m->to)) < 0)
        return r;
    for (size_t i = 0; i < m->n; i++) {
        char uuid[37];
        int64_t created;

        r = query_meta(m->to, m->reterr, uuid, &created);
        if (r == 0 && strcmp(uuid, m->sources[i].uuid) == 0)
            r = error_set(m->reterr, -EINVAL,
                          "'%s' is one of the stores to be merged; name a new "
                          "one",
                          into);
        if (r < 0)
            return r;
    }
    if ((r = run_begin(m)) < 0 || (r = roots_put(m)) < 0 || (r = objects_put(m)) < 0 ||
        (r = roots_put(m)) < 0 || (r = run_end(m)) < 0 || (r = record(m)) < 0 ||
        (r = query_coverage(m->to, m->run, m->reterr, &coverage)) < 0)
        return r;
    if (!coverage.balanced && !m->sources[0].run.survey)
        return error_set(m->reterr, -EPROTO,
                         "the sums of the merged run do not balance: do not rely on it");
    writer_printf(m->out, "run %lld: %llu objects of %zu stores\n", (long long)m->run,
                  (unsigned long long)coverage.all_files.objects, m->n);
    return 0;
}

int terrier_store_merge(const char *into, const char *const *stores, size_t n_stores,
                        terrier_write write, void *of, terrier_error *error) {
    Writer out = writer_of(write, of);
    Error e = {0};
    Merge m = {.out = &out, .reterr = &e, .n = n_stores};
    int r = 0;

    m.sources = calloc(n_stores + 1, sizeof(*m.sources));
    for (size_t i = 0; m.sources && i < n_stores; i++)
        m.sources[i].path = stores[i];
    if (!m.sources)
        r = -ENOMEM;
    else if (!n_stores)
        r = error_set(&e, -EINVAL, "there is nothing to merge: name the stores");
    else
        r = merge(&m, into);
    if (!m.sources)
        m.n = 0;
    merge_done(&m);
    return error_out(writer_close(&out, r, &e), &e, error);
}
