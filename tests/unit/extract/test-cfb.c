/* Compound files: chains, the mini stream, the tree; rings, stolen sectors, damage at every byte.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cfbmaker.h"
#include "extract/format/cfb.h"

/* "0123...", of n bytes. */
static void fill(Buf *b, size_t n) {
    for (size_t i = 0; i < n; i++)
        buf_byte(b, (uint8_t)('0' + i % 10 + i / 512 % 7));
}

/* A small stream, a large one, and a storage with a small one; in `m`. */
static Span three_streams(CfbMaker *m) {
    unsigned large, storage;

    maker_begin(m);
    maker_stream(m, 0, "small", span_of("a few bytes"));
    large = maker_stream(m, 0, "large", span(NULL, 0));
    fill(&m->entries[large].data, 10000);
    storage = maker_storage(m, 0, "storage");
    maker_stream(m, storage, "inner", span_of("deeper"));
    return maker_end(m);
}

static void read_stream(Cfb *c, uint32_t entry, Buf *ret) {
    CfbStream s;

    assert_int_equal(cfb_stream_open(c, entry, &s), 0);
    assert_int_equal(feed_hold(&s.feed, 1 << 20, ret), 0);
    cfb_stream_done(&s);
}

static void assert_stream(Cfb *c, uint32_t storage, const char *name, Span want) {
    uint32_t entry = cfb_find(c, storage, name, CFB_STREAM);
    Buf got = {0};

    assert_int_not_equal(entry, CFB_NONE);
    read_stream(c, entry, &got);
    assert_int_equal(got.n, want.n);
    assert_memory_equal(got.at, want.at, want.n);
    buf_done(&got);
}

static void test_streams(void **state) {
    CfbMaker m;
    Span file = three_streams(&m);
    Feed f = feed_of_span(file);
    Cfb *c = NULL;
    uint32_t storage;

    (void)state;
    assert_int_equal(cfb_open(&f, &c), 0);
    assert_false(c->damaged);
    assert_stream(c, CFB_ROOT, "SMALL", span_of("a few bytes"));
    assert_stream(c, CFB_ROOT, "large", buf_as_span(&m.entries[2].data));
    assert_stream(c, CFB_ROOT, "large", buf_as_span(&m.entries[2].data)); /* once more */
    storage = cfb_find(c, CFB_ROOT, "storage", CFB_STORAGE);
    assert_int_not_equal(storage, CFB_NONE);
    assert_stream(c, storage, "inner", span_of("deeper"));
    assert_int_equal(cfb_find(c, CFB_ROOT, "inner", CFB_STREAM), CFB_NONE);
    assert_int_equal(cfb_find(c, CFB_ROOT, "storage", CFB_STREAM), CFB_NONE);
    assert_false(c->damaged);
    cfb_close(c);
    maker_done(&m);
}

/* Where a stream's bytes lie in the file. */
static void test_locate(void **state) {
    CfbMaker m;
    Span file = three_streams(&m);
    Feed f = feed_of_span(file);
    Cfb *c = NULL;
    CfbStream s;
    uint64_t source = 0;

    (void)state;
    assert_int_equal(cfb_open(&f, &c), 0);
    assert_int_equal(cfb_stream_open(c, cfb_find(c, 0, "large", CFB_STREAM), &s), 0);
    for (size_t at = 0; at < 10000; at += 777) {
        assert_true(cfb_stream_locate(&s, at, &source) > 0);
        assert_int_equal(file.at[source], m.entries[2].data.at[at]);
    }
    assert_int_equal(cfb_stream_locate(&s, 10000, &source), 0);
    cfb_stream_done(&s);
    assert_int_equal(cfb_stream_open(c, cfb_find(c, 0, "small", CFB_STREAM), &s), 0);
    assert_int_equal(cfb_stream_locate(&s, 2, &source), 9);
    assert_memory_equal(file.at + source, "few bytes", 9);
    cfb_stream_done(&s);
    cfb_close(c);
    maker_done(&m);
}

static uint8_t *fat_slot(CfbMaker *m, uint32_t sector) {
    return m->file.at + m->file.n - m->fat.n + 4 * (size_t)sector;
}

/* A chain that comes back to itself ends there; one that enters another's, too. */
static void test_ring_and_theft(void **state) {
    CfbMaker m;
    Feed f;
    Cfb *c = NULL;
    Buf got = {0};

    (void)state;
    three_streams(&m);
    fat_slot(&m, 2)[0] = 1; /* sector 2 of "large" leads back to 1 */
    f = feed_of_span(buf_as_span(&m.file));
    assert_int_equal(cfb_open(&f, &c), 0);
    read_stream(c, cfb_find(c, 0, "large", CFB_STREAM), &got);
    assert_int_equal(got.n, 3 * MAKER_SECTOR);
    assert_true(c->damaged);
    buf_done(&got);
    c = cfb_close(c);

    fat_slot(&m, 2)[0] = (uint8_t)m.directory; /* ... or into the directory */
    f = feed_of_span(buf_as_span(&m.file));
    assert_int_equal(cfb_open(&f, &c), 0);
    got = (Buf){0};
    read_stream(c, cfb_find(c, 0, "large", CFB_STREAM), &got);
    assert_int_equal(got.n, 3 * MAKER_SECTOR);
    assert_true(c->damaged);
    buf_done(&got);
    cfb_close(c);
    maker_done(&m);
}

static uint8_t *directory_entry(CfbMaker *m, unsigned i) {
    return m->file.at + 512 + (size_t)m->directory * MAKER_SECTOR + 128 * (size_t)i;
}

/* Siblings in a ring, a storage in itself: each entry is met once. */
static void test_tree_that_is_none(void **state) {
    CfbMaker m;
    Feed f;
    Cfb *c = NULL;
    uint32_t storage;

    (void)state;
    three_streams(&m);
    directory_entry(&m, 3)[72] = 1; /* "storage": right sibling "small" again */
    memset(directory_entry(&m, 3) + 73, 0, 3);
    directory_entry(&m, 4)[68] = 3; /* "inner": left sibling its own storage */
    memset(directory_entry(&m, 4) + 69, 0, 3);
    f = feed_of_span(buf_as_span(&m.file));
    assert_int_equal(cfb_open(&f, &c), 0);
    assert_true(c->damaged);
    storage = cfb_find(c, CFB_ROOT, "storage", CFB_STORAGE);
    assert_int_not_equal(storage, CFB_NONE);
    assert_stream(c, storage, "inner", span_of("deeper"));
    assert_stream(c, CFB_ROOT, "small", span_of("a few bytes"));
    cfb_close(c);
    maker_done(&m);
}

/* An entry that nothing leads to is deleted: its bytes are still read. */
static void test_entry_without_parent(void **state) {
    CfbMaker m;
    Feed f;
    Cfb *c = NULL;

    (void)state;
    three_streams(&m);
    memset(directory_entry(&m, 3) + 76, 0xFF, 4); /* "storage" has no child */
    f = feed_of_span(buf_as_span(&m.file));
    assert_int_equal(cfb_open(&f, &c), 0);
    assert_stream(c, CFB_ROOT, "inner", span_of("deeper"));
    cfb_close(c);
    maker_done(&m);
}

/* Every stream of whatever can be opened, read: nothing but an end may come of it. */
static size_t read_all(Span file) {
    Feed f = feed_of_span(file);
    Cfb *c = NULL;
    size_t total = 0;
    int r = cfb_open(&f, &c);

    if (r) {
        assert_true(r == CFB_E_BAD || r == CFB_E_LARGE);
        return 0;
    }
    for (uint32_t i = 0; i < c->n_entries; i++) {
        Buf got = {0};

        if (c->entries[i].type == CFB_STREAM) {
            read_stream(c, i, &got);
            total += got.n;
        }
        buf_done(&got);
    }
    cfb_close(c);
    return total;
}

static void test_damage(void **state) {
    CfbMaker m;
    Span file = three_streams(&m);

    (void)state;
    assert_int_equal(read_all(file), 10000 + 11 + 6);
    for (size_t n = 0; n < file.n; n += n < 600 ? 1 : 61)
        assert_true(read_all(span(file.at, n)) <= file.n);
    for (size_t i = 0; i < file.n; i++) {
        if (i >= 600 && i < 512 + 20 * MAKER_SECTOR && i % 97)
            continue; /* of the data themselves a few are enough */
        m.file.at[i] ^= 0x81;
        assert_true(read_all(file) <= 2 * file.n);
        m.file.at[i] ^= 0x81;
    }
    maker_done(&m);
}

static void test_free_sectors(void **state) {
    CfbMaker m;
    Feed f;
    Cfb *c = NULL;
    uint64_t offset = 0, size = 0;
    uint32_t sector = 0;
    bool any;

    (void)state;
    three_streams(&m);
    for (size_t i = 0; i < MAKER_SECTOR; i++)
        buf_byte(&m.file, 'x'); /* behind all that is known */
    f = feed_of_span(buf_as_span(&m.file));
    assert_int_equal(cfb_open(&f, &c), 0);
    assert_int_equal(read_all(buf_as_span(&m.file)), 10000 + 11 + 6);
    for (uint32_t i = 1; i < c->n_entries; i++) {
        Buf got = {0};

        if (c->entries[i].type == CFB_STREAM)
            read_stream(c, i, &got);
        buf_done(&got);
    }
    any = cfb_next_free(c, &sector, &offset, &size);
    assert_true(any);
    assert_int_equal(offset, m.file.n - MAKER_SECTOR);
    assert_true(size >= MAKER_SECTOR);
    assert_false(cfb_next_free(c, &sector, &offset, &size));
    cfb_close(c);
    maker_done(&m);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_streams),
        cmocka_unit_test(test_locate),
        cmocka_unit_test(test_ring_and_theft),
        cmocka_unit_test(test_tree_that_is_none),
        cmocka_unit_test(test_entry_without_parent),
        cmocka_unit_test(test_damage),
        cmocka_unit_test(test_free_sectors),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
