/* The doctor's questions to kernel, processor and libraries: see doctor.h. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include <fcntl.h>
#include <hs/hs.h>
#include <jansson.h>
#include <linux/openat2.h>
#include <nettle/version.h>
#include <pcre2.h>
#include <sodium.h>
#include <sqlite3.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <xxhash.h>
#include <yaml.h>

#include "base/file.h"
#include "detect/bitmap.h"
#include "lib/doctor.h"

enum {
    /* linux/capability.h */
    DAC_OVERRIDE = 1,
    DAC_READ_SEARCH = 2,
    FOWNER = 3,
    LOCKED_LEAST = 64 << 10,
    PROC_MAX = 64 << 10,
};

/* ---- who we are ---- */

/* A small file of /proc or /sys as text; "" if there is none. */
static const char *proc_text(const char *path, Buf *to) {
    _cleanup_(fd_closep) int fd = open(path, O_RDONLY | O_CLOEXEC);
    char block[4096];
    ssize_t n;

    while (fd >= 0 && to->n < PROC_MAX && (n = read(fd, block, sizeof(block))) > 0)
        buf_add(to, block, (size_t)n);
    return buf_cstr(to);
}

static uint64_t capabilities(void) {
    _cleanup_(buf_done) Buf status = {0};
    const char *line = strstr(proc_text("/proc/self/status", &status), "\nCapEff:");

    return line ? strtoull(line + strlen("\nCapEff:"), NULL, 16) : 0;
}

static bool has(uint64_t caps, unsigned cap) {
    return caps >> cap & 1;
}

static void ask_privileges(Doctor *d) {
    uint64_t caps = capabilities();
    unsigned uid = geteuid();

    if (has(caps, DAC_READ_SEARCH) || has(caps, DAC_OVERRIDE))
        doctor_ok(d, "user %u may read every file (CAP_DAC_READ_SEARCH)", uid);
    else
        doctor_note(d,
                    "run as root, or give the capability: systemd's AmbientCapabilities=, or "
                    "capsh",
                    "user %u reads only what permissions allow; the rest is listed as "
                    "error(EACCES) and coverage is incomplete (no CAP_DAC_READ_SEARCH)",
                    uid);
    if (has(caps, FOWNER))
        doctor_ok(d, "access times are left alone on files of all users (CAP_FOWNER)");
    else
        doctor_note(d, "give CAP_FOWNER, or scan a read-only or noatime mount or a snapshot",
                    "reading a file of another user changes its access time, as cat would "
                    "(no CAP_FOWNER)");
}

/* ---- what the kernel gives ---- */

static void ask_opening(Doctor *d) {
    struct open_how how = {.flags = O_PATH | O_CLOEXEC, .resolve = RESOLVE_BENEATH};
    _cleanup_(fd_closep) int fd = (int)syscall(SYS_openat2, AT_FDCWD, ".", &how, sizeof(how));
    struct statx s;

    if (fd >= 0)
        doctor_ok(d, "openat2: files are opened beneath their root");
    else
        doctor_note(d, "a kernel from 5.6 on, or a sandbox that lets it through, gives it",
                    "no openat2: each name is opened by itself, without following links");
    if (statx(AT_FDCWD, ".", 0, STATX_MNT_ID, &s) == 0 && s.stx_mask & STATX_MNT_ID)
        doctor_ok(d, "statx: mounts are told apart by their id");
    else
        doctor_note(d, "a kernel from 5.8 on gives mount ids",
                    "mounts are told apart by device number: a bind mount is not noticed");
}

static void ask_memory_file(Doctor *d) {
    _cleanup_(fd_closep) int fd = memfd_create("terrier-doctor", MFD_CLOEXEC | MFD_ALLOW_SEALING);

    if (fd >= 0)
        doctor_ok(d, "memory files: what was being read is known after a crash");
    else
        doctor_problem(d, "allow memfd_create in the sandbox or container that runs terrier",
                       "no memory files (%s): scans cannot start", strerror(errno));
}

static void ask_cores(Doctor *d) {
    struct rlimit core = {0}, locked = {0};
    bool dumpable = prctl(PR_GET_DUMPABLE) == 1;

    getrlimit(RLIMIT_CORE, &core);
    getrlimit(RLIMIT_MEMLOCK, &locked);
    if (!dumpable || core.rlim_cur == 0)
        doctor_ok(d, "this process leaves no core dump");
    else
        doctor_note(d, "set ulimit -c 0 before starting it",
                    "a crash of this process could leave found values in a core dump");
    if (locked.rlim_cur >= LOCKED_LEAST)
        doctor_ok(d, "keys can be locked in memory");
    else
        doctor_note(d, "raise it: ulimit -l, or systemd's LimitMEMLOCK=",
                    "only %llu bytes may be locked in memory: keys could reach swap",
                    (unsigned long long)locked.rlim_cur);
}

/* ---- processor and libraries ---- */

static bool jit_works(void) {
    pcre2_code *code;
    PCRE2_SIZE at;
    uint32_t built = 0;
    int error;
    bool works;

    pcre2_config(PCRE2_CONFIG_JIT, &built);
    code = pcre2_compile((PCRE2_SPTR) "a", 1, 0, &error, &at, NULL);
    works = built && code && pcre2_jit_compile(code, PCRE2_JIT_COMPLETE) == 0;
    pcre2_code_free(code);
    return works;
}

static void ask_engine(Doctor *d) {
    const char *set = "plain C";

    bitmap_builder(&set);
    if (hs_valid_platform() == HS_SUCCESS)
        doctor_ok(d, "processor: Hyperscan runs on it, bitmaps by %s", set);
    else
        doctor_problem(d, "use a machine with SSSE3 or newer, or a libhs built for this one",
                       "Hyperscan does not run on this processor: rules cannot be compiled");
    if (jit_works())
        doctor_ok(d, "PCRE2 compiles patterns to machine code");
    else
        doctor_note(d,
                    "allow writable and executable memory for terrier, or install libpcre2 "
                    "with JIT",
                    "PCRE2 interprets patterns: confirming them is slower, findings are the same");
}

static void ask_libraries(Doctor *d) {
    unsigned xxhash = XXH_versionNumber();
    char pcre2[64] = "";

    pcre2_config(PCRE2_CONFIG_VERSION, pcre2);
    doctor_ok(d, "terrier %s; Hyperscan %.*s, PCRE2 %.*s, SQLite %s", terrier_version(),
              (int)strcspn(hs_version(), " "), hs_version(), (int)strcspn(pcre2, " "), pcre2,
              sqlite3_libversion());
    doctor_ok(d, "jansson %s, libsodium %s, libyaml %s, nettle %d.%d, xxHash %u.%u.%u",
              jansson_version_str(), sodium_version_string(), yaml_get_version_string(),
              nettle_version_major(), nettle_version_minor(), xxhash / 10000, xxhash / 100 % 100,
              xxhash % 100);
}

void doctor_machine(Doctor *d) {
    ask_privileges(d);
    ask_opening(d);
    ask_memory_file(d);
    ask_cores(d);
    ask_engine(d);
    ask_libraries(d);
}
