/* Common: see common.h. */
#include "lib/common.h"

#include "base/file.h"

int error_out(int code, const Error *from, terrier_error *to) {
    if (code >= 0 || !to)
        return code;
    to->code = code;
    snprintf(to->text, sizeof(to->text), "%s", from->text[0] ? from->text : strerror(-code));
    return code;
}

RulesOptions rules_options_from(const terrier_rules_options *o) {
    if (!o)
        return (RulesOptions){0};
    return (RulesOptions){.directories = o->directories,
                          .n_directories = o->n_directories,
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
