/* Prove: see prove.h. */
#include "classify/prove.h"

static Case case_of(const Proof *p) {
    Case c;

    case_clear(&c);
    case_put(&c, CASE_EVENT, EVENT_FINDING);
    for (size_t i = 0; i < p->n; i++)
        c.at[p->facts[i].fact] = p->facts[i].value;
    return c;
}

/* What is wrong, appended; nothing where it holds. */
static void proof_check(const Rule *rule, const Proof *p, Buf *to) {
    const Case c = case_of(p);
    bool meets = judge_meets(rule, &c);
    Severity s;

    if (meets != p->meets) {
        buf_text(to, p->meets ? "the rule does not meet this example: "
                              : "the rule meets this negative example: ");
        predicate_print(rule->match, to);
        return;
    }
    if (!meets || (s = judge_severity(rule, &c, NULL)) == p->severity)
        return;
    buf_printf(to, "severity %s expected, ", severity_names[p->severity]);
    judge_severity(rule, &c, to);
}

int prove_ruleset(const Ruleset *r, const ProveSink *to, size_t *ret_proofs, size_t *ret_failures) {
    for (size_t i = 0; i < r->n_rules; i++) {
        const Rule *rule = &r->rules[i];

        for (size_t k = 0; k < rule->n_proofs; k++) {
            const Proof *p = &rule->proofs[k];
            _cleanup_(buf_done) Buf why = {0}, sentence = {0};
            int rc;

            ++*ret_proofs;
            proof_check(rule, p, &why);
            if (!why.n && !why.failed)
                continue;
            ++*ret_failures;
            buf_printf(&sentence, "%s:%u:%u: %s: %s", p->mark.file, p->mark.line, p->mark.col,
                       rule->id, buf_cstr(&why));
            rc = buf_error(&sentence);
            rc = rc < 0 ? rc : to->fail(to->of, buf_cstr(&sentence));
            if (rc < 0)
                return rc;
        }
    }
    return 0;
}
