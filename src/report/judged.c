/* Judged: see judged.h. */
#include "report/judged.h"

#include "base/day.h"
#include "base/show.h"
#include "base/utf8.h"
#include "report/line.h"
#include "report/number.h"
#include "report/paint.h"

enum { ENTRIES_SHOWN = 20 };

/* Globs of printed locators have escapes of their own, which stay as they are. */
static void word_put(Buf *b, const char *what, const char *word) {
    if (!word[0])
        return;
    buf_text(b, b->n ? " " : "");
    buf_text(b, what);
    if (utf8_displayable(span_of(word)))
        buf_text(b, word);
    else
        show_text(b, word);
}

void judged_target(const TriageEntry *e, Buf *b) {
    _cleanup_(buf_done) Buf target = {0};

    word_put(&target, "", e->finding);
    word_put(&target, "", e->glob);
    word_put(&target, "type ", e->type);
    word_put(&target, "asset ", e->asset);
    word_put(&target, "owner ", e->owner);
    buf_span(b, buf_as_span(&target));
}

void judged_decision(const TriageEntry *e, Buf *b) {
    char until[DAY_TEXT_MAX];

    show_text(b, e->verdict);
    buf_text(b, " by ");
    show_text(b, e->approver);
    if (e->expires != INT64_MIN) {
        day_print(day_of_time(e->expires - 1), until);
        buf_printf(b, " until %s", until);
    }
    buf_text(b, ": ");
    show_text(b, e->reason);
}

static void entry_put(const Judge *j, const TriageEntry *e, bool colour, Buf *b) {
    char count[NUMBER_TEXT_MAX];

    number_print(j->counts[e - j->entries], count);
    if (judge_expired(j, e)) {
        paint_begin(b, colour, PAINT_LOUD);
        buf_printf(b, "   EXPIRED  #%lld ", (long long)e->id);
    } else {
        buf_printf(b, "%10s  #%lld ", count, (long long)e->id);
    }
    judged_target(e, b);
    buf_text(b, "\n            ");
    judged_decision(e, b);
    if (judge_expired(j, e))
        paint_end(b, colour);
    buf_byte(b, '\n');
}

bool judged_told(const Judge *j, size_t i) {
    return j->counts[i] || judge_expired(j, &j->entries[i]);
}

int judged_print(const Judge *j, bool shown, bool colour, Buf *b) {
    uint64_t told = 0, findings = 0;

    for (size_t i = 0; i < j->n; i++) {
        told += judged_told(j, i);
        findings += j->counts[i];
    }
    if (!told)
        return 0;
    buf_byte(b, '\n');
    paint_begin(b, colour, PAINT_BOLD);
    buf_text(b, "Triage: ");
    number_put(b, findings, "finding", "findings");
    buf_text(b, shown ? " judged, and shown\n" : " not shown; --include-triaged shows them\n");
    paint_end(b, colour);
    for (size_t i = 0, n = 0; i < j->n && n < ENTRIES_SHOWN; i++) {
        if (!judged_told(j, i))
            continue;
        entry_put(j, &j->entries[i], colour, b);
        n++;
    }
    if (told > ENTRIES_SHOWN) {
        buf_text(b, "... and ");
        number_put(b, told - ENTRIES_SHOWN, "more entry", "more entries");
        buf_text(b, ": terrier triage list\n");
    }
    return buf_error(b);
}

int judged_events(const Judge *j, Outlet *to) {
    int r = 0;

    for (size_t i = 0; r == 0 && i < j->n; i++) {
        const TriageEntry *e = &j->entries[i];
        _cleanup_(buf_done) Buf target = {0}, detail = {0};
        Json line;

        if (!judged_told(j, i))
            continue;
        buf_printf(&target, "#%lld ", (long long)e->id);
        judged_target(e, &target);
        judged_decision(e, &detail);
        if (buf_error(&target) || buf_error(&detail))
            return -ENOMEM;
        line = line_begin(to, "event");
        line_text(&line, "event", judge_expired(j, e) ? "triage-expired" : "triage");
        line_text(&line, "subject", buf_cstr(&target));
        line_uint(&line, "count", j->counts[i]);
        line_text(&line, "detail", buf_cstr(&detail));
        r = line_end(&line, to);
    }
    return r;
}
