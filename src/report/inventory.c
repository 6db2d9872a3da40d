/* Inventory: see inventory.h. */
#include "report/inventory.h"

#include "report/line.h"
#include "report/spreadsheet.h"
#include "report/table.h"

/* ---- for people ---- */

static const char *cell(const InventoryRow *row, InventoryColumn c) {
    return row->cell[c] ? row->cell[c] : "";
}

/* "12-30", "12", "". */
static void persons_print(const InventoryRow *row, Buf *to) {
    const char *low = cell(row, INVENTORY_PERSONS_LOW), *high = cell(row, INVENTORY_PERSONS_HIGH);

    buf_clear(to);
    buf_text(to, low);
    if (strcmp(low, high) != 0)
        buf_printf(to, "-%s", high);
}

static int legend_put(Outlet *to) {
    buf_text(&to->buf,
             "\nPersons: from the most of one kind of identifier to the sum over kinds; no count\n"
             "of data subjects. All columns, and those for people: --format csv or xlsx.\n");
    return outlet_flush(to);
}

int inventory_text(const InventoryRow *rows, size_t n, bool colour, Outlet *to) {
    static const TableColumn columns[] = {
        {.head = "asset", .limit = 24},
        {.head = "tier"},
        {.head = "exposure"},
        {.head = "persons", .right = true},
        {.head = "files", .right = true},
        {.head = "read %", .right = true},
        {.head = "owner", .limit = 16},
    };
    _cleanup_(table_done) Table t;
    _cleanup_(buf_done) Buf persons = {0};
    int r;

    table_init(&t, columns, N_ELEMENTS(columns));
    for (size_t i = 0; i < n; i++) {
        const InventoryRow *row = &rows[i];
        const char *owner = cell(row, INVENTORY_BUSINESS_OWNER);

        persons_print(row, &persons);
        table_row(&t, (const char *[]){
                          cell(row, INVENTORY_ASSET_NAME), cell(row, INVENTORY_SENSITIVITY_TIER),
                          cell(row, INVENTORY_EXPOSURE), buf_cstr(&persons),
                          cell(row, INVENTORY_FILES), cell(row, INVENTORY_COVERAGE_PCT),
                          *owner ? owner : cell(row, INVENTORY_TOP_OWNER)});
    }
    r = table_print(&t, 0, colour, &to->buf);
    if (r == 0)
        r = buf_error(&persons);
    return r < 0 ? r : legend_put(to);
}

/* ---- CSV (RFC 4180) ---- */

/* Text that a spreadsheet would take for a formula gets an apostrophe before it. */
static void field_put(Buf *b, const char *text) {
    bool quoted = strpbrk(text, ",\"\r\n") != NULL;

    buf_text(b, quoted ? "\"" : "");
    if (*text && strchr("=+-@\t\r'", *text))
        buf_byte(b, '\'');
    for (; *text; text++) {
        if (*text == '"')
            buf_byte(b, '"');
        buf_byte(b, (uint8_t)*text);
    }
    buf_text(b, quoted ? "\"" : "");
}

int inventory_csv(const InventoryRow *rows, size_t n, Outlet *to) {
    int r = 0;

    buf_text(&to->buf, "\xef\xbb\xbf"); /* without it Excel takes the bytes for its code page */
    for (InventoryColumn c = 0; c < N_INVENTORY_COLUMNS; c++)
        buf_printf(&to->buf, "%s%s%s", c ? "," : "", inventory_fields[c].key,
                   inventory_fields[c].source == INVENTORY_HUMAN ? "*" : "");
    buf_text(&to->buf, "\r\n");
    for (size_t i = 0; i < n && r == 0; i++) {
        for (InventoryColumn c = 0; c < N_INVENTORY_COLUMNS; c++) {
            buf_text(&to->buf, c ? "," : "");
            field_put(&to->buf, cell(&rows[i], c));
        }
        buf_text(&to->buf, "\r\n");
        r = outlet_flush(to);
    }
    return r;
}

/* ---- JSON Lines ---- */

int inventory_jsonl(const InventoryRow *rows, size_t n, Outlet *to) {
    int r = 0;

    for (size_t i = 0; i < n && r == 0; i++) {
        Json j = line_begin(to, "asset");

        for (InventoryColumn c = 0; c < N_INVENTORY_COLUMNS; c++) {
            const char *text = rows[i].cell[c];

            if (text && inventory_fields[c].number)
                line_uint(&j, inventory_fields[c].key, strtoull(text, NULL, 10));
            else
                line_text(&j, inventory_fields[c].key, text);
        }
        r = line_end(&j, to);
    }
    return r;
}

/* ---- a spreadsheet ---- */

static int help_sheet(Spreadsheet *w) {
    static const SpreadsheetColumn columns[] = {{"How to fill this in", 100}};
    static const char *const lines[] = {
        "Each row of the sheet Inventory is a data asset. Columns with an asterisk are yours to "
        "fill "
        "in; the others were measured or derived by a scan.",
        "Several entries in one cell are divided by a semicolon.",
        "Leave asset_id, locator and all other columns without an asterisk as they are: a row in "
        "which one was changed is not read back.",
        "Save it, as XLSX or CSV (UTF-8); then: terrier inventory import FILE --map assets.yaml",
        "Persons are from the most of one kind of identifier to the sum over kinds, and no count "
        "of "
        "data subjects. A blank cell means that nothing is known.",
    };
    int r = spreadsheet_sheet(w, "Read me", columns, N_ELEMENTS(columns));

    for (size_t i = 0; i < N_ELEMENTS(lines) && r == 0; i++) {
        spreadsheet_span(w, span_of(lines[i]), SPREADSHEET_WRAP);
        r = spreadsheet_row(w);
    }
    return r;
}

static int rows_sheet(Spreadsheet *w, const InventoryRow *rows, size_t n) {
    char heads[N_INVENTORY_COLUMNS][40]; /* as long as the sheet is written */
    SpreadsheetColumn columns[N_INVENTORY_COLUMNS];
    int r;

    for (InventoryColumn c = 0; c < N_INVENTORY_COLUMNS; c++) {
        snprintf(heads[c], sizeof(heads[c]), "%s%s", inventory_fields[c].key,
                 inventory_fields[c].source == INVENTORY_HUMAN ? "*" : "");
        columns[c] = (SpreadsheetColumn){heads[c], inventory_fields[c].width};
    }
    r = spreadsheet_sheet(w, "Inventory", columns, N_INVENTORY_COLUMNS);
    for (size_t i = 0; i < n && r == 0; i++) {
        for (InventoryColumn c = 0; c < N_INVENTORY_COLUMNS; c++) {
            const char *text = rows[i].cell[c];

            if (text && inventory_fields[c].number)
                spreadsheet_number(w, strtoull(text, NULL, 10));
            else
                spreadsheet_text(w, text);
        }
        r = spreadsheet_row(w);
    }
    return r;
}

int inventory_xlsx(const InventoryRow *rows, size_t n, int64_t made, Outlet *to, Error *reterr) {
    _cleanup_(spreadsheet_freep) Spreadsheet *w = NULL;
    int r = spreadsheet_new("Data inventory", made, 0, reterr, &w);

    if (r == 0)
        r = rows_sheet(w, rows, n);
    if (r == 0)
        r = help_sheet(w);
    return r < 0 ? r : spreadsheet_write(w, to, reterr);
}
