/* terrier_triage_...: decisions about findings. See terrier.h; what they hold is store/triage. */
#include "store/triage.h"

#include <pwd.h>

#include "base/clock.h"
#include "base/quantity.h"
#include "lib/decision.h"
#include "lib/lines.h"
#include "lib/places.h"
#include "lib/record.h"
#include "report/judged.h"
#include "store/found.h"
#include "store/runscope.h"

/* ---- what may be decided ---- */

/* A name is looked up once, here, since reports and scans must not wait for a name service. */
static int owner_read(const char *owner, Arena *a, Error *reterr, const char **ret) {
    const char *at = owner;
    struct passwd *found;
    char number[24];
    uint64_t uid;

    if (!quantity_digits(&at, &uid) || *at) {
        found = getpwnam(owner);
        if (!found)
            return error_set(reterr, -EINVAL,
                             "--owner '%.60s' is no user of this machine; give the number", owner);
        uid = found->pw_uid;
    }
    if (uid >= UINT32_MAX)
        return error_set(reterr, -EINVAL, "--owner '%.60s' is no number of a user", owner);
    snprintf(number, sizeof(number), "%llu", (unsigned long long)uid);
    *ret = arena_text(a, span_of(number));
    return *ret ? 0 : -ENOMEM;
}

static const char *text_of(const char *text) {
    return text ? text : "";
}

static int entry_check(const TriageEntry *e, Error *reterr) {
    int r;

    if (!e->finding[0] && !e->glob[0] && !e->type[0] && !e->asset[0] && !e->owner[0])
        return error_set(reterr, -EINVAL,
                         "nothing is judged: give a finding's id, a GLOB, --type, --asset or "
                         "--owner");
    if (e->finding[0] && !lineage_id_is(span_of(e->finding)))
        return error_set(reterr, -EINVAL,
                         "'%.40s' is no id of a finding, expected f: and 16 hex digits, as "
                         "terrier report --findings prints them",
                         e->finding);
    if (!triage_verdict_is(e->verdict))
        return error_set(reterr, -EINVAL,
                         "the verdict is missing or unknown: expected accepted, false-positive, "
                         "test-data or ticket");
    if ((r = decision_glob(e->glob, "the GLOB", reterr)) < 0 ||
        (r = decision_glob(e->type, "--type", reterr)) < 0 ||
        (r = decision_glob(e->asset, "--asset", reterr)) < 0 ||
        (r = decision_text(e->reason, "--reason", reterr)) < 0)
        return r;
    return decision_text(e->approver, "--by", reterr);
}

static int entry_make(const terrier_triage *from, Arena *a, Error *reterr, TriageEntry *ret) {
    int r;

    *ret = (TriageEntry){.created = clock_real_ns(),
                         .finding = text_of(from->finding),
                         .glob = text_of(from->path),
                         .type = text_of(from->type),
                         .asset = text_of(from->asset),
                         .owner = "",
                         .verdict = text_of(from->verdict),
                         .reason = text_of(from->reason),
                         .approver = text_of(from->by)};
    if (from->owner && (r = owner_read(from->owner, a, reterr, &ret->owner)) < 0)
        return r;
    r = entry_check(ret, reterr);
    return r < 0 ? r : decision_until(from->until, reterr, &ret->expires);
}

/* ---- the ledger ---- */

static void member_put(Json *j, const char *key, const char *text) {
    json_key(j, key);
    json_text(j, text[0] ? text : NULL);
}

static void conditions_put(Json *j, const TriageEntry *e) {
    char day[16];

    decision_day(e->expires, day);
    member_put(j, "finding", e->finding);
    member_put(j, "glob", e->glob);
    member_put(j, "type", e->type);
    member_put(j, "asset", e->asset);
    member_put(j, "owner", e->owner);
    member_put(j, "verdict", e->verdict);
    member_put(j, "reason", e->reason);
    member_put(j, "by", e->approver);
    member_put(j, "until", day);
}

static int entry_record(Store *s, const TriageEntry *e, const char *event, const char *why,
                        Error *reterr) {
    _cleanup_(buf_done) Buf body = {0}, target = {0};
    Json j = decision_begin(&body, event);

    judged_target(e, &target);
    json_key(&j, "entry");
    json_int(&j, e->id);
    member_put(&j, "target", buf_cstr(&target));
    conditions_put(&j, e);
    if (why)
        member_put(&j, "why", why);
    return buf_error(&target) < 0 ? -ENOMEM : decision_record(s, LEDGER_TRIAGE, &j, reterr);
}

/* ---- what it judges ---- */

/* How many findings of a run the entry judges, whatever others do. */
static int run_count(Store *s, int64_t run, const TriageEntry *e, Error *reterr, uint64_t *ret) {
    Judge one = {.now = INT64_MIN + 1};
    FoundFilter filter = {.judge = &one, .lineage = e->finding[0]};
    _cleanup_(found_cursor_closep) FoundCursor *c = NULL;
    const TriageEntry *list[] = {e};
    TriageEntry copy = *e;
    uint64_t count = 0;
    int64_t uid = e->owner[0] ? strtoll(e->owner, NULL, 10) : -1;
    FoundRow row;
    int r;

    list[0] = one.entries = &copy;
    one.n = 1;
    one.counts = &count;
    one.uids = &uid;
    one.owners = e->owner[0];
    one.by_id = one.others = list;
    one.n_by_id = e->finding[0] ? 1 : 0;
    one.n_others = e->finding[0] ? 0 : 1;
    r = found_cursor_open(s, run, &filter, false, reterr, &c);
    while (r >= 0 && (r = found_cursor_step(c, reterr, &row)) > 0)
        ;
    *ret += count;
    return r;
}

static int lasts_count(Store *s, const TriageEntry *e, Error *reterr, uint64_t *ret) {
    _cleanup_(arena_done) Arena a = {0};
    int64_t *runs;
    size_t n;
    int r = runscope_lasts(s, &a, reterr, &runs, &n);

    *ret = 0;
    for (size_t i = 0; r == 0 && i < n; i++)
        r = run_count(s, runs[i], e, reterr, ret);
    return r;
}

/* A typing error would hold nothing and look as if it did. */
static int must_judge(Store *s, const TriageEntry *e, Error *reterr, uint64_t *ret) {
    bool known = true;
    int r = lasts_count(s, e, reterr, ret);

    if (r < 0 || *ret || e->asset[0])
        return r;
    if (e->finding[0])
        r = lineage_known(s, e->finding, reterr, &known);
    if (r < 0)
        return r;
    return error_set(reterr, -EINVAL,
                     known && e->finding[0]
                         ? "no finding of the last runs is that: it is gone, or was moved"
                         : "no finding of the last runs is judged by that; terrier report "
                           "--findings lists them");
}

/* ---- calls ---- */

static int add(Store *s, TriageEntry *e, Error *reterr) {
    int r = store_triage_put(s, e, reterr, &e->id);

    return r < 0 ? r : entry_record(s, e, "added", NULL, reterr);
}

int terrier_triage_add(const char *store, const terrier_triage *entry, terrier_write write,
                       void *of, terrier_error *error) {
    _cleanup_(store_closep) Store *s = NULL;
    _cleanup_(arena_done) Arena a = {0};
    Writer out = writer_of(write, of);
    uint64_t count = 0;
    TriageEntry e;
    Error why = {0};
    int r = entry_make(entry, &a, &why, &e);

    if (r == 0)
        r = decision_store(store, &why, &s);
    if (r == 0)
        r = must_judge(s, &e, &why, &count);
    if (r == 0)
        r = add(s, &e, &why);
    if (r == 0)
        writer_printf(&out, "entry #%lld judges %llu %s of the last runs\n", (long long)e.id,
                      (unsigned long long)count, count == 1 ? "finding" : "findings");
    return error_out(writer_close(&out, r, &why), &why, error);
}

static int entry_tell(const Judge *j, const TriageEntry *e, terrier_format format, Writer *out) {
    char day[16];
    Json line;

    if (format == TERRIER_JSONL) {
        line = json_to(&out->buf);
        json_object_begin(&line);
        json_key(&line, "kind");
        json_text(&line, "triage");
        json_key(&line, "entry");
        json_int(&line, e->id);
        conditions_put(&line, e);
        json_object_end(&line);
        writer_text(out, "\n");
        return writer_flush(out);
    }
    decision_day(e->expires, day);
    writer_printf(out, "#%-4lld %s%-14s ", (long long)e->id, judge_expired(j, e) ? "EXPIRED " : "",
                  e->verdict);
    judged_target(e, &out->buf);
    writer_printf(out, "\n      by ");
    writer_name(out, span_of(e->approver));
    writer_printf(out, "%s%s: ", day[0] ? ", until " : "", day);
    writer_name(out, span_of(e->reason));
    writer_text(out, "\n");
    return writer_flush(out);
}

int terrier_triage_list(const char *store, terrier_format format, terrier_write write, void *of,
                        terrier_error *error) {
    _cleanup_(store_closep) Store *s = NULL;
    _cleanup_(judge_done) Judge j = {0};
    Writer out = writer_of(write, of);
    Error why = {0};
    int r = places_open_store(store, &why, &s);

    if (r == 0)
        r = judge_load(s, clock_real_ns(), &why, &j);
    for (size_t i = 0; r == 0 && i < j.n; i++)
        r = entry_tell(&j, &j.entries[i], format, &out);
    if (r == 0 && j.n == 0 && format != TERRIER_JSONL)
        writer_text(&out, "Nothing was decided about any finding.\n");
    return error_out(writer_close(&out, r, &why), &why, error);
}

static int entry_find(Store *s, int64_t number, Arena *a, Error *reterr, TriageEntry *ret) {
    TriageEntry *all;
    size_t n;
    int r = query_triage(s, a, reterr, &all, &n);

    for (size_t i = 0; r == 0 && i < n; i++) {
        if (all[i].id == number) {
            *ret = all[i];
            return 0;
        }
    }
    return r < 0 ? r
                 : error_set(reterr, -ENOENT,
                             "there is no entry #%lld; terrier triage list has them all",
                             (long long)number);
}

int terrier_triage_remove(const char *store, int64_t number, const char *reason,
                          terrier_write write, void *of, terrier_error *error) {
    _cleanup_(store_closep) Store *s = NULL;
    _cleanup_(arena_done) Arena a = {0};
    Writer out = writer_of(write, of);
    bool was = false;
    TriageEntry e;
    Error why = {0};
    int r = decision_text(reason, "--reason", &why);

    if (r == 0)
        r = decision_store(store, &why, &s);
    if (r == 0)
        r = entry_find(s, number, &a, &why, &e);
    if (r == 0)
        r = store_triage_remove(s, number, &why, &was);
    if (r == 0)
        r = entry_record(s, &e, "removed", reason, &why);
    if (r == 0)
        writer_printf(&out, "entry #%lld is removed; the ledger keeps it\n", (long long)number);
    return error_out(writer_close(&out, r, &why), &why, error);
}

/* ---- import ---- */

typedef struct Import {
    Arena arena;
    TriageEntry *old; /* of the store */
    size_t n_old;
    Buf fresh; /* TriageEntry each */
    size_t n_same, n_unknown;
} Import;

static void import_done(Import *i) {
    buf_done(&i->fresh);
    arena_done(&i->arena);
}

/* "" where the member is not there, or null. */
static int member_take(const Record *line, const char *key, Arena *a, const char **ret) {
    Span text = {0};

    if (record_text(line, key, NULL, &text) < 0)
        text = span_of("");
    if (memchr(text.at, 0, text.n))
        return -EINVAL;
    *ret = arena_text(a, text);
    return *ret ? 0 : -ENOMEM;
}

static int line_read(const Record *line, Arena *a, Error *reterr, TriageEntry *ret) {
    terrier_triage given = {0};
    const struct {
        const char *key, **to;
    } members[] = {{"finding", &given.finding}, {"glob", &given.path},     {"type", &given.type},
                   {"asset", &given.asset},     {"owner", &given.owner},   {"by", &given.by},
                   {"verdict", &given.verdict}, {"reason", &given.reason}, {"until", &given.until}};

    for (size_t i = 0; i < N_ELEMENTS(members); i++) {
        int r = member_take(line, members[i].key, a, members[i].to);

        if (r < 0)
            return r == -EINVAL ? error_set(reterr, r, "\"%s\" has a NUL", members[i].key) : r;
    }
    if (!given.owner[0])
        given.owner = NULL;
    if (!given.until[0])
        given.until = NULL;
    return entry_make(&given, a, reterr, ret);
}

static bool is_same(const TriageEntry *a, const TriageEntry *b) {
    return strcmp(a->finding, b->finding) == 0 && strcmp(a->glob, b->glob) == 0 &&
           strcmp(a->type, b->type) == 0 && strcmp(a->asset, b->asset) == 0 &&
           strcmp(a->owner, b->owner) == 0 && strcmp(a->verdict, b->verdict) == 0 &&
           strcmp(a->reason, b->reason) == 0 && strcmp(a->approver, b->approver) == 0 &&
           a->expires == b->expires;
}

static bool is_there(const Import *im, const TriageEntry *e) {
    const TriageEntry *fresh = (const TriageEntry *)(const void *)im->fresh.at;

    for (size_t i = 0; i < im->n_old; i++) {
        if (is_same(&im->old[i], e))
            return true;
    }
    for (size_t i = 0; i < im->fresh.n / sizeof(*fresh); i++) {
        if (is_same(&fresh[i], e))
            return true;
    }
    return false;
}

static int line_take(Import *im, Store *s, Span text, uint64_t number, Error *reterr) {
    _cleanup_(record_freep) Record *line = NULL;
    bool known = true;
    TriageEntry e;
    int r = record_read(text, number, reterr, &line);

    if (r < 0)
        return r;
    r = line_read(line, &im->arena, reterr, &e);
    if (r == -EINVAL)
        error_note(reterr, "line %llu", (unsigned long long)number);
    if (r < 0)
        return r;
    if (is_there(im, &e)) {
        im->n_same++;
        return 0;
    }
    if (im->n_old + im->fresh.n / sizeof(e) >= TRIAGE_MAX)
        return error_set(reterr, -ENOSPC, "the store would have more than %d entries of triage",
                         TRIAGE_MAX);
    if (e.finding[0])
        r = lineage_known(s, e.finding, reterr, &known);
    im->n_unknown += !known;
    buf_add(&im->fresh, &e, sizeof(e));
    return r < 0 ? r : buf_error(&im->fresh);
}

static int lines_take(Import *im, Store *s, int fd, Error *reterr) {
    Lines lines = {.fd = fd};
    Span text;
    int r;

    while ((r = lines_next(&lines, reterr, &text)) > 0) {
        r = text.n ? line_take(im, s, text, lines.number, reterr) : 0;
        if (r < 0)
            break;
    }
    lines_done(&lines);
    return r;
}

/* The first entry of the ledger commits all that was put; so all are put first. */
static int import_put(Import *im, Store *s, Error *reterr) {
    TriageEntry *fresh = (TriageEntry *)(void *)im->fresh.at;
    size_t n = im->fresh.n / sizeof(*fresh);
    int r = 0;

    for (size_t i = 0; r == 0 && i < n; i++)
        r = store_triage_put(s, &fresh[i], reterr, &fresh[i].id);
    for (size_t i = 0; r == 0 && i < n; i++)
        r = entry_record(s, &fresh[i], "imported", NULL, reterr);
    return r;
}

int terrier_triage_import(const char *store, int fd, terrier_write write, void *of,
                          terrier_error *error) {
    _cleanup_(store_closep) Store *s = NULL;
    _cleanup_(import_done) Import im = {0};
    Writer out = writer_of(write, of);
    Error why = {0};
    int r = decision_store(store, &why, &s);

    if (r == 0)
        r = query_triage(s, &im.arena, &why, &im.old, &im.n_old);
    if (r == 0)
        r = lines_take(&im, s, fd, &why);
    if (r == 0)
        r = import_put(&im, s, &why);
    if (r == 0)
        writer_printf(&out,
                      "%zu imported, %zu were there already; %zu name findings that the "
                      "store does not know\n",
                      im.fresh.n / sizeof(TriageEntry), im.n_same, im.n_unknown);
    return error_out(writer_close(&out, r, &why), &why, error);
}
