/*
 * Json: JSON, JSON Lines, and what is nearly that.
 *
 * Text comes out as it lies; a scalar stands under a mark of its row and column, a key under one of
 * its row alone. A column is the path of keys without array indexes ("user.ssn"), numbered in the
 * order in which paths appear. A row is the element of the outermost array around the value, else
 * the document; in JSON Lines always the document. An escape in a string comes out as the character
 * it stands for, with the mark of the string; what is no escape comes out as it is.
 *
 * A step machine over windows of any size, which never gives up: it knows strings, bare words,
 * comments and brackets, and takes what stands between for what a good document would have there.
 * So commas too many, comments, single quotes, unquoted keys, NaN and a damaged middle are no
 * obstacles. A closing bracket closes the next of its kind. The stack is an array: beyond DEPTH_MAX
 * brackets are counted only, and values there have no column. In JSON Lines a line that begins with
 * { begins a document, whatever was left open; elsewhere a string with line ends in it is closed by
 * the first one behind STRING_MAX bytes.
 */
#include "extract/text/reader.h"

#include "base/cleanup.h"
#include "base/utf8.h"
#include "extract/text/dates.h"
#include "extract/text/find.h"
#include "extract/text/index.h"
#include "extract/text/relay.h"

enum {
    DEPTH_MAX = 10000,
    STRING_MAX = 1 << 20,
    ESCAPE_MAX = 12, /* \uD83D\uDE00 */
};

typedef enum JsonState { JSON_BETWEEN, JSON_STRING, JSON_BARE, JSON_LINE, JSON_BLOCK } JsonState;

typedef struct Frame {
    uint64_t hash;   /* of its path */
    uint16_t path_n; /* of `path` */
    bool array;
} Frame;

typedef struct Json {
    Extraction *x;
    Decoder in;
    Relay out;
    bool lines;
    JsonState state;
    uint8_t quote;   /* of the string at hand */
    bool is_key;     /* the token at hand is a key */
    bool want_key;   /* the next token is one */
    bool line_start; /* nothing but a line end before */
    size_t string_n; /* bytes of the string at hand */
    uint64_t row, document, element;
    uint32_t column;             /* of the value at hand */
    size_t depth, beyond, outer; /* outer: depth of the outermost array; 0: none */
    size_t arrays;               /* of `depth` */
    Index columns;               /* by path */
    Dates dates;
    size_t key_n;
    uint8_t key[PART_NAME_MAX];
    uint8_t path[PART_NAME_MAX]; /* of the innermost bracket */
    Frame stack[DEPTH_MAX + 1];  /* [0]: the document */
} Json;

static inline Frame *top(Json *j) {
    return &j->stack[j->depth];
}

/* ---- columns ---- */

/* The path of what the key at hand names: its length in `path`, written there. */
static uint16_t join_key(Json *j) {
    size_t n = top(j)->path_n, room;

    if (n && n < PART_NAME_MAX)
        j->path[n++] = '.';
    room = PART_NAME_MAX - n;
    room = j->key_n < room ? j->key_n : room;
    if (room)
        memcpy(j->path + n, j->key, room);
    return (uint16_t)(n + room);
}

static uint64_t member_hash(Json *j) {
    if (top(j)->array || !j->depth)
        return top(j)->hash;
    return index_hash(top(j)->hash, span(j->key, j->key_n));
}

static int new_column(Json *j, size_t at, uint64_t hash, uint32_t *ret) {
    uint16_t n = top(j)->array ? top(j)->path_n : join_key(j);
    int r;

    if (j->columns.n >= PART_COLUMNS_MAX)
        return 0;
    r = index_add(&j->columns, hash, (uint32_t)j->columns.n + 1);
    if (r < 0)
        return r;
    *ret = (uint32_t)j->columns.n;
    r = dates_column(&j->dates, *ret, span(j->path, n));
    if (r == 0)
        r = relay_flush(&j->out, at);
    return r ? r : extract_column(j->x, *ret, span(j->path, n));
}

/* The column of the scalar that begins at `at`; 0: none. */
static int find_column(Json *j, size_t at, uint32_t *ret) {
    uint64_t hash = member_hash(j);

    *ret = 0;
    if (j->beyond || !hash)
        return 0;
    *ret = index_find(&j->columns, hash);
    return *ret ? 0 : new_column(j, at, hash, ret);
}

/* ---- structure ---- */

/* A value of any kind begins: which row it is in. */
static void count_row(Json *j) {
    if (j->beyond)
        return;
    if (j->depth == 0)
        j->row = ++j->document;
    else if (j->depth == j->outer)
        j->row = ++j->element;
}

static void value_end(Json *j) {
    j->want_key = j->depth && !top(j)->array && !j->beyond;
    j->key_n = 0;
}

static void open_bracket(Json *j, bool array) {
    Frame f = {.array = array};

    if (j->depth == DEPTH_MAX || j->beyond) {
        j->beyond++;
        return;
    }
    count_row(j);
    f.hash = member_hash(j);
    f.path_n = top(j)->array || !j->depth ? top(j)->path_n : join_key(j);
    j->stack[++j->depth] = f;
    j->arrays += array;
    if (array && !j->outer && !j->lines) {
        j->outer = j->depth;
        j->element = 0;
    }
    j->want_key = !array;
    j->key_n = 0;
}

static void pop(Json *j) {
    if (j->depth == j->outer) {
        j->outer = 0;
        j->row = j->document;
    }
    j->arrays -= top(j)->array;
    j->depth--;
}

static void close_bracket(Json *j, bool array) {
    if (j->beyond) {
        j->beyond--;
        return;
    }
    if (array ? j->arrays == 0 : j->arrays == j->depth)
        return; /* closes nothing */
    while (top(j)->array != array)
        pop(j);
    pop(j);
    value_end(j);
}

static void leave_document(Json *j) {
    j->depth = j->beyond = j->arrays = j->outer = 0;
    j->want_key = false;
}

/* ---- tokens ---- */

/* A string or bare word begins at `at`. */
static int begin_token(Json *j, size_t at, JsonState state) {
    int r = 0;

    j->state = state;
    j->is_key = j->want_key && !j->beyond;
    j->string_n = 0;
    j->column = 0;
    if (j->is_key) {
        j->key_n = 0;
    } else {
        count_row(j);
        r = find_column(j, at, &j->column);
        dates_begin(&j->dates, j->column);
    }
    return r ? r : relay_mark(&j->out, at, j->row, j->column);
}

static void end_token(Json *j) {
    j->state = JSON_BETWEEN;
    if (j->is_key) {
        j->want_key = false;
        return;
    }
    dates_end(&j->dates);
    value_end(j);
}

static inline void gather(Json *j, const uint8_t *at, size_t n) {
    size_t room = PART_NAME_MAX - j->key_n;

    j->string_n += n;
    if (!j->is_key) {
        dates_more(&j->dates, at, n);
        return;
    }
    n = n < room ? n : room;
    if (n)
        memcpy(j->key + j->key_n, at, n);
    j->key_n += n;
}

static bool hex4(const uint8_t *at, uint32_t *ret) {
    uint32_t v = 0;

    for (unsigned i = 0; i < 4; i++) {
        uint8_t c = at[i], low = c | 0x20;

        if (c >= '0' && c <= '9')
            v = v << 4 | (uint32_t)(c - '0');
        else if (low >= 'a' && low <= 'f')
            v = v << 4 | (uint32_t)(low - 'a' + 10);
        else
            return false;
    }
    *ret = v;
    return true;
}

/* RFC 8259, 7: the code point that \u means, and the bytes it takes; 0: it is no escape. */
static size_t unicode_escape(Span s, uint32_t *ret) {
    uint32_t low;

    if (s.n < 6 || !hex4(s.at + 2, ret))
        return 0;
    if (*ret < 0xD800 || *ret > 0xDFFF)
        return 6;
    if (*ret > 0xDBFF || s.n < 12 || s.at[6] != '\\' || s.at[7] != 'u' || !hex4(s.at + 8, &low) ||
        low < 0xDC00 || low > 0xDFFF)
        return 0;
    *ret = 0x10000 + ((*ret - 0xD800) << 10) + (low - 0xDC00);
    return 12;
}

/* The code point that an escape means, and the bytes it takes; 0: it is none. */
static size_t escape_length(Span s, uint32_t *ret) {
    static const char names[] = "\"\\/bfnrt'", meant[] = "\"\\/\b\f\n\r\t'";
    const char *at;

    if (s.n < 2)
        return 0;
    if (s.at[1] == 'u')
        return unicode_escape(s, ret);
    at = s.at[1] ? strchr(names, s.at[1]) : NULL;
    *ret = at ? (uint8_t)meant[at - names] : 0;
    return at ? 2 : 0;
}

/* A backslash at *at; *ret_wait: what follows is not there yet. */
static int read_escape(Json *j, size_t *at, bool *ret_wait) {
    Span s = span(j->in.text.at + *at, j->in.text.n - *at);
    uint8_t bytes[UTF8_MAX];
    uint32_t c;
    size_t n, made;
    int r;

    *ret_wait = s.n < ESCAPE_MAX && !j->in.end;
    if (*ret_wait)
        return 0;
    n = escape_length(s, &c);
    if (n == 0) {
        n = s.n < 2 || s.at[1] == '\n' ? 1 : 2;
        gather(j, s.at, n);
        *at += n;
        return 0;
    }
    made = utf8_encode(c, bytes);
    r = relay_instead(&j->out, *at, n, span(bytes, made), j->row, j->column);
    gather(j, bytes, made);
    *at += n;
    return r;
}

/* A line end inside a string: whether it is believed to be closed there. */
static bool is_cut(const Json *j) {
    return j->lines || j->string_n >= STRING_MAX;
}

/* From inside a string up to behind its end, or the window's. */
static int read_string(Json *j, size_t *at, bool *ret_wait) {
    const uint8_t *text = j->in.text.at;
    size_t i = *at, n = j->in.text.n;
    int r = 0;

    while (r == 0 && i < n && j->state == JSON_STRING && !*ret_wait) {
        size_t k = find_any(text, i, n, j->quote, '\\', '\n');

        gather(j, text + i, k - i);
        i = k;
        if (i == n)
            break;
        if (text[i] == '\\') {
            r = read_escape(j, &i, ret_wait);
        } else if (text[i] == j->quote) {
            i++;
            end_token(j);
        } else if (is_cut(j)) {
            end_token(j); /* the line end is between tokens */
        } else {
            gather(j, text + i++, 1);
        }
    }
    *at = i;
    return r;
}

/* What ends a bare word: 1; blanks: 2 as well. */
static const uint8_t classes[256] = {
    [' '] = 3, ['\t'] = 3, ['\n'] = 1, ['\r'] = 3, [','] = 1, [':'] = 1,
    ['['] = 1, [']'] = 1,  ['{'] = 1,  ['}'] = 1,  ['"'] = 1, [0] = 3,
};

static void read_bare(Json *j, size_t *at) {
    const uint8_t *text = j->in.text.at;
    size_t i = *at, n = j->in.text.n;

    while (i < n && !(classes[text[i]] & 1))
        i++;
    gather(j, text + *at, i - *at);
    *at = i;
    if (i < n)
        end_token(j);
}

static void read_comment(Json *j, size_t *at, bool *ret_wait) {
    const uint8_t *text = j->in.text.at;
    size_t n = j->in.text.n;
    uint8_t end = j->state == JSON_LINE ? '\n' : '*';

    size_t i = find_any(text, *at, n, end, end, j->string_n >= STRING_MAX ? '\n' : end);

    j->string_n += i - *at;
    *at = i;
    if (i == n)
        return;
    if (text[i] == '\n') {
        j->state = JSON_BETWEEN; /* before the line end */
    } else if (*at + 1 < n || j->in.end) {
        if (*at + 1 < n && text[*at + 1] == '/') {
            j->state = JSON_BETWEEN;
            ++*at;
        }
        ++*at;
    } else {
        *ret_wait = true;
    }
}

/* A slash between tokens: a comment, or nothing known. */
static void begin_comment(Json *j, size_t *at, bool *ret_wait) {
    size_t left = j->in.text.n - *at;
    uint8_t next = left > 1 ? j->in.text.at[*at + 1] : 0;

    *ret_wait = left < 2 && !j->in.end;
    if (*ret_wait)
        return;
    if (next == '/')
        j->state = JSON_LINE;
    else if (next == '*')
        j->state = JSON_BLOCK;
    j->string_n = 0;
    *at += next == '/' || next == '*' ? 2 : 1;
}

static inline size_t skip_blanks(const uint8_t *text, size_t i, size_t n) {
    static const char blanks[] = "        ";

    while (i + 8 <= n && memcmp(text + i, blanks, 8) == 0)
        i += 8;
    while (i < n && classes[text[i]] & 2)
        i++;
    return i;
}

/* One thing between tokens, or the beginning of a token. */
static int read_between(Json *j, size_t *at, bool *ret_wait) {
    size_t i = skip_blanks(j->in.text.at, *at, j->in.text.n);
    bool line_start = j->line_start && i == *at;
    uint8_t c;

    *at = i;
    if (i == j->in.text.n) {
        j->line_start = line_start;
        return 0;
    }
    c = j->in.text.at[i];
    j->line_start = c == '\n';
    *at = i + 1;
    switch (c) {
    case '{':
        if (line_start && j->lines)
            leave_document(j);
        open_bracket(j, false);
        return 0;
    case '[':
        open_bracket(j, true);
        return 0;
    case '}':
    case ']':
        close_bracket(j, c == ']');
        return 0;
    case ',':
        value_end(j);
        return 0;
    case ':':
    case '\n':
        return 0;
    case '#':
        j->state = JSON_LINE;
        return 0;
    case '/':
        *at = i;
        begin_comment(j, at, ret_wait);
        return 0;
    case '"':
    case '\'':
        j->quote = c;
        return begin_token(j, i, JSON_STRING);
    default:
        *at = i;
        return begin_token(j, i, JSON_BARE);
    }
}

static int read_window(Json *j, size_t *ret_taken) {
    bool wait = false;
    size_t at = 0;
    int r = 0;

    while (r == 0 && at < j->in.text.n && !wait) {
        switch (j->state) {
        case JSON_BETWEEN:
            r = read_between(j, &at, &wait);
            break;
        case JSON_STRING:
            r = read_string(j, &at, &wait);
            break;
        case JSON_BARE:
            read_bare(j, &at);
            break;
        default:
            read_comment(j, &at, &wait);
        }
    }
    *ret_taken = at;
    return r;
}

int json_read(Extraction *x, Feed *f, Encoding e, bool lines, size_t window) {
    _cleanup_(free_p) Json *j = malloc(sizeof(*j));
    size_t taken;
    int r;

    if (!j)
        return -ENOMEM;
    memset(j, 0, offsetof(Json, stack) + sizeof(j->stack[0]));
    j->x = x;
    j->lines = lines;
    j->line_start = true;
    j->out.x = x;
    j->out.in = &j->in;
    r = extract_part(x, PART_TABLE, span(NULL, 0));
    if (r == 0)
        r = decoder_init(&j->in, f, e, window);
    if (r == 0)
        r = relay_mark(&j->out, 0, 0, 0);
    while (r == 0) {
        r = read_window(j, &taken);
        if (r == 0)
            r = relay_leave(&j->out, taken);
        if (r || (j->in.end && taken == j->in.text.n))
            break;
        r = decoder_next(&j->in, taken);
    }
    if (r == 0)
        r = dates_tell(&j->dates, x);
    decoder_done(&j->in);
    dates_done(&j->dates);
    index_done(&j->columns);
    explicit_bzero(j->key, sizeof(j->key)); /* a key may be a value */
    explicit_bzero(j->path, sizeof(j->path));
    return r;
}

static int extract_json(Extraction *x, Feed *f, Encoding e, Status *ret_status) {
    (void)ret_status;
    return json_read(x, f, e, false, DECODER_WINDOW);
}

static int extract_jsonl(Extraction *x, Feed *f, Encoding e, Status *ret_status) {
    (void)ret_status;
    return json_read(x, f, e, true, DECODER_WINDOW);
}

const Extractor json_extractor = {
    .format = "json", .place = EXTRACT_ANYWHERE, .extract = extract_json};
const Extractor jsonl_extractor = {
    .format = "jsonl", .place = EXTRACT_ANYWHERE, .extract = extract_jsonl};
