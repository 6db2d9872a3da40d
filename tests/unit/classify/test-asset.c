/* Asset: places, series, and which directories stand apart. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "classify/asset.h"

static Span text(const char *s) {
    return span_of(s);
}

/* NUL is written as '!'. */
static Span path_of(const char *s, char *to) {
    size_t n = strlen(s);

    for (size_t i = 0; i < n; i++)
        to[i] = (char)(s[i] == '!' ? 0 : s[i]);
    return span(to, n);
}

static void assert_place(const char *root, const char *path, const char *expected) {
    _cleanup_(buf_done) Buf got = {0};
    char raw[256];

    assert_int_equal(asset_place(text(root), path_of(path, raw), &got), 0);
    for (size_t i = 0; i < got.n; i++) {
        if (!got.at[i])
            got.at[i] = '!';
    }
    assert_string_equal(buf_cstr(&got), expected);
}

static void places(void **state _unused_) {
    assert_place("/srv", "a/b/c.txt", "/srv/a/b");
    assert_place("/srv", "c.txt", "/srv");
    assert_place("/srv", "", "/srv");
    assert_place("/", "a/c.txt", "/a");
    assert_place("/srv", "a/b.zip!x.csv", "/srv/a/b.zip!");
    assert_place("/srv", "a/b.zip!in/x.csv", "/srv/a/b.zip!in");
    assert_place("/srv", "a/db-2024-01-31.sql.gz", "/srv/a/db-*.sql.gz");
    assert_place("/srv", "a/db-2024-01-31.zip!x.csv", "/srv/a/db-*.zip!");
    assert_place("/srv", "a/report-2024-01-31.txt", "/srv/a");
}

static void assert_series(const char *name, const char *expected) {
    _cleanup_(buf_done) Buf got = {0};
    bool is = asset_series(text(name), &got);

    assert_string_equal(is ? buf_cstr(&got) : "", expected);
}

static void series(void **state _unused_) {
    assert_series("crm_20240131.sql", "crm_*.sql");
    assert_series("crm_20240131T0230.dump", "crm_*.dump");
    assert_series("crm_2024_01_31-02.sql.zst", "crm_*.sql.zst");
    assert_series("2024-01-31.bak", "*.bak");
    assert_series("crm_20241331.sql", "");
    assert_series("crm_120240131.sql", "");
    assert_series("crm_18240131.sql", "");
    assert_series("crm.sql", "");
    assert_series("notes-2024-01-31", "");
    assert_series("", "");
}

typedef struct Found {
    const char *place;
    unsigned n;
    AssetSample s;
} Found;

/* "asset kind;" of those found, and where each place went. */
static void assert_assets(const Found *found, size_t n, const char *expected) {
    Assets a = {0};
    _cleanup_(buf_done) Buf got = {0};
    char raw[256];

    assert_int_equal(assets_root(&a, text("/srv")), 0);
    for (size_t i = 0; i < n; i++) {
        for (unsigned k = 0; k < found[i].n; k++)
            assert_int_equal(assets_add(&a, path_of(found[i].place, raw), &found[i].s), 0);
    }
    assert_int_equal(assets_settle(&a), 0);
    for (size_t i = 0; i < a.n_assets; i++) {
        AssetInfo info = assets_info(&a, i);

        buf_printf(&got, "%.*s %s;", (int)info.path.n, (const char *)info.path.at,
                   asset_kind_name(info.kind));
    }
    for (size_t i = 0; i < n; i++)
        buf_printf(&got, " %d", assets_of(&a, path_of(found[i].place, raw)));
    assets_done(&a);
    assert_string_equal(buf_cstr(&got), expected);
}

#define INTERNAL(c)                                                                                \
    { TIER_INTERNAL, EXPOSURE_GROUP, c, 100 }

static void groups(void **state _unused_) {
    const Found by_tier[] = {{"/srv/a", 50, INTERNAL(1)},
                             {"/srv/b", 50, {TIER_RESTRICTED, EXPOSURE_GROUP, 1, 100}},
                             {"/srv/b/deep", 50, {TIER_RESTRICTED, EXPOSURE_GROUP, 1, 100}}};
    const Found by_types[] = {{"/srv/a", 50, INTERNAL(1)}, {"/srv/b", 50, INTERNAL(2)}};
    const Found by_group[] = {{"/srv/a", 60, INTERNAL(1)},
                              {"/srv/b", 50, {TIER_INTERNAL, EXPOSURE_GROUP, 1, 101}}};
    const Found alike[] = {{"/srv/a", 50, INTERNAL(1)}, {"/srv/b", 50, INTERNAL(1)}};
    const Found few[] = {{"/srv/a", 500, INTERNAL(1)},
                         {"/srv/b", 4, {TIER_RESTRICTED, EXPOSURE_GROUP, 1, 100}}};
    const Found archive[] = {{"/srv/a", 50, INTERNAL(1)},
                             {"/srv/b.zip!", 50, {TIER_RESTRICTED, EXPOSURE_GROUP, 1, 100}}};
    const Found dumps[] = {{"/srv", 50, INTERNAL(1)},
                           {"/srv/crm-*.sql", 50, {TIER_RESTRICTED, EXPOSURE_GROUP, 1, 100}}};
    const Found alone[] = {{"/srv/a/b/c", 50, INTERNAL(1)}};

    /* what is left of /srv is only internal; /srv/a does not differ from the rest in more */
    assert_assets(by_tier, 3, "/srv share;/srv/a folder;/srv/b folder; 1 2 2");
    assert_assets(by_types, 2, "/srv share;/srv/a folder;/srv/b folder; 1 2");
    assert_assets(by_group, 2, "/srv share;/srv/b folder; 0 1");
    assert_assets(alike, 2, "/srv share; 0 0");
    assert_assets(few, 2, "/srv share;/srv/a folder; 1 0");
    assert_assets(archive, 2, "/srv share;/srv/a folder;/srv/b.zip archive; 1 2");
    assert_assets(dumps, 2, "/srv share;/srv/crm-*.sql dump series; 0 1");
    assert_assets(alone, 1, "/srv share; 0");
}

/* 600 directories that all differ from the rest: those with most stand apart. */
static void most_of_many(void **state _unused_) {
    Assets a = {0};
    char place[64];
    size_t apart = 0;

    assert_int_equal(assets_root(&a, text("/srv")), 0);
    for (unsigned i = 0; i < 600; i++) {
        snprintf(place, sizeof(place), "/srv/d%03u", i);
        for (unsigned k = 0; k < 100 + i; k++)
            assert_int_equal(
                assets_add(&a, text(place), &(AssetSample){TIER_INTERNAL, -1, i % 100, 1000 + i}),
                0);
    }
    assert_int_equal(assets_settle(&a), 0);
    assert_int_equal(a.n_assets, ASSETS_MAX);
    for (unsigned i = 0; i < 600; i++) {
        snprintf(place, sizeof(place), "/srv/d%03u", i);
        apart += assets_of(&a, text(place)) > 0;
        if (i < 100)
            assert_int_equal(assets_of(&a, text(place)), 0);
    }
    assert_int_equal(apart, ASSETS_MAX - 1);
    assert_int_equal(assets_of(&a, text("/elsewhere")), ASSET_NONE);
    assert_int_equal(assets_add(&a, text("/elsewhere"), &(AssetSample){0}), -ENOENT);
    assets_done(&a);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(places),
        cmocka_unit_test(series),
        cmocka_unit_test(groups),
        cmocka_unit_test(most_of_many),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
