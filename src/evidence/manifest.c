/*
 * Manifest: see manifest.h. Written with base/json.h, member by member, then made canonical.
 */
#include "evidence/manifest.h"

#include "base/json.h"
#include "evidence/canonical.h"
#include "evidence/ledger.h"
#include "evidence/origin.h"
#include "model/finding.h"
#include "model/locator.h"
#include "store/query.h"
#include "store/rank.h"
#include "store/tally.h"

enum { NOTES_MAX = 1000 }; /* of each kind */

#define SAFE_MAX UINT64_C(9007199254740991) /* beyond, a number has no canonical form */

typedef struct Making {
    Store *store;
    const ManifestFacts *f;
    Json j;
    Arena arena;
    RunRow run;
    RootRow *roots;
    size_t n_roots;
    Coverage coverage;
    Error *reterr;
} Making;

/* ---- members ---- */

static void text_put(Json *j, const char *key, const char *text) {
    json_key(j, key);
    json_text(j, text);
}

/* As a string of digits where it is larger than a JSON number can say exactly. */
static void count_put(Json *j, const char *key, uint64_t v) {
    char text[24];

    json_key(j, key);
    if (v <= SAFE_MAX) {
        json_uint(j, v);
        return;
    }
    snprintf(text, sizeof(text), "%llu", (unsigned long long)v);
    json_text(j, text);
}

static void bool_put(Json *j, const char *key, bool v) {
    json_key(j, key);
    json_bool(j, v);
}

static void hex_put(Json *j, const char *key, Span bytes) {
    json_key(j, key);
    json_hex(j, bytes);
}

static void time_put(Json *j, const char *key, int64_t at) {
    char text[LEDGER_TIME_SIZE];

    if (at != INT64_MIN)
        ledger_time_print(at, text);
    text_put(j, key, at == INT64_MIN ? NULL : text);
}

static void name_put(Json *j, const char *key, Span raw) {
    _cleanup_(buf_done) Buf shown = {0};

    locator_print_name(&shown, raw);
    json_name(j, key, buf_as_span(&shown), raw);
}

/* ---- who, where, with what ---- */

static int store_put(Making *m) {
    char uuid[37];
    int64_t created;
    StoreHead head = {0};
    int r = query_meta(m->store, m->reterr, uuid, &created);

    if (r == 0)
        r = store_entry_head(m->store, m->reterr, &head);
    if (r < 0)
        return r;
    json_key(&m->j, "store");
    json_object_begin(&m->j);
    text_put(&m->j, "uuid", uuid);
    count_put(&m->j, "format", STORE_FORMAT);
    time_put(&m->j, "created", created);
    json_object_end(&m->j);
    json_key(&m->j, "ledger"); /* its head before the entry that names this manifest */
    json_object_begin(&m->j);
    count_put(&m->j, "seq", (uint64_t)head.seq);
    hex_put(&m->j, "sha256", span(head.digest, sizeof(head.digest)));
    text_put(&m->j, "anchor", m->f->anchor);
    json_object_end(&m->j);
    return 0;
}

static void tool_put(Making *m) {
    static const uint8_t unknown[32];
    Json *j = &m->j;

    json_key(j, "tool");
    json_object_begin(j);
    text_put(j, "name", "terrier");
    text_put(j, "version", m->run.tool);
    if (memcmp(m->f->build, unknown, sizeof(unknown)) == 0)
        text_put(j, "build_sha256", NULL);
    else
        hex_put(j, "build_sha256", span(m->f->build, sizeof(m->f->build)));
    text_put(j, "sandbox", m->f->sandbox);
    json_object_end(j);
    json_key(j, "ruleset");
    json_object_begin(j);
    hex_put(j, "sha256", span(m->run.ruleset, sizeof(m->run.ruleset)));
    bool_put(j, "stock", m->f->stock_rules);
    count_put(j, "detectors", m->run.n_detectors);
    json_object_end(j);
    json_key(j, "keys");
    json_object_begin(j);
    text_put(j, "token", m->f->token_key);
    text_put(j, "tombstone", m->f->tombstone_key);
    text_put(j, "seal", m->f->seal_key);
    bool_put(j, "locked", m->f->keys_locked);
    json_object_end(j);
}

static void asked_put(Making *m) {
    Json *j = &m->j;

    json_key(j, "system");
    origin_put_system(j);
    json_key(j, "operator");
    origin_put_operator(j);
    json_key(j, "clock");
    origin_put_clock(j);
    json_key(j, "run");
    json_object_begin(j);
    count_put(j, "id", (uint64_t)m->run.id);
    time_put(j, "started", m->run.started);
    time_put(j, "ended", m->run.ended);
    count_put(j, "duration_ms", (uint64_t)(m->f->duration_ns / 1000000));
    json_key(j, "exit");
    json_int(j, m->run.exit);
    bool_put(j, "survey", m->run.survey);
    bool_put(j, "complete", m->run.complete);
    bool_put(j, "balanced", m->run.balanced);
    json_object_end(j);
    text_put(j, "scope_sha256", m->f->scope);
    text_put(j, "parameters_sha256", m->f->asked);
    json_key(j, "parameters");
    json_raw(j, m->run.parameters);
}

/* ---- roots ---- */

const char *recount_verdict_name(RecountVerdict v) {
    static const char *const names[] = {
        [RECOUNT_NONE] = "none",
        [RECOUNT_EQUAL] = "equal",
        [RECOUNT_EXPLAINED] = "explained",
        [RECOUNT_UNEXPLAINED] = "unexplained",
    };

    return names[v];
}

RecountVerdict recount_judge(const ManifestRecount *r, uint64_t found, uint64_t names,
                             uint64_t directories) {
    if (!r->made || r->error || r->deep)
        return RECOUNT_NONE;
    if (r->files + r->links + r->special + r->aside + r->denied == found + names &&
        (r->directories == directories || directories == 0)) /* 0: the root is one file */
        return RECOUNT_EQUAL;
    return r->recent ? RECOUNT_EXPLAINED : RECOUNT_UNEXPLAINED;
}

static void recount_put(Json *j, const char *key, const ManifestRecount *r, const RootRow *root) {
    json_key(j, key);
    if (!r->made) {
        json_null(j);
        return;
    }
    json_object_begin(j);
    count_put(j, "files", r->files);
    count_put(j, "links", r->links);
    count_put(j, "special", r->special);
    count_put(j, "directories", r->directories);
    count_put(j, "set_aside", r->aside);
    count_put(j, "denied", r->denied);
    count_put(j, "too_deep", r->deep);
    count_put(j, "bytes_by_name", r->bytes);
    count_put(j, "names_of_linked_files", r->linked);
    count_put(j, "changed_since_start", r->recent);
    text_put(j, "error", r->error ? strerror(-r->error) : NULL);
    text_put(j, "verdict",
             recount_verdict_name(recount_judge(r, root->found, root->names, root->directories)));
    json_object_end(j);
}

/* For a shell: what an auditor runs to count by himself. */
static void command_put(Json *j, const RootRow *root) {
    _cleanup_(buf_done) Buf text = {0};

    buf_text(&text, "find '");
    for (size_t i = 0; i < root->path.n; i++) {
        if (root->path.at[i] == '\'')
            buf_text(&text, "'\\''");
        else
            buf_byte(&text, root->path.at[i]);
    }
    buf_text(&text, "' -xdev ! -type d -printf x | wc -c");
    json_key(j, "count_command");
    if (root->path.n)
        json_span(j, buf_as_span(&text));
    else
        json_null(j);
}

static void root_put(Making *m, const RootRow *root) {
    static const ManifestRoot none = {0};
    const ManifestRoot *counted = &none;
    char status[STATUS_REASON_MAX + 24];
    Json *j = &m->j;

    for (size_t i = 0; i < m->f->n_roots; i++) {
        if (m->f->roots[i].number == root->number)
            counted = &m->f->roots[i];
    }
    status_print(&root->status, status, sizeof(status));
    json_object_begin(j);
    name_put(j, "path", root->path);
    text_put(j, "identity", root->identity);
    text_put(j, "fs_type", root->fs_type);
    text_put(j, "mount_options", root->mount_options);
    text_put(j, "access_times", root->atime);
    text_put(j, "status", status);
    count_put(j, "found", root->found);
    count_put(j, "found_bytes", root->found_bytes);
    count_put(j, "further_names", root->names);
    count_put(j, "directories", root->directories);
    recount_put(j, "recount_before", &counted->before, root);
    recount_put(j, "recount_after", &counted->after, root);
    command_put(j, root);
    json_object_end(j);
}

static void roots_put(Making *m) {
    json_key(&m->j, "roots");
    json_array_begin(&m->j);
    for (size_t i = 0; i < m->n_roots; i++)
        root_put(m, &m->roots[i]);
    json_array_end(&m->j);
}

/* ---- counts ---- */

static void tallies_put(Json *j, const char *key, const Tally kinds[N_STATUSES], const Tally *all) {
    json_key(j, key);
    json_object_begin(j);
    json_key(j, "by_status");
    json_object_begin(j);
    for (StatusKind k = 0; k < N_STATUSES; k++)
        count_put(j, status_name(k), kinds[k].objects);
    json_object_end(j);
    count_put(j, "listed", all->objects);
    count_put(j, "bytes_listed", all->bytes);
    count_put(j, "bytes_read", all->bytes_read);
    count_put(j, "bytes_not_read", all->bytes - all->bytes_read);
    json_object_end(j);
}

static int reasons_put(Making *m) {
    ReasonRow *rows;
    size_t n;
    int r = query_reasons(m->store, m->run.id, &m->arena, m->reterr, &rows, &n);
    Json *j = &m->j;

    if (r < 0)
        return r;
    json_key(j, "by_reason");
    json_array_begin(j);
    for (size_t i = 0; i < n; i++) {
        json_object_begin(j);
        bool_put(j, "members", rows[i].members);
        text_put(j, "status", status_name(rows[i].status.kind));
        text_put(j, "reason", rows[i].status.reason);
        bool_put(j, "complete", status_complete(rows[i].status.kind));
        count_put(j, "objects", rows[i].tally.objects);
        count_put(j, "bytes", rows[i].tally.bytes);
        count_put(j, "bytes_read", rows[i].tally.bytes_read);
        json_object_end(j);
    }
    json_array_end(j);
    return 0;
}

/* found = sum over statuses, for objects, bytes and further names; members as containers say. */
static int counts_put(Making *m) {
    const Coverage *c = &m->coverage;
    Json *j = &m->j;
    int r;

    json_key(j, "coverage");
    json_object_begin(j);
    tallies_put(j, "files", c->files, &c->all_files);
    tallies_put(j, "members", c->members, &c->all_members);
    r = reasons_put(m);
    json_key(j, "identity");
    json_object_begin(j);
    count_put(j, "found", c->found);
    count_put(j, "listed", c->all_files.objects);
    count_put(j, "found_bytes", c->found_bytes);
    count_put(j, "listed_bytes", c->all_files.bytes);
    count_put(j, "further_names_found", c->found_names);
    count_put(j, "further_names_listed", c->names);
    count_put(j, "members_promised", c->all_files.inside);
    count_put(j, "members_listed", c->all_members.objects);
    count_put(j, "directories", c->directories);
    bool_put(j, "holds", c->balanced);
    json_object_end(j);
    bool_put(j, "complete", c->complete);
    json_object_end(j);
    return r;
}

static int findings_put(Making *m) {
    const FoundFilter all = {0};
    Overview found;
    Json *j = &m->j;
    int r = query_overview(m->store, m->run.id, &all, 0, &m->arena, m->reterr, &found);

    if (r < 0)
        return r;
    json_key(j, "findings");
    json_array_begin(j);
    for (size_t i = 0; i < found.n_types; i++) {
        const SummaryRow *row = &found.types[i];

        json_object_begin(j);
        text_put(j, "detector", row->detector);
        text_put(j, "category", row->category);
        text_put(j, "tier", tier_name(row->tier));
        count_put(j, "objects", row->objects);
        for (Level l = LEVEL_LOW; l < N_LEVELS; l++)
            count_put(j, level_name(l), row->count[l]);
        json_object_end(j);
    }
    json_array_end(j);
    return 0;
}

/* ---- caveats ---- */

static const char *const note_kinds[] = {"excluded", "skipped-mount", "in-flight", "restart",
                                         "resumed",  "root",          "survey",    "self-test",
                                         "shard",    "recount",       "clock"};

static int notes_of(Making *m, const char *kind) {
    _cleanup_(note_cursor_closep) NoteCursor *c = NULL;
    NoteRow row;
    int r = note_cursor_open(m->store, m->run.id, kind, m->reterr, &c);

    for (size_t n = 0; r >= 0 && n < NOTES_MAX && (r = note_cursor_step(c, m->reterr, &row)) > 0;
         n++) {
        json_object_begin(&m->j);
        text_put(&m->j, "kind", kind);
        name_put(&m->j, "subject", row.subject);
        count_put(&m->j, "count", row.count);
        text_put(&m->j, "detail", row.detail);
        json_object_end(&m->j);
    }
    return r < 0 ? r : 0;
}

static int notes_put(Making *m) {
    int r = 0;

    json_key(&m->j, "notes");
    json_array_begin(&m->j);
    for (size_t i = 0; i < N_ELEMENTS(note_kinds) && r == 0; i++)
        r = notes_of(m, note_kinds[i]);
    json_array_end(&m->j);
    return r;
}

static void selftest_put(Json *j, const char *key, const ManifestSelftest *t) {
    json_key(j, key);
    if (!t->carriers && !t->detectors) {
        json_null(j);
        return;
    }
    json_object_begin(j);
    count_put(j, "carriers", t->carriers);
    count_put(j, "detectors", t->detectors);
    count_put(j, "planted", t->carriers + t->detectors);
    count_put(j, "recovered", t->recovered);
    text_put(j, "not_recovered", t->failed);
    json_object_end(j);
}

/* What holds for any run, in words; what holds for this one is in the counts above. */
static void limits_put(Json *j) {
    static const char *const words[] = {
        "Findings are what the detectors named here recognise; absence of a finding is no proof of "
        "absence of data.",
        "Objects of any status but read, special, link, other-filesystem, excluded and vanished "
        "were not read, or not whole; coverage.by_reason counts them.",
        "Pictures and scanned pages have no text for this program; they are counted as "
        "partial(no-ocr).",
        "Permissions of shares (SMB, NFS exports) are not seen; only those of the file system are.",
        "Unused space, deleted files and earlier versions are not read.",
        "Who holds the private key of the seal can make another manifest; compare the ledger's "
        "head with one that was sent elsewhere.",
    };

    json_key(j, "limits");
    json_array_begin(j);
    for (size_t i = 0; i < N_ELEMENTS(words); i++)
        json_text(j, words[i]);
    json_array_end(j);
}

static int members_put(Making *m) {
    Json *j = &m->j;
    int r;

    json_object_begin(j);
    text_put(j, "format", "terrier-manifest/1");
    r = store_put(m);
    if (r < 0)
        return r;
    tool_put(m);
    asked_put(m);
    roots_put(m);
    if ((r = counts_put(m)) < 0 || (r = findings_put(m)) < 0 || (r = notes_put(m)) < 0)
        return r;
    json_key(j, "self_test");
    json_object_begin(j);
    selftest_put(j, "start", &m->f->selftest[0]);
    selftest_put(j, "end", &m->f->selftest[1]);
    json_object_end(j);
    limits_put(j);
    json_object_end(j);
    return 0;
}

static int making_load(Making *m) {
    int r;

    if ((r = query_run(m->store, m->f->run, &m->arena, m->reterr, &m->run)) < 0 ||
        (r = query_roots(m->store, m->f->run, &m->arena, m->reterr, &m->roots, &m->n_roots)) < 0)
        return r;
    return query_coverage(m->store, m->f->run, m->reterr, &m->coverage);
}

int manifest_make(Store *s, const ManifestFacts *f, Error *reterr, Buf *to) {
    _cleanup_(buf_done) Buf loose = {0};
    Making m = {.store = s, .f = f, .j = json_to(&loose), .reterr = reterr};
    int r = making_load(&m);

    if (r == 0)
        r = members_put(&m);
    if (r == 0)
        r = buf_error(&loose);
    if (r == 0) {
        r = canonical_json(buf_as_span(&loose), to);
        if (r < 0)
            error_errno(reterr, r, "cannot make the manifest of run %lld", (long long)f->run);
    }
    arena_done(&m.arena);
    return r;
}
