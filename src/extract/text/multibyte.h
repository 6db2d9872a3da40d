/*
 * Multibyte: the sets of China, Japan and Korea, by ICU's converters.
 *
 * A converter has state, so one belongs to one thread; it is reset before each stretch. ICU opens
 * no file for these: its tables are part of its library. Input is hostile.
 */
#pragma once

#include "base/buf.h"
#include "extract/text/encoding.h"

typedef struct Multibyte Multibyte;

Multibyte *multibyte_free(Multibyte *m);
DEFINE_CLEANUP(Multibyte, multibyte_free)

/* A converter is opened when it is needed first, here or in another encoding: 0 or -ENOMEM. */
int multibyte_use(Multibyte **m, Encoding e);

/*
 * All of raw, as UTF-16 with the place of each unit in raw: rising, and -1 in what goes on from the
 * unit before. What is no character is U+FFFD. The number of units, or -ENOMEM.
 */
ssize_t multibyte_decode(Multibyte *m, Span raw, const uint16_t **ret_units,
                         const int32_t **ret_places);

/* Bytes of the character that raw begins with, by its first bytes; 0: raw ends within it. */
size_t multibyte_length(Encoding e, Span raw);

/* Where, in raw, a character ends for sure, whatever stands before raw; raw.n: nowhere. */
size_t multibyte_sync(Encoding e, Span raw);

/* The same from behind: the last such place; 0: nowhere. */
size_t multibyte_sync_last(Encoding e, Span raw);
