/* Keyword: databases and their cache: what does not fit exactly is compiled anew, never an error.
 */
#include "rig.h"

#include <sodium.h>

#include "detect/regex.h"

static KeywordPattern pattern(const char *derived) {
    return (KeywordPattern){.derived = derived, .literal = regex_literal(derived)};
}

/* Compiles two patterns, one of them free, and sees that both find something. */
static void compile_in(const char *dir, const char *first) {
    KeywordPattern patterns[] = {pattern(first), pattern("[0-9]x[0-9]")};
    Keywords k = {0};
    Error e = {0};
    int bad;

    if (keywords_compile(patterns, 2, dir, &k, &bad, &e) < 0)
        fail_msg("pattern %d: %s", bad, e.text);
    assert_non_null(k.anchored);
    assert_non_null(k.free);
    keywords_done(&k);
}

typedef struct Files {
    size_t n;
    char path[8][PATH_MAX];
    ino_t inode[8];
    off_t size[8];
} Files;

static int path_compare(const void *a, const void *b) {
    return strcmp(a, b);
}

/* The databases in the cache, in order of name. */
static Files databases(const char *dir) {
    _cleanup_(closedirp) DIR *d = opendir(dir);
    Files f = {0};

    assert_non_null(d);
    for (const struct dirent *e; (e = readdir(d));) {
        if (strncmp(e->d_name, "keywords-", 9) == 0)
            snprintf(f.path[f.n++], PATH_MAX, "%s/%s", dir, e->d_name);
        assert_true(f.n < N_ELEMENTS(f.path));
    }
    qsort(f.path, f.n, sizeof(f.path[0]), path_compare);
    for (size_t i = 0; i < f.n; i++) {
        struct stat st;

        assert_int_equal(stat(f.path[i], &st), 0);
        assert_int_equal(st.st_mode & 0777, 0600);
        f.inode[i] = st.st_ino;
        f.size[i] = st.st_size;
    }
    return f;
}

static void is_read_back(void **state _unused_) {
    _cleanup_(scratch_done) Scratch s = scratch_new();
    Files before, after;

    compile_in(s.path, "secret[0-9]{4}");
    before = databases(s.path);
    assert_int_equal(before.n, 2);
    compile_in(s.path, "secret[0-9]{4}");
    after = databases(s.path);
    assert_int_equal(after.n, 2);
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(before.inode[i], after.inode[i]); /* nothing was written */
}

static void is_kept_by_patterns(void **state _unused_) {
    _cleanup_(scratch_done) Scratch s = scratch_new();

    compile_in(s.path, "secret[0-9]{4}");
    compile_in(s.path, "secret[0-9]{5}");
    assert_int_equal(databases(s.path).n, 3); /* the free one is shared */
}

/* After `harm` every database is written anew, whole. */
static void heals(void (*harm)(const Scratch *s, const Files *f)) {
    _cleanup_(scratch_done) Scratch s = scratch_new();
    Files before, after;

    compile_in(s.path, "secret[0-9]{4}");
    before = databases(s.path);
    harm(&s, &before);
    compile_in(s.path, "secret[0-9]{4}");
    after = databases(s.path);
    assert_int_equal(after.n, before.n);
    for (size_t i = 0; i < after.n; i++) {
        assert_string_equal(after.path[i], before.path[i]);
        assert_int_equal(after.size[i], before.size[i]);
    }
    compile_in(s.path, "secret[0-9]{4}");
    for (size_t i = 0; i < after.n; i++)
        assert_int_equal(after.inode[i], databases(s.path).inode[i]);
}

static void tear(const Scratch *s _unused_, const Files *f) {
    for (size_t i = 0; i < f->n; i++)
        assert_int_equal(truncate(f->path[i], f->size[i] / 2), 0);
}

static void empty(const Scratch *s _unused_, const Files *f) {
    for (size_t i = 0; i < f->n; i++)
        assert_int_equal(truncate(f->path[i], 0), 0);
}

static void flip(const Scratch *s _unused_, const Files *f) {
    for (size_t i = 0; i < f->n; i++) {
        _cleanup_(fd_closep) int fd = open(f->path[i], O_RDWR | O_CLOEXEC);
        uint8_t byte;

        assert_int_equal(pread(fd, &byte, 1, f->size[i] - 9), 1);
        byte ^= 4;
        assert_int_equal(pwrite(fd, &byte, 1, f->size[i] - 9), 1);
    }
}

static void change_key(const Scratch *s, const Files *f _unused_) {
    uint8_t key[crypto_auth_hmacsha256_KEYBYTES] = {7};

    scratch_write(s, "cache.key", span(key, sizeof(key)));
}

static void swap(const Scratch *s, const Files *f) {
    char beside[PATH_MAX];

    snprintf(beside, sizeof(beside), "%s/beside", s->path);
    assert_int_equal(rename(f->path[0], beside), 0);
    assert_int_equal(rename(f->path[1], f->path[0]), 0);
    assert_int_equal(rename(beside, f->path[1]), 0);
}

static void heals_a_torn_file(void **state _unused_) {
    heals(tear);
    heals(empty);
}

static void heals_a_changed_file(void **state _unused_) {
    heals(flip);
    heals(swap);
}

static void heals_under_a_foreign_key(void **state _unused_) {
    heals(change_key);
}

static void lets_others_directories_be(void **state _unused_) {
    _cleanup_(scratch_done) Scratch s = scratch_new();
    char missing[PATH_MAX], file[PATH_MAX], link_path[PATH_MAX];

    assert_int_equal(chmod(s.path, 0755), 0);
    compile_in(s.path, "secret[0-9]{4}");
    assert_int_equal(databases(s.path).n, 0);
    assert_int_equal(chmod(s.path, 0700), 0);
    snprintf(missing, sizeof(missing), "%s/missing", s.path);
    compile_in(missing, "secret[0-9]{4}");
    scratch_write(&s, "file", span("x", 1));
    snprintf(file, sizeof(file), "%s/file", s.path);
    compile_in(file, "secret[0-9]{4}");
    snprintf(link_path, sizeof(link_path), "%s/link", s.path);
    assert_int_equal(symlink(s.path, link_path), 0);
    compile_in(link_path, "secret[0-9]{4}");
    assert_int_equal(databases(s.path).n, 0);
    compile_in(NULL, "secret[0-9]{4}");
}

static void lets_loose_files_be(void **state _unused_) {
    _cleanup_(scratch_done) Scratch s = scratch_new();
    Files f;

    compile_in(s.path, "secret[0-9]{4}");
    f = databases(s.path);
    assert_int_equal(chmod(f.path[0], 0622), 0);
    compile_in(s.path, "secret[0-9]{4}");
    assert_true(databases(s.path).inode[0] != f.inode[0]); /* replaced, 0600 again */
}

static void names_the_pattern_at_fault(void **state _unused_) {
    static const char *const wrong[] = {"abc(", "(?:abc)?", "abc[0-9]{1,2000}", "abc.*", "x{3,1}"};

    for (size_t i = 0; i < N_ELEMENTS(wrong); i++) {
        KeywordPattern patterns[] = {pattern("fine"), pattern(wrong[i])};
        Keywords k = {0};
        Error e = {0};
        int bad = -1;

        assert_int_equal(keywords_compile(patterns, 2, NULL, &k, &bad, &e), -EINVAL);
        assert_int_equal(bad, 1);
        assert_true(e.text[0]);
        assert_null(k.anchored);
    }
}

static void measures_width(void **state _unused_) {
    KeywordPattern patterns[] = {pattern("abc[0-9]{2,40}")};
    Keywords k = {0};
    int bad;

    assert_int_equal(keywords_compile(patterns, 1, NULL, &k, &bad, NULL), 0);
    assert_int_equal(patterns[0].width, 43);
    assert_null(k.free);
    keywords_done(&k);
    assert_int_equal(keywords_compile(NULL, 0, NULL, &k, &bad, NULL), 0);
    assert_null(k.anchored);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_read_back),
        cmocka_unit_test(is_kept_by_patterns),
        cmocka_unit_test(heals_a_torn_file),
        cmocka_unit_test(heals_a_changed_file),
        cmocka_unit_test(heals_under_a_foreign_key),
        cmocka_unit_test(lets_others_directories_be),
        cmocka_unit_test(lets_loose_files_be),
        cmocka_unit_test(names_the_pattern_at_fault),
        cmocka_unit_test(measures_width),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
