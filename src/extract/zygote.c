/*
 * Zygote: see zygote.h.
 *
 * Requests and answers are packets of fixed form on a SOCK_SEQPACKET pair: Settings first, then an
 * Ask for each Answer. The scanner's threads share the one socket under a lock: a fork takes less
 * than a millisecond, and the zygote could do no two at once anyway.
 *
 * A worker that does not die when it is killed (it waits for a file system that never answers) is
 * given up after a while, and buried whenever its time has come.
 */
#include "extract/zygote.h"

#include <fcntl.h>
#include <iconv.h>
#include <jansson.h>
#include <locale.h>
#include <signal.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>

#include "base/lock.h"
#include "extract/worker.h"

enum {
    HELPERS_MAX = 512,
    CHILDREN_MAX = 4096,
    SOCKET_BUFFER = 1 << 20,
    PROGRAM_FD = 4,           /* of a helper executable that is about to start */
    GRACE_US = 100 * 1000,    /* for a worker that is ending by itself */
    DEATH_US = 2 * 1000000,   /* for one that was killed */
    STEP_MOST_US = 10 * 1000, /* between two looks */
    STARTS_MAX = 3,           /* of a zygote for one question */
};

typedef enum AskKind {
    ASK_SPAWN = 1,
    ASK_REAP,
    ASK_SANDBOX,
} AskKind;

typedef struct Settings {
    uint64_t memory;
    char helpers[HELPERS_MAX];
} Settings;

typedef struct Ask {
    AskKind kind;
    ExtractPlace place;
    pid_t pid;
    bool grace; /* let it end by itself first */
} Ask;

typedef struct Answer {
    int error; /* negative, or 0 */
    pid_t pid;
    int status;
    bool killed; /* by the zygote */
    SandboxState sandbox;
} Answer;

const char *place_name(ExtractPlace place) {
    static const char *const names[N_EXTRACT_PLACES] = {
        [EXTRACT_ANYWHERE] = "anywhere", [EXTRACT_FORMAT] = "format", [EXTRACT_RISKY] = "risky",
        [EXTRACT_PDF] = "pdf",           [EXTRACT_DOC] = "doc",       [EXTRACT_PST] = "pst",
        [EXTRACT_PGDUMP] = "pgdump",
    };

    return names[place];
}

/* ---- packets ---- */

static int send_packet(int socket, const void *packet, size_t n, int fd) {
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control = {0};
    struct iovec v = {(void *)(uintptr_t)packet, n};
    struct msghdr m = {.msg_iov = &v, .msg_iovlen = 1};

    if (fd >= 0) {
        struct cmsghdr *c = &control.align;

        m.msg_control = control.bytes;
        m.msg_controllen = sizeof(control.bytes);
        *c = (struct cmsghdr){
            .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS, .cmsg_len = CMSG_LEN(sizeof(int))};
        memcpy(CMSG_DATA(c), &fd, sizeof(fd));
    }
    while (sendmsg(socket, &m, MSG_NOSIGNAL) < 0) {
        if (errno != EINTR)
            return -errno;
    }
    return 0;
}

/* Exactly n bytes, or -ECONNRESET; *ret_fd is -1 if none came with them. */
static int receive_packet(int socket, void *packet, size_t n, int *ret_fd) {
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control;
    struct iovec v = {packet, n};
    struct msghdr m = {.msg_iov = &v,
                       .msg_iovlen = 1,
                       .msg_control = control.bytes,
                       .msg_controllen = sizeof(control.bytes)};
    const struct cmsghdr *c;
    ssize_t got;

    *ret_fd = -1;
    do
        got = recvmsg(socket, &m, MSG_CMSG_CLOEXEC);
    while (got < 0 && errno == EINTR);
    c = got > 0 ? CMSG_FIRSTHDR(&m) : NULL;
    if (c && c->cmsg_type == SCM_RIGHTS && c->cmsg_len == CMSG_LEN(sizeof(int)))
        memcpy(ret_fd, CMSG_DATA(c), sizeof(*ret_fd));
    return got == (ssize_t)n ? 0 : -ECONNRESET;
}

/* ---- the process: what workers need is touched before they are shut in ---- */

static void warm_locale(void) {
    setlocale(LC_CTYPE, "C.UTF-8"); /* names of archive members are converted by it */
    setenv("TZ", "UTC0",
           1); /* archives' local times are taken for UTC; unset, a file is asked for */
    tzset();
}

/* The C library reads converters from disk: those that libraries ask for stay open. */
static void warm_iconv(void) {
    static const char *const from[] = {"UTF-8",    "UTF-16",     "UTF-16BE", "UTF-16LE", "UTF-32BE",
                                       "UTF-32LE", "ISO-8859-1", "CP1252",   "CP437",    "CP932",
                                       "CP936",    "CP949",      "CP950",    "KOI8-R",   "CP866"};

    for (size_t i = 0; i < N_ELEMENTS(from); i++) {
        if (iconv_open("UTF-8", from[i]) == (iconv_t)-1)
            continue; /* a system without it: workers will not have it either */
    }
}

/* The seed of its hash tables comes from a device. */
static void warm_json(void) {
    json_object_seed(0);
}

/*
 * A row a library that loads something when it is first used: its data would be out of reach then.
 * Each is called once, in the zygote, before the first fork; what it makes is never freed.
 */
static void (*const warm[])(void) = {
    warm_iconv,
    warm_json,
    warm_locale,
};

typedef struct Nursery {
    int socket, null;
    pid_t self;
    Settings settings;
    const Extractor *own;
    pid_t children[CHILDREN_MAX];
    size_t n;
} Nursery;

static void nursery_harden(void) {
    const struct rlimit none = {0, 0};

    setrlimit(RLIMIT_CORE, &none);
    prctl(PR_SET_DUMPABLE, 0);
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGINT, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
}

/* ---- a child ---- */

/* Only the socket and empty standard streams are left; it dies with the zygote. */
static void child_strip(const Nursery *n, int socket, int keep) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != n->self)
        _exit(0);
    dup2(n->null, STDIN_FILENO);
    dup2(n->null, STDOUT_FILENO);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    dup2(n->null, STDERR_FILENO); /* libraries print what they read */
#endif
    if (keep >= 0)
        keep = fcntl(keep, F_DUPFD_CLOEXEC, PROGRAM_FD + 1);
    dup2(socket, WORKER_SOCKET_FD);
    if (keep >= 0)
        dup3(keep, PROGRAM_FD, O_CLOEXEC);
    descriptors_close(keep >= 0 ? PROGRAM_FD + 1 : WORKER_SOCKET_FD + 1);
}

static _Noreturn void child_helper(const Nursery *n, ExtractPlace place) {
    SandboxOptions o = {.profile = SANDBOX_START, .program = PROGRAM_FD};
    char name[64], memory[64];
    char locale[] = "LC_ALL=C.UTF-8";
    char *const arguments[] = {name, NULL}, *const environment[] = {locale, memory, NULL};
    SandboxState state;

    snprintf(name, sizeof(name), "terrier-helper-%s", place_name(place));
    snprintf(memory, sizeof(memory), WORKER_MEMORY "=%llu", (unsigned long long)n->settings.memory);
    if (sandbox_enter(&o, &state) == 0)
        execveat(PROGRAM_FD, "", arguments, environment, AT_EMPTY_PATH);
    _exit(WORKER_EXIT_SANDBOX);
}

/* ---- helper executables ---- */

static int open_helper(const char *directory, ExtractPlace place) {
    char path[PATH_MAX];
    int n = snprintf(path, sizeof(path), "%s/terrier-helper-%s", directory, place_name(place));

    return n < (int)sizeof(path) ? open(path, O_PATH | O_CLOEXEC) : -1;
}

/* Where the program lies: helper executables stand beside it in a build. */
static bool own_directory(char *ret, size_t n) {
    ssize_t got = readlink("/proc/self/exe", ret, n - 1);
    char *slash;

    if (got <= 0)
        return false;
    ret[got] = 0;
    slash = strrchr(ret, '/');
    if (slash)
        *slash = 0;
    return slash != NULL;
}

static int find_helper(const Nursery *n, ExtractPlace place) {
    char beside[PATH_MAX];
    int fd = -1;

    if (n->settings.helpers[0])
        return open_helper(n->settings.helpers, place);
    if (own_directory(beside, sizeof(beside)))
        fd = open_helper(beside, place);
    return fd >= 0 ? fd : open_helper(TERRIER_HELPERS, place);
}

/* ---- births and deaths ---- */

static int make_socket(int ret[2]) {
    const int size = SOCKET_BUFFER;

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ret) < 0)
        return -errno;
    for (int i = 0; i < 2; i++) /* as much of it as the system lets us have */
        setsockopt(ret[i], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
    return 0;
}

static int spawn(Nursery *n, ExtractPlace place, pid_t *ret_pid, int *ret_fd) {
    _cleanup_(fd_closep) int program = -1, near = -1, far = -1;
    int sockets[2], r;
    pid_t pid;

    if (place <= EXTRACT_ANYWHERE || place >= N_EXTRACT_PLACES)
        return -EINVAL;
    if (n->n == CHILDREN_MAX)
        return -EAGAIN;
    if (place > EXTRACT_RISKY) {
        program = find_helper(n, place);
        if (program < 0)
            return -ENOENT;
    }
    r = make_socket(sockets);
    if (r < 0)
        return r;
    near = sockets[0];
    far = sockets[1];
    pid = fork();
    if (pid < 0)
        return -errno;
    if (pid == 0) {
        child_strip(n, far, program);
        if (program >= 0)
            child_helper(n, place);
        worker_serve_within(WORKER_SOCKET_FD, place, n->own, n->settings.memory);
    }
    n->children[n->n++] = pid;
    *ret_pid = pid;
    *ret_fd = fd_take(&near);
    return 0;
}

static bool forget(Nursery *n, size_t i, int *ret_status) {
    if (waitpid(n->children[i], ret_status, WNOHANG) == 0)
        return false;
    n->children[i] = n->children[--n->n];
    return true;
}

/* Looks again and again, first soon, then less often. */
static bool wait_end(Nursery *n, size_t i, long most_us, int *ret_status) {
    long step = 50;

    for (long waited = 0; waited < most_us; waited += step) {
        if (forget(n, i, ret_status))
            return true;
        nanosleep(&(struct timespec){.tv_nsec = step * 1000}, NULL);
        step = step * 2 < STEP_MOST_US ? step * 2 : STEP_MOST_US;
    }
    return forget(n, i, ret_status);
}

static int reap(Nursery *n, const Ask *ask, Answer *ret) {
    size_t i = 0;

    while (i < n->n && n->children[i] != ask->pid)
        i++;
    if (i == n->n || ask->pid <= 0)
        return -ESRCH; /* none of ours: nothing is killed */
    if (ask->grace && wait_end(n, i, GRACE_US, &ret->status))
        return 0;
    ret->killed = !forget(n, i, &ret->status);
    if (!ret->killed)
        return 0;
    kill(ask->pid, SIGKILL);
    if (wait_end(n, i, DEATH_US, &ret->status))
        return 0;
    n->children[i] = -ask->pid; /* given up: buried when it can be */
    return -ETIMEDOUT;
}

static void bury(Nursery *n) {
    int status;

    for (size_t i = 0; i < n->n;) {
        if (n->children[i] < 0 && waitpid(-n->children[i], &status, WNOHANG) != 0)
            n->children[i] = n->children[--n->n];
        else
            i++;
    }
}

/* A worker that does nothing but enter the sandbox and tell how that went. */
static int try_sandbox(const Nursery *n, SandboxState *ret) {
    SandboxOptions o = {.profile = SANDBOX_WORKER, .memory = n->settings.memory};
    struct {
        int error;
        SandboxState state;
    } told = {.error = -ECONNRESET};
    int sockets[2], none, status, r = make_socket(sockets);
    pid_t pid;

    if (r < 0)
        return r;
    pid = fork();
    if (pid == 0) {
        child_strip(n, sockets[1], -1);
        told.error = sandbox_enter(&o, &told.state);
        send_packet(WORKER_SOCKET_FD, &told, sizeof(told), -1);
        _exit(0);
    }
    close(sockets[1]);
    r = pid < 0 ? -errno : receive_packet(sockets[0], &told, sizeof(told), &none);
    close(sockets[0]);
    while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    *ret = told.state;
    return r < 0 ? r : told.error;
}

static int serve(Nursery *n) {
    _cleanup_(fd_closep) int fd = -1;
    int none = -1;
    Answer a = {0};
    Ask ask;
    int r = receive_packet(n->socket, &ask, sizeof(ask), &none);

    fd_close(none);
    if (r < 0)
        return r;
    bury(n);
    switch (ask.kind) {
    case ASK_SPAWN:
        a.error = spawn(n, ask.place, &a.pid, &fd);
        break;
    case ASK_REAP:
        a.error = reap(n, &ask, &a);
        break;
    case ASK_SANDBOX:
        a.error = try_sandbox(n, &a.sandbox);
        break;
    default:
        a.error = -EINVAL;
    }
    return send_packet(n->socket, &a, sizeof(a), fd);
}

void zygote_main(const Extractor *own) {
    Nursery n = {.socket = ZYGOTE_SOCKET_FD, .self = getpid(), .own = own};
    int none;

    if (receive_packet(n.socket, &n.settings, sizeof(n.settings), &none) < 0)
        _exit(1);
    n.settings.helpers[HELPERS_MAX - 1] = 0;
    nursery_harden();
    fcntl(n.socket, F_SETFD, FD_CLOEXEC);
    n.null = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (n.null < 0)
        _exit(1);
    for (size_t i = 0; i < N_ELEMENTS(warm); i++)
        warm[i]();
    while (serve(&n) == 0)
        ;
    _exit(0);
}

/* ---- the scanner's handle ---- */

struct Zygote {
    Lock lock; /* of all below */
    char *program;
    Settings settings;
    int socket; /* -1: not started */
    pid_t pid;
};

static int launch(Zygote *z, int socket) {
    static const char *const environment[] = {"LC_ALL=C.UTF-8", NULL};
    const char *const arguments[] = {"terrier", "role", "zygote", NULL};
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t signals;
    int r;

    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, socket, ZYGOTE_SOCKET_FD);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addclosefrom_np(&actions, ZYGOTE_SOCKET_FD + 1);
    posix_spawnattr_init(&attributes);
    sigemptyset(&signals);
    posix_spawnattr_setsigmask(&attributes, &signals);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
    r = -posix_spawn(&z->pid, z->program, &actions, &attributes, (char *const *)arguments,
                     (char *const *)environment);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    if (r < 0)
        z->pid = 0;
    return r;
}

static void bury_zygote(Zygote *z) {
    z->socket = fd_close(z->socket);
    while (z->pid > 0 && waitpid(z->pid, NULL, 0) < 0 && errno == EINTR)
        ;
    z->pid = 0;
}

static int start(Zygote *z) {
    int sockets[2], r;

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets) < 0)
        return -errno;
    r = launch(z, sockets[1]);
    close(sockets[1]);
    z->socket = sockets[0];
    if (r == 0)
        r = send_packet(z->socket, &z->settings, sizeof(z->settings), -1);
    if (r < 0)
        bury_zygote(z);
    return r;
}

int zygote_new(const ZygoteOptions *o, Zygote **ret) {
    _cleanup_(zygote_freep) Zygote *z = calloc(1, sizeof(*z));

    if (!z)
        return -ENOMEM;
    lock_init(&z->lock);
    z->socket = -1;
    z->settings.memory = o->memory;
    z->program = strdup(o->program ? o->program : "/proc/self/exe");
    if (!z->program)
        return -ENOMEM;
    if (o->helpers && strlen(o->helpers) >= HELPERS_MAX)
        return -ENAMETOOLONG;
    snprintf(z->settings.helpers, sizeof(z->settings.helpers), "%s", o->helpers ? o->helpers : "");
    *ret = TAKE(z);
    return 0;
}

Zygote *zygote_free(Zygote *z) {
    if (!z)
        return NULL;
    bury_zygote(z);
    lock_done(&z->lock);
    free(z->program);
    free(z);
    return NULL;
}

static int exchange(Zygote *z, const Ask *ask, Answer *ret, int *ret_fd) {
    int r = z->socket >= 0 ? send_packet(z->socket, ask, sizeof(*ask), -1) : -ECONNRESET;

    *ret_fd = -1;
    if (r == 0)
        r = receive_packet(z->socket, ret, sizeof(*ret), ret_fd);
    return r < 0 ? -ECONNRESET : ret->error;
}

/* Of one that lives: started if there is none, and if it has died, be it while it starts. */
static int exchange_living(Zygote *z, const Ask *ask, Answer *ret, int *ret_fd) {
    int r;

    lock_hold(&z->lock);
    r = exchange(z, ask, ret, ret_fd);
    for (unsigned i = 0; i < STARTS_MAX && r == -ECONNRESET; i++) {
        bury_zygote(z);
        r = start(z);
        if (r == 0)
            r = exchange(z, ask, ret, ret_fd);
        else if (r == -EPIPE)
            r = -ECONNRESET;
    }
    lock_release(&z->lock);
    return r;
}

int zygote_sandbox(Zygote *z, SandboxState *ret) {
    const Ask ask = {.kind = ASK_SANDBOX};
    Answer a = {0};
    int fd, r = exchange_living(z, &ask, &a, &fd);

    if (r == 0)
        *ret = a.sandbox;
    return r;
}

int zygote_spawn(Zygote *z, ExtractPlace place, pid_t *ret_pid, int *ret_fd) {
    const Ask ask = {.kind = ASK_SPAWN, .place = place};
    Answer a = {0};
    int fd, r = exchange_living(z, &ask, &a, &fd);

    if (r < 0)
        return r;
    if (fd < 0)
        return -ECONNRESET;
    *ret_pid = a.pid;
    *ret_fd = fd;
    return 0;
}

int zygote_reap(Zygote *z, pid_t pid, bool grace, ZygoteDeath *ret) {
    const Ask ask = {.kind = ASK_REAP, .pid = pid, .grace = grace};
    Answer a = {0};
    int r, fd;

    lock_hold(&z->lock);
    r = exchange(z, &ask, &a, &fd);
    lock_release(&z->lock);
    fd_close(fd);
    *ret = (ZygoteDeath){.status = a.status, .killed = a.killed};
    return r;
}
