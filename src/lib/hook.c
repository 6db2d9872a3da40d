/* Hook: see hook.h. Its child is waited for by a descriptor, so no signal of the caller's is used.
 */
#include "lib/hook.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "base/clock.h"

static int spawn(const char *program, int input, pid_t *ret) {
    _cleanup_(free_p) char *path = NULL, *home = NULL;
    char *const arguments[] = {(char *)program, NULL};
    posix_spawn_file_actions_t actions;
    char locale[] = "LC_ALL=C", *environment[4] = {locale};
    posix_spawnattr_t attributes;
    sigset_t none, usual;
    int r;

    if (asprintf(&path, "PATH=%s", getenv("PATH") ? getenv("PATH") : "/usr/bin:/bin") < 0 ||
        asprintf(&home, "HOME=%s", getenv("HOME") ? getenv("HOME") : "/") < 0)
        return -ENOMEM;
    environment[1] = path;
    environment[2] = home;
    sigemptyset(&none);
    sigemptyset(&usual);
    sigaddset(&usual, SIGPIPE); /* we ignore it; a program of the user's does not expect that */
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addclosefrom_np(&actions, 3);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &usual);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    r = -posix_spawn(ret, program, &actions, &attributes, arguments, environment);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return r;
}

/* Writes as the program reads, until all is written or the time is over. */
static int feed(int fd, Span input, int64_t deadline) {
    while (input.n) {
        struct pollfd p = {.fd = fd, .events = POLLOUT};
        int64_t left = (deadline - clock_monotonic_ns()) / 1000000;
        ssize_t n;

        if (left <= 0 || poll(&p, 1, (int)left) == 0)
            return -ETIME;
        n = write(fd, input.at, input.n);
        if (n < 0 && errno != EINTR && errno != EAGAIN)
            return errno == EPIPE ? 0 : -errno; /* it read as much as it wanted */
        if (n > 0)
            input = span(input.at + n, input.n - (size_t)n);
    }
    return 0;
}

static int wait_for(pid_t child, int64_t deadline, int *ret_status) {
    _cleanup_(fd_closep) int fd = (int)syscall(SYS_pidfd_open, child, 0);
    struct pollfd p = {.fd = fd, .events = POLLIN};
    int64_t left = (deadline - clock_monotonic_ns()) / 1000000;
    int r = fd < 0 ? -errno : 0;

    if (r == 0 && (left <= 0 || poll(&p, 1, (int)left) <= 0))
        r = -ETIME;
    if (r < 0)
        kill(child, SIGKILL); /* our own child */
    while (waitpid(child, ret_status, 0) < 0 && errno == EINTR)
        ;
    return r;
}

int hook_run(const char *program, Span input, Error *reterr) {
    int64_t deadline = clock_monotonic_ns() + HOOK_SECONDS * CLOCK_NS_PER_S;
    int pipes[2], status = 0, r, fed;
    pid_t child = 0;

    if (pipe2(pipes, O_CLOEXEC) < 0)
        return error_errno(reterr, -errno, "cannot start the hook '%s'", program);
    r = spawn(program, pipes[0], &child);
    fd_close(pipes[0]);
    if (r < 0) {
        fd_close(pipes[1]);
        return error_errno(reterr, r, "cannot start the hook '%s'", program);
    }
    fed = feed(pipes[1], input, deadline);
    fd_close(pipes[1]);
    r = wait_for(child, deadline, &status);
    if (r < 0 || fed < 0)
        return error_errno(reterr, r < 0 ? r : fed, "the hook '%s' did not end", program);
    if (WIFSIGNALED(status))
        return error_set(reterr, -ECHILD, "the hook '%s' was ended by signal %d", program,
                         WTERMSIG(status));
    if (WEXITSTATUS(status))
        return error_set(reterr, -ECHILD, "the hook '%s' failed with exit status %d", program,
                         WEXITSTATUS(status));
    return 0;
}
