/*
 * Expression: see expression.h.
 *
 * Recursive descent, EXPRESSION_DEPTH_MAX deep. The flag `i` stays in the tree, since sets in any
 * case would hide the literals that a search starts from; `s`, `U` and `x` are settled while
 * parsing, `m` is always on here.
 */
#include "rule/expression.h"

#include "base/utf8.h"
#include "rule/byteset.h"

enum { REPEAT_MAX = 1000, GROUP_NAME_MAX = 64 };

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
    if (byteset_class(*x->p, set)) {
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
        byteset_range(set, first, last < 0x80 ? last : 0x7f);
    return 0;
}

/* At its '['. */
static int parse_class(Parser *x, uint64_t set[4]) {
    bool inverted, begin = true;

    x->p++;
    inverted = *x->p == '^';
    x->p += inverted;
    for (; *x->p != ']' || begin; begin = false) {
        size_t n = byteset_posix(x->p, set);
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
        byteset_invert(set);
    return byteset_only(set) == -2 ? refuse(x, "a class of nothing") : 0;
}

static int put_set(Parser *x, const uint64_t set[4], Term **ret) {
    Term *t = term_new(x->arena, TERM_SET);

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

        byteset_add(set, code & 0xff);
        return put_set(x, set, ret);
    }
    group = term_new(x->arena, TERM_GROUP);
    sequence = term_new(x->arena, TERM_SEQUENCE);
    if (!group || !sequence)
        return -ENOMEM;
    term_add(group, sequence);
    for (size_t i = 0; i < n; i++) {
        uint64_t set[4] = {0};
        Term *t;
        int r;

        byteset_add(set, bytes[i]);
        r = put_set(x, set, &t);
        if (r < 0)
            return r;
        term_add(sequence, t);
    }
    *ret = group;
    return 0;
}

static int put_assertion(Parser *x, char which, bool whole, Term **ret) {
    Term *t = term_new(x->arena, TERM_ASSERT);

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
    if (byteset_class(*x->p, set)) {
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
    Term *t = term_new(x->arena, TERM_GROUP), *inner;
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
    byteset_invert(set);
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
        n[1] = *c == '}' ? TERM_UNBOUNDED : 0;
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
        *most = TERM_UNBOUNDED;
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
        Term *t = term_new(x->arena, TERM_REPEAT), *inner = *atom;

        if (!t)
            return -ENOMEM;
        if (least > REPEAT_MAX || (most != TERM_UNBOUNDED && most > 65535) || most < least)
            return refuse(x, "a repeat of impossible bounds");
        if (!inner || inner->kind == TERM_FOLD)
            return refuse(x, "a repeat of nothing");
        if (inner->kind == TERM_REPEAT) { /* x{2}{3}: PCRE2 would read it so as well, but x++ not */
            Term *group = term_new(x->arena, TERM_GROUP);

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
        x->of->unbounded |= most == TERM_UNBOUNDED;
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
    Term *sequence = term_new(x->arena, TERM_SEQUENCE);

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
    Term *choice = term_new(x->arena, TERM_CHOICE), *t;
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

uint64_t expression_width(const Expression *e) {
    return term_width(e->root, e->unbounded ? UINT32_MAX : 0);
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
