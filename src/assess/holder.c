/* Holder: see holder.h. */
#include "assess/holder.h"

#include "base/cleanup.h"

const char *age_state_name(AgeState s) {
    return fact_definition(CASE_AGE_STATE)->words[s];
}

int holder_set(Holder *h, const Sighting *s) {
    buf_clear(&h->root);
    buf_span(&h->root, s->root);
    buf_clear(&h->path);
    buf_span(&h->path, s->path);
    h->depth = s->depth;
    h->bytes = s->size;
    h->mtime = s->mtime;
    h->inside = AGE_UNCLASSIFIED;
    h->worst = (Retention){0};
    return buf_error(&h->root) < 0 ? -ENOMEM : buf_error(&h->path);
}

void holder_done(Holder *h) {
    buf_done(&h->root);
    buf_done(&h->path);
}

void holder_join(Holder *h, const Retention *r) {
    AgeState joined = retention_join(h->inside, r->state);

    if (h->inside == AGE_UNCLASSIFIED || r->overdue > h->worst.overdue ||
        (joined != h->inside && !h->worst.overdue))
        h->worst = *r;
    h->inside = joined;
}

bool holder_state(const Holder *h, Retention *ret) {
    bool joined =
        h->inside != AGE_UNCLASSIFIED && h->own.state != AGE_HELD && h->own.state != AGE_EXEMPT;

    *ret = joined ? h->worst : h->own;
    if (!joined)
        return false;
    if (h->inside != h->worst.state)
        ret->reason = REASON_NONE;
    ret->state = h->inside;
    return true;
}

static unsigned flags_of(const Retention *r) {
    return (r->conflict ? RETAINED_CONFLICT : 0u) | (r->never_store ? RETAINED_NEVER_STORE : 0u) |
           (r->expired_exception ? RETAINED_EXPIRED_EXCEPTION : 0u);
}

int holder_row(const Holder *h, Span part, const Retention *r, unsigned flags, Buf *rules,
               RetainedRow *ret) {
    buf_clear(rules);
    for (size_t i = 0; i < r->n_rules; i++)
        buf_printf(rules, "%s%s", i ? " " : "", r->rules[i]->id);
    *ret = (RetainedRow){.root = buf_as_span(&h->root),
                         .path = buf_as_span(&h->path),
                         .part = part,
                         .depth = h->depth,
                         .bytes = h->bytes,
                         .state = age_state_name(r->state),
                         .reason = retention_reason_name(r->reason),
                         .rule = r->rule ? r->rule->id : "",
                         .entry = r->hold        ? r->hold->id
                                  : r->exception ? r->exception->id
                                                 : "",
                         .source = r->age.known ? dating_info(r->age.by.source)->name : "",
                         .pattern = r->age.known && r->age.by.pattern ? r->age.by.pattern : "",
                         .trust = r->age.known ? r->age.old : TRUST_NONE,
                         .age_from = r->age.known ? r->age.from : DAY_NONE,
                         .age_to = r->age.known ? r->age.to : DAY_NONE,
                         .due = r->due,
                         .keep_until = r->keep_until,
                         .overdue = r->overdue,
                         .flags = flags | flags_of(r)};
    ret->rules = buf_cstr(rules);
    return buf_error(rules);
}
