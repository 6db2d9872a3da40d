/* Name: see name.h. */
#include "store/name.h"

/* Cuts path at its first NUL; what follows becomes *rest. False when there was none. */
static bool name_cut(Span path, Span *ret_first, Span *rest) {
    const uint8_t *nul = path.n ? memchr(path.at, 0, path.n) : NULL;
    size_t n = nul ? (size_t)(nul - path.at) : path.n;

    *ret_first = span(path.at, n);
    *rest = nul ? span(nul + 1, path.n - n - 1) : (Span){0};
    return nul;
}

static void join_put(Buf *b, Span root, Span file) {
    buf_span(b, root);
    if (root.n && file.n && root.at[root.n - 1] != '/')
        buf_byte(b, '/');
    buf_span(b, file);
}

int name_locator(Buf *join, Span root, Span path, Locator *ret) {
    Locator l = {.n_names = 1};
    Span file, rest;
    bool more = name_cut(path, &file, &rest);

    buf_clear(join);
    join_put(join, root, file);
    if (buf_error(join) < 0)
        return -ENOMEM;
    l.names[0] = buf_as_span(join);
    while (more && l.n_names < LOCATOR_DEPTH_MAX - 1)
        more = name_cut(rest, &l.names[l.n_names++], &rest);
    if (more)
        l.names[l.n_names++] = rest;
    *ret = l;
    return 0;
}

void name_raw(Buf *b, Span root, Span path) {
    Span name;
    bool more = name_cut(path, &name, &path);

    join_put(b, root, name);
    while (more) {
        more = name_cut(path, &name, &path);
        buf_text(b, "!/");
        buf_span(b, name);
    }
}

int name_print(Buf *b, Span root, Span path) {
    _cleanup_(buf_done) Buf join = {0};
    Locator l;
    int r = name_locator(&join, root, path, &l);

    if (r < 0)
        return r;
    locator_print(b, &l);
    return buf_error(b);
}
