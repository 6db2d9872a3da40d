/*
 * Guess: which set text of 8 bits a unit is in, where no rule of form decides.
 *
 * By what is written often. Where that is not clear the answer is windows-1252: digits and Latin
 * letters are right in any case, and a wrong alphabet is worse than none. Pure; input is hostile.
 */
#pragma once

#include "extract/text/encoding.h"

/* Escapes to the sets of Japan, in bytes that are all ASCII. */
bool guess_is_iso2022jp(Span head);

/* count: how often each byte is in head. One of the multibyte or single-byte sets. */
Encoding guess_8bit(Span head, const uint32_t count[256]);
