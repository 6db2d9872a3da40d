/*
 * Exhibit: see exhibit.h.
 *
 * The seams for what other rooms know of an object are access_fill() and age_fill(): each fills in
 * its facts, and leaves unknown what it does not know.
 */
#include "assess/exhibit.h"

#include "base/show.h"
#include "store/name.h"

static int ages_open(Exhibit *s, Store *store, int64_t run, Error *reterr) {
    char as_of[DAY_TEXT_MAX];
    int64_t judged;
    int r;

    day_print(s->as_of, as_of);
    r = retained_last(store, run, as_of, &s->arena, reterr, &judged, &s->policy_version);
    return r < 0 || !judged ? r : retained_of_open(store, judged, reterr, &s->ages);
}

int exhibit_init(Exhibit *s, Store *store, int64_t run, Day as_of, Error *reterr) {
    int r;

    *s = (Exhibit){.as_of = as_of};
    category_under(span_of("identifier"), &s->identifiers);
    r = reach_init(&s->reach, store, run, reterr);
    if (r == 0)
        r = owners_load(store, run, &s->arena, reterr, &s->owners);
    if (r == 0)
        r = fact_of_open(store, reterr, &s->facts);
    return r < 0 ? r : ages_open(s, store, run, reterr);
}

void exhibit_done(Exhibit *s) {
    fact_of_close(s->facts);
    retained_of_close(s->ages);
    buf_done(&s->age);
    buf_done(&s->raw);
    buf_done(&s->shown);
    buf_done(&s->label);
    buf_done(&s->texts);
    buf_done(&s->owner);
    reach_done(&s->reach);
    arena_done(&s->arena);
    *s = (Exhibit){0};
}

/* ---- the object ---- */

/* Who may read it, whose it is: exposure, orphan, owner. */
static int access_fill(Exhibit *s, const FoundRow *row, Error *reterr) {
    Case *c = &s->facts_of_object;
    Access access;
    int r = reach_judge(&s->reach, row->root, row->path, &row->meta, row->acl, reterr, &access);

    if (r < 0)
        return r;
    if (access.known)
        case_put(c, CASE_EXPOSURE, access.exposure);
    buf_clear(&s->owner);
    owner_print(&s->owners, false, row->meta.uid, &s->owner);
    case_put_text(c, CASE_OWNER, buf_as_span(&s->owner));
    if (owner_name(&s->owners, false, row->meta.uid))
        case_put(c, CASE_ORPHAN, owner_is_orphan(&s->owners, row->meta.uid));
    return buf_error(&s->owner);
}

/* Texts one behind the other, each with its NUL, so that they stay where they are. */
static void age_texts(Exhibit *s, const RetainedFacts *f) {
    static const CaseFact facts[] = {CASE_RETENTION_CLASS, CASE_RETENTION_RULE,
                                     CASE_RETENTION_EVIDENCE, CASE_RETENTION_DUE};
    const char *at;
    char due[DAY_TEXT_MAX] = "";

    if (f->due != DAY_NONE)
        day_print(f->due, due);
    buf_clear(&s->age);
    buf_add(&s->age, f->class, strlen(f->class) + 1);
    buf_add(&s->age, f->rule, strlen(f->rule) + 1);
    buf_add(&s->age, f->source, strlen(f->source) + 1);
    buf_add(&s->age, due, strlen(due) + 1);
    at = buf_error(&s->age) < 0 ? NULL : (const char *)s->age.at;
    for (size_t i = 0; at && i < N_ELEMENTS(facts); i++) {
        if (*at)
            case_put_text(&s->facts_of_object, facts[i], span_of(at));
        at += strlen(at) + 1;
    }
}

/* What the retention policy says of it: age_state, days_overdue, retention.*. */
static int age_fill(Exhibit *s, const FoundRow *row, Error *reterr) {
    RetainedFacts f = {0};
    int64_t state = AGE_UNCLASSIFIED;
    int r = s->ages ? retained_of_get(s->ages, row->root, row->path, reterr, &f) : -ENOENT;

    if (!s->ages || r < 0)
        return s->ages ? r : 0;
    if (r > 0) {
        fact_word(CASE_AGE_STATE, span_of(f.state), &state);
        case_put(&s->facts_of_object, CASE_DAYS_OVERDUE, f.overdue);
        age_texts(s, &f);
    }
    case_put(&s->facts_of_object, CASE_AGE_STATE, state);
    case_put_text(&s->facts_of_object, CASE_POLICY_VERSION, span_of(s->policy_version));
    return buf_error(&s->age);
}

static int label_fill(Exhibit *s, const FoundRow *row, Error *reterr) {
    FactRow fact;
    int r;

    buf_clear(&s->label);
    fact_of_begin(s->facts, row->object, "label");
    r = fact_of_step(s->facts, reterr, &fact);
    if (r < 0)
        return r;
    if (r > 0)
        show_span(&s->label, fact.text);
    case_put(&s->facts_of_object, CASE_LABELLED, r > 0);
    case_put_text(&s->facts_of_object, CASE_LABEL, buf_as_span(&s->label));
    return buf_error(&s->label);
}

static int path_fill(Exhibit *s, const FoundRow *row) {
    int r;

    buf_clear(&s->raw);
    buf_clear(&s->shown);
    buf_span(&s->raw, row->root);
    if (row->root.n && row->path.n && row->root.at[row->root.n - 1] != '/')
        buf_byte(&s->raw, '/');
    buf_span(&s->raw, row->path);
    r = name_print(&s->shown, row->root, row->path);
    if (r == 0)
        r = buf_error(&s->raw) < 0 ? -ENOMEM : buf_error(&s->shown);
    if (r == 0)
        case_put_path(&s->facts_of_object, buf_as_span(&s->raw), buf_as_span(&s->shown));
    return r;
}

static int object_fill(Exhibit *s, const FoundRow *row, Error *reterr) {
    int r;

    case_clear(&s->facts_of_object);
    s->object = row->object;
    s->asset = 0;
    buf_clear(&s->texts);
    buf_text(&s->texts, row->format);
    if (buf_error(&s->texts) < 0)
        return -ENOMEM;
    case_put(&s->facts_of_object, CASE_EVENT, EVENT_FINDING);
    if (s->texts.n)
        case_put_text(&s->facts_of_object, CASE_FORMAT, buf_as_span(&s->texts));
    case_put(&s->facts_of_object, CASE_ENCRYPTED, row->status.kind == STATUS_ENCRYPTED);
    r = path_fill(s, row);
    if (r == 0)
        r = label_fill(s, row, reterr);
    if (r == 0)
        r = access_fill(s, row, reterr);
    return r < 0 ? r : age_fill(s, row, reterr);
}

/* ---- the finding ---- */

uint64_t exhibit_count(const FoundRow *row) {
    uint64_t sure = row->count[LEVEL_MEDIUM] + row->count[LEVEL_HIGH];

    return sure ? sure : row->count[LEVEL_LOW];
}

uint64_t exhibit_persons(const Exhibit *s, const FoundRow *row) {
    int place = category_place(span_of(row->category));

    return place >= 0 && category_set_has(&s->identifiers, (size_t)place) ? row->distinct : 0;
}

void exhibit_detector(Case *c, const char *id, const char *category, Tier tier) {
    case_put(c, CASE_EVENT, EVENT_FINDING);
    case_put_text(c, CASE_DATA_TYPE, span_of(id));
    case_put_category(c, category);
    case_put(c, CASE_TIER, tier);
}

static void finding_fill(const Exhibit *s, Case *c, const FoundRow *row) {
    uint64_t hits = found_count(row->count), persons = exhibit_persons(s, row);

    exhibit_detector(c, row->detector, row->category, row->tier);
    case_put(c, CASE_CONFIDENCE, row->level);
    case_put(c, CASE_COUNT, (int64_t)exhibit_count(row));
    case_put(c, CASE_DISTINCT_VALUES, (int64_t)row->distinct);
    if (persons)
        case_put(c, CASE_DISTINCT_PERSONS, (int64_t)persons);
    if (row->tested)
        case_put(c, CASE_INVALID_SHARE,
                 row->tested > row->valid
                     ? (int64_t)((double)(row->tested - row->valid) * 100 / (double)row->tested)
                     : 0);
    case_put(c, CASE_TEST_VALUE, row->test_values && row->test_values >= hits);
}

int exhibit_take(Exhibit *s, const FoundRow *row, Error *reterr, const Case **ret, bool *ret_new) {
    int r = 0;

    *ret_new = row->object != s->object;
    if (*ret_new)
        r = object_fill(s, row, reterr);
    if (r < 0)
        return r;
    s->facts_of_finding = s->facts_of_object;
    finding_fill(s, &s->facts_of_finding, row);
    *ret = &s->facts_of_finding;
    return 0;
}
