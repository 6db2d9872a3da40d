/* JsonTree: see jsontree.h. A tree is jansson's root value under our name. */
#include "evidence/jsontree.h"

#include <jansson.h>
#include <sodium.h>

#include "evidence/canonical.h"

enum { NAME_MAX_BYTES = 128 };

int jsontree_parse(Span text, JsonTree **ret) {
    json_error_t error;
    json_t *v =
        json_loadb((const char *)text.at, text.n, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &error);

    if (!json_is_object(v)) {
        json_decref(v);
        return -EINVAL;
    }
    *ret = (JsonTree *)v;
    return 0;
}

JsonTree *jsontree_free(JsonTree *t) {
    json_decref((json_t *)t);
    return NULL;
}

static const json_t *find(const JsonTree *t, const char *name) {
    const json_t *v = (const json_t *)t;
    char step[NAME_MAX_BYTES];

    while (v && *name) {
        size_t n = strcspn(name, ".");

        if (n >= sizeof(step))
            return NULL;
        memcpy(step, name, n);
        step[n] = 0;
        v = json_object_get(v, step);
        name += n + (name[n] == '.');
    }
    return v;
}

const char *jsontree_text(const JsonTree *t, const char *name) {
    return json_string_value(find(t, name));
}

const char *jsontree_word(const JsonTree *t, const char *name) {
    const char *text = jsontree_text(t, name);

    return text ? text : "";
}

bool jsontree_int(const JsonTree *t, const char *name, int64_t *ret) {
    const json_t *v = find(t, name);

    if (!json_is_integer(v))
        return false;
    *ret = json_integer_value(v);
    return true;
}

bool jsontree_bool(const JsonTree *t, const char *name, bool *ret) {
    const json_t *v = find(t, name);

    if (!json_is_boolean(v))
        return false;
    *ret = json_is_true(v);
    return true;
}

bool jsontree_is_null(const JsonTree *t, const char *name) {
    return json_is_null(find(t, name));
}

bool jsontree_hex(const JsonTree *t, const char *name, uint8_t *ret, size_t n) {
    const json_t *v = find(t, name);
    size_t got;

    return json_is_string(v) &&
           sodium_hex2bin(ret, n, json_string_value(v), json_string_length(v), NULL, &got, NULL) ==
               0 &&
           got == n;
}

int jsontree_canonical(const JsonTree *t, const char *name, Buf *to) {
    const json_t *v = find(t, name);
    char *text = v ? json_dumps(v, JSON_COMPACT) : NULL; /* NULL for what is no object or array */
    int r = text ? canonical_json(span_of(text), to) : -EINVAL;

    free(text);
    return r;
}
