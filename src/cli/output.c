/* Output: see output.h. */
#include "cli/output.h"

#include <fcntl.h>
#include <stdarg.h>

#include "base/show.h"

int output_open(const char *path, Error *reterr, Output *ret) {
    Output o = {.draft = FILE_DRAFT_NONE, .fd = STDOUT_FILENO};

    if (path && strcmp(path, "-") != 0) {
        int r = file_draft_open(path, 0600, reterr, &o.draft);

        if (r < 0)
            return r;
        o.fd = o.draft.fd;
    }
    *ret = o;
    return 0;
}

int output_write(void *of, const void *bytes, size_t n) {
    Output *o = of;

    if (o->error == 0)
        o->error = file_write(o->fd, span(bytes, n));
    return o->error;
}

int complain(const Call *call, int exit, const char *format, ...) {
    va_list args;

    fprintf(stderr, "terrier%s%s: ", call->verb ? " " : "", call->verb ? call->verb->name : "");
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    return exit;
}

static int output_failed(const Output *o, const Call *call) {
    if (o->error == -EPIPE)
        return TERRIER_EXIT_STORE;
    return complain(call, TERRIER_EXIT_STORE, "cannot write output: %s", strerror(-o->error));
}

int output_end(Output *o, const Call *call, int r, const terrier_error *error, int usage) {
    Error e = {0};

    if (o->error < 0 || r < 0) {
        file_draft_done(&o->draft);
        if (o->error < 0)
            return output_failed(o, call);
        return complain(call, r == -ENOMEM ? TERRIER_EXIT_INTERNAL : usage, "%s", error->text);
    }
    if (o->draft.fd >= 0 && file_draft_commit(&o->draft, &e) < 0)
        return complain(call, TERRIER_EXIT_STORE, "%s", e.text);
    return TERRIER_EXIT_DONE;
}

terrier_rules_options rules_options(const RulesValues *v) {
    return (terrier_rules_options){.directories = v->directories.at,
                                   .n_directories = v->directories.n,
                                   .allow_files = v->allow.at,
                                   .n_allow_files = v->allow.n,
                                   .no_builtin = v->no_builtin,
                                   .regions = v->regions};
}

terrier_rules *load_rules(const Call *call, const RulesValues *v, int *ret_exit) {
    const terrier_rules_options options = rules_options(v);
    terrier_rules *rules = NULL;
    terrier_error e;
    int r = terrier_rules_new(&options, &e, &rules);

    if (r < 0)
        *ret_exit =
            complain(call, r == -ENOMEM ? TERRIER_EXIT_INTERNAL : TERRIER_EXIT_USAGE, "%s", e.text);
    return rules;
}

int input_open(const Call *call, const char *path) {
    _cleanup_(buf_done) Buf shown = {0};
    int fd, error;

    if (!path || strcmp(path, "-") == 0)
        return fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
    fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd >= 0)
        return fd;
    error = errno;
    show_text(&shown, path);
    complain(call, TERRIER_EXIT_USAGE, "cannot open '%s': %s", buf_cstr(&shown), strerror(error));
    return -1;
}

bool colour_wanted(int choice, const char *output) {
    if (choice == 2 || choice == 3)
        return choice == 2;
    return !output && isatty(STDOUT_FILENO) && !getenv("NO_COLOR");
}
