/*
 * Engine: a rule set made ready to search with.
 *
 * Compiled from Rules by one thread, then frozen and shared: shape trie, run table, layouts, forms,
 * Hyperscan databases, PCRE2 patterns, context vocabulary. Borrows the Rules, which must outlive
 * it. What a thread needs of its own is in a Matcher.
 */
#pragma once

#include "base/arena.h"
#include "detect/allow.h"
#include "detect/bitmap.h"
#include "detect/combination.h"
#include "detect/context.h"
#include "detect/dictionary.h"
#include "detect/edm.h"
#include "detect/form/form.h"
#include "detect/keyword.h"
#include "detect/needle.h"
#include "detect/pattern.h"
#include "detect/run.h"
#include "detect/score.h"
#include "detect/shape.h"

enum { ENGINE_FORM_MATCHES = 4, ENGINE_PLUS_MATCHES = 16 };

typedef struct EngineMatch {
    const Match *rule;
    uint16_t detector;
    int16_t form;         /* FormKind, or -1 */
    int32_t pattern;      /* number of its keyword pattern, or -1 */
    const Layout *layout; /* of a pattern of letters and digits, else NULL */
    uint8_t alone;        /* the best Level it reaches without a word for it */
    bool opposed;         /* some word speaks against it */
    float base;
} EngineMatch;

typedef struct EnginePattern {
    const char *text; /* known to compile; each Matcher does, when it is first needed */
    uint32_t options; /* of pattern_compile() */
    const char *derived;
    uint32_t value; /* number of the capture named `value`; 0: the whole match */
    uint32_t word;  /* number of the capture named `word`, that a word list is asked of */
    uint16_t match;
    int16_t words; /* number of the word list, or -1 */
} EnginePattern;

/* What is asked of every candidate stands here, not behind the rule. */
typedef struct EngineDetector {
    const Detector *rule;
    bool (*check)(const char *s, size_t n); /* the validator's; NULL: none */
    /* the value as the check wants it, where letters and digits alone will not do; else NULL */
    size_t (*compact)(const char *in, size_t n, char *out, size_t cap);
    uint64_t test_filter;         /* bits of the test values: most others fail at it */
    uint16_t first_cell, n_cells; /* from its first pattern of kind `columns` to its last */
    uint16_t within;              /* of the context */
    bool stops;                   /* has stop values */
    const EdmTable *edm;          /* its values are looked up there; NULL: they are not */
    uint16_t edm_columns, edm_within;
} EngineDetector;

typedef struct Engine {
    const Rules *rules;
    EngineDetector *detectors;
    EngineMatch *matches;
    size_t n_matches;
    Layout *layouts; /* of the pattern matches; what runs and shapes point to */
    size_t n_layouts;
    Shapes shapes;
    Runs runs;
    uint16_t plus_matches[ENGINE_PLUS_MATCHES]; /* layouts that a '+' leads to */
    uint8_t n_plus_matches;
    uint16_t form_matches[N_FORMS][ENGINE_FORM_MATCHES];
    uint8_t n_form_matches[N_FORMS];
    EnginePattern *patterns;
    KeywordPattern *keyword_patterns;
    size_t n_patterns;
    Needles *needles;  /* of most patterns */
    Keywords keywords; /* of the others */
    ContextWords *words;
    ColumnNames *column_names;
    Combinations combinations;
    WordList **word_lists; /* of each dictionary of the rules */
    AllowSet *allow;       /* NULL: nothing is allowed */
    EdmTable **edms;       /* of each exact match of the rules */
    BitmapBuild build;
    Arena arena; /* of texts that are not the rules' */
    const char *build_name;
} Engine;

/* cache_dir: where serialized databases are kept, NULL for nowhere. -EINVAL: a rule is wrong. */
int engine_new(const Rules *rules, const char *cache_dir, Error *reterr, Engine **ret);
Engine *engine_free(Engine *e);
DEFINE_CLEANUP(Engine, engine_free)

/*
 * Gives a table of the rules its key, before any Matcher is made. -EKEYREJECTED: it was made with
 * another one.
 */
int engine_unlock(Engine *e, size_t edm, const uint8_t key[EDM_KEY], Error *reterr);
