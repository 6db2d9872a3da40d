/*
 * Detector definitions: what a rule file says, typed and checked, before anything is compiled.
 *
 * A Rules object owns every string below through its arena; it is built once, then never written
 * again, and shared by all threads. A file is hostile until it is loaded: rule/load.c checks it.
 * What a definition means to the engine is decided in detect/; here nothing is known of it, except
 * that names of validators and scanners are words to be looked up there.
 */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "base/span.h"
#include "model/category.h"
#include "rule/dictionary.h"
#include "rule/mark.h"

typedef enum MatchKind {
    MATCH_SHAPE,       /* digit groups: '3-2-4', '9' */
    MATCH_PATTERN,     /* layout of letters and digits: 'AA 99 99 99 A' */
    MATCH_KEYWORD,     /* regex with a literal, named capture `value` */
    MATCH_PHRASE,      /* whole words, any case, any white space between */
    MATCH_SCANNER,     /* a form with its own code: email, iban, ipv4 ... */
    MATCH_COMBINATION, /* what other detectors found, together */
    MATCH_COLUMNS,     /* the whole of a cell, by a regex, where the name of its column is known */
    N_MATCH_KINDS,
} MatchKind;

/* What a match is worth before any evidence around it. */
typedef enum Base {
    BASE_AUTO, /* from the rarity of the shape and the pass rate of the checksum */
    BASE_LOW,
    BASE_MEDIUM,
    BASE_HIGH,
} Base;

typedef struct Words {
    const char **at; /* lower case, single spaces between words */
    size_t n;
} Words;

typedef struct Match {
    MatchKind kind;
    const char *text;            /* shape, layout, regex, phrase or name of the scanner */
    const char *dictionary;      /* keyword, columns: what begins with a word of it; NULL: any */
    const char *separators;      /* shape: one of these, the same one, between groups; "": none */
    uint8_t lead[100];           /* shape: which values the first two digits may have; all 0: any */
    Words terms;                 /* combination: categories and ids, all of which must be there */
    bool whole;                  /* ... in one object; else in one table */
    unsigned at_least, distinct; /* ... so often each, so many different values of each */
    Base base;
    float entropy; /* keyword: least Shannon entropy of the value, bits a byte; 0: none */
    RuleMark mark;
} Match;

typedef struct Context {
    Words near;          /* evidence for */
    Words not_near;      /* evidence against */
    Words columns;       /* names of columns and fields that hold such values */
    Words whole_columns; /* the same, where nothing else stands in the name */
    Words not_columns;   /* names that speak against it, and are not looked for in text */
    uint16_t within;     /* bytes before and after the value that are looked at */
    bool required;       /* without a near word or column, never reported */
} Context;

typedef struct Mask {
    uint8_t keep_first, keep_last; /* characters left in clear; the rest becomes '*' */
    bool email;                    /* j***@e***.com */
} Mask;

typedef struct Example {
    const char *text;
    bool table; /* as comma-separated values with a header; else as it stands */
    RuleMark mark;
} Example;

typedef struct Detector {
    const char *id, *title;
    const Category *category;
    Tier tier;
    Words regions; /* upper case ISO 3166 codes, EU; none: everywhere */
    Match *matches;
    size_t n_matches;
    const char *validate; /* name of a validator, NULL if none */
    Context context;
    Mask mask;
    Words test_values; /* published test values, canonical: reported with test_value: true */
    Words stop_values; /* placeholders, lower case: never reported */
    Example *examples;
    size_t n_examples;
    Example *negative_examples;
    size_t n_negative_examples;
    Words references;
    RuleMark mark; /* of its id */
    bool builtin;
} Detector;

/*
 * One file's tree, checked, as a Detector whose strings live in the arena; the tree may die
 * after. -EINVAL with `file:line:col: path: message, expected ...` in reterr.
 */
int detector_read(const Node *root, Arena *arena, Error *reterr, Detector *ret);

typedef struct AllowEntry AllowEntry; /* rule/allow.h */
typedef struct EdmRule EdmRule;       /* rule/edm.h */

typedef struct Rules {
    Arena arena;
    Detector *detectors; /* in order of id: an index into it is the detector's number everywhere */
    size_t n;
    Dictionary *dictionaries; /* in order of id */
    size_t n_dictionaries;
    AllowEntry *allows; /* in order of the lists' ids, then as they stand there */
    size_t n_allows;
    Words tokens;  /* all that they name, in order, each once */
    EdmRule *edms; /* in order of id; each of a detector of its own */
    size_t n_edms;
    /* SHA-256 over (id, SHA-256 of its file): detectors, dictionaries, allow lists, edm */
    uint8_t digest[32];
    /* The same over what decides what is found: of detectors all but words for people, examples and
     * tier. With two sets that agree in it, the same bytes give the same hits, masks and tokens. */
    uint8_t reading[32];
} Rules;

/* A rule file in memory, as if it lay in a directory that is read last. */
typedef struct RulesText {
    const char *name; /* for marks; outlives the Rules */
    Span bytes;
} RulesText;

typedef struct RulesOptions {
    const char *const *directories; /* read after the built-in files; the same id replaces */
    size_t n_directories;
    bool no_builtin;
    const char *const *allow_files; /* each an allow list, read last */
    size_t n_allow_files;
    const RulesText *texts;
    size_t n_texts;
    const char *regions; /* "US,EU": keeps these and those of everywhere; NULL: all */
} RulesOptions;

/*
 * Loads, checks and sorts. -EINVAL with `file:line:col: path: message, expected ...` in reterr for
 * a broken file; -ENOENT or -EACCES for one that cannot be read. Any thread; the result belongs to
 * the caller and may then be read by all.
 */
int rules_load(const RulesOptions *o, Error *reterr, Rules **ret);
Rules *rules_free(Rules *r);
DEFINE_CLEANUP(Rules, rules_free)

/* The number of the detector with that id, or -1. */
int rules_find(const Rules *r, Span id);

/* The number of the dictionary with that id, or -1. */
int rules_dictionary(const Rules *r, const char *id);
