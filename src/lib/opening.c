/* Opening: see opening.h. */
#include "lib/opening.h"

#include <linux/openat2.h>

#include "lib/common.h"
#include "source/file.h"

void opening_beside(Span path, HostFile *file, int *ret_fd) {
    const char *name = companion_name(path_name(path));
    _cleanup_(buf_done) Buf beside = {0};
    _cleanup_(fd_closep) int fd = -1;
    FileMeta meta;
    Error ignored = {0};

    buf_add(&beside, path.at, path.n - path_name(path).n);
    buf_text(&beside, name ? name : "");
    if (!name || buf_error(&beside) ||
        regular_open(buf_cstr(&beside), RESOLVE_NO_SYMLINKS, &ignored, &meta, &fd) < 0 ||
        !companion_looks(fd)) {
        file->lacks_companion = name != NULL;
        return;
    }
    *ret_fd = fd_take(&fd);
    file->has_companion = true;
    file->companion = *ret_fd;
    file->companion_size = meta.size;
}

int opening_reader(const HostFile *file, const Extractor **ret) {
    Feed f = feed_of_fd(file->fd, file->size);
    Span head;
    int r = feed_head(&f, SNIFF_HEAD_MAX, &head);

    if (r == 0) {
        const Sniff s = sniff(head, file->size);
        bool told = file->has_companion ||
                    (file->lacks_companion && companion_missed(file->fd, file->size));

        *ret = told && s.kind == SNIFF_TEXT ? companion_reader() : extractor_of(&f, file->name, &s);
    }
    feed_done(&f);
    return r;
}

int opening_read(const char *program, const Extractor *e, const HostFile *file, const Receiver *to,
                 Ending *ret) {
    _cleanup_(zygote_freep) Zygote *z = NULL;
    _cleanup_(host_freep) Host *h = NULL;
    Feed f = feed_of_fd(file->fd, file->size);
    int r = zygote_new(&(ZygoteOptions){.program = program}, &z);

    if (r == 0)
        r = host_new(&(HostOptions){.zygote = z}, &h);
    if (r == 0 && e && e->place != EXTRACT_ANYWHERE)
        r = host_extract(h, e->place, file, NULL, to, ret);
    else if (r == 0)
        r = host_read(h, &f, file->name, NULL, to, ret);
    feed_done(&f);
    return r;
}
