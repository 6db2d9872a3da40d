/*
 * terrier_schedule_alert: from how a scan ended to one sentence, told once a cause.
 *
 * The cause is a word: how the process ended, and for an incomplete scan with news the number of
 * its run, since each has other news. The cause told last stands in a file beside the store; a
 * scan that ends well clears it, so that the same fault of next month is told again. The profile's
 * program is started without a shell, with the sentence on its standard input.
 */
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>

#include "base/file.h"
#include "base/quantity.h"
#include "base/show.h"
#include "lib/common.h"
#include "lib/places.h"
#include "lib/profile.h"
#include "store/history.h"

enum { CAUSE_MAX = 96, FILE_MAX = 4096 };

typedef struct Alert {
    const Profile *profile;
    const terrier_outcome *outcome;
    Store *store;          /* NULL: there is none to ask */
    HistoryRun run;        /* the last of the profile; id 0: none */
    Gaps gaps;             /* of it, if it has ended */
    char cause[CAUSE_MAX]; /* a word of ours */
    Buf sentence;
} Alert;

/* ---- what happened ---- */

static int look(Alert *a, const char *store) {
    _cleanup_(arena_done) Arena arena = {0};
    HistoryRun *runs;
    size_t n = 0;
    int r = places_open_store(store, NULL, &a->store);

    if (r < 0)
        return 0; /* the sentence does without */
    r = history_runs(a->store, a->profile->name, INT64_MIN, &arena, NULL, &runs, &n);
    if (r < 0 || !n)
        return r == -ENOMEM ? r : 0;
    a->run = runs[n - 1];
    r = a->run.ended == INT64_MIN
            ? 0
            : history_gaps(a->store, a->profile->name, a->run.id, NULL, &a->gaps);
    return r == -ENOMEM ? r : 0;
}

/* The exit status as systemd or else the store tells it; -1: it did not exit by itself. */
static int exit_status(const Alert *a) {
    const char *text = a->outcome ? a->outcome->exit_status : NULL, *code;
    uint64_t status;

    if (!text)
        return a->run.id ? a->run.exit : -1;
    code = a->outcome->exit_code;
    if ((code && strcmp(code, "exited") != 0) || !quantity_digits(&text, &status) || *text)
        return -1;
    return status < 256 ? (int)status : -1;
}

static void say_incomplete(Alert *a) {
    const Gaps *g = &a->gaps;

    if (g->unreadable_root && !g->new_objects) {
        snprintf(a->cause, sizeof(a->cause), "root-unreadable");
        buf_printf(&a->sentence, "a root could not be read in run %lld", (long long)a->run.id);
        return;
    }
    snprintf(a->cause, sizeof(a->cause), "unread-%lld", (long long)a->run.id);
    buf_printf(&a->sentence,
               "%llu objects, files of %llu bytes among them, could not be read that were read, or "
               "not there, before%s; terrier report --run %lld says which",
               (unsigned long long)g->new_objects, (unsigned long long)g->new_bytes,
               g->unreadable_root ? ", and a root could not be read at all" : "",
               (long long)a->run.id);
}

static void say_exit(Alert *a, int status) {
    static const char *const meaning[] = {
        [0] = "ended well",
        [1] = "ended with a condition",
        [2] = "was refused: the profile, its rules or its roots are wrong",
        [4] = "could not keep its results: the store, a report or a file of metrics",
        [5] = "did not begin: another scan has the store",
        [6] = "ended by an internal fault",
    };

    if (status == TERRIER_EXIT_INCOMPLETE && a->run.id) {
        say_incomplete(a);
        return;
    }
    snprintf(a->cause, sizeof(a->cause), "exit-%d", status);
    if (status == TERRIER_EXIT_CONDITION && a->run.id) /* each night has other news */
        snprintf(a->cause, sizeof(a->cause), "condition-%lld", (long long)a->run.id);
    if ((size_t)status < N_ELEMENTS(meaning) && meaning[status])
        buf_printf(&a->sentence, "the scan %s", meaning[status]);
    else
        buf_printf(&a->sentence, "the scan ended with status %d", status);
}

/* Words of systemd are short and of a-z; anything else is not repeated. */
static const char *word_of(const char *text, const char *otherwise) {
    size_t n =
        text ? strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-0123456789") : 0;

    return n && n < 32 && !text[n] ? text : otherwise;
}

static int say(Alert *a) {
    int status = exit_status(a);
    const char *result = word_of(a->outcome ? a->outcome->result : NULL, "unknown");
    const char *with = word_of(a->outcome ? a->outcome->exit_status : NULL, "");

    buf_printf(&a->sentence, "terrier: profile %s: ", a->profile->name);
    if (status >= 0) {
        say_exit(a, status);
    } else {
        snprintf(a->cause, sizeof(a->cause), "%s-%s", result, with);
        buf_printf(&a->sentence, "the scan did not come to its end (%s%s%s)", result,
                   with[0] ? ", " : "", with);
    }
    return buf_error(&a->sentence);
}

/* ---- what was told before ---- */

/* Beside the store: `alert-NAME`. */
static int cause_path(const char *store, const char *name, char **ret) {
    _cleanup_(free_p) char *path = store ? strdup(store) : NULL;
    char *slash;
    int r = 0;

    if (!path)
        r = store ? -ENOMEM : store_default_path(&path);
    if (r < 0)
        return r;
    slash = strrchr(path, '/');
    if (asprintf(ret, "%.*s/alert-%s", slash ? (int)(slash - path) : 1, slash ? path : ".", name) <
        0)
        return -ENOMEM;
    return 0;
}

static bool was_told(const char *path, const char *cause) {
    _cleanup_(buf_done) Buf text = {0};

    return file_read(path, FILE_MAX, NULL, &text) == 0 && span_is(buf_as_span(&text), cause);
}

/* ---- telling ---- */

static int feed(int fd, Span text) {
    int r = file_write(fd, text);

    fd_close(fd);
    return r == -EPIPE ? 0 : r; /* a program need not read it */
}

static int run_program(const char *program, const char *name, Span text, Error *reterr) {
    const char *const arguments[] = {program, name, NULL};
    posix_spawn_file_actions_t actions;
    int pipes[2], status = 0, r;
    pid_t child;

    if (pipe2(pipes, O_CLOEXEC) < 0)
        return error_errno(reterr, -errno, "cannot start '%s'", program);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, pipes[0], STDIN_FILENO);
    r = -posix_spawn(&child, program, &actions, NULL, (char *const *)arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    close(pipes[0]);
    if (r < 0) {
        close(pipes[1]);
        return error_errno(reterr, r, "cannot start '%s'", program);
    }
    r = feed(pipes[1], text);
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        ;
    if (r == 0 && (!WIFEXITED(status) || WEXITSTATUS(status) != 0))
        return error_set(reterr, -EIO, "'%s' did not end well, so nobody may have been told",
                         program);
    return r;
}

static int tell(Alert *a, const char *path, Writer *w, Error *reterr) {
    int r = 0;

    buf_byte(&a->sentence, '\n');
    if (buf_error(&a->sentence) < 0)
        return -ENOMEM;
    writer_span(w, buf_as_span(&a->sentence));
    if (a->profile->alert[0])
        r = run_program(a->profile->alert, a->profile->name, buf_as_span(&a->sentence), reterr);
    return r < 0 ? r : file_replace(path, span_of(a->cause), 0600, reterr);
}

static int alert(Alert *a, const char *store, bool clear, Writer *w, bool *ret_told,
                 Error *reterr) {
    _cleanup_(free_p) char *path = NULL;
    int r = cause_path(store, a->profile->name, &path);

    if (r < 0)
        return error_errno(reterr, r, "cannot tell where the store is; name one with --store");
    if (clear)
        return unlink(path) == 0 || errno == ENOENT ? 0
                                                    : file_replace(path, span_of(""), 0600, reterr);
    r = look(a, store);
    if (r == 0)
        r = say(a);
    if (r < 0)
        return r;
    if (was_told(path, a->cause))
        return 0;
    *ret_told = true;
    return tell(a, path, w, reterr);
}

int terrier_schedule_alert(const terrier_schedule_options *options, const char *name,
                           const terrier_outcome *outcome, bool clear, terrier_write write,
                           void *of, bool *ret_told, terrier_error *error) {
    Alert a = {.outcome = outcome, .gaps = {.oldest = INT64_MIN}};
    Writer w = writer_of(write, of);
    terrier_profile *p = NULL;
    const char *store;
    Error e = {0};
    int r = terrier_profile_new(options->directory, name, error, &p);

    *ret_told = false;
    if (r < 0)
        return r;
    a.profile = &p->profile;
    store = p->profile.store[0] ? p->profile.store : options->store;
    r = alert(&a, store, clear, &w, ret_told, &e);
    store_close(a.store);
    buf_done(&a.sentence);
    terrier_profile_free(p);
    r = writer_close(&w, r, &e);
    return error_out(r, &e, error);
}
