/* terrier gaps accept | list | remove */
#include "cli/output.h"

typedef struct GapsValues {
    const char *store, *reason, *by, *until;
    int format;
} GapsValues;

#define AT(member) offsetof(GapsValues, member)

#define OPTION_STORE                                                                               \
    {                                                                                              \
        .name = "store", .kind = OPTION_TEXT, .at = AT(store), .argument = "FILE",                 \
        .help = "The store; the default is $XDG_STATE_HOME/terrier/terrier.db"                     \
    }

static const Option accept_options[] = {
    {.name = "reason", .kind = OPTION_TEXT, .at = AT(reason), .argument = "TEXT", .help = "Why"},
    {.name = "by", .kind = OPTION_TEXT, .at = AT(by), .argument = "NAME", .help = "Who decided"},
    {.name = "until",
     .kind = OPTION_TEXT,
     .at = AT(until),
     .argument = "DATE",
     .help = "The last day on which it holds, as 2027-01-31"},
    OPTION_STORE,
};

static int failed(int r) {
    return r == -EINVAL || r == -ENOENT || r == -ENOSPC ? TERRIER_EXIT_USAGE : TERRIER_EXIT_STORE;
}

static int run_accept(const Call *call) {
    const GapsValues *v = call->values;
    const terrier_gap gap = {
        .path = call->operands[0], .reason = v->reason, .by = v->by, .until = v->until};
    terrier_error error = {0};
    Output out;
    int r;

    output_open(NULL, NULL, &out);
    r = terrier_gaps_accept(v->store, &gap, output_write, &out, &error);
    return output_end(&out, call, r, &error, failed(r));
}

const Verb verb_gaps_accept = {
    .name = "gaps accept",
    .operands = "GLOB",
    .least = 1,
    .most = 1,
    .summary = "decide that objects may stay unread",
    .about =
        "Decides that objects whose printed path matches GLOB (* crosses /) may stay unread. A run "
        "whose unread objects are all accepted ends with exit status 0, as complete but for known "
        "gaps; how many objects were not read is said all the same, beside how many of these were "
        "accepted. A root that cannot be read is never accepted. What is accepted again under the "
        "same GLOB takes the place of what was; the ledger keeps both.",
    .options = accept_options,
    .n_options = N_ELEMENTS(accept_options),
    .size = sizeof(GapsValues),
    .run = run_accept,
};

static const Option list_options[] = {
    OPTION_STORE,
    {.name = "format",
     .kind = OPTION_CHOICE,
     .at = AT(format),
     .argument = "text|jsonl",
     .help = "How it is printed"},
};

static int run_list(const Call *call) {
    const GapsValues *v = call->values;
    terrier_error error = {0};
    Output out;
    int r;

    output_open(NULL, NULL, &out);
    r = terrier_gaps_list(v->store, v->format == 2 ? TERRIER_JSONL : TERRIER_TEXT, output_write,
                          &out, &error);
    return output_end(&out, call, r, &error, TERRIER_EXIT_STORE);
}

const Verb verb_gaps_list = {
    .name = "gaps list",
    .operands = "",
    .summary = "what may stay unread",
    .about = "Prints all decisions about gaps, those that have ended among them.",
    .options = list_options,
    .n_options = N_ELEMENTS(list_options),
    .size = sizeof(GapsValues),
    .run = run_list,
};

static const Option remove_options[] = {
    {.name = "reason",
     .kind = OPTION_TEXT,
     .at = AT(reason),
     .argument = "TEXT",
     .help = "Why it is no longer accepted"},
    OPTION_STORE,
};

static int run_remove(const Call *call) {
    const GapsValues *v = call->values;
    terrier_error error = {0};
    Output out;
    int r;

    output_open(NULL, NULL, &out);
    r = terrier_gaps_remove(v->store, call->operands[0], v->reason, output_write, &out, &error);
    return output_end(&out, call, r, &error, failed(r));
}

const Verb verb_gaps_remove = {
    .name = "gaps remove",
    .operands = "GLOB",
    .least = 1,
    .most = 1,
    .summary = "no longer accept a gap",
    .about = "Takes the decision about that GLOB back; the ledger keeps that it was there, and why "
             "it went.",
    .options = remove_options,
    .n_options = N_ELEMENTS(remove_options),
    .size = sizeof(GapsValues),
    .run = run_remove,
};
