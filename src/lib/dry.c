/*
 * terrier_dry_run: what a scan would meet, by names and sizes alone.
 *
 * Walks as the scanner does, in this process, asking for sizes but opening nothing. See terrier.h.
 */
#include <sys/stat.h>

#include "base/json.h"
#include "lib/common.h"
#include "source/beneath.h"
#include "source/tree.h"

typedef struct DryRun {
    const terrier_scan_options *o;
    Filter filter;
    uint64_t files, bytes, directories, links, special, excluded, denied, other;
    Writer *to;
    terrier_format format;
} DryRun;

static int on_batch(void *of, Batch *b) {
    DryRun *d = of;

    for (size_t i = 0; i < b->n; i++) {
        FileMeta meta;
        Span name = batch_name(b, i);
        int r = meta_cached(b->dir->fd, (const char *)name.at, &meta);

        d->files++;
        if (r == 0)
            d->bytes += meta.size;
        else if (r == -EACCES || r == -EPERM)
            d->denied++;
    }
    batch_free(b);
    return 0;
}

/* A mount that is left out is one loud line, with the option that takes it in. */
static void tell_mount(DryRun *d, Span path, const Status *status) {
    if (d->format != TERRIER_TEXT || strcmp(status->reason, "pseudo") == 0)
        return;
    writer_text(d->to, "not entered: another file system (");
    writer_text(d->to, status->reason);
    writer_text(d->to, ") at ");
    writer_name(d->to, path);
    writer_text(d->to, "; --cross-filesystems takes it in\n");
}

static int on_object(void *of, Span path, const FileMeta *meta _unused_, Status status) {
    DryRun *d = of;

    switch (status.kind) {
    case STATUS_LINK:
        d->links++;
        break;
    case STATUS_SPECIAL:
        d->special++;
        break;
    case STATUS_EXCLUDED:
        d->excluded++;
        break;
    case STATUS_OTHER_FILESYSTEM:
        d->other++;
        tell_mount(d, path, &status);
        break;
    default:
        d->denied++;
        break;
    }
    return 0;
}

static int on_directory(void *of, Span path _unused_, const FileMeta *meta _unused_,
                        int fd _unused_) {
    ((DryRun *)of)->directories++;
    return 0;
}

static void tell_text(const DryRun *d, double rate) {
    writer_printf(d->to, "%llu files, %llu bytes in %llu directories\n",
                  (unsigned long long)d->files, (unsigned long long)d->bytes,
                  (unsigned long long)d->directories);
    writer_printf(d->to,
                  "not read: %llu links, %llu special files, %llu excluded, %llu denied or gone, "
                  "%llu mounts\n",
                  (unsigned long long)d->links, (unsigned long long)d->special,
                  (unsigned long long)d->excluded, (unsigned long long)d->denied,
                  (unsigned long long)d->other);
    if (rate > 0)
        writer_printf(d->to, "at %.0f MB/s a scan would take about %.0f s\n", rate / 1e6,
                      (double)d->bytes / rate);
}

static void tell_json(const DryRun *d, double rate) {
    _cleanup_(buf_done) Buf line = {0};
    Json j = json_to(&line);
    const struct {
        const char *key;
        uint64_t n;
    } numbers[] = {{"files", d->files},
                   {"bytes", d->bytes},
                   {"directories", d->directories},
                   {"links", d->links},
                   {"special", d->special},
                   {"excluded", d->excluded},
                   {"denied", d->denied},
                   {"other_filesystems", d->other}};

    json_object_begin(&j);
    json_key(&j, "kind");
    json_text(&j, "dry-run");
    for (size_t i = 0; i < N_ELEMENTS(numbers); i++) {
        json_key(&j, numbers[i].key);
        json_uint(&j, numbers[i].n);
    }
    if (rate > 0) {
        json_key(&j, "seconds");
        json_double(&j, (double)d->bytes / rate, 1);
    }
    json_object_end(&j);
    buf_byte(&line, '\n');
    writer_span(d->to, buf_as_span(&line));
}

int terrier_dry_run(const terrier_scan_options *options, double rate, terrier_format format,
                    terrier_write write, void *of, terrier_error *error) {
    Writer to = writer_of(write, of);
    DryRun d = {.o = options,
                .to = &to,
                .format = format,
                .filter = {.include = options->include,
                           .n_include = options->n_include,
                           .exclude = options->exclude,
                           .n_exclude = options->n_exclude,
                           .no_default_excludes = options->no_default_excludes}};
    const Sink sink = {.of = &d, .batch = on_batch, .object = on_object, .directory = on_directory};
    Error e = {0};
    int r = filter_check(&d.filter, &e);

    for (size_t i = 0; i < options->n_paths && r == 0; i++) {
        TreeOptions tree = {.root = (uint32_t)i,
                            .cross_filesystems = options->cross_filesystems,
                            .max_depth = options->max_depth,
                            .filter = &d.filter};

        r = tree_walk(options->paths[i], &tree, &sink, &e);
    }
    if (r == 0 && format == TERRIER_TEXT)
        tell_text(&d, rate);
    else if (r == 0)
        tell_json(&d, rate);
    if (r == 0)
        r = writer_end(&to);
    else
        writer_end(&to);
    return error_out(r, &e, error);
}
