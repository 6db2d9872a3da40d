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

#include "extract/format/mapi.h"

enum {
    VALUE_MAX = 64 << 10, /* of a name */
    FIXED_MAX = 1 << 20,
};

typedef struct Msg {
    Ole *o;
    uint32_t storage; /* at hand: the message, a recipient, an attachment */
    Encoding narrow;  /* what 8-bit text is in */
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

static uint32_t find_property(const Msg *m, unsigned id, unsigned type, CfbType kind) {
    char name[32];

    snprintf(name, sizeof(name), "__substg1.0_%04X%04X", id, type);
    return cfb_find(m->o->c, m->storage, name, kind);
}

/* ---- text ---- */

static Encoding encoding_of(const Msg *m, unsigned type) {
    return (type & ~(unsigned)PT_MULTIPLE) == PT_UNICODE ? ENCODING_UTF16LE : m->narrow;
}

static int give_field(Msg *m, uint32_t entry, unsigned id, unsigned type) {
    CfbStream s;
    int r;

    m->o->c->entries[entry].used = true;
    if (m->o->c->entries[entry].size == 0)
        return 0;
    r = cfb_stream_open(m->o->c, entry, &s);
    if (r == 0)
        r = mapi_line(m->o->x, mapi_field(id), &s.feed, encoding_of(m, type));
    cfb_stream_done(&s);
    return r;
}

/* Every text property of the storage but the body. */
static int give_fields(Msg *m, const char *section) {
    const CfbEntry *all = m->o->c->entries;
    bool begun = false;
    int r = 0;

    for (uint32_t i = all[m->storage].first; r == 0 && i != CFB_NONE; i = all[i].next) {
        unsigned id, type;

        if (all[i].used || all[i].type != CFB_STREAM || !parse_name(all[i].name, &id, &type) ||
            !mapi_is_text(type) || id == PR_BODY || id == PR_HTML)
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

/* Properties of fixed length, sixteen bytes each, behind a header (2.4). */
static int read_fixed(Msg *m, bool top) {
    _cleanup_(buf_wipe) Buf all = {0};
    uint32_t entry = cfb_find(m->o->c, m->storage, "__properties_version1.0", CFB_STREAM);
    int r = ole_slurp(m->o, entry, FIXED_MAX, &all);

    for (size_t at = top ? 32 : 24; r == 0 && at + 16 <= all.n; at += 16) {
        unsigned type = little16(all.at + at), id = little16(all.at + at + 2);

        if (type == PT_TIME)
            r = mapi_time(m->o->x, id, little64(all.at + at + 8));
        if (type == PT_LONG && id == PR_INTERNET_CODEPAGE)
            m->narrow = mapi_codepage(little32(all.at + at + 8));
    }
    return r;
}

/* ---- the forms of the text ---- */

static int read_rtf(Msg *m, uint32_t entry) {
    CfbStream s;
    int r = cfb_stream_open(m->o->c, entry, &s);

    m->o->c->entries[entry].used = true;
    if (r == 0)
        r = mapi_rtf(m->o->x, &s.feed);
    cfb_stream_done(&s);
    return r;
}

static int read_body(Msg *m) {
    uint32_t wide = find_property(m, PR_BODY, PT_UNICODE, CFB_STREAM);
    uint32_t entry = wide != CFB_NONE ? wide : find_property(m, PR_BODY, PT_STRING8, CFB_STREAM);
    CfbStream s;
    int r;

    if (entry == CFB_NONE || m->o->c->entries[entry].size == 0)
        return 0;
    m->o->c->entries[entry].used = true;
    r = cfb_stream_open(m->o->c, entry, &s);
    if (r == 0)
        r = mapi_body(m->o->x, &s.feed, entry == wide ? ENCODING_UTF16LE : m->narrow);
    cfb_stream_done(&s);
    return r;
}

static int read_html(Msg *m) {
    static const unsigned types[] = {PT_BINARY, PT_UNICODE, PT_STRING8};
    Entry e = {.name = span_of("body.html"), .mtime = INT64_MIN};
    int r = 0;

    for (size_t i = 0; r == 0 && i < N_ELEMENTS(types); i++) {
        uint32_t entry = find_property(m, PR_HTML, types[i], CFB_STREAM);
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
    uint32_t rtf = find_property(m, PR_RTF, PT_BINARY, CFB_STREAM);
    int r = read_body(m);

    if (r == 0)
        r = read_html(m);
    return r || rtf == CFB_NONE ? r : read_rtf(m, rtf);
}

/* ---- attachments ---- */

static int attachment_name(Msg *m, Buf *ret) {
    static const unsigned ids[] = {PR_ATTACH_NAME, PR_ATTACH_SHORT_NAME, PR_DISPLAY_NAME};

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
    uint32_t data = find_property(m, PR_ATTACH_DATA, PT_BINARY, CFB_STREAM);
    uint32_t storage = find_property(m, PR_ATTACH_DATA, PT_OBJECT, CFB_STORAGE);
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
    Msg m = {.o = o, .storage = o->storage, .narrow = ENCODING_WINDOWS1252};
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
