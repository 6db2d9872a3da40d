/* terrier runs */
#include "cli/output.h"

typedef struct RunsValues {
    const char *store, *output;
    uint64_t last;
    int format, color;
} RunsValues;

#define AT(member) offsetof(RunsValues, member)

static const Option options[] = {
    {.name = "store",
     .kind = OPTION_TEXT,
     .at = AT(store),
     .argument = "FILE",
     .help = "The store; the default is $XDG_STATE_HOME/terrier/terrier.db"},
    {.name = "last",
     .kind = OPTION_NUMBER,
     .at = AT(last),
     .argument = "N",
     .least = 1,
     .most = 1000000000,
     .help = "Only the last N runs"},
    {.name = "format",
     .kind = OPTION_CHOICE,
     .at = AT(format),
     .argument = "text|jsonl",
     .help = "How it is printed"},
    OPTION_OUTPUT(RunsValues, output),
    {.name = "color",
     .kind = OPTION_CHOICE,
     .at = AT(color),
     .argument = "auto|always|never",
     .help = "Colour in the table"},
};

static int run(const Call *call) {
    const RunsValues *v = call->values;
    const terrier_runs_options o = {.store = v->store,
                                    .most = v->last,
                                    .format = v->format == 2 ? TERRIER_JSONL : TERRIER_TEXT,
                                    .colour = colour_wanted(v->color, v->output)};
    terrier_error error = {0};
    Error e = {0};
    Output out;
    int r;

    if (output_open(v->output, &e, &out) < 0)
        return complain(call, TERRIER_EXIT_STORE, "%s", e.text);
    r = terrier_runs(&o, output_write, &out, &error);
    return output_end(&out, call, r, &error, TERRIER_EXIT_STORE);
}

const Verb verb_runs = {
    .name = "runs",
    .operands = "",
    .summary = "the runs of a store, the last first",
    .about =
        "Prints a line a run: when it began, how long it took, how it ended, how many files and "
        "findings it has, what was news against the run of the same roots and filters before it. "
        "\"incomplete\" is a run that could not read everything, \"known gaps\" one whose unread "
        "objects were all accepted, \"condition\" one that --fail-on stopped at, \"not ended\" one "
        "that was interrupted, pauses or still goes on. News counts findings: +new, and -gone.",
    .options = options,
    .n_options = N_ELEMENTS(options),
    .size = sizeof(RunsValues),
    .run = run,
};
