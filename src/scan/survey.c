/* Survey: see survey.h. */
#include "scan/survey.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

int survey_init(Survey *s, uint64_t seed) {
    *s = (Survey){.seed = seed, .picks = calloc(SURVEY_PICKS_MAX, sizeof(*s->picks))};
    return s->picks ? 0 : -ENOMEM;
}

void survey_done(Survey *s) {
    for (size_t i = 0; i < s->n; i++)
        free((void *)s->picks[i].path.at);
    free(s->picks);
    *s = (Survey){0};
}

static void swap(Pick *a, Pick *b) {
    Pick t = *a;

    *a = *b;
    *b = t;
}

static void heap_up(Survey *s, size_t i) {
    while (i && s->picks[(i - 1) / 2].key < s->picks[i].key) {
        swap(&s->picks[(i - 1) / 2], &s->picks[i]);
        i = (i - 1) / 2;
    }
}

static void heap_down(Survey *s, size_t i) {
    for (;;) {
        size_t child = 2 * i + 1;

        if (child + 1 < s->n && s->picks[child + 1].key > s->picks[child].key)
            child++;
        if (child >= s->n || s->picks[child].key <= s->picks[i].key)
            return;
        swap(&s->picks[child], &s->picks[i]);
        i = child;
    }
}

static void survey_keep(Survey *s, uint64_t key, uint32_t root, Span path) {
    uint8_t *copy;

    if (s->n == SURVEY_PICKS_MAX && key >= s->picks[0].key)
        return;
    copy = malloc(path.n + 1);
    if (!copy) {
        s->no_memory = true;
        return;
    }
    memcpy(copy, path.at, path.n);
    if (s->n < SURVEY_PICKS_MAX) {
        s->picks[s->n] = (Pick){key, root, span(copy, path.n)};
        heap_up(s, s->n++);
        return;
    }
    free((void *)s->picks[0].path.at);
    s->picks[0] = (Pick){key, root, span(copy, path.n)};
    heap_down(s, 0);
}

void survey_consider(Survey *s, const Batch *b) {
    uint64_t hashes[BATCH_FILES_MAX];
    _cleanup_(buf_done) Buf path = {0};

    for (size_t i = 0; i < b->n; i++) {
        buf_clear(&path);
        batch_path(b, i, &path);
        hashes[i] = XXH3_64bits_withSeed(path.at, path.n, s->seed + b->dir->root);
    }
    for (size_t i = 0; i < b->n; i++) {
        uint64_t rank = 0;

        for (size_t k = 0; k < b->n; k++)
            rank += hashes[k] < hashes[i];
        buf_clear(&path);
        batch_path(b, i, &path);
        if (!buf_error(&path))
            survey_keep(s, rank << 56 | hashes[i] >> 8, b->dir->root, buf_as_span(&path));
    }
}

static int pick_compare(const void *a, const void *b) {
    const Pick *x = a, *y = b;

    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    return span_cmp(x->path, y->path);
}

void survey_order(Survey *s) {
    if (s->n > 1)
        qsort(s->picks, s->n, sizeof(*s->picks), pick_compare);
}
