/* Harvest: see harvest.h. */
#include "scan/harvest.h"

#include "detect/mask.h"

int harvest_init(Harvest *h, const Engine *engine, uint32_t keep) {
    size_t n = engine->rules->n;

    *h = (Harvest){.engine = engine, .n = n, .keep = keep};
    h->rows = calloc(n + 1, sizeof(*h->rows));
    h->counts = calloc(n + 1, sizeof(*h->counts));
    h->touched = calloc(n + 1, sizeof(*h->touched));
    if (h->rows && h->counts && h->touched)
        return 0;
    harvest_done(h);
    return -ENOMEM;
}

void harvest_done(Harvest *h) {
    if (h->rows && h->touched && h->counts)
        harvest_clear(h);
    for (size_t i = 0; h->rows && i < h->n; i++)
        free(h->rows[i].samples);
    free(h->rows);
    free(h->counts);
    free(h->touched);
    *h = (Harvest){0};
}

void harvest_clear(Harvest *h) {
    for (size_t i = 0; i < h->n_touched; i++) {
        HarvestRow *row = &h->rows[h->touched[i]];
        HarvestSample *samples = row->samples;

        if (samples)
            explicit_bzero(samples, row->n_samples * sizeof(*samples));
        sketch_done(&row->sketch);
        *row = (HarvestRow){.samples = samples};
    }
    if (h->n_touched || h->counts)
        memset(h->counts, 0, h->n * sizeof(*h->counts));
    h->n_touched = 0;
    h->no_memory = false;
}

static HarvestRow *harvest_row(Harvest *h, uint16_t detector) {
    HarvestRow *row = &h->rows[detector];

    if (!row->touched) {
        row->touched = true;
        row->best = -100;
        h->touched[h->n_touched++] = detector;
    }
    return row;
}

static bool row_samples(Harvest *h, HarvestRow *row) {
    if (!row->samples)
        row->samples = calloc(FINDING_SAMPLES_MAX, sizeof(*row->samples));
    h->no_memory |= !row->samples;
    return row->samples != NULL;
}

static _noinline_ void harvest_sample(Harvest *h, HarvestRow *row, const Matcher *m,
                                      const Window *w, const Hit *hit) {
    const Detector *d = &h->engine->rules->detectors[hit->detector];
    HarvestSample *s;
    uint64_t length;

    if (!row_samples(h, row))
        return;
    s = &row->samples[row->n_samples++];
    text_window_locate(h->window, hit->start, hit->end, &s->offset, &length);
    s->length = length < UINT32_MAX ? (uint32_t)length : UINT32_MAX;
    s->piece = h->piece;
    s->line = h->line + matcher_newlines_before(m, hit->start);
    s->score = hit->score;
    s->test_value = hit->test_value;
    s->n = (uint16_t)hit_canonical(h->engine, w, hit, s->value, sizeof(s->value));
    mask_value(&d->mask, span(w->text + hit->start, hit->end - hit->start), s->mask,
               sizeof(s->mask));
}

_hot_ void harvest_hit(void *of, const Matcher *m, const Window *w, const Hit *hit) {
    Harvest *h = of;
    HarvestRow *row = harvest_row(h, hit->detector);

    row->count[hit->level]++;
    row->test_values += hit->test_value;
    if (hit->score > row->best)
        row->best = hit->score;
    sketch_add(&row->sketch, hit->hash);
    if (row->n_samples < h->keep)
        harvest_sample(h, row, m, w, hit);
}

static int sample_compare(const void *a, const void *b) {
    const HarvestSample *x = a, *y = b;

    if (x->offset != y->offset)
        return x->offset < y->offset ? -1 : 1;
    return x->length < y->length ? -1 : x->length > y->length;
}

/* The lowest positions of both. */
static void row_merge_samples(Harvest *h, HarvestRow *into, const HarvestRow *from) {
    HarvestSample both[2 * FINDING_SAMPLES_MAX];
    size_t n = into->n_samples;

    if (!from->n_samples || !row_samples(h, into))
        return;
    if (n)
        memcpy(both, into->samples, n * sizeof(*both));
    memcpy(both + n, from->samples, from->n_samples * sizeof(*both));
    n += from->n_samples;
    qsort(both, n, sizeof(*both), sample_compare);
    into->n_samples = n < h->keep ? (uint32_t)n : h->keep;
    memcpy(into->samples, both, into->n_samples * sizeof(*both));
    explicit_bzero(both, n * sizeof(*both));
}

void harvest_merge(Harvest *into, const Harvest *from) {
    for (size_t i = 0; i < from->n; i++) {
        into->counts[i].tested += from->counts[i].tested;
        into->counts[i].valid += from->counts[i].valid;
    }
    for (size_t i = 0; i < from->n_touched; i++) {
        const HarvestRow *theirs = &from->rows[from->touched[i]];
        HarvestRow *row = harvest_row(into, from->touched[i]);

        for (size_t l = 0; l < N_LEVELS; l++)
            row->count[l] += theirs->count[l];
        row->test_values += theirs->test_values;
        if (theirs->best > row->best)
            row->best = theirs->best;
        sketch_merge(&row->sketch, &theirs->sketch);
        row_merge_samples(into, row, theirs);
    }
    into->no_memory |= from->no_memory;
}

void harvest_settle(Harvest *h, const uint64_t *newlines, size_t n_pieces) {
    for (size_t i = 0; i < h->n_touched; i++) {
        HarvestRow *row = &h->rows[h->touched[i]];
        uint64_t before = 0;
        size_t piece = 0;

        if (row->n_samples > 1)
            qsort(row->samples, row->n_samples, sizeof(*row->samples), sample_compare);
        for (size_t k = 0; k < row->n_samples; k++) {
            HarvestSample *s = &row->samples[k];

            for (; piece < s->piece && piece < n_pieces; piece++)
                before += newlines[piece];
            s->line += before + 1;
        }
    }
}
