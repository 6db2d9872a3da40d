/*
 * The least that a rescan can do: names, and statx of each, below a directory. Prints how many.
 *
 * The same fields as the scan asks for, relative to the directory, following nothing.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static unsigned long walk(int fd) {
    DIR *d = fdopendir(fd);
    const struct dirent *e;
    unsigned long n = 0;

    while (d && (e = readdir(d))) {
        struct statx s;
        int inner;

        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0 ||
            statx(dirfd(d), e->d_name, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT,
                  STATX_BASIC_STATS | STATX_BTIME, &s) < 0)
            continue;
        n++;
        if (!S_ISDIR(s.stx_mode))
            continue;
        inner = openat(dirfd(d), e->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (inner >= 0)
            n += walk(inner);
    }
    if (d)
        closedir(d);
    return n;
}

int main(int argc, char **argv) {
    int fd = argc == 2 ? open(argv[1], O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;

    if (fd < 0)
        return 2;
    printf("%lu\n", walk(fd));
    return 0;
}
