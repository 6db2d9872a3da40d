/* terrier_store_info, terrier_store_check, terrier_store_prune: the store's own upkeep. */
#include "store/upkeep.h"
#include "base/clock.h"
#include "base/json.h"
#include "evidence/ledger.h"
#include "evidence/origin.h"
#include "lib/common.h"
#include "lib/event.h"
#include "lib/writer.h"
#include "store/entry.h"

static int open_store(const char *given, StoreMode mode, Error *reterr, Store **ret) {
    _cleanup_(free_p) char *path = given ? strdup(given) : NULL;
    int r = 0;

    if (!path)
        r = given ? -ENOMEM : store_default_path(&path);
    if (r == 0 && mode != STORE_READ && access(path, F_OK) < 0)
        return error_set(reterr, -ENOENT,
                         "there is no store '%s'; scan first, or name another with --store FILE",
                         path);
    return r < 0 ? r : store_open(path, mode, reterr, ret);
}

/* ---- info ---- */

typedef struct Info {
    StoreCounts counts;
    char uuid[37];
    int64_t created;
    StoreHead head;
} Info;

static int info_load(Store *s, Info *ret, Error *reterr) {
    int r;

    if ((r = query_counts(s, reterr, &ret->counts)) < 0 ||
        (r = query_meta(s, reterr, ret->uuid, &ret->created)) < 0)
        return r;
    r = store_entry_head(s, reterr, &ret->head);
    return r < 0 ? r : 0;
}

static void put_line(Writer *out, const char *word, int64_t n, const char *more) {
    writer_printf(out, "%-12s %14lld%s\n", word, (long long)n, more);
}

static void put_date(Writer *out, const char *word, int64_t at) {
    char text[CLOCK_TEXT_MAX];

    if (at == INT64_MIN)
        return;
    clock_print(at, text, sizeof(text));
    writer_printf(out, "%-12s %s\n", word, text);
}

static void info_text(const Store *s, const Info *i, Writer *out) {
    const StoreCounts *c = &i->counts;
    char more[80];

    writer_text(out, "Store ");
    writer_name(out, span_of(store_path(s)));
    writer_printf(out, ", format %d, %s\n", STORE_FORMAT, i->uuid);
    put_date(out, "made", i->created);
    put_date(out, "first run", c->first);
    put_date(out, "last run", c->last);
    snprintf(more, sizeof(more), ", %lld not ended, %lld pruned", (long long)c->interrupted,
             (long long)c->pruned);
    put_line(out, "runs", c->runs, more);
    put_line(out, "objects", c->objects, "");
    put_line(out, "findings", c->findings, "");
    put_line(out, "facts", c->facts, "");
    put_line(out, "entries", c->entries, " in the ledger");
    put_line(out, "manifests", c->manifests, "");
    snprintf(more, sizeof(more), ", of which %lld are free to be used again",
             (long long)(c->free_pages * c->page_size));
    put_line(out, "bytes", c->pages * c->page_size, more);
}

static void put_count(Json *j, const char *key, int64_t n) {
    json_key(j, key);
    json_int(j, n);
}

static void info_jsonl(const Info *i, Writer *out) {
    const StoreCounts *c = &i->counts;
    Json j = json_to(&out->buf);

    json_object_begin(&j);
    json_key(&j, "kind");
    json_text(&j, "store");
    json_key(&j, "uuid");
    json_text(&j, i->uuid);
    put_count(&j, "format", STORE_FORMAT);
    put_count(&j, "runs", c->runs);
    put_count(&j, "interrupted", c->interrupted);
    put_count(&j, "pruned", c->pruned);
    put_count(&j, "objects", c->objects);
    put_count(&j, "findings", c->findings);
    put_count(&j, "facts", c->facts);
    put_count(&j, "entries", c->entries);
    put_count(&j, "manifests", c->manifests);
    put_count(&j, "bytes", c->pages * c->page_size);
    put_count(&j, "bytes_free", c->free_pages * c->page_size);
    json_object_end(&j);
    writer_text(out, "\n");
}

int terrier_store_info(const char *store, terrier_format format, terrier_write write, void *of,
                       terrier_error *error) {
    _cleanup_(store_closep) Store *s = NULL;
    Writer out = writer_of(write, of);
    Info info = {0};
    Error e = {0};
    int r = open_store(store, STORE_READ, &e, &s);

    if (r == 0)
        r = info_load(s, &info, &e);
    if (r == 0 && format == TERRIER_JSONL)
        info_jsonl(&info, &out);
    else if (r == 0)
        info_text(s, &info, &out);
    return error_out(writer_close(&out, r, &e), &e, error);
}

/* ---- check ---- */

typedef struct Checking {
    Writer *out;
    size_t bad;
} Checking;

static int on_wrong(void *of, const char *sentence) {
    Checking *c = of;

    c->bad++;
    writer_name(c->out, span_of(sentence));
    writer_text(c->out, "\n");
    return writer_flush(c->out);
}

static int check_ledger(Store *s, Checking *c, Error *reterr) {
    _cleanup_(entry_cursor_closep) EntryCursor *rows = NULL;
    LedgerCheck check = {0};
    const char *why = NULL;
    StoreEntry e;
    int r = entry_cursor_open(s, 1, reterr, &rows);

    while (r >= 0 && !why && (r = entry_cursor_step(rows, reterr, &e)) > 0)
        why = ledger_check(&check, &e);
    if (r >= 0 && why) {
        char sentence[256];

        snprintf(sentence, sizeof(sentence), "entry %lld of the ledger: %s",
                 (long long)check.head.seq + 1, why);
        r = on_wrong(c, sentence);
    }
    return r < 0 ? r : 0;
}

int terrier_store_check(const char *store, terrier_write write, void *of, size_t *ret_bad,
                        terrier_error *error) {
    _cleanup_(store_closep) Store *s = NULL;
    Writer out = writer_of(write, of);
    Checking c = {.out = &out};
    const UpkeepSink to = {.of = &c, .wrong = on_wrong};
    Error e = {0};
    int r = open_store(store, STORE_READ, &e, &s);

    if (r == 0)
        r = upkeep_check(s, &to, &e);
    if (r == 0)
        r = check_ledger(s, &c, &e);
    if (r == 0 && !c.bad) {
        writer_name(&out, span_of(store_path(s)));
        writer_text(&out, ": whole; terrier verify says whether its seals hold\n");
    }
    *ret_bad = c.bad;
    return error_out(writer_close(&out, r, &e), &e, error);
}

/* ---- prune ---- */

typedef struct Pruning {
    const terrier_prune_options *o;
    Store *store;
    Writer *out;
    PruneRow *rows;
    size_t n;
} Pruning;

/* Which, before any goes: a cursor and a writer do not go together. */
static int rows_load(Pruning *p, int64_t before, Error *reterr) {
    _cleanup_(prune_cursor_closep) PruneCursor *c = NULL;
    PruneRow row;
    int r = prune_cursor_open(p->store, before, p->o->keep_runs ? p->o->keep_runs : 1, reterr, &c);

    while (r >= 0 && (r = prune_cursor_step(c, reterr, &row)) > 0) {
        PruneRow *rows = reallocarray(p->rows, p->n + 1, sizeof(*rows));

        if (!rows)
            return -ENOMEM;
        p->rows = rows;
        rows[p->n++] = row;
    }
    return r;
}

static int record(const Pruning *p, int64_t before, Error *reterr) {
    _cleanup_(buf_done) Buf body = {0};
    Json j = json_to(&body);
    char text[LEDGER_TIME_SIZE];
    int r;

    ledger_time_print(before, text);
    json_object_begin(&j);
    json_key(&j, "event");
    json_text(&j, "pruned");
    json_key(&j, "ended_before");
    json_text(&j, text);
    json_key(&j, "runs");
    json_array_begin(&j);
    for (size_t i = 0; i < p->n; i++)
        json_int(&j, p->rows[i].run);
    json_array_end(&j);
    json_key(&j, "operator");
    origin_put_operator(&j);
    json_object_end(&j);
    r = buf_error(&body);
    return r < 0 ? r : event_record_in(p->store, LEDGER_STORE, buf_as_span(&body), reterr);
}

static int prune(Pruning *p, Error *reterr) {
    int64_t before = clock_real_ns() - (int64_t)(p->o->keep * 1e9), objects = 0;
    int r = open_store(p->o->store, p->o->dry_run ? STORE_READ : STORE_WRITE, reterr, &p->store);

    if (r == 0)
        r = rows_load(p, before, reterr);
    if (r == 0 && p->n && !p->o->dry_run)
        r = record(p, before, reterr); /* first: what goes without a word must not be possible */
    for (size_t i = 0; i < p->n && r == 0; i++) {
        char ended[CLOCK_TEXT_MAX];

        clock_print(p->rows[i].ended, ended, sizeof(ended));
        if (!p->o->dry_run)
            r = store_run_prune(p->store, p->rows[i].run, reterr);
        if (r == 0)
            writer_printf(p->out, "run %lld of %s: %s\n", (long long)p->rows[i].run, ended,
                          p->o->dry_run ? "would be pruned" : "pruned, sums kept");
    }
    if (r == 0 && !p->o->dry_run) /* also what an earlier prune was stopped at */
        r = store_prune_rows(p->store, reterr, &objects);
    if (r == 0 && objects)
        writer_printf(p->out, "%lld objects are gone that no kept run has\n", (long long)objects);
    if (r == 0 && !p->n)
        writer_text(p->out, "no run is that old\n");
    return r;
}

int terrier_store_prune(const terrier_prune_options *options, terrier_write write, void *of,
                        terrier_error *error) {
    Writer out = writer_of(write, of);
    Pruning p = {.o = options, .out = &out};
    Error e = {0};
    int r = 0;

    if (options->keep <= 0 || options->keep > 3e9)
        r = error_set(&e, -EINVAL, "say how long runs are kept: --keep 400d");
    if (r == 0)
        r = prune(&p, &e);
    store_close(p.store);
    free(p.rows);
    return error_out(writer_close(&out, r, &e), &e, error);
}
