/* Coverage: see coverage.h. */
#include "report/coverage.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/show.h"
#include "base/utf8.h"
#include "model/locator.h"
#include "report/number.h"
#include "report/paint.h"

#define NOTES_SHOWN 10 /* of each kind; then how many more */

CoverageGroup coverage_group(StatusKind kind) {
    if (kind == STATUS_READ)
        return COVERAGE_READ;
    return status_complete(kind) ? COVERAGE_ASIDE : COVERAGE_UNREAD;
}

Tally coverage_group_sum(const Tally kinds[N_STATUSES], CoverageGroup group) {
    Tally sum = {0};

    for (StatusKind k = 0; k < N_STATUSES; k++) {
        if (coverage_group(k) != group)
            continue;
        sum.objects += kinds[k].objects;
        sum.bytes += kinds[k].bytes;
        sum.bytes_read += kinds[k].bytes_read;
    }
    return sum;
}

static void head_put(const RunRow *run, bool colour, Buf *b) {
    char started[CLOCK_TEXT_MAX], ended[CLOCK_TEXT_MAX];

    if (run->survey) {
        paint_text(b, colour, PAINT_LOUD, "SURVEY: a seeded sample, not evidence");
        buf_byte(b, '\n');
    }
    clock_print(run->started, started, sizeof(started));
    buf_printf(b, "Run %lld, %s", (long long)run->id, started);
    if (run->ended != INT64_MIN) {
        clock_print(run->ended, ended, sizeof(ended));
        buf_printf(b, " to %s", ended);
    }
    buf_text(b, ", Terrier ");
    show_text(b, run->tool);
    buf_byte(b, '\n');
    if (run->ended == INT64_MIN) {
        paint_text(b, colour, PAINT_LOUD,
                   "This run has not ended: it was interrupted, or is still going on.");
        buf_byte(b, '\n');
    }
}

/* "Read      1,200 files      5.5 GB" */
static void line_put(Buf *b, const char *word, uint64_t objects, const char *one, const char *many,
                     uint64_t bytes) {
    char count[NUMBER_TEXT_MAX], size[NUMBER_TEXT_MAX];

    number_print(objects, count);
    number_print_size(bytes, size);
    buf_printf(b, "%-10s%14s %-8s%12s\n", word, count, objects == 1 ? one : many, size);
}

static void reasons_put(const Facts *f, bool members, CoverageGroup group, Buf *b) {
    for (size_t i = 0; i < f->n_reasons; i++) {
        const ReasonRow *row = &f->reasons[i];
        char count[NUMBER_TEXT_MAX], size[NUMBER_TEXT_MAX], status[STATUS_REASON_MAX + 24];

        if (row->members != members || coverage_group(row->status.kind) != group)
            continue;
        status_print(&row->status, status, sizeof(status));
        number_print(row->tally.objects, count);
        number_print_size(row->tally.bytes, size);
        buf_printf(b, "          %14s         %12s  ", count, size);
        show_text(b, status);
        buf_byte(b, '\n');
    }
}

/* Of what counts as not read, some may have been: partial, limit, changed. */
static void examined_put(const Tally *unread, Buf *b) {
    char size[NUMBER_TEXT_MAX];

    if (!unread->bytes_read)
        return;
    number_print_size(unread->bytes_read, size);
    buf_printf(b, "          %14s         %12s  of these were examined\n", "", size);
}

static void groups_put(const Facts *f, bool members, const Tally kinds[N_STATUSES], const char *one,
                       const char *many, Buf *b) {
    Tally read = coverage_group_sum(kinds, COVERAGE_READ),
          unread = coverage_group_sum(kinds, COVERAGE_UNREAD);
    Tally aside = coverage_group_sum(kinds, COVERAGE_ASIDE);

    line_put(b, "Read", read.objects, one, many, read.bytes);
    line_put(b, "Not read", unread.objects, one, many, unread.bytes);
    reasons_put(f, members, COVERAGE_UNREAD, b);
    examined_put(&unread, b);
    if (aside.objects) {
        line_put(b, "Set aside", aside.objects, "object", "objects", aside.bytes);
        reasons_put(f, members, COVERAGE_ASIDE, b);
    }
}

static void sums_put(const Facts *f, bool colour, Buf *b) {
    const Coverage *c = &f->coverage;
    char found[NUMBER_TEXT_MAX], listed[NUMBER_TEXT_MAX];

    number_print(c->found, found);
    number_print(c->all_files.objects, listed);
    if (f->run.survey) {
        buf_printf(b, "%s of %s files found were sampled; the others were not looked at.\n", listed,
                   found);
        return;
    }
    if (c->balanced) {
        buf_printf(b, "The sums agree: found %s, listed %s, and so do the bytes.\n", found, listed);
        return;
    }
    paint_begin(b, colour, PAINT_LOUD);
    buf_printf(
        b,
        "THE SUMS DISAGREE: found %s objects and %llu bytes, listed %s objects and %llu "
        "bytes;\n%s",
        found, (unsigned long long)c->found_bytes, listed, (unsigned long long)c->all_files.bytes,
        f->run.ended == INT64_MIN ? "the run is not at its end.\n" : "do not rely on this run.\n");
    paint_end(b, colour);
}

static void counts_put(const Facts *f, Buf *b) {
    const Coverage *c = &f->coverage;

    line_put(b, "Found", c->all_files.objects, "object", "objects", c->all_files.bytes);
    groups_put(f, false, c->files, "file", "files", b);
    if (c->all_members.objects) {
        line_put(b, "Inside", c->all_members.objects, "member", "members", c->all_members.bytes);
        groups_put(f, true, c->members, "member", "members", b);
    }
}

/* "/srv (ext4, 12 directories): access times kept" */
static void root_put(const RootRow *root, bool colour, Buf *b) {
    char status[STATUS_REASON_MAX + 24];

    buf_text(b, "Root ");
    locator_print_name(b, root->path);
    buf_text(b, " (");
    show_text(b, root->fs_type[0] ? root->fs_type : "unknown file system");
    buf_text(b, "): ");
    if (strcmp(root->atime, "kept") == 0) {
        buf_text(b, "access times kept");
    } else {
        buf_text(b, "access times may have changed (");
        show_text(b, root->atime[0] ? root->atime : "unknown");
        buf_byte(b, ')');
    }
    if (!status_complete(root->status.kind)) {
        status_print(&root->status, status, sizeof(status));
        buf_text(b, "; ");
        paint_begin(b, colour, PAINT_LOUD);
        buf_text(b, "NOT READ: ");
        show_text(b, status);
        paint_end(b, colour);
    }
    buf_byte(b, '\n');
}

typedef void (*NotePut)(const NoteRow *row, bool colour, Buf *b);

static void mount_put(const NoteRow *row, bool colour, Buf *b) {
    paint_begin(b, colour, PAINT_LOUD);
    buf_text(b, "NOT ENTERED: the mount ");
    locator_print_name(b, row->subject);
    if (row->detail[0]) {
        buf_text(b, " (");
        show_text(b, row->detail);
        buf_byte(b, ')');
    }
    buf_text(b, "; --cross-filesystems includes it");
    paint_end(b, colour);
    buf_byte(b, '\n');
}

/* A printed glob, whose own escapes stay. */
static void name_put(Span name, Buf *b) {
    if (utf8_displayable(name))
        buf_span(b, name);
    else
        show_span(b, name);
}

static void excluded_put(const NoteRow *row, bool colour _unused_, Buf *b) {
    buf_text(b, "Excluded by ");
    show_span(b, row->subject);
    buf_text(b, ": ");
    number_put(b, row->count, "object", "objects");
    if (row->detail[0]) {
        buf_text(b, ", ");
        show_text(b, row->detail);
    }
    buf_byte(b, '\n');
}

static void restart_put(const NoteRow *row, bool colour, Buf *b) {
    paint_begin(b, colour, PAINT_LOUD);
    buf_text(b, "The scanner was started again: ");
    show_span(b, row->subject);
    if (row->detail[0]) {
        buf_text(b, ", ");
        show_text(b, row->detail);
    }
    paint_end(b, colour);
    buf_byte(b, '\n');
}

static void uncovered_put(const NoteRow *row, bool colour, Buf *b) {
    paint_begin(b, colour, PAINT_LOUD);
    buf_text(b, "NOT COVERED by any profile: ");
    show_span(b, row->subject);
    buf_text(b, ", ");
    show_text(b, row->detail);
    paint_end(b, colour);
    buf_byte(b, '\n');
}

static void missed_put(const NoteRow *row, bool colour, Buf *b) {
    paint_begin(b, colour, PAINT_LOUD);
    buf_text(b, "MISSED: due ");
    show_span(b, row->subject);
    buf_text(b, ", ");
    show_text(b, row->detail);
    paint_end(b, colour);
    buf_byte(b, '\n');
}

static void resumed_put(const NoteRow *row, bool colour _unused_, Buf *b) {
    buf_text(b, "Interrupted, and continued at ");
    show_span(b, row->subject);
    buf_byte(b, '\n');
}

static void carried_put(const NoteRow *row, bool colour _unused_, Buf *b) {
    number_put(b, row->count, "file is", "files are");
    buf_text(b, " as an earlier run of this series read them: ");
    show_text(b, row->detail);
    buf_byte(b, '\n');
}

static void same_put(const NoteRow *row, bool colour _unused_, Buf *b) {
    number_put(b, row->count, "file has", "files have");
    buf_text(b, " the content of one that was read before, ");
    show_text(b, row->detail);
    buf_byte(b, '\n');
}

static void night_put(const NoteRow *row, bool colour _unused_, Buf *b) {
    buf_text(b, "Scanned from ");
    show_span(b, row->subject);
    buf_text(b, ": ");
    number_put(b, row->count, "file", "files");
    buf_text(b, " read, ");
    show_text(b, row->detail);
    buf_byte(b, '\n');
}

static void forged_put(const NoteRow *row, bool colour, Buf *b) {
    paint_begin(b, colour, PAINT_LOUD);
    buf_text(b, "FORGED TIME STAMPS: ");
    show_span(b, row->subject);
    buf_text(b, " has other content under the same size and times");
    paint_end(b, colour);
    buf_byte(b, '\n');
}

static void selftest_put(const NoteRow *row, bool colour, Buf *b) {
    paint_begin(b, colour, PAINT_LOUD);
    buf_text(b, "THE SELF-TEST FAILED at the ");
    show_span(b, row->subject);
    buf_printf(b, " of the scan: %llu known values were not found (",
               (unsigned long long)row->count);
    show_text(b, row->detail);
    buf_text(b, "); do not rely on this run.");
    paint_end(b, colour);
    buf_byte(b, '\n');
}

static void recount_put(const NoteRow *row, bool colour, Buf *b) {
    bool loud = strncmp(row->detail, "unexplained", 11) == 0;

    if (loud)
        paint_begin(b, colour, PAINT_LOUD);
    buf_text(b, loud ? "THE RECOUNT DIFFERS of " : "The recount of ");
    locator_print_name(b, row->subject);
    buf_text(b, " is ");
    show_text(b, row->detail);
    if (loud)
        paint_end(b, colour);
    buf_byte(b, '\n');
}

static void pruned_put(const NoteRow *row _unused_, bool colour, Buf *b) {
    paint_text(b, colour, PAINT_LOUD,
               "This run was pruned: its sums are here, its objects and findings are gone.");
    buf_byte(b, '\n');
}

static void accepted_put(const NoteRow *row, bool colour _unused_, Buf *b) {
    buf_text(b, "Not read, as accepted: ");
    number_put(b, row->count, "object", "objects");
    buf_text(b, " of ");
    name_put(row->subject, b);
    buf_text(b, ", ");
    show_text(b, row->detail);
    buf_byte(b, '\n');
}

static void expired_put(const NoteRow *row, bool colour, Buf *b) {
    paint_begin(b, colour, PAINT_LOUD);
    buf_text(b, "EXPIRED: the gap ");
    name_put(row->subject, b);
    buf_text(b, " is no longer accepted, ");
    show_text(b, row->detail);
    paint_end(b, colour);
    buf_byte(b, '\n');
}

/* "News since run 4: 3 new, 1 gone, 2 moved" */
static void news_put(const Facts *f, bool colour, Buf *b) {
    const Delta *d = &f->delta;
    const struct {
        uint64_t n;
        const char *word;
    } words[] = {{d->came, "new"},
                 {d->gone, "gone"},
                 {d->unreadable, "unreadable"},
                 {d->moved, "moved"},
                 {d->changed, "changed"},
                 {d->tier, "of another tier"},
                 {d->access, "with other rights"}};
    bool any = false;

    if (!f->has_delta || !d->before)
        return;
    paint_begin(b, colour && d->came, PAINT_BOLD);
    buf_printf(b, "Findings since run %lld: ", (long long)d->before);
    for (size_t i = 0; i < N_ELEMENTS(words); i++) {
        char number[NUMBER_TEXT_MAX];

        if (!words[i].n)
            continue;
        number_print(words[i].n, number);
        buf_printf(b, "%s%s %s", any ? ", " : "", number, words[i].word);
        any = true;
    }
    buf_text(b, any ? "" : "no change");
    paint_end(b, colour && d->came);
    buf_byte(b, '\n');
}

/* The second total beside that of all that was not read. */
static void gaps_put(const Facts *f, Buf *b) {
    char number[NUMBER_TEXT_MAX], left[NUMBER_TEXT_MAX];
    uint64_t unread = coverage_group_sum(f->coverage.files, COVERAGE_UNREAD).objects +
                      coverage_group_sum(f->coverage.members, COVERAGE_UNREAD).objects;

    if (!f->accepted)
        return;
    number_print(f->accepted, number);
    number_print(unread > f->accepted ? unread - f->accepted : 0, left);
    buf_printf(b, "Of what was not read, %s accepted and %s not.\n", number, left);
}

/* Where what an auditor needs is. */
static void manifest_put(const Facts *f, Buf *b) {
    if (!f->has_manifest)
        return;
    buf_printf(b, "Evidence: manifest-%06lld.json, sealed by ", (long long)f->run.id);
    show_text(b, f->manifest.key);
    buf_text(b, ", SHA-256 ");
    for (size_t i = 0; i < sizeof(f->manifest.digest); i++)
        buf_printf(b, "%02x", f->manifest.digest[i]);
    buf_byte(b, '\n');
}

/* Shows the first notes of a kind and counts the rest; how many there were, or a negative code. */
static int64_t notes_put(Store *s, int64_t run, const char *kind, NotePut put, bool colour,
                         Error *reterr, Buf *b) {
    _cleanup_(note_cursor_closep) NoteCursor *c = NULL;
    int64_t n = 0;
    NoteRow row;
    int r;

    r = note_cursor_open(s, run, kind, reterr, &c);
    if (r < 0)
        return r;
    while ((r = note_cursor_step(c, reterr, &row)) > 0) {
        if (n++ < NOTES_SHOWN)
            put(&row, colour, b);
    }
    if (n > NOTES_SHOWN) {
        buf_text(b, "... and ");
        number_put(b, (uint64_t)n - NOTES_SHOWN, "more note", "more notes");
        buf_printf(b, " of this kind (%s)\n", kind);
    }
    return r < 0 ? r : n;
}

/* Where the scan left no note of its mounts, their objects still tell how many there were. */
static void mounts_put(const Facts *f, bool colour, Buf *b) {
    for (size_t i = 0; i < f->n_reasons; i++) {
        const ReasonRow *row = &f->reasons[i];

        if (row->status.kind != STATUS_OTHER_FILESYSTEM ||
            strcmp(row->status.reason, "pseudo") == 0 || strcmp(row->status.reason, "loop") == 0)
            continue;
        paint_begin(b, colour, PAINT_LOUD);
        buf_text(b, "NOT ENTERED: ");
        number_put(b, row->tally.objects, "mount", "mounts");
        buf_text(b, " of another file system (");
        show_text(b, row->status.reason);
        buf_text(b, "); --cross-filesystems includes what is mounted there");
        paint_end(b, colour);
        buf_byte(b, '\n');
    }
}

static void names_put(const Coverage *c, Buf *b) {
    if (!c->names)
        return;
    number_put(b, c->names, "further name", "further names");
    buf_text(b, " of files with several links: each file is read once\n");
}

int coverage_print(Store *s, const Facts *f, bool colour, Error *reterr, Buf *b) {
    int64_t run = f->run.id, n;

    head_put(&f->run, colour, b);
    n = notes_put(s, run, "uncovered", uncovered_put, colour, reterr, b);
    if (n >= 0)
        n = notes_put(s, run, "missed-slot", missed_put, colour, reterr, b);
    if (n < 0)
        return (int)n;
    counts_put(f, b);
    gaps_put(f, b);
    sums_put(f, colour, b);
    news_put(f, colour, b);
    names_put(&f->coverage, b);
    for (size_t i = 0; i < f->n_roots; i++)
        root_put(&f->roots[i], colour, b);
    n = notes_put(s, run, "gap-expired", expired_put, colour, reterr, b);
    if (n >= 0)
        n = notes_put(s, run, "accepted-gap", accepted_put, colour, reterr, b);
    if (n < 0)
        return (int)n;
    n = notes_put(s, run, "skipped-mount", mount_put, colour, reterr, b);
    if (n == 0)
        mounts_put(f, colour, b);
    if (n >= 0)
        n = notes_put(s, run, "excluded", excluded_put, colour, reterr, b);
    if (n >= 0)
        n = notes_put(s, run, "restart", restart_put, colour, reterr, b);
    if (n >= 0)
        n = notes_put(s, run, "resumed", resumed_put, colour, reterr, b);
    if (n >= 0)
        n = notes_put(s, run, "night", night_put, colour, reterr, b);
    if (n >= 0)
        n = notes_put(s, run, "carried", carried_put, colour, reterr, b);
    if (n >= 0)
        n = notes_put(s, run, "same-content", same_put, colour, reterr, b);
    if (n >= 0)
        n = notes_put(s, run, "forged", forged_put, colour, reterr, b);
    if (n >= 0)
        n = notes_put(s, run, "self-test", selftest_put, colour, reterr, b);
    if (n >= 0)
        n = notes_put(s, run, "recount", recount_put, colour, reterr, b);
    if (n >= 0)
        n = notes_put(s, run, "pruned", pruned_put, colour, reterr, b);
    manifest_put(f, b);
    return n < 0 ? (int)n : buf_error(b);
}
