/* Pair: see pair.h. */
#include "report/pair.h"

#include "store/runscope.h"

static int check(Store *s, const RunRow *run, Error *reterr) {
    bool pruned = false;
    int r = runscope_pruned(s, run->id, &pruned);

    if (r < 0)
        return r;
    if (run->ended == INT64_MIN)
        return error_set(reterr, -EAGAIN,
                         "run %lld has not ended; go on with it by the same scan again, or name "
                         "another",
                         (long long)run->id);
    if (pruned)
        return error_set(reterr, -EAGAIN,
                         "run %lld was pruned: what it found is gone; name another",
                         (long long)run->id);
    return 0;
}

int pair_load(Store *s, int64_t before, int64_t run, Error *reterr, Pair *p) {
    int r = before && run ? 0 : runscope_last_pair(s, reterr, &before, &run);

    if (r < 0 || (r = query_run(s, before, &p->arena, reterr, &p->before)) < 0 ||
        (r = query_run(s, run, &p->arena, reterr, &p->run)) < 0 ||
        (r = check(s, &p->before, reterr)) < 0 || (r = check(s, &p->run, reterr)) < 0 ||
        (r = runscope_same(s, before, run, reterr, &p->same_scope)) < 0 ||
        (r = lineage_open(s, before, reterr, &p->looks[0])) < 0 ||
        (r = lineage_open(s, run, reterr, &p->looks[1])) < 0)
        return r;
    p->same_rules = memcmp(p->before.ruleset, p->run.ruleset, sizeof(p->run.ruleset)) == 0;
    p->same_key = strcmp(p->before.key, p->run.key) == 0;
    return 0;
}

void pair_done(Pair *p) {
    lineage_close(p->looks[0]);
    lineage_close(p->looks[1]);
    arena_done(&p->arena);
}

void pair_count(Pair *p, const Change *c) {
    p->counts[c->kind]++;
    if (c->kind == CHANGE_GONE)
        p->fates[c->fate]++;
}

int pair_id(Pair *p, const Change *c, Error *reterr, char ret[LINEAGE_ID_TEXT]) {
    const SideRow *row = c->after ? c->after : c->before;
    LineageRow lineage;
    int r = lineage_find(p->looks[c->after ? 1 : 0], row->root_path, row->path, row->part,
                         row->detector, reterr, &lineage);

    ret[0] = 0;
    if (r > 0)
        lineage_id_print(lineage.id, ret);
    return r < 0 ? r : 0;
}
