/*
 * Rig: a program that is its own zygote, and readers that misbehave on command.
 *
 * A test's main() calls rig_role() first: a process started as `role zygote` serves with the
 * readers below and never returns from there. Text is read by a reader in a format worker whose
 * first word says what it does; `other` is read in a risky one, `extern` by a helper executable.
 */
#pragma once

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#include "extract/host.h"
#include "extract/worker.h"
#include "recorder.h"

static inline void rig_garbage(void) {
    static const uint8_t bytes[] = {3, 0, 0, 0, 77, 1, 2, 3};

    (void)!write(WORKER_SOCKET_FD, bytes, sizeof(bytes));
}

/* So many bytes of text, and then no more. */
static inline int rig_flood(Extraction *x, const char *argument) {
    static const char line[] = "sixteen bytes...";
    int r = 0;

    for (long n = atol(argument); n > 0 && r == 0; n -= 16)
        r = extract_text(x, span_of(line));
    if (r == 0)
        r = extract_part(x, PART_SECTION, span_of("end")); /* and all of it sent */
    return r;
}

/* Frames without end that say nothing. */
static inline int rig_chatter(Extraction *x) {
    int r = 0;

    while (r == 0)
        r = extract_fact(x, &(Fact){.kind = FACT_LABEL, .text = span_of("chatter")});
    return r;
}

static inline void rig_spin(void) {
    for (volatile uint64_t i = 0;; i++)
        ;
}

/* What is refused is said; what kills does not return. */
static inline int rig_try(Extraction *x, long got) {
    char word[64];

    snprintf(word, sizeof(word), "%s", got < 0 ? strerrorname_np(errno) : "possible");
    return extract_text(x, span_of(word));
}

/* The zone that workers are in, and what an archive's local time is in it. */
static inline int rig_zone(Extraction *x) {
    struct tm t = {.tm_year = 70, .tm_mday = 2, .tm_hour = 1};
    const char *zone = getenv("TZ");
    char word[64];

    snprintf(word, sizeof(word), "%s %lld", zone ? zone : "unset", (long long)mktime(&t));
    return extract_text(x, span_of(word));
}

static inline int rig_escape(Extraction *x, const char *command) {
    if (strcmp(command, "open") == 0)
        return rig_try(x, open("/etc/passwd", O_RDONLY));
    if (strcmp(command, "library") == 0)
        return rig_try(x, open("/etc/ld.so.cache", O_RDONLY));
    if (strcmp(command, "own") == 0)
        return rig_try(x, open("/proc/self/environ", O_RDONLY));
    if (strcmp(command, "create") == 0)
        return rig_try(x, open("/tmp/terrier-test-escape", O_CREAT | O_WRONLY, 0600));
    if (strcmp(command, "stat") == 0) {
        struct stat st;

        return rig_try(x, stat("/etc/passwd", &st));
    }
    if (strcmp(command, "zone") == 0)
        return rig_zone(x);
    if (strcmp(command, "socket") == 0)
        return rig_try(x, socket(AF_INET, SOCK_STREAM, 0));
    if (strcmp(command, "fork") == 0)
        return rig_try(x, fork());
    if (strcmp(command, "exec") == 0)
        return rig_try(x, execl("/bin/true", "true", (char *)NULL));
    if (strcmp(command, "kill") == 0)
        return rig_try(x, kill(getppid(), SIGCONT));
    if (strcmp(command, "ptrace") == 0)
        return rig_try(x, ptrace(PTRACE_ATTACH, getppid(), NULL, NULL));
    if (strcmp(command, "code") == 0)
        return rig_try(x, mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
                               MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED
                              ? -1
                              : 0);
    return extract_text(x, span_of("unknown command"));
}

static inline int rig_bomb(Extraction *x) {
    for (int i = 0; i < 1024; i++) {
        char *p = malloc(4 << 20);

        if (!p)
            return -ENOMEM;
        memset(p, 1, 4 << 20);
    }
    return extract_text(x, span_of("not stopped"));
}

/* So many MiB, or none at all. */
static inline int rig_use(Extraction *x, const char *argument) {
    size_t n = (size_t)atol(argument) << 20;
    char *p = malloc(n);

    if (!p)
        return -ENOMEM;
    memset(p, 1, n);
    free(p);
    return extract_text(x, span_of("used"));
}

static inline int rig_inside(Extraction *x, const char *name, const char *text,
                             const char *format) {
    Feed f = feed_of_span(span_of(text));
    int r = extract_unit_as(x, &(Entry){.name = span_of(name), .size = f.size, .mtime = INT64_MIN},
                            &f, format);

    feed_done(&f);
    return r;
}

static inline int rig_read(Extraction *x, Feed *f, Encoding encoding, Status *ret_status);

static inline const char *word_of_pid(char *ret, size_t n) {
    snprintf(ret, n, "pid %d", (int)getpid());
    return ret;
}

/* The first word is the command, what follows the argument. */
static inline int rig_obey(Extraction *x, Feed *f, const char *command, char *argument,
                           Status *ret_status) {
    char *second = strchr(argument, ' '), word[32];

    if (strcmp(command, "segv") == 0) {
        signal(SIGSEGV, SIG_DFL); /* a sanitizer has its own idea */
        raise(SIGSEGV);
    }
    if (strcmp(command, "abort") == 0)
        abort();
    if (strcmp(command, "exit") == 0)
        _exit(0);
    if (strcmp(command, "spin") == 0)
        rig_spin();
    if (strcmp(command, "sleep") == 0)
        poll(NULL, 0, 100000);
    if (strcmp(command, "garbage") == 0)
        rig_garbage();
    if (strcmp(command, "close") == 0)
        close(WORKER_SOCKET_FD);
    if (strcmp(command, "use") == 0)
        return rig_use(x, argument);
    if (strcmp(command, "flood") == 0)
        return rig_flood(x, argument);
    if (strcmp(command, "drown") == 0) {
        int r = rig_flood(x, argument);

        poll(NULL, 0, 100); /* what is sent then is sent */
        if (r == 0)
            r = extract_text(x, span_of("late"));
        if (r == 0)
            r = extract_fact(x, &(Fact){.kind = FACT_LABEL, .text = span_of("late")});
        if (r == 0)
            abort();
        return r;
    }
    if (strcmp(command, "chatter") == 0)
        return rig_chatter(x);
    if (strcmp(command, "bomb") == 0)
        return rig_bomb(x);
    if (strcmp(command, "say") == 0 || strcmp(command, "PGDMP") == 0)
        return extract_text(x, span_of(argument));
    if (strcmp(command, "pid") == 0)
        return extract_text(x, span_of(word_of_pid(word, sizeof(word))));
    if (strcmp(command, "partial") == 0) {
        *ret_status = status_of(STATUS_PARTIAL, "corrupt");
        return 0;
    }
    if (strcmp(command, "whole") == 0) { /* everything, and where it stood */
        int r = 0;

        while (r == 0) {
            uint8_t bytes[4096];
            ssize_t n = feed_read(f, bytes, sizeof(bytes));

            if (n <= 0)
                return n < 0 ? (int)n : 0;
            r = extract_bytes(x, span(bytes, (size_t)n), f->at - (uint64_t)n, ENCODING_ASCII);
        }
        return r;
    }
    if ((strcmp(command, "other") == 0 || strcmp(command, "extern") == 0) ||
        strcmp(command, "text") == 0) {
        int r = rig_inside(x, command, argument, command);

        return r ? r : extract_text(x, span_of("after"));
    }
    if (strcmp(command, "two") == 0 && second) { /* two units inside, each in another place */
        int r;

        *second++ = 0;
        r = rig_inside(x, "one", "say first", "other");
        return r ? r : rig_inside(x, argument, second, "other");
    }
    return rig_escape(x, command);
}

static inline int rig_read(Extraction *x, Feed *f, Encoding encoding, Status *ret_status) {
    char line[512], *space;
    Span head;
    int r = feed_head(f, sizeof(line) - 1, &head);

    (void)encoding;
    if (r < 0)
        return 0;
    snprintf(line, sizeof(line), "%.*s", (int)head.n, (const char *)head.at);
    line[strcspn(line, "\n")] = 0;
    space = strchr(line, ' ');
    if (space)
        *space++ = 0;
    r = extract_part(x, PART_SECTION, span_of("rig"));
    return r ? r : rig_obey(x, f, line, space ? space : line + strlen(line), ret_status);
}

static const Extractor rig_own[] = {
    {.format = "text", .place = EXTRACT_FORMAT, .extract = rig_read},
    {.format = "other", .place = EXTRACT_RISKY, .extract = rig_read},
    {.format = "extern", .place = EXTRACT_PST},
    {.format = NULL},
};

/* A helper executable's. */
static const Extractor rig_helper[] = {
    {.format = "text", .place = EXTRACT_FORMAT},
    {.format = "other", .place = EXTRACT_RISKY},
    {.format = "extern", .place = EXTRACT_PST, .extract = rig_read},
    {.format = "pgdump", .place = EXTRACT_PST, .extract = rig_read},
    {.format = NULL},
};

/* The host's own, for text that it reads itself. */
static const Extractor rig_here[] = {
    {.format = "text", .place = EXTRACT_ANYWHERE, .extract = rig_read},
    {.format = "other", .place = EXTRACT_RISKY, .extract = rig_read},
    {.format = "extern", .place = EXTRACT_PST},
    {.format = NULL},
};

static inline void rig_role(int argc, char **argv) {
    if (argc == 3 && strcmp(argv[1], "role") == 0)
        zygote_main(rig_own);
}

/* ---- the host's side ---- */

typedef struct Rig {
    Zygote *zygote;
    Host *host;
    Recorder recorder;
} Rig;

static inline void rig_open(Rig *r, const ZygoteOptions *z, HostOptions o) {
    static const ZygoteOptions defaults = {.memory = 64 << 20};

    *r = (Rig){0};
    assert_int_equal(zygote_new(z ? z : &defaults, &r->zygote), 0);
    o.zygote = r->zygote;
    if (!o.own)
        o.own = rig_own;
    assert_int_equal(host_new(&o, &r->host), 0);
}

static inline void rig_close(Rig *r) {
    host_free(r->host);
    zygote_free(r->zygote);
    buf_done(&r->recorder.log);
}

/* A file of these bytes without a name. */
static inline int rig_file(Span bytes) {
    int fd = memfd_create("rig", MFD_CLOEXEC);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes.at, bytes.n), bytes.n);
    return fd;
}

static inline bool rig_relaxed(Rig *r) {
    SandboxState s;

    assert_int_equal(zygote_sandbox(r->zygote, &s), 0);
    return s.relaxed;
}

static inline Receiver rig_receiver(Rig *r) {
    buf_clear(&r->recorder.log);
    r->recorder.open = r->recorder.handing = false;
    r->recorder.next = MARK_NOWHERE;
    r->recorder.text_bytes = r->recorder.units = 0;
    return recorder_receiver(&r->recorder);
}

/* What host_extract returns; the log ends with how the unit ended. */
static inline int rig_extract(Rig *r, Span bytes, const ExtractLimits *limits) {
    const Receiver to = rig_receiver(r);
    Ending e;
    int fd = rig_file(bytes), got;

    got = host_extract(r->host, EXTRACT_FORMAT,
                       &(HostFile){.fd = fd, .size = bytes.n, .name = span_of("unit")}, limits, &to,
                       &e);
    if (got >= 0)
        record_leave(&r->recorder, &e);
    close(fd);
    return got;
}

/* The whole log of a command. */
static inline const char *rig_say(Rig *r, const char *command, int expected) {
    int got = rig_extract(r, span_of(command), NULL);

    assert_int_equal(got, expected);
    return buf_cstr(&r->recorder.log);
}

/* What a "pid" command says: who read it. */
static inline uint32_t rig_pid(Rig *r, const char *command) {
    const char *log = rig_say(r, command, 0), *at = strstr(log, "= pid ");

    assert_non_null(at);
    return (uint32_t)atol(at + 6);
}

/* What host_read makes of it: the log, ending with how the unit ended. */
static inline const char *rig_read_here(Rig *r, Span bytes, const ExtractLimits *limits) {
    const Receiver to = rig_receiver(r);
    Feed f = feed_of_span(bytes);
    Ending e;

    assert_int_equal(host_read(r->host, &f, span_of("unit"), limits, &to, &e), 0);
    record_leave(&r->recorder, &e);
    feed_done(&f);
    return buf_cstr(&r->recorder.log);
}
