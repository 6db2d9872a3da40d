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

enum { FILE_BYTES_MAX = 4 << 20, INCLUDE_DEPTH_MAX = 8, NOBODY = 65534 };

/* What it says besides comes from `as`. */
static int share_add(Shares *to, Arena *a, const Share *as, Span name, Span path, Span who) {
    Share *share;

    if (!to->at)
        to->at = arena_array(a, SHARES_MAX, sizeof(*to->at));
    if (!to->at)
        return -ENOMEM;
    if (to->n == SHARES_MAX || !path.n || path.at[0] != '/')
        return 0;
    while (path.n > 1 && path.at[path.n - 1] == '/')
        path.n--;
    share = &to->at[to->n++];
    *share = *as;
    share->name = arena_text(a, name);
    share->path = arena_text(a, path);
    share->who = arena_text(a, span(who.at, who.n < SHARE_WHO_MAX ? who.n : SHARE_WHO_MAX));
    share->acts_as = arena_text(a, span_of(as->acts_as ? as->acts_as : ""));
    return share->name && share->path && share->who && share->acts_as ? 0 : -ENOMEM;
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

/* The path at the head of a line: in quotes or not, \ooo for what cannot stand there. Returns where
 * the clients begin. */
static size_t export_path(Span line, Buf *path) {
    bool quoted = line.n && line.at[0] == '"';

    buf_clear(path);
    for (size_t i = quoted; i < line.n; i++) {
        uint8_t c = line.at[i];

        if (quoted ? c == '"' : is_blank(c))
            return i + 1;
        if (c == '\\' && i + 3 < line.n && is_octal(line.at + i + 1)) {
            c = (uint8_t)((line.at[i + 1] - '0') << 6 | (line.at[i + 2] - '0') << 3 |
                          (line.at[i + 3] - '0'));
            i += 3;
        }
        if (c)
            buf_byte(path, c);
    }
    return line.n;
}

/* One option of a client: what it changes. */
static void export_option(Share *to, Span o, bool *kerberos) {
    unsigned long id = 0;

    if (span_is(o, "rw")) {
        to->read_only = false;
    } else if (span_is(o, "ro")) {
        to->read_only = true;
    } else if (span_is(o, "no_root_squash")) {
        to->root_squash = false;
    } else if (span_is(o, "root_squash")) {
        to->root_squash = true;
    } else if (span_is(o, "all_squash")) {
        to->all_squash = true;
    } else if (span_is(o, "no_all_squash")) {
        to->all_squash = false;
    } else if (span_starts(o, span_of("anonuid="))) {
        for (size_t i = 8; i < o.n && o.at[i] >= '0' && o.at[i] <= '9' && id < UINT32_MAX; i++)
            id = 10 * id + (o.at[i] - '0');
        to->anonymous = id < UINT32_MAX ? (uint32_t)id : NOBODY;
    } else if (span_starts(o, span_of("sec="))) {
        /* krb5, krb5i, krb5p; any other flavor beside them lets everybody in */
        *kerberos = !memmem(o.at, o.n, "sys", 3) && !memmem(o.at, o.n, "none", 4);
    }
}

static void export_options(Share *to, Span list, bool *kerberos) {
    while (list.n) {
        const uint8_t *comma = memchr(list.at, ',', list.n);
        Span one = span(list.at, comma ? (size_t)(comma - list.at) : list.n);

        export_option(to, one, kerberos);
        list = comma ? span(comma + 1, list.n - one.n - 1) : span(NULL, 0);
    }
}

static bool is_everyone(Span host) {
    return !host.n || span_is(host, "*") || span_is(host, "0.0.0.0/0") || span_is(host, "::/0");
}

/* The next word of a line of clients; false at the end. */
static bool word_next(Span *rest, Span *ret) {
    size_t n = 0;

    while (rest->n && is_blank(rest->at[0]))
        *rest = span(rest->at + 1, rest->n - 1);
    while (n < rest->n && !is_blank(rest->at[n]))
        n++;
    *ret = span(rest->at, n);
    *rest = span(rest->at + n, rest->n - n);
    return n > 0;
}

/* host(options): what it is given, on top of what `-options` before it gave to all. */
static Share client_read(Span word, const Share *usual, bool kerberos) {
    const uint8_t *open = memchr(word.at, '(', word.n);
    Span host = span(word.at, open ? (size_t)(open - word.at) : word.n);
    Share client = *usual;
    Span list;

    if (open) {
        list = span(open + 1, word.n - host.n - 1);
        if (list.n && list.at[list.n - 1] == ')')
            list.n--;
        export_options(&client, list, &kerberos);
    }
    client.restricted = !is_everyone(host);
    client.guest = !client.restricted && !kerberos;
    return client;
}

static bool is_wider(const Share *a, const Share *b) {
    if (a->guest != b->guest)
        return a->guest;
    if (a->restricted != b->restricted)
        return b->restricted;
    return a->all_squash != b->all_squash ? b->all_squash : !a->root_squash && b->root_squash;
}

/* Of all clients of an export the widest; a line without any is for everyone (exports(5)). */
static Share clients_read(Span line) {
    Share usual = {.nfs = true, .read_only = true, .root_squash = true, .anonymous = NOBODY};
    Share widest = usual;
    bool kerberos = false, any = false;
    Span word;

    while (word_next(&line, &word) && word.at[0] != '#') {
        Share client;

        if (word.at[0] == '-') {
            export_options(&usual, span(word.at + 1, word.n - 1), &kerberos);
            continue;
        }
        client = client_read(word, &usual, kerberos);
        if (!any || is_wider(&client, &widest))
            widest = client;
        any = true;
    }
    return any ? widest : client_read(span_of("*"), &usual, kerberos);
}

int exports_read(const char *file, Arena *a, Shares *to) {
    _cleanup_(buf_done) Buf bytes = {0}, line = {0}, path = {0};
    int r = file_take(file, &bytes);
    Span rest = buf_as_span(&bytes);

    while (r == 0 && line_next(&rest, &line)) {
        Span clients = buf_as_span(&line);
        Share as;
        size_t at;

        if (!line.n || line.at[0] == '#')
            continue;
        at = export_path(clients, &path);
        clients = trim(span(clients.at + at, clients.n - at));
        as = clients_read(clients);
        r = buf_error(&path) < 0
                ? -ENOMEM
                : share_add(to, a, &as, span(NULL, 0), buf_as_span(&path), clients);
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

/* A section at a time: what decides whether and where it is a share, and who may use it. */
typedef struct Section {
    Buf name, path, users, force_user;
    bool printable, unavailable, guest, writable;
} Section;

/* [global] has what is so in each share that does not say otherwise, and a few things of its own.
 */
typedef struct Samba {
    Arena *arena;
    Shares *to;
    Section global, section;
    Section *at;       /* the one whose keys are being read */
    Buf guest_account; /* "": nobody */
    bool no_anonymous; /* restrict anonymous = 2: a guest has to know a share's name, and may not */
} Samba;

static void section_done(Section *s) {
    buf_done(&s->name);
    buf_done(&s->path);
    buf_done(&s->users);
    buf_done(&s->force_user);
}

static void section_begin(Samba *s, Span name) {
    const Section *usual = &s->global;
    Section *c = &s->section;

    buf_clear(&c->name);
    buf_span(&c->name, name);
    buf_clear(&c->path);
    buf_clear(&c->users);
    buf_span(&c->users, buf_as_span(&usual->users));
    buf_clear(&c->force_user);
    buf_span(&c->force_user, buf_as_span(&usual->force_user));
    c->printable = c->unavailable = false;
    c->guest = usual->guest;
    c->writable = usual->writable;
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
    Share as = {.guest = c->guest && !s->no_anonymous,
                .read_only = !c->writable,
                .restricted = c->users.n > 0,
                .acts_as = buf_cstr(c->force_user.n ? &c->force_user : &s->guest_account),
                .anonymous = NOBODY};
    int r = 0;

    if (buf_error(&c->name) < 0 || buf_error(&c->path) < 0 || buf_error(&c->users) < 0 ||
        buf_error(&c->force_user) < 0)
        return -ENOMEM;
    if (c->name.n && !c->printable && !c->unavailable) {
        if (!path.n && strcasecmp(buf_cstr(&c->name), "homes") == 0)
            path = span_of("/home");
        r = share_add(s->to, s->arena, &as, buf_as_span(&c->name), path, buf_as_span(&c->users));
    }
    buf_clear(&c->name);
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

static void text_set(Buf *to, Span value) {
    buf_clear(to);
    buf_span(to, value);
}

/* Keys of a share; with their synonyms (smb.conf(5)). */
static bool section_key(Section *c, Span k, Span value) {
    if (word_is(k, "path") || word_is(k, "directory"))
        text_set(&c->path, value);
    else if (word_is(k, "printable") || word_is(k, "printok"))
        c->printable = is_yes(value);
    else if (word_is(k, "available"))
        c->unavailable = !is_yes(value);
    else if (word_is(k, "guestok") || word_is(k, "public"))
        c->guest = is_yes(value);
    else if (word_is(k, "readonly"))
        c->writable = !is_yes(value);
    else if (word_is(k, "writeable") || word_is(k, "writable") || word_is(k, "writeok"))
        c->writable = is_yes(value);
    else if (word_is(k, "validusers"))
        text_set(&c->users, value);
    else if (word_is(k, "forceuser"))
        text_set(&c->force_user, value);
    else
        return false;
    return true;
}

static int samba_key(Samba *s, Span key, Span value, unsigned depth) {
    _cleanup_(buf_done) Buf name = {0}, text = {0};
    Span k;

    squeeze(key, &name);
    k = buf_as_span(&name);
    if (value.n > 1 && value.at[0] == '"' && value.at[value.n - 1] == '"')
        value = span(value.at + 1, value.n - 2);
    if (section_key(s->at, k, value))
        return 0;
    if (word_is(k, "guestaccount")) {
        text_set(&s->guest_account, value);
    } else if (word_is(k, "restrictanonymous")) {
        s->no_anonymous = span_is(value, "2");
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
        s->at = word_is(line, "global") ? &s->global : &s->section;
        if (s->at == &s->section)
            section_begin(s, line);
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
    int r;

    s.at = &s.global;
    r = samba_file(&s, file, 0);

    if (r == 0)
        r = section_end(&s);
    section_done(&s.section);
    section_done(&s.global);
    buf_done(&s.guest_account);
    return r;
}
