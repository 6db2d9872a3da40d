/*
 * bench-detectors: the Engine with each detector alone, so that one expensive rule has a name.
 *
 *     bench-detectors [--rounds N] [--head MIB] [--rules DIR] [--csv] FILE...
 *
 * A rate here is the best of the rounds, not the median: what disturbs a short pass only slows it,
 * and a rule is to be named for what it costs, not for who else was running.
 */
#include <getopt.h>

#include "number.h"
#include "series.h"
#include "sweep.h"

enum {
    INPUTS_MAX = 16,
    MIB = 1 << 20,
    MIB_MAX = 1 << 20,
};

#define SLOW_SHARE 0.60 /* of the median of all detectors on the same input */

typedef struct Options {
    uint64_t rounds, head;
    const char *rules;
    bool csv;
} Options;

typedef struct Inputs {
    Input at[INPUTS_MAX];
    size_t n;
} Inputs;

/* What one detector did; share is its lowest of all inputs. */
typedef struct Row {
    const char *id;
    Series rates[INPUTS_MAX];
    double share;
    size_t worst; /* the input of that share */
} Row;

static void inputs_done(Inputs *in) {
    for (size_t i = 0; i < in->n; i++)
        input_done(&in->at[i]);
}

/* ---- measuring ---- */

static int row_measure(Row *row, const Engine *engine, const Inputs *in, uint64_t rounds) {
    _cleanup_(sweep_freep) Sweep *s = NULL;
    int r = sweep_new(engine, &s);

    for (uint64_t round = 0; round <= rounds; round++) {
        for (size_t i = 0; i < in->n && r == 0; i++) {
            int64_t start = thread_cpu_ns();

            r = sweep_run(s, &in->at[i], 0, in->at[i].n);
            if (round > 0) /* the first one warms up */
                series_add(&row->rates[i], rate_of(in->at[i].n, thread_cpu_ns() - start));
        }
    }
    return r;
}

/* The rule set of one detector borrows it from the whole, which outlives it. */
static int detector_measure(Detector *d, const Inputs *in, uint64_t rounds, Error *reterr,
                            Row *row) {
    const Rules alone = {.detectors = d, .n = 1};
    _cleanup_(engine_freep) Engine *engine = NULL;
    int r = engine_new(&alone, NULL, reterr, &engine);

    row->id = d->id;
    return r < 0 ? r : row_measure(row, engine, in, rounds);
}

static double median_of_best(const Row *rows, size_t n, size_t input, double *scratch) {
    for (size_t i = 0; i < n; i++)
        scratch[i] = series_spread(&rows[i].rates[input]).most;
    return median_of(scratch, n);
}

/* Compares each row with the median of every input. */
static int rows_judge(Row *rows, size_t n, size_t n_inputs) {
    _cleanup_(free_p) double *scratch = calloc(n + 1, sizeof(*scratch));

    if (!scratch)
        return -ENOMEM;
    for (size_t input = 0; input < n_inputs; input++) {
        double median = median_of_best(rows, n, input, scratch);

        for (size_t i = 0; i < n; i++) {
            double share = series_spread(&rows[i].rates[input]).most / median;

            if (input == 0 || share < rows[i].share) {
                rows[i].share = share;
                rows[i].worst = input;
            }
        }
    }
    return 0;
}

static int row_order(const void *a, const void *b) {
    const Row *x = a, *y = b;

    return x->share < y->share ? -1 : x->share > y->share;
}

/* ---- telling ---- */

static void rows_print(const Row *rows, size_t n, const Inputs *in) {
    printf("%-32s", "MB/s, slowest first");
    for (size_t i = 0; i < in->n; i++)
        printf(" %9s", in->at[i].name);
    printf(" %9s\n", "share");
    for (size_t row = 0; row < n; row++) {
        printf("%-32s", rows[row].id);
        for (size_t i = 0; i < in->n; i++)
            printf(" %9.0f", series_spread(&rows[row].rates[i]).most);
        printf(" %8.0f%%", rows[row].share * 100);
        if (rows[row].share < SLOW_SHARE)
            printf("  slow on %s", in->at[rows[row].worst].name);
        printf("\n");
    }
}

static void rows_print_csv(const Row *rows, size_t n, const Inputs *in) {
    for (size_t row = 0; row < n; row++)
        for (size_t i = 0; i < in->n; i++)
            series_print_csv(&rows[row].rates[i], "detector", in->at[i].name, rows[row].id, "MB/s");
}

static int bench(const Rules *rules, const Inputs *in, const Options *o, Error *reterr) {
    _cleanup_(free_p) Row *rows = calloc(rules->n + 1, sizeof(*rows));
    int r = rows ? 0 : -ENOMEM;

    for (size_t i = 0; i < rules->n && r == 0; i++)
        r = detector_measure(&rules->detectors[i], in, o->rounds, reterr, &rows[i]);
    if (r == 0)
        r = rows_judge(rows, rules->n, in->n);
    if (r < 0)
        return r;
    qsort(rows, rules->n, sizeof(*rows), row_order);
    (o->csv ? rows_print_csv : rows_print)(rows, rules->n, in);
    return 0;
}

/* ---- command line ---- */

static int usage(void) {
    fputs("usage: bench-detectors [--rounds N] [--head MIB] [--rules DIR] [--csv] FILE...\n",
          stderr);
    return 2;
}

static int options_parse(int argc, char **argv, Options *o) {
    static const struct option known[] = {
        {"rounds", required_argument, NULL, 'r'},
        {"head", required_argument, NULL, 'h'},
        {"rules", required_argument, NULL, 'd'},
        {"csv", no_argument, NULL, 'c'},
        {NULL, 0, NULL, 0},
    };
    bool fine = true;
    int c;

    while (fine && (c = getopt_long(argc, argv, "", known, NULL)) >= 0) {
        if (c == 'r')
            fine = number_parse(optarg, 1, ROUNDS_MAX, &o->rounds);
        else if (c == 'h')
            fine = number_parse(optarg, 1, MIB_MAX, &o->head);
        else if (c == 'd')
            o->rules = optarg;
        else if (c == 'c')
            o->csv = true;
        else
            fine = false;
    }
    return fine && optind < argc && argc - optind <= INPUTS_MAX ? 0 : -EINVAL;
}

int main(int argc, char **argv) {
    Options o = {.rounds = 3, .head = 8};
    _cleanup_(rules_freep) Rules *rules = NULL;
    _cleanup_(inputs_done) Inputs in = {.n = 0};
    RulesOptions which;
    Error error = {0};
    int r;

    if (options_parse(argc, argv, &o) < 0)
        return usage();
    which = (RulesOptions){.directories = &o.rules, .n_directories = o.rules ? 1 : 0};
    r = rules_load(&which, &error, &rules);
    for (; optind < argc && r == 0; optind++, in.n += r == 0)
        r = input_read(argv[optind], o.head * MIB, &error, &in.at[in.n]);
    if (r == 0)
        r = bench(rules, &in, &o, &error);
    if (r < 0)
        fprintf(stderr, "bench-detectors: %s\n", error.code ? error.text : strerror(-r));
    return r < 0;
}
