/* Line: see line.h. */
#include "report/line.h"

#include "base/clock.h"
#include "store/name.h"

Json line_begin(Outlet *to, const char *kind) {
    Json j = json_to(&to->buf);

    json_object_begin(&j);
    json_key(&j, "kind");
    json_text(&j, kind);
    return j;
}

int line_end(Json *j, Outlet *to) {
    json_object_end(j);
    buf_byte(&to->buf, '\n');
    return outlet_flush(to);
}

void line_text(Json *j, const char *key, const char *text) {
    json_key(j, key);
    json_text(j, text);
}

void line_uint(Json *j, const char *key, uint64_t v) {
    json_key(j, key);
    json_uint(j, v);
}

void line_bool(Json *j, const char *key, bool v) {
    json_key(j, key);
    json_bool(j, v);
}

void line_time(Json *j, const char *key, int64_t ns) {
    char text[CLOCK_TEXT_MAX];

    json_key(j, key);
    if (ns == INT64_MIN) {
        json_null(j);
        return;
    }
    clock_print(ns, text, sizeof(text));
    json_text(j, text);
}

void line_status(Json *j, const char *key, const Status *s) {
    char text[STATUS_REASON_MAX + 24];

    status_print(s, text, sizeof(text));
    line_text(j, key, text);
}

int line_locator(Json *j, const char *key, Span root, Span path) {
    _cleanup_(buf_done) Buf shown = {0}, raw = {0};
    int r = name_print(&shown, root, path);

    name_raw(&raw, root, path);
    if (r < 0 || (r = buf_error(&raw)) < 0)
        return r;
    json_name(j, key, buf_as_span(&shown), buf_as_span(&raw));
    return 0;
}

void line_name(Json *j, const char *key, Span raw) {
    _cleanup_(buf_done) Buf shown = {0};

    locator_print_name(&shown, raw);
    json_name(j, key, buf_as_span(&shown), raw);
}
