/* Specimen: see specimen.h. */
#include "scan/specimen.h"

#include <archive.h>
#include <archive_entry.h>

#include "extract/extract.h"

enum { ZIP_ROOM = 1024 }; /* bytes that an archive of one member has beside it */

static void specimen_clear(Specimen *s) {
    for (size_t i = 0; i < s->n_hints; i++)
        column_hint_done(&s->hints[i]);
    free(s->hints);
    s->hints = NULL;
    s->n_hints = 0;
    buf_clear(&s->text);
    buf_clear(&s->marks);
}

void specimen_done(Specimen *s) {
    specimen_clear(s);
    buf_wipe(&s->text);
    buf_done(&s->marks);
}

/* ---- what comes of it ---- */

static int on_enter(void *of _unused_, const Entry *e _unused_) {
    return 0;
}

static int on_leave(void *of _unused_, const Ending *e _unused_) {
    return 0;
}

static int on_part(void *of _unused_, PartKind kind _unused_, Span name _unused_,
                   Encoding encoding _unused_) {
    return 0;
}

static int on_column(void *of, uint32_t number, Span name) {
    Specimen *s = of;
    ColumnHint hint;
    int r;

    if (number == 0 || number > PART_COLUMNS_MAX)
        return 0;
    if (number > s->n_hints) {
        ColumnHint *hints = reallocarray(s->hints, number, sizeof(*hints));

        if (!hints)
            return -ENOMEM;
        memset(hints + s->n_hints, 0, (number - s->n_hints) * sizeof(*hints));
        s->hints = hints;
        s->n_hints = number;
    }
    r = column_hint_init(s->engine->column_names, name, &hint);
    if (r < 0)
        return r;
    column_hint_done(&s->hints[number - 1]);
    s->hints[number - 1] = hint;
    return 0;
}

static int on_text(void *of, const Text *t) {
    Specimen *s = of;

    for (size_t i = 0; i < t->n_marks; i++) {
        Mark m = t->marks[i];

        m.at += (uint32_t)s->text.n;
        buf_add(&s->marks, &m, sizeof(m));
    }
    buf_span(&s->text, t->text);
    return buf_error(&s->text) < 0 ? -ENOMEM : buf_error(&s->marks);
}

static int on_fact(void *of _unused_, const Fact *f _unused_) {
    return 0;
}

int specimen_read(Specimen *s, Span bytes, const char *format) {
    const Receiver to = {.of = s,
                         .enter = on_enter,
                         .leave = on_leave,
                         .part = on_part,
                         .column = on_column,
                         .text = on_text,
                         .fact = on_fact};
    _cleanup_(extraction_freep) Extraction *x = NULL;
    Feed f = feed_of_span(bytes);
    Ending ending;
    int r;

    specimen_clear(s);
    r = extraction_new(&(ExtractOptions){.to = &to, .place = EXTRACT_FORMAT, .size = bytes.n}, &x);
    if (r == 0)
        r = extraction_run_as(x, span_of("example"), &f, format, &ending);
    feed_done(&f);
    return r;
}

/* ---- a zip archive ---- */

static int zip_write(struct archive *a, struct archive_entry *e, const char *name, Span bytes,
                     Buf *to) {
    size_t used = 0;

    archive_entry_set_pathname(e, name);
    archive_entry_set_filetype(e, AE_IFREG);
    archive_entry_set_size(e, (int64_t)bytes.n);
    if (archive_write_set_format_zip(a) != ARCHIVE_OK ||
        archive_write_open_memory(a, to->at, to->n, &used) != ARCHIVE_OK ||
        archive_write_header(a, e) != ARCHIVE_OK ||
        archive_write_data(a, bytes.at, bytes.n) != (la_ssize_t)bytes.n ||
        archive_write_close(a) != ARCHIVE_OK)
        return -ENOMEM; /* there is room, and nothing else to fail */
    to->n = used;
    return 0;
}

int specimen_zip_make(Span bytes, const char *name, Buf *to) {
    struct archive *a = archive_write_new();
    struct archive_entry *e = archive_entry_new();
    _cleanup_(buf_done) Buf zip = {0};
    int r = a && e && buf_extend(&zip, 2 * bytes.n + ZIP_ROOM) ? 0 : -ENOMEM;

    if (r == 0)
        r = zip_write(a, e, name, bytes, &zip);
    archive_entry_free(e);
    archive_write_free(a);
    if (r == 0)
        buf_span(to, buf_as_span(&zip));
    return r < 0 ? r : buf_error(to);
}

int specimen_zip(Specimen *s, Span bytes, const char *name) {
    _cleanup_(buf_done) Buf zip = {0};
    int r = specimen_zip_make(bytes, name, &zip);

    return r < 0 ? r : specimen_read(s, buf_as_span(&zip), "zip");
}
