/* Seal: the answers of RFC 8032, the form of RFC 8410, and what does not hold. */
#include "fixture.h"

#include <sodium.h>

#include "evidence/seal.h"

static Seal *load(const char *directory) {
    Seal *s = NULL;
    bool created;
    Error e = {0};

    if (seal_load(directory, &e, &created, &s) < 0)
        fail_msg("%s", e.text);
    return s;
}

/* RFC 8032 section 7.1, test 3: secret key, public key, message af82, signature. */
static void signs_as_the_rfc(void **state) {
    static const char secret[] = "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7";
    static const char public[] = "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025";
    static const char signature[] =
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
        "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a";
    static const uint8_t message[] = {0xaf, 0x82};
    uint8_t bytes[32], made[SEAL_SIGNATURE];
    char path[128], hex[2 * SEAL_SIGNATURE + 1];
    _cleanup_(seal_freep) Seal *s = NULL;
    Error e = {0};

    assert_int_equal(sodium_hex2bin(bytes, 32, secret, 64, NULL, NULL, NULL), 0);
    snprintf(path, sizeof(path), "%s/seal.key", (char *)*state);
    if (file_replace(path, span(bytes, 32), 0400, &e) < 0)
        fail_msg("%s", e.text);
    s = load(*state);
    assert_string_equal(sodium_bin2hex(hex, sizeof(hex), seal_public(s), 32), public);
    seal_sign(s, span(message, 2), made);
    assert_string_equal(sodium_bin2hex(hex, sizeof(hex), made, sizeof(made)), signature);
    assert_true(seal_holds(seal_public(s), span(message, 2), made));
    made[17] ^= 4;
    assert_false(seal_holds(seal_public(s), span(message, 2), made));
    made[17] ^= 4;
    assert_false(seal_holds(seal_public(s), span(message, 1), made));
}

/* RFC 8410 section 10.1: the public key there, in the form there. */
static void writes_the_public_key_as_the_rfc(void **state _unused_) {
    static const char pem[] = "-----BEGIN PUBLIC KEY-----\n"
                              "MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n"
                              "-----END PUBLIC KEY-----\n";
    _cleanup_(buf_done) Buf again = {0};
    uint8_t public[SEAL_PUBLIC];

    assert_int_equal(seal_pem_parse(span_of(pem), public), 0);
    assert_int_equal(public[0], 0x19);
    assert_int_equal(public[31], 0xe1);
    seal_pem_print(public, &again);
    assert_string_equal(buf_cstr(&again), pem);
    for (size_t n = 0; n + 2 < strlen(pem); n++)
        assert_int_equal(seal_pem_parse(span(pem, n), public), -EINVAL);
    assert_int_equal(seal_pem_parse(span_of("-----BEGIN PUBLIC KEY-----\n"
                                            "MCowBQYDK2VuAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4"
                                            "rXAxZuE=\n-----END PUBLIC KEY-----\n"),
                                    public),
                     -EINVAL); /* X25519 */
}

static void stays_the_same_and_is_replaced(void **state) {
    _cleanup_(seal_freep) Seal *first = load(*state), *again = load(*state), *old = NULL,
                               *second = NULL;
    _cleanup_(key_freep) Key *k = NULL;
    char path[128];
    struct stat st;
    Error e = {0};

    assert_string_equal(seal_id(first), seal_id(again));
    snprintf(path, sizeof(path), "%s/seal.pem", (char *)*state);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0444);
    if (key_replace(*state, KEY_SEAL, seal_id(first), &e, &k) < 0)
        fail_msg("%s", e.text);
    second = load(*state);
    assert_string_not_equal(seal_id(first), seal_id(second));
    if (seal_load_old(*state, seal_id(first), &e, &old) < 0)
        fail_msg("%s", e.text);
    assert_string_equal(seal_id(first), seal_id(old));
    snprintf(path, sizeof(path), "%s/seal.%s.key", (char *)*state, seal_id(first));
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0400);
    old = seal_free(old);
    assert_int_equal(seal_load_old(*state, "00000000", &e, &old), -ENOENT);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(signs_as_the_rfc),
        TEST(writes_the_public_key_as_the_rfc),
        TEST(stays_the_same_and_is_replaced),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
