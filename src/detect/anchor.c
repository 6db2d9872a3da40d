/*
 * Anchor: see anchor.h.
 *
 * Every stage looks at the bits of one word of 64 bytes and at bits near them; none keeps state
 * from word to word, except that a run of letters and digits is looked at once.
 */
#include "detect/anchor.h"

#include "detect/bytes.h"
#include "detect/digits.h"
#include "detect/token.h"

/* Word i of the bits moved down by n < 64: bit k is the bit at k + n. */
static inline uint64_t ahead_by(const uint64_t *bits, size_t i, unsigned n) {
    return bits[i] >> n | bits[i + 1] << (64 - n);
}

static inline uint64_t behind_by(const uint64_t *bits, size_t i, unsigned n) {
    return bits[i] << n | (i ? bits[i - 1] >> (64 - n) : 0);
}

/* ---- runs of letters and digits ---- */

static void run_judge(Judge *j, const RunRule *rule, size_t start) {
    if (start >= rule->layout->anchor)
        candidate_layout(j, rule->match, start - rule->layout->anchor);
}

static void run_look_up(Judge *j, size_t start, size_t length) {
    const Runs *runs = &j->engine->runs;
    const Bitmap *b = j->bitmap;
    uint64_t ones = (UINT64_C(1) << length) - 1, digits = bitmap_from(b->digit, start) & ones;

    if (((bitmap_from(b->upper, start) & ones) | digits) != ones)
        return; /* lower-case letters: no identifier of this kind */
    for (int32_t i = runs->slots[runs_slot(runs, digits, length)]; i >= 0;
         i = runs->rules[i].next) {
        if (runs->rules[i].mask == digits && runs->rules[i].length == length)
            run_judge(j, &runs->rules[i], start);
    }
    for (int32_t i = runs->any[length]; i >= 0; i = runs->rules[i].next)
        run_judge(j, &runs->rules[i], start);
}

/* The runs that have a bit of `mixed` in word i, from byte `from` on; how far they reach. */
static size_t runs_in(Judge *j, size_t i, size_t from) {
    uint64_t lengths = j->engine->runs.lengths;

    for (uint64_t bits = j->bitmap->mixed[i]; bits; bits &= bits - 1) {
        size_t at = i * 64 + (size_t)__builtin_ctzll(bits), start, end;

        if (at < from)
            continue;
        if (run_around(j->bitmap, at, RUN_MAX, &start, &end) && (lengths >> (end - start) & 1))
            run_look_up(j, start, end - start);
        from = end;
    }
    return from;
}

/* ---- forms ---- */

/* Tries a form at an anchor; its end in the chunk, or 0 if nothing stands there. */
static inline size_t form_try(Judge *j, FormKind kind, FormFind find, size_t anchor) {
    const Engine *e = j->engine;
    _uninitialized_ FormHit f;

    if (!find(j->bitmap->text, j->bitmap->n, anchor, &f))
        return 0;
    for (size_t i = 0; i < e->n_form_matches[kind]; i++) {
        candidate_judge(j, &(Candidate){.start = f.start,
                                        .end = f.end,
                                        .match = e->form_matches[kind][i],
                                        .canon = span(f.canon, f.n),
                                        .form = f.evidence,
                                        .why_form = f.why});
    }
    return f.end;
}

/* Tries the form at each of the bits of word i, if any detector wants it. */
static inline void forms_in(Judge *j, FormKind kind, FormFind find, size_t i, uint64_t bits) {
    if (!j->engine->n_form_matches[kind])
        return;
    for (; bits; bits &= bits - 1)
        form_try(j, kind, find, i * 64 + (size_t)__builtin_ctzll(bits));
}

/* Not an '@' behind which another comes too soon for a domain and what ends it: a.bc, a byte. */
static inline uint64_t email_anchors(const uint64_t *bits, size_t i) {
    uint64_t crowded = 0;

    for (unsigned n = 1; n <= 5; n++)
        crowded |= ahead_by(bits, i, n);
    return bits[i] & ~crowded;
}

/* Marks at distances 0, 3, 6, 9, 12: between the pairs of a MAC address. */
static inline uint64_t mac_anchors(const uint64_t *bits, size_t i) {
    return bits[i] & ahead_by(bits, i, 3) & ahead_by(bits, i, 6) & ahead_by(bits, i, 9) &
           ahead_by(bits, i, 12);
}

/*
 * May the colons from `colon` on be those of an IPv6 address? It has two in a row, or six (with
 * an IPv4 address behind them) to seven, within the 45 bytes that RFC 4291 text is long at most.
 */
static inline bool ipv6_may_be(const Bitmap *b, size_t colon) {
    uint64_t colons = bitmap_from(b->colon, colon) & ((UINT64_C(1) << 46) - 1), rest = colons;

    for (int i = 0; i < 5; i++)
        rest &= rest - 1;
    return rest || (colons & colons >> 1);
}

/* IPv6 from each of the first colons of a chain, until one of them is the address's. */
static void ipv6_try(Judge *j, size_t colon) {
    const Bitmap *b = j->bitmap;

    for (int tries = 0; tries < 3; tries++) {
        uint64_t next = bitmap_from(b->colon, colon + 1) & 0x1f;

        if (!ipv6_may_be(b, colon) || form_try(j, FORM_IPV6, form_ipv6, colon) || !next)
            return;
        colon += 1 + (size_t)__builtin_ctzll(next);
    }
}

/* The first colons of chains: another within five bytes behind, none within five before. */
static inline uint64_t ipv6_anchors(const Bitmap *b, size_t i) {
    uint64_t behind = 0, before = 0;

    for (unsigned n = 1; n <= 5; n++) {
        behind |= ahead_by(b->colon, i, n);
        before |= behind_by(b->colon, i, n);
    }
    return b->colon[i] & behind & ~before;
}

static void colons_in(Judge *j, size_t i) {
    const Bitmap *b = j->bitmap;

    forms_in(j, FORM_MAC, form_mac, i, mac_anchors(b->colon, i));
    if (!j->engine->n_form_matches[FORM_IPV6])
        return;
    for (uint64_t bits = ipv6_anchors(b, i); bits; bits &= bits - 1)
        ipv6_try(j, i * 64 + (size_t)__builtin_ctzll(bits));
}

static void dashes_in(Judge *j, size_t i) {
    const uint64_t *dash = j->bitmap->dash;

    forms_in(j, FORM_MAC, form_mac, i, mac_anchors(dash, i));
    forms_in(j, FORM_UUID, form_uuid, i,
             dash[i] & ahead_by(dash, i, 5) & ahead_by(dash, i, 10) & ahead_by(dash, i, 15));
}

static void plus_try(Judge *j, size_t at) {
    const Engine *e = j->engine;
    const uint8_t *text = j->bitmap->text;

    if (e->n_form_matches[FORM_PHONE] && at + 1 < j->bitmap->n &&
        (byte_is_digit(text[at + 1]) || text[at + 1] == '('))
        form_try(j, FORM_PHONE, form_phone, at);
    for (size_t i = 0; at && byte_is_digit(text[at - 1]) && i < e->n_plus_matches; i++) {
        size_t anchor = e->matches[e->plus_matches[i]].layout->anchor;

        if (at >= anchor)
            candidate_layout(j, e->plus_matches[i], at - anchor);
    }
}

static void pluses_in(Judge *j, size_t i) {
    for (uint64_t bits = j->bitmap->plus[i]; bits; bits &= bits - 1)
        plus_try(j, i * 64 + (size_t)__builtin_ctzll(bits));
}

/* ---- long runs: Bitcoin, Ethereum ---- */

enum { LONG_RUN = 26 };

/* Do LONG_RUN ones in a row start in a word that `next` follows? */
static inline bool has_long_run(uint64_t now, uint64_t next) {
    uint64_t inside = now & now >> 1;

    _Static_assert(LONG_RUN == 26, "the erosion is by 2, 4, 8, 16, 26");
    inside &= inside >> 2;
    inside &= inside >> 4;
    inside &= inside >> 8;
    inside &= inside >> 10;
    return inside || __builtin_clzll(~now | 1) + __builtin_ctzll(~next | UINT64_C(1) << 63) >= 26;
}

/* Bits of word i from which at least LONG_RUN ones go on. */
static inline uint64_t long_runs(const uint64_t *bits, size_t i) {
    uint64_t now = bits[i], next = bits[i + 1];

    for (unsigned n = 1; n < 16; n *= 2) {
        now &= now >> n | next << (64 - n);
        next &= next >> n;
    }
    return now & (now >> (LONG_RUN - 16) | next << (64 - (LONG_RUN - 16)));
}

/* By what a long run begins with: 1 or 3 (base58), bc1 (bech32), 5, K or L (a key), 0x. */
static void long_run_try(Judge *j, size_t at) {
    const Engine *e = j->engine;
    uint8_t c = j->bitmap->text[at];

    if ((c == '1' || c == '3' || (c | 0x20) == 'b') && e->n_form_matches[FORM_BITCOIN])
        form_try(j, FORM_BITCOIN, form_bitcoin, at);
    else if ((c == '5' || c == 'K' || c == 'L') && e->n_form_matches[FORM_BITCOIN_KEY])
        form_try(j, FORM_BITCOIN_KEY, form_bitcoin_key, at);
    else if (c == '0' && e->n_form_matches[FORM_ETHEREUM])
        form_try(j, FORM_ETHEREUM, form_ethereum, at);
}

/* Long runs that start in word i. */
static void long_runs_in(Judge *j, size_t i) {
    const Bitmap *b = j->bitmap;
    uint64_t bits = long_runs(b->alnum, i) & ~behind_by(b->alnum, i, 1);

    for (; bits; bits &= bits - 1)
        long_run_try(j, i * 64 + (size_t)__builtin_ctzll(bits));
}

/* ---- keywords ---- */

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

/* The value may reach beyond the chunk, never beyond the window. */
static void keyword_judge(Judge *j, const Confirmed *c) {
    const Engine *e = j->engine;
    uint16_t match = e->patterns[c->pattern].match;
    const Match *rule = e->matches[match].rule;
    size_t start = c->value_start - j->base, end = c->value_end - j->base;
    Span value = span(j->bitmap->text + start, end - start);
    _uninitialized_ char compact[256];

    if (c->miss) {
        candidate_missed(j, match, start);
        return;
    }
    if (rule->entropy > 0 && (value_entropy(value) < rule->entropy || is_filler(value))) {
        candidate_drop(j, start, end, match, VERDICT_STOP);
        return;
    }
    candidate_judge(
        j, &(Candidate){.start = start,
                        .end = end,
                        .match = match,
                        .canon = value,
                        .checked = candidate_compact(j, match, value, compact, sizeof(compact))});
}

/* ---- all of them ---- */

/* A single mark with five places behind it in its word: none of what is looked for has so few. */
static inline bool is_lonely(uint64_t bits) {
    return !(bits & (bits - 1)) && bits < UINT64_C(1) << 59;
}

static inline void word_scan(Judge *j, const uint64_t *starts, size_t i) {
    const Bitmap *b = j->bitmap;

    if (starts[i])
        digits_in(j, i * 64, starts[i]);
    if (b->at[i])
        forms_in(j, FORM_EMAIL, form_email, i, email_anchors(b->at, i));
    if (b->iban[i])
        forms_in(j, FORM_IBAN, form_iban, i, b->iban[i]);
    if (!is_lonely(b->colon[i]))
        colons_in(j, i);
    if (!is_lonely(b->dash[i]))
        dashes_in(j, i);
    if (b->plus[i])
        pluses_in(j, i);
}

_hot_ void anchors_scan(Judge *j, const uint64_t *starts, const Confirmed *keywords,
                        size_t n_keywords) {
    const Bitmap *b = j->bitmap;
    size_t last = (j->eval_hi + ANCHOR_REACH) / 64, run_end = 0, k = 0;
    const uint8_t *matches = j->engine->n_form_matches;
    bool wallets = matches[FORM_BITCOIN] || matches[FORM_BITCOIN_KEY] || matches[FORM_ETHEREUM];

    for (size_t i = j->eval_lo / 64; i <= last && i < b->words; i++) {
        word_scan(j, starts, i);
        if (b->mixed[i])
            run_end = runs_in(j, i, run_end);
        if (wallets && _unlikely_(has_long_run(b->alnum[i], b->alnum[i + 1])))
            long_runs_in(j, i);
        for (; k < n_keywords && keywords[k].value_start - j->base < (i + 1) * 64; k++)
            keyword_judge(j, &keywords[k]);
    }
}
