/* Csv: see csv.h. The columns are those of findings, then what objects and the Preamble have more.
 */
#include "report/csv.h"

#include "base/clock.h"
#include "report/register.h"

#define MARK "\xef\xbb\xbf"

enum {
    COLUMN_RECORD,
    COLUMN_FINDING, /* the first of the findings' columns */
    COLUMN_STATUS = COLUMN_FINDING + N_FINDING_COLUMNS,
    COLUMN_REASON,
    COLUMN_FORMAT,
    COLUMN_BYTES,
    COLUMN_EXAMINED,
    COLUMN_MEMBERS,
    COLUMN_DEPTH,
    COLUMN_MODIFIED,
    COLUMN_SECTION,
    COLUMN_KEY,
    COLUMN_LABEL,
    COLUMN_TEXT,
    N_COLUMNS,
};

static const char *const about_heads[] = {"section", "key", "label", "text"};

static bool is_formula(Span text) {
    return text.n && strchr("=+-@\t\r'", text.at[0]) != NULL && text.at[0];
}

void csv_field(Buf *b, Span text) {
    bool quoted = false;

    for (size_t i = 0; i < text.n && !quoted; i++)
        quoted = text.at[i] == ',' || text.at[i] == '"' || text.at[i] == '\r' || text.at[i] == '\n';
    if (quoted)
        buf_byte(b, '"');
    if (is_formula(text))
        buf_byte(b, '\'');
    for (size_t i = 0; i < text.n; i++) {
        if (text.at[i] == '"')
            buf_byte(b, '"');
        buf_byte(b, text.at[i]);
    }
    if (quoted)
        buf_byte(b, '"');
}

static void cell_put(Buf *b, const Cell *cell) {
    char time[CLOCK_TEXT_MAX];

    switch (cell->kind) {
    case CELL_TEXT:
        csv_field(b, cell->text);
        break;
    case CELL_NUMBER:
        buf_printf(b, "%llu", (unsigned long long)cell->number);
        break;
    case CELL_REAL:
        buf_printf(b, "%.2f", cell->real);
        break;
    case CELL_TIME:
        clock_print(cell->time, time, sizeof(time));
        buf_text(b, time);
        break;
    case CELL_NONE:
    default:
        break;
    }
}

static int row_put(Outlet *to, const Cell cells[N_COLUMNS]) {
    for (size_t i = 0; i < N_COLUMNS; i++) {
        if (i)
            buf_byte(&to->buf, ',');
        cell_put(&to->buf, &cells[i]);
    }
    buf_text(&to->buf, "\r\n");
    return outlet_flush(to);
}

static int head_put(Outlet *to) {
    Cell cells[N_COLUMNS] = {[COLUMN_RECORD] = cell_text("record")};

    for (FindingColumn c = 0; c < N_FINDING_COLUMNS; c++)
        cells[COLUMN_FINDING + c] = cell_text(register_finding_head(c));
    for (ObjectColumn c = OBJECT_STATUS; c < N_OBJECT_COLUMNS; c++)
        cells[COLUMN_STATUS + c - OBJECT_STATUS] = cell_text(register_object_head(c));
    for (size_t i = 0; i < N_ELEMENTS(about_heads); i++)
        cells[COLUMN_SECTION + i] = cell_text(about_heads[i]);
    buf_text(&to->buf, MARK);
    return row_put(to, cells);
}

static int about_put(const Preamble *p, Outlet *to) {
    int r = 0;

    for (const PreambleRow *row = p->first; r == 0 && row; row = row->next) {
        Cell cells[N_COLUMNS] = {
            [COLUMN_RECORD] = cell_text("about"),
            [COLUMN_SECTION] = cell_text(preamble_section_name(row->section)),
            [COLUMN_KEY] = cell_text(row->key),
            [COLUMN_LABEL] = cell_text(row->label),
            [COLUMN_TEXT] = cell_text(row->text),
        };

        if (row->counted)
            cells[COLUMN_FINDING + FINDING_COUNT] = cell_number(row->count);
        if (row->sized)
            cells[COLUMN_BYTES] = cell_number(row->bytes);
        r = row_put(to, cells);
    }
    return r;
}

static int finding_put(void *of, const Cell *finding) {
    Cell cells[N_COLUMNS] = {[COLUMN_RECORD] = cell_text("finding")};

    memcpy(&cells[COLUMN_FINDING], finding, N_FINDING_COLUMNS * sizeof(*finding));
    return row_put(of, cells);
}

static int object_put(Outlet *to, const char *record, const Cell *object) {
    Cell cells[N_COLUMNS] = {[COLUMN_RECORD] = cell_text(record)};

    cells[COLUMN_FINDING + FINDING_OBJECT] = object[OBJECT_OBJECT];
    memcpy(&cells[COLUMN_STATUS], &object[OBJECT_STATUS],
           (N_OBJECT_COLUMNS - OBJECT_STATUS) * sizeof(*object));
    return row_put(to, cells);
}

static int unread_put(void *of, const Cell *object) {
    return object_put(of, "unread", object);
}

static int any_put(void *of, const Cell *object) {
    return object_put(of, "object", object);
}

int csv_report(Store *s, int64_t run, const CsvOptions *o, Outlet *to, Error *reterr) {
    _cleanup_(preamble_done) Preamble p = {0};
    int r = preamble_load(s, run, &o->filter, 0, reterr, &p);

    if (r == 0)
        r = head_put(to);
    if (r == 0)
        r = about_put(&p, to);
    if (r == 0)
        r = register_findings(s, p.facts.run.id, &o->filter, finding_put, to, reterr);
    if (r == 0)
        r = register_objects(s, p.facts.run.id, true, unread_put, to, reterr);
    if (r == 0 && o->all_objects)
        r = register_objects(s, p.facts.run.id, false, any_put, to, reterr);
    return r;
}
