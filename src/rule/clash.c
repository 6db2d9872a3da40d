/*
 * Clash: see clash.h.
 *
 * Whether two classes may match the same thing cannot be told in general, since globs are no sets.
 * Two rules are held against each other if they are for the same class, or for classes that name a
 * common type; places and tiers that exclude each other are left out.
 */
#include "rule/clash.h"

#include <stdarg.h>

#include "base/cleanup.h"

typedef struct Finder {
    const Policy *p;
    const ClashTo *to;
    Day on;
    int error;
} Finder;

static void say(Finder *f, bool note, RuleMark mark, const char *format, ...) _printf_(4, 5);

static void say(Finder *f, bool note, RuleMark mark, const char *format, ...) {
    char text[512];
    va_list args;

    if (f->error)
        return;
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    f->error = f->to->clash(f->to->of, &(Clash){.note = note, .mark = mark, .text = text});
}

/* ---- rules against each other ---- */

static bool words_meet(const Words *a, const Words *b) {
    if (!a->n || !b->n)
        return true;
    for (size_t i = 0; i < a->n; i++) {
        for (size_t k = 0; k < b->n; k++) {
            if (strcmp(a->at[i], b->at[k]) == 0)
                return true;
        }
    }
    return false;
}

static bool names_type(const Condition *c, const char *type) {
    if (c->kind == CONDITION_TYPES) {
        for (size_t i = 0; i < c->words.n; i++) {
            if (type_is_under(type, c->words.at[i]))
                return true;
        }
    }
    for (size_t i = 0; c->kind != CONDITION_NOT && i < c->n; i++) {
        if (names_type(&c->of[i], type))
            return true;
    }
    return false;
}

/* A type that both name, or NULL. */
static const char *common_type(const Condition *a, const Condition *b) {
    const char *type = NULL;

    for (size_t i = 0; a->kind == CONDITION_TYPES && i < a->words.n; i++) {
        if (names_type(b, a->words.at[i]))
            return a->words.at[i];
    }
    for (size_t i = 0; a->kind != CONDITION_NOT && i < a->n && !type; i++)
        type = common_type(&a->of[i], b);
    return type;
}

static bool overrides(const PolicyRule *a, const PolicyRule *b) {
    for (size_t i = 0; i < a->overrides.n; i++) {
        if (strcmp(a->overrides.at[i], b->id) == 0)
            return true;
    }
    return false;
}

/* `keep` has a minimum, `drop` a maximum. */
static void pair_check(Finder *f, const PolicyRule *keep, const PolicyRule *drop) {
    char least[DURATION_TEXT_MAX], most[DURATION_TEXT_MAX];
    const char *type = NULL;

    if (!keep->has_least || !drop->has_most || !duration_longer(keep->least, drop->most) ||
        !words_meet(&keep->jurisdiction, &drop->jurisdiction) || !(keep->tiers & drop->tiers) ||
        overrides(keep, drop) || overrides(drop, keep))
        return;
    if (keep->class != drop->class) {
        type = common_type(&f->p->classes[keep->class].match, &f->p->classes[drop->class].match);
        if (!type)
            return;
    }
    duration_print(keep->least, least);
    duration_print(drop->most, most);
    if (keep == drop)
        say(f, false, keep->mark, "rule %s keeps at least %s and at most %s", keep->id, least,
            most);
    else
        say(f, false, drop->mark,
            "rule %s keeps at most %s what rule %s keeps at least %s (both are for %s); one of "
            "them needs overrides, or another class",
            drop->id, most, keep->id, least, type ? type : keep->class_id);
}

static void rules_check(Finder *f) {
    for (size_t i = 0; i < f->p->n_rules; i++) {
        const PolicyRule *k = &f->p->rules[i];

        if (overrides(k, k))
            say(f, false, k->mark, "rule %s overrides itself", k->id);
        for (size_t j = 0; j < f->p->n_rules; j++) {
            pair_check(f, k, &f->p->rules[j]);
            if (j < i && overrides(k, &f->p->rules[j]) && overrides(&f->p->rules[j], k))
                say(f, false, k->mark, "rules %s and %s override each other", k->id,
                    f->p->rules[j].id);
        }
    }
}

/* ---- classes ---- */

static void types_check(Finder *f, const PolicyClass *k, const Condition *c) {
    size_t known = 0;

    for (size_t i = 0; i < c->n; i++)
        types_check(f, k, &c->of[i]);
    if (c->kind != CONDITION_TYPES || !f->to->is_type)
        return;
    for (size_t i = 0; i < c->words.n; i++) {
        bool is = f->to->is_type(f->to->of, c->words.at[i]);

        known += is;
        if (!is)
            say(f, true, c->mark,
                "class %s: no detector or category is called '%s'; terrier rules list has them",
                k->id, quote(span_of(c->words.at[i])).text);
    }
    if (!known)
        say(f, false, c->mark, "class %s can never match by its types", k->id);
}

/* The kinds of document that a condition leaves. */
static uint32_t kinds_left(const Condition *c) {
    uint32_t all = (1u << N_DOC_KINDS) - 1, left = c->kind == CONDITION_ANY ? 0 : all;

    if (c->kind == CONDITION_KINDS)
        return c->kinds;
    if (c->kind != CONDITION_ANY && c->kind != CONDITION_ALL)
        return all;
    for (size_t i = 0; i < c->n; i++)
        left =
            c->kind == CONDITION_ANY ? left | kinds_left(&c->of[i]) : left & kinds_left(&c->of[i]);
    return left;
}

static void class_check(Finder *f, size_t at) {
    const PolicyClass *k = &f->p->classes[at];
    bool used = false;

    types_check(f, k, &k->match);
    if (!kinds_left(&k->match))
        say(f, false, k->mark, "class %s can never match: no document is of all its kinds", k->id);
    for (size_t i = 0; i < f->p->n_rules; i++)
        used |= f->p->rules[i].class == at;
    if (!used)
        say(f, true, k->mark, "no rule is for class %s", k->id);
}

/* ---- days ---- */

static void exception_check(Finder *f, const PolicyException *e) {
    char day[DAY_TEXT_MAX];

    day_print(e->expires, day);
    if (e->expires < f->on)
        say(f, false, e->mark, "exception %s expired on %s and holds no more", e->id, day);
    for (size_t i = 0; i < f->p->n_rules; i++) {
        const PolicyRule *k = &f->p->rules[i];

        for (size_t j = 0; j < e->rules.n; j++) {
            if (strcmp(e->rules.at[j], k->id) != 0)
                continue;
            if (k->unwaivable)
                say(f, false, e->mark, "exception %s is for rule %s, which is not waivable", e->id,
                    k->id);
            else if (k->has_most && !duration_longer(e->most, k->most))
                say(f, true, e->mark, "exception %s keeps no longer than rule %s does", e->id,
                    k->id);
        }
    }
}

static void days_check(Finder *f) {
    const Policy *p = f->p;
    char day[DAY_TEXT_MAX];

    if (!policy_is_approved(p, f->on))
        say(f, true, p->mark,
            "nothing is called a violation by this policy: it needs approved_by, and an effective "
            "day that has come");
    day_print(p->next_review, day);
    if (p->next_review != DAY_NONE && p->next_review < f->on)
        say(f, false, p->mark, "its review was due on %s", day);
    for (size_t i = 0; i < p->n_exceptions; i++)
        exception_check(f, &p->exceptions[i]);
    for (size_t i = 0; i < p->n_holds; i++) {
        day_print(p->holds[i].until, day);
        if (p->holds[i].until != DAY_NONE && p->holds[i].until < f->on)
            say(f, true, p->holds[i].mark, "hold %s ended on %s", p->holds[i].id, day);
    }
}

static void proofs_check(Finder *f) {
    for (size_t i = 0; i < f->p->n_rules; i++) {
        const PolicyRule *k = &f->p->rules[i];
        bool proved = false;

        for (size_t j = 0; j < f->p->n_examples; j++)
            proved |= strcmp(f->p->examples[j].rule, k->id) == 0;
        if (!proved)
            say(f, true, k->mark, "no example proves rule %s", k->id);
    }
}

int clashes_find(const Policy *p, Day on, const ClashTo *to) {
    Finder f = {.p = p, .to = to, .on = on};

    rules_check(&f);
    for (size_t i = 0; i < p->n_classes; i++)
        class_check(&f, i);
    days_check(&f);
    proofs_check(&f);
    return f.error;
}
