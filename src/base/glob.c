/*
 * Glob: see glob.h.
 *
 * Two places to go back to are enough: the last star of the current component, and the last `**`
 * before it. A star's earlier choices can not help once a later star of the same component was
 * reached, and a `**` once passed fixes how components line up. So nothing is tried twice for the
 * same pair of choices, however many stars a pattern has.
 */
#include "base/glob.h"

#include "base/utf8.h"

typedef struct Glob {
    Span pattern, path;
    size_t p, s;           /* where we are */
    size_t star_p, star_s; /* behind the star; what it has eaten up to. p 0: none */
    size_t deep_p, deep_s; /* the same of a double star; its s is the start of a component */
} Glob;

/* One character, or one byte that is none, which then equals no character. */
static size_t glob_char(Span s, size_t at, uint32_t *ret) {
    size_t n = utf8_decode(span(s.at + at, s.n - at), ret);

    if (n)
        return n;
    *ret = 0x110000u + s.at[at];
    return 1;
}

/* One member of a class, unescaped; false at the pattern's end. */
static bool class_char(Span p, size_t *at, uint32_t *ret) {
    if (*at < p.n && p.at[*at] == '\\')
        ++*at;
    if (*at >= p.n)
        return false;
    *at += glob_char(p, *at, ret);
    return true;
}

/* Whether c is in the class whose '[' is at `at`; the length of the class, or 0 if it is open. */
static size_t glob_class(Span p, size_t at, uint32_t c, bool *ret) {
    size_t i = at + 1;
    bool negated = i < p.n && (p.at[i] == '!' || p.at[i] == '^'), found = false;
    uint32_t low, high;

    i += negated;
    for (size_t first = i; i < p.n && (p.at[i] != ']' || i == first);) {
        if (!class_char(p, &i, &low))
            return 0;
        high = low;
        if (i + 1 < p.n && p.at[i] == '-' && p.at[i + 1] != ']') {
            i++;
            if (!class_char(p, &i, &high))
                return 0;
        }
        found |= c >= low && c <= high;
    }
    if (i >= p.n)
        return 0;
    *ret = found != negated;
    return i + 1 - at;
}

/* One step of pattern and path together; no stars. */
static bool glob_step(Glob *g) {
    uint32_t c, want;
    size_t n, k;
    bool in;

    if (g->p >= g->pattern.n || g->s >= g->path.n)
        return false;
    n = glob_char(g->path, g->s, &c);
    switch (g->pattern.at[g->p]) {
    case '?':
        k = c == '/' ? 0 : 1;
        break;
    case '[':
        k = glob_class(g->pattern, g->p, c, &in);
        if (k && (!in || c == '/'))
            k = 0;
        break;
    case '\\':
        if (g->p + 1 >= g->pattern.n)
            return false;
        k = glob_char(g->pattern, g->p + 1, &want);
        k = want == c ? k + 1 : 0;
        break;
    default:
        k = glob_char(g->pattern, g->p, &want);
        if (want != c)
            k = 0;
    }
    if (!k)
        return false;
    g->p += k;
    g->s += n;
    return true;
}

static bool glob_back(Glob *g) {
    const uint8_t *slash;

    if (g->star_p && g->star_s < g->path.n && g->path.at[g->star_s] != '/') {
        g->s = ++g->star_s;
        g->p = g->star_p;
        return true;
    }
    if (!g->deep_p)
        return false;
    slash = memchr(g->path.at + g->deep_s, '/', g->path.n - g->deep_s);
    if (!slash)
        return false;
    g->s = g->deep_s = (size_t)(slash - g->path.at) + 1;
    g->p = g->deep_p;
    g->star_p = 0;
    return true;
}

/* Two stars that are a whole component stand at p: 2 at the pattern's end, else 3; 0: they do not.
 */
static size_t glob_deep(const Glob *g) {
    Span rest = span(g->pattern.at + g->p, g->pattern.n - g->p);

    if ((g->p && g->pattern.at[g->p - 1] != '/') || !span_starts(rest, span_of("**")))
        return 0;
    if (rest.n == 2)
        return 2;
    return rest.at[2] == '/' ? 3 : 0;
}

static bool glob_run(Glob *g) {
    for (;;) {
        size_t deep = glob_deep(g);

        if (deep == 2)
            return g->s < g->path.n;
        if (deep) {
            g->p += deep;
            g->deep_p = g->p;
            g->deep_s = g->s;
            g->star_p = 0;
        } else if (g->p < g->pattern.n && g->pattern.at[g->p] == '*') {
            g->star_p = ++g->p;
            g->star_s = g->s;
        } else if (g->p == g->pattern.n && g->s == g->path.n) {
            return true;
        } else if (!glob_step(g) && !glob_back(g)) {
            return false;
        }
    }
}

static Span base_name(Span path) {
    const uint8_t *slash = path.n ? memrchr(path.at, '/', path.n) : NULL;
    size_t skip = slash ? (size_t)(slash - path.at) + 1 : 0;

    return span(path.at + skip, path.n - skip);
}

bool glob_match(Span pattern, Span path, bool directory) {
    Glob g = {0};

    if (pattern.n == 0 || pattern.n > GLOB_MAX || path.n == 0)
        return false;
    if (pattern.at[pattern.n - 1] == '/') {
        if (!directory)
            return false;
        pattern.n--;
    }
    if (pattern.n == 0 || !memchr(pattern.at, '/', pattern.n))
        path = base_name(path);
    else if (pattern.at[0] == '/')
        pattern = span(pattern.at + 1, pattern.n - 1);
    g.pattern = pattern;
    g.path = path;
    return glob_run(&g);
}

int glob_check(Span pattern, Error *reterr) {
    bool in;
    size_t n;

    if (pattern.n == 0 || span_is(pattern, "/"))
        return error_set(reterr, -EINVAL, "cannot use an empty pattern");
    if (pattern.n > GLOB_MAX)
        return error_set(reterr, -EINVAL, "cannot use a pattern longer than %d bytes", GLOB_MAX);
    for (size_t i = 0; i < pattern.n; i += n) {
        n = 1;
        if (pattern.at[i] == '[')
            n = glob_class(pattern, i, 0, &in);
        else if (pattern.at[i] == '\\')
            n = i + 1 < pattern.n ? 2 : 0;
        if (n == 0)
            return error_set(
                reterr, -EINVAL,
                pattern.at[i] == '['
                    ? "cannot use a pattern with '[' but no ']'; write \\[ for a plain one"
                    : "cannot use a pattern that ends in a backslash");
    }
    return 0;
}
