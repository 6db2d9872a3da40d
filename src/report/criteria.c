/* Criteria: see criteria.h. Texts of rulesets and controls are strangers', and escaped like names.
 */
#include "report/criteria.h"

#include "base/show.h"
#include "model/severity.h"
#include "report/assessed.h"
#include "report/markup.h"
#include "report/number.h"

typedef struct Judgement {
    Assessed assessed;
    VerdictRow *verdicts; /* a row a rule, the gravest first */
    size_t n_verdicts;
    uint64_t most; /* of any bearing: the scale of the heat map */
} Judgement;

static void text_put(Buf *b, const char *text) {
    _cleanup_(buf_done) Buf shown = {0};

    show_text(&shown, text);
    if (buf_error(&shown) < 0)
        b->failed = true;
    markup_span(b, buf_as_span(&shown));
}

static void element_put(Buf *b, const char *open, const char *text, const char *close) {
    if (!text[0])
        return;
    buf_text(b, open);
    text_put(b, text);
    buf_text(b, close);
}

static void number_text(Buf *b, uint64_t v) {
    char text[NUMBER_TEXT_MAX];

    number_print(v, text);
    buf_text(b, text);
}

/* ---- loading ---- */

static bool verdict_copy(const VerdictRow *row, Arena *a, VerdictRow *ret) {
    *ret = *row;
    ret->ruleset = arena_text(a, span_of(row->ruleset));
    ret->rule = arena_text(a, span_of(row->rule));
    ret->category = arena_text(a, span_of(row->category));
    ret->event = arena_text(a, span_of(row->event));
    ret->arithmetic = arena_text(a, span_of(row->arithmetic));
    ret->narrative = arena_text(a, span_of(row->narrative));
    ret->places = arena_span(a, row->places);
    return ret->ruleset && ret->rule && ret->category && ret->event && ret->arithmetic &&
           ret->narrative && ret->places.at;
}

/* A row a rule that met something; there are no more than rules. */
static int verdicts_load(Store *s, Judgement *j, Error *reterr) {
    _cleanup_(verdict_cursor_closep) VerdictCursor *c = NULL;
    Arena *a = &j->assessed.arena;
    VerdictRow row;
    int r;

    j->verdicts = arena_array(a, j->assessed.n_rules, sizeof(*j->verdicts));
    if (!j->verdicts)
        return -ENOMEM;
    r = verdict_cursor_open(s, j->assessed.row.id, VERDICTS_RULES, reterr, &c);
    while (r == 0 && j->n_verdicts < j->assessed.n_rules &&
           (r = verdict_cursor_step(c, reterr, &row)) > 0)
        r = verdict_copy(&row, a, &j->verdicts[j->n_verdicts++]) ? 0 : -ENOMEM;
    return r;
}

static void most_of(Judgement *j, const Bearing *b) {
    uint64_t counts[] = {b->supports, b->contradicts, b->informs};

    for (size_t i = 0; i < N_ELEMENTS(counts); i++)
        j->most = counts[i] > j->most ? counts[i] : j->most;
}

static int judgement_load(Store *s, int64_t id, Error *reterr, Judgement *j) {
    int r = assessed_load(s, id, reterr, &j->assessed);

    if (r == 0)
        r = verdicts_load(s, j, reterr);
    for (size_t i = 0; r == 0 && i < j->assessed.n_criteria; i++)
        most_of(j, &j->assessed.criteria[i].bearing);
    for (size_t i = 0; r == 0 && i < j->assessed.n_controls; i++)
        most_of(j, &j->assessed.controls[i].bearing);
    return r;
}

static const VerdictRow *verdict_of(const Judgement *j, const MappingRow *m) {
    for (size_t i = 0; i < j->n_verdicts; i++) {
        const VerdictRow *v = &j->verdicts[i];

        if (strcmp(v->rule, m->rule) == 0 && strcmp(v->ruleset, m->ruleset) == 0)
            return v;
    }
    return NULL;
}

/* ---- the heat map ---- */

static void heat_put(Buf *b, const char *colour, uint64_t count, uint64_t most) {
    buf_text(b, "<td class=heat");
    markup_heat(b, colour, count, most);
    buf_byte(b, '>');
    if (count)
        number_text(b, count);
}

static void severity_put(Buf *b, int severity) {
    buf_text(b, "<td>");
    if (severity >= 0 && severity < N_SEVERITIES)
        buf_text(b, severity_names[severity]);
}

static void bearing_put(Buf *b, const Bearing *of, uint64_t most) {
    heat_put(b, "restricted", of->contradicts, most);
    heat_put(b, "read", of->supports, most);
    heat_put(b, "internal", of->informs, most);
    severity_put(b, of->severity);
    buf_byte(b, '\n');
}

static void table_begin(Buf *b, const char *what) {
    buf_printf(b,
               "<div class=wide><table><thead><tr><th>%s<th class=n>contradicts<th class=n>supports"
               "<th class=n>informs<th>worst</thead><tbody>\n",
               what);
}

static void controls_put(Buf *b, const Judgement *j) {
    const Assessed *a = &j->assessed;

    if (a->n_controls == 0)
        return;
    buf_text(b, "<h3>Controls of the organisation</h3>\n");
    table_begin(b, "Control");
    for (size_t i = 0; i < a->n_controls; i++) {
        const ControlRow *c = &a->controls[i];

        element_put(b, "<tr><td><b>", c->id, "</b> ");
        text_put(b, c->title);
        element_put(b, "<br><span class=soft>", c->wording, "</span>");
        element_put(b, "<br><span class=soft>Owner: ", c->owner, "</span>");
        bearing_put(b, &c->bearing, j->most);
    }
    buf_text(b, "</tbody></table></div>\n");
}

static void map_put(Buf *b, const Judgement *j) {
    const Assessed *a = &j->assessed;

    buf_text(b, "<h3>Criteria</h3>\n");
    table_begin(b, "Criterion");
    for (size_t i = 0; i < a->n_criteria; i++) {
        const CriterionRow *c = &a->criteria[i];

        buf_printf(b, "<tr><td><a href=#criterion-%zu>", i);
        text_put(b, c->id);
        buf_text(b, "</a> ");
        text_put(b, c->title);
        bearing_put(b, &c->bearing, j->most);
    }
    buf_text(b, "</tbody></table></div>\n");
}

/* ---- a page a criterion ---- */

/* Lines of `count TAB locator`; the locator is printed, and escaped here once more. */
static void places_put(Buf *b, Span places) {
    bool any = false;

    for (size_t from = 0; from < places.n;) {
        const uint8_t *at = places.at + from;
        const uint8_t *end = memchr(at, '\n', places.n - from);
        size_t n = end ? (size_t)(end - at) : places.n - from;
        const uint8_t *tab = memchr(at, '\t', n);

        if (tab) {
            buf_text(b, any ? "<br>" : "<p class=path>");
            markup_span(b, span(tab + 1, n - (size_t)(tab - at) - 1));
            any = true;
        }
        from += n + 1;
    }
    buf_text(b, any ? "</p>" : "");
}

static void counts_put(Buf *b, const VerdictRow *v) {
    number_put(b, v->cases, v->category[0] ? "finding" : "event",
               v->category[0] ? "findings" : "events");
    if (v->objects) {
        buf_text(b, " in ");
        number_put(b, v->objects, "object", "objects");
    }
    if (v->persons_high) {
        buf_text(b, ", ");
        number_text(b, v->persons_low);
        buf_text(b, " to ");
        number_text(b, v->persons_high);
        buf_text(b, " distinct identifiers");
    }
}

static void verdict_put(Buf *b, const Judgement *j, const MappingRow *m, const VerdictRow *v) {
    const AppliedRuleRow *rule = assessed_rule(&j->assessed, m->ruleset, m->rule);

    buf_text(b, "<li>");
    element_put(b, "<b>", rule ? rule->title : m->rule, "</b> ");
    element_put(b, "<code class=soft>", m->rule, "</code><br>");
    counts_put(b, v);
    if (v->severity >= 0 && v->severity < N_SEVERITIES)
        buf_printf(b, "; severity of the worst: %s", severity_names[v->severity]);
    element_put(b, "<br>", v->narrative, "");
    places_put(b, v->places);
    if (rule)
        element_put(b, "<p class=soft>What can be done: ", rule->remediation, "</p>");
    buf_text(b, "</li>\n");
}

/* What bears on it in one way; nothing where nothing does. */
static void polarity_put(Buf *b, const Judgement *j, const CriterionRow *c, const char *polarity,
                         const char *title) {
    const Assessed *a = &j->assessed;
    bool any = false;

    for (size_t i = 0; i < a->n_mappings; i++) {
        const MappingRow *m = &a->mappings[i];
        const VerdictRow *v;

        if (strcmp(m->polarity, polarity) != 0 || strcmp(m->criterion, c->id) != 0 ||
            strcmp(m->ruleset, c->ruleset) != 0 || !(v = verdict_of(j, m)))
            continue;
        if (!any)
            buf_printf(b, "<h4>%s</h4>\n<ul class=verdicts>\n", title);
        any = true;
        verdict_put(b, j, m, v);
    }
    buf_text(b, any ? "</ul>\n" : "");
}

static void criterion_put(Buf *b, const Judgement *j, size_t i) {
    const CriterionRow *c = &j->assessed.criteria[i];
    const Bearing *of = &c->bearing;

    buf_printf(b, "<section class=criterion id=criterion-%zu>\n<h3>", i);
    text_put(b, c->id);
    buf_text(b, ": ");
    text_put(b, c->title);
    buf_text(b, "</h3>\n");
    element_put(b, "<p class=soft>An auditor usually asks for: ", c->wants, "</p>\n");
    if (!of->supports && !of->contradicts && !of->informs)
        buf_text(b, "<p>Nothing in this run bears on it.</p>\n");
    polarity_put(b, j, c, "contradicts", "What contradicts it");
    polarity_put(b, j, c, "supports", "What supports it");
    polarity_put(b, j, c, "informs", "What informs about it");
    element_put(b, "<p class=cannot><b>What a scan of files cannot attest:</b> ", c->cannot,
                "</p>\n");
    buf_text(b, "</section>\n");
}

/* ---- the whole ---- */

static void head_put(Buf *b, const Assessed *a) {
    buf_printf(b, "<p>Assessment %lld, as of ", (long long)a->row.id);
    text_put(b, a->row.as_of);
    buf_text(b, ": ");
    number_put(b, a->row.sums.findings, "finding was", "findings were");
    buf_text(b, " held against the rules below; ");
    number_put(b, a->row.sums.matched, "is met by one.", "are met by one.");
    buf_text(b,
             " This is evidence. Whether a criterion is met is for an auditor to say.</p>\n<ul>");
    for (size_t i = 0; i < a->n_files; i++) {
        const AppliedFileRow *f = &a->files[i];

        element_put(b, "<li>", f->title, ", ");
        text_put(b, f->id);
        buf_byte(b, ' ');
        text_put(b, f->version);
        buf_text(b, f->stock ? ", as supplied" : ", of the organisation");
        element_put(b, " <span class=\"soft path\">SHA-256 ", f->sha256, "</span></li>\n");
    }
    buf_text(b, "</ul>\n");
}

static int judgement_put(const Judgement *j, Outlet *to) {
    Buf *b = &to->buf;
    int r = 0;

    head_put(b, &j->assessed);
    controls_put(b, j);
    map_put(b, j);
    for (size_t i = 0; r == 0 && i < j->assessed.n_criteria; i++) {
        criterion_put(b, j, i);
        r = outlet_flush(to);
    }
    return r;
}

int criteria_put(Store *s, int64_t run, Outlet *to, Error *reterr) {
    Judgement j = {0};
    int64_t id;
    int r = query_judged_run(s, run, reterr, &id);

    buf_text(&to->buf, "<h2 id=criteria class=page>Controls and criteria</h2>\n");
    if (r == 0 && id == 0)
        buf_text(&to->buf, "<p>This run has not been held against rulesets: <code>terrier "
                           "assess</code> does that.</p>\n");
    if (r < 0 || id == 0)
        return r;
    r = judgement_load(s, id, reterr, &j);
    if (r == 0)
        r = judgement_put(&j, to);
    assessed_done(&j.assessed);
    return r;
}
