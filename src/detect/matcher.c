/*
 * Matcher: see matcher.h.
 *
 * A window: the keyword stage over all of it; then, chunk by chunk, bitmaps, one pass over their
 * anchors, and overlaps decided. A chunk evaluates candidates that start up to EVALUATE bytes
 * beside what it owns, because they may overlap an owned one; it passes on only its own.
 */
#include "detect/matcher.h"

#include "detect/anchor.h"
#include "detect/bytes.h"
#include "detect/token.h"

enum { EVALUATE = 512 };

struct Matcher {
    const Engine *engine;
    Confirm *confirm;
    AllowHand *allow;  /* NULL: nothing is allowed */
    HitList hits;      /* of the current chunk */
    uint64_t newlines; /* in the owned bytes of the chunks before this one */
    size_t chunk;      /* offset of the current chunk's bitmap in the window */
    size_t own_lo;     /* of the current chunk, in its bitmap */
    ContextCache context;
    Bitmap bitmap;
    uint64_t starts[BITMAP_WORDS]; /* of digit groups */
};

Matcher *matcher_free(Matcher *m) {
    if (!m)
        return NULL;
    confirm_free(m->confirm);
    allow_hand_free(m->allow);
    hits_done(&m->hits);
    free(m);
    return NULL;
}

int matcher_new(const Engine *engine, Matcher **ret) {
    _cleanup_(matcher_freep) Matcher *m = calloc(1, sizeof(*m));
    int r;

    if (!m)
        return -ENOMEM;
    m->engine = engine;
    m->context.words = engine->words;
    r = confirm_new(engine, &m->confirm);
    if (r == 0)
        r = allow_hand_new(engine->allow, &m->allow);
    if (r < 0)
        return r;
    *ret = TAKE(m);
    return 0;
}

const Engine *matcher_engine(const Matcher *m) {
    return m->engine;
}

uint64_t matcher_newlines_before(const Matcher *m, size_t at) {
    return m->newlines + bitmap_count(m->bitmap.newline, m->own_lo, at - m->chunk);
}

uint64_t matcher_newlines(const Matcher *m) {
    return m->newlines;
}

/* ---- a chunk ---- */

static size_t least(size_t a, size_t b) {
    return a < b ? a : b;
}

typedef struct Cut {
    size_t from, lo, hi, to; /* in the window: bitmap from, owned [lo, hi), bitmap to */
} Cut;

/* Chunks start at a multiple of 64 from the text's start only by chance: nothing depends on it. */
static Cut chunk_cut(const Window *w, size_t lo) {
    Cut c = {.lo = lo, .hi = least(lo + BITMAP_CHUNK, w->hi)};

    c.from = lo > BITMAP_MARGIN ? lo - BITMAP_MARGIN : 0;
    c.to = least(c.hi + BITMAP_MARGIN, w->n);
    return c;
}

/* Keywords of the whole window, in order of value_start; next is the first not yet behind. */
typedef struct Found {
    const Confirmed *at;
    size_t n, next;
} Found;

/* Those whose value starts in [lo, hi) of the window. */
static Found found_between(Found *f, size_t lo, size_t hi) {
    Found some;

    while (f->next < f->n && f->at[f->next].value_start < lo)
        f->next++;
    some = (Found){.at = f->at + f->next};
    while (f->next + some.n < f->n && some.at[some.n].value_start < hi)
        some.n++;
    return some;
}

static void chunk_scan(Matcher *m, const Window *w, const MatcherSink *sink, const Cut *c,
                       Found *found) {
    size_t own_lo = c->lo - c->from, own_hi = c->hi - c->from;
    Judge j = {.engine = m->engine,
               .sink = sink,
               .bitmap = &m->bitmap,
               .context = &m->context,
               .hits = &m->hits,
               .base = c->from,
               .eval_lo = own_lo > EVALUATE ? own_lo - EVALUATE : 0,
               .eval_hi = least(own_hi + EVALUATE, c->to - c->from),
               .own_lo = own_lo,
               .own_hi = own_hi};
    Owned owned = {.lo = c->lo, .hi = c->hi, .matcher = m, .window = w, .sink = sink};
    Found keywords = found_between(found, c->from + j.eval_lo, c->from + j.eval_hi);

    m->chunk = c->from;
    m->own_lo = own_lo;
    m->hits.n = 0;
    m->engine->build(&m->bitmap, w->text + c->from, c->to - c->from);
    context_reset(&m->context, &m->bitmap, w->columns, c->from);
    starts_find(&m->bitmap, m->starts);
    anchors_scan(&j, m->starts, keywords.at, keywords.n);
    hits_resolve(&m->hits, &owned);
    m->newlines += bitmap_count(m->bitmap.newline, own_lo, own_hi);
}

int matcher_scan(Matcher *m, const Window *w, const MatcherSink *sink) {
    size_t from = w->lo > EVALUATE ? w->lo - EVALUATE : 0;
    Found found = {0};
    int r = 0;

    m->newlines = 0;
    if (m->engine->n_patterns)
        r = confirm_scan(m->confirm, w, from, least(w->hi + EVALUATE, w->n), &found.at, &found.n);
    for (size_t lo = w->lo; lo < w->hi && r != -ENOMEM; lo += BITMAP_CHUNK) {
        Cut cut = chunk_cut(w, lo);

        chunk_scan(m, w, sink, &cut, &found);
        if (m->hits.failed)
            r = -ENOMEM;
    }
    return r;
}

/* ---- canonical forms ---- */

static size_t anchor_of(FormKind kind, const Window *w, const Hit *hit) {
    static const char marks[N_FORMS] = {[FORM_EMAIL] = '@', [FORM_IPV6] = ':', [FORM_UUID] = '-'};
    const uint8_t *at;

    switch (kind) {
    case FORM_IBAN:
    case FORM_MAC:
        return (size_t)hit->start + 2;
    case FORM_EMAIL:
    case FORM_IPV6:
    case FORM_UUID:
        at = memchr(w->text + hit->start, marks[kind], hit->end - hit->start);
        return at ? (size_t)(at - w->text) : hit->start;
    default:
        return hit->start;
    }
}

size_t hit_canonical(const Engine *e, const Window *w, const Hit *hit, char *ret, size_t cap) {
    const EngineMatch *m = &e->matches[hit->match];
    Span value = span(w->text + hit->start, hit->end - hit->start);
    size_t n = 0;
    FormHit f;

    if (m->form >= 0 &&
        form_find((FormKind)m->form)(w->text, w->n, anchor_of((FormKind)m->form, w, hit), &f)) {
        n = least(f.n, cap);
        memcpy(ret, f.canon, n);
        return n;
    }
    for (size_t i = 0; i < value.n && n < cap; i++) {
        if (m->pattern >= 0)
            ret[n++] = (char)value.at[i];
        else if (byte_is_alnum(value.at[i]))
            ret[n++] = (char)byte_raise(value.at[i]);
    }
    return n;
}

/* ---- what is not to be reported ---- */

typedef struct HitText {
    const Engine *engine;
    const Window *window;
    const Hit *hit;
} HitText;

/* AllowQuestion.canonical */
static size_t canonical_of(void *of, char *ret, size_t cap) {
    const HitText *t = of;

    return hit_canonical(t->engine, t->window, t->hit, ret, cap);
}

int matcher_allows(const Matcher *m, const Window *w, const MatcherSink *sink, const Hit *hit) {
    HitText text = {m->engine, w, hit};

    if (!m->allow || !sink->allow)
        return -1;
    return allow_find(m->allow, sink->allow,
                      &(AllowQuestion){.detector = hit->detector,
                                       .value = span(w->text + hit->start, hit->end - hit->start),
                                       .canonical = canonical_of,
                                       .of = &text});
}
