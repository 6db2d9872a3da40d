/*
 * Compact: from the way a person writes a value to the form a check wants.
 *
 * Every function reads n bytes of anything and writes at most cap bytes; it returns the length of
 * the compact form, or 0 if the value cannot be one. White space at both ends is ignored. Dashes,
 * spaces and digits of Unicode that stand in for those of ASCII are taken for them.
 */
#pragma once

#include "base/span.h"

typedef size_t Compact(const char *in, size_t n, char *out, size_t cap);

/* Country codes and other words that stand before a number: id, text. */
// clang-format off
#define COMPACT_PREFIXES(P)                                                                        \
    P(al, "AL") P(at, "AT") P(be, "BE") P(bg, "BG") P(cl, "CL") P(cy, "CY") P(cz, "CZ")            \
    P(de, "DE") P(dk, "DK") P(ee, "EE") P(es, "ES") P(fi, "FI") P(fn, "FN") P(fo, "FO")            \
    P(fr, "FR") P(gb, "GB") P(grid, "GRID") P(hr, "HR") P(hu, "HU") P(imo, "IMO") P(is, "IS")      \
    P(isin, "ISIN") P(it, "IT") P(lei, "LEI") P(lt, "LT") P(lu, "LU") P(lv, "LV") P(mk, "MK")      \
    P(mt, "MT") P(nl, "NL") P(no, "NO") P(nz, "NZ") P(pl, "PL") P(pt, "PT") P(ro, "RO")            \
    P(se, "SE") P(si, "SI") P(sk, "SK") P(sv, "SV") P(uy, "UY")
// clang-format on

/* Letters and digits, upper case; space - . / , : ' dropped; anything else refuses. */
Compact compact_common;

/* As compact_common with other marks: those in `drop` go, those in `keep` stay. */
size_t compact_marks(const char *in, size_t n, char *out, size_t cap, const char *drop,
                     const char *keep);

/* As compact_common, less a prefix such as a country code where there is one. */
size_t compact_strip(const char *in, size_t n, char *out, size_t cap, const char *prefix);

#define COMPACT_PREFIX(id, text) Compact compact_##id;
COMPACT_PREFIXES(COMPACT_PREFIX)
#undef COMPACT_PREFIX

/* Digits in groups of the lengths that the digits of `groups` say, between which one separator out
 * of `separators` may stand, always the same. */
size_t compact_groups(const char *in, size_t n, char *out, size_t cap, const char *groups,
                      const char *separators);

Compact compact_exact;       /* nothing dropped, nothing raised to upper case; no control bytes */
Compact compact_upper;       /* nothing dropped, upper case */
Compact compact_grouped_324; /* 536-90-4399 or bare */
Compact compact_grouped_27;  /* 91-1144442 or bare */
Compact compact_tin;         /* 3-2-4, 2-7 of which the dash stays, or bare */
Compact compact_padded_9;    /* leading zeros that were left out put back */
Compact compact_signed;      /* + - stay: they are part of the value */
Compact compact_plus;        /* + is a separator too, before the last four */
Compact compact_mac;         /* pairs with : or -, fours with dots */
Compact compact_amp;         /* & stays: it stands for a letter */
Compact compact_account;     /* - and / stay: they part prefix, root and bank */
Compact compact_by;          /* the word for the number, in Cyrillic or Latin, goes */
Compact compact_gr;          /* EL or GR goes */
Compact compact_spaced;      /* space and - go, nothing else */
Compact compact_dashed;      /* - stays */
Compact compact_slashed;     /* / stays, - becomes one, a full date its year */
Compact compact_loose;       /* ? ( ) + * " go too */
Compact compact_cusip;       /* * @ # stay */
Compact compact_plus_kept;   /* + * ? stay, IE goes */
Compact compact_nz_account;  /* groups filled with zeros */
Compact compact_cr;          /* groups filled with zeros */
Compact compact_tn;          /* serial filled with zeros */
Compact compact_excise;      /* filled with zeros after the country */
Compact compact_mrz;         /* fillers stay, spaces and line ends go */
Compact compact_iban;        /* the word IBAN before it goes */
