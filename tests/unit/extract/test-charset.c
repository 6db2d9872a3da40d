/* Charset: text and map of every encoding, exact at each byte, for any cut and any input. */
#include "sample.h"

#include "extract/text/charset.h"
#include "extract/text/codepage.h"

/* Decodes b and holds it against the characters expected: code point and raw length of each. */
static void assert_decodes(Encoding e, const Buf *b, const uint32_t *points,
                           const uint8_t *raw_lengths, size_t n) {
    enum { OFFSET = 1000 };
    _cleanup_(text_window_done) TextWindow w = {0};
    uint64_t at, length, raw = OFFSET;
    size_t text = 0;

    assert_int_equal(charset_decode(e, buf_as_span(b), OFFSET, &w), 0);
    for (size_t i = 0; i < n; i++) {
        uint8_t expected[UTF8_MAX];
        size_t k = utf8_encode(points[i], expected);

        assert_true(text + k <= w.text.n);
        assert_memory_equal(w.text.at + text, expected, k);
        for (size_t j = 0; j < k; j++) {
            text_window_locate(&w, text + j, text + j + 1, &at, &length);
            assert_int_equal(at, raw);
            assert_int_equal(length, raw_lengths[i]);
        }
        text += k;
        raw += raw_lengths[i];
    }
    assert_int_equal(text, w.text.n);
    assert_int_equal(raw, OFFSET + b->n);
}

static void decodes_every_unit_of_utf16(void **state _unused_) {
    static uint32_t points[0x10000];
    static uint8_t lengths[0x10000];

    for (Encoding e = ENCODING_UTF16LE; e <= ENCODING_UTF16BE; e++) {
        _cleanup_(buf_done) Buf b = {0};

        /* Downwards, so that no high surrogate comes before a low one. */
        for (uint32_t i = 0; i < 0x10000; i++) {
            uint32_t c = 0xFFFF - i;

            put_point(&b, e, c);
            points[i] = c >= 0xD800 && c <= 0xDFFF ? UTF8_REPLACEMENT : c;
            lengths[i] = 2;
        }
        assert_decodes(e, &b, points, lengths, 0x10000);
    }
}

static void decodes_the_other_planes(void **state _unused_) {
    static uint32_t points[0x4000];
    static uint8_t lengths[0x4000];

    for (Encoding e = ENCODING_UTF16LE; e <= ENCODING_UTF32BE; e++) {
        _cleanup_(buf_done) Buf b = {0};

        for (uint32_t i = 0; i < 0x4000; i++) {
            points[i] = 0x10000 + i * 64;
            if (i % 3 == 1)
                points[i] = 'a' + i % 26;
            lengths[i] = encoding_unit(e) == 4 || points[i] > 0xFFFF ? 4 : 2;
            put_point(&b, e, points[i]);
        }
        assert_decodes(e, &b, points, lengths, 0x4000);
    }
}

static void replaces_what_is_no_character(void **state _unused_) {
    static const uint32_t wrong[] = {0xD800, 0xDFFF, 0x110000, 0xFFFFFFFF};
    const uint32_t expected[] = {'a', UTF8_REPLACEMENT, 'b', UTF8_REPLACEMENT};
    const uint8_t lengths[] = {4, 4, 4, 3};

    for (size_t i = 0; i < N_ELEMENTS(wrong); i++) {
        _cleanup_(buf_done) Buf b = {0};

        put_unit(&b, 'a', 4, true);
        put_unit(&b, wrong[i], 4, true);
        put_unit(&b, 'b', 4, true);
        put_unit(&b, 0, 3, true); /* and a unit that is cut */
        assert_decodes(ENCODING_UTF32BE, &b, expected, lengths, N_ELEMENTS(expected));
    }
}

static void takes_cut_tails(void **state _unused_) {
    const uint32_t odd[] = {'a', 'b', UTF8_REPLACEMENT}, half[] = {'a', UTF8_REPLACEMENT};
    const uint8_t odd_lengths[] = {2, 2, 1}, half_lengths[] = {2, 2};
    _cleanup_(buf_done) Buf b = {0}, one = {0};

    buf_add(&b, "a\0b\0c", 5);
    assert_decodes(ENCODING_UTF16LE, &b, odd, odd_lengths, 3);
    buf_clear(&b);
    buf_add(&b, "a\0\x3D\xD8", 4);
    assert_decodes(ENCODING_UTF16LE, &b, half, half_lengths, 2);
    buf_byte(&one, 'x');
    assert_decodes(ENCODING_UTF16LE, &one, &odd[2], &odd_lengths[2], 1);
    buf_clear(&one);
    for (Encoding e = 0; e < N_ENCODINGS; e++)
        assert_decodes(e, &one, NULL, NULL, 0);
}

static void decodes_every_byte_of_the_codepages(void **state _unused_) {
    for (Encoding e = ENCODING_WINDOWS1252; e < N_ENCODINGS; e++) {
        _cleanup_(buf_done) Buf b = {0};
        uint32_t points[512];
        uint8_t lengths[512];

        for (unsigned i = 0; i < 512; i++) {
            buf_byte(&b, (uint8_t)(i * 7)); /* not in order: runs of any length */
            points[i] = codepage_find(e)[(uint8_t)(i * 7)];
            lengths[i] = 1;
        }
        assert_decodes(e, &b, points, lengths, 512);
    }
}

/* Places that each code chart has for itself; the shared ones follow from the text below. */
static void has_the_published_tables(void **state _unused_) {
    static const char text[] = "ABCXYZ abcxyz 0123456789 .,-/:;()%&*+=<>?'\"";
    static const struct {
        const uint16_t *table;
        uint8_t byte;
        uint16_t point;
    } facts[] = {
        {codepage_windows1252, 0x80, 0x20AC}, {codepage_windows1252, 0x92, 0x2019},
        {codepage_windows1252, 0xE9, 0xE9},   {codepage_windows1252, 0x81, 0x81},
        {codepage_ibm037, 0x5A, '!'},         {codepage_ibm037, 0x4A, 0xA2},
        {codepage_ibm037, 0xBA, '['},         {codepage_ibm037, 0x7C, '@'},
        {codepage_ibm500, 0x4A, '['},         {codepage_ibm500, 0x5A, ']'},
        {codepage_ibm500, 0x7C, '@'},         {codepage_ibm273, 0x4A, 0xC4},
        {codepage_ibm273, 0xB5, '@'},         {codepage_ibm273, 0xA1, 0xDF},
        {codepage_ibm273, 0xD0, 0xFC},        {codepage_ibm1047, 0xAD, '['},
        {codepage_ibm1047, 0xBD, ']'},        {codepage_ibm1047, 0x5F, '^'},
        {codepage_ibm1047, 0xB0, 0xAC},       {codepage_ibm1047, 0xBB, 0xA8},
        {codepage_ibm1047, 0xBA, 0xDD},       {codepage_ibm1047, 0x15, '\n'},
        {codepage_ibm037, 0x25, '\n'},        {codepage_ibm037, 0x05, '\t'},
    };

    for (size_t i = 0; i < N_ELEMENTS(facts); i++)
        assert_int_equal(facts[i].table[facts[i].byte], facts[i].point);
    for (Encoding e = ENCODING_IBM037; e < N_ENCODINGS; e++) {
        _cleanup_(buf_done) Buf b = {0}, same = {0};

        put_bytes(&b, codepage_find(e), text);
        put_bytes(&same, codepage_ibm037, text);
        assert_true(span_eq(buf_as_span(&b), buf_as_span(&same)));
    }
}

static void borrows_where_nothing_changes(void **state _unused_) {
    static const Encoding borrowed[] = {ENCODING_BINARY, ENCODING_ASCII, ENCODING_UTF8,
                                        ENCODING_WINDOWS1252};
    _cleanup_(text_window_done) TextWindow w = {0};
    Span raw = span_of("plain text");
    uint64_t at, length;

    for (size_t i = 0; i < N_ELEMENTS(borrowed); i++) {
        assert_int_equal(charset_decode(borrowed[i], raw, 77, &w), 0);
        assert_ptr_equal(w.text.at, raw.at);
        assert_int_equal(w.text.n, raw.n);
        text_window_locate(&w, 2, 5, &at, &length);
        assert_int_equal(at, 79);
        assert_int_equal(length, 3);
        text_window_locate(&w, 8, 50, &at, &length);
        assert_int_equal(at, 85);
        assert_int_equal(length, 2);
    }
    raw = span("\xff\xfe\x80", 3); /* UTF-8 that is none stays as it is */
    assert_int_equal(charset_decode(ENCODING_UTF8, raw, 0, &w), 0);
    assert_ptr_equal(w.text.at, raw.at);
}

/* Texts in the sets of several bytes, with the place of each character; facts of the sets' tables.
 */
static const struct {
    Encoding encoding;
    const char *raw, *text;
    size_t places[24];
} east[] = {
    {ENCODING_SHIFT_JIS,
     "\x93\xfa\x96\x7b\x8c\xea\x82\xcc\x95\xb6\x8f\xcd 20\n\x82\xa9\xb1\x87\x40",
     "日本語の文章 20\nか\xef\xbd\xb1①",
     {0, 2, 4, 6, 8, 10, 12, 13, 14, 15, 16, 18, 19, 21}},
    {ENCODING_EUC_JP,
     "\xc6\xfc\xcb\xdc\xb8\xec\xa4\xce 20\n\x8e\xb1\x8f\xb0\xa1",
     "日本語の 20\n\xef\xbd\xb1丂",
     {0, 2, 4, 6, 8, 9, 10, 11, 12, 14, 17}},
    {ENCODING_ISO2022JP,
     "a\x1b$BF|K\\\x1b(B 2\n\x1b$B$+\x1b(Jb",
     "a日本 2\nかb",
     {0, 4, 6, 11, 12, 13, 17, 22, 23}},
    {ENCODING_GB18030,
     "\xd6\xd0\xce\xc4 20\n\x94\x39\xfc\x36\xa8\xb9x",
     "中文 20\n😀üx",
     {0, 2, 4, 5, 6, 7, 8, 12, 14, 15}},
    {ENCODING_EUC_KR,
     "\xc7\xd1\xb1\xb9\xbe\xee \xb9\xae\xc0\xe5 20\n\x8c"
     "c",
     "한국어 문장 20\n똠",
     {0, 2, 4, 6, 7, 9, 11, 12, 13, 14, 15, 17}},
    {ENCODING_BIG5,
     "\xa4\xa4\xa4\xe5\xaa\xba 20\n\xa4\x48",
     "中文的 20\n人",
     {0, 2, 4, 6, 7, 8, 9, 10, 12}},
};

static void decodes_the_sets_of_the_east(void **state _unused_) {
    for (size_t i = 0; i < N_ELEMENTS(east); i++) {
        _cleanup_(text_window_done) TextWindow w = {0};
        Span raw = span_of(east[i].raw);
        uint64_t at, length;
        size_t k = 0;

        assert_int_equal(charset_decode(east[i].encoding, raw, 0, &w), 0);
        if (!span_is(w.text, east[i].text))
            print_error("%s\n", encoding_name(east[i].encoding));
        assert_int_equal(w.text.n, strlen(east[i].text));
        assert_memory_equal(w.text.at, east[i].text, w.text.n);
        for (size_t t = 0; t < w.text.n; t++) {
            if ((w.text.at[t] & 0xC0) == 0x80)
                continue;
            text_window_locate(&w, t, t + 1, &at, &length);
            assert_int_equal(at, east[i].places[k++]);
            assert_true(at + length <= raw.n);
        }
    }
}

/* Lines of each set's text, all of them characters. */
static void put_east(Buf *b, Encoding e, uint64_t seed, int n) {
    for (size_t i = 0; i < N_ELEMENTS(east); i++) {
        for (int k = 0; east[i].encoding == e && k < n / 16; k++) {
            buf_text(b, east[i].raw);
            if (e == ENCODING_ISO2022JP)
                buf_text(b, "\x1b(B");
            if (sample_random(&seed) % 3 == 0)
                buf_byte(b, '\n');
        }
    }
}

/* Whatever the cut: what goes on where the one before was whole, and what begins anywhere. */
static void cuts_the_sets_of_the_east(void **state _unused_) {
    for (Encoding e = ENCODING_SHIFT_JIS; encoding_is_multibyte(e); e++) {
        _cleanup_(text_window_done) TextWindow whole = {0}, w = {0};
        _cleanup_(buf_done) Buf b = {0};

        put_east(&b, e, 7, 200);
        assert_int_equal(charset_decode(e, buf_as_span(&b), 0, &whole), 0);
        for (size_t cut = 0; cut <= b.n; cut++) {
            size_t end = charset_whole(e, span(b.at, cut));
            size_t skip = charset_sync(e, span(b.at + cut, b.n - cut));
            _cleanup_(buf_done) Buf joined = {0};

            assert_true(cut - end < 64);
            assert_int_equal(charset_decode(e, span(b.at, end), 0, &w), 0);
            buf_span(&joined, w.text);
            assert_int_equal(charset_decode(e, span(b.at + end, b.n - end), end, &w), 0);
            buf_span(&joined, w.text);
            assert_true(span_eq(buf_as_span(&joined), whole.text));

            if (skip == 0 || b.n - cut < 64)
                continue;
            cut += skip;
            assert_int_equal(charset_decode(e, span(b.at + cut, b.n - cut), cut, &w), 0);
            assert_true(w.text.n < whole.text.n);
            assert_memory_equal(w.text.at, whole.text.at + whole.text.n - w.text.n, w.text.n);
            cut -= skip;
        }
    }
}

/* A text of all lengths of characters, for the tests that follow. */
static void put_mixture(Buf *b, Encoding e, uint64_t seed, int n) {
    if (encoding_is_multibyte(e)) {
        put_east(b, e, seed, n);
        return;
    }
    for (int i = 0; i < n; i++) {
        uint64_t r = sample_random(&seed);
        uint32_t c = r & 1 ? 'a' + (uint32_t)(r >> 8) % 26 : (uint32_t)(r >> 8) % 0x11000;

        if (r % 7 == 0)
            c = 0x10000 + (uint32_t)(r >> 8) % 0x100000;
        if (encoding_unit(e) == 1)
            buf_byte(b, (uint8_t)(r >> 16));
        else
            put_point(b, e, c >= 0xD800 && c < 0xE000 ? 'x' : c);
    }
}

/* Its characters say all of themselves: no state from one to the next. */
static bool is_stateless(Encoding e) {
    return e != ENCODING_ISO2022JP;
}

static void locates_any_range(void **state _unused_) {
    for (Encoding e = ENCODING_UTF16LE; e < N_ENCODINGS; e++) {
        if (!is_stateless(e))
            continue;
        _cleanup_(text_window_done) TextWindow w = {0};
        _cleanup_(buf_done) Buf b = {0};
        uint64_t seed = 5, at, length;

        put_mixture(&b, e, seed, 3000);
        assert_int_equal(charset_decode(e, buf_as_span(&b), 0, &w), 0);
        for (int i = 0; i < 2000; i++) {
            _cleanup_(text_window_done) TextWindow again = {0};
            size_t start = sample_random(&seed) % w.text.n;
            size_t end = start + 1 + sample_random(&seed) % 40;

            if (end > w.text.n)
                end = w.text.n;
            text_window_locate(&w, start, end, &at, &length);
            assert_true(at + length <= b.n);
            /* The raw bytes said, decoded alone, are the characters that the range touches. */
            while ((w.text.at[start] & 0xC0) == 0x80)
                start--;
            while (end < w.text.n && (w.text.at[end] & 0xC0) == 0x80)
                end++;
            assert_int_equal(charset_decode(e, span(b.at + at, length), at, &again), 0);
            assert_true(span_eq(again.text, span(w.text.at + start, end - start)));
        }
        text_window_locate(&w, w.text.n + 9, w.text.n + 10, &at, &length);
        assert_int_equal(at, b.n);
        assert_int_equal(length, 0);
    }
}

static void gives_the_same_text_for_any_cut(void **state _unused_) {
    for (Encoding e = ENCODING_UTF16LE; e < N_ENCODINGS; e++) {
        if (encoding_is_multibyte(e))
            continue;
        _cleanup_(text_window_done) TextWindow whole = {0}, w = {0};
        _cleanup_(buf_done) Buf b = {0};
        size_t divided = 0;

        put_mixture(&b, e, 9, 400);
        assert_int_equal(charset_decode(e, buf_as_span(&b), 0, &whole), 0);
        for (size_t cut = 0; cut <= b.n; cut += encoding_unit(e)) {
            _cleanup_(buf_done) Buf joined = {0};

            assert_int_equal(charset_decode(e, span(b.at, cut), 0, &w), 0);
            buf_span(&joined, w.text);
            assert_int_equal(charset_decode(e, span(b.at + cut, b.n - cut), cut, &w), 0);
            buf_span(&joined, w.text);
            if (!span_eq(buf_as_span(&joined), whole.text))
                divided++; /* a pair became two U+FFFD: 6 bytes for 4 */
            assert_true(joined.n == whole.text.n || joined.n == whole.text.n + 2);
        }
        if (encoding_unit(e) != 2)
            assert_int_equal(divided, 0);
        else
            assert_in_range(divided, 1, b.n / 4);
    }
}

static void takes_any_bytes(void **state _unused_) {
    static uint8_t bytes[65536];
    _cleanup_(text_window_done) TextWindow w = {0};
    uint64_t at, length;

    for (uint64_t seed = 1; seed <= 8; seed++) {
        sample_fill(seed, bytes, sizeof(bytes));
        for (Encoding e = ENCODING_UTF16LE; e < N_ENCODINGS; e++) {
            size_t n = sizeof(bytes) - seed;
            uint64_t next = 0;

            assert_int_equal(charset_decode(e, span(bytes, n), 0, &w), 0);
            assert_true(utf8_valid(w.text));
            for (size_t i = 0; i < w.text.n; i++) {
                if ((w.text.at[i] & 0xC0) == 0x80)
                    continue;
                text_window_locate(&w, i, i + 1, &at, &length);
                assert_int_equal(at, next); /* without gap and without overlap */
                next = at + length;
            }
            assert_int_equal(next, n);
        }
    }
    assert_int_equal(charset_decode(ENCODING_UTF16LE, span(bytes, 1u << 30), 0, &w), -EFBIG);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decodes_every_unit_of_utf16),
        cmocka_unit_test(decodes_the_other_planes),
        cmocka_unit_test(replaces_what_is_no_character),
        cmocka_unit_test(takes_cut_tails),
        cmocka_unit_test(decodes_every_byte_of_the_codepages),
        cmocka_unit_test(has_the_published_tables),
        cmocka_unit_test(borrows_where_nothing_changes),
        cmocka_unit_test(locates_any_range),
        cmocka_unit_test(gives_the_same_text_for_any_cut),
        cmocka_unit_test(decodes_the_sets_of_the_east),
        cmocka_unit_test(cuts_the_sets_of_the_east),
        cmocka_unit_test(takes_any_bytes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
