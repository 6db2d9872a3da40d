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
 * Single-byte sets: in scripts of their own the bytes beyond ASCII make up whole words, and the
 * letters have frequencies: the set in which the text is likeliest must be clearly likelier than
 * the next. In Latin ones these bytes stand among letters of ASCII, and nearly all must be letters
 * that the languages of the set have, clearly more than in any other.
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
    enum { ENOUGH = 2048, HOPELESS = 32 };
    Tally t = {0};
    bool joined = false;

    for (size_t i = 0; i < s.n && t.valid < ENOUGH && t.bad <= HOPELESS + t.valid / 16;) {
        size_t n = multibyte_length(e, span(s.at + i, s.n - i));

        if (s.at[i] < 0x80) {
            joined = false;
            i += utf8_ascii_prefix(span(s.at + i, s.n - i));
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

typedef struct Alphabet {
    Encoding encoding;
    const char *small, *large; /* UTF-8 */
} Alphabet;

/* The letters of a language, the most frequent ones first; both cases in one order. */
#define RUSSIAN "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъё", "ОЕАИНТСРВЛКМДПУЯЫЬГЗБЧЙХЖШЮЦЩЭФЪЁ"

static const Alphabet scripts[] = {
    {ENCODING_WINDOWS1251, RUSSIAN},
    {ENCODING_KOI8R, RUSSIAN},
    {ENCODING_IBM866, RUSSIAN},
    {ENCODING_ISO8859_5, RUSSIAN},
    {ENCODING_WINDOWS1253, "αοιετσνηυρπκμλςόίάήέώγδωθχύφβξζψ", "ΑΟΙΕΤΣΝΗΥΡΠΚΜΛ"},
    {ENCODING_WINDOWS1255, "יוהלאתרבמשנדםעחקפכגזןסטצךףץ", ""},
    {ENCODING_WINDOWS1256, "ايلمنورتبدعسهكفحقةجشأخصطذضىزغءئإثظآؤ", ""},
};

/* Letters that Latin alphabets have beside the English ones, in no order. */
#define CENTRAL       "ąćęłńóśźżáčďéěíňřšťúůýžőűöüä", "ĄĆĘŁŃÓŚŹŻÁČĎÉĚÍŇŘŠŤÚŮÝŽŐŰÖÜÄ"
#define WESTERN       "äöüßéèàçêóíáñúåæøôîïëõãâûùìòœ’"
#define WESTERN_LARGE "ÄÖÜÉÈÀÇÊÓÍÁÑÚÅÆØÔ"

static const Alphabet latins[] = {
    {ENCODING_WINDOWS1252, WESTERN "“”„–…", WESTERN_LARGE},
    {ENCODING_WINDOWS1250, CENTRAL},
    {ENCODING_ISO8859_2, CENTRAL},
    {ENCODING_WINDOWS1254, "ğışüöçâîû", "ĞİŞÜÖÇ"},
    {ENCODING_MACINTOSH, WESTERN, WESTERN_LARGE},
    {ENCODING_IBM850, WESTERN, WESTERN_LARGE},
};

/* Of the bytes beyond ASCII: how many stand beside another, beside a letter of ASCII, at all. */
typedef struct Company {
    size_t joined, beside, all;
} Company;

static bool is_latin(uint8_t c) {
    return between(c | 0x20, 'a', 'z');
}

static Company company(Span s) {
    Company c = {0};

    for (size_t i = 0; i < s.n; i++) {
        uint8_t before = i ? s.at[i - 1] : 0, after = i + 1 < s.n ? s.at[i + 1] : 0;

        if (s.at[i] < 0x80)
            continue;
        c.all++;
        c.joined += before >= 0x80 || after >= 0x80;
        c.beside += is_latin(before) || is_latin(after);
    }
    return c;
}

enum { LARGE = 128, NO_LETTER = 255 };

/* The place of each byte in the letters, LARGE added to large ones; or NO_LETTER. */
static void rank(const Alphabet *a, uint8_t ret[256]) {
    const uint16_t *table = codepage_find(a->encoding);

    memset(ret, NO_LETTER, 256);
    for (int large = 0; large < 2; large++) {
        Span s = span_of(large ? a->large : a->small);
        uint8_t place = 0;
        uint32_t c;

        for (size_t i = 0, n; i < s.n; i += n, place++) {
            n = utf8_decode(span(s.at + i, s.n - i), &c);
            if (n == 0)
                return;
            for (unsigned b = 0x80; b < 0x100; b++) {
                if (table[b] == c)
                    ret[b] = large ? LARGE + place : place;
            }
        }
    }
}

/*
 * What a byte of the text costs on average, in hundredths of a nat: frequencies of letters fall by
 * about a ninth from one to the next, from a tenth of all on. Words of large letters only are
 * somewhat less likely, which tells Greek from Russian in KOI8, where these lie in the same order.
 */
static size_t cost_of(const Alphabet *a, const uint32_t count[256], size_t all) {
    enum { FIRST = 225, STEP = 11, ALL_LARGE = 25, NONE = 900 };
    uint8_t place[256];
    size_t cost = 0;

    rank(a, place);
    for (unsigned b = 0x80; b < 0x100; b++) {
        bool large = place[b] & LARGE;

        if (place[b] == NO_LETTER)
            cost += count[b] * (size_t)NONE;
        else
            cost += count[b] * (FIRST + STEP * (size_t)(place[b] & ~LARGE) + large * ALL_LARGE);
    }
    return cost / all;
}

static Encoding guess_script(const uint32_t count[256], size_t all) {
    enum { MOST = 450, CLEAR = 30 };
    size_t least = SIZE_MAX, second = SIZE_MAX;
    Encoding best = ENCODING_WINDOWS1252;

    for (size_t i = 0; i < N_ELEMENTS(scripts); i++) {
        size_t cost = cost_of(&scripts[i], count, all);

        if (cost < least) {
            second = least;
            least = cost;
            best = scripts[i].encoding;
        } else if (cost < second) {
            second = cost;
        }
    }
    return least <= MOST && second - least >= CLEAR ? best : ENCODING_WINDOWS1252;
}

/* Thousandths of the bytes that are such letters; large ones, rare among small ones, are half a
 * proof. */
static size_t share_of(const Alphabet *a, const uint32_t count[256], size_t all) {
    uint8_t place[256];
    size_t found = 0;

    rank(a, place);
    for (unsigned b = 0x80; b < 0x100; b++)
        found += place[b] == NO_LETTER ? 0 : count[b] * (place[b] & LARGE ? 500u : 1000u);
    return found / all;
}

/* Two sets of the same letters need not be far apart: the one with more of them it is. */
static Encoding guess_latin(const uint32_t count[256], size_t all) {
    enum { LEAST = 750, CLEAR = 150 };
    size_t shares[N_ELEMENTS(latins)], best = 0, second = 0;

    for (size_t i = 0; i < N_ELEMENTS(latins); i++) {
        shares[i] = share_of(&latins[i], count, all);
        if (shares[i] > shares[best])
            best = i;
    }
    for (size_t i = 0; i < N_ELEMENTS(latins); i++) {
        bool other = i == 0 || strcmp(latins[i].small, latins[best].small) != 0;

        if (i != best && other && shares[i] > second)
            second = shares[i];
    }
    return shares[best] >= LEAST && shares[best] - second >= CLEAR ? latins[best].encoding
                                                                   : ENCODING_WINDOWS1252;
}

Encoding guess_8bit(Span head, const uint32_t count[256]) {
    enum { LEAST = 12 };
    Encoding e = guess_multibyte(head);
    Company c;

    if (e != ENCODING_BINARY)
        return e;
    c = company(head);
    if (c.all < LEAST)
        return ENCODING_WINDOWS1252;
    if (c.joined * 4 > c.all * 3 && c.beside * 8 < c.all)
        return guess_script(count, c.all);
    return c.beside * 2 > c.all ? guess_latin(count, c.all) : ENCODING_WINDOWS1252;
}
