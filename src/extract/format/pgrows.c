/*
 * Pgrows: the rows of one table of PostgreSQL, in a file of their own (3456.dat), as pg_dump -Fd
 * and -Ft write them: lines of COPY, without a word of which table they are of.
 *
 * That is in the companion, toc.dat. Where it is damaged, or says nothing of this file, the rows
 * are read as what they look like, and a fact tells that they have no table; where it is missing,
 * too, if the text ends as such rows do.
 */
#include "extract/extract.h"
#include "extract/format/format.h"
#include "extract/format/pgtables.h"
#include "extract/text/decoder.h"
#include "extract/text/reader.h"

enum { ENDING = 5 };

static const uint8_t ending[ENDING] = {'\\', '.', '\n', '\n', '\n'};

static bool is_digit(uint8_t c) {
    return c >= '0' && c <= '9';
}

const char *companion_name(Span name) {
    static const char *const ends[] = {".dat", ".dat.gz", ".dat.lz4", ".dat.zst"};
    size_t n = 0;

    while (n < name.n && is_digit(name.at[n]))
        n++;
    for (size_t i = 0; n > 0 && i < N_ELEMENTS(ends); i++) {
        if (span_is(span(name.at + n, name.n - n), ends[i]))
            return "toc.dat";
    }
    return NULL;
}

bool companion_looks(int fd) {
    uint8_t magic[6];
    Feed f = feed_of_fd(fd, FEED_SIZE_UNKNOWN);
    ssize_t n = feed_read(&f, magic, sizeof(magic));

    return n == sizeof(magic) && strcmp(sniff(span(magic, sizeof(magic)), 0).format, "pgdump") == 0;
}

bool companion_missed(int fd, uint64_t size) {
    uint8_t last[ENDING];
    Feed f = feed_of_fd(fd, size);

    return size >= ENDING && feed_read_at(&f, size - ENDING, last, ENDING) == ENDING &&
           memcmp(last, ending, ENDING) == 0;
}

const Extractor *companion_reader(void) {
    return &pgrows_extractor;
}

/* A feed, and the last bytes that it gave. */
typedef struct Tap {
    Feed *of;
    uint8_t last[ENDING];
} Tap;

static ssize_t tap_read(Feed *f, uint8_t *at, size_t n) {
    Tap *t = f->of;
    ssize_t got = feed_some(t->of, at, n);
    size_t more = got < 0 ? 0 : got < ENDING ? (size_t)got : ENDING;

    if (more) {
        memmove(t->last, t->last + more, ENDING - more);
        memcpy(t->last + ENDING - more, at + (size_t)got - more, more);
    }
    return got;
}

/* As what it looks like, as if nothing stood beside it. */
static int read_plain(Extraction *x, Feed *f, Encoding encoding, Status *ret_status) {
    const Extractor *e;
    uint8_t bom[4];
    Span head;
    Sniff s;
    int r = feed_head(f, SNIFF_HEAD_MAX, &head);

    if (r < 0)
        return r == -ENOMEM ? r : 0; /* f->error tells */
    s = sniff(head, f->size == FEED_SIZE_UNKNOWN ? 0 : f->size);
    e = extractor_find(s.format);
    if (e && e->extract && e->place == EXTRACT_ANYWHERE)
        return e->extract(x, f, encoding, ret_status);
    if (feed_read(f, bom, s.bom < sizeof(bom) ? s.bom : sizeof(bom)) == -ENOMEM)
        return -ENOMEM;
    return extract_rest(x, f, encoding);
}

/* The COPY statement of the file; empty: nobody knows. */
static int find_copy(const Companion *c, Span file, PgTables **ret_tables, Span *ret) {
    int r = 0;

    *ret = span(NULL, 0);
    if (!c || c->missing)
        return 0;
    if (!c->read)
        r = pgtables_read(c->feed, file, ret_tables);
    if (r != -ENOMEM)
        *ret = pgtables_find(c->read ? c->read : *ret_tables, file);
    return r == -ENOMEM ? r : 0;
}

/* Of no known table; says so, unless it is not sure that these are rows at all. */
static int read_unknown(Extraction *x, Feed *f, bool sure, Encoding encoding, Status *ret_status) {
    static const FeedKind kind = {.read = tap_read};
    Tap t = {.of = f};
    Feed tap = feed_of(&kind, &t, f->size);
    int r;

    tap.derived = f->derived;
    r = read_plain(x, &tap, encoding, ret_status);
    feed_done(&tap);
    if (r == 0 && (sure || memcmp(t.last, ending, ENDING) == 0))
        r = extract_fact(x, &(Fact){.kind = FACT_NO_CONTENTS});
    return r;
}

static int pgrows_extract(Extraction *x, Feed *f, Encoding encoding, Status *ret_status) {
    _cleanup_(pgtables_freep) PgTables *tables = NULL;
    const Companion *c = extract_companion(x);
    Span copy;
    int r = find_copy(c, extract_name(x), &tables, &copy);

    if (r < 0)
        return r;
    if (copy.n)
        return sqldump_read_copy(x, f, encoding, copy, DECODER_WINDOW);
    return read_unknown(x, f, c && !c->missing, encoding, ret_status);
}

const Extractor pgrows_extractor = {
    .format = "pgrows",
    .place = EXTRACT_FORMAT,
    .extract = pgrows_extract,
};
