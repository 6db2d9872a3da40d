/* Sum: see sum.h. A table with open addressing, at most half full. */
#include "assess/sum.h"

void sums_free(SumTable *t) {
    for (size_t i = 0; i < t->n; i++) {
        free(t->at[i].arithmetic);
        free(t->at[i].narrative);
        for (size_t k = 0; k < t->at[i].n_places; k++)
            free(t->at[i].places[k].at);
    }
    free(t->at);
    free(t->index);
    *t = (SumTable){0};
}

/* ---- the table ---- */

/* Finalizer of MurmurHash3 over the three numbers. */
static uint64_t hash(size_t rule, int64_t asset, int category) {
    uint64_t h = (uint64_t)rule << 40 ^ (uint64_t)(category + 1) << 32 ^ (uint64_t)asset;

    h ^= h >> 33;
    h *= UINT64_C(0xff51afd7ed558ccd);
    h ^= h >> 33;
    h *= UINT64_C(0xc4ceb9fe1a85ec53);
    return h ^ h >> 33;
}

static size_t place_of(const SumTable *t, size_t rule, int64_t asset, int category) {
    size_t at = hash(rule, asset, category) & (t->n_index - 1);

    for (; t->index[at]; at = (at + 1) & (t->n_index - 1)) {
        const Sum *s = &t->at[t->index[at] - 1];

        if (s->rule == rule && s->asset == asset && s->category == category)
            break;
    }
    return at;
}

static int grow(SumTable *t) {
    size_t n = t->n_index ? 2 * t->n_index : 256;
    uint32_t *index = calloc(n, sizeof(*index));
    Sum *at = index ? reallocarray(t->at, n / 2, sizeof(*at)) : NULL;

    if (!at) {
        free(index);
        return -ENOMEM;
    }
    free(t->index);
    t->at = at;
    t->cap = n / 2;
    t->index = index;
    t->n_index = n;
    for (size_t i = 0; i < t->n; i++)
        t->index[place_of(t, at[i].rule, at[i].asset, at[i].category)] = (uint32_t)i + 1;
    return 0;
}

static int sum_of(SumTable *t, size_t rule, int64_t asset, int category, Sum **ret) {
    size_t at;
    int r = t->n == t->cap ? grow(t) : 0;

    if (r < 0)
        return r;
    at = place_of(t, rule, asset, category);
    if (!t->index[at]) {
        t->at[t->n++] = (Sum){.rule = rule, .asset = asset, .category = category};
        t->index[at] = (uint32_t)t->n;
    }
    *ret = &t->at[t->index[at] - 1];
    return 0;
}

/* ---- the worst ---- */

static int text_take(Buf *b, char **to) {
    char *text = buf_error(b) < 0 ? NULL : strdup(buf_cstr(b));

    if (!text)
        return -ENOMEM;
    free(*to);
    *to = text;
    return 0;
}

static int worst_keep(Sum *s, const Rule *rule, Severity severity, const SumCase *c) {
    _cleanup_(buf_done) Buf arithmetic = {0}, narrative = {0};
    int r;

    if (s->arithmetic &&
        (severity < s->worst || (severity == s->worst && c->count <= s->worst_count)))
        return 0;
    s->worst = severity;
    s->worst_count = c->count;
    judge_severity(rule, c->facts, &arithmetic);
    judge_narrate(rule, c->facts, &narrative);
    r = text_take(&arithmetic, &s->arithmetic);
    return r < 0 ? r : text_take(&narrative, &s->narrative);
}

static bool is_worse(const SumPlace *a, Severity severity, uint64_t count) {
    return severity > a->severity || (severity == a->severity && count > a->count);
}

static int place_keep(Sum *s, Severity severity, const SumCase *c) {
    _cleanup_(buf_done) Buf at = {0};
    SumPlace place = {.severity = severity, .count = c->count, .data_type = c->data_type};
    size_t i = s->n_places;
    int r;

    if (!c->place || (i == SUM_PLACES && !is_worse(&s->places[i - 1], severity, c->count)))
        return 0;
    r = c->place(c->of, &at);
    if (r == 0)
        r = text_take(&at, &place.at);
    if (r < 0)
        return r;
    if (i == SUM_PLACES)
        free(s->places[--i].at);
    else
        s->n_places++;
    for (; i && is_worse(&s->places[i - 1], severity, c->count); i--)
        s->places[i] = s->places[i - 1];
    s->places[i] = place;
    return 0;
}

int sum_add(SumTable *t, size_t number, const Rule *rule, Severity severity, const SumCase *c) {
    const FactValue *category = &c->facts->at[CASE_CATEGORY];
    Sum *s;
    int r = sum_of(t, number, c->asset, category->known ? (int)category->number : -1, &s);

    if (r < 0)
        return r;
    s->event = (CaseEvent)c->facts->at[CASE_EVENT].number;
    s->cases++;
    s->objects += c->object && s->object != c->object;
    s->object = c->object;
    s->hits += c->count;
    s->persons_low = c->persons > s->persons_low ? c->persons : s->persons_low;
    s->persons_high += c->persons;
    r = worst_keep(s, rule, severity, c);
    return r < 0 ? r : place_keep(s, severity, c);
}

static int sum_cmp(const void *a, const void *b) {
    const Sum *x = a, *y = b;

    if (x->rule != y->rule)
        return x->rule < y->rule ? -1 : 1;
    if (x->asset != y->asset)
        return x->asset < y->asset ? -1 : 1;
    return (x->category > y->category) - (x->category < y->category);
}

void sums_sort(SumTable *t) {
    if (t->n)
        qsort(t->at, t->n, sizeof(*t->at), sum_cmp);
    free(t->index); /* numbers have moved: nothing is added any more */
    t->index = NULL;
    t->n_index = 0;
    t->cap = t->n;
}
