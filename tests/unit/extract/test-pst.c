/*
 * Outlook data files of every kind, as corpus/outlook.py writes them (and readpst reads them; see
 * tests/scan/outlook.py): what comes out, and what comes out of damaged ones.
 */
#include "recorder.h"

#include "mutate.h"
#include "outlook-samples.h"

#include "extract/format/little.h"

typedef struct Sample {
    const char *name;
    Span bytes;
    bool maps;     /* it tells what is free */
    bool readable; /* ... which needs no key */
} Sample;

static const Sample samples[] = {
    {"unicode, permuted", {pst_unicode_1, sizeof(pst_unicode_1)}, true, true},
    {"unicode", {pst_unicode_0, sizeof(pst_unicode_0)}, true, true},
    {"unicode, cyclic, in small blocks", {pst_unicode_2, sizeof(pst_unicode_2)}, true, true},
    {"ANSI, permuted", {pst_ansi_1, sizeof(pst_ansi_1)}, true, true},
    {"4 KiB pages", {pst_large_0, sizeof(pst_large_0)}, false, false},
};

static const Span small = {pst_small, sizeof(pst_small)};

static Recorder recorder(void) {
    return (Recorder){.place = EXTRACT_RISKY};
}

static bool has(const Recorder *r, const char *text) {
    return memmem(r->log.at, r->log.n, text, strlen(text)) != NULL;
}

static void expect(const Recorder *r, const char *sample, const char *text) {
    if (!has(r, text))
        fail_msg("%s: no '%s' in:\n%s", sample, text, buf_cstr(&r->log));
}

static bool ends(const Recorder *r, const char *text) {
    size_t n = strlen(text);

    return r->log.n >= n && memcmp(r->log.at + r->log.n - n, text, n) == 0;
}

static unsigned count(const Recorder *r, const char *text) {
    const uint8_t *at = r->log.at, *end = r->log.at + r->log.n;
    unsigned n = 0;

    while ((at = memmem(at, (size_t)(end - at), text, strlen(text)))) {
        at++;
        n++;
    }
    return n;
}

/* ---- what is in them ---- */

static void expect_all(const Recorder *r, const Sample *s) {
    static const char *const texts[] = {
        "> Top/Inbox/mail-200024\n",
        "Subject: Your file\\n",
        "! sent 1704173046000000000 1704173046000000000 \n",
        "Received: by mail.example.org",
        "Badge: Red\\nBadge: Green\\n",
        "EmployeeSSN: 536-90-4399\\n",
        "# section recipients\n= Name: Person 0\\nEmail: person0@example.org\\n",
        "Name: Person 39\\nEmail: person39@example.org\\n",
        "# section body\n= 1:0 Plain text\r\\n\n> body.html\n",
        "paragraph 0",
        "paragraph 599",
        "> list of people.txt\n# bytes us-ascii\n= @0 attached list\n< read\n",
        "> Forwarded\n# section headers\n",
        "Subject: Inner subject\\n",
        "Email: eve@example.org\\n",
        "# section body\n= 1:0 inner body\n",
        "> large.txt\n",
        "> Top/People/contact-200044\n",
        "Name: Anna Quill\\n",
        "Phone: +49 30 901820\\n",
        "Birthday: 1968-01-08\\n",
        "# bytes binary\n= certificate!",
        "> folder-EEE2/task-200064\n", /* no folder has it */
        "Subject: \xD0\x9F\xD1\x80\xD0\xB8\xD0\xB2\xD0\xB5\xD1\x82\\n",
        "> body.rtf\n",
        "hello",
        "> Top/Inbox/hidden-200088\n",
        "> Top/People/note-202004\n",
        "= 1:0 note 59\n",
        "# section folders\n= Name: Outlook data file\\n",
        "Name: Empty\\n",
    };

    for (size_t i = 0; i < N_ELEMENTS(texts); i++)
        expect(r, s->name, texts[i]);
    if (count(r, "> body.rtf\n") != 1) /* where there is another form it is not read */
        fail_msg("%s: body.rtf %u times, not once", s->name, count(r, "> body.rtf\n"));
    if (count(r, "0123456789abcde\\n") != 4000)
        fail_msg("%s: %u lines of 4000", s->name, count(r, "0123456789abcde\\n"));
    if (s->maps && s->readable)
        expect(r, s->name, "was deleted: 536-90-4399 and what is behind it");
    if (!ends(r, "< read\n") || count(r, "partial") || r->units != 69)
        fail_msg("%s: %llu units, not 69, %u partial: ...%s", s->name, (unsigned long long)r->units,
                 count(r, "partial"), buf_cstr(&r->log) + r->log.n - 40);
}

static void test_kinds(void **state) {
    Recorder r = recorder();

    (void)state;
    for (size_t i = 0; i < N_ELEMENTS(samples); i++) {
        record_bytes(&r, samples[i].bytes, "a.pst");
        expect_all(&r, &samples[i]);
    }
    buf_done(&r.log);
}

/* ---- damage ---- */

/* Cut anywhere: the trees stand at the end, so the file is never said to be whole. */
static void test_cut(void **state) {
    Recorder r = recorder();

    (void)state;
    for (size_t n = 4; n < small.n; n++) {
        record_bytes(&r, span(small.at, n), "a.pst");
        if (!ends(&r, "< partial(corrupt)\n"))
            fail_msg("cut to %zu bytes of %zu: ...%s", n, small.n,
                     buf_cstr(&r.log) + (r.log.n > 60 ? r.log.n - 60 : 0));
    }
    buf_done(&r.log);
}

/* Every byte that is of something. */
static void test_changed(void **state) {
    static const uint8_t changes[] = {0xFF, 0x01};
    Recorder r = recorder();
    Buf b = {0};

    (void)state;
    buf_span(&b, small);
    for (size_t i = 4; i < b.n; i = i == 600 ? 0x4600 : i + 1) {
        uint8_t was = b.at[i];

        if (!was)
            continue;
        b.at[i] ^= changes[i % N_ELEMENTS(changes)];
        record_bytes(&r, buf_as_span(&b), "a.pst");
        assert_int_equal(r.log.at[r.log.n - 1], '\n');
        b.at[i] = was;
    }
    buf_done(&b);
    buf_done(&r.log);
}

static void test_mutated(void **state) {
    Recorder r = recorder();
    Buf changed = {0};
    uint64_t seed = 7;

    (void)state;
    for (unsigned i = 0; i < 60; i++) {
        for (size_t k = 0; k < N_ELEMENTS(samples); k++) {
            mutate(&seed, samples[k].bytes, "\x01\x02\x04\x10\x7C\xBC\xB5\xFF\x80", &changed);
            record_bytes(&r, buf_as_span(&changed), "a.pst");
            assert_int_equal(r.log.at[r.log.n - 1], '\n');
        }
    }
    buf_done(&changed);
    buf_done(&r.log);
}

/* A damaged message costs itself: the others come out. */
static void test_one_lost(void **state) {
    Recorder r = recorder();
    Buf b = {0};
    uint8_t *at;

    (void)state;
    buf_span(&b, samples[1].bytes);
    at = memmem(b.at, b.n, "A\0n\0n\0a\0 \0Q\0u\0i\0l\0l", 19);
    assert_non_null(at);
    at[0] = 'H';
    record_bytes(&r, buf_as_span(&b), "a.pst");
    expect(&r, "changed", "Name: Hnna Quill\\n");
    expect(&r, "changed", "= 1:0 note 59\n");
    if (count(&r, "< partial(corrupt)\n") != 2 || !ends(&r, "< partial(corrupt)\n"))
        fail_msg("%u units are damaged, not the message and the file",
                 count(&r, "< partial(corrupt)\n"));
    buf_done(&b);
    buf_done(&r.log);
}

/* A page of each tree that cannot be read: what it leads to is lost, and what is behind it is not.
 */
static void test_page_lost(void **state) {
    static const uint8_t types[] = {0x80, 0x81};
    Recorder r = recorder();

    (void)state;
    for (size_t i = 0; i < N_ELEMENTS(types); i++) {
        Buf b = {0};
        unsigned n = 0;

        buf_span(&b, samples[2].bytes);
        for (size_t at = 0x4600; at + 512 <= b.n; at += 512) {
            const uint8_t *page = b.at + at;

            if (page[496] != types[i] || page[497] != types[i] || page[491] || ++n != 9)
                continue;
            b.at[at + 496] ^= 1;
            break;
        }
        assert_int_equal(n, 9);
        record_bytes(&r, buf_as_span(&b), "a.pst");
        expect(&r, "a page lost", "= 1:0 note 59\n");
        expect(&r, "a page lost", "> Top/Inbox/mail-200024\n");
        if (!ends(&r, "< partial(corrupt)\n") || r.units < 60 || r.units > 69)
            fail_msg("type %u: %llu units: ...%s", types[i], (unsigned long long)r.units,
                     buf_cstr(&r.log) + r.log.n - 40);
        buf_done(&b);
    }
    buf_done(&r.log);
}

/* Pages that refer to themselves. */
static void test_rings(void **state) {
    static const size_t roots[] = {224, 240};
    Recorder r = recorder();

    (void)state;
    for (size_t i = 0; i < N_ELEMENTS(roots); i++) {
        Buf b = {0};
        uint64_t root;

        buf_span(&b, small);
        root = little64(b.at + roots[i]);
        assert_true(root + 512 <= b.n);
        for (unsigned level = 1; level < 256; level++) {
            b.at[root + 490] = 24;
            b.at[root + 491] = (uint8_t)level;
            for (unsigned k = 0; k < b.at[root + 488]; k++)
                memcpy(b.at + root + 24 * k + 16, b.at + roots[i], 8);
            record_bytes(&r, buf_as_span(&b), "a.pst");
            if (!ends(&r, "< partial(corrupt)\n"))
                fail_msg("level %u: ...%s", level, buf_cstr(&r.log) + r.log.n - 40);
        }
        buf_done(&b);
    }
    buf_done(&r.log);
}

/* Encrypted by Windows: nothing can be read, and nobody says it was. */
static void test_cipher(void **state) {
    Recorder r = recorder();
    Buf b = {0};

    (void)state;
    buf_span(&b, small);
    b.at[513] = 0x10;
    record_bytes(&r, buf_as_span(&b), "a.pst");
    assert_true(ends(&r, "< encrypted(pst)\n"));
    buf_done(&b);
    buf_done(&r.log);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kinds),    cmocka_unit_test(test_cut),
        cmocka_unit_test(test_changed),  cmocka_unit_test(test_mutated),
        cmocka_unit_test(test_one_lost), cmocka_unit_test(test_page_lost),
        cmocka_unit_test(test_rings),    cmocka_unit_test(test_cipher),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
