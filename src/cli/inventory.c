/* terrier inventory, terrier inventory import, terrier assets init, terrier assets check */
#include "cli/output.h"

typedef struct InventoryValues {
    const char *store, *output, *map;
    uint64_t run;
    int format, color;
} InventoryValues;

#define AT(member) offsetof(InventoryValues, member)

#define OPTIONS_RUN                                                                                \
    {.name = "store",                                                                              \
     .kind = OPTION_TEXT,                                                                          \
     .at = AT(store),                                                                              \
     .argument = "FILE",                                                                           \
     .help = "The store; the default is $XDG_STATE_HOME/terrier/terrier.db"},                      \
    {                                                                                              \
        .name = "run", .kind = OPTION_NUMBER, .at = AT(run), .argument = "N",                      \
        .help = "Which run; the last one is the default"                                           \
    }

#define OPTION_MAP                                                                                 \
    {                                                                                              \
        .name = "map", .kind = OPTION_TEXT, .at = AT(map), .argument = "FILE",                     \
        .help = "The asset map: what people declare of the assets"                                 \
    }

static const Option options[] = {
    OPTIONS_RUN,
    OPTION_MAP,
    {.name = "format",
     .kind = OPTION_CHOICE,
     .at = AT(format),
     .argument = "text|csv|jsonl|xlsx",
     .help = "How it is printed; csv and xlsx have all columns, those for people marked by an "
             "asterisk"},
    OPTION_OUTPUT(InventoryValues, output),
    {.name = "color",
     .kind = OPTION_CHOICE,
     .at = AT(color),
     .argument = "auto|always|never",
     .help = "Colour in the table"},
};

static terrier_inventory_options options_of(const InventoryValues *v) {
    return (terrier_inventory_options){
        .store = v->store,
        .run = (int64_t)v->run,
        .map = v->map,
        .format = v->format ? (terrier_inventory_format)(v->format - 1) : TERRIER_INVENTORY_TEXT,
        .colour = colour_wanted(v->color, v->output)};
}

typedef int Print(const terrier_inventory_options *o, terrier_write write, void *of,
                  terrier_error *error);

static int print(const Call *call, Print *how) {
    const InventoryValues *v = call->values;
    const terrier_inventory_options o = options_of(v);
    terrier_error error = {0};
    Error e = {0};
    Output out;
    int r;

    if (output_open(v->output, &e, &out) < 0)
        return complain(call, TERRIER_EXIT_STORE, "%s", e.text);
    r = how(&o, output_write, &out, &error);
    return output_end(&out, call, r, &error,
                      r == -EINVAL || r == -ENOTSUP ? TERRIER_EXIT_USAGE : TERRIER_EXIT_STORE);
}

static int run(const Call *call) {
    return print(call, terrier_inventory);
}

const Verb verb_inventory = {
    .name = "inventory",
    .operands = "",
    .summary = "the data assets of a run: what, whose, how exposed, how much of it was read",
    .about =
        "Prints a row for each data asset: those of the map, and beyond it directories that hold "
        "much and differ from what is around them (tier, who may read it, group, kinds of data). "
        "Columns that only people can fill in are blank and marked. Fill in the CSV or the sheet "
        "and have it read back with \"terrier inventory import\": then the map "
        "declares it, and the next inventory has it.",
    .options = options,
    .n_options = N_ELEMENTS(options),
    .size = sizeof(InventoryValues),
    .run = run,
};

/* ---- import ---- */

static const Option import_options[] = {OPTIONS_RUN, OPTION_MAP,
                                        OPTION_OUTPUT(InventoryValues, output)};

static int import_run(const Call *call) {
    const InventoryValues *v = call->values;
    const terrier_inventory_options o = options_of(v);
    terrier_error error = {0};
    Error e = {0};
    Output out;
    int r;

    if (output_open(v->output, &e, &out) < 0)
        return complain(call, TERRIER_EXIT_STORE, "%s", e.text);
    r = terrier_inventory_import(&o, call->operands[0], output_write, &out, &error);
    return output_end(&out, call, r, &error,
                      r == -EINVAL ? TERRIER_EXIT_USAGE : TERRIER_EXIT_STORE);
}

const Verb verb_inventory_import = {
    .name = "inventory import",
    .operands = "FILE",
    .least = 1,
    .most = 1,
    .summary = "read a filled-in inventory back: prints the asset map that it makes",
    .about = "Reads an inventory that people have filled in, as CSV with commas, semicolons or "
             "tabs, and "
             "prints the asset map that comes of it and of --map, the one before. It must be of "
             "the same "
             "run and map. Where a column that was measured has been changed it says row and "
             "column, and "
             "nothing is printed.",
    .options = import_options,
    .n_options = N_ELEMENTS(import_options),
    .size = sizeof(InventoryValues),
    .run = import_run,
};

/* ---- assets ---- */

static const Option init_options[] = {OPTIONS_RUN, OPTION_OUTPUT(InventoryValues, output)};

static int init_run(const Call *call) {
    return print(call, terrier_assets_init);
}

const Verb verb_assets_init = {
    .name = "assets init",
    .operands = "",
    .summary = "an asset map of what a run has, to be completed",
    .about = "Prints a file of format asset-map/1 with the assets that \"terrier inventory\" has "
             "without a map. terrier-asset-map(5) says what may stand in it.",
    .options = init_options,
    .n_options = N_ELEMENTS(init_options),
    .size = sizeof(InventoryValues),
    .run = init_run,
};

static const Option check_options[] = {OPTIONS_RUN};

static int check_run(const Call *call) {
    const InventoryValues *v = call->values;
    InventoryValues with = *v;
    Call of = *call;

    with.map = call->operands[0];
    of.values = &with;
    return print(&of, terrier_assets_check);
}

const Verb verb_assets_check = {
    .name = "assets check",
    .operands = "FILE",
    .least = 1,
    .most = 1,
    .summary = "read an asset map, and say which of its assets were never scanned",
    .about = "Reads a file of format asset-map/1 as strictly as an inventory does, and names the "
             "assets beneath whose paths the run met nothing.",
    .options = check_options,
    .n_options = N_ELEMENTS(check_options),
    .size = sizeof(InventoryValues),
    .run = check_run,
};
