/* terrier rules measure */
#include <string.h>

#include "cli/output.h"

typedef struct MeasureValues {
    RulesValues rules;
    const char *store, *type, *answers, *output;
    uint64_t run, size, seed;
    bool reveal;
} MeasureValues;

#define AT(member) offsetof(MeasureValues, member)

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
    {.name = "type",
     .kind = OPTION_TEXT,
     .at = AT(type),
     .argument = "GLOB",
     .help = "Only detectors or categories that match"},
    {.name = "size",
     .kind = OPTION_NUMBER,
     .at = AT(size),
     .argument = "N",
     .help = "How many places are drawn; 50 is the default",
     .least = 1,
     .most = 10000},
    {.name = "seed",
     .kind = OPTION_NUMBER,
     .at = AT(seed),
     .argument = "S",
     .help = "Draw by this seed; the same one draws the same places"},
    {.name = "reveal",
     .kind = OPTION_FLAG,
     .at = AT(reveal),
     .help = "Print values in clear, on a terminal only"},
    {.name = "answers",
     .kind = OPTION_TEXT,
     .at = AT(answers),
     .argument = "FILE",
     .help = "Read answers from FILE, a line each, not from the terminal"},
    OPTION_OUTPUT(MeasureValues, output),
    OPTIONS_RULES(MeasureValues, rules),
};

typedef struct Judging {
    Output shown, answers; /* what is on the screen; the file of answers */
    FILE *in;
    bool asks; /* a person, who wants to be asked */
    bool ended;
} Judging;

static int answer_of(const char *line) {
    switch (line[strspn(line, " \t")]) {
    case 'y':
        return TERRIER_YES;
    case 'n':
        return TERRIER_NO;
    case '?':
        return TERRIER_UNSURE;
    case 'q':
        return TERRIER_STOP;
    default:
        return 0;
    }
}

/* What cannot be read again is shown and not asked about. */
static int judge(void *of, const char *shown, bool there) {
    Judging *j = of;
    char line[64];
    int answer = 0;

    output_write(&j->shown, shown, strlen(shown));
    while (there && !answer) {
        if (j->asks)
            fprintf(stderr, "is it one? y, n, ? (cannot tell), q (stop): ");
        if (!fgets(line, sizeof(line), j->in)) {
            j->ended = true;
            return TERRIER_STOP;
        }
        answer = answer_of(line);
        if (!answer && !j->asks)
            answer = TERRIER_UNSURE;
    }
    return there ? answer : TERRIER_UNSURE;
}

static int keep_answer(void *of, const void *bytes, size_t n) {
    Judging *j = of;

    return output_write(&j->answers, bytes, n);
}

static int measure(const Call *call, const terrier_rules *rules, Judging *j) {
    const MeasureValues *v = call->values;
    const terrier_measure_options o = {.store = v->store,
                                       .run = (int64_t)v->run,
                                       .type = v->type,
                                       .size = (unsigned)v->size,
                                       .seed = v->seed,
                                       .program = "/proc/self/exe",
                                       .reveal = v->reveal,
                                       .of = j,
                                       .judge = judge,
                                       .answer = v->output ? keep_answer : NULL};
    terrier_error error = {0};
    Error e = {0};
    int r, exit;

    if (v->output && output_open(v->output, &e, &j->answers) < 0)
        return complain(call, TERRIER_EXIT_STORE, "%s", e.text);
    r = terrier_rules_measure(rules, &o, output_write, &j->shown, &error);
    exit = output_end(&j->shown, call, r, &error,
                      r == -ENOENT ? TERRIER_EXIT_USAGE : TERRIER_EXIT_STORE);
    if (v->output && exit == 0)
        exit = output_end(&j->answers, call, 0, NULL, TERRIER_EXIT_STORE);
    else if (v->output)
        file_draft_done(&j->answers.draft);
    return exit;
}

static int run(const Call *call) {
    const MeasureValues *v = call->values;
    Judging j = {.in = stdin};
    terrier_rules *rules;
    int exit;

    if (v->reveal && !isatty(STDOUT_FILENO))
        return complain(call, TERRIER_EXIT_USAGE,
                        "--reveal prints values in clear and is for a terminal only, which "
                        "standard output is not");
    if (v->answers && strcmp(v->answers, "-") != 0)
        j.in = fopen(v->answers, "re");
    if (!j.in)
        return complain(call, TERRIER_EXIT_USAGE, "cannot open the answers: %s", strerror(errno));
    j.asks = !v->answers;
    if (j.asks && !isatty(STDIN_FILENO))
        return complain(call, TERRIER_EXIT_USAGE,
                        "answers come from a terminal, which standard input is not; or name them "
                        "with --answers FILE");
    output_open(NULL, NULL, &j.shown);
    rules = load_rules(call, &v->rules, &exit);
    if (rules)
        exit = measure(call, rules, &j);
    terrier_rules_free(rules);
    if (j.in != stdin)
        fclose(j.in);
    return exit;
}

const Verb verb_rules_measure = {
    .name = "rules measure",
    .operands = "",
    .summary = "judge some findings of a run: how many are right?",
    .about = "Draws places of a stored run, shows each as terrier show does, masked, and asks "
             "whether it is what its type says: y, n, ? or q to stop. Then prints how many of "
             "those judged are right, by type, with a 95 % interval. --output keeps the answers "
             "with the names of the places, as JSON Lines; values are never kept.",
    .options = options,
    .n_options = N_ELEMENTS(options),
    .size = sizeof(MeasureValues),
    .run = run,
};
