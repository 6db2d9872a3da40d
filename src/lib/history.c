/* terrier_runs, terrier_diff, terrier_conditions: the runs of a store, what changed between two,
 * and what is asked of one. See terrier.h. */
#include "base/clock.h"
#include "lib/common.h"
#include "lib/places.h"
#include "report/changes.h"
#include "report/runs.h"
#include "store/condition.h"
#include "store/query.h"

int terrier_runs(const terrier_runs_options *o, terrier_write write, void *of,
                 terrier_error *error) {
    _cleanup_(store_closep) Store *s = NULL;
    Given given = {write, of};
    Outlet to = {.write = given_write, .of = &given};
    Error e = {0};
    int r = places_open_store(o->store, &e, &s), end;

    if (r == 0)
        r = o->format == TERRIER_JSONL ? runs_jsonl(s, o->most, &to, &e)
                                       : runs_text(s, o->most, o->colour, &to, &e);
    end = outlet_end(&to);
    return error_out(r < 0 ? r : end, &e, error);
}

int terrier_diff(const terrier_diff_options *o, terrier_write write, void *of,
                 terrier_error *error) {
    const ChangesOptions how = {.before = o->before, .run = o->run, .colour = o->colour};
    _cleanup_(store_closep) Store *s = NULL;
    Given given = {write, of};
    Outlet to = {.write = given_write, .of = &given};
    Error e = {0};
    int r = places_open_store(o->store, &e, &s), end;

    if (r == 0)
        r = o->format == TERRIER_JSONL ? changes_jsonl(s, &how, &to, &e)
                                       : changes_text(s, &how, &to, &e);
    end = outlet_end(&to);
    return error_out(r < 0 ? r : end, &e, error);
}

static int conditions_ask(Store *s, int64_t run, const Condition *all, size_t n, Error *reterr,
                          const char **ret) {
    _cleanup_(arena_done) Arena a = {0};
    const Condition *holds = NULL;
    RunRow row;
    int r = query_run(s, run, &a, reterr, &row);

    if (r == 0)
        r = conditions_hold(s, row.id, all, n, clock_real_ns(), reterr, &holds);
    *ret = holds ? holds->text : NULL;
    return r;
}

int terrier_conditions(const char *store, int64_t run, const char *const *conditions, size_t n,
                       const char **ret, terrier_error *error) {
    _cleanup_(store_closep) Store *s = NULL;
    Condition all[CONDITIONS_MAX];
    Error e = {0};
    int r = n > CONDITIONS_MAX
                ? error_set(&e, -EINVAL, "more than %d --fail-on conditions", CONDITIONS_MAX)
                : 0;

    *ret = NULL;
    for (size_t i = 0; r == 0 && i < n; i++)
        r = condition_parse(conditions[i], &e, &all[i]);
    if (r == 0)
        r = places_open_store(store, &e, &s);
    if (r == 0)
        r = conditions_ask(s, run, all, n, &e, ret);
    return error_out(r, &e, error);
}
