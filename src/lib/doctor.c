/*
 * Doctor: what this machine and this user make a scan miss. See doctor.h.
 *
 * The places are asked without making them: what is not there yet is made by the first scan.
 */
#include "lib/doctor.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/show.h"
#include "evidence/key.h"
#include "extract/zygote.h"
#include "lib/common.h"
#include "store/place.h"
#include "store/store.h"

/* ---- lines ---- */

static void put_fact(Doctor *d, const char *kind, const char *format, va_list args) {
    writer_printf(d->out, "%-8s ", kind);
    buf_vprintf(&d->out->buf, format, args);
    writer_text(d->out, "\n");
}

static void put_remedy(Doctor *d, const char *remedy) {
    if (remedy)
        writer_printf(d->out, "%-8s -> %s\n", "", remedy);
}

void doctor_ok(Doctor *d, const char *format, ...) {
    va_list args;

    va_start(args, format);
    put_fact(d, "ok", format, args);
    va_end(args);
}

void doctor_note(Doctor *d, const char *remedy, const char *format, ...) {
    va_list args;

    va_start(args, format);
    put_fact(d, "note", format, args);
    va_end(args);
    put_remedy(d, remedy);
}

void doctor_problem(Doctor *d, const char *remedy, const char *format, ...) {
    va_list args;

    d->problems++;
    va_start(args, format);
    put_fact(d, "PROBLEM", format, args);
    va_end(args);
    put_remedy(d, remedy);
}

/* ---- places ---- */

static void ask_cache(Doctor *d) {
    _cleanup_(buf_done) Buf shown = {0};
    _cleanup_(free_p) char *path = NULL;
    Error e = {0};
    int r = cache_default_directory(&path);

    if (r < 0) {
        doctor_note(d, "set HOME or XDG_CACHE_HOME",
                    "there is no place for compiled patterns: each start compiles them again");
        return;
    }
    show_text(&shown, path);
    r = directory_check_private(path, &e);
    if (r == -ENOENT)
        doctor_ok(d, "cache: '%s' is made when it is first needed", buf_cstr(&shown));
    else if (r < 0)
        doctor_note(d, NULL, "cache: %s; patterns are compiled anew at each start", e.text);
    else
        doctor_ok(d, "cache: '%s'", buf_cstr(&shown));
}

/* The directory part of a path. */
static char *directory_of(const char *path) {
    const char *slash = strrchr(path, '/');

    if (!slash)
        return strdup(".");
    return slash == path ? strdup("/") : strndup(path, (size_t)(slash - path));
}

static void ask_store(Doctor *d, const char *given) {
    _cleanup_(free_p) char *path = given ? strdup(given) : NULL, *directory = NULL;
    _cleanup_(buf_done) Buf shown = {0};
    Error e = {0};
    int r;

    if (!given && store_default_path(&path) < 0) {
        doctor_problem(d, "set HOME, or name a store with --store",
                       "there is no place for a store");
        return;
    }
    directory = path ? directory_of(path) : NULL;
    if (!directory)
        return;
    show_text(&shown, path);
    r = place_check(directory, false, &e);
    if (r == -ENOENT)
        doctor_ok(d, "store: '%s' is made by the first scan", buf_cstr(&shown));
    else if (r < 0)
        doctor_problem(d, "mend that, or name another place with --store FILE", "store: %s",
                       e.text);
    else if (access(path, F_OK) < 0)
        doctor_ok(d, "store: '%s' is made by the first scan", buf_cstr(&shown));
    else
        doctor_ok(d, "store: '%s'", buf_cstr(&shown));
}

static void ask_key(Doctor *d, const char *directory, KeyKind kind) {
    _cleanup_(buf_done) Buf path = {0}, shown = {0};
    _cleanup_(fd_closep) int fd = -1;
    Error e = {0};

    buf_printf(&path, "%s/%s.key", directory, key_kind_name(kind));
    if (buf_error(&path) < 0)
        return;
    fd = open(buf_cstr(&path), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT)
        return;
    show_text(&shown, buf_cstr(&path));
    if (fd < 0)
        doctor_problem(d, "make it a file of your own with mode 0400",
                       "key '%s' cannot be opened: %s", buf_cstr(&shown), strerror(errno));
    else if (file_check_private(fd, buf_cstr(&path), 0400, &e) < 0)
        doctor_problem(d, NULL, "key: %s", e.text);
    else
        doctor_ok(d, "key '%s' is private", buf_cstr(&shown));
}

static void ask_keys(Doctor *d) {
    _cleanup_(free_p) char *directory = NULL;

    if (key_default_directory(&directory) < 0) {
        doctor_problem(d, "set HOME or XDG_CONFIG_HOME", "there is no place for keys");
        return;
    }
    for (KeyKind k = 0; k < N_KEY_KINDS; k++)
        ask_key(d, directory, k);
}

/* ---- parsers ---- */

/* As a worker finds it, not as the kernel promises it. */
static void ask_sandbox(Doctor *d, Zygote *z) {
    SandboxState state;
    char words[128];
    int r = zygote_sandbox(z, &state);

    if (r < 0) {
        doctor_problem(d, "see what forbids it: a container's own filter may",
                       "sandbox: parsers cannot be started or shut in: %s", strerror(-r));
        return;
    }
    sandbox_print(&state, words, sizeof(words));
    if (sandbox_whole(&state))
        doctor_ok(d, "sandbox: parsers are shut in by %s", words);
    else
        doctor_note(d, "boot a kernel with Landlock and seccomp; --require-sandbox refuses without",
                    "sandbox: parsers are shut in by less than all: %s", words);
}

static void ask_pdf(Doctor *d, Zygote *z) {
    const Extractor *e = extractor_find("pdf");
    ZygoteDeath death;
    pid_t pid;
    int fd, r;

    if (!e || e->place != EXTRACT_PDF)
        return;
    r = zygote_spawn(z, e->place, &pid, &fd);
    if (r < 0) {
        doctor_note(d, "install it", "terrier-helper-pdf: %s; PDF is listed as unsupported",
                    strerror(-r));
        return;
    }
    zygote_reap(z, pid, false, &death);
    close(fd);
    doctor_ok(d, "terrier-helper-pdf starts");
}

static void ask_parsers(Doctor *d, const char *program) {
    _cleanup_(zygote_freep) Zygote *z = NULL;
    int r = zygote_new(&(ZygoteOptions){.program = program}, &z);

    if (r < 0) {
        doctor_problem(d, NULL, "parsers cannot be started: %s", strerror(-r));
        return;
    }
    ask_sandbox(d, z);
    ask_pdf(d, z);
}

/* What is met, counted and listed as unread. */
static void ask_formats(Doctor *d) {
    static const struct {
        const char *format, *words;
    } formats[] = {
        {"zip", "zip archives"},      {"tar", "tar archives"},       {"gzip", "compressed files"},
        {"docx", "office documents"}, {"ole2", "old office files"},  {"pdf", "PDF"},
        {"mbox", "mail boxes"},       {"pst", "Outlook data files"}, {"sqlite", "SQLite databases"},
        {"mdb", "Access databases"},  {"qcow2", "disk images"}};
    _cleanup_(buf_done) Buf list = {0};

    for (size_t i = 0; i < N_ELEMENTS(formats); i++) {
        if (!extractor_find(formats[i].format))
            buf_printf(&list, "%s%s", list.n ? ", " : "", formats[i].words);
    }
    if (list.n && !buf_error(&list))
        doctor_note(d, NULL, "not opened yet, listed as unsupported: %s", buf_cstr(&list));
    doctor_note(d, NULL, "no text recognition: images are listed as partial(no-ocr)");
}

int terrier_doctor(const char *program, const char *store, terrier_write write, void *of,
                   size_t *ret_problems, terrier_error *error) {
    Writer out = writer_of(write, of);
    Doctor d = {.out = &out};
    Error e = {0};

    doctor_machine(&d);
    ask_cache(&d);
    ask_store(&d, store);
    ask_keys(&d);
    ask_parsers(&d, program ? program : TERRIER_PROGRAM);
    ask_formats(&d);
    *ret_problems = d.problems;
    return error_out(writer_close(&out, 0, &e), &e, error);
}
