/* terrier rules list | show | check | validate */
#include <fcntl.h>
#include <string.h>

#include "cli/output.h"

/* ---- list ---- */

typedef struct ListValues {
    RulesValues rules;
    const char *output;
    int format; /* terrier_format + 1 */
    bool validators;
} ListValues;

static const Option list_options[] = {
    {.name = "format",
     .kind = OPTION_CHOICE,
     .at = offsetof(ListValues, format),
     .argument = "text|jsonl",
     .help = "How to print; text is the default"},
    {.name = "validators",
     .kind = OPTION_FLAG,
     .at = offsetof(ListValues, validators),
     .help = "Print the names of all checksum validators instead"},
    OPTIONS_RULES(ListValues, rules),
    OPTION_OUTPUT(ListValues, output),
};

static int list_print(const Call *call, Output *out, terrier_error *error) {
    const ListValues *v = call->values;
    terrier_rules_options options = rules_options(&v->rules);
    terrier_format format = v->format ? (terrier_format)(v->format - 1) : TERRIER_TEXT;
    terrier_rules *rules = NULL;
    int r;

    if (v->validators)
        return terrier_validators_list(output_write, out, error);
    r = terrier_rules_new(&options, error, &rules);
    if (r == 0)
        r = terrier_rules_list(rules, format, output_write, out, error);
    terrier_rules_free(rules);
    return r;
}

static int list_run(const Call *call) {
    const ListValues *v = call->values;
    terrier_error error = {0};
    Error e = {0};
    Output out;

    if (output_open(v->output, &e, &out) < 0)
        return complain(call, TERRIER_EXIT_STORE, "%s", e.text);
    return output_end(&out, call, list_print(call, &out, &error), &error, TERRIER_EXIT_USAGE);
}

const Verb verb_rules_list = {
    .name = "rules list",
    .operands = "",
    .summary = "the detectors: id, category, tier, regions, title",
    .about = "Prints one line for each detector, in order of id.",
    .options = list_options,
    .n_options = N_ELEMENTS(list_options),
    .size = sizeof(ListValues),
    .run = list_run,
};

/* ---- show ---- */

typedef struct ShowValues {
    RulesValues rules;
} ShowValues;

static const Option show_options[] = {OPTIONS_RULES(ShowValues, rules)};

static int show_run(const Call *call) {
    const ShowValues *v = call->values;
    terrier_rules *rules;
    terrier_error error = {0};
    Output out;
    int exit, r;

    rules = load_rules(call, &v->rules, &exit);
    if (!rules)
        return exit;
    output_open(NULL, NULL, &out);
    r = terrier_rules_show(rules, call->operands[0], output_write, &out, &error);
    terrier_rules_free(rules);
    return output_end(&out, call, r, &error, TERRIER_EXIT_USAGE);
}

const Verb verb_rules_show = {
    .name = "rules show",
    .operands = "ID",
    .least = 1,
    .most = 1,
    .summary = "all that is known of one detector",
    .about = "Prints what the detector with this id looks for, how sure its matches are by "
             "themselves, which words raise and lower that, and the examples that prove it.",
    .options = show_options,
    .n_options = N_ELEMENTS(show_options),
    .size = sizeof(ShowValues),
    .run = show_run,
};

/* ---- check ---- */

typedef struct CheckValues {
    RulesValues rules;
    TextList rulesets;
} CheckValues;

static const Option check_options[] = {
    OPTIONS_RULES(CheckValues, rules),
    {.name = "rulesets",
     .kind = OPTION_LIST,
     .at = offsetof(CheckValues, rulesets),
     .argument = "NAME|FILE",
     .help = "Prove the rules of this ruleset instead"},
};

static int check_end(const Call *call, Output *out, const terrier_check *done, const char *what) {
    int exit = output_end(out, call, 0, NULL, TERRIER_EXIT_USAGE);

    if (exit)
        return exit;
    fprintf(stderr, "%zu %s, %zu proofs, %zu failed\n", done->detectors, what, done->proofs,
            done->failures);
    return done->failures ? TERRIER_EXIT_USAGE : TERRIER_EXIT_DONE;
}

static int check_rulesets(const Call *call, const TextList *names) {
    terrier_check done = {0};
    terrier_error error = {0};
    Output out;
    int r;

    output_open(NULL, NULL, &out);
    r = terrier_rulesets_check(names->at, names->n, output_write, &out, &done, &error);
    return r < 0 ? output_end(&out, call, r, &error, TERRIER_EXIT_USAGE)
                 : check_end(call, &out, &done, "rules");
}

static int check_run(const Call *call) {
    const CheckValues *v = call->values;
    terrier_check done = {0};
    terrier_rules *rules;
    terrier_error error = {0};
    Output out;
    int exit, r;

    if (v->rulesets.n)
        return check_rulesets(call, &v->rulesets);
    rules = load_rules(call, &v->rules, &exit);
    if (!rules)
        return exit;
    output_open(NULL, NULL, &out);
    r = terrier_rules_check(rules, output_write, &out, &done, &error);
    terrier_rules_free(rules);
    return r < 0 ? output_end(&out, call, r, &error, TERRIER_EXIT_INTERNAL)
                 : check_end(call, &out, &done, "detectors");
}

const Verb verb_rules_check = {
    .name = "rules check",
    .operands = "",
    .summary = "prove that every detector finds its examples",
    .about = "Proves every example: as it stands, with the edge of a window or of an inner chunk "
             "on each of its bytes, and in UTF-16 of either byte order; and that no negative "
             "example is found. Each failed proof is a line `file:line:column: id: reason`, and "
             "the exit status is then 2. Patterns that slow every scan are named in notes. With "
             "--rulesets the examples of rulesets are proved: that each rule meets its cases with "
             "the severity it names, and no negative one.",
    .options = check_options,
    .n_options = N_ELEMENTS(check_options),
    .size = sizeof(CheckValues),
    .run = check_run,
};

/* ---- validate ---- */

typedef struct ValidateValues {
    const char *records;
} ValidateValues;

static const Option validate_options[] = {
    {.name = "records",
     .kind = OPTION_TEXT,
     .at = offsetof(ValidateValues, records),
     .argument = "FILE",
     .help = "Read JSON Lines {\"type\",\"value\"} from FILE, - for standard input, and print "
             "each with \"valid\": true, false, or null for an unknown type"},
};

static int validate_records(const Call *call, const char *path) {
    _cleanup_(fd_closep) int fd = input_open(call, path);
    terrier_error error = {0};
    Output out;

    if (fd < 0)
        return TERRIER_EXIT_USAGE;
    output_open(NULL, NULL, &out);
    return output_end(&out, call, terrier_validate_records(fd, output_write, &out, &error), &error,
                      TERRIER_EXIT_USAGE);
}

static void line_free(char **line) {
    if (*line)
        explicit_bzero(*line, strlen(*line));
    free(*line);
}

/* Values are read from standard input, never from argv, where every user could see them. */
static int validate_lines(const Call *call, const char *type) {
    _cleanup_(line_free) char *line = NULL;
    size_t room = 0;
    bool all = true;
    Output out;
    ssize_t n;

    if (terrier_validate(type, "", 0) == -ENOENT)
        return complain(call, TERRIER_EXIT_USAGE,
                        "there is no such validator; terrier rules list --validators names them");
    output_open(NULL, NULL, &out);
    while (out.error == 0 && (n = getline(&line, &room, stdin)) >= 0) {
        bool valid = terrier_validate(type, line, strcspn(line, "\r\n")) == 1;
        const char *verdict = valid ? "valid\n" : "not valid\n";

        all &= valid;
        output_write(&out, verdict, strlen(verdict));
    }
    if (out.error == 0)
        return all ? TERRIER_EXIT_DONE : TERRIER_EXIT_CONDITION;
    return output_end(&out, call, 0, NULL, TERRIER_EXIT_USAGE);
}

static int validate_run(const Call *call) {
    const ValidateValues *v = call->values;

    if (v->records && call->n_operands)
        return complain(call, TERRIER_EXIT_USAGE,
                        "a TYPE and --records do not go together: each record names its own");
    if (!v->records && !call->n_operands)
        return complain(call, TERRIER_EXIT_USAGE, "expected a TYPE, or --records FILE");
    return v->records ? validate_records(call, v->records)
                      : validate_lines(call, call->operands[0]);
}

const Verb verb_rules_validate = {
    .name = "rules validate",
    .operands = "[TYPE]",
    .most = 1,
    .summary = "check values against an issuer's rule",
    .about = "Reads one value a line from standard input and says of each whether the validator "
             "TYPE (us.ssn, iban, luhn ...) accepts it; the exit status is 1 if it refuses any. "
             "Values are never taken from the command line, which other users can see.",
    .options = validate_options,
    .n_options = N_ELEMENTS(validate_options),
    .size = sizeof(ValidateValues),
    .run = validate_run,
};
