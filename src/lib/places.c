/* Places: see places.h; and terrier_schedule_scope(). */
#include "lib/places.h"

#include "lib/common.h"

int places_open_store(const char *given, Error *reterr, Store **ret) {
    _cleanup_(free_p) char *path = given ? strdup(given) : NULL;
    int r = 0;

    if (!path)
        r = given ? -ENOMEM : store_default_path(&path);
    return r < 0 ? error_errno(reterr, r, "cannot tell where the store is; name one with --store")
                 : store_open(path, STORE_READ, reterr, ret);
}

/* ---- roots of all profiles ---- */

typedef struct Roots {
    ScopeRoot *at;
    size_t n, cap;
} Roots;

static int roots_add(Roots *to, Arena *a, const char *path, bool cross) {
    if (to->n == to->cap) {
        size_t cap = to->cap ? 2 * to->cap : 64;
        ScopeRoot *at = reallocarray(to->at, cap, sizeof(*at));

        if (!at)
            return -ENOMEM;
        to->at = at;
        to->cap = cap;
    }
    to->at[to->n] = (ScopeRoot){arena_text(a, span_of(path)), cross};
    return to->at[to->n++].path ? 0 : -ENOMEM;
}

static int roots_of_profile(const char *file, Arena *a, Roots *to, size_t *wrong) {
    Profile p;
    int r = profile_read(file, NULL, &p);

    if (r == -ENOMEM)
        return r;
    if (r < 0) {
        (*wrong)++;
        return 0;
    }
    for (size_t i = 0; i < p.roots.n && r == 0; i++)
        r = roots_add(to, a, p.roots.at[i], p.cross_filesystems);
    profile_done(&p);
    return r;
}

int places_find(const terrier_schedule_options *o, Arena *a, Error *reterr, ScopePlace **ret,
                size_t *ret_n, size_t *ret_wrong) {
    const ScopeFiles files = {o->mounts, o->exports, o->exports_directory, o->samba};
    Roots roots = {0};
    Texts profiles = {0};
    size_t wrong = 0;
    int r = profile_list(o->directory ? o->directory : PROFILE_DIRECTORY, a, reterr, &profiles);

    for (size_t i = 0; i < profiles.n && r == 0; i++)
        r = roots_of_profile(profiles.at[i], a, &roots, &wrong);
    if (r == 0)
        r = scope_find(&files, roots.at, roots.n, a, reterr, ret, ret_n);
    if (ret_wrong)
        *ret_wrong = wrong;
    free(roots.at);
    return r;
}

/* ---- terrier_schedule_scope ---- */

static void print_place(Writer *w, const char *word, const ScopePlace *p) {
    char kind[128];

    scope_print_kind(p, kind, sizeof(kind));
    writer_printf(w, "%-12s ", word);
    writer_name(w, span_of(p->path));
    writer_text(w, "  ");
    writer_name(w, span_of(kind));
    writer_text(w, "\n");
}

static size_t print_cover(Writer *w, const char *word, PlaceCover cover, const ScopePlace *places,
                          size_t n) {
    size_t printed = 0;

    for (size_t i = 0; i < n; i++) {
        if (places[i].cover != cover)
            continue;
        print_place(w, word, &places[i]);
        printed++;
    }
    return printed;
}

int terrier_schedule_scope(const terrier_schedule_options *options, terrier_write write, void *of,
                           size_t *ret_uncovered, terrier_error *error) {
    _cleanup_(arena_done) Arena a = {0};
    Writer w = writer_of(write, of);
    ScopePlace *places = NULL;
    size_t n = 0, wrong = 0;
    Error e = {0};
    int r = places_find(options, &a, &e, &places, &n, &wrong);

    *ret_uncovered = 0;
    if (r == 0) {
        if (wrong)
            writer_printf(&w, "%zu profiles are wrong and cover nothing: terrier schedule list\n",
                          wrong);
        *ret_uncovered = print_cover(&w, "NOT COVERED", COVER_NONE, places, n);
        print_cover(&w, "in part", COVER_PART, places, n);
        print_cover(&w, "covered", COVER_WHOLE, places, n);
    }
    r = writer_close(&w, r, &e);
    return error_out(r, &e, error);
}
