/* Key: made once, known by its id, refused when others could read or swap it. */
#include "fixture.h"

static void makes_each_key_once(void **state) {
    const char *directory = *state;
    char path[128], ids[N_KEY_KINDS][KEY_ID_SIZE];
    struct stat st;
    bool created;

    for (KeyKind kind = 0; kind < N_KEY_KINDS; kind++) {
        _cleanup_(key_freep) Key *k = keys_load(directory, kind, &created);

        assert_true(created);
        memcpy(ids[kind], key_id(k), KEY_ID_SIZE);
        snprintf(path, sizeof(path), "%s/%s.key", directory, key_kind_name(kind));
        assert_int_equal(stat(path, &st), 0);
        assert_int_equal(st.st_mode & 07777, 0400);
        assert_int_equal(st.st_size, KEY_SIZE);
    }
    assert_string_not_equal(ids[0], ids[1]);
    assert_string_not_equal(ids[1], ids[2]);
    for (KeyKind kind = 0; kind < N_KEY_KINDS; kind++) {
        _cleanup_(key_freep) Key *k = keys_load(directory, kind, &created);

        assert_false(created);
        assert_string_equal(key_id(k), ids[kind]);
    }
}

static void makes_its_directory(void **state) {
    char directory[128];
    struct stat st;
    bool created;

    snprintf(directory, sizeof(directory), "%s/config/terrier", (char *)*state);
    key_free(keys_load(directory, KEY_SEAL, &created));
    assert_int_equal(stat(directory, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0700);
}

/* python3: hashlib.sha256(b"terrier-key-id" + bytes(range(32))).hexdigest()[:8] */
static void has_the_id_of_its_bytes(void **state) {
    _cleanup_(key_freep) Key *k = NULL;
    bool created;

    keys_put(*state, KEY_SIZE, 0400);
    k = keys_load(*state, KEY_TOKEN, &created);
    assert_false(created);
    assert_string_equal(key_id(k), "49f3c766");
}

/* python3: hmac.new(key, b"gov.national_id\0" + b"536904399", "sha256"), first bytes; and
 * hmac.new(key, (1).to_bytes(4, "big") + b"x\0" + (40).to_bytes(4, "big"), "sha256")[:5] */
static void macs_and_derives(void **state) {
    static const uint8_t mac_start[4] = {0x5a, 0x19, 0x70, 0xc1};
    static const uint8_t derived[5] = {0x85, 0x77, 0xc3, 0x91, 0x32};
    const Span parts[] = {span_of("gov.national_id"), span("", 1), span_of("5369"),
                          span_of("04399")};
    _cleanup_(key_freep) Key *k = NULL;
    uint8_t out[32];
    bool created;

    keys_put(*state, KEY_SIZE, 0400);
    k = keys_load(*state, KEY_TOKEN, &created);
    key_mac(k, parts, N_ELEMENTS(parts), out);
    assert_memory_equal(out, mac_start, sizeof(mac_start));
    memset(out, 0xee, sizeof(out));
    key_derive(k, "x", out, sizeof(derived));
    assert_memory_equal(out, derived, sizeof(derived));
    assert_int_equal(out[sizeof(derived)], 0xee);
}

static void assert_refused(const char *directory, int code, const char *words) {
    Key *k = NULL;
    Error e = {0};
    bool created = false;

    assert_int_equal(key_load(directory, KEY_TOKEN, &e, &created, &k), code);
    assert_null(k);
    assert_false(created);
    if (!strstr(e.text, words))
        fail_msg("'%s' has no '%s'", e.text, words);
}

static void refuses_other_modes(void **state) {
    static const mode_t modes[] = {0644, 0600, 0440, 0404, 04400};

    for (size_t i = 0; i < N_ELEMENTS(modes); i++) {
        keys_put(*state, KEY_SIZE, modes[i]);
        assert_refused(*state, -EPERM, "chmod 0400");
    }
}

static void refuses_other_owners(void **state) {
    char path[128];

    if (geteuid() != 0)
        skip();
    keys_put(*state, KEY_SIZE, 0400);
    snprintf(path, sizeof(path), "%s/token.key", (char *)*state);
    assert_int_equal(chown(path, 12345, (gid_t)-1), 0);
    assert_refused(*state, -EPERM, "belongs to user 12345");
}

static void refuses_other_sizes_and_constants(void **state) {
    char path[128];
    uint8_t zeros[KEY_SIZE] = {0};
    Error e = {0};

    keys_put(*state, KEY_SIZE - 1, 0400);
    assert_refused(*state, -EINVAL, "not a key of 32 random bytes");
    keys_put(*state, KEY_SIZE + 1, 0400);
    assert_refused(*state, -EINVAL, "not a key");
    keys_put(*state, 0, 0400);
    assert_refused(*state, -EINVAL, "not a key");
    snprintf(path, sizeof(path), "%s/token.key", (char *)*state);
    assert_int_equal(file_replace(path, span(zeros, sizeof(zeros)), 0400, &e), 0);
    assert_refused(*state, -EINVAL, "not a key");
}

static void refuses_links_and_open_directories(void **state) {
    char path[128], target[128];

    keys_put(*state, KEY_SIZE, 0400);
    snprintf(path, sizeof(path), "%s/token.key", (char *)*state);
    snprintf(target, sizeof(target), "%s/real", (char *)*state);
    assert_int_equal(rename(path, target), 0);
    assert_int_equal(symlink("real", path), 0);
    assert_refused(*state, -ELOOP, "symbolic link");
    assert_int_equal(unlink(path), 0);
    assert_int_equal(symlink("none", path), 0);
    assert_refused(*state, -ELOOP, "symbolic link");
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkfifo(path, 0400), 0);
    assert_refused(*state, -EINVAL, "not a regular file");
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rename(target, path), 0);
    assert_int_equal(chmod(*state, 0770), 0);
    assert_refused(*state, -EPERM, "chmod go-w");
}

/* AddressSanitizer answers mlock() itself, and locks nothing. */
#ifdef __SANITIZE_ADDRESS__
#define LOCKED ""
#else
#define LOCKED " lo"
#endif

/* The kernel's own word for a mapping that is locked and left out of core dumps: lo and dd. */
static bool has_guarded_pages(void) {
    _cleanup_(fclosep) FILE *f = fopen("/proc/self/smaps", "re");
    char line[512];

    assert_non_null(f);
    while (fgets(line, sizeof(line), f)) {
        if (strncmp(line, "VmFlags:", 8) == 0 && strstr(line, LOCKED) && strstr(line, " dd"))
            return true;
    }
    return false;
}

static void is_locked_and_not_dumped(void **state) {
    _cleanup_(key_freep) Key *k = NULL;
    bool created;

#ifdef __SANITIZE_THREAD__
    print_message("skipped: the thread sanitizer makes mlock() do nothing\n");
    skip();
#endif
    k = keys_load(*state, KEY_TOKEN, &created);
    if (!key_locked(k))
        skip();
    assert_true(has_guarded_pages());
}

static void knows_its_default_place(void **state _unused_) {
    char *path = NULL;

    assert_int_equal(setenv("XDG_CONFIG_HOME", "/x/config", 1), 0);
    assert_int_equal(key_default_directory(&path), 0);
    assert_string_equal(path, "/x/config/terrier");
    free(path);
    assert_int_equal(unsetenv("XDG_CONFIG_HOME"), 0);
    assert_int_equal(setenv("HOME", "/home/u", 1), 0);
    assert_int_equal(key_default_directory(&path), 0);
    assert_string_equal(path, "/home/u/.config/terrier");
    free(path);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(makes_each_key_once),
        TEST(makes_its_directory),
        TEST(has_the_id_of_its_bytes),
        TEST(macs_and_derives),
        TEST(refuses_other_modes),
        TEST(refuses_other_owners),
        TEST(refuses_other_sizes_and_constants),
        TEST(refuses_links_and_open_directories),
        TEST(is_locked_and_not_dumped),
        TEST(knows_its_default_place),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
