/* terrier explain FILE */
#include "cli/output.h"

/* Workers are started from this very file, wherever it was installed. */
#define PROGRAM "/proc/self/exe"

typedef struct ExplainValues {
    RulesValues rules;
    const char *output;
} ExplainValues;

static const Option options[] = {
    OPTIONS_RULES(ExplainValues, rules),
    OPTION_OUTPUT(ExplainValues, output),
};

static int run(const Call *call) {
    const ExplainValues *v = call->values;
    terrier_error error = {0};
    terrier_rules *rules;
    Error e = {0};
    Output out;
    int exit, r;

    rules = load_rules(call, &v->rules, &exit);
    if (!rules)
        return exit;
    r = output_open(v->output, &e, &out);
    if (r < 0) {
        terrier_rules_free(rules);
        return complain(call, TERRIER_EXIT_STORE, "%s", e.text);
    }
    r = terrier_explain(rules, PROGRAM, call->operands[0], output_write, &out, &error);
    terrier_rules_free(rules);
    return output_end(&out, call, r, &error, TERRIER_EXIT_USAGE);
}

const Verb verb_explain = {
    .name = "explain",
    .operands = "FILE",
    .least = 1,
    .most = 1,
    .summary = "why each candidate was reported or dropped",
    .about = "Prints every candidate of FILE with its place and mask, the terms of its score with "
             "the words near it and how far away they are, and what became of it. What has a "
             "reader is opened as a scan opens it: places are named below the locator of what they "
             "are in, and what is not read whole is named with its status. What only the values of "
             "a column, or the codes that text is in, give away has no sum. Nothing is stored. "
             "Values are never printed.",
    .options = options,
    .n_options = N_ELEMENTS(options),
    .size = sizeof(ExplainValues),
    .run = run,
};
