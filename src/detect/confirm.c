/*
 * Confirm: see confirm.h.
 *
 * The Hyperscan callback only appends, joining ends that follow each other directly (a repeat at
 * the end of a pattern reports every length it could have). Limits of PCRE2 are far below its
 * defaults; running into one is an error of its own and never "no match".
 */
#include "detect/confirm.h"

#include <math.h>

enum {
    CONFIRM_MATCH_LIMIT = 100000, /* as ClamAV's; ends a catastrophic pattern in < 1 ms */
    CONFIRM_DEPTH_LIMIT = 2000,
    CONFIRM_HEAP_LIMIT_KIB = 8192,
    CONFIRM_JIT_STACK = 1 << 20,
    CONFIRM_LOOK = 64, /* bytes of look-behind and look-ahead a pattern may use */
};

/* Ends of one pattern that follow each other: first..last. */
typedef struct Ends {
    uint32_t pattern, first, last;
} Ends;

struct Confirm {
    const Engine *engine;
    hs_scratch_t *scratch;
    pcre2_code **codes; /* JIT-compiled copies, made when first needed */
    pcre2_match_data *data;
    pcre2_match_context *context;
    pcre2_jit_stack *stack;
    int32_t *last_of; /* pattern -> its latest entry in ends; -1 */
    Ends *ends;
    size_t n_ends, cap_ends;
    Confirmed *found;
    size_t n_found, cap_found;
    size_t base; /* of the bytes scanned, in the window */
    bool no_memory, limited;
};

Confirm *confirm_free(Confirm *c) {
    if (!c)
        return NULL;
    hs_free_scratch(c->scratch);
    for (size_t i = 0; c->codes && i < c->engine->n_patterns; i++)
        pcre2_code_free(c->codes[i]);
    pcre2_match_data_free(c->data);
    pcre2_match_context_free(c->context);
    pcre2_jit_stack_free(c->stack);
    free(c->codes);
    free(c->last_of);
    free(c->ends);
    free(c->found);
    free(c);
    return NULL;
}

int confirm_new(const Engine *e, Confirm **ret) {
    _cleanup_(confirm_freep) Confirm *c = calloc(1, sizeof(*c));

    if (!c)
        return -ENOMEM;
    c->engine = e;
    c->codes = calloc(e->n_patterns + 1, sizeof(*c->codes));
    c->last_of = calloc(e->n_patterns + 1, sizeof(*c->last_of));
    c->data = pcre2_match_data_create(32, NULL);
    c->context = pcre2_match_context_create(NULL);
    c->stack = pcre2_jit_stack_create(32 << 10, CONFIRM_JIT_STACK, NULL);
    if (!c->codes || !c->last_of || !c->data || !c->context || !c->stack)
        return -ENOMEM;
    if ((e->keywords.anchored &&
         hs_alloc_scratch(e->keywords.anchored, &c->scratch) != HS_SUCCESS) ||
        (e->keywords.free && hs_alloc_scratch(e->keywords.free, &c->scratch) != HS_SUCCESS))
        return -ENOMEM;
    pcre2_set_match_limit(c->context, CONFIRM_MATCH_LIMIT);
    pcre2_set_depth_limit(c->context, CONFIRM_DEPTH_LIMIT);
    pcre2_set_heap_limit(c->context, CONFIRM_HEAP_LIMIT_KIB);
    pcre2_jit_stack_assign(c->context, NULL, c->stack);
    *ret = TAKE(c);
    return 0;
}

static int on_end(unsigned id, unsigned long long from _unused_, unsigned long long to,
                  unsigned flags _unused_, void *of) {
    Confirm *c = of;
    uint32_t at = (uint32_t)(c->base + to);
    int32_t last = c->last_of[id];

    if (last >= 0 && at - c->ends[last].last <= 1) {
        c->ends[last].last = at;
        return 0;
    }
    if (c->n_ends == c->cap_ends) {
        size_t cap = c->cap_ends ? c->cap_ends * 2 : 1024;
        void *ends = reallocarray(c->ends, cap, sizeof(*c->ends));

        if (!ends) {
            c->no_memory = true;
            return 1;
        }
        c->ends = ends;
        c->cap_ends = cap;
    }
    c->last_of[id] = (int32_t)c->n_ends;
    c->ends[c->n_ends++] = (Ends){.pattern = id, .first = at, .last = at};
    return 0;
}

/* A copy of the pattern with JIT code; the plain copy where there is no JIT. */
static const pcre2_code *confirm_code(Confirm *c, size_t pattern) {
    if (!c->codes[pattern]) {
        c->codes[pattern] = pcre2_code_copy(c->engine->patterns[pattern].code);
        if (c->codes[pattern])
            pcre2_jit_compile(c->codes[pattern], PCRE2_JIT_COMPLETE);
        else
            c->no_memory = true;
    }
    return c->codes[pattern];
}

static void confirm_keep(Confirm *c, Confirmed found) {
    if (c->n_found == c->cap_found) {
        size_t cap = c->cap_found ? c->cap_found * 2 : 256;
        void *at = reallocarray(c->found, cap, sizeof(*c->found));

        if (!at) {
            c->no_memory = true;
            return;
        }
        c->found = at;
        c->cap_found = cap;
    }
    c->found[c->n_found++] = found;
}

/*
 * What is known of one pattern, whose ends are taken in order: matches that start before `clean`
 * end before the end at hand, or are kept already and end at `reach` or before. So no byte is
 * started from twice, however many ends there are.
 */
typedef struct Progress {
    size_t clean, reach;
} Progress;

/* The first match from `from` on that starts before `limit`. 1: found, in c->data. */
static int confirm_match(Confirm *c, const Window *w, size_t pattern, size_t from, size_t limit) {
    const pcre2_code *code = confirm_code(c, pattern);
    size_t most = limit + KEYWORD_WIDTH_MAX + CONFIRM_LOOK;
    int r;

    if (!code)
        return 0;
    pcre2_set_offset_limit(c->context, limit - 1);
    r = pcre2_match(code, w->text, most < w->n ? most : w->n, from, 0, c->data, c->context);
    c->limited |= r < 0 && r != PCRE2_ERROR_NOMATCH;
    return r;
}

static Confirmed confirm_read(const Confirm *c, size_t pattern, int n_captures) {
    const PCRE2_SIZE *v = pcre2_get_ovector_pointer(c->data);
    uint32_t value = c->engine->patterns[pattern].value;

    if (value && ((int)value >= n_captures || v[2 * value] == PCRE2_UNSET))
        value = 0;
    return (Confirmed){.start = (uint32_t)v[0],
                       .end = (uint32_t)v[1],
                       .value_start = (uint32_t)v[2 * value],
                       .value_end = (uint32_t)v[2 * value + 1],
                       .pattern = (uint16_t)pattern};
}

/* Keeps the matches that end at or behind the first of the ends, each further than those before. */
static void confirm_ends(Confirm *c, const Window *w, const Ends *e, Progress *p, size_t lo,
                         size_t hi) {
    size_t width = c->engine->keyword_patterns[e->pattern].width;
    size_t from = e->first > width ? e->first - width : 0;
    int r;

    if (from > p->clean)
        p->clean = from;
    while (e->last > p->reach && p->clean < e->last &&
           (r = confirm_match(c, w, e->pattern, p->clean, e->last)) > 0) {
        Confirmed found = confirm_read(c, e->pattern, r);

        p->clean = (size_t)found.start + 1;
        if (found.end < e->first || found.end <= p->reach || found.end <= found.start)
            continue;
        p->reach = found.end;
        if (found.value_start >= lo && found.value_start < hi &&
            found.value_end > found.value_start)
            confirm_keep(c, found);
    }
    if (e->last > p->reach && p->clean < e->last)
        p->clean = e->last;
}

static int ends_compare(const void *a, const void *b) {
    const Ends *x = a, *y = b;

    if (x->pattern != y->pattern)
        return x->pattern < y->pattern ? -1 : 1;
    return x->first < y->first ? -1 : x->first > y->first;
}

static void confirm_all(Confirm *c, const Window *w, size_t lo, size_t hi) {
    Progress progress = {0};

    if (c->n_ends > 1)
        qsort(c->ends, c->n_ends, sizeof(*c->ends), ends_compare);
    for (size_t i = 0; i < c->n_ends; i++) {
        if (i && c->ends[i].pattern != c->ends[i - 1].pattern)
            progress = (Progress){0};
        confirm_ends(c, w, &c->ends[i], &progress, lo, hi);
    }
}

static int found_compare(const void *a, const void *b) {
    const Confirmed *x = a, *y = b;

    if (x->value_start != y->value_start)
        return x->value_start < y->value_start ? -1 : 1;
    if (x->value_end != y->value_end)
        return x->value_end < y->value_end ? -1 : 1;
    return x->pattern < y->pattern ? -1 : x->pattern > y->pattern;
}

/* Sorts, and drops what two ends of one match both led to. */
static void found_tidy(Confirm *c) {
    size_t n = 0;

    if (c->n_found > 1)
        qsort(c->found, c->n_found, sizeof(*c->found), found_compare);
    for (size_t i = 0; i < c->n_found; i++) {
        if (n == 0 || found_compare(&c->found[n - 1], &c->found[i]) != 0)
            c->found[n++] = c->found[i];
    }
    c->n_found = n;
}

int confirm_scan(Confirm *c, const Window *w, size_t lo, size_t hi, const Confirmed **ret,
                 size_t *ret_n) {
    const hs_database_t *databases[] = {c->engine->keywords.anchored, c->engine->keywords.free};
    size_t from = lo > KEYWORD_WIDTH_MAX ? lo - KEYWORD_WIDTH_MAX : 0;
    size_t to = w->n - hi > KEYWORD_WIDTH_MAX ? hi + KEYWORD_WIDTH_MAX : w->n;

    c->n_ends = c->n_found = 0;
    c->base = from;
    c->no_memory = c->limited = false;
    memset(c->last_of, 0xff, c->engine->n_patterns * sizeof(*c->last_of));
    for (size_t i = 0; i < N_ELEMENTS(databases); i++) {
        if (databases[i] && hs_scan(databases[i], (const char *)w->text + from,
                                    (unsigned)(to - from), 0, c->scratch, on_end, c) != HS_SUCCESS)
            c->limited |= !c->no_memory;
    }
    confirm_all(c, w, lo, hi);
    found_tidy(c);
    *ret = c->found;
    *ret_n = c->n_found;
    return c->no_memory ? -ENOMEM : c->limited ? -EOVERFLOW : 0;
}

float value_entropy(Span value) {
    uint16_t count[256] = {0};
    float bits = 0;

    for (size_t i = 0; i < value.n && i < UINT16_MAX; i++)
        count[value.at[i]]++;
    for (size_t i = 0; i < 256; i++) {
        if (count[i]) {
            float p = (float)count[i] / (float)value.n;

            bits -= p * log2f(p);
        }
    }
    return bits;
}
