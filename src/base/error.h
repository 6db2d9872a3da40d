/*
 * Error: one clear sentence for a person, beside the negative code that travels upward.
 *
 * A function that can fail for reasons a person must act on takes `Error *reterr` (may be NULL) and
 * returns the same code. The first message stands; error_note() puts context before it. A message
 * says what was attempted, on what, and what to do, and never holds a found value.
 */
#pragma once

#include "base/cleanup.h"

typedef struct Error {
    int code; /* negative errno, 0 when nothing went wrong */
    char text[768];
} Error;

/* Sets code and message, returns code. */
int error_set(Error *e, int code, const char *format, ...) _printf_(3, 4);

/* As error_set, with ": <strerror>" at the end. */
int error_errno(Error *e, int code, const char *format, ...) _printf_(3, 4);

/* Puts "context: " before the message there is. */
void error_note(Error *e, const char *format, ...) _printf_(2, 3);
