/*
 * Edm: see edm.h. Looking up; edm-build.c makes tables.
 *
 * Hashes are evenly spread, so the place of one in the file is guessed from its first bytes and the
 * guess narrowed; after a few guesses the rest is halved, so a table that lies about its order
 * costs no more than that.
 */
#include "detect/edm.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "detect/edm-file.h"

enum { GUESSES = 8, WORDS_JOINED = 5, SAME_MAX = 64, FOUND_MAX = 2048 };

struct EdmTable {
    int fd;
    EdmHeader head;
    uint8_t *filter;
    uint8_t key[EDM_KEY];
    bool unlocked;
};

EdmTable *edm_free(EdmTable *t) {
    if (!t)
        return NULL;
    fd_close(t->fd);
    free(t->filter);
    explicit_bzero(t->key, sizeof(t->key));
    free(t);
    return NULL;
}

static int read_at(int fd, void *to, size_t n, uint64_t at) {
    for (size_t done = 0; done < n;) {
        ssize_t got = pread(fd, (uint8_t *)to + done, n - done, (off_t)(at + done));

        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return got < 0 ? -errno : -EIO;
        done += (size_t)got;
    }
    return 0;
}

static bool is_sound(const EdmHeader *h, uint64_t size) {
    if (memcmp(h->magic, EDM_MAGIC, sizeof(h->magic)) != 0 || h->columns > EDM_COLUMNS ||
        h->entry_bytes != edm_entry_bytes(h->columns) || h->filter_bytes > EDM_FILTER_MAX ||
        h->filter_bytes < EDM_BLOCK || h->filter_bytes % EDM_BLOCK ||
        h->rows > UINT64_MAX / 64 / h->entry_bytes)
        return false;
    return size == EDM_HEADER + h->filter_bytes + h->rows * h->entry_bytes;
}

/* Without its filter. */
static int open_head(const char *path, Error *reterr, EdmTable **ret) {
    _cleanup_(edm_freep) EdmTable *t = calloc(1, sizeof(*t));
    struct stat st;

    if (!t)
        return -ENOMEM;
    t->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (t->fd < 0 || fstat(t->fd, &st) < 0)
        return error_errno(reterr, -errno, "cannot open the table");
    if (!S_ISREG(st.st_mode) || st.st_size < EDM_HEADER ||
        read_at(t->fd, &t->head, sizeof(t->head), 0) < 0 ||
        !is_sound(&t->head, (uint64_t)st.st_size))
        return error_set(reterr, -EINVAL,
                         "it is no table of terrier rules edm build, or not whole");
    *ret = TAKE(t);
    return 0;
}

int edm_open(const char *path, Error *reterr, EdmTable **ret) {
    _cleanup_(edm_freep) EdmTable *t = NULL;
    int r = open_head(path, reterr, &t);

    if (r < 0)
        return r;
    t->filter = malloc(t->head.filter_bytes);
    if (!t->filter)
        return -ENOMEM;
    r = read_at(t->fd, t->filter, t->head.filter_bytes, EDM_HEADER);
    if (r < 0)
        return error_errno(reterr, r, "cannot read the table");
    *ret = TAKE(t);
    return 0;
}

void edm_label_of(const uint8_t id[EDM_ID], char ret[EDM_LABEL]) {
    int n = snprintf(ret, EDM_LABEL, "terrier-edm-table ");

    for (size_t i = 0; i < EDM_ID; i++)
        n += snprintf(ret + n, EDM_LABEL - (size_t)n, "%02x", id[i]);
}

int edm_label_at(const char *path, Error *reterr, char ret[EDM_LABEL]) {
    _cleanup_(edm_freep) EdmTable *t = NULL;
    int r = open_head(path, reterr, &t);

    if (r == 0)
        edm_label_of(t->head.id, ret);
    return r;
}

bool edm_unlock(EdmTable *t, const uint8_t key[EDM_KEY]) {
    uint8_t check[16];

    edm_hash(key, 0, span_of(EDM_MAGIC), check);
    t->unlocked = memcmp(check, t->head.check, sizeof(check)) == 0;
    if (t->unlocked)
        memcpy(t->key, key, sizeof(t->key));
    return t->unlocked;
}

uint64_t edm_rows(const EdmTable *t) {
    return t->head.rows;
}

unsigned edm_columns(const EdmTable *t) {
    return t->head.columns;
}

size_t edm_memory(const EdmTable *t) {
    return t->head.filter_bytes;
}

/* ---- one value ---- */

static bool may_have(const EdmTable *t, const uint8_t hash[EDM_PRIMARY]) {
    const uint8_t *block = t->filter + edm_block(hash, t->head.filter_bytes);
    uint16_t bits[EDM_PROBES];
    bool all = true;

    edm_bits(hash, bits);
    for (size_t i = 0; i < EDM_PROBES; i++)
        all &= block[bits[i] >> 3] >> (bits[i] & 7) & 1;
    return all;
}

static int entry_read(const EdmTable *t, uint64_t number, uint8_t *ret) {
    return read_at(t->fd, ret, t->head.entry_bytes,
                   EDM_HEADER + t->head.filter_bytes + number * t->head.entry_bytes);
}

static uint64_t leading(const uint8_t hash[EDM_PRIMARY]) {
    uint64_t x = 0;

    for (size_t i = 0; i < 8; i++)
        x = x << 8 | hash[i];
    return x;
}

/* The number of the first entry that is not before the hash; rows if all are. -1: not readable. */
static int64_t entry_lower(const EdmTable *t, const uint8_t hash[EDM_PRIMARY]) {
    uint8_t entry[EDM_PRIMARY + EDM_COLUMNS * EDM_OTHER];
    uint64_t lo = 0, hi = t->head.rows, wanted = leading(hash);
    uint64_t low = 0, high = UINT64_MAX; /* what stands before lo is >= low, at hi <= high */

    for (unsigned guess = 0; lo < hi; guess++) {
        uint64_t mid = lo + (hi - lo) / 2, at;

        if (guess < GUESSES && high > low && wanted >= low && wanted <= high)
            mid = lo + (uint64_t)(((unsigned __int128)(wanted - low) * (hi - lo)) / (high - low));
        mid = mid >= hi ? hi - 1 : mid;
        if (entry_read(t, mid, entry) < 0)
            return -1;
        at = leading(entry);
        if (memcmp(entry, hash, EDM_PRIMARY) < 0) {
            lo = mid + 1;
            low = at;
        } else {
            hi = mid;
            high = at;
        }
    }
    return (int64_t)lo;
}

/* ---- what stands around it ---- */

/* Hashes of all runs of one to five words around a value, in order. */
typedef struct Around {
    uint32_t at[FOUND_MAX];
    size_t n;
} Around;

static int number_cmp(const void *a, const void *b) {
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    return x < y ? -1 : x > y;
}

static uint32_t other_hash(const EdmTable *t, const uint8_t *normal, size_t n) {
    uint8_t hash[16];
    uint32_t x;

    edm_hash(t->key, 2, span(normal, n), hash);
    memcpy(&x, hash, sizeof(x));
    return x ? x : 1;
}

/* The runs of words that begin at `at`. */
static void around_from(const EdmTable *t, Span text, size_t at, size_t end, Around *ret) {
    uint8_t normal[EDM_VALUE_MAX];
    size_t n = 0;

    for (unsigned words = 0; words < WORDS_JOINED && at < end; words++) {
        for (; at < end && edm_is_letter(text.at[at]) && n < EDM_VALUE_MAX; at++) {
            uint8_t c = text.at[at];

            normal[n++] = c >= 'A' && c <= 'Z' ? c | 32 : c;
        }
        if (n >= EDM_COLUMN_MIN && ret->n < FOUND_MAX)
            ret->at[ret->n++] = other_hash(t, normal, n);
        while (at < end && !edm_is_letter(text.at[at]))
            at++;
    }
    explicit_bzero(normal, n);
}

/* Words that begin in [from, to) of the text and end there. */
static void around_add(const EdmTable *t, Span text, size_t from, size_t to, Around *ret) {
    bool before = from > 0 && edm_is_letter(text.at[from - 1]); /* the first is cut off */

    for (size_t i = from; i < to; i++) {
        bool letter = edm_is_letter(text.at[i]);

        if (letter && !before)
            around_from(t, text, i, to, ret);
        before = letter;
    }
}

static unsigned others_near(const EdmTable *t, const uint8_t *entry, const Around *around) {
    unsigned n = 0;

    for (unsigned i = 0; i < t->head.columns; i++) {
        uint32_t other;

        memcpy(&other, entry + EDM_PRIMARY + (size_t)i * EDM_OTHER, sizeof(other));
        n += other &&
             bsearch(&other, around->at, around->n, sizeof(*around->at), number_cmp) != NULL;
    }
    return n;
}

static bool row_is_near(const EdmTable *t, const uint8_t hash[EDM_PRIMARY], Span text, size_t start,
                        size_t end, unsigned columns, unsigned within) {
    uint8_t entry[EDM_PRIMARY + EDM_COLUMNS * EDM_OTHER];
    int64_t first = entry_lower(t, hash);
    Around around = {.n = 0};

    if (first < 0)
        return false;
    if (columns) {
        around_add(t, text, start > within ? start - within : 0, start, &around);
        around_add(t, text, end, text.n - end > within ? end + within : text.n, &around);
        qsort(around.at, around.n, sizeof(*around.at), number_cmp);
    }
    for (uint64_t i = (uint64_t)first; i < t->head.rows && i - (uint64_t)first < SAME_MAX; i++) {
        if (entry_read(t, i, entry) < 0 || memcmp(entry, hash, EDM_PRIMARY) != 0)
            return false;
        if (!columns || others_near(t, entry, &around) >= columns)
            return true;
    }
    return false;
}

bool edm_has(const EdmTable *t, Span text, size_t start, size_t end, unsigned columns,
             unsigned within) {
    uint8_t normal[EDM_VALUE_MAX], hash[16];
    size_t n;

    if (!t->unlocked || end > text.n)
        return false;
    n = edm_normal(span(text.at + start, end - start), normal);
    if (n < EDM_PRIMARY_MIN)
        return false;
    edm_hash(t->key, 1, span(normal, n), hash);
    explicit_bzero(normal, n);
    return may_have(t, hash) && row_is_near(t, hash, text, start, end, columns, within);
}
