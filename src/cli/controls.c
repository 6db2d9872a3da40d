/* terrier controls init | check */
#include "cli/output.h"

/* ---- init ---- */

typedef struct InitValues {
    bool none;
} InitValues;

static int init_run(const Call *call) {
    terrier_error error = {0};
    int r = terrier_controls_init(call->operands[0], &error);

    return r < 0 ? complain(call, TERRIER_EXIT_USAGE, "%s", error.text) : TERRIER_EXIT_DONE;
}

const Verb verb_controls_init = {
    .name = "controls init",
    .operands = "FILE",
    .least = 1,
    .most = 1,
    .summary = "write example controls, to be adapted",
    .about =
        "Writes a file of controls to begin with: what management says that it does, how often, "
        "who answers for it, and which criteria it serves. Replace the wording by your own: "
        "an auditor tests what your organisation states, not an example.",
    .size = sizeof(InitValues),
    .run = init_run,
};

/* ---- check ---- */

typedef struct CheckValues {
    TextList rulesets;
    const char *output;
} CheckValues;

static const Option check_options[] = {
    {.name = "rulesets",
     .kind = OPTION_LIST,
     .at = offsetof(CheckValues, rulesets),
     .argument = "NAME|FILE",
     .help = "Look criteria up in this ruleset; the default is soc2"},
    OPTION_OUTPUT(CheckValues, output),
};

static int check_run(const Call *call) {
    const CheckValues *v = call->values;
    terrier_error error = {0};
    Error e = {0};
    Output out;
    int r;

    if (output_open(v->output, &e, &out) < 0)
        return complain(call, TERRIER_EXIT_STORE, "%s", e.text);
    r = terrier_controls_check(call->operands[0], v->rulesets.at, v->rulesets.n, output_write, &out,
                               &error);
    return output_end(&out, call, r, &error, TERRIER_EXIT_USAGE);
}

const Verb verb_controls_check = {
    .name = "controls check",
    .operands = "FILE",
    .least = 1,
    .most = 1,
    .summary = "whether a file of controls can be used",
    .about =
        "Reads a file of controls (terrier-controls(5)), looks its criteria up in the rulesets, "
        "and prints a line for each control: how many rules bear on it.",
    .options = check_options,
    .n_options = N_ELEMENTS(check_options),
    .size = sizeof(CheckValues),
    .run = check_run,
};
