/* terrier_policy_example, terrier_policy_check: what people write about retention. */
#include "lib/policy.h"

#include "base/clock.h"
#include "classify/proof.h"
#include "rule/clash.h"

int terrier_policy_example(terrier_write write, void *of, terrier_error *error) {
    Writer out = writer_of(write, of);
    Error e = {0};

    writer_text(&out, policy_example);
    return error_out(writer_close(&out, 0, &e), &e, error);
}

int policy_day(const char *as_of, Error *reterr, Day *ret) {
    if (!as_of) {
        *ret = day_of_time(clock_real_ns());
        return 0;
    }
    return day_parse(span_of(as_of), ret)
               ? 0
               : error_set(reterr, -EINVAL, "'%s' is no day, expected one such as 2027-01-31",
                           quote(span_of(as_of)).text);
}

/* ---- check ---- */

typedef struct Checking {
    const Rules *rules; /* NULL: types are not looked up */
    Writer *out;
    size_t bad;
} Checking;

static int put(Checking *c, const RuleMark *at, const char *note, const char *text) {
    writer_printf(c->out, "%s:%u:%u: %s%s\n", at->file, at->line, at->col, note, text);
    return writer_flush(c->out);
}

static int on_clash(void *of, const Clash *clash) {
    Checking *c = of;

    c->bad += !clash->note;
    return put(c, &clash->mark, clash->note ? "note: " : "", clash->text);
}

static int on_failed(void *of, const PolicyExample *e, const char *text) {
    Checking *c = of;

    c->bad++;
    return put(c, &e->mark, "", text);
}

static bool is_type(void *of, const char *type) {
    const Checking *c = of;
    const Category *all;
    size_t n = category_all(&all);

    for (size_t i = 0; i < n; i++) {
        if (type_is_under(all[i].id, type))
            return true;
    }
    for (size_t i = 0; i < c->rules->n; i++) {
        if (type_is_under(c->rules->detectors[i].id, type))
            return true;
    }
    return false;
}

static int check(Checking *c, const char *file, Day on, size_t *ret_examples, Error *reterr) {
    const ClashTo clashes = {.of = c, .clash = on_clash, .is_type = c->rules ? is_type : NULL};
    const ProofTo proofs = {.of = c, .failed = on_failed};
    _cleanup_(policy_done) Policy p = {0};
    int r = error_of_file(policy_read(file, reterr, &p), file, reterr);

    if (r == 0)
        r = clashes_find(&p, on, &clashes);
    return r < 0 ? r : policy_prove(&p, &proofs, ret_examples);
}

int terrier_policy_check(const char *file, const terrier_rules *rules, const char *as_of,
                         terrier_write write, void *of, size_t *ret_examples, size_t *ret_bad,
                         terrier_error *error) {
    Writer out = writer_of(write, of);
    Checking c = {.rules = rules ? rules->rules : NULL, .out = &out};
    Error e = {0};
    Day on = 0;
    int r = policy_day(as_of, &e, &on);

    *ret_examples = 0;
    if (r == 0)
        r = check(&c, file, on, ret_examples, &e);
    *ret_bad = c.bad;
    return error_out(writer_close(&out, r, &e), &e, error);
}
