/*
 * Guess: see guess.h.
 *
 * Multibyte sets: nearly all bytes beyond ASCII are parts of characters of the set (`valid`), most
 * of these are among its common ones (`common`), and most stand beside another (`joined`): in text
 * of Latin letters accents and quotes stand alone, and pass for characters with the letter behind.
 *
 *   set        lead        trail                        common, by lead byte
 *   Shift-JIS  81-9F E0-FC 40-7E 80-FC                  81-83 signs and kana, 88-97 kanji 1
 *   EUC-JP     A1-FE       A1-FE                        A1 A4 A5 signs and kana, B0-CF kanji 1
 *   EUC-KR     81-FE       41-5A 61-7A 81-FE            A1 B0-C8 hangul
 *   GB 18030   81-FE       40-7E 80-FE, or four bytes   A1-A3 B0-D7 hanzi 1, trail from A1
 *   Big5       81-FE       40-7E A1-FE                  A1-A3 A4-C6 hanzi 1
 *
 * The three EUC sets are the same in form. Japanese has kana; Korean has hangul and little else;
 * Chinese has its hanzi spread over more rows than hangul has.
 *
 * Single-byte sets: each has letters that make up nearly all bytes beyond ASCII in its languages.
 * The share of such letters must be high, and well above that of any other set.
 */
#include "extract/text/guess.h"

#include "base/cleanup.h"
#include "base/utf8.h"
#include "extract/text/codepage.h"
#include "extract/text/multibyte.h"

bool guess_is_iso2022jp(Span head) {
    static const char *const escapes[] = {"\x1B$B", "\x1B$@", "\x1B(J", "\x1B(I", "\x1B$(D"};

    if (!memchr(head.at, 0x1B, head.n))
        return false;
    for (size_t i = 0; i < N_ELEMENTS(escapes); i++) {
        if (memmem(head.at, head.n, escapes[i], strlen(escapes[i])))
            return true;
    }
    return false;
}

/* ---- sets of several bytes ---- */

typedef struct Tally {
    size_t valid, bad;     /* characters of several bytes; bytes that are no part of any */
    size_t common, joined; /* of the valid ones */
    size_t own;            /* kana, hangul: what only this one's language has */
} Tally;

static bool between(uint8_t c, uint8_t from, uint8_t to) {
    return c >= from && c <= to;
}

static bool is_trail(Encoding e, uint8_t c) {
    switch (e) {
    case ENCODING_SHIFT_JIS:
        return between(c, 0x40, 0xFC) && c != 0x7F;
    case ENCODING_EUC_KR:
        return between(c, 0x41, 0x5A) || between(c, 0x61, 0x7A) || between(c, 0x81, 0xFE);
    case ENCODING_GB18030:
        return between(c, 0x40, 0xFE) && c != 0x7F;
    case ENCODING_BIG5:
        return between(c, 0x40, 0x7E) || between(c, 0xA1, 0xFE);
    default:
        return between(c, 0xA1, 0xFE);
    }
}

/* Half-width kana are one byte in Shift-JIS, which says too little; in EUC they follow an 8E. */
static bool is_single(Encoding e, uint8_t c) {
    return c == 0x80 || c == 0xFF || (e == ENCODING_SHIFT_JIS && between(c, 0xA0, 0xDF));
}

static bool is_common(Encoding e, uint8_t lead, uint8_t trail) {
    switch (e) {
    case ENCODING_SHIFT_JIS:
        return between(lead, 0x81, 0x83) || between(lead, 0x88, 0x97);
    case ENCODING_EUC_JP:
        return lead == 0xA1 || between(lead, 0xA3, 0xA5) || between(lead, 0xB0, 0xCF);
    case ENCODING_EUC_KR:
        return (lead == 0xA1 || lead == 0xA3 || between(lead, 0xB0, 0xC8)) && trail >= 0xA1;
    case ENCODING_GB18030:
        return (between(lead, 0xA1, 0xA3) || between(lead, 0xB0, 0xD7)) && trail >= 0xA1;
    default:
        return between(lead, 0xA1, 0xC6);
    }
}

static bool is_own(Encoding e, uint8_t lead, uint8_t trail) {
    switch (e) {
    case ENCODING_SHIFT_JIS:
        return (lead == 0x82 && trail >= 0x9F) || lead == 0x83;
    case ENCODING_EUC_JP:
        return lead == 0xA4 || lead == 0xA5;
    case ENCODING_EUC_KR:
        return between(lead, 0xB0, 0xC8);
    default:
        return between(lead, 0xC9, 0xD7);
    }
}

static Tally tally(Encoding e, Span s) {
    Tally t = {0};
    bool joined = false;

    for (size_t i = 0; i < s.n;) {
        size_t n = multibyte_length(e, span(s.at + i, s.n - i));

        if (s.at[i] < 0x80) {
            joined = false;
            i++;
        } else if (n == 0) {
            break; /* cut by the end of the head */
        } else if (n == 1 || is_single(e, s.at[i]) || !is_trail(e, s.at[i + 1])) {
            t.bad += !(n == 4 && between(s.at[i + 2], 0x81, 0xFE));
            joined = false;
            i += n == 4 ? 4 : 1;
        } else {
            t.valid++;
            t.common += is_common(e, s.at[i], s.at[i + 1]);
            t.own += is_own(e, s.at[i], s.at[i + 1]);
            t.joined += joined;
            joined = true;
            i += n;
        }
    }
    return t;
}

static Encoding guess_multibyte(Span s) {
    static const Encoding sets[] = {ENCODING_EUC_JP, ENCODING_EUC_KR, ENCODING_GB18030,
                                    ENCODING_BIG5, ENCODING_SHIFT_JIS};
    enum { LEAST = 4 };
    Encoding best = ENCODING_BINARY;
    size_t best_share = 0;

    for (size_t i = 0; i < N_ELEMENTS(sets); i++) {
        Encoding e = sets[i];
        Tally t = tally(e, s);
        size_t share;

        if (t.valid < LEAST || t.bad * 50 > t.valid || t.joined * 5 < t.valid * 2)
            continue;
        share = t.common * 1000 / t.valid;
        if (e == ENCODING_EUC_JP && t.own * 10 < t.valid)
            continue;
        if (e == ENCODING_EUC_KR && t.own * 10 < t.valid * 7)
            continue;
        if (share >= 700 && share > best_share + (best ? 20 : 0)) {
            best = e;
            best_share = share;
        }
    }
    return best;
}

/* ---- sets of one byte ---- */

#define CYRILLIC "оеаинтсрвлкмдпуяыьгзбчйОЕАИНТСРВЛКМДПУЯЫЬГЗБЧЙіІїЇєЄ"
#define GREEK    "αοιετσςνηυρπκλμάέίήόύώδγθωΑΟΙΕΤΣΝΗΥΡΠΚΛΜΔΓ"
#define CENTRAL  "ąćęłńóśźżáčďéěíňřšťúůýžőűöüäĄĆĘŁŃÓŚŹŻÁČĎÉĚÍŇŘŠŤÚŮÝŽŐŰÖÜÄ"
#define TURKISH  "ğışüöçâîûĞİŞÜÖÇ"
#define WESTERN  "äöüßéèàçêóíáñúåæøôîïëõãâûùìòœÄÖÜÉÈÀÇÊÓÍÁÑÚÅÆØÔ"

typedef struct Letters {
    Encoding encoding;
    const char *letters; /* UTF-8 */
} Letters;

static const Letters alphabets[] = {
    {ENCODING_WINDOWS1252, WESTERN "‘’“”„–—…«»€£§°·´®©\xc2\xa0¿¡ºª½²³µ×•™"},
    {ENCODING_WINDOWS1251, CYRILLIC "№«»–—“”„"},
    {ENCODING_KOI8R, CYRILLIC},
    {ENCODING_IBM866, CYRILLIC},
    {ENCODING_ISO8859_5, CYRILLIC},
    {ENCODING_WINDOWS1253, GREEK},
    {ENCODING_WINDOWS1255, "יוהלאתמרשנבדםחעקפכגזסןטצץףך"},
    {ENCODING_WINDOWS1256, "اليمونرتبعدسهكفحقةجشخصأطضىذءئإ"},
    {ENCODING_WINDOWS1250, CENTRAL},
    {ENCODING_ISO8859_2, CENTRAL},
    {ENCODING_WINDOWS1254, TURKISH},
    {ENCODING_MACINTOSH, WESTERN "‘’“”–…"},
    {ENCODING_IBM850, WESTERN},
};

/* Thousandths of the bytes beyond ASCII that are such letters. */
static size_t share_of(const Letters *l, const uint32_t count[256], size_t high) {
    const uint16_t *table = codepage_find(l->encoding);
    Span s = span_of(l->letters);
    uint32_t c;
    size_t n, found = 0;

    for (size_t i = 0; i < s.n && (n = utf8_decode(span(s.at + i, s.n - i), &c)) > 0; i += n) {
        for (unsigned b = 0x80; b < 0x100; b++)
            found += table[b] == c ? count[b] : 0;
    }
    return found * 1000 / high;
}

Encoding guess_8bit(Span head, const uint32_t count[256]) {
    enum { LEAST = 12, GOOD = 750, CLEAR = 200 };
    Encoding best = guess_multibyte(head);
    size_t high = 0, best_share = 0, second = 0;

    if (best != ENCODING_BINARY)
        return best;
    for (unsigned b = 0x80; b < 0x100; b++)
        high += count[b];
    if (high < LEAST)
        return ENCODING_WINDOWS1252;
    for (size_t i = 0; i < N_ELEMENTS(alphabets); i++) {
        size_t share = share_of(&alphabets[i], count, high);

        if (share > best_share) {
            second = best_share;
            best_share = share;
            best = alphabets[i].encoding;
        } else if (share > second) {
            second = share;
        }
    }
    return best_share >= GOOD && best_share >= second + CLEAR ? best : ENCODING_WINDOWS1252;
}
