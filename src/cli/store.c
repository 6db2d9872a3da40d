/* terrier store export | info | check | prune | merge */
#include "cli/output.h"

typedef struct ExportValues {
    const char *store, *output;
    uint64_t run;
    bool canonical;
} ExportValues;

#define AT(member) offsetof(ExportValues, member)

static const Option export_options[] = {
    {.name = "canonical",
     .kind = OPTION_FLAG,
     .at = AT(canonical),
     .help = "In the canonical form; there is no other"},
    {.name = "store",
     .kind = OPTION_TEXT,
     .at = AT(store),
     .argument = "FILE",
     .help = "The store; the default is $XDG_STATE_HOME/terrier/terrier.db"},
    {.name = "run",
     .kind = OPTION_NUMBER,
     .at = AT(run),
     .argument = "N",
     .help = "Which run; the last one is the default"},
    OPTION_OUTPUT(ExportValues, output),
};

static int run_export(const Call *call) {
    const ExportValues *v = call->values;
    terrier_error error = {0};
    Error e = {0};
    Output out;
    int r;

    if (!v->canonical)
        return complain(call, TERRIER_EXIT_USAGE,
                        "say --canonical: it is the one form in which a run is exported");
    if (output_open(v->output, &e, &out) < 0)
        return complain(call, TERRIER_EXIT_STORE, "%s", e.text);
    r = terrier_store_export(v->store, (int64_t)v->run, output_write, &out, &error);
    return output_end(&out, call, r, &error, TERRIER_EXIT_STORE);
}

const Verb verb_store_export = {
    .name = "store export",
    .operands = "",
    .summary = "a run in its canonical form, to be compared with another",
    .about = "Prints all that a run says of what it read, as JSON Lines sorted by raw locator, "
             "without times, durations, numbers of runs, hosts or attempts: two runs over the same "
             "bytes with the same rules and key print the same bytes, also where one was "
             "interrupted and continued.",
    .options = export_options,
    .n_options = N_ELEMENTS(export_options),
    .size = sizeof(ExportValues),
    .run = run_export,
};

/* ---- info, check ---- */

typedef struct StoreValues {
    const char *store;
    int format;
} StoreValues;

#define OPTION_STORE(type)                                                                         \
    {                                                                                              \
        .name = "store", .kind = OPTION_TEXT, .at = offsetof(type, store), .argument = "FILE",     \
        .help = "The store; the default is $XDG_STATE_HOME/terrier/terrier.db"                     \
    }

static const Option info_options[] = {
    OPTION_STORE(StoreValues),
    {.name = "format",
     .kind = OPTION_CHOICE,
     .at = offsetof(StoreValues, format),
     .argument = "text|jsonl",
     .help = "How it is printed"},
};

static int run_info(const Call *call) {
    const StoreValues *v = call->values;
    terrier_error error = {0};
    Output out;
    int r;

    output_open(NULL, NULL, &out);
    r = terrier_store_info(v->store, v->format == 2 ? TERRIER_JSONL : TERRIER_TEXT, output_write,
                           &out, &error);
    return output_end(&out, call, r, &error, TERRIER_EXIT_STORE);
}

const Verb verb_store_info = {
    .name = "store info",
    .operands = "",
    .summary = "how much is in the store",
    .about = "Prints how many runs, objects, findings and entries the store has, since when, and "
             "how large it is.",
    .options = info_options,
    .n_options = N_ELEMENTS(info_options),
    .size = sizeof(StoreValues),
    .run = run_info,
};

static const Option check_options[] = {OPTION_STORE(StoreValues)};

static int run_check(const Call *call) {
    const StoreValues *v = call->values;
    terrier_error error = {0};
    size_t bad = 0;
    Output out;
    int exit, r;

    output_open(NULL, NULL, &out);
    r = terrier_store_check(v->store, output_write, &out, &bad, &error);
    exit = output_end(&out, call, r, &error, TERRIER_EXIT_STORE);
    return exit ? exit : bad ? TERRIER_EXIT_STORE : TERRIER_EXIT_DONE;
}

const Verb verb_store_check = {
    .name = "store check",
    .operands = "",
    .summary = "whether the store is whole",
    .about = "Reads the whole store: its pages, what its tables say of each other, the sums of its "
             "runs, the chain of its ledger. Each thing that is wrong is a line, and the exit "
             "status is then 4.",
    .options = check_options,
    .n_options = N_ELEMENTS(check_options),
    .size = sizeof(StoreValues),
    .run = run_check,
};

/* ---- prune ---- */

typedef struct PruneValues {
    const char *store;
    double keep;
    uint64_t keep_runs;
    bool dry_run;
} PruneValues;

static const Option prune_options[] = {
    OPTION_STORE(PruneValues),
    {.name = "keep",
     .kind = OPTION_DURATION,
     .at = offsetof(PruneValues, keep),
     .argument = "TIME",
     .help = "Runs that ended longer ago than TIME (400d) are pruned"},
    {.name = "keep-runs",
     .kind = OPTION_NUMBER,
     .at = offsetof(PruneValues, keep_runs),
     .argument = "N",
     .least = 1,
     .most = 1000000,
     .help = "But never the last N; 1 is the default"},
    {.name = "dry-run",
     .letter = 'n',
     .kind = OPTION_FLAG,
     .at = offsetof(PruneValues, dry_run),
     .help = "Only say which"},
};

static int run_prune(const Call *call) {
    const PruneValues *v = call->values;
    const terrier_prune_options o = {
        .store = v->store, .keep = v->keep, .keep_runs = v->keep_runs, .dry_run = v->dry_run};
    terrier_error error = {0};
    Output out;
    int r;

    output_open(NULL, NULL, &out);
    r = terrier_store_prune(&o, output_write, &out, &error);
    return output_end(&out, call, r, &error,
                      r == -EINVAL  ? TERRIER_EXIT_USAGE
                      : r == -EBUSY ? TERRIER_EXIT_BUSY
                                    : TERRIER_EXIT_STORE);
}

const Verb verb_store_prune = {
    .name = "store prune",
    .operands = "",
    .summary = "take the objects of old runs out of the store",
    .about = "Takes away what old runs found: their objects, findings and facts. That they took "
             "place, what they counted, their manifests and the ledger stay, and the ledger says "
             "what went. The space is used again by later runs.",
    .options = prune_options,
    .n_options = N_ELEMENTS(prune_options),
    .size = sizeof(PruneValues),
    .run = run_prune,
};

/* ---- merge ---- */

typedef struct MergeValues {
    const char *into;
} MergeValues;

static const Option merge_options[] = {
    {.name = "into",
     .kind = OPTION_TEXT,
     .at = offsetof(MergeValues, into),
     .argument = "FILE",
     .help = "The store that gets the new run; made where there is none"},
};

static int run_merge(const Call *call) {
    const MergeValues *v = call->values;
    terrier_error error = {0};
    Output out;
    int r;

    if (!v->into)
        return complain(call, TERRIER_EXIT_USAGE, "expected --into FILE");
    output_open(NULL, NULL, &out);
    r = terrier_store_merge(v->into, call->operands, call->n_operands, output_write, &out, &error);
    return output_end(&out, call, r, &error,
                      r == -EINVAL  ? TERRIER_EXIT_USAGE
                      : r == -EBUSY ? TERRIER_EXIT_BUSY
                                    : TERRIER_EXIT_STORE);
}

const Verb verb_store_merge = {
    .name = "store merge",
    .operands = "FILE...",
    .least = 1,
    .most = SIZE_MAX,
    .summary = "put the last runs of several stores into one run",
    .about =
        "Puts the last run of each FILE into one new run: the parts of a scan that was divided "
        "with --shard, whose canonical export is then that of one scan, or the scans of "
        "several hosts, whose names then stand in front of the paths. Equal values are known "
        "to be equal only where all were made under one token key.",
    .options = merge_options,
    .n_options = N_ELEMENTS(merge_options),
    .size = sizeof(MergeValues),
    .run = run_merge,
};
