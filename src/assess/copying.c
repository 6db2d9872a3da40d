/*
 * Copying: see copying.h.
 *
 * Files come in order of path, so all that is beneath a directory comes in one piece, and a stack
 * of the directories above the file at hand is enough. What was suspected is kept by a hash of its
 * path, in a table that is sorted once. Two directories of one hash would share their spans, which
 * can only make a verdict more careful.
 */
#include "assess/copying.h"

#include <xxhash.h>

#include "base/buf.h"
#include "classify/age.h"
#include "model/unit.h"

#define NS_PER_MINUTE INT64_C(60000000000)

typedef struct Suspect {
    uint64_t directory;
    int64_t from, to;
} Suspect;

struct Copying {
    Suspect *at;
    size_t n, room;
};

/* A directory above the file at hand. */
typedef struct Level {
    size_t path_n; /* of the path at hand */
    int64_t *times;
    size_t n, room;
} Level;

typedef struct Walk {
    Copying *to;
    Buf root, path; /* of the deepest directory that is open */
    Level *levels;
    size_t n, room;
} Walk;

static uint64_t directory_hash(Span root, Span directory) {
    return XXH3_64bits_withSeed(directory.at, directory.n, XXH3_64bits(root.at, root.n));
}

static Span directory_of(Span path) {
    Span name = path_name(path);

    return span(path.at, path.n - name.n);
}

/* ---- a directory ---- */

static int time_cmp(const void *a, const void *b) {
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return x < y ? -1 : x > y;
}

bool copying_span(int64_t *times, size_t n, int64_t *ret_from, int64_t *ret_to) {
    size_t best = 0, first = 0;

    if (n < COPYING_LEAST)
        return false;
    qsort(times, n, sizeof(*times), time_cmp);
    for (size_t from = 0, to = 0; to < n; to++) {
        while (times[to] - times[from] > COPYING_MINUTES * NS_PER_MINUTE)
            from++;
        if (to - from + 1 > best) {
            best = to - from + 1;
            first = from;
        }
    }
    if (best < COPYING_LEAST || best * 2 < n)
        return false;
    *ret_from = times[first];
    *ret_to = times[first + best - 1];
    return true;
}

static int level_close(Walk *w) {
    Level *l = &w->levels[w->n - 1];
    Copying *c = w->to;
    int64_t from, to;

    if (copying_span(l->times, l->n, &from, &to)) {
        if (c->n == c->room) {
            size_t room = c->room ? 2 * c->room : 64;
            Suspect *at = reallocarray(c->at, room, sizeof(*at));

            if (!at)
                return -ENOMEM;
            c->at = at;
            c->room = room;
        }
        c->at[c->n++] =
            (Suspect){directory_hash(buf_as_span(&w->root), span(w->path.at, l->path_n)), from, to};
    }
    l->n = 0;
    w->n--;
    return 0;
}

static int level_open(Walk *w, size_t path_n) {
    if (w->n == w->room) {
        size_t room = w->room ? 2 * w->room : 16;
        Level *at = reallocarray(w->levels, room, sizeof(*at));

        if (!at)
            return -ENOMEM;
        memset(at + w->room, 0, (room - w->room) * sizeof(*at));
        w->levels = at;
        w->room = room;
    }
    w->levels[w->n++].path_n = path_n;
    return 0;
}

static int level_note(Level *l, int64_t time) {
    if (l->n == COPYING_FILES_MAX)
        return 0;
    if (l->n == l->room) {
        size_t room = l->room ? 2 * l->room : 16;
        int64_t *times = reallocarray(l->times, room, sizeof(*times));

        if (!times)
            return -ENOMEM;
        l->times = times;
        l->room = room;
    }
    l->times[l->n++] = time;
    return 0;
}

/* ---- the files of a run ---- */

/* Closes what the directory is not beneath, opens it if it is not the one at hand. */
static int walk_to(Walk *w, Span root, Span directory) {
    int r = 0;

    while (r == 0 && w->n &&
           (!span_eq(buf_as_span(&w->root), root) ||
            !span_starts(directory, span(w->path.at, w->levels[w->n - 1].path_n))))
        r = level_close(w);
    if (r < 0 || (w->n && w->levels[w->n - 1].path_n == directory.n))
        return r;
    buf_clear(&w->root);
    buf_span(&w->root, root);
    buf_clear(&w->path);
    buf_span(&w->path, directory);
    r = buf_error(&w->root) < 0 ? -ENOMEM : buf_error(&w->path);
    return r < 0 ? r : level_open(w, directory.n);
}

/* Its time of last change shows youth by itself, or an age that no copying gives. */
static bool shows(const Sighting *s) {
    AgeFacts f = {0};

    age_add_file(&f, s->mtime, s->btime, INT32_MAX);
    return !f.n || f.at[0].source != DATING_FS_MTIME || f.at[0].young < 4;
}

static int walk_files(Walk *w, SightingCursor *files, Error *reterr) {
    Sighting s;
    int r;

    while ((r = sighting_cursor_step(files, reterr, &s)) > 0) {
        r = shows(&s) ? 0 : walk_to(w, s.root, directory_of(s.path));
        if (r == 0 && !shows(&s))
            r = level_note(&w->levels[w->n - 1], s.mtime);
        if (r < 0)
            return r;
    }
    while (r == 0 && w->n)
        r = level_close(w);
    return r;
}

static int suspect_cmp(const void *a, const void *b) {
    const Suspect *x = a, *y = b;

    return x->directory < y->directory ? -1 : x->directory > y->directory;
}

int copying_find(Store *s, int64_t run, Error *reterr, Copying **ret) {
    _cleanup_(copying_freep) Copying *c = calloc(1, sizeof(*c));
    _cleanup_(sighting_cursor_closep) SightingCursor *files = NULL;
    Walk w = {.to = c};
    int r = c ? sighting_cursor_open_files(s, run, reterr, &files) : -ENOMEM;

    if (r == 0)
        r = walk_files(&w, files, reterr);
    for (size_t i = 0; i < w.room; i++)
        free(w.levels[i].times);
    free(w.levels);
    buf_done(&w.root);
    buf_done(&w.path);
    if (r < 0)
        return r;
    if (c->n)
        qsort(c->at, c->n, sizeof(*c->at), suspect_cmp);
    *ret = TAKE(c);
    return 0;
}

bool copying_has(const Copying *c, Span root, Span path, int64_t mtime) {
    uint64_t directory = directory_hash(root, directory_of(path));
    size_t lo = 0, hi = c->n;

    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;

        if (c->at[mid].directory < directory)
            lo = mid + 1;
        else
            hi = mid;
    }
    for (; lo < c->n && c->at[lo].directory == directory; lo++) {
        if (mtime >= c->at[lo].from && mtime <= c->at[lo].to)
            return true;
    }
    return false;
}

Copying *copying_free(Copying *c) {
    if (c)
        free(c->at);
    free(c);
    return NULL;
}
