/* terrier_gaps_...: what may stay unread. See terrier.h; what it means for a run is store/gap. */
#include "store/gap.h"

#include "base/clock.h"
#include "lib/decision.h"
#include "lib/places.h"
#include "store/runscope.h"

static void text_put(Json *j, const char *key, const char *text) {
    json_key(j, key);
    json_text(j, text);
}

static void gap_put(Json *j, const GapEntry *e) {
    char day[16];

    decision_day(e->until, day);
    text_put(j, "glob", e->glob);
    text_put(j, "reason", e->reason);
    text_put(j, "by", e->by);
    text_put(j, "until", day);
}

static int gap_record(Store *s, const GapEntry *e, const char *event, const char *why,
                      Error *reterr) {
    _cleanup_(buf_done) Buf body = {0};
    Json j = decision_begin(&body, event);

    gap_put(&j, e);
    if (why)
        text_put(&j, "why", why);
    return decision_record(s, LEDGER_GAP, &j, reterr);
}

static int gap_make(const terrier_gap *from, Error *reterr, GapEntry *ret) {
    int r;

    *ret = (GapEntry){.glob = from->path ? from->path : "",
                      .created = clock_real_ns(),
                      .reason = from->reason,
                      .by = from->by};
    if (!ret->glob[0])
        return error_set(reterr, -EINVAL, "the GLOB is empty: name what may stay unread");
    if ((r = decision_glob(ret->glob, "the GLOB", reterr)) < 0 ||
        (r = decision_text(ret->reason, "--reason", reterr)) < 0 ||
        (r = decision_text(ret->by, "--by", reterr)) < 0)
        return r;
    if (!from->until)
        return error_set(reterr, -EINVAL, "--until DATE is missing: no gap is accepted for ever");
    return decision_until(from->until, reterr, &ret->until);
}

/* How many objects of the last runs it accepts, whatever others do. */
static int lasts_count(Store *s, const GapEntry *e, Error *reterr, uint64_t *ret) {
    _cleanup_(arena_done) Arena a = {0};
    int64_t *runs;
    size_t n;
    int r = runscope_lasts(s, &a, reterr, &runs, &n);

    *ret = 0;
    for (size_t i = 0; r == 0 && i < n; i++) {
        GapCount count = {0};

        r = gaps_count(s, runs[i], e, 1, e->created, &a, reterr, &count);
        *ret += count.accepted;
    }
    if (r == 0 && *ret == 0)
        return error_set(reterr, -EINVAL,
                         "no object that the last runs did not read matches that; terrier report "
                         "--objects unread lists them");
    return r;
}

static int check_room(Store *s, Error *reterr) {
    _cleanup_(arena_done) Arena a = {0};
    GapEntry *all;
    size_t n;
    int r = query_gaps(s, &a, reterr, &all, &n);

    if (r == 0 && n >= GAPS_MAX)
        r = error_set(reterr, -ENOSPC, "the store has %d gaps already; remove some", GAPS_MAX);
    return r;
}

int terrier_gaps_accept(const char *store, const terrier_gap *gap, terrier_write write, void *of,
                        terrier_error *error) {
    _cleanup_(store_closep) Store *s = NULL;
    Writer out = writer_of(write, of);
    uint64_t count = 0;
    GapEntry e;
    Error why = {0};
    int r = gap_make(gap, &why, &e);

    if (r == 0)
        r = decision_store(store, &why, &s);
    if (r == 0)
        r = lasts_count(s, &e, &why, &count);
    if (r == 0)
        r = check_room(s, &why);
    if (r == 0)
        r = store_gap_put(s, &e, &why);
    if (r == 0)
        r = gap_record(s, &e, "accepted", NULL, &why);
    if (r == 0)
        writer_printf(&out, "accepted until the end of %s: %llu %s of the last runs\n", gap->until,
                      (unsigned long long)count, count == 1 ? "object" : "objects");
    return error_out(writer_close(&out, r, &why), &why, error);
}

static int gap_tell(const GapEntry *e, int64_t now, terrier_format format, Writer *out) {
    char day[16];
    Json line;

    if (format == TERRIER_JSONL) {
        line = json_to(&out->buf);
        json_object_begin(&line);
        text_put(&line, "kind", "gap");
        gap_put(&line, e);
        json_key(&line, "expired");
        json_bool(&line, e->until <= now);
        json_object_end(&line);
        writer_text(out, "\n");
        return writer_flush(out);
    }
    decision_day(e->until, day);
    writer_printf(out, "%s%s", e->until <= now ? "EXPIRED " : "", e->glob);
    writer_text(out, "\n      by ");
    writer_name(out, span_of(e->by));
    writer_printf(out, ", until %s: ", day);
    writer_name(out, span_of(e->reason));
    writer_text(out, "\n");
    return writer_flush(out);
}

int terrier_gaps_list(const char *store, terrier_format format, terrier_write write, void *of,
                      terrier_error *error) {
    _cleanup_(store_closep) Store *s = NULL;
    _cleanup_(arena_done) Arena a = {0};
    Writer out = writer_of(write, of);
    int64_t now = clock_real_ns();
    GapEntry *all = NULL;
    size_t n = 0;
    Error why = {0};
    int r = places_open_store(store, &why, &s);

    if (r == 0)
        r = query_gaps(s, &a, &why, &all, &n);
    for (size_t i = 0; r == 0 && i < n; i++)
        r = gap_tell(&all[i], now, format, &out);
    if (r == 0 && n == 0 && format != TERRIER_JSONL)
        writer_text(&out, "No gap is accepted.\n");
    return error_out(writer_close(&out, r, &why), &why, error);
}

static int gap_of(Store *s, const char *glob, Arena *a, Error *reterr, GapEntry *ret) {
    GapEntry *all;
    size_t n;
    int r = query_gaps(s, a, reterr, &all, &n);

    for (size_t i = 0; r == 0 && i < n; i++) {
        if (strcmp(all[i].glob, glob) == 0) {
            *ret = all[i];
            return 0;
        }
    }
    return r < 0 ? r
                 : error_set(reterr, -ENOENT,
                             "no gap is accepted under that GLOB; terrier gaps list has them all");
}

int terrier_gaps_remove(const char *store, const char *path, const char *reason,
                        terrier_write write, void *of, terrier_error *error) {
    _cleanup_(store_closep) Store *s = NULL;
    _cleanup_(arena_done) Arena a = {0};
    Writer out = writer_of(write, of);
    bool was = false;
    GapEntry e;
    Error why = {0};
    int r = decision_text(reason, "--reason", &why);

    if (r == 0)
        r = decision_store(store, &why, &s);
    if (r == 0)
        r = gap_of(s, path, &a, &why, &e);
    if (r == 0)
        r = store_gap_remove(s, e.glob, &why, &was);
    if (r == 0)
        r = gap_record(s, &e, "removed", reason, &why);
    if (r == 0)
        writer_text(&out, "no longer accepted; the ledger keeps that it was\n");
    return error_out(writer_close(&out, r, &why), &why, error);
}
