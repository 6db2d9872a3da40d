/* terrier rules edm build TABLE.csv --primary COL --column COL... -o FILE */
#include <string.h>

#include "cli/output.h"

typedef struct EdmValues {
    RulesValues rules;
    const char *primary, *detector, *output;
    TextList columns;
} EdmValues;

static const Option options[] = {
    {.name = "primary",
     .kind = OPTION_TEXT,
     .at = offsetof(EdmValues, primary),
     .argument = "COLUMN",
     .help = "The column whose values are looked for"},
    {.name = "detector",
     .kind = OPTION_TEXT,
     .at = offsetof(EdmValues, detector),
     .argument = "ID",
     .help = "The detector that finds such values; it then reports only those of the table"},
    {.name = "column",
     .kind = OPTION_LIST,
     .at = offsetof(EdmValues, columns),
     .argument = "COLUMN",
     .help = "A further column whose value may have to stand near; up to eight"},
    {.name = "output",
     .letter = 'o',
     .kind = OPTION_TEXT,
     .at = offsetof(EdmValues, output),
     .argument = "FILE",
     .help = "Write the table to FILE and, unless it is there, the rule to FILE.yaml"},
    OPTIONS_RULES(EdmValues, rules),
};

static int build_end(const Call *call, int r, const terrier_edm_result *done,
                     const terrier_error *error) {
    if (done->key_created)
        complain(call, 0,
                 "made the edm key: keep it with your backups, tables are of no use "
                 "without it");
    if (r < 0)
        return complain(call, r == -ENOMEM ? TERRIER_EXIT_INTERNAL : TERRIER_EXIT_USAGE, "%s",
                        error->text);
    fprintf(stderr, "%llu rows, %llu entries", (unsigned long long)done->rows,
            (unsigned long long)done->entries);
    if (done->left_out)
        fprintf(stderr, "; %llu rows left out whose primary value is none, the first in line %llu",
                (unsigned long long)done->left_out, (unsigned long long)done->first_left_out);
    fputc('\n', stderr);
    return done->left_out ? TERRIER_EXIT_INCOMPLETE : TERRIER_EXIT_DONE;
}

static int build(const Call *call, const terrier_rules *rules) {
    const EdmValues *v = call->values;
    const terrier_edm_options o = {.primary = v->primary,
                                   .detector = v->detector,
                                   .columns = v->columns.at,
                                   .n_columns = v->columns.n,
                                   .output = v->output};
    _cleanup_(fd_closep) int fd = input_open(call, call->operands[1]);
    terrier_edm_result done;
    terrier_error error = {0};

    if (fd < 0)
        return TERRIER_EXIT_USAGE;
    return build_end(call, terrier_edm_build(rules, &o, fd, &done, &error), &done, &error);
}

static int run(const Call *call) {
    const EdmValues *v = call->values;
    terrier_rules *rules;
    int exit;

    if (strcmp(call->operands[0], "build") != 0)
        return complain(call, TERRIER_EXIT_USAGE, "expected build TABLE.csv");
    if (!v->primary || !v->detector || !v->output)
        return complain(call, TERRIER_EXIT_USAGE,
                        "expected --primary COLUMN, --detector ID and -o FILE");
    rules = load_rules(call, &v->rules, &exit);
    if (!rules)
        return exit;
    exit = build(call, rules);
    terrier_rules_free(rules);
    return exit;
}

const Verb verb_rules_edm = {
    .name = "rules edm",
    .operands = "build TABLE.csv",
    .least = 2,
    .most = 2,
    .summary = "a keyed table of your own records, to report only those",
    .about = "Reads comma-separated values with a header (- for standard input) and writes a table "
             "of keyed hashes, and beside it the rule of format edm/1 that makes the detector "
             "report only values of that table, with so many other values of the row near them. "
             "No value is kept in clear, on disk or in messages; the key is in the configuration "
             "directory. The exit status is 3 if rows were left out.",
    .options = options,
    .n_options = N_ELEMENTS(options),
    .size = sizeof(EdmValues),
    .run = run,
};
