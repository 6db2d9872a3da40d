/*
 * Dbf: tables of dBase III and IV, FoxPro, Visual FoxPro, Clipper.
 *
 *   header, fields ─▶ record (a mark of deletion, then fields of fixed width) ─▶ ... ─▶ 1A
 *
 * Deleted records are read as others are. Memos stand in a file beside it (.dbt, .fpt), which is
 * read as any file is; here there is only their number, which is no text. What stands behind the
 * last record that the header counts is searched as bytes. A record has 64 KiB at most.
 */
#include "extract/format/dbf.h"

#include <inttypes.h>
#include <time.h>

#include "base/utf8.h"
#include "extract/extract.h"
#include "extract/format/format.h"
#include "extract/format/gap.h"
#include "extract/format/little.h"
#include "extract/text/charset.h"
#include "extract/text/dates.h"

enum {
    HEADER = 32,
    FIELD = 32, /* name of 11 bytes, type, ..., length, decimals */
    FIELD_TYPE = 11,
    FIELD_LENGTH = 16,
    FIELDS_MAX = 2047,
    FIELDS_END = 0x0D,
    AT_MONTH = 2,
    AT_DAY = 3,
    AT_RECORDS = 4,
    AT_HEADER_SIZE = 8,
    AT_RECORD_SIZE = 10,
    AT_CODE_PAGE = 29,
};

typedef struct Dbf {
    Extraction *x;
    Feed *f;
    uint8_t header[64 << 10];
    size_t header_size, record_size, n_fields;
    Encoding encoding;
    uint64_t row, written;
    Buf text;
    Dates dates;
    uint8_t record[64 << 10];
} Dbf;

static size_t field_length(const uint8_t *field) {
    size_t high = field[FIELD_TYPE] == 'C' ? (size_t)field[FIELD_LENGTH + 1] << 8 : 0;

    return high | field[FIELD_LENGTH];
}

/* Fields of known types, whose lengths together are that of a record; 0: they are not. */
static size_t count_fields(Span head) {
    static const char types[] = "CNFDLMGPBITY@O+VQW0";
    size_t n = 0, sum = 1, at = HEADER, size = little16(head.at + AT_HEADER_SIZE);

    while (n < FIELDS_MAX && at + FIELD < head.n && at + FIELD < size && head.at[at] >= ' ') {
        uint8_t type = head.at[at + FIELD_TYPE];

        if (!type || !strchr(types, type) || !field_length(head.at + at))
            return 0;
        sum += field_length(head.at + at);
        at += FIELD;
        n++;
    }
    if (at >= head.n || at >= size || head.at[at] != FIELDS_END)
        return 0;
    return sum == little16(head.at + AT_RECORD_SIZE) ? n : 0;
}

bool dbf_looks(Span head) {
    static const uint8_t versions[] = {0x02, 0x03, 0x04, 0x05, 0x30, 0x31, 0x32,
                                       0x43, 0x63, 0x83, 0x8B, 0x8E, 0xCB, 0xF5};

    if (head.n <= HEADER + FIELD || !memchr(versions, head.at[0], sizeof(versions)) ||
        head.at[AT_MONTH] > 12 || head.at[AT_DAY] > 31)
        return false;
    return count_fields(head) > 0;
}

/* The language driver, as its makers number them. */
static Encoding encoding_of(uint8_t driver) {
    static const struct {
        uint8_t driver;
        Encoding encoding;
    } drivers[] = {
        {0x01, ENCODING_IBM437},      {0x02, ENCODING_IBM850},      {0x03, ENCODING_WINDOWS1252},
        {0x04, ENCODING_MACINTOSH},   {0x64, ENCODING_IBM852},      {0x65, ENCODING_IBM866},
        {0x26, ENCODING_IBM866},      {0x1F, ENCODING_IBM852},      {0x13, ENCODING_SHIFT_JIS},
        {0x7B, ENCODING_SHIFT_JIS},   {0x4D, ENCODING_GB18030},     {0x7A, ENCODING_GB18030},
        {0x4E, ENCODING_EUC_KR},      {0x79, ENCODING_EUC_KR},      {0x4F, ENCODING_BIG5},
        {0x78, ENCODING_BIG5},        {0xC8, ENCODING_WINDOWS1250}, {0xC9, ENCODING_WINDOWS1251},
        {0xCA, ENCODING_WINDOWS1254}, {0xCB, ENCODING_WINDOWS1253}, {0x57, ENCODING_WINDOWS1252},
        {0xCC, ENCODING_WINDOWS1257},
    };

    for (size_t i = 0; i < N_ELEMENTS(drivers); i++) {
        if (drivers[i].driver == driver)
            return drivers[i].encoding;
    }
    return ENCODING_WINDOWS1252;
}

static Span field_name(const uint8_t *field) {
    return span(field, strnlen((const char *)field, FIELD_TYPE));
}

/* ---- cells ---- */

static Span trim(Span s) {
    while (s.n && (s.at[s.n - 1] == ' ' || s.at[s.n - 1] == 0))
        s.n--;
    while (s.n && s.at[0] == ' ')
        s = span(s.at + 1, s.n - 1);
    return s;
}

static int emit_cell(Dbf *d, uint32_t column, Span text, uint64_t source) {
    int r = 0;

    if (!text.n)
        return 0;
    if (d->written)
        r = extract_text(d->x, span_of(d->written == d->row ? "\t" : "\n"));
    d->written = d->row;
    if (r == 0)
        r = extract_from(d->x, d->row, column, source);
    dates_begin(&d->dates, column);
    dates_more(&d->dates, text.at, text.n);
    dates_end(&d->dates);
    return r ? r : extract_text(d->x, text);
}

/* A field that is written in characters; text of UTF-8 in spite of its code page is taken for it.
 */
static int emit_characters(Dbf *d, uint32_t column, Span raw, uint64_t offset) {
    Span text = trim(raw);

    if (utf8_valid(text))
        return emit_cell(d, column, text,
                         d->f->derived ? MARK_NOWHERE : offset + (uint64_t)(text.at - raw.at));
    buf_clear(&d->text);
    charset_append(d->encoding, text, &d->text);
    return buf_error(&d->text) ? -ENOMEM
                               : emit_cell(d, column, buf_as_span(&d->text), MARK_NOWHERE);
}

/* A day by its Julian number. */
static void print_day(uint32_t julian, char *ret, size_t n) {
    enum { EPOCH = 2440588 }; /* 1970-01-01 */
    time_t seconds = ((time_t)julian - EPOCH) * 86400;
    struct tm tm;

    if (!julian || !gmtime_r(&seconds, &tm) || !strftime(ret, n, "%Y-%m-%d", &tm))
        ret[0] = 0;
}

static int emit_field(Dbf *d, uint32_t column, uint8_t type, Span raw, uint64_t offset) {
    char text[48] = "";

    switch (type) {
    case 'M':
    case 'G':
    case 'P':
    case 'W':
    case '0':
        return 0; /* where a memo is, and which fields are null */
    case 'I':
    case '+':
        if (raw.n == 4)
            snprintf(text, sizeof(text), "%" PRId32, (int32_t)little32(raw.at));
        break;
    case 'B':
    case 'O':
        if (raw.n == 8)
            snprintf(text, sizeof(text), "%.17g", little_double(raw.at));
        break;
    case 'Y': /* in ten-thousandths */
        if (raw.n == 8)
            snprintf(text, sizeof(text), "%.4f", (double)(int64_t)little64(raw.at) / 10000);
        break;
    case 'T':
    case '@':
        if (raw.n == 8)
            print_day(little32(raw.at), text, sizeof(text));
        break;
    default:
        return emit_characters(d, column, raw, offset);
    }
    return emit_cell(d, column, span_of(text), MARK_NOWHERE);
}

/* ---- records ---- */

static int read_header(Dbf *d, bool *ret_ok) {
    ssize_t got = feed_read(d->f, d->header, HEADER);

    *ret_ok = false;
    if (got < HEADER)
        return got < 0 ? (int)got : 0;
    d->header_size = little16(d->header + AT_HEADER_SIZE);
    d->record_size = little16(d->header + AT_RECORD_SIZE);
    if (d->header_size <= HEADER)
        return 0;
    got = feed_read(d->f, d->header + HEADER, d->header_size - HEADER);
    if (got < 0)
        return (int)got;
    d->n_fields = count_fields(span(d->header, HEADER + (size_t)got));
    d->encoding = encoding_of(d->header[AT_CODE_PAGE]);
    *ret_ok = d->n_fields > 0 && HEADER + (size_t)got == d->header_size;
    return 0;
}

static int name_columns(Dbf *d) {
    int r = extract_part(d->x, PART_TABLE, span(NULL, 0));

    for (size_t i = 0; r == 0 && i < d->n_fields; i++) {
        Span name = field_name(d->header + HEADER + i * FIELD);

        buf_clear(&d->text);
        charset_append(d->encoding, name, &d->text);
        r = buf_error(&d->text);
        if (r == 0)
            r = extract_column(d->x, (uint32_t)i + 1, buf_as_span(&d->text));
        if (r == 0)
            r = dates_column(&d->dates, (uint32_t)i + 1, buf_as_span(&d->text));
    }
    return r;
}

static int read_record(Dbf *d, uint64_t offset) {
    size_t at = 1;
    int r = extract_spend(d->x, 0);

    d->row++;
    for (size_t i = 0; r == 0 && i < d->n_fields; i++) {
        const uint8_t *field = d->header + HEADER + i * FIELD;
        size_t n = field_length(field);

        r = emit_field(d, (uint32_t)i + 1, field[FIELD_TYPE], span(d->record + at, n), offset + at);
        at += n;
    }
    return r;
}

/* *ret_whole: all that the header counts are there. */
static int read_records(Dbf *d, bool *ret_whole) {
    uint32_t left = little32(d->header + AT_RECORDS);
    int r = name_columns(d);

    *ret_whole = true;
    while (r == 0 && left && *ret_whole) {
        uint64_t offset = d->f->at;
        ssize_t got = feed_read(d->f, d->record, d->record_size);

        if (got < 0)
            return (int)got;
        *ret_whole = (size_t)got == d->record_size;
        memset(d->record + got, 0, d->record_size - (size_t)got);
        if (got > 0) /* one that is cut has its first fields */
            r = read_record(d, offset);
        left--;
    }
    if (r == 0 && d->written)
        r = extract_text(d->x, span_of("\n"));
    return r ? r : dates_tell(&d->dates, d->x);
}

static int dbf_extract(Extraction *x, Feed *f, Encoding encoding _unused_, Status *ret_status) {
    _cleanup_(free_p) Dbf *d = calloc(1, sizeof(*d));
    bool whole = false;
    int r;

    if (!d)
        return -ENOMEM;
    d->x = x;
    d->f = f;
    r = read_header(d, &whole);
    if (r == 0 && whole)
        r = read_records(d, &whole);
    if (!whole)
        *ret_status = status_of(STATUS_PARTIAL, "corrupt");
    if (r == 0 && d->row == 0 && !whole) /* what was read of the header */
        r = extract_bytes(x, span(d->header, f->at < sizeof(d->header) ? f->at : 0), 0,
                          ENCODING_BINARY);
    explicit_bzero(d->record, sizeof(d->record));
    buf_wipe(&d->text);
    dates_done(&d->dates);
    return r ? r : gap_rest(x, f);
}

const Extractor dbf_extractor = {
    .format = "dbf",
    .place = EXTRACT_FORMAT,
    .extract = dbf_extract,
};
