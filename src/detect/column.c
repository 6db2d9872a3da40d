/*
 * Column: see column.h.
 *
 * A name is cut into words at everything that is no letter or digit, and where lower case turns
 * into upper ("socialSecurityNumber"); each run of up to NAME_RUN words that stand together, and
 * the whole without any separator, is looked up. So `customer_ssn` is known by `ssn`, and
 * `ssnumber` is not.
 */
#include "detect/column.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/buf.h"
#include "detect/bytes.h"
#include "detect/context.h"

enum {
    NAME_WORDS = 24, /* of a column's name; what follows is not looked at */
    NAME_RUN = 5,    /* words that are looked up together */
};

/* One phrase that speaks for or against one detector; those of the same hash form a list. */
typedef struct NameEntry {
    uint64_t hash;
    int32_t next;
    uint16_t detector;
    bool against;
} NameEntry;

struct ColumnNames {
    NameEntry *entries;
    size_t n;
    int32_t *slots; /* by hash; -1: empty */
    size_t mask;
    uint64_t *cells; /* a bit a detector: it has matches of kind `columns` */
    size_t words;    /* of 64 detectors */
};

ColumnNames *column_names_free(ColumnNames *n) {
    if (n) {
        free(n->entries);
        free(n->slots);
        free(n->cells);
        free(n);
    }
    return NULL;
}

/* ---- words ---- */

/* A name as words in lower case, one space between them; where each begins. */
typedef struct Named {
    char text[PART_NAME_MAX + NAME_WORDS];
    uint16_t start[NAME_WORDS + 1];
    size_t n; /* words */
} Named;

static bool is_part(uint8_t c) {
    return byte_is_alnum(c) || c >= 0x80;
}

static void name_cut(Span name, Named *ret) {
    size_t o = 0;

    ret->n = 0;
    for (size_t i = 0; i < name.n && o + 2 < sizeof(ret->text); i++) {
        uint8_t c = name.at[i], before = i ? name.at[i - 1] : 0;
        bool hump = byte_is_upper(c) && before >= 'a' && before <= 'z';

        if (!is_part(c))
            continue;
        if (!is_part(before) || hump) {
            if (ret->n == NAME_WORDS)
                break;
            if (ret->n)
                ret->text[o++] = ' ';
            ret->start[ret->n++] = (uint16_t)o;
        }
        ret->text[o++] = (char)byte_lower(c);
    }
    ret->start[ret->n] = (uint16_t)(o + 1); /* as if a further word began */
}

static uint64_t hash_text(const char *text, size_t n) {
    return XXH3_64bits(text, n);
}

/* The name without its spaces. */
static uint64_t hash_joined(const Named *n) {
    char joined[sizeof(n->text)];
    size_t o = 0, end = n->n ? (size_t)n->start[n->n] - 1 : 0;

    for (size_t i = 0; i < end; i++) {
        if (n->text[i] != ' ')
            joined[o++] = n->text[i];
    }
    return hash_text(joined, o);
}

/* ---- the vocabulary ---- */

static void names_add(ColumnNames *n, uint64_t hash, size_t detector, bool against) {
    int32_t *slot = &n->slots[hash & n->mask];

    n->entries[n->n] = (NameEntry){
        .hash = hash, .next = *slot, .detector = (uint16_t)detector, .against = against};
    *slot = (int32_t)n->n++;
}

static void names_add_all(ColumnNames *n, const Words *words, size_t detector, bool against) {
    for (size_t i = 0; i < words->n; i++) {
        Named name;

        name_cut(span_of(words->at[i]), &name);
        if (!name.n)
            continue;
        names_add(n, hash_text(name.text, (size_t)name.start[name.n] - 1), detector, against);
        if (name.n > 1)
            names_add(n, hash_joined(&name), detector, against);
    }
}

static bool has_cells(const Detector *d) {
    for (size_t i = 0; i < d->n_matches; i++) {
        if (d->matches[i].kind == MATCH_COLUMNS)
            return true;
    }
    return false;
}

int column_names_new(const Rules *rules, ColumnNames **ret) {
    _cleanup_(column_names_freep) ColumnNames *n = calloc(1, sizeof(*n));
    size_t most = 1, size = 64;

    if (!n)
        return -ENOMEM;
    for (size_t i = 0; i < rules->n; i++) {
        const Context *c = &rules->detectors[i].context;

        most += 2 * (c->columns.n + c->near.n + c->not_near.n);
    }
    while (size < 2 * most)
        size *= 2;
    n->mask = size - 1;
    n->words = (rules->n + 63) / 64;
    n->entries = calloc(most, sizeof(*n->entries));
    n->slots = malloc(size * sizeof(*n->slots));
    n->cells = calloc(n->words + 1, sizeof(*n->cells));
    if (!n->entries || !n->slots || !n->cells)
        return -ENOMEM;
    memset(n->slots, 0xff, size * sizeof(*n->slots));
    for (size_t i = 0; i < rules->n; i++) {
        const Context *c = &rules->detectors[i].context;

        names_add_all(n, &c->columns, i, false);
        names_add_all(n, &c->near, i, false);
        names_add_all(n, &c->not_near, i, true);
        if (has_cells(&rules->detectors[i]))
            n->cells[i / 64] |= UINT64_C(1) << (i % 64);
    }
    *ret = TAKE(n);
    return 0;
}

size_t column_words(const ColumnNames *n) {
    return n->words;
}

const uint64_t *column_cells(const ColumnNames *n) {
    return n->cells;
}

/* ---- a name ---- */

static int hint_note(const ColumnNames *n, const NameEntry *e, ColumnHint *h) {
    if (!h->near) {
        h->near = calloc(2 * n->words, sizeof(*h->near));
        if (!h->near)
            return -ENOMEM;
        h->against = h->near + n->words;
    }
    h->any = true;
    if (!e->against)
        h->about |= context_bit(e->detector);
    (e->against ? h->against : h->near)[e->detector / 64] |= UINT64_C(1) << (e->detector % 64);
    return 0;
}

static int hint_look_up(const ColumnNames *n, uint64_t hash, ColumnHint *h) {
    int r = 0;

    for (int32_t i = n->slots[hash & n->mask]; i >= 0 && r == 0; i = n->entries[i].next) {
        if (n->entries[i].hash == hash)
            r = hint_note(n, &n->entries[i], h);
    }
    return r;
}

int column_hint_init(const ColumnNames *names, Span name, ColumnHint *ret) {
    ColumnHint h = {0};
    Named words;
    int r;

    name_cut(name, &words);
    r = words.n ? hint_look_up(names, hash_joined(&words), &h) : 0;
    for (size_t i = 0; i < words.n && r == 0; i++) {
        for (size_t k = 1; k <= NAME_RUN && i + k <= words.n && r == 0; k++)
            r = hint_look_up(names,
                             hash_text(words.text + words.start[i],
                                       (size_t)words.start[i + k] - words.start[i] - 1),
                             &h);
    }
    /* a column that is named for it is for it, whatever else its name has */
    for (size_t i = 0; h.near && i < names->words; i++) {
        h.against[i] &= ~h.near[i];
        h.cells |= (h.near[i] & names->cells[i]) != 0;
    }
    if (r < 0)
        column_hint_done(&h);
    else
        *ret = h;
    return r;
}

int column_hint_add(const ColumnNames *names, uint16_t detector, ColumnHint *h) {
    int r = hint_note(names, &(NameEntry){.detector = detector}, h);

    if (r == 0)
        h->against[detector / 64] &= ~(UINT64_C(1) << (detector % 64));
    return r;
}

void column_hint_done(ColumnHint *h) {
    free(h->near);
    *h = (ColumnHint){0};
}
