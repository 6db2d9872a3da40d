/* Canonical: see canonical.h. The tree is as deep as jansson reads (2,048 levels). */
#include "evidence/canonical.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>

#define INTEGER_MAX INT64_C(9007199254740991) /* RFC 7493 section 2.2: 2^53 - 1 */

enum { DIGITS_MAX = 17, NUMBER_MAX = 40 };

static int value_put(Buf *to, const json_t *v);

/* RFC 8785 section 3.2.2.2. Bytes from jansson are valid UTF-8. */
static void string_put(Buf *to, Span text) {
    static const char letters[] = "btn?fr"; /* of 8, 9, 10, 12, 13 */

    buf_byte(to, '"');
    for (size_t i = 0; i < text.n; i++) {
        uint8_t c = text.at[i];

        if (c == '"' || c == '\\')
            buf_printf(to, "\\%c", c);
        else if (c >= 8 && c <= 13 && c != 11)
            buf_printf(to, "\\%c", letters[c - 8]);
        else if (c < 0x20)
            buf_printf(to, "\\u%04x", c);
        else
            buf_byte(to, c);
    }
    buf_byte(to, '"');
}

/* The fewest decimal digits that read back as v, and the power of ten of the first. */
static size_t digits_of(double v, char ret[DIGITS_MAX], int *ret_exponent) {
    char text[NUMBER_MAX];
    size_t n = 0;

    for (int precision = 0; precision < DIGITS_MAX; precision++) {
        snprintf(text, sizeof(text), "%.*e", precision, v);
        if (strtod(text, NULL) == v)
            break;
    }
    /* the point is that of the locale, so what is no digit is passed over */
    for (const char *at = text; *at && *at != 'e'; at++) {
        if (*at >= '0' && *at <= '9')
            ret[n++] = *at;
    }
    *ret_exponent = atoi(strchr(text, 'e') + 1);
    return n;
}

/* ECMA-262 section 6.1.6.1.20, Number::toString. */
static void double_put(Buf *to, double v) {
    char digits[DIGITS_MAX];
    int exponent, point;
    size_t n;

    if (v == 0) {
        buf_byte(to, '0');
        return;
    }
    if (v < 0)
        buf_byte(to, '-');
    n = digits_of(fabs(v), digits, &exponent);
    point = exponent + 1; /* how many digits stand before it */
    if (point > 21 || point <= -6) {
        buf_byte(to, (uint8_t)digits[0]);
        if (n > 1)
            buf_byte(to, '.');
        buf_add(to, digits + 1, n - 1);
        buf_printf(to, "e%+d", exponent);
        return;
    }
    if (point <= 0)
        buf_text(to, "0.");
    for (int i = point; i < 0; i++)
        buf_byte(to, '0');
    for (int i = 0; i < (int)n || i < point; i++) {
        if (i == point && i > 0)
            buf_byte(to, '.');
        buf_byte(to, i < (int)n ? (uint8_t)digits[i] : '0');
    }
}

static int number_put(Buf *to, const json_t *v) {
    if (json_is_integer(v)) {
        json_int_t n = json_integer_value(v);

        if (n > INTEGER_MAX || n < -INTEGER_MAX)
            return -ERANGE;
        buf_printf(to, "%" JSON_INTEGER_FORMAT, n);
        return 0;
    }
    if (!isfinite(json_real_value(v)))
        return -ERANGE;
    double_put(to, json_real_value(v));
    return 0;
}

/*
 * UTF-8 orders as UTF-16 does but for one thing: what takes two units there (a first byte of F0 or
 * above) comes before U+E000 to U+FFFF (EE, EF).
 */
static int key_rank(uint8_t byte) {
    if (byte >= 0xf0)
        return 2 * 0xed + 1 + (byte - 0xf0);
    return byte >= 0xee ? 2 * byte + 0x40 : 2 * byte;
}

static int key_compare(const void *a, const void *b) {
    const uint8_t *x = *(const uint8_t *const *)a, *y = *(const uint8_t *const *)b;

    while (*x && *x == *y) {
        x++;
        y++;
    }
    return key_rank(*x) - key_rank(*y);
}

static int object_put(Buf *to, json_t *v) {
    size_t n = json_object_size(v), i = 0;
    _cleanup_(free_p) const char **keys = calloc(n + 1, sizeof(*keys));
    const char *key;
    json_t *member;
    int r = 0;

    if (!keys)
        return -ENOMEM;
    json_object_foreach(v, key, member) keys[i++] = key;
    qsort(keys, n, sizeof(*keys), key_compare);
    buf_byte(to, '{');
    for (i = 0; i < n && r == 0; i++) {
        if (i)
            buf_byte(to, ',');
        string_put(to, span_of(keys[i]));
        buf_byte(to, ':');
        r = value_put(to, json_object_get(v, keys[i]));
    }
    buf_byte(to, '}');
    return r;
}

static int array_put(Buf *to, const json_t *v) {
    int r = 0;

    buf_byte(to, '[');
    for (size_t i = 0; i < json_array_size(v) && r == 0; i++) {
        if (i)
            buf_byte(to, ',');
        r = value_put(to, json_array_get(v, i));
    }
    buf_byte(to, ']');
    return r;
}

static int value_put(Buf *to, const json_t *v) {
    switch (json_typeof(v)) {
    case JSON_OBJECT:
        return object_put(to, (json_t *)v); /* jansson's own iterator wants it so */
    case JSON_ARRAY:
        return array_put(to, v);
    case JSON_STRING:
        string_put(to, span(json_string_value(v), json_string_length(v)));
        return 0;
    case JSON_INTEGER:
    case JSON_REAL:
        return number_put(to, v);
    case JSON_TRUE:
    case JSON_FALSE:
        buf_text(to, json_is_true(v) ? "true" : "false");
        return 0;
    case JSON_NULL:
        break;
    }
    buf_text(to, "null");
    return 0;
}

int canonical_json(Span json, Buf *to) {
    json_error_t error;
    json_t *v =
        json_loadb((const char *)json.at, json.n, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &error);
    int r;

    if (!v)
        return json_error_code(&error) == json_error_out_of_memory      ? -ENOMEM
               : json_error_code(&error) == json_error_numeric_overflow ? -ERANGE
                                                                        : -EINVAL;
    r = value_put(to, v);
    json_decref(v);
    return r < 0 ? r : buf_error(to);
}
