/* Run: see run.h. */
#include "detect/run.h"

#include "base/cleanup.h"
#include "detect/bytes.h"

enum { SLOTS = 8192 };

int runs_init(Runs *r) {
    *r = (Runs){.mask = SLOTS - 1};
    r->slots = malloc(SLOTS * sizeof(*r->slots));
    if (!r->slots)
        return -ENOMEM;
    memset(r->slots, 0xff, SLOTS * sizeof(*r->slots));
    memset(r->any, 0xff, sizeof(r->any));
    return 0;
}

void runs_done(Runs *r) {
    free(r->rules);
    free(r->slots);
    *r = (Runs){0};
}

static int runs_put(Runs *r, RunRule rule, int32_t *head) {
    if (r->n == r->cap) {
        size_t cap = r->cap ? r->cap * 2 : 64;
        void *rules = reallocarray(r->rules, cap, sizeof(*r->rules));

        if (!rules)
            return -ENOMEM;
        r->rules = rules;
        r->cap = cap;
    }
    rule.next = *head;
    r->rules[r->n] = rule;
    *head = (int32_t)r->n++;
    return 0;
}

int runs_add(Runs *r, const Layout *layout, uint16_t detector, uint16_t match) {
    RunRule rule = {.length = layout->run, .detector = detector, .match = match, .layout = layout};
    uint8_t open[RUN_MAX];
    size_t n_open = 0;

    if (layout->run < RUN_MIN || layout->run > RUN_MAX)
        return -EINVAL;
    for (size_t i = 0; i < layout->run; i++) {
        size_t at = (size_t)layout->anchor + i;

        if (layout->class[at] == LAYOUT_ALNUM)
            open[n_open++] = (uint8_t)i;
        else if (layout->class[at] == LAYOUT_DIGIT ||
                 (layout->class[at] == LAYOUT_LITERAL && byte_is_digit(layout->literal[at])))
            rule.mask |= UINT64_C(1) << i;
    }
    r->lengths |= UINT64_C(1) << layout->run;
    if (n_open > RUN_FREE_MAX)
        return runs_put(r, rule, &r->any[layout->run]);
    for (size_t bits = 0; bits < (size_t)1 << n_open; bits++) {
        RunRule spelt = rule;
        int e;

        for (size_t k = 0; k < n_open; k++)
            spelt.mask |= (uint64_t)(bits >> k & 1) << open[k];
        e = runs_put(r, spelt, &r->slots[runs_slot(r, spelt.mask, spelt.length)]);
        if (e < 0)
            return e;
    }
    return 0;
}
