/*
 * Import: see import.h.
 *
 * A rule is first compiled alone: what the engine refuses is refused here, with its sentence, and
 * texts are tried on that engine until some are found and some are not. Then all that are left are
 * compiled together, with the built-in detectors, and proved; examples that fail go, and whoever
 * has none left goes too, until a round fails nothing.
 */
#include "scan/import.h"

#include <xxhash.h>

#include "base/utf8.h"
#include "rule/sample.h"
#include "rule/yaml.h"
#include "scan/prove.h"

enum {
    TRIES = 96,     /* texts made of an expression */
    EXAMPLES = 3,   /* kept of those */
    GIVEN_MAX = 50, /* of a file's own examples */
    ROUNDS = 6,
    FRAMES = 5,
    EXAMPLE_MAX = 16384,
};

void import_done(Import *m) {
    for (ImportRule *r = m->first; r; r = r->next)
        buf_done(&r->text);
    buf_done(&m->said);
    arena_done(&m->arena);
    *m = (Import){0};
}

/* ---- reading ---- */

static void say(Import *m, const RuleMark *at, const char *id, const char *format, ...)
    _printf_(4, 5);
static void say(Import *m, const RuleMark *at, const char *id, const char *format, ...) {
    va_list args;

    buf_printf(&m->said, "%s:%u:%u: ", at->file, at->line, at->col);
    if (id)
        buf_printf(&m->said, "%s: ", quote(span_of(id)).text);
    va_start(args, format);
    buf_vprintf(&m->said, format, args);
    va_end(args);
    buf_byte(&m->said, '\n');
}

static bool id_taken(const Import *m, const char *id) {
    for (const ImportRule *r = m->first; r; r = r->next) {
        if (strcmp(r->carried.id, id) == 0)
            return true;
    }
    return false;
}

/* The second of a name is its name with -2 behind it. */
static int id_unique(Import *m, Carried *c) {
    for (unsigned n = 2; id_taken(m, c->id) && n < 1000; n++) {
        char id[80];

        snprintf(id, sizeof(id), "%.58s-%u", c->id, n);
        if (id_taken(m, id))
            continue;
        c->id = arena_text(&m->arena, span_of(id));
        if (!c->id)
            return -ENOMEM;
    }
    return 0;
}

static const char *source_of(Import *m, const RuleMark *at) {
    _cleanup_(buf_done) Buf b = {0};
    const char *name = strrchr(at->file, '/');

    buf_printf(&b, "%s:%u", name ? name + 1 : at->file, at->line);
    return buf_error(&b) < 0 ? NULL : arena_text(&m->arena, buf_as_span(&b));
}

/* What a rule allows, for its detector alone. */
static void rule_allows(Import *m, const Foreign *f, ImportRule *r, Buf *to) {
    const ForeignRule *rule = r->carried.rule;

    for (size_t i = 0; i < rule->n_allows; i++) {
        const char *why;

        if (carry_allow(&rule->allows[i], f->dialect, r->carried.id, r->source, &m->arena, to,
                        &why))
            continue;
        say(m, &rule->allows[i].mark, rule->id, "without %s", why);
        r->in_part = true;
    }
}

static void rule_losses(Import *m, ImportRule *r) {
    const Carried *c = &r->carried;

    for (const ForeignLoss *l = c->rule->losses; l; l = l->next) {
        say(m, &l->mark, c->rule->id, "without %s", l->what);
        r->in_part = true;
    }
}

static int rule_add(Import *m, const Foreign *f, const ForeignRule *rule, Buf *allows) {
    ImportRule *r = arena_new(&m->arena, ImportRule);
    int rc = r ? carry_rule(f, rule, &m->arena, &r->carried) : -ENOMEM;

    if (rc == 0)
        rc = id_unique(m, &r->carried);
    if (rc < 0)
        return rc;
    r->source = source_of(m, &rule->mark);
    r->failed = r->carried.refused;
    if (!r->source)
        return -ENOMEM;
    if (m->last)
        m->last->next = r;
    else
        m->first = r;
    m->last = r;
    m->n++;
    if (r->failed)
        return 0;
    rule_losses(m, r);
    rule_allows(m, f, r, allows);
    return 0;
}

static const char *allow_id(Import *m, const Foreign *f, const char *label) {
    const char *name = strrchr(label, '/'), *dot;
    _cleanup_(buf_done) Buf b = {0};

    name = name ? name + 1 : label;
    dot = strrchr(name, '.');
    buf_text(&b, "allow.");
    buf_add(&b, name, dot ? (size_t)(dot - name) : strlen(name));
    return buf_error(&b) < 0 ? NULL : carry_id(f->program, buf_cstr(&b), &m->arena);
}

/* What the file allows, for all detectors of its program. */
static void file_allows(Import *m, const Foreign *f, Buf *to) {
    _cleanup_(buf_done) Buf types = {0};

    buf_printf(&types, "%s.*", strcmp(f->program, "noseyparker") == 0 ? "np" : f->program);
    for (size_t i = 0; i < f->n_allows; i++) {
        const char *why, *source = source_of(m, &f->allows[i].mark);

        if (source &&
            carry_allow(&f->allows[i], f->dialect, buf_cstr(&types), source, &m->arena, to, &why))
            continue;
        say(m, &f->allows[i].mark, NULL, "without %s", source ? why : "no memory");
        m->lost = true;
    }
    for (const ForeignLoss *l = f->losses; l; l = l->next) {
        say(m, &l->mark, NULL, "without %s", l->what);
        m->lost = true;
    }
}

int import_add(Import *m, Span bytes, const char *label, Error *reterr, ImportAllow *ret) {
    _cleanup_(buf_done) Buf allows = {0};
    Foreign *f = arena_new(&m->arena, Foreign);
    int r = f ? foreign_read(bytes, label, &m->arena, reterr, f) : -ENOMEM;

    for (size_t i = 0; r == 0 && i < f->n; i++)
        r = rule_add(m, f, &f->rules[i], &allows);
    if (r < 0)
        return r;
    file_allows(m, f, &allows);
    *ret = (ImportAllow){.id = allow_id(m, f, label)};
    if (!ret->id)
        return -ENOMEM;
    if (allows.n)
        buf_printf(&ret->text, "format: allow/1\nid: %s\nentries:\n%s", ret->id, buf_cstr(&allows));
    return buf_error(&allows) < 0 ? -ENOMEM : buf_error(&ret->text);
}

/* ---- alone ---- */

/* One detector compiled, and hands on it. */
typedef struct Alone {
    Rules *rules;
    Engine *engine;
    Matcher *matcher;
    size_t hits;
    Buf text;
} Alone;

static void alone_done(Alone *a) {
    matcher_free(a->matcher);
    engine_free(a->engine);
    rules_free(a->rules);
    buf_done(&a->text);
}

static void on_hit(void *of, const Matcher *m _unused_, const Window *w _unused_,
                   const Hit *hit _unused_) {
    ((Alone *)of)->hits++;
}

static bool finds(Alone *a, Span text) {
    const MatcherSink sink = {.of = a, .hit = on_hit, .floor = LEVEL_MEDIUM};
    Window w = {.n = text.n, .hi = text.n};

    buf_clear(&a->text);
    buf_span(&a->text, text);
    if (!buf_extend(&a->text, MATCHER_PAD))
        return false;
    memset(a->text.at + text.n, 0, MATCHER_PAD);
    w.text = a->text.at;
    a->hits = 0;
    return matcher_scan(a->matcher, &w, &sink) == 0 && a->hits > 0;
}

static int rule_text(ImportRule *r) {
    buf_clear(&r->text);
    carry_print(&r->carried, r->source, &r->examples, &r->negative_examples, r->generated,
                &r->text);
    return buf_error(&r->text);
}

/* The sentence without the place in a text that nobody has seen. */
static const char *without_place(const char *sentence) {
    const char *match = strstr(sentence, "match: ");

    return match ? match + strlen("match: ") : sentence;
}

static int alone_make(Import *m, ImportRule *r, Alone *a) {
    static const char *x[] = {"x"};
    const Words one = {x, 1};
    Error e = {0};
    RulesText text = {.name = r->carried.id};
    RulesOptions o = {.no_builtin = true, .texts = &text, .n_texts = 1};
    int rc;

    r->examples = r->negative_examples = one;
    rc = rule_text(r);
    text.bytes = buf_as_span(&r->text);
    r->examples = r->negative_examples = (Words){0};
    if (rc == 0)
        rc = rules_load(&o, &e, &a->rules);
    if (rc == 0)
        rc = engine_new(a->rules, NULL, &e, &a->engine);
    if (rc == 0)
        rc = matcher_new(a->engine, &a->matcher);
    if (rc == -EINVAL || rc == -E2BIG) {
        r->failed = arena_text(&m->arena, span_of(without_place(e.text)));
        return r->failed ? 0 : -ENOMEM;
    }
    return rc;
}

static int words_add(Import *m, Words *w, size_t most, Span text) {
    const char *copy;

    if (!w->at)
        w->at = arena_array(&m->arena, most, sizeof(*w->at));
    if (w->n == most)
        return 0;
    for (size_t i = 0; i < w->n; i++) {
        if (span_is(text, w->at[i]))
            return 0;
    }
    copy = arena_text(&m->arena, text);
    if (!w->at || !copy)
        return -ENOMEM;
    w->at[w->n++] = copy;
    return 0;
}

static bool may_be_example(Span s) {
    return s.n && s.n <= EXAMPLE_MAX && utf8_valid(s) && !memchr(s.at, 0, s.n);
}

/* The file's own. */
static int given_examples(Import *m, ImportRule *r, Alone *a) {
    const ForeignRule *rule = r->carried.rule;
    size_t missed = 0;
    int rc = 0;

    for (size_t i = 0; i < rule->examples.n && rc == 0; i++) {
        Span text = span_of(rule->examples.at[i]);

        if (may_be_example(text) && finds(a, text))
            rc = words_add(m, &r->examples, GIVEN_MAX, text);
        else
            missed++;
    }
    if (missed)
        say(m, &rule->mark, rule->id, "note: %zu of its %zu examples are not found", missed,
            rule->examples.n);
    for (size_t i = 0; i < rule->negative_examples.n && rc == 0; i++) {
        Span text = span_of(rule->negative_examples.at[i]);

        if (may_be_example(text) && !finds(a, text))
            rc = words_add(m, &r->negative_examples, GIVEN_MAX, text);
    }
    return rc;
}

/* A text of the expression, in one of the ways in which it may stand somewhere. */
static void make_text(const ImportRule *r, unsigned n, Buf *to, TermSample *ret) {
    static const uint32_t more[] = {0, 4, 16, 40};
    static const char *const before[FRAMES] = {"", "", "key = \"", "\n", "("};
    static const char *const behind[FRAMES] = {"", " ", "\"", "\n", ")"};
    const Carried *c = &r->carried;
    uint64_t seed = XXH3_64bits_withSeed(c->id, strlen(c->id), n);

    buf_clear(to);
    if (c->near.n)
        buf_printf(to, "%s: ", c->near.at[n % c->near.n]);
    buf_text(to, before[n / 4 % FRAMES]);
    term_sample(c->expression.root, c->value, seed, more[n % 4], to, ret);
    buf_text(to, behind[n / 4 % FRAMES]);
}

/* Texts that are nearly such: cut, spoiled, or of one letter only. */
static int spoiled(Import *m, ImportRule *r, Alone *a, Span text, const TermSample *value) {
    _cleanup_(buf_done) Buf b = {0};
    int rc = 0;

    for (unsigned way = 0; way < 4 && rc == 0; way++) {
        size_t n = value->end - value->start;

        buf_clear(&b);
        buf_span(&b, text);
        if (buf_error(&b) < 0)
            return -ENOMEM;
        if (way == 0)
            b.n = value->start + n * 2 / 3;
        else if (way == 1)
            memset(b.at + value->start, 'x', n);
        else if (way == 2)
            memset(b.at + value->start, '-', (n + 3) / 4);
        else
            b.n = value->start + n / 4;
        if (may_be_example(buf_as_span(&b)) && !finds(a, buf_as_span(&b)))
            rc = words_add(m, &r->negative_examples, EXAMPLES, buf_as_span(&b));
    }
    return rc;
}

static int made_examples(Import *m, ImportRule *r, Alone *a) {
    bool positive = !r->examples.n, negative = !r->negative_examples.n;
    _cleanup_(buf_done) Buf b = {0};
    int rc = 0;

    for (unsigned i = 0; i < TRIES && rc == 0; i++) {
        TermSample value;

        make_text(r, i, &b, &value);
        if (!may_be_example(buf_as_span(&b)) || !finds(a, buf_as_span(&b)))
            continue;
        if (positive)
            rc = words_add(m, &r->examples, TRIES, buf_as_span(&b));
        if (rc == 0 && negative && r->negative_examples.n < EXAMPLES)
            rc = spoiled(m, r, a, buf_as_span(&b), &value);
    }
    r->generated = positive;
    return rc;
}

static int prove_alone(Import *m, ImportRule *r) {
    static const char nothing[] = "there is nothing of this kind here";
    _cleanup_(alone_done) Alone a = {0};
    int rc = alone_make(m, r, &a);

    if (rc == 0 && !r->failed)
        rc = given_examples(m, r, &a);
    if (rc == 0 && !r->failed && (!r->carried.rule->examples.n || !r->negative_examples.n))
        rc = made_examples(m, r, &a);
    if (rc < 0 || r->failed)
        return rc;
    if (!r->negative_examples.n && !finds(&a, span_of(nothing)))
        rc = words_add(m, &r->negative_examples, EXAMPLES, span_of(nothing));
    if (!r->examples.n)
        r->failed = r->carried.rule->examples.n
                        ? "none of its examples is found"
                        : "no text that its expression makes is found: it has no example";
    else if (!r->negative_examples.n)
        r->failed = "it finds any text";
    return rc;
}

/* ---- together ---- */

static ImportRule *rule_of(const Import *m, const char *id) {
    for (ImportRule *r = m->first; r; r = r->next) {
        if (strcmp(r->carried.id, id) == 0)
            return r;
    }
    return NULL;
}

typedef struct Round {
    Import *import;
    size_t failures;
    bool no_memory;
} Round;

/* Failed examples are marked by NULL until the round is over. */
static bool drop_example(const RuleMark *mark, const Example *at, size_t n, Words *w) {
    for (size_t i = 0; i < n && i < w->n; i++) {
        if (mark == &at[i].mark) {
            w->at[i] = NULL;
            return true;
        }
    }
    return false;
}

static void on_failed(void *of, const Detector *d, const RuleMark *mark, const char *sentence) {
    Round *round = of;
    ImportRule *r = rule_of(round->import, d->id);
    const char *reason = arena_text(&round->import->arena, span_of(sentence));

    round->failures++;
    round->no_memory |= !reason;
    if (!r || !reason)
        return;
    if (drop_example(mark, d->examples, d->n_examples, &r->examples) ||
        drop_example(mark, d->negative_examples, d->n_negative_examples, &r->negative_examples)) {
        r->carried.refused = reason; /* should it be the last one */
        return;
    }
    r->failed = reason;
}

static void on_noted(void *of, const Detector *d, const RuleMark *mark _unused_,
                     const char *sentence) {
    Round *round = of;
    ImportRule *r = rule_of(round->import, d->id);

    if (r)
        say(round->import, &r->carried.rule->mark, r->carried.rule->id, "note: %s", sentence);
}

static void words_compact(Words *w) {
    size_t n = 0;

    for (size_t i = 0; i < w->n; i++) {
        if (w->at[i])
            w->at[n++] = w->at[i];
    }
    w->n = n;
}

static void round_settle(Import *m) {
    for (ImportRule *r = m->first; r; r = r->next) {
        words_compact(&r->examples);
        words_compact(&r->negative_examples);
        if (!r->failed && (!r->examples.n || !r->negative_examples.n))
            r->failed = r->carried.refused;
    }
}

static bool is_imported(const Detector *d) {
    return !d->builtin;
}

static int round_texts(Import *m, RulesText *texts, size_t *ret_n) {
    *ret_n = 0;
    for (ImportRule *r = m->first; r; r = r->next) {
        int rc = r->failed ? 0 : rule_text(r);

        if (rc < 0)
            return rc;
        if (!r->failed)
            texts[(*ret_n)++] = (RulesText){r->carried.id, buf_as_span(&r->text)};
    }
    return 0;
}

static int prove_round(Import *m, RulesText *texts, Error *reterr, size_t *ret_failures) {
    const char *cache = m->cache;
    _cleanup_(rules_freep) Rules *rules = NULL;
    _cleanup_(engine_freep) Engine *engine = NULL;
    RulesOptions o = {.no_builtin = m->no_builtin, .texts = texts};
    Round round = {.import = m};
    const ProveSink sink = {.of = &round, .failed = on_failed, .noted = on_noted};
    ProveCount count;
    int r = round_texts(m, texts, &o.n_texts);

    if (r == 0)
        r = rules_load(&o, reterr, &rules);
    if (r == 0)
        r = engine_new(rules, cache, reterr, &engine);
    if (r == 0)
        r = prove_some(engine, is_imported, &sink, &count);
    if (r < 0)
        return r;
    round_settle(m);
    *ret_failures = round.failures;
    return round.no_memory ? -ENOMEM : 0;
}

/* Of the texts that an expression made, a few are enough. */
static void keep_few(Import *m) {
    for (ImportRule *r = m->first; r; r = r->next) {
        if (r->generated && r->examples.n > EXAMPLES)
            r->examples.n = EXAMPLES;
    }
}

static void tell_rule(Import *m, ImportRule *r) {
    const Carried *c = &r->carried;

    if (r->failed) {
        const RuleMark *at = c->rule->left_out ? &c->rule->left_mark : &c->rule->mark;

        say(m, at, c->rule->id, "left out: %s", r->failed);
        m->left++;
        return;
    }
    if (c->extra)
        say(m, &c->rule->mark, c->rule->id,
            "note: a repeat without an end now ends %u beyond its least", c->extra);
    if (c->near.n)
        say(m, &c->rule->mark, c->rule->id,
            "note: its keywords must stand as words within 256 bytes, not anywhere in the file");
    if (c->first_group)
        say(m, &c->rule->mark, c->rule->id, "note: of its groups the first is taken for the value");
    if (c->expression.anchors)
        say(m, &c->rule->mark, c->rule->id, "note: ends of the text are ends of lines here");
    if (r->in_part)
        m->part++;
    else
        m->whole++;
}

int import_prove(Import *m, Error *reterr) {
    _cleanup_(free_p) RulesText *texts = calloc(m->n + 1, sizeof(*texts));
    size_t failures = 1, said;
    int r = texts ? 0 : -ENOMEM;

    for (ImportRule *rule = m->first; rule && r == 0; rule = rule->next) {
        if (!rule->failed)
            r = prove_alone(m, rule);
    }
    said = m->said.n;
    for (unsigned i = 0; i < ROUNDS && failures && r == 0; i++) {
        m->said.n = said; /* what the round before noted is noted again */
        r = prove_round(m, texts, reterr, &failures);
        if (r == 0 && i == 0)
            keep_few(m);
        if (r == 0 && i == 0 && !failures)
            failures = 1; /* few are left: proved again as they will stand */
    }
    if (r == 0 && failures)
        return error_set(reterr, -EINVAL, "the examples do not come to hold together");
    for (ImportRule *rule = m->first; rule && r == 0; rule = rule->next)
        tell_rule(m, rule);
    return r < 0 ? r : buf_error(&m->said);
}
