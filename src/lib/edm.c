/*
 * Edm: from a table of comma-separated values to one of keyed hashes, and the rule that names it.
 *
 * The text is read once, as a stream, by a step machine: RFC 4180, quotes, with comma, semicolon or
 * tab between, whichever the header has most of. Of a row only the fields that are asked for are
 * kept, each cut at FIELD_MAX, and wiped when the next row begins. A row whose primary value is
 * missing, or refused by the detector's validator, is left out and counted. No value is in any
 * message or file.
 */
#include <fcntl.h>
#include <sodium.h>

#include "base/file.h"
#include "base/show.h"
#include "detect/edm.h"
#include "lib/common.h"
#include "lib/tables.h"
#include "source/stream.h"

enum {
    READ = 256 << 10,
    FIELD_MAX = 1024,
    HEADER_MAX = 64 << 10,
    FIELDS_MAX = 4096,
    MEMORY = 64 << 20,
};

typedef struct Field {
    char text[FIELD_MAX];
    size_t n;
} Field;

/* Where a character stands. */
typedef enum CsvState {
    CSV_START,  /* of a field */
    CSV_PLAIN,  /* in one without quotes */
    CSV_QUOTED, /* in quotes */
    CSV_QUOTE,  /* behind a quote in them: the end, or one of two */
} CsvState;

typedef struct Table {
    const terrier_edm_options *o;
    const Validator *validator;
    EdmBuild *build;
    /* the text */
    CsvState state;
    uint8_t separator;
    uint64_t line, row_line; /* from 1 */
    size_t column;           /* of the field at hand, from 0 */
    bool row_has;            /* something stands in the row */
    /* the header */
    bool has_header;
    Buf names;                  /* its field at hand */
    int16_t wanted[FIELDS_MAX]; /* by column: number of the field that is kept; -1: none */
    bool seen[EDM_COLUMNS + 1];
    /* the row */
    Field fields[EDM_COLUMNS + 1]; /* the primary first */
    terrier_edm_result *result;
    int error;
    Error *reterr;
} Table;

static void table_free(Table **t) {
    if (!*t)
        return;
    edm_build_free((*t)->build);
    explicit_bzero((*t)->fields, sizeof((*t)->fields));
    buf_wipe(&(*t)->names);
    free(*t);
}

/* ---- the header ---- */

static const char *name_wanted(const Table *t, size_t i) {
    return i == 0 ? t->o->primary : t->o->columns[i - 1];
}

static Span trimmed(Span s) {
    while (s.n && (s.at[0] == ' ' || s.at[0] == '\t'))
        s = span(s.at + 1, s.n - 1);
    while (s.n && (s.at[s.n - 1] == ' ' || s.at[s.n - 1] == '\t'))
        s.n--;
    return s;
}

static void header_field(Table *t) {
    Span name = trimmed(buf_as_span(&t->names));

    if (t->column == 0 && span_starts(name, span("\xef\xbb\xbf", 3)))
        name = trimmed(span(name.at + 3, name.n - 3));
    if (t->column >= FIELDS_MAX) {
        t->error = error_set(t->reterr, -EINVAL, "the header has more than %d columns", FIELDS_MAX);
        return;
    }
    t->wanted[t->column] = -1;
    for (size_t i = 0; i <= t->o->n_columns; i++) {
        if (!span_is(name, name_wanted(t, i)) || t->seen[i])
            continue;
        t->wanted[t->column] = (int16_t)i;
        t->seen[i] = true;
        break;
    }
    buf_clear(&t->names);
}

static void header_end(Table *t) {
    t->has_header = true;
    for (size_t i = t->column + 1; i < FIELDS_MAX; i++)
        t->wanted[i] = -1;
    for (size_t i = 0; i <= t->o->n_columns; i++) {
        _cleanup_(buf_done) Buf shown = {0};

        if (t->seen[i])
            continue;
        show_text(&shown, name_wanted(t, i));
        t->error = error_set(t->reterr, -EINVAL, "there is no column '%.100s' in the header",
                             buf_cstr(&shown));
        return;
    }
}

/* ---- rows ---- */

static void row_end(Table *t) {
    Span others[EDM_COLUMNS] = {{0}}, primary = span(t->fields[0].text, t->fields[0].n);

    for (size_t i = 0; i < t->o->n_columns; i++)
        others[i] = span(t->fields[i + 1].text, t->fields[i + 1].n);
    t->result->rows++;
    if ((t->validator && !validator_accepts(t->validator, trimmed(primary))) ||
        !edm_build_row(t->build, primary, others)) {
        if (!t->result->left_out++)
            t->result->first_left_out = t->row_line;
    }
    for (size_t i = 0; i <= t->o->n_columns; i++) {
        explicit_bzero(t->fields[i].text, t->fields[i].n);
        t->fields[i].n = 0;
    }
}

static void put(Table *t, uint8_t c) {
    Field *f;

    t->row_has = true;
    if (!t->has_header) {
        if (t->names.n >= HEADER_MAX)
            t->error = error_set(t->reterr, -EINVAL, "the header has a name without an end");
        buf_byte(&t->names, c);
        return;
    }
    if (t->column >= FIELDS_MAX || t->wanted[t->column] < 0)
        return;
    f = &t->fields[t->wanted[t->column]];
    if (f->n < FIELD_MAX)
        f->text[f->n++] = (char)c;
}

static void field_end(Table *t) {
    if (!t->has_header)
        header_field(t);
    t->column++;
    t->row_has = true;
    t->state = CSV_START;
}

static void line_end(Table *t) {
    if (!t->has_header) {
        header_field(t);
        if (!t->error)
            header_end(t);
    } else if (t->row_has) {
        row_end(t);
    }
    t->column = 0;
    t->row_has = false;
    t->row_line = t->line + 1;
    t->state = CSV_START;
}

static void step(Table *t, uint8_t c) {
    if (t->state == CSV_QUOTED) {
        if (c == '"')
            t->state = CSV_QUOTE;
        else
            put(t, c);
    } else if (t->state == CSV_QUOTE && c == '"') {
        put(t, c);
        t->state = CSV_QUOTED;
    } else if (t->state == CSV_START && c == '"') {
        t->row_has = true;
        t->state = CSV_QUOTED;
    } else if (c == t->separator) {
        field_end(t);
    } else if (c == '\n') {
        line_end(t);
    } else if (c != '\r') {
        put(t, c);
        t->state = CSV_PLAIN;
    }
    t->line += c == '\n';
}

/* What the first line has most of. */
static uint8_t separator_of(Span text) {
    static const uint8_t signs[] = {',', ';', '\t', '|'};
    size_t count[sizeof(signs)] = {0}, best = 0;

    for (size_t i = 0; i < text.n && text.at[i] != '\n'; i++) {
        for (size_t k = 0; k < sizeof(signs); k++)
            count[k] += text.at[i] == signs[k];
    }
    for (size_t k = 1; k < sizeof(signs); k++)
        best = count[k] > count[best] ? k : best;
    return signs[best];
}

static int read_rows(Table *t, int fd) {
    uint8_t *at = malloc(READ);
    size_t n = READ;
    Stream s;
    int r = at ? 0 : -ENOMEM;

    stream_init(&s, fd, 0);
    while (r == 0 && t->error == 0 && n == READ) {
        r = stream_read(&s, at, READ, &n);
        if (!t->separator)
            t->separator = separator_of(span(at, n));
        for (size_t i = 0; r == 0 && i < n && t->error == 0; i++)
            step(t, at[i]);
    }
    if (r == 0 && t->error == 0 && (t->row_has || !t->has_header))
        line_end(t);
    if (at)
        explicit_bzero(at, READ);
    free(at);
    if (r < 0)
        return error_errno(t->reterr, r, "cannot read the table");
    return t->error;
}

/* ---- the rule ---- */

/* The name of the table without directory and ending, as a name of rules allows it. */
static void rule_name(const char *path, Buf *ret) {
    const char *name = strrchr(path, '/');

    name = name ? name + 1 : path;
    for (size_t n = strcspn(name, "."); n; n--, name++) {
        char c = *name >= 'A' && *name <= 'Z' ? (char)(*name | 32) : *name;

        buf_byte(ret, (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ? (uint8_t)c : '-');
    }
    ret->n = ret->n < 40 ? ret->n : 40;
}

/* Beside the table, unless there is one: somebody may have changed it. */
static int write_rule(const terrier_edm_options *o, Error *reterr) {
    _cleanup_(file_draft_done) FileDraft draft = FILE_DRAFT_NONE;
    _cleanup_(buf_done) Buf path = {0}, text = {0}, name = {0};
    const char *file = strrchr(o->output, '/');
    int r;

    rule_name(o->output, &name);
    buf_printf(&path, "%s.yaml", o->output);
    buf_printf(&text,
               "format: edm/1\nid: edm.%s\ntitle: 'records of %s'\ntable: '%s'\ndetector: %s\n"
               "columns: %d\nwithin: 256\n",
               name.n ? buf_cstr(&name) : "table", name.n ? buf_cstr(&name) : "table",
               file ? file + 1 : o->output, o->detector, o->n_columns ? 1 : 0);
    r = buf_error(&path) < 0 || buf_error(&text) < 0 || buf_error(&name) < 0 ? -ENOMEM : 0;
    if (r == 0)
        r = file_draft_open(buf_cstr(&path), 0600, reterr, &draft);
    if (r == 0)
        r = file_write(draft.fd, buf_as_span(&text));
    if (r == 0)
        r = file_draft_commit_new(&draft, reterr);
    return r == -EEXIST ? 0 : r;
}

/* ---- the call ---- */

static int check_options(const terrier_rules *rules, const terrier_edm_options *o, Table *t,
                         Error *reterr) {
    int detector = rules_find(rules->rules, span_of(o->detector ? o->detector : ""));

    if (!o->primary || !o->output)
        return error_set(reterr, -EINVAL, "expected a primary column and a file to write");
    if (detector < 0)
        return error_set(reterr, -EINVAL,
                         "the primary column needs a detector of these rules whose values it has; "
                         "terrier rules list names them");
    if (o->n_columns > EDM_COLUMNS)
        return error_set(reterr, -EINVAL, "%zu further columns, expected at most %d", o->n_columns,
                         EDM_COLUMNS);
    if (strpbrk(o->output, "'\n"))
        return error_set(reterr, -EINVAL, "the file's name has a quote or line end in it");
    t->validator = rules->rules->detectors[detector].validate
                       ? validator_find(rules->rules->detectors[detector].validate)
                       : NULL;
    return 0;
}

static int begin(Table *t, Error *reterr) {
    _cleanup_(key_freep) Key *key = NULL;
    uint8_t id[EDM_ID], secret[EDM_KEY];
    char label[EDM_LABEL];
    int r = tables_key(true, reterr, &t->result->key_created, &key);

    if (r < 0)
        return r;
    randombytes_buf(id, sizeof(id));
    edm_label_of(id, label);
    tables_derive(key, label, secret);
    r = edm_build_new(t->o->output, id, secret, (unsigned)t->o->n_columns, MEMORY, reterr,
                      &t->build);
    explicit_bzero(secret, sizeof(secret));
    return r;
}

static int build(const terrier_rules *rules, const terrier_edm_options *o, int fd,
                 terrier_edm_result *ret, Error *reterr) {
    _cleanup_(table_free) Table *t = calloc(1, sizeof(*t));
    int r;

    if (!t)
        return -ENOMEM;
    t->o = o;
    t->result = ret;
    t->reterr = reterr;
    t->line = t->row_line = 1;
    r = check_options(rules, o, t, reterr);
    if (r == 0)
        r = begin(t, reterr);
    if (r == 0)
        r = read_rows(t, fd);
    if (r == 0)
        r = edm_build_end(t->build, reterr, &ret->entries);
    return r < 0 ? r : write_rule(o, reterr);
}

int terrier_edm_build(const terrier_rules *rules, const terrier_edm_options *options, int fd,
                      terrier_edm_result *ret, terrier_error *error) {
    Error e = {0};

    *ret = (terrier_edm_result){0};
    return error_out(build(rules, options, fd, ret, &e), &e, error);
}
