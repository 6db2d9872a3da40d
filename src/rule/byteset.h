/*
 * Byteset: which of the 256 bytes one place of an expression may hold; four words, a bit a byte.
 *
 * Plain values of the caller. Any thread.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

void byteset_add(uint64_t set[4], unsigned byte);
void byteset_range(uint64_t set[4], unsigned first, unsigned last);
bool byteset_has(const uint64_t set[4], unsigned byte);
void byteset_invert(uint64_t set[4]);
void byteset_unite(uint64_t set[4], const uint64_t with[4]);
unsigned byteset_count(const uint64_t set[4]);

/* The only byte of a set, or -1; -2: it is empty. */
int byteset_only(const uint64_t set[4]);

/* The one letter of a set in either case, in lower case, or its only byte; -1: neither. */
int byteset_letter(const uint64_t set[4]);

/* Adds \d \w \s (ASCII) or their opposites; false: no such class, and nothing is added. */
bool byteset_class(char letter, uint64_t set[4]);

/* Adds the `[:name:]` at p, NUL-terminated; how long it is, 0 if it is none. */
size_t byteset_posix(const char *p, uint64_t set[4]);
