/*
 * bench-isolation: what it costs that a format is read by a worker in a sandbox.
 *
 *     bench-isolation [--rounds N] FILE...
 *
 * Each file is read by the same reader, here and in a worker, in turn, into a receiver that looks
 * at each byte of text once. Printed: the best time of the rounds from start to end, and the
 * processor time of all rounds of all processes that took part, the worker's start included.
 */
#include <fcntl.h>
#include <getopt.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "extract/host.h"
#include "number.h"

typedef struct Counts {
    uint64_t units, text, lines;
} Counts;

static int count_enter(void *of, const Entry *e) {
    (void)e;
    ((Counts *)of)->units++;
    return 0;
}

static int count_leave(void *of, const Ending *e) {
    (void)of, (void)e;
    return 0;
}

static int count_part(void *of, PartKind kind, Span name, Encoding encoding) {
    (void)of, (void)kind, (void)name, (void)encoding;
    return 0;
}

static int count_column(void *of, uint32_t number, Span name) {
    (void)of, (void)number, (void)name;
    return 0;
}

static int count_text(void *of, const Text *t) {
    Counts *c = of;

    c->text += t->text.n;
    for (size_t i = 0; i < t->text.n; i++)
        c->lines += t->text.at[i] == '\n';
    return 0;
}

static int count_fact(void *of, const Fact *f) {
    (void)of, (void)f;
    return 0;
}

static Receiver counting(Counts *c) {
    return (Receiver){.of = c,
                      .enter = count_enter,
                      .leave = count_leave,
                      .part = count_part,
                      .column = count_column,
                      .text = count_text,
                      .fact = count_fact};
}

/* ---- one way, and the other ---- */

typedef struct Input {
    int fd;
    uint64_t size;
    ExtractPlace place;
} Input;

static int read_here(const Input *in, Host *h, Counts *ret) {
    const Receiver to = counting(ret);
    const ExtractOptions o = {.to = &to, .place = in->place, .size = in->size};
    _cleanup_(extraction_freep) Extraction *x = NULL;
    Feed f = feed_of_fd(in->fd, in->size);
    Ending e;
    int r = extraction_new(&o, &x);

    (void)h;
    if (r == 0)
        r = extraction_run(x, span_of("file"), &f, &e);
    feed_done(&f);
    return r;
}

static int read_there(const Input *in, Host *h, Counts *ret) {
    const Receiver to = counting(ret);
    Ending e;

    return host_extract(h, in->place,
                        &(HostFile){.fd = in->fd, .size = in->size, .name = span_of("file")}, NULL,
                        &to, &e);
}

typedef int (*Way)(const Input *in, Host *h, Counts *ret);

typedef struct Figures {
    int64_t best, cpu;
    Counts counts;
} Figures;

static int64_t cpu_of(int who) {
    struct rusage u;

    getrusage(who, &u);
    return (u.ru_utime.tv_sec + u.ru_stime.tv_sec) * CLOCK_NS_PER_S +
           (u.ru_utime.tv_usec + u.ru_stime.tv_usec) * 1000;
}

static int pass(Way way, const Input *in, Host *h, Figures *f) {
    int64_t start = clock_monotonic_ns(), cpu = cpu_of(RUSAGE_SELF);
    int r;

    f->counts = (Counts){0};
    r = way(in, h, &f->counts);
    start = clock_monotonic_ns() - start;
    f->cpu += cpu_of(RUSAGE_SELF) - cpu;
    if (start < f->best)
        f->best = start;
    return r;
}

/* Both ways in turn; what the other processes took is known when they have ended. */
static int rounds_of(const Input *in, uint64_t rounds, Figures *here, Figures *there) {
    int64_t others = cpu_of(RUSAGE_CHILDREN);
    Zygote *z = NULL;
    Host *h = NULL;
    int r = zygote_new(&(ZygoteOptions){0}, &z);

    if (r == 0)
        r = host_new(&(HostOptions){.zygote = z}, &h);
    for (uint64_t i = 0; r == 0 && i < rounds; i++) {
        r = pass(read_here, in, h, here);
        if (r == 0)
            r = pass(read_there, in, h, there);
    }
    host_free(h);
    zygote_free(z);
    there->cpu += cpu_of(RUSAGE_CHILDREN) - others;
    return r;
}

static int bench(const char *path, uint64_t rounds) {
    _cleanup_(fd_closep) int fd = open(path, O_RDONLY | O_CLOEXEC);
    Figures here = {.best = INT64_MAX}, there = {.best = INT64_MAX};
    uint8_t head[SNIFF_HEAD_MAX];
    const Extractor *e = NULL;
    struct stat st;
    ssize_t n = fd >= 0 ? pread(fd, head, sizeof(head), 0) : -1;
    int r;

    if (n < 0 || fstat(fd, &st) < 0) {
        fprintf(stderr, "bench-isolation: %s: %s\n", path, strerror(errno));
        return 1;
    }
    e = extractor_find(sniff(span(head, (size_t)n), (uint64_t)st.st_size).format);
    if (!e || e->place == EXTRACT_ANYWHERE || !e->extract) {
        fprintf(stderr, "bench-isolation: %s: not of a format that a worker reads\n", path);
        return 1;
    }
    r = rounds_of(&(Input){fd, (uint64_t)st.st_size, e->place}, rounds, &here, &there);
    if (r || memcmp(&here.counts, &there.counts, sizeof(Counts)) != 0) {
        fprintf(stderr, "bench-isolation: %s: %s\n", path,
                r < 0 ? strerror(-r) : "not the same text both ways");
        return 1;
    }
    printf("%-6s %6llu units %8.1f MB  here %8.1f ms  there %8.1f ms  time x%.2f  cpu x%.2f  %s\n",
           e->format, (unsigned long long)here.counts.units, (double)here.counts.text / 1e6,
           (double)here.best / 1e6, (double)there.best / 1e6,
           (double)there.best / (double)here.best, (double)there.cpu / (double)here.cpu, path);
    return 0;
}

int main(int argc, char **argv) {
    static const struct option options[] = {{"rounds", required_argument, NULL, 'r'}, {0}};
    uint64_t rounds = 5;
    int c, failed = 0;

    if (argc == 3 && strcmp(argv[1], "role") == 0)
        zygote_main(NULL);
    while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (c != 'r' || !number_parse(optarg, 1, 1000, &rounds))
            return 2;
    }
    for (int i = optind; i < argc; i++)
        failed |= bench(argv[i], rounds);
    return failed;
}
