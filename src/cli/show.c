/* terrier show LOCATOR */
#include "cli/output.h"

typedef struct ShowValues {
    RulesValues rules;
    const char *store;
    bool reveal;
} ShowValues;

static const Option options[] = {
    {.name = "reveal",
     .kind = OPTION_FLAG,
     .at = offsetof(ShowValues, reveal),
     .help = "Print the value in clear, on a terminal only; the ledger keeps who did"},
    {.name = "store",
     .kind = OPTION_TEXT,
     .at = offsetof(ShowValues, store),
     .argument = "FILE",
     .help = "With --reveal: the store whose ledger keeps it"},
    OPTIONS_RULES(ShowValues, rules),
};

#define PROGRAM "/proc/self/exe"

static int run(const Call *call) {
    const ShowValues *v = call->values;
    terrier_error error = {0};
    terrier_rules *rules;
    Output out;
    int exit, r;

    if (v->reveal && !isatty(STDOUT_FILENO))
        return complain(call, TERRIER_EXIT_USAGE,
                        "--reveal prints values in clear and is for a terminal only, which "
                        "standard output is not");
    rules = load_rules(call, &v->rules, &exit);
    if (!rules)
        return exit;
    output_open(NULL, NULL, &out);
    r = v->reveal
            ? terrier_reveal(rules, PROGRAM, v->store, call->operands[0], output_write, &out,
                             &error)
            : terrier_show(rules, PROGRAM, call->operands[0], false, output_write, &out, &error);
    terrier_rules_free(rules);
    return output_end(&out, call, r, &error, TERRIER_EXIT_USAGE);
}

const Verb verb_show = {
    .name = "show",
    .operands = "LOCATOR",
    .least = 1,
    .most = 1,
    .summary = "the line at a locator, values masked",
    .about = "Reads again what stands at LOCATOR, such as dir/notes.txt#L12:@345, and prints its "
             "detector and the line with every found value masked. What has changed since the "
             "scan is said.",
    .options = options,
    .n_options = N_ELEMENTS(options),
    .size = sizeof(ShowValues),
    .run = run,
};
