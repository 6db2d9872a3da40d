/* terrier detect [FILE|-] */
#include <string.h>

#include "cli/output.h"

typedef struct DetectValues {
    RulesValues rules;
    const char *output;
    int level;   /* terrier_level */
    int offsets; /* 2: code points */
    bool records;
} DetectValues;

static const Option options[] = {
    {.name = "records",
     .kind = OPTION_FLAG,
     .at = offsetof(DetectValues, records),
     .help = "Read JSON Lines {\"id\",\"text\"} and print {\"id\",\"spans\"} for each"},
    {.name = "offsets",
     .kind = OPTION_CHOICE,
     .at = offsetof(DetectValues, offsets),
     .argument = "bytes|codepoints",
     .help = "How start and end are counted; bytes of UTF-8 are the default"},
    {.name = "min-confidence",
     .kind = OPTION_CHOICE,
     .at = offsetof(DetectValues, level),
     .argument = "low|medium|high",
     .help = "Print these and better; medium is the default"},
    OPTIONS_RULES(DetectValues, rules),
    OPTION_OUTPUT(DetectValues, output),
};

/* Beside the results, which go elsewhere. */
static void on_notice(void *of, const char *text) {
    complain(of, 0, "%s", text);
}

static int detect(const Call *call, const terrier_rules *rules, int fd) {
    const DetectValues *v = call->values;
    const terrier_detect_options o = {
        .min_confidence = (terrier_level)v->level,
        .codepoints = v->offsets == 2,
        .path = call->n_operands && strcmp(call->operands[0], "-") ? call->operands[0] : NULL,
        .of = (void *)call,
        .notice = on_notice};
    terrier_error error = {0};
    Error e = {0};
    Output out;
    int r;

    if (output_open(v->output, &e, &out) < 0)
        return complain(call, TERRIER_EXIT_STORE, "%s", e.text);
    r = (v->records ? terrier_detect_records : terrier_detect_text)(rules, &o, fd, output_write,
                                                                    &out, &error);
    return output_end(&out, call, r, &error,
                      r == -EOVERFLOW ? TERRIER_EXIT_INCOMPLETE : TERRIER_EXIT_USAGE);
}

static int run(const Call *call) {
    const DetectValues *v = call->values;
    _cleanup_(fd_closep) int fd = input_open(call, call->n_operands ? call->operands[0] : NULL);
    terrier_rules *rules;
    int exit;

    if (fd < 0)
        return TERRIER_EXIT_USAGE;
    rules = load_rules(call, &v->rules, &exit);
    if (!rules)
        return exit;
    exit = detect(call, rules, fd);
    terrier_rules_free(rules);
    return exit;
}

const Verb verb_detect = {
    .name = "detect",
    .operands = "[FILE|-]",
    .most = 1,
    .summary = "a filter: text in, spans out",
    .about = "Examines UTF-8 text from FILE or standard input and prints a line for each value "
             "found: start, end, type, confidence, score and mask, with tabs between. Nothing is "
             "stored. Values are never printed.",
    .options = options,
    .n_options = N_ELEMENTS(options),
    .size = sizeof(DetectValues),
    .run = run,
};
