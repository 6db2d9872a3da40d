/* Engine: see engine.h. Rules are untrusted until this succeeds; complaints carry file:line:col. */
#include "detect/engine.h"

#include "detect/candidate.h"
#include "detect/ready.h"
#include "detect/regex.h"
#include "rule/edm.h"

Engine *engine_free(Engine *e) {
    if (!e)
        return NULL;
    needles_free(e->needles);
    keywords_done(&e->keywords);
    shapes_done(&e->shapes);
    runs_done(&e->runs);
    context_words_free(e->words);
    column_names_free(e->column_names);
    combinations_done(&e->combinations);
    allow_set_free(e->allow);
    for (size_t i = 0; e->edms && i < e->rules->n_edms; i++)
        edm_free(e->edms[i]);
    free(e->edms);
    for (size_t i = 0; e->word_lists && i < e->rules->n_dictionaries; i++)
        word_list_free(e->word_lists[i]);
    free(e->word_lists);
    free(e->patterns);
    free(e->keyword_patterns);
    free(e->layouts);
    free(e->matches);
    free(e->detectors);
    arena_done(&e->arena);
    free(e);
    return NULL;
}

/* Puts file:line:col and the pattern at fault before what is in reterr. */
static int complain(const Match *m, Error *reterr, int code) {
    if (code == -EINVAL)
        error_note(reterr, "%s:%u:%u: match: '%.60s'", m->mark.file, m->mark.line, m->mark.col,
                   m->text);
    return code;
}

static uint8_t separator_bits(const char *separators) {
    uint8_t bits = 0;

    for (const char *p = separators; *p; p++)
        bits |= separator_bit((uint8_t)*p);
    return bits;
}

static int add_shape(Engine *e, uint16_t number, const Match *m, Error *reterr) {
    ShapeRule rule = {.detector = e->matches[number].detector,
                      .match = number,
                      .alone = e->matches[number].alone,
                      .base = e->matches[number].base,
                      .within = e->detectors[e->matches[number].detector].within,
                      .separators = separator_bits(m->separators)};
    uint8_t groups[LAYOUT_GROUPS_MAX];
    int n = shape_parse(m->text, groups), r;

    if (n < 0)
        return error_set(reterr, -EINVAL, "is no shape, expected digit groups such as 3-2-4");
    if (n > 1 && !rule.separators)
        return error_set(reterr, -EINVAL,
                         "has groups but no separators, expected one or more of space - . /");
    r = shapes_add(&e->shapes, groups, (size_t)n, m->lead, rule);
    if (r == -ENOSPC)
        return error_set(reterr, -EINVAL, "there are too many shapes");
    return r;
}

static int add_layout(Engine *e, uint16_t number, const Match *m, Error *reterr) {
    Layout *l = &e->layouts[e->n_layouts];
    int r = layout_parse(m->text, reterr, l);

    if (r < 0)
        return r;
    e->n_layouts++;
    e->matches[number].layout = l;
    if (l->plus) {
        if (e->n_plus_matches == ENGINE_PLUS_MATCHES)
            return error_set(reterr, -EINVAL, "more than %d layouts hang on a '+'",
                             ENGINE_PLUS_MATCHES);
        e->plus_matches[e->n_plus_matches++] = number;
        return 0;
    }
    if (l->n_groups) {
        r = shapes_add(&e->shapes, l->groups, l->n_groups, m->lead,
                       (ShapeRule){.detector = e->matches[number].detector,
                                   .match = number,
                                   .alone = e->matches[number].alone,
                                   .base = e->matches[number].base,
                                   .within = e->detectors[e->matches[number].detector].within,
                                   .layout = l});
        if (r == -EINVAL)
            return error_set(reterr, r, "has a chain of digits longer than %d", SHAPE_CHAIN_MAX);
        return r;
    }
    r = runs_add(&e->runs, l, e->matches[number].detector, number);
    if (r == -EINVAL)
        return error_set(reterr, r, "has a run of letters and digits longer than %d", RUN_MAX);
    return r;
}

/* IPv4 is found by the trie too: four groups of one to three digits with dots. */
static int add_ipv4(Engine *e, uint16_t number) {
    ShapeRule rule = {.detector = e->matches[number].detector,
                      .match = number,
                      .separators = SEPARATOR_DOT,
                      .alone = e->matches[number].alone,
                      .base = e->matches[number].base,
                      .within = e->detectors[e->matches[number].detector].within,
                      .ipv4 = true};
    int r = 0;

    for (unsigned i = 0; i < 81 && r == 0; i++) {
        uint8_t groups[4] = {(uint8_t)(1 + i % 3), (uint8_t)(1 + i / 3 % 3),
                             (uint8_t)(1 + i / 9 % 3), (uint8_t)(1 + i / 27)};

        r = shapes_add(&e->shapes, groups, 4, NULL, rule);
    }
    return r;
}

static int add_form(Engine *e, uint16_t number, const Match *m, Error *reterr) {
    int form = form_parse(m->text);

    if (form < 0)
        return error_set(reterr, -EINVAL,
                         "is no scanner, expected email, iban, ipv4, ipv6, mac, uuid, phone, "
                         "bitcoin, bitcoin-key or ethereum");
    e->matches[number].form = (int16_t)form;
    if (form == FORM_IPV4)
        return add_ipv4(e, number);
    if (e->n_form_matches[form] == ENGINE_FORM_MATCHES)
        return error_set(reterr, -EINVAL, "more than %d detectors use this scanner",
                         ENGINE_FORM_MATCHES);
    e->form_matches[form][e->n_form_matches[form]++] = number;
    return 0;
}

/* A pattern of a user: all that is known of one that is ready. */
static int read_pattern(Engine *e, const char *pattern, uint32_t options, Error *reterr,
                        EnginePattern *ret) {
    _cleanup_(buf_done) Buf derived = {0};
    pcre2_code *code;
    int r = pattern_compile(pattern, options, reterr, &code);

    if (r < 0)
        return r;
    ret->value = pattern_capture(code, "value");
    ret->word = pattern_capture(code, "word");
    pcre2_code_free(code);
    r = regex_derive(pattern, &derived, reterr);
    if (r < 0)
        return r;
    ret->derived = arena_text(&e->arena, span(derived.at, derived.n));
    return ret->derived ? 0 : -ENOMEM;
}

/*
 * options: further ones of PCRE2. The original is matched by PCRE2 alone; a pattern that does not
 * belong to cells is searched for in its derived form.
 */
static int add_pattern(Engine *e, uint16_t number, const char *pattern, uint32_t options,
                       Error *reterr) {
    EnginePattern *p = &e->patterns[e->n_patterns];
    const char *dictionary = e->matches[number].rule->dictionary;
    const ReadyPattern *ready = ready_find(pattern, options);
    int r = 0;

    *p = (EnginePattern){.text = pattern,
                         .options = options,
                         .match = number,
                         .words =
                             (int16_t)(dictionary ? rules_dictionary(e->rules, dictionary) : -1)};
    if (ready) {
        p->derived = ready->derived;
        p->value = ready->value;
        p->word = ready->word;
    } else {
        r = read_pattern(e, pattern, options, reterr, p);
    }
    if (r < 0)
        return r;
    e->keyword_patterns[e->n_patterns] =
        (KeywordPattern){.derived = p->derived,
                         .ready = ready ? ready->needles : -1,
                         .literal = ready ? 0 : regex_literal(p->derived)};
    e->matches[number].pattern = (int32_t)e->n_patterns++;
    return 0;
}

/* A phrase as a pattern. */
static int add_phrase(Engine *e, uint16_t number, const char *phrase, Error *reterr) {
    _cleanup_(buf_done) Buf pattern = {0};
    int r = pattern_of_phrase(phrase, &pattern);
    const char *text = r == 0 ? arena_text(&e->arena, span(pattern.at, pattern.n)) : NULL;

    return text ? add_pattern(e, number, text, 0, reterr) : -ENOMEM;
}

/* A regex for the whole of a cell. */
static int add_cell(Engine *e, uint16_t number, const Match *m, Error *reterr) {
    EngineDetector *d = &e->detectors[e->matches[number].detector];
    uint16_t pattern = (uint16_t)e->n_patterns;
    int r = add_pattern(e, number, m->text, PATTERN_CELL, reterr);

    if (r < 0)
        return r;
    e->keyword_patterns[pattern].cell = true;
    if (!d->n_cells)
        d->first_cell = pattern;
    d->n_cells = (uint16_t)(pattern + 1 - d->first_cell);
    return 0;
}

static int add_match(Engine *e, uint16_t number, const Match *m, Error *reterr) {
    switch (m->kind) {
    case MATCH_SHAPE:
        return add_shape(e, number, m, reterr);
    case MATCH_PATTERN:
        return add_layout(e, number, m, reterr);
    case MATCH_SCANNER:
        return add_form(e, number, m, reterr);
    case MATCH_KEYWORD:
        return add_pattern(e, number, m->text, 0, reterr);
    case MATCH_COMBINATION:
        return combinations_add(&e->combinations, e->rules, m, e->matches[number].detector, number,
                                reterr);
    case MATCH_COLUMNS:
        return add_cell(e, number, m, reterr);
    case MATCH_PHRASE:
        return add_phrase(e, number, m->text, reterr);
    default:
        return error_set(reterr, -EINVAL, "is of a kind that is not known");
    }
}

static int detector_init(const Detector *d, Error *reterr, EngineDetector *ret,
                         const Validator **ret_validator) {
    const Validator *validator = d->validate ? validator_find(d->validate) : NULL;

    if (d->validate && !validator)
        return error_set(reterr, -EINVAL,
                         "%s:%u:%u: validate: '%s' is no validator; terrier rules list "
                         "--validators names them",
                         d->mark.file, d->mark.line, d->mark.col, d->validate);
    *ret = (EngineDetector){.rule = d,
                            .check = validator ? validator->check : NULL,
                            .compact = validator ? validator->compact : NULL,
                            .within = d->context.within,
                            .stops = d->stop_values.n > 0};
    for (size_t i = 0; i < d->test_values.n; i++)
        ret->test_filter |= value_filter(span_of(d->test_values.at[i]));
    *ret_validator = validator;
    return 0;
}

static int add_detector(Engine *e, size_t number, Error *reterr) {
    const Detector *d = &e->rules->detectors[number];
    const Validator *validator;
    int r = detector_init(d, reterr, &e->detectors[number], &validator);

    for (size_t i = 0; i < d->n_matches && r == 0; i++) {
        uint16_t number_of_match = (uint16_t)e->n_matches++;
        EngineMatch *m = &e->matches[number_of_match];

        *m = (EngineMatch){.rule = &d->matches[i],
                           .detector = (uint16_t)number,
                           .form = -1,
                           .pattern = -1,
                           .base = score_base(&d->matches[i], validator)};
        m->alone = d->context.required ? LEVEL_NONE : level_of(m->base);
        m->opposed = d->context.not_near.n > 0;
        r = complain(&d->matches[i], reterr, add_match(e, number_of_match, &d->matches[i], reterr));
    }
    return r;
}

static int engine_allocate(Engine *e) {
    size_t n = 1;
    int r;

    for (size_t i = 0; i < e->rules->n; i++)
        n += e->rules->detectors[i].n_matches;
    if (n > UINT16_MAX || e->rules->n > UINT16_MAX)
        return -E2BIG;
    e->detectors = calloc(e->rules->n + 1, sizeof(*e->detectors));
    e->matches = calloc(n, sizeof(*e->matches));
    e->layouts = calloc(n, sizeof(*e->layouts));
    e->patterns = calloc(n, sizeof(*e->patterns));
    e->keyword_patterns = calloc(n, sizeof(*e->keyword_patterns));
    if (!e->detectors || !e->matches || !e->layouts || !e->patterns || !e->keyword_patterns)
        return -ENOMEM;
    r = shapes_init(&e->shapes);
    return r < 0 ? r : runs_init(&e->runs);
}

static int add_word_lists(Engine *e) {
    int r = 0;

    e->word_lists = calloc(e->rules->n_dictionaries + 1, sizeof(*e->word_lists));
    if (!e->word_lists)
        return -ENOMEM;
    for (size_t i = 0; i < e->rules->n_dictionaries && r == 0; i++)
        r = word_list_new(e->rules->dictionaries[i].words, &e->word_lists[i]);
    return r;
}

static int add_edms(Engine *e, Error *reterr) {
    int r = 0;

    e->edms = calloc(e->rules->n_edms + 1, sizeof(*e->edms));
    if (!e->edms)
        return -ENOMEM;
    for (size_t i = 0; i < e->rules->n_edms && r == 0; i++) {
        const EdmRule *rule = &e->rules->edms[i];
        EngineDetector *d = &e->detectors[rules_find(e->rules, span_of(rule->detector))];

        r = edm_open(rule->table, reterr, &e->edms[i]);
        if (r == 0 && rule->columns > edm_columns(e->edms[i]))
            r = error_set(reterr, -EINVAL, "%u columns must be near, and the table has %u",
                          rule->columns, edm_columns(e->edms[i]));
        if (r < 0) {
            error_note(reterr, "%s:%u:%u: table: '%.200s'", rule->mark.file, rule->mark.line,
                       rule->mark.col, rule->table);
            return r;
        }
        d->edm = e->edms[i];
        d->edm_columns = (uint16_t)rule->columns;
        d->edm_within = (uint16_t)rule->within;
    }
    return r;
}

int engine_unlock(Engine *e, size_t edm, const uint8_t key[EDM_KEY], Error *reterr) {
    const EdmRule *rule = &e->rules->edms[edm];

    if (edm_unlock(e->edms[edm], key))
        return 0;
    return error_set(reterr, -EKEYREJECTED,
                     "%s:%u:%u: table: it was made with another key than the edm key here; bring "
                     "back that key or build the table anew",
                     rule->mark.file, rule->mark.line, rule->mark.col);
}

int engine_new(const Rules *rules, const char *cache_dir, Error *reterr, Engine **ret) {
    _cleanup_(engine_freep) Engine *e = calloc(1, sizeof(*e));
    int r, bad;

    if (!e)
        return -ENOMEM;
    e->rules = rules;
    e->build = bitmap_builder(&e->build_name);
    r = engine_allocate(e);
    if (r == -E2BIG)
        return error_set(reterr, -EINVAL, "more than %d matches in the rules", UINT16_MAX);
    for (size_t i = 0; i < rules->n && r == 0; i++)
        r = add_detector(e, i, reterr);
    if (r == 0)
        r = context_words_new(rules, reterr, &e->words);
    if (r == 0)
        r = column_names_new(rules, &e->column_names);
    if (r == 0)
        r = add_word_lists(e);
    if (r == 0)
        r = allow_set_new(rules, reterr, &e->allow);
    if (r == 0)
        r = add_edms(e, reterr);
    if (r == 0)
        r = needles_new(e->keyword_patterns, e->n_patterns, &e->needles);
    if (r < 0)
        return r;
    r = keywords_compile(e->keyword_patterns, e->n_patterns, cache_dir, &e->keywords, &bad, reterr);
    if (r < 0)
        return bad >= 0 ? complain(e->matches[e->patterns[bad].match].rule, reterr, r) : r;
    *ret = TAKE(e);
    return 0;
}
