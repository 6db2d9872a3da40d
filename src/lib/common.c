/* Common: see common.h. */
#include "lib/common.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/show.h"
#include "source/beneath.h"

int error_out(int code, const Error *from, terrier_error *to) {
    if (code >= 0 || !to)
        return code;
    to->code = code;
    snprintf(to->text, sizeof(to->text), "%s", from->text[0] ? from->text : strerror(-code));
    return code;
}

int error_of_file(int r, const char *name, Error *reterr) {
    _cleanup_(buf_done) Buf shown = {0};

    if (r == 0 || r == -EINVAL || r == -ENOMEM)
        return r;
    show_text(&shown, name);
    if (reterr->code == 0)
        error_errno(reterr, r, "cannot read '%.400s'", buf_cstr(&shown));
    return reterr->code = -EINVAL;
}

int given_write(void *of, Span bytes) {
    const Given *g = of;

    return g->write(g->of, bytes.at, bytes.n);
}

RulesOptions rules_options_from(const terrier_rules_options *o) {
    if (!o)
        return (RulesOptions){0};
    return (RulesOptions){.directories = o->directories,
                          .n_directories = o->n_directories,
                          .allow_files = o->allow_files,
                          .n_allow_files = o->n_allow_files,
                          .no_builtin = o->no_builtin,
                          .regions = o->regions};
}

int cache_default_directory(char **ret) {
    const char *base = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    _cleanup_(buf_done) Buf path = {0};

    /* a relative path is to be ignored: XDG Base Directory Specification, "Basics" */
    if (base && base[0] == '/')
        buf_printf(&path, "%s/terrier", base);
    else if (home && home[0] == '/')
        buf_printf(&path, "%s/.cache/terrier", home);
    else
        return -ENOENT;
    if (buf_error(&path) < 0)
        return -ENOMEM;
    *ret = (char *)TAKE(path.at);
    return 0;
}

char *cache_directory(const terrier_rules_options *o) {
    const char *given = o ? o->cache_dir : NULL;
    _cleanup_(free_p) char *path = NULL;

    if (given && given[0])
        path = strdup(given);
    else if (!given)
        cache_default_directory(&path);
    if (!path || directory_make_private(path, NULL) < 0)
        return NULL;
    return TAKE(path);
}

static int open_failed(int code, const char *path, Error *reterr) {
    _cleanup_(buf_done) Buf shown = {0};

    show_text(&shown, path);
    if (code == -ELOOP)
        return error_set(reterr, code,
                         "cannot open '%.500s': a symbolic link leads there; name the file itself",
                         buf_cstr(&shown));
    if (code == -EINVAL)
        return error_set(reterr, code, "cannot open '%.500s': it is not a regular file",
                         buf_cstr(&shown));
    return error_errno(reterr, code, "cannot open '%.500s'", buf_cstr(&shown));
}

int regular_open(const char *path, uint64_t resolve, Error *reterr, FileMeta *ret_meta,
                 int *ret_fd) {
    _cleanup_(fd_closep) int fd = beneath_open(AT_FDCWD, path, O_RDONLY, resolve, NULL);
    FileMeta meta;
    int r = fd < 0 ? fd : meta_of(fd, &meta);

    if (r >= 0 && !S_ISREG(meta.mode))
        r = -EINVAL;
    if (r < 0)
        return open_failed(r, path, reterr);
    *ret_meta = meta;
    *ret_fd = fd_take(&fd);
    return 0;
}
