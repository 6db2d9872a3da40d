/*
 * bench-readers: how fast our own readers of text are, into a receiver that does nothing.
 *
 *     bench-readers [--rounds N] [--as FORMAT] FILE...
 *
 * A file is read into memory and extracted as what sniff() takes it for, or as FORMAT. Rates are
 * bytes a second of processor time, the best of the rounds.
 */
#include <fcntl.h>
#include <getopt.h>
#include <sys/stat.h>
#include <time.h>

#include "base/clock.h"
#include "extract/extract.h"
#include "number.h"

typedef struct Counts {
    uint64_t text, marks, pieces, columns, parts;
} Counts;

static int count_part(void *of, PartKind kind, Span name, Encoding encoding) {
    (void)kind, (void)name, (void)encoding;
    ((Counts *)of)->parts++;
    return 0;
}

static int count_column(void *of, uint32_t number, Span name) {
    (void)number, (void)name;
    ((Counts *)of)->columns++;
    return 0;
}

static int count_text(void *of, const Text *t) {
    Counts *c = of;

    c->text += t->text.n;
    c->marks += t->n_marks;
    c->pieces++;
    return 0;
}

static int count_fact(void *of, const Fact *f) {
    (void)of, (void)f;
    return 0;
}

static int64_t cpu_ns(void) {
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (int64_t)t.tv_sec * CLOCK_NS_PER_S + t.tv_nsec;
}

/* One pass over the bytes: its time, or a negative error. */
static int64_t pass(Span bytes, const char *format, Counts *ret) {
    Receiver to = {.of = ret,
                   .part = count_part,
                   .column = count_column,
                   .text = count_text,
                   .fact = count_fact};
    ExtractOptions o = {.to = &to, .size = bytes.n};
    _cleanup_(extraction_freep) Extraction *x = NULL;
    Feed f = feed_of_span(bytes);
    const Extractor *e = extractor_find(format);
    Status status;
    int64_t start = cpu_ns();
    int r;

    *ret = (Counts){0};
    if (!e || !e->extract)
        return -EINVAL;
    r = extraction_new(&o, &x);
    if (r == 0)
        r = e->extract(x, &f, ENCODING_UTF8, &status);
    if (r == 0)
        r = extract_part(x, PART_BYTES, span(NULL, 0)); /* what is gathered goes out */
    feed_done(&f);
    return r < 0 ? r : cpu_ns() - start;
}

static int read_file(const char *path, Buf *ret) {
    _cleanup_(fd_closep) int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat st;
    uint8_t *at;

    if (fd < 0 || fstat(fd, &st) < 0)
        return -errno;
    at = buf_extend(ret, (size_t)st.st_size);
    if (!at)
        return -ENOMEM;
    for (size_t done = 0; done < ret->n;) {
        ssize_t n = read(fd, at + done, ret->n - done);

        if (n <= 0)
            return n < 0 ? -errno : -EIO;
        done += (size_t)n;
    }
    return 0;
}

static int bench(const char *path, const char *as, uint64_t rounds) {
    _cleanup_(buf_done) Buf b = {0};
    int64_t best = INT64_MAX;
    const char *format = as;
    Counts counts;
    int r = read_file(path, &b);

    if (r == 0 && !format)
        format = sniff(buf_as_span(&b), b.n).format;
    for (uint64_t i = 0; r == 0 && i < rounds; i++) {
        int64_t t = pass(buf_as_span(&b), format, &counts);

        if (t < 0)
            r = (int)t;
        else if (t < best)
            best = t;
    }
    if (r < 0) {
        fprintf(stderr, "bench-readers: %s: %s\n", path, strerror(-r));
        return 1;
    }
    printf("%-8s %8.0f MB/s  %6.1f M marks/s  %5.1f bytes a mark  %s\n", format,
           (double)b.n * 1e3 / (double)best, (double)counts.marks * 1e3 / (double)best,
           (double)b.n / (double)(counts.marks ? counts.marks : 1), path);
    return 0;
}

int main(int argc, char **argv) {
    static const struct option options[] = {
        {"rounds", required_argument, NULL, 'r'},
        {"as", required_argument, NULL, 'a'},
        {0},
    };
    const char *as = NULL;
    uint64_t rounds = 5;
    int c, failed = 0;

    while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (c == 'a')
            as = optarg;
        else if (c != 'r' || !number_parse(optarg, 1, 1000, &rounds))
            return 2;
    }
    for (int i = optind; i < argc; i++)
        failed |= bench(argv[i], as, rounds);
    return failed;
}
