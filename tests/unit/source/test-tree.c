/* Tree: every object once with its status, whatever lies there and whatever moves meanwhile. */
#include "scratch.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

static void delivers_each_object_once(void **state _unused_) {
    _cleanup_(scratch_done) Scratch s = {.fd = -1};
    _cleanup_(recorder_done) Recorder r = {.open_files = true};
    int sub;

    scratch_init(&s);
    make_file(s.fd, "plain.txt", "1");
    make_file(s.fd, "new\nline", "2");
    make_file(s.fd, "caf\xe9", "3");
    make_file(s.fd, "-rf", "4");
    assert_int_equal(symlinkat("self", s.fd, "self"), 0);
    assert_int_equal(symlinkat(".", s.fd, "loop"), 0);
    assert_int_equal(symlinkat("/etc", s.fd, "outside"), 0);
    assert_int_equal(symlinkat("nowhere", s.fd, "dangling"), 0);
    assert_int_equal(symlinkat("plain.txt", s.fd, "to-file"), 0);
    assert_int_equal(mkfifoat(s.fd, "fifo", 0600), 0);
    make_socket(&s, "socket");
    sub = make_dir(s.fd, "sub");
    make_file(sub, "plain.txt", "5");
    close(make_dir(sub, "empty"));
    close(sub);

    static const char *const expected[] = {
        "plain.txt = file",
        "new\nline = file",
        "caf\xe9 = file",
        "-rf = file",
        "self = link",
        "loop = link",
        "outside = link",
        "dangling = link",
        "to-file = link",
        "fifo = special(fifo)",
        "socket = special(socket)",
        "sub/plain.txt = file",
    };
    assert_int_equal(record(s.path, &(TreeOptions){0}, &r), 0);
    assert_delivered(&r, expected, N_ELEMENTS(expected));
    assert_int_equal(r.directories, 3);
    assert_int_equal(r.content.n, 5);
}

static void takes_any_kind_of_root(void **state _unused_) {
    _cleanup_(scratch_done) Scratch s = {.fd = -1};
    char path[128];
    int dir;

    scratch_init(&s);
    dir = make_dir(s.fd, "dir");
    make_file(dir, "a", "content");
    close(dir);
    assert_int_equal(symlinkat("dir", s.fd, "to-dir"), 0);
    assert_int_equal(symlinkat("dir/a", s.fd, "to-file"), 0);
    assert_int_equal(mkfifoat(s.fd, "fifo", 0600), 0);

    static const struct {
        const char *root, *line;
    } cases[] = {
        {"dir", "a = file"},  {"to-dir", "a = file"}, {"dir/", "a = file"},
        {"dir/a", " = file"}, {"to-file", " = file"}, {"fifo", " = special(fifo)"},
    };
    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        _cleanup_(recorder_done) Recorder r = {.open_files = true};

        snprintf(path, sizeof(path), "%s/%s", s.path, cases[i].root);
        assert_int_equal(record(path, &(TreeOptions){0}, &r), 0);
        assert_delivered(&r, &cases[i].line, 1);
        if (r.files)
            assert_string_equal(buf_cstr(&r.content), "content");
    }
    _cleanup_(recorder_done) Recorder pseudo = {0};
    assert_int_equal(record("/proc", &(TreeOptions){.cross_filesystems = true}, &pseudo), 0);
    assert_int_equal(recorder_count(&pseudo, " = other-filesystem(pseudo)"), 1);
    assert_int_equal(pseudo.objects + pseudo.files, 1);
}

static void says_why_a_root_can_not_be_opened(void **state _unused_) {
    _cleanup_(recorder_done) Recorder r = {0};
    Sink sink = recorder_sink(&r);
    Error e = {0};

    assert_int_equal(tree_walk("/tmp/terrier-is-not-here", &(TreeOptions){0}, &sink, &e), -ENOENT);
    assert_string_equal(e.text, "cannot open the root: No such file or directory");
    assert_int_equal(r.files + r.objects + r.directories, 0);
}

/* A chain of directories; each level has a file and, beside the next one, a side directory. */
static void make_chain(int at, size_t levels, const char *name) {
    int here = dup(at), next;

    for (size_t i = 0; i < levels; i++) {
        make_file(here, "file", "x");
        if (i % 16 == 0) {
            next = make_dir(here, "side");
            make_file(next, "file", "y");
            close(next);
        }
        next = make_dir(here, name);
        close(here);
        here = next;
    }
    close(here);
}

/* Down to where the next name would make the path longer than UNIT_PATH_MAX: 5,242 levels. */
static void goes_five_thousand_levels_deep(void **state _unused_) {
    _cleanup_(scratch_done) Scratch s = {.fd = -1};
    _cleanup_(recorder_done) Recorder r = {.open_files = true, .count_only = true};
    enum { NAME = 199, DEEPEST = UNIT_PATH_MAX / (NAME + 1), SIDES = DEEPEST / 16 + 1 };
    char name[NAME + 1];

#ifdef __SANITIZE_THREAD__
    skip(); /* one thread, and minutes of paths of a megabyte: the other builds walk it */
#endif
    memset(name, 'd', NAME);
    name[NAME] = 0;
    scratch_init(&s);
    make_chain(s.fd, DEEPEST + 8, name);
    assert_int_equal(record(s.path, &(TreeOptions){0}, &r), 0);
    assert_int_equal(r.objects, 1); /* limit(path) */
    assert_int_equal(r.files, 1 + DEEPEST + SIDES);
    assert_int_equal(r.content.n, 1 + DEEPEST + SIDES);
    assert_int_equal(r.directories, 1 + DEEPEST + SIDES);
    assert_true(r.peak_descriptors <= 64);
}

static size_t resident_kib(void) {
    unsigned long total, resident;
    FILE *f = fopen("/proc/self/statm", "r");

    assert_non_null(f);
    assert_int_equal(fscanf(f, "%lu %lu", &total, &resident), 2);
    fclose(f);
    return resident * ((size_t)sysconf(_SC_PAGESIZE) / 1024);
}

#ifdef __SANITIZE_ADDRESS__
#define FLAT_KIB (256 * 1024) /* the sanitizer keeps what was freed */
#else
#define FLAT_KIB (8 * 1024)
#endif

static void holds_no_names(void **state _unused_) {
    _cleanup_(scratch_done) Scratch s = {.fd = -1};
    _cleanup_(recorder_done) Recorder r = {.count_only = true};
    enum { NAMES = 100000 };
    size_t before;
    char name[64];

    scratch_init_in(&s, access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    for (int i = 0; i < NAMES; i++) {
        snprintf(name, sizeof(name), "a-name-of-some-length-%08d.txt", i);
        assert_int_equal(mknodat(s.fd, name, S_IFREG | 0600, 0), 0);
    }
    before = resident_kib();
    assert_int_equal(record(s.path, &(TreeOptions){0}, &r), 0);
    assert_int_equal(r.files, NAMES);
    assert_in_range(r.batches, NAMES / BATCH_FILES_MAX, NAMES / BATCH_FILES_MAX + 1);
    assert_in_range(resident_kib(), 0, before + FLAT_KIB);
}

/* Two names, exchanged again and again: a directory, and a link to a place outside. */
typedef struct Swapper {
    int dir;
    size_t swaps;
    Flag stop;
} Swapper;

static void *swap_names(void *of) {
    Swapper *s = of;

    while (!flag_get(&s->stop)) {
        renameat2(s->dir, "victim", s->dir, "lure", RENAME_EXCHANGE);
        s->swaps++;
    }
    return NULL;
}

static void is_not_led_outside_by_a_swap(void **state _unused_) {
    _cleanup_(scratch_done) Scratch s = {.fd = -1}, outside = {.fd = -1};
    _cleanup_(recorder_done) Recorder r = {.open_files = true, .count_only = true};
    Swapper swapper = {0};
    pthread_t thread;
    int sub;

    scratch_init(&s);
    scratch_init(&outside);
    make_file(outside.fd, "a", "TRIPWIRE");
    sub = make_dir(s.fd, "victim");
    make_file(sub, "a", "inside");
    close(sub);
    assert_int_equal(symlinkat(outside.path, s.fd, "lure"), 0);
    swapper.dir = s.fd;
    assert_int_equal(pthread_create(&thread, NULL, swap_names, &swapper), 0);
    for (int i = 0; i < 3000; i++)
        assert_int_equal(record(s.path, &(TreeOptions){0}, &r), 0);
    flag_set(&swapper.stop);
    pthread_join(thread, NULL);
    assert_true(swapper.swaps > 100);
    assert_true(r.files > 100);
    assert_non_null(memmem(r.content.at, r.content.n, "inside", 6));
    assert_null(memmem(r.content.at, r.content.n, "TRIPWIRE", 8));
}

static void lists_what_it_may_not_enter(void **state _unused_) {
    _cleanup_(scratch_done) Scratch s = {.fd = -1};
    _cleanup_(recorder_done) Recorder r = {0};
    bool root = geteuid() == 0;
    int closed, r1;

    scratch_init(&s);
    closed = make_dir(s.fd, "closed");
    make_file(closed, "unseen", "x");
    close(closed);
    make_file(s.fd, "seen", "x");
    assert_int_equal(fchmod(s.fd, 0755), 0);
    assert_int_equal(fchmodat(s.fd, "closed", 0, 0), 0);
    if (root)
        assert_int_equal(seteuid(65534), 0);
    r1 = record(s.path, &(TreeOptions){0}, &r);
    if (root)
        assert_int_equal(seteuid(0), 0);
    assert_int_equal(r1, 0);
    static const char *const expected[] = {"seen = file", "closed = error(EACCES)"};
    assert_delivered(&r, expected, N_ELEMENTS(expected));
}

static void counts_every_exclusion(void **state _unused_) {
    static const char *const directories[] = {".snapshot", "~snapshot",    ".Trash-1000",
                                              "@eaDir",    "$recycle.bin", "lost+found",
                                              "build",     "own",          "keep"};
    static const char *const exclude[] = {"build/", "*.iso"}, *const include[] = {"*.txt", "*.iso"};
    _cleanup_(scratch_done) Scratch s = {.fd = -1};
    _cleanup_(recorder_done) Recorder r = {0}, all = {.count_only = true};
    Filter f = {.include = include, .n_include = 2, .exclude = exclude, .n_exclude = 2};
    FileId own[2];
    struct stat st;

    scratch_init(&s);
    for (size_t i = 0; i < N_ELEMENTS(directories); i++) {
        int sub = make_dir(s.fd, directories[i]);

        make_file(sub, "a.txt", "x");
        close(sub);
    }
    make_file(s.fd, "disk.iso", "x");
    make_file(s.fd, "a.c", "x");
    make_file(s.fd, "own.txt", "x");
    make_file(s.fd, ".Trash", "a file, no directory");
    assert_int_equal(fstatat(s.fd, "own", &st, 0), 0);
    own[0] = (FileId){st.st_dev, st.st_ino};
    assert_int_equal(fstatat(s.fd, "own.txt", &st, 0), 0);
    own[1] = (FileId){st.st_dev, st.st_ino};
    f.own = own;
    f.n_own = 2;

    static const char *const expected[] = {
        ".snapshot = excluded(snapshot)",
        "~snapshot = excluded(snapshot)",
        ".Trash-1000 = excluded(recycle)",
        "$recycle.bin = excluded(recycle)",
        "@eaDir = excluded(metadata)",
        "lost+found = excluded(metadata)",
        "build = excluded(exclude)",
        "disk.iso = excluded(exclude)",
        "a.c = excluded(include)",
        ".Trash = excluded(include)",
        "own = excluded(own-store)",
        "own.txt = excluded(own-store)",
        "keep/a.txt = file",
    };
    assert_int_equal(record(s.path, &(TreeOptions){.filter = &f}, &r), 0);
    assert_delivered(&r, expected, N_ELEMENTS(expected));

    f = (Filter){.no_default_excludes = true};
    assert_int_equal(record(s.path, &(TreeOptions){.filter = &f}, &all), 0);
    assert_int_equal(all.objects, 0);
    assert_int_equal(all.files, N_ELEMENTS(directories) + 4);
}

static void stops_at_the_depth_asked_for(void **state _unused_) {
    _cleanup_(scratch_done) Scratch s = {.fd = -1};

    scratch_init(&s);
    make_chain(s.fd, 4, "d");
    for (uint32_t depth = 1; depth <= 5; depth++) {
        _cleanup_(recorder_done) Recorder r = {0};

        assert_int_equal(record(s.path, &(TreeOptions){.max_depth = depth}, &r), 0);
        assert_int_equal(recorder_count(&r, "d/d/d/file = file"), depth >= 4);
        assert_int_equal(recorder_count(&r, "d/d/d = excluded(max-depth)"), depth == 3);
        assert_int_equal(r.objects, depth == 1 ? 2 : depth < 5);
    }
}

/* In a child with mounts of its own; exit 77 where that is not allowed. */
static int walk_mounts(const Scratch *s) {
    static const char *const closed[] = {"file = file", "mnt = other-filesystem(tmpfs)",
                                         "proc = other-filesystem(pseudo)", "bind", "here = file"};
    Recorder r = {0}, crossed = {0};
    char from[96], to[96];
    size_t bind;

    if (unshare(CLONE_NEWNS) < 0 && unshare(CLONE_NEWUSER | CLONE_NEWNS) < 0)
        return 77;
    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
        return 77;
    snprintf(to, sizeof(to), "%s/root/mnt", s->path);
    if (mount("none", to, "tmpfs", 0, NULL) < 0)
        return 77;
    snprintf(from, sizeof(from), "%s/root/mnt/file", s->path);
    close(open(from, O_WRONLY | O_CREAT, 0600));
    snprintf(to, sizeof(to), "%s/root/proc", s->path);
    if (mount("/proc", to, NULL, MS_BIND, NULL) < 0)
        return 77;
    snprintf(from, sizeof(from), "%s/root", s->path);
    snprintf(to, sizeof(to), "%s/root/bind", s->path);
    if (mount(from, to, NULL, MS_BIND, NULL) < 0)
        return 77;
    snprintf(from, sizeof(from), "%s/root/mnt/file", s->path);
    snprintf(to, sizeof(to), "%s/root/here", s->path);
    if (mount(from, to, NULL, MS_BIND, NULL) < 0)
        return 77;

    r.open_files = true;
    snprintf(from, sizeof(from), "%s/root", s->path);
    if (record(from, &(TreeOptions){0}, &r) < 0 || r.files != 2 || r.objects != 3)
        return 1;
    for (size_t i = 0; i < 3; i++) {
        if (recorder_count(&r, closed[i]) != 1)
            return 2;
    }
    /* A file mounted over a file looks like one of its directory until it is opened. */
    if (recorder_count(&r, "here = other-filesystem(tmpfs)") != 1)
        return 3;
    if (record(from, &(TreeOptions){.cross_filesystems = true}, &crossed) < 0)
        return 4;
    bind = recorder_count(&crossed, "bind = other-filesystem(loop)");
    if (bind != 1 || recorder_count(&crossed, "mnt/file = file") != 1 ||
        recorder_count(&crossed, "proc = other-filesystem(pseudo)") != 1)
        return 5;
    recorder_done(&r);
    recorder_done(&crossed);
    return 0;
}

static void crosses_mounts_only_if_asked(void **state _unused_) {
    _cleanup_(scratch_done) Scratch s = {.fd = -1};
    int root, status;
    pid_t child;

    scratch_init(&s);
    root = make_dir(s.fd, "root");
    make_file(root, "file", "x");
    make_file(root, "here", "x");
    close(make_dir(root, "mnt"));
    close(make_dir(root, "proc"));
    close(make_dir(root, "bind"));
    close(root);
    child = fork();
    assert_true(child >= 0);
    if (child == 0)
        _exit(walk_mounts(&s));
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) == 77) {
        print_message("skipped: mounting is not permitted here\n");
        scratch_done(&s);
        skip();
    }
    assert_int_equal(WEXITSTATUS(status), 0);
}

/* In a child whose kernel pretends not to know openat2. */
static int walk_without_openat2(const char *root) {
    struct sock_filter program[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat2, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog filter = {.len = N_ELEMENTS(program), .filter = program};
    Recorder r = {.open_files = true};

    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
        prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) < 0)
        return 77;
    if (record(root, &(TreeOptions){0}, &r) < 0 || r.files != 64 + 4 || r.objects != 2)
        return 1;
    if (recorder_count(&r, "out = link") != 1 || recorder_count(&r, "to-file = link") != 1)
        return 2;
    if (r.content.n != 64 + 4)
        return 3;
    recorder_done(&r);
    return 0;
}

static void walks_without_openat2(void **state _unused_) {
    _cleanup_(scratch_done) Scratch s = {.fd = -1};
    pid_t child;
    int status;

    scratch_init(&s);
    make_chain(s.fd, 64, "d");
    assert_int_equal(symlinkat("/etc", s.fd, "out"), 0);
    assert_int_equal(symlinkat("file", s.fd, "to-file"), 0);
    child = fork();
    assert_true(child >= 0);
    if (child == 0)
        _exit(walk_without_openat2(s.path));
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) == 77) {
        print_message("skipped: no seccomp filter here\n");
        scratch_done(&s);
        skip();
    }
    assert_int_equal(WEXITSTATUS(status), 0);
}

static void stops_when_told(void **state _unused_) {
    _cleanup_(scratch_done) Scratch s = {.fd = -1};
    _cleanup_(recorder_done) Recorder r = {0};
    Flag stop = {0};

    scratch_init(&s);
    make_chain(s.fd, 50, "d");
    flag_set(&stop);
    assert_int_equal(record(s.path, &(TreeOptions){.stop = &stop}, &r), -ECANCELED);
    assert_int_equal(r.files, 0);
}

static int refuse_batch(void *of, Batch *b) {
    batch_free(b);
    return --*(int *)of ? 0 : -EPIPE;
}

static void hands_on_what_the_sink_says(void **state _unused_) {
    _cleanup_(scratch_done) Scratch s = {.fd = -1};
    _cleanup_(recorder_done) Recorder r = {0};
    size_t before;

    scratch_init(&s);
    make_chain(s.fd, 100, "d");
    before = count_descriptors();
    for (int after = 1; after < 100; after += 7) {
        Sink sink = recorder_sink(&r);
        int left = after;

        sink.of = &left;
        sink.batch = refuse_batch;
        sink.directory = NULL;
        assert_int_equal(tree_walk(s.path, &(TreeOptions){0}, &sink, NULL), -EPIPE);
        assert_int_equal(left, 0);
    }
    assert_int_equal(count_descriptors(), before);
}

static void delivers_the_same_when_shuffled(void **state _unused_) {
    _cleanup_(scratch_done) Scratch s = {.fd = -1};
    _cleanup_(recorder_done) Recorder plain = {0};
    size_t other_order = 0;

    scratch_init(&s);
    for (int i = 0; i < 3; i++) {
        char name[] = {(char)('a' + i), 0};
        int sub = make_dir(s.fd, name);

        make_chain(sub, 80, "d");
        close(sub);
    }
    assert_int_equal(record(s.path, &(TreeOptions){0}, &plain), 0);
    for (uint64_t seed = 1; seed <= 8; seed++) {
        _cleanup_(recorder_done) Recorder r = {0};

        assert_int_equal(record(s.path, &(TreeOptions){.shuffle_seed = seed}, &r), 0);
        assert_int_equal(r.files, plain.files);
        assert_int_equal(r.objects, 0);
        assert_int_equal(r.lines.n, plain.lines.n);
        for (size_t at = 0; at < plain.lines.n;) {
            const char *line = (const char *)plain.lines.at + at;

            assert_int_equal(recorder_count(&r, line), 1);
            at += strlen(line) + 1;
        }
        other_order += memcmp(r.lines.at, plain.lines.at, r.lines.n) != 0;
        assert_true(r.peak_descriptors <= 64);
    }
    assert_true(other_order >= 7);
}

/* When the walk is deep inside, directories above it move out of its reach. */
typedef struct Mover {
    Recorder recorder;
    const Scratch *s;
    size_t at_depth;
    bool both;
} Mover;

static int move_directory(void *of, Span path, const FileMeta *meta _unused_, int fd _unused_) {
    Mover *m = of;
    size_t depth = path.n ? 1 : 0;

    for (size_t i = 0; i < path.n; i++)
        depth += path.at[i] == '/';
    if (depth == m->at_depth) {
        assert_int_equal(renameat(m->s->fd, "root/d/d/d/d", m->s->fd, "moved-4"), 0);
        if (m->both)
            assert_int_equal(renameat(m->s->fd, "root/d/d/d", m->s->fd, "moved-3"), 0);
    }
    return 0;
}

static void finds_its_way_back(void **state _unused_) {
    for (int both = 0; both < 2; both++) {
        _cleanup_(scratch_done) Scratch s = {.fd = -1};
        Mover m = {.at_depth = 60, .both = both};
        Sink sink = recorder_sink(&m.recorder);
        char root[96];
        int fd;

        scratch_init(&s);
        fd = make_dir(s.fd, "root");
        make_chain(fd, 62, "d");
        close(fd);
        m.s = &s;
        sink.of = &m;
        sink.directory = move_directory;
        snprintf(root, sizeof(root), "%s/root", s.path);
        assert_int_equal(tree_walk(root, &(TreeOptions){0}, &sink, NULL), 0);
        /* The third level is found again by its path, or is listed as cut short. */
        assert_int_equal(m.recorder.objects, both);
        assert_int_equal(recorder_count(&m.recorder, "d/d/d = error(ENOENT)"), both);
        assert_in_range(m.recorder.files, 62, 62 + 4);
        assert_int_equal(recorder_count(&m.recorder, "side/file = file"), 1);
        recorder_done(&m.recorder);
    }
}

static void lives_with_few_descriptors(void **state _unused_) {
    _cleanup_(scratch_done) Scratch s = {.fd = -1};
    _cleanup_(recorder_done) Recorder r = {.count_only = true};
    Sink sink = recorder_sink(&r);
    struct rlimit before, few;
    int r1;

    scratch_init(&s);
    make_chain(s.fd, 64, "d");
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    few = (struct rlimit){.rlim_cur = count_descriptors() + 8, .rlim_max = before.rlim_max};
    sink.directory = NULL;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
    r1 = tree_walk(s.path, &(TreeOptions){0}, &sink, NULL);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    assert_int_equal(r1, 0);
    assert_int_equal(r.files, 64 + 4);
    assert_int_equal(r.objects, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(delivers_each_object_once),
        cmocka_unit_test(takes_any_kind_of_root),
        cmocka_unit_test(says_why_a_root_can_not_be_opened),
        cmocka_unit_test(goes_five_thousand_levels_deep),
        cmocka_unit_test(holds_no_names),
        cmocka_unit_test(is_not_led_outside_by_a_swap),
        cmocka_unit_test(lists_what_it_may_not_enter),
        cmocka_unit_test(counts_every_exclusion),
        cmocka_unit_test(stops_at_the_depth_asked_for),
        cmocka_unit_test(crosses_mounts_only_if_asked),
        cmocka_unit_test(walks_without_openat2),
        cmocka_unit_test(stops_when_told),
        cmocka_unit_test(hands_on_what_the_sink_says),
        cmocka_unit_test(delivers_the_same_when_shuffled),
        cmocka_unit_test(finds_its_way_back),
        cmocka_unit_test(lives_with_few_descriptors),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
