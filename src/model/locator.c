/*
 * Locator: see locator.h.
 *
 *     locator  = name *( "!/" name ) [ "#" part ] [ "#" position ]
 *     position = "L" number [ ":@" number ] / "@" number        (no leading zeros)
 *
 * What print writes is canonical: parse gives back the same Locator, byte for byte. Parse also
 * takes what people write: needless escapes, a `!` that is not followed by `/`, raw control bytes.
 * A part that would read as a position has its first byte escaped, so both can stand alone.
 * Names are hostile; the text to be parsed is whatever somebody pasted.
 */
#include "model/locator.h"

#include "base/utf8.h"

static const char hex[] = "0123456789abcdef";

static void print_escaped(Buf *b, Span bytes) {
    for (size_t i = 0; i < bytes.n; i++) {
        const char text[4] = {'\\', 'x', hex[bytes.at[i] >> 4], hex[bytes.at[i] & 15]};

        buf_add(b, text, sizeof(text));
    }
}

void locator_print_name(Buf *b, Span name) {
    uint32_t c;
    size_t n;

    for (size_t i = 0; i < name.n; i += n) {
        n = utf8_decode(span(name.at + i, name.n - i), &c);
        if (n == 0) {
            n = 1;
            c = '\\';
        }
        if (!utf8_shows(c) || c == '\\' || c == '#' || c == '!')
            print_escaped(b, span(name.at + i, n));
        else
            buf_add(b, name.at + i, n);
    }
}

/* A decimal number without leading zeros at *s, which moves behind it. */
static bool parse_number(Span *s, uint64_t *ret) {
    uint64_t v = 0;
    size_t n = 0;

    while (n < s->n && s->at[n] >= '0' && s->at[n] <= '9') {
        if (__builtin_mul_overflow(v, 10, &v) || __builtin_add_overflow(v, s->at[n] - '0', &v))
            return false;
        n++;
    }
    if (n == 0 || (n > 1 && s->at[0] == '0'))
        return false;
    *s = span(s->at + n, s->n - n);
    *ret = v;
    return true;
}

static bool skip(Span *s, const char *word) {
    Span w = span_of(word);

    if (!span_starts(*s, w))
        return false;
    *s = span(s->at + w.n, s->n - w.n);
    return true;
}

/* Sets line and offset of l if text is a position as a whole. */
static bool parse_position(Span text, Locator *l) {
    uint64_t line = 0, offset = 0;
    bool has_line = skip(&text, "L"), has_offset;

    if (has_line && (!parse_number(&text, &line) || line == 0))
        return false;
    has_offset = skip(&text, has_line ? ":@" : "@");
    if (has_offset && !parse_number(&text, &offset))
        return false;
    if (text.n || !(has_line || has_offset))
        return false;
    l->line = line;
    l->offset = offset;
    l->has_offset = has_offset;
    return true;
}

static void print_part(Buf *b, Span part) {
    Locator ignored;
    size_t escaped = parse_position(part, &ignored) ? 1 : 0;

    buf_byte(b, '#');
    print_escaped(b, span(part.at, escaped));
    locator_print_name(b, span(part.at + escaped, part.n - escaped));
}

void locator_print(Buf *b, const Locator *l) {
    for (size_t i = 0; i < l->n_names; i++) {
        if (i)
            buf_text(b, "!/");
        locator_print_name(b, l->names[i]);
    }
    if (l->part.n)
        print_part(b, l->part);
    if (l->line)
        buf_printf(b, "#L%llu", (unsigned long long)l->line);
    if (l->has_offset)
        buf_printf(b, "%s@%llu", l->line ? ":" : "#", (unsigned long long)l->offset);
}

static int hex_digit(uint8_t c) {
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

/* The raw bytes of an escaped name; `at` is where it stands in the whole, for the message. */
static int parse_name(Span text, size_t at, Arena *a, Error *reterr, Span *ret) {
    uint8_t *raw = arena_alloc(a, text.n + 1);
    size_t n = 0;

    if (!raw)
        return error_set(reterr, -ENOMEM, "cannot read a locator: out of memory");
    for (size_t i = 0; i < text.n; i++) {
        int high, low;

        if (text.at[i] != '\\') {
            raw[n++] = text.at[i];
            continue;
        }
        high = text.n - i >= 4 && text.at[i + 1] == 'x' ? hex_digit(text.at[i + 2]) : -1;
        low = high >= 0 ? hex_digit(text.at[i + 3]) : -1;
        if (low < 0)
            return error_set(reterr, -EINVAL,
                             "cannot read the locator: at byte %zu a backslash is not followed by "
                             "x and two hexadecimal digits; write \\x5c for a plain one",
                             at + i);
        raw[n++] = (uint8_t)(high << 4 | low);
        i += 3;
    }
    *ret = span(raw, n);
    return 0;
}

/* Where the next "!/" starts at or after `from`, or n. */
static size_t find_separator(Span s, size_t from) {
    for (size_t i = from; i + 1 < s.n; i++) {
        if (s.at[i] == '!' && s.at[i + 1] == '/')
            return i;
    }
    return s.n;
}

static int parse_names(Span text, Arena *a, Error *reterr, Locator *l) {
    size_t from = 0;

    for (;;) {
        size_t to = find_separator(text, from);
        int r;

        if (l->n_names == LOCATOR_DEPTH_MAX)
            return error_set(reterr, -EINVAL,
                             "cannot read the locator: more than %d names, at byte %zu",
                             LOCATOR_DEPTH_MAX, from);
        r = parse_name(span(text.at + from, to - from), from, a, reterr, &l->names[l->n_names]);
        if (r < 0)
            return r;
        l->n_names++;
        if (to == text.n)
            return 0;
        from = to + 2;
    }
}

/* What follows the first '#', which stands before byte `at` of the whole. */
static int parse_suffix(Span text, size_t at, Arena *a, Error *reterr, Locator *l) {
    const uint8_t *mark;
    size_t n;

    if (parse_position(text, l))
        return 0;
    mark = text.n ? memchr(text.at, '#', text.n) : NULL;
    n = mark ? (size_t)(mark - text.at) : text.n;
    if (n == 0)
        return error_set(reterr, -EINVAL, "cannot read the locator: nothing after '#' at byte %zu",
                         at - 1);
    if (mark && !parse_position(span(mark + 1, text.n - n - 1), l))
        return error_set(reterr, -EINVAL,
                         "cannot read the locator: a second '#' at byte %zu is not followed by a "
                         "position such as L12:@345; write \\x23 for a plain one",
                         at + n);
    return parse_name(span(text.at, n), at, a, reterr, &l->part);
}

int locator_parse(Span text, Arena *a, Error *reterr, Locator *ret) {
    const uint8_t *mark = text.n ? memchr(text.at, '#', text.n) : NULL;
    size_t n = mark ? (size_t)(mark - text.at) : text.n;
    Locator l = {0};
    int r;

    r = parse_names(span(text.at, n), a, reterr, &l);
    if (r < 0)
        return r;
    if (mark) {
        r = parse_suffix(span(mark + 1, text.n - n - 1), n + 1, a, reterr, &l);
        if (r < 0)
            return r;
    }
    *ret = l;
    return 0;
}
