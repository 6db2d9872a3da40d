/*
 * Msg: messages as Outlook files them ([MS-OXMSG]): a storage whose streams are properties, named
 * by number and type; recipients and attachments are storages beneath it.
 *
 * Header fields and whatever else is text come out in the section "headers", the plain text in
 * "body"; the other two forms of the same text (HTML, compressed RTF) and attachments are units
 * inside. Messages that are attached are storages, and so units that are read by this very reader.
 * Properties that are not text are given as raw bytes.
 */
#include "extract/format/ole.h"

#include "base/utf8.h"
#include "extract/text/codepage.h"

enum {
    WINDOW = 8 << 10,
    VALUE_MAX = 64 << 10, /* of a name */
    FIXED_MAX = 1 << 20,
    UTF8_CODEPAGE = 65001,
    /* types */
    PT_LONG = 0x0003,
    PT_TIME = 0x0040,
    PT_STRING8 = 0x001E,
    PT_UNICODE = 0x001F,
    PT_BINARY = 0x0102,
    PT_MULTIPLE = 0x1000,
    /* properties */
    BODY = 0x1000,
    RTF = 0x1009,
    HTML = 0x1013,
    ATTACH_DATA = 0x3701,
    ATTACH_SHORT_NAME = 0x3704,
    ATTACH_NAME = 0x3707,
    DISPLAY_NAME = 0x3001,
    INTERNET_CODEPAGE = 0x3FDE,
};

typedef struct Named {
    unsigned id;
    const char *name;
} Named;

/* Those that have a header field, or that a card has. */
static const Named names[] = {
    {0x0037, "Subject"},      {0x0042, "From"},        {0x0065, "From"},
    {0x0C1A, "Sender"},       {0x0C1F, "Sender"},      {0x5D01, "Sender"},
    {0x5D02, "From"},         {0x0E04, "To"},          {0x0E03, "Cc"},
    {0x0E02, "Bcc"},          {0x0040, "Received-By"}, {0x0076, "Received-By"},
    {0x1035, "Message-ID"},   {0x0070, "Topic"},       {0x3001, "Name"},
    {0x3003, "Email"},        {0x39FE, "Email"},       {0x3A06, "Given-Name"},
    {0x3A11, "Surname"},      {0x3A16, "Company"},     {0x3A17, "Title"},
    {0x3A08, "Phone"},        {0x3A09, "Home-Phone"},  {0x3A1C, "Mobile"},
    {0x3A24, "Fax"},          {0x3A15, "Address"},     {0x3A29, "Street"},
    {0x3A27, "City"},         {0x3A2A, "Postal-Code"}, {0x3A26, "Country"},
    {0x370E, "Content-Type"}, {0x3712, "Content-ID"},
};

typedef struct Msg {
    Ole *o;
    uint32_t storage; /* at hand: the message, a recipient, an attachment */
    bool utf8;        /* what 8-bit text is in */
} Msg;

/* "__substg1.0_0037001F" and "...-00000002", to property and type. */
static bool parse_name(const char *name, unsigned *ret_id, unsigned *ret_type) {
    static const char prefix[] = "__substg1.0_";
    char *end;
    unsigned long tag;

    if (strncasecmp(name, prefix, sizeof(prefix) - 1) != 0)
        return false;
    name += sizeof(prefix) - 1;
    tag = strtoul(name, &end, 16);
    if (end - name != 8 || (*end && *end != '-'))
        return false;
    *ret_id = (unsigned)(tag >> 16);
    *ret_type = tag & 0xFFFF;
    return true;
}

static bool is_text(unsigned type) {
    type &= ~(unsigned)PT_MULTIPLE;
    return type == PT_STRING8 || type == PT_UNICODE;
}

static uint32_t find_property(const Msg *m, unsigned id, unsigned type, CfbType kind) {
    char name[32];

    snprintf(name, sizeof(name), "__substg1.0_%04X%04X", id, type);
    return cfb_find(m->o->c, m->storage, name, kind);
}

/* ---- text ---- */

/* A window of the stream to text; what it cuts is left to the next one: how much was taken. */
static size_t decode(const Msg *m, Span s, bool wide, bool last, Buf *ret) {
    if (wide) {
        size_t n = s.n & ~(size_t)1;

        if (!last && n >= 4 && (s.at[n - 1] & 0xFC) == 0xD8)
            n -= 2;
        ole_put16(ret, span(s.at, n));
        return last ? s.n : n;
    }
    if (m->utf8) {
        size_t n = utf8_valid_prefix(s);

        if (n == s.n || (!last && s.n - n < UTF8_MAX && n)) {
            buf_add(ret, s.at, n);
            return n;
        }
    }
    for (size_t i = 0; i < s.n; i++) {
        uint8_t bytes[UTF8_MAX];

        buf_add(ret, bytes, utf8_encode(codepage_windows1252[s.at[i]], bytes));
    }
    return s.n;
}

/* A text property, of any length; line ends as they are, what ends it left out. */
static int give_stream(Msg *m, uint32_t entry, bool wide) {
    uint8_t window[WINDOW];
    uint64_t at = 0;
    CfbStream s;
    int r = cfb_stream_open(m->o->c, entry, &s);

    m->o->c->entries[entry].used = true;
    while (r == 0 && at < s.size) {
        _cleanup_(buf_wipe) Buf text = {0};
        ssize_t n = feed_read_at(&s.feed, at, window, sizeof(window));

        if (n <= 0) {
            r = n == -ENOMEM ? -ENOMEM : 0;
            break;
        }
        at += decode(m, span(window, (size_t)n), wide, at + (uint64_t)n >= s.size, &text);
        while (text.n && text.at[text.n - 1] == 0)
            text.n--;
        r = buf_error(&text);
        if (r == 0)
            r = extract_text(m->o->x, buf_as_span(&text));
    }
    cfb_stream_done(&s);
    return r;
}

static const char *field_name(unsigned id) {
    for (size_t i = 0; i < N_ELEMENTS(names); i++) {
        if (names[i].id == id)
            return names[i].name;
    }
    return NULL;
}

static int give_field(Msg *m, uint32_t entry, unsigned id, unsigned type) {
    const char *name = field_name(id);
    int r = 0;

    if (m->o->c->entries[entry].size == 0)
        return 0;
    if (name) {
        r = extract_text(m->o->x, span_of(name));
        if (r == 0)
            r = extract_text(m->o->x, span_of(": "));
    }
    if (r == 0)
        r = give_stream(m, entry, (type & ~(unsigned)PT_MULTIPLE) == PT_UNICODE);
    return r ? r : extract_text(m->o->x, span_of("\n"));
}

/* Every text property of the storage but the body. */
static int give_fields(Msg *m, const char *section) {
    const CfbEntry *all = m->o->c->entries;
    bool begun = false;
    int r = 0;

    for (uint32_t i = all[m->storage].first; r == 0 && i != CFB_NONE; i = all[i].next) {
        unsigned id, type;

        if (all[i].used || all[i].type != CFB_STREAM || !parse_name(all[i].name, &id, &type) ||
            !is_text(type) || id == BODY || id == HTML)
            continue;
        if (!begun)
            r = extract_part(m->o->x, PART_SECTION, span_of(section));
        begun = true;
        if (r == 0)
            r = give_field(m, i, id, type);
    }
    return r;
}

/* What is no text, as it lies. */
static int give_rest(Msg *m, uint32_t storage) {
    const CfbEntry *all = m->o->c->entries;
    int r = 0;

    for (uint32_t i = all[storage].first; r == 0 && i != CFB_NONE; i = all[i].next) {
        if (!all[i].used && all[i].type == CFB_STREAM)
            r = ole_raw(m->o, i);
    }
    return r;
}

/* ---- dates, the code page ---- */

static int give_time(Msg *m, unsigned id, uint64_t value) {
    static const struct {
        unsigned id;
        FactKind kind;
    } times[] = {
        {0x0039, FACT_SENT},
        {0x0E06, FACT_SENT},
        {0x3007, FACT_CREATED},
        {0x3008, FACT_MODIFIED},
    };
    int64_t ns = filetime_ns(value);

    for (size_t i = 0; ns != INT64_MIN && i < N_ELEMENTS(times); i++) {
        if (times[i].id == id)
            return extract_fact(m->o->x, &(Fact){.kind = times[i].kind, .from = ns, .to = ns});
    }
    return 0;
}

/* Properties of fixed length, sixteen bytes each, behind a header (2.4). */
static int read_fixed(Msg *m, bool top) {
    _cleanup_(buf_wipe) Buf all = {0};
    uint32_t entry = cfb_find(m->o->c, m->storage, "__properties_version1.0", CFB_STREAM);
    int r = ole_slurp(m->o, entry, FIXED_MAX, &all);

    for (size_t at = top ? 32 : 24; r == 0 && at + 16 <= all.n; at += 16) {
        unsigned type = little16(all.at + at), id = little16(all.at + at + 2);

        if (type == PT_TIME)
            r = give_time(m, id, little64(all.at + at + 8));
        if (type == PT_LONG && id == INTERNET_CODEPAGE)
            m->utf8 = little32(all.at + at + 8) == UTF8_CODEPAGE;
    }
    return r;
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

static int read_rtf(Msg *m, uint32_t entry) {
    static const FeedKind kind = {.read = unpack_read};
    Entry e = {.name = span_of("body.rtf"), .size = FEED_SIZE_UNKNOWN, .mtime = INT64_MIN};
    _cleanup_(free_p) Unpack *u = calloc(1, sizeof(*u));
    uint8_t header[16];
    CfbStream s;
    Feed f;
    int r = u ? cfb_stream_open(m->o->c, entry, &s) : -ENOMEM;

    if (r < 0)
        return r;
    m->o->c->entries[entry].used = true;
    if (feed_read(&s.feed, header, sizeof(header)) == sizeof(header)) {
        u->from = &s.feed;
        u->stored = memcmp(header + 8, "MELA", 4) == 0;
        memcpy(u->dictionary, preset, sizeof(preset) - 1);
        u->write = sizeof(preset) - 1;
        f = feed_of(&kind, u, FEED_SIZE_UNKNOWN);
        r = extract_unit_as(m->o->x, &e, &f, "rtf");
        feed_done(&f);
    }
    cfb_stream_done(&s);
    return r;
}

/* ---- the forms of the text ---- */

static int read_body(Msg *m) {
    uint32_t wide = find_property(m, BODY, PT_UNICODE, CFB_STREAM);
    uint32_t entry = wide != CFB_NONE ? wide : find_property(m, BODY, PT_STRING8, CFB_STREAM);
    int r;

    if (entry == CFB_NONE || m->o->c->entries[entry].size == 0)
        return 0;
    r = extract_part(m->o->x, PART_SECTION, span_of("body"));
    return r ? r : give_stream(m, entry, entry == wide);
}

static int read_html(Msg *m) {
    static const unsigned types[] = {PT_BINARY, PT_UNICODE, PT_STRING8};
    Entry e = {.name = span_of("body.html"), .mtime = INT64_MIN};
    int r = 0;

    for (size_t i = 0; r == 0 && i < N_ELEMENTS(types); i++) {
        uint32_t entry = find_property(m, HTML, types[i], CFB_STREAM);
        CfbStream s;

        if (entry == CFB_NONE)
            continue;
        r = cfb_stream_open(m->o->c, entry, &s);
        m->o->c->entries[entry].used = true;
        e.size = s.size;
        if (r == 0 && s.size)
            r = extract_unit_as(m->o->x, &e, &s.feed, "html");
        cfb_stream_done(&s);
    }
    return r;
}

static int read_texts(Msg *m) {
    uint32_t rtf = find_property(m, RTF, PT_BINARY, CFB_STREAM);
    int r = read_body(m);

    if (r == 0)
        r = read_html(m);
    return r || rtf == CFB_NONE ? r : read_rtf(m, rtf);
}

/* ---- attachments ---- */

static int attachment_name(Msg *m, Buf *ret) {
    static const unsigned ids[] = {ATTACH_NAME, ATTACH_SHORT_NAME, DISPLAY_NAME};

    for (size_t i = 0; i < 2 * N_ELEMENTS(ids) && !ret->n; i++) {
        _cleanup_(buf_wipe) Buf value = {0};
        bool wide = i % 2 == 0;
        uint32_t entry = find_property(m, ids[i / 2], wide ? PT_UNICODE : PT_STRING8, CFB_STREAM);
        int r = ole_slurp(m->o, entry, VALUE_MAX, &value);

        if (r < 0)
            return r;
        if (wide)
            ole_put16(ret, buf_as_span(&value));
        else
            ole_put8(ret, buf_as_span(&value));
        while (ret->n && ret->at[ret->n - 1] == 0)
            ret->n--;
    }
    if (!ret->n)
        buf_text(ret, "attachment");
    return buf_error(ret);
}

static int read_attachment(Msg *m) {
    _cleanup_(buf_done) Buf name = {0};
    uint32_t data = find_property(m, ATTACH_DATA, PT_BINARY, CFB_STREAM);
    uint32_t storage = find_property(m, ATTACH_DATA, 0x000D, CFB_STORAGE);
    CfbStream s;
    int r = attachment_name(m, &name);

    if (r == 0 && storage != CFB_NONE)
        r = ole_unit(m->o, storage, buf_as_span(&name));
    if (r == 0 && data != CFB_NONE) {
        Entry e = {.name = buf_as_span(&name), .mtime = INT64_MIN};

        r = cfb_stream_open(m->o->c, data, &s);
        m->o->c->entries[data].used = true;
        e.size = s.size;
        if (r == 0)
            r = extract_unit(m->o->x, &e, &s.feed);
        cfb_stream_done(&s);
    }
    if (r == 0)
        r = give_fields(m, "attachments");
    return r;
}

/* Recipients and attachments; what is in them and no text comes out raw, too. */
static int read_storages(Msg *message, const char *prefix, int (*read)(Msg *)) {
    const CfbEntry *all = message->o->c->entries;
    int r = 0;

    for (uint32_t i = all[message->storage].first; r == 0 && i != CFB_NONE; i = all[i].next) {
        Msg m = *message;

        if (all[i].used || all[i].type != CFB_STORAGE ||
            strncasecmp(all[i].name, prefix, strlen(prefix)) != 0)
            continue;
        m.storage = i;
        r = read(&m);
        if (r == 0)
            r = give_rest(&m, i);
    }
    return r;
}

static int read_recipient(Msg *m) {
    return give_fields(m, "recipients");
}

static int read_nothing(Msg *m) {
    (void)m;
    return 0;
}

int msg_read(Ole *o, Status *ret_status) {
    Msg m = {.o = o, .storage = o->storage};
    int r = read_fixed(&m, o->storage == CFB_ROOT);

    (void)ret_status;
    if (r == 0)
        r = give_fields(&m, "headers");
    if (r == 0)
        r = read_storages(&m, "__recip_version1.0_", read_recipient);
    if (r == 0)
        r = read_texts(&m);
    if (r == 0)
        r = read_storages(&m, "__attach_version1.0_", read_attachment);
    if (r == 0)
        r = read_storages(&m, "__nameid_version1.0", read_nothing);
    return r ? r : give_rest(&m, m.storage);
}
