/*
 * Encoded: see encoded.h.
 *
 * Dense: a run of 24 digits covers one of each 24 places, so only these are looked at, and the way
 * back from those that are digits: a few steps in prose. Lines that follow belong to the run if
 * they are of digits only; each begins anew, as all who wrap lines wrap them at a multiple of four.
 * A line whose beginning is not in the window may begin within a group: the one of four ways (two
 * of hexadecimal) that gives most text is taken, and wrong ways give next to none.
 *
 * Sparse: each kind has its sign, for which memchr() looks; a code that is one begins a run, and
 * further ones within reach prolong it.
 */
#include "extract/text/encoded.h"

#include "base/cleanup.h"
#include "base/utf8.h"
#include "extract/text/codepage.h"
#include "extract/text/entity.h"
#include "extract/text/transfer.h"

enum {
    BASE64_LEAST = 24,
    HEX_LEAST = 32,
};

const char *encoded_kind_name(EncodedKind k) {
    static const char *const names[N_ENCODED_KINDS] = {
        [ENCODED_BASE64] = "base64",   [ENCODED_HEX] = "hex",
        [ENCODED_PERCENT] = "percent", [ENCODED_ENTITY] = "entities",
        [ENCODED_ESCAPE] = "escapes",  [ENCODED_QUOTED] = "quoted-printable",
    };

    return names[k];
}

/* ---- dense codes: where they are ---- */

enum { DIGIT64 = 1, DIGIT16 = 2 };

#define RANGE(a, b, v) [a... b] = v
static const uint8_t digits[256] = {
    RANGE('0', '9', DIGIT64 | DIGIT16),
    RANGE('A', 'F', DIGIT64 | DIGIT16),
    RANGE('a', 'f', DIGIT64 | DIGIT16),
    RANGE('G', 'Z', DIGIT64),
    RANGE('g', 'z', DIGIT64),
    ['+'] = DIGIT64,
    ['/'] = DIGIT64,
    ['-'] = DIGIT64,
    ['_'] = DIGIT64,
};
#undef RANGE

static size_t digits_end(Span s, size_t i) {
    while (i < s.n && digits[s.at[i]])
        i++;
    return i;
}

/* A line end, as it is or as \r and \n are written in a string; how long, 0: none. */
static size_t line_end(Span s, size_t i) {
    size_t from = i;

    if (i < s.n && s.at[i] == '\r')
        i++;
    if (i < s.n && s.at[i] == '\n')
        return i + 1 - from;
    if (i + 1 < s.n && s.at[i] == '\\' && s.at[i + 1] == 'r')
        i += 2;
    return i + 1 < s.n && s.at[i] == '\\' && s.at[i + 1] == 'n' ? i + 2 - from : 0;
}

/* Behind digits: what may stand there where a line of base64 ends. */
static bool ends_line(Span s, size_t i) {
    return i == s.n || line_end(s, i) || strchr("=\"'<,;)\\", s.at[i]) != NULL;
}

/* The end of the run that has digits up to `end`. */
static size_t run_end(Span s, size_t end) {
    size_t next;

    while ((next = line_end(s, end)) > 0) {
        size_t more = digits_end(s, end + next);

        if (more == end + next || !ends_line(s, more))
            break;
        end = more;
    }
    return end;
}

/* A first digit that belongs to what stands before: \n, \x, 0x. */
static size_t skip_prefix(Span s, size_t start, size_t end) {
    if (start && s.at[start - 1] == '\\')
        return start + 1;
    if (end - start > 2 && s.at[start] == '0' && (s.at[start + 1] | 0x20) == 'x')
        return start + 2;
    return start;
}

static bool all_hex(Span s, size_t start, size_t end) {
    while (start < end && digits[s.at[start]] & DIGIT16)
        start++;
    return start == end;
}

/* 16 bytes at once, on whatever the machine has for it. */
typedef uint8_t Block __attribute__((vector_size(16)));
typedef uint64_t Halves __attribute__((vector_size(16)));

static inline Block block_at(Span s, size_t i) {
    Block b;

    memcpy(&b, s.at + i, sizeof(b));
    return b;
}

/* All ones where the byte is a digit of base64. */
static inline Halves block_digits(Block b) {
    Block letters = (Block)((b | 0x20) - 'a' < 26), numbers = (Block)(b - '0' < 10);

    return (Halves)(letters | numbers | (Block)(b == '+') | (Block)(b == '/') | (Block)(b == '-') |
                    (Block)(b == '_'));
}

/*
 * Where, from `at` on, a run of 24 digits may begin first. Of the eights of bytes counted from `at`
 * such a run fills two that follow each other, and begins within the one before.
 */
static size_t skip_prose(Span s, size_t at) {
    bool before = false;
    size_t i = at;

    for (; s.n - i >= sizeof(Block); i += sizeof(Block)) {
        Halves d = block_digits(block_at(s, i));
        bool first = d[0] == UINT64_MAX, second = d[1] == UINT64_MAX;

        if (first && (before || second)) {
            i -= before ? 8 : 0;
            return i - at > 7 ? i - 7 : at;
        }
        before = second;
    }
    return i - at > BASE64_LEAST ? i - BASE64_LEAST : at;
}

static bool find_dense(Span s, size_t at, EncodedRun *ret) {
    while (s.n - at >= BASE64_LEAST) {
        size_t i, start, end;

        at = skip_prose(s, at);
        if (s.n - at < BASE64_LEAST)
            break;
        i = at + BASE64_LEAST - 1;
        while (i > at && digits[s.at[i]])
            i--;
        if (!digits[s.at[i]]) { /* no run of 24 before that */
            at = i + 1;
            continue;
        }
        end = digits_end(s, at + BASE64_LEAST);
        start = skip_prefix(s, at, end);
        if (end - start < BASE64_LEAST) {
            at = end;
            continue;
        }
        ret->kind =
            end - start >= HEX_LEAST && all_hex(s, start, end) ? ENCODED_HEX : ENCODED_BASE64;
        ret->at = start;
        ret->n = (ret->kind == ENCODED_HEX ? end : run_end(s, end)) - start;
        return true;
    }
    return false;
}

/* ---- dense codes: what they say ---- */

static void put(EncodedText *out, uint8_t byte, size_t from) {
    if (out->n == out->cap)
        return;
    out->from[out->n] = (uint32_t)from;
    out->text[out->n++] = byte;
}

/* As many whole groups of four digits as come one behind the other. */
static size_t decode_groups(Span s, size_t at, size_t end, EncodedText *out) {
    for (; end - at >= 4 && out->cap - out->n >= 3; at += 4) {
        const uint8_t *d = s.at + at;
        int a = transfer_base64[d[0]], b = transfer_base64[d[1]], c = transfer_base64[d[2]],
            e = transfer_base64[d[3]];
        uint8_t *text = out->text + out->n;
        uint32_t *from = out->from + out->n;

        if ((a | b | c | e) < 0)
            break;
        text[0] = (uint8_t)(a << 2 | b >> 4);
        text[1] = (uint8_t)(b << 4 | c >> 2);
        text[2] = (uint8_t)(c << 6 | e);
        from[0] = (uint32_t)at;
        from[1] = (uint32_t)at + 1;
        from[2] = (uint32_t)at + 2;
        out->n += 3;
    }
    return at;
}

static const int8_t hex_digits[256] = {
    ['0'] = 1,  ['1'] = 2,  ['2'] = 3,  ['3'] = 4,  ['4'] = 5,  ['5'] = 6,  ['6'] = 7,  ['7'] = 8,
    ['8'] = 9,  ['9'] = 10, ['a'] = 11, ['b'] = 12, ['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16,
    ['A'] = 11, ['B'] = 12, ['C'] = 13, ['D'] = 14, ['E'] = 15, ['F'] = 16,
};

/* As many whole pairs of hexadecimal digits as come one behind the other; the table is one off. */
static size_t decode_pairs(Span s, size_t at, size_t end, EncodedText *out) {
    for (; end - at >= 2 && out->n < out->cap; at += 2) {
        int high = hex_digits[s.at[at]], low = hex_digits[s.at[at + 1]];

        if (!high || !low)
            break;
        out->text[out->n] = (uint8_t)((high - 1) << 4 | (low - 1));
        out->from[out->n++] = (uint32_t)at;
    }
    return at;
}

/* The bytes of s[at, end), of which the first `skip` digits are left out. */
static void decode_digits(EncodedKind kind, Span s, size_t at, size_t end, unsigned skip,
                          EncodedText *out) {
    unsigned width = kind == ENCODED_HEX ? 4 : 6, n_bits = 0;
    size_t from = at;
    uint32_t bits = 0;

    for (size_t i = at + skip; i < end; i++) {
        int digit;

        if (n_bits == 0)
            i = kind == ENCODED_BASE64 ? decode_groups(s, i, end, out)
                                       : decode_pairs(s, i, end, out);
        if (i == end)
            break;
        digit = kind == ENCODED_HEX ? transfer_hex(s.at[i]) : transfer_base64[s.at[i]];
        if (digit < 0) { /* a line end: what follows begins anew */
            size_t n = line_end(s, i);

            i += n ? n - 1 : 0;
            n_bits = 0;
            continue;
        }
        if (n_bits == 0)
            from = i;
        bits = bits << width | (uint32_t)digit;
        n_bits += width;
        if (n_bits >= 8) {
            n_bits -= 8;
            put(out, (uint8_t)(bits >> n_bits), from);
            from = i;
        }
    }
}

static bool is_printable(uint32_t c) {
    return (c >= ' ' && c < 0x7F) || c == '\t' || c == '\n' || c == '\r' || c >= 0xA0;
}

/* Bytes of one character of UTF-8 text; 0: no text. */
static inline size_t narrow_unit(Span s, uint32_t *ret) {
    size_t n;

    if (s.n == 0 || (s.at[0] >= 0x7F && s.at[0] < 0xC2))
        return 0;
    if (s.at[0] < 0x80) {
        *ret = s.at[0];
        return is_printable(s.at[0]);
    }
    n = utf8_decode(s, ret);
    return n && is_printable(*ret) ? n : 0;
}

/* Of UTF-16 text below U+0700, which is where a byte in two is small. */
static inline size_t wide_unit(Span s, int wide, uint32_t *ret) {
    uint32_t high;

    if (s.n < 2)
        return 0;
    high = s.at[wide == 1 ? 1 : 0];
    *ret = high << 8 | s.at[wide == 1 ? 0 : 1];
    return high < 7 && is_printable(*ret) ? 2 : 0;
}

static inline size_t text_unit(Span s, int wide, uint32_t *ret) {
    return wide ? wide_unit(s, wide, ret) : narrow_unit(s, ret);
}

/* How many bytes of s are text in one way of reading it; *ret_units the characters. */
static inline size_t stretch(Span s, int wide, size_t *ret_units) {
    size_t i = 0, units = 0, n;
    uint32_t c;

    while ((n = text_unit(span(s.at + i, s.n - i), wide, &c)) > 0) {
        i += n;
        units++;
    }
    *ret_units = units;
    return i;
}

/* Writes a stretch to where *to is, never beyond where it was read. */
static void keep(EncodedText *out, size_t at, size_t n, int wide, size_t *to) {
    size_t end = at + n;
    uint32_t c;

    while (at < end) {
        size_t k = text_unit(span(out->text + at, end - at), wide, &c);
        uint32_t from = out->from[at];
        uint8_t utf8[UTF8_MAX];
        size_t m = utf8_encode(c, utf8);

        for (size_t i = 0; i < m; i++) {
            out->text[*to] = utf8[i];
            out->from[(*to)++] = from;
        }
        at += k;
    }
}

/* Where the stretch that goes on at `at` begins, not before `least`. */
static size_t stretch_start(Span s, size_t at, size_t least, int wide) {
    uint32_t c;

    for (;;) {
        size_t n = wide ? 2 : 1;

        while (!wide && n < UTF8_MAX && at - least > n && (s.at[at - n] & 0xC0) == 0x80)
            n++;
        if (at - least < n || text_unit(span(s.at + at - n, n), wide, &c) != n)
            return at;
        at -= n;
    }
}

/* Four bytes in a row that are printable ASCII; that are two units of UTF-16, wherever these begin.
 */
static bool is_seed(uint32_t w) {
    return !((w | (w - 0x20202020)) & 0x80808080);
}

static bool is_wide_seed(uint32_t w) {
    return (w & 0xF800F800) == 0 || (w & 0x00F800F8) == 0;
}

/* A stretch around the seed at `at`, in any reading: true, with its bounds. */
static bool find_stretch(Span s, size_t at, size_t least, uint32_t seed, EncodedRun *ret,
                         int *ret_wide) {
    int first = is_seed(seed) ? 0 : 1, last = is_wide_seed(seed) ? 2 : 0;

    for (int wide = first; wide <= last; wide++) {
        for (size_t odd = 0; odd < (wide ? 2 : 1); odd++) {
            size_t units;

            ret->at = stretch_start(s, at + odd, least, wide);
            ret->n = stretch(span(s.at + ret->at, s.n - ret->at), wide, &units);
            *ret_wide = wide;
            if (units >= ENCODED_STRETCH)
                return true;
        }
    }
    return false;
}

/*
 * What is text stays, each stretch a line. Seven characters of ASCII in a row fill one of the words
 * that are looked at; in other bytes a word of text is rare.
 */
static void keep_text(EncodedText *out) {
    Span bytes = span(out->text, out->n);
    size_t to = 0, done = 0;
    EncodedRun found;
    uint32_t word;
    int wide;

    for (size_t i = 0; bytes.n - i >= sizeof(word); i += sizeof(word)) {
        memcpy(&word, bytes.at + i, sizeof(word));
        if (_likely_(!is_seed(word) && !is_wide_seed(word)))
            continue;
        if (!find_stretch(bytes, i, done, word, &found, &wide))
            continue;
        if (to && to < found.at) {
            out->text[to] = '\n';
            out->from[to++] = out->from[found.at];
        }
        keep(out, found.at, found.n, wide, &to);
        i = done = found.at + found.n;
        if (bytes.n - i < sizeof(word))
            break;
        i -= sizeof(word);
    }
    out->n = to;
}

enum { TRIAL = 8192 }; /* digits by which it is told where a run that was cut begins */

static void decode_dense(Span s, const EncodedRun *run, EncodedText *out) {
    size_t end = run->at + run->n, line = digits_end(s, run->at), most = 0;
    unsigned ways = run->kind == ENCODED_HEX ? 2 : 4, best = 0;

    if (line > end)
        line = end;
    if (line > run->at + TRIAL)
        line = run->at + TRIAL;
    for (unsigned way = 0; run->at == 0 && way < ways; way++) { /* it may begin before the window */
        out->n = 0;
        decode_digits(run->kind, s, 0, line, way, out);
        keep_text(out);
        if (out->n > most) {
            most = out->n;
            best = way;
        }
    }
    out->n = 0;
    decode_digits(run->kind, s, run->at, end, best, out);
    keep_text(out);
}

/* ---- sparse codes ---- */

/* One code: bytes it takes, and what it stands for: a byte of some encoding, or a character. */
typedef struct Code {
    size_t n; /* 0: none */
    uint32_t value;
    bool byte;  /* not a character */
    bool weak;  /* begins no run: it is found in plain text, too */
    bool empty; /* stands for nothing */
} Code;

static int hex_of(Span s, size_t at, size_t n) {
    int value = 0;

    if (at > s.n || s.n - at < n)
        return -1;
    for (size_t i = at; i < at + n; i++) {
        int digit = transfer_hex(s.at[i]);

        if (digit < 0)
            return -1;
        value = value << 4 | digit;
    }
    return value;
}

static Code code_percent(Span s) {
    int value = hex_of(s, 1, 2);

    return value < 0x20 && value != '\t' && value != '\n' && value != '\r'
               ? (Code){0}
               : (Code){.n = 3, .value = (uint32_t)value, .byte = true};
}

static Code code_entity(Span s) {
    Code code = {0};
    uint32_t c;
    bool number = s.n > 1 && s.at[1] == '#';

    code.n = entity_decode(s, &c);
    code.value = c == 0xA0 ? ' ' : c;
    code.weak = !number && c < 0x80 && strchr("&<>\"'", (int)c) != NULL;
    return code.n ? code : (Code){0};
}

static Code code_octal(Span s) {
    if (s.n < 4 || s.at[1] < '0' || s.at[1] > '3' || s.at[2] < '0' || s.at[2] > '7' ||
        s.at[3] < '0' || s.at[3] > '7')
        return (Code){0};
    return (Code){.n = 4,
                  .value =
                      (uint32_t)((s.at[1] - '0') << 6 | (s.at[2] - '0') << 3 | (s.at[3] - '0')),
                  .byte = true};
}

/* RFC 8259 section 7, and those of C; a pair of surrogates is one. */
static Code code_escape(Span s) {
    static const char letters[] = "nrt\"'\\/", means[] = "\n\r\t\"'\\/";
    int value, low;
    const char *letter;

    if (s.n < 2)
        return (Code){0};
    switch (s.at[1]) {
    case 'x':
        value = hex_of(s, 2, 2);
        return value < 0 ? (Code){0} : (Code){.n = 4, .value = (uint32_t)value, .byte = true};
    case 'u':
        value = hex_of(s, 2, 4);
        low = s.n > 7 && s.at[6] == '\\' && s.at[7] == 'u' ? hex_of(s, 8, 4) : -1;
        if (value >= 0xD800 && value < 0xDC00 && low >= 0xDC00 && low < 0xE000)
            return (Code){.n = 12,
                          .value = 0x10000 + (uint32_t)(((value - 0xD800) << 10) + low - 0xDC00)};
        return value < 0 ? (Code){0} : (Code){.n = 6, .value = (uint32_t)value};
    case 'U':
        value = hex_of(s, 2, 4) > 0x10 ? -1 : hex_of(s, 2, 8);
        return value < 0 ? (Code){0} : (Code){.n = 10, .value = (uint32_t)value};
    case '0':
    case '1':
    case '2':
    case '3':
        return code_octal(s);
    default:
        letter = s.at[1] ? strchr(letters, s.at[1]) : NULL;
        return letter ? (Code){.n = 2, .value = (uint8_t)means[letter - letters], .weak = true}
                      : (Code){0};
    }
}

static Code code_quoted(Span s) {
    int value = hex_of(s, 1, 2);

    if (s.n > 1 && s.at[1] == '\n')
        return (Code){.n = 2, .empty = true};
    if (s.n > 2 && s.at[1] == '\r' && s.at[2] == '\n')
        return (Code){.n = 3, .empty = true};
    if (value < 0 || s.at[1] >= 'a' || s.at[2] >= 'a' ||
        (value < 0x20 && value != '\t' && value != '\n' && value != '\r'))
        return (Code){0};
    return (Code){.n = 3,
                  .value = (uint32_t)value,
                  .byte = true,
                  .weak = value != '=' && value != ' ' && value < 0x80};
}

static const struct {
    uint8_t sign;
    Code (*code)(Span s);
} sparse[N_ENCODED_KINDS] = {
    [ENCODED_PERCENT] = {'%', code_percent},
    [ENCODED_ENTITY] = {'&', code_entity},
    [ENCODED_ESCAPE] = {'\\', code_escape},
    [ENCODED_QUOTED] = {'=', code_quoted},
};

/* The next code that counts, at or behind `at` and before `end`; false: none. */
static bool find_code(EncodedKind kind, Span s, size_t at, size_t end, size_t *ret_at, Code *ret) {
    while (at < end) {
        const uint8_t *sign = memchr(s.at + at, sparse[kind].sign, end - at);

        if (!sign)
            return false;
        at = (size_t)(sign - s.at);
        *ret = sparse[kind].code(span(sign, s.n - at));
        if (ret->n && !ret->weak) {
            *ret_at = at;
            return true;
        }
        at += ret->n ? ret->n : 1;
    }
    return false;
}

/* Plain bytes before and behind, within the line. */
static size_t reach_back(Span s, size_t at, size_t least) {
    size_t to = at - least > ENCODED_REACH ? at - ENCODED_REACH : least;

    while (at > to && s.at[at - 1] != '\n')
        at--;
    while (at < s.n && (s.at[at] & 0xC0) == 0x80)
        at++; /* not within a character */
    return at;
}

static size_t reach_on(Span s, size_t at) {
    size_t to = s.n - at > ENCODED_REACH ? at + ENCODED_REACH : s.n;

    while (at < to && s.at[at] != '\n')
        at++;
    return at;
}

static bool find_sparse(EncodedKind kind, Span s, size_t at, EncodedRun *ret) {
    size_t next, end;
    Code code;

    if (!find_code(kind, s, at, s.n, &next, &code))
        return false;
    ret->kind = kind;
    ret->at = reach_back(s, next, at);
    do
        end = next + code.n;
    while (find_code(kind, s, end, s.n - end > 2 * ENCODED_REACH ? end + 2 * ENCODED_REACH : s.n,
                     &next, &code));
    ret->n = reach_on(s, end) - ret->at;
    return true;
}

/* A byte of a code: with those behind it, if they make a character; else as Windows has it. */
static size_t put_bytes(EncodedKind kind, Span s, size_t at, Code code, EncodedText *out) {
    uint8_t bytes[UTF8_MAX] = {(uint8_t)code.value}, utf8[UTF8_MAX];
    size_t ends[UTF8_MAX] = {at + code.n}, n = 1, k;
    uint32_t c;

    while (code.value >= 0xC0 && n < UTF8_MAX && ends[n - 1] < s.n) {
        size_t i = ends[n - 1];
        Code more =
            s.at[i] == sparse[kind].sign ? sparse[kind].code(span(s.at + i, s.n - i)) : (Code){0};

        if (!more.n || !more.byte)
            break;
        bytes[n] = (uint8_t)more.value;
        ends[n++] = i + more.n;
    }
    k = utf8_decode(span(bytes, n), &c);
    if (k == 0) {
        c = codepage_windows1252[bytes[0]];
        k = 1;
    }
    n = utf8_encode(c, utf8);
    for (size_t i = 0; i < n; i++)
        put(out, utf8[i], at);
    return ends[k - 1];
}

static void decode_sparse(Span s, const EncodedRun *run, EncodedText *out) {
    size_t end = run->at + run->n, i = run->at;

    while (i < end) {
        Code code = {0};

        if (s.at[i] == sparse[run->kind].sign)
            code = sparse[run->kind].code(span(s.at + i, end - i));
        if (code.n == 0) {
            put(out, s.at[i], i);
            i++;
        } else if (code.byte) {
            i = put_bytes(run->kind, span(s.at, end), i, code, out);
        } else {
            uint8_t utf8[UTF8_MAX];
            size_t n = code.empty ? 0 : utf8_encode(code.value, utf8);

            for (size_t k = 0; k < n; k++)
                put(out, utf8[k], i);
            i += code.n;
        }
    }
}

/* ---- the search ---- */

static void advance(EncodedSearch *s, EncodedKind kind, size_t at) {
    EncodedRun *run = &s->next[kind];
    bool found =
        kind == ENCODED_BASE64 ? find_dense(s->text, at, run) : find_sparse(kind, s->text, at, run);

    if (!found)
        run->n = 0;
}

static bool any_sign(Span s) {
    size_t i = 0;

    for (; s.n - i >= sizeof(Block); i += sizeof(Block)) {
        Block b = block_at(s, i);
        Halves found = (Halves)((Block)(b == '%') | (Block)(b == '&') | (Block)(b == '\\') |
                                (Block)(b == '='));

        if (found[0] | found[1])
            return true;
    }
    for (; i < s.n; i++) {
        if (strchr("%&\\=", s.at[i]))
            return true;
    }
    return false;
}

void encoded_search(Span text, EncodedSearch *ret) {
    *ret = (EncodedSearch){.text = text};
    if (!any_sign(text)) {
        advance(ret, ENCODED_BASE64, 0);
        return;
    }
    for (EncodedKind k = 0; k < N_ENCODED_KINDS; k++) {
        if (k != ENCODED_HEX)
            advance(ret, k, 0);
    }
}

bool encoded_next(EncodedSearch *s, EncodedRun *ret) {
    EncodedKind first = ENCODED_HEX; /* never a place of its own */

    for (EncodedKind k = 0; k < N_ENCODED_KINDS; k++) {
        if (s->next[k].n && (first == ENCODED_HEX || s->next[k].at < s->next[first].at))
            first = k;
    }
    if (first == ENCODED_HEX)
        return false;
    *ret = s->next[first];
    advance(s, first, ret->at + ret->n);
    return true;
}

void encoded_decode(Span text, const EncodedRun *run, EncodedText *out) {
    out->n = 0;
    if (run->kind == ENCODED_BASE64 || run->kind == ENCODED_HEX)
        decode_dense(text, run, out);
    else
        decode_sparse(text, run, out);
}

bool encoded_is_plain(const EncodedText *out, size_t start, size_t end) {
    for (size_t i = start; i < end; i++) {
        if (out->from[i] - out->from[start] != i - start)
            return false;
    }
    return end > start;
}
