/*
 * Multibyte: see multibyte.h.
 *
 * In all of these sets but ISO-2022-JP the first byte of a character of several is 0x81 or more. So
 * behind a byte below that a character ends, even if the byte was the second of one: no matter how
 * far back the text was cut. (In GB 18030 a digit may stand in the middle of four bytes.)
 * ISO-2022-JP has states, all of which end with the line, and each of which an escape begins.
 */
#include "extract/text/multibyte.h"

#include <unicode/ucnv.h>

enum { ESCAPE = 0x1B, REPLACEMENT = 0xFFFD, SUBSTITUTE = 0x1A };

struct Multibyte {
    UConverter *converter;
    Encoding encoding;
    Buf units, places;
};

static const char *converter_name(Encoding e) {
    switch (e) {
    case ENCODING_SHIFT_JIS:
        return "ibm-943_P15A-2003"; /* as Windows has it */
    case ENCODING_EUC_JP:
        return "euc-jp-2007";
    case ENCODING_ISO2022JP:
        return "ISO-2022-JP";
    case ENCODING_EUC_KR:
        return "windows-949-2000";
    case ENCODING_BIG5:
        return "windows-950-2000";
    default:
        return "gb18030";
    }
}

Multibyte *multibyte_free(Multibyte *m) {
    if (!m)
        return NULL;
    if (m->converter)
        ucnv_close(m->converter);
    buf_wipe(&m->units);
    buf_wipe(&m->places);
    free(m);
    return NULL;
}

int multibyte_use(Multibyte **m, Encoding e) {
    UErrorCode error = U_ZERO_ERROR;

    if (!*m)
        *m = calloc(1, sizeof(**m));
    if (!*m)
        return -ENOMEM;
    if ((*m)->converter && (*m)->encoding == e)
        return 0;
    if ((*m)->converter)
        ucnv_close((*m)->converter);
    (*m)->converter = ucnv_open(converter_name(e), &error);
    (*m)->encoding = e;
    return U_FAILURE(error) ? -ENOMEM : 0;
}

ssize_t multibyte_decode(Multibyte *m, Span raw, const uint16_t **ret_units,
                         const int32_t **ret_places) {
    UErrorCode error = U_ZERO_ERROR;
    const char *from = (const char *)raw.at;
    UChar *units, *to;
    int32_t *places;
    ssize_t n;

    buf_clear(&m->units);
    buf_clear(&m->places);
    to = units = buf_extend(&m->units, (raw.n + 1) * sizeof(*units));
    places = buf_extend(&m->places, (raw.n + 1) * sizeof(*places));
    if (!units || !places)
        return -ENOMEM;
    ucnv_reset(m->converter);
    ucnv_toUnicode(m->converter, &to, units + raw.n + 1, &from, from + raw.n, places, true, &error);
    n = to - units;
    for (ssize_t i = 0; i < n; i++) { /* ICU's own sign for one bad byte is a control character */
        if (units[i] == SUBSTITUTE && places[i] >= 0 && raw.at[places[i]] != SUBSTITUTE)
            units[i] = REPLACEMENT;
    }
    *ret_units = (const uint16_t *)units;
    *ret_places = places;
    return error == U_MEMORY_ALLOCATION_ERROR ? -ENOMEM : n;
}

size_t multibyte_length(Encoding e, Span raw) {
    uint8_t first = raw.n ? raw.at[0] : 0, second = raw.n > 1 ? raw.at[1] : 0;
    size_t n = 1;

    if (first < 0x81 || e == ENCODING_ISO2022JP)
        n = 1;
    else if (e == ENCODING_SHIFT_JIS)
        n = first < 0xA0 || (first >= 0xE0 && first < 0xFD) ? 2 : 1;
    else if (e == ENCODING_EUC_JP)
        n = first == 0x8F ? 3 : first == 0x8E || first >= 0xA1 ? 2 : 1;
    else if (e == ENCODING_GB18030 && second >= '0' && second <= '9')
        n = 4;
    else
        n = first < 0xFF ? 2 : 1;
    if (n > 1 && raw.n > 1 && second < '0')
        n = 1; /* no second byte of any of them */
    return n <= raw.n ? n : 0;
}

static bool ends_character(Encoding e, uint8_t byte) {
    if (e == ENCODING_ISO2022JP)
        return byte == '\n';
    return byte < 0x81 && !(e == ENCODING_GB18030 && byte >= '0' && byte <= '9');
}

size_t multibyte_sync(Encoding e, Span raw) {
    for (size_t i = 0; i < raw.n; i++) {
        if (e == ENCODING_ISO2022JP && raw.at[i] == ESCAPE)
            return i;
        if (ends_character(e, raw.at[i]))
            return i + 1;
    }
    return raw.n;
}

size_t multibyte_sync_last(Encoding e, Span raw) {
    for (size_t i = raw.n; i > 0; i--) {
        if (ends_character(e, raw.at[i - 1]))
            return i;
    }
    return 0;
}
