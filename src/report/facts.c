/* Facts: see facts.h. */
#include "report/facts.h"

void facts_done(Facts *f) {
    arena_done(&f->arena);
}

static int facts_read(Store *s, int64_t run, Error *reterr, Facts *f) {
    int r;

    if ((r = query_run(s, run, &f->arena, reterr, &f->run)) < 0 ||
        (r = query_roots(s, f->run.id, &f->arena, reterr, &f->roots, &f->n_roots)) < 0 ||
        (r = query_coverage(s, f->run.id, reterr, &f->coverage)) < 0)
        return r;
    r = query_reasons(s, f->run.id, &f->arena, reterr, &f->reasons, &f->n_reasons);
    if (r == 0)
        r = query_manifest(s, f->run.id, &f->arena, reterr, &f->manifest);
    f->has_manifest = r > 0;
    if (r >= 0)
        r = query_delta(s, f->run.id, reterr, &f->delta);
    f->has_delta = r > 0;
    return r < 0 ? r : query_accepted(s, f->run.id, reterr, &f->accepted);
}

int facts_load(Store *s, int64_t run, Error *reterr, Facts *ret) {
    Facts f = {0};
    int r = facts_read(s, run, reterr, &f);

    if (r < 0) {
        facts_done(&f);
        return r;
    }
    *ret = f;
    return 0;
}
