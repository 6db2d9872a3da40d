/* Text: see text.h. */
#include "text.h"

void text_init(Text *t, uint64_t seed) {
    *t = (Text){0};
    random_init(&t->random, seed);
}

void text_done(Text *t) {
    buf_done(&t->buf);
}

static void text_radix(Text *t, uint64_t number, unsigned radix, unsigned width) {
    char digits[24];
    unsigned n = 0;

    do {
        digits[n++] = "0123456789abcdef"[number % radix];
        number /= radix;
    } while (number);
    while (n < width && n < sizeof(digits))
        digits[n++] = '0';
    while (n)
        buf_byte(&t->buf, (uint8_t)digits[--n]);
}

void text_number(Text *t, uint64_t number, unsigned width) {
    text_radix(t, number, 10, width);
}

void text_hex(Text *t, uint64_t number, unsigned width) {
    text_radix(t, number, 16, width);
}

void text_below(Text *t, uint32_t n, unsigned width) {
    text_number(t, text_draw(t, n), width);
}

void text_digits(Text *t, unsigned n) {
    text_from(t, "0123456789", n);
}

void text_from(Text *t, const char *alphabet, unsigned n) {
    uint32_t size = (uint32_t)strlen(alphabet);

    while (n--)
        buf_byte(&t->buf, (uint8_t)alphabet[text_draw(t, size)]);
}

void text_word(Text *t, const WordList *list) {
    text_put(t, list->at[text_draw(t, (uint32_t)list->n)]);
}

void text_date(Text *t, uint32_t first, uint32_t years) {
    text_number(t, first + text_draw(t, years), 4);
    text_put(t, "-");
    text_number(t, 1 + text_draw(t, 12), 2);
    text_put(t, "-");
    text_number(t, 1 + text_draw(t, 28), 2);
}

void text_time(Text *t) {
    text_below(t, 24, 2);
    text_put(t, ":");
    text_below(t, 60, 2);
    text_put(t, ":");
    text_below(t, 60, 2);
}
