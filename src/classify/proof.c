/* Proof: see proof.h. */
#include "classify/proof.h"

#include "base/cleanup.h"
#include "classify/location.h"
#include "model/unit.h"

/* The outermost file of a path with members behind "!/". */
static Span file_of(Span path) {
    const uint8_t *inside = memmem(path.at, path.n, "!/", 2);

    return inside ? span(path.at, (size_t)(inside - path.at)) : path;
}

static void dates_add(const PolicyExample *e, AgeFacts *to) {
    for (size_t i = 0; i < e->n_dates; i++) {
        const PolicyExampleDate *d = &e->dates[i];

        if (dating_info(d->source)->family == FAMILY_ROW || d->source == DATING_LOG_LAST)
            age_add_spread(to, d->source, d->from, d->to, e->day);
        else
            age_add(to, d->source, d->from, d->to, e->day);
        if (d->source == DATING_FS_MTIME && e->made_with_file)
            to->at[to->n - 1].young = 4;
    }
}

static void example_judge(const Policy *p, const PolicyExample *e, Retention *ret) {
    Span path = span_of(e->path + 1);
    RetentionThing t = {.match = {.path = path,
                                  .table = span_of(e->table),
                                  .types = e->types.at,
                                  .n_types = e->types.n,
                                  .kind = doc_kind_of(span_of(e->format), path_name(path))},
                        .file = file_of(path),
                        .tier = e->has_tier ? e->tier : location_of(path).tier,
                        .jurisdiction = e->jurisdiction,
                        .uid = e->uid,
                        .unread = e->unread};

    dates_add(e, &t.age);
    age_add_path(&t.age, path, p->fiscal, e->day);
    if (e->copied)
        age_suspect_copy(&t.age);
    retention_judge(p, &t, e->day, true, ret);
}

static void why_print(const PolicyExample *e, const Retention *r, char *ret, size_t n) {
    const FactDefinition *states = fact_definition(CASE_AGE_STATE);
    char due[DAY_TEXT_MAX];

    day_print(r->due, due);
    snprintf(ret, n, "the example came out as %s%s%s%s by %s%s%s, expected %s%s%s",
             states->words[r->state], r->reason ? " (" : "", retention_reason_name(r->reason),
             r->reason ? ")" : "", r->rule ? r->rule->id : "no rule",
             r->due != DAY_NONE ? ", due " : "", r->due != DAY_NONE ? due : "",
             states->words[e->state], *e->rule ? " by " : "", e->rule);
}

int policy_prove(const Policy *p, const ProofTo *to, size_t *ret_n) {
    int error = 0;

    for (size_t i = 0; i < p->n_examples && error == 0; i++) {
        const PolicyExample *e = &p->examples[i];
        char text[400];
        Retention r;

        example_judge(p, e, &r);
        if (r.state == e->state && (!*e->rule || (r.rule && strcmp(r.rule->id, e->rule) == 0)))
            continue;
        why_print(e, &r, text, sizeof(text));
        error = to->failed(to->of, e, text);
    }
    *ret_n = p->n_examples;
    return error;
}
