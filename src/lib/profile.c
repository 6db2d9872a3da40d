/* Profiles: see terrier.h; what a file says is rule/profile's matter. */
#include "lib/profile.h"

#include "lib/common.h"

static int facts_fill(terrier_profile *p, const char *path) {
    const Profile *from = &p->profile;
    const char *slash = strrchr(path, '/');

    p->directory = slash ? strndup(path, (size_t)(slash - path)) : strdup(".");
    p->reports = calloc(from->n_reports + 1, sizeof(*p->reports));
    if (!p->directory || !p->reports)
        return -ENOMEM;
    if (from->scheduled)
        calendar_print(&from->when, &p->when);
    if (buf_error(&p->when) < 0)
        return -ENOMEM;
    for (size_t i = 0; i < from->n_reports; i++)
        p->reports[i] = (terrier_profile_report){
            from->reports[i].format ? TERRIER_JSONL : TERRIER_TEXT, from->reports[i].file};
    p->facts = (terrier_profile_facts){.name = from->name,
                                       .file = from->file,
                                       .directory = p->directory[0] ? p->directory : "/",
                                       .metrics = from->metrics[0] ? from->metrics : NULL,
                                       .syslog = from->syslog,
                                       .reports = p->reports,
                                       .n_reports = from->n_reports};
    return 0;
}

static int profile_new(const char *directory, const char *name, Error *reterr,
                       terrier_profile **ret) {
    _cleanup_(free_p) char *path = profile_path(directory ? directory : PROFILE_DIRECTORY, name);
    terrier_profile *p = calloc(1, sizeof(*p));
    int r = p && path ? profile_read(path, reterr, &p->profile) : -ENOMEM;

    if (r == 0)
        r = facts_fill(p, path);
    if (r < 0) {
        terrier_profile_free(p);
        return r;
    }
    *ret = p;
    return 0;
}

int terrier_profile_new(const char *directory, const char *name, terrier_error *error,
                        terrier_profile **ret) {
    Error e = {0};
    int r = profile_new(directory, name, &e, ret);

    return error_out(r, &e, error);
}

terrier_profile *terrier_profile_free(terrier_profile *p) {
    if (p) {
        profile_done(&p->profile);
        free(p->directory);
        buf_done(&p->when);
        free(p->reports);
        free(p);
    }
    return NULL;
}

const terrier_profile_facts *terrier_profile_about(const terrier_profile *p) {
    return &p->facts;
}

/* ---- options ---- */

static void fill_texts(const Texts *from, const char *const **to, size_t *n) {
    if (*n == 0 && from->n) {
        *to = from->at;
        *n = from->n;
    }
}

#define FILL(to, from)                                                                             \
    do {                                                                                           \
        if (!(to))                                                                                 \
            (to) = (from);                                                                         \
    } while (0)

static void fill_limits(const ProfileLimits *from, terrier_limits *to) {
    FILL(to->archive_depth, from->archive_depth);
    FILL(to->archive_filters, from->archive_filters);
    FILL(to->archive_entries, from->archive_entries);
    FILL(to->archive_output, from->archive_output);
    FILL(to->hold, from->hold);
    FILL(to->worker_memory, from->worker_memory);
    if (to->stall <= 0)
        to->stall = from->stall;
    if (to->cpu <= 0)
        to->cpu = from->cpu;
}

static void fill_pace(const Profile *p, terrier_pace *to) {
    FILL(to->rate, p->limits.rate);
    FILL(to->iops, p->limits.iops);
    FILL(to->idle, p->limits.idle);
    if (to->max_load <= 0)
        to->max_load = p->limits.load;
    FILL(to->max_memory, p->limits.memory);
    FILL(to->back_off, (terrier_back_off)p->limits.back_off);
    fill_texts(&p->quiet_hours, &to->quiet_hours, &to->n_quiet_hours);
}

void terrier_profile_options(const terrier_profile *profile, terrier_scan_options *to) {
    const Profile *p = &profile->profile;

    to->profile = p->name;
    to->profiles = profile->facts.directory;
    if (p->scheduled)
        to->when = buf_cstr(&profile->when);
    fill_texts(&p->roots, &to->paths, &to->n_paths);
    if (p->store[0])
        FILL(to->store, p->store);
    fill_texts(&p->rules, &to->rules.directories, &to->rules.n_directories);
    FILL(to->rules.no_builtin, p->no_builtin);
    if (p->regions[0])
        FILL(to->rules.regions, p->regions);
    fill_texts(&p->include, &to->include, &to->n_include);
    fill_texts(&p->exclude, &to->exclude, &to->n_exclude);
    fill_texts(&p->fail_on, &to->fail_on, &to->n_fail_on);
    FILL(to->no_default_excludes, p->no_default_excludes);
    FILL(to->cross_filesystems, p->cross_filesystems);
    FILL(to->max_depth, p->max_depth);
    FILL(to->jobs, p->limits.jobs);
    FILL(to->min_confidence, (terrier_level)p->min_confidence);
    FILL(to->samples, p->samples);
    FILL(to->require_sandbox, p->require_sandbox);
    fill_limits(&p->limits, &to->limits);
    fill_pace(p, &to->pace);
}
