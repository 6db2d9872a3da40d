/*
 * Pptx: PresentationML (ECMA-376-1, 13 and 19): slides in the order of the presentation, each a
 * page with its number; its notes and comments are sections named after it; masters and layouts
 * after their member.
 */
#include "extract/format/office.h"

enum { SLIDES_MAX = 1 << 16 };

typedef struct Order {
    Office *o;
    Span *ids; /* relationships of the slides, in order */
    size_t n, cap;
} Order;

static int order_start(void *of, const char *name, const char **attributes) {
    Order *order = of;
    const char *id = NULL;

    if (strcmp(name, "sldId") != 0 || order->n == SLIDES_MAX)
        return 0;
    for (; *attributes; attributes += 2) { /* r:id; `id` alone is a number of the slide */
        if (strchr(attributes[0], ':') && strcmp(sax_local(attributes[0]), "id") == 0)
            id = attributes[1];
    }
    if (!id)
        return 0;
    if (order->n == order->cap) {
        size_t cap = order->cap ? 2 * order->cap : 32;
        Span *more = realloc(order->ids, cap * sizeof(*more));

        if (!more)
            return -ENOMEM;
        order->ids = more;
        order->cap = cap;
    }
    order->ids[order->n] = office_name(order->o, id);
    return order->ids[order->n++].at ? 0 : -ENOMEM;
}

static int order_end(void *of, const char *name) {
    (void)of;
    (void)name;
    return 0;
}

/* The presentation has no text of its own; what is there all the same comes out in its section. */
static int order_text(void *of, Span text) {
    Order *order = of;

    return sax_blank(text) ? 0 : office_aside(order->o, text);
}

static int read_beside(Office *o, Member *m, unsigned number, const char *what) {
    char name[64];

    snprintf(name, sizeof(name), "slide%u/%s", number, what);
    return docx_story(o, m, PART_SECTION, span_of(name));
}

static int read_slide(Office *o, Member *m, unsigned number) {
    static const struct {
        const char *type, *what;
        uint8_t kind;
    } besides[] = {
        {"notesSlide", "notes", ROOT_NOTES},
        {"comments", "comments", ROOT_SLIDE_COMMENTS},
    };
    char name[32];
    Rels rels = {0};
    int r;

    snprintf(name, sizeof(name), "slide%u", number);
    r = docx_story(o, m, PART_PAGE, span_of(name));
    if (r == 0)
        r = office_rels(o, m, &rels);
    for (size_t i = 0; r == 0 && i < N_ELEMENTS(besides); i++) {
        Member *beside = rels_by_type(o, &rels, besides[i].type);

        if (beside && !beside->taken && beside->kind == besides[i].kind)
            r = read_beside(o, beside, number, besides[i].what);
    }
    rels_done(&rels);
    return r;
}

static int read_presentation(Office *o, Member *m, unsigned *number) {
    static const SaxHandler handler = {
        .start = order_start, .end = order_end, .text = order_text, .other = office_other};
    Order order = {.o = o};
    Rels rels = {0};
    int r = office_parse(o, m, &handler, &order, NULL);

    if (r == 0)
        r = office_rels(o, m, &rels);
    for (size_t i = 0; r == 0 && i < order.n; i++) {
        Member *slide = rels_by_id(o, &rels, (const char *)order.ids[i].at);

        ++*number; /* one that is missing keeps its place */
        if (slide && !slide->taken && slide->kind == ROOT_SLIDE)
            r = read_slide(o, slide, *number);
    }
    rels_done(&rels);
    free(order.ids);
    return r;
}

int pptx_read(Office *o) {
    static const uint8_t strays[] = {ROOT_NOTES, ROOT_SLIDE_COMMENTS, ROOT_SLIDE_MASTER};
    unsigned number = 0;
    size_t at = 0;
    Member *m;
    int r = 0;

    while (r == 0 && (m = office_next(o, ROOT_PRESENTATION, &at)))
        r = read_presentation(o, m, &number);
    for (at = 0; r == 0 && (m = office_next(o, ROOT_SLIDE, &at));)
        r = read_slide(o, m, ++number); /* no presentation shows it */
    for (size_t i = 0; r == 0 && i < N_ELEMENTS(strays); i++) {
        for (at = 0; r == 0 && (m = office_next(o, strays[i], &at));)
            r = docx_story(o, m, PART_SECTION, office_stem(m->name));
    }
    return r;
}
