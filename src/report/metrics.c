/* Metrics: see metrics.h. */
#include "report/metrics.h"

#include "base/clock.h"
#include "store/history.h"
#include "store/query.h"
#include "store/tally.h"

/* Label values: backslash, quote and line feed are escaped. */
static void put_label(Buf *b, const char *text) {
    for (const char *c = text; *c; c++) {
        if (*c == '\\' || *c == '"')
            buf_byte(b, '\\');
        if (*c == '\n')
            buf_text(b, "\\n");
        else
            buf_byte(b, (uint8_t)*c);
    }
}

static void put_head(Buf *b, const char *name, const char *unit, const char *help) {
    buf_printf(b, "# TYPE terrier_%s gauge\n", name);
    if (unit)
        buf_printf(b, "# UNIT terrier_%s %s\n", name, unit);
    buf_printf(b, "# HELP terrier_%s %s\n", name, help);
}

typedef struct Sheet {
    Buf *b;
    const char *profile;
} Sheet;

static void put_name(const Sheet *s, const char *name) {
    buf_printf(s->b, "terrier_%s{profile=\"", name);
    put_label(s->b, s->profile);
    buf_text(s->b, "\"");
}

static void put_count(const Sheet *s, const char *name, const char *unit, const char *help,
                      uint64_t value) {
    put_head(s->b, name, unit, help);
    put_name(s, name);
    buf_printf(s->b, "} %llu\n", (unsigned long long)value);
}

/* Nothing where there is no such time: an absent metric, not a zero one. */
static void put_time(const Sheet *s, const char *name, const char *help, int64_t ns) {
    put_head(s->b, name, "seconds", help);
    if (ns == INT64_MIN)
        return;
    put_name(s, name);
    buf_printf(s->b, "} %lld\n", (long long)(ns / CLOCK_NS_PER_S));
}

static void put_objects(const Sheet *s, const Coverage *c) {
    put_head(s->b, "objects", NULL, "Files and members of the last run, by status.");
    for (StatusKind k = 0; k < N_STATUSES; k++) {
        put_name(s, "objects");
        buf_printf(s->b, ",status=\"%s\"} %llu\n", status_name(k),
                   (unsigned long long)(c->files[k].objects + c->members[k].objects));
    }
}

static void put_gaps(const Sheet *s, const RunRow *run, const Gaps *g) {
    put_count(s, "unread_objects", NULL, "Objects that the last run could not read.", g->objects);
    put_count(s, "unread_bytes", "bytes", "Sizes of the files among them.", g->bytes);
    put_count(s, "new_unread_objects", NULL, "Of these, not unread in the run before.",
              g->new_objects);
    put_count(s, "new_unread_bytes", "bytes", "Sizes of the files among them.", g->new_bytes);
    put_time(s, "oldest_unread_age_seconds",
             "At the end of the last run, since the first run that did not read what is still "
             "unread.",
             g->oldest == INT64_MIN || run->ended == INT64_MIN ? INT64_MIN
             : run->ended > g->oldest                          ? run->ended - g->oldest
                                                               : 0);
}

static int count_notes(Store *s, int64_t run, const char *kind, Error *reterr, uint64_t *ret) {
    _cleanup_(note_cursor_closep) NoteCursor *c = NULL;
    NoteRow row;
    int r = note_cursor_open(s, run, kind, reterr, &c);

    *ret = 0;
    if (r < 0)
        return r;
    while ((r = note_cursor_step(c, reterr, &row)) > 0)
        (*ret)++;
    return r;
}

static void put_run(const Sheet *s, const RunRow *run, int64_t success) {
    put_count(s, "run", NULL, "Number of the last run in its store.", (uint64_t)run->id);
    put_time(s, "run_start_timestamp_seconds", "When the last run began.", run->started);
    put_time(s, "run_end_timestamp_seconds", "When the last run ended.", run->ended);
    put_head(s->b, "run_exit_status", NULL, "Exit status of the last run; none if interrupted.");
    if (run->exit >= 0) {
        put_name(s, "run_exit_status");
        buf_printf(s->b, "} %d\n", run->exit);
    }
    put_time(s, "last_success_timestamp_seconds", "When the last run with exit status 0 began.",
             success);
}

int metrics_report(Store *s, const char *profile, int64_t run, Outlet *to, Error *reterr) {
    _cleanup_(arena_done) Arena a = {0};
    const Sheet sheet = {&to->buf, profile};
    uint64_t missed, uncovered;
    int64_t success;
    Coverage coverage;
    RunRow row;
    Gaps gaps;
    int r = query_run(s, run, &a, reterr, &row);

    if (r == 0)
        r = query_coverage(s, row.id, reterr, &coverage);
    if (r == 0)
        r = history_gaps(s, profile, row.id, reterr, &gaps);
    if (r == 0)
        r = history_success(s, profile, reterr, &success);
    if (r == 0)
        r = count_notes(s, row.id, "missed-slot", reterr, &missed);
    if (r == 0)
        r = count_notes(s, row.id, "uncovered", reterr, &uncovered);
    if (r < 0)
        return r;
    put_run(&sheet, &row, success);
    put_objects(&sheet, &coverage);
    put_count(&sheet, "read_bytes", "bytes", "Bytes of files that the last run read.",
              coverage.all_files.bytes_read);
    put_gaps(&sheet, &row, &gaps);
    put_count(&sheet, "missed_slots", NULL, "Slots without a run before the last one.", missed);
    put_count(&sheet, "uncovered_places", NULL,
              "Mounts, exports and shares of this host that no profile covers.", uncovered);
    buf_text(sheet.b, "# EOF\n");
    return outlet_flush(to);
}
