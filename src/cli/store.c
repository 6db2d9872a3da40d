/* terrier store export */
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
