/* terrier_runs, terrier_diff: the runs of a store, and what changed between two. See terrier.h. */
#include "lib/common.h"
#include "lib/places.h"
#include "report/changes.h"
#include "report/runs.h"

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
