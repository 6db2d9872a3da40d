/* Term: see term.h. */
#include "rule/term.h"

#include "rule/byteset.h"

Term *term_new(Arena *arena, TermKind kind) {
    Term *t = arena_new(arena, Term);

    if (t)
        t->kind = kind;
    return t;
}

void term_add(Term *to, Term *t) {
    if (to->last)
        to->last->next = t;
    else
        to->first = t;
    to->last = t;
}

static uint64_t sat_add(uint64_t a, uint64_t b) {
    return a > UINT32_MAX - b ? UINT32_MAX : a + b;
}

static uint64_t sat_mul(uint64_t a, uint64_t b) {
    return a && b > UINT32_MAX / a ? UINT32_MAX : a * b;
}

uint64_t term_width(const Term *t, uint64_t extra) {
    uint64_t width = t->kind == TERM_SET;

    for (const Term *c = t->first; c; c = c->next) {
        uint64_t w = term_width(c, extra);

        width = t->kind == TERM_CHOICE ? (w > width ? w : width) : sat_add(width, w);
    }
    if (t->kind == TERM_REPEAT)
        width = sat_mul(width, t->most == TERM_UNBOUNDED ? t->least + extra : t->most);
    return width;
}

void term_bound(Term *t, uint32_t extra) {
    if (t->kind == TERM_REPEAT && t->most == TERM_UNBOUNDED)
        t->most = t->least + extra > 0 ? t->least + extra : 1;
    for (Term *c = t->first; c; c = c->next)
        term_bound(c, extra);
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

bool term_holds(const Term *t, const char *const *words, size_t n) {
    _cleanup_(buf_done) Buf run = {0};
    bool all = t->kind == TERM_CHOICE;

    if (t->kind == TERM_REPEAT && !t->least)
        return false;
    for (const Term *c = t->first; c; c = c->next) {
        int letter = c->kind == TERM_SET ? byteset_letter(c->set) : -1;
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

static void print_set(const uint64_t set[4], Buf *to) {
    bool inverted = byteset_count(set) > 128;
    int only = byteset_only(set);
    uint64_t of[4];

    if (only >= 0) {
        print_byte((unsigned)only, "\\^$.|?*+()[]{}", to);
        return;
    }
    memcpy(of, set, sizeof(of));
    if (inverted && byteset_count(set) < 256)
        byteset_invert(of);
    buf_text(to, inverted && byteset_count(set) < 256 ? "[^" : "[");
    for (unsigned c = 0; c < 256; c++) {
        unsigned last = c;

        if (!byteset_has(of, c))
            continue;
        while (last < 255 && byteset_has(of, last + 1))
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
    else if (t->most == TERM_UNBOUNDED)
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

void term_print(const Term *t, unsigned value, Buf *to) {
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
