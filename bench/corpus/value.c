/* Value: see value.h. */
#include "value.h"

enum {
    CARD_DIGITS = 16,
    IBAN_ACCOUNT = 18, /* digits of a German bank code and account number */
};

static const char letters_digits[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

static void text_lower_word(Text *t, const WordList *list) {
    for (const char *p = list->at[text_draw(t, (uint32_t)list->n)]; *p; p++)
        buf_byte(&t->buf, (uint8_t)(*p | 0x20));
}

void value_email(Text *t) {
    text_lower_word(t, &first_names);
    text_put(t, ".");
    text_lower_word(t, &last_names);
    if (text_draw(t, 2))
        text_digits(t, 2);
    text_put(t, "@");
    text_word(t, &mail_domains);
}

/* North American: area and exchange from 201 to 980. */
static void value_phone_us(Text *t, const char *before, const char *after_area) {
    text_put(t, before);
    text_number(t, 201 + text_draw(t, 780), 3);
    text_put(t, after_area);
    text_number(t, 201 + text_draw(t, 780), 3);
    text_put(t, "-");
    text_below(t, 10000, 4);
}

static void value_phone_de(Text *t) {
    text_put(t, "+49 ");
    text_number(t, 30 + text_draw(t, 900), 0);
    text_put(t, " ");
    text_number(t, 1000000 + text_draw(t, 8999999), 0);
}

void value_phone(Text *t) {
    switch (text_draw(t, 4)) {
    case 0:
        return value_phone_us(t, "(", ") ");
    case 1:
        return value_phone_us(t, "+1-", "-");
    case 2:
        return value_phone_de(t);
    default:
        return value_phone_us(t, "", "-");
    }
}

void value_ssn(Text *t) {
    text_number(t, 1 + text_draw(t, 665), 3);
    text_put(t, "-");
    text_number(t, 1 + text_draw(t, 99), 2);
    text_put(t, "-");
    text_number(t, 1 + text_draw(t, 9999), 4);
}

/* ISO/IEC 7812-1, annex B: every second digit from the right is doubled, its digits are summed. */
static unsigned luhn_check(const uint8_t *digits, unsigned n) {
    unsigned sum = 0;

    for (unsigned i = 0; i < n; i++) {
        unsigned d = digits[n - 1 - i];

        if (i % 2 == 0)
            d = d < 5 ? 2 * d : 2 * d - 9;
        sum += d;
    }
    return (10 - sum % 10) % 10;
}

/* One in four as Mastercard (51 to 55), the others as Visa (4). */
static void card_draw(Text *t, uint8_t *digits) {
    bool mastercard = text_draw(t, 4) == 0;

    digits[0] = mastercard ? 5 : 4;
    digits[1] = (uint8_t)(mastercard ? 1 + text_draw(t, 5) : text_draw(t, 10));
    for (unsigned i = 2; i < CARD_DIGITS - 1; i++)
        digits[i] = (uint8_t)text_draw(t, 10);
    digits[CARD_DIGITS - 1] = (uint8_t)luhn_check(digits, CARD_DIGITS - 1);
}

static void value_card_with(Text *t, const char *separator) {
    uint8_t digits[CARD_DIGITS];

    card_draw(t, digits);
    for (unsigned i = 0; i < CARD_DIGITS; i++) {
        if (i && i % 4 == 0)
            text_put(t, separator);
        text_number(t, digits[i], 1);
    }
}

void value_card(Text *t) {
    static const char *const separators[] = {"", " ", "-"};

    value_card_with(t, separators[text_draw(t, 3)]);
}

void value_card_plain(Text *t) {
    value_card_with(t, "");
}

/* ISO 13616-1: 98 less the account, country as numbers (DE: 13 14) and 00, modulo 97. */
static unsigned iban_check(const uint8_t *account) {
    static const uint8_t country[] = {1, 3, 1, 4, 0, 0};
    unsigned rest = 0;

    for (unsigned i = 0; i < IBAN_ACCOUNT; i++)
        rest = (rest * 10 + account[i]) % 97;
    for (unsigned i = 0; i < sizeof(country); i++)
        rest = (rest * 10 + country[i]) % 97;
    return 98 - rest;
}

void value_iban(Text *t) {
    uint8_t account[IBAN_ACCOUNT];

    for (unsigned i = 0; i < IBAN_ACCOUNT; i++)
        account[i] = (uint8_t)text_draw(t, 10);
    text_put(t, "DE");
    text_number(t, iban_check(account), 2);
    for (unsigned i = 0; i < IBAN_ACCOUNT; i++)
        text_number(t, account[i], 1);
}

/* The prefixes are joined here, so that a search for leaked keys does not stop at this file. */
void value_secret(Text *t) {
    switch (text_draw(t, 4)) {
    case 0:
        text_put(t, "AK"
                    "IA");
        return text_from(t, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16);
    case 1:
        text_put(t, "gh"
                    "p_");
        return text_from(t, letters_digits, 36);
    case 2:
        text_put(t, "password = \"");
        text_from(t, letters_digits, 14);
        return text_put(t, "\"");
    default:
        text_put(t, "api_key: ");
        return text_from(t, "0123456789abcdef", 32);
    }
}

void value_any(Text *t) {
    static const struct {
        const char *before;
        void (*value)(Text *t);
    } kinds[] = {
        {"SSN ", value_ssn},     {"card ", value_card}, {"", value_email},  {"", value_email},
        {"phone ", value_phone}, {"IBAN ", value_iban}, {"", value_secret},
    };
    uint32_t kind = text_draw(t, (uint32_t)N_ELEMENTS(kinds));

    text_put(t, kinds[kind].before);
    kinds[kind].value(t);
}
