/* terrier triage add | list | remove | export | import */
#include <unistd.h>

#include "base/quantity.h"
#include "cli/output.h"

typedef struct TriageValues {
    const char *store, *output, *type, *asset, *owner, *reason, *by, *until;
    int verdict, format;
} TriageValues;

#define AT(member) offsetof(TriageValues, member)

#define OPTION_STORE                                                                               \
    {                                                                                              \
        .name = "store", .kind = OPTION_TEXT, .at = AT(store), .argument = "FILE",                 \
        .help = "The store; the default is $XDG_STATE_HOME/terrier/terrier.db"                     \
    }

static const Option add_options[] = {
    {.name = "verdict",
     .kind = OPTION_CHOICE,
     .at = AT(verdict),
     .argument = "accepted|false-positive|test-data|ticket",
     .help = "What was decided"},
    {.name = "type",
     .kind = OPTION_TEXT,
     .at = AT(type),
     .argument = "GLOB",
     .help = "Findings of these detectors or categories"},
    {.name = "asset",
     .kind = OPTION_TEXT,
     .at = AT(asset),
     .argument = "ID",
     .help = "Findings of this asset"},
    {.name = "owner",
     .kind = OPTION_TEXT,
     .at = AT(owner),
     .argument = "USER",
     .help = "Findings in files that belong to USER, a name or a number"},
    {.name = "reason",
     .kind = OPTION_TEXT,
     .at = AT(reason),
     .argument = "TEXT",
     .help = "Why; of a ticket, which one"},
    {.name = "by", .kind = OPTION_TEXT, .at = AT(by), .argument = "NAME", .help = "Who decided"},
    {.name = "until",
     .kind = OPTION_TEXT,
     .at = AT(until),
     .argument = "DATE",
     .help = "The last day on which it holds, as 2027-01-31; without it there is none"},
    OPTION_STORE,
};

static int failed(int r) {
    return r == -EINVAL || r == -ENOENT || r == -ENOSPC ? TERRIER_EXIT_USAGE : TERRIER_EXIT_STORE;
}

static int run_add(const Call *call) {
    static const char *const verdicts[] = {NULL, "accepted", "false-positive", "test-data",
                                           "ticket"};
    const TriageValues *v = call->values;
    const char *what = call->n_operands ? call->operands[0] : NULL;
    bool id = what && what[0] == 'f' && what[1] == ':';
    const terrier_triage entry = {.finding = id ? what : NULL,
                                  .path = id ? NULL : what,
                                  .type = v->type,
                                  .asset = v->asset,
                                  .owner = v->owner,
                                  .verdict = verdicts[v->verdict],
                                  .reason = v->reason,
                                  .by = v->by,
                                  .until = v->until};
    terrier_error error = {0};
    Output out;
    int r;

    output_open(NULL, NULL, &out);
    r = terrier_triage_add(v->store, &entry, output_write, &out, &error);
    return output_end(&out, call, r, &error, failed(r));
}

const Verb verb_triage_add = {
    .name = "triage add",
    .operands = "[ID|GLOB]",
    .most = 1,
    .summary = "decide about findings, so that reports leave them out",
    .about = "Decides about the finding of that id, or about all in objects whose printed path "
             "matches GLOB (* crosses /); with --type, --asset and --owner about those for which "
             "all of it holds. The decision stays for all later runs, whatever rules they have, "
             "until it ends or is removed. Reports then leave such findings out, say how many, and "
             "show them with --include-triaged; --fail-on does not count them. When it has ended, "
             "reports say so loudly and show the findings again. It is written to the ledger.",
    .options = add_options,
    .n_options = N_ELEMENTS(add_options),
    .size = sizeof(TriageValues),
    .run = run_add,
};

/* ---- list, export ---- */

static const Option list_options[] = {
    OPTION_STORE,
    {.name = "format",
     .kind = OPTION_CHOICE,
     .at = AT(format),
     .argument = "text|jsonl",
     .help = "How it is printed"},
};

static const Option export_options[] = {OPTION_STORE, OPTION_OUTPUT(TriageValues, output)};

static int list(const Call *call, terrier_format format) {
    const TriageValues *v = call->values;
    terrier_error error = {0};
    Error e = {0};
    Output out;
    int r;

    if (output_open(v->output, &e, &out) < 0)
        return complain(call, TERRIER_EXIT_STORE, "%s", e.text);
    r = terrier_triage_list(v->store, format, output_write, &out, &error);
    return output_end(&out, call, r, &error, TERRIER_EXIT_STORE);
}

static int run_list(const Call *call) {
    const TriageValues *v = call->values;

    return list(call, v->format == 2 ? TERRIER_JSONL : TERRIER_TEXT);
}

static int run_export(const Call *call) {
    return list(call, TERRIER_JSONL);
}

const Verb verb_triage_list = {
    .name = "triage list",
    .operands = "",
    .summary = "what was decided about findings",
    .about = "Prints all decisions by number, those that have ended among them.",
    .options = list_options,
    .n_options = N_ELEMENTS(list_options),
    .size = sizeof(TriageValues),
    .run = run_list,
};

const Verb verb_triage_export = {
    .name = "triage export",
    .operands = "",
    .summary = "all decisions as JSON Lines, for another store",
    .about = "Prints all decisions as terrier triage import reads them. A finding has the same id "
             "in a store that met it first at the same place.",
    .options = export_options,
    .n_options = N_ELEMENTS(export_options),
    .size = sizeof(TriageValues),
    .run = run_export,
};

/* ---- remove, import ---- */

static const Option remove_options[] = {
    {.name = "reason",
     .kind = OPTION_TEXT,
     .at = AT(reason),
     .argument = "TEXT",
     .help = "Why it no longer holds"},
    OPTION_STORE,
};

static int run_remove(const Call *call) {
    const TriageValues *v = call->values;
    const char *text = call->operands[0][0] == '#' ? call->operands[0] + 1 : call->operands[0];
    const char *at = text;
    terrier_error error = {0};
    uint64_t number;
    Output out;
    int r;

    if (!quantity_digits(&at, &number) || *at || number > INT64_MAX)
        return complain(call, TERRIER_EXIT_USAGE,
                        "'%.40s' is no number of an entry; terrier triage list has them", text);
    output_open(NULL, NULL, &out);
    r = terrier_triage_remove(v->store, (int64_t)number, v->reason, output_write, &out, &error);
    return output_end(&out, call, r, &error, failed(r));
}

const Verb verb_triage_remove = {
    .name = "triage remove",
    .operands = "NUMBER",
    .least = 1,
    .most = 1,
    .summary = "take a decision back",
    .about = "Takes the decision of that number back; the ledger keeps that it was there, and why "
             "it went.",
    .options = remove_options,
    .n_options = N_ELEMENTS(remove_options),
    .size = sizeof(TriageValues),
    .run = run_remove,
};

static const Option import_options[] = {OPTION_STORE};

static int run_import(const Call *call) {
    const TriageValues *v = call->values;
    int fd = input_open(call, call->n_operands ? call->operands[0] : NULL);
    terrier_error error = {0};
    Output out;
    int r;

    if (fd < 0)
        return TERRIER_EXIT_USAGE;
    output_open(NULL, NULL, &out);
    r = terrier_triage_import(v->store, fd, output_write, &out, &error);
    if (fd != STDIN_FILENO)
        close(fd);
    return output_end(&out, call, r, &error, failed(r));
}

const Verb verb_triage_import = {
    .name = "triage import",
    .operands = "[FILE|-]",
    .most = 1,
    .summary = "take decisions over from another store",
    .about = "Reads decisions as terrier triage export prints them, and puts all of them or none "
             "into the store and its ledger; those that stand there already are left out.",
    .options = import_options,
    .n_options = N_ELEMENTS(import_options),
    .size = sizeof(TriageValues),
    .run = run_import,
};
