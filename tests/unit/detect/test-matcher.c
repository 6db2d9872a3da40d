/* Matcher: the same hits however a text is cut; overlaps, alternatives, counts, verdicts. */
#include "rig.h"

#include "detect/validate/validate.h"

/* One of every kind of match. */
static const char *const rules[][2] = {
    {"test.card", "match: [{shape: '4-4-4-4', separators: '- ', base: high}, {shape: '16', base: "
                  "medium}]\nvalidate: card\ntest_values: ['4111111111111111']\n"
                  "context: {near: [card, credit card], not_near: [tracking], within: 48}"},
    {"test.ssn", "match: [{shape: '3-2-4', separators: '-', base: medium}, {shape: '9', base: low}]"
                 "\nvalidate: us.ssn\ncontext: {near: [ssn, social security], not_near: [phone]}"},
    {"test.nine", "match: [{shape: '9', base: medium}]\ncontext: {near: [far away], within: 256}"},
    {"test.form", "match: [{pattern: 'AA 99 99 99 A', base: high}, {pattern: 'A9999999A', base: "
                  "medium}]"},
    {"test.plus", "match: [{pattern: '999999+9999', base: high}]"},
    {"test.mail", "match: [{scanner: email}]\nmask: {style: email}"},
    {"test.iban", "match: [{scanner: iban, base: high}]\nvalidate: iban"},
    {"test.ipv4", "match: [{scanner: ipv4, base: medium}]"},
    {"test.ipv6", "match: [{scanner: ipv6, base: high}]"},
    {"test.mac", "match: [{scanner: mac, base: high}]"},
    {"test.uuid", "match: [{scanner: uuid, base: high}]"},
    {"test.phone", "match: [{scanner: phone, base: medium}]\ncontext: {near: [phone, tel]}"},
    {"test.bitcoin", "match: [{scanner: bitcoin, base: high}]\nvalidate: bitcoin"},
    {"test.secret", "match: [{keyword: '(?i)secret[ =:]{1,3}(?<value>[!-~]{6,900})', entropy: 2}]\n"
                    "stop_values: [changeme]"},
    {"test.phrase", "match: [{phrase: 'strictly internal', base: medium}]"},
};

enum { N_RULES = sizeof(rules) / sizeof(rules[0]) };

static Rig all_rules(void) {
    return rig_new(rules, N_RULES);
}

/* Pieces that are values, parts of values, words and joints: test numbers and reserved ranges. */
static const char *const pieces[] = {
    "4111 1111 1111 1111",
    "4111-1111-1111-1111",
    "5555555555554444",
    "536-90-4399",
    "536904399",
    "123456782",
    "QQ 12 34 56 C",
    "A1234567B",
    "010203+1234",
    "jane.roe@terrier-test.de",
    "a@b.co",
    "DE89370400440532013000",
    "GB82 WEST 1234 5698 7654 32",
    "198.51.100.7",
    "8.8.4.4",
    "2001:db8::1",
    "00:00:5e:00:53:af",
    "f81d4fae-7dec-11d0-a765-00a0c91e6bf6",
    "+44 20 7946 0958",
    "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa",
    "secret=x1y2z3w4v5",
    "secret: changeme",
    "strictly internal",
    "ssn",
    "social security",
    "card",
    "credit card",
    "tracking",
    "far away",
    "phone",
    " ",
    " ",
    " ",
    "\n",
    "\n",
    ",",
    ":",
    "-",
    ".",
    "/",
    "\t",
    "$",
    "%",
    "_",
    "@",
    "x",
    "7",
    "42",
    "2024-09-17 18:51:43",
    "12345678901234567890123456789012345678901234567890",
    "\xc3\xa9",
    "\xe2\x82\xac",
    "\xff",
    "The quick brown fox jumps over the lazy dog. ",
    "secret=aB3$aB3$aB3$aB3$aB3$aB3$aB3$aB3$aB3$aB3$aB3$aB3$aB3$aB3$aB3$aB3$aB3$aB3$aB3$aB3$",
};

/* A value as long as they come, with others in its middle and across its end. */
static void add_long_secret(Dice *d, Buf *b) {
    size_t n = dice_below(d, 900);

    buf_text(b, "secret=");
    while (n > 40) {
        buf_text(b, "aB3$/x9-");
        n -= 8;
    }
    buf_text(b, "//jane.roe@terrier-test.de");
}

static Text mixed_text(Dice *d, size_t n) {
    _cleanup_(buf_done) Buf b = {0};

    while (b.n < n) {
        if (dice_below(d, 100) == 0)
            add_long_secret(d, &b);
        buf_text(&b, pieces[dice_below(d, N_ELEMENTS(pieces))]);
        if (dice_below(d, 3) == 0)
            buf_text(&b, " ");
    }
    assert_int_equal(buf_error(&b), 0);
    return text_new(b.at, n, '4');
}

static void finds_each_kind(void **state _unused_) {
    _cleanup_(rig_done) Rig r = all_rules();
    static const struct {
        const char *text, *detector, *value;
    } cases[] = {
        {"card 4111 1111 1111 1111.", "test.card", "4111 1111 1111 1111"},
        {"n 5555555555554444", "test.card", "5555555555554444"},
        {"ssn 536904399", "test.ssn", "536904399"},
        {"it is 536-90-4399", "test.ssn", "536-90-4399"},
        {"is 111222333", "test.nine", "111222333"},
        {"nino QQ 12 34 56 C", "test.form", "QQ 12 34 56 C"},
        {"no A1234567B", "test.form", "A1234567B"},
        {"id 010203+1234", "test.plus", "010203+1234"},
        {"to jane.roe@terrier-test.de", "test.mail", "jane.roe@terrier-test.de"},
        {"iban DE89 3704 0044 0532 0130 00", "test.iban", "DE89 3704 0044 0532 0130 00"},
        {"ip 8.8.4.4", "test.ipv4", "8.8.4.4"},
        {"ip 2001:db8::1", "test.ipv6", "2001:db8::1"},
        {"mac 00-00-5e-00-53-af", "test.mac", "00-00-5e-00-53-af"},
        {"f81d4fae-7dec-11d0-a765-00a0c91e6bf6", "test.uuid",
         "f81d4fae-7dec-11d0-a765-00a0c91e6bf6"},
        {"tel +44 20 7946 0958", "test.phone", "+44 20 7946 0958"},
        {"pay 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "test.bitcoin",
         "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"},
        {"secret=x1y2z3w4v5 ", "test.secret", "x1y2z3w4v5"},
        {"it is STRICTLY internal", "test.phrase", "STRICTLY internal"},
    };

    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        _cleanup_(text_done) Text t = text_of(cases[i].text);
        _cleanup_(finds_done) Finds f = rig_scan(&r, &t, t.n, 0, LEVEL_MEDIUM);

        if (f.n != 1)
            fail_msg("'%s': %zu hits", cases[i].text, f.n);
        assert_int_equal(f.at[0].detector, rig_detector(&r, cases[i].detector));
        assert_int_equal(f.at[0].end - f.at[0].start, strlen(cases[i].value));
        assert_memory_equal(t.at + f.at[0].start, cases[i].value, strlen(cases[i].value));
    }
}

static void refuses_look_alikes(void **state _unused_) {
    _cleanup_(rig_done) Rig r = all_rules();
    static const char *const texts[] = {
        "",
        "card 4111 1111 1111 1112", /* Luhn */
        "card 4111 1111-1111 1111",
        "card x4111111111111111",
        "card 4111111111111111x",
        "card 41111111111111110",
        "card 4111-1111-1111-1111-1",
        "ssn 000904399 0",
        "phone 536-90-4399", /* a word against it */
        "9.536-90-4399",
        "536-90-4399-1",
        "secret=changeme ",
        "secret=aaaaaaaaaaaa ",
        "secret=abababababab ",
        "icon@2x.png",
        "$123456782",
    };

    for (size_t i = 0; i < N_ELEMENTS(texts); i++) {
        _cleanup_(text_done) Text t = text_of(texts[i]);
        _cleanup_(finds_done) Finds f = rig_scan(&r, &t, t.n ? t.n : 1, 0, LEVEL_MEDIUM);

        if (f.n != 0)
            fail_msg("'%s': detector %u", texts[i], f.at[0].detector);
    }
}

static void cuts_do_not_matter(void **state _unused_) {
    static const size_t windows[] = {1 << 10, 4 << 10, 64 << 10, 1 << 20};
    _cleanup_(rig_done) Rig r = all_rules();
    Dice d = {.state = 61};
    _cleanup_(text_done) Text t = mixed_text(&d, 300 << 10);
    _cleanup_(finds_done) Finds whole = rig_scan(&r, &t, t.n, 0, LEVEL_LOW);

    assert_true(whole.n > 2000);
    for (size_t i = 0; i < N_RULES; i++)
        assert_true(whole.counts[i].tested > 0);
    for (size_t i = 0; i < N_ELEMENTS(windows); i++) {
        _cleanup_(finds_done) Finds cut = rig_scan(&r, &t, windows[i], 0, LEVEL_LOW);

        finds_equal(&whole, &cut, N_RULES);
    }
}

static void alignment_does_not_matter(void **state _unused_) {
    _cleanup_(rig_done) Rig r = all_rules();
    Dice d = {.state = 62};
    _cleanup_(text_done) Text t = mixed_text(&d, 130 << 10);
    _cleanup_(finds_done) Finds whole = rig_scan(&r, &t, t.n, 0, LEVEL_MEDIUM);

    for (size_t first = 1; first <= 64; first++) {
        _cleanup_(finds_done) Finds cut =
            rig_scan(&r, &t, 40000 + first, 4096 + first, LEVEL_MEDIUM);

        finds_equal(&whole, &cut, N_RULES);
    }
}

/* Dense and sparse noise, cut twice at random. */
static void noise_does_not_matter(void **state _unused_) {
    _cleanup_(rig_done) Rig r = all_rules();
    static const char *const alphabets[] = {
        "0123456789",     "0123456789 -./", "0123456789abcdefABCDEF:.-+@ ",
        "a@b.co: /+1_\n", "secret=:ab1 ",   "\x01\x80\xc3\xa9 1234a@.de"};
    Dice d = {.state = 63};

    for (int round = 0; round < 120; round++) {
        const char *alphabet = alphabets[dice_below(&d, N_ELEMENTS(alphabets))];
        size_t n = 1 + dice_below(&d, 20000);
        _cleanup_(text_done) Text t =
            dice_below(&d, 2) ? mixed_text(&d, n) : text_random(&d, n, alphabet, strlen(alphabet));
        Level floor = (Level)(LEVEL_LOW + dice_below(&d, 3));
        size_t a = 1 + dice_below(&d, 6000), b = 1 + dice_below(&d, n);
        _cleanup_(finds_done) Finds one = rig_scan(&r, &t, a, 1 + dice_below(&d, n), floor);
        _cleanup_(finds_done) Finds two = rig_scan(&r, &t, b, 0, floor);

        finds_equal(&one, &two, N_RULES);
    }
}

/* Windows of a few bytes: an edge everywhere. */
static void tiny_windows_do_not_matter(void **state _unused_) {
    _cleanup_(rig_done) Rig r = all_rules();
    Dice d = {.state = 64};

    for (int round = 0; round < 60; round++) {
        _cleanup_(text_done) Text t = mixed_text(&d, 1 + dice_below(&d, 7000));
        _cleanup_(finds_done) Finds whole = rig_scan(&r, &t, t.n, 0, LEVEL_LOW);
        _cleanup_(finds_done) Finds cut = rig_scan(&r, &t, 1 + dice_below(&d, 40), 0, LEVEL_LOW);

        finds_equal(&whole, &cut, N_RULES);
    }
}

static void values_stay_whole_at_chunk_edges(void **state _unused_) {
    _cleanup_(rig_done) Rig r = all_rules();
    size_t n = BITMAP_CHUNK + 600;

    for (size_t k = 0; k < 22; k++) {
        for (size_t back = 0; back <= 240; back += 3) {
            _cleanup_(free_p) char *line = malloc(n);
            _cleanup_(text_done) Text t = {0};
            _cleanup_(finds_done) Finds whole = {0}, cut = {0};

            memset(line, ' ', n);
            memcpy(line + BITMAP_CHUNK - back, pieces[k], strlen(pieces[k]));
            t = text_new(line, n, ' ');
            whole = rig_scan(&r, &t, n, 0, LEVEL_LOW);
            cut = rig_scan(&r, &t, 50000, 0, LEVEL_LOW);
            finds_equal(&whole, &cut, N_RULES);
        }
    }
}

static void resolves_overlaps(void **state _unused_) {
    _cleanup_(rig_done) Rig r = all_rules();
    _cleanup_(text_done) Text t = text_of("ssn 536904399, secret=jane.roe@terrier-test.de ");
    _cleanup_(finds_done) Finds f = rig_scan(&r, &t, t.n, 0, LEVEL_MEDIUM);

    assert_int_equal(f.n, 2);
    /* the same nine digits: the word decides, the other reading is kept beside */
    assert_int_equal(f.at[0].detector, rig_detector(&r, "test.ssn"));
    assert_int_equal(f.at[0].n_alternatives, 1);
    assert_int_equal(f.at[0].alternatives[0], rig_detector(&r, "test.nine"));
    assert_int_equal(f.at[1].start, 22);
}

/* The same bytes and the same score: nearer word, longer word, checksum, then order. */
static void asks_whose_word_it_is(void **state _unused_) {
    static const char *const bodies[][2] = {
        {"test.a", "match: [{shape: '9', base: low}]\ncontext: {near: [passport number, member]}"},
        {"test.b",
         "match: [{shape: '9', base: low}]\ncontext: {near: [uk passport number, chart]}"},
        {"test.c", "match: [{shape: '9', base: low}]\nvalidate: us.rtn\ncontext: {near: [member]}"},
    };
    static const struct {
        const char *text, *id;
        size_t n_alternatives;
    } cases[] = {
        {"passport number 021000021", "test.a", 0},
        {"uk passport number 021000021", "test.b", 1},
        {"chart 7, passport number 021000021", "test.a", 1},
        {"passport number 7, chart 021000021", "test.b", 1},
        {"member 021000021", "test.c", 1},
        {"member 021000022", "test.a", 0},
        {"chart: member 021000021", "test.c", 2},
    };
    _cleanup_(rig_done) Rig r = rig_new(bodies, N_ELEMENTS(bodies));

    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        _cleanup_(text_done) Text t = text_of(cases[i].text);
        _cleanup_(finds_done) Finds f = rig_scan(&r, &t, t.n, 0, LEVEL_MEDIUM);

        assert_int_equal(f.n, 1);
        if (f.at[0].detector != rig_detector(&r, cases[i].id) ||
            f.at[0].n_alternatives != cases[i].n_alternatives)
            fail_msg("'%s': detector %d with %d alternatives, expected %zu with %zu", cases[i].text,
                     f.at[0].detector, f.at[0].n_alternatives, rig_detector(&r, cases[i].id),
                     cases[i].n_alternatives);
    }
}

static void keeps_what_holds_the_other(void **state _unused_) {
    _cleanup_(rig_done) Rig r = all_rules();
    _cleanup_(text_done) Text t = text_of("secret=x1y2/jane.roe@terrier-test.de ");
    _cleanup_(finds_done) Finds f = rig_scan(&r, &t, t.n, 0, LEVEL_MEDIUM);

    assert_int_equal(f.n, 1);
    assert_int_equal(f.at[0].detector, rig_detector(&r, "test.secret"));
    assert_int_equal(f.at[0].n_alternatives, 0); /* other bytes: no other reading of these */
}

static void knows_test_values(void **state _unused_) {
    _cleanup_(rig_done) Rig r = all_rules();
    _cleanup_(text_done) Text t = text_of("card 4111-1111-1111-1111 card 5555-5555-5555-4444");
    _cleanup_(finds_done) Finds f = rig_scan(&r, &t, t.n, 0, LEVEL_MEDIUM);

    assert_int_equal(f.n, 2);
    assert_true(f.at[0].test_value);
    assert_false(f.at[1].test_value);
}

static void counts_what_it_tested(void **state _unused_) {
    _cleanup_(rig_done) Rig r = all_rules();
    _cleanup_(text_done) Text t = text_of("4111-1111-1111-1111 4111-1111-1111-1112;536904399");
    _cleanup_(finds_done) Finds f = rig_scan(&r, &t, t.n, 0, LEVEL_MEDIUM);
    size_t card = rig_detector(&r, "test.card"), ssn = rig_detector(&r, "test.ssn");

    assert_int_equal(f.counts[card].tested, 2);
    assert_int_equal(f.counts[card].valid, 1);
    assert_int_equal(f.counts[ssn].tested, 0); /* no word for it: not even looked at */
}

static void hashes_canonical_values(void **state _unused_) {
    _cleanup_(rig_done) Rig r = all_rules();
    _cleanup_(text_done) Text t =
        text_of("4111-1111-1111-1111 A@TERRIER-TEST.de;4111 1111 1111 1111;a@terrier-test.de");
    _cleanup_(finds_done) Finds f = rig_scan(&r, &t, t.n, 0, LEVEL_MEDIUM);

    assert_int_equal(f.n, 4);
    assert_true(f.at[0].hash == f.at[2].hash && f.at[1].hash == f.at[3].hash);
    assert_true(f.at[0].hash != f.at[1].hash && f.at[0].hash);
}

typedef struct Canon {
    const Rig *rig;
    size_t n;
    char text[8][FORM_CANON_MAX];
} Canon;

static void canon_take(void *of, const Matcher *m, const Window *w, const Hit *h) {
    Canon *c = of;
    size_t n = hit_canonical(matcher_engine(m), w, h, c->text[c->n], FORM_CANON_MAX - 1);

    c->text[c->n++][n] = 0;
    assert_int_equal(hit_canonical(matcher_engine(m), w, h, (char[1]){0}, 1), n ? 1 : 0);
}

static void gives_canonical_forms(void **state _unused_) {
    _cleanup_(rig_done) Rig r = all_rules();
    _cleanup_(text_done) Text t = text_of("4111-1111-1111-1111 A@Terrier-Test.DE QQ 12 34 56 C "
                                          "GB82 WEST 1234 5698 7654 32 2001:db8::1 secret=aB3$x9Z");
    static const char *const expected[] = {
        "4111111111111111",       "a@terrier-test.de",    "QQ123456C",
        "GB82WEST12345698765432", "2001:db8:0:0:0:0:0:1", "aB3$x9Z"};
    Canon c = {.rig = &r};
    MatcherSink sink = {.of = &c, .hit = canon_take, .floor = LEVEL_MEDIUM};
    Window w = {.text = t.at, .n = t.n, .hi = t.n};

    assert_int_equal(matcher_scan(r.matcher, &w, &sink), 0);
    assert_int_equal(c.n, N_ELEMENTS(expected));
    for (size_t i = 0; i < c.n; i++)
        assert_string_equal(c.text[i], expected[i]);
}

static void counts_lines(void **state _unused_) {
    _cleanup_(rig_done) Rig r = all_rules();
    _cleanup_(text_done) Text t = text_of("\n\na@terrier-test.de\nb@terrier-test.de\n");
    _cleanup_(finds_done) Finds f = rig_scan(&r, &t, 5, 0, LEVEL_MEDIUM);

    assert_int_equal(f.n, 2);
    assert_int_equal(f.at[0].line, 2);
    assert_int_equal(f.at[1].line, 3);
    assert_int_equal(f.lines, 4);
}

typedef struct Traces {
    size_t n[VERDICT_OVERLAPPED + 1];
    int rival;
    bool summed;
} Traces;

static void trace_take(void *of, const Trace *t) {
    Traces *traces = of;

    traces->n[t->verdict]++;
    if (t->verdict == VERDICT_OVERLAPPED)
        traces->rival = t->rival;
    if (t->verdict == VERDICT_HIT)
        traces->summed = t->score && t->score->total >= t->score->base - 10;
    assert_true(t->start < t->end);
}

static void hit_ignore(void *of _unused_, const Matcher *m _unused_, const Window *w _unused_,
                       const Hit *h _unused_) {
}

static Traces traces_of(Rig *r, const char *text) {
    _cleanup_(text_done) Text t = text_of(text);
    Traces traces = {.rival = -1};
    MatcherSink sink = {
        .of = &traces, .hit = hit_ignore, .trace = trace_take, .floor = LEVEL_MEDIUM};
    Window w = {.text = t.at, .n = t.n, .hi = t.n};

    assert_int_equal(matcher_scan(r->matcher, &w, &sink), 0);
    return traces;
}

static void explains(void **state _unused_) {
    _cleanup_(rig_done) Rig r = all_rules();
    Traces t = traces_of(&r, "4111-1111-1111-1112");

    assert_true(t.n[VERDICT_INVALID] > 0 && t.n[VERDICT_HIT] == 0);
    t = traces_of(&r, "4111-1111-1111-1111");
    assert_true(t.n[VERDICT_HIT] > 0 && t.summed);
    t = traces_of(&r, "4111-1111-1111-1111-2");
    assert_true(t.n[VERDICT_EDGE] > 0 && t.n[VERDICT_HIT] == 0);
    t = traces_of(&r, "phone 536-90-4399");
    assert_true(t.n[VERDICT_LOW] > 0 && t.n[VERDICT_HIT] == 0);
    t = traces_of(&r, "secret=changeme ");
    assert_true(t.n[VERDICT_STOP] > 0 && t.n[VERDICT_HIT] == 0);
    t = traces_of(&r, "ssn 536904399");
    assert_true(t.n[VERDICT_OVERLAPPED] > 0);
    assert_int_equal(t.rival, rig_detector(&r, "test.ssn"));
}

static void refuses_wrong_rules(void **state _unused_) {
    static const struct {
        const char *match, *why;
    } wrong[] = {
        {"match: [{pattern: 'A9A'}]", "nothing to find it by"},
        {"match: [{scanner: nothing}]", "is no scanner"},
        {"match: [{keyword: 'abc(d'}]", "missing closing parenthesis"},
        {"match: [{keyword: '(abc)\\1'}]", "not allowed"},
        {"match: [{keyword: 'abc.*def'}]", "bounded repeats"},
        {"match: [{shape: '9'}]\nvalidate: no.such", "is no validator"},
    };

    for (size_t i = 0; i < N_ELEMENTS(wrong); i++) {
        _cleanup_(rig_done) Rig r = {.scratch = scratch_new()};
        _cleanup_(buf_done) Buf b = {0};
        Error e = {0};

        buf_printf(&b,
                   "format: detector/1\nid: test.wrong\ntitle: t\ncategory: contact.email\n%s\n"
                   "examples: [a]\nnegative_examples: [b]\n",
                   wrong[i].match);
        scratch_write(&r.scratch, "wrong.yaml", buf_as_span(&b));
        assert_int_equal(rig_try(&r, &e), -EINVAL);
        if (!strstr(e.text, wrong[i].why) || !strstr(e.text, "wrong.yaml:"))
            fail_msg("'%s': %s", wrong[i].match, e.text);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_each_kind),
        cmocka_unit_test(refuses_look_alikes),
        cmocka_unit_test(cuts_do_not_matter),
        cmocka_unit_test(alignment_does_not_matter),
        cmocka_unit_test(noise_does_not_matter),
        cmocka_unit_test(tiny_windows_do_not_matter),
        cmocka_unit_test(values_stay_whole_at_chunk_edges),
        cmocka_unit_test(resolves_overlaps),
        cmocka_unit_test(asks_whose_word_it_is),
        cmocka_unit_test(keeps_what_holds_the_other),
        cmocka_unit_test(knows_test_values),
        cmocka_unit_test(counts_what_it_tested),
        cmocka_unit_test(hashes_canonical_values),
        cmocka_unit_test(gives_canonical_forms),
        cmocka_unit_test(counts_lines),
        cmocka_unit_test(explains),
        cmocka_unit_test(refuses_wrong_rules),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
