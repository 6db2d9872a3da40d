/* terrier assess */
#include "cli/output.h"

typedef struct AssessValues {
    const char *store, *as_of, *controls, *output;
    TextList rulesets;
    uint64_t run;
    int format, color;
} AssessValues;

#define AT(member) offsetof(AssessValues, member)

static const Option options[] = {
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
    {.name = "as-of",
     .kind = OPTION_TEXT,
     .at = AT(as_of),
     .argument = "DATE",
     .help = "Judge for that day, as 2026-03-01; today is the default"},
    {.name = "rulesets",
     .kind = OPTION_LIST,
     .at = AT(rulesets),
     .argument = "NAME|FILE",
     .help = "Apply this ruleset, and no other unless named too; the default is soc2"},
    {.name = "controls",
     .kind = OPTION_TEXT,
     .at = AT(controls),
     .argument = "FILE",
     .help = "Show findings under the controls of FILE first"},
    {.name = "format",
     .kind = OPTION_CHOICE,
     .at = AT(format),
     .argument = "text|jsonl",
     .help = "How it is printed"},
    OPTION_OUTPUT(AssessValues, output),
    {.name = "color",
     .kind = OPTION_CHOICE,
     .at = AT(color),
     .argument = "auto|always|never",
     .help = "Colour in the text report"},
};

static int exit_of(int r) {
    return r == -EINVAL ? TERRIER_EXIT_USAGE : r == -EBUSY ? TERRIER_EXIT_BUSY : TERRIER_EXIT_STORE;
}

static int run(const Call *call) {
    const AssessValues *v = call->values;
    const terrier_assess_options o = {.store = v->store,
                                      .run = (int64_t)v->run,
                                      .as_of = v->as_of,
                                      .rulesets = v->rulesets.at,
                                      .n_rulesets = v->rulesets.n,
                                      .controls = v->controls,
                                      .format = v->format == 2 ? TERRIER_JSONL : TERRIER_TEXT,
                                      .colour = colour_wanted(v->color, v->output)};
    terrier_error error = {0};
    Error e = {0};
    Output out;
    int r;

    if (output_open(v->output, &e, &out) < 0)
        return complain(call, TERRIER_EXIT_STORE, "%s", e.text);
    r = terrier_assess(&o, output_write, &out, &error);
    return output_end(&out, call, r, &error, exit_of(r));
}

const Verb verb_assess = {
    .name = "assess",
    .operands = "",
    .summary = "judge a stored run by rulesets and controls",
    .about =
        "Holds rulesets (terrier-ruleset(5)) against what a run found and could not read, writes "
        "the "
        "judgement into the store and the ledger, and prints it: what supports, contradicts and "
        "informs each control and criterion, the worst places, and what no scan can attest. "
        "Nothing is read again, so another ruleset or another day needs no new scan. It gives "
        "evidence, and never a conclusion. Rulesets that come with Terrier: ccpa, gdpr, "
        "hipaa-safe-harbor, iso-27001, nist-800-53, pci-dss-4, soc2.",
    .options = options,
    .n_options = N_ELEMENTS(options),
    .size = sizeof(AssessValues),
    .run = run,
};
