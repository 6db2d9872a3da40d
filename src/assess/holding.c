/* Holding: see holding.h. */
#include "assess/holding.h"

enum { MANY_PERSONS = 1000 };

int holding_init(Holding *h, size_t n_detectors) {
    *h = (Holding){.oldest = INT64_MIN, .newest = INT64_MIN};
    h->hits = calloc(n_detectors + 1, sizeof(*h->hits));
    return h->hits ? 0 : -ENOMEM;
}

void holding_done(Holding *h) {
    for (size_t i = 0; i < CATEGORY_BITS; i++) {
        if (h->values[i])
            sketch_done(h->values[i]);
        free(h->values[i]);
    }
    free(h->hits);
    *h = (Holding){0};
}

/* ---- objects ---- */

static void owner_add(OwnerBytes *o, uint32_t id, uint64_t bytes) {
    size_t i = 0;

    while (i < o->n && o->id[i] != id)
        i++;
    if (i == HOLDING_OWNERS)
        return;
    if (i == o->n)
        o->id[o->n++] = id;
    o->bytes[i] += bytes;
}

bool owner_bytes_top(const OwnerBytes *o, uint32_t *ret_id, unsigned *ret_percent) {
    size_t top = 0;
    uint64_t all = 0;

    for (size_t i = 0; i < o->n; i++) {
        all += o->bytes[i];
        if (o->bytes[i] > o->bytes[top])
            top = i;
    }
    if (!all)
        return false;
    *ret_id = o->id[top];
    *ret_percent = (unsigned)((double)o->bytes[top] * 100 / (double)all);
    return true;
}

static void times_add(Holding *h, int64_t t) {
    if (t == INT64_MIN)
        return;
    if (h->oldest == INT64_MIN || t < h->oldest)
        h->oldest = t;
    if (h->newest == INT64_MIN || t > h->newest)
        h->newest = t;
}

void holding_object(Holding *h, const ObjectRow *o, bool orphan) {
    StatusKind kind = o->status.kind;

    if (!status_complete(kind))
        h->incomplete++;
    h->unsupported += kind == STATUS_UNSUPPORTED;
    h->unreadable += kind == STATUS_ERROR || kind == STATUS_OFFLINE || kind == STATUS_CHANGED;
    h->encrypted += kind == STATUS_ENCRYPTED;
    if (o->depth) {
        h->members++;
        return;
    }
    h->files++;
    h->bytes += o->meta.size;
    h->orphans += orphan;
    h->acl |= o->acl.n > 0;
    owner_add(&h->owners, o->meta.uid, o->meta.size);
    owner_add(&h->groups, o->meta.gid, o->meta.size);
    if (kind != STATUS_LINK && kind != STATUS_SPECIAL)
        times_add(h, o->meta.mtime);
}

/* ---- findings ---- */

static int values_add(Holding *h, size_t category, Span values) {
    Sketch *s = h->values[category];

    if (!s) {
        s = calloc(1, sizeof(*s));
        if (!s)
            return -ENOMEM;
        s->most = HOLDING_VALUES;
        h->values[category] = s;
    }
    if (sketch_take(s, values) == -ENOMEM || s->failed) /* a damaged one counts for nothing */
        return -ENOMEM;
    return 0;
}

int holding_finding(Holding *h, const FoundRow *row, const CategorySet *identifiers) {
    int category = category_place(span_of(row->category));
    uint64_t sure = row->count[LEVEL_MEDIUM] + row->count[LEVEL_HIGH];

    h->findings++;
    h->hits[row->number] += sure ? sure : row->count[LEVEL_LOW];
    if (row->tier > h->tier)
        h->tier = row->tier;
    if (category < 0)
        return 0;
    h->has[category] = true;
    return row->values.n && category_set_has(identifiers, (size_t)category)
               ? values_add(h, (size_t)category, row->values)
               : 0;
}

/* ---- what comes of it ---- */

Persons holding_persons(const Holding *h) {
    Persons p = {.best = -1, .exact = true};

    for (size_t i = 0; i < CATEGORY_BITS; i++) {
        bool exact;
        uint64_t n = h->values[i] ? sketch_count(h->values[i], &exact) : 0;

        if (!n)
            continue;
        p.high += n;
        p.exact &= exact;
        if (n > p.low) {
            p.low = n;
            p.best = (int)i;
        }
    }
    return p;
}

static bool has_any(const Holding *h, const char *word) {
    CategorySet set = {0};

    if (category_under(span_of(word), &set) < 0)
        return false;
    for (size_t i = 0; i < CATEGORY_BITS; i++) {
        if (h->has[i] && category_set_has(&set, i))
            return true;
    }
    return false;
}

Tier holding_tier(const Holding *h, const Persons *p, const char **ret_reason) {
    const MapAsset *a = h->declared;
    Tier tier = h->findings ? h->tier : TIER_INTERNAL;

    *ret_reason = h->findings ? "the highest tier of what was found" : "nothing was found";
    if (tier < TIER_CONFIDENTIAL && p->low >= MANY_PERSONS) {
        tier = TIER_CONFIDENTIAL;
        *ret_reason = "internal data of 1000 persons or more";
    }
    if (tier < TIER_CONFIDENTIAL && h->labels) {
        tier = TIER_CONFIDENTIAL;
        *ret_reason = "documents in it are marked with a label";
    }
    if (tier < TIER_RESTRICTED && has_any(h, "person.name") && has_any(h, "special")) {
        tier = TIER_RESTRICTED;
        *ret_reason = "names beside special categories of data";
    }
    if (a && a->has_tier && (a->tier > tier || (a->tier == TIER_PUBLIC && !h->findings))) {
        tier = a->tier;
        *ret_reason = "as declared";
    }
    return tier;
}
