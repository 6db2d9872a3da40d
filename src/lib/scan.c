/*
 * terrier_scan: from a caller's options to a plan, a store, a key, and a keeper that does the rest.
 *
 * Everything that can be refused is refused before the first byte is read: options, roots, rules,
 * store, key, in that order. See terrier.h for the contract.
 */
#include <dirent.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/json.h"
#include "evidence/token.h"
#include "extract/zygote.h"
#include "lib/allowing.h"
#include "lib/closing.h"
#include "lib/common.h"
#include "lib/places.h"
#include "lib/principals.h"
#include "lib/served.h"
#include "lib/tables.h"
#include "lib/witness.h"
#include "scan/examine.h"
#include "scan/keeper.h"
#include "scan/scanner.h"
#include "schedule/slots.h"
#include "store/history.h"
#include "store/query.h"
#include "store/tally.h"

enum {
    JOBS_MAX = 255,
    OWN_MAX = 16,
    SAMPLES_USUAL = 5,
    HOURS_MAX = 16,
    RECHECK_USUAL = 1000,
};

typedef struct Job {
    const terrier_scan_options *o;
    terrier_scan_result *result;
    Rules *rules;
    char *store_path, *key_directory, *cache;
    Store *store;
    Key *key;
    Plan plan;
    FileId own[OWN_MAX];
    Hours quiet[HOURS_MAX];
    size_t n_quiet;
    Buf parameters, engine, edm_keys;
    Witness witness;
    Closing closing;
    int64_t started; /* monotonic */
    /* what is known before the run begins */
    Arena arena;
    StoreNote *notes;
    size_t n_notes, cap_notes;
    int64_t *missed; /* slots, ns since 1970; in the arena */
    size_t n_missed;
    Served served;
} Job;

static void job_done(Job *j) {
    /* the plan's arrays are the caller's and the job's own */
    explicit_bzero(j->plan.secret, sizeof(j->plan.secret));
    witness_done(&j->witness);
    store_close(j->store);
    key_free(j->key);
    rules_free(j->rules);
    buf_done(&j->parameters);
    buf_wipe(&j->edm_keys);
    arena_done(&j->arena);
    free(j->notes);
    buf_done(&j->engine);
    free(j->store_path);
    free(j->key_directory);
    free(j->cache);
}

static const char *program_of(const terrier_scan_options *o) {
    return o->program ? o->program : TERRIER_PROGRAM;
}

/* A root must be there; others may be missing as long as one is not. */
static int check_roots(const terrier_scan_options *o, Error *reterr) {
    size_t readable = 0;
    Error first = {0};

    if (o->stream || o->names_on_stdin)
        return o->n_paths ? error_set(reterr, -EINVAL,
                                      "standard input is read, so no paths can be given with it")
                          : 0;
    if (!o->n_paths)
        return error_set(reterr, -EINVAL, "there is nothing to scan: name a directory or a file");
    for (size_t i = 0; i < o->n_paths; i++) {
        if (access(o->paths[i], R_OK) == 0)
            readable++;
        else if (!first.code)
            error_errno(&first, -errno, "cannot read '%s'", o->paths[i]);
    }
    if (readable)
        return 0;
    if (reterr)
        *reterr = first;
    return first.code;
}

static int load_rules(Job *j, Error *reterr) {
    RulesOptions options = rules_options_from(&j->o->rules);
    int r = rules_load(&options, reterr, &j->rules);

    return r < 0 ? r : tables_keys(j->rules, reterr, &j->edm_keys);
}

static int open_store(Job *j, Error *reterr) {
    int r = 0;

    if (j->o->store)
        j->store_path = strdup(j->o->store);
    else
        r = store_default_path(&j->store_path);
    if (r == 0 && !j->store_path)
        r = -ENOMEM;
    if (r < 0)
        return error_errno(reterr, r, "cannot tell where the store is; name one with --store");
    return store_open(j->store_path, STORE_WRITE, reterr, &j->store);
}

/* A key that is gone is not replaced on the quiet: values would seem new that are not. */
static int key_present(Job *j, Error *reterr) {
    _cleanup_(arena_done) Arena a = {0};
    _cleanup_(key_freep) Key *key = NULL;
    RunRow last;
    int r = query_run(j->store, 0, &a, NULL, &last);

    if (r == -ENOENT || (r == 0 && !last.key[0]))
        return 0;
    if (r == 0)
        r = key_find(j->key_directory, KEY_TOKEN, reterr, &key);
    if (r != -ENOENT)
        return r;
    return error_set(reterr, -ENOKEY,
                     "the key %s that names the values of '%s' is missing; restore '%s/token.key' "
                     "from your backup, or make a new one, under which nothing can be compared "
                     "with earlier runs: terrier key new token",
                     last.key, store_path(j->store), j->key_directory);
}

static int load_key(Job *j, Error *reterr) {
    bool created = false;
    char text[512];
    int r = key_default_directory(&j->key_directory);

    if (r < 0)
        return error_errno(reterr, r, "cannot tell where the keys are; set HOME");
    r = key_present(j, reterr);
    if (r < 0)
        return r;
    r = key_load(j->key_directory, KEY_TOKEN, reterr, &created, &j->key);
    if (r < 0)
        return r;
    if (created && j->o->notice) {
        snprintf(text, sizeof(text),
                 "made the key %s in '%s': keep it with your backups, values are comparable only "
                 "under the same key",
                 key_id(j->key), j->key_directory);
        j->o->notice(j->o->of, text);
    }
    return 0;
}

static void own_add(Job *j, const char *path, const char *suffix) {
    _cleanup_(buf_done) Buf name = {0};
    struct stat st;

    buf_printf(&name, "%s%s", path, suffix);
    if (!buf_error(&name) && j->plan.n_own < OWN_MAX && stat(buf_cstr(&name), &st) == 0)
        j->own[j->plan.n_own++] = (FileId){.dev = st.st_dev, .ino = st.st_ino};
}

static unsigned jobs_of(const terrier_scan_options *o) {
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    unsigned jobs = o->jobs ? o->jobs : processors > 0 ? (unsigned)processors : 1;

    return jobs < JOBS_MAX ? jobs : JOBS_MAX;
}

static PlanLimits limits_of(const terrier_limits *l) {
    return (PlanLimits){.extract = {.depth = l->archive_depth,
                                    .filters = l->archive_filters,
                                    .entries = l->archive_entries,
                                    .output = l->archive_output,
                                    .hold = l->hold},
                        .worker_memory = l->worker_memory,
                        .stall_ns = (int64_t)(l->stall * 1e9),
                        .cpu_ns = (int64_t)(l->cpu * 1e9)};
}

static PlanPace pace_of(const terrier_pace *p) {
    return (PlanPace){.rate = p->rate,
                      .iops = p->iops,
                      .load = p->max_load,
                      .back_off = (BackOff)p->back_off,
                      .idle = p->idle};
}

/* Refused here, so that a night does not begin with a sentence that nobody reads. */
static int read_quiet_hours(Job *j, Error *reterr) {
    const terrier_scan_options *o = j->o;

    if (o->pace.n_quiet_hours && (o->stream || o->names_on_stdin || o->time_box > 0))
        return error_set(reterr, -EINVAL,
                         "quiet hours need roots to come back to: neither standard input nor a "
                         "time box goes with them");
    if (o->pace.n_quiet_hours > HOURS_MAX)
        return error_set(reterr, -EINVAL, "%zu quiet hours are too many, expected %d at most",
                         o->pace.n_quiet_hours, HOURS_MAX);
    calendar_zone();
    for (; j->n_quiet < o->pace.n_quiet_hours; j->n_quiet++) {
        const char *text = o->pace.quiet_hours[j->n_quiet];

        if (hours_parse(span_of(text), &j->quiet[j->n_quiet]) < 0)
            return error_set(reterr, -EINVAL, "'%.60s' are no hours, expected " HOURS_EXPECTED,
                             text);
    }
    return 0;
}

static int fit_memory(Job *j, Error *reterr) {
    uint64_t least;

    if (!j->o->pace.max_memory || plan_fit(&j->plan, j->o->pace.max_memory, &least) == 0)
        return 0;
    return error_set(reterr, -EINVAL,
                     "a scan cannot keep to %llu bytes of memory, expected at least %llu",
                     (unsigned long long)j->o->pace.max_memory, (unsigned long long)least);
}

static int make_plan(Job *j, Error *reterr) {
    const terrier_scan_options *o = j->o;
    Plan *p = &j->plan;

    j->cache = cache_directory(&o->rules);
    *p = (Plan){.roots = (const char **)o->paths,
                .n_roots = o->n_paths,
                .rule_directories = (const char **)o->rules.directories,
                .n_rule_directories = o->rules.n_directories,
                .allow_files = (const char **)o->rules.allow_files,
                .n_allow_files = o->rules.n_allow_files,
                .no_builtin = o->rules.no_builtin,
                .regions = o->rules.regions ? o->rules.regions : "",
                .cache = j->cache ? j->cache : "",
                .include = (const char **)o->include,
                .n_include = o->n_include,
                .exclude = (const char **)o->exclude,
                .n_exclude = o->n_exclude,
                .first = (const char **)o->first,
                .n_first = o->n_first,
                .own = j->own,
                .no_default_excludes = o->no_default_excludes,
                .cross_filesystems = o->cross_filesystems,
                .max_depth = o->max_depth,
                .shard = o->n_shards ? o->shard - 1 : 0,
                .n_shards = o->n_shards,
                .list = o->names_on_stdin,
                .list_nul = o->names_nul,
                .stream = o->stream ? o->stream : "",
                .jobs = jobs_of(o),
                .window = o->window ? (uint32_t)o->window : EXAMINE_WINDOW,
                .shuffle = o->shuffle_seed,
                .floor = o->min_confidence ? (Level)o->min_confidence : LEVEL_MEDIUM,
                .samples = o->samples ? o->samples : SAMPLES_USUAL,
                .survey = o->time_box > 0,
                .survey_seed = o->survey_seed,
                .survey_ns = (int64_t)(o->time_box * 1e9),
                .limits = limits_of(&o->limits),
                .pace = pace_of(&o->pace),
                .count_ahead = o->count_ahead || o->time_limit > 0,
                .no_selftest = o->no_selftest,
                .edm_keys = buf_as_span(&j->edm_keys)};
    if (o->n_shards && (o->shard < 1 || o->shard > o->n_shards))
        return error_set(reterr, -EINVAL, "there is no shard %u of %u, expected 1 to %u", o->shard,
                         o->n_shards, o->n_shards);
    if (o->n_shards && (o->names_on_stdin || o->stream || o->time_box > 0))
        return error_set(reterr, -EINVAL, "only directories can be divided into shards");
    if (o->window && (o->window < EXAMINE_WINDOW_MIN || o->window > 64 << 20 || o->window % 4))
        return error_set(
            reterr, -EINVAL,
            "a window of %zu bytes is not possible, expected a multiple of 4 from %d to "
            "%d",
            o->window, EXAMINE_WINDOW_MIN, 64 << 20);
    if (p->limits.extract.depth > EXTRACT_DEPTH_MAX)
        return error_set(reterr, -EINVAL, "%u objects in objects are too deep, expected 1 to %d",
                         o->limits.archive_depth, EXTRACT_DEPTH_MAX);
    if (p->samples > FINDING_SAMPLES_MAX)
        return error_set(reterr, -EINVAL, "%u samples of a finding are too many, expected 1 to %d",
                         o->samples, FINDING_SAMPLES_MAX);
    if (fit_memory(j, reterr) < 0)
        return -EINVAL;
    token_sketch_secret(j->key, p->secret);
    own_add(j, j->store_path, "");
    own_add(j, j->store_path, "-wal");
    own_add(j, j->store_path, "-shm");
    own_add(j, j->store_path, ".lock");
    own_add(j, j->key_directory, "");
    if (j->cache)
        own_add(j, j->cache, "");
    return 0;
}

static void put_list(Json *json, const char *key, const char *const *texts, size_t n) {
    json_key(json, key);
    json_array_begin(json);
    for (size_t i = 0; i < n; i++)
        json_text(json, texts[i]);
    json_array_end(json);
}

/* Asked for only: it costs the start of a process. */
static int check_sandbox(const terrier_scan_options *o, Error *reterr) {
    _cleanup_(zygote_freep) Zygote *z = NULL;
    SandboxState state;
    char words[128];
    int r;

    if (!o->require_sandbox)
        return 0;
    r = zygote_new(&(ZygoteOptions){.program = program_of(o)}, &z);
    if (r == 0)
        r = zygote_sandbox(z, &state);
    if (r < 0)
        return error_errno(reterr, r, "parsers cannot be shut in, so nothing is read");
    sandbox_print(&state, words, sizeof(words));
    return sandbox_whole(&state)
               ? 0
               : error_set(reterr, -ENOTSUP,
                           "parsers cannot be shut in whole (%s), so nothing is read; leave out "
                           "--require-sandbox to go without",
                           words);
}

/* Zero stands for the default; --max-archive-output's depends on the file. */
static void put_limits(Json *json, const PlanLimits *l) {
    const ExtractLimits all = extract_limits(&l->extract, 0);

    json_key(json, "limits");
    json_object_begin(json);
    json_key(json, "archive_depth");
    json_uint(json, all.depth);
    json_key(json, "archive_filters");
    json_uint(json, all.filters);
    json_key(json, "archive_entries");
    json_uint(json, all.entries);
    json_key(json, "archive_output");
    json_uint(json, l->extract.output);
    json_key(json, "hold");
    json_uint(json, all.hold);
    json_object_end(json);
}

static int is_helper(const struct dirent *e) {
    return strncmp(e->d_name, "terrier-helper-", 15) == 0 && e->d_type == DT_REG;
}

/* The helper executables of a directory, in order. */
static void put_helpers(Buf *to, const char *directory) {
    struct dirent **names;
    int n = scandir(directory, &names, is_helper, alphasort);

    for (int i = 0; i < n; i++) {
        buf_printf(to, " %s", names[i]->d_name + 15);
        free(names[i]);
    }
    if (n >= 0)
        free(names);
}

/* What reads: with another, the same bytes may give other findings. */
static int describe_engine(Job *j, Error *reterr) {
    _cleanup_(free_p) char *program = realpath(program_of(j->o), NULL);
    char *slash = program ? strrchr(program, '/') : NULL;

    buf_text(&j->engine, TERRIER_VERSION);
    if (slash) {
        *slash = 0;
        put_helpers(&j->engine, program);
    }
    put_helpers(&j->engine, TERRIER_HELPERS);
    for (size_t i = 0; i < j->rules->n_edms; i++) { /* each table that is built has its own */
        char label[EDM_LABEL];
        int r = edm_label_at(j->rules->edms[i].table, reterr, label);

        if (r < 0)
            return r;
        buf_printf(&j->engine, " %s", label);
    }
    return buf_error(&j->engine);
}

/* A root by its whole name, where it has one: two ways to name it are one scope. */
static void put_roots(Json *json, const char *const *paths, size_t n) {
    json_key(json, "roots");
    json_array_begin(json);
    for (size_t i = 0; i < n; i++) {
        _cleanup_(free_p) char *whole = realpath(paths[i], NULL);

        json_text(json, whole ? whole : paths[i]);
    }
    json_array_end(json);
}

/* What the run was asked to do, as a JSON object: every option that changes what is found. */
static int describe(Job *j) {
    const terrier_scan_options *o = j->o;
    Json json = json_to(&j->parameters);

    json_object_begin(&json);
    json_key(&json, "command");
    json_text(&json, o->command);
    if (o->profile) {
        json_key(&json, "profile");
        json_text(&json, o->profile);
    }
    put_roots(&json, o->paths, o->n_paths);
    put_list(&json, "include", o->include, o->n_include);
    put_list(&json, "exclude", o->exclude, o->n_exclude);
    put_list(&json, "rules", o->rules.directories, o->rules.n_directories);
    if (o->rules.n_allow_files)
        put_list(&json, "allow", o->rules.allow_files, o->rules.n_allow_files);
    json_key(&json, "regions");
    json_text(&json, o->rules.regions);
    json_key(&json, "no_builtin");
    json_bool(&json, o->rules.no_builtin);
    json_key(&json, "default_excludes");
    json_bool(&json, !o->no_default_excludes);
    json_key(&json, "cross_filesystems");
    json_bool(&json, o->cross_filesystems);
    json_key(&json, "max_depth");
    json_uint(&json, o->max_depth);
    json_key(&json, "shard");
    json_uint(&json, o->n_shards ? o->shard : 0);
    json_key(&json, "shards");
    json_uint(&json, o->n_shards);
    put_limits(&json, &j->plan.limits);
    json_key(&json, "min_confidence");
    json_text(&json, level_name(j->plan.floor));
    json_key(&json, "samples");
    json_uint(&json, j->plan.samples);
    json_key(&json, "jobs");
    json_uint(&json, j->plan.jobs);
    json_key(&json, "window");
    json_uint(&json, j->plan.window);
    json_key(&json, "time_box_seconds");
    json_double(&json, o->time_box, 0);
    json_key(&json, "uid");
    json_uint(&json, geteuid());
    json_object_end(&json);
    return buf_error(&j->parameters);
}

/* ---- what a profile's scan says first ---- */

static int note_add(Job *j, const StoreNote *note) {
    if (j->n_notes == j->cap_notes) {
        size_t cap = j->cap_notes ? 2 * j->cap_notes : 16;
        StoreNote *notes = reallocarray(j->notes, cap, sizeof(*notes));

        if (!notes)
            return -ENOMEM;
        j->notes = notes;
        j->cap_notes = cap;
    }
    j->notes[j->n_notes++] = *note;
    return 0;
}

static int note_missed(Job *j, Error *reterr) {
    Calendar when;
    Slot *slots;
    size_t n;
    int r;

    if (!j->o->when || calendar_parse(span_of(j->o->when), &when) < 0)
        return 0;
    r = slots_missed(j->store, j->o->profile, &when, clock_real_ns() / CLOCK_NS_PER_S, &j->arena,
                     reterr, &slots, &n);
    j->missed = r == 0 ? arena_array(&j->arena, n + 1, sizeof(*j->missed)) : NULL;
    if (r == 0 && !j->missed)
        return -ENOMEM;
    for (size_t i = 0; i < n && r == 0; i++) {
        char at[CLOCK_TEXT_MAX];
        Span subject;

        j->missed[j->n_missed++] = slots[i].at * CLOCK_NS_PER_S;

        clock_print(slots[i].at * CLOCK_NS_PER_S, at, sizeof(at));
        subject = arena_span(&j->arena, span_of(at));
        r = subject.at ? note_add(j, &(StoreNote){.kind = "missed-slot",
                                                  .subject = subject,
                                                  .count = 1,
                                                  .detail = "no scan began before the next slot"})
                       : -ENOMEM;
    }
    return r;
}

/* What the host has is asked of it as well as can be; a table that cannot be read is no reason not
 * to scan. */
static int note_uncovered(Job *j) {
    const terrier_schedule_options o = {.directory = j->o->profiles};
    ScopePlace *places;
    size_t n;
    int r = j->o->profiles ? places_find(&o, &j->arena, NULL, &places, &n, NULL) : -ENOENT;

    if (r < 0)
        return r == -ENOMEM ? r : 0;
    for (size_t i = 0; i < n && r == 0; i++) {
        char kind[128];
        const char *detail;

        if (places[i].cover != COVER_NONE)
            continue;
        scope_print_kind(&places[i], kind, sizeof(kind));
        detail = arena_text(&j->arena, span_of(kind));
        r = detail ? note_add(j, &(StoreNote){.kind = "uncovered",
                                              .subject = span_of(places[i].path),
                                              .count = 1,
                                              .detail = detail})
                   : -ENOMEM;
    }
    return r;
}

/* Of names on standard input nobody knows where they lie. */
static int note_served(Job *j) {
    const ServedFiles files = {j->o->exports, j->o->exports_directory, j->o->samba};
    int r =
        j->o->n_paths ? served_find(&files, j->o->paths, j->o->n_paths, &j->arena, &j->served) : 0;

    for (size_t i = 0; r == 0 && j->o->n_paths && i < SERVED_NOTES; i++)
        r = note_add(j, &j->served.notes[i]);
    return r;
}

static int note_first(Job *j, Error *reterr) {
    int r = j->o->profile ? note_missed(j, reterr) : 0;

    if (r == 0 && j->o->profile)
        r = note_uncovered(j);
    return r == 0 ? note_served(j) : r;
}

/* What is read, for the hash by which two runs are told to have had one scope. */
static void put_scope(Buf *to, const terrier_scan_options *o) {
    Json json = json_to(to);

    json_object_begin(&json);
    put_roots(&json, o->paths, o->n_paths);
    put_list(&json, "include", o->include, o->n_include);
    put_list(&json, "exclude", o->exclude, o->n_exclude);
    json_key(&json, "default_excludes");
    json_bool(&json, !o->no_default_excludes);
    json_key(&json, "cross_filesystems");
    json_bool(&json, o->cross_filesystems);
    json_key(&json, "max_depth");
    json_uint(&json, o->max_depth);
    json_key(&json, "shard");
    json_uint(&json, o->n_shards ? o->shard : 0);
    json_key(&json, "shards");
    json_uint(&json, o->n_shards);
    json_key(&json, "names_on_stdin");
    json_bool(&json, o->names_on_stdin);
    json_key(&json, "stream");
    json_text(&json, o->stream);
    json_key(&json, "survey");
    json_bool(&json, o->time_box > 0);
    json_object_end(&json);
}

/* All else that was asked and changes what is found. The rules have a digest of their own. */
static void put_asked(Buf *to, const Job *j) {
    Json json = json_to(to);

    json_object_begin(&json);
    put_limits(&json, &j->plan.limits);
    json_key(&json, "min_confidence");
    json_text(&json, level_name(j->plan.floor));
    json_key(&json, "samples");
    json_uint(&json, j->plan.samples);
    json_object_end(&json);
}

/* After the plan, which has the defaults. */
static int open_witness(Job *j, Error *reterr) {
    _cleanup_(buf_done) Buf scope = {0}, asked = {0};

    put_scope(&scope, j->o);
    put_asked(&asked, j);
    j->witness.o = j->o;
    j->witness.store = j->store;
    j->witness.keys = j->key_directory;
    j->witness.missed = j->missed;
    j->witness.n_missed = j->n_missed;
    j->witness.quiet = j->quiet;
    j->witness.n_quiet = j->n_quiet;
    j->witness.token = j->key;
    j->witness.stock = !j->o->rules.n_directories && !j->o->rules.no_builtin &&
                       !(j->o->rules.regions && j->o->rules.regions[0]);
    memcpy(j->witness.ruleset, j->rules->digest, sizeof(j->witness.ruleset));
    if (buf_error(&scope) < 0 || buf_error(&asked) < 0)
        return -ENOMEM;
    return witness_open(&j->witness, buf_as_span(&scope), buf_as_span(&asked), reterr);
}

/* ---- while it runs ---- */

static int on_begun(void *of, int64_t run, Error *reterr) {
    Job *j = of;

    return witness_begun(&j->witness, run, reterr);
}

static void on_progress(void *of, const KeeperProgress *p) {
    const Job *j = of;
    terrier_progress progress = {.files = p->files,
                                 .bytes = p->bytes,
                                 .hits = p->hits,
                                 .files_ahead = p->ahead,
                                 .ahead_done = p->ahead_done,
                                 .restarts = p->restarts,
                                 .paused_until = p->paused_until,
                                 .seconds = (double)(clock_monotonic_ns() - j->started) / 1e9};

    if (j->o->progress)
        j->o->progress(j->o->of, &progress);
}

static void on_warning(void *of, const char *text) {
    const Job *j = of;

    if (j->o->notice)
        j->o->notice(j->o->of, text);
}

static bool on_stop(void *of) {
    const Job *j = of;

    return j->o->stop && j->o->stop(j->o->of);
}

/* ---- the end ---- */

/* Which exit code a failure calls for. */
static int exit_of(int r, bool begun) {
    switch (r) {
    case -EBUSY:
        return TERRIER_EXIT_BUSY;
    case -EPROTO:
    case -ENOMEM:
        return TERRIER_EXIT_INTERNAL;
    case -EINVAL:
        return begun ? TERRIER_EXIT_INTERNAL : TERRIER_EXIT_USAGE;
    default:
        return TERRIER_EXIT_STORE;
    }
}

static int end_run(Job *j, const KeeperResult *kept, Error *reterr) {
    Coverage coverage;
    int r = principals_name(j->store, j->result->run, reterr);

    if (r == 0)
        r = witness_judge(&j->witness, kept, reterr);
    if (r < 0)
        return r;
    j->closing.store = j->store;
    j->closing.run = j->result->run;
    j->closing.survey = j->plan.survey;
    j->closing.sound = j->witness.sound;
    r = closing_end(&j->closing, reterr);
    if (r == 0)
        r = query_coverage(j->store, j->result->run, reterr, &coverage);
    if (r == 0 && !coverage.balanced && !j->plan.survey)
        r = error_set(reterr, -EPROTO,
                      "the sums of run %lld do not balance: this is a fault of terrier, please "
                      "report it",
                      (long long)j->result->run);
    j->result->exit = j->closing.exit;
    j->witness.status = j->closing.status;
    return r < 0 ? r : witness_end(&j->witness, kept, j->closing.exit, reterr);
}

static int prepare(Job *j, Error *reterr) {
    int r = check_roots(j->o, reterr);

    if (r == 0)
        r = closing_prepare(&j->closing, j->o, reterr);
    if (r == 0)
        r = read_quiet_hours(j, reterr);
    if (r == 0)
        r = load_rules(j, reterr);
    if (r == 0)
        r = check_sandbox(j->o, reterr);
    if (r < 0) {
        j->result->exit = TERRIER_EXIT_USAGE;
        return r;
    }
    r = open_store(j, reterr);
    if (r == 0)
        r = load_key(j, reterr);
    if (r == 0 && j->o->notice)
        allowing_warn(j->rules, key_id(j->key), j->o->of, j->o->notice);
    j->result->exit = r == -EBUSY ? TERRIER_EXIT_BUSY : TERRIER_EXIT_STORE;
    if (r < 0)
        return r;
    r = make_plan(j, reterr);
    if (r == 0)
        r = describe(j);
    if (r == 0)
        r = describe_engine(j, reterr);
    if (r == 0)
        r = note_first(j, reterr);
    j->result->exit = r == -EINVAL ? TERRIER_EXIT_USAGE : TERRIER_EXIT_INTERNAL;
    if (r < 0)
        return r;
    r = open_witness(j, reterr);
    j->result->exit = TERRIER_EXIT_STORE;
    if (r == 0)
        own_add(j, j->witness.directory, "");
    return r;
}

static int job_run(Job *j, Error *reterr) {
    KeeperOptions keeper = {.program = program_of(j->o),
                            .plan = &j->plan,
                            .progress = on_progress,
                            .warning = on_warning,
                            .stop = on_stop,
                            .begun = on_begun,
                            .of = j};
    KeeperResult kept = {0};
    int r = prepare(j, reterr);

    if (r < 0)
        return r;
    keeper.rules = j->rules;
    keeper.store = j->store;
    keeper.key = j->key;
    keeper.parameters = buf_as_span(&j->parameters);
    keeper.quiet = j->quiet;
    keeper.n_quiet = j->n_quiet;
    keeper.notes = j->notes;
    keeper.n_notes = j->n_notes;
    keeper.shares = j->served.shares;
    keeper.n_shares = j->served.n;
    keeper.engine = buf_cstr(&j->engine);
    keeper.fresh = j->o->fresh;
    keeper.rescan = j->o->rescan;
    keeper.time_limit = (int64_t)(j->o->time_limit * 1e9);
    keeper.recheck = j->o->recheck ? j->o->recheck : RECHECK_USUAL;
    j->started = clock_monotonic_ns();
    r = witness_recount(&j->witness, false, reterr);
    if (r == 0)
        r = keeper_run(&keeper, reterr, &kept);
    j->result->run = kept.run;
    j->result->resumed = kept.resumed;
    if (r == 0 && kept.paused) {
        witness_broken(&j->witness, "paused", NULL, TERRIER_EXIT_INCOMPLETE);
        j->result->paused = true;
        j->result->exit = TERRIER_EXIT_INCOMPLETE;
        return 0;
    }
    if (r == 0)
        r = witness_recount(&j->witness, true, reterr);
    if (r == KEEPER_E_STOPPED || r == -ECANCELED) {
        witness_broken(&j->witness, "stopped", NULL, TERRIER_EXIT_INCOMPLETE);
        j->result->stopped = true;
        return 0;
    }
    if (r == 0)
        r = end_run(j, &kept, reterr);
    if (r < 0) {
        j->result->exit = exit_of(r, kept.run != 0);
        witness_broken(&j->witness, "failed", reterr ? reterr->text : NULL, j->result->exit);
    }
    return r;
}

int terrier_scan(const terrier_scan_options *options, terrier_scan_result *ret,
                 terrier_error *error) {
    Job j = {.o = options, .result = ret};
    Error e = {0};
    int r;

    *ret = (terrier_scan_result){.exit = TERRIER_EXIT_INTERNAL};
    r = job_run(&j, &e);
    job_done(&j);
    return error_out(r, &e, error);
}

int terrier_role(int argc, char **argv) {
    if (argc == 3 && strcmp(argv[2], "scanner") == 0)
        return scanner_main();
    if (argc == 3 && strcmp(argv[2], "zygote") == 0)
        zygote_main(NULL);
    return TERRIER_EXIT_USAGE;
}
