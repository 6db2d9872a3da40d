/*
 * Expression: see expression.h.
 *
 * Recursive descent, EXPRESSION_DEPTH_MAX deep. The flag `i` stays in the tree, since sets in any
 * case would hide the literals that a search starts from; `s`, `U` and `x` are settled while
 * parsing, `m` is always on here.
 */
#include "rule/expression.h"

#include "base/utf8.h"

enum { REPEAT_MAX = 1000, GROUP_NAME_MAX = 64, SAMPLE_STEPS = 1 << 17 };

/* ---- sets ---- */

static void set_add(uint64_t set[4], unsigned byte) {
    set[byte >> 6] |= UINT64_C(1) << (byte & 63);
}

static void set_range(uint64_t set[4], unsigned first, unsigned last) {
    for (unsigned c = first; c <= last; c++)
        set_add(set, c);
}

static bool set_has(const uint64_t set[4], unsigned byte) {
    return set[byte >> 6] >> (byte & 63) & 1;
}

static void set_invert(uint64_t set[4]) {
    for (size_t i = 0; i < 4; i++)
        set[i] = ~set[i];
}

static void set_unite(uint64_t set[4], const uint64_t with[4]) {
    for (size_t i = 0; i < 4; i++)
        set[i] |= with[i];
}

/* The only byte of a set, or -1; -2: it is empty. */
static int set_only(const uint64_t set[4]) {
    int only = -2;

    for (unsigned c = 0; c < 256; c++) {
        if (set_has(set, c)) {
            if (only >= 0)
                return -1;
            only = (int)c;
        }
    }
    return only;
}

/* \d \w \s and their opposites; false: no such class. */
static bool set_class(char letter, uint64_t set[4]) {
    uint64_t of[4] = {0};
    char low = (char)(letter | 32);

    if (low == 'd' || low == 'w')
        set_range(of, '0', '9');
    if (low == 'w') {
        set_range(of, 'a', 'z');
        set_range(of, 'A', 'Z');
        set_add(of, '_');
    }
    if (low == 's') {
        set_range(of, '\t', '\r');
        set_add(of, ' ');
    }
    if (low != 'd' && low != 'w' && low != 's')
        return false;
    if (letter != low)
        set_invert(of);
    set_unite(set, of);
    return true;
}

typedef struct Posix {
    const char *name;
    const char *ranges; /* pairs of first and last */
} Posix;

static const Posix posix[] = {
    {"alnum", "09azAZ"},
    {"alpha", "azAZ"},
    {"ascii", "\x01\x7f"},
    {"blank", "  \t\t"},
    {"cntrl", "\x01\x1f\x7f\x7f"},
    {"digit", "09"},
    {"graph", "!~"},
    {"lower", "az"},
    {"print", " ~"},
    {"punct", "!/:@[`{~"},
    {"space", "\t\r  "},
    {"upper", "AZ"},
    {"word", "09azAZ__"},
    {"xdigit", "09afAF"},
};

/* `[:name:]` at p, into the set; how long it is, 0 if it is none. */
static size_t set_posix(const char *p, uint64_t set[4]) {
    const char *close = strncmp(p, "[:", 2) == 0 ? strstr(p, ":]") : NULL;
    bool inverted = close && p[2] == '^';
    const char *name = p + 2 + inverted;

    for (size_t i = 0; close && i < N_ELEMENTS(posix); i++) {
        uint64_t of[4] = {0};

        if (close < name || strlen(posix[i].name) != (size_t)(close - name) ||
            strncmp(name, posix[i].name, (size_t)(close - name)) != 0)
            continue;
        for (const char *r = posix[i].ranges; *r; r += 2)
            set_range(of, (uint8_t)r[0], (uint8_t)r[1]);
        if (inverted)
            set_invert(of);
        set_unite(set, of);
        return (size_t)(close + 2 - p);
    }
    return 0;
}

/* ---- parsing ---- */

typedef struct Flags {
    bool any_byte, swap_greed, spaced, lines;
} Flags;

typedef struct Parser {
    const char *text, *p;
    Dialect dialect;
    Arena *arena;
    Error *reterr;
    Expression *of;
    Flags flags;
    unsigned depth;
} Parser;

static int refuse(const Parser *x, const char *what) {
    return error_set(x->reterr, -EINVAL, "at character %zu: %s", (size_t)(x->p - x->text) + 1,
                     what);
}

static Term *term_new(Parser *x, TermKind kind) {
    Term *t = arena_new(x->arena, Term);

    if (t)
        t->kind = kind;
    return t;
}

static void term_add(Term *to, Term *t) {
    if (to->last)
        to->last->next = t;
    else
        to->first = t;
    to->last = t;
}

static int hex_value(char c) {
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 32;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Behind the x or u: two digits (u: four), or any number in braces. */
static int parse_hex(Parser *x, unsigned digits, uint32_t *ret) {
    bool braces = *x->p == '{';
    uint32_t code = 0;
    unsigned n = 0;

    x->p += braces;
    for (; hex_value(*x->p) >= 0 && n < (braces ? 6 : digits); n++)
        code = code << 4 | (uint32_t)hex_value(*x->p++);
    if (n == 0 || (!braces && n < digits) || (braces && *x->p++ != '}') || code > 0x10ffff)
        return refuse(x, "a code of no character");
    *ret = code;
    return 0;
}

/* A character behind a backslash that stands for itself or by a code; -ENOENT: it is none. */
static int parse_escaped(Parser *x, uint32_t *ret) {
    static const char letters[] = "aftnrv", meaning[] = "\a\f\t\n\r\v";
    char c = *x->p;
    const char *letter = c ? strchr(letters, c) : NULL;

    if (!c)
        return refuse(x, "it ends in a backslash");
    if (letter) {
        x->p++;
        *ret = (uint8_t)meaning[letter - letters];
        return 0;
    }
    if (c == 'x' || ((c == 'u' || c == 'U') && x->dialect == DIALECT_RUST)) {
        x->p++;
        return parse_hex(x, c == 'x' ? 2 : c == 'u' ? 4 : 8, ret);
    }
    if (c == '0' ||
        (c >= '1' && c <= '7' && x->p[1] >= '0' && x->p[1] <= '7' && x->dialect == DIALECT_GO)) {
        for (*ret = 0; *x->p >= '0' && *x->p <= '7' && *ret < 32; x->p++)
            *ret = *ret * 8 + (uint32_t)(*x->p - '0');
        return 0;
    }
    if ((c | 32) >= 'a' && (c | 32) <= 'z')
        return -ENOENT;
    if (c >= '1' && c <= '9')
        return refuse(x, "a back reference, which cannot be searched for in one pass");
    if ((uint8_t)c >= 0x80)
        return refuse(x, "an escape that is not known");
    x->p++;
    *ret = (uint8_t)c;
    return 0;
}

/* One character as it stands. */
static uint32_t parse_plain(Parser *x) {
    uint32_t code = (uint8_t)*x->p;
    size_t n = utf8_decode(span_of(x->p), &code);

    x->p += n ? n : 1;
    return code;
}

/* One end of a range in a class. 1: it was a class itself, and stands in the set. */
static int parse_member(Parser *x, uint64_t set[4], uint32_t *ret) {
    int r;

    if (*x->p != '\\') {
        *ret = parse_plain(x);
        return 0;
    }
    x->p++;
    if (*x->p == 'p' || *x->p == 'P')
        return refuse(x, "a class of Unicode, expected bytes");
    if (set_class(*x->p, set)) {
        x->p++;
        return 1;
    }
    if (*x->p == 'b' && x->dialect == DIALECT_RUST)
        return refuse(x, "an escape that is not known");
    r = parse_escaped(x, ret);
    return r == -ENOENT ? refuse(x, "an escape that is not known") : r;
}

/* A set cannot say that a byte belongs to a longer character. */
static int member_add(Parser *x, uint64_t set[4], uint32_t first, uint32_t last, bool inverted) {
    if (last < first)
        return refuse(x, "a range whose end is before its start");
    if (last >= 0x80 && !inverted)
        return refuse(x, "a class with characters beyond ASCII, expected bytes");
    if (first < 0x80)
        set_range(set, first, last < 0x80 ? last : 0x7f);
    return 0;
}

/* At its '['. */
static int parse_class(Parser *x, uint64_t set[4]) {
    bool inverted, begin = true;

    x->p++;
    inverted = *x->p == '^';
    x->p += inverted;
    for (; *x->p != ']' || begin; begin = false) {
        size_t n = set_posix(x->p, set);
        uint32_t first, last;
        int r;

        if (!*x->p)
            return refuse(x, "a class that is not closed");
        if (n) {
            x->p += n;
            continue;
        }
        if (x->dialect == DIALECT_RUST &&
            (*x->p == '[' || strncmp(x->p, "&&", 2) == 0 || strncmp(x->p, "--", 2) == 0 ||
             strncmp(x->p, "~~", 2) == 0))
            return refuse(x, "a class made of classes");
        r = parse_member(x, set, &first);
        if (r < 0)
            return r;
        if (r == 1)
            continue;
        last = first;
        if (x->p[0] == '-' && x->p[1] && x->p[1] != ']') {
            x->p++;
            r = parse_member(x, set, &last);
            if (r == 1)
                return refuse(x, "a range to a class");
        }
        r = r < 0 ? r : member_add(x, set, first, last, inverted);
        if (r < 0)
            return r;
    }
    x->p++;
    if (inverted)
        set_invert(set);
    return set_only(set) == -2 ? refuse(x, "a class of nothing") : 0;
}

static int put_set(Parser *x, const uint64_t set[4], Term **ret) {
    Term *t = term_new(x, TERM_SET);

    if (!t)
        return -ENOMEM;
    memcpy(t->set, set, sizeof(t->set));
    *ret = t;
    return 0;
}

/* A character: one byte, or a group of those that it is made of. */
static int put_character(Parser *x, uint32_t code, Term **ret) {
    uint8_t bytes[UTF8_MAX];
    size_t n = utf8_encode(code, bytes);
    Term *group, *sequence;

    if (code < 0x80 || n < 2) {
        uint64_t set[4] = {0};

        set_add(set, code & 0xff);
        return put_set(x, set, ret);
    }
    group = term_new(x, TERM_GROUP);
    sequence = term_new(x, TERM_SEQUENCE);
    if (!group || !sequence)
        return -ENOMEM;
    term_add(group, sequence);
    for (size_t i = 0; i < n; i++) {
        uint64_t set[4] = {0};
        Term *t;
        int r;

        set_add(set, bytes[i]);
        r = put_set(x, set, &t);
        if (r < 0)
            return r;
        term_add(sequence, t);
    }
    *ret = group;
    return 0;
}

static int put_assertion(Parser *x, char which, bool whole, Term **ret) {
    Term *t = term_new(x, TERM_ASSERT);

    if (!t)
        return -ENOMEM;
    t->assertion = which;
    x->of->anchors |= whole;
    *ret = t;
    return 0;
}

static int parse_escape(Parser *x, Term **ret) {
    uint64_t set[4] = {0};
    uint32_t code;
    int r;

    x->p++;
    switch (*x->p) {
    case 'A':
    case 'z':
        return put_assertion(x, *x->p++ == 'A' ? '^' : '$', true, ret);
    case 'b':
    case 'B':
        if (x->p[1] == '{')
            return refuse(x, "an assertion on half a word");
        return put_assertion(x, *x->p++, false, ret);
    case 'p':
    case 'P':
        return refuse(x, "a class of Unicode, expected bytes");
    default:
        break;
    }
    if (set_class(*x->p, set)) {
        x->p++;
        return put_set(x, set, ret);
    }
    r = parse_escaped(x, &code);
    if (r == -ENOENT)
        return refuse(x, "an escape that is not known");
    return r < 0 ? r : put_character(x, code, ret);
}

static int parse_choice(Parser *x, Term **ret);

/* The flags of `(?i-s:` and their like, up to ':' or ')'. */
static int parse_flags(Parser *x, int8_t *ret_fold) {
    bool on = true;

    for (; *x->p != ':' && *x->p != ')'; x->p++) {
        switch (*x->p) {
        case '-':
            on = false;
            break;
        case 'i':
            *ret_fold = on ? 1 : -1;
            break;
        case 's':
            x->flags.any_byte = on;
            break;
        case 'm':
            x->flags.lines = on;
            break;
        case 'U':
            x->flags.swap_greed = on;
            break;
        case 'u':
            break;
        case 'x':
            if (x->dialect == DIALECT_RUST) {
                x->flags.spaced = on;
                break;
            }
            return refuse(x, "a flag that is not known");
        default:
            return refuse(x, "a group of a kind that cannot be searched for in one pass");
        }
    }
    return 0;
}

/* `<name>` or `P<name>`: the name and what it makes of the capture. */
static int parse_name(Parser *x, unsigned capture) {
    static const char *const meant[] = {"value", "secret", "token"};
    const char *start = strchr(x->p, '<') + 1, *end = strchr(start, '>');

    if (!end || end == start || end - start > GROUP_NAME_MAX)
        return refuse(x, "a named group without its name");
    for (size_t i = 0; i < N_ELEMENTS(meant) && !x->of->named; i++) {
        if (strlen(meant[i]) == (size_t)(end - start) &&
            strncasecmp(start, meant[i], (size_t)(end - start)) == 0)
            x->of->named = capture;
    }
    x->p = end + 1;
    return 0;
}

/* At its '('; *ret is NULL for what only sets flags to what they are. */
static int parse_group(Parser *x, Term **ret) {
    Flags before = x->flags;
    Term *t = term_new(x, TERM_GROUP), *inner;
    int8_t fold = 0;
    int r = 0;

    if (!t)
        return -ENOMEM;
    x->p++;
    if (x->p[0] != '?') {
        t->capture = ++x->of->n_captures;
    } else if (strncmp(x->p, "?P<", 3) == 0 ||
               (strncmp(x->p, "?<", 2) == 0 && x->p[2] != '=' && x->p[2] != '!')) {
        t->capture = ++x->of->n_captures;
        r = parse_name(x, t->capture);
    } else {
        x->p++;
        r = *x->p ? parse_flags(x, &fold) : refuse(x, "a group that is not closed");
        if (r == 0 && *x->p++ == ')') { /* flags alone: to the end of the group around it */
            t->kind = TERM_FOLD;
            t->fold = fold;
            *ret = fold ? t : NULL;
            return 0;
        }
    }
    if (r == 0 && ++x->depth > EXPRESSION_DEPTH_MAX)
        r = refuse(x, "groups too deep in each other");
    r = r < 0 ? r : parse_choice(x, &inner);
    if (r < 0)
        return r;
    if (*x->p != ')')
        return refuse(x, "a group that is not closed");
    x->p++;
    x->depth--;
    x->flags = before;
    t->fold = fold;
    term_add(t, inner);
    *ret = t;
    return 0;
}

static int parse_dot(Parser *x, Term **ret) {
    uint64_t set[4] = {0};

    x->p++;
    set_invert(set);
    if (!x->flags.any_byte)
        set['\n' >> 6] &= ~(UINT64_C(1) << '\n');
    return put_set(x, set, ret);
}

static int parse_atom(Parser *x, Term **ret) {
    uint64_t set[4] = {0};
    int r;

    switch (*x->p) {
    case '(':
        return parse_group(x, ret);
    case '[':
        r = parse_class(x, set);
        return r < 0 ? r : put_set(x, set, ret);
    case '\\':
        return parse_escape(x, ret);
    case '.':
        return parse_dot(x, ret);
    case '^':
    case '$':
        return put_assertion(x, *x->p++, !x->flags.lines, ret);
    case '*':
    case '+':
    case '?':
        return refuse(x, "a repeat of nothing");
    default:
        return put_character(x, parse_plain(x), ret);
    }
}

/* `{2}`, `{2,}`, `{2,5}` at p; false where the brace is a character. */
static bool parse_braces(const char **p, uint32_t *least, uint32_t *most) {
    const char *c = *p + 1;
    uint32_t n[2] = {0, 0};
    unsigned digits = 0;

    for (; *c >= '0' && *c <= '9' && digits < 6; c++, digits++)
        n[0] = n[0] * 10 + (uint32_t)(*c - '0');
    if (!digits)
        return false;
    n[1] = n[0];
    if (*c == ',') {
        c++;
        n[1] = *c == '}' ? EXPRESSION_UNBOUNDED : 0;
        for (digits = 0; *c >= '0' && *c <= '9' && digits < 6; c++, digits++)
            n[1] = n[1] * 10 + (uint32_t)(*c - '0');
    }
    if (*c != '}')
        return false;
    *p = c + 1;
    *least = n[0];
    *most = n[1];
    return true;
}

static bool parse_quantifier(const char **p, uint32_t *least, uint32_t *most) {
    switch (**p) {
    case '*':
    case '+':
        *least = **p == '+';
        *most = EXPRESSION_UNBOUNDED;
        ++*p;
        return true;
    case '?':
        *least = 0;
        *most = 1;
        ++*p;
        return true;
    case '{':
        return parse_braces(p, least, most);
    default:
        return false;
    }
}

/* The quantifiers behind an atom. */
static int parse_repeats(Parser *x, Term **atom) {
    uint32_t least, most;

    while (parse_quantifier(&x->p, &least, &most)) {
        Term *t = term_new(x, TERM_REPEAT), *inner = *atom;

        if (!t)
            return -ENOMEM;
        if (least > REPEAT_MAX || (most != EXPRESSION_UNBOUNDED && most > 65535) || most < least)
            return refuse(x, "a repeat of impossible bounds");
        if (!inner || inner->kind == TERM_FOLD)
            return refuse(x, "a repeat of nothing");
        if (inner->kind == TERM_REPEAT) { /* x{2}{3}: PCRE2 would read it so as well, but x++ not */
            Term *group = term_new(x, TERM_GROUP);

            if (!group)
                return -ENOMEM;
            term_add(group, inner);
            inner = group;
        }
        t->least = least;
        t->most = most;
        t->lazy = (*x->p == '?') != x->flags.swap_greed;
        x->p += *x->p == '?';
        if (*x->p == '+' && x->dialect == DIALECT_RUST)
            return refuse(x, "a repeat that never gives back");
        x->of->unbounded |= most == EXPRESSION_UNBOUNDED;
        term_add(t, inner);
        *atom = t;
    }
    return 0;
}

/* What `x` lets a writer put between terms. */
static void skip_spaced(Parser *x) {
    while (x->flags.spaced && *x->p && strchr(" \t\r\n\f\v#", *x->p)) {
        if (*x->p == '#')
            x->p += strcspn(x->p, "\n");
        else
            x->p++;
    }
}

/* \Q...\E at p: the text between; its length, SIZE_MAX if there is none. */
static size_t quoted_length(const Parser *x) {
    const char *end;

    if (x->dialect != DIALECT_GO || strncmp(x->p, "\\Q", 2) != 0)
        return SIZE_MAX;
    end = strstr(x->p + 2, "\\E");
    return end ? (size_t)(end - x->p) - 2 : strlen(x->p + 2);
}

static int parse_quoted(Parser *x, size_t n, Term *sequence) {
    const char *end;

    x->p += 2;
    end = x->p + n;
    while (x->p < end) {
        Term *t;
        int r = put_character(x, parse_plain(x), &t);

        if (r < 0)
            return r;
        term_add(sequence, t);
    }
    x->p += *x->p ? 2 : 0;
    return 0;
}

static int parse_sequence(Parser *x, Term **ret) {
    Term *sequence = term_new(x, TERM_SEQUENCE);

    if (!sequence)
        return -ENOMEM;
    for (skip_spaced(x); *x->p && *x->p != '|' && *x->p != ')'; skip_spaced(x)) {
        size_t quoted = quoted_length(x);
        Term *t = NULL;
        int r;

        if (quoted != SIZE_MAX) {
            r = parse_quoted(x, quoted, sequence);
        } else {
            r = parse_atom(x, &t);
            skip_spaced(x);
            r = r < 0 ? r : parse_repeats(x, &t);
        }
        if (r < 0)
            return r;
        if (t)
            term_add(sequence, t);
    }
    *ret = sequence;
    return 0;
}

static int parse_choice(Parser *x, Term **ret) {
    Term *choice = term_new(x, TERM_CHOICE), *t;
    int r;

    if (!choice)
        return -ENOMEM;
    for (;;) {
        r = parse_sequence(x, &t);
        if (r < 0)
            return r;
        term_add(choice, t);
        if (*x->p != '|')
            break;
        x->p++;
    }
    *ret = choice->first->next ? choice : choice->first;
    return 0;
}

int expression_parse(const char *text, Dialect dialect, Arena *arena, Error *reterr,
                     Expression *ret) {
    Expression e = {0};
    Parser x = {
        .text = text, .p = text, .dialect = dialect, .arena = arena, .reterr = reterr, .of = &e};
    int r;

    if (strlen(text) > EXPRESSION_MAX)
        return refuse(&x, "the expression is too long");
    r = parse_choice(&x, &e.root);
    if (r < 0)
        return r;
    if (*x.p)
        return refuse(&x, "a group that was not opened");
    *ret = e;
    return 0;
}

/* ---- widths ---- */

static uint64_t sat_add(uint64_t a, uint64_t b) {
    return a > UINT32_MAX - b ? UINT32_MAX : a + b;
}

static uint64_t sat_mul(uint64_t a, uint64_t b) {
    return a && b > UINT32_MAX / a ? UINT32_MAX : a * b;
}

/* The widest match, repeats without an end having `extra` beyond their least. */
static uint64_t term_width(const Term *t, uint64_t extra) {
    uint64_t width = t->kind == TERM_SET;

    for (const Term *c = t->first; c; c = c->next) {
        uint64_t w = term_width(c, extra);

        width = t->kind == TERM_CHOICE ? (w > width ? w : width) : sat_add(width, w);
    }
    if (t->kind == TERM_REPEAT)
        width = sat_mul(width, t->most == EXPRESSION_UNBOUNDED ? t->least + extra : t->most);
    return width;
}

uint64_t expression_width(const Expression *e) {
    return term_width(e->root, e->unbounded ? UINT32_MAX : 0);
}

static void term_bound(Term *t, uint32_t extra) {
    if (t->kind == TERM_REPEAT && t->most == EXPRESSION_UNBOUNDED)
        t->most = t->least + extra > 0 ? t->least + extra : 1;
    for (Term *c = t->first; c; c = c->next)
        term_bound(c, extra);
}

int expression_bound(Expression *e, uint64_t width, uint32_t *ret_extra) {
    uint32_t extra = e->unbounded ? 256 : 0;

    while (extra > 1 && term_width(e->root, extra) > width)
        extra -= extra / 8 + 1;
    if (term_width(e->root, extra) > width || (e->unbounded && extra < 1))
        return -ERANGE;
    term_bound(e->root, extra);
    e->unbounded = false;
    *ret_extra = extra;
    return 0;
}

/* ---- words that every match holds ---- */

static char lower(int c) {
    return (char)(c >= 'A' && c <= 'Z' ? c | 32 : c);
}

static bool word_in(const Buf *run, const char *const *words, size_t n) {
    for (size_t i = 0; i < n; i++) {
        size_t size = strlen(words[i]);

        for (size_t at = 0; size && at + size <= run->n; at++) {
            if (strncasecmp((const char *)run->at + at, words[i], size) == 0)
                return true;
        }
    }
    return false;
}

/* The one letter of a set in either case, or its only byte; -1. */
static int set_letter(const uint64_t set[4]) {
    int only = set_only(set);

    for (int c = 'a'; c <= 'z' && only == -1; c++) {
        uint64_t both[4] = {0};

        set_add(both, (unsigned)c);
        set_add(both, (unsigned)c & ~32u);
        if (memcmp(both, set, sizeof(both)) == 0)
            only = c;
    }
    return only;
}

static bool term_holds(const Term *t, const char *const *words, size_t n) {
    _cleanup_(buf_done) Buf run = {0};
    bool all = t->kind == TERM_CHOICE;

    if (t->kind == TERM_REPEAT && !t->least)
        return false;
    for (const Term *c = t->first; c; c = c->next) {
        int letter = c->kind == TERM_SET ? set_letter(c->set) : -1;
        bool holds = letter < 0 && term_holds(c, words, n);

        if (t->kind == TERM_CHOICE) {
            all = all && holds;
            continue;
        }
        if (holds)
            return true;
        if (letter >= 0)
            buf_byte(&run, (uint8_t)lower(letter));
        else if (c->kind != TERM_FOLD && c->kind != TERM_ASSERT)
            buf_clear(&run);
        if (word_in(&run, words, n))
            return true;
    }
    return all;
}

bool expression_holds(const Expression *e, const char *const *words, size_t n) {
    return term_holds(e->root, words, n);
}

/* ---- printing ---- */

static void print_byte(unsigned c, const char *special, Buf *to) {
    if (c == '\n')
        buf_text(to, "\\n");
    else if (c == '\t')
        buf_text(to, "\\t");
    else if (c == '\r')
        buf_text(to, "\\r");
    else if (c < 0x20 || c > 0x7e)
        buf_printf(to, "\\x%02x", c);
    else if (strchr(special, (int)c))
        buf_printf(to, "\\%c", (int)c);
    else
        buf_byte(to, (uint8_t)c);
}

static unsigned set_count(const uint64_t set[4]) {
    unsigned n = 0;

    for (size_t i = 0; i < 4; i++)
        n += (unsigned)__builtin_popcountll(set[i]);
    return n;
}

static void print_set(const uint64_t set[4], Buf *to) {
    bool inverted = set_count(set) > 128;
    int only = set_only(set);
    uint64_t of[4];

    if (only >= 0) {
        print_byte((unsigned)only, "\\^$.|?*+()[]{}", to);
        return;
    }
    memcpy(of, set, sizeof(of));
    if (inverted && set_count(set) < 256)
        set_invert(of);
    buf_text(to, inverted && set_count(set) < 256 ? "[^" : "[");
    for (unsigned c = 0; c < 256; c++) {
        unsigned last = c;

        if (!set_has(of, c))
            continue;
        while (last < 255 && set_has(of, last + 1))
            last++;
        print_byte(c, "\\]^-[", to);
        if (last > c + 1)
            buf_byte(to, '-');
        if (last > c)
            print_byte(last, "\\]^-[", to);
        c = last;
    }
    buf_byte(to, ']');
}

static void term_print(const Term *t, unsigned value, Buf *to);

static void print_all(const Term *t, const char *between, unsigned value, Buf *to) {
    for (const Term *c = t->first; c; c = c->next) {
        if (c != t->first)
            buf_text(to, between);
        term_print(c, value, to);
    }
}

static void print_repeat(const Term *t, unsigned value, Buf *to) {
    bool once = t->least == 0 && t->most == 1;

    print_all(t, "", value, to);
    if (once)
        buf_byte(to, '?');
    else if (t->most == EXPRESSION_UNBOUNDED)
        buf_printf(to, "{%u,}", t->least);
    else if (t->most == t->least)
        buf_printf(to, "{%u}", t->least);
    else
        buf_printf(to, "{%u,%u}", t->least, t->most);
    if (t->lazy && t->most != t->least)
        buf_byte(to, '?');
}

static void print_group(const Term *t, unsigned value, Buf *to) {
    const char *fold = t->fold > 0 ? "i" : t->fold < 0 ? "-i" : "";

    if (t->capture && t->capture == value)
        buf_text(to, "(?<value>");
    else
        buf_printf(to, "(?%s:", fold);
    print_all(t, "", value, to);
    buf_byte(to, ')');
}

static void term_print(const Term *t, unsigned value, Buf *to) {
    switch (t->kind) {
    case TERM_SET:
        print_set(t->set, to);
        break;
    case TERM_ASSERT:
        buf_printf(to, "%s%c", strchr("bB", t->assertion) ? "\\" : "", t->assertion);
        break;
    case TERM_SEQUENCE:
        print_all(t, "", value, to);
        break;
    case TERM_CHOICE:
        print_all(t, "|", value, to);
        break;
    case TERM_REPEAT:
        print_repeat(t, value, to);
        break;
    case TERM_GROUP:
        print_group(t, value, to);
        break;
    case TERM_FOLD:
        buf_text(to, t->fold > 0 ? "(?i)" : "(?-i)");
        break;
    }
}

void expression_print(const Expression *e, unsigned value, Buf *to) {
    term_print(e->root, value, to);
}

/* ---- samples ---- */

typedef struct Sampling {
    uint64_t state;
    unsigned value;
    uint32_t more;
    uint32_t steps; /* left: repeats in repeats may be of nothing */
    Buf *to;
    ExpressionSample sample;
    bool marked;
} Sampling;

/* SplitMix64. */
static uint64_t next_random(Sampling *s) {
    uint64_t z = s->state += UINT64_C(0x9E3779B97F4A7C15);

    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    return z ^ z >> 31;
}

/* A byte of the set: a letter or digit, else what can be seen, else a blank, else any. */
static void sample_set(Sampling *s, const uint64_t set[4]) {
    uint8_t some[256];
    size_t n = 0;

    for (unsigned c = 0; c < 0x80; c++) {
        if (set_has(set, c) && ((c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z')))
            some[n++] = (uint8_t)c;
    }
    for (unsigned c = '!'; c < 0x7f && !n; c++) {
        if (set_has(set, c))
            some[n++] = (uint8_t)c;
    }
    if (!n && set_has(set, ' '))
        some[n++] = ' ';
    for (unsigned c = 0; c < 256 && !n; c++) {
        if (set_has(set, c))
            some[n++] = (uint8_t)c;
    }
    buf_byte(s->to, some[next_random(s) % n]);
}

static void term_sample(Sampling *s, const Term *t) {
    size_t start = s->to->n;
    uint64_t n = 0;

    if (!s->steps)
        return;
    s->steps--;
    switch (t->kind) {
    case TERM_SET:
        sample_set(s, t->set);
        return;
    case TERM_CHOICE:
        for (const Term *c = t->first; c; c = c->next)
            n++;
        n = next_random(s) % n;
        for (const Term *c = t->first; c; c = c->next) {
            if (n-- == 0)
                term_sample(s, c);
        }
        return;
    case TERM_REPEAT:
        n = t->most - t->least;
        n = t->least + next_random(s) % ((n < s->more ? n : s->more) + 1);
        for (; n && s->steps && s->to->n < EXPRESSION_MAX; n--)
            term_sample(s, t->first);
        return;
    default:
        for (const Term *c = t->first; c; c = c->next)
            term_sample(s, c);
    }
    if (t->kind == TERM_GROUP && t->capture && t->capture == s->value) {
        s->sample = (ExpressionSample){start, s->to->n};
        s->marked = true;
    }
}

void expression_sample(const Expression *e, unsigned value, uint64_t seed, uint32_t more, Buf *to,
                       ExpressionSample *ret) {
    Sampling s = {.state = seed, .value = value, .more = more, .steps = SAMPLE_STEPS, .to = to};
    size_t start = to->n;

    term_sample(&s, e->root);
    *ret = s.marked ? s.sample : (ExpressionSample){start, to->n};
}
