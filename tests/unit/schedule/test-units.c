/* Units: what comes from a profile stays a word; one line a time; what a service may not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "schedule/units.h"

static const UnitsOptions options = {
    .program = "/opt/my terrier/bin/terrier", .file = "/etc/terrier/scans/a.yaml", .user = "scan"};

static Profile profile(void) {
    static const char *roots[] = {"/srv/a b", "/srv/100%\"\\x"};
    static const char *owners[] = {"a@example.com", "line\nbreak %u"};
    static ProfileReport reports[] = {{0, "/srv/reports/a.txt"}, {1, "/var/lib/terrier/a.jsonl"}};
    Profile p = {.name = "a",
                 .file = "/etc/terrier/scans/a.yaml",
                 .title = "50 % of\\all",
                 .owners = {owners, 2},
                 .roots = {roots, 2},
                 .reports = reports,
                 .n_reports = 2,
                 .store = "",
                 .metrics = "/var/lib/prom/t.prom",
                 .alert = "",
                 .scheduled = true};

    assert_int_equal(calendar_parse(span_of("mon,tue 22:00,05:30"), &p.when), 0);
    return p;
}

static void text_of(UnitKind kind, Buf *ret) {
    const Profile p = profile();

    assert_int_equal(unit_print(&p, kind, &options, ret), 0);
}

static void assert_has(const Buf *b, const char *line) {
    if (!strstr(buf_cstr(b), line))
        fail_msg("no '%s' in\n%s", line, buf_cstr(b));
}

static void assert_not(const Buf *b, const char *line) {
    if (strstr(buf_cstr(b), line))
        fail_msg("'%s' in\n%s", line, buf_cstr(b));
}

static void service(void **state _unused_) {
    _cleanup_(buf_done) Buf b = {0};

    text_of(UNIT_SERVICE, &b);
    assert_has(&b, "\nDescription=Terrier scan a: 50 %% of_all\n");
    assert_has(&b, "\nRequiresMountsFor=\"/srv/a b\"\n");
    assert_has(&b, "\nRequiresMountsFor=\"/srv/100%%\\\"\\\\x\"\n");
    assert_has(&b, "\nExecStart=\"/opt/my terrier/bin/terrier\" scan --quiet --only-news --profile "
                   "\"/etc/terrier/scans/a.yaml\"\n");
    assert_has(&b, "\nOnFailure=terrier-alert-a.service\n");
    assert_has(&b, "\nUser=scan\n");
    assert_has(&b, "\nPrivateNetwork=yes\n");
    assert_has(&b, "\nCapabilityBoundingSet=CAP_DAC_READ_SEARCH CAP_FOWNER\n");
    assert_has(&b, "\nSystemCallFilter=~@chown chmod fchmod ");
    assert_has(&b, " unlink unlinkat ");
    assert_has(&b, "\nReadWritePaths=-\"/srv/reports\"\n");
    assert_has(&b, "\nReadWritePaths=-\"/var/lib/prom\"\n");
    assert_not(&b, "ReadWritePaths=-\"/var/lib/terrier\"");
    assert_not(&b, "Nice=");
}

static void gentle_service(void **state _unused_) {
    _cleanup_(buf_done) Buf b = {0};
    Profile p = profile();

    p.limits.idle = true;
    p.limits.memory = UINT64_C(2) << 30;
    assert_int_equal(unit_print(&p, UNIT_SERVICE, &options, &b), 0);
    assert_has(&b, "\nNice=19\nIOSchedulingClass=idle\n");
    assert_has(&b, "\nMemoryMax=2147483648\n");
}

static void timer(void **state _unused_) {
    _cleanup_(buf_done) Buf b = {0}, none = {0};
    Profile p = profile();

    text_of(UNIT_TIMER, &b);
    assert_has(&b, "\nOnCalendar=Mon,Tue *-*-* 05:30:00\nOnCalendar=Mon,Tue *-*-* 22:00:00\n");
    assert_has(&b, "\nPersistent=yes\n");
    p.scheduled = false;
    assert_int_equal(unit_print(&p, UNIT_TIMER, &options, &none), -ENOENT);
}

static void alert(void **state _unused_) {
    _cleanup_(buf_done) Buf b = {0};

    text_of(UNIT_ALERT, &b);
    assert_has(&b, "\n# owners: a@example.com, line_break %%u\n");
    assert_has(&b, " schedule alert \"/etc/terrier/scans/a.yaml\"\n");
    assert_has(&b, "\nCapabilityBoundingSet=\n");
    assert_not(&b, "PrivateNetwork");
}

/* Names of files with everything that a shell and cron take for more than a letter. */
static void cron(void **state _unused_) {
    const UnitsOptions odd = {.program = "/a'b/%t$x", .file = "/c d.yaml", .user = "scan"};
    _cleanup_(buf_done) Buf b = {0};
    const Profile p = profile();

    units_print_cron(&p, &odd, &b);
    assert_string_equal(buf_cstr(&b),
                        "30 5 * * mon,tue scan '/a'\\''b/'\\%'t$x' scan --quiet --only-news "
                        "--profile '/c d.yaml'\n"
                        "0 22 * * mon,tue scan '/a'\\''b/'\\%'t$x' scan --quiet --only-news "
                        "--profile '/c d.yaml'\n");
}

static void names(void **state _unused_) {
    _cleanup_(buf_done) Buf b = {0};
    const Profile p = profile();

    for (UnitKind k = 0; k < N_UNITS; k++) {
        unit_print_name(&p, k, &options, &b);
        buf_byte(&b, ' ');
    }
    assert_string_equal(buf_cstr(&b), "terrier-a.service terrier-a.timer terrier-alert-a.service "
                                      "scan.sysusers ");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(service), cmocka_unit_test(gentle_service), cmocka_unit_test(timer),
        cmocka_unit_test(alert),   cmocka_unit_test(cron),           cmocka_unit_test(names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
