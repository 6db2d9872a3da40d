/*
 * Outline: see outline.h. Recursive descent over the pattern; what it is in is PCRE2's syntax as
 * regex.c leaves it. A group of alternatives is multiplied out where that gives something to search
 * for, else put together, byte by byte or as one step of all its bytes: both only allow more.
 */
#include "detect/outline.h"

#include "base/cleanup.h"
#include "detect/bytes.h"

enum { DEPTH_MAX = 32, COPIES_MAX = 64, WORTH = 3 /* bytes that make an alternative worth it */ };

typedef struct Reader {
    const char *p;
    Arena *arena;
    unsigned depth;
    bool caseless, dot_all;
    int error;
} Reader;

static void read_choice(Reader *r, Outlines *ret);

static void fail(Reader *r, int error) {
    if (!r->error)
        r->error = error;
}

/* ---- sets ---- */

static void set_add(ByteSet *s, uint8_t c) {
    s->bits[c >> 6] |= UINT64_C(1) << (c & 63);
}

static void set_range(ByteSet *s, unsigned first, unsigned last) {
    for (unsigned c = first; c <= last; c++)
        set_add(s, (uint8_t)c);
}

static void set_join(ByteSet *s, const ByteSet *more) {
    for (size_t i = 0; i < N_ELEMENTS(s->bits); i++)
        s->bits[i] |= more->bits[i];
}

static void set_invert(ByteSet *s) {
    for (size_t i = 0; i < N_ELEMENTS(s->bits); i++)
        s->bits[i] = ~s->bits[i];
}

static void set_fold(ByteSet *s) {
    for (uint8_t c = 'a'; c <= 'z'; c++) {
        if (byte_set_has(s, c) || byte_set_has(s, byte_raise(c))) {
            set_add(s, c);
            set_add(s, byte_raise(c));
        }
    }
}

/* The classes of PCRE2 without Unicode, in the C locale. False: none of them. */
static bool set_class(char name, ByteSet *ret) {
    ByteSet s = {0};

    switch (byte_lower((uint8_t)name)) {
    case 'd':
        set_range(&s, '0', '9');
        break;
    case 'w':
        set_range(&s, '0', '9');
        set_range(&s, 'a', 'z');
        set_fold(&s);
        set_add(&s, '_');
        break;
    case 's':
        set_range(&s, '\t', '\r');
        set_add(&s, ' ');
        break;
    case 'h':
        set_add(&s, '\t');
        set_add(&s, ' ');
        set_add(&s, 0xa0);
        break;
    case 'v':
        set_range(&s, '\n', '\r');
        set_add(&s, 0x85);
        break;
    default:
        return false;
    }
    if (byte_is_upper((uint8_t)name))
        set_invert(&s);
    *ret = s;
    return true;
}

/* The byte behind a backslash at r->p, which is moved behind it; -1: none, or not known here. */
static int read_byte_escape(Reader *r) {
    static const char names[] = "nrtfea", bytes[] = "\n\r\t\f\x1b\a";
    uint8_t c = (uint8_t)r->p[1];
    const char *name;

    if (c == 'x' && byte_hex((uint8_t)r->p[2]) >= 0 && byte_hex((uint8_t)r->p[3]) >= 0) {
        r->p += 4;
        return byte_hex((uint8_t)r->p[-2]) * 16 + byte_hex((uint8_t)r->p[-1]);
    }
    name = c ? strchr(names, c) : NULL;
    if (!c || (byte_is_alnum(c) && !name))
        return -1;
    r->p += 2;
    return name ? (uint8_t)bytes[name - names] : c;
}

static void read_posix(Reader *r, ByteSet *s) {
    static const struct {
        const char *name;
        const char *ranges;
    } known[] = {
        {"[:alnum:]", "09AZaz"}, {"[:alpha:]", "AZaz"},     {"[:digit:]", "09"},
        {"[:upper:]", "AZ"},     {"[:lower:]", "az"},       {"[:xdigit:]", "09AFaf"},
        {"[:space:]", "\t\r  "}, {"[:punct:]", "!/:@[`{~"}, {"[:word:]", "09AZaz__"},
    };

    for (size_t i = 0; i < N_ELEMENTS(known); i++) {
        size_t n = strlen(known[i].name);

        if (strncmp(r->p, known[i].name, n) != 0)
            continue;
        for (const char *p = known[i].ranges; *p; p += 2)
            set_range(s, (uint8_t)p[0], (uint8_t)p[1]);
        r->p += n;
        return;
    }
    fail(r, -ENOTSUP);
}

/* One byte of a class, or a class within it (-1). */
static int read_member(Reader *r, ByteSet *s) {
    ByteSet class;
    int c;

    if (*r->p != '\\')
        return (uint8_t)*r->p++;
    if (set_class(r->p[1], &class)) {
        set_join(s, &class);
        r->p += 2;
        return -1;
    }
    c = r->p[1] == 'b' ? -1 : read_byte_escape(r);
    if (c < 0)
        fail(r, -ENOTSUP);
    return c;
}

static void read_set(Reader *r, ByteSet *ret) {
    bool invert = r->p[1] == '^';
    const char *first;
    ByteSet s = {0};

    r->p += 1 + invert;
    first = r->p;
    while (!r->error && *r->p && (*r->p != ']' || r->p == first)) {
        int c, last;

        if (r->p[0] == '[' && r->p[1] == ':') {
            read_posix(r, &s);
            continue;
        }
        c = last = read_member(r, &s);
        if (c >= 0 && r->p[0] == '-' && r->p[1] && r->p[1] != ']') {
            r->p++;
            last = read_member(r, &s);
        }
        if (c >= 0 && last < c)
            fail(r, -ENOTSUP);
        else if (c >= 0)
            set_range(&s, (unsigned)c, (unsigned)last);
    }
    if (*r->p != ']')
        fail(r, -ENOTSUP);
    else
        r->p++;
    if (r->caseless)
        set_fold(&s);
    if (invert)
        set_invert(&s);
    *ret = s;
}

/* ---- outlines ---- */

static size_t bounded(size_t n) {
    return n < OUTLINE_ENDLESS ? n : OUTLINE_ENDLESS;
}

size_t outline_least(const Outline *o, size_t from, size_t to) {
    size_t n = 0;

    for (; from < to; from++)
        n = bounded(n + o->steps[from].least);
    return n;
}

size_t outline_most(const Outline *o, size_t from, size_t to) {
    size_t n = 0;

    for (; from < to; from++)
        n = bounded(n + o->steps[from].most);
    return n;
}

static int outline_add(Outline *o, Arena *arena, const Step *steps, size_t n) {
    if (o->n + n > OUTLINE_STEPS_MAX)
        return -ENOTSUP;
    if (o->n + n > o->cap) {
        size_t cap = 2 * (o->n + n) + 8;
        Step *at = arena_array(arena, cap, sizeof(*at));

        if (!at)
            return -ENOMEM;
        if (o->n)
            memcpy(at, o->steps, o->n * sizeof(*at));
        o->steps = at;
        o->cap = cap;
    }
    if (n)
        memcpy(o->steps + o->n, steps, n * sizeof(*steps));
    o->n += n;
    return 0;
}

int outline_without(const Outline *o, size_t i, Arena *arena, Outline *ret) {
    int r;

    *ret = (Outline){0};
    r = outline_add(ret, arena, o->steps, i);
    return r < 0 ? r : outline_add(ret, arena, o->steps + i + 1, o->n - i - 1);
}

int outline_with(const Outline *o, size_t i, Arena *arena, Outline *ret) {
    int r;

    *ret = (Outline){0};
    r = outline_add(ret, arena, o->steps, o->n);
    if (r == 0)
        ret->steps[i].least = 1;
    return r;
}

/* Do all consist of single bytes? Then they are put together place by place. */
static bool are_plain(const Outlines *l) {
    for (size_t i = 0; i < l->n; i++) {
        for (size_t k = 0; k < l->at[i].n; k++) {
            if (l->at[i].steps[k].least != 1 || l->at[i].steps[k].most != 1)
                return false;
        }
    }
    return true;
}

/* Place k of plain alternatives; false behind the longest. */
static bool column(const Outlines *l, size_t k, Step *ret) {
    size_t present = 0;

    *ret = (Step){.most = 1};
    for (size_t i = 0; i < l->n; i++) {
        if (k < l->at[i].n) {
            set_join(&ret->set, &l->at[i].steps[k].set);
            present++;
        }
    }
    ret->least = present == l->n;
    return present > 0;
}

/* All bytes of all steps, as many as the shortest has at least and the longest at most. */
static Step heap(const Outlines *l) {
    size_t least = OUTLINE_ENDLESS, most = 0;
    Step s = {0};

    for (size_t i = 0; i < l->n; i++) {
        const Outline *o = &l->at[i];
        size_t o_least = outline_least(o, 0, o->n), o_most = outline_most(o, 0, o->n);

        for (size_t k = 0; k < o->n; k++)
            set_join(&s.set, &o->steps[k].set);
        least = o_least < least ? o_least : least;
        most = o_most > most ? o_most : most;
    }
    s.least = (uint16_t)(l->n ? least : 0);
    s.most = (uint16_t)most;
    return s;
}

/* The alternatives put together into one outline, which allows them all. */
static void merge(Reader *r, Outlines *l) {
    Outline one = {0};
    Step s;
    int e = 0;

    if (l->n <= 1)
        return;
    if (are_plain(l)) {
        for (size_t k = 0; e == 0 && column(l, k, &s); k++)
            e = outline_add(&one, r->arena, &s, 1);
    } else {
        s = heap(l);
        e = outline_add(&one, r->arena, &s, 1);
    }
    if (e < 0)
        fail(r, e);
    *l = (Outlines){.n = 1, .at = {one}};
}

/* Is one of them long enough to be searched for? */
static bool are_worth(const Outlines *l) {
    for (size_t i = 0; i < l->n; i++) {
        if (outline_least(&l->at[i], 0, l->at[i].n) >= WORTH)
            return true;
    }
    return false;
}

static void append(Reader *r, Outlines *l, const Outline *o) {
    for (size_t i = 0; i < l->n; i++) {
        int e = outline_add(&l->at[i], r->arena, o->steps, o->n);

        if (e < 0)
            fail(r, e);
    }
}

/* Each of `l` followed by each of `more`. */
static void multiply(Reader *r, Outlines *l, const Outlines *more) {
    Outlines all = {0};

    for (size_t i = 0; i < l->n; i++) {
        for (size_t k = 0; k < more->n; k++) {
            Outline *o = &all.at[all.n++];
            int e = outline_add(o, r->arena, l->at[i].steps, l->at[i].n);

            if (e == 0)
                e = outline_add(o, r->arena, more->at[k].steps, more->at[k].n);
            if (e < 0)
                fail(r, e);
        }
    }
    *l = all;
}

static void join(Reader *r, Outlines *l, Outlines *more) {
    if (more->n > 1 && l->n * more->n <= OUTLINES_MAX && are_worth(more)) {
        multiply(r, l, more);
        return;
    }
    merge(r, more);
    append(r, l, &more->at[0]);
}

/* ---- quantifiers ---- */

static size_t read_number(Reader *r) {
    size_t n = 0;

    while (byte_is_digit((uint8_t)*r->p))
        n = bounded(n * 10 + (size_t)(*r->p++ - '0'));
    return n;
}

/* Reads a quantifier, if one is there. */
static void read_times(Reader *r, size_t *ret_least, size_t *ret_most) {
    *ret_least = *ret_most = 1;
    if (*r->p == '*' || *r->p == '?') {
        *ret_least = 0;
        *ret_most = *r->p == '?' ? 1 : OUTLINE_ENDLESS;
        r->p++;
    } else if (*r->p == '+') {
        *ret_most = OUTLINE_ENDLESS;
        r->p++;
    } else if (*r->p == '{' && byte_is_digit((uint8_t)r->p[1])) {
        r->p++;
        *ret_least = *ret_most = read_number(r);
        if (*r->p == ',') {
            r->p++;
            *ret_most = byte_is_digit((uint8_t)*r->p) ? read_number(r) : OUTLINE_ENDLESS;
        }
        if (*r->p != '}') {
            fail(r, -ENOTSUP);
            return;
        }
        r->p++;
    } else {
        return;
    }
    if (*r->p == '?' || *r->p == '+') /* lazy, possessive */
        r->p++;
}

static void repeat(Reader *r, Outlines *l, size_t least, size_t most) {
    Outline one = l->at[0];

    if (least == 1 && most == 1)
        return;
    if (least == 0 && most == 1 && (l->n > 1 || one.n > 1) && l->n < OUTLINES_MAX) {
        l->at[l->n++] = (Outline){0}; /* or nothing */
        return;
    }
    if (l->n == 1 && least == most && one.n > 1 && least * one.n <= COPIES_MAX) {
        Outline copies = {0};

        for (size_t i = 0; i < least; i++) {
            int e = outline_add(&copies, r->arena, one.steps, one.n);

            if (e < 0)
                fail(r, e);
        }
        l->at[0] = copies;
        return;
    }
    {
        Step s = heap(l);
        int e;

        s.least = (uint16_t)bounded(s.least * least);
        s.most = (uint16_t)bounded(s.most * most);
        one = (Outline){0};
        e = outline_add(&one, r->arena, &s, 1);
        if (e < 0)
            fail(r, e);
        *l = (Outlines){.n = 1, .at = {one}};
    }
}

/* ---- the pattern ---- */

/* Reads what stands behind "(?" up to ':' or ')': true if a group follows, false if options only.
 */
static bool read_options(Reader *r) {
    bool on = true;

    for (;; r->p++) {
        switch (*r->p) {
        case 'i':
            r->caseless = on;
            break;
        case 's':
            r->dot_all = on;
            break;
        case 'm':
            break;
        case '-':
            on = false;
            break;
        case ':':
            r->p++;
            return true;
        case ')':
            r->p++;
            return false;
        default:
            fail(r, -ENOTSUP);
            return false;
        }
    }
}

/* A group, or options for what follows it, which give one empty outline. */
static void read_group(Reader *r, Outlines *ret) {
    bool caseless = r->caseless, dot_all = r->dot_all;

    r->p++;
    if (*r->p == '?') {
        r->p++;
        if (!read_options(r)) {
            *ret = (Outlines){.n = 1};
            return;
        }
    }
    if (++r->depth > DEPTH_MAX)
        fail(r, -ENOTSUP);
    if (!r->error)
        read_choice(r, ret);
    r->depth--;
    r->caseless = caseless;
    r->dot_all = dot_all;
    if (*r->p != ')')
        fail(r, -ENOTSUP);
    else
        r->p++;
}

static void read_atom(Reader *r, Outlines *ret) {
    Step s = {.least = 1, .most = 1};
    int c, e;

    if (*r->p == '(') {
        read_group(r, ret);
        return;
    }
    if (*r->p == '[') {
        read_set(r, &s.set);
    } else if (*r->p == '.') {
        r->p++;
        if (!r->dot_all)
            set_add(&s.set, '\n');
        set_invert(&s.set);
    } else if (*r->p == '\\' && set_class(r->p[1], &s.set)) {
        r->p += 2;
    } else {
        c = *r->p == '\\' ? read_byte_escape(r) : (uint8_t)*r->p++;
        if (c < 0)
            fail(r, -ENOTSUP);
        else
            set_add(&s.set, (uint8_t)c);
        if (r->caseless)
            set_fold(&s.set);
    }
    *ret = (Outlines){.n = 1};
    e = outline_add(&ret->at[0], r->arena, &s, 1);
    if (e < 0)
        fail(r, e);
}

static void read_sequence(Reader *r, Outlines *ret) {
    *ret = (Outlines){.n = 1};
    while (!r->error && *r->p && *r->p != '|' && *r->p != ')') {
        _uninitialized_ Outlines atom;
        size_t least, most;

        read_atom(r, &atom);
        if (r->error)
            return;
        read_times(r, &least, &most);
        repeat(r, &atom, least, most);
        if (!r->error)
            join(r, ret, &atom);
    }
}

static void read_choice(Reader *r, Outlines *ret) {
    read_sequence(r, ret);
    while (!r->error && *r->p == '|') {
        _uninitialized_ Outlines more;

        r->p++;
        read_sequence(r, &more);
        if (r->error)
            return;
        if (ret->n + more.n > OUTLINES_MAX) {
            merge(r, ret);
            merge(r, &more);
        }
        for (size_t i = 0; i < more.n; i++)
            ret->at[ret->n++] = more.at[i];
    }
}

int outlines_read(const char *derived, Arena *arena, Outlines *ret) {
    Reader r = {.p = derived, .arena = arena};

    read_choice(&r, ret);
    if (*r.p)
        fail(&r, -ENOTSUP);
    return r.error;
}
