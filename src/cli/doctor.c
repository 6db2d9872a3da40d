/* terrier doctor */
#include "cli/output.h"

typedef struct DoctorValues {
    const char *store;
} DoctorValues;

static const Option options[] = {
    {.name = "store",
     .kind = OPTION_TEXT,
     .at = offsetof(DoctorValues, store),
     .argument = "FILE",
     .help = "The store to ask about; the default is $XDG_STATE_HOME/terrier/terrier.db"},
};

static int run(const Call *call) {
    const DoctorValues *v = call->values;
    terrier_error error = {0};
    size_t problems = 0;
    Output out;
    int exit, r;

    output_open(NULL, NULL, &out);
    r = terrier_doctor("/proc/self/exe", v->store, output_write, &out, &problems, &error);
    exit = output_end(&out, call, r, &error, TERRIER_EXIT_INTERNAL);
    return exit ? exit : problems ? TERRIER_EXIT_CONDITION : TERRIER_EXIT_DONE;
}

const Verb verb_doctor = {
    .name = "doctor",
    .operands = "",
    .summary = "what this machine and this user make a scan miss",
    .about = "Prints a line for each thing that a scan depends on: ok; note, where something is "
             "missed or slower; PROBLEM, where action is needed, and the exit status is then 1.",
    .options = options,
    .n_options = N_ELEMENTS(options),
    .size = sizeof(DoctorValues),
    .run = run,
};
