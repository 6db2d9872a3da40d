/* Preamble: see preamble.h. Its last section, what cannot be learnt, is report/limits.c's. */
#include "report/preamble.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/show.h"
#include "model/locator.h"
#include "report/coverage.h"
#include "report/judged.h"
#include "report/limits.h"
#include "report/number.h"
#include "store/allowed.h"

#define TRIAGES_SHOWN 200 /* entries; jsonl has all */

static const struct {
    const char *name, *title;
} sections[] = {
    [PREAMBLE_RUN] = {"run", "The run"},
    [PREAMBLE_SCOPE] = {"scope", "What it looked at"},
    [PREAMBLE_FILTERS] = {"filters", "What this report shows of it"},
    [PREAMBLE_SUPPRESSIONS] = {"suppressions", "Found and not reported"},
    [PREAMBLE_COUNTS] = {"counts", "How much there is"},
    [PREAMBLE_LIMITS] = {"limits", "Known limits"},
};

const char *preamble_section_name(PreambleSection s) {
    return sections[s].name;
}

const char *preamble_section_title(PreambleSection s) {
    return sections[s].title;
}

/* ---- rows ---- */

void preamble_put(Preamble *p, PreambleRow row) {
    PreambleRow *copy = arena_new(&p->arena, PreambleRow);

    if (copy) {
        *copy = row;
        copy->next = NULL;
        copy->label = arena_text(&p->arena, span_of(row.label));
        copy->text = arena_text(&p->arena, span_of(row.text ? row.text : ""));
    }
    if (!copy || !copy->label || !copy->text) {
        p->failed = true;
        return;
    }
    *(p->last ? &p->last->next : &p->first) = copy;
    p->last = copy;
}

static void text_put(Preamble *p, PreambleSection section, const char *key, const char *label,
                     const char *text) {
    preamble_put(p, (PreambleRow){.section = section, .key = key, .label = label, .text = text});
}

/* A Buf that could not grow is a row that is missing: the whole fails. */
static void buf_put(Preamble *p, PreambleSection section, const char *key, const char *label,
                    const Buf *text) {
    if (buf_error(text) < 0)
        p->failed = true;
    text_put(p, section, key, label, buf_cstr(text));
}

static void count_put(Preamble *p, const char *key, const char *label, uint64_t count) {
    preamble_put(p, (PreambleRow){.section = PREAMBLE_COUNTS,
                                  .key = key,
                                  .label = label,
                                  .counted = true,
                                  .count = count});
}

static void sized_put(Preamble *p, const char *key, const char *label, const Tally *t) {
    preamble_put(p, (PreambleRow){.section = PREAMBLE_COUNTS,
                                  .key = key,
                                  .label = label,
                                  .counted = true,
                                  .count = t->objects,
                                  .sized = true,
                                  .bytes = t->bytes});
}

/* ---- run ---- */

static void time_put(Preamble *p, const char *key, const char *label, int64_t ns) {
    char text[CLOCK_TEXT_MAX];

    clock_print(ns, text, sizeof(text));
    text_put(p, PREAMBLE_RUN, key, label, text);
}

static void digest_put(Buf *b, const uint8_t *digest, size_t n) {
    for (size_t i = 0; i < n; i++)
        buf_printf(b, "%02x", digest[i]);
}

static void ended_put(Preamble *p, const RunRow *run) {
    if (run->survey)
        preamble_put(p, (PreambleRow){.section = PREAMBLE_RUN,
                                      .key = "survey",
                                      .label = "Survey",
                                      .text = "A seeded sample of the files, not evidence.",
                                      .loud = true});
    if (run->ended != INT64_MIN) {
        time_put(p, "ended", "Ended", run->ended);
        return;
    }
    preamble_put(p, (PreambleRow){.section = PREAMBLE_RUN,
                                  .key = "ended",
                                  .label = "Ended",
                                  .text = "It has not: it was interrupted, or is still going on.",
                                  .loud = true});
}

static void evidence_put(Preamble *p) {
    _cleanup_(buf_done) Buf text = {0};
    const Facts *f = &p->facts;

    if (!f->has_manifest) {
        text_put(p, PREAMBLE_RUN, "manifest", "Manifest", "none: the run has not ended");
        return;
    }
    buf_printf(&text, "manifest-%06lld.json, sealed by ", (long long)f->run.id);
    show_text(&text, f->manifest.key);
    buf_text(&text, ", SHA-256 ");
    digest_put(&text, f->manifest.digest, sizeof(f->manifest.digest));
    buf_put(p, PREAMBLE_RUN, "manifest", "Manifest", &text);
}

static void run_put(Preamble *p) {
    _cleanup_(buf_done) Buf tool = {0}, rules = {0};
    const RunRow *run = &p->facts.run;
    char number[NUMBER_TEXT_MAX];

    snprintf(number, sizeof(number), "%lld", (long long)run->id);
    text_put(p, PREAMBLE_RUN, "id", "Run", number);
    time_put(p, "started", "Started", run->started);
    ended_put(p, run);
    buf_text(&tool, "Terrier ");
    show_text(&tool, run->tool);
    buf_text(&tool, "; this report by Terrier " TERRIER_VERSION);
    buf_put(p, PREAMBLE_RUN, "tool", "Scanned by", &tool);
    number_put(&rules, run->n_detectors, "detector", "detectors");
    buf_text(&rules, ", SHA-256 ");
    digest_put(&rules, run->ruleset, sizeof(run->ruleset));
    buf_put(p, PREAMBLE_RUN, "ruleset", "Rules", &rules);
    text_put(p, PREAMBLE_RUN, "key", "Key of tokens", run->key[0] ? run->key : "none");
    evidence_put(p);
}

/* ---- scope ---- */

static void root_put(Preamble *p, const RootRow *root) {
    _cleanup_(buf_done) Buf text = {0};
    char status[STATUS_REASON_MAX + 24];
    bool unread = !status_complete(root->status.kind);

    locator_print_name(&text, root->path);
    buf_text(&text, " (");
    show_text(&text, root->fs_type[0] ? root->fs_type : "unknown file system");
    if (root->identity[0]) {
        buf_text(&text, ", ");
        show_text(&text, root->identity);
    }
    buf_text(&text, "), ");
    number_put(&text, root->directories, "directory", "directories");
    buf_text(&text, strcmp(root->atime, "kept") == 0 ? ", access times kept"
                                                     : ", access times may have changed (");
    if (strcmp(root->atime, "kept") != 0) {
        show_text(&text, root->atime[0] ? root->atime : "unknown");
        buf_byte(&text, ')');
    }
    if (unread) {
        status_print(&root->status, status, sizeof(status));
        buf_printf(&text, "; NOT READ: %s", status);
    }
    if (buf_error(&text) < 0)
        p->failed = true;
    preamble_put(p, (PreambleRow){.section = PREAMBLE_SCOPE,
                                  .key = "root",
                                  .label = "Root",
                                  .text = buf_cstr(&text),
                                  .counted = true,
                                  .count = root->found,
                                  .sized = true,
                                  .bytes = root->found_bytes,
                                  .loud = unread});
}

static void scope_put(Preamble *p) {
    _cleanup_(buf_done) Buf asked = {0};

    for (size_t i = 0; i < p->facts.n_roots; i++)
        root_put(p, &p->facts.roots[i]);
    show_span(&asked, p->facts.run.parameters);
    buf_put(p, PREAMBLE_SCOPE, "parameters", "Asked for", &asked);
}

/* ---- filters ---- */

static void glob_put(Preamble *p, const char *key, const char *label, const char *glob) {
    _cleanup_(buf_done) Buf shown = {0};

    show_text(&shown, glob ? glob : "all");
    buf_put(p, PREAMBLE_FILTERS, key, label, &shown);
}

static void filters_put(Preamble *p) {
    const FoundFilter *f = &p->filter;
    char tier[48], level[48];

    snprintf(level, sizeof(level), f->least > LEVEL_LOW ? "%s and better" : "all that was stored",
             level_name(f->least));
    snprintf(tier, sizeof(tier), f->tier > TIER_PUBLIC ? "%s and above" : "all",
             tier_name(f->tier));
    text_put(p, PREAMBLE_FILTERS, "min-confidence", "Confidence", level);
    text_put(p, PREAMBLE_FILTERS, "tier", "Tier", tier);
    glob_put(p, "type", "Data types", f->type);
    glob_put(p, "path", "Paths", f->path);
    text_put(p, PREAMBLE_FILTERS, "new", "Since when",
             f->fresh ? "not in the run before of its scope" : "all");
    text_put(p, PREAMBLE_FILTERS, "triage", "Judged by somebody",
             f->judged ? "all, judged ones as well" : "all but those that were judged");
}

/* ---- suppressions ---- */

static void allow_put(Preamble *p, const NoteRow *row, bool expired, uint64_t count) {
    _cleanup_(buf_done) Buf text = {0};

    show_span(&text, row->subject);
    buf_text(&text, ": ");
    show_text(&text, row->detail);
    if (buf_error(&text) < 0)
        p->failed = true;
    preamble_put(p, (PreambleRow){.section = PREAMBLE_SUPPRESSIONS,
                                  .key = expired ? "allow-expired" : "allow",
                                  .label = expired ? "Allow list, expired" : "Allow list",
                                  .text = buf_cstr(&text),
                                  .counted = true,
                                  .count = count});
}

static int allows_put(Preamble *p, Store *s, bool expired, const AllowedRow *rows, size_t n,
                      Error *reterr, uint64_t *io_n) {
    _cleanup_(note_cursor_closep) NoteCursor *c = NULL;
    NoteRow row;
    int r = note_cursor_open(s, p->facts.run.id, expired ? "allow-expired" : "allow", reterr, &c);

    while (r == 0 && (r = note_cursor_step(c, reterr, &row)) > 0) {
        allow_put(p, &row, expired, expired ? 0 : allowed_count(rows, n, row.subject));
        (*io_n)++;
        r = 0;
    }
    return r;
}

static void triage_put(Preamble *p, const Judge *j, size_t i) {
    _cleanup_(buf_done) Buf text = {0};
    const TriageEntry *e = &j->entries[i];
    bool expired = judge_expired(j, e);

    buf_printf(&text, "#%lld ", (long long)e->id);
    judged_target(e, &text);
    buf_text(&text, ": ");
    judged_decision(e, &text);
    if (buf_error(&text) < 0)
        p->failed = true;
    preamble_put(p, (PreambleRow){.section = PREAMBLE_SUPPRESSIONS,
                                  .key = expired ? "triage-expired" : "triage",
                                  .label = expired            ? "Triage, expired: it holds no more"
                                           : p->filter.judged ? "Triage, judged and shown"
                                                              : "Triage, judged and left out",
                                  .text = buf_cstr(&text),
                                  .counted = true,
                                  .count = j->counts[i],
                                  .loud = expired});
}

/* What people decided about findings; the counts are those of the pass in found_load(). */
static void triages_put(Preamble *p) {
    const Judge *j = p->filter.judge;

    for (size_t i = 0, n = 0; j && i < j->n && n < TRIAGES_SHOWN; i++) {
        if (!judged_told(j, i))
            continue;
        triage_put(p, j, i);
        n++;
    }
}

static int suppressions_put(Preamble *p, Store *s, Error *reterr) {
    _cleanup_(arena_done) Arena a = {0};
    uint64_t entries = 0;
    AllowedRow *rows;
    size_t n;
    int r = query_allowed(s, p->facts.run.id, &a, reterr, &rows, &n);

    if (r == 0)
        r = allows_put(p, s, false, rows, n, reterr, &entries);
    if (r == 0)
        r = allows_put(p, s, true, rows, n, reterr, &entries);
    if (r == 0 && entries == 0)
        text_put(p, PREAMBLE_SUPPRESSIONS, "none", "Allow lists", "none was applied");
    if (r == 0)
        triages_put(p);
    return r;
}

/* ---- counts ---- */

static void sums_put(Preamble *p) {
    const Coverage *c = &p->facts.coverage;
    char text[160];

    if (p->facts.run.survey)
        snprintf(text, sizeof(text), "a sample: the others were not looked at");
    else if (c->balanced)
        snprintf(text, sizeof(text), "found and listed agree, in objects and in bytes");
    else
        snprintf(text, sizeof(text),
                 "THEY DISAGREE: found %llu objects and %llu bytes, listed %llu and %llu",
                 (unsigned long long)c->found, (unsigned long long)c->found_bytes,
                 (unsigned long long)c->all_files.objects, (unsigned long long)c->all_files.bytes);
    preamble_put(p, (PreambleRow){.section = PREAMBLE_COUNTS,
                                  .key = "sums",
                                  .label = "The sums",
                                  .text = text,
                                  .loud = !c->balanced && !p->facts.run.survey});
}

static void groups_put(Preamble *p, const Tally kinds[N_STATUSES], bool members) {
    Tally read = coverage_group_sum(kinds, COVERAGE_READ);
    Tally unread = coverage_group_sum(kinds, COVERAGE_UNREAD);
    Tally aside = coverage_group_sum(kinds, COVERAGE_ASIDE);

    sized_put(p, members ? "members-read" : "files-read", members ? "Members read" : "Files read",
              &read);
    sized_put(p, members ? "members-unread" : "files-unread",
              members ? "Members not read" : "Files not read", &unread);
    sized_put(p, members ? "members-aside" : "files-aside",
              members ? "Members set aside" : "Set aside (links, special files, exclusions)",
              &aside);
    p->unread += unread.objects;
}

static void counts_put(Preamble *p) {
    const Coverage *c = &p->facts.coverage;
    const Overview *o = &p->found;

    sized_put(p, "objects", "Objects found", &c->all_files);
    groups_put(p, c->files, false);
    sized_put(p, "members", "Members inside them", &c->all_members);
    groups_put(p, c->members, true);
    sums_put(p);
    count_put(p, "names", "Further names of linked files", c->names);
    count_put(p, "unread", "Objects not read, listed here", p->unread);
    count_put(p, "findings", "Findings in this report", o->rows);
    count_put(p, "findings-filtered", "Findings that its filters leave out", preamble_filtered(p));
    count_put(p, "findings-judged", "Findings left out since somebody judged them", p->judged);
    count_put(p, "found-in", "Objects with a finding in this report", o->objects);
    count_put(p, "values", "Values counted in these findings", o->values);
    count_put(p, "types", "Data types among them", o->n_types);
}

/* ---- the whole ---- */

uint64_t preamble_filtered(const Preamble *p) {
    uint64_t shown = p->found.rows + p->judged;

    return p->all_rows > shown ? p->all_rows - shown : 0;
}

/* Counted by the pass before; those that are shown are among the rows. */
static uint64_t judged_away(const FoundFilter *f) {
    uint64_t n = 0;

    for (size_t i = 0; f->judge && !f->judged && i < f->judge->n; i++)
        n += f->judge->counts[i];
    return n;
}

static int found_load(Preamble *p, Store *s, size_t n_places, Error *reterr) {
    FoundFilter f = p->filter;
    int64_t run = p->facts.run.id;
    Overview all;
    int r;

    f.lineage &= n_places > 0; /* only places tell it */
    if (f.judge)
        judge_reset(f.judge);
    r = query_overview(s, run, &f, n_places, &p->arena, reterr, &p->found);
    p->filtered = f.least > LEVEL_LOW || f.tier > TIER_PUBLIC || f.type || f.path || f.fresh;
    p->judged = r < 0 ? 0 : judged_away(&f);
    p->all_rows = p->found.rows + p->judged;
    if (r < 0 || !p->filtered)
        return r;
    r = query_overview(s, run, &(FoundFilter){0}, 0, &p->arena, reterr, &all);
    p->all_rows = r < 0 ? 0 : all.rows;
    return r;
}

static int preamble_read(Preamble *p, Store *s, int64_t run, size_t n_places, Error *reterr) {
    int r = facts_load(s, run, reterr, &p->facts);

    if (r < 0 || (r = found_load(p, s, n_places, reterr)) < 0)
        return r;
    run_put(p);
    scope_put(p);
    filters_put(p);
    r = suppressions_put(p, s, reterr);
    if (r < 0)
        return r;
    counts_put(p);
    r = limits_put(p, s, reterr);
    if (r < 0)
        return r;
    return p->failed ? -ENOMEM : 0;
}

int preamble_load(Store *s, int64_t run, const FoundFilter *filter, size_t n_places, Error *reterr,
                  Preamble *ret) {
    Preamble p = {.filter = *filter};
    int r = preamble_read(&p, s, run, n_places, reterr);

    if (r < 0) {
        preamble_done(&p);
        return r;
    }
    *ret = p;
    return 0;
}

void preamble_done(Preamble *p) {
    facts_done(&p->facts);
    arena_done(&p->arena);
}

/* ---- out ---- */

void preamble_count_print(const PreambleRow *row, char ret_text[PREAMBLE_COUNT_MAX]) {
    char count[NUMBER_TEXT_MAX], bytes[NUMBER_TEXT_MAX];

    number_print(row->count, count);
    number_print_size(row->bytes, bytes);
    if (!row->counted)
        ret_text[0] = 0;
    else if (row->sized)
        snprintf(ret_text, PREAMBLE_COUNT_MAX, "%s (%s)", count, bytes);
    else
        snprintf(ret_text, PREAMBLE_COUNT_MAX, "%s", count);
}

static void row_json(const PreambleRow *row, Json *j) {
    json_object_begin(j);
    json_key(j, "key");
    json_text(j, row->key);
    json_key(j, "label");
    json_text(j, row->label);
    if (row->text[0]) {
        json_key(j, "text");
        json_text(j, row->text);
    }
    if (row->counted) {
        json_key(j, "count");
        json_uint(j, row->count);
    }
    if (row->sized) {
        json_key(j, "bytes");
        json_uint(j, row->bytes);
    }
    if (row->loud) {
        json_key(j, "loud");
        json_bool(j, true);
    }
    json_object_end(j);
}

void preamble_json(const Preamble *p, Json *j) {
    for (PreambleSection s = 0; s < N_PREAMBLE_SECTIONS; s++) {
        json_key(j, preamble_section_name(s));
        json_array_begin(j);
        for (const PreambleRow *row = p->first; row; row = row->next) {
            if (row->section == s)
                row_json(row, j);
        }
        json_array_end(j);
    }
}
