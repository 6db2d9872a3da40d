/* terrier_retention: a policy held against a stored run, and what came of it. See terrier.h. */
#include "assess/retain.h"
#include "base/json.h"
#include "evidence/key.h"
#include "evidence/origin.h"
#include "lib/event.h"
#include "lib/policy.h"
#include "report/keeping.h"
#include "store/query.h"

typedef struct Judgement {
    const terrier_retention_options *o;
    Store *store;
    Arena arena;
    Policy policy;
    bool stock;
    Day as_of;
    RunRow run;
    int64_t assessment;
} Judgement;

/* ---- the policy ---- */

/* $XDG_CONFIG_HOME/terrier/retention.yaml, where there is one. */
static int policy_default_path(char **ret) {
    _cleanup_(free_p) char *directory = NULL;
    int r = key_default_directory(&directory);

    *ret = NULL;
    if (r < 0)
        return r == -ENOMEM ? r : 0;
    if (asprintf(ret, "%s/retention.yaml", directory) < 0)
        return -ENOMEM;
    if (access(*ret, F_OK) < 0) {
        free(*ret);
        *ret = NULL;
    }
    return 0;
}

static int policy_load(Judgement *j, Error *reterr) {
    _cleanup_(free_p) char *path = j->o->policy ? strdup(j->o->policy) : NULL;
    int r = 0;

    if (!path)
        r = j->o->policy ? -ENOMEM : policy_default_path(&path);
    if (r < 0)
        return r;
    j->stock = !path;
    return path ? error_of_file(policy_read(path, reterr, &j->policy), path, reterr)
                : policy_read_bytes(span_of(policy_example), "the example", reterr, &j->policy);
}

/* ---- the ledger ---- */

static int record(Judgement *j, Error *reterr) {
    _cleanup_(buf_done) Buf body = {0};
    Json line = json_to(&body);
    char as_of[DAY_TEXT_MAX];
    int r;

    day_print(j->as_of, as_of);
    json_object_begin(&line);
    json_key(&line, "as_of");
    json_text(&line, as_of);
    json_key(&line, "assessment");
    json_int(&line, j->assessment);
    json_key(&line, "event");
    json_text(&line, "applied");
    json_key(&line, "operator");
    origin_put_operator(&line);
    json_key(&line, "policy");
    json_text(&line, j->policy.id);
    json_key(&line, "run");
    json_int(&line, j->run.id);
    json_key(&line, "sha256");
    json_hex(&line, span(j->policy.digest, POLICY_DIGEST));
    json_key(&line, "version");
    json_text(&line, j->policy.version);
    json_object_end(&line);
    r = buf_error(&body);
    return r < 0 ? r : event_record_in(j->store, LEDGER_POLICY, buf_as_span(&body), reterr);
}

/* ---- judge and report ---- */

static int state_check(const char *state, Error *reterr) {
    int64_t number;

    if (!state || fact_word(CASE_AGE_STATE, span_of(state), &number) == 0)
        return 0;
    return error_set(reterr, -EINVAL,
                     "'%s' is no state, expected held, policy_conflict, exempt, undetermined, "
                     "violation, violation_partial, due_soon, within or premature_disposal",
                     quote(span_of(state)).text);
}

static int store_get(Judgement *j, Error *reterr) {
    _cleanup_(free_p) char *path = j->o->store ? strdup(j->o->store) : NULL;
    int r = 0;

    if (!path)
        r = j->o->store ? -ENOMEM : store_default_path(&path);
    if (r == 0 && access(path, F_OK) < 0)
        return error_set(reterr, -ENOENT,
                         "there is no store '%s'; scan first, or name another with --store FILE",
                         path);
    return r < 0 ? r : store_open(path, STORE_WRITE, reterr, &j->store);
}

static int judge(Judgement *j, Error *reterr) {
    RetainOptions o = {.policy = &j->policy, .stock = j->stock, .tool = TERRIER_VERSION};
    bool made = false;
    int r = state_check(j->o->state, reterr);

    if (r == 0)
        r = policy_day(j->o->as_of, reterr, &j->as_of);
    if (r == 0)
        r = policy_load(j, reterr);
    if (r == 0)
        r = store_get(j, reterr);
    if (r == 0)
        r = query_run(j->store, j->o->run, &j->arena, reterr, &j->run);
    if (r < 0)
        return r;
    o.run = j->run.id;
    o.as_of = j->as_of;
    r = retain_run(j->store, &o, reterr, &j->assessment, &made);
    return r < 0 || !made ? r : record(j, reterr);
}

static int report_to(Judgement *j, Outlet *to, Error *reterr) {
    char as_of[DAY_TEXT_MAX];
    const Keeping k = {.assessment = j->assessment,
                       .run = j->run.id,
                       .as_of = as_of,
                       .policy = j->policy.id,
                       .version = j->policy.version,
                       .approved_by = j->policy.approved_by,
                       .approved = policy_is_approved(&j->policy, j->as_of),
                       .stock = j->stock,
                       .state = j->o->state,
                       .colour = j->o->colour};

    day_print(j->as_of, as_of);
    switch (j->o->format) {
    case TERRIER_JSONL:
        return keeping_jsonl(j->store, &k, to, reterr);
    case TERRIER_CSV:
        return keeping_csv(j->store, &k, to, reterr);
    default:
        return keeping_text(j->store, &k, to, reterr);
    }
}

static int violations_count(Judgement *j, Error *reterr, uint64_t *ret) {
    RetentionSumRow *sums;
    size_t n = 0;
    int r = retained_sums(j->store, j->assessment, &j->arena, reterr, &sums, &n);

    for (size_t i = 0; r == 0 && i < n; i++) {
        if (strncmp(sums[i].state, "violation", 9) == 0 ||
            strcmp(sums[i].state, "premature_disposal") == 0)
            *ret += sums[i].objects;
    }
    return r;
}

int terrier_retention(const terrier_retention_options *options, terrier_write write, void *of,
                      uint64_t *ret_violations, terrier_error *error) {
    Judgement j = {.o = options};
    Given given = {write, of};
    Outlet to = {.write = given_write, .of = &given};
    Error e = {0};
    int r = judge(&j, &e);

    *ret_violations = 0;
    if (r == 0)
        r = violations_count(&j, &e, ret_violations);
    if (r == 0)
        r = report_to(&j, &to, &e);
    if (r == 0)
        r = outlet_end(&to);
    else
        outlet_end(&to);
    store_close(j.store);
    policy_done(&j.policy);
    arena_done(&j.arena);
    return error_out(r, &e, error);
}
