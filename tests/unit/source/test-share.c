/* Share: exports and smb.conf as people write them, and as nobody should. */
#include "scratch.h"

#include "base/buf.h"
#include "source/share.h"

/* "name=path;" of what the file gives. */
static void assert_shares(const Scratch *s, int (*read)(const char *, Arena *, Shares *),
                          const char *text, const char *expected) {
    _cleanup_(arena_done) Arena a = {0};
    _cleanup_(buf_done) Buf got = {0}, path = {0};
    Shares shares = {0};

    make_file(s->fd, "conf", text);
    buf_printf(&path, "%s/conf", s->path);
    assert_int_equal(read(buf_cstr(&path), &a, &shares), 0);
    for (size_t i = 0; i < shares.n; i++)
        buf_printf(&got, "%s=%s;", shares.at[i].name, shares.at[i].path);
    unlinkat(s->fd, "conf", 0);
    assert_string_equal(buf_cstr(&got), expected);
}

static void exports(void **state _unused_) {
    _cleanup_(scratch_done) Scratch s = {.fd = -1};

    scratch_init(&s);
    assert_shares(&s, exports_read,
                  "# comment\n"
                  "/srv/home  client(rw) *.example.com(ro)\n"
                  "\n"
                  "\"/srv/with space\" *(ro)\n"
                  "/srv/octal\\040blank *(ro)\n"
                  "   /srv/joined \\\n"
                  "   10.0.0.0/8(rw)\n"
                  "/srv/slash/ *\n"
                  "not/absolute *\n"
                  "/\n"
                  "/last",
                  "=/srv/home;=/srv/with space;=/srv/octal blank;=/srv/joined;=/srv/slash;=/;"
                  "=/last;");
    assert_shares(&s, exports_read, "\"/open quote *(ro)\n\\\n\\", "=/open quote *(ro);");
    assert_shares(&s, exports_read, "", "");
}

static void samba(void **state _unused_) {
    _cleanup_(scratch_done) Scratch s = {.fd = -1};

    scratch_init(&s);
    assert_shares(&s, samba_read,
                  "[global]\n"
                  "  workgroup = X\n"
                  "  path = /never\n"
                  "; comment\n"
                  "[data]\n"
                  "  comment = [not a section] path = x\n"
                  "  pa th = /srv/data\n"
                  "[ Upper Case ]\n"
                  "  DIRECTORY = \"/srv/upper\"\n"
                  "[users]\n"
                  "  path = /srv/users/%U/files\n"
                  "[homes]\n"
                  "  browseable = no\n"
                  "[printers]\n"
                  "  path = /var/spool\n"
                  "  printable = Yes\n"
                  "[gone]\n"
                  "  path = /srv/gone\n"
                  "  available = no\n"
                  "[joined]\n"
                  "  path = /srv/\\\n"
                  "joined\n"
                  "[no-path]\n"
                  "[open\n"
                  "  path = /srv/open\n"
                  "stray line\n",
                  "data=/srv/data;Upper Case=/srv/upper;users=/srv/users;homes=/home;"
                  "joined=/srv/joined;open=/srv/open;");
}

static void samba_includes(void **state _unused_) {
    _cleanup_(scratch_done) Scratch s = {.fd = -1};
    char text[512];

    scratch_init(&s);
    make_file(s.fd, "more", "[more]\npath = /srv/more\n");
    snprintf(text, sizeof(text), "[a]\npath = /srv/a\n[b]\ninclude = %s/more\ninclude = %s/conf\n",
             s.path, s.path);
    /* it includes itself, too, as deep as it goes */
    assert_shares(&s, samba_read, text,
                  "a=/srv/a;more=/srv/more;a=/srv/a;more=/srv/more;a=/srv/a;more=/srv/more;"
                  "a=/srv/a;more=/srv/more;a=/srv/a;more=/srv/more;a=/srv/a;more=/srv/more;"
                  "a=/srv/a;more=/srv/more;a=/srv/a;more=/srv/more;a=/srv/a;");
}

/* "path flags who;": g guest, w writable, x restricted, r root_squash, a all_squash, then who acts.
 */
static void assert_rights(const Scratch *s, int (*read)(const char *, Arena *, Shares *),
                          const char *text, const char *expected) {
    _cleanup_(arena_done) Arena a = {0};
    _cleanup_(buf_done) Buf got = {0}, path = {0};
    Shares shares = {0};

    make_file(s->fd, "conf", text);
    buf_printf(&path, "%s/conf", s->path);
    assert_int_equal(read(buf_cstr(&path), &a, &shares), 0);
    for (size_t i = 0; i < shares.n; i++) {
        const Share *is = &shares.at[i];

        buf_printf(&got, "%s %s%s%s%s%s %s/%u %s;", is->path, is->guest ? "g" : "",
                   is->read_only ? "" : "w", is->restricted ? "x" : "", is->root_squash ? "r" : "",
                   is->all_squash ? "a" : "", is->acts_as, is->anonymous, is->who);
    }
    unlinkat(s->fd, "conf", 0);
    assert_string_equal(buf_cstr(&got), expected);
}

static void rights_of_exports(void **state _unused_) {
    _cleanup_(scratch_done) Scratch s = {.fd = -1};

    scratch_init(&s);
    assert_rights(&s, exports_read,
                  "/a *(ro)\n"
                  "/b 10.0.0.0/8(rw,no_root_squash) # clients of the lab\n"
                  "/c *(rw,all_squash,anonuid=1005)\n"
                  "/d *(ro,sec=krb5:krb5p)\n"
                  "/e *(ro,sec=krb5:sys)\n"
                  "/f -sec=krb5i,rw client1 client2(ro)\n"
                  "/g client(rw) (ro)\n"
                  "/h\n"
                  "/i client(rw) 0.0.0.0/0(ro,no_root_squash)\n"
                  "/j *(anonuid=99999999999999)\n",
                  "/a gr /65534 *(ro);"
                  "/b wx /65534 10.0.0.0/8(rw,no_root_squash) # clients of the lab;"
                  "/c gwra /1005 *(rw,all_squash,anonuid=1005);"
                  "/d r /65534 *(ro,sec=krb5:krb5p);"
                  "/e gr /65534 *(ro,sec=krb5:sys);"
                  "/f wxr /65534 -sec=krb5i,rw client1 client2(ro);"
                  "/g gr /65534 client(rw) (ro);"
                  "/h gr /65534 ;"
                  "/i g /65534 client(rw) 0.0.0.0/0(ro,no_root_squash);"
                  "/j gr /65534 *(anonuid=99999999999999);");
}

static void rights_of_shares(void **state _unused_) {
    _cleanup_(scratch_done) Scratch s = {.fd = -1};

    scratch_init(&s);
    assert_rights(&s, samba_read,
                  "[global]\nguest account = ftp\nvalid users = @staff\n"
                  "[a]\npath = /a\npublic = yes\nvalid users =\n"
                  "[b]\npath = /b\nwriteable = yes\n"
                  "[c]\npath = /c\nguest ok = yes\nread only = no\nforce user = app\n",
                  "/a g ftp/65534 ;/b wx ftp/65534 @staff;/c gwx app/65534 @staff;");
    assert_rights(&s, samba_read,
                  "[global]\nrestrict anonymous = 2\n[a]\npath = /a\nguest ok = yes\n",
                  "/a  /65534 ;");
}

static void missing_files_have_none(void **state _unused_) {
    _cleanup_(arena_done) Arena a = {0};
    Shares shares = {0};

    assert_int_equal(exports_read("/nowhere/exports", &a, &shares), 0);
    assert_int_equal(exports_read_directory("/nowhere", &a, &shares), 0);
    assert_int_equal(samba_read("/nowhere/smb.conf", &a, &shares), 0);
    assert_int_equal(shares.n, 0);
}

static void directory_of_exports(void **state _unused_) {
    _cleanup_(scratch_done) Scratch s = {.fd = -1};
    _cleanup_(arena_done) Arena a = {0};
    Shares shares = {0};

    scratch_init(&s);
    make_file(s.fd, "a.exports", "/srv/a *\n");
    make_file(s.fd, "b.txt", "/srv/b *\n");
    make_file(s.fd, ".c.exports", "/srv/c *\n");
    assert_int_equal(exports_read_directory(s.path, &a, &shares), 0);
    assert_int_equal(shares.n, 1);
    assert_string_equal(shares.at[0].path, "/srv/a");
}

/* However the bytes lie, nothing but an end. */
static void noise(void **state _unused_) {
    static const char pieces[][8] = {"[", "]",    "=", "\n", "\\", "\"", "path", "/",
                                     "%", "\xff", "#", ";",  " ",  "\t", "\\04", "include"};
    _cleanup_(scratch_done) Scratch s = {.fd = -1};
    _cleanup_(buf_done) Buf path = {0};
    uint32_t random = 1;

    scratch_init(&s);
    buf_printf(&path, "%s/conf", s.path);
    for (int round = 0; round < 300; round++) {
        _cleanup_(arena_done) Arena a = {0};
        _cleanup_(buf_done) Buf text = {0};
        Shares shares = {0};

        for (int i = 0; i < 60; i++) {
            random = random * 1103515245 + 12345;
            buf_text(&text, pieces[(random >> 16) % N_ELEMENTS(pieces)]);
        }
        make_file(s.fd, "conf", buf_cstr(&text));
        assert_int_equal(exports_read(buf_cstr(&path), &a, &shares), 0);
        assert_int_equal(samba_read(buf_cstr(&path), &a, &shares), 0);
        for (size_t i = 0; i < shares.n; i++)
            assert_int_equal(shares.at[i].path[0], '/');
        unlinkat(s.fd, "conf", 0);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exports),
        cmocka_unit_test(samba),
        cmocka_unit_test(rights_of_exports),
        cmocka_unit_test(rights_of_shares),
        cmocka_unit_test(samba_includes),
        cmocka_unit_test(missing_files_have_none),
        cmocka_unit_test(directory_of_exports),
        cmocka_unit_test(noise),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
