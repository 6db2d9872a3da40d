/*
 * Share: see share.h.
 *
 * Both formats have logical lines: a backslash at the end joins the next. line_next() makes one at
 * a time, without comments; what is in it is the format's matter.
 */
#include "source/share.h"

#include <limits.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/file.h"

enum { FILE_BYTES_MAX = 4 << 20, INCLUDE_DEPTH_MAX = 8 };

static int share_add(Shares *to, Arena *a, Span name, Span path) {
    if (!to->at)
        to->at = arena_array(a, SHARES_MAX, sizeof(*to->at));
    if (!to->at)
        return -ENOMEM;
    if (to->n == SHARES_MAX || !path.n || path.at[0] != '/')
        return 0;
    while (path.n > 1 && path.at[path.n - 1] == '/')
        path.n--;
    to->at[to->n] = (Share){arena_text(a, name), arena_text(a, path)};
    if (!to->at[to->n].name || !to->at[to->n].path)
        return -ENOMEM;
    to->n++;
    return 0;
}

/* A file of the administrator, who may have made it a link. */
static int file_take(const char *path, Buf *ret) {
    _cleanup_(free_p) char *real = realpath(path, NULL);
    int r = real ? file_read(real, FILE_BYTES_MAX, NULL, ret) : -errno;

    return r == -ENOENT || r == -ENOTDIR ? 0 : r;
}

static bool is_blank(uint8_t c) {
    return c == ' ' || c == '\t' || c == '\r';
}

static Span trim(Span s) {
    while (s.n && is_blank(s.at[0]))
        s = span(s.at + 1, s.n - 1);
    while (s.n && is_blank(s.at[s.n - 1]))
        s.n--;
    return s;
}

/* The next logical line, joined and trimmed, into *line. False at the end. */
static bool line_next(Span *rest, Buf *line) {
    bool more = true;

    buf_clear(line);
    if (!rest->n)
        return false;
    while (more && rest->n) {
        const uint8_t *end = memchr(rest->at, '\n', rest->n);
        Span s = span(rest->at, end ? (size_t)(end - rest->at) : rest->n);

        *rest = end ? span(end + 1, rest->n - s.n - 1) : span(NULL, 0);
        s = trim(s);
        more = s.n && s.at[s.n - 1] == '\\';
        if (more)
            s.n--;
        buf_span(line, s);
    }
    return true;
}

/* ---- exports(5) ---- */

static bool is_octal(const uint8_t *at) {
    return at[0] >= '0' && at[0] <= '3' && at[1] >= '0' && at[1] <= '7' && at[2] >= '0' &&
           at[2] <= '7';
}

/* The path at the head of a line: in quotes or not, \ooo for what cannot stand there. */
static void export_path(Span line, Buf *path) {
    bool quoted = line.n && line.at[0] == '"';

    buf_clear(path);
    for (size_t i = quoted; i < line.n; i++) {
        uint8_t c = line.at[i];

        if (quoted ? c == '"' : is_blank(c))
            return;
        if (c == '\\' && i + 3 < line.n && is_octal(line.at + i + 1)) {
            c = (uint8_t)((line.at[i + 1] - '0') << 6 | (line.at[i + 2] - '0') << 3 |
                          (line.at[i + 3] - '0'));
            i += 3;
        }
        if (c)
            buf_byte(path, c);
    }
}

int exports_read(const char *file, Arena *a, Shares *to) {
    _cleanup_(buf_done) Buf bytes = {0}, line = {0}, path = {0};
    int r = file_take(file, &bytes);
    Span rest = buf_as_span(&bytes);

    while (r == 0 && line_next(&rest, &line)) {
        if (!line.n || line.at[0] == '#')
            continue;
        export_path(buf_as_span(&line), &path);
        r = buf_error(&path) < 0 ? -ENOMEM : share_add(to, a, span(NULL, 0), buf_as_span(&path));
    }
    return r;
}

int exports_read_directory(const char *directory, Arena *a, Shares *to) {
    _cleanup_(closedirp) DIR *d = opendir(directory);
    const struct dirent *e;
    int r = d || errno == ENOENT ? 0 : -errno;

    while (d && r == 0 && (e = readdir(d))) {
        size_t n = strlen(e->d_name);
        _cleanup_(buf_done) Buf path = {0};

        if (e->d_name[0] == '.' || n < 9 || strcmp(e->d_name + n - 8, ".exports") != 0)
            continue;
        buf_printf(&path, "%s/%s", directory, e->d_name);
        r = buf_error(&path) < 0 ? -ENOMEM : exports_read(buf_cstr(&path), a, to);
    }
    return r;
}

/* ---- smb.conf(5) ---- */

/* A section at a time: what decides whether and where it is a share. */
typedef struct Section {
    Buf name, path;
    bool printable, unavailable, global;
} Section;

typedef struct Samba {
    Arena *arena;
    Shares *to;
    Section section;
} Samba;

static void section_done(Section *s) {
    buf_done(&s->name);
    buf_done(&s->path);
}

/* Before the component with a variable: beneath it, somewhere, is the share. */
static Span without_variables(Span path) {
    const uint8_t *percent = path.n ? memchr(path.at, '%', path.n) : NULL;

    if (!percent)
        return path;
    path.n = (size_t)(percent - path.at);
    while (path.n && path.at[path.n - 1] != '/')
        path.n--;
    return path;
}

/* [homes] without a path is everybody's home; [printers], print$ and the like are no files. */
static int section_end(Samba *s) {
    Section *c = &s->section;
    Span path = without_variables(buf_as_span(&c->path));
    int r = 0;

    if (buf_error(&c->name) < 0 || buf_error(&c->path) < 0)
        return -ENOMEM;
    if (c->name.n && !c->global && !c->printable && !c->unavailable) {
        if (!path.n && strcasecmp(buf_cstr(&c->name), "homes") == 0)
            path = span_of("/home");
        r = share_add(s->to, s->arena, buf_as_span(&c->name), path);
    }
    buf_clear(&c->name);
    buf_clear(&c->path);
    c->printable = c->unavailable = c->global = false;
    return r;
}

static bool word_is(Span s, const char *word) {
    return s.n == strlen(word) && strncasecmp((const char *)s.at, word, s.n) == 0;
}

static bool is_yes(Span s) {
    return word_is(s, "yes") || word_is(s, "true") || word_is(s, "1") || word_is(s, "on");
}

/* Blanks in a name mean nothing. */
static void squeeze(Span key, Buf *to) {
    buf_clear(to);
    for (size_t i = 0; i < key.n; i++) {
        if (!is_blank(key.at[i]))
            buf_byte(to, key.at[i]);
    }
}

static int samba_file(Samba *s, const char *file, unsigned depth);

static int samba_key(Samba *s, Span key, Span value, unsigned depth) {
    _cleanup_(buf_done) Buf name = {0}, text = {0};
    Span k;

    squeeze(key, &name);
    k = buf_as_span(&name);
    if (value.n > 1 && value.at[0] == '"' && value.at[value.n - 1] == '"')
        value = span(value.at + 1, value.n - 2);
    if (word_is(k, "path") || word_is(k, "directory")) {
        buf_clear(&s->section.path);
        buf_span(&s->section.path, value);
    } else if (word_is(k, "printable") || word_is(k, "printok")) {
        s->section.printable = is_yes(value);
    } else if (word_is(k, "available")) {
        s->section.unavailable = !is_yes(value);
    } else if (word_is(k, "include") && value.n && value.at[0] == '/' && value.n < PATH_MAX &&
               !memchr(value.at, '%', value.n)) {
        buf_span(&text, value);
        return buf_error(&text) < 0 ? -ENOMEM : samba_file(s, buf_cstr(&text), depth + 1);
    }
    return buf_error(&name);
}

static int samba_line(Samba *s, Span line, unsigned depth) {
    const uint8_t *end;
    int r;

    if (!line.n || line.at[0] == '#' || line.at[0] == ';')
        return 0;
    if (line.at[0] == '[') {
        end = memchr(line.at, ']', line.n);
        r = section_end(s);
        line = trim(span(line.at + 1, (end ? (size_t)(end - line.at) : line.n) - 1));
        buf_span(&s->section.name, line);
        s->section.global = word_is(line, "global");
        return r;
    }
    end = memchr(line.at, '=', line.n);
    return end ? samba_key(s, trim(span(line.at, (size_t)(end - line.at))),
                           trim(span(end + 1, line.n - (size_t)(end - line.at) - 1)), depth)
               : 0;
}

/* What is included stands where it is included: in the section at hand. */
static int samba_file(Samba *s, const char *file, unsigned depth) {
    _cleanup_(buf_done) Buf bytes = {0}, line = {0};
    Span rest;
    int r = depth > INCLUDE_DEPTH_MAX ? 0 : file_take(file, &bytes);

    rest = buf_as_span(&bytes);
    while (r == 0 && line_next(&rest, &line))
        r = buf_error(&line) < 0 ? -ENOMEM : samba_line(s, buf_as_span(&line), depth);
    return r;
}

int samba_read(const char *file, Arena *a, Shares *to) {
    Samba s = {.arena = a, .to = to};
    int r = samba_file(&s, file, 0);

    if (r == 0)
        r = section_end(&s);
    section_done(&s.section);
    return r;
}
