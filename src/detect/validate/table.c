/*
 * The table of validators: see validate.h. It is list.h, which stands in order of name, so that a
 * name is found by halves; tests/unit/detect/test-validate.c holds that order.
 */
#include "detect/validate/algorithm.h"
#include "detect/validate/compact.h"
#include "detect/validate/list.h"
#include "detect/validate/validate.h"

static const Validator validators[] = {
#define VALIDATOR(name, check, compact, rate) {name, check, compact, rate},
    VALIDATORS(VALIDATOR)
#undef VALIDATOR
};

/* Other names in use: python-stdnum writes in_.pan where `in` is a word of its language. */
static const struct {
    const char *alias, *name;
} aliases[] = {
    {"be.insz", "be.ssn"},
    {"btc", "bitcoin"},
    {"credit_card", "card"},
    {"jp.mynumber", "jp.in"},
};

static const Validator *find_exact(const char *name) {
    size_t lo = 0, hi = N_ELEMENTS(validators);

    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        int r = strcmp(name, validators[mid].name);

        if (r == 0)
            return &validators[mid];
        if (r < 0)
            hi = mid;
        else
            lo = mid + 1;
    }
    return NULL;
}

const Validator *validator_find(const char *name) {
    char plain[64];
    size_t k = 0;

    if (!name)
        return NULL;
    for (size_t i = 0; name[i]; i++) {
        if (name[i] == '_' && (name[i + 1] == '.' || name[i + 1] == 0))
            continue;
        if (k + 1 == sizeof(plain))
            return NULL;
        plain[k++] = name[i];
    }
    plain[k] = 0;
    for (size_t i = 0; i < N_ELEMENTS(aliases); i++)
        if (strcmp(plain, aliases[i].alias) == 0)
            return find_exact(aliases[i].name);
    return find_exact(plain);
}

size_t validator_all(const Validator **ret) {
    *ret = validators;
    return N_ELEMENTS(validators);
}

bool validator_accepts(const Validator *v, Span value) {
    char out[256];
    size_t n;

    if (value.n == 0 || value.n > sizeof(out))
        return false;
    n = (v->compact ? v->compact : compact_common)((const char *)value.at, value.n, out,
                                                   sizeof(out));
    return n > 0 && v->check(out, n);
}
