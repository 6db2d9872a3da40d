/* terrier diff [A B] */
#include "base/quantity.h"
#include "base/show.h"
#include "cli/output.h"

typedef struct DiffValues {
    const char *store, *output;
    int format, color;
} DiffValues;

#define AT(member) offsetof(DiffValues, member)

static const Option options[] = {
    {.name = "store",
     .kind = OPTION_TEXT,
     .at = AT(store),
     .argument = "FILE",
     .help = "The store; the default is $XDG_STATE_HOME/terrier/terrier.db"},
    {.name = "format",
     .kind = OPTION_CHOICE,
     .at = AT(format),
     .argument = "text|jsonl",
     .help = "How it is printed"},
    OPTION_OUTPUT(DiffValues, output),
    {.name = "color",
     .kind = OPTION_CHOICE,
     .at = AT(color),
     .argument = "auto|always|never",
     .help = "Colour in the text"},
};

/* The number of a run, or 0 after a complaint. */
static int64_t run_read(const Call *call, const char *text, int *ret_exit) {
    const char *at = text;
    uint64_t n;

    if (quantity_digits(&at, &n) && !*at && n > 0 && n <= INT64_MAX)
        return (int64_t)n;
    *ret_exit = complain(call, TERRIER_EXIT_USAGE,
                         "'%.40s' is no run, expected its number, as terrier runs lists it", text);
    return 0;
}

static int runs_read(const Call *call, terrier_diff_options *o) {
    int exit = 0;

    if (call->n_operands == 0)
        return 0;
    if (call->n_operands == 1)
        return complain(call, TERRIER_EXIT_USAGE,
                        "expected two runs, the earlier first, or none for the last two");
    o->before = run_read(call, call->operands[0], &exit);
    if (exit == 0)
        o->run = run_read(call, call->operands[1], &exit);
    if (exit == 0 && o->before == o->run)
        return complain(call, TERRIER_EXIT_USAGE, "a run is not held against itself");
    return exit;
}

static int run(const Call *call) {
    const DiffValues *v = call->values;
    terrier_diff_options o = {.store = v->store,
                              .format = v->format == 2 ? TERRIER_JSONL : TERRIER_TEXT,
                              .colour = colour_wanted(v->color, v->output)};
    terrier_error error = {0};
    Error e = {0};
    Output out;
    int r = runs_read(call, &o);

    if (r)
        return r;
    if (output_open(v->output, &e, &out) < 0)
        return complain(call, TERRIER_EXIT_STORE, "%s", e.text);
    r = terrier_diff(&o, output_write, &out, &error);
    return output_end(&out, call, r, &error,
                      r == -ENOENT || r == -EAGAIN ? TERRIER_EXIT_USAGE : TERRIER_EXIT_STORE);
}

const Verb verb_diff = {
    .name = "diff",
    .operands = "[A B]",
    .most = 2,
    .summary = "what is new, gone, moved or changed between two runs",
    .about =
        "Holds run B against run A, finding by finding; without numbers the last two that ended "
        "and were asked to read the same. A finding is the same at the same place, or where the "
        "content or most of the values stand elsewhere now: it was moved, renamed or packed. What "
        "is gone is told apart: the object is gone, it was read and the values are not in it, the "
        "rules no longer look for them, or the place could not be read. The text shows the 50 "
        "changes that matter most; jsonl has all.",
    .options = options,
    .n_options = N_ELEMENTS(options),
    .size = sizeof(DiffValues),
    .run = run,
};
