/* Adversarial: see adversarial.h. */
#include "adversarial.h"

enum {
    GROUPS = 100000,
    NOISE_BYTES = 1 << 20,
    BASE64_LINE = 76, /* RFC 2045, 6.8 */
};

/* Groups of so many digits, the same separator after each. */
static void digit_groups(Text *t, unsigned digits, const char *separator, unsigned n) {
    while (n--) {
        text_digits(t, digits);
        text_put(t, separator);
    }
}

static void one_long_run(Text *t) {
    text_put(t, "1234567890");
}

static void runs_of_9(Text *t) {
    digit_groups(t, 9, " ", GROUPS);
}

static void lines_of_10(Text *t) {
    digit_groups(t, 10, "\n", GROUPS);
}

static void groups_of_4(Text *t) {
    digit_groups(t, 4, "-", 2 * GROUPS);
}

static void groups_of_3(Text *t) {
    digit_groups(t, 3, " ", 2 * GROUPS);
}

/* Card shapes only; one in ten passes Luhn. */
static void cards(Text *t) {
    for (unsigned i = 0; i < GROUPS; i++) {
        text_put(t, "4");
        text_digits(t, 3);
        for (unsigned group = 0; group < 3; group++) {
            text_put(t, " ");
            text_digits(t, 4);
        }
        text_put(t, "\n");
    }
}

static void at_signs(Text *t) {
    text_put(t, "a@");
}

/* Local parts of 63 letters and no domain. */
static void long_local_parts(Text *t) {
    for (unsigned i = 0; i < 63; i++)
        text_put(t, "a");
    text_put(t, "@");
}

static void base64_lines(Text *t) {
    for (unsigned n = NOISE_BYTES / 3 * 4; n > 0; n -= n < BASE64_LINE ? n : BASE64_LINE) {
        text_from(t, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
                  n < BASE64_LINE ? n : BASE64_LINE);
        text_put(t, "\n");
    }
}

static void hex_wall(Text *t) {
    text_from(t, "0123456789abcdef", 2 * NOISE_BYTES);
}

static void letter_digit_ids(Text *t) {
    text_put(t, "A1B2C3D4 X9Y8Z7 ");
}

/* The two examples of the IBAN registry, over and over. */
static void ibans(Text *t) {
    text_put(t, "DE89 3704 0044 0532 0130 00 GB82WEST12345698765432 ");
}

static void keywords(Text *t) {
    text_put(t, "password= secret api_key token AK"
                "IA gh"
                "p_ xox"
                "b- eyJ ");
}

static void unclosed_quotes(Text *t) {
    text_put(t, "password: \"aaaaaaaaaaaaaaaaaaaaaaaa ");
}

static void zero_bytes(Text *t) {
    buf_byte(&t->buf, 0);
}

const Adversary adversaries[] = {
    {"zeros_digit", one_long_run},
    {"runs9", runs_of_9},
    {"runs10nl", lines_of_10},
    {"grp4", groups_of_4},
    {"grp3sp", groups_of_3},
    {"cards", cards},
    {"at", at_signs},
    {"atlong", long_local_parts},
    {"base64", base64_lines},
    {"hex", hex_wall},
    {"upperdig", letter_digit_ids},
    {"iban", ibans},
    {"kw", keywords},
    {"colon", unclosed_quotes},
    {"zero", zero_bytes},
};
const size_t n_adversaries = N_ELEMENTS(adversaries);
