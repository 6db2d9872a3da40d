/* Token: known answers of another implementation (python3 hmac), and what tokens tell apart. */
#include "fixture.h"

#include <sodium.h>

#include "evidence/token.h"

static Key *known_key(const char *directory) {
    bool created;

    keys_put(directory, KEY_SIZE, 0400);
    return keys_load(directory, KEY_TOKEN, &created);
}

/* python3: hmac.new(bytes(range(32)), type + b"\0" + canonical, "sha256").hexdigest()[:32] */
static void gives_known_answers(void **state) {
    _cleanup_(key_freep) Key *k = known_key(*state);
    uint8_t token[FINDING_TOKEN];
    char text[TOKEN_SIZE];

    token_make(k, span_of("gov.national_id"), span_of("536904399"), token);
    token_print(key_id(k), token, text);
    assert_string_equal(text, "tok:49f3c766:5a1970c1cf440e42bc730cfc851e87a6");
    token_make(k, span_of("contact.email"), span_of("a@example.com"), token);
    token_print(key_id(k), token, text);
    assert_string_equal(text, "tok:49f3c766:e1dc7ac1cf6f4f36060511cb70307007");
}

static void tells_types_and_keys_apart(void **state) {
    _cleanup_(key_freep) Key *k = known_key(*state), *other = NULL;
    uint8_t a[FINDING_TOKEN], b[FINDING_TOKEN];
    bool created;

    token_make(k, span_of("fin.pan"), span_of("4111111111111111"), a);
    token_make(k, span_of("fin.iban"), span_of("4111111111111111"), b);
    assert_memory_not_equal(a, b, sizeof(a));
    token_make(k, span_of("fin.pan"), span_of("4111111111111111"), b);
    assert_memory_equal(a, b, sizeof(a));
    other = keys_load(*state, KEY_TOMBSTONE, &created);
    token_make(other, span_of("fin.pan"), span_of("4111111111111111"), b);
    assert_memory_not_equal(a, b, sizeof(a));
}

/* python3: counter mode over hmac, label b"terrier-sketch"; SHA-256 of the 192 bytes. Behind them
 * 16 of label b"terrier-distinct". */
static void derives_the_sketch_secret(void **state) {
    static const char expected[] =
        "406a82b4ae69d233bd9fa2d9c272d2b86cd5b4d84cb00fd6e718a08be5b98f3b";
    _cleanup_(key_freep) Key *k = known_key(*state);
    uint8_t secret[TOKEN_SKETCH_SECRET], digest[32];
    char hex[65];

    token_sketch_secret(k, secret);
    crypto_hash_sha256(digest, secret, 192);
    assert_string_equal(sodium_bin2hex(hex, sizeof(hex), digest, sizeof(digest)), expected);
    assert_string_equal(sodium_bin2hex(hex, sizeof(hex), secret + 192, 16),
                        "12307edfb1f901cba114bb33f674b63f");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(gives_known_answers),
        TEST(tells_types_and_keys_apart),
        TEST(derives_the_sketch_secret),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
