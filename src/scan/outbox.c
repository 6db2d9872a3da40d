/* Outbox: see outbox.h. */
#include "scan/outbox.h"

#include "base/clock.h"

enum { OUTBOX_BYTES = 64 << 10, OUTBOX_VALUES = 2048 };

/* No report waits longer for others than that, so a kill costs so much reading and no more. */
#define OUTBOX_WAIT_NS INT64_C(100000000)

void outbox_init(Outbox *o, Channel *keeper) {
    *o = (Outbox){.keeper = keeper};
}

void outbox_done(Outbox *o) {
    buf_wipe(&o->reports);
    buf_done(&o->values);
}

int outbox_flush(Outbox *o) {
    int r;

    if (!o->reports.n)
        return 0;
    r = buf_error(&o->reports);
    if (r == 0 && o->kept)
        buf_span(o->kept, buf_as_span(&o->reports));
    else if (r == 0)
        r = channel_send(o->keeper, MESSAGE_OBJECTS, buf_as_span(&o->reports));
    explicit_bzero(o->reports.at, o->reports.n); /* values of samples were in it */
    buf_clear(&o->reports);
    return r;
}

static bool row_has_hits(const HarvestRow *row) {
    return row->count[LEVEL_LOW] || row->count[LEVEL_MEDIUM] || row->count[LEVEL_HIGH];
}

static const Category *row_category(const Harvest *h, const HarvestRow *row) {
    return h->engine->rules->detectors[row->detector].category;
}

/* What is found by what others found has no values of its own. */
static bool row_combines(const Harvest *h, const HarvestRow *row) {
    const Detector *d = &h->engine->rules->detectors[row->detector];

    for (size_t i = 0; i < d->n_matches; i++) {
        if (d->matches[i].kind == MATCH_COMBINATION)
            return true;
    }
    return false;
}

/* Whether its values count for the category. */
static bool row_is_of(const Harvest *h, const HarvestRow *row, const Category *category) {
    return row_has_hits(row) && row_category(h, row) == category && !row_combines(h, row);
}

/*
 * All values of the row's category in the object, if the row is the first of them: one sketch
 * stands for the category, and not one for each column and page.
 */
static Span row_values(Outbox *o, const Harvest *h, const HarvestRow *row) {
    _cleanup_(sketch_done) Sketch all = {.most = OUTBOX_VALUES};
    const Category *category = row_category(h, row);

    buf_clear(&o->values);
    if (row_combines(h, row))
        return span(NULL, 0);
    for (const HarvestRow *before = h->rows; before < row; before++) {
        if (row_is_of(h, before, category))
            return span(NULL, 0);
    }
    for (const HarvestRow *other = row; other < h->rows + h->n_rows; other++) {
        if (row_is_of(h, other, category))
            sketch_merge(&all, &other->sketch);
    }
    sketch_put(&all, &o->values);
    o->reports.failed |= all.failed || o->values.failed;
    return buf_as_span(&o->values);
}

static void row_put(Outbox *o, const Harvest *h, const HarvestRow *row) {
    const HarvestPlace *place = row->place ? &h->places[row->place - 1] : NULL;
    const MatchCount *whole = &h->counts[row->detector];
    Sample samples[FINDING_SAMPLES_MAX];
    Finding f = {.detector = row->detector,
                 .kind = place ? place->kind : PART_BYTES,
                 .part = place ? place->part : span(NULL, 0),
                 .heading = place ? place->heading : span(NULL, 0),
                 .tested = place ? row->tested : whole->tested,
                 .valid = place ? row->valid : whole->valid,
                 .test_values = row->test_values,
                 .score = row->best,
                 .values = row_values(o, h, row),
                 .samples = samples,
                 .n_samples = row->n_samples};

    memcpy(f.count, row->count, sizeof(f.count));
    f.distinct = sketch_count(&row->sketch, &f.distinct_exact);
    for (size_t i = 0; i < row->n_samples; i++) {
        const HarvestSample *s = &row->samples[i];

        samples[i] = (Sample){.line = s->line,
                              .offset = s->offset,
                              .length = s->length,
                              .score = s->score,
                              .test_value = s->test_value,
                              .value = span(s->value, s->n)};
        memcpy(samples[i].mask, s->mask, sizeof(samples[i].mask));
    }
    finding_put(&o->reports, &f);
}

static size_t rows_with_hits(const Harvest *h) {
    size_t n = 0;

    for (size_t i = 0; h && i < h->n_rows; i++)
        n += row_has_hits(&h->rows[i]);
    return n;
}

/* How many hits each entry of the allow lists kept out of the report. */
static size_t allowed_put(Outbox *o, const Harvest *h, bool put) {
    const Rules *rules = h ? h->engine->rules : NULL;
    size_t n = 0;

    for (size_t i = 0; h && h->allowed && i < rules->n_allows; i++) {
        if (!h->allowed[i])
            continue;
        n++;
        if (put)
            fact_put(&o->reports, &(FactReport){.kind = FACT_ALLOWED,
                                                .from = (int64_t)h->allowed[i],
                                                .to = (int64_t)h->allowed[i],
                                                .text = span_of(rules->allows[i].name)});
    }
    return n;
}

static bool outbox_is_due(const Outbox *o) {
    return o->reports.n >= OUTBOX_BYTES || clock_monotonic_ns() - o->since >= OUTBOX_WAIT_NS;
}

int outbox_object(Outbox *o, const ObjectReport *object, const Harvest *h, const IntakeFact *facts,
                  size_t n_facts) {
    if (!o->reports.n)
        o->since = clock_monotonic_ns();
    object_put(&o->reports, object, rows_with_hits(h), n_facts + allowed_put(o, h, false));
    for (size_t i = 0; h && i < h->n_rows; i++) {
        if (row_has_hits(&h->rows[i]))
            row_put(o, h, &h->rows[i]);
    }
    for (size_t i = 0; i < n_facts; i++)
        fact_put(&o->reports, &(FactReport){.kind = facts[i].kind,
                                            .from = facts[i].from,
                                            .to = facts[i].to,
                                            .part = facts[i].part,
                                            .text = facts[i].text});
    allowed_put(o, h, true);
    return outbox_is_due(o) ? outbox_flush(o) : 0;
}

int outbox_forget(Outbox *o, uint32_t root, Span path) {
    _cleanup_(buf_done) Buf b = {0};
    int r = outbox_flush(o);

    wire_put_u64(&b, root);
    wire_put_span(&b, path);
    if (r == 0)
        r = buf_error(&b);
    return r < 0 || o->kept ? r : channel_send(o->keeper, MESSAGE_FORGET, buf_as_span(&b));
}
