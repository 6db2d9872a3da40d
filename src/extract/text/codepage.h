/*
 * Codepage: single-byte character sets, byte to code point. Constant tables, written by
 * codepage.py.
 */
#pragma once

#include <stdint.h>

extern const uint16_t codepage_windows1252[256];
extern const uint16_t codepage_ibm037[256];
extern const uint16_t codepage_ibm273[256];
extern const uint16_t codepage_ibm500[256];
extern const uint16_t codepage_ibm1047[256];
