/*
 * Matcher: see matcher.h.
 *
 * A window: the keyword stage over all of it; then, chunk by chunk, bitmaps, digit groups, runs and
 * forms, each stage into a list of its own; then the lists are merged and overlaps decided. A chunk
 * evaluates candidates that start up to EVALUATE bytes beside what it owns, because they may
 * overlap an owned one; it passes on only its own.
 */
#include "detect/matcher.h"

#include "base/sketch.h"
#include "detect/bytes.h"
#include "detect/candidate.h"
#include "detect/confirm.h"
#include "detect/digits.h"
#include "detect/token.h"

enum { EVALUATE = 512 };

typedef enum Stage {
    STAGE_DIGITS,
    STAGE_RUNS,
    STAGE_EMAIL,
    STAGE_IBAN,
    STAGE_COLON,
    STAGE_DASH,
    STAGE_PLUS,
    STAGE_BITCOIN,
    STAGE_KEYWORD,
    N_STAGES,
} Stage;

struct Matcher {
    const Engine *engine;
    Confirm *confirm;
    HitList lists[N_STAGES], all;
    uint64_t newlines; /* in the owned bytes of the chunks before this one */
    size_t chunk;      /* offset of the current chunk's bitmap in the window */
    size_t own_lo;     /* of the current chunk, in its bitmap */
    ContextCache context;
    Bitmap bitmap;
    Groups groups;
};

Matcher *matcher_free(Matcher *m) {
    if (!m)
        return NULL;
    confirm_free(m->confirm);
    for (size_t i = 0; i < N_STAGES; i++)
        hits_done(&m->lists[i]);
    hits_done(&m->all);
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

/* ---- runs of letters and digits ---- */

static void run_judge(Judge *j, const RunRule *rule, size_t start, HitList *list) {
    if (start >= rule->layout->anchor)
        candidate_layout(j, rule->match, start - rule->layout->anchor, list);
}

static void run_look_up(Judge *j, size_t start, size_t length, HitList *list) {
    const Runs *runs = &j->engine->runs;
    const Bitmap *b = j->bitmap;
    uint64_t ones = (UINT64_C(1) << length) - 1, digits = bitmap_from(b->digit, start) & ones;

    if (((bitmap_from(b->upper, start) & ones) | digits) != ones)
        return; /* lower-case letters: no identifier of this kind */
    for (int32_t i = runs->slots[runs_slot(runs, digits, length)]; i >= 0;
         i = runs->rules[i].next) {
        if (runs->rules[i].mask == digits && runs->rules[i].length == length)
            run_judge(j, &runs->rules[i], start, list);
    }
    for (int32_t i = runs->any[length]; i >= 0; i = runs->rules[i].next)
        run_judge(j, &runs->rules[i], start, list);
}

static void scan_runs(Judge *j, size_t lo, size_t hi, HitList *list) {
    const Bitmap *b = j->bitmap;
    uint64_t lengths = j->engine->runs.lengths;
    size_t behind = 0;

    for (size_t i = 0; i < b->words; i++) {
        for (uint64_t bits = b->mixed[i]; bits; bits &= bits - 1) {
            size_t at = i * 64 + (size_t)__builtin_ctzll(bits), start, end;

            if (at < behind)
                continue;
            if (!run_around(b, at, RUN_MAX, &start, &end)) {
                behind = end;
                continue;
            }
            behind = end;
            if (start >= lo && start < hi && (lengths >> (end - start) & 1))
                run_look_up(j, start, end - start, list);
        }
    }
}

/* ---- forms, each from its anchor bits ---- */

/* Tries a form at an anchor; its end in the chunk, or 0 if nothing stands there. */
static size_t form_try(Judge *j, FormKind kind, size_t anchor, HitList *list) {
    const Engine *e = j->engine;
    _uninitialized_ FormHit f;

    if (!form_find(kind)(j->bitmap->text, j->bitmap->n, anchor, &f))
        return 0;
    for (size_t i = 0; i < e->n_form_matches[kind]; i++) {
        candidate_judge(j,
                        &(Candidate){.start = f.start,
                                     .end = f.end,
                                     .match = e->form_matches[kind][i],
                                     .canon = span(f.canon, f.n),
                                     .form = f.evidence,
                                     .why_form = f.why},
                        list);
    }
    return f.end;
}

static void scan_anchors(Judge *j, FormKind kind, const uint64_t *bits, size_t lo, size_t hi,
                         HitList *list) {
    if (!j->engine->n_form_matches[kind])
        return;
    for (size_t i = lo / 64; i * 64 < hi; i++) {
        for (uint64_t word = bits[i]; word; word &= word - 1)
            form_try(j, kind, i * 64 + (size_t)__builtin_ctzll(word), list);
    }
}

/* Word i of the bits moved down by n < 64: bit k is the bit at k + n. */
static inline uint64_t ahead(const uint64_t *bits, size_t i, unsigned n) {
    return bits[i] >> n | bits[i + 1] << (64 - n);
}

static inline uint64_t behind_by(const uint64_t *bits, size_t i, unsigned n) {
    return bits[i] << n | (i ? bits[i - 1] >> (64 - n) : 0);
}

/* Marks at distances 0, 3, 6, 9, 12: between the pairs of a MAC address. */
static inline uint64_t mac_anchors(const uint64_t *bits, size_t i) {
    return bits[i] & ahead(bits, i, 3) & ahead(bits, i, 6) & ahead(bits, i, 9) & ahead(bits, i, 12);
}

/* IPv6 from each of the first colons of a chain, until one of them is the address's. */
static void ipv6_try(Judge *j, size_t colon, HitList *list) {
    const Bitmap *b = j->bitmap;

    for (int tries = 0; tries < 3; tries++) {
        uint64_t next = bitmap_from(b->colon, colon + 1) & 0x1f;

        if (form_try(j, FORM_IPV6, colon, list) || !next)
            return;
        colon += 1 + (size_t)__builtin_ctzll(next);
    }
}

static void scan_colons(Judge *j, size_t lo, size_t hi, HitList *list) {
    const Bitmap *b = j->bitmap;
    bool mac = j->engine->n_form_matches[FORM_MAC], ipv6 = j->engine->n_form_matches[FORM_IPV6];

    for (size_t i = lo / 64; i * 64 < hi; i++) {
        uint64_t near_after = 0, near_before = 0;

        if (!b->colon[i])
            continue;
        for (uint64_t bits = mac ? mac_anchors(b->colon, i) : 0; bits; bits &= bits - 1)
            form_try(j, FORM_MAC, i * 64 + (size_t)__builtin_ctzll(bits), list);
        for (unsigned n = 1; n <= 5; n++) {
            near_after |= ahead(b->colon, i, n);
            near_before |= behind_by(b->colon, i, n);
        }
        for (uint64_t bits = ipv6 ? b->colon[i] & near_after & ~near_before : 0; bits;
             bits &= bits - 1)
            ipv6_try(j, i * 64 + (size_t)__builtin_ctzll(bits), list);
    }
}

static void scan_dashes(Judge *j, size_t lo, size_t hi, HitList *list) {
    const Bitmap *b = j->bitmap;
    bool mac = j->engine->n_form_matches[FORM_MAC], uuid = j->engine->n_form_matches[FORM_UUID];

    for (size_t i = lo / 64; i * 64 < hi; i++) {
        uint64_t bits;

        if (!b->dash[i])
            continue;
        for (bits = mac ? mac_anchors(b->dash, i) : 0; bits; bits &= bits - 1)
            form_try(j, FORM_MAC, i * 64 + (size_t)__builtin_ctzll(bits), list);
        bits = b->dash[i] & ahead(b->dash, i, 5) & ahead(b->dash, i, 10) & ahead(b->dash, i, 15);
        for (bits = uuid ? bits : 0; bits; bits &= bits - 1)
            form_try(j, FORM_UUID, i * 64 + (size_t)__builtin_ctzll(bits), list);
    }
}

/* Are the bytes from `at` on a run of at least BITCOIN_RUN letters and digits? */
static inline bool is_long_run(const Bitmap *b, size_t at) {
    enum { BITCOIN_RUN = 26 };

    return (~bitmap_from(b->alnum, at) & ((UINT64_C(1) << BITCOIN_RUN) - 1)) == 0;
}

/* Long runs that start with 1 or 3 (base58), or with bc1 (bech32). */
static void scan_bitcoin(Judge *j, size_t lo, size_t hi, HitList *list) {
    const Bitmap *b = j->bitmap;

    if (!j->engine->n_form_matches[FORM_BITCOIN])
        return;
    for (size_t i = lo / 64; i * 64 < hi; i++) {
        uint64_t bits =
            b->digit[i] & ahead(b->alnum, i, 1) & ahead(b->alnum, i, 12) & ahead(b->alnum, i, 22);

        /* the first byte of its run, or the third, behind two letters */
        bits &=
            ~behind_by(b->alnum, i, 1) |
            (~behind_by(b->digit, i, 1) & behind_by(b->alnum, i, 2) & ~behind_by(b->alnum, i, 3));
        for (; bits; bits &= bits - 1) {
            size_t at = i * 64 + (size_t)__builtin_ctzll(bits);

            if (at && byte_is_letter(b->text[at - 1]))
                at -= 2;
            else if (b->text[at] != '1' && b->text[at] != '3')
                continue;
            if (is_long_run(b, at))
                form_try(j, FORM_BITCOIN, at, list);
        }
    }
}

static void plus_try(Judge *j, size_t at, HitList *list) {
    const Engine *e = j->engine;
    const uint8_t *text = j->bitmap->text;

    if (e->n_form_matches[FORM_PHONE] && at + 1 < j->bitmap->n &&
        (byte_is_digit(text[at + 1]) || text[at + 1] == '('))
        form_try(j, FORM_PHONE, at, list);
    for (size_t i = 0; at && byte_is_digit(text[at - 1]) && i < e->n_plus_matches; i++) {
        size_t anchor = e->matches[e->plus_matches[i]].layout->anchor;

        if (at >= anchor)
            candidate_layout(j, e->plus_matches[i], at - anchor, list);
    }
}

static void scan_pluses(Judge *j, size_t lo, size_t hi, HitList *list) {
    for (size_t i = lo / 64; i * 64 < hi; i++) {
        for (uint64_t bits = j->bitmap->plus[i]; bits; bits &= bits - 1)
            plus_try(j, i * 64 + (size_t)__builtin_ctzll(bits), list);
    }
}

/* ---- keywords: confirmed for the whole window, judged with the chunk they start in ---- */

/* One character over and over, or two: a placeholder, whatever the rule's list says. */
static bool is_filler(Span value) {
    uint8_t first = value.at[0], second = first;

    for (size_t i = 1; i < value.n; i++) {
        if (value.at[i] != first && value.at[i] != second) {
            if (second != first)
                return false;
            second = value.at[i];
        }
    }
    return value.n > 3;
}

static void keyword_judge(Judge *j, const Confirmed *c, HitList *list) {
    const Engine *e = j->engine;
    uint16_t match = e->patterns[c->pattern].match;
    const Match *rule = e->matches[match].rule;
    size_t start = c->value_start - j->base, end = c->value_end - j->base;
    Span value;

    /* a value longer than what the chunk shows is judged by its beginning */
    value = span(j->bitmap->text + start, (end < j->bitmap->n ? end : j->bitmap->n) - start);
    if (rule->entropy > 0 && (value_entropy(value) < rule->entropy || is_filler(value))) {
        candidate_drop(j, start, end, match, VERDICT_STOP);
        return;
    }
    candidate_judge(j, &(Candidate){.start = start, .end = end, .match = match, .canon = value},
                    list);
}

/* Those whose value starts in [lo, hi) of the chunk; *next is the first not yet behind. */
static void scan_keywords(Judge *j, const Confirmed *found, size_t n, size_t *next, size_t lo,
                          size_t hi, HitList *list) {
    while (*next < n && found[*next].value_start < j->base + lo)
        ++*next;
    for (size_t i = *next; i < n && found[i].value_start < j->base + hi; i++)
        keyword_judge(j, &found[i], list);
}

/* ---- a chunk ---- */

static size_t least(size_t a, size_t b) {
    return a < b ? a : b;
}

static void chunk_stages(Matcher *m, Judge *j, size_t lo, size_t hi) {
    HitList *l = m->lists;

    for (size_t i = 0; i < N_STAGES; i++)
        l[i].n = 0;
    groups_find(&m->bitmap, &m->groups);
    digits_scan(j, &m->groups, lo, hi, &l[STAGE_DIGITS]);
    scan_runs(j, lo, hi, &l[STAGE_RUNS]);
    scan_anchors(j, FORM_EMAIL, m->bitmap.at, lo, hi, &l[STAGE_EMAIL]);
    scan_anchors(j, FORM_IBAN, m->bitmap.iban, lo, hi, &l[STAGE_IBAN]);
    scan_colons(j, lo, hi, &l[STAGE_COLON]);
    scan_dashes(j, lo, hi, &l[STAGE_DASH]);
    scan_pluses(j, lo, hi, &l[STAGE_PLUS]);
    scan_bitcoin(j, lo, hi, &l[STAGE_BITCOIN]);
}

typedef struct Cut {
    size_t from, lo, hi, to; /* in the window: bitmap from, owned [lo, hi), bitmap to */
} Cut;

/* Bitmaps start at a multiple of 64 from the window's start only by chance: nothing depends on it.
 */
static Cut chunk_cut(const Window *w, size_t lo) {
    Cut c = {.lo = lo, .hi = least(lo + BITMAP_CHUNK, w->hi)};

    c.from = lo > BITMAP_MARGIN ? lo - BITMAP_MARGIN : 0;
    c.to = least(c.hi + BITMAP_MARGIN, w->n);
    return c;
}

int matcher_scan(Matcher *m, const Window *w, const MatcherSink *sink) {
    const Confirmed *found = NULL;
    size_t n_found = 0, next = 0;
    size_t from = w->lo > EVALUATE ? w->lo - EVALUATE : 0;
    int r = 0;

    m->newlines = 0;
    if (m->engine->n_patterns)
        r = confirm_scan(m->confirm, w, from, least(w->hi + EVALUATE, w->n), &found, &n_found);
    for (size_t lo = w->lo; lo < w->hi && r != -ENOMEM; lo += BITMAP_CHUNK) {
        Cut c = chunk_cut(w, lo);
        size_t own_lo = c.lo - c.from, own_hi = c.hi - c.from;
        size_t eval_lo = own_lo > EVALUATE ? own_lo - EVALUATE : 0;
        size_t eval_hi = least(own_hi + EVALUATE, c.to - c.from);
        Judge j = {.engine = m->engine,
                   .sink = sink,
                   .bitmap = &m->bitmap,
                   .context = &m->context,
                   .base = c.from,
                   .own_lo = own_lo,
                   .own_hi = own_hi};
        Owned owned = {.lo = c.lo, .hi = c.hi, .matcher = m, .window = w, .sink = sink};

        m->chunk = c.from;
        m->own_lo = own_lo;
        m->engine->build(&m->bitmap, w->text + c.from, c.to - c.from);
        context_reset(&m->context, &m->bitmap);
        chunk_stages(m, &j, eval_lo, eval_hi);
        scan_keywords(&j, found, n_found, &next, eval_lo, eval_hi, &m->lists[STAGE_KEYWORD]);
        hits_resolve(m->lists, N_STAGES, &m->all, &owned);
        m->newlines += bitmap_count(m->bitmap.newline, own_lo, own_hi);
        if (m->all.failed)
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
