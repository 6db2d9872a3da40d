/* terrier ledger list | period | sample */
#include "cli/output.h"

typedef struct LedgerValues {
    const char *store, *output, *from, *to, *kind, *profile;
    int format;
} LedgerValues;

#define AT(member) offsetof(LedgerValues, member)

#define OPTIONS_LEDGER                                                                             \
    {.name = "store",                                                                              \
     .kind = OPTION_TEXT,                                                                          \
     .at = AT(store),                                                                              \
     .argument = "FILE",                                                                           \
     .help = "The store; the default is $XDG_STATE_HOME/terrier/terrier.db"},                      \
        {.name = "from",                                                                           \
         .kind = OPTION_TEXT,                                                                      \
         .at = AT(from),                                                                           \
         .argument = "DATE",                                                                       \
         .help = "From DATE on: 2026-03-01 or 2026-03-01T12:00:00Z, UTC"},                         \
        {.name = "to",                                                                             \
         .kind = OPTION_TEXT,                                                                      \
         .at = AT(to),                                                                             \
         .argument = "DATE",                                                                       \
         .help = "Before DATE"},                                                                   \
        {.name = "format",                                                                         \
         .kind = OPTION_CHOICE,                                                                    \
         .at = AT(format),                                                                         \
         .argument = "text|jsonl",                                                                 \
         .help = "How it is printed"},                                                             \
        OPTION_OUTPUT(LedgerValues, output)

static const Option list_options[] = {
    OPTIONS_LEDGER,
    {.name = "kind",
     .kind = OPTION_TEXT,
     .at = AT(kind),
     .argument = "KIND",
     .help = "Only run, triage, exclusion, gap, policy, key, reveal, store or assessment"},
};

static const Option period_options[] = {
    OPTIONS_LEDGER,
    {.name = "profile",
     .kind = OPTION_TEXT,
     .at = AT(profile),
     .argument = "NAME",
     .help = "Only runs of the profile of that name"},
};

typedef int (*Tell)(const terrier_ledger_options *options, terrier_write write, void *of,
                    terrier_error *error);

static int tell(const Call *call, Tell how) {
    const LedgerValues *v = call->values;
    const terrier_ledger_options o = {.store = v->store,
                                      .format = v->format == 2 ? TERRIER_JSONL : TERRIER_TEXT,
                                      .kind = v->kind,
                                      .profile = v->profile,
                                      .from = v->from,
                                      .to = v->to};
    terrier_error error = {0};
    Error e = {0};
    Output out;
    int r;

    if (output_open(v->output, &e, &out) < 0)
        return complain(call, TERRIER_EXIT_STORE, "%s", e.text);
    r = how(&o, output_write, &out, &error);
    return output_end(&out, call, r, &error,
                      r == -EINVAL ? TERRIER_EXIT_USAGE : TERRIER_EXIT_STORE);
}

static int list_run(const Call *call) {
    return tell(call, terrier_ledger_list);
}

static int period_run(const Call *call) {
    return tell(call, terrier_ledger_period);
}

const Verb verb_ledger_list = {
    .name = "ledger list",
    .operands = "",
    .summary = "what was done with the store, entry by entry",
    .about =
        "Prints the ledger, oldest first: runs begun and ended, keys made and replaced, values "
        "looked at in clear, judgements. With --format jsonl the lines are those of "
        "ledger.jsonl, which terrier verify checks.",
    .options = list_options,
    .n_options = N_ELEMENTS(list_options),
    .size = sizeof(LedgerValues),
    .run = list_run,
};

const Verb verb_ledger_period = {
    .name = "ledger period",
    .operands = "",
    .summary = "the runs of a period, and what changed between them",
    .about = "Prints each run that began in the period or was missed, how it ended, and every "
             "change of scope, parameters, policy, rules or program from one run to the next.",
    .options = period_options,
    .n_options = N_ELEMENTS(period_options),
    .size = sizeof(LedgerValues),
    .run = period_run,
};

/* ---- sample ---- */

typedef struct SampleValues {
    const char *population, *seed, *output;
    uint64_t size;
    bool header;
} SampleValues;

static const Option sample_options[] = {
    {.name = "population",
     .kind = OPTION_TEXT,
     .at = offsetof(SampleValues, population),
     .argument = "FILE",
     .help = "The rows to draw from, one a line"},
    {.name = "size",
     .kind = OPTION_NUMBER,
     .at = offsetof(SampleValues, size),
     .argument = "N",
     .least = 1,
     .most = 1000000,
     .help = "How many are drawn"},
    {.name = "seed",
     .kind = OPTION_TEXT,
     .at = offsetof(SampleValues, seed),
     .argument = "TEXT",
     .help = "Chosen by the auditor after the population was frozen"},
    {.name = "header",
     .kind = OPTION_FLAG,
     .at = offsetof(SampleValues, header),
     .help = "The first line is no row"},
    OPTION_OUTPUT(SampleValues, output),
};

static int sample_run(const Call *call) {
    const SampleValues *v = call->values;
    terrier_error error = {0};
    Error e = {0};
    Output out;
    int r;

    if (!v->population || !v->seed || !v->size)
        return complain(call, TERRIER_EXIT_USAGE, "expected --population, --size and --seed");
    if (output_open(v->output, &e, &out) < 0)
        return complain(call, TERRIER_EXIT_STORE, "%s", e.text);
    r = terrier_sample(v->population, v->size, v->seed, v->header, output_write, &out, &error);
    return output_end(&out, call, r, &error, TERRIER_EXIT_USAGE);
}

const Verb verb_ledger_sample = {
    .name = "ledger sample",
    .operands = "",
    .summary = "a seeded draw from a frozen population",
    .about = "Draws rows of a file in the order of SHA-256(seed || number of the row), the number "
             "counted from 1 in decimal digits: who has the file and the seed draws the same rows, "
             "also without terrier. The SHA-256 of the population is printed with them.",
    .options = sample_options,
    .n_options = N_ELEMENTS(sample_options),
    .size = sizeof(SampleValues),
    .run = sample_run,
};
