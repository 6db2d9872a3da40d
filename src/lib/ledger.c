/* terrier_ledger_list: the ledger, told. */
#include "evidence/ledger.h"
#include "base/clock.h"
#include "base/show.h"
#include "base/utf8.h"
#include "evidence/jsontree.h"
#include "lib/telling.h"

/* What an entry is about, in a few words. */
static void summary_put(Writer *out, const StoreEntry *e) {
    static const char *const members[] = {"status",       "event",        "key",          "id",
                                          "run",          "exit",         "schedule",     "planned",
                                          "locator",      "target",       "glob",         "reason",
                                          "operator.uid", "totals.found", "totals.unread"};
    _cleanup_(jsontree_freep) JsonTree *body = NULL;

    if (jsontree_parse(e->body, &body) < 0)
        return;
    for (size_t i = 0; i < N_ELEMENTS(members); i++) {
        const char *dot = strchr(members[i], '.'), *text = jsontree_text(body, members[i]);
        const char *name = dot ? dot + 1 : members[i];
        int64_t number;

        if (text) {
            writer_printf(out, "  %s ", name);
            if (utf8_displayable(span_of(text)))
                writer_text(out, text);
            else
                show_text(&out->buf, text);
        } else if (jsontree_int(body, members[i], &number)) {
            writer_printf(out, "  %s %lld", name, (long long)number);
        }
    }
}

static int entry_tell(const Telling *t, const StoreEntry *e) {
    char at[CLOCK_TEXT_MAX];

    if (t->o->format == TERRIER_JSONL) {
        int r = ledger_print(e, &t->out->buf);

        writer_text(t->out, "\n");
        return r < 0 ? r : writer_flush(t->out);
    }
    clock_print(e->at, at, sizeof(at));
    writer_printf(t->out, "%6lld  %s  %-9.9s", (long long)e->seq, at, e->kind);
    summary_put(t->out, e);
    writer_text(t->out, "\n");
    return writer_flush(t->out);
}

static int list(Telling *t, Error *reterr) {
    _cleanup_(entry_cursor_closep) EntryCursor *c = NULL;
    StoreEntry e;
    LedgerKind kind;
    int r = telling_open(t, reterr);

    if (r == 0 && t->o->kind && ledger_kind_parse(span_of(t->o->kind), &kind) < 0)
        r = error_set(reterr, -EINVAL,
                      "'%.40s' is no kind of entry, expected run, triage, exclusion, gap, policy, "
                      "key, reveal, store or assessment",
                      t->o->kind);
    if (r == 0)
        r = entry_cursor_open(t->store, 1, reterr, &c);
    while (r >= 0 && (r = entry_cursor_step(c, reterr, &e)) > 0) {
        if (telling_is_within(t, e.at) && (!t->o->kind || strcmp(e.kind, t->o->kind) == 0))
            r = entry_tell(t, &e);
    }
    return r;
}

int terrier_ledger_list(const terrier_ledger_options *options, terrier_write write, void *of,
                        terrier_error *error) {
    Writer out = writer_of(write, of);
    Telling t = {.o = options, .out = &out};
    Error e = {0};
    int r = list(&t, &e);

    store_close(t.store);
    return error_out(writer_close(&out, r, &e), &e, error);
}
