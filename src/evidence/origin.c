/* Origin: see origin.h. */
#include "evidence/origin.h"

#include <fcntl.h>
#include <sys/timex.h>
#include <sys/utsname.h>

#include "base/file.h"
#include "base/show.h"

enum { SMALL_FILE = 64 << 10 };

/* The first line of a small file, as it may be shown; false: there is none. */
static bool line_read(const char *path, Buf *ret) {
    _cleanup_(buf_done) Buf text = {0};
    _cleanup_(fd_closep) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    char block[256];
    ssize_t n = fd < 0 ? -1 : read(fd, block, sizeof(block) - 1);

    if (n <= 0)
        return false;
    block[n] = 0;
    show_span(ret, span(block, strcspn(block, "\n")));
    return ret->n > 0;
}

static void put_line(Json *j, const char *key, const char *path) {
    _cleanup_(buf_done) Buf line = {0};

    json_key(j, key);
    if (line_read(path, &line))
        json_span(j, buf_as_span(&line));
    else
        json_null(j);
}

/* 4294967295 is the kernel's word for a process that nobody's login started. */
static void put_login(Json *j) {
    _cleanup_(buf_done) Buf line = {0};
    unsigned long uid;

    json_key(j, "login_uid");
    if (!line_read("/proc/self/loginuid", &line) ||
        (uid = strtoul(buf_cstr(&line), NULL, 10)) == UINT32_MAX)
        json_null(j);
    else
        json_uint(j, uid);
}

static void put_terminal(Json *j) {
    _cleanup_(buf_done) Buf shown = {0};
    char name[128];

    json_key(j, "terminal");
    if (ttyname_r(STDERR_FILENO, name, sizeof(name)) != 0 &&
        ttyname_r(STDIN_FILENO, name, sizeof(name)) != 0) {
        json_null(j);
        return;
    }
    show_text(&shown, name);
    json_span(j, buf_as_span(&shown));
}

/* The control group of a process that systemd started ends in the unit's name. */
static void put_unit(Json *j) {
    _cleanup_(buf_done) Buf line = {0};
    const char *unit = NULL;

    if (line_read("/proc/self/cgroup", &line))
        unit = strrchr(buf_cstr(&line), '/');
    json_key(j, "unit");
    if (unit && strstr(unit, ".service"))
        json_text(j, unit + 1);
    else
        json_null(j);
}

void origin_put_operator(Json *j) {
    json_object_begin(j);
    json_key(j, "uid");
    json_uint(j, getuid());
    json_key(j, "effective_uid");
    json_uint(j, geteuid());
    json_key(j, "gid");
    json_uint(j, getgid());
    put_login(j);
    put_terminal(j);
    put_unit(j);
    json_object_end(j);
}

static void put_shown(Json *j, const char *key, const char *text) {
    _cleanup_(buf_done) Buf shown = {0};

    show_text(&shown, text);
    json_key(j, key);
    json_text(j, buf_cstr(&shown));
}

static void put_capabilities(Json *j) {
    _cleanup_(buf_done) Buf status = {0};
    const char *at = NULL;

    if (file_read("/proc/self/status", SMALL_FILE, NULL, &status) == 0)
        at = strstr(buf_cstr(&status), "CapEff:\t");
    json_key(j, "capabilities");
    if (at)
        json_span(j, span(at + 8, strcspn(at + 8, "\n")));
    else
        json_null(j);
}

void origin_put_system(Json *j) {
    struct utsname u;

    json_object_begin(j);
    if (uname(&u) == 0) {
        put_shown(j, "host", u.nodename);
        put_shown(j, "domain", u.domainname);
        put_shown(j, "kernel", u.release);
        put_shown(j, "architecture", u.machine);
    }
    put_line(j, "machine_id", "/etc/machine-id");
    put_capabilities(j);
    json_object_end(j);
}

void origin_put_clock(Json *j) {
    struct timex t = {0};
    int state = adjtimex(&t);

    json_object_begin(j);
    put_line(j, "source", "/sys/devices/system/clocksource/clocksource0/current_clocksource");
    json_key(j, "synchronized");
    json_bool(j, state >= 0 && !(t.status & STA_UNSYNC));
    json_key(j, "offset_us");
    if (state >= 0 && !(t.status & STA_UNSYNC))
        json_int(j, t.status & STA_NANO ? t.offset / 1000 : t.offset);
    else
        json_null(j);
    json_object_end(j);
}
