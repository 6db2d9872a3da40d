/*
 * Column: see column.h.
 *
 * A name is cut into words at everything that is no letter or digit, where lower case turns into
 * upper ("socialSecurityNumber"), and before a number ("phone2"); each run of up to NAME_RUN words
 * that stand together, and the whole without any separator, is looked up. So `customer_ssn` is
 * known by `ssn`, and `ssnumber` is not.
 *
 * What a name is about stands last in it: of what speaks for a detector and against it the one that
 * ends later counts, and of two that end together the longer, so that `phone_type` and
 * `product_name` are no phone and no name of a person, and `order_phone` is a phone. Whole names
 * are compared with the last step of a path, and nothing speaks against them.
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

/*
 * What a phrase is to its detector: the key of its context that lists it. A head is of no detector:
 * it speaks against all that are found by the name of the column alone.
 */
typedef enum NameKind { NAME_NEAR, NAME_COLUMN, NAME_WHOLE, NAME_AGAINST, NAME_HEAD } NameKind;

/* The dictionary of heads: words such as 'type' and 'count', behind which a name means these. */
#define HEADS "column-heads"

/* One phrase of one detector; those of the same hash form a list. */
typedef struct NameEntry {
    uint64_t hash;
    int32_t next;
    uint16_t detector;
    uint8_t kind; /* NameKind */
} NameEntry;

struct ColumnNames {
    NameEntry *entries;
    size_t n;
    int32_t *slots; /* by hash; -1: empty */
    size_t mask;
    uint64_t *cells; /* a bit a detector: it has matches of kind `columns` */
    size_t words;    /* of 64 detectors */
    size_t n_detectors;
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

/* Folds ASCII, and U+00C0..U+00DE in UTF-8 (C3 80 .. C3 9E, but for the multiplication sign). */
static uint8_t name_fold(uint8_t c, uint8_t before) {
    bool latin = before == 0xc3 && c >= 0x80 && c <= 0x9e && c != 0x97;

    return latin ? c | 0x20 : byte_lower(c);
}

static void name_cut(Span name, Named *ret) {
    size_t o = 0;

    ret->n = 0;
    for (size_t i = 0; i < name.n && o + 2 < sizeof(ret->text); i++) {
        uint8_t c = name.at[i], before = i ? name.at[i - 1] : 0;
        bool hump = byte_is_upper(c) && before >= 'a' && before <= 'z';
        bool number = byte_is_digit(c) && is_part(before) && !byte_is_digit(before);

        if (!is_part(c))
            continue;
        if (!is_part(before) || hump || number) {
            if (ret->n == NAME_WORDS)
                break;
            if (ret->n)
                ret->text[o++] = ' ';
            ret->start[ret->n++] = (uint16_t)o;
        }
        ret->text[o++] = (char)name_fold(c, before);
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

static void names_add(ColumnNames *n, uint64_t hash, size_t detector, NameKind kind) {
    int32_t *slot = &n->slots[hash & n->mask];

    n->entries[n->n] = (NameEntry){
        .hash = hash, .next = *slot, .detector = (uint16_t)detector, .kind = (uint8_t)kind};
    *slot = (int32_t)n->n++;
}

static void names_add_all(ColumnNames *n, const Words *words, size_t detector, NameKind kind) {
    for (size_t i = 0; i < words->n; i++) {
        Named name;

        name_cut(span_of(words->at[i]), &name);
        if (!name.n)
            continue;
        names_add(n, hash_text(name.text, (size_t)name.start[name.n] - 1), detector, kind);
        if (name.n > 1)
            names_add(n, hash_joined(&name), detector, kind);
    }
}

/* Each line of the dictionary of heads, where the rules have one. */
static void names_add_heads(ColumnNames *n, const char *lines) {
    for (const char *c = lines, *end; *c; c = *end ? end + 1 : end) {
        Named name;

        end = strchrnul(c, '\n');
        name_cut(span(c, (size_t)(end - c)), &name);
        if (name.n)
            names_add(n, hash_text(name.text, (size_t)name.start[name.n] - 1), 0, NAME_HEAD);
    }
}

static const char *heads_of(const Rules *rules) {
    int number = rules_dictionary(rules, HEADS);

    return number >= 0 ? rules->dictionaries[number].words : "";
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

        most +=
            2 * (c->columns.n + c->whole_columns.n + c->not_columns.n + c->near.n + c->not_near.n);
    }
    for (const char *c = heads_of(rules); *c; c++)
        most += *c == '\n' || !c[1];
    while (size < 2 * most)
        size *= 2;
    n->mask = size - 1;
    n->n_detectors = rules->n;
    n->words = (rules->n + 63) / 64;
    n->entries = calloc(most, sizeof(*n->entries));
    n->slots = malloc(size * sizeof(*n->slots));
    n->cells = calloc(n->words + 1, sizeof(*n->cells));
    if (!n->entries || !n->slots || !n->cells)
        return -ENOMEM;
    memset(n->slots, 0xff, size * sizeof(*n->slots));
    for (size_t i = 0; i < rules->n; i++) {
        const Context *c = &rules->detectors[i].context;

        names_add_all(n, &c->near, i, NAME_NEAR);
        names_add_all(n, &c->columns, i, NAME_COLUMN);
        names_add_all(n, &c->whole_columns, i, NAME_WHOLE);
        names_add_all(n, &c->not_near, i, NAME_AGAINST);
        names_add_all(n, &c->not_columns, i, NAME_AGAINST);
        if (has_cells(&rules->detectors[i]))
            n->cells[i / 64] |= UINT64_C(1) << (i % 64);
    }
    names_add_heads(n, heads_of(rules));
    *ret = TAKE(n);
    return 0;
}

size_t column_words(const ColumnNames *n) {
    return n->words;
}

/* ---- a name ---- */

/* What was found in one name so far: of each detector the rank of the best phrase, 0 for none. */
typedef struct Reading {
    const ColumnNames *names;
    uint16_t *near, *against;
    uint64_t *columns; /* some phrase of kind NAME_COLUMN or NAME_WHOLE */
    uint16_t head;     /* the rank of the best head */
} Reading;

/* Of a phrase that ends at word `end` of the name and has n; a whole name is above all. */
static uint16_t rank_of(size_t end, size_t n) {
    _Static_assert(NAME_WORDS < 32, "ranks order by end, then length");
    return (uint16_t)(end * 32 + n);
}

static int reading_note(Reading *r, const NameEntry *e, uint16_t rank) {
    uint16_t *best;

    if (e->kind == NAME_HEAD) {
        r->head = rank > r->head ? rank : r->head;
        return 0;
    }
    if (!r->near) {
        r->near = calloc(2 * r->names->n_detectors, sizeof(*r->near));
        r->columns = calloc(r->names->words, sizeof(*r->columns));
        if (!r->near || !r->columns)
            return -ENOMEM;
        r->against = r->near + r->names->n_detectors;
    }
    best = e->kind == NAME_AGAINST ? &r->against[e->detector] : &r->near[e->detector];
    if (rank > *best)
        *best = rank;
    if (e->kind == NAME_COLUMN || e->kind == NAME_WHOLE)
        r->columns[e->detector / 64] |= UINT64_C(1) << (e->detector % 64);
    return 0;
}

/* Phrases with that hash: those that are whole names, or the others. */
static int reading_look_up(Reading *r, uint64_t hash, uint16_t rank, bool whole) {
    const ColumnNames *n = r->names;
    int rc = 0;

    for (int32_t i = n->slots[hash & n->mask]; i >= 0 && rc == 0; i = n->entries[i].next) {
        const NameEntry *e = &n->entries[i];

        if (e->hash == hash && (e->kind == NAME_WHOLE) == whole)
            rc = reading_note(r, e, rank);
    }
    return rc;
}

static int reading_runs(Reading *r, const Named *words) {
    int rc =
        words->n ? reading_look_up(r, hash_joined(words), rank_of(words->n, words->n), false) : 0;

    for (size_t i = 0; i < words->n && rc == 0; i++) {
        for (size_t k = 1; k <= NAME_RUN && i + k <= words->n && rc == 0; k++)
            rc = reading_look_up(r,
                                 hash_text(words->text + words->start[i],
                                           (size_t)words->start[i + k] - words->start[i] - 1),
                                 rank_of(i + k, k), false);
    }
    return rc;
}

/* The last step of a path: 'name' of 'users.name' and of '/people/person/@name'. */
static Span name_last(Span name) {
    bool part = false; /* something follows that a step could be */

    for (size_t i = name.n; i-- > 0;) {
        if (part && (name.at[i] == '.' || name.at[i] == '/' || name.at[i] == '@'))
            return span(name.at + i + 1, name.n - i - 1);
        part |= is_part(name.at[i]);
    }
    return name;
}

/* Without a number at its end: 'name2'. */
static int reading_whole(Reading *r, Span name) {
    uint64_t spaced;
    Named words;
    int rc;

    name_cut(name_last(name), &words);
    if (words.n > 1 && byte_is_digit((uint8_t)words.text[words.start[words.n - 1]]))
        words.n--;
    if (!words.n)
        return 0;
    spaced = hash_text(words.text, (size_t)words.start[words.n] - 1);
    rc = reading_look_up(r, spaced, UINT16_MAX, true);
    return rc < 0 || words.n == 1 ? rc : reading_look_up(r, hash_joined(&words), UINT16_MAX, true);
}

static int hint_allocate(const ColumnNames *n, ColumnHint *h) {
    h->any = true;
    h->near = calloc(3 * n->words, sizeof(*h->near));
    if (!h->near)
        return -ENOMEM;
    h->against = h->near + n->words;
    return 0;
}

static void bit_set(uint64_t *bits, size_t detector) {
    bits[detector / 64] |= UINT64_C(1) << (detector % 64);
}

static int hint_of(const Reading *r, ColumnHint *h) {
    const ColumnNames *n = r->names;
    uint64_t *cells;

    if (hint_allocate(n, h) < 0)
        return -ENOMEM;
    cells = h->against + n->words;
    for (size_t i = 0; i < n->n_detectors; i++) {
        bool headed = column_bit(n->cells, i) && r->near[i] < r->head;

        if (r->near[i] && r->near[i] >= r->against[i] && !headed) {
            bit_set(h->near, i);
            h->about |= context_bit(i);
        } else if (r->against[i] || (r->near[i] && headed)) {
            bit_set(h->against, i);
        }
    }
    for (size_t i = 0; i < n->words; i++) {
        cells[i] = h->near[i] & r->columns[i] & n->cells[i];
        if (cells[i])
            h->cells = cells;
    }
    return 0;
}

int column_hint_init(const ColumnNames *names, Span name, ColumnHint *ret) {
    Reading reading = {.names = names};
    ColumnHint h = {0};
    Named words;
    int r;

    name_cut(name, &words);
    r = reading_runs(&reading, &words);
    if (r == 0)
        r = reading_whole(&reading, name);
    if (r == 0 && reading.near)
        r = hint_of(&reading, &h);
    h.name = hash_joined(&words);
    free(reading.near);
    free(reading.columns);
    if (r == 0)
        *ret = h;
    return r;
}

bool column_is_heading(const ColumnNames *names, const ColumnHint *h, Span cell) {
    uint64_t hash;
    Named words;

    name_cut(cell, &words);
    hash = hash_joined(&words);
    if (hash == h->name)
        return true;
    for (int32_t i = names->slots[hash & names->mask]; i >= 0; i = names->entries[i].next) {
        const NameEntry *e = &names->entries[i];

        if (e->hash == hash && e->kind < NAME_AGAINST && column_bit(h->cells, e->detector))
            return true;
    }
    return false;
}

int column_hint_add(const ColumnNames *names, uint16_t detector, ColumnHint *h) {
    int r = h->near ? 0 : hint_allocate(names, h);

    if (r < 0)
        return r;
    bit_set(h->near, detector);
    h->about |= context_bit(detector);
    h->against[detector / 64] &= ~(UINT64_C(1) << (detector % 64));
    return 0;
}

void column_hint_done(ColumnHint *h) {
    free(h->near);
    *h = (ColumnHint){0};
}
