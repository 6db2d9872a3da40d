/* Record: see record.h. */
#include "lib/record.h"

#include <jansson.h>

#define PRINT_FLAGS (JSON_COMPACT | JSON_ENSURE_ASCII)

struct Record {
    json_t *json;
    uint64_t number; /* of its line */
};

int record_read(Span line, uint64_t number, Error *reterr, Record **ret) {
    _cleanup_(record_freep) Record *r = calloc(1, sizeof(*r));
    json_error_t why;

    if (!r)
        return -ENOMEM;
    r->number = number;
    r->json = json_loadb((const char *)line.at, line.n, JSON_ALLOW_NUL, &why);
    if (!r->json)
        return error_set(reterr, -EINVAL, "line %llu is not JSON, at column %d",
                         (unsigned long long)number, why.column);
    if (!json_is_object(r->json))
        return error_set(reterr, -EINVAL, "line %llu is no JSON object",
                         (unsigned long long)number);
    *ret = TAKE(r);
    return 0;
}

Record *record_free(Record *r) {
    if (r)
        json_decref(r->json);
    free(r);
    return NULL;
}

int record_text(const Record *r, const char *key, Error *reterr, Span *ret) {
    const json_t *member = json_object_get(r->json, key);

    if (!json_is_string(member))
        return error_set(reterr, -EINVAL, "line %llu has no \"%s\" that is a string",
                         (unsigned long long)r->number, key);
    *ret = span(json_string_value(member), json_string_length(member));
    return 0;
}

static int add_json(const char *bytes, size_t n, void *to) {
    buf_add(to, bytes, n);
    return buf_error(to) < 0 ? -1 : 0;
}

static int print(const json_t *json, Buf *to) {
    return json_dump_callback(json, add_json, to, PRINT_FLAGS | JSON_ENCODE_ANY) < 0 ? -ENOMEM : 0;
}

int record_print(const Record *r, const char *key, Buf *to) {
    const json_t *member = json_object_get(r->json, key);

    if (member)
        return print(member, to);
    buf_text(to, "null");
    return buf_error(to);
}

int record_print_open(const Record *r, const char *without, Buf *to) {
    const char *key;
    json_t *member;
    size_t n = 0;

    buf_byte(to, '{');
    json_object_foreach(r->json, key, member) {
        _cleanup_(json_decrefp) json_t *name = json_string(key);
        int e;

        if (strcmp(key, without) == 0)
            continue;
        if (n++)
            buf_byte(to, ',');
        e = name ? print(name, to) : -ENOMEM;
        buf_byte(to, ':');
        if (e == 0)
            e = print(member, to);
        if (e < 0)
            return e;
    }
    return buf_error(to);
}
