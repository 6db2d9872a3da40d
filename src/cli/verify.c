/* terrier verify FILE... */
#include "cli/output.h"

typedef struct VerifyValues {
    const char *key;
} VerifyValues;

static const Option options[] = {
    {.name = "key",
     .kind = OPTION_TEXT,
     .at = offsetof(VerifyValues, key),
     .argument = "PEM",
     .help = "The public key that is trusted; your own is the default"},
};

static int run(const Call *call) {
    const VerifyValues *v = call->values;
    terrier_error error = {0};
    size_t bad = 0;
    Output out;
    int exit, r;

    output_open(NULL, NULL, &out);
    r = terrier_verify(call->operands, call->n_operands, v->key, output_write, &out, &bad, &error);
    exit =
        output_end(&out, call, r, &error, r == -EINVAL ? TERRIER_EXIT_USAGE : TERRIER_EXIT_STORE);
    return exit ? exit : bad ? TERRIER_EXIT_STORE : TERRIER_EXIT_DONE;
}

const Verb verb_verify = {
    .name = "verify",
    .operands = "FILE...",
    .least = 1,
    .most = SIZE_MAX,
    .summary = "whether evidence is what was sealed",
    .about =
        "Checks a ledger entry by entry, a manifest, a store, or any file with a seal beside "
        "it, and names the first record or bytes that are not what was sealed; the exit status "
        "is then 4. Nothing is asked of the network. The same can be done with openssl and "
        "sha256sum alone.",
    .options = options,
    .n_options = N_ELEMENTS(options),
    .size = sizeof(VerifyValues),
    .run = run,
};
