/*
 * Import: rule files of other programs, read, proved, and written as detector files.
 *
 * Nothing is written before everything is proved, and only into a directory that is new or empty:
 * what somebody has changed since is never written over. The files are hostile.
 */
#include <fcntl.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/show.h"
#include "lib/common.h"
#include "rule/folder.h"
#include "rule/yaml.h"
#include "scan/import.h"

enum { FILES_MAX = 1000 };

typedef struct Importing {
    Import import;
    ImportAllow *allows;
    size_t n_allows;
} Importing;

static void importing_done(Importing *i) {
    for (size_t k = 0; k < i->n_allows; k++)
        buf_done(&i->allows[k].text);
    free(i->allows);
    import_done(&i->import);
}

static int directory_failed(int code, const char *path, Error *reterr) {
    _cleanup_(buf_done) Buf shown = {0};

    show_text(&shown, path);
    return error_errno(reterr, code, "cannot write to '%.500s'", buf_cstr(&shown));
}

/* There and empty, or made. */
static int directory_ready(const char *path, Error *reterr) {
    _cleanup_(closedirp) DIR *d = NULL;
    const struct dirent *e;

    if (mkdir(path, 0777) < 0 && errno != EEXIST)
        return directory_failed(-errno, path, reterr);
    d = opendir(path);
    if (!d)
        return directory_failed(-errno, path, reterr);
    while ((e = readdir(d))) {
        _cleanup_(buf_done) Buf shown = {0};

        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
            continue;
        show_text(&shown, path);
        return error_set(reterr, -ENOTEMPTY,
                         "cannot write to '%.500s': it is not empty; name a new directory",
                         buf_cstr(&shown));
    }
    return 0;
}

static int file_write_to(const char *directory, const char *id, Span bytes, Error *reterr) {
    _cleanup_(buf_done) Buf path = {0};

    buf_printf(&path, "%s/%s.yaml", directory, id);
    return buf_error(&path) < 0 ? -ENOMEM : file_replace(buf_cstr(&path), bytes, 0644, reterr);
}

static int read_file(Importing *i, const char *path, Error *reterr) {
    const char *label = file_label(path, &i->import.arena);
    Span bytes;
    int r = label ? folder_read(path, YAML_BYTES_MAX, &i->import.arena, reterr, &bytes) : -ENOMEM;

    if (r == 0)
        r = import_add(&i->import, bytes, label, reterr, &i->allows[i->n_allows]);
    if (r == 0)
        i->n_allows++;
    return r;
}

static int write_files(Importing *i, const char *directory, terrier_imported *ret, Error *reterr) {
    int r = directory_ready(directory, reterr);

    for (const ImportRule *rule = i->import.first; rule && r == 0; rule = rule->next) {
        if (!rule->failed)
            r = file_write_to(directory, rule->carried.id, buf_as_span(&rule->text), reterr);
    }
    for (size_t k = 0; k < i->n_allows && r == 0; k++) {
        const ImportAllow *a = &i->allows[k];

        if (!a->text.n)
            continue;
        ret->lists++;
        r = file_write_to(directory, a->id, buf_as_span(&a->text), reterr);
    }
    return r;
}

static int import_files(const terrier_import_options *o, Writer *out, terrier_imported *ret,
                        Error *reterr) {
    _cleanup_(importing_done) Importing i = {.import.no_builtin = o->no_builtin};
    _cleanup_(free_p) char *cache = cache_directory(NULL);
    int r = 0;

    if (!o->n_files || o->n_files > FILES_MAX)
        return error_set(reterr, -EINVAL, "expected 1 to %d files of rules", FILES_MAX);
    i.import.cache = cache;
    i.allows = calloc(o->n_files, sizeof(*i.allows));
    if (!i.allows)
        return -ENOMEM;
    for (size_t k = 0; k < o->n_files && r == 0; k++)
        r = read_file(&i, o->files[k], reterr);
    if (r == 0)
        r = import_prove(&i.import, reterr);
    if (r == 0)
        r = write_files(&i, o->directory, ret, reterr);
    if (r < 0)
        return r;
    ret->rules = i.import.n;
    ret->whole = i.import.whole;
    ret->part = i.import.part;
    ret->left = i.import.left;
    ret->lost = i.import.lost;
    writer_span(out, buf_as_span(&i.import.said));
    return writer_flush(out);
}

int terrier_rules_import(const terrier_import_options *options, terrier_write write, void *of,
                         terrier_imported *ret, terrier_error *error) {
    Writer out = writer_of(write, of);
    Error e = {0};
    int r;

    *ret = (terrier_imported){0};
    r = import_files(options, &out, ret, &e);
    return error_out(writer_close(&out, r, &e), &e, error);
}
