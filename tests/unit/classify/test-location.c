/* Location: each word of the table speaks, and words that only look like one do not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "classify/location.h"

typedef struct Proof {
    const char *path;
    LocationTier tier;
    const char *said; /* "" for live */
} Proof;

static const Proof proofs[] = {
    {"/srv/share/hr/pay.csv", LOCATION_LIVE, ""},
    {"/srv/backup/hr/pay.csv", LOCATION_BACKUP, "backup"},
    {"/srv/Backups-2019/pay.csv", LOCATION_BACKUP, "Backups"},
    {"/srv/hr/payroll.bak", LOCATION_BACKUP, "bak"},
    {"/srv/hr/payroll.xlsx.bak2", LOCATION_BACKUP, "bak2"},
    {"/srv/Sicherung/x", LOCATION_BACKUP, "Sicherung"},
    {"/srv/sauvegardes/x", LOCATION_BACKUP, "sauvegardes"},
    {"/srv/archive/2011/x", LOCATION_ARCHIVE, "archive"},
    {"/srv/hr/archive.zip", LOCATION_LIVE, ""},
    {"/srv/hr/Archiv/x", LOCATION_ARCHIVE, "Archiv"},
    {"/srv/old/x", LOCATION_ARCHIVE, "old"},
    {"/srv/bold-old/x", LOCATION_LIVE, ""},
    {"/tmp/x", LOCATION_TEMP, "tmp"},
    {"/srv/tmp20240301/x", LOCATION_TEMP, "tmp20240301"},
    {"/srv/crm_export_2024.csv", LOCATION_TEMP, "export"},
    {"/export/home/x", LOCATION_LIVE, ""},
    {"/srv/export/x", LOCATION_TEMP, "export"},
    {"/srv/exporter/x", LOCATION_LIVE, ""},
    {"/srv/crm-test/x", LOCATION_TEST, "test"},
    {"/srv/test01/x", LOCATION_TEST, "test01"},
    {"/srv/latest/x", LOCATION_LIVE, ""},
    {"/srv/contest/x", LOCATION_LIVE, ""},
    {"/srv/attempts/x", LOCATION_LIVE, ""},
    {"/srv/lab/test results.csv", LOCATION_LIVE, ""},
    {"/srv/staging/db.sql", LOCATION_TEST, "staging"},
    {"/srv/dev/x", LOCATION_TEST, "dev"},
    {"/srv/device/x", LOCATION_LIVE, ""},
    {"/srv/test/backup/x", LOCATION_BACKUP, "backup"},
    {"/srv/backup/test/x", LOCATION_BACKUP, "backup"},
    {"/srv/archive/tmp/x", LOCATION_TEMP, "tmp"},
    {"/srv/tmp/test/x", LOCATION_TEST, "test"},
    {"", LOCATION_LIVE, ""},
    {"//", LOCATION_LIVE, ""},
};

static void tiers_are_told(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof(proofs) / sizeof(proofs[0]); i++) {
        Location l = location_of(span_of(proofs[i].path));

        if (l.tier != proofs[i].tier || !span_is(l.tier_word, proofs[i].said))
            fail_msg("%s: tier %d by '%.*s', expected %d by '%s'", proofs[i].path, l.tier,
                     (int)l.tier_word.n, (const char *)l.tier_word.at, proofs[i].tier,
                     proofs[i].said);
    }
}

static void folders_are_told(void **state) {
    static const struct {
        const char *path;
        bool outbound, personal, web;
    } rows[] = {
        {"/srv/outbound/x", true, false, false},
        {"/srv/SFTP_drop/x", true, false, false},
        {"/srv/hr/outbound.csv", false, false, false},
        {"/media/usb/x", true, false, false},
        {"/srv/usb-drivers/x", false, false, false},
        {"/home/a/x", false, true, false},
        {"/srv/home-office/x", false, false, false},
        {"/srv/Users/b/Desktop/x", false, true, false},
        {"/var/www/x", false, false, true},
        {"/srv/a/public_html/x", false, false, true},
        {"/srv/wwwfoo/x", false, false, false},
        {"/srv/share/x", false, false, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        Location l = location_of(span_of(rows[i].path));

        if (l.outbound != rows[i].outbound || l.personal != rows[i].personal ||
            l.web != rows[i].web)
            fail_msg("%s: outbound %d, personal %d, web %d; expected %d, %d, %d", rows[i].path,
                     l.outbound, l.personal, l.web, rows[i].outbound, rows[i].personal,
                     rows[i].web);
    }
}

/* A name inside a container counts as one below it; the container is then no file name. */
static void members_are_told(void **state) {
    static const char path[] = "/srv/db.zip\0backup/x";
    Location l = location_of(span(path, sizeof(path) - 1));

    (void)state;
    assert_int_equal(l.tier, LOCATION_BACKUP);
}

/* Names of any length and bytes end, and speak no word. */
static void odd_names_are_live(void **state) {
    char path[5000];
    Location l;

    (void)state;
    for (unsigned byte = 1; byte < 256; byte++) {
        memset(path, (int)byte, sizeof(path));
        l = location_of(span(path, sizeof(path)));
        if (l.tier != LOCATION_LIVE || l.outbound || l.personal || l.web)
            fail_msg("byte %u: tier %d", byte, l.tier);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tiers_are_told),
        cmocka_unit_test(folders_are_told),
        cmocka_unit_test(members_are_told),
        cmocka_unit_test(odd_names_are_live),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
