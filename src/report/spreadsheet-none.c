/* Spreadsheet, where Terrier was built without libxlsxwriter: it says so and what to do. */
#include "report/spreadsheet.h"

int spreadsheet_new(const char *title _unused_, int64_t made _unused_, uint32_t rows_max _unused_,
                    Error *reterr, Spreadsheet **ret _unused_) {
    return error_set(
        reterr, -ENOTSUP,
        "this build writes no spreadsheets: install libxlsxwriter-dev and build again, "
        "or use --format csv");
}

/* There is no Spreadsheet, so nobody calls these. */
Spreadsheet *spreadsheet_free(Spreadsheet *w _unused_) {
    return NULL;
}

int spreadsheet_sheet(Spreadsheet *w _unused_, const char *name _unused_,
                      const SpreadsheetColumn *columns _unused_, size_t n _unused_) {
    return -ENOTSUP;
}

int spreadsheet_sheet_end(Spreadsheet *w _unused_) {
    return -ENOTSUP;
}

void spreadsheet_span(Spreadsheet *w _unused_, Span text _unused_, SpreadsheetLook look _unused_) {
}

void spreadsheet_text(Spreadsheet *w _unused_, const char *text _unused_) {
}

void spreadsheet_number(Spreadsheet *w _unused_, uint64_t v _unused_) {
}

void spreadsheet_real(Spreadsheet *w _unused_, double v _unused_) {
}

void spreadsheet_time(Spreadsheet *w _unused_, int64_t ns _unused_) {
}

int spreadsheet_row(Spreadsheet *w _unused_) {
    return -ENOTSUP;
}

uint64_t spreadsheet_cut(const Spreadsheet *w _unused_) {
    return 0;
}

int spreadsheet_write(Spreadsheet *w _unused_, Outlet *to _unused_, Error *reterr _unused_) {
    return -ENOTSUP;
}
