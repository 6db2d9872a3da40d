/*
 * Layout: see layout.h. The text compared is hostile; every access is checked against its bounds.
 */
#include "detect/layout.h"

#include "detect/bytes.h"

static bool is_separator(uint8_t c) {
    return c == ' ' || c == '-' || c == '.' || c == '/';
}

static int layout_read(const char *text, Error *reterr, Layout *ret) {
    for (const char *p = text; *p; p++) {
        uint8_t c = (uint8_t)*p, class = LAYOUT_LITERAL;

        if (ret->n == LAYOUT_MAX)
            return error_set(reterr, -EINVAL, "longer than %d characters", LAYOUT_MAX);
        if (c == '\\') {
            c = (uint8_t) * ++p;
            if (!c)
                return error_set(reterr, -EINVAL, "ends in a backslash");
        } else if (c == 'A') {
            class = LAYOUT_UPPER;
        } else if (c == '9') {
            class = LAYOUT_DIGIT;
        } else if (c == 'X') {
            class = LAYOUT_ALNUM;
        }
        ret->class[ret->n] = class;
        ret->literal[ret->n++] = c;
    }
    return 0;
}

/* Is position i of the layout a letter or digit, whichever the text has? */
static bool layout_is_alnum(const Layout *l, size_t i) {
    return i < l->n && (l->class[i] != LAYOUT_LITERAL || byte_is_alnum(l->literal[i]));
}

static bool layout_is_digit(const Layout *l, size_t i) {
    return i < l->n && (l->class[i] == LAYOUT_DIGIT ||
                        (l->class[i] == LAYOUT_LITERAL && byte_is_digit(l->literal[i])));
}

static bool layout_is_separator(const Layout *l, size_t i) {
    return i < l->n && l->class[i] == LAYOUT_LITERAL && is_separator(l->literal[i]);
}

/* End of the group of pure digits at i, or 0 if letters touch it. */
static size_t layout_digit_group(const Layout *l, size_t i) {
    size_t end = i;

    while (layout_is_digit(l, end))
        end++;
    if (end == i || end - i > LAYOUT_GROUP_MAX || layout_is_alnum(l, end) ||
        (i && layout_is_alnum(l, i - 1)))
        return 0;
    return end;
}

/* Would the text see a chain at i as the rest of a longer one? token.c starts none there. */
static bool layout_is_rest(const Layout *l, size_t i) {
    return i >= 2 && l->class[i - 1] == LAYOUT_LITERAL && strchr("-./", l->literal[i - 1]) &&
           layout_is_digit(l, i - 2);
}

/* The longest chain of digit groups joined by single separators. */
static void layout_anchor_digits(Layout *l) {
    size_t best = LAYOUT_RUN_MIN - 1;

    for (size_t i = 0; i < l->n; i++) {
        uint8_t groups[LAYOUT_GROUPS_MAX];
        size_t n = 0, at = i, end = 0, next;

        if (layout_is_rest(l, i))
            continue;
        while (n < LAYOUT_GROUPS_MAX && (next = layout_digit_group(l, at))) {
            groups[n++] = (uint8_t)(next - at);
            end = next;
            if (!layout_is_separator(l, end))
                break;
            at = end + 1;
        }
        /* a separator that leans on a digit of the next, mixed group still makes the run longer */
        if (n && layout_is_separator(l, end) && layout_is_digit(l, end + 1))
            next = end + 1 + 1;
        else
            next = end;
        while (next > end && layout_is_digit(l, next))
            next++;
        if (n && next - i > best) {
            best = next - i;
            l->anchor = (uint8_t)i;
            l->n_groups = (uint8_t)n;
            memcpy(l->groups, groups, n);
        }
    }
}

/* The longest run of letters and digits that has both. */
static void layout_anchor_run(Layout *l) {
    for (size_t i = 0; i < l->n; i++) {
        size_t end = i;
        bool digit = false, letter = false;

        if (i && layout_is_alnum(l, i - 1))
            continue;
        while (layout_is_alnum(l, end)) {
            /* X may be either: such a run is found where the text has both */
            digit |= layout_is_digit(l, end) || l->class[end] == LAYOUT_ALNUM;
            letter |= !layout_is_digit(l, end);
            end++;
        }
        if (digit && letter && end - i > l->run) {
            l->anchor = (uint8_t)i;
            l->run = (uint8_t)(end - i);
        }
    }
}

static void layout_anchor_plus(Layout *l) {
    for (size_t i = 1; i + 1 < l->n && !l->plus; i++) {
        if (l->class[i] == LAYOUT_LITERAL && l->literal[i] == '+' && layout_is_digit(l, i - 1)) {
            l->anchor = (uint8_t)i;
            l->plus = true;
        }
    }
}

int layout_parse(const char *text, Error *reterr, Layout *ret) {
    Layout l = {0};
    int r = layout_read(text, reterr, &l);

    if (r < 0)
        return r;
    layout_anchor_digits(&l);
    if (l.n_groups == 0)
        layout_anchor_run(&l);
    if (l.n_groups == 0 && l.run < 4) {
        l.run = 0;
        layout_anchor_plus(&l);
    }
    if (l.n_groups == 0 && l.run == 0 && !l.plus)
        return error_set(reterr, -EINVAL,
                         "has nothing to find it by, expected digit groups of %d bytes together or "
                         "a run of 4 letters and digits",
                         LAYOUT_RUN_MIN);
    *ret = l;
    return 0;
}

static inline bool element_fits(const Layout *l, size_t i, uint8_t c) {
    switch ((LayoutClass)l->class[i]) {
    case LAYOUT_LITERAL:
        return c == l->literal[i];
    case LAYOUT_UPPER:
        return byte_is_upper(c);
    case LAYOUT_DIGIT:
        return byte_is_digit(c);
    default:
        return byte_is_digit(c) || byte_is_upper(c);
    }
}

bool layout_match(const Layout *l, const uint8_t *text, size_t n, size_t start) {
    if (start > n || n - start < l->n)
        return false;
    for (size_t i = 0; i < l->n; i++) {
        if (!element_fits(l, i, text[start + i]))
            return false;
    }
    /* bytes beyond ASCII may touch it: scripts without spaces write so */
    if (start && byte_is_glue(text[start - 1]) && byte_is_alnum(text[start]))
        return false;
    return start + l->n == n || !byte_is_glue(text[start + l->n]) ||
           !byte_is_alnum(text[start + l->n - 1]);
}
