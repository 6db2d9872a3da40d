/*
 * Sandbox: see sandbox.h.
 *
 * Order matters: limits first, then capabilities go, then no_new_privs (both others need it), then
 * Landlock, then seccomp, which forbids all of these. Landlock's structures stand here as the
 * kernel's interface has them: the headers of the machine that builds may be older than the kernel
 * that runs.
 */
#include "extract/sandbox.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <seccomp.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define RELAXED true
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) ||                         \
    __has_feature(memory_sanitizer)
#define RELAXED true
#endif
#endif
#ifndef RELAXED
#define RELAXED false
#endif

#define MIB (UINT64_C(1) << 20)

enum {
    MEMORY_DEFAULT = 512, /* MiB */
    SPACE_UNKNOWN = 256,  /* MiB, of a process that cannot see its own */
    FILES_MAX = 32,
    NICE = 10,
    IOPRIO_WHO_PROCESS = 1,
    IOPRIO_IDLE = 3 << 13,
    CALL_FCHMODAT2 = 452,
};

/* ---- limits ---- */

/* Bytes of address space that the process has now. */
static uint64_t address_space(void) {
    unsigned long long pages = 0;
    FILE *f = fopen("/proc/self/statm", "re");

    if (f && fscanf(f, "%llu", &pages) != 1)
        pages = 0;
    if (f)
        fclose(f);
    return pages ? pages * (uint64_t)sysconf(_SC_PAGESIZE) : SPACE_UNKNOWN * MIB;
}

static int limit(int resource, uint64_t most) {
    const struct rlimit l = {most, most};

    return setrlimit((__rlimit_resource_t)resource, &l) < 0 ? -errno : 0;
}

static int set_limits(const SandboxOptions *o) {
    uint64_t more = o->memory ? o->memory : MEMORY_DEFAULT * MIB;
    int r = 0;

    if (!RELAXED && o->profile != SANDBOX_START)
        r = limit(RLIMIT_AS, address_space() + more);
    if (r == 0)
        r = limit(RLIMIT_NOFILE, FILES_MAX);
    if (r == 0)
        r = limit(RLIMIT_CORE, 0);
    if (r == 0 && !RELAXED) /* whose reports may go to a file */
        r = limit(RLIMIT_FSIZE, 0);
    return r;
}

/* What others need more than we do, they get: no failure if it cannot be had. */
static void step_back(void) {
    (void)!nice(NICE);
    syscall(SYS_ioprio_set, IOPRIO_WHO_PROCESS, 0, IOPRIO_IDLE);
}

static int drop_capabilities(void) {
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    const struct __user_cap_data_struct none[2] = {{0}};

    return syscall(SYS_capset, &header, none) < 0 ? -errno : 0;
}

/* ---- Landlock ---- */

enum {
    LL_EXECUTE = 1 << 0,
    LL_WRITE_FILE = 1 << 1,
    LL_READ_FILE = 1 << 2,
    LL_READ_DIR = 1 << 3,
    LL_RULE_PATH_BENEATH = 1,
    LL_ASK_VERSION = 1,
};

typedef struct LandlockRules {
    uint64_t files, net, scopes;
} LandlockRules;

typedef struct __attribute__((packed)) LandlockPath {
    uint64_t allowed;
    int32_t fd;
} LandlockPath;

static int landlock_version(void) {
    long v = syscall(SYS_landlock_create_ruleset, NULL, 0, LL_ASK_VERSION);

    return v > 0 ? (int)v : 0;
}

/* All rights that a version knows of; what it does not know it would refuse. */
static LandlockRules landlock_all(int version, size_t *ret_size) {
    LandlockRules a = {.files = (1u << 13) - 1};

    *ret_size = sizeof(a.files);
    if (version >= 2)
        a.files |= 1u << 13; /* refer */
    if (version >= 3)
        a.files |= 1u << 14; /* truncate */
    if (version >= 4) {
        a.net = 3; /* bind, connect */
        *ret_size += sizeof(a.net);
    }
    if (version >= 5)
        a.files |= 1u << 15; /* ioctl of devices */
    if (version >= 6) {
        a.scopes = 3; /* abstract sockets, signals */
        *ret_size += sizeof(a.scopes);
    }
    return a;
}

static int allow_fd(int rules, int fd, uint64_t rights) {
    const LandlockPath p = {.allowed = rights, .fd = fd};

    return syscall(SYS_landlock_add_rule, rules, LL_RULE_PATH_BENEATH, &p, 0) < 0 ? -errno : 0;
}

/* A path that is not there needs no rule. */
static int allow_path(int rules, const char *path, uint64_t rights) {
    _cleanup_(fd_closep) int fd = open(path, O_PATH | O_CLOEXEC);

    return fd < 0 ? 0 : allow_fd(rules, fd, rights);
}

/* What a helper's loader, libraries and their data need; nothing of a user's. */
static int allow_helper(int rules, const SandboxOptions *o) {
    static const char *const libraries[] = {"/lib",     "/lib32",     "/lib64",     "/libx32",
                                            "/usr/lib", "/usr/lib32", "/usr/lib64", "/usr/libx32"};
    static const char *const data[] = {"/usr/share/poppler", "/usr/share/fonts",
                                       "/usr/share/catdoc",  "/usr/share/fontconfig",
                                       "/etc/fonts",         "/var/cache/fontconfig"};
    static const char *const files[] = {"/etc/ld.so.cache", "/etc/ld.so.preload", "/dev/null",
                                        "/etc/localtime", "/proc/self/statm"};
    bool start = o->profile == SANDBOX_START;
    int r = start && o->program >= 0 ? allow_fd(rules, o->program, LL_EXECUTE | LL_READ_FILE) : 0;

    for (size_t i = 0; i < N_ELEMENTS(libraries) && r == 0; i++)
        r = allow_path(rules, libraries[i],
                       LL_READ_FILE | LL_READ_DIR | (start ? (uint64_t)LL_EXECUTE : 0));
    for (size_t i = 0; i < N_ELEMENTS(data) && r == 0; i++)
        r = allow_path(rules, data[i], LL_READ_FILE | LL_READ_DIR);
    for (size_t i = 0; i < N_ELEMENTS(files) && r == 0; i++)
        r = allow_path(rules, files[i], LL_READ_FILE);
    return r;
}

static int enter_landlock(const SandboxOptions *o, SandboxState *s) {
    _cleanup_(fd_closep) int rules = -1;
    LandlockRules all;
    size_t size;
    int r = 0;

    s->landlock = landlock_version();
    if (!s->landlock)
        return 0;
    all = landlock_all(s->landlock, &size);
    rules = (int)syscall(SYS_landlock_create_ruleset, &all, size, 0);
    if (rules < 0)
        return -errno;
    if (o->profile != SANDBOX_WORKER)
        r = allow_helper(rules, o);
    if (r == 0 && syscall(SYS_landlock_restrict_self, rules, 0) < 0)
        r = -errno;
    return r;
}

/* ---- seccomp ---- */

/* What all profiles may: memory, own descriptors, time, their own end. */
static const int allowed[] = {
    SCMP_SYS(brk),
    SCMP_SYS(clock_getres),
    SCMP_SYS(clock_gettime),
    SCMP_SYS(close),
    SCMP_SYS(dup),
    SCMP_SYS(exit),
    SCMP_SYS(exit_group),
    SCMP_SYS(fstat),
    SCMP_SYS(futex),
    SCMP_SYS(getegid),
    SCMP_SYS(geteuid),
    SCMP_SYS(getgid),
    SCMP_SYS(getpid),
    SCMP_SYS(getppid),
    SCMP_SYS(getrandom),
    SCMP_SYS(getrusage),
    SCMP_SYS(gettid),
    SCMP_SYS(gettimeofday),
    SCMP_SYS(getuid),
    SCMP_SYS(lseek),
    SCMP_SYS(madvise),
    SCMP_SYS(mremap),
    SCMP_SYS(munmap),
    SCMP_SYS(poll),
    SCMP_SYS(ppoll),
    SCMP_SYS(pread64),
    SCMP_SYS(preadv),
    SCMP_SYS(pwrite64),
    SCMP_SYS(read),
    SCMP_SYS(readv),
    SCMP_SYS(recvfrom),
    SCMP_SYS(recvmsg),
    SCMP_SYS(restart_syscall),
    SCMP_SYS(rt_sigaction),
    SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(rt_sigreturn),
    SCMP_SYS(sched_getaffinity),
    SCMP_SYS(sched_yield),
    SCMP_SYS(sendmsg),
    SCMP_SYS(sendto),
    SCMP_SYS(sigaltstack),
    SCMP_SYS(sysinfo),
    SCMP_SYS(time),
    SCMP_SYS(uname),
    SCMP_SYS(write),
    SCMP_SYS(writev),
};

/* What libraries try, and go on without. */
static const struct {
    int call, error;
} refused[] = {
    {SCMP_SYS(open), ENOENT},           {SCMP_SYS(openat), ENOENT},
    {SCMP_SYS(openat2), ENOENT},        {SCMP_SYS(access), EACCES},
    {SCMP_SYS(faccessat), EACCES},      {SCMP_SYS(faccessat2), EACCES},
    {SCMP_SYS(stat), ENOENT},           {SCMP_SYS(lstat), ENOENT},
    {SCMP_SYS(statx), ENOENT},          {SCMP_SYS(statfs), ENOENT},
    {SCMP_SYS(fstatfs), ENOSYS},        {SCMP_SYS(readlink), ENOENT},
    {SCMP_SYS(readlinkat), ENOENT},     {SCMP_SYS(getdents64), ENOENT},
    {SCMP_SYS(getcwd), ENOENT},         {SCMP_SYS(ioctl), ENOTTY},
    {SCMP_SYS(unlink), EACCES},         {SCMP_SYS(unlinkat), EACCES},
    {SCMP_SYS(mkdir), EACCES},          {SCMP_SYS(mkdirat), EACCES},
    {SCMP_SYS(ftruncate), EPERM},       {SCMP_SYS(fsync), EINVAL},
    {SCMP_SYS(fadvise64), EINVAL},      {SCMP_SYS(memfd_create), ENOSYS},
    {SCMP_SYS(mlock), EPERM},           {SCMP_SYS(rseq), ENOSYS},
    {SCMP_SYS(clock_nanosleep), EPERM}, {SCMP_SYS(setpriority), EPERM},
};

/* What a program needs to be loaded and to read its data; Landlock says of which files. */
static const int allowed_helper[] = {
    SCMP_SYS(access),          SCMP_SYS(arch_prctl),
    SCMP_SYS(faccessat),       SCMP_SYS(faccessat2),
    SCMP_SYS(fadvise64),       SCMP_SYS(fstatfs),
    SCMP_SYS(getdents64),      SCMP_SYS(lstat),
    SCMP_SYS(newfstatat),      SCMP_SYS(open),
    SCMP_SYS(openat),          SCMP_SYS(readlink),
    SCMP_SYS(readlinkat),      SCMP_SYS(rseq),
    SCMP_SYS(set_robust_list), SCMP_SYS(stat),
    SCMP_SYS(set_tid_address), SCMP_SYS(statfs),
    SCMP_SYS(statx),
};

/* Up to main(): the loader maps code, and the second profile is entered. */
static const int allowed_start[] = {
    SCMP_SYS(capset),
    SCMP_SYS(close_range),
    SCMP_SYS(execve),
    SCMP_SYS(execveat),
    SCMP_SYS(fcntl),
    SCMP_SYS(ioprio_set),
    SCMP_SYS(landlock_add_rule),
    SCMP_SYS(landlock_create_ruleset),
    SCMP_SYS(landlock_restrict_self),
    SCMP_SYS(mmap),
    SCMP_SYS(mprotect),
    SCMP_SYS(prctl),
    SCMP_SYS(prlimit64),
    SCMP_SYS(seccomp),
    SCMP_SYS(setpriority),
    SCMP_SYS(setrlimit),
};

/* With a sanitizer, whose own calls are many: only what a taken-over process would want first. */
static const int killed_relaxed[] = {
    SCMP_SYS(accept),         SCMP_SYS(accept4), SCMP_SYS(bind),     SCMP_SYS(bpf),
    SCMP_SYS(connect),        SCMP_SYS(execve),  SCMP_SYS(execveat), SCMP_SYS(fork),
    SCMP_SYS(io_uring_setup), SCMP_SYS(listen),  SCMP_SYS(ptrace),   SCMP_SYS(socket),
    SCMP_SYS(vfork),          SCMP_SYS(clone),   SCMP_SYS(clone3),   SCMP_SYS(kill),
};

static int allow_calls(scmp_filter_ctx c, const int *calls, size_t n) {
    int r = 0;

    for (size_t i = 0; i < n && r == 0; i++)
        r = seccomp_rule_add(c, SCMP_ACT_ALLOW, calls[i], 0);
    return r;
}

/* Memory that is data stays data. */
static int allow_memory(scmp_filter_ctx c) {
    int r = seccomp_rule_add(c, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1,
                             SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));

    if (r == 0)
        r = seccomp_rule_add(c, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1,
                             SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
    return r;
}

/* A signal that only hits ourselves: abort() is one. */
static int allow_abort(scmp_filter_ctx c) {
    return seccomp_rule_add(c, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1,
                            SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid()));
}

/* fcntl that tells or keeps, limits that are only read. */
static int allow_some(scmp_filter_ctx c) {
    static const int commands[] = {F_GETFD, F_SETFD, F_GETFL, F_DUPFD_CLOEXEC, F_GET_SEALS};
    int r = 0;

    for (size_t i = 0; i < N_ELEMENTS(commands) && r == 0; i++)
        r = seccomp_rule_add(c, SCMP_ACT_ALLOW, SCMP_SYS(fcntl), 1,
                             SCMP_A1(SCMP_CMP_EQ, (scmp_datum_t)commands[i]));
    if (r == 0)
        r = seccomp_rule_add(c, SCMP_ACT_ALLOW, SCMP_SYS(prlimit64), 1, SCMP_A2(SCMP_CMP_EQ, 0));
    return r;
}

/* fstat() of the C library; of a name there is nothing to be known. */
static int allow_fstat(scmp_filter_ctx c) {
    int r = seccomp_rule_add(c, SCMP_ACT_ALLOW, SCMP_SYS(newfstatat), 1,
                             SCMP_A3(SCMP_CMP_MASKED_EQ, AT_EMPTY_PATH, AT_EMPTY_PATH));

    return r ? r
             : seccomp_rule_add(c, SCMP_ACT_ERRNO(ENOENT), SCMP_SYS(newfstatat), 1,
                                SCMP_A3(SCMP_CMP_MASKED_EQ, AT_EMPTY_PATH, 0));
}

static bool among(int call, const int *calls, size_t n) {
    for (size_t i = 0; i < n; i++) {
        if (calls[i] == call)
            return true;
    }
    return false;
}

static int refuse_calls(scmp_filter_ctx c, SandboxProfile profile) {
    int r = 0;

    for (size_t i = 0; i < N_ELEMENTS(refused) && r == 0; i++) {
        int call = refused[i].call;

        if (profile != SANDBOX_WORKER && among(call, allowed_helper, N_ELEMENTS(allowed_helper)))
            continue;
        if (profile == SANDBOX_START && among(call, allowed_start, N_ELEMENTS(allowed_start)))
            continue;
        r = seccomp_rule_add(c, SCMP_ACT_ERRNO((uint32_t)refused[i].error), call, 0);
    }
    return r;
}

static int fill_filter(scmp_filter_ctx c, SandboxProfile profile) {
    int r = allow_calls(c, allowed, N_ELEMENTS(allowed));

    if (r == 0)
        r = allow_abort(c);
    if (r == 0)
        r = refuse_calls(c, profile);
    if (r == 0 && profile != SANDBOX_WORKER)
        r = allow_calls(c, allowed_helper, N_ELEMENTS(allowed_helper));
    if (r == 0 && profile == SANDBOX_WORKER)
        r = allow_fstat(c);
    if (r == 0 && profile == SANDBOX_START)
        return allow_calls(c, allowed_start, N_ELEMENTS(allowed_start));
    if (r == 0)
        r = allow_memory(c);
    return r < 0 ? r : allow_some(c);
}

static int fill_relaxed(scmp_filter_ctx c, SandboxProfile profile) {
    int r = 0;

    for (size_t i = 0; i < N_ELEMENTS(killed_relaxed) && r == 0; i++) {
        int call = killed_relaxed[i];

        if (profile == SANDBOX_START && (call == SCMP_SYS(execve) || call == SCMP_SYS(execveat)))
            continue;
        r = seccomp_rule_add(c, SCMP_ACT_KILL_PROCESS, call, 0);
    }
    return r;
}

static int enter_seccomp(const SandboxOptions *o, SandboxState *s) {
    scmp_filter_ctx c;
    int r;

    if (prctl(PR_GET_SECCOMP) < 0)
        return 0; /* a kernel without it */
    c = seccomp_init(RELAXED ? SCMP_ACT_ALLOW : SCMP_ACT_KILL_PROCESS);
    if (!c)
        return -ENOMEM;
    r = seccomp_attr_set(c, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
    if (r == 0)
        r = RELAXED ? fill_relaxed(c, o->profile) : fill_filter(c, o->profile);
    if (r == 0)
        r = seccomp_load(c);
    seccomp_release(c);
    s->seccomp = r == 0;
    return r;
}

/* ---- reading only ---- */

/* All rights of a version but to read, to execute, and to use devices. */
static uint64_t landlock_changes(int version) {
    uint64_t all = (1u << 13) - 1;

    if (version >= 2)
        all |= 1u << 13; /* refer */
    if (version >= 3)
        all |= 1u << 14; /* truncate */
    return all & ~(uint64_t)(LL_EXECUTE | LL_READ_FILE | LL_READ_DIR);
}

static int seal_landlock(SandboxState *s) {
    _cleanup_(fd_closep) int rules = -1;
    _cleanup_(fd_closep) int null = open("/dev/null", O_PATH | O_CLOEXEC);
    uint64_t changes;
    int r = 0;

    s->landlock = landlock_version();
    if (!s->landlock)
        return 0;
    changes = landlock_changes(s->landlock);
    rules = (int)syscall(SYS_landlock_create_ruleset, &changes, sizeof(changes), 0);
    if (rules < 0)
        return -errno;
    if (null >= 0) /* what is started may throw its output away */
        r = allow_fd(rules, null, LL_WRITE_FILE);
    if (r == 0 && syscall(SYS_landlock_restrict_self, rules, 0) < 0)
        r = -errno;
    return r;
}

static int seal_seccomp(SandboxState *s) {
    static const int denied[] = {
        SCMP_SYS(chmod),        SCMP_SYS(fchmod),       SCMP_SYS(fchmodat),  SCMP_SYS(chown),
        SCMP_SYS(fchown),       SCMP_SYS(lchown),       SCMP_SYS(fchownat),  SCMP_SYS(utime),
        SCMP_SYS(utimes),       SCMP_SYS(utimensat),    SCMP_SYS(futimesat), SCMP_SYS(setxattr),
        SCMP_SYS(lsetxattr),    SCMP_SYS(fsetxattr),    SCMP_SYS(unlink),    SCMP_SYS(unlinkat),
        SCMP_SYS(rmdir),        SCMP_SYS(removexattr),  SCMP_SYS(truncate),  SCMP_SYS(rename),
        SCMP_SYS(lremovexattr), SCMP_SYS(fremovexattr), SCMP_SYS(renameat),  SCMP_SYS(renameat2),
    };
    scmp_filter_ctx c;
    int r = 0;

    if (prctl(PR_GET_SECCOMP) < 0)
        return 0;
    c = seccomp_init(SCMP_ACT_ALLOW);
    if (!c)
        return -ENOMEM;
    for (size_t i = 0; i < N_ELEMENTS(denied) && r == 0; i++)
        r = seccomp_rule_add(c, SCMP_ACT_ERRNO(EPERM), denied[i], 0);
    if (r == 0) /* newer than the library: by number, the same everywhere */
        r = seccomp_rule_add(c, SCMP_ACT_ERRNO(EPERM), CALL_FCHMODAT2, 0);
    if (r == 0)
        r = seccomp_load(c);
    seccomp_release(c);
    s->seccomp = r == 0;
    return r;
}

int sandbox_seal(SandboxState *ret) {
    SandboxState s = {.relaxed = RELAXED, .no_new_privs = true};
    int r = seal_landlock(&s);

    if (r == 0)
        r = seal_seccomp(&s);
    *ret = s;
    return r;
}

/* ---- all of it ---- */

int sandbox_enter(const SandboxOptions *o, SandboxState *ret) {
    SandboxState s = {.relaxed = RELAXED};
    int r = set_limits(o);

    if (o->profile != SANDBOX_HELPER) /* which has inherited it */
        step_back();
    if (r == 0)
        r = drop_capabilities();
    if (r == 0 && prctl(PR_SET_DUMPABLE, 0) < 0)
        r = -errno;
    if (r == 0)
        s.no_new_privs = prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
    if (r == 0)
        r = enter_landlock(o, &s);
    if (r == 0)
        r = enter_seccomp(o, &s);
    *ret = s;
    return r;
}

bool sandbox_whole(const SandboxState *s) {
    return s->landlock && s->seccomp && s->no_new_privs && !s->relaxed;
}

void sandbox_print(const SandboxState *s, char *ret_text, size_t n) {
    char landlock[32] = "no-landlock";

    if (s->landlock)
        snprintf(landlock, sizeof(landlock), "landlock-%d", s->landlock);
    snprintf(ret_text, n, "%s %s%s%s", landlock, s->seccomp ? "seccomp" : "no-seccomp",
             s->no_new_privs ? "" : " no-no-new-privs", s->relaxed ? " relaxed" : "");
}

void descriptors_close(int first) {
    if (close_range((unsigned)first, ~0u, 0) == 0)
        return;
    for (int fd = first; fd < 1024; fd++)
        close(fd);
}
