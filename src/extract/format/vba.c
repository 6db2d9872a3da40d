/*
 * Vba: the source of macros ([MS-OVBA]): modules are compressed streams beside a compressed
 * directory that says where in each the source begins.
 *
 * Decompression is of chunks of 4 KiB, each of which refers to itself only (2.4.1). Memory: one
 * module at a time, at most MODULE_MAX.
 */
#include "extract/format/ole.h"

enum {
    MODULE_MAX = 8 << 20,
    CHUNK = 4096,
    MODULE_NAME = 0x001A, /* MODULESTREAMNAME: the stream (2.3.4.2.3.2.3) */
    MODULE_OFFSET = 0x0031,
    PROJECT_VERSION = 0x0009, /* whose length is two bytes short */
};

/* One chunk: flags of eight tokens, each a byte or a copy of what came in this chunk before. */
static void unpack_chunk(Span in, Buf *out) {
    size_t start = out->n, i = 0;

    while (i < in.n && out->n - start < CHUNK) {
        uint8_t flags = in.at[i++];

        for (unsigned bit = 0; bit < 8 && i < in.n && out->n - start < CHUNK; bit++) {
            size_t done = out->n - start, back, n;
            unsigned width = 4, token;

            if (!(flags >> bit & 1)) {
                buf_byte(out, in.at[i++]);
                continue;
            }
            if (in.n - i < 2)
                return;
            token = little16(in.at + i);
            i += 2;
            while (width < 12 && (size_t)1 << width < done) /* 2.4.1.3.19.1 */
                width++;
            back = (token >> (16 - width)) + 1;
            n = (token & (0xFFFFu >> width)) + 3;
            for (; n && back <= out->n - start && out->n - start < CHUNK && !out->failed; n--)
                buf_byte(out, out->at[out->n - back]);
        }
    }
}

/* A compressed container: a signature, then chunks with a header of their size. */
static int unpack(Span in, Buf *out) {
    size_t at = 1;

    if (!in.n || in.at[0] != 1)
        return 0;
    out->limit = MODULE_MAX;
    while (in.n - at > 2) {
        unsigned header = little16(in.at + at);
        size_t n = (header & 0x0FFF) + 1;

        at += 2;
        if (n > in.n - at)
            n = in.n - at;
        if (header & 0x8000)
            unpack_chunk(span(in.at + at, n), out);
        else
            buf_add(out, in.at + at, n);
        at += n;
    }
    if (out->failed && out->n < MODULE_MAX - CHUNK)
        return -ENOMEM;
    out->failed = false; /* what is beyond is left */
    return 0;
}

typedef struct Module {
    Ole *o;
    uint32_t storage;
    const char *path;
    char name[CFB_NAME_MAX];
    unsigned modules; /* whose source was given */
} Module;

static int read_module(Module *m, uint32_t offset) {
    _cleanup_(buf_wipe) Buf packed = {0};
    _cleanup_(buf_wipe) Buf source = {0};
    uint32_t entry = cfb_find(m->o->c, m->storage, m->name, CFB_STREAM);
    char part[PART_NAME_MAX];
    int r = ole_slurp(m->o, entry, MODULE_MAX, &packed);

    if (r == 0 && offset < packed.n)
        r = unpack(span(packed.at + offset, packed.n - offset), &source);
    if (r < 0 || !source.n)
        return r;
    m->modules++;
    r = extract_spend(m->o->x, source.n);
    snprintf(part, sizeof(part), "%s%s%s", m->path, *m->path ? "/" : "", m->name);
    if (r == 0)
        r = extract_part(m->o->x, PART_SECTION, span_of(part));
    return r ? r : ole_text8(m->o->x, buf_as_span(&source));
}

static void note_name(Module *m, Span name) {
    _cleanup_(buf_done) Buf text = {0};

    ole_put8(&text, name);
    snprintf(m->name, sizeof(m->name), "%s", buf_cstr(&text));
}

int vba_read(Ole *o, uint32_t storage, const char *path) {
    _cleanup_(buf_wipe) Buf packed = {0};
    _cleanup_(buf_wipe) Buf dir = {0};
    Module m = {.o = o, .storage = storage, .path = path};
    size_t at = 0;
    int r = ole_slurp(o, cfb_find(o->c, storage, "dir", CFB_STREAM), MODULE_MAX, &packed);

    if (r == 0)
        r = unpack(buf_as_span(&packed), &dir);
    while (r == 0 && dir.n - at > 6) {
        unsigned id = little16(dir.at + at);
        size_t n = little32(dir.at + at + 2);

        at += 6;
        n += id == PROJECT_VERSION ? 2 : 0;
        if (n > dir.n - at)
            break;
        if (id == MODULE_NAME)
            note_name(&m, span(dir.at + at, n));
        if (id == MODULE_OFFSET && n == 4)
            r = read_module(&m, little32(dir.at + at));
        at += n;
    }
    return r || !m.modules ? r : extract_fact(o->x, &(Fact){.kind = FACT_MACROS});
}
