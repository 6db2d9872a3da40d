/*
 * Text: made-up text in the making: a seeded sequence, the bytes so far, and a row number.
 *
 * Every function below draws from the sequence in the order in which it writes, so that a corpus
 * is a pure function of its kind, size and seed.
 */
#pragma once

#include "base/buf.h"
#include "random.h"
#include "words.h"

typedef struct Text {
    Random random;
    Buf buf;
    uint64_t row;        /* of tables: the next one's number */
    uint64_t written;    /* bytes that left buf before */
    uint64_t next_value; /* prose: offset from which the next personal value may stand */
} Text;

void text_init(Text *t, uint64_t seed);
void text_done(Text *t);

/* 0 to n - 1. */
static inline uint32_t text_draw(Text *t, uint32_t n) {
    return random_below(&t->random, n);
}

static inline void text_put(Text *t, const char *s) {
    buf_text(&t->buf, s);
}

/* In decimal, with zeros before it up to that width. */
void text_number(Text *t, uint64_t number, unsigned width);
void text_hex(Text *t, uint64_t number, unsigned width);

/* A number from 0 to n - 1, as text_number. */
void text_below(Text *t, uint32_t n, unsigned width);

/* n independent digits. */
void text_digits(Text *t, unsigned n);

/* n independent characters of an alphabet. */
void text_from(Text *t, const char *alphabet, unsigned n);

/* Any of the words. */
void text_word(Text *t, const WordList *list);

/* YYYY-MM-DD, the year from `first` on over so many years. */
void text_date(Text *t, uint32_t first, uint32_t years);

/* HH:MM:SS. */
void text_time(Text *t);
