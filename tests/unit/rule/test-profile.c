/* Profile: every key, every refusal with its place, names, owners of files, lists. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <sys/stat.h>

#include "base/file.h"
#include "rule/profile.h"

typedef struct Fixture {
    char directory[64];
    char path[128];
} Fixture;

static int setup(void **state) {
    Fixture *f = calloc(1, sizeof(*f));

    snprintf(f->directory, sizeof(f->directory), "/tmp/terrier-profile-XXXXXX");
    if (!mkdtemp(f->directory))
        return -1;
    snprintf(f->path, sizeof(f->path), "%s/finance.yaml", f->directory);
    *state = f;
    return 0;
}

static int teardown(void **state) {
    Fixture *f = *state;

    unlink(f->path);
    rmdir(f->directory);
    free(f);
    return 0;
}

static void put(const char *path, const char *text) {
    Error e = {0};

    if (file_replace(path, span_of(text), 0644, &e) < 0)
        fail_msg("%s", e.text);
}

static int take(const Fixture *f, const char *text, Error *e, Profile *ret) {
    put(f->path, text);
    return profile_read(f->path, e, ret);
}

static void reads_all(void **state) {
    _cleanup_(buf_done) Buf when = {0};
    Error e = {0};
    Profile p;

    if (take(
            *state,
            "format: scan/1\n"
            "title: The finance share\n"
            "owners: [finance@example.com, storage]\n"
            "roots: [/srv/finance, /srv/pay]\n"
            "include: ['*.csv']\n"
            "exclude: ['/tmp/', '*.iso']\n"
            "default_excludes: false\n"
            "cross_filesystems: true\n"
            "max_depth: 9\n"
            "rules: {directories: [/etc/terrier/rules], regions: [EU, US], builtin: false}\n"
            "min_confidence: high\n"
            "samples: 3\n"
            "require_sandbox: true\n"
            "limits:\n"
            "  jobs: 2\n"
            "  rate: 50M\n"
            "  iops: 200\n"
            "  idle: true\n"
            "  load: 4.5\n"
            "  memory: 2G\n"
            "  back_off: always\n"
            "  archive_depth: 8\n"
            "  archive_filters: 4\n"
            "  archive_entries: 1000\n"
            "  archive_output: 1G\n"
            "  hold: 32M\n"
            "  worker_memory: 256M\n"
            "  stall: 30s\n"
            "  cpu: 2m\n"
            "when: mon..fri 22:00\n"
            "quiet_hours: ['mon..fri 08:00-18:00', '12:00-13:00']\n"
            "reports: [{format: jsonl, file: /var/lib/terrier/f.jsonl}, {format: text, file: /r}]\n"
            "store: /var/lib/terrier/terrier.db\n"
            "metrics: /var/lib/node_exporter/terrier.prom\n"
            "syslog: true\n"
            "alert: /usr/local/bin/page\n",
            &e, &p) < 0)
        fail_msg("%s", e.text);
    assert_string_equal(p.name, "finance");
    assert_string_equal(p.title, "The finance share");
    assert_int_equal(p.owners.n, 2);
    assert_int_equal(p.roots.n, 2);
    assert_string_equal(p.roots.at[1], "/srv/pay");
    assert_string_equal(p.exclude.at[1], "*.iso");
    assert_true(p.no_default_excludes && p.cross_filesystems && p.no_builtin && p.require_sandbox);
    assert_int_equal(p.max_depth, 9);
    assert_string_equal(p.regions, "EU,US");
    assert_int_equal(p.min_confidence, LEVEL_HIGH);
    assert_int_equal(p.limits.rate, 50 << 20);
    assert_int_equal(p.limits.iops, 200);
    assert_true(p.limits.idle && p.limits.load == 4.5 && p.limits.cpu == 120);
    assert_int_equal(p.limits.memory, UINT64_C(2) << 30);
    assert_int_equal(p.limits.back_off, 1);
    assert_int_equal(p.n_quiet, 2);
    assert_int_equal(p.quiet[0].days, 0x1f);
    assert_int_equal(p.n_reports, 2);
    assert_int_equal(p.reports[0].format, 1);
    assert_string_equal(p.reports[1].file, "/r");
    assert_true(p.scheduled && p.syslog);
    calendar_print(&p.when, &when);
    assert_string_equal(buf_cstr(&when), "mon,tue,wed,thu,fri 22:00");
    assert_string_equal(p.alert, "/usr/local/bin/page");
    profile_done(&p);
}

static void reads_least(void **state) {
    Error e = {0};
    Profile p;

    if (take(*state, "format: scan/1\nroots: [/srv]\n", &e, &p) < 0)
        fail_msg("%s", e.text);
    assert_false(p.scheduled);
    assert_string_equal(p.store, "");
    assert_string_equal(p.title, "");
    assert_int_equal(p.min_confidence, LEVEL_NONE);
    profile_done(&p);
}

static void refuses(void **state) {
    static const struct {
        const char *line, *complaint; /* after "finance.yaml:" */
    } bad[] = {
        {"root: [/srv]", "2:1: root: unknown key, expected roots"},
        {"roots: /srv", "2:8: roots: text, expected a list"},
        {"roots: []", "2:8: roots: 0 entries, expected 1 to 4096"},
        {"roots: [srv]", "2:9: roots.0: 'srv', expected a path that begins with /"},
        {"roots: [/a, /a]", "2:13: roots.1: '/a', expected each root once"},
        {"title: x", "1:1: no roots, expected this key too"},
        {"roots: [/a]\nwhen: 22:00", "3:7: when: '22:00', expected days and times such as"},
        {"roots: [/a]\nquiet_hours: ['8-18']", "3:15: quiet_hours.0: '8-18', expected hours such"},
        {"roots: [/a]\nlimits: {rates: 1M}", "3:10: limits.rates: unknown key, expected rate"},
        {"roots: [/a]\nlimits: {rate: fast}", "3:16: limits.rate: 'fast', expected a number of"},
        {"roots: [/a]\nlimits: {rate: 1}", "3:16: limits.rate: '1', expected 1024 to"},
        {"roots: [/a]\nlimits: {load: 0}", "3:16: limits.load: '0', expected a load such as"},
        {"roots: [/a]\nlimits: {stall: 2w}", "3:17: limits.stall: '2w', expected a duration"},
        {"roots: [/a]\nlimits: {jobs: 0}", "3:16: limits.jobs: '0', expected a number from 1"},
        {"roots: [/a]\nreports: [{file: /r}]", "3:11: reports.0: no format, expected this key"},
        {"roots: [/a]\nreports: [{format: pdf, file: /r}]",
         "3:20: reports.0.format: 'pdf' is not a format, expected text or jsonl"},
        {"roots: [/a]\nalert: page", "3:8: alert: 'page', expected a path that begins with /"},
        {"roots: [/a]\nroots: [/b]", "3:1: roots: the same key as at 2:1"},
        {"roots: [/a]\nsyslog: yes", "3:9: syslog: 'yes', expected true or false"},
    };

    for (size_t i = 0; i < N_ELEMENTS(bad); i++) {
        const Fixture *f = *state;
        char text[256], expected[512];
        Error e = {0};
        Profile p;

        snprintf(text, sizeof(text), "format: scan/1\n%s\n", bad[i].line);
        if (take(f, text, &e, &p) != -EINVAL)
            fail_msg("'%s' was taken", bad[i].line);
        snprintf(expected, sizeof(expected), "%s:%s", f->path, bad[i].complaint);
        if (strncmp(e.text, expected, strlen(expected)) != 0)
            fail_msg("%s\nexpected %s", e.text, expected);
    }
}

static void other_format(void **state) {
    Error e = {0};
    Profile p;

    assert_int_equal(take(*state, "format: scan/2\nroots: [/a]\n", &e, &p), -EINVAL);
    if (!strstr(e.text, ":1:9: format: 'scan/2', expected scan/1"))
        fail_msg("%s", e.text);
}

static void bad_names(void **state) {
    static const char *const names[] = {"Finance.yaml", "fin ance.yaml", "finance.yml",
                                        ".yaml",        "-x.yaml",       "a\nb.yaml"};
    const Fixture *f = *state;

    for (size_t i = 0; i < N_ELEMENTS(names); i++) {
        _cleanup_(buf_done) Buf path = {0};
        Error e = {0};
        Profile p;

        buf_printf(&path, "%s/%s", f->directory, names[i]);
        put(buf_cstr(&path), "format: scan/1\nroots: [/a]\n");
        if (profile_read(buf_cstr(&path), &e, &p) != -EINVAL)
            fail_msg("'%s' was taken", names[i]);
        assert_null(strchr(e.text, '\n'));
        unlink(buf_cstr(&path));
    }
}

static void others_may_not_write(void **state) {
    const Fixture *f = *state;
    Error e = {0};
    Profile p;

    put(f->path, "format: scan/1\nroots: [/a]\n");
    assert_int_equal(chmod(f->path, 0664), 0);
    assert_int_equal(profile_read(f->path, &e, &p), -EPERM);
    assert_non_null(strstr(e.text, "chmod go-w"));
}

static void links_are_refused(void **state) {
    const Fixture *f = *state;
    _cleanup_(buf_done) Buf other = {0};
    Error e = {0};
    Profile p;
    int r;

    put(f->path, "format: scan/1\nroots: [/a]\n");
    buf_printf(&other, "%s/other.yaml", f->directory);
    assert_int_equal(symlink(f->path, buf_cstr(&other)), 0);
    r = profile_read(buf_cstr(&other), &e, &p);
    unlink(buf_cstr(&other));
    assert_int_equal(r, -ELOOP);
}

static void lists(void **state) {
    const Fixture *f = *state;
    _cleanup_(arena_done) Arena a = {0};
    _cleanup_(free_p) char *named = profile_path(f->directory, "finance");
    _cleanup_(free_p) char *path = profile_path(f->directory, "/x/y.yaml");
    Error e = {0};
    Texts t;

    put(f->path, "format: scan/1\nroots: [/a]\n");
    assert_int_equal(profile_list(f->directory, &a, &e, &t), 0);
    assert_int_equal(t.n, 1);
    assert_string_equal(t.at[0], f->path);
    assert_string_equal(named, f->path);
    assert_string_equal(path, "/x/y.yaml");
    assert_int_equal(profile_list("/nowhere/at/all", &a, &e, &t), -ENOENT);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(reads_all, setup, teardown),
        cmocka_unit_test_setup_teardown(reads_least, setup, teardown),
        cmocka_unit_test_setup_teardown(refuses, setup, teardown),
        cmocka_unit_test_setup_teardown(other_format, setup, teardown),
        cmocka_unit_test_setup_teardown(bad_names, setup, teardown),
        cmocka_unit_test_setup_teardown(others_may_not_write, setup, teardown),
        cmocka_unit_test_setup_teardown(links_are_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(lists, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
