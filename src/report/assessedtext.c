/*
 * An assessment as text: see assessed.h.
 *
 * The order is that of a reader: what was judged and by what, the controls, the criteria with
 * counts, what contradicts them with the worst places and what can be done, what else is worth a
 * look, and what no scan can attest. Long lists are cut, and say so.
 */
#include <stdio.h>

#include "base/show.h"
#include "model/severity.h"
#include "report/assessed.h"
#include "report/number.h"
#include "report/paint.h"
#include "report/wrap.h"

#define WIDTH          80
#define PROBLEMS_SHOWN 20
#define OTHERS_SHOWN   10
#define TITLE_COLUMNS  36

/* Text of the files that were applied: UTF-8 without control bytes, but strangers wrote it. */
static void shown_put(Buf *b, const char *text, unsigned at, unsigned indent) {
    _cleanup_(buf_done) Buf shown = {0};

    show_text(&shown, text);
    if (buf_error(&shown) < 0)
        b->failed = true;
    else
        wrap_put(b, buf_as_span(&shown), at, indent, WIDTH);
}

static void heading_put(Buf *b, bool colour, const char *text) {
    buf_byte(b, '\n');
    paint_begin(b, colour, PAINT_BOLD);
    show_text(b, text);
    paint_end(b, colour);
    buf_byte(b, '\n');
}

/* ---- what was judged, by what ---- */

static void head_put(const Assessed *a, Buf *b) {
    buf_printf(b, "Assessment %lld: run %lld as of %s\n", (long long)a->row.id,
               (long long)a->row.run, a->row.as_of);
    number_put(b, a->row.sums.findings, "finding", "findings");
    buf_text(b, " in ");
    number_put(b, a->row.sums.objects, "object", "objects");
    buf_text(b, "; ");
    number_put(b, a->row.sums.matched, "is met by a rule.\n", "are met by a rule.\n");
    for (size_t i = 0; i < a->n_files; i++) {
        const AppliedFileRow *f = &a->files[i];

        buf_printf(b, "  %-9s ", f->kind);
        show_text(b, f->title);
        buf_text(b, ", ");
        show_text(b, f->id);
        buf_text(b, " ");
        show_text(b, f->version);
        buf_printf(b, " (%s, sha256 %.12s...)\n", f->stock ? "as supplied" : "your own", f->sha256);
    }
    buf_byte(b, '\n');
    shown_put(b,
              "What follows is evidence: what was read supports, contradicts or informs a control "
              "or criterion. Whether a criterion is met is for the auditor to say.",
              0, 0);
    buf_byte(b, '\n');
}

static const char *severity_word(int severity) {
    return severity >= 0 && severity < N_SEVERITIES ? severity_names[severity] : "-";
}

static void bearing_put(const Bearing *of, Buf *b) {
    char numbers[3][NUMBER_TEXT_MAX];

    number_print(of->supports, numbers[0]);
    number_print(of->contradicts, numbers[1]);
    number_print(of->informs, numbers[2]);
    buf_printf(b, "%9s %12s %9s  %s\n", numbers[0], numbers[1], numbers[2],
               severity_word(of->severity));
}

/* Cut to `columns` code points, filled up with blanks. */
static void cell_put(Buf *b, const char *text, unsigned columns) {
    _cleanup_(buf_done) Buf shown = {0};
    unsigned n = 0;
    size_t i = 0;

    show_text(&shown, text);
    for (; i < shown.n && n < columns; n++) {
        do
            i++;
        while (i < shown.n && (shown.at[i] & 0xc0) == 0x80);
    }
    if (i < shown.n) { /* room for the dots */
        for (unsigned back = 0; back < 3 && i > 0; back++) {
            do
                i--;
            while (i > 0 && (shown.at[i] & 0xc0) == 0x80);
        }
        buf_add(b, shown.at, i);
        buf_text(b, "...");
        return;
    }
    buf_add(b, shown.at, i);
    buf_printf(b, "%*s", (int)(columns - n), "");
}

static void table_head_put(const char *what, bool colour, Buf *b) {
    paint_begin(b, colour, PAINT_DIM);
    buf_printf(b, "%-*s %9s %12s %9s  %s\n", TITLE_COLUMNS + 1, what, "supports", "contradicts",
               "informs", "worst");
    paint_end(b, colour);
}

static void label_put(Buf *b, const char *id, const char *title) {
    char text[256];

    snprintf(text, sizeof(text), "%-7s %s", id, title);
    cell_put(b, text, TITLE_COLUMNS + 1);
    buf_byte(b, ' ');
}

/* ---- controls ---- */

static void controls_put(const Assessed *a, bool colour, Buf *b) {
    if (!a->n_controls)
        return;
    heading_put(b, colour, "Controls");
    table_head_put("control", colour, b);
    for (size_t i = 0; i < a->n_controls; i++) {
        const ControlRow *c = &a->controls[i];
        char more[256];

        label_put(b, c->id, c->title);
        bearing_put(&c->bearing, b);
        snprintf(more, sizeof(more), "%s, %s", c->frequency, c->owner);
        buf_text(b, "        ");
        shown_put(b, more, 8, 8);
        buf_byte(b, '\n');
    }
}

/* ---- criteria ---- */

typedef enum Voice {
    VOICE_HEARD,  /* something bears on it */
    VOICE_SILENT, /* something could, and nothing does */
    VOICE_NONE,   /* no scan of files has anything to say of it */
} Voice;

static Voice voice_of(const CriterionRow *c) {
    if (strcmp(c->applicability, "none") == 0)
        return VOICE_NONE;
    return c->bearing.supports || c->bearing.contradicts || c->bearing.informs ? VOICE_HEARD
                                                                               : VOICE_SILENT;
}

/* "Beyond what a scan of files can bear on, 26: CC1.1, CC1.2 ..." */
static void ids_put(const Assessed *a, const char *ruleset, Voice voice, const char *what, Buf *b) {
    _cleanup_(buf_done) Buf ids = {0};
    size_t n = 0;

    for (size_t i = 0; i < a->n_criteria; i++) {
        const CriterionRow *c = &a->criteria[i];

        if (strcmp(c->ruleset, ruleset) == 0 && voice_of(c) == voice)
            buf_printf(&ids, "%s%s", n++ ? ", " : "", c->id);
    }
    if (!n)
        return;
    buf_printf(b, "%s, %zu:\n  ", what, n);
    shown_put(b, buf_cstr(&ids), 2, 2);
    buf_byte(b, '\n');
}

static void unverified_put(const Assessed *a, const char *ruleset, Buf *b) {
    uint64_t n = 0;

    for (size_t i = 0; i < a->n_criteria; i++)
        n += strcmp(a->criteria[i].ruleset, ruleset) == 0 && !a->criteria[i].verified_on[0];
    if (!n)
        return;
    number_put(b, n, "id was", "ids were");
    buf_text(b, " not verified against the primary text.\n");
}

static void criteria_put(const Assessed *a, bool colour, Buf *b) {
    for (size_t i = 0; i < a->n_files; i++) {
        const AppliedFileRow *f = &a->files[i];

        if (strcmp(f->kind, "ruleset") != 0)
            continue;
        heading_put(b, colour, f->framework);
        table_head_put("criterion", colour, b);
        for (size_t k = 0; k < a->n_criteria; k++) {
            const CriterionRow *c = &a->criteria[k];

            if (strcmp(c->ruleset, f->id) != 0 || voice_of(c) != VOICE_HEARD)
                continue;
            label_put(b, c->id, c->title);
            bearing_put(&c->bearing, b);
        }
        ids_put(a, f->id, VOICE_SILENT, "Nothing that was read bears on these", b);
        ids_put(a, f->id, VOICE_NONE, "Beyond what a scan of files can bear on", b);
        unverified_put(a, f->id, b);
    }
}

/* ---- rules ---- */

static bool contradicts(const Assessed *a, const VerdictRow *v) {
    size_t n;
    const MappingRow *m = assessed_mappings(a, v->ruleset, v->rule, &n);

    for (size_t i = 0; i < n; i++) {
        if (strcmp(m[i].polarity, "contradicts") == 0)
            return true;
    }
    return false;
}

/* "contradicts CC6.1, C1.1; informs P6.3" */
static void bears_put(const Assessed *a, const VerdictRow *v, Buf *b) {
    static const char *const polarities[] = {"contradicts", "informs", "supports"};
    _cleanup_(buf_done) Buf line = {0};
    size_t n;
    const MappingRow *m = assessed_mappings(a, v->ruleset, v->rule, &n);

    for (size_t p = 0; p < N_ELEMENTS(polarities); p++) {
        bool first = true;

        for (size_t i = 0; i < n; i++) {
            if (strcmp(m[i].polarity, polarities[p]) != 0)
                continue;
            if (first)
                buf_printf(&line, "%s%s %s", line.n ? "; " : "", polarities[p], m[i].criterion);
            else
                buf_printf(&line, ", %s", m[i].criterion);
            first = false;
        }
    }
    shown_put(b, buf_cstr(&line), 4, 4);
}

static void counts_put(const VerdictRow *v, Buf *b) {
    bool finding = strcmp(v->event, "finding") == 0;

    number_put(b, v->cases, finding ? "finding" : "event", finding ? "findings" : "events");
    if (finding) {
        buf_text(b, ", ");
        number_put(b, v->hits, "value", "values");
    }
    if (v->persons_high > 1) {
        char low[NUMBER_TEXT_MAX], high[NUMBER_TEXT_MAX];

        number_print(v->persons_low, low);
        number_print(v->persons_high, high);
        if (v->persons_low == v->persons_high)
            buf_printf(b, ", about %s identifiers of persons", high);
        else
            buf_printf(b, ", %s to %s identifiers of persons", low, high);
    }
    buf_byte(b, '\n');
}

/* Lines `count TAB locator`; the first is in the narrative mostly, so one alone is not repeated. */
static void places_put(Span places, Buf *b) {
    size_t from = 0;

    if (!places.n || !memchr(places.at, '\n', places.n))
        return;
    buf_text(b, "    worst places:\n");
    while (from < places.n) {
        const uint8_t *at = places.at + from;
        const uint8_t *end = memchr(at, '\n', places.n - from);
        size_t n = end ? (size_t)(end - at) : places.n - from;
        const uint8_t *tab = memchr(at, '\t', n);

        if (tab) {
            size_t digits = (size_t)(tab - at);

            buf_printf(b, "%10.*s  ", (int)digits, (const char *)at);
            buf_add(b, tab + 1, n - digits - 1);
            buf_byte(b, '\n');
        }
        from += n + 1;
    }
}

static void rule_put(const Assessed *a, const VerdictRow *v, bool whole, bool colour, Buf *b) {
    const AppliedRuleRow *rule = assessed_rule(a, v->ruleset, v->rule);
    char head[32];

    snprintf(head, sizeof(head), "%-8s", severity_word(v->severity));
    buf_byte(b, '\n');
    paint_text(b, colour, v->severity >= SEVERITY_HIGH && whole ? PAINT_LOUD : PAINT_BOLD, head);
    buf_byte(b, ' ');
    shown_put(b, rule ? rule->title : v->rule, 9, 9);
    buf_text(b, "\n    ");
    bears_put(a, v, b);
    buf_text(b, "\n    ");
    wrap_put(b, span_of(v->narrative), 4, 4, WIDTH);
    buf_text(b, "\n    ");
    counts_put(v, b);
    if (!whole)
        return;
    places_put(v->places, b);
    buf_text(b, "    ");
    shown_put(b, v->rule, 4, 4);
    buf_text(b, ": ");
    shown_put(b, v->arithmetic, 6 + (unsigned)strlen(v->rule), 4);
    buf_byte(b, '\n');
    if (rule && rule->remediation[0]) {
        buf_text(b, "    ");
        shown_put(b, rule->remediation, 4, 4);
        buf_byte(b, '\n');
    }
}

/* Rules that contradict something, or those that only inform and are no trifle. */
static int rules_put(Store *s, const Assessed *a, bool against, bool colour, Error *reterr,
                     Outlet *to) {
    _cleanup_(verdict_cursor_closep) VerdictCursor *c = NULL;
    uint64_t n = 0, most = against ? PROBLEMS_SHOWN : OTHERS_SHOWN;
    VerdictRow v;
    int r = verdict_cursor_open(s, a->row.id, VERDICTS_RULES, reterr, &c);

    while (r >= 0 && (r = verdict_cursor_step(c, reterr, &v)) > 0) {
        if (contradicts(a, &v) != against || (!against && v.severity < SEVERITY_LOW))
            continue;
        if (n == 0)
            heading_put(&to->buf, colour,
                        against ? "What contradicts, the gravest first" : "What else to look at");
        if (n++ < most)
            rule_put(a, &v, against, colour, &to->buf);
        r = outlet_flush(to);
    }
    if (r == 0 && n > most) {
        buf_text(&to->buf, "\n... and ");
        number_put(&to->buf, n - most, "more rule", "more rules");
        buf_text(&to->buf, ": terrier assess --format jsonl\n");
    }
    if (r == 0 && n == 0 && against)
        heading_put(&to->buf, colour, "Nothing that was read contradicts a criterion.");
    return r;
}

/* ---- what cannot be attested ---- */

static void cannot_put(const Assessed *a, bool colour, Buf *b) {
    bool heading = false;

    for (size_t i = 0; i < a->n_criteria; i++) {
        const CriterionRow *c = &a->criteria[i];
        char id[32];

        if (!c->cannot[0] || voice_of(c) != VOICE_HEARD)
            continue;
        if (!heading)
            heading_put(b, colour, "What no scan of files can attest of these");
        heading = true;
        snprintf(id, sizeof(id), "  %-8s ", c->id);
        buf_text(b, id);
        shown_put(b, c->cannot, (unsigned)strlen(id), 11);
        buf_byte(b, '\n');
    }
}

int assessed_text(Store *s, int64_t id, bool colour, Outlet *to, Error *reterr) {
    _cleanup_(assessed_done) Assessed a = {0};
    int r = assessed_load(s, id, reterr, &a);

    if (r < 0)
        return r;
    head_put(&a, &to->buf);
    controls_put(&a, colour, &to->buf);
    criteria_put(&a, colour, &to->buf);
    r = rules_put(s, &a, true, colour, reterr, to);
    if (r == 0)
        r = rules_put(s, &a, false, colour, reterr, to);
    cannot_put(&a, colour, &to->buf);
    return r < 0 ? r : outlet_flush(to);
}
