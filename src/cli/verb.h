/*
 * Verb: one word of the command line, its options as rows, and the function that does it.
 *
 * The rows are the only place where an option is described: parsing, `--help`, the manual page and
 * the completions of shells are all made from them. A verb's values are a struct of its own, all
 * zero before its options are read, which `at` points into. Everything borrows from argv.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "terrier.h"

typedef enum OptionKind {
    OPTION_FLAG,     /* bool */
    OPTION_TEXT,     /* const char *; NULL: not given */
    OPTION_LIST,     /* TextList; may be given again */
    OPTION_NUMBER,   /* uint64_t */
    OPTION_SIZE,     /* uint64_t: bytes, with K, M, G or T behind for binary multiples */
    OPTION_DURATION, /* double: seconds, or with s, m, h or d behind */
    OPTION_DECIMAL,  /* double, above 0 */
    OPTION_CHOICE,   /* int: 1 for the first word of `argument`, which lists them; 0: not given */
} OptionKind;

typedef struct TextList {
    const char **at;
    size_t n;
} TextList;

typedef struct Option {
    const char *name; /* without dashes */
    char letter;      /* 0: none */
    OptionKind kind;
    size_t at;            /* of its value in the verb's values */
    const char *argument; /* "DIR", or the words of a choice: "bytes|codepoints"; NULL of a flag */
    const char *help;     /* a sentence without its full stop */
    uint64_t least, most; /* of a number, a size or whole seconds; most 0: any */
    bool hidden;          /* for tests */
} Option;

typedef struct Verb Verb;

/* What a verb is called with. */
typedef struct Call {
    const Verb *verb;
    const void *values;
    const char *const *operands;
    size_t n_operands;
    int argc; /* as main() got them */
    char **argv;
} Call;

struct Verb {
    const char *name;     /* one or two words: "rules list" */
    const char *operands; /* "[FILE|-]"; "" for none */
    size_t least, most;   /* operands; most SIZE_MAX: any number */
    const char *summary;  /* a line for the list of verbs */
    const char *about;    /* paragraphs for its own help */
    const Option *options;
    size_t n_options;
    size_t size;                  /* of its values */
    int (*run)(const Call *call); /* the exit code */
};

/* The rows of options that choose the rules; `member` is a RulesValues in `type`. */
typedef struct RulesValues {
    TextList directories, allow;
    const char *regions;
    bool no_builtin;
} RulesValues;

#define OPTIONS_RULES(type, member)                                                                \
    {.name = "rules",                                                                              \
     .kind = OPTION_LIST,                                                                          \
     .at = offsetof(type, member.directories),                                                     \
     .argument = "DIR",                                                                            \
     .help = "Add the detectors of DIR; the same id replaces a built-in one"},                     \
        {.name = "allow",                                                                          \
         .kind = OPTION_LIST,                                                                      \
         .at = offsetof(type, member.allow),                                                       \
         .argument = "FILE",                                                                       \
         .help = "Do not report what the allow list FILE says; how much that is is counted"},      \
        {.name = "regions",                                                                        \
         .kind = OPTION_TEXT,                                                                      \
         .at = offsetof(type, member.regions),                                                     \
         .argument = "LIST",                                                                       \
         .help = "Keep detectors of these regions (US,EU,...) and those of everywhere"},           \
    {                                                                                              \
        .name = "no-builtin", .kind = OPTION_FLAG, .at = offsetof(type, member.no_builtin),        \
        .help = "Leave out the built-in detectors"                                                 \
    }

#define OPTION_OUTPUT(type, member)                                                                \
    {                                                                                              \
        .name = "output", .letter = 'o', .kind = OPTION_TEXT, .at = offsetof(type, member),        \
        .argument = "FILE", .help = "Write to FILE (0600, whole or not at all)"                    \
    }

terrier_rules_options rules_options(const RulesValues *v);

/* The verbs, each in the file of its first word. */
extern const Verb verb_scan, verb_report, verb_detect, verb_explain, verb_show, verb_doctor;
extern const Verb verb_runs, verb_diff;
extern const Verb verb_triage_add, verb_triage_list, verb_triage_remove, verb_triage_export,
    verb_triage_import;
extern const Verb verb_gaps_accept, verb_gaps_list, verb_gaps_remove;

extern const Verb verb_inventory, verb_inventory_import, verb_assets_init, verb_assets_check;
extern const Verb verb_schedule_check, verb_schedule_list, verb_schedule_next;
extern const Verb verb_schedule_write, verb_schedule_scope, verb_schedule_alert;
extern const Verb verb_store_info, verb_store_check, verb_store_prune, verb_store_export,
    verb_store_merge;
extern const Verb verb_ledger_list, verb_ledger_period, verb_ledger_sample, verb_verify;
extern const Verb verb_retention, verb_policy_init, verb_policy_check;
extern const Verb verb_key_list, verb_key_new;
extern const Verb verb_rules_list, verb_rules_show, verb_rules_check, verb_rules_validate;
extern const Verb verb_rules_import, verb_rules_edm, verb_rules_measure;
extern const Verb verb_assess, verb_controls_init, verb_controls_check;

/* All of them, in the order of help. */
extern const Verb *const verbs[];
extern const size_t n_verbs;
