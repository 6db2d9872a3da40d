/*
 * Regex: see regex.h. The pattern comes from a rule file, so it is hostile: every step is bounded
 * by its length, nesting by REGEX_DEPTH_MAX.
 */
#include "detect/regex.h"

#include "detect/bytes.h"

enum { REGEX_DEPTH_MAX = 64 };

/* The end of a character class that starts at p ('['), behind its ']'; NULL if it is open. */
static const char *class_end(const char *p) {
    p++;
    if (*p == '^')
        p++;
    if (*p == ']')
        p++;
    for (; *p && *p != ']'; p++) {
        if (*p == '\\' && p[1])
            p++;
        else if (p[0] == '[' && p[1] == ':') {
            const char *close = strstr(p, ":]");

            if (close)
                p = close + 1;
        }
    }
    return *p ? p + 1 : NULL;
}

/* The end of the group that starts at p ('('), behind its ')'; NULL if it is open. */
static const char *group_end(const char *p) {
    unsigned depth = 0;

    while (*p) {
        if (*p == '\\' && p[1]) {
            p += 2;
        } else if (*p == '[') {
            p = class_end(p);
            if (!p)
                return NULL;
        } else if (*p == '(') {
            depth++;
            p++;
        } else if (*p++ == ')' && --depth == 0) {
            return p;
        }
    }
    return NULL;
}

/* Appends what a group opening at p becomes; moves p behind what was read. */
static int derive_group(const char **p, Buf *ret, Error *reterr) {
    const char *at = *p;

    if (at[1] != '?') {
        if (at[1] == '*')
            return error_set(reterr, -EINVAL, "verbs such as (*...) are not allowed");
        buf_text(ret, "(?:");
        *p = at + 1;
        return 0;
    }
    switch (at[2]) {
    case '=':
    case '!':
        *p = group_end(at);
        return *p ? 0 : error_set(reterr, -EINVAL, "a group is not closed");
    case '<':
        if (at[3] == '=' || at[3] == '!') {
            *p = group_end(at);
            return *p ? 0 : error_set(reterr, -EINVAL, "a group is not closed");
        }
        at = strchr(at, '>');
        if (!at)
            return error_set(reterr, -EINVAL, "a named group is not closed");
        buf_text(ret, "(?:");
        *p = at + 1;
        return 0;
    case '>':
    case ':':
        buf_text(ret, "(?:");
        *p = at + 3;
        return 0;
    default: /* inline options: (?i) (?s:...) */
        for (at += 2; *at && strchr("imsx-", *at); at++)
            ;
        if (*at != ')' && *at != ':')
            return error_set(reterr, -EINVAL, "a group of this kind is not allowed");
        buf_add(ret, *p, (size_t)(at + 1 - *p));
        *p = at + 1;
        return 0;
    }
}

static int derive_escape(const char **p, Buf *ret, Error *reterr) {
    char c = (*p)[1];

    if (c == 0)
        return error_set(reterr, -EINVAL, "ends in a backslash");
    if (c == 'b' || c == 'B') {
        *p += 2;
        return 0;
    }
    /* \A, \z: a window's ends are not the text's, so they would mean nothing */
    if ((c >= '1' && c <= '9') || strchr("AzZGgkKQERXC", c))
        return error_set(reterr, -EINVAL, "\\%c is not allowed", c);
    buf_add(ret, *p, 2);
    *p += 2;
    return 0;
}

static int derive(const char *pattern, Buf *ret, Error *reterr) {
    const char *p = pattern;
    int r = 0;

    while (r == 0 && *p) { /* p is NULL behind a group that is open */
        if (*p == '\\') {
            r = derive_escape(&p, ret, reterr);
        } else if (*p == '[') {
            const char *end = class_end(p);

            if (!end)
                return error_set(reterr, -EINVAL, "a character class is not closed");
            buf_add(ret, p, (size_t)(end - p));
            p = end;
        } else if (*p == '(') {
            r = derive_group(&p, ret, reterr);
        } else if (*p == '^' || *p == '$') {
            p++;
        } else {
            buf_byte(ret, (uint8_t)*p);
            p++;
            /* possessive: a plus behind a quantifier */
            if (*p == '+' && strchr("*+?}", p[-1]))
                p++;
        }
    }
    return r < 0 ? r : buf_error(ret);
}

/*
 * ---- shorter: an end is found as soon as the least that can match is there ----
 *
 * What stands last in the pattern may be left off as far as it may be absent: x{6,64} becomes
 * x{6}, x* goes. Matches of the shorter pattern are prefixes of those of the longer one, so no
 * match is lost, and the automaton loses most of its states.
 */

/* One element of a sequence: an atom with its quantifier. */
typedef struct Element {
    const char *at, *quantifier, *end;
} Element;

static const char *atom_end(const char *p, const char *end) {
    const char *stop = p + 1;

    if (*p == '\\' && p + 1 < end)
        stop = p + 2;
    else if (*p == '[')
        stop = class_end(p);
    else if (*p == '(')
        stop = group_end(p);
    if (p[0] == '\\' && p[1] == 'x' && byte_hex((uint8_t)p[2]) >= 0 && byte_hex((uint8_t)p[3]) >= 0)
        stop = p + 4;
    return stop && stop <= end ? stop : end;
}

static const char *quantifier_end(const char *p, const char *end) {
    if (p < end && strchr("*+?", *p))
        p++;
    else if (p + 1 < end && *p == '{' && byte_is_digit((uint8_t)p[1]))
        while (p < end && *p++ != '}')
            ;
    else
        return p;
    return p < end && *p == '?' ? p + 1 : p;
}

/* The last element of [p, end) and of its last alternative; false if there is a '|' in between. */
static bool last_element(const char *p, const char *end, Element *ret) {
    bool choice = false;

    while (p < end) {
        if (*p == '|') {
            choice = true;
            p++;
            continue;
        }
        ret->at = p;
        ret->quantifier = atom_end(p, end);
        p = ret->end = quantifier_end(ret->quantifier, end);
    }
    return !choice;
}

/* What is left of [p, end) when its tail is as short as it can be. */
static void shorten(const char *p, const char *end, Buf *ret) {
    Element e = {0};

    while (p < end && last_element(p, end, &e) && e.at) {
        const char *q = e.quantifier;
        bool none = q < e.end && (*q == '*' || *q == '?' || (q[0] == '{' && q[1] == '0'));

        if (none && e.at > p) {
            end = e.at; /* may be absent: what stands before it is the tail now */
            continue;
        }
        if (none || q == e.end) {
            break;
        }
        buf_add(ret, p, (size_t)(q - p));
        if (*q == '{') {
            buf_byte(ret, '{');
            for (q++; byte_is_digit((uint8_t)*q); q++)
                buf_byte(ret, (uint8_t)*q);
            buf_byte(ret, '}');
        }
        return; /* x+ is x */
    }
    buf_add(ret, p, (size_t)(end - p));
}

int regex_derive(const char *pattern, Buf *ret, Error *reterr) {
    _cleanup_(buf_done) Buf whole = {0};
    int r = derive(pattern, &whole, reterr);

    if (r < 0)
        return r;
    shorten(buf_cstr(&whole), buf_cstr(&whole) + whole.n, ret);
    return buf_error(ret);
}

/* ---- the longest literal: recursive descent over the derived pattern ---- */

typedef struct Reader {
    const char *p;
    unsigned depth;
} Reader;

static unsigned read_choice(Reader *r);

/* Does a quantifier at r->p allow none? Moves behind it. */
static bool read_quantifier(Reader *r, bool *ret_once) {
    bool none = false;

    *ret_once = true;
    switch (*r->p) {
    case '*':
    case '?':
        none = true;
        *ret_once = false;
        r->p++;
        break;
    case '+':
        *ret_once = false;
        r->p++;
        break;
    case '{':
        if (!byte_is_digit((uint8_t)r->p[1]))
            return false;
        none = r->p[1] == '0' && !byte_is_digit((uint8_t)r->p[2]);
        *ret_once = false;
        while (*r->p && *r->p != '}')
            r->p++;
        if (*r->p)
            r->p++;
        break;
    default:
        return false;
    }
    if (*r->p == '?')
        r->p++;
    return none;
}

/* One thing of a sequence: a literal character (true), or something else with its own best. */
static bool read_atom(Reader *r, unsigned *ret_inner) {
    *ret_inner = 0;
    if (*r->p == '(') {
        r->p++;
        if (*r->p == '?') {
            while (*r->p && *r->p != ':' && *r->p != ')')
                r->p++;
        }
        if (*r->p == ')') { /* options only */
            r->p++;
            return false;
        }
        if (*r->p == ':')
            r->p++;
        if (r->depth < REGEX_DEPTH_MAX) {
            r->depth++;
            *ret_inner = read_choice(r);
            r->depth--;
        }
        if (*r->p == ')')
            r->p++;
        return false;
    }
    if (*r->p == '[') {
        const char *end = class_end(r->p);

        r->p = end ? end : r->p + strlen(r->p);
        return false;
    }
    if (*r->p == '\\' && r->p[1]) {
        bool literal = !byte_is_alnum((uint8_t)r->p[1]) || strchr("nrtfe", r->p[1]);

        r->p += 2;
        return literal;
    }
    return *r->p++ != '.';
}

static unsigned read_sequence(Reader *r) {
    unsigned best = 0, here = 0;

    while (*r->p && *r->p != '|' && *r->p != ')') {
        const char *at = r->p;
        unsigned inner;
        bool literal = read_atom(r, &inner), once, none;

        if (r->p == at)
            break;
        none = read_quantifier(r, &once);
        if (literal && !none)
            here++;
        if (!literal || !once) {
            if (here > best)
                best = here;
            here = 0;
        }
        if (!none && inner > best)
            best = inner;
    }
    return here > best ? here : best;
}

static unsigned read_choice(Reader *r) {
    unsigned least = read_sequence(r);

    while (*r->p == '|') {
        unsigned n;

        r->p++;
        n = read_sequence(r);
        if (n < least)
            least = n;
    }
    return least;
}

unsigned regex_literal(const char *derived) {
    Reader r = {.p = derived};

    return read_choice(&r);
}
