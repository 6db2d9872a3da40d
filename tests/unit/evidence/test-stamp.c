/* Stamp: holds as long as nothing changed, and says where something did. */
#include "fixture.h"

#include "evidence/stamp.h"

enum { SIZE = 5000, BLOCK = 256 };

typedef struct Sealed {
    char path[160];
    uint8_t bytes[SIZE + 64];
    Seal *seal;
} Sealed;

static void put(const Sealed *f, size_t n) {
    Error e = {0};

    if (file_replace(f->path, span(f->bytes, n), 0600, &e) < 0)
        fail_msg("%s", e.text);
}

static void sealed_make(Sealed *f, const char *directory, const char *name) {
    bool created;
    Error e = {0};

    *f = (Sealed){0};
    snprintf(f->path, sizeof(f->path), "%s/%s", directory, name);
    for (size_t i = 0; i < sizeof(f->bytes); i++)
        f->bytes[i] = (uint8_t)(i % 100 == 99 ? '\n' : 'a' + i % 26);
    put(f, SIZE);
    if (seal_load(directory, &e, &created, &f->seal) < 0 || stamp_make(f->path, f->seal, &e) < 0)
        fail_msg("%s", e.text);
}

static void sealed_done(Sealed *f) {
    f->seal = seal_free(f->seal);
}

static StampVerdict verify(const Sealed *f) {
    StampVerdict v;
    Error e = {0};

    if (stamp_verify(f->path, seal_public(f->seal), &e, &v) < 0)
        fail_msg("%s", e.text);
    return v;
}

static void names_the_block_of_any_change(void **state) {
    _cleanup_(sealed_done) Sealed f;
    StampVerdict v;

    sealed_make(&f, *state, "report");
    v = verify(&f);
    assert_int_equal(v.kind, STAMP_HOLDS);
    assert_int_equal(v.size, SIZE);
    assert_string_equal(v.key, seal_id(f.seal));
    for (size_t at = 0; at < SIZE; at += 37) {
        f.bytes[at] ^= 1;
        put(&f, SIZE);
        v = verify(&f);
        f.bytes[at] ^= 1;
        if (v.kind != STAMP_ALTERED || v.from != at / BLOCK * BLOCK || v.to <= at)
            fail_msg("byte %zu: kind %d, %llu to %llu", at, (int)v.kind, (unsigned long long)v.from,
                     (unsigned long long)v.to);
        if (v.line != v.from / 100 + 1)
            fail_msg("byte %llu is in line %llu", (unsigned long long)v.from,
                     (unsigned long long)v.line);
    }
}

static void tells_longer_from_shorter(void **state) {
    _cleanup_(sealed_done) Sealed f;
    StampVerdict v;

    sealed_make(&f, *state, "report");
    put(&f, SIZE + 1);
    v = verify(&f);
    assert_int_equal(v.kind, STAMP_LONGER);
    assert_int_equal(v.from, SIZE);
    for (size_t n = 0; n < SIZE; n += BLOCK) { /* where blocks end, nothing of one is altered */
        put(&f, n);
        v = verify(&f);
        assert_int_equal(v.kind, STAMP_SHORTER);
        assert_int_equal(v.from, n);
        assert_int_equal(v.to, SIZE);
    }
}

/* Each bit of the seal and of its signature. */
static void sees_a_changed_seal(void **state) {
    static const char *const suffixes[] = {".seal", ".seal.sig"};
    _cleanup_(sealed_done) Sealed f;
    Error e = {0};

    sealed_make(&f, *state, "report");
    for (size_t s = 0; s < N_ELEMENTS(suffixes); s++) {
        _cleanup_(buf_done) Buf bytes = {0};
        char path[192];

        snprintf(path, sizeof(path), "%s%s", f.path, suffixes[s]);
        assert_int_equal(file_read(path, 1 << 20, &e, &bytes), 0);
        for (size_t i = 0; i < bytes.n; i += s ? 1 : 11) {
            bytes.at[i] ^= (uint8_t)(1u << i % 8);
            assert_int_equal(file_replace(path, buf_as_span(&bytes), 0600, &e), 0);
            bytes.at[i] ^= (uint8_t)(1u << i % 8);
            assert_int_equal(verify(&f).kind, STAMP_BROKEN);
        }
        assert_int_equal(file_replace(path, buf_as_span(&bytes), 0600, &e), 0);
        assert_int_equal(verify(&f).kind, STAMP_HOLDS);
        assert_int_equal(unlink(path), 0);
        assert_int_equal(verify(&f).kind, s ? STAMP_BROKEN : STAMP_NONE);
        assert_int_equal(file_replace(path, buf_as_span(&bytes), 0600, &e), 0);
    }
}

static void holds_for_odd_files(void **state) {
    static const size_t sizes[] = {0, 1, BLOCK - 1, BLOCK, BLOCK + 1};
    _cleanup_(sealed_done) Sealed f;
    Error e = {0};

    sealed_make(&f, *state, "na\nme \\ \x1b");
    for (size_t i = 0; i < N_ELEMENTS(sizes); i++) {
        StampVerdict v;

        put(&f, sizes[i]);
        assert_int_equal(stamp_make(f.path, f.seal, &e), 0);
        v = verify(&f);
        assert_int_equal(v.kind, STAMP_HOLDS);
        assert_int_equal(v.size, sizes[i]);
    }
}

static void refuses_another_key(void **state) {
    _cleanup_(sealed_done) Sealed f;
    uint8_t other[SEAL_PUBLIC];
    StampVerdict v;
    Error e = {0};

    sealed_make(&f, *state, "report");
    memcpy(other, seal_public(f.seal), sizeof(other));
    other[3] ^= 1;
    assert_int_equal(stamp_verify(f.path, other, &e, &v), 0);
    assert_int_equal(v.kind, STAMP_BROKEN);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(names_the_block_of_any_change), TEST(tells_longer_from_shorter),
        TEST(sees_a_changed_seal),           TEST(holds_for_odd_files),
        TEST(refuses_another_key),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
