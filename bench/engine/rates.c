/*
 * bench-rates: how fast the Engine is on each input, beside a naive rival and beside the limits of
 * the machine, all in one process and in memory.
 *
 *     bench-rates [--rounds N] [--threads N] [--only SUBJECT] [--head MIB] [--naive FILE]
 *                 [--naive-head MIB] [--rules DIR] [--csv] FILE...
 *
 * Subjects, each once a round, in turn:
 *     engine    all built-in detectors, one core
 *     engine-N  the same in N threads (--threads)
 *     naive     all patterns of FILE in one Hyperscan database, over the head of the same bytes
 *     bitmap    the Engine's first pass alone
 *     keyword   its search for keywords alone, nothing confirmed
 *     read      every byte read from memory and summed
 * Rates are bytes a second of processor time, so they hold on a machine that others use; those of
 * engine-N, and of the engine where the two are compared, are by the wall's clock.
 */
#include <getopt.h>

#include "base/clock.h"
#include "database.h"
#include "number.h"
#include "series.h"
#include "sweep.h"

enum {
    THREADS_MAX = 64,
    PASSES_MAX = 6,
    MIB = 1 << 20,
    MIB_MAX = 1 << 20,
};

typedef struct Options {
    uint64_t rounds, threads;
    uint64_t head, naive_head; /* MiB; 0: all */
    const char *only, *naive, *rules;
    bool csv;
} Options;

/* All that is needed to run any subject. */
typedef struct Bench {
    Rules *rules;
    Engine *engine;
    Sweep *sweeps[THREADS_MAX];
    size_t n_sweeps;
    Database *naive; /* NULL: not asked for */
    Bitmap *bitmap;
    uint64_t sum; /* what subjects found, so that none is left out as unused */
} Bench;

typedef struct Pass {
    char subject[16];
    size_t head; /* bytes at most; 0: all */
    int (*run)(Bench *b, const Input *in, size_t n);
    bool threads; /* runs in more than this one: only the wall's clock tells */
    Series rates, walls;
} Pass;

static void bench_done(Bench *b) {
    for (size_t i = 0; i < b->n_sweeps; i++)
        sweep_free(b->sweeps[i]);
    database_free(b->naive);
    free(b->bitmap);
    engine_free(b->engine);
    rules_free(b->rules);
}

/* ---- subjects ---- */

static int run_engine(Bench *b, const Input *in, size_t n) {
    return sweep_run(b->sweeps[0], in, 0, n);
}

static int run_threads(Bench *b, const Input *in, size_t n _unused_) {
    return sweeps_run(b->sweeps, b->n_sweeps, in);
}

static int run_naive(Bench *b, const Input *in, size_t n) {
    return database_run(b->naive, in, n);
}

static bool count_place(void *of, const NeedlePlace *p _unused_) {
    Bench *b = of;

    b->sum++;
    return true;
}

/* The bytes behind an input are readable as those behind a window are: see input.h. */
static int run_keyword(Bench *b, const Input *in, size_t n) {
    const NeedleSink sink = {.of = b, .place = count_place};

    for (size_t at = 0; at < n; at += SWEEP_WINDOW)
        needles_find(b->engine->needles, in->at, in->n, at,
                     n - at < SWEEP_WINDOW ? n : at + SWEEP_WINDOW, &sink);
    return 0;
}

static int run_bitmap(Bench *b, const Input *in, size_t n) {
    for (size_t lo = 0; lo < n; lo += BITMAP_CHUNK) {
        size_t from = lo < BITMAP_MARGIN ? 0 : lo - BITMAP_MARGIN;
        size_t to = n - lo < BITMAP_CHUNK + BITMAP_MARGIN ? n : lo + BITMAP_CHUNK + BITMAP_MARGIN;

        b->engine->build(b->bitmap, in->at + from, to - from);
        b->sum += b->bitmap->digit[0];
    }
    return 0;
}

static int run_read(Bench *b, const Input *in, size_t n) {
    uint64_t sum = 0, word;

    for (size_t i = 0; i + sizeof(word) <= n; i += sizeof(word)) {
        memcpy(&word, in->at + i, sizeof(word));
        sum += word;
    }
    b->sum += sum;
    return 0;
}

/* ---- setting up ---- */

static int bench_init(Bench *b, const Options *o, Error *reterr) {
    RulesOptions rules = {.directories = &o->rules, .n_directories = o->rules ? 1 : 0};
    int r = rules_load(&rules, reterr, &b->rules);

    if (r == 0)
        r = engine_new(b->rules, NULL, reterr, &b->engine);
    for (; r == 0 && b->n_sweeps < o->threads; b->n_sweeps += r == 0)
        r = sweep_new(b->engine, &b->sweeps[b->n_sweeps]);
    if (r == 0 && o->naive)
        r = database_compile(o->naive, reterr, &b->naive);
    if (r < 0)
        return r;
    b->bitmap = calloc(1, sizeof(*b->bitmap));
    return b->bitmap ? 0 : -ENOMEM;
}

/* The subjects that there are and that are wanted; how many. */
static size_t passes_choose(const Bench *b, const Options *o, Pass *ret) {
    Pass all[PASSES_MAX] = {
        {.subject = "engine", .run = run_engine},
        {.run = o->threads > 1 ? run_threads : NULL, .threads = true},
        {.subject = "naive", .run = b->naive ? run_naive : NULL, .head = o->naive_head * MIB},
        {.subject = "bitmap", .run = run_bitmap},
        {.subject = "keyword", .run = run_keyword},
        {.subject = "read", .run = run_read},
    };
    size_t n = 0;

    snprintf(all[1].subject, sizeof(all[1].subject), "engine-%llu", (unsigned long long)o->threads);
    for (size_t i = 0; i < PASSES_MAX; i++)
        if (all[i].run && (!o->only || strcmp(o->only, all[i].subject) == 0))
            ret[n++] = all[i];
    return n;
}

/* ---- measuring ---- */

static int pass_run(Pass *p, Bench *b, const Input *in, bool counts) {
    size_t n = p->head && p->head < in->n ? p->head : in->n;
    int64_t wall = clock_monotonic_ns(), cpu = thread_cpu_ns();
    int r = p->run(b, in, n);

    cpu = thread_cpu_ns() - cpu;
    wall = clock_monotonic_ns() - wall;
    if (counts) {
        series_add(&p->rates, rate_of(n, p->threads ? wall : cpu));
        series_add(&p->walls, rate_of(n, wall));
    }
    return r;
}

/* The first round warms up and does not count. */
static int passes_run(Pass *passes, size_t n, Bench *b, const Input *in, uint64_t rounds) {
    int r = 0;

    for (size_t i = 0; i < n; i++)
        passes[i].rates.n = passes[i].walls.n = 0;
    for (uint64_t round = 0; round <= rounds && r == 0; round++)
        for (size_t i = 0; i < n && r == 0; i++)
            r = pass_run(&passes[i], b, in, round > 0);
    return r;
}

static const Pass *pass_find(const Pass *passes, size_t n, const char *subject) {
    for (size_t i = 0; i < n; i++)
        if (strcmp(passes[i].subject, subject) == 0)
            return &passes[i];
    return NULL;
}

/* ---- telling ---- */

static void head_print(const Bench *b, const Pass *passes, size_t n, bool csv) {
    Series detectors = {.n = 1, .at = {(double)b->rules->n}};

    if (csv) {
        series_print_csv(&detectors, "engine", "rules", "detectors", "detectors");
        return;
    }
    printf("%zu detectors, bitmaps by %s\n%-12s", b->rules->n, b->engine->build_name, "MB/s");
    for (size_t i = 0; i < n; i++)
        printf(" %9s", passes[i].subject);
    printf(" %9s\n", "hits/MB");
}

static void ratio_print(const Pass *of, const Pass *to) {
    Spread s;

    if (!of || !to || of == to)
        return;
    s = of->threads ? series_ratio(&of->walls, &to->walls) : series_ratio(&of->rates, &to->rates);
    printf("  %s/%s %.2f (%.2f-%.2f)", of->subject, to->subject, s.median, s.least, s.most);
}

static void row_print(const Pass *passes, size_t n, const Input *in, uint64_t threads,
                      double hits) {
    const Pass *engine = pass_find(passes, n, "engine");
    char many[16];

    printf("%-12s", in->name);
    for (size_t i = 0; i < n; i++)
        printf(" %9.1f", series_spread(&passes[i].rates).median);
    printf(" %9.1f", hits);
    ratio_print(engine, pass_find(passes, n, "naive"));
    snprintf(many, sizeof(many), "engine-%llu", (unsigned long long)threads);
    ratio_print(pass_find(passes, n, many), engine);
    printf("\n");
}

/* The hits stand beside the rates: a fast engine that finds nothing would be none. */
static void result_print(const Bench *b, const Pass *passes, size_t n, const Input *in,
                         const Options *o) {
    const Sweep *s = b->sweeps[0];
    Series hits = {.n = 1, .at = {s->bytes ? (double)s->hits * 1e6 / (double)s->bytes : 0}};

    if (!o->csv)
        row_print(passes, n, in, o->threads, hits.at[0]);
    for (size_t i = 0; o->csv && i < n; i++) {
        series_print_csv(&passes[i].rates, "engine", in->name, passes[i].subject, "MB/s");
        series_print_csv(&passes[i].walls, "engine", in->name, passes[i].subject, "MB/s wall");
    }
    if (o->csv && s->bytes)
        series_print_csv(&hits, "engine", in->name, "hits", "hits/MB");
    fflush(stdout);
}

static int file_bench(Bench *b, Pass *passes, size_t n, const char *path, const Options *o,
                      Error *reterr) {
    _cleanup_(input_done) Input in = {0};
    int r = input_read(path, o->head * MIB, reterr, &in);

    b->sweeps[0]->hits = b->sweeps[0]->bytes = 0;
    if (r == 0)
        r = passes_run(passes, n, b, &in, o->rounds);
    if (r == 0)
        result_print(b, passes, n, &in, o);
    return r;
}

/* ---- command line ---- */

static int usage(void) {
    fputs("usage: bench-rates [--rounds N] [--threads N] [--only SUBJECT] [--head MIB]\n"
          "                   [--naive FILE] [--naive-head MIB] [--rules DIR] [--csv] FILE...\n",
          stderr);
    return 2;
}

static int options_parse(int argc, char **argv, Options *o) {
    static const struct option known[] = {
        {"rounds", required_argument, NULL, 'r'},
        {"threads", required_argument, NULL, 't'},
        {"only", required_argument, NULL, 'o'},
        {"head", required_argument, NULL, 'h'},
        {"naive", required_argument, NULL, 'n'},
        {"rules", required_argument, NULL, 'd'},
        {"naive-head", required_argument, NULL, 'm'},
        {"csv", no_argument, NULL, 'c'},
        {NULL, 0, NULL, 0},
    };
    bool fine = true;
    int c;

    while (fine && (c = getopt_long(argc, argv, "", known, NULL)) >= 0) {
        if (c == 'r')
            fine = number_parse(optarg, 1, ROUNDS_MAX, &o->rounds);
        else if (c == 't')
            fine = number_parse(optarg, 1, THREADS_MAX, &o->threads);
        else if (c == 'h')
            fine = number_parse(optarg, 0, MIB_MAX, &o->head);
        else if (c == 'm')
            fine = number_parse(optarg, 0, MIB_MAX, &o->naive_head);
        else if (c == 'o')
            o->only = optarg;
        else if (c == 'n')
            o->naive = optarg;
        else if (c == 'd')
            o->rules = optarg;
        else if (c == 'c')
            o->csv = true;
        else
            fine = false;
    }
    return fine && optind < argc ? 0 : -EINVAL;
}

int main(int argc, char **argv) {
    _cleanup_(bench_done) Bench b = {0};
    Options o = {.rounds = 5, .threads = 1, .naive_head = 8};
    Pass passes[PASSES_MAX];
    Error error = {0};
    size_t n;
    int r;

    if (options_parse(argc, argv, &o) < 0)
        return usage();
    r = bench_init(&b, &o, &error);
    n = r == 0 ? passes_choose(&b, &o, passes) : 0;
    if (r == 0 && n == 0)
        return usage();
    if (r == 0)
        head_print(&b, passes, n, o.csv);
    for (int i = optind; i < argc && r == 0; i++)
        r = file_bench(&b, passes, n, argv[i], &o, &error);
    if (r < 0)
        fprintf(stderr, "bench-rates: %s\n", error.code ? error.text : strerror(-r));
    return r < 0;
}
