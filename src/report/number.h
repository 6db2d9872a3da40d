/*
 * Number: counts and sizes as people read them, the same in every locale.
 */
#pragma once

#include "base/buf.h"

#define NUMBER_TEXT_MAX 32

/* 1,234,567 */
void number_print(uint64_t v, char ret_text[NUMBER_TEXT_MAX]);

/* 0 B, 999 B, 1.0 kB, 12.3 GB: powers of 1,000, one decimal, rounded down so as not to flatter. */
void number_print_size(uint64_t bytes, char ret_text[NUMBER_TEXT_MAX]);

/* Appends "1 file", "2,000 files". */
void number_put(Buf *b, uint64_t v, const char *one, const char *many);
