/* Edm: see edm.h. The vocabulary of `format: edm/1` as a table of keys. */
#include "rule/edm.h"

#include "base/buf.h"
#include "rule/field.h"

enum { TEXT_MAX = 512, PATH_TEXT_MAX = 4096, COLUMNS_MAX = 8, WITHIN_USUAL = 256 };

bool edm_is(const Node *root) {
    const Node *format = root->kind == NODE_MAP ? node_get(root, "format") : NULL;

    return format && format->kind == NODE_TEXT && strcmp(format->text, EDM_FORMAT) == 0;
}

static int read_format(const Node *n _unused_, Reader *r _unused_, void *into _unused_) {
    return 0; /* edm_is() */
}

static int read_id(const Node *n, Reader *r, void *into) {
    EdmRule *e = into;

    e->mark = n->mark;
    return field_name(n, r, &e->id);
}

static int read_title(const Node *n, Reader *r, void *into) {
    return field_text(n, TEXT_MAX, r, &((EdmRule *)into)->title);
}

static int read_table(const Node *n, Reader *r, void *into) {
    EdmRule *e = into;
    const char *slash = strrchr(n->mark.file, '/');
    _cleanup_(buf_done) Buf path = {0};
    int rc = field_text(n, PATH_TEXT_MAX, r, &e->table);

    if (rc < 0 || e->table[0] == '/' || !slash)
        return rc;
    buf_add(&path, n->mark.file, (size_t)(slash + 1 - n->mark.file));
    buf_text(&path, e->table);
    e->table = buf_error(&path) < 0 ? NULL : arena_text(r->arena, buf_as_span(&path));
    return e->table ? 0 : -ENOMEM;
}

static int read_detector(const Node *n, Reader *r, void *into) {
    return field_text(n, TEXT_MAX, r, &((EdmRule *)into)->detector);
}

static int read_columns(const Node *n, Reader *r, void *into) {
    return field_number(n, 0, COLUMNS_MAX, r, &((EdmRule *)into)->columns);
}

static int read_within(const Node *n, Reader *r, void *into) {
    return field_number(n, 1, EDM_WITHIN_MAX, r, &((EdmRule *)into)->within);
}

static const Field edm_fields[] = {
    {"format", read_format, true},     {"id", read_id, true},
    {"title", read_title, false},      {"table", read_table, true},
    {"detector", read_detector, true}, {"columns", read_columns, false},
    {"within", read_within, false},
};

int edm_read(const Node *root, Arena *arena, Error *reterr, EdmRule *ret) {
    Reader r = {.arena = arena, .reterr = reterr};

    *ret = (EdmRule){.title = "", .within = WITHIN_USUAL};
    return fields_read(root, edm_fields, N_ELEMENTS(edm_fields), &r, ret);
}
