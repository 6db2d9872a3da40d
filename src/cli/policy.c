/* terrier policy init | check */
#include <string.h>

#include "cli/output.h"

/* ---- init ---- */

/* Never over a file that is there: somebody may have written a policy into it. */
static int init_file(const Call *call, const char *path) {
    FileDraft draft = FILE_DRAFT_NONE;
    terrier_error error = {0};
    Output out = {.draft = FILE_DRAFT_NONE};
    Error e = {0};
    int r = file_draft_open(path, 0640, &e, &draft);

    out.fd = draft.fd;
    if (r == 0 && (r = terrier_policy_example(output_write, &out, &error)) < 0)
        error_set(&e, r, "%s", error.text);
    if (r == 0 && (r = file_draft_commit_new(&draft, &e)) == -EEXIST)
        return complain(call, TERRIER_EXIT_USAGE, "there is a file '%s' already; it stays", path);
    file_draft_done(&draft);
    if (r < 0)
        return complain(call, TERRIER_EXIT_STORE, "%s", e.text);
    fprintf(stderr,
            "%s: an example, to be adapted and not adopted: nothing is a violation until it has "
            "approved_by and effective; terrier policy check %s looks it over\n",
            path, path);
    return TERRIER_EXIT_DONE;
}

static int init_run(const Call *call) {
    terrier_error error = {0};
    Output out;

    if (call->n_operands && strcmp(call->operands[0], "-") != 0)
        return init_file(call, call->operands[0]);
    output_open(NULL, NULL, &out);
    return output_end(&out, call, terrier_policy_example(output_write, &out, &error), &error,
                      TERRIER_EXIT_STORE);
}

const Verb verb_policy_init = {
    .name = "policy init",
    .operands = "[FILE]",
    .most = 1,
    .summary = "a retention policy to begin with",
    .about = "Writes the example policy to FILE, which must not be there yet, or prints it. It has "
             "a rule for each common kind of record, with where its period is from and how well "
             "that is known. Adapt it, do not adopt it: delete what does not concern you, set your "
             "own periods and paths, have it approved. Until it carries approved_by and effective, "
             "ages are told and nothing is called a violation.",
    .run = init_run,
};

/* ---- check ---- */

typedef struct CheckValues {
    RulesValues rules;
    const char *as_of;
} CheckValues;

static const Option check_options[] = {
    {.name = "as-of",
     .kind = OPTION_TEXT,
     .at = offsetof(CheckValues, as_of),
     .argument = "DATE",
     .help = "What is expired or overdue on that day; today is the default"},
    OPTIONS_RULES(CheckValues, rules),
};

static int check_run(const Call *call) {
    const CheckValues *v = call->values;
    size_t examples = 0, bad = 0;
    terrier_error error = {0};
    terrier_rules *rules;
    Output out;
    int exit, r;

    rules = load_rules(call, &v->rules, &exit);
    if (!rules)
        return exit;
    output_open(NULL, NULL, &out);
    r = terrier_policy_check(call->operands[0], rules, v->as_of, output_write, &out, &examples,
                             &bad, &error);
    terrier_rules_free(rules);
    exit = output_end(&out, call, r, &error, TERRIER_EXIT_USAGE);
    if (exit)
        return exit;
    fprintf(stderr, "%zu examples, %zu wrong\n", examples, bad);
    return bad ? TERRIER_EXIT_USAGE : TERRIER_EXIT_DONE;
}

const Verb verb_policy_check = {
    .name = "policy check",
    .operands = "FILE",
    .least = 1,
    .most = 1,
    .summary = "prove the examples of a retention policy, and name what clashes",
    .about = "Reads a policy of format retention-policy/1. A line `file:line:column: ...` each for "
             "rules that contradict each other, classes that can match nothing, exceptions that "
             "are over, a review that is overdue, and examples that come out otherwise than they "
             "say; the exit status is then 2. Lines with `note:` are for a person to look at.",
    .options = check_options,
    .n_options = N_ELEMENTS(check_options),
    .size = sizeof(CheckValues),
    .run = check_run,
};
