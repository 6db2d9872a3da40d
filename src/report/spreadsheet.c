/*
 * Spreadsheet: see spreadsheet.h.
 *
 * libxlsxwriter in its mode of constant memory keeps one row and puts the others into a temporary
 * file for each sheet; strings stand in their cells, not in a table of strings. It writes to a
 * name: ours is that of a file without one, by its descriptor. spreadsheet-none.c stands in where
 * the library was not there.
 */
#include "report/spreadsheet.h"

#include <ctype.h>
#include <fcntl.h>
#include <stdio.h>
#include <xlsxwriter.h>

#include "base/clock.h"
#include "base/utf8.h"

#define ROWS_MAX      LXW_ROW_MAX
#define EXACT_MAX     (UINT64_C(1) << 53)
#define SERIAL_1970   25569.0 /* days from Excel's day 0 */
#define SERIAL_LEAST  61.0    /* 1900-03-01: before it Excel counts a day that never was */
#define SHEET_NAME    32
#define CUT_MARK      "\xe2\x80\xa6"
#define DAY_SECONDS   86400.0
#define COPY_PIECE    (64u << 10)
#define PROC_NAME_MAX 40

typedef struct Sheet {
    lxw_worksheet *at; /* the library's, as long as the spreadsheet */
    const char *name;
    const SpreadsheetColumn *columns;
    size_t n_columns;
    unsigned number; /* from 1: how often it was begun */
    uint32_t row;    /* the next */
    uint16_t column; /* the next of that row */
} Sheet;

struct Spreadsheet {
    int fd; /* what the library writes to, by its name in /proc */
    lxw_workbook *book;
    lxw_format *looks[N_SPREADSHEET_LOOKS], *head, *number, *real, *time;
    Sheet sheet;
    uint32_t rows_max;
    uint64_t cut;
    Buf text; /* the cell at hand, NUL-terminated */
    int error;
};

static const char *temporary_directory(void) {
    const char *named = getenv("TMPDIR");

    return named && named[0] == '/' ? named : "/tmp";
}

static int error_of(lxw_error e) {
    switch (e) {
    case LXW_NO_ERROR:
        return 0;
    case LXW_ERROR_MEMORY_MALLOC_FAILED:
        return -ENOMEM;
    case LXW_ERROR_CREATING_TMPFILE:
    case LXW_ERROR_CREATING_XLSX_FILE:
    case LXW_ERROR_ZIP_FILE_OPERATION:
    case LXW_ERROR_ZIP_FILE_ADD:
    case LXW_ERROR_ZIP_CLOSE:
        return -EIO;
    default:
        return -EINVAL;
    }
}

static void note(Spreadsheet *w, lxw_error e) {
    if (w->error == 0)
        w->error = error_of(e);
}

/* ---- the file ---- */

static lxw_format *format_new(Spreadsheet *w, bool bold, bool red, bool wrap, const char *number) {
    lxw_format *f = workbook_add_format(w->book);

    if (!f) {
        w->error = -ENOMEM;
        return NULL;
    }
    if (bold)
        format_set_bold(f);
    if (red)
        format_set_font_color(f, 0xB00020);
    if (wrap)
        format_set_text_wrap(f);
    if (number)
        format_set_num_format(f, number);
    format_set_align(f, LXW_ALIGN_VERTICAL_TOP);
    return f;
}

static void formats_make(Spreadsheet *w) {
    w->looks[SPREADSHEET_PLAIN] = format_new(w, false, false, false, NULL);
    w->looks[SPREADSHEET_BOLD] = format_new(w, true, false, false, NULL);
    w->looks[SPREADSHEET_LOUD] = format_new(w, true, true, true, NULL);
    w->looks[SPREADSHEET_WRAP] = format_new(w, false, false, true, NULL);
    w->head = format_new(w, true, false, true, NULL);
    w->number = format_new(w, false, false, false, "#,##0");
    w->real = format_new(w, false, false, false, "0.00");
    w->time = format_new(w, false, false, false, "yyyy-mm-dd hh:mm:ss");
    if (w->head) {
        format_set_bg_color(w->head, 0xE8EDF2);
        format_set_bottom(w->head, LXW_BORDER_THIN);
    }
}

static int book_open(Spreadsheet *w, const char *title, int64_t made) {
    const char *directory = temporary_directory();
    lxw_doc_properties properties = {.title = (char *)(uintptr_t)title,
                                     .comments = (char *)(uintptr_t) "",
                                     .created = (time_t)(made / CLOCK_NS_PER_S)};
    lxw_workbook_options options = {.constant_memory = LXW_TRUE,
                                    .tmpdir = (char *)(uintptr_t)directory};
    char name[PROC_NAME_MAX];

    w->fd = open(directory, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (w->fd < 0)
        return -errno;
    snprintf(name, sizeof(name), "/proc/self/fd/%d", w->fd);
    w->book = workbook_new_opt(name, &options);
    if (!w->book)
        return -ENOMEM;
    formats_make(w);
    note(w, workbook_set_properties(w->book, &properties));
    return w->error;
}

int spreadsheet_new(const char *title, int64_t made, uint32_t rows_max, Error *reterr,
                    Spreadsheet **ret) {
    _cleanup_(spreadsheet_freep) Spreadsheet *w = calloc(1, sizeof(*w));
    int r;

    if (!w)
        return -ENOMEM;
    w->fd = -1;
    w->rows_max = rows_max > 1 && rows_max < ROWS_MAX ? rows_max : ROWS_MAX;
    r = book_open(w, title, made);
    if (r < 0)
        return error_errno(reterr, r, "cannot begin a spreadsheet in '%s'", temporary_directory());
    *ret = TAKE(w);
    return 0;
}

Spreadsheet *spreadsheet_free(Spreadsheet *w) {
    if (!w)
        return NULL;
    lxw_workbook_free(w->book);
    fd_close(w->fd);
    buf_done(&w->text);
    free(w);
    return NULL;
}

/* ---- sheets ---- */

static void sheet_end(Sheet *s) {
    if (s->at && s->row > 1 && s->n_columns)
        worksheet_autofilter(s->at, 0, 0, s->row - 1, (lxw_col_t)(s->n_columns - 1));
}

static void head_put(Spreadsheet *w) {
    Sheet *s = &w->sheet;

    for (size_t i = 0; i < s->n_columns; i++) {
        note(w, worksheet_set_column(s->at, (lxw_col_t)i, (lxw_col_t)i, s->columns[i].width, NULL));
        note(w, worksheet_write_string(s->at, 0, (lxw_col_t)i, s->columns[i].head, w->head));
    }
    worksheet_freeze_panes(s->at, 1, 0);
    s->row = 1;
    s->column = 0;
}

static int sheet_begin(Spreadsheet *w) {
    Sheet *s = &w->sheet;
    char name[SHEET_NAME];

    if (++s->number == 1)
        snprintf(name, sizeof(name), "%.24s", s->name);
    else
        snprintf(name, sizeof(name), "%.24s (%u)", s->name, s->number % 1000);
    s->at = workbook_add_worksheet(w->book, name);
    if (!s->at)
        return w->error = -ENOMEM;
    worksheet_set_landscape(s->at);
    worksheet_fit_to_pages(s->at, 1, 0);
    worksheet_repeat_rows(s->at, 0, 0);
    head_put(w);
    return w->error;
}

int spreadsheet_sheet(Spreadsheet *w, const char *name, const SpreadsheetColumn *columns,
                      size_t n) {
    if (w->error)
        return w->error;
    sheet_end(&w->sheet);
    w->sheet = (Sheet){.name = name, .columns = columns, .n_columns = n};
    return sheet_begin(w);
}

int spreadsheet_sheet_end(Spreadsheet *w) {
    sheet_end(&w->sheet);
    w->sheet = (Sheet){0};
    return w->error;
}

/* ---- cells ---- */

/* UTF-16 units of a code point; bytes that are no UTF-8 count as one each. */
static size_t text_step(Span rest, unsigned *ret_units) {
    uint32_t c;
    size_t n = utf8_decode(rest, &c);

    *ret_units = n == 4 ? 2 : 1;
    return n ? n : 1;
}

/* "_x0041_" means "A" (ECMA-376 part 1, 22.9.2.19, ST_Xstring): the library leaves that to us. */
static bool is_escape(Span rest) {
    if (rest.n < 7 || rest.at[0] != '_' || rest.at[1] != 'x' || rest.at[6] != '_')
        return false;
    for (size_t i = 2; i < 6; i++) {
        if (!isxdigit(rest.at[i]))
            return false;
    }
    return true;
}

/* The text as the library wants it: a string, not longer than a cell may be. */
static const char *text_fit(Spreadsheet *w, Span text) {
    Buf *to = &w->text;
    size_t units = 0, at = 0, keep = 0;

    buf_clear(to);
    while (at < text.n && units <= SPREADSHEET_TEXT_MAX) {
        Span rest = span(text.at + at, text.n - at);
        unsigned more;
        size_t n = text_step(rest, &more);

        if (units < SPREADSHEET_TEXT_MAX)
            keep = to->n;
        if (is_escape(rest)) {
            buf_text(to, "_x005F");
            more += 6;
        }
        buf_add(to, rest.at, n);
        at += n;
        units += more;
    }
    if (units > SPREADSHEET_TEXT_MAX) {
        to->n = keep;
        buf_text(to, CUT_MARK);
        w->cut++;
    }
    if (buf_error(to) < 0 && w->error == 0)
        w->error = -ENOMEM;
    return buf_cstr(to);
}

void spreadsheet_span(Spreadsheet *w, Span text, SpreadsheetLook look) {
    Sheet *s = &w->sheet;

    if (text.n && !w->error)
        note(w, worksheet_write_string(s->at, s->row, s->column, text_fit(w, text),
                                       look == SPREADSHEET_PLAIN ? NULL : w->looks[look]));
    s->column++;
}

void spreadsheet_text(Spreadsheet *w, const char *text) {
    spreadsheet_span(w, span_of(text), SPREADSHEET_PLAIN);
}

static void real_put(Spreadsheet *w, double v, lxw_format *format) {
    Sheet *s = &w->sheet;

    if (!w->error)
        note(w, worksheet_write_number(s->at, s->row, s->column, v, format));
    s->column++;
}

void spreadsheet_number(Spreadsheet *w, uint64_t v) {
    char text[24];

    if (v <= EXACT_MAX) {
        real_put(w, (double)v, w->number);
        return;
    }
    snprintf(text, sizeof(text), "%llu", (unsigned long long)v);
    spreadsheet_text(w, text);
}

void spreadsheet_real(Spreadsheet *w, double v) {
    real_put(w, v, w->real);
}

void spreadsheet_time(Spreadsheet *w, int64_t ns) {
    double serial = SERIAL_1970 + (double)(ns / CLOCK_NS_PER_S) / DAY_SECONDS;
    char text[CLOCK_TEXT_MAX];

    if (ns != INT64_MIN && serial >= SERIAL_LEAST) {
        real_put(w, serial, w->time);
        return;
    }
    if (ns != INT64_MIN)
        clock_print(ns, text, sizeof(text));
    spreadsheet_text(w, ns == INT64_MIN ? NULL : text);
}

int spreadsheet_row(Spreadsheet *w) {
    Sheet *s = &w->sheet;

    if (w->error)
        return w->error;
    s->column = 0;
    if (++s->row < w->rows_max)
        return 0;
    sheet_end(s);
    return sheet_begin(w);
}

uint64_t spreadsheet_cut(const Spreadsheet *w) {
    return w->cut;
}

/* ---- out ---- */

static int bytes_hand_on(int fd, Outlet *to) {
    for (off_t at = 0;;) {
        ssize_t n;
        uint8_t *room = buf_extend(&to->buf, COPY_PIECE);

        if (!room)
            return -ENOMEM;
        n = pread(fd, room, COPY_PIECE, at);
        to->buf.n -= COPY_PIECE - (n > 0 ? (size_t)n : 0);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n < 0 ? -errno : 0;
        at += n;
        n = outlet_flush(to);
        if (n < 0)
            return (int)n;
    }
}

int spreadsheet_write(Spreadsheet *w, Outlet *to, Error *reterr) {
    lxw_error e;

    sheet_end(&w->sheet);
    if (w->error == 0) {
        e = workbook_close(w->book); /* frees it, whatever comes of it */
        w->book = NULL;
        note(w, e);
    }
    if (w->error < 0)
        return error_errno(reterr, w->error, "cannot write a spreadsheet in '%s'",
                           temporary_directory());
    return bytes_hand_on(w->fd, to);
}
