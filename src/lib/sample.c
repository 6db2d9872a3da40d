/*
 * terrier_sample: a seeded draw from a frozen population.
 *
 * One pass: the SHA-256 of the file, and a heap of the rows whose SHA-256(seed || number) is
 * lowest. The number is that of the row, from 1, in decimal digits, so that the draw can be made
 * again with a few lines of any language (docs/auditor.md).
 */
#include <nettle/sha2.h>
#include <sodium.h>

#include "lib/common.h"
#include "lib/writer.h"

enum { DRAW_MAX = 1000000, ROW_SHOWN = 4096 };

typedef struct Drawn {
    uint8_t hash[SHA256_DIGEST_SIZE];
    uint64_t number;
    char *row;
} Drawn;

typedef struct Draw {
    const char *seed;
    Drawn *heap; /* the highest hash first */
    size_t n, size;
    uint64_t rows;
} Draw;

static void draw_done(Draw *d) {
    for (size_t i = 0; i < d->n; i++)
        free(d->heap[i].row);
    free(d->heap);
}

static int drawn_compare(const void *a, const void *b) {
    const Drawn *x = a, *y = b;

    return memcmp(x->hash, y->hash, sizeof(x->hash));
}

static void swap(Drawn *a, Drawn *b) {
    Drawn c = *a;

    *a = *b;
    *b = c;
}

static void sift_up(Drawn *heap, size_t i) {
    while (i && drawn_compare(&heap[(i - 1) / 2], &heap[i]) < 0) {
        swap(&heap[i], &heap[(i - 1) / 2]);
        i = (i - 1) / 2;
    }
}

static void sift_down(Drawn *heap, size_t n) {
    for (size_t i = 0;;) {
        size_t high = i, left = 2 * i + 1;

        if (left < n && drawn_compare(&heap[left], &heap[high]) > 0)
            high = left;
        if (left + 1 < n && drawn_compare(&heap[left + 1], &heap[high]) > 0)
            high = left + 1;
        if (high == i)
            return;
        swap(&heap[i], &heap[high]);
        i = high;
    }
}

static void row_hash(const Draw *d, uint64_t number, uint8_t ret[SHA256_DIGEST_SIZE]) {
    struct sha256_ctx state;
    char digits[24];

    snprintf(digits, sizeof(digits), "%llu", (unsigned long long)number);
    sha256_init(&state);
    sha256_update(&state, strlen(d->seed), (const uint8_t *)d->seed);
    sha256_update(&state, strlen(digits), (const uint8_t *)digits);
    sha256_digest(&state, SHA256_DIGEST_SIZE, ret);
}

static int draw_row(Draw *d, const char *row, size_t n) {
    Drawn one = {.number = ++d->rows};

    row_hash(d, one.number, one.hash);
    if (d->n == d->size && drawn_compare(&one, &d->heap[0]) > 0)
        return 0;
    one.row = strndup(row, n < ROW_SHOWN ? n : ROW_SHOWN);
    if (!one.row)
        return -ENOMEM;
    if (d->n == d->size) {
        free(d->heap[0].row);
        d->heap[0] = one;
        sift_down(d->heap, d->n);
    } else {
        d->heap[d->n++] = one;
        sift_up(d->heap, d->n - 1);
    }
    return 0;
}

static int read_rows(Draw *d, FILE *file, bool header, struct sha256_ctx *whole) {
    _cleanup_(free_p) char *line = NULL;
    size_t room = 0;
    ssize_t n;
    int r = 0;

    while (r == 0 && (n = getline(&line, &room, file)) > 0) {
        sha256_update(whole, (size_t)n, (const uint8_t *)line);
        while (n && (line[n - 1] == '\n' || line[n - 1] == '\r'))
            n--;
        if (!n)
            continue; /* an empty line is no row */
        if (!header)
            r = draw_row(d, line, (size_t)n);
        header = false;
    }
    return r == 0 && ferror(file) ? -EIO : r;
}

static void put_draw(Draw *d, struct sha256_ctx *whole, Writer *out) {
    uint8_t digest[SHA256_DIGEST_SIZE];
    char hex[2 * SHA256_DIGEST_SIZE + 1];

    sha256_digest(whole, sizeof(digest), digest);
    sodium_bin2hex(hex, sizeof(hex), digest, sizeof(digest));
    writer_printf(out, "# population sha256 %s, %llu rows\n# seed ", hex,
                  (unsigned long long)d->rows);
    writer_name(out, span_of(d->seed));
    writer_printf(out, ", drawn %zu\n", d->n);
    qsort(d->heap, d->n, sizeof(*d->heap), drawn_compare);
    for (size_t i = 0; i < d->n && writer_flush(out) == 0; i++) {
        sodium_bin2hex(hex, sizeof(hex), d->heap[i].hash, SHA256_DIGEST_SIZE);
        writer_printf(out, "%llu\t%.16s\t", (unsigned long long)d->heap[i].number, hex);
        writer_name(out, span_of(d->heap[i].row));
        writer_text(out, "\n");
    }
}

static int draw(const char *population, Draw *d, bool header, Writer *out, Error *reterr) {
    struct sha256_ctx whole;
    FILE *file = fopen(population, "re");
    int r;

    if (!file)
        return error_errno(reterr, -errno, "cannot read '%s'", population);
    sha256_init(&whole);
    r = read_rows(d, file, header, &whole);
    fclose(file);
    if (r < 0)
        return error_errno(reterr, r, "cannot read '%s'", population);
    put_draw(d, &whole, out);
    return 0;
}

int terrier_sample(const char *population, uint64_t size, const char *seed, bool header,
                   terrier_write write, void *of, terrier_error *error) {
    Writer out = writer_of(write, of);
    Draw d = {.seed = seed, .size = size};
    Error e = {0};
    int r = 0;

    if (size < 1 || size > DRAW_MAX)
        r = error_set(&e, -EINVAL, "a sample has 1 to %d rows", DRAW_MAX);
    else if (!seed[0])
        r = error_set(&e, -EINVAL, "the seed is empty; let the auditor choose one");
    else
        d.heap = calloc(size, sizeof(*d.heap));
    if (r == 0)
        r = d.heap ? draw(population, &d, header, &out, &e) : -ENOMEM;
    draw_done(&d);
    return error_out(writer_close(&out, r, &e), &e, error);
}
