/*
 * Encoding: see encoding.h.
 *
 * The signs, and what they must not be fooled by:
 *   mark      FF FE may be anything: what follows must look like text in that encoding.
 *   UTF-8     strict; random 8-bit text passes with a chance that halves with each character.
 *   UTF-32/16 nearly all units are characters in use, and (UTF-16) the two planes of bytes, the
 *             even and the odd ones, are distributed differently: in text of one byte a unit they
 *             are alike, whatever the text. The plane that is more concentrated is the high one.
 *   EBCDIC    letters, digits and spaces lie where ASCII text has nothing.
 *   8-bit     few control characters; then guess.h.
 */
#include "extract/text/encoding.h"

#include "base/cleanup.h"
#include "base/utf8.h"
#include "extract/text/guess.h"

static const struct {
    const char *name;
    unsigned unit;
} encodings[N_ENCODINGS] = {
    [ENCODING_BINARY] = {"binary", 1},
    [ENCODING_ASCII] = {"us-ascii", 1},
    [ENCODING_UTF8] = {"utf-8", 1},
    [ENCODING_UTF16LE] = {"utf-16le", 2},
    [ENCODING_UTF16BE] = {"utf-16be", 2},
    [ENCODING_UTF32LE] = {"utf-32le", 4},
    [ENCODING_UTF32BE] = {"utf-32be", 4},
    [ENCODING_SHIFT_JIS] = {"shift_jis", 1},
    [ENCODING_EUC_JP] = {"euc-jp", 1},
    [ENCODING_ISO2022JP] = {"iso-2022-jp", 1},
    [ENCODING_GB18030] = {"gb18030", 1},
    [ENCODING_EUC_KR] = {"euc-kr", 1},
    [ENCODING_BIG5] = {"big5", 1},
    [ENCODING_WINDOWS1252] = {"windows-1252", 1},
    [ENCODING_WINDOWS1250] = {"windows-1250", 1},
    [ENCODING_WINDOWS1251] = {"windows-1251", 1},
    [ENCODING_WINDOWS1253] = {"windows-1253", 1},
    [ENCODING_WINDOWS1254] = {"windows-1254", 1},
    [ENCODING_WINDOWS1255] = {"windows-1255", 1},
    [ENCODING_WINDOWS1256] = {"windows-1256", 1},
    [ENCODING_WINDOWS1257] = {"windows-1257", 1},
    [ENCODING_ISO8859_2] = {"iso-8859-2", 1},
    [ENCODING_ISO8859_5] = {"iso-8859-5", 1},
    [ENCODING_ISO8859_7] = {"iso-8859-7", 1},
    [ENCODING_ISO8859_9] = {"iso-8859-9", 1},
    [ENCODING_ISO8859_15] = {"iso-8859-15", 1},
    [ENCODING_KOI8R] = {"koi8-r", 1},
    [ENCODING_KOI8U] = {"koi8-u", 1},
    [ENCODING_MACINTOSH] = {"macintosh", 1},
    [ENCODING_IBM437] = {"ibm437", 1},
    [ENCODING_IBM850] = {"ibm850", 1},
    [ENCODING_IBM852] = {"ibm852", 1},
    [ENCODING_IBM866] = {"ibm866", 1},
    [ENCODING_IBM037] = {"ibm037", 1},
    [ENCODING_IBM273] = {"ibm273", 1},
    [ENCODING_IBM500] = {"ibm500", 1},
    [ENCODING_IBM1047] = {"ibm1047", 1},
};

const char *encoding_name(Encoding e) {
    return encodings[e].name;
}

unsigned encoding_unit(Encoding e) {
    return encodings[e].unit;
}

bool encoding_is_ebcdic(Encoding e) {
    return e >= ENCODING_IBM037 && e <= ENCODING_IBM1047;
}

int encoding_parse(Span word, Encoding *ret) {
    for (Encoding e = 0; e < N_ENCODINGS; e++) {
        if (span_is(word, encodings[e].name)) {
            *ret = e;
            return 0;
        }
    }
    return -EINVAL;
}

bool encoding_is_converted(Encoding e) {
    return e > ENCODING_UTF8;
}

bool encoding_is_multibyte(Encoding e) {
    return e >= ENCODING_SHIFT_JIS && e <= ENCODING_BIG5;
}

bool encoding_is_doubtful(Encoding e) {
    return e >= ENCODING_SHIFT_JIS && e < ENCODING_IBM037;
}

/* Names in use beside those of encoding_name(): of IANA's register and the WHATWG's list. */
static const struct {
    const char *label;
    Encoding encoding;
} labels[] = {
    {"ascii", ENCODING_ASCII},
    {"ansi_x3.4-1968", ENCODING_ASCII},
    {"utf8", ENCODING_UTF8},
    {"unicode-1-1-utf-8", ENCODING_UTF8},
    {"utf-16", ENCODING_UTF16LE},
    {"unicode", ENCODING_UTF16LE},
    {"utf-32", ENCODING_UTF32LE},
    {"shift-jis", ENCODING_SHIFT_JIS},
    {"sjis", ENCODING_SHIFT_JIS},
    {"x-sjis", ENCODING_SHIFT_JIS},
    {"ms_kanji", ENCODING_SHIFT_JIS},
    {"windows-31j", ENCODING_SHIFT_JIS},
    {"cp932", ENCODING_SHIFT_JIS},
    {"ms932", ENCODING_SHIFT_JIS},
    {"x-euc-jp", ENCODING_EUC_JP},
    {"eucjp", ENCODING_EUC_JP},
    {"csiso2022jp", ENCODING_ISO2022JP},
    {"gb2312", ENCODING_GB18030},
    {"gbk", ENCODING_GB18030},
    {"x-gbk", ENCODING_GB18030},
    {"cp936", ENCODING_GB18030},
    {"euc-cn", ENCODING_GB18030},
    {"gb_2312-80", ENCODING_GB18030},
    {"chinese", ENCODING_GB18030},
    {"ks_c_5601-1987", ENCODING_EUC_KR},
    {"ksc5601", ENCODING_EUC_KR},
    {"windows-949", ENCODING_EUC_KR},
    {"cp949", ENCODING_EUC_KR},
    {"uhc", ENCODING_EUC_KR},
    {"big5-hkscs", ENCODING_BIG5},
    {"cn-big5", ENCODING_BIG5},
    {"x-x-big5", ENCODING_BIG5},
    {"cp950", ENCODING_BIG5},
    {"iso-8859-1", ENCODING_WINDOWS1252},
    {"iso8859-1", ENCODING_WINDOWS1252},
    {"iso_8859-1", ENCODING_WINDOWS1252},
    {"latin1", ENCODING_WINDOWS1252},
    {"l1", ENCODING_WINDOWS1252},
    {"cp1252", ENCODING_WINDOWS1252},
    {"ansi", ENCODING_WINDOWS1252},
    {"cp1250", ENCODING_WINDOWS1250},
    {"cp1251", ENCODING_WINDOWS1251},
    {"cp1253", ENCODING_WINDOWS1253},
    {"cp1254", ENCODING_WINDOWS1254},
    {"cp1255", ENCODING_WINDOWS1255},
    {"iso-8859-8", ENCODING_WINDOWS1255},
    {"iso-8859-8-i", ENCODING_WINDOWS1255},
    {"cp1256", ENCODING_WINDOWS1256},
    {"cp1257", ENCODING_WINDOWS1257},
    {"latin2", ENCODING_ISO8859_2},
    {"iso8859-2", ENCODING_ISO8859_2},
    {"iso8859-5", ENCODING_ISO8859_5},
    {"cyrillic", ENCODING_ISO8859_5},
    {"greek", ENCODING_ISO8859_7},
    {"iso8859-7", ENCODING_ISO8859_7},
    {"latin5", ENCODING_ISO8859_9},
    {"iso8859-9", ENCODING_ISO8859_9},
    {"latin-9", ENCODING_ISO8859_15},
    {"latin9", ENCODING_ISO8859_15},
    {"iso8859-15", ENCODING_ISO8859_15},
    {"koi8", ENCODING_KOI8R},
    {"mac", ENCODING_MACINTOSH},
    {"x-mac-roman", ENCODING_MACINTOSH},
    {"cp437", ENCODING_IBM437},
    {"cp850", ENCODING_IBM850},
    {"cp852", ENCODING_IBM852},
    {"cp866", ENCODING_IBM866},
};

int encoding_of_label(Span word, Encoding *ret) {
    char name[24];

    if (word.n >= sizeof(name))
        return -EINVAL;
    for (size_t i = 0; i < word.n; i++)
        name[i] = (char)(word.at[i] >= 'A' && word.at[i] <= 'Z' ? word.at[i] | 0x20 : word.at[i]);
    for (size_t i = 0; i < N_ELEMENTS(labels); i++) {
        if (strlen(labels[i].label) == word.n && memcmp(labels[i].label, name, word.n) == 0) {
            *ret = labels[i].encoding;
            return 0;
        }
    }
    return encoding_parse(span(name, word.n), ret);
}

/* ---- how much like text ---- */

/* Thousandths of units that may be no character in use, where no mark says what they are. */
#define STRANGE_MOST 50

/* Blocks of the basic plane that text is written in; the rest is rare, private or unassigned. */
static bool in_use(uint32_t c) {
    static const struct {
        uint16_t from, to;
    } blocks[] = {
        {0x0020, 0x007E}, {0x00A0, 0x024F}, {0x0300, 0x06FF}, /* Latin to Arabic */
        {0x0900, 0x0EFF}, {0x10A0, 0x10FF}, {0x1E00, 0x1FFF}, /* Indic to Lao, Georgian, Greek */
        {0x2010, 0x205E}, {0x20A0, 0x20BF}, {0x2100, 0x22FF}, /* punctuation, money, signs */
        {0x2460, 0x26FF}, {0x3000, 0x30FF}, {0x4E00, 0x9FFF}, /* enclosed and box, kana, Han */
        {0xAC00, 0xD7A3}, {0xFF01, 0xFFEE},                   /* Hangul, full width */
    };

    if (c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == 0xFEFF)
        return true;
    if (c > 0xFFFF)
        return (c >= 0x1F000 && c <= 0x1FFFF) || (c >= 0x20000 && c <= 0x323AF);
    for (size_t i = 0; i < N_ELEMENTS(blocks); i++) {
        if (c >= blocks[i].from && c <= blocks[i].to)
            return true;
    }
    return false;
}

static uint32_t unit16(const uint8_t *at, bool big) {
    return big ? (uint32_t)at[0] << 8 | at[1] : (uint32_t)at[1] << 8 | at[0];
}

static uint32_t unit32(const uint8_t *at, bool big) {
    return big ? unit16(at, true) << 16 | unit16(at + 2, true)
               : unit16(at + 2, false) << 16 | unit16(at, false);
}

/* Not impossible in text: no control character, no half of a pair, nothing beyond Unicode. */
static bool possible(uint32_t c) {
    if (c < 0x20)
        return c == '\t' || c == '\n' || c == '\r' || c == '\f';
    return !(c >= 0x7F && c < 0xA0) && !(c >= 0xD800 && c < 0xE000) && c != 0xFFFE && c != 0xFFFF &&
           c <= 0x10FFFF;
}

/* Whether at most this share of the units, in thousandths, fails the test; ends as soon as not. */
static bool is_text16(Span s, bool big, bool (*test)(uint32_t), size_t most) {
    size_t units = s.n / 2, bad = 0;

    most = units * most / 1000;
    for (size_t i = 0; i < units && bad <= most; i++) {
        uint32_t c = unit16(s.at + 2 * i, big);

        if (c >= 0xD800 && c < 0xDC00 && i + 1 < units &&
            unit16(s.at + 2 * i + 2, big) >> 10 == 0xDC00 >> 10)
            i++;
        else
            bad += !test(c);
    }
    return bad <= most;
}

static bool is_text32(Span s, bool big, bool (*test)(uint32_t), size_t most) {
    size_t units = s.n / 4, bad = 0;

    most = units * most / 1000;
    for (size_t i = 0; i < units && bad <= most; i++)
        bad += !test(unit32(s.at + 4 * i, big));
    return bad <= most;
}

/* ---- the rungs ---- */

static Encoding guess_mark(Span s, unsigned *ret_bom) {
    static const struct {
        const char *mark;
        uint8_t n;
        Encoding encoding;
    } marks[] = {
        {"\xEF\xBB\xBF", 3, ENCODING_UTF8},    {"\xFF\xFE\0\0", 4, ENCODING_UTF32LE},
        {"\0\0\xFE\xFF", 4, ENCODING_UTF32BE}, {"\xFF\xFE", 2, ENCODING_UTF16LE},
        {"\xFE\xFF", 2, ENCODING_UTF16BE},
    };
    enum { MOST = 10 }; /* random bytes have 30 */

    for (size_t i = 0; i < N_ELEMENTS(marks); i++) {
        Encoding e = marks[i].encoding;
        bool big = e == ENCODING_UTF16BE || e == ENCODING_UTF32BE;
        Span rest;

        if (!span_starts(s, span(marks[i].mark, marks[i].n)))
            continue;
        rest = span(s.at + marks[i].n, s.n - marks[i].n);
        if (e == ENCODING_UTF8 ||
            (encodings[e].unit == 2 && is_text16(rest, big, possible, MOST)) ||
            (encodings[e].unit == 4 && is_text32(rest, big, possible, MOST))) {
            *ret_bom = marks[i].n;
            return e;
        }
    }
    return ENCODING_BINARY;
}

/*
 * All of it, but for a character that the end of the head may have cut: believed after others, or
 * where the head is so long that it probably is a cut. The first `ascii` bytes are known.
 */
static bool is_utf8(Span s, size_t ascii) {
    size_t n = ascii + utf8_valid_prefix(span(s.at + ascii, s.n - ascii)), left = s.n - n;

    if (left == 0)
        return true;
    if (left >= UTF8_MAX || s.at[n] < 0xC2 || s.at[n] > 0xF4)
        return false;
    for (size_t i = n + 1; i < s.n; i++) {
        if ((s.at[i] & 0xC0) != 0x80)
            return false;
    }
    return s.n >= 4096 || ascii < n;
}

/* ASCII in name only: nearly a third control characters; a look at the start is enough. */
static bool is_control_ridden(Span s) {
    size_t n = s.n < 256 ? s.n : 256, controls = 0;

    for (size_t i = 0; i < n; i++)
        controls += s.at[i] < 0x20 && (s.at[i] < '\t' || s.at[i] > '\r') && s.at[i] != 0x1B;
    return controls * 10 > n * 3;
}

static Encoding guess_utf32(Span s) {
    if (s.n < 8 || (s.n % 4 != 0 && s.n < 4096))
        return ENCODING_BINARY;
    if (is_text32(s, false, in_use, STRANGE_MOST))
        return ENCODING_UTF32LE;
    return is_text32(s, true, in_use, STRANGE_MOST) ? ENCODING_UTF32BE : ENCODING_BINARY;
}

/* How often each byte stands at even and at odd places. */
typedef struct Planes {
    uint32_t even[256], odd[256];
    size_t units;
} Planes;

static void planes_count(Span s, Planes *ret) {
    *ret = (Planes){.units = s.n / 2};
    for (size_t i = 0; i + 1 < s.n; i += 2) {
        ret->even[s.at[i]]++;
        ret->odd[s.at[i + 1]]++;
    }
}

static Encoding guess_utf16(Span s, const Planes *p) {
    enum { LEAST_WITHOUT_NUL = 96 };
    uint64_t apart = 0, even = 0, odd = 0;
    bool nuls = p->even[0] || p->odd[0], big;

    if (s.n < 4 || (!nuls && s.n < LEAST_WITHOUT_NUL))
        return ENCODING_BINARY;
    for (size_t i = 0; i < 256; i++) {
        apart += (uint64_t)llabs((long long)p->even[i] - p->odd[i]);
        even += (uint64_t)p->even[i] * p->even[i];
        odd += (uint64_t)p->odd[i] * p->odd[i];
    }
    if (apart * 10 < p->units * 8) /* 0 to 2 a unit; 0.8 */
        return ENCODING_BINARY;
    big = even > odd || (even == odd && p->even[0] > p->odd[0]);
    if (!is_text16(s, big, in_use, STRANGE_MOST))
        return ENCODING_BINARY;
    return big ? ENCODING_UTF16BE : ENCODING_UTF16LE;
}

/* Letters, digits, space and common punctuation of EBCDIC; fields of NULs are usual in records. */
static bool is_ebcdic(const uint32_t *count, size_t n) {
    size_t text = count[0x40] + count[0x4B] + count[0x6B] + count[0x60] + count[0x61] +
                  count[0x7A] + count[0x15] + count[0x25] + count[0x0D];
    size_t ascii = count[' '];

    n -= count[0];
    for (int high = 0x80; high < 0xC0; high += 0x10) {
        for (int low = 1; low < 10; low++)
            text += count[high | low] + count[(high + 0x40) | low];
    }
    text += count[0xF0];
    for (int c = 'a'; c <= 'z'; c++)
        ascii += count[c];
    return n >= 16 && text > n / 100 * 85 && ascii < n / 100 * 6 + 1 && count[0x40] * 33 > n;
}

static bool is_8bit(const uint32_t *count, size_t n) {
    size_t controls = count[0x7F];

    for (int c = 0; c < 0x20; c++)
        controls += c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == 0x1B ? 0 : count[c];
    return count[0] == 0 && controls * 33 <= n;
}

Encoding encoding_guess(Span head, unsigned *ret_bom) {
    uint32_t count[256];
    size_t ascii;
    Encoding e;
    Planes p;

    *ret_bom = 0;
    e = guess_mark(head, ret_bom);
    if (e != ENCODING_BINARY)
        return e;
    if (head.n == 0)
        return ENCODING_ASCII;
    ascii = utf8_ascii_prefix(head);
    if (!memchr(head.at, 0, head.n) && is_utf8(head, ascii) && !is_control_ridden(head)) {
        if (ascii < head.n)
            return ENCODING_UTF8;
        return guess_is_iso2022jp(head) ? ENCODING_ISO2022JP : ENCODING_ASCII;
    }
    e = guess_utf32(head);
    if (e != ENCODING_BINARY)
        return e;
    planes_count(head, &p);
    e = guess_utf16(head, &p);
    if (e != ENCODING_BINARY)
        return e;
    for (size_t i = 0; i < 256; i++)
        count[i] = p.even[i] + p.odd[i];
    if (head.n % 2)
        count[head.at[head.n - 1]]++;
    if (is_ebcdic(count, head.n))
        return ENCODING_IBM037;
    return is_8bit(count, head.n) ? guess_8bit(head, count) : ENCODING_BINARY;
}
