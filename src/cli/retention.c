/* terrier retention */
#include "cli/output.h"

typedef struct RetentionValues {
    const char *store, *output, *policy, *as_of, *state;
    uint64_t run;
    int format, color, fail_on;
} RetentionValues;

#define AT(member) offsetof(RetentionValues, member)

static const Option options[] = {
    {.name = "policy",
     .kind = OPTION_TEXT,
     .at = AT(policy),
     .argument = "FILE",
     .help = "The policy; the default is $XDG_CONFIG_HOME/terrier/retention.yaml, and where there "
             "is none the example, by which nothing is a violation"},
    {.name = "as-of",
     .kind = OPTION_TEXT,
     .at = AT(as_of),
     .argument = "DATE",
     .help = "The day for which ages are counted; today is the default"},
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
    {.name = "state",
     .kind = OPTION_TEXT,
     .at = AT(state),
     .argument = "STATE",
     .help = "Only these: violation, violation_partial, due_soon, held, exempt, undetermined, "
             "policy_conflict, premature_disposal, within"},
    {.name = "format",
     .kind = OPTION_CHOICE,
     .at = AT(format),
     .argument = "text|jsonl|csv",
     .help = "How it is printed"},
    {.name = "fail-on",
     .kind = OPTION_CHOICE,
     .at = AT(fail_on),
     .argument = "violation",
     .help = "Exit with 1 if anything is kept for too long or was gone too early"},
    OPTION_OUTPUT(RetentionValues, output),
    {.name = "color",
     .kind = OPTION_CHOICE,
     .at = AT(color),
     .argument = "auto|always|never",
     .help = "Colour in the text"},
};

static int exit_of(int r) {
    if (r == -EBUSY)
        return TERRIER_EXIT_BUSY;
    return r == -EINVAL ? TERRIER_EXIT_USAGE : TERRIER_EXIT_STORE;
}

static int run(const Call *call) {
    static const terrier_format formats[] = {TERRIER_TEXT, TERRIER_TEXT, TERRIER_JSONL,
                                             TERRIER_CSV};
    const RetentionValues *v = call->values;
    const terrier_retention_options o = {.store = v->store,
                                         .run = (int64_t)v->run,
                                         .policy = v->policy,
                                         .as_of = v->as_of,
                                         .state = v->state,
                                         .format = formats[v->format],
                                         .colour = colour_wanted(v->color, v->output)};
    terrier_error error = {0};
    uint64_t violations = 0;
    Error e = {0};
    Output out;
    int exit, r;

    if (output_open(v->output, &e, &out) < 0)
        return complain(call, TERRIER_EXIT_STORE, "%s", e.text);
    r = terrier_retention(&o, output_write, &out, &violations, &error);
    exit = output_end(&out, call, r, &error, exit_of(r));
    return !exit && v->fail_on && violations ? TERRIER_EXIT_CONDITION : exit;
}

const Verb verb_retention = {
    .name = "retention",
    .operands = "",
    .summary = "what is kept for too long, due soon, held, or cannot be told",
    .about = "Holds a retention policy against a stored run; nothing is read again, and nothing is "
             "ever deleted. Age is an interval with a trust from T1, strong, to T4, weak, from the "
             "dates in documents, messages, rows, logs and names, the times of archives and disks, "
             "and from when the same content was seen before. What was copied without its times is "
             "undetermined, never within. `violation` is said by a policy that carries approved_by "
             "and an effective day; otherwise ages are told, and which rule they would exceed. "
             "terrier policy init begins one. The judgement is stored, and the ledger says that "
             "the policy was applied.",
    .options = options,
    .n_options = N_ELEMENTS(options),
    .size = sizeof(RetentionValues),
    .run = run,
};
