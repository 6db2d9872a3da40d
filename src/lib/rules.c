/*
 * Rules: loading, listing, showing and proving them.
 *
 * Titles and words come from files of users and are shown with escapes.
 */
#include "base/json.h"
#include "base/show.h"
#include "lib/common.h"
#include "lib/tables.h"
#include "scan/prove.h"

/* ---- loading ---- */

/* Tables of exact data match want their keys. */
static int unlock_tables(terrier_rules *rules, Error *reterr) {
    _cleanup_(buf_wipe) Buf keys = {0};
    int r = tables_keys(rules->rules, reterr, &keys);

    for (size_t i = 0; i < rules->rules->n_edms && r == 0; i++)
        r = engine_unlock(rules->engine, i, keys.at + i * EDM_KEY, reterr);
    return r;
}

static int rules_new(const terrier_rules_options *o, Error *reterr, terrier_rules **ret) {
    terrier_rules *rules = calloc(1, sizeof(*rules));
    const RulesOptions options = rules_options_from(o);
    _cleanup_(free_p) char *cache = cache_directory(o);
    int r = rules ? 0 : -ENOMEM;

    if (r == 0)
        r = rules_load(&options, reterr, &rules->rules);
    if (r == 0)
        r = engine_new(rules->rules, cache, reterr, &rules->engine);
    if (r == 0)
        r = unlock_tables(rules, reterr);
    if (r < 0) {
        terrier_rules_free(rules);
        return r;
    }
    *ret = rules;
    return 0;
}

int terrier_rules_new(const terrier_rules_options *options, terrier_error *error,
                      terrier_rules **ret) {
    Error e = {0};
    int r = rules_new(options, &e, ret);

    return error_out(r, &e, error);
}

terrier_rules *terrier_rules_free(terrier_rules *rules) {
    if (!rules)
        return NULL;
    engine_free(rules->engine);
    rules_free(rules->rules);
    free(rules);
    return NULL;
}

/* ---- the list ---- */

static void put_words(Buf *b, const Words *w, const char *between) {
    for (size_t i = 0; i < w->n; i++) {
        if (i)
            buf_text(b, between);
        show_text(b, w->at[i]);
    }
}

/* Fills up to a column, and puts two blanks at least. */
static void put_blanks(Buf *b, size_t line, size_t column) {
    size_t at = b->n - line;

    for (size_t n = at + 2 <= column ? column - at : 2; n; n--)
        buf_byte(b, ' ');
}

static size_t longest_id(const Rules *rules) {
    size_t most = 0;

    for (size_t i = 0; i < rules->n; i++) {
        size_t n = strlen(rules->detectors[i].id);

        most = n > most ? n : most;
    }
    return most;
}

static void list_text(const Detector *d, size_t width, Buf *b) {
    size_t line = b->n;

    buf_text(b, d->id);
    put_blanks(b, line, width + 2);
    buf_text(b, d->category->id);
    put_blanks(b, line, width + 26);
    buf_text(b, tier_name(d->tier));
    put_blanks(b, line, width + 40);
    if (d->regions.n)
        put_words(b, &d->regions, ",");
    else
        buf_byte(b, '-');
    put_blanks(b, line, width + 46);
    show_text(b, d->title);
    buf_byte(b, '\n');
}

static void list_json(const Detector *d, Buf *b) {
    Json j = json_to(b);

    json_object_begin(&j);
    json_key(&j, "kind");
    json_text(&j, "detector");
    json_key(&j, "id");
    json_text(&j, d->id);
    json_key(&j, "title");
    json_text(&j, d->title);
    json_key(&j, "category");
    json_text(&j, d->category->id);
    json_key(&j, "tier");
    json_text(&j, tier_name(d->tier));
    json_key(&j, "regions");
    json_array_begin(&j);
    for (size_t i = 0; i < d->regions.n; i++)
        json_text(&j, d->regions.at[i]);
    json_array_end(&j);
    json_key(&j, "validate");
    json_text(&j, d->validate);
    json_key(&j, "builtin");
    json_bool(&j, d->builtin);
    json_object_end(&j);
    buf_byte(b, '\n');
}

int terrier_rules_list(const terrier_rules *rules, terrier_format format, terrier_write write,
                       void *of, terrier_error *error) {
    Writer out = writer_of(write, of);
    size_t width = longest_id(rules->rules);
    Error e = {0};

    for (size_t i = 0; i < rules->rules->n; i++) {
        if (format == TERRIER_JSONL)
            list_json(&rules->rules->detectors[i], &out.buf);
        else
            list_text(&rules->rules->detectors[i], width, &out.buf);
        writer_flush(&out);
    }
    return error_out(writer_close(&out, 0, &e), &e, error);
}

/* ---- one detector ---- */

enum { SHOW_COLUMN = 16, SHOW_WIDTH = 100 };

static void show_label(Buf *b, const char *label) {
    buf_printf(b, "%-*s", SHOW_COLUMN, label);
}

static void show_field(Buf *b, const char *label, const char *value) {
    show_label(b, label);
    show_text(b, value);
    buf_byte(b, '\n');
}

/* Words in lines of at most SHOW_WIDTH, those after the first indented. */
static void show_words(Buf *b, const char *label, const Words *w) {
    size_t line = b->n;

    if (!w->n)
        return;
    show_label(b, label);
    for (size_t i = 0; i < w->n; i++) {
        if (i && b->n - line + strlen(w->at[i]) + 2 > SHOW_WIDTH) {
            buf_text(b, ",\n");
            line = b->n;
            show_label(b, "");
        } else if (i) {
            buf_text(b, ", ");
        }
        show_text(b, w->at[i]);
    }
    buf_byte(b, '\n');
}

static void show_match(Buf *b, const EngineMatch *m, const char *label) {
    static const char *const kinds[N_MATCH_KINDS] = {"shape",   "pattern",     "keyword", "phrase",
                                                     "scanner", "combination", "columns"};
    const Match *rule = m->rule;

    show_label(b, label);
    buf_printf(b, "%s ", kinds[rule->kind]);
    show_text(b, rule->text);
    if (rule->kind == MATCH_SHAPE && rule->separators[0])
        buf_printf(b, "  separators '%s'", rule->separators);
    if (rule->dictionary)
        buf_printf(b, "  of dictionary %s", rule->dictionary);
    if (rule->entropy > 0)
        buf_printf(b, "  entropy %.1f", (double)rule->entropy);
    buf_printf(b, "  base %+.2f (%s)\n", (double)m->base, level_name(level_of((double)m->base)));
}

static void show_matches(Buf *b, const Engine *e, size_t detector) {
    const char *label = "found by";

    for (size_t i = 0; i < e->n_matches; i++) {
        if (e->matches[i].detector != detector)
            continue;
        show_match(b, &e->matches[i], label);
        label = "";
    }
}

static void show_mask(Buf *b, const Mask *m) {
    show_label(b, "mask");
    if (m->email)
        buf_text(b, "e-mail: first letters and top-level domain stay\n");
    else
        buf_printf(b, "the first %u and the last %u characters stay\n", m->keep_first,
                   m->keep_last);
}

static void show_examples(Buf *b, const char *label, const Example *at, size_t n) {
    for (size_t i = 0; i < n; i++)
        show_field(b, i ? "" : label, at[i].text);
}

static void show_detector(Buf *b, const Engine *e, size_t number) {
    const Detector *d = &e->rules->detectors[number];

    buf_printf(b, "%s\n", d->id);
    show_field(b, "title", d->title);
    show_label(b, "category");
    buf_printf(b, "%s (%s)\n", d->category->id, d->category->title);
    show_field(b, "tier", tier_name(d->tier));
    if (d->regions.n)
        show_words(b, "regions", &d->regions);
    else
        show_field(b, "regions", "everywhere");
    show_label(b, "from");
    buf_printf(b, "%s:%u\n", d->mark.file, d->mark.line);
    show_matches(b, e, number);
    show_field(b, "validated by", d->validate ? d->validate : "nothing: there is no checksum");
    show_words(b, d->context.required ? "needs near" : "words for", &d->context.near);
    show_words(b, "words against", &d->context.not_near);
    show_words(b, "columns", &d->context.columns);
    show_words(b, "whole columns", &d->context.whole_columns);
    show_words(b, "other columns", &d->context.not_columns);
    show_mask(b, &d->mask);
    show_words(b, "test values", &d->test_values);
    show_examples(b, "examples", d->examples, d->n_examples);
    show_examples(b, "not found", d->negative_examples, d->n_negative_examples);
    for (size_t i = 0; i < d->references.n; i++)
        show_field(b, i ? "" : "references", d->references.at[i]);
}

static int no_such_detector(const char *id, Error *reterr) {
    _cleanup_(buf_done) Buf shown = {0};

    show_text(&shown, id);
    return error_set(reterr, -ENOENT,
                     "there is no detector '%.100s'; terrier rules list names them",
                     buf_cstr(&shown));
}

int terrier_rules_show(const terrier_rules *rules, const char *id, terrier_write write, void *of,
                       terrier_error *error) {
    Writer out = writer_of(write, of);
    int number = rules_find(rules->rules, span_of(id)), r = 0;
    Error e = {0};

    if (number >= 0)
        show_detector(&out.buf, rules->engine, (size_t)number);
    else
        r = no_such_detector(id, &e);
    return error_out(writer_close(&out, r, &e), &e, error);
}

/* ---- proofs ---- */

static void check_line(Writer *out, const Detector *d, const RuleMark *mark, const char *kind,
                       const char *sentence) {
    buf_printf(&out->buf, "%s:%u:%u: %s%s: %s\n", mark->file, mark->line, mark->col, kind, d->id,
               sentence);
    writer_flush(out);
}

static void check_failed(void *of, const Detector *d, const RuleMark *mark, const char *sentence) {
    check_line(of, d, mark, "", sentence);
}

static void check_noted(void *of, const Detector *d, const RuleMark *mark, const char *sentence) {
    check_line(of, d, mark, "note: ", sentence);
}

int terrier_rules_check(const terrier_rules *rules, terrier_write write, void *of,
                        terrier_check *ret, terrier_error *error) {
    Writer out = writer_of(write, of);
    const ProveSink sink = {.of = &out, .failed = check_failed, .noted = check_noted};
    ProveCount count = {0};
    Error e = {0};
    int r = prove_all(rules->engine, &sink, &count);

    *ret = (terrier_check){
        .detectors = count.detectors, .proofs = count.proofs, .failures = count.failures};
    return error_out(writer_close(&out, r, &e), &e, error);
}
