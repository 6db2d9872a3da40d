/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pdf: see pdf.h.
 *
 * One document: its shape first (extract/helper/pdfscan.h), then what the library makes of it:
 * text, notes, links and fields page by page, then properties, outline and attachments. Each page
 * is a part; the form is a table with one row, a column for each field.
 *
 * poppler says what it stumbles over by messages only. They are looked at for words of damage and
 * dropped: they may quote the document. A page that gave no text and a message, and a document that
 * poppler cannot open, are read by pdf_salvage(). The library may crash or hang on what it reads:
 * this runs in a process of its own that may.
 */
#include "extract/helper/pdf.h"

#include <iconv.h>

#include <poppler.h>

#include "extract/helper/feedstream.h"
#include "extract/helper/pdfscan.h"
#include "extract/tail.h"

enum {
    PAGES_MAX = 1 << 20,
    MISSING_MAX = 1000, /* pages in a row that are told of and not there */
    OUTLINE_MAX = 100000,
    OUTLINE_DEPTH = 32,
    LIST_MAX = 100000, /* notes, links or fields of one page */
    ATTACHMENT_MAX = 64 << 20,
    TAIL_LEAST = 4,  /* bytes behind the end that are more than line ends */
    THIN_TEXT = 100, /* characters on a page that a picture fills: a stamp, not its text */
};

typedef struct Reading {
    Extraction *x;
    Feed *f;
    PopplerDocument *document;
    unsigned messages; /* of poppler, so far */
    bool damaged;      /* some of them said so, or a page could not be had */
    bool closed;       /* poppler cannot open it */
    bool unshown;      /* a page gave no text, but a message */
    unsigned unread;   /* pages that are pictures */
    uint32_t n_fields;
} Reading;

/* ---- messages ---- */

static void note_message(const char *domain, GLogLevelFlags level, const char *message, void *of) {
    static const char *const damage[] = {
        "xref",           "XRef",          "railer",       "nd of file", "compression method",
        "bad block",      "Bad block",     "Couldn't",     "damaged",    "Missing",
        "op-level pages", "code in flate", "code lengths", "incorrect",  "oop in",
    };
    Reading *p = of;

    (void)domain;
    (void)level;
    p->messages++;
    for (size_t i = 0; message && i < N_ELEMENTS(damage); i++)
        p->damaged |= strstr(message, damage[i]) != NULL;
}

void pdf_prepare(void) {
    static const char *const from[] = {"UTF-16BE", "UTF-16LE", "UTF-16", "UCS-2BE"};

    for (size_t i = 0; i < N_ELEMENTS(from); i++) {
        iconv_t there = iconv_open("UTF-8", from[i]), back = iconv_open(from[i], "UTF-8");

        if (there != (iconv_t)-1)
            iconv_close(there);
        if (back != (iconv_t)-1)
            iconv_close(back);
    }
}

/* ---- text ---- */

static int give(Reading *p, const char *text) {
    return text && *text ? extract_text(p->x, span_of(text)) : 0;
}

static int give_line(Reading *p, const char *text) {
    int r = give(p, text);

    return r == 0 && text && *text ? give(p, "\n") : r;
}

/* Fonts have hyphens that do not break, and nothing but glyphs tells them from others: they are
 * written as people type them. In place: what stands for them is shorter. */
static void plain_hyphens(char *text) {
    char *to = text;

    for (const char *at = text; at && *at;) {
        if (strncmp(at, "\xE2\x80\x90", 3) == 0 || strncmp(at, "\xE2\x80\x91", 3) == 0) {
            *to++ = '-';
            at += 3;
        } else {
            *to++ = *at++;
        }
    }
    if (to)
        *to = 0;
}

/* As give_line, of a string that is ours to free. */
static int take_line(Reading *p, char *text) {
    int r = give_line(p, text);

    g_free(text);
    return r;
}

static int give_named(Reading *p, const char *name, char *text) {
    int r = text && *text ? give(p, name) : 0;

    if (r == 0 && text && *text)
        r = give(p, ": ");
    return r ? (g_free(text), r) : take_line(p, text);
}

static int give_action(Reading *p, const PopplerAction *a) {
    int r;

    if (!a)
        return 0;
    switch (a->type) {
    case POPPLER_ACTION_URI:
        return give_line(p, a->uri.uri);
    case POPPLER_ACTION_GOTO_REMOTE:
        return give_line(p, a->goto_remote.file_name);
    case POPPLER_ACTION_LAUNCH:
        r = give_line(p, a->launch.file_name);
        return r ? r : give_line(p, a->launch.params);
    case POPPLER_ACTION_JAVASCRIPT:
        return give_line(p, a->javascript.script);
    default:
        return 0;
    }
}

/* ---- attachments ---- */

typedef struct Gather {
    Reading *p;
    Buf bytes;
    bool cut;
    int r;
} Gather;

static gboolean gather(const gchar *bytes, gsize n, gpointer of, GError **error) {
    Gather *g = of;

    (void)error;
    if (n > ATTACHMENT_MAX - g->bytes.n) {
        n = ATTACHMENT_MAX - g->bytes.n;
        g->cut = true;
    }
    g->r = extract_spend(g->p->x, n);
    buf_add(&g->bytes, bytes, n);
    if (g->r == 0)
        g->r = buf_error(&g->bytes);
    return g->r == 0 && !g->cut;
}

static int64_t time_of(GDateTime *t) {
    gint64 s = t ? g_date_time_to_unix(t) : 0;

    return t && s > INT64_MIN / 1000000000 && s < INT64_MAX / 1000000000 ? s * 1000000000
                                                                         : INT64_MIN;
}

static int read_attachment(Reading *p, PopplerAttachment *a) {
    const char *name = poppler_attachment_get_name(a);
    Entry e = {.name = span_of(name && *name ? name : "attachment"),
               .size = FEED_SIZE_UNKNOWN,
               .mtime = time_of(poppler_attachment_get_mtime(a))};
    Gather g = {.p = p};
    Feed f;
    int r;

    poppler_attachment_save_to_callback(a, gather, &g, NULL);
    f = feed_of_span(buf_as_span(&g.bytes));
    r = g.r ? g.r : give_line(p, poppler_attachment_get_description(a));
    if (r == 0)
        r = extract_unit(p->x, &e, &f);
    if (r == 0 && g.cut) /* what is beyond */
        r = extract_listed(p->x, &e, status_of(STATUS_LIMIT, "hold"));
    feed_done(&f);
    buf_wipe(&g.bytes);
    return r;
}

static int read_attachments(Reading *p) {
    GList *all = poppler_document_get_attachments(p->document);
    int r = 0;

    for (GList *i = all; i; i = i->next) {
        if (r == 0)
            r = read_attachment(p, i->data);
        g_object_unref(i->data);
    }
    g_list_free(all);
    return r;
}

/* ---- a page ---- */

static int read_note(Reading *p, PopplerAnnot *a) {
    int r = take_line(p, poppler_annot_get_contents(a));

    if (r == 0 && POPPLER_IS_ANNOT_MARKUP(a)) {
        r = take_line(p, poppler_annot_markup_get_label(POPPLER_ANNOT_MARKUP(a)));
        if (r == 0)
            r = take_line(p, poppler_annot_markup_get_subject(POPPLER_ANNOT_MARKUP(a)));
    }
    if (r == 0 && POPPLER_IS_ANNOT_SCREEN(a))
        r = give_action(p, poppler_annot_screen_get_action(POPPLER_ANNOT_SCREEN(a)));
    if (r == 0 && POPPLER_IS_ANNOT_FILE_ATTACHMENT(a)) {
        PopplerAttachment *file =
            poppler_annot_file_attachment_get_attachment(POPPLER_ANNOT_FILE_ATTACHMENT(a));

        if (file) {
            r = read_attachment(p, file);
            g_object_unref(file);
        }
    }
    return r;
}

static int read_notes(Reading *p, PopplerPage *page) {
    GList *all = poppler_page_get_annot_mapping(page);
    unsigned n = 0;
    int r = 0;

    for (GList *i = all; r == 0 && i && n < LIST_MAX; i = i->next, n++)
        r = read_note(p, ((PopplerAnnotMapping *)i->data)->annot);
    poppler_page_free_annot_mapping(all);
    return r;
}

static int read_links(Reading *p, PopplerPage *page) {
    GList *all = g_list_reverse(poppler_page_get_link_mapping(page));
    unsigned n = 0;
    int r = 0;

    for (GList *i = all; r == 0 && i && n < LIST_MAX; i = i->next, n++)
        r = give_action(p, ((PopplerLinkMapping *)i->data)->action);
    poppler_page_free_link_mapping(all);
    return r;
}

static size_t count_characters(const char *text) {
    size_t n = 0;

    for (; text && *text; text++)
        n += (unsigned char)*text > ' ' && ((unsigned char)*text & 0xC0) != 0x80;
    return n;
}

/* The page is a picture: it has one and no text, or little text and one that fills half of it. */
static bool is_picture(PopplerPage *page, size_t characters) {
    GList *all = poppler_page_get_image_mapping(page);
    double width = 0, height = 0, widest = 0;
    bool any = all != NULL;

    poppler_page_get_size(page, &width, &height);
    for (GList *i = all; i; i = i->next) {
        const PopplerRectangle *a = &((PopplerImageMapping *)i->data)->area;
        double area = (a->x2 - a->x1) * (a->y2 - a->y1);

        area = area < 0 ? -area : area;
        widest = area > widest ? area : widest;
    }
    poppler_page_free_image_mapping(all);
    return any && (characters == 0 || widest >= width * height / 2);
}

static int read_page(Reading *p, PopplerPage *page, int number) {
    unsigned before = p->messages;
    char name[24], *text;
    size_t characters;
    int r;

    snprintf(name, sizeof(name), "page%d", number);
    r = extract_part(p->x, PART_PAGE, span_of(name));
    if (r)
        return r;
    text = poppler_page_get_text(page);
    plain_hyphens(text);
    characters = count_characters(text);
    p->unshown |= characters == 0 && p->messages != before;
    r = take_line(p, text);
    if (r == 0 && characters < THIN_TEXT)
        p->unread += is_picture(page, characters);
    if (r == 0)
        r = read_notes(p, page);
    return r ? r : read_links(p, page);
}

/* ---- the form ---- */

static int read_choice(Reading *p, PopplerFormField *field) {
    int n = poppler_form_field_choice_get_n_items(field), r = 0;

    if (poppler_form_field_choice_is_editable(field)) {
        char *own = poppler_form_field_choice_get_text(field);

        r = give(p, own);
        g_free(own);
    }
    for (int i = 0; r == 0 && i < n && i < LIST_MAX; i++) {
        char *item = poppler_form_field_choice_is_item_selected(field, i)
                         ? poppler_form_field_choice_get_item(field, i)
                         : NULL;

        if (item)
            r = give(p, item);
        if (r == 0 && item)
            r = give(p, " ");
        g_free(item);
    }
    return r;
}

static int read_value(Reading *p, PopplerFormField *field) {
    char *text;
    int r;

    switch (poppler_form_field_get_field_type(field)) {
    case POPPLER_FORM_FIELD_TEXT:
        text = poppler_form_field_text_get_text(field);
        r = give(p, text);
        g_free(text);
        return r;
    case POPPLER_FORM_FIELD_CHOICE:
        return read_choice(p, field);
    case POPPLER_FORM_FIELD_BUTTON:
        return give(p, poppler_form_field_button_get_state(field) ? "on" : "off");
    default:
        return 0;
    }
}

static int read_field(Reading *p, PopplerFormField *field) {
    char *name = poppler_form_field_get_name(field);
    int r = 0;

    if (!name)
        name = poppler_form_field_get_partial_name(field);
    if (p->n_fields == 0)
        r = extract_part(p->x, PART_TABLE, span_of("form"));
    p->n_fields++;
    if (r == 0)
        r = extract_column(p->x, p->n_fields, span_of(name ? name : ""));
    if (r == 0)
        r = extract_at(p->x, 1, p->n_fields);
    if (r == 0)
        r = read_value(p, field);
    g_free(name);
    return r ? r : give(p, "\t");
}

static int read_fields(Reading *p, PopplerPage *page) {
    GList *all = g_list_reverse(poppler_page_get_form_field_mapping(page));
    unsigned n = 0;
    int r = 0;

    for (GList *i = all; r == 0 && i && n < LIST_MAX; i = i->next, n++)
        r = read_field(p, ((PopplerFormFieldMapping *)i->data)->field);
    poppler_page_free_form_field_mapping(all);
    return r;
}

/* ---- pages ---- */

/* Twice: the table of the form is one part, not one a page. */
static int read_pages(Reading *p, int (*one)(Reading *, PopplerPage *, int)) {
    int n = poppler_document_get_n_pages(p->document), missing = 0, r = 0;

    p->unshown |= n <= 0;
    for (int i = 0; r == 0 && i < n && i < PAGES_MAX && missing < MISSING_MAX; i++) {
        PopplerPage *page = poppler_document_get_page(p->document, i);

        if (!page) {
            p->damaged = p->unshown = true;
            missing++;
            continue;
        }
        missing = 0;
        r = one(p, page, i + 1);
        g_object_unref(page);
    }
    return r;
}

static int read_page_fields(Reading *p, PopplerPage *page, int number) {
    (void)number;
    return read_fields(p, page);
}

/* ---- properties, outline ---- */

static int give_time(Reading *p, FactKind kind, GDateTime *t) {
    int64_t ns = time_of(t);

    if (t)
        g_date_time_unref(t);
    if (ns == INT64_MIN)
        return 0;
    return extract_fact(p->x, &(Fact){.kind = kind, .from = ns, .to = ns});
}

/* Sensitivity labels are kept as "MSIP_Label_<id>_Name" beside a value. */
static int read_labels(Reading *p, const char *xmp) {
    enum { LABELS_MAX = 64 };
    int r = 0;
    unsigned n = 0;

    for (const char *at = strstr(xmp, "MSIP_Label_"); r == 0 && at && n < LABELS_MAX;
         at = strstr(at + 1, "MSIP_Label_"), n++) {
        const char *end = at + strcspn(at, " \t\r\n=><\"'"), *value, *stop;

        if (end - at < 5 || memcmp(end - 5, "_Name", 5) != 0)
            continue;
        value = end + strspn(end, " =>\"'");
        stop = value + strcspn(value, "<\"'");
        if (stop > value)
            r = extract_fact(
                p->x, &(Fact){.kind = FACT_LABEL, .text = span(value, (size_t)(stop - value))});
        at = stop;
        if (!*at)
            break;
    }
    return r;
}

static int read_xmp(Reading *p) {
    char *xmp = poppler_document_get_metadata(p->document);
    int r = xmp ? extract_part(p->x, PART_SECTION, span_of("xmp")) : 0;

    if (r == 0)
        r = give_line(p, xmp);
    if (r == 0 && xmp)
        r = read_labels(p, xmp);
    g_free(xmp);
    return r;
}

static int read_properties(Reading *p) {
    PopplerDocument *d = p->document;
    int r = extract_part(p->x, PART_SECTION, span_of("properties"));

    if (r == 0)
        r = give_named(p, "title", poppler_document_get_title(d));
    if (r == 0)
        r = give_named(p, "author", poppler_document_get_author(d));
    if (r == 0)
        r = give_named(p, "subject", poppler_document_get_subject(d));
    if (r == 0)
        r = give_named(p, "keywords", poppler_document_get_keywords(d));
    if (r == 0)
        r = give_named(p, "creator", poppler_document_get_creator(d));
    if (r == 0)
        r = give_time(p, FACT_CREATED, poppler_document_get_creation_date_time(d));
    if (r == 0)
        r = give_time(p, FACT_MODIFIED, poppler_document_get_modification_date_time(d));
    return r ? r : read_xmp(p);
}

static int read_outline(Reading *p, PopplerIndexIter *i, unsigned depth, unsigned *n) {
    int r = 0;

    if (!i)
        return 0;
    do {
        PopplerAction *a = poppler_index_iter_get_action(i);
        PopplerIndexIter *child = depth < OUTLINE_DEPTH ? poppler_index_iter_get_child(i) : NULL;

        if (a) {
            r = give_line(p, a->any.title);
            if (r == 0)
                r = give_action(p, a);
            poppler_action_free(a);
        }
        if (r == 0)
            r = read_outline(p, child, depth + 1, n);
        poppler_index_iter_free(child);
    } while (r == 0 && ++*n < OUTLINE_MAX && poppler_index_iter_next(i));
    return r;
}

static int read_whole_outline(Reading *p) {
    PopplerIndexIter *i = poppler_index_iter_new(p->document);
    unsigned n = 0;
    int r = i ? extract_part(p->x, PART_SECTION, span_of("outline")) : 0;

    if (r == 0)
        r = read_outline(p, i, 0, &n);
    poppler_index_iter_free(i);
    return r;
}

static int read_document(Reading *p) {
    int r = read_pages(p, read_page);

    if (r == 0)
        r = read_pages(p, read_page_fields);
    if (r == 0)
        r = read_properties(p);
    if (r == 0)
        r = read_whole_outline(p);
    if (r == 0)
        r = extract_part(p->x, PART_SECTION, span_of("attachments"));
    return r ? r : read_attachments(p);
}

/* ---- the file ---- */

/* What stands behind the document's end is a unit of its own, but for an archive that takes the
 * whole file for its own: that one the core has read. */
static int read_tail(Reading *p, const PdfShape *shape) {
    FeedSlice tail = {.of = p->f, .from = shape->end};
    Entry e = {.name = span_of("behind-end"), .size = shape->size - shape->end, .mtime = INT64_MIN};
    Feed f;
    int r;

    if (!shape->end || shape->size - shape->end < TAIL_LEAST || tail_sniff(p->f, "pdf"))
        return 0;
    if (tail_sniff(p->f, "pdf")) /* an archive: who sent us the file reads it */
        return 0;
    f = feed_of_slice(&tail, e.size);
    r = extract_unit(p->x, &e, &f);
    feed_done(&f);
    return r;
}

static PopplerDocument *open_document(Reading *p, GError **error) {
    GBytes *bytes;
    GInputStream *stream;
    PopplerDocument *d;

    if (p->f->memory.at) {
        bytes = g_bytes_new_static(p->f->memory.at, p->f->memory.n);
        d = poppler_document_new_from_bytes(bytes, NULL, error);
        g_bytes_unref(bytes);
        return d;
    }
    stream = feed_stream_new(p->f);
    d = poppler_document_new_from_stream(stream, (goffset)p->f->size, NULL, NULL, error);
    g_object_unref(stream);
    return d;
}

/* Whatever the library makes of it, with its messages ours. */
static int read_by_library(Reading *p, Status *ret) {
    GError *error = NULL;
    GLogFunc old = g_log_set_default_handler(note_message, p);
    int r = 0;

    p->document = open_document(p, &error);
    if (p->document)
        r = read_document(p);
    else if (g_error_matches(error, POPPLER_ERROR, POPPLER_ERROR_ENCRYPTED))
        *ret = status_of(STATUS_ENCRYPTED, "pdf");
    else
        p->damaged = p->closed = true;
    g_clear_error(&error);
    g_clear_object(&p->document);
    g_log_set_default_handler(old, NULL);
    return r;
}

/* The bytes as such, where nothing else could be made of them. */
static int read_raw(Reading *p) {
    uint8_t bytes[16 << 10];
    uint64_t at = 0;
    ssize_t n;
    int r = 0;

    while (r == 0 && (n = feed_read_at(p->f, at, bytes, sizeof(bytes))) > 0) {
        r = extract_bytes(p->x, span(bytes, (size_t)n), at, ENCODING_BINARY);
        at += (uint64_t)n;
    }
    return r;
}

static int pdf_extract(Extraction *x, Feed *f, Encoding encoding, Status *ret_status) {
    Reading p = {.x = x, .f = f};
    PdfShape shape;
    bool whole = true;
    int r = pdf_shape(f, &shape);

    (void)encoding;
    if (r)
        return r;
    if (shape.long_filter) {
        *ret_status = status_of(STATUS_LIMIT, "filters");
        return read_raw(&p);
    }
    r = read_by_library(&p, ret_status);
    if (r || ret_status->kind == STATUS_ENCRYPTED)
        return r;
    if (p.unshown || p.closed)
        r = pdf_salvage(x, f, &whole);
    if (r == 0 && p.closed)
        r = read_raw(&p);
    if (r == 0)
        r = read_tail(&p, &shape);
    if (p.damaged || !whole || !shape.end)
        *ret_status = status_of(STATUS_PARTIAL, "corrupt");
    else if (p.unread)
        *ret_status = status_of(STATUS_PARTIAL, "no-ocr");
    return r;
}

const Extractor pdf_reader = {
    .format = "pdf",
    .place = EXTRACT_PDF,
    .seeks = true,
    .extract = pdf_extract,
};
