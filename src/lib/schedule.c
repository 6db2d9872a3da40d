/*
 * Schedule: what profiles are for: checked against the machine they are to run on, listed with
 * what came of their slots.
 *
 * Roots are asked whether they are there, never read; rules are loaded as a scan would. See
 * terrier.h.
 */
#include <sys/stat.h>
#include <time.h>

#include "base/clock.h"
#include "base/show.h"
#include "lib/common.h"
#include "lib/doctor.h"
#include "lib/places.h"
#include "lib/profile.h"
#include "schedule/slots.h"

enum { SLOTS_SHOWN = 3, LIST_DAYS = 30 };

static int64_t now_s(void) {
    return clock_real_ns() / CLOCK_NS_PER_S;
}

/* "Mon 2026-11-30 22:00", in local time. */
static void slot_print(int64_t at, char *ret_text, size_t n) {
    time_t t = (time_t)at;
    struct tm tm;

    if (!localtime_r(&t, &tm) || strftime(ret_text, n, "%a %Y-%m-%d %H:%M", &tm) == 0)
        snprintf(ret_text, n, "unknown");
}

/* ---- check ---- */

static void shown(const char *text, Buf *ret) {
    buf_clear(ret);
    show_text(ret, text);
}

static void check_root(Doctor *d, const char *root) {
    _cleanup_(buf_done) Buf name = {0};

    shown(root, &name);
    if (access(root, R_OK) == 0)
        doctor_ok(d, "root %s", buf_cstr(&name));
    else
        doctor_problem(d, "Mount it, or take it out of the profile: a scan of it is incomplete.",
                       "root %s: %s", buf_cstr(&name), strerror(errno));
}

static void check_rules(Doctor *d, const Profile *p) {
    const RulesOptions o = {.directories = p->rules.at,
                            .n_directories = p->rules.n,
                            .no_builtin = p->no_builtin,
                            .regions = p->regions[0] ? p->regions : NULL};
    Rules *rules = NULL;
    Error e = {0};
    int r = rules_load(&o, &e, &rules);

    if (r < 0)
        doctor_problem(d, "Correct it; terrier rules check --rules DIR says more.", "%s",
                       e.text[0] ? e.text : strerror(-r));
    else
        doctor_ok(d, "rules: %zu detectors", rules->n);
    rules_free(rules);
}

/* The directory that a file is to be written to. */
static void check_target(Doctor *d, const char *what, const char *file) {
    _cleanup_(buf_done) Buf name = {0};
    _cleanup_(free_p) char *directory = strdup(file);
    char *slash = directory ? strrchr(directory, '/') : NULL;
    struct stat st;

    if (!slash)
        return;
    slash[slash == directory] = 0;
    shown(file, &name);
    if (stat(directory, &st) < 0 || !S_ISDIR(st.st_mode))
        doctor_problem(d, "Make its directory, or name another.", "%s %s: no such directory", what,
                       buf_cstr(&name));
    else
        doctor_ok(d, "%s %s", what, buf_cstr(&name));
}

static void check_alert(Doctor *d, const char *program) {
    _cleanup_(buf_done) Buf name = {0};

    if (!program[0])
        return;
    shown(program, &name);
    if (access(program, X_OK) == 0)
        doctor_ok(d, "alert %s", buf_cstr(&name));
    else
        doctor_problem(d, "Install it, or take `alert` out: nobody would be told.", "alert %s: %s",
                       buf_cstr(&name), strerror(errno));
}

/* Whether quiet hours hold at a slot, and until when. */
static bool slot_is_quiet(const Profile *p, int64_t slot, int64_t *ret_end) {
    for (size_t i = 0; i < p->quiet_hours.n; i++) {
        Hours h;

        if (hours_parse(span_of(p->quiet_hours.at[i]), &h) == 0 && hours_hold(&h, slot, ret_end))
            return true;
    }
    return false;
}

static void check_slots(Doctor *d, const Profile *p) {
    int64_t at = now_s(), end;
    char when[32], until[32];

    if (!p->scheduled) {
        doctor_note(d, "Give it `when: daily 22:00` to have it scheduled.",
                    "no `when`: it runs only when somebody starts it");
        return;
    }
    for (int i = 0; i < SLOTS_SHOWN && calendar_next(&p->when, at, &at); i++) {
        slot_print(at, when, sizeof(when));
        if (!slot_is_quiet(p, at, &end)) {
            doctor_ok(d, "due %s", when);
            continue;
        }
        slot_print(end, until, sizeof(until));
        doctor_note(d, "Move `when` or `quiet_hours`: it waits from its first minute.",
                    "due %s, in quiet hours until %s", when, until);
    }
}

static void check_profile(Doctor *d, const Profile *p) {
    doctor_ok(d, "profile %s in %s", p->name, p->file);
    for (size_t i = 0; i < p->roots.n; i++)
        check_root(d, p->roots.at[i]);
    check_rules(d, p);
    for (size_t i = 0; i < p->n_reports; i++)
        check_target(d, "report", p->reports[i].file);
    if (p->store[0])
        check_target(d, "store", p->store);
    if (p->metrics[0])
        check_target(d, "metrics", p->metrics);
    check_alert(d, p->alert);
    check_slots(d, p);
}

int terrier_schedule_check(const char *directory, const char *name, terrier_write write, void *of,
                           size_t *ret_problems, terrier_error *error) {
    Writer w = writer_of(write, of);
    Doctor d = {.out = &w};
    terrier_profile *p = NULL;
    Error e = {0};
    int r = terrier_profile_new(directory, name, error, &p);

    if (r < 0)
        return r;
    calendar_zone();
    check_profile(&d, &p->profile);
    terrier_profile_free(p);
    *ret_problems = d.problems;
    r = writer_close(&w, 0, &e);
    return error_out(r, &e, error);
}

/* ---- next ---- */

int terrier_schedule_next(const terrier_schedule_options *options, const char *name, unsigned n,
                          terrier_write write, void *of, terrier_error *error) {
    Writer w = writer_of(write, of);
    int64_t at = now_s();
    terrier_profile *p = NULL;
    char when[32];
    Error e = {0};
    int r = terrier_profile_new(options->directory, name, error, &p);

    if (r < 0)
        return r;
    calendar_zone();
    if (!p->profile.scheduled)
        r = error_set(&e, -ENOENT, "%s: no `when`, so nothing is due", p->profile.file);
    for (unsigned i = 0; i < n && r == 0 && calendar_next(&p->profile.when, at, &at); i++) {
        slot_print(at, when, sizeof(when));
        writer_printf(&w, "%s\n", when);
    }
    terrier_profile_free(p);
    r = writer_close(&w, r, &e);
    return error_out(r, &e, error);
}

/* ---- list ---- */

static void print_last(Writer *w, const HistoryRun *run) {
    char when[32];

    slot_print(run->started / CLOCK_NS_PER_S, when, sizeof(when));
    if (run->ended == INT64_MIN)
        writer_printf(w, "  last    run %lld, %s, has not ended\n", (long long)run->id, when);
    else
        writer_printf(w, "  last    run %lld, %s, exit status %d\n", (long long)run->id, when,
                      run->exit);
}

/* Only those behind the first run: before it nobody had scheduled anything. */
static int print_slots(Writer *w, Store *s, const Profile *p, int64_t now, Arena *a,
                       Error *reterr) {
    int64_t since = now - LIST_DAYS * INT64_C(86400), first;
    HistoryRun *runs = NULL;
    Slot *slots = NULL;
    char when[32];
    size_t n = 0;
    int r = history_runs(s, p->name, INT64_MIN, a, reterr, &runs, &n);

    if (r < 0)
        return r;
    if (!n) {
        writer_text(w, "  last    never\n");
        return 0;
    }
    print_last(w, &runs[n - 1]);
    first = runs[0].started / CLOCK_NS_PER_S;
    if (!p->scheduled)
        return 0;
    r = slots_list(s, p->name, &p->when, since > first ? since : first, now, a, reterr, &slots, &n);
    for (size_t i = 0; i < n && r == 0; i++) {
        if (slots[i].state != SLOT_MISSED)
            continue;
        slot_print(slots[i].at, when, sizeof(when));
        writer_printf(w, "  MISSED  %s\n", when);
    }
    return r;
}

static int print_profile(Writer *w, const terrier_schedule_options *o, const Profile *p,
                         Error *reterr) {
    _cleanup_(store_closep) Store *s = NULL;
    _cleanup_(arena_done) Arena a = {0};
    _cleanup_(buf_done) Buf when = {0};
    int64_t now = now_s(), next;
    char text[32];
    int r;

    if (p->scheduled)
        calendar_print(&p->when, &when);
    writer_printf(w, "%s  %s\n", p->name, when.n ? buf_cstr(&when) : "(no when)");
    r = places_open_store(p->store[0] ? p->store : o->store, reterr, &s);
    if (r == -ENOENT)
        writer_text(w, "  last    never\n");
    else if (r == 0)
        r = print_slots(w, s, p, now, &a, reterr);
    if (r < 0 && r != -ENOENT)
        return r;
    if (p->scheduled && calendar_next(&p->when, now, &next)) {
        slot_print(next, text, sizeof(text));
        writer_printf(w, "  next    %s\n", text);
    }
    return 0;
}

static int print_file(Writer *w, const terrier_schedule_options *o, const char *file, size_t *wrong,
                      Error *reterr) {
    Error e = {0}, ignored = {0};
    Profile p;
    int r = profile_read(file, &e, &p);

    if (r == -ENOMEM)
        return r;
    if (r < 0) {
        (*wrong)++;
        writer_text(w, "WRONG     ");
        writer_name(w, span_of(e.text));
        writer_text(w, "\n");
        return 0;
    }
    r = print_profile(w, o, &p, &ignored);
    if (r < 0 && reterr)
        *reterr = ignored;
    profile_done(&p);
    return r;
}

int terrier_schedule_list(const terrier_schedule_options *options, terrier_write write, void *of,
                          size_t *ret_wrong, terrier_error *error) {
    _cleanup_(arena_done) Arena a = {0};
    Writer w = writer_of(write, of);
    Texts files = {0};
    Error e = {0};
    int r =
        profile_list(options->directory ? options->directory : PROFILE_DIRECTORY, &a, &e, &files);

    *ret_wrong = 0;
    calendar_zone();
    for (size_t i = 0; i < files.n && r == 0; i++)
        r = print_file(&w, options, files.at[i], ret_wrong, &e);
    r = writer_close(&w, r, &e);
    return error_out(r, &e, error);
}
