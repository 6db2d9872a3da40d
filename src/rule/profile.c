/*
 * Profile: see profile.h.
 *
 * A table a map, read by rule/field. What belongs together is checked behind it, at the mark of the
 * value that is wrong. No path is looked up here: a share that is not mounted today is no fault of
 * the file.
 */
#include "rule/profile.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/quantity.h"
#include "rule/field.h"

enum { LINE_MAX_BYTES = 200, PATH_MAX_BYTES = 4096, LIST_MAX = 4096, FILE_MAX_BYTES = 1 << 20 };

void profile_done(Profile *p) {
    arena_done(&p->arena);
    *p = (Profile){0};
}

/* ---- values of several keys ---- */

static int wrong(const Node *n, Reader *r, const char *expected) {
    return node_complain(n, r->reterr, "'%s', expected %s", quote(span_of(n->text)).text, expected);
}

static int field_path(const Node *n, Reader *r, const char **ret) {
    int rc = field_text(n, PATH_MAX_BYTES, r, ret);

    return rc == 0 && n->text[0] != '/' ? wrong(n, r, "a path that begins with /") : rc;
}

static int field_size(const Node *n, uint64_t least, uint64_t most, Reader *r, uint64_t *ret) {
    int rc = field_kind(n, NODE_TEXT, r);

    if (rc == 0 && !quantity_size(n->text, ret))
        return wrong(n, r, "a number of bytes such as 64K or 2M");
    if (rc == 0 && (*ret < least || *ret > most))
        return node_complain(n, r->reterr, "'%s', expected %llu to %llu bytes", n->text,
                             (unsigned long long)least, (unsigned long long)most);
    return rc;
}

static int field_duration(const Node *n, Reader *r, double *ret) {
    int rc = field_kind(n, NODE_TEXT, r);

    if (rc == 0 && (!quantity_duration(n->text, ret) || *ret < 1 || *ret > 86400))
        return wrong(n, r, "a duration from 1s to 1d such as 90s, 10m or 2h");
    return rc;
}

static int check_path(const Node *n, const char *text, Reader *r) {
    return text[0] == '/' ? 0 : wrong(n, r, "a path that begins with /");
}

/* A list of texts; of at least one. */
static int field_texts(const Node *n, size_t max, FieldCheck *check, Reader *r, Texts *ret) {
    int rc = field_kind(n, NODE_LIST, r);

    if (rc == 0 && (n->n == 0 || n->n > LIST_MAX))
        return node_complain(n, r->reterr, "%u entries, expected 1 to %d", n->n, LIST_MAX);
    return rc < 0 ? rc : field_list(n, max, check, r, &ret->at, &ret->n);
}

/* ---- limits ---- */

#define LIMIT_NUMBER(name, min, max)                                                               \
    static int read_limit_##name(const Node *n, Reader *r, void *into) {                           \
        return field_number(n, min, max, r, &((ProfileLimits *)into)->name);                       \
    }
#define LIMIT_SIZE(name, min, max)                                                                 \
    static int read_limit_##name(const Node *n, Reader *r, void *into) {                           \
        return field_size(n, min, max, r, &((ProfileLimits *)into)->name);                         \
    }
#define LIMIT_DURATION(name)                                                                       \
    static int read_limit_##name(const Node *n, Reader *r, void *into) {                           \
        return field_duration(n, r, &((ProfileLimits *)into)->name);                               \
    }

LIMIT_NUMBER(jobs, 1, 255)
LIMIT_NUMBER(iops, 1, 10000000)
LIMIT_NUMBER(archive_depth, 1, 31)
LIMIT_NUMBER(archive_filters, 1, 31)
LIMIT_NUMBER(archive_entries, 1, 999999999)
LIMIT_SIZE(rate, 1 << 10, UINT64_C(1) << 50)
LIMIT_SIZE(memory, 292 << 20, UINT64_C(1) << 50)
LIMIT_SIZE(archive_output, 1, UINT64_C(1) << 50)
LIMIT_SIZE(hold, 1, UINT64_C(1) << 33)
LIMIT_SIZE(worker_memory, 64 << 20, UINT64_C(1) << 40)
LIMIT_DURATION(stall)
LIMIT_DURATION(cpu)

static int read_limit_idle(const Node *n, Reader *r, void *into) {
    return field_flag(n, r, &((ProfileLimits *)into)->idle);
}

static int read_limit_back_off(const Node *n, Reader *r, void *into) {
    static const char *const words[] = {"auto", "always", "never"};

    return field_choice(n, words, N_ELEMENTS(words), "a way to back off", r,
                        &((ProfileLimits *)into)->back_off);
}

static int read_limit_load(const Node *n, Reader *r, void *into) {
    double *load = &((ProfileLimits *)into)->load;
    int rc = field_kind(n, NODE_TEXT, r);

    if (rc == 0 && (!quantity_decimal(n->text, load) || *load <= 0))
        return wrong(n, r, "a load such as 4 or 1.5");
    return rc;
}

static int read_limits(const Node *n, Reader *r, void *into) {
    static const Field fields[] = {
        {"jobs", read_limit_jobs, false},
        {"rate", read_limit_rate, false},
        {"iops", read_limit_iops, false},
        {"idle", read_limit_idle, false},
        {"load", read_limit_load, false},
        {"memory", read_limit_memory, false},
        {"back_off", read_limit_back_off, false},
        {"archive_depth", read_limit_archive_depth, false},
        {"archive_filters", read_limit_archive_filters, false},
        {"archive_entries", read_limit_archive_entries, false},
        {"archive_output", read_limit_archive_output, false},
        {"hold", read_limit_hold, false},
        {"worker_memory", read_limit_worker_memory, false},
        {"stall", read_limit_stall, false},
        {"cpu", read_limit_cpu, false},
    };

    return fields_read(n, fields, N_ELEMENTS(fields), r, &((Profile *)into)->limits);
}

/* ---- rules ---- */

static int read_rule_directories(const Node *n, Reader *r, void *into) {
    return field_texts(n, PATH_MAX_BYTES, check_path, r, &((Profile *)into)->rules);
}

/* The list as --regions has it; which regions there are, the rules know. */
static int read_rule_regions(const Node *n, Reader *r, void *into) {
    _cleanup_(buf_done) Buf joined = {0};
    Texts regions = {0};
    int rc = field_texts(n, 8, NULL, r, &regions);

    if (rc < 0)
        return rc;
    for (size_t i = 0; i < regions.n; i++)
        buf_printf(&joined, "%s%s", i ? "," : "", regions.at[i]);
    ((Profile *)into)->regions = arena_text(r->arena, buf_as_span(&joined));
    return buf_error(&joined) < 0 || !((Profile *)into)->regions ? -ENOMEM : 0;
}

static int read_rule_builtin(const Node *n, Reader *r, void *into) {
    bool builtin = true;
    int rc = field_flag(n, r, &builtin);

    ((Profile *)into)->no_builtin = !builtin;
    return rc;
}

static int read_rules(const Node *n, Reader *r, void *into) {
    static const Field fields[] = {
        {"directories", read_rule_directories, false},
        {"regions", read_rule_regions, false},
        {"builtin", read_rule_builtin, false},
    };

    return fields_read(n, fields, N_ELEMENTS(fields), r, into);
}

/* ---- reports ---- */

static int read_report_format(const Node *n, Reader *r, void *into) {
    static const char *const words[] = {"text", "jsonl"};

    return field_choice(n, words, N_ELEMENTS(words), "a format", r,
                        &((ProfileReport *)into)->format);
}

static int read_report_file(const Node *n, Reader *r, void *into) {
    return field_path(n, r, &((ProfileReport *)into)->file);
}

static int read_reports(const Node *n, Reader *r, void *into) {
    static const Field fields[] = {
        {"format", read_report_format, true},
        {"file", read_report_file, true},
    };
    Profile *p = into;
    int rc = field_kind(n, NODE_LIST, r);

    if (rc < 0)
        return rc;
    p->reports = arena_array(r->arena, n->n + 1, sizeof(*p->reports));
    if (!p->reports)
        return -ENOMEM;
    for (const Node *c = n->first; c && rc == 0; c = c->next)
        rc = fields_read(c, fields, N_ELEMENTS(fields), r, &p->reports[p->n_reports++]);
    return rc;
}

/* ---- keys of the file ---- */

static int read_format(const Node *n, Reader *r, void *into _unused_) {
    int rc = field_kind(n, NODE_TEXT, r);

    return rc == 0 && strcmp(n->text, PROFILE_FORMAT) != 0 ? wrong(n, r, PROFILE_FORMAT) : rc;
}

static int read_title(const Node *n, Reader *r, void *into) {
    return field_text(n, LINE_MAX_BYTES, r, &((Profile *)into)->title);
}

static int read_owners(const Node *n, Reader *r, void *into) {
    return field_texts(n, LINE_MAX_BYTES, NULL, r, &((Profile *)into)->owners);
}

/* A root is walked once, so it stands once. */
static int read_roots(const Node *n, Reader *r, void *into) {
    Texts *roots = &((Profile *)into)->roots;
    int rc = field_texts(n, PATH_MAX_BYTES, check_path, r, roots);
    size_t i = 0;

    for (const Node *c = n->first; c && rc == 0; c = c->next, i++) {
        for (size_t k = 0; k < i; k++) {
            if (strcmp(roots->at[i], roots->at[k]) == 0)
                return wrong(c, r, "each root once");
        }
    }
    return rc;
}

static int read_include(const Node *n, Reader *r, void *into) {
    return field_texts(n, PATH_MAX_BYTES, NULL, r, &((Profile *)into)->include);
}

static int read_exclude(const Node *n, Reader *r, void *into) {
    return field_texts(n, PATH_MAX_BYTES, NULL, r, &((Profile *)into)->exclude);
}

static int read_fail_on(const Node *n, Reader *r, void *into) {
    return field_texts(n, LINE_MAX_BYTES, NULL, r, &((Profile *)into)->fail_on);
}

static int read_default_excludes(const Node *n, Reader *r, void *into) {
    bool wanted = true;
    int rc = field_flag(n, r, &wanted);

    ((Profile *)into)->no_default_excludes = !wanted;
    return rc;
}

static int read_cross(const Node *n, Reader *r, void *into) {
    return field_flag(n, r, &((Profile *)into)->cross_filesystems);
}

static int read_require_sandbox(const Node *n, Reader *r, void *into) {
    return field_flag(n, r, &((Profile *)into)->require_sandbox);
}

static int read_max_depth(const Node *n, Reader *r, void *into) {
    return field_number(n, 1, 999999, r, &((Profile *)into)->max_depth);
}

static int read_min_confidence(const Node *n, Reader *r, void *into) {
    static const char *const words[] = {"low", "medium", "high"};
    size_t i = 0;
    int rc = field_choice(n, words, N_ELEMENTS(words), "a confidence", r, &i);

    ((Profile *)into)->min_confidence = (Level)(LEVEL_LOW + i);
    return rc;
}

static int read_samples(const Node *n, Reader *r, void *into) {
    return field_number(n, 1, FINDING_SAMPLES_MAX, r, &((Profile *)into)->samples);
}

static int read_when(const Node *n, Reader *r, void *into) {
    Profile *p = into;
    int rc = field_kind(n, NODE_TEXT, r);

    if (rc == 0 && calendar_parse(span_of(n->text), &p->when) < 0)
        return wrong(n, r, CALENDAR_EXPECTED);
    p->scheduled = rc == 0;
    return rc;
}

static int check_hours(const Node *n, const char *text, Reader *r) {
    Hours h;

    return hours_parse(span_of(text), &h) < 0 ? wrong(n, r, HOURS_EXPECTED) : 0;
}

static int read_quiet_hours(const Node *n, Reader *r, void *into) {
    int rc = field_kind(n, NODE_LIST, r);

    if (rc == 0 && n->n > PROFILE_HOURS_MAX)
        return node_complain(n, r->reterr, "%u entries, expected 1 to %d", n->n, PROFILE_HOURS_MAX);
    return rc < 0 ? rc
                  : field_texts(n, LINE_MAX_BYTES, check_hours, r, &((Profile *)into)->quiet_hours);
}

static int read_store(const Node *n, Reader *r, void *into) {
    return field_path(n, r, &((Profile *)into)->store);
}

static int read_metrics(const Node *n, Reader *r, void *into) {
    return field_path(n, r, &((Profile *)into)->metrics);
}

static int read_alert(const Node *n, Reader *r, void *into) {
    return field_path(n, r, &((Profile *)into)->alert);
}

static int read_syslog(const Node *n, Reader *r, void *into) {
    return field_flag(n, r, &((Profile *)into)->syslog);
}

static const Field fields[] = {
    {"format", read_format, true},
    {"title", read_title, false},
    {"owners", read_owners, false},
    {"roots", read_roots, true},
    {"include", read_include, false},
    {"exclude", read_exclude, false},
    {"fail_on", read_fail_on, false},
    {"default_excludes", read_default_excludes, false},
    {"cross_filesystems", read_cross, false},
    {"max_depth", read_max_depth, false},
    {"rules", read_rules, false},
    {"min_confidence", read_min_confidence, false},
    {"samples", read_samples, false},
    {"require_sandbox", read_require_sandbox, false},
    {"limits", read_limits, false},
    {"when", read_when, false},
    {"quiet_hours", read_quiet_hours, false},
    {"reports", read_reports, false},
    {"store", read_store, false},
    {"metrics", read_metrics, false},
    {"syslog", read_syslog, false},
    {"alert", read_alert, false},
};

/* ---- the file ---- */

static bool is_name(Span s) {
    if (!s.n || s.n > PROFILE_NAME_MAX || s.at[0] == '.' || s.at[0] == '-')
        return false;
    for (size_t i = 0; i < s.n; i++) {
        uint8_t c = s.at[i];

        if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '-' && c != '_' && c != '.')
            return false;
    }
    return true;
}

static Span last_component(const char *path) {
    const char *slash = strrchr(path, '/');

    return span_of(slash ? slash + 1 : path);
}

static bool has_ending(Span name) {
    return name.n > 5 && memcmp(name.at + name.n - 5, ".yaml", 5) == 0;
}

static int name_of(const char *path, Arena *a, Error *reterr, const char **ret) {
    Span name = last_component(path);

    if (!has_ending(name) || !is_name(span(name.at, name.n - 5)))
        return error_set(reterr, -EINVAL,
                         "'%s' cannot name a profile, expected NAME.yaml with a name of a-z 0-9 "
                         ". - _, at most %d bytes",
                         quote(span_of(path)).text, PROFILE_NAME_MAX);
    *ret = arena_text(a, span(name.at, name.n - 5));
    return *ret ? 0 : -ENOMEM;
}

/* It names a program that is run: nobody but root and who reads it may have written it. */
static int check_owner(const char *path, Error *reterr) {
    struct stat st;

    if (lstat(path, &st) < 0)
        return error_errno(reterr, -errno, "cannot read the profile '%s'",
                           quote(span_of(path)).text);
    if (S_ISLNK(st.st_mode))
        return error_errno(reterr, -ELOOP, "cannot read the profile '%s', which is a link",
                           quote(span_of(path)).text);
    if (st.st_uid != 0 && st.st_uid != geteuid())
        return error_set(reterr, -EPERM,
                         "the profile '%s' belongs to another user, and it says what is run: "
                         "chown root it",
                         quote(span_of(path)).text);
    if (st.st_mode & (S_IWGRP | S_IWOTH))
        return error_set(reterr, -EPERM,
                         "others may write to the profile '%s', and it says what is run: chmod "
                         "go-w it",
                         quote(span_of(path)).text);
    return 0;
}

static int profile_fill(const char *path, Error *reterr, Profile *p) {
    _cleanup_(arena_done) Arena tree = {0};
    _cleanup_(buf_done) Buf bytes = {0};
    Reader r = {.arena = &p->arena, .reterr = reterr};
    const Node *root;
    int rc = name_of(path, &p->arena, reterr, &p->name);

    if (rc == 0)
        rc = check_owner(path, reterr);
    if (rc == 0)
        rc = file_read(path, FILE_MAX_BYTES, reterr, &bytes);
    if (rc < 0)
        return rc;
    p->file = file_label(path, &p->arena);
    rc = p->file ? yaml_read(buf_as_span(&bytes), p->file, &tree, reterr, &root) : -ENOMEM;
    return rc < 0 ? rc : fields_read(root, fields, N_ELEMENTS(fields), &r, p);
}

int profile_read(const char *path, Error *reterr, Profile *ret) {
    Profile p = {.title = "", .regions = "", .store = "", .metrics = "", .alert = ""};
    int rc = profile_fill(path, reterr, &p);

    if (rc < 0) {
        profile_done(&p);
        return rc;
    }
    *ret = p;
    return 0;
}

char *profile_path(const char *directory, const char *name) {
    char *path;

    if (strchr(name, '/') || has_ending(span_of(name)))
        return strdup(name);
    return asprintf(&path, "%s/%s.yaml", directory, name) < 0 ? NULL : path;
}

/* ---- all of a directory ---- */

static int path_cmp(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

int profile_list(const char *directory, Arena *a, Error *reterr, Texts *ret) {
    _cleanup_(closedirp) DIR *d = opendir(directory);
    _cleanup_(buf_done) Buf path = {0};
    const struct dirent *e;
    Texts t = {0};

    if (!d)
        return error_errno(reterr, -errno, "cannot read the profiles in '%s'",
                           quote(span_of(directory)).text);
    t.at = arena_array(a, PROFILES_MAX, sizeof(*t.at));
    if (!t.at)
        return -ENOMEM;
    while ((e = readdir(d))) {
        if (e->d_name[0] == '.' || !has_ending(span_of(e->d_name)))
            continue;
        if (t.n == PROFILES_MAX)
            return error_set(reterr, -E2BIG, "more than %d profiles in '%s'", PROFILES_MAX,
                             quote(span_of(directory)).text);
        buf_clear(&path);
        buf_printf(&path, "%s/%s", directory, e->d_name);
        t.at[t.n] = buf_error(&path) < 0 ? NULL : arena_text(a, buf_as_span(&path));
        if (!t.at[t.n++])
            return -ENOMEM;
    }
    qsort(t.at, t.n, sizeof(*t.at), path_cmp);
    *ret = t;
    return 0;
}
