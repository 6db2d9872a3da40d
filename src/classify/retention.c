/*
 * Retention: see retention.h.
 *
 * Rules that are for a thing: those of the classes that it matches, of its tier and jurisdiction,
 * less those that another of them overrides. Of these the narrowest by path count, then those that
 * name a jurisdiction, then those that look at what is in it; what is not waivable always counts.
 * Each has its own clock, so each comes to its own verdict, and the worst is the thing's. What must
 * be kept is the longest of all rules that are for it, however narrow.
 */
#include "classify/retention.h"

#include "base/cleanup.h"

const char *retention_reason_name(RetentionReason r) {
    static const char *const names[N_RETENTION_REASONS] = {
        [REASON_NONE] = "",
        [REASON_NO_EVIDENCE] = "no_evidence",
        [REASON_WEAK_EVIDENCE] = "weak_evidence",
        [REASON_THRESHOLD_INSIDE] = "threshold_inside",
        [REASON_COPY_RESET] = "copy_reset",
        [REASON_UNREADABLE] = "unreadable",
        [REASON_JURISDICTION_UNKNOWN] = "jurisdiction_unknown",
        [REASON_NOT_APPROVED] = "not_approved",
    };

    return names[r];
}

const char *retention_reason_title(RetentionReason r) {
    static const char *const titles[N_RETENTION_REASONS] = {
        [REASON_NONE] = "",
        [REASON_NO_EVIDENCE] = "nothing tells when its clock began",
        [REASON_WEAK_EVIDENCE] = "the evidence is weaker than the policy asks for",
        [REASON_THRESHOLD_INSIDE] = "the evidence allows both: over, and not yet",
        [REASON_COPY_RESET] = "only times on the disk, which look like those of copying",
        [REASON_UNREADABLE] = "its content could not be read",
        [REASON_JURISDICTION_UNKNOWN] = "the policy does not say which jurisdiction it is in",
        [REASON_NOT_APPROVED] = "it would exceed a rule of a policy that is not approved",
    };

    return titles[r];
}

/* ---- what is for it ---- */

static bool word_in(const Words *w, const char *word) {
    for (size_t i = 0; i < w->n; i++) {
        if (strcmp(w->at[i], word) == 0)
            return true;
    }
    return false;
}

/* The first place of the policy that says the one thing, and the first that says the other. */
static void place_find(const Policy *p, const RetentionThing *t, LocationTier *ret_tier,
                       Words *ret_jurisdiction) {
    bool tier = false;
    unsigned narrow;

    *ret_tier = t->tier;
    *ret_jurisdiction = t->jurisdiction;
    for (size_t i = 0; i < p->n_places; i++) {
        const PolicyPlace *place = &p->places[i];

        if (!globs_hold(&place->paths, t->file, &narrow))
            continue;
        if (place->has_tier && !tier) {
            *ret_tier = place->tier;
            tier = true;
        }
        if (place->jurisdiction.n && !ret_jurisdiction->n)
            *ret_jurisdiction = place->jurisdiction;
    }
    if (!ret_jurisdiction->n)
        *ret_jurisdiction = p->jurisdiction;
}

static bool in_jurisdiction(const PolicyRule *k, const Words *where) {
    for (size_t i = 0; i < k->jurisdiction.n; i++) {
        if (word_in(where, k->jurisdiction.at[i]))
            return true;
    }
    return !k->jurisdiction.n;
}

static bool by_content(const Condition *c) {
    bool by =
        c->kind == CONDITION_TYPES || c->kind == CONDITION_KINDS || c->kind == CONDITION_TABLE;

    for (size_t i = 0; i < c->n; i++)
        by |= by_content(&c->of[i]);
    return by;
}

/* A rule that is for the thing, how narrow, and what it comes to. */
typedef struct Candidate {
    const PolicyRule *rule;
    unsigned rank;
    Age age;
    Day start, start_from; /* rounded: latest, earliest */
    Day due, due_from;     /* DAY_NONE unknown, or no end */
    Day keep_until;
} Candidate;

typedef struct Judging {
    const Policy *p;
    const RetentionThing *thing;
    Day as_of;
    LocationTier tier;
    Words jurisdiction;
    Candidate at[RETENTION_RULES_MAX];
    size_t n;
    uint64_t classes[POLICY_RULES_MAX / 64]; /* that it matches */
    bool elsewhere; /* there are rules, but for jurisdictions, and its own is unknown */
} Judging;

static bool in_class(const Judging *j, size_t class) {
    return j->classes[class / 64] >> class % 64 & 1;
}

static void candidate_add(Judging *j, const PolicyRule *k, unsigned narrow) {
    const Condition *match = &j->p->classes[k->class].match;

    if (!in_jurisdiction(k, &j->jurisdiction)) {
        j->elsewhere |= !j->jurisdiction.n;
        return;
    }
    if (j->n == RETENTION_RULES_MAX)
        return;
    j->at[j->n++] = (Candidate){.rule = k,
                                .rank = narrow * 4 + (k->jurisdiction.n ? 2u : 0u) +
                                        (by_content(match) ? 1u : 0u)};
}

static bool is_overridden(const Judging *j, const PolicyRule *k) {
    for (size_t i = 0; i < j->n; i++) {
        if (j->at[i].rule != k && word_in(&j->at[i].rule->overrides, k->id))
            return true;
    }
    return false;
}

static void overridden_drop(Judging *j) {
    Judging all = *j;

    j->n = 0;
    for (size_t i = 0; i < all.n; i++) {
        if (!is_overridden(&all, all.at[i].rule))
            j->at[j->n++] = all.at[i];
    }
}

static void candidates_find(Judging *j) {
    unsigned narrow[POLICY_RULES_MAX];

    for (size_t i = 0; i < j->p->n_classes; i++) {
        if (condition_holds(&j->p->classes[i].match, &j->thing->match, &narrow[i]))
            j->classes[i / 64] |= UINT64_C(1) << i % 64;
    }
    for (size_t i = 0; i < j->p->n_rules; i++) {
        const PolicyRule *k = &j->p->rules[i];

        if (in_class(j, k->class) && k->tiers >> j->tier & 1)
            candidate_add(j, k, narrow[k->class]);
    }
    overridden_drop(j);
}

/* ---- clocks ---- */

/* Content that was seen bounds when something was made or changed, not when a contract ended. */
static bool is_bounded(Clock c) {
    return c == CLOCK_CREATED || c == CLOCK_MODIFIED || c == CLOCK_LAST_CONTACT ||
           c == CLOCK_FIRST_SEEN;
}

void retention_declare(const Policy *p, Span file, Clock clock, Day today, AgeFacts *f) {
    unsigned narrow;

    for (size_t i = 0; i < p->n_declared; i++) {
        const PolicyDeclaration *d = &p->declared[i];

        if (d->event == clock && globs_hold(&d->paths, file, &narrow))
            age_add(f, DATING_DECLARED, d->day, d->day, today);
    }
    for (size_t i = 0; i < p->n_epochs; i++) {
        const PolicyEpoch *e = &p->epochs[i];

        for (size_t k = 0; k < f->n && globs_hold(&e->paths, file, &narrow); k++) {
            if (f->at[k].source == DATING_FS_MTIME && f->at[k].to >= e->from &&
                f->at[k].to <= e->to)
                age_suspect_copy(f);
        }
    }
}

static void candidate_date(const Judging *j, Candidate *c) {
    const PolicyRule *k = c->rule;
    AgeFacts facts = j->thing->age;

    retention_declare(j->p, j->thing->file, k->clock, j->as_of, &facts);
    age_of(&facts, k->evidence, k->n_evidence, is_bounded(k->clock), &c->age);
    if (k->clock == CLOCK_PERIOD_END && c->age.by.source == DATING_PATH_DATE)
        c->age.from = c->age.to; /* a name names the period, and a period ends on one day */
    c->start = day_round(c->age.to, k->round, j->p->fiscal);
    c->start_from = day_round(c->age.from, k->round, j->p->fiscal);
    c->due = k->has_most ? duration_after(c->start, k->most) : DAY_NONE;
    c->due_from = k->has_most ? duration_after(c->start_from, k->most) : DAY_NONE;
    c->keep_until = k->has_least ? duration_after(c->start, k->least) : DAY_NONE;
}

/* ---- scopes ---- */

static bool uid_in(const PolicyScope *s, uint32_t uid) {
    for (size_t i = 0; i < s->n_uids; i++) {
        if (s->uids[i] == uid)
            return true;
    }
    return false;
}

static bool subject_in(const PolicyScope *s, const RetentionThing *t) {
    for (size_t i = 0; i < t->n_tokens; i++) {
        if (word_in(&s->subjects, t->tokens[i]))
            return true;
    }
    return false;
}

static bool class_in(const PolicyScope *s, const Judging *j) {
    for (size_t i = 0; i < j->p->n_classes; i++) {
        if (in_class(j, i) && word_in(&s->classes, j->p->classes[i].id))
            return true;
    }
    return false;
}

/* A hold is for whatever any part of its scope names; an exception for what all of them do. */
static bool in_scope(const PolicyScope *s, const Judging *j, bool any) {
    unsigned narrow;
    bool path = s->paths.n && globs_hold(&s->paths, j->thing->file, &narrow);
    bool class = s->classes.n && class_in(s, j);
    bool uid = s->n_uids && uid_in(s, j->thing->uid);
    bool subject = s->subjects.n && subject_in(s, j->thing);

    if (any)
        return path || class || uid || subject;
    return (path || !s->paths.n) && (class || !s->classes.n) && (uid || !s->n_uids) &&
           (subject || !s->subjects.n);
}

static const PolicyHold *hold_find(const Judging *j) {
    for (size_t i = 0; i < j->p->n_holds; i++) {
        const PolicyHold *h = &j->p->holds[i];

        if (h->from <= j->as_of && (h->until == DAY_NONE || h->until >= j->as_of) &&
            in_scope(&h->scope, j, true))
            return h;
    }
    return NULL;
}

static const PolicyException *exception_find(const Judging *j, const Candidate *c,
                                             bool *ret_expired) {
    for (size_t i = 0; i < j->p->n_exceptions; i++) {
        const PolicyException *e = &j->p->exceptions[i];

        if (c->rule->unwaivable || !word_in(&e->rules, c->rule->id) ||
            !in_scope(&e->scope, j, false))
            continue;
        if (e->expires < j->as_of)
            *ret_expired = true;
        else if (c->age.known && j->as_of <= duration_after(c->start, e->most))
            return e;
    }
    return NULL;
}

/* ---- the verdict of one rule ---- */

static void say(Retention *r, AgeState state, RetentionReason reason) {
    r->state = state;
    r->reason = reason;
}

/* Something is known, and on the youngest day that it allows the period is not over. */
static void verdict_open(const Judging *j, const Candidate *c, Retention *r) {
    const Policy *p = j->p;
    Day last_from = duration_after(c->due_from, p->grace);

    if (c->age.spread && c->start_from != DAY_NONE && j->as_of > last_from) {
        say(r, AGE_VIOLATION_PARTIAL, REASON_NONE);
        r->due = c->due_from; /* of its oldest */
        r->overdue = j->as_of - last_from;
    } else if (j->thing->unread)
        say(r, AGE_UNDETERMINED, REASON_UNREADABLE);
    else if (c->age.copied)
        say(r, AGE_UNDETERMINED, REASON_COPY_RESET);
    else if (c->age.young > p->min_trust && c->age.young != TRUST_NONE)
        say(r, AGE_UNDETERMINED, REASON_WEAK_EVIDENCE);
    else if (c->start_from == DAY_NONE || j->as_of > last_from)
        say(r, AGE_UNDETERMINED, REASON_THRESHOLD_INSIDE);
    else if (j->as_of > duration_before(c->due, p->due_soon))
        say(r, AGE_DUE_SOON, REASON_NONE);
    else
        say(r, AGE_WITHIN, REASON_NONE);
}

static void verdict_of(const Judging *j, const Candidate *c, Retention *r) {
    Day last = duration_after(c->due, j->p->grace);

    *r = (Retention){.rule = c->rule,
                     .age = c->age,
                     .due = c->due,
                     .keep_until = DAY_NONE,
                     .conflict = c->age.conflict};
    r->exception = exception_find(j, c, &r->expired_exception);
    if (r->exception)
        say(r, AGE_EXEMPT, REASON_NONE);
    else if (!c->age.known)
        say(r, AGE_UNDETERMINED, j->thing->unread ? REASON_UNREADABLE : REASON_NO_EVIDENCE);
    else if (!c->rule->has_most)
        say(r, AGE_WITHIN, REASON_NONE);
    else if (j->as_of > last && c->age.old > j->p->min_trust)
        say(r, AGE_UNDETERMINED, REASON_WEAK_EVIDENCE);
    else if (j->as_of > last) {
        say(r, AGE_VIOLATION, REASON_NONE);
        r->overdue = j->as_of - last;
    } else
        verdict_open(j, c, r);
}

/* ---- all rules together ---- */

/* The worst goes first. */
static unsigned weight(AgeState s) {
    static const uint8_t weights[N_AGE_STATES] = {
        [AGE_VIOLATION] = 9,
        [AGE_VIOLATION_PARTIAL] = 8,
        [AGE_POLICY_CONFLICT] = 7,
        [AGE_UNDETERMINED] = 6,
        [AGE_DUE_SOON] = 5,
        [AGE_EXEMPT] = 4,
        [AGE_HELD] = 3,
        [AGE_WITHIN] = 2,
    };

    return weights[s];
}

static bool is_worse(const Retention *a, const Retention *b) {
    if (weight(a->state) != weight(b->state))
        return weight(a->state) > weight(b->state);
    return a->due != b->due ? a->due != DAY_NONE && (b->due == DAY_NONE || a->due < b->due)
                            : strcmp(a->rule->id, b->rule->id) < 0;
}

static unsigned rank_best(const Judging *j) {
    unsigned best = 0;

    for (size_t i = 0; i < j->n; i++)
        best = j->at[i].rule->has_most && j->at[i].rank > best ? j->at[i].rank : best;
    return best;
}

/* The law to keep goes before the wish to delete, and the policy says both. */
static void keeping_put(const Judging *j, Retention *r) {
    for (size_t i = 0; i < j->n; i++) {
        const Candidate *c = &j->at[i];

        if (c->keep_until != DAY_NONE && c->keep_until > r->keep_until) {
            r->keep_until = c->keep_until;
            r->keeper = c->rule;
        }
    }
    if (r->keep_until == DAY_NONE || r->due == DAY_NONE || r->keep_until <= r->due ||
        (r->rule && r->rule->unwaivable))
        return;
    if (j->as_of <= r->keep_until) {
        say(r, AGE_POLICY_CONFLICT, REASON_NONE);
        r->overdue = 0;
    } else if (r->state == AGE_VIOLATION) {
        Day last = duration_after(r->keep_until, j->p->grace);

        r->due = r->keep_until;
        r->overdue = j->as_of > last ? j->as_of - last : 0;
        say(r, r->overdue ? AGE_VIOLATION : AGE_DUE_SOON, REASON_NONE);
    }
}

static void rules_join(Judging *j, Retention *ret) {
    unsigned best = rank_best(j);
    bool any = false;

    for (size_t i = 0; i < j->n; i++) {
        Candidate *c = &j->at[i];
        Retention one;

        candidate_date(j, c);
        if (!c->rule->unwaivable && c->rule->has_most && c->rank < best)
            continue;
        verdict_of(j, c, &one);
        if (!any || is_worse(&one, ret))
            *ret = one;
        any = true;
    }
    keeping_put(j, ret);
}

/* Held, but of a kind that must never be stored: nobody but counsel can say what goes first. */
static void hold_put(const PolicyHold *h, Retention *r) {
    if (!h)
        return;
    r->never_store = r->rule && r->rule->unwaivable && r->state == AGE_VIOLATION;
    r->hold = h;
    r->overdue = 0;
    say(r, AGE_HELD, REASON_NONE);
}

static void approval_put(bool approved, Retention *r) {
    if (approved || (r->state != AGE_VIOLATION && r->state != AGE_VIOLATION_PARTIAL &&
                     r->state != AGE_DUE_SOON))
        return;
    say(r, AGE_UNDETERMINED, REASON_NOT_APPROVED);
}

void retention_judge(const Policy *p, const RetentionThing *thing, Day as_of, bool approved,
                     Retention *ret) {
    Judging j = {.p = p, .thing = thing, .as_of = as_of};

    place_find(p, thing, &j.tier, &j.jurisdiction);
    candidates_find(&j);
    *ret = (Retention){.state = AGE_UNCLASSIFIED, .due = DAY_NONE, .keep_until = DAY_NONE};
    if (j.n)
        rules_join(&j, ret);
    else if (j.elsewhere)
        say(ret, AGE_UNDETERMINED, REASON_JURISDICTION_UNKNOWN);
    for (size_t i = 0; i < j.n; i++)
        ret->rules[ret->n_rules++] = j.at[i].rule;
    approval_put(approved, ret);
    hold_put(hold_find(&j), ret);
}

bool retention_is_premature(const Retention *r, Day missed) {
    return r->hold || (r->keep_until != DAY_NONE && missed <= r->keep_until);
}

AgeState retention_join(AgeState a, AgeState b) {
    bool over_a = a == AGE_VIOLATION || a == AGE_VIOLATION_PARTIAL;
    bool over_b = b == AGE_VIOLATION || b == AGE_VIOLATION_PARTIAL;

    if (a == b || b == AGE_UNCLASSIFIED)
        return a;
    if (a == AGE_UNCLASSIFIED)
        return b;
    if (over_a || over_b)
        return AGE_VIOLATION_PARTIAL;
    return weight(a) > weight(b) ? a : b;
}
