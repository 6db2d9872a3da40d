/* Line: see line.h. What each holds follows the corpora that domain/performance.md measured. */
#include "line.h"

#include "value.h"

enum {
    VALUE_EVERY = 20480, /* prose: the next personal value is up to so many bytes away */
    RANDOM_BYTES = 4096,
    SQL_ROWS = 500, /* of one INSERT statement */
    EPOCH = 1700000000,
};

/* ---- prose ---- */

static void line_log(Text *t) {
    text_date(t, 2024, 1);
    text_put(t, "T");
    text_time(t);
    text_put(t, ".");
    text_below(t, 1000, 3);
    text_put(t, "Z ");
    text_word(t, &log_levels);
    text_put(t, " [worker-");
    text_below(t, 32, 0);
    text_put(t, "] com.acme.");
    text_word(t, &office_words);
    text_put(t, ".");
    text_word(t, &office_words);
    text_put(t, " - ");
    for (uint32_t n = 5 + text_draw(t, 12); n > 0; n--) {
        text_word(t, &common_words);
        text_put(t, " ");
    }
    text_put(t, "id=");
    text_below(t, 1000000, 0);
    text_put(t, " ms=");
    text_below(t, 5000, 0);
    text_put(t, "\n");
}

/* The more frequent words more often, as in a language. */
static const char *frequent_word(Text *t) {
    uint32_t n = (uint32_t)common_words.n;
    uint32_t a = text_draw(t, n), b = text_draw(t, n);

    return common_words.at[a * b / n];
}

static void put_capitalized(Text *t, const char *word) {
    buf_byte(&t->buf, (uint8_t)(word[0] & ~0x20));
    text_put(t, word + 1);
}

static void line_sentence(Text *t) {
    put_capitalized(t, frequent_word(t));
    for (uint32_t n = 5 + text_draw(t, 14); n > 0; n--) {
        text_put(t, text_draw(t, 14) ? " " : ", ");
        text_put(t, frequent_word(t));
    }
    text_put(t, ". ");
    if (text_draw(t, 40) == 0) {
        text_below(t, 3000, 0);
        text_put(t, " ");
    }
}

static void line_paragraph(Text *t) {
    for (uint32_t n = 1 + text_draw(t, 5); n > 0; n--)
        line_sentence(t);
    text_put(t, "\n");
}

static void line_text(Text *t) {
    if (text_draw(t, 10) < 3)
        line_log(t);
    else
        line_paragraph(t);
}

void line_prose(Text *t) {
    if (t->next_value == 0)
        t->next_value = text_draw(t, VALUE_EVERY);
    line_text(t);
    if (t->written + t->buf.n < t->next_value)
        return;
    text_put(t, "Please note ");
    value_any(t);
    text_put(t, " for the record.\n");
    t->next_value = t->written + t->buf.n + text_draw(t, VALUE_EVERY);
}

/* ---- tables ---- */

void line_csv(Text *t) {
    text_number(t, t->row++, 0);
    text_put(t, ",");
    text_word(t, &first_names);
    text_put(t, ",");
    text_word(t, &last_names);
    text_put(t, ",");
    value_email(t);
    text_put(t, ",");
    value_phone(t);
    text_put(t, ",");
    value_ssn(t);
    text_put(t, ",");
    value_card(t);
    text_put(t, ",");
    value_iban(t);
    text_put(t, ",");
    text_date(t, 1940, 65);
    text_put(t, ",");
    text_number(t, 1 + text_draw(t, 9999), 0);
    text_put(t, " ");
    text_word(t, &streets);
    text_put(t, ",");
    text_below(t, 100000, 5);
    text_put(t, ",");
    text_below(t, 20000, 0);
    text_put(t, ".");
    text_below(t, 100, 2);
    text_put(t, "\n");
}

static void sql_head(Text *t) {
    text_put(t, t->row ? ";\n" : "");
    text_put(t, "INSERT INTO `customers` (`id`,`first`,`last`,`email`,`phone`,`created`,`notes`,"
                "`balance`,`ref`) VALUES\n");
}

/* A quote mark within the string would end it. */
static void sql_notes(Text *t) {
    for (uint32_t n = 4 + text_draw(t, 20); n > 0; n--) {
        const char *word = common_words.at[text_draw(t, (uint32_t)common_words.n)];

        if (strchr(word, '\''))
            continue;
        text_put(t, word);
        text_put(t, " ");
    }
    if (text_draw(t, 20) == 0)
        value_ssn(t);
    if (text_draw(t, 50) == 0)
        value_card_plain(t);
}

static void sql_uuid(Text *t) {
    static const uint8_t groups[] = {8, 4, 4, 4, 12};

    for (unsigned i = 0; i < N_ELEMENTS(groups); i++) {
        text_put(t, i ? "-" : "");
        text_from(t, "0123456789abcdef", groups[i]);
    }
}

void line_sql(Text *t) {
    if (t->row % SQL_ROWS == 0)
        sql_head(t);
    else
        text_put(t, ",\n");
    text_put(t, "(");
    text_number(t, t->row++, 0);
    text_put(t, ",'");
    text_word(t, &first_names);
    text_put(t, "','");
    text_word(t, &last_names);
    text_put(t, "','");
    value_email(t);
    text_put(t, "','");
    value_phone(t);
    text_put(t, "','");
    text_date(t, 2023, 1);
    text_put(t, " ");
    text_time(t);
    text_put(t, "','");
    sql_notes(t);
    text_put(t, "',");
    text_below(t, 100000, 0);
    text_put(t, ".");
    text_below(t, 100, 2);
    text_put(t, ",'");
    sql_uuid(t);
    text_put(t, "')");
}

/* ---- digits ---- */

static void digits_counters(Text *t) {
    text_number(t, EPOCH + t->row, 10);
    text_put(t, " ");
    text_number(t, EPOCH + t->row, 10);
    text_digits(t, 3);
    text_put(t, " ");
    text_digits(t, 9);
    text_put(t, " ");
    text_digits(t, 12);
    text_put(t, " ");
    text_digits(t, 6);
    text_put(t, " ");
    text_below(t, 256, 0);
    text_put(t, "\n");
}

static void digits_access(Text *t) {
    for (unsigned i = 0; i < 4; i++) {
        text_put(t, i ? "." : "");
        text_below(t, 256, 0);
    }
    text_put(t, " ");
    text_date(t, 2024, 1);
    text_put(t, " ");
    text_time(t);
    text_put(t, ".");
    text_digits(t, 6);
    text_put(t, " ");
    text_digits(t, 16);
    text_put(t, " ");
    text_below(t, 100000, 0);
    text_put(t, " ");
    text_below(t, 100000, 0);
    text_put(t, "\n");
}

static void digits_decimals(Text *t) {
    for (unsigned i = 0; i < 12; i++) {
        text_below(t, 10000, 0);
        text_put(t, ".");
        text_digits(t, 4);
        text_put(t, ",");
    }
    text_put(t, "\n");
}

static void digits_ids(Text *t) {
    text_digits(t, 9);
    text_put(t, "-");
    text_digits(t, 3);
    text_put(t, "-");
    text_digits(t, 4);
    text_put(t, " 0x");
    text_hex(t, random_next(&t->random) & UINT32_MAX, 8);
    text_put(t, " ");
    text_digits(t, 11);
    text_put(t, " ");
    text_below(t, 12, 0);
    text_put(t, "/");
    text_below(t, 28, 0);
    text_put(t, "/");
    text_below(t, 100, 0);
    text_put(t, " ");
    text_digits(t, 13);
    text_put(t, "\n");
}

void line_digits(Text *t) {
    static void (*const kinds[])(Text * t) = {digits_counters, digits_access, digits_decimals,
                                              digits_ids};

    kinds[text_draw(t, (uint32_t)N_ELEMENTS(kinds))](t);
    t->row++;
}

/* ---- bytes, files ---- */

void line_random(Text *t) {
    for (unsigned i = 0; i < RANDOM_BYTES / sizeof(uint64_t); i++) {
        uint64_t number = random_next(&t->random);

        for (unsigned shift = 0; shift < 64; shift += 8)
            buf_byte(&t->buf, (uint8_t)(number >> shift));
    }
}

void line_of_extension(Text *t, const char *extension) {
    if (strcmp(extension, "csv") == 0)
        line_csv(t);
    else if (strcmp(extension, "log") == 0 && text_draw(t, 2))
        line_digits(t);
    else
        line_text(t);
    if (text_draw(t, 40) == 0) {
        value_any(t);
        text_put(t, "\n");
    }
}
