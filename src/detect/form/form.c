/* Form: see form.h. */
#include "detect/form/form.h"

#include "base/cleanup.h"

static const struct {
    const char *name;
    FormFind find;
} forms[N_FORMS] = {
    [FORM_EMAIL] = {"email", form_email},
    [FORM_IBAN] = {"iban", form_iban},
    [FORM_IPV4] = {"ipv4", form_ipv4},
    [FORM_IPV6] = {"ipv6", form_ipv6},
    [FORM_MAC] = {"mac", form_mac},
    [FORM_UUID] = {"uuid", form_uuid},
    [FORM_PHONE] = {"phone", form_phone},
    [FORM_BITCOIN] = {"bitcoin", form_bitcoin},
    [FORM_BITCOIN_KEY] = {"bitcoin-key", form_bitcoin_key},
    [FORM_ETHEREUM] = {"ethereum", form_ethereum},
};

int form_parse(const char *name) {
    for (int k = 0; k < N_FORMS; k++) {
        if (strcmp(name, forms[k].name) == 0)
            return k;
    }
    return -1;
}

const char *form_name(FormKind kind) {
    return forms[kind].name;
}

FormFind form_find(FormKind kind) {
    return forms[kind].find;
}

/* Eight bytes at once: those of 'A' to 'Z' get bit 5. */
static inline uint64_t lower_eight(uint64_t x) {
    const uint64_t ones = UINT64_C(0x0101010101010101), high = 0x80 * ones;
    uint64_t low = x & ~high, from_a = low + (0x80 - 'A') * ones,
             above_z = low + (0x7f - 'Z') * ones;

    return x | (from_a & ~above_z & ~x & high) >> 2;
}

void form_lower(const uint8_t *text, size_t n, char *ret) {
    for (size_t i = 0; i < n; i += 8) {
        uint64_t x;

        memcpy(&x, text + i, sizeof(x));
        x = lower_eight(x);
        memcpy(ret + i, &x, sizeof(x));
    }
}

static bool is_control(uint8_t c) {
    return (c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7f;
}

static bool is_continuation(uint8_t c) {
    return (c & 0xc0) == 0x80;
}

/* Does a UTF-8 sequence of two to four bytes end right before `at`? */
static bool utf8_ends(const uint8_t *text, size_t at) {
    size_t n = 1;

    while (n < 4 && n < at && is_continuation(text[at - n]))
        n++;
    switch (n) {
    case 2:
        return text[at - 2] >= 0xc2 && text[at - 2] < 0xe0;
    case 3:
        return text[at - 3] >= 0xe0 && text[at - 3] < 0xf0;
    case 4:
        return text[at - 4] >= 0xf0 && text[at - 4] < 0xf5;
    default:
        return false;
    }
}

/* The length of the UTF-8 sequence of text[0..n); 0 if there is none. */
static size_t utf8_starts(const uint8_t *text, size_t n) {
    uint8_t c = text[0];
    size_t length = c < 0x80 ? 1 : c < 0xc2 ? 0 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : c < 0xf5 ? 4 : 0;

    if (n < length)
        return 0;
    for (size_t i = 1; i < length; i++) {
        if (!is_continuation(text[i]))
            return 0;
    }
    return length;
}

bool form_is_utf8(const uint8_t *text, size_t n) {
    size_t i = 0;

    while (i < n) {
        size_t length = utf8_starts(text + i, n - i);

        if (!length)
            return false;
        i += length;
    }
    return true;
}

bool form_in_binary(const uint8_t *text, size_t n, size_t start, size_t end) {
    for (size_t i = 1; i <= 2 && i <= start && text[start - i] < 0x80; i++) {
        if (is_control(text[start - i]))
            return true;
    }
    for (size_t i = 0; i < 2 && end + i < n && text[end + i] < 0x80; i++) {
        if (is_control(text[end + i]))
            return true;
    }
    return (start && text[start - 1] >= 0x80 && !utf8_ends(text, start)) ||
           (end < n && !utf8_starts(text + end, n - end));
}
