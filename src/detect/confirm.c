/*
 * Confirm: see confirm.h.
 *
 * The callbacks of both searches only append; ends that follow each other directly are joined (a
 * repeat at the end of a pattern reports every length it could have). Places of a pattern are
 * taken in order of where they start. Limits of PCRE2 are far below its defaults; running into one
 * is an error of its own and never "no match".
 */
#include "detect/confirm.h"

#include <math.h>

#include "detect/cell.h"

enum {
    CONFIRM_MATCH_LIMIT = 100000, /* as ClamAV's; ends a catastrophic pattern in < 1 ms */
    CONFIRM_DEPTH_LIMIT = 2000,
    CONFIRM_HEAP_LIMIT_KIB = 8192,
    CONFIRM_JIT_STACK = 1 << 20,
    CONFIRM_LOOK = 64, /* bytes of look-behind and look-ahead a pattern may use */
};

/*
 * Where a match of a pattern may start, [from, to), and where Hyperscan saw ends: first to last,
 * which follow each other. What a needle gave away has no ends: both are 0.
 */
typedef struct Place {
    uint32_t pattern, from, to;
    uint32_t first, last;
    int32_t next; /* of the same pattern, in order of from; -1: none */
} Place;

/* Of one pattern: its places, as numbers of them; -1: none. */
typedef struct PlaceList {
    int32_t head, tail;
} PlaceList;

struct Confirm {
    const Engine *engine;
    hs_scratch_t *scratch;
    pcre2_code **codes; /* JIT-compiled copies, made when first needed */
    pcre2_match_data *data;
    pcre2_match_context *context;
    pcre2_jit_stack *stack;
    PlaceList *lists; /* of each pattern */
    Place *places;
    size_t n_places, cap_places;
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
    free(c->lists);
    free(c->places);
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
    c->lists = calloc(e->n_patterns + 1, sizeof(*c->lists));
    c->data = pcre2_match_data_create(32, NULL);
    c->context = pcre2_match_context_create(NULL);
    c->stack = pcre2_jit_stack_create(32 << 10, CONFIRM_JIT_STACK, NULL);
    if (!c->codes || !c->lists || !c->data || !c->context || !c->stack)
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

/* Into the list of its pattern, in order of from: nearly always at the end. */
static void place_link(Confirm *c, int32_t number) {
    Place *p = &c->places[number];
    PlaceList *l = &c->lists[p->pattern];
    int32_t *link = &l->head;

    if (l->tail >= 0 && c->places[l->tail].from <= p->from)
        link = &c->places[l->tail].next;
    while (*link >= 0 && c->places[*link].from <= p->from)
        link = &c->places[*link].next;
    p->next = *link;
    *link = number;
    if (p->next < 0)
        l->tail = number;
}

/* False if there is no memory. */
static bool place_add(Confirm *c, const Place *p) {
    if (_unlikely_(c->n_places == c->cap_places)) {
        size_t cap = c->cap_places ? c->cap_places * 2 : 1024;
        void *at = reallocarray(c->places, cap, sizeof(*c->places));

        if (!at) {
            c->no_memory = true;
            return false;
        }
        c->places = at;
        c->cap_places = cap;
    }
    c->places[c->n_places] = *p;
    place_link(c, (int32_t)c->n_places++);
    return true;
}

static bool on_place(void *of, const NeedlePlace *p) {
    Confirm *c = of;
    int32_t tail = c->lists[p->pattern].tail;

    if (tail >= 0 && c->places[tail].from == p->from && c->places[tail].to == p->to)
        return true; /* another outline of the same pattern */
    return place_add(c, &(Place){.pattern = p->pattern, .from = p->from, .to = p->to});
}

static int on_end(unsigned id, unsigned long long from _unused_, unsigned long long to,
                  unsigned flags _unused_, void *of) {
    Confirm *c = of;
    uint32_t at = (uint32_t)(c->base + to), width = c->engine->keyword_patterns[id].width;
    int32_t tail = c->lists[id].tail;

    if (tail >= 0 && at - c->places[tail].last <= 1) {
        c->places[tail].to = c->places[tail].last = at;
        return 0;
    }
    return !place_add(
        c,
        &(Place){
            .pattern = id, .from = at > width ? at - width : 0, .to = at, .first = at, .last = at});
}

/* The pattern with JIT code, where there is a JIT. */
static const pcre2_code *confirm_code(Confirm *c, size_t pattern) {
    if (!c->codes[pattern]) {
        const EnginePattern *p = &c->engine->patterns[pattern];
        Error e = {0};

        if (pattern_compile(p->text, p->options, &e, &c->codes[pattern]) == 0)
            pcre2_jit_compile(c->codes[pattern], PCRE2_JIT_COMPLETE);
        else
            c->no_memory = true; /* that it compiles was seen before */
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
 * What is known of one pattern, whose places are taken in order: matches that start before `clean`
 * are known, and those kept end at `reach` or before. So no byte is started from twice, however
 * many places there are.
 */
typedef struct Progress {
    size_t clean, reach;
} Progress;

/* Whose values are wanted: those that start in [lo, hi). */
typedef struct Owning {
    size_t lo, hi;
} Owning;

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

/* The capture of that number, or the whole match where it was not set. */
static uint32_t capture_or_all(const PCRE2_SIZE *v, uint32_t capture, int n_captures) {
    return (int)capture < n_captures && v[2 * capture] != PCRE2_UNSET ? capture : 0;
}

/*
 * A word of the list stands where one must: at the start of the value, which then ends with it, or
 * in the capture `word`. Else the value is made empty, and nobody keeps it.
 */
static void confirm_word(const Confirm *c, const uint8_t *text, const PCRE2_SIZE *v, int n_captures,
                         Confirmed *found) {
    const EnginePattern *p = &c->engine->patterns[found->pattern];
    uint32_t word = p->word ? capture_or_all(v, p->word, n_captures) : 0;
    size_t start = word ? v[2 * word] : found->value_start;
    size_t end = word ? v[2 * word + 1] : found->value_end, n;

    n = word_list_prefix(c->engine->word_lists[p->words], span(text + start, end - start));
    if (!n || !p->word)
        found->value_end = found->value_start + (uint32_t)n;
}

/* text: what was matched. */
static Confirmed confirm_read(const Confirm *c, const uint8_t *text, size_t pattern,
                              int n_captures) {
    const PCRE2_SIZE *v = pcre2_get_ovector_pointer(c->data);
    const EnginePattern *p = &c->engine->patterns[pattern];
    uint32_t value = capture_or_all(v, p->value, n_captures);
    Confirmed found = {.start = (uint32_t)v[0],
                       .end = (uint32_t)v[1],
                       .value_start = (uint32_t)v[2 * value],
                       .value_end = (uint32_t)v[2 * value + 1],
                       .pattern = (uint16_t)pattern};

    if (p->words >= 0)
        confirm_word(c, text, v, n_captures, &found);
    return found;
}

/* Keeps a match if it ends further than those before; is it done with the place? */
static bool confirm_found(Confirm *c, const Place *at, const Confirmed *found, Progress *p,
                          const Owning *own) {
    p->clean = (size_t)found->start + 1;
    if (found->end < at->first || found->end <= p->reach || found->end <= found->start)
        return false;
    p->reach = found->end;
    if (found->value_start >= own->lo && found->value_start < own->hi &&
        found->value_end > found->value_start)
        confirm_keep(c, *found);
    return at->last <= p->reach;
}

/*
 * One match for a needle, the leftmost that ends further than those before; for ends, as many as
 * it takes to reach the last of them.
 */
static void confirm_place(Confirm *c, const Window *w, const Place *at, Progress *p,
                          const Owning *own) {
    int r;

    if (at->from > p->clean)
        p->clean = at->from;
    if (at->last && at->last <= p->reach)
        return;
    while (p->clean < at->to && (r = confirm_match(c, w, at->pattern, p->clean, at->to)) > 0) {
        Confirmed found = confirm_read(c, w->text, at->pattern, r);

        if (confirm_found(c, at, &found, p, own))
            return;
    }
    if (p->clean < at->to)
        p->clean = at->to;
}

static void confirm_all(Confirm *c, const Window *w, const Owning *own) {
    for (size_t pattern = 0; c->n_places && pattern < c->engine->n_patterns; pattern++) {
        Progress progress = {0};

        for (int32_t i = c->lists[pattern].head; i >= 0; i = c->places[i].next)
            confirm_place(c, w, &c->places[i], &progress, own);
    }
}

/* The pattern's answer to a whole cell: does it fit? */
static bool confirm_cell(Confirm *c, const Window *w, const Cell *cell, size_t pattern) {
    const pcre2_code *code = confirm_code(c, pattern);
    Confirmed found;
    int r;

    if (!code)
        return false;
    pcre2_set_offset_limit(c->context, PCRE2_UNSET);
    r = pcre2_match(code, w->text + cell->start, cell->end - cell->start, 0, 0, c->data,
                    c->context);
    c->limited |= r < 0 && r != PCRE2_ERROR_NOMATCH;
    if (r <= 0)
        return false;
    found = confirm_read(c, w->text + cell->start, pattern, r);
    found.start += (uint32_t)cell->start;
    found.end += (uint32_t)cell->start;
    found.value_start += (uint32_t)cell->start;
    found.value_end += (uint32_t)cell->start;
    if (found.value_end <= found.value_start)
        return false;
    confirm_keep(c, found);
    return true;
}

/* The first of the detector's patterns that fits, or a miss. */
static bool confirm_cell_of(Confirm *c, const Window *w, const Cell *cell,
                            const EngineDetector *d) {
    for (size_t i = d->first_cell; i < (size_t)d->first_cell + d->n_cells; i++) {
        if (c->engine->keyword_patterns[i].cell && confirm_cell(c, w, cell, i))
            return true;
    }
    confirm_keep(c, (Confirmed){.start = (uint32_t)cell->start,
                                .end = (uint32_t)cell->end,
                                .value_start = (uint32_t)cell->start,
                                .value_end = (uint32_t)cell->end,
                                .pattern = d->first_cell,
                                .miss = true});
    return false;
}

/* Each cell of a column that detectors know, by the patterns that these have for cells. */
static void confirm_cells(Confirm *c, const Window *w, const Owning *own) {
    const ColumnNames *names = c->engine->column_names;
    size_t cursor = 0;
    Cell cell;

    while (cell_next(w, own->lo, own->hi, &cursor, &cell)) {
        size_t before = c->n_found;
        bool fits = false;

        for (size_t i = 0; i < column_words(names); i++) {
            uint64_t bits = cell.hint->cells[i];

            for (; bits; bits &= bits - 1)
                fits |= confirm_cell_of(
                    c, w, &cell, &c->engine->detectors[i * 64 + (size_t)__builtin_ctzll(bits)]);
        }
        /* a heading stands in its own column, and is no value of it */
        if (fits &&
            column_is_heading(names, cell.hint, span(w->text + cell.start, cell.end - cell.start)))
            c->n_found = before;
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

    c->n_places = c->n_found = 0;
    c->base = from;
    c->no_memory = c->limited = false;
    memset(c->lists, 0xff, c->engine->n_patterns * sizeof(*c->lists));
    needles_find(c->engine->needles, w->text, w->n, from, to,
                 &(NeedleSink){.of = c, .place = on_place});
    for (size_t i = 0; i < N_ELEMENTS(databases); i++) {
        if (databases[i] && hs_scan(databases[i], (const char *)w->text + from,
                                    (unsigned)(to - from), 0, c->scratch, on_end, c) != HS_SUCCESS)
            c->limited |= !c->no_memory;
    }
    confirm_all(c, w, &(Owning){.lo = lo, .hi = hi});
    confirm_cells(c, w, &(Owning){.lo = lo, .hi = hi});
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
