/*
 * Codepage: single-byte character sets, byte to code point. Constant tables, written by
 * codepage.py.
 */
#pragma once

#include "extract/text/encoding.h"

extern const uint16_t codepage_windows1252[256];
extern const uint16_t codepage_windows1250[256];
extern const uint16_t codepage_windows1251[256];
extern const uint16_t codepage_windows1253[256];
extern const uint16_t codepage_windows1254[256];
extern const uint16_t codepage_windows1255[256];
extern const uint16_t codepage_windows1256[256];
extern const uint16_t codepage_windows1257[256];
extern const uint16_t codepage_iso8859_2[256];
extern const uint16_t codepage_iso8859_5[256];
extern const uint16_t codepage_iso8859_7[256];
extern const uint16_t codepage_iso8859_9[256];
extern const uint16_t codepage_iso8859_15[256];
extern const uint16_t codepage_koi8r[256];
extern const uint16_t codepage_koi8u[256];
extern const uint16_t codepage_macintosh[256];
extern const uint16_t codepage_ibm437[256];
extern const uint16_t codepage_ibm850[256];
extern const uint16_t codepage_ibm852[256];
extern const uint16_t codepage_ibm866[256];
extern const uint16_t codepage_ibm037[256];
extern const uint16_t codepage_ibm273[256];
extern const uint16_t codepage_ibm500[256];
extern const uint16_t codepage_ibm1047[256];

/* The table of a single-byte set; NULL: it is none. */
const uint16_t *codepage_find(Encoding e);
