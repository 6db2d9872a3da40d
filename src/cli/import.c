/* terrier rules import FILE... -o DIR */
#include "cli/output.h"

typedef struct ImportValues {
    const char *output;
    bool no_builtin;
} ImportValues;

static const Option options[] = {
    {.name = "output",
     .letter = 'o',
     .kind = OPTION_TEXT,
     .at = offsetof(ImportValues, output),
     .argument = "DIR",
     .help = "Write the detector files to DIR, which is new or empty"},
    {.name = "no-builtin",
     .kind = OPTION_FLAG,
     .at = offsetof(ImportValues, no_builtin),
     .help = "Prove them among themselves, for scans with --no-builtin; otherwise what a built-in "
             "detector reads better is left out"},
};

static int import_end(const Call *call, Output *out, const terrier_imported *done) {
    int exit = output_end(out, call, 0, NULL, TERRIER_EXIT_USAGE);

    if (exit)
        return exit;
    fprintf(stderr,
            "%zu rules: %zu carried over whole, %zu in part, %zu left out; %zu allow lists\n",
            done->rules, done->whole, done->part, done->left, done->lists);
    return done->part || done->left || done->lost ? TERRIER_EXIT_INCOMPLETE : TERRIER_EXIT_DONE;
}

static int run(const Call *call) {
    const ImportValues *v = call->values;
    const terrier_import_options o = {.files = call->operands,
                                      .n_files = call->n_operands,
                                      .directory = v->output,
                                      .no_builtin = v->no_builtin};
    terrier_imported done;
    terrier_error error = {0};
    Output out;
    int r;

    if (!v->output)
        return complain(call, TERRIER_EXIT_USAGE, "expected -o DIR, where detector files go");
    output_open(NULL, NULL, &out);
    r = terrier_rules_import(&o, output_write, &out, &done, &error);
    return r < 0 ? output_end(&out, call, r, &error, TERRIER_EXIT_USAGE)
                 : import_end(call, &out, &done);
}

const Verb verb_rules_import = {
    .name = "rules import",
    .operands = "FILE...",
    .least = 1,
    .most = SIZE_MAX,
    .summary = "rules of gitleaks, Nosey Parker or Kingfisher as detectors",
    .about = "Reads rules of gitleaks (TOML), Nosey Parker or Kingfisher (YAML) and writes each "
             "as a detector file that terrier rules check proves, with the file's own examples or, "
             "where it has none, with examples made from the expression; what a file says not to "
             "report becomes an allow list beside them. What could not be carried over is printed, "
             "a line each: `file:line:column: rule: left out: reason`, or `without` what; notes "
             "say what is to be known of the rest. The exit status is 3 if anything was left out, "
             "2 if a file could not be read.",
    .options = options,
    .n_options = N_ELEMENTS(options),
    .size = sizeof(ImportValues),
    .run = run,
};
