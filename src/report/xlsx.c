/* Xlsx: see xlsx.h. */
#include "report/xlsx.h"

#include "base/show.h"
#include "report/preamble.h"
#include "report/register.h"
#include "report/spreadsheet.h"

static const uint8_t finding_widths[N_FINDING_COLUMNS] = {
    [FINDING_ID] = 20,
    [FINDING_OBJECT] = 60,
    [FINDING_SAME_AS] = 20,
    [FINDING_PART] = 18,
    [FINDING_HEADING] = 18,
    [FINDING_TYPE] = 24,
    [FINDING_TITLE] = 36,
    [FINDING_CATEGORY] = 20,
    [FINDING_TIER] = 13,
    [FINDING_CONFIDENCE] = 11,
    [FINDING_SCORE] = 8,
    [FINDING_COUNT] = 11,
    [FINDING_HIGH] = 9,
    [FINDING_MEDIUM] = 9,
    [FINDING_LOW] = 9,
    [FINDING_TESTED] = 10,
    [FINDING_VALID] = 10,
    [FINDING_DISTINCT] = 10,
    [FINDING_DISTINCT_EXACT] = 10,
    [FINDING_TEST_VALUES] = 10,
    [FINDING_FIRST_AT] = 18,
    [FINDING_FIRST_MASK] = 26,
};

static const uint8_t object_widths[N_OBJECT_COLUMNS] = {
    [OBJECT_OBJECT] = 70,  [OBJECT_STATUS] = 14, [OBJECT_REASON] = 16,
    [OBJECT_FORMAT] = 12,  [OBJECT_BYTES] = 15,  [OBJECT_EXAMINED] = 15,
    [OBJECT_MEMBERS] = 10, [OBJECT_DEPTH] = 8,   [OBJECT_MODIFIED] = 20,
};

static const SpreadsheetColumn about_columns[] = {
    {"section", 30}, {"what", 46}, {"count", 14}, {"bytes", 18}, {"text", 90},
};

static const SpreadsheetColumn type_columns[] = {
    {"data type", 44}, {"type", 28},    {"category", 22}, {"tier", 13},     {"confidence", 11},
    {"findings", 11},  {"objects", 11}, {"values", 14},   {"distinct", 14}, {"distinct_exact", 10},
};

static void cell_put(Spreadsheet *w, const Cell *cell) {
    switch (cell->kind) {
    case CELL_TEXT:
        spreadsheet_span(w, cell->text, SPREADSHEET_PLAIN);
        break;
    case CELL_NUMBER:
        spreadsheet_number(w, cell->number);
        break;
    case CELL_REAL:
        spreadsheet_real(w, cell->real);
        break;
    case CELL_TIME:
        spreadsheet_time(w, cell->time);
        break;
    case CELL_NONE:
    default:
        spreadsheet_text(w, NULL);
        break;
    }
}

static int cells_put(Spreadsheet *w, const Cell *cells, size_t n) {
    for (size_t i = 0; i < n; i++)
        cell_put(w, &cells[i]);
    return spreadsheet_row(w);
}

/* ---- about, data types ---- */

static int about_row(Spreadsheet *w, const PreambleRow *row) {
    spreadsheet_text(w, preamble_section_title(row->section));
    spreadsheet_text(w, row->label);
    if (row->counted)
        spreadsheet_number(w, row->count);
    else
        spreadsheet_text(w, NULL);
    if (row->sized)
        spreadsheet_number(w, row->bytes);
    else
        spreadsheet_text(w, NULL);
    spreadsheet_span(w, span_of(row->text), row->loud ? SPREADSHEET_LOUD : SPREADSHEET_WRAP);
    return spreadsheet_row(w);
}

static int about_sheet(Spreadsheet *w, const Preamble *p) {
    int r = spreadsheet_sheet(w, "About this report", about_columns, N_ELEMENTS(about_columns));

    for (const PreambleRow *row = p->first; r == 0 && row; row = row->next)
        r = about_row(w, row);
    return r;
}

static int type_row(Spreadsheet *w, const SummaryRow *row) {
    _cleanup_(buf_done) Buf title = {0};

    show_text(&title, row->title[0] ? row->title : row->detector);
    spreadsheet_span(w, buf_as_span(&title), SPREADSHEET_PLAIN);
    spreadsheet_text(w, row->detector);
    spreadsheet_text(w, row->category);
    spreadsheet_text(w, tier_name(row->tier));
    spreadsheet_text(w, level_name(row->level));
    spreadsheet_number(w, row->rows);
    spreadsheet_number(w, row->objects);
    spreadsheet_number(w, found_count(row->count));
    spreadsheet_number(w, row->distinct);
    spreadsheet_text(w, row->distinct_exact ? "yes" : "no");
    return buf_error(&title) ? -ENOMEM : spreadsheet_row(w);
}

static int types_sheet(Spreadsheet *w, const Overview *o) {
    int r = spreadsheet_sheet(w, "Data types", type_columns, N_ELEMENTS(type_columns));

    for (size_t i = 0; r == 0 && i < o->n_types; i++)
        r = type_row(w, &o->types[i]);
    return r;
}

/* ---- findings, objects ---- */

static int finding_take(void *of, const Cell *cells) {
    return cells_put(of, cells, N_FINDING_COLUMNS);
}

static int object_take(void *of, const Cell *cells) {
    return cells_put(of, cells, N_OBJECT_COLUMNS);
}

static int findings_sheet(Spreadsheet *w, Store *s, const Preamble *p, Error *reterr) {
    SpreadsheetColumn columns[N_FINDING_COLUMNS];
    int r;

    for (FindingColumn c = 0; c < N_FINDING_COLUMNS; c++)
        columns[c] = (SpreadsheetColumn){register_finding_head(c), finding_widths[c]};
    r = spreadsheet_sheet(w, "Findings", columns, N_FINDING_COLUMNS);
    if (r == 0)
        r = register_findings(s, p->facts.run.id, &p->filter, finding_take, w, reterr);
    return r < 0 ? r : spreadsheet_sheet_end(w);
}

static int objects_sheet(Spreadsheet *w, Store *s, const Preamble *p, bool unread_only,
                         Error *reterr) {
    SpreadsheetColumn columns[N_OBJECT_COLUMNS];
    int r;

    for (ObjectColumn c = 0; c < N_OBJECT_COLUMNS; c++)
        columns[c] = (SpreadsheetColumn){register_object_head(c), object_widths[c]};
    r = spreadsheet_sheet(w, unread_only ? "Not read" : "All objects", columns, N_OBJECT_COLUMNS);
    if (r == 0)
        r = register_objects(s, p->facts.run.id, unread_only, object_take, w, reterr);
    return r < 0 ? r : spreadsheet_sheet_end(w);
}

/* ---- the whole ---- */

static int sheets_put(Spreadsheet *w, Store *s, const Preamble *p, bool all_objects,
                      Error *reterr) {
    int r = about_sheet(w, p);

    if (r == 0)
        r = types_sheet(w, &p->found);
    if (r == 0)
        r = findings_sheet(w, s, p, reterr);
    if (r == 0)
        r = objects_sheet(w, s, p, true, reterr);
    if (r == 0 && all_objects)
        r = objects_sheet(w, s, p, false, reterr);
    return r;
}

int xlsx_report(Store *s, int64_t run, const XlsxOptions *o, Outlet *to, Error *reterr) {
    _cleanup_(spreadsheet_freep) Spreadsheet *w = NULL;
    _cleanup_(preamble_done) Preamble p = {0};
    int r = preamble_load(s, run, &o->filter, 0, reterr, &p);

    if (r == 0)
        r = spreadsheet_new("Terrier report", p.facts.run.started, o->rows_max, reterr, &w);
    if (r == 0)
        r = sheets_put(w, s, &p, o->all_objects, reterr);
    return r < 0 ? r : spreadsheet_write(w, to, reterr);
}
