/*
 * Ppt: text of PowerPoint presentations, 97 to 2003 ([MS-PPT]).
 *
 * The stream is a tree of records, each with a head of eight bytes; text is in three kinds of leaf.
 * We walk it once from start to end, with a stack of where the open containers end, and know by
 * the container which slide or note the text is of. Fast saving leaves old slides in the stream:
 * they are read as well. Objects and macros are compound files, deflated inside a record.
 */
#include "extract/format/ole.h"

enum {
    HEADER = 8,
    DEPTH_MAX = 64,
    WINDOW = 8 << 10,
    CONTAINER = 0xF,
    /* record types (2.13.24) */
    RT_DOCUMENT = 0x03E8,
    RT_SLIDE = 0x03EE,
    RT_NOTES = 0x03F0,
    RT_SLIDE_PERSIST = 0x03F3,
    RT_MASTER = 0x03F8,
    RT_TEXT_CHARS = 0x0FA0,
    RT_TEXT_BYTES = 0x0FA8,
    RT_CSTRING = 0x0FBA,
    RT_SLIDE_LIST = 0x0FF0,
    RT_OLE_STORAGE = 0x1011,
    RT_CRYPT_SESSION = 0x2F14,
    LIST_SLIDES = 0,
    LIST_NOTES = 2,
};

#define TOKEN_ENCRYPTED 0xF3D1C4DFu

typedef struct Record {
    unsigned version, instance, type;
    uint64_t at, size; /* of its content */
} Record;

typedef struct Ppt {
    Ole *o;
    CfbStream s;
    uint64_t ends[DEPTH_MAX];
    unsigned depth;
    unsigned list; /* of what the list at hand is, CONTAINER: of no list */
    uint64_t list_end;
    unsigned slides, notes, listed_slides, listed_notes;
    bool damaged, encrypted;
} Ppt;

static int begin_part(Ppt *p, PartKind kind, const char *name, unsigned number) {
    char text[32];

    if (number)
        snprintf(text, sizeof(text), "%s%u", name, number);
    else
        snprintf(text, sizeof(text), "%s", name);
    return extract_part(p->o->x, kind, span_of(text));
}

/* ---- leaves ---- */

static int give_text(Ppt *p, const Record *rec, bool wide) {
    uint8_t window[WINDOW];
    uint64_t at = 0;
    int r = 0;

    while (r == 0 && at < rec->size) {
        size_t n = rec->size - at < sizeof(window) ? (size_t)(rec->size - at) : sizeof(window);
        ssize_t got = feed_read_at(&p->s.feed, rec->at + at, window, n);
        size_t step = wide ? 2 : 1;

        if (got <= 0)
            return got == -ENOMEM ? -ENOMEM : 0;
        for (size_t i = 0; i + step <= (size_t)got; i += step) { /* 0x0B and 0x0D end lines */
            if ((window[i] == 0x0D || window[i] == 0x0B) && (!wide || !window[i + 1]))
                window[i] = '\n';
        }
        r = wide ? ole_text16(p->o->x, span(window, (size_t)got))
                 : ole_text8(p->o->x, span(window, (size_t)got));
        at += (uint64_t)got;
    }
    return r ? r : extract_text(p->o->x, span_of("\n"));
}

/* A compound file, with its size before it when it is deflated (2.10.34). */
static int give_object(Ppt *p, const Record *rec) {
    if (rec->instance == 1)
        return rec->size > 4 ? ole_inflated(p->o->x, &p->s.feed, rec->at + 4, rec->size - 4,
                                            span_of("object"))
                             : 0;
    return ole_slice(p->o->x, &p->s.feed, rec->at, rec->size, span_of("object"));
}

static int read_leaf(Ppt *p, const Record *rec) {
    switch (rec->type) {
    case RT_TEXT_CHARS:
    case RT_CSTRING:
        return give_text(p, rec, true);
    case RT_TEXT_BYTES:
        return give_text(p, rec, false);
    case RT_OLE_STORAGE:
        return give_object(p, rec);
    case RT_SLIDE_PERSIST:
        if (rec->at < p->list_end && p->list == LIST_SLIDES)
            return begin_part(p, PART_PAGE, "slide", ++p->listed_slides);
        if (rec->at < p->list_end && p->list == LIST_NOTES)
            return begin_part(p, PART_SECTION, "notes", ++p->listed_notes);
        return 0;
    default:
        return 0;
    }
}

/* ---- containers ---- */

static int enter(Ppt *p, const Record *rec) {
    switch (rec->type) {
    case RT_DOCUMENT:
        return begin_part(p, PART_SECTION, "document", 0);
    case RT_SLIDE:
        return begin_part(p, PART_PAGE, "slide", ++p->slides);
    case RT_NOTES:
        return begin_part(p, PART_SECTION, "notes", ++p->notes);
    case RT_MASTER:
        return begin_part(p, PART_SECTION, "master", 0);
    case RT_SLIDE_LIST:
        p->list = rec->instance;
        p->list_end = rec->at + rec->size;
        return 0;
    case RT_CRYPT_SESSION:
        p->encrypted = true;
        return 0;
    default:
        return 0;
    }
}

/* The head at `at`; one that is longer than what it is in is cut. */
static bool read_head(Ppt *p, uint64_t at, uint64_t end, Record *ret) {
    uint8_t h[HEADER];

    if (end - at < HEADER || feed_read_at(&p->s.feed, at, h, HEADER) != HEADER)
        return false;
    *ret = (Record){
        .version = h[0] & 0xF,
        .instance = little16(h) >> 4,
        .type = little16(h + 2),
        .at = at + HEADER,
        .size = little32(h + 4),
    };
    if (ret->size > end - ret->at) {
        p->damaged = true;
        ret->size = end - ret->at;
    }
    return true;
}

static int walk(Ppt *p) {
    uint64_t at = 0;
    int r = 0;

    p->ends[0] = p->s.size;
    while (r == 0 && !p->encrypted) {
        Record rec;

        while (p->depth && at >= p->ends[p->depth])
            p->depth--;
        if (!read_head(p, at, p->ends[p->depth], &rec)) {
            if (p->depth == 0)
                break;
            at = p->ends[p->depth--];
            continue;
        }
        if (rec.version != CONTAINER) {
            r = read_leaf(p, &rec);
            at = rec.at + rec.size;
            continue;
        }
        r = enter(p, &rec);
        p->damaged |= p->depth + 1 == DEPTH_MAX;
        if (p->depth + 1 < DEPTH_MAX)
            p->ends[++p->depth] = rec.at + rec.size;
        at = rec.at; /* at the last depth, what is inside counts as beside */
    }
    return r;
}

/* ---- the presentation ---- */

/* The stream that says where the last save is, and whether it was encrypted (2.3.2). */
static int read_current_user(Ppt *p) {
    _cleanup_(buf_wipe) Buf all = {0};
    uint32_t entry = cfb_find(p->o->c, p->o->storage, "Current User", CFB_STREAM);
    int r = ole_slurp(p->o, entry, 4096, &all);

    p->encrypted = all.n >= 16 && little32(all.at + 12) == TOKEN_ENCRYPTED;
    if (r == 0 && all.n > 28)
        r = begin_part(p, PART_SECTION, "user", 0);
    if (r == 0 && all.n > 28) {
        size_t n = little16(all.at + 20);

        r = ole_text8(p->o->x, span(all.at + 28, n < all.n - 28 ? n : all.n - 28));
    }
    return r;
}

static int read_pictures(Ole *o) {
    uint32_t entry = cfb_find(o->c, o->storage, "Pictures", CFB_STREAM);
    CfbStream s;
    int r;

    if (entry == CFB_NONE)
        return 0;
    o->c->entries[entry].used = true;
    r = cfb_stream_open(o->c, entry, &s);
    if (r == 0)
        r = ole_pictures(o, &s, "picture");
    cfb_stream_done(&s);
    return r;
}

int ppt_read(Ole *o, Status *ret_status) {
    uint32_t entry = cfb_find(o->c, o->storage, "PowerPoint Document", CFB_STREAM);
    Ppt p = {.o = o, .list = CONTAINER};
    int r = read_current_user(&p);

    o->c->entries[entry].used = true;
    if (r == 0)
        r = cfb_stream_open(o->c, entry, &p.s);
    if (r == 0)
        r = walk(&p);
    cfb_stream_done(&p.s);
    if (p.encrypted)
        *ret_status = status_of(STATUS_ENCRYPTED, "ppt");
    else if (p.damaged)
        *ret_status = status_of(STATUS_PARTIAL, "corrupt");
    return r || p.encrypted ? r : read_pictures(o);
}
