/*
 * Ready-embed: makes the built-in patterns ready (ready.h), as one C file.
 *
 *     ready-embed OUTPUT
 *
 * A program of the build, not of the product.
 */
#include <stdio.h>

#include "detect/pattern.h"
#include "detect/ready.h"
#include "detect/regex.h"
#include "rule/detector.h"

/* Patterns that are searched for or asked of cells, each once. */
typedef struct Gathering {
    Arena arena;
    Error error;
    ReadyPattern *patterns;
    size_t n, cap;
} Gathering;

static void gathering_done(Gathering *g) {
    arena_done(&g->arena);
    free(g->patterns);
}

static int pattern_read(Gathering *g, const char *pattern, uint32_t options, ReadyPattern *ret) {
    _cleanup_(buf_done) Buf derived = {0};
    pcre2_code *code;
    int r = pattern_compile(pattern, options, &g->error, &code);

    if (r < 0)
        return r;
    *ret = (ReadyPattern){.hash = pattern_hash(pattern, options),
                          .value = pattern_capture(code, "value"),
                          .word = pattern_capture(code, "word"),
                          .needles = options == PATTERN_CELL ? -1 : 0};
    pcre2_code_free(code);
    r = regex_derive(pattern, &derived, &g->error);
    if (r < 0)
        return r;
    ret->derived = arena_text(&g->arena, span(derived.at, derived.n));
    return ret->derived ? 0 : -ENOMEM;
}

static int pattern_add(Gathering *g, const char *pattern, uint32_t options) {
    if (g->n == g->cap) {
        size_t cap = g->cap ? 2 * g->cap : 1024;
        ReadyPattern *patterns = reallocarray(g->patterns, cap, sizeof(*patterns));

        if (!patterns)
            return -ENOMEM;
        g->patterns = patterns;
        g->cap = cap;
    }
    return pattern_read(g, pattern, options, &g->patterns[g->n++]);
}

static int match_add(Gathering *g, const Match *m) {
    _cleanup_(buf_done) Buf phrase = {0};
    int r;

    switch (m->kind) {
    case MATCH_KEYWORD:
        return pattern_add(g, m->text, 0);
    case MATCH_COLUMNS:
        return pattern_add(g, m->text, PATTERN_CELL);
    case MATCH_PHRASE:
        r = pattern_of_phrase(m->text, &phrase);
        return r < 0 ? r : pattern_add(g, buf_cstr(&phrase), 0);
    default:
        return 0;
    }
}

static int ready_compare(const void *a, const void *b) {
    const ReadyPattern *x = a, *y = b;

    return x->hash < y->hash ? -1 : x->hash > y->hash;
}

/* In order of their hashes, each once, numbered in the table of needles. */
static void patterns_sort(Gathering *g) {
    size_t n = 0;
    int32_t needles = 0;

    qsort(g->patterns, g->n, sizeof(*g->patterns), ready_compare);
    for (size_t i = 0; i < g->n; i++) {
        if (n == 0 || g->patterns[n - 1].hash != g->patterns[i].hash)
            g->patterns[n++] = g->patterns[i];
    }
    g->n = n;
    for (size_t i = 0; i < n; i++) {
        if (g->patterns[i].needles >= 0)
            g->patterns[i].needles = needles++;
    }
}

static int patterns_gather(Gathering *g) {
    Rules *rules;
    int r = rules_load(&(RulesOptions){0}, &g->error, &rules);

    if (r < 0)
        return r;
    for (size_t i = 0; i < rules->n && r == 0; i++) {
        for (size_t k = 0; k < rules->detectors[i].n_matches && r == 0; k++)
            r = match_add(g, &rules->detectors[i].matches[k]);
    }
    rules_free(rules);
    patterns_sort(g);
    return r;
}

static int needles_make(const Gathering *g, NeedleTable *ret) {
    _cleanup_(free_p) const char **derived = calloc(g->n + 1, sizeof(*derived));
    size_t n = 0;

    if (!derived)
        return -ENOMEM;
    for (size_t i = 0; i < g->n; i++) {
        if (g->patterns[i].needles >= 0)
            derived[n++] = g->patterns[i].derived;
    }
    return needle_table_make(derived, n, NEEDLE_FILTERS_ALL, ret);
}

/* ---- as C ---- */

static void put_text(Buf *b, const char *text) {
    buf_byte(b, '"');
    for (const uint8_t *p = (const uint8_t *)text; *p; p++) {
        if (*p >= 0x20 && *p < 0x7f && !strchr("\"\\?", *p))
            buf_byte(b, *p);
        else
            buf_printf(b, "\\%03o", *p);
    }
    buf_byte(b, '"');
}

static void put_patterns(const Gathering *g, Buf *b) {
    buf_text(b, "const ReadyPattern ready_patterns[] = {\n");
    for (size_t i = 0; i < g->n; i++) {
        const ReadyPattern *p = &g->patterns[i];

        buf_printf(b, "{UINT64_C(%" PRIu64 "), ", p->hash);
        put_text(b, p->derived);
        buf_printf(b, ", %u, %u, %d},\n", p->value, p->word, p->needles);
    }
    buf_printf(b, "{0}};\nconst size_t n_ready_patterns = %zu;\n\n", g->n);
}

/* An array of n things, one after the other as a format says, and `last`, so that it is never
 * empty. */
#define PUT_ARRAY(b, Type, name, n, last, ...)                                                     \
    do {                                                                                           \
        buf_text((b), "static const " #Type " " #name "[] = {\n");                                 \
        for (size_t i = 0; i < (n); i++)                                                           \
            buf_printf((b), __VA_ARGS__);                                                          \
        buf_text((b), last "};\n");                                                                \
    } while (0)

static void put_arrays(const NeedleTable *t, Buf *b) {
    PUT_ARRAY(b, NeedleHead, heads, t->n_keys, "{0}",
              "{UINT64_C(%" PRIu64 "), UINT64_C(%" PRIu64 ")},\n", t->keys.heads[i].bytes,
              t->keys.heads[i].mask);
    PUT_ARRAY(b, uint32_t, firsts, t->n_keys + 1, "0", "%u,\n", t->firsts[i]);
    PUT_ARRAY(b, NeedleSpelling, spellings, t->n_spellings, "{0}",
              "{UINT64_C(%" PRIu64 "), UINT64_C(%" PRIu64 "), %u, %u, %u, %u},\n",
              t->spellings[i].bytes, t->spellings[i].mask, t->spellings[i].before,
              t->spellings[i].behind, t->spellings[i].course, t->spellings[i].length);
    PUT_ARRAY(b, NeedleCourse, courses, t->n_courses, "{0}", "{%u, %u, %u, %u, %u, %u, %u, %u},\n",
              t->courses[i].pattern, t->courses[i].first, t->courses[i].ahead, t->courses[i].behind,
              t->courses[i].inner, t->courses[i].bytes, t->courses[i].least, t->courses[i].most);
    PUT_ARRAY(b, NeedleStride, strides, t->n_strides, "{0}", "{%u, %u, %u},\n", t->strides[i].set,
              t->strides[i].least, t->strides[i].most);
    PUT_ARRAY(b, ByteSet, sets, t->n_sets, "{0}",
              "{{%" PRIu64 "u, %" PRIu64 "u, %" PRIu64 "u, %" PRIu64 "u}},\n", t->sets[i].bits[0],
              t->sets[i].bits[1], t->sets[i].bits[2], t->sets[i].bits[3]);
    PUT_ARRAY(b, uint32_t, widths, t->n_patterns, "0", "%u,\n", t->widths[i]);
}

static void put_table(const NeedleTable *t, Buf *b) {
    const uint8_t *filters = (const uint8_t *)t->filters;

    put_arrays(t, b);
    /* all braces but the outermost may be left out */
    buf_text(b, "\nconst NeedleTable ready_needles = {\n.filters = {");
    for (size_t i = 0; i < sizeof(t->filters); i++)
        buf_printf(b, "%u,%s", filters[i], i % 32 == 31 ? "\n" : "");
    buf_text(b, "},\n.keys = {.sieve = {");
    for (size_t i = 0; i < NEEDLE_HASH_WORDS; i++)
        buf_printf(b, "UINT64_C(%" PRIu64 "),\n", t->keys.sieve[i]);
    buf_text(b, "}, .rank = {");
    for (size_t i = 0; i < NEEDLE_HASH_WORDS; i++)
        buf_printf(b, "%u,\n", t->keys.rank[i]);
    buf_printf(b,
               "}, .heads = heads},\n.firsts = firsts, .spellings = spellings, .courses = courses, "
               ".strides = strides, .sets = sets, .widths = widths,\n.n_keys = %zu, .n_spellings = "
               "%zu, .n_courses = %zu, .n_strides = %zu, .n_sets = %zu, .n_patterns = %zu};\n",
               t->n_keys, t->n_spellings, t->n_courses, t->n_strides, t->n_sets, t->n_patterns);
}

static int embed(Gathering *g, const char *output) {
    _cleanup_(buf_done) Buf b = {0};
    _cleanup_(needle_table_done) NeedleTable t = {0};
    _cleanup_(fclosep) FILE *f = NULL;
    int r = patterns_gather(g);

    if (r == 0)
        r = needles_make(g, &t);
    if (r < 0)
        return r;
    buf_text(&b, "/* Made by detect/ready-embed.c from detectors/. */\n"
                 "#include \"detect/ready.h\"\n\n"
                 "#pragma GCC diagnostic ignored \"-Wmissing-braces\"\n\n");
    put_patterns(g, &b);
    put_table(&t, &b);
    if ((r = buf_error(&b)) < 0)
        return r;
    f = fopen(output, "w");
    return f && fwrite(b.at, 1, b.n, f) == b.n && fflush(f) == 0 ? 0 : -errno;
}

int main(int argc, char **argv) {
    _cleanup_(gathering_done) Gathering g = {0};
    int r;

    if (argc != 2) {
        fprintf(stderr, "ready-embed OUTPUT\n");
        return 2;
    }
    r = embed(&g, argv[1]);
    if (r < 0)
        fprintf(stderr, "ready-embed: %s\n", g.error.text[0] ? g.error.text : strerror(-r));
    return r < 0;
}
