/* Limits: see limits.h. */
#include "report/limits.h"

#include "base/show.h"
#include "model/locator.h"
#include "report/number.h"

#define NOTES_SHOWN   50 /* of each kind; then how many more */
#define FORMATS_SHOWN 40

typedef bool (*LimitTest)(const Status *s);

static bool is_unsupported(const Status *s) {
    return s->kind == STATUS_UNSUPPORTED;
}

static bool is_encrypted(const Status *s) {
    return s->kind == STATUS_ENCRYPTED;
}

static bool is_image(const Status *s) {
    return s->kind == STATUS_PARTIAL && strcmp(s->reason, "no-ocr") == 0;
}

static bool is_denied(const Status *s) {
    return s->kind == STATUS_ERROR &&
           (strcmp(s->reason, "EACCES") == 0 || strcmp(s->reason, "EPERM") == 0);
}

static bool is_changed(const Status *s) {
    return s->kind == STATUS_CHANGED;
}

static bool is_limit(const Status *s) {
    return s->kind == STATUS_LIMIT;
}

static bool is_offline(const Status *s) {
    return s->kind == STATUS_OFFLINE;
}

static bool is_container(const Status *s) {
    return s->kind == STATUS_PARTIAL && strcmp(s->reason, "member") == 0;
}

static bool is_partial(const Status *s) {
    return s->kind == STATUS_PARTIAL && !is_image(s) && !is_container(s);
}

static bool is_error(const Status *s) {
    return s->kind == STATUS_ERROR && !is_denied(s);
}

/* Each incomplete status falls under exactly one; a test holds the sum against the coverage. */
static const struct {
    const char *key, *label;
    LimitTest test;
} kinds[] = {
    {"unsupported", "Formats that no reader opens", is_unsupported},
    {"encrypted", "Encrypted", is_encrypted},
    {"no-ocr", "Images and scanned pages: their text is not recognised", is_image},
    {"denied", "Permission denied", is_denied},
    {"changed", "Changed while they were read", is_changed},
    {"limit", "Beyond a limit of size, depth or memory", is_limit},
    {"offline", "Offline, on tape or in a cloud", is_offline},
    {"member", "Containers of which a member was not read", is_container},
    {"partial", "Read in part, for another reason", is_partial},
    {"error", "Could not be read, for another reason", is_error},
};

static void sum_add(Tally *sum, const Tally *t) {
    sum->objects += t->objects;
    sum->bytes += t->bytes;
}

/* Bytes are those of files; members stand inside them and their sizes are no part of the sum. */
static void kind_put(Preamble *p, size_t kind) {
    _cleanup_(buf_done) Buf text = {0};
    Tally files = {0}, members = {0};

    for (size_t i = 0; i < p->facts.n_reasons; i++) {
        const ReasonRow *row = &p->facts.reasons[i];

        if (kinds[kind].test(&row->status))
            sum_add(row->members ? &members : &files, &row->tally);
    }
    if (members.objects) {
        buf_text(&text, "of these ");
        number_put(&text, members.objects, "is a member of a container",
                   "are members of containers");
    }
    if (buf_error(&text) < 0)
        p->failed = true;
    preamble_put(p, (PreambleRow){.section = PREAMBLE_LIMITS,
                                  .key = kinds[kind].key,
                                  .label = kinds[kind].label,
                                  .text = buf_cstr(&text),
                                  .counted = true,
                                  .count = files.objects + members.objects,
                                  .sized = files.bytes > 0,
                                  .bytes = files.bytes});
}

/* ---- formats ---- */

typedef struct Format {
    char name[32];
    Tally tally;
} Format;

typedef struct Formats {
    Format at[FORMATS_SHOWN + 1]; /* the last: all others */
    size_t n;
} Formats;

static Format *format_of(Formats *f, const char *name) {
    for (size_t i = 0; i < f->n; i++) {
        if (strcmp(f->at[i].name, name) == 0)
            return &f->at[i];
    }
    if (f->n == FORMATS_SHOWN || strlen(name) >= sizeof(f->at[0].name)) {
        snprintf(f->at[FORMATS_SHOWN].name, sizeof(f->at[0].name), "other");
        return &f->at[FORMATS_SHOWN];
    }
    snprintf(f->at[f->n].name, sizeof(f->at[0].name), "%s", name);
    return &f->at[f->n++];
}

static int formats_count(Preamble *p, Store *s, Error *reterr, Formats *f) {
    _cleanup_(object_cursor_closep) ObjectCursor *c = NULL;
    ObjectRow row;
    int r = object_cursor_open(s, p->facts.run.id, true, reterr, &c);

    while (r == 0 && (r = object_cursor_step(c, reterr, &row)) > 0) {
        r = 0;
        if (row.status.kind != STATUS_UNSUPPORTED)
            continue;
        sum_add(&format_of(f, row.format[0] ? row.format : "unknown")->tally,
                &(Tally){.objects = 1, .bytes = row.depth ? 0 : row.meta.size});
    }
    return r;
}

static bool has_unsupported(const Preamble *p) {
    const Coverage *c = &p->facts.coverage;

    return c->files[STATUS_UNSUPPORTED].objects || c->members[STATUS_UNSUPPORTED].objects;
}

/* A pass over what was not read; only where there is something to be told. */
static int formats_put(Preamble *p, Store *s, Error *reterr) {
    Formats f = {0};
    int r = has_unsupported(p) ? formats_count(p, s, reterr, &f) : 0;

    for (size_t i = 0; r == 0 && i <= FORMATS_SHOWN; i++) {
        if (!f.at[i].tally.objects)
            continue;
        preamble_put(p, (PreambleRow){.section = PREAMBLE_LIMITS,
                                      .key = "format",
                                      .label = "Of formats that no reader opens",
                                      .text = f.at[i].name,
                                      .counted = true,
                                      .count = f.at[i].tally.objects,
                                      .sized = f.at[i].tally.bytes > 0,
                                      .bytes = f.at[i].tally.bytes});
    }
    return r;
}

/* ---- notes ---- */

static const struct {
    const char *kind, *label;
    bool counted, path, loud;
} notes[] = {
    {"skipped-mount", "Mount not entered", false, true, true},
    {"excluded", "Excluded by", true, false, false},
    {"uncovered", "Covered by no profile", false, false, true},
    {"missed-slot", "A scan was due and missed", false, false, true},
    {"restart", "The scanner was started again", false, false, true},
    {"resumed", "Interrupted, and continued at", false, false, false},
    {"night", "Scanned from", true, false, false},
    {"carried", "Read by an earlier run of the series, unchanged since", true, false, false},
    {"forged", "Other content under the same size and times", false, true, true},
    {"self-test", "THE SELF-TEST FAILED; known values not found", true, false, true},
    {"recount", "Recount by other code", false, true, false},
    {"pruned", "Pruned: objects and findings of this run are gone", false, false, true},
};

static void note_put(Preamble *p, size_t kind, const NoteRow *row) {
    _cleanup_(buf_done) Buf text = {0};

    if (notes[kind].path)
        locator_print_name(&text, row->subject);
    else
        show_span(&text, row->subject);
    if (row->detail[0]) {
        buf_text(&text, text.n ? ": " : "");
        show_text(&text, row->detail);
    }
    if (buf_error(&text) < 0)
        p->failed = true;
    preamble_put(
        p, (PreambleRow){.section = PREAMBLE_LIMITS,
                         .key = notes[kind].kind,
                         .label = notes[kind].label,
                         .text = buf_cstr(&text),
                         .counted = notes[kind].counted,
                         .count = row->count,
                         .loud = notes[kind].loud || strncmp(row->detail, "unexplained", 11) == 0});
}

static int notes_put(Preamble *p, Store *s, size_t kind, Error *reterr) {
    _cleanup_(note_cursor_closep) NoteCursor *c = NULL;
    uint64_t n = 0;
    NoteRow row;
    int r = note_cursor_open(s, p->facts.run.id, notes[kind].kind, reterr, &c);

    while (r == 0 && (r = note_cursor_step(c, reterr, &row)) > 0) {
        if (n++ < NOTES_SHOWN)
            note_put(p, kind, &row);
        r = 0;
    }
    if (n > NOTES_SHOWN)
        preamble_put(p, (PreambleRow){.section = PREAMBLE_LIMITS,
                                      .key = notes[kind].kind,
                                      .label = notes[kind].label,
                                      .text = "... and so many more: --format jsonl has all",
                                      .counted = true,
                                      .count = n - NOTES_SHOWN,
                                      .loud = notes[kind].loud});
    return r;
}

/* ---- what holds of every run ---- */

static void always_put(Preamble *p) {
    static const char *const sentences[][3] = {
        {"share-permissions", "Permissions of shares",
         "Not seen: a file server may let in more or fewer people than modes and ACLs of the files "
         "say."},
        {"detection", "Detection",
         "Data in a form that no detector knows is not found; a hit may be chance. Confidence says "
         "how likely; docs/accuracy.md has the measured rates."},
        {"conclusion", "Conclusions",
         "None is drawn: this report says what was read and what was found in it."},
    };

    for (size_t i = 0; i < N_ELEMENTS(sentences); i++)
        preamble_put(p, (PreambleRow){.section = PREAMBLE_LIMITS,
                                      .key = sentences[i][0],
                                      .label = sentences[i][1],
                                      .text = sentences[i][2]});
}

int limits_put(Preamble *p, Store *s, Error *reterr) {
    int r;

    for (size_t i = 0; i < N_ELEMENTS(kinds); i++)
        kind_put(p, i);
    r = formats_put(p, s, reterr);
    for (size_t i = 0; r == 0 && i < N_ELEMENTS(notes); i++)
        r = notes_put(p, s, i, reterr);
    always_put(p);
    return r;
}
