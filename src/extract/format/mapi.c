/* Mapi: see mapi.h. */
#include "extract/format/mapi.h"

#include <time.h>

#include "base/utf8.h"
#include "extract/format/little.h"
#include "extract/text/charset.h"

enum {
    WINDOW = 8 << 10,
    CODEPAGE_UTF8 = 65001,
};

typedef struct Named {
    unsigned id;
    const char *name;
} Named;

/* Those that have a header field, or that a card has. */
static const Named names[] = {
    {0x0037, "Subject"},      {0x0042, "From"},
    {0x0065, "From"},         {0x0C1A, "Sender"},
    {0x0C1F, "Sender"},       {0x5D01, "Sender"},
    {0x5D02, "From"},         {0x0E04, "To"},
    {0x0E03, "Cc"},           {0x0E02, "Bcc"},
    {0x0040, "Received-By"},  {0x0076, "Received-By"},
    {0x1035, "Message-ID"},   {0x0070, "Topic"},
    {0x3001, "Name"},         {0x3003, "Email"},
    {0x39FE, "Email"},        {0x3A06, "Given-Name"},
    {0x3A11, "Surname"},      {0x3A16, "Company"},
    {0x3A17, "Title"},        {0x3A08, "Phone"},
    {0x3A09, "Home-Phone"},   {0x3A1C, "Mobile"},
    {0x3A24, "Fax"},          {0x3A15, "Address"},
    {0x3A29, "Street"},       {0x3A27, "City"},
    {0x3A2A, "Postal-Code"},  {0x3A26, "Country"},
    {0x370E, "Content-Type"}, {0x3712, "Content-ID"},
    {0x3A1A, "Phone"},        {0x3A1B, "Phone"},
    {0x3A2F, "Home-Phone"},   {0x3A25, "Fax"},
    {0x3A10, "Customer-ID"},  {0x3A07, "Government-ID"},
    {0x3A0F, "Mhs-Name"},     {0x3A58, "Children"},
    {0x3A48, "Spouse"},       {0x3A5D, "Street"},
};

typedef struct TimeKind {
    unsigned id;
    FactKind kind;
} TimeKind;

static const TimeKind times[] = {
    {0x0039, FACT_SENT},
    {0x0E06, FACT_SENT},
    {0x3007, FACT_CREATED},
    {0x3008, FACT_MODIFIED},
};

/* Times that are about a person, and so text. */
static const Named days[] = {{0x3A42, "Birthday"}, {0x3A41, "Wedding-Anniversary"}};

static const char *name_in(const Named *all, size_t n, unsigned id) {
    for (size_t i = 0; i < n; i++) {
        if (all[i].id == id)
            return all[i].name;
    }
    return NULL;
}

bool mapi_is_body(unsigned id) {
    return id == PR_BODY || id == PR_HTML || id == PR_RTF;
}

bool mapi_is_text(unsigned type) {
    type &= ~(unsigned)PT_MULTIPLE;
    return type == PT_STRING8 || type == PT_UNICODE;
}

const char *mapi_field(unsigned id) {
    return name_in(names, N_ELEMENTS(names), id);
}

/* Numbers are those of Windows; its names for them are known to encoding_of_label(). */
Encoding mapi_codepage(uint32_t number) {
    static const struct {
        uint32_t number;
        Encoding encoding;
    } others[] = {
        {CODEPAGE_UTF8, ENCODING_UTF8}, {20866, ENCODING_KOI8R},      {21866, ENCODING_KOI8U},
        {28592, ENCODING_ISO8859_2},    {28595, ENCODING_ISO8859_5},  {28597, ENCODING_ISO8859_7},
        {28599, ENCODING_ISO8859_9},    {28605, ENCODING_ISO8859_15}, {50220, ENCODING_ISO2022JP},
        {51932, ENCODING_EUC_JP},       {51949, ENCODING_EUC_KR},     {54936, ENCODING_GB18030},
    };

    for (size_t i = 0; i < N_ELEMENTS(others); i++) {
        if (others[i].number == number)
            return others[i].encoding;
    }
    for (size_t i = 0; i < 2; i++) {
        char label[24];
        Encoding e;

        snprintf(label, sizeof(label), i ? "cp%u" : "windows-%u", number);
        if (encoding_of_label(span_of(label), &e) == 0)
            return e;
    }
    return ENCODING_WINDOWS1252;
}

/* ---- text ---- */

/* A window to text; what it cuts is left to the next one: how much was taken. */
static size_t decode(Encoding e, Span s, bool last, Buf *ret) {
    size_t valid = e == ENCODING_UTF8 ? utf8_valid_prefix(s) : 0;
    size_t n = last ? s.n : charset_whole(e, s);

    if (e == ENCODING_UTF8 && !last && s.n - valid < UTF8_MAX)
        n = valid;
    else if (e == ENCODING_UTF8 && valid < s.n) /* it is not what it says */
        e = ENCODING_WINDOWS1252;
    if (n == 0) /* no character is as long as that */
        n = s.n;
    charset_append(e, span(s.at, n), ret);
    return n;
}

/* Text whose lines are counted; row 0: they are not. */
static int give_lines(Extraction *x, Span text, uint64_t *row) {
    int r = 0;

    while (r == 0 && text.n && *row) {
        const uint8_t *end = memchr(text.at, '\n', text.n);
        size_t n = end ? (size_t)(end - text.at) + 1 : text.n;

        r = extract_text(x, span(text.at, n));
        text = span(text.at + n, text.n - n);
        if (r == 0 && end)
            r = extract_at(x, ++*row, 0);
    }
    return r || !text.n ? r : extract_text(x, text);
}

static int give_text(Extraction *x, Feed *f, Encoding e, uint64_t row) {
    _uninitialized_ uint8_t window[WINDOW];
    size_t held = 0;
    bool last = false;
    int r = row ? extract_at(x, row, 0) : 0;

    while (r == 0 && !last) {
        _cleanup_(buf_wipe) Buf text = {0};
        ssize_t got = feed_read(f, window + held, sizeof(window) - held);
        size_t taken;

        if (got == -ENOMEM)
            return -ENOMEM;
        last = got < (ssize_t)(sizeof(window) - held); /* f->error tells of damage */
        held += got > 0 ? (size_t)got : 0;
        taken = decode(e, span(window, held), last, &text);
        held -= taken;
        memmove(window, window + taken, held);
        while (text.n && text.at[text.n - 1] == 0)
            text.n--;
        r = buf_error(&text);
        if (r == 0)
            r = give_lines(x, buf_as_span(&text), &row);
    }
    return r;
}

int mapi_text(Extraction *x, Feed *f, Encoding e) {
    return give_text(x, f, e, 0);
}

int mapi_body(Extraction *x, Feed *f, Encoding e) {
    int r = extract_part(x, PART_SECTION, span_of("body"));

    return r ? r : give_text(x, f, e, 1);
}

int mapi_line(Extraction *x, const char *name, Feed *f, Encoding e) {
    int r = 0;

    if (name) {
        r = extract_text(x, span_of(name));
        if (r == 0)
            r = extract_text(x, span_of(": "));
    }
    if (r == 0)
        r = mapi_text(x, f, e);
    return r ? r : extract_text(x, span_of("\n"));
}

/* ---- times ---- */

static int give_day(Extraction *x, const char *name, int64_t ns) {
    time_t seconds = (time_t)((ns - (ns < 0 ? 999999999 : 0)) / 1000000000);
    char day[32], line[64];
    struct tm tm;

    if (ns == INT64_MIN || !gmtime_r(&seconds, &tm) || !strftime(day, sizeof(day), "%Y-%m-%d", &tm))
        return 0;
    snprintf(line, sizeof(line), "%s: %s\n", name, day);
    return extract_text(x, span_of(line));
}

/* As filetime_ns(), before 1970 as well: people are born there. */
static int64_t day_ns(uint64_t filetime) {
    const uint64_t year_1970 = UINT64_C(116444736000000000);

    if (filetime >= year_1970)
        return filetime_ns(filetime);
    if (filetime == 0 || year_1970 - filetime > INT64_MAX / 100)
        return INT64_MIN;
    return -(int64_t)(year_1970 - filetime) * 100;
}

int mapi_time(Extraction *x, unsigned id, uint64_t filetime) {
    const char *day = name_in(days, N_ELEMENTS(days), id);
    int64_t ns = filetime_ns(filetime);

    if (day)
        return give_day(x, day, day_ns(filetime));
    for (size_t i = 0; ns != INT64_MIN && i < N_ELEMENTS(times); i++) {
        if (times[i].id == id)
            return extract_fact(x, &(Fact){.kind = times[i].kind, .from = ns, .to = ns});
    }
    return 0;
}

/* ---- compressed RTF ([MS-OXRTFCP]) ---- */

enum { DICTIONARY = 4096, LONGEST = 17 };

static const char preset[] =
    "{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern "
    "\\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0"
    "\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx";

_Static_assert(sizeof(preset) - 1 == 207, "3.1.3.1.1: 207 bytes");

typedef struct Unpack {
    Feed *from;
    bool stored, ended;
    unsigned flags, n_flags; /* of the run at hand */
    size_t write;            /* in the dictionary */
    size_t read, copy;       /* of a reference that is not all out */
    uint8_t dictionary[DICTIONARY];
} Unpack;

static int next_byte(Unpack *u, uint8_t *ret) {
    ssize_t n = feed_some(u->from, ret, 1);

    return n < 0 ? (int)n : n == 0 ? -EBADMSG : 0;
}

/* The next literal or reference. */
static int next_token(Unpack *u, uint8_t *ret_byte, bool *ret_literal) {
    uint8_t high, low;
    unsigned offset;
    int r = 0;

    if (!u->n_flags) {
        r = next_byte(u, &high);
        if (r < 0)
            return r;
        u->flags = high;
        u->n_flags = 8;
    }
    *ret_literal = !(u->flags & 1);
    u->flags >>= 1;
    u->n_flags--;
    r = next_byte(u, &high);
    if (r < 0 || *ret_literal) {
        *ret_byte = high;
        return r;
    }
    r = next_byte(u, &low);
    if (r < 0)
        return r;
    offset = (unsigned)high << 4 | low >> 4;
    u->ended = offset == u->write; /* 3.1.4.1.4: the end refers to where it stands */
    u->read = offset;
    u->copy = u->ended ? 0 : (low & 15u) + 2;
    return 0;
}

static ssize_t unpack_read(Feed *f, uint8_t *at, size_t n) {
    Unpack *u = f->of;
    size_t done = 0;

    if (u->stored)
        return feed_some(u->from, at, n);
    while (done < n && !u->ended) {
        uint8_t byte = 0;
        bool literal = false;
        int r = u->copy ? 0 : next_token(u, &byte, &literal);

        if (r < 0)
            return done ? (ssize_t)done : r;
        if (!literal && !u->copy)
            continue;
        if (!literal) {
            byte = u->dictionary[u->read];
            u->read = (u->read + 1) % DICTIONARY;
            u->copy--;
        }
        u->dictionary[u->write] = at[done++] = byte;
        u->write = (u->write + 1) % DICTIONARY;
    }
    return (ssize_t)done;
}

int mapi_rtf(Extraction *x, Feed *packed) {
    static const FeedKind kind = {.read = unpack_read};
    Entry e = {.name = span_of("body.rtf"), .size = FEED_SIZE_UNKNOWN, .mtime = INT64_MIN};
    _cleanup_(free_p) Unpack *u = calloc(1, sizeof(*u));
    uint8_t header[16];
    Feed f;
    int r;

    if (!u)
        return -ENOMEM;
    if (feed_read(packed, header, sizeof(header)) != sizeof(header))
        return packed->error == -ENOMEM ? -ENOMEM : 0;
    u->from = packed;
    u->stored = memcmp(header + 8, "MELA", 4) == 0;
    memcpy(u->dictionary, preset, sizeof(preset) - 1);
    u->write = sizeof(preset) - 1;
    f = feed_of(&kind, u, FEED_SIZE_UNKNOWN);
    r = extract_unit_as(x, &e, &f, "rtf");
    feed_done(&f);
    return r;
}
