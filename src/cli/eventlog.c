/* EventLog: see eventlog.h. */
#include "cli/eventlog.h"

#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>

#include "base/buf.h"
#include "base/show.h"

#define JOURNAL "/run/systemd/journal/socket"

/* Random, made once: `journalctl MESSAGE_ID=...` finds all events of a kind. */
static const struct {
    int priority;
    const char *id;
} kinds[] = {
    [EVENT_INFO] = {LOG_INFO, "5b0f6f2c8c1d4f6f9d0a7c3b1e4a2d10"},
    [EVENT_NOTICE] = {LOG_NOTICE, "0c9e3a7d44f24d3a8b6e5f1d2c7b9e21"},
    [EVENT_WARNING] = {LOG_WARNING, "e1a4c85f7b3049d2a6d9f08b3c5e7f32"},
    [EVENT_ERROR] = {LOG_ERR, "93d7b2f05e6c4c18b1f4a8e7d0c6b543"},
};

static int journal_connect(void) {
    struct sockaddr_un to = {.sun_family = AF_UNIX, .sun_path = JOURNAL};
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    if (fd >= 0 && connect(fd, (const struct sockaddr *)&to, sizeof(to)) < 0)
        fd = fd_close(fd);
    return fd;
}

void event_log_open(EventLog *log, const char *profile) {
    *log = (EventLog){.open = true, .socket = journal_connect(), .profile = profile};
    if (log->socket < 0)
        openlog("terrier", LOG_PID, LOG_DAEMON);
}

static bool to_journal(const EventLog *log, EventKind kind, const char *sentence) {
    _cleanup_(buf_done) Buf b = {0};

    buf_printf(&b, "MESSAGE=%s\nPRIORITY=%d\nMESSAGE_ID=%s\nSYSLOG_IDENTIFIER=terrier\n", sentence,
               kinds[kind].priority, kinds[kind].id);
    if (log->profile)
        buf_printf(&b, "TERRIER_PROFILE=%s\n", log->profile);
    if (log->run)
        buf_printf(&b, "TERRIER_RUN=%lld\n", (long long)log->run);
    return buf_error(&b) == 0 && send(log->socket, b.at, b.n, MSG_NOSIGNAL) == (ssize_t)b.n;
}

void event_log(const EventLog *log, EventKind kind, const char *sentence) {
    _cleanup_(buf_done) Buf shown = {0};

    if (!log->open)
        return;
    show_text(&shown, sentence); /* a line break would begin a field of its own */
    if (log->socket >= 0 && to_journal(log, kind, buf_cstr(&shown)))
        return;
    syslog(kinds[kind].priority, "%s%s%s", log->profile ? log->profile : "",
           log->profile ? ": " : "", buf_cstr(&shown));
}

void event_log_close(EventLog *log) {
    if (log->open && log->socket < 0)
        closelog();
    if (log->open)
        fd_close(log->socket);
    *log = (EventLog){.socket = -1};
}
