/* terrier report */
#include "cli/output.h"

typedef struct ReportValues {
    const char *store, *output, *tier, *type, *path;
    TextList fail_on;
    uint64_t run;
    int format, level, color, objects;
    bool findings, only_new, include_triaged, seal, null;
} ReportValues;

#define AT(member) offsetof(ReportValues, member)

static const Option options[] = {
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
    {.name = "format",
     .kind = OPTION_CHOICE,
     .at = AT(format),
     .argument = "text|jsonl|csv|paths|sarif|ocsf|html|xlsx|oscal",
     .help = "How it is printed; docs/reports.md says which format is for whom"},
    {.name = "null",
     .letter = '0',
     .kind = OPTION_FLAG,
     .at = AT(null),
     .help = "With --format paths: end each path in a NUL, for xargs -0 and rsync --from0"},
    {.name = "objects",
     .kind = OPTION_CHOICE,
     .at = AT(objects),
     .argument = "unread|all",
     .help = "Which objects are listed; those not read are the default"},
    {.name = "findings",
     .kind = OPTION_FLAG,
     .at = AT(findings),
     .help = "List every finding with its samples instead of the summary"},
    {.name = "new",
     .kind = OPTION_FLAG,
     .at = AT(only_new),
     .help = "Only findings that the run of the same roots and filters before did not have"},
    {.name = "include-triaged",
     .kind = OPTION_FLAG,
     .at = AT(include_triaged),
     .help = "Also findings that terrier triage says are not to be shown"},
    {.name = "fail-on",
     .kind = OPTION_LIST,
     .at = AT(fail_on),
     .argument = "COND",
     .help = "Exit status 1 where COND holds of the run, as in terrier scan; also violation, of a "
             "run that was assessed"},
    {.name = "min-confidence",
     .kind = OPTION_CHOICE,
     .at = AT(level),
     .argument = "low|medium|high",
     .help = "These and better, of what the scan stored"},
    {.name = "tier",
     .kind = OPTION_TEXT,
     .at = AT(tier),
     .argument = "TIER",
     .help = "This tier and above: public, internal, confidential, restricted"},
    {.name = "type",
     .kind = OPTION_TEXT,
     .at = AT(type),
     .argument = "GLOB",
     .help = "Only detectors or categories that match"},
    {.name = "path",
     .kind = OPTION_TEXT,
     .at = AT(path),
     .argument = "GLOB",
     .help = "Only objects whose printed path matches; * crosses /"},
    OPTION_OUTPUT(ReportValues, output),
    {.name = "seal",
     .kind = OPTION_FLAG,
     .at = AT(seal),
     .help = "With --output: put a seal beside FILE, which terrier verify checks"},
    {.name = "color",
     .kind = OPTION_CHOICE,
     .at = AT(color),
     .argument = "auto|always|never",
     .help = "Colour in the text report"},
};

int report_print(const Call *call, const terrier_report_options *o, const char *output) {
    terrier_error error = {0};
    Error e = {0};
    Output out;
    int r;

    if (output_open(output, &e, &out) < 0)
        return complain(call, TERRIER_EXIT_STORE, "%s", e.text);
    r = terrier_report(o, output_write, &out, &error);
    return output_end(&out, call, r, &error,
                      r == -EINVAL || r == -ENOTSUP || r == -EILSEQ ? TERRIER_EXIT_USAGE
                                                                    : TERRIER_EXIT_STORE);
}

static int report_seal(const Call *call, const char *file) {
    terrier_error error = {0};

    return terrier_seal(file, &error) < 0 ? complain(call, TERRIER_EXIT_STORE, "%s", error.text)
                                          : 0;
}

/* Which exit code the conditions call for. */
static int conditions_ask(const Call *call) {
    const ReportValues *v = call->values;
    terrier_error error = {0};
    const char *holds;
    int r;

    if (!v->fail_on.n)
        return 0;
    r = terrier_conditions(v->store, (int64_t)v->run, v->fail_on.at, v->fail_on.n, &holds, &error);
    if (r < 0)
        return complain(call, r == -EINVAL ? TERRIER_EXIT_USAGE : TERRIER_EXIT_STORE, "%s",
                        error.text);
    return holds ? complain(call, TERRIER_EXIT_CONDITION, "--fail-on %.80s holds", holds) : 0;
}

static int run(const Call *call) {
    const ReportValues *v = call->values;
    int exit, condition;
    terrier_report_options o = {.store = v->store,
                                .run = (int64_t)v->run,
                                .format =
                                    v->format ? (terrier_format)(v->format - 1) : TERRIER_TEXT,
                                .min_confidence = (terrier_level)v->level,
                                .tier = v->tier,
                                .type = v->type,
                                .path = v->path,
                                .all_objects = v->objects == 2,
                                .list_findings = v->findings,
                                .null = v->null,
                                .only_new = v->only_new,
                                .include_triaged = v->include_triaged,
                                .colour = colour_wanted(v->color, v->output)};

    if (v->seal && !v->output)
        return complain(call, TERRIER_EXIT_USAGE, "--seal goes with --output FILE");
    if (o.format == TERRIER_XLSX && (!v->output || strcmp(v->output, "-") == 0) &&
        isatty(STDOUT_FILENO))
        return complain(call, TERRIER_EXIT_USAGE,
                        "a workbook is nothing for a terminal; give --output FILE");
    if (v->null && o.format != TERRIER_PATHS)
        return complain(call, TERRIER_EXIT_USAGE, "--null goes with --format paths");
    condition = conditions_ask(call);
    if (condition > TERRIER_EXIT_CONDITION)
        return condition;
    exit = report_print(call, &o, v->output);
    if (exit == 0 && v->seal)
        exit = report_seal(call, v->output);
    return exit ? exit : condition;
}

const Verb verb_report = {
    .name = "report",
    .operands = "",
    .summary = "what the last run found, and what it could not read",
    .about = "Prints a stored run. Coverage comes first: what was found, read and not read. The "
             "formats hold everything, the text what matters most. Each begins with the run, what "
             "it looked at, the filters of this report, what allow lists kept out, how much there "
             "is of everything, and what nobody can learn from it; only paths has nothing but "
             "paths.",
    .options = options,
    .n_options = N_ELEMENTS(options),
    .size = sizeof(ReportValues),
    .run = run,
};
