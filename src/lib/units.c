/* terrier_schedule_units: see terrier.h; what stands in them is schedule/units' matter. */
#include "schedule/units.h"
#include "base/file.h"
#include "base/show.h"
#include "lib/common.h"
#include "lib/profile.h"

static int write_unit(const Profile *p, UnitKind kind, const UnitsOptions *o, const char *directory,
                      Writer *w, Error *reterr) {
    _cleanup_(buf_done) Buf text = {0}, path = {0}, name = {0};
    int r = unit_print(p, kind, o, &text);

    if (r == -ENOENT)
        return 0;
    unit_print_name(p, kind, o, &name);
    buf_printf(&path, "%s/%s", directory, buf_cstr(&name));
    if (r == 0)
        r = buf_error(&path);
    if (r == 0)
        r = file_replace(buf_cstr(&path), buf_as_span(&text), 0644, reterr);
    if (r == 0) {
        writer_name(w, buf_as_span(&path));
        writer_text(w, "\n");
    }
    return r;
}

static int print_unit(const Profile *p, UnitKind kind, const UnitsOptions *o, Writer *w) {
    _cleanup_(buf_done) Buf text = {0}, name = {0};
    int r = unit_print(p, kind, o, &text);

    if (r < 0)
        return r == -ENOENT ? 0 : r;
    unit_print_name(p, kind, o, &name);
    writer_printf(w, "%s# ---- %s ----\n", kind ? "\n" : "", buf_cstr(&name));
    writer_span(w, buf_as_span(&text));
    return 0;
}

static void print_cron(const Profile *p, const UnitsOptions *o, Writer *w) {
    _cleanup_(buf_done) Buf text = {0};

    units_print_cron(p, o, &text);
    writer_span(w, buf_as_span(&text));
}

/* So that what is printed as a whole may be read by no cron by mistake. */
static void print_cron_commented(const Profile *p, const UnitsOptions *o, Writer *w) {
    _cleanup_(buf_done) Buf text = {0};

    units_print_cron(p, o, &text);
    for (size_t i = 0; i < text.n; i++) {
        if (i == 0 || text.at[i - 1] == '\n')
            writer_text(w, "# ");
        writer_span(w, span(text.at + i, 1));
    }
}

static int make(const Profile *p, const UnitsOptions *o, const char *output, bool cron, Writer *w,
                Error *reterr) {
    int r = 0;

    if (!p->scheduled)
        return error_set(reterr, -EINVAL, "%s: no `when`, so there is nothing to schedule",
                         p->file);
    if (cron) {
        print_cron(p, o, w);
        return 0;
    }
    for (UnitKind k = 0; k < N_UNITS && r == 0; k++)
        r = output ? write_unit(p, k, o, output, w, reterr) : print_unit(p, k, o, w);
    if (r == 0 && !output) {
        writer_text(w, "\n# ---- with --cron, for /etc/cron.d where there is no systemd ----\n");
        print_cron_commented(p, o, w);
    }
    return r;
}

static bool is_user(const char *name) {
    size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_-");

    return n && !name[n] && n <= 31 && name[0] != '-';
}

int terrier_schedule_units(const terrier_schedule_options *options, const char *name,
                           const char *output, bool cron, terrier_write write, void *of,
                           terrier_error *error) {
    Writer w = writer_of(write, of);
    UnitsOptions o = {.program = options->program ? options->program : TERRIER_PROGRAM,
                      .user = options->user ? options->user : "terrier"};
    _cleanup_(free_p) char *file = NULL;
    terrier_profile *p = NULL;
    Error e = {0};
    int r = terrier_profile_new(options->directory, name, error, &p);

    if (r < 0)
        return r;
    file = realpath(p->profile.file, NULL);
    o.file = file;
    if (!file)
        r = error_errno(&e, -errno, "cannot tell where the profile is");
    else if (!is_user(o.user) || o.program[0] != '/')
        r = error_set(&e, -EINVAL,
                      "units need a program by its whole path and a user of a-z 0-9 "
                      "_ -");
    else
        r = make(&p->profile, &o, output, cron, &w, &e);
    terrier_profile_free(p);
    r = writer_close(&w, r, &e);
    return error_out(r, &e, error);
}
