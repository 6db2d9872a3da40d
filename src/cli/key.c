/* terrier key list | new */
#include "cli/output.h"

static int list_run(const Call *call) {
    terrier_error error = {0};
    Output out;
    int r;

    output_open(NULL, NULL, &out);
    r = terrier_key_list(output_write, &out, &error);
    return output_end(&out, call, r, &error, TERRIER_EXIT_STORE);
}

const Verb verb_key_list = {
    .name = "key list",
    .operands = "",
    .summary = "the keys: what they are for, ids, files",
    .about =
        "Prints the three keys of this user, and those that were replaced: `token` names found "
        "values, `tombstone` erased ones, `seal` signs evidence. The keys themselves are never "
        "printed.",
    .run = list_run,
};

typedef struct NewValues {
    const char *store, *lost;
} NewValues;

static const Option new_options[] = {
    {.name = "store",
     .kind = OPTION_TEXT,
     .at = offsetof(NewValues, store),
     .argument = "FILE",
     .help = "The store whose ledger says so; the default is $XDG_STATE_HOME/terrier/terrier.db"},
    {.name = "lost",
     .kind = OPTION_TEXT,
     .at = offsetof(NewValues, lost),
     .argument = "REASON",
     .help = "The key before is gone, and why: the ledger says that nothing vouches for this one"},
};

static int new_run(const Call *call) {
    const NewValues *v = call->values;
    terrier_error error = {0};
    Output out;
    int r;

    output_open(NULL, NULL, &out);
    r = terrier_key_new(call->operands[0], v->store, v->lost, output_write, &out, &error);
    return output_end(&out, call, r, &error,
                      r == -EINVAL ? TERRIER_EXIT_USAGE : TERRIER_EXIT_STORE);
}

const Verb verb_key_new = {
    .name = "key new",
    .operands = "token|tombstone|seal",
    .least = 1,
    .most = 1,
    .summary = "make a key, in the place of the one there is",
    .about =
        "Makes a key. One that is there is kept beside it, as KIND.ID.key, and the ledger says "
        "that it was replaced. Under another token key, values cannot be compared with those "
        "of earlier runs, and the next scan reads everything again.",
    .options = new_options,
    .n_options = N_ELEMENTS(new_options),
    .size = sizeof(NewValues),
    .run = new_run,
};
