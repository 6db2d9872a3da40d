/* Remark: see remark.h. */
#include "report/remark.h"

#include "base/show.h"
#include "report/number.h"
#include "report/paint.h"
#include "store/name.h"

enum { LABELS_SHOWN = 20 };

static const struct {
    const char *kind, *one, *many, *words;
} remarks[] = {
    {"macros", "document has macros", "documents have macros", "; their source was examined"},
    {"no-contents", "part of a dump was", "parts of dumps were",
     " read without the contents that name its tables and columns"},
    {"wal", "database has", "databases have",
     " a write-ahead log, not read as rows: what was written last may be missing"},
};

static int example_put(const RemarkRow *row, Buf *b) {
    buf_text(b, row->objects > 1 ? "\n      such as " : "\n      ");
    if (name_print(b, row->root, row->path) < 0)
        return -ENOMEM;
    buf_byte(b, '\n');
    return buf_error(b);
}

static int label_put(const RemarkRow *row, Buf *b) {
    buf_text(b, "  ");
    number_put(b, row->objects, "object is labelled '", "objects are labelled '");
    show_span(b, row->text);
    buf_byte(b, '\'');
    return example_put(row, b);
}

static int remark_put(const RemarkRow *row, Buf *b) {
    for (size_t i = 0; i < N_ELEMENTS(remarks); i++) {
        if (strcmp(row->kind, remarks[i].kind) != 0)
            continue;
        buf_text(b, "  ");
        number_put(b, row->objects, remarks[i].one, remarks[i].many);
        buf_text(b, remarks[i].words);
        return example_put(row, b);
    }
    return 0;
}

int remarks_print(Store *s, int64_t run, bool colour, Error *reterr, Buf *b) {
    _cleanup_(arena_done) Arena a = {0};
    size_t n, labels = 0;
    RemarkRow *rows;
    int r = query_remarks(s, run, &a, reterr, &rows, &n);

    if (r < 0 || n == 0)
        return r;
    buf_byte(b, '\n');
    paint_text(b, colour, PAINT_BOLD, "Beside that");
    buf_byte(b, '\n');
    for (size_t i = 0; r == 0 && i < n; i++) {
        bool label = strcmp(rows[i].kind, "label") == 0;

        labels += label;
        if (!label)
            r = remark_put(&rows[i], b);
        else if (labels <= LABELS_SHOWN)
            r = label_put(&rows[i], b);
        else if (labels == LABELS_SHOWN + 1)
            buf_text(b, "  ... and more labels: terrier store export\n");
    }
    return r;
}
