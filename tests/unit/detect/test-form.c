/* Form: each form's good and bad vectors, and hostile text. Reserved and documentation values. */
#include "rig.h"

#include "detect/bytes.h"
#include "detect/form/tld.h"

/* The form at the anchor, which stands behind a NUL-free mark: ^ before the anchor byte. */
static bool find(FormKind kind, const char *marked, FormHit *ret) {
    const char *mark = strchr(marked, '^');
    _cleanup_(text_done) Text t = {0};
    size_t at;

    assert_non_null(mark);
    at = (size_t)(mark - marked);
    t = text_new(marked, strlen(marked), '7');
    memmove(t.at + at, t.at + at + 1, t.n - at - 1);
    t.n--;
    t.at[t.n] = 'a'; /* the pad goes on as if the value did */
    return form_find(kind)(t.at, t.n, at, ret);
}

typedef struct Vector {
    const char *text;
    const char *canon; /* NULL: refused */
    float evidence;
} Vector;

static void check(FormKind kind, const Vector *v, size_t n) {
    for (size_t i = 0; i < n; i++) {
        FormHit f;
        bool found = find(kind, v[i].text, &f);

        if (found != (v[i].canon != NULL))
            fail_msg("%s '%s' is %sfound", form_name(kind), v[i].text, found ? "" : "not ");
        if (!found)
            continue;
        if (f.n != strlen(v[i].canon) || memcmp(f.canon, v[i].canon, f.n) != 0)
            fail_msg("%s '%s': canonical form '%.*s'", form_name(kind), v[i].text, (int)f.n,
                     f.canon);
        if (f.evidence < v[i].evidence - 0.01f || f.evidence > v[i].evidence + 0.01f)
            fail_msg("%s '%s': evidence %g", form_name(kind), v[i].text, (double)f.evidence);
        assert_int_equal(f.evidence != 0, f.why != NULL);
    }
}

static void knows_names(void **state _unused_) {
    for (int k = 0; k < N_FORMS; k++)
        assert_int_equal(form_parse(form_name((FormKind)k)), k);
    assert_int_equal(form_parse("mail"), -1);
    assert_int_equal(form_parse(""), -1);
}

static void finds_mail(void **state _unused_) {
    static const Vector v[] = {
        {"jane.roe^@terrier-test.de", "jane.roe@terrier-test.de", 0},
        {"<J.O'Neil+l_%^@Sub.Terrier-Test.CO.UK>", "j.o'neil+l_%@sub.terrier-test.co.uk", 0},
        {"to jane^@terrier-test.org.", "jane@terrier-test.org", 0},
        {"to jane^@terrier-test.org...", "jane@terrier-test.org", 0},
        {"jane^@terrier-test.org- or", "jane@terrier-test.org", 0},
        {"..jane^@terrier-test.org", "jane@terrier-test.org", 0},
        {"jane^@example.com", "jane@example.com", -1.5f},
        {"jane^@mail.example.org", "jane@mail.example.org", -1.5f},
        {"jane^@myexample.org", "jane@myexample.org", 0},
        {"jane^@host.test", "jane@host.test", -1.5f},
        {"jane^@acme.example", "jane@acme.example", -1.5f},
        {"icon^@2x.png", "icon@2x.png", -8},
        {"git^@terrier-test.org:repo", "git@terrier-test.org", -2.5f},
        {"\xe2\x80\x9cjane^@terrier-test.org\xe2\x80\x9d", "jane@terrier-test.org", 0},
        {"\xef\xbc\x9ajane^@terrier-test.cn\xe7\x94\xb5", "jane@terrier-test.cn", 0},
        {"\xc2\xabjane^@terrier-test.fr\xc2\xbb", "jane@terrier-test.fr", 0},
        {"jane^@b\xc3\xbc"
         "cher.test-er.de",
         "jane@b\xc3\xbc"
         "cher.test-er.de",
         0},
        {"jane^@\xd0\xbf\xd0\xbe.\xd1\x80\xd1\x84", "jane@\xd0\xbf\xd0\xbe.\xd1\x80\xd1\x84", 0},
        {"\x01jo^@xl.es\x02", "jo@xl.es", -6},
        {"jo^@xl.es", "jo@xl.es", 0},
        {"jane^@b\xc3.\xff\xfe", NULL, 0},
        {"j\xc3\xb6rg^@terrier-test.de", NULL, 0},
        {"^@terrier-test.de", NULL, 0},
        {"jane.^@terrier-test.de", NULL, 0},
        {"jane^@", NULL, 0},
        {"jane^@localhost", NULL, 0},
        {"jane^@-terrier.de", NULL, 0},
        {"jane^@.terrier.de", NULL, 0},
        {"jane^@terrier.de@other", NULL, 0},
        {"jane^@terrier.de_x", NULL, 0},
        {"ftp://jane:pass^@terrier-test.de/", NULL, 0},
    };

    check(FORM_EMAIL, v, N_ELEMENTS(v));
}

static void bounds_mail(void **state _unused_) {
    char text[512];
    FormHit f;

    for (size_t local = 60; local <= 70; local++) {
        snprintf(text, sizeof(text), "%.*s^@terrier-test.de", (int)local,
                 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
        assert_int_equal(find(FORM_EMAIL, text, &f), local <= 64);
    }
    for (size_t label = 60; label <= 66; label++) {
        snprintf(text, sizeof(text), "jane^@%.*s.de", (int)label,
                 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
        assert_int_equal(find(FORM_EMAIL, text, &f), label <= 63);
    }
    for (size_t labels = 100; labels < 140; labels++) { /* a.a.a ... de */
        Buf b = {0};

        buf_text(&b, "j^@");
        for (size_t i = 0; i < labels; i++)
            buf_text(&b, "a.");
        buf_text(&b, "de");
        assert_int_equal(find(FORM_EMAIL, buf_cstr(&b), &f), 2 * labels + 2 <= 253);
        buf_done(&b);
    }
}

static void knows_top_level_domains(void **state _unused_) {
    static const char *const exist[] = {"com",  "net",    "org",      "de",
                                        "uk",   "eu",     "info",     "academy",
                                        "zone", "museum", "xn--p1ai", "\xd1\x80"};
    static const char *const none[] = {"",    "c",   "xx",   "co2", "png", "comm", "zzz",
                                       "aaa", "con", "xn--", "a1",  "1a",  "com."};

    for (size_t i = 0; i < N_ELEMENTS(exist); i++) {
        if (!tld_exists(span_of(exist[i])))
            fail_msg("'%s' is not known", exist[i]);
    }
    for (size_t i = 0; i < N_ELEMENTS(none); i++) {
        if (tld_exists(span_of(none[i])))
            fail_msg("'%s' is taken for one", none[i]);
    }
    assert_true(tld_is_reserved(span_of("localhost")) && tld_is_reserved(span_of("test")));
    assert_false(tld_is_reserved(span_of("tess")) || tld_is_reserved(span_of("examples")));
}

static void finds_ibans(void **state _unused_) {
    static const Vector v[] = {
        {"DE^89370400440532013000", "DE89370400440532013000", 0},
        {"IBAN:DE^89 3704 0044 0532 0130 00.", "DE89370400440532013000", 0},
        {"GB^82WEST12345698765432", "GB82WEST12345698765432", 0},
        {"GB^82 WEST 1234 5698 7654 32", "GB82WEST12345698765432", 0},
        {"NO^9386011117947", "NO9386011117947", 0},
        {"DE^8937040044053201300", NULL, 0},
        {"DE^893704004405320130000", NULL, 0},
        {"XDE^89370400440532013000", NULL, 0},
        {"DE^89 370400440532013000", NULL, 0},
        {"DE^89  3704 0044 0532 0130 00", NULL, 0},
        {"DE^89 3704 0044 05320130 00", NULL, 0},
        {"DE^89 3704 0044 0532 0130 0", NULL, 0},
        {"DE^8937040044053201300x", NULL, 0},
        {"XX^89370400440532013000", NULL, 0},
        {"de^89370400440532013000", "DE89370400440532013000", -1},
        {"gb^82 west 1234 5698 7654 32", "GB82WEST12345698765432", -1},
        {"gb^82WEST12345698765432", NULL, 0},
        {"GB^82west12345698765432", NULL, 0},
    };

    check(FORM_IBAN, v, N_ELEMENTS(v));
}

static void finds_ipv4(void **state _unused_) {
    static const Vector v[] = {
        {"^8.8.4.4", "8.8.4.4", 0},
        {"(^192.0.2.17)", "192.0.2.17", -0.5f},
        {"at ^198.51.100.255:80", "198.51.100.255", -0.5f},
        {"^203.0.113.9.", "203.0.113.9", -0.5f},
        {"^10.1.2.3", "10.1.2.3", -0.5f},
        {"^172.31.0.1", "172.31.0.1", -0.5f},
        {"^172.32.1.1", "172.32.1.1", 0},
        {"^127.0.0.1", "127.0.0.1", -4},
        {"^1.0.0.0", "1.0.0.0", -2.5f},
        {"^8.8.8.256", NULL, 0},
        {"^8.8.8.08", NULL, 0},
        {"^8.8.8", NULL, 0},
        {"v^8.8.8.8", NULL, 0},
        {"1.^8.8.8.8", NULL, 0},
        {"^8.8.8.8.8", NULL, 0},
        {"^8.8.8.8a", NULL, 0},
        {"x-^8.8.8.8", NULL, 0},
    };

    check(FORM_IPV4, v, N_ELEMENTS(v));
}

static void finds_ipv6(void **state _unused_) {
    static const Vector v[] = {
        {"2001^:db8::1", "2001:db8:0:0:0:0:0:1", -0.5f},
        {"2a00^:1450:4001:81b::200e", "2a00:1450:4001:81b:0:0:0:200e", 0},
        {"[2A00^:1450:4001:81B::200E]:80", "2a00:1450:4001:81b:0:0:0:200e", 0},
        {"addr:2a00^:1450:0:0:0:0:0:1", "2a00:1450:0:0:0:0:0:1", 0},
        {"fe80^::1:2:3", "fe80:0:0:0:0:1:2:3", -0.5f},
        {"64^:ff9b:1::192.0.2.33", "64:ff9b:1:0:0:0:c000:221", 0},
        {"^::1", "0:0:0:0:0:0:0:1", -4},
        {"a^::b", "a:0:0:0:0:0:0:b", -2.5f},
        {"1^:2:3:4:5:6:7", NULL, 0},
        {"1^:2:3:4:5:6:7:8:9", NULL, 0},
        {"1^::2::3", NULL, 0},
        {"12345^:1::2", NULL, 0},
        {"x2001^:db8::1", NULL, 0},
        {"2001^:db8::1g", NULL, 0},
        {"18^:51:43", NULL, 0},
    };

    check(FORM_IPV6, v, N_ELEMENTS(v));
}

static void finds_devices(void **state _unused_) {
    static const Vector mac[] = {
        {"00^:00:5E:00:53:af", "00005E0053AF", -0.5f},
        {"3C^-22-fb-01-02-03", "3C22FB010203", 0},
        {"3c^:22:fb:01:02", NULL, 0},
        {"3c^:22:fb:01:02:0", NULL, 0},
        {"3c^:22:fb:01-02:03", NULL, 0},
        {"3c^:22:fb:01:02:03:04", NULL, 0},
        {"ff^:ff:ff:ff:ff:ff", NULL, 0},
        {"00^:00:00:00:00:00", NULL, 0},
        {"x3c^:22:fb:01:02:03", NULL, 0},
    };
    static const Vector uuid[] = {
        {"{F81D4FAE^-7dec-11d0-a765-00a0c91e6bf6}", "f81d4fae7dec11d0a76500a0c91e6bf6", -0.1f},
        {"00000000^-0000-0000-0000-000000000000", NULL, 0},
        {"f81d4fae^-7dec-11d0-a765-00a0c91e6bf", NULL, 0},
        {"f81d4fae^-7dec-11d0-a765-00a0c91e6bf66", NULL, 0},
        {"f81d4fae^-7dec-11d0-a765 00a0c91e6bf6", NULL, 0},
        {"xf81d4fae^-7dec-11d0-a765-00a0c91e6bf6", NULL, 0},
    };

    check(FORM_MAC, mac, N_ELEMENTS(mac));
    check(FORM_UUID, uuid, N_ELEMENTS(uuid));
}

/* Numbers reserved for drama by Ofcom and the NANPA. */
static void finds_phones(void **state _unused_) {
    static const Vector v[] = {
        {"^+44 20 7946 0958", "+442079460958", 0},
        {"tel ^+44 (0)20 7946 0958 ", "+442079460958", 0},
        {"(^+1 (202) 555-0143)", "+12025550143", 0},
        {"to ^+12025550143.", "+12025550143", 0},
        {"to ^+1.202.555.0143,", "+12025550143", 0},
        {"^+12025550143", "+12025550143", -1},
        {"x ^+1 202 555 0143 77", "+12025550143", 0},
        {"^+1 202 555 014", NULL, 0},
        {"1^+12025550143", NULL, 0},
        {"^+999 202 555 0143", NULL, 0},
        {"^+", NULL, 0},
        {"^+(", NULL, 0},
        {"^+120255501430", NULL, 0},
    };

    check(FORM_PHONE, v, N_ELEMENTS(v));
}

/* The addresses of the genesis block and of BIP 173. */
static void finds_bitcoin(void **state _unused_) {
    static const Vector v[] = {
        {"^1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", 0},
        {"(^bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4)",
         "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", 0},
        {"^2A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", NULL, 0},
        {"^1A1zP1eP5QGefi2DMPTfTL5S", NULL, 0},
        {"_^1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", NULL, 0},
        {"^1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNaXXXXXX", NULL, 0},
    };

    check(FORM_BITCOIN, v, N_ELEMENTS(v));
}

/* The first key is Bitcoin's wiki's example of the format. */
static void finds_bitcoin_keys(void **state _unused_) {
    static const Vector v[] = {
        {"(^5HueCGU8rMjxEXxiPuD5BDku4MkFqeZyd4dZ1jvhTVqvbTLvyTJ)",
         "5HueCGU8rMjxEXxiPuD5BDku4MkFqeZyd4dZ1jvhTVqvbTLvyTJ", 0},
        {"^KwdMAjGmerYanjeui5SHS7JkmpZvVipYvB2LJGU1ZxJwYvP98617",
         "KwdMAjGmerYanjeui5SHS7JkmpZvVipYvB2LJGU1ZxJwYvP98617", 0},
        {"^KueCGU8rMjxEXxiPuD5BDku4MkFqeZyd4dZ1jvhTVqvbTLvyTJA", NULL, 0},
        {"^5wdMAjGmerYanjeui5SHS7JkmpZvVipYvB2LJGU1ZxJwYvP98617", NULL, 0},
        {"^KwdMAjGmerYanjeui5SHS7JkmpZvVipYvB2LJGU1ZxJwYvP986171", NULL, 0},
        {"_^KwdMAjGmerYanjeui5SHS7JkmpZvVipYvB2LJGU1ZxJwYvP98617", NULL, 0},
    };

    check(FORM_BITCOIN_KEY, v, N_ELEMENTS(v));
}

/* An example of EIP-55. */
static void finds_ethereum(void **state _unused_) {
    static const Vector v[] = {
        {"to ^0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed.",
         "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", 0},
        {"^0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed",
         "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed", -4.7f},
        {"^0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAedA", NULL, 0},
        {"^0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAe", NULL, 0},
        {"^0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeg", NULL, 0},
        {"1^0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", NULL, 0},
        {"^0X5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", NULL, 0},
    };

    check(FORM_ETHEREUM, v, N_ELEMENTS(v));
}

static void lowers(void **state _unused_) {
    uint8_t text[256 + BITMAP_PAD];
    char out[264];

    for (size_t i = 0; i < sizeof(text); i++)
        text[i] = (uint8_t)i;
    for (size_t n = 0; n <= 256; n++) {
        form_lower(text, n, out);
        for (size_t i = 0; i < n; i++)
            assert_int_equal((uint8_t)out[i], byte_lower(text[i]));
    }
}

static void knows_utf8(void **state _unused_) {
    assert_true(form_is_utf8((const uint8_t *)"a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", 10));
    assert_false(form_is_utf8((const uint8_t *)"\xc3", 1));
    assert_false(form_is_utf8((const uint8_t *)"\xa9", 1));
    assert_false(form_is_utf8((const uint8_t *)"\xc0\x80", 2));
    assert_false(form_is_utf8((const uint8_t *)"\xe2\x82", 2));
    assert_false(form_is_utf8((const uint8_t *)"\xff", 1));
}

/* Every form at every byte of dense noise: within bounds, and the pad does not matter. */
static void survives_noise(void **state _unused_) {
    static const char *const alphabets[] = {"0123456789abcdefABCDEF:.-+@() ",
                                            "a.@-_1\x80\xc3\xa9:",
                                            ":::0a.",
                                            "DE89 GB123456",
                                            "13bcqpzrAZ9",
                                            "+(0) -./49"};
    Dice d = {.state = 51};

    for (int round = 0; round < 3000; round++) {
        const char *alphabet = alphabets[dice_below(&d, N_ELEMENTS(alphabets))];
        size_t n = dice_below(&d, 100);
        _cleanup_(text_done) Text t = text_random(&d, n, alphabet, strlen(alphabet));
        _cleanup_(text_done) Text u = text_new(t.at, n, 0);

        for (int k = 0; k < N_FORMS; k++) {
            for (size_t at = 0; at < n; at++) {
                FormHit f = {0}, g = {0};
                bool found = form_find((FormKind)k)(t.at, n, at, &f);

                assert_int_equal(found, form_find((FormKind)k)(u.at, n, at, &g));
                if (!found)
                    continue;
                assert_true(f.start < f.end && f.end <= n && f.n > 0 && f.n <= FORM_CANON_MAX);
                assert_true(f.start == g.start && f.end == g.end && f.n == g.n);
                assert_memory_equal(f.canon, g.canon, f.n);
                assert_true(f.evidence <= 0);
            }
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knows_names),
        cmocka_unit_test(finds_mail),
        cmocka_unit_test(bounds_mail),
        cmocka_unit_test(knows_top_level_domains),
        cmocka_unit_test(finds_ibans),
        cmocka_unit_test(finds_ipv4),
        cmocka_unit_test(finds_ipv6),
        cmocka_unit_test(finds_devices),
        cmocka_unit_test(finds_phones),
        cmocka_unit_test(finds_bitcoin),
        cmocka_unit_test(finds_bitcoin_keys),
        cmocka_unit_test(finds_ethereum),
        cmocka_unit_test(lowers),
        cmocka_unit_test(knows_utf8),
        cmocka_unit_test(survives_noise),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
