/* Match: see match.h. */
#include "rule/match.h"

#define REGEX_MAX   16000
#define PATTERN_MAX 64
#define PHRASE_MAX  256
#define TERM_MAX    256
#define COUNT_MAX   1000000
#define CELL_ANY    "(?s).{1,256}" /* what a dictionary alone asks of a cell */
#define GROUPS_MAX  8
#define BYTES_MIN   6 /* digits and separators: the engine looks at nothing shorter */
#define DIGITS_MAX  31

/* One entry of the list while it is read: the fields that belong to the kind come in any order. */
typedef struct Entry {
    Match match;
    const Node *kind, *separators, *lead, *entropy, *dictionary, *within, *at_least, *distinct;
} Entry;

/* Grammars */

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

static bool is_printable(char c) {
    return c >= 0x20 && c <= 0x7e;
}

static int shape_complain(const Node *n, Reader *r) {
    return node_complain(n, r->reterr,
                         "'%s' is not a shape, expected 1 to %d groups of digits, %d bytes with "
                         "their separators to %d digits in all, such as 3-2-4",
                         quote(span_of(n->text)).text, GROUPS_MAX, BYTES_MIN, DIGITS_MAX);
}

/* The group at *at, which is moved past it; 0 if there is none. */
static unsigned shape_group(const char **at) {
    const char *c = *at;
    unsigned size = 0;

    for (; is_digit(*c) && c - *at < 3; c++)
        size = size * 10 + (unsigned)(*c - '0');
    if (**at == '0')
        return 0;
    *at = c;
    return size;
}

static int shape_check(const Node *n, Reader *r, unsigned *ret_groups) {
    unsigned groups = 0, total = 0;

    for (const char *c = n->text;; c++) {
        unsigned size = shape_group(&c);

        total += size;
        if (size < 1 || size > DIGITS_MAX || ++groups > GROUPS_MAX || (*c && *c != '-'))
            return shape_complain(n, r);
        if (!*c)
            break;
    }
    if (total + groups - 1 < BYTES_MIN || total > DIGITS_MAX)
        return shape_complain(n, r);
    *ret_groups = groups;
    return 0;
}

static int pattern_check(const Node *n, Reader *r) {
    bool digit = false;

    for (const char *c = n->text; *c; c++) {
        if (!is_printable(*c))
            return node_complain(n, r->reterr, "'%s' is not a pattern, expected printable ASCII",
                                 quote(span_of(n->text)).text);
        digit = digit || *c == '9';
        if (*c == '\\' && is_printable(c[1]))
            c++;
    }
    if (!digit)
        return node_complain(n, r->reterr, "'%s' is not a pattern, expected at least one 9",
                             quote(span_of(n->text)).text);
    return 0;
}

/* Two digits at *at, which is moved past them; -1 if there are none. */
static int two_digits(const char **at) {
    const char *c = *at;

    if (!is_digit(c[0]) || !is_digit(c[1]))
        return -1;
    *at = c + 2;
    return (c[0] - '0') * 10 + (c[1] - '0');
}

/* '00-66,70-89,95': ranges of two digits, rising in themselves. */
static int lead_parse(const char *text, uint8_t ret[100]) {
    for (const char *c = text;; c++) {
        int first = two_digits(&c), last = first;

        if (*c == '-') {
            c++;
            last = two_digits(&c);
        }
        if (first < 0 || last < first || (*c && *c != ','))
            return -EINVAL;
        memset(ret + first, 1, (size_t)(last - first) + 1);
        if (!*c)
            return 0;
    }
}

/* '3.2': bits a byte, so at most 8; own arithmetic, since strtof asks the locale. */
static int entropy_parse(const char *text, float *ret) {
    float value = 0, unit = 1;
    const char *c = text;

    if (!is_digit(*c))
        return -EINVAL;
    value = (float)(*c++ - '0');
    if (*c == '.' && c[1])
        for (c++; is_digit(*c) && unit > 0.0001f; c++) {
            unit /= 10;
            value += unit * (float)(*c - '0');
        }
    if (*c || value <= 0 || value > 8)
        return -EINVAL;
    *ret = value;
    return 0;
}

/* The keys of an entry */

static int entry_kind(const Node *n, Entry *e, MatchKind kind) {
    e->kind = n;
    e->match.kind = kind;
    e->match.mark = n->mark;
    return 0;
}

static int read_shape(const Node *n, Reader *r, void *into) {
    Entry *e = into;
    unsigned groups;
    int rc = field_text(n, PATTERN_MAX, r, &e->match.text);

    if (rc == 0)
        rc = shape_check(n, r, &groups);
    if (rc == 0 && groups > 1 && !e->separators)
        return node_complain(n, r->reterr,
                             "a shape of %u groups without separators, expected "
                             "separators such as '- '",
                             groups);
    return rc < 0 ? rc : entry_kind(n, e, MATCH_SHAPE);
}

static int read_pattern(const Node *n, Reader *r, void *into) {
    Entry *e = into;
    int rc = field_text(n, PATTERN_MAX, r, &e->match.text);

    if (rc == 0)
        rc = pattern_check(n, r);
    return rc < 0 ? rc : entry_kind(n, e, MATCH_PATTERN);
}

static int read_keyword(const Node *n, Reader *r, void *into) {
    Entry *e = into;
    int rc = field_lines(n, REGEX_MAX, r, &e->match.text);

    return rc < 0 ? rc : entry_kind(n, e, MATCH_KEYWORD);
}

/* The texts of a list are read when the entry is multiplied; here only that there are some. */
static int read_phrase(const Node *n, Reader *r, void *into) {
    Entry *e = into;

    if (n->kind == NODE_LIST && n->n == 0)
        return node_complain(n, r->reterr, "an empty list, expected phrases");
    if (n->kind == NODE_MAP)
        return field_kind(n, NODE_TEXT, r);
    return entry_kind(n, e, MATCH_PHRASE);
}

static int read_scanner(const Node *n, Reader *r, void *into) {
    Entry *e = into;
    int rc = field_name(n, r, &e->match.text);

    return rc < 0 ? rc : entry_kind(n, e, MATCH_SCANNER);
}

static int read_columns(const Node *n, Reader *r, void *into) {
    Entry *e = into;
    int rc = field_lines(n, REGEX_MAX, r, &e->match.text);

    return rc < 0 ? rc : entry_kind(n, e, MATCH_COLUMNS);
}

static int read_combination(const Node *n, Reader *r, void *into) {
    Entry *e = into;
    int rc = field_list(n, TERM_MAX, NULL, r, &e->match.terms.at, &e->match.terms.n);

    if (rc == 0 && e->match.terms.n == 0)
        return node_complain(n, r->reterr, "an empty list, expected categories or ids");
    if (rc < 0)
        return rc;
    e->match.text = e->match.terms.at[0];
    return entry_kind(n, e, MATCH_COMBINATION);
}

static int read_within(const Node *n, Reader *r, void *into) {
    static const char *const names[] = {"table", "object"};
    Entry *e = into;
    size_t i = 0;
    int rc = field_choice(n, names, N_ELEMENTS(names), "a scope", r, &i);

    e->within = n;
    e->match.whole = i == 1;
    return rc;
}

static int read_at_least(const Node *n, Reader *r, void *into) {
    Entry *e = into;

    e->at_least = n;
    return field_number(n, 1, COUNT_MAX, r, &e->match.at_least);
}

static int read_distinct(const Node *n, Reader *r, void *into) {
    Entry *e = into;

    e->distinct = n;
    return field_number(n, 1, COUNT_MAX, r, &e->match.distinct);
}

/* After the kinds: alone, it is one. */
static int read_dictionary(const Node *n, Reader *r, void *into) {
    Entry *e = into;
    int rc = field_name(n, r, &e->match.dictionary);

    e->dictionary = n;
    if (rc < 0 || e->kind)
        return rc;
    e->match.text = CELL_ANY;
    return entry_kind(n, e, MATCH_COLUMNS);
}

static int read_separators(const Node *n, Reader *r, void *into) {
    Entry *e = into;

    e->separators = n;
    for (const char *c = n->kind == NODE_TEXT ? n->text : ""; *c; c++) {
        if (!strchr(" -./", *c))
            return node_complain(n, r->reterr, "'%s', expected some of space - . /",
                                 quote(span_of(n->text)).text);
    }
    return field_text(n, PATTERN_MAX, r, &e->match.separators);
}

static int read_lead(const Node *n, Reader *r, void *into) {
    Entry *e = into;
    int rc = field_kind(n, NODE_TEXT, r);

    e->lead = n;
    if (rc == 0 && lead_parse(n->text, e->match.lead) < 0)
        return node_complain(n, r->reterr, "'%s', expected two-digit ranges such as 00-66,70-89",
                             quote(span_of(n->text)).text);
    return rc;
}

static int read_base(const Node *n, Reader *r, void *into) {
    static const char *const names[] = {"low", "medium", "high"};
    Entry *e = into;
    size_t i;
    int rc = field_choice(n, names, N_ELEMENTS(names), "a base", r, &i);

    if (rc == 0)
        e->match.base = BASE_LOW + (Base)i;
    return rc;
}

static int read_entropy(const Node *n, Reader *r, void *into) {
    Entry *e = into;
    int rc = field_kind(n, NODE_TEXT, r);

    e->entropy = n;
    if (rc == 0 && entropy_parse(n->text, &e->match.entropy) < 0)
        return node_complain(n, r->reterr, "'%s', expected bits a byte, above 0 and at most 8",
                             quote(span_of(n->text)).text);
    return rc;
}

/* Separators come first: a shape of several groups asks for them. */
static const Field entry_fields[] = {
    {"separators", read_separators, false},
    {"lead", read_lead, false},
    {"base", read_base, false},
    {"entropy", read_entropy, false},
    {"shape", read_shape, false},
    {"pattern", read_pattern, false},
    {"keyword", read_keyword, false},
    {"phrase", read_phrase, false},
    {"scanner", read_scanner, false},
    {"columns", read_columns, false},
    {"combination", read_combination, false},
    {"within", read_within, false},
    {"at_least", read_at_least, false},
    {"distinct", read_distinct, false},
    {"dictionary", read_dictionary, false},
};

/* The list */

static bool is_kind_key(const char *key) {
    static const char *const kinds[] = {"shape",   "pattern", "keyword",    "phrase",
                                        "scanner", "columns", "combination"};

    for (size_t i = 0; i < N_ELEMENTS(kinds); i++) {
        if (strcmp(key, kinds[i]) == 0)
            return true;
    }
    return false;
}

static int entry_one_kind(const Node *map, Reader *r) {
    const Node *kind = NULL;

    for (const Node *c = map->first; c; c = c->next) {
        if (!is_kind_key(c->key))
            continue;
        if (kind)
            return node_complain_key(c, r->reterr, "a second kind beside %s, expected one a match",
                                     kind->key);
        kind = c;
    }
    if (!kind && !node_get(map, "dictionary"))
        return node_complain(map, r->reterr,
                             "no kind, expected shape, pattern, keyword, phrase, scanner, columns, "
                             "combination or dictionary");
    return 0;
}

/* A key that means nothing to this kind would be believed to work. */
static int entry_misplaced(const Entry *e, Reader *r) {
    const Node *const of_combinations[] = {e->within, e->at_least, e->distinct};
    bool shape = e->match.kind == MATCH_SHAPE, keyword = e->match.kind == MATCH_KEYWORD;

    if (e->separators && !shape)
        return node_complain_key(e->separators, r->reterr, "not of a %s, expected with shape only",
                                 e->kind->key);
    if (e->lead && !shape)
        return node_complain_key(e->lead, r->reterr, "not of a %s, expected with shape only",
                                 e->kind->key);
    if (e->entropy && !keyword)
        return node_complain_key(e->entropy, r->reterr, "not of a %s, expected with keyword only",
                                 e->kind->key);
    for (size_t i = 0; i < N_ELEMENTS(of_combinations); i++) {
        if (of_combinations[i] && e->match.kind != MATCH_COMBINATION)
            return node_complain_key(of_combinations[i], r->reterr,
                                     "not of a %s, expected with combination only", e->kind->key);
    }
    if (e->dictionary && !keyword && e->match.kind != MATCH_COLUMNS)
        return node_complain_key(e->dictionary, r->reterr,
                                 "not of a %s, expected with keyword or columns, or alone",
                                 e->kind->key);
    return 0;
}

static int phrase_read(const Node *n, const Match *like, Reader *r, Match *ret) {
    int rc = field_text(n, PHRASE_MAX, r, &ret->text);

    if (rc == 0)
        rc = field_spaced(n, ret->text, r);
    if (rc < 0)
        return rc;
    ret->kind = MATCH_PHRASE;
    ret->separators = "";
    ret->base = like->base;
    ret->mark = n->mark;
    return 0;
}

/* One match, or one for each phrase of a list. */
static int entry_matches(const Entry *e, Reader *r, Match *matches, size_t *n) {
    int rc = 0;

    if (e->match.kind != MATCH_PHRASE) {
        matches[(*n)++] = e->match;
        return 0;
    }
    if (e->kind->kind == NODE_TEXT)
        return phrase_read(e->kind, &e->match, r, &matches[(*n)++]);
    for (const Node *c = e->kind->first; c && rc == 0; c = c->next)
        rc = phrase_read(c, &e->match, r, &matches[(*n)++]);
    return rc;
}

/* How many matches the list makes at most: phrases in lists count each. */
static size_t matches_count(const Node *list) {
    size_t n = 0;

    for (const Node *c = list->first; c; c = c->next) {
        const Node *phrase = node_get(c, "phrase");

        n += phrase && phrase->kind == NODE_LIST ? phrase->n : 1;
    }
    return n;
}

int matches_read(const Node *list, Reader *r, Detector *d) {
    int rc = field_kind(list, NODE_LIST, r);

    if (rc < 0)
        return rc;
    if (list->n == 0)
        return node_complain(list, r->reterr, "an empty list, expected at least one match");
    d->n_matches = 0;
    d->matches = arena_array(r->arena, matches_count(list), sizeof(*d->matches));
    if (!d->matches)
        return -ENOMEM;
    for (const Node *c = list->first; c; c = c->next) {
        Entry e = {.match.separators = ""};

        rc = field_kind(c, NODE_MAP, r);
        if (rc == 0)
            rc = entry_one_kind(c, r);
        if (rc == 0)
            rc = fields_read(c, entry_fields, N_ELEMENTS(entry_fields), r, &e);
        if (rc == 0)
            rc = entry_misplaced(&e, r);
        if (rc == 0)
            rc = entry_matches(&e, r, d->matches, &d->n_matches);
        if (rc < 0)
            return rc;
    }
    return 0;
}
