/* Keeping: every row of it, as JSON Lines and as CSV; see keeping.h. */
#include "report/keeping.h"

#include "base/show.h"
#include "report/line.h"
#include "store/name.h"

const RetentionRuleRow *keeping_rule(const RetentionRuleRow *rules, size_t n, const char *id) {
    for (size_t i = 0; i < n; i++) {
        if (strcmp(rules[i].id, id) == 0)
            return &rules[i];
    }
    return NULL;
}

/* ---- JSON Lines ---- */

static void line_day(Json *j, const char *key, Day d) {
    char text[DAY_TEXT_MAX];

    day_print(d, text);
    line_text(j, key, d == DAY_NONE ? NULL : text);
}

static int head_jsonl(const Keeping *k, Outlet *to) {
    Json j = line_begin(to, "retention-run");

    line_uint(&j, "assessment", (uint64_t)k->assessment);
    line_uint(&j, "run", (uint64_t)k->run);
    line_text(&j, "as_of", k->as_of);
    line_text(&j, "policy", k->policy);
    line_text(&j, "version", k->version);
    line_text(&j, "approved_by", *k->approved_by ? k->approved_by : NULL);
    line_bool(&j, "approved", k->approved);
    line_bool(&j, "example", k->stock);
    return line_end(&j, to);
}

static int rule_jsonl(const RetentionRuleRow *r, Outlet *to) {
    Json j = line_begin(to, "retention-rule");

    line_text(&j, "id", r->id);
    line_text(&j, "class", r->class);
    line_text(&j, "title", r->title);
    line_text(&j, "clock", r->clock);
    line_text(&j, "keep_at_least", *r->least ? r->least : NULL);
    line_text(&j, "keep_at_most", *r->most ? r->most : NULL);
    line_text(&j, "action", r->action);
    line_text(&j, "severity", r->severity);
    line_text(&j, "basis", r->basis);
    line_text(&j, "owner", *r->owner ? r->owner : NULL);
    return line_end(&j, to);
}

static int sum_jsonl(const RetentionSumRow *s, Outlet *to) {
    Json j = line_begin(to, "retention-sum");

    line_text(&j, "state", s->state);
    line_text(&j, "reason", *s->reason ? s->reason : NULL);
    line_uint(&j, "objects", s->objects);
    line_uint(&j, "bytes", s->bytes);
    return line_end(&j, to);
}

static void ids_jsonl(Json *j, const char *key, const char *ids) {
    json_key(j, key);
    json_array_begin(j);
    while (*ids) {
        size_t n = strcspn(ids, " ");

        json_span(j, span(ids, n));
        ids += n + (ids[n] == ' ');
    }
    json_array_end(j);
}

static void evidence_jsonl(Json *j, const RetainedRow *row) {
    json_key(j, "evidence");
    if (!*row->source) {
        json_null(j);
        return;
    }
    json_object_begin(j);
    line_text(j, "source", row->source);
    line_day(j, "from", row->age_from);
    line_day(j, "to", row->age_to);
    line_uint(j, "trust", row->trust);
    line_text(j, "pattern", *row->pattern ? row->pattern : NULL);
    line_bool(j, "conflict", row->flags & RETAINED_CONFLICT);
    json_object_end(j);
}

static int row_jsonl(const RetainedRow *row, Outlet *to) {
    Json j = line_begin(to, "retention");
    int r = line_locator(&j, "object", row->root, row->path);

    if (row->part.n)
        line_name(&j, "table", row->part);
    line_text(&j, "state", row->state);
    line_text(&j, "reason", *row->reason ? row->reason : NULL);
    line_text(&j, "rule", *row->rule ? row->rule : NULL);
    ids_jsonl(&j, "rules", row->rules);
    line_text(&j, "entry", *row->entry ? row->entry : NULL);
    evidence_jsonl(&j, row);
    line_day(&j, "due", row->due);
    json_key(&j, "days_overdue");
    json_int(&j, row->overdue);
    line_day(&j, "keep_until", row->keep_until);
    line_bool(&j, "never_store", row->flags & RETAINED_NEVER_STORE);
    line_bool(&j, "expired_exception", row->flags & RETAINED_EXPIRED_EXCEPTION);
    line_bool(&j, "from_contents", row->flags & RETAINED_JOINED);
    line_uint(&j, "depth", row->depth);
    line_uint(&j, "bytes", row->bytes);
    return r < 0 ? r : line_end(&j, to);
}

int keeping_jsonl(Store *s, const Keeping *k, Outlet *to, Error *reterr) {
    _cleanup_(retained_cursor_closep) RetainedCursor *rows = NULL;
    _cleanup_(arena_done) Arena a = {0};
    RetentionRuleRow *rules;
    RetentionSumRow *sums;
    size_t n_rules, n_sums;
    RetainedRow row;
    int r = retained_rules(s, k->assessment, &a, reterr, &rules, &n_rules);

    if (r == 0)
        r = retained_sums(s, k->assessment, &a, reterr, &sums, &n_sums);
    if (r == 0)
        r = head_jsonl(k, to);
    for (size_t i = 0; r == 0 && i < n_sums; i++)
        r = sum_jsonl(&sums[i], to);
    for (size_t i = 0; r == 0 && i < n_rules; i++)
        r = rule_jsonl(&rules[i], to);
    if (r == 0)
        r = retained_cursor_open(s, k->assessment, k->state, reterr, &rows);
    while (r >= 0 && (r = retained_cursor_step(rows, reterr, &row)) > 0)
        r = row_jsonl(&row, to);
    return r;
}

/* ---- CSV (RFC 4180) ---- */

/* A cell; what a spreadsheet would take for a formula gets an apostrophe in front. */
static void cell(Buf *b, Span text, bool last) {
    bool formula = text.n && memchr("=+-@\t\r", text.at[0], 6);

    buf_byte(b, '"');
    if (formula)
        buf_byte(b, '\'');
    for (size_t i = 0; i < text.n; i++) {
        if (text.at[i] == '"')
            buf_byte(b, '"');
        buf_byte(b, text.at[i]);
    }
    buf_text(b, last ? "\"\r\n" : "\",");
}

static void cell_text(Buf *b, const char *text) {
    cell(b, span_of(text), false);
}

static void cell_day(Buf *b, Day d) {
    char text[DAY_TEXT_MAX];

    day_print(d, text);
    cell_text(b, d == DAY_NONE ? "" : text);
}

static void cell_number(Buf *b, uint64_t v) {
    buf_printf(b, "%llu,", (unsigned long long)v);
}

static int row_csv(const RetainedRow *row, const RetentionRuleRow *rule, Buf *scratch, Outlet *to) {
    Buf *b = &to->buf;
    int r;

    buf_clear(scratch);
    r = name_print(scratch, row->root, row->path);
    cell(b, buf_as_span(scratch), false);
    buf_clear(scratch);
    show_span(scratch, row->part);
    cell(b, buf_as_span(scratch), false);
    cell_text(b, row->state);
    cell_text(b, row->reason);
    cell_text(b, row->rule);
    cell_text(b, rule ? rule->class : "");
    cell_day(b, row->due);
    cell_number(b, row->overdue > 0 ? (uint64_t)row->overdue : 0);
    cell_text(b, row->source);
    cell_day(b, row->age_from);
    cell_day(b, row->age_to);
    cell_number(b, row->trust);
    cell_text(b, rule ? rule->action : "");
    cell_text(b, rule ? rule->severity : "");
    cell_text(b, rule ? rule->owner : "");
    cell_text(b, rule ? rule->basis : "");
    cell_text(b, row->entry);
    cell_day(b, row->keep_until);
    cell_number(b, row->depth);
    buf_printf(b, "%llu\r\n", (unsigned long long)row->bytes);
    return r < 0 ? r : outlet_flush(to);
}

int keeping_csv(Store *s, const Keeping *k, Outlet *to, Error *reterr) {
    _cleanup_(retained_cursor_closep) RetainedCursor *rows = NULL;
    _cleanup_(arena_done) Arena a = {0};
    _cleanup_(buf_done) Buf scratch = {0};
    RetentionRuleRow *rules;
    RetainedRow row;
    size_t n;
    int r = retained_rules(s, k->assessment, &a, reterr, &rules, &n);

    if (r == 0)
        r = retained_cursor_open(s, k->assessment, k->state, reterr, &rows);
    buf_text(&to->buf, "object,table,state,reason,rule,class,due,days_overdue,evidence,age_from,"
                       "age_to,trust,action,severity,owner,basis,entry,keep_until,depth,bytes\r\n");
    while (r >= 0 && (r = retained_cursor_step(rows, reterr, &row)) > 0)
        r = row_csv(&row, keeping_rule(rules, n, row.rule), &scratch, to);
    return r;
}
