/* Allow: see allow.h. */
#include "detect/allow.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <xxhash.h>

#include "model/finding.h"

enum {
    ALLOW_MATCH_LIMIT = 20000,
    ALLOW_CACHE = 4096, /* answers about tokens that a thread remembers; a power of two */
};

struct AllowSet {
    const Rules *rules;
    pcre2_code **codes;   /* of all entries' values, one behind the other */
    uint32_t *first_code; /* by entry; one more at the end */
    uint16_t *entries;    /* of each detector, one behind the other */
    uint32_t *first;      /* by detector; one more at the end */
    bool paths;           /* some entry names some */
};

AllowSet *allow_set_free(AllowSet *s) {
    if (!s)
        return NULL;
    for (size_t i = 0; s->codes && s->first_code && i < s->first_code[s->rules->n_allows]; i++)
        pcre2_code_free(s->codes[i]);
    free(s->codes);
    free(s->first_code);
    free(s->entries);
    free(s->first);
    free(s);
    return NULL;
}

static int value_compile(const AllowEntry *e, const char *text, Error *reterr, pcre2_code **ret) {
    PCRE2_UCHAR why[128] = "";
    PCRE2_SIZE at;
    int code;

    *ret = pcre2_compile((PCRE2_SPTR)text, PCRE2_ZERO_TERMINATED,
                         PCRE2_NEVER_BACKSLASH_C | PCRE2_NEVER_UTF | PCRE2_NEVER_UCP, &code, &at,
                         NULL);
    if (*ret)
        return 0;
    pcre2_get_error_message(code, why, sizeof(why));
    return error_set(reterr, -EINVAL, "%s:%u:%u: value: at character %zu: %s", e->mark.file,
                     e->mark.line, e->mark.col, (size_t)at, (const char *)why);
}

static int compile_values(AllowSet *s, Error *reterr) {
    const Rules *rules = s->rules;
    size_t n = 0;
    int r = 0;

    for (size_t i = 0; i < rules->n_allows; i++)
        n += rules->allows[i].values.n;
    s->codes = calloc(n + 1, sizeof(*s->codes));
    s->first_code = calloc(rules->n_allows + 1, sizeof(*s->first_code));
    if (!s->codes || !s->first_code)
        return -ENOMEM;
    n = 0;
    for (size_t i = 0; i < rules->n_allows && r == 0; i++) {
        const AllowEntry *e = &rules->allows[i];

        for (size_t k = 0; k < e->values.n && r == 0; k++)
            r = value_compile(e, e->values.at[k], reterr, &s->codes[n++]);
        s->first_code[i + 1] = (uint32_t)n;
    }
    for (size_t i = 1; i <= rules->n_allows; i++) { /* those behind a failure have none */
        if (s->first_code[i] < s->first_code[i - 1])
            s->first_code[i] = s->first_code[i - 1];
    }
    return r;
}

static bool in_force(const AllowEntry *e, const Detector *d) {
    return !e->expired && allow_has_type(e, d->id, d->category->id);
}

/* Which entries are for which detector. */
static int list_entries(AllowSet *s) {
    const Rules *rules = s->rules;
    size_t n = 0, cap = 0;

    s->first = calloc(rules->n + 1, sizeof(*s->first));
    if (!s->first)
        return -ENOMEM;
    for (size_t d = 0; d < rules->n; d++) {
        for (size_t i = 0; i < rules->n_allows; i++) {
            if (!in_force(&rules->allows[i], &rules->detectors[d]))
                continue;
            if (n == cap) {
                uint16_t *at = reallocarray(s->entries, cap = cap ? 2 * cap : 256, sizeof(*at));

                if (!at)
                    return -ENOMEM;
                s->entries = at;
            }
            s->entries[n++] = (uint16_t)i;
            s->paths |= rules->allows[i].paths.n > 0;
        }
        s->first[d + 1] = (uint32_t)n;
    }
    return n ? 0 : -ENOENT;
}

int allow_set_new(const Rules *rules, Error *reterr, AllowSet **ret) {
    _cleanup_(allow_set_freep) AllowSet *s = NULL;
    int r;

    *ret = NULL;
    if (!rules->n_allows)
        return 0;
    s = calloc(1, sizeof(*s));
    if (!s)
        return -ENOMEM;
    s->rules = rules;
    r = compile_values(s, reterr);
    if (r == 0)
        r = list_entries(s);
    if (r < 0)
        return r == -ENOENT ? 0 : r;
    *ret = TAKE(s);
    return 0;
}

bool allow_has_paths(const AllowSet *s) {
    return s && s->paths;
}

void allow_view_path(const AllowSet *s, AllowView *v, Span path) {
    memset(v->paths, 0, sizeof(v->paths));
    for (size_t i = 0; s && i < s->rules->n_allows; i++) {
        if (allow_has_path(&s->rules->allows[i], path))
            v->paths[i / 64] |= UINT64_C(1) << (i % 64);
    }
}

/* ---- one thread's ---- */

typedef struct Remembered {
    uint64_t hash;
    uint32_t token;
} Remembered;

struct AllowHand {
    const AllowSet *set;
    pcre2_match_data *data;
    pcre2_match_context *context;
    Remembered *cache;
};

AllowHand *allow_hand_free(AllowHand *h) {
    if (!h)
        return NULL;
    pcre2_match_data_free(h->data);
    pcre2_match_context_free(h->context);
    free(h->cache);
    free(h);
    return NULL;
}

int allow_hand_new(const AllowSet *s, AllowHand **ret) {
    _cleanup_(allow_hand_freep) AllowHand *h = NULL;

    *ret = NULL;
    if (!s)
        return 0;
    h = calloc(1, sizeof(*h));
    if (!h)
        return -ENOMEM;
    h->set = s;
    h->data = pcre2_match_data_create(1, NULL);
    h->context = pcre2_match_context_create(NULL);
    h->cache = calloc(ALLOW_CACHE, sizeof(*h->cache));
    if (!h->data || !h->context || !h->cache)
        return -ENOMEM;
    pcre2_set_match_limit(h->context, ALLOW_MATCH_LIMIT);
    pcre2_set_depth_limit(h->context, 1000);
    *ret = TAKE(h);
    return 0;
}

static bool has_value(const AllowHand *h, size_t entry, Span value) {
    const AllowSet *s = h->set;

    for (uint32_t i = s->first_code[entry]; i < s->first_code[entry + 1]; i++) {
        if (pcre2_match(s->codes[i], value.at, value.n, 0, 0, h->data, h->context) >= 0)
            return true;
    }
    return false;
}

/* The token's number of the value, asked for once as long as it is remembered. */
static uint32_t token_of(AllowHand *h, const AllowView *v, const AllowQuestion *q) {
    char canonical[FINDING_VALUE_MAX];
    size_t n = q->canonical(q->of, canonical, sizeof(canonical));
    uint64_t hash = XXH3_64bits_withSeed(canonical, n, q->detector) | 1;
    Remembered *known = &h->cache[(hash >> 1) & (ALLOW_CACHE - 1)];

    if (known->hash != hash)
        *known = (Remembered){hash, v->token(v->of, q->detector, span(canonical, n))};
    explicit_bzero(canonical, n);
    return known->token;
}

static bool has_token(const AllowHand *h, const AllowEntry *e, uint32_t token) {
    return token && token <= h->set->rules->tokens.n &&
           allow_token(&e->tokens, h->set->rules->tokens.at[token - 1]) > 0;
}

int allow_find(AllowHand *h, const AllowView *v, const AllowQuestion *q) {
    const AllowSet *s = h->set;
    uint32_t token = UINT32_MAX; /* not asked for yet */

    for (uint32_t k = s->first[q->detector]; k < s->first[q->detector + 1]; k++) {
        size_t i = s->entries[k];
        const AllowEntry *e = &s->rules->allows[i];

        if (!(v->paths[i / 64] >> (i % 64) & 1) || (e->values.n && !has_value(h, i, q->value)))
            continue;
        if (e->tokens.n && v->token && token == UINT32_MAX)
            token = token_of(h, v, q);
        if (!e->tokens.n || (v->token && has_token(h, e, token)))
            return (int)i;
    }
    return -1;
}
