/*
 * Sqlite: SQLite files: the rows of their tables, the text of their schema, and free pages.
 *
 *   header ─▶ schema ─▶ a table ─▶ its rows, in the order of their keys ─▶ ... ─▶ free pages
 *
 * SQLite itself reads it, over a VFS of our own that has one file, which is the Feed: nothing is
 * copied, nothing can be written, no other file can be opened. The file is hostile, and so is the
 * SQL in its schema: no view is asked for, nor is a virtual table or a column that is computed, so
 * no expression of the file is evaluated; the authorizer lets SELECT and the columns of a table
 * pass, and nothing else. Rows are bounded by the size of the file, since each takes bytes of it: a
 * tree with rings in it ends there.
 *
 * Two fields of the header are other than they stand in the file for those who read through the
 * VFS: a journal mode of WAL is told as none, so that no log is looked for (FACT_WAL says that one
 * may be there), and how many pages there are is left to the file's size, so that one that is cut
 * is read up to there. A file that is damaged anywhere is searched as bytes, too, as a whole.
 */
#include <inttypes.h>
#include <math.h>
#include <sqlite3.h>

#include "base/utf8.h"
#include "extract/extract.h"
#include "extract/format/format.h"
#include "extract/format/gap.h"
#include "extract/text/charset.h"
#include "extract/text/dates.h"

enum {
    HEADER = 100,
    VALUE_MAX = 64 << 20, /* bytes of a row */
    SQL_MAX = 4 << 20,
    BLOB_LEAST = 16,    /* bytes of a unit inside */
    BLOBS_MAX = 100000, /* units of one database */
    STEPS = 1000,       /* operations between two looks at the budget */
    CELL_LEAST = 4,     /* bytes of a row in its page */
    VFS_NAME_MAX = 40,
};

/* https://sqlite.org/fileformat2.html 1.3 */
enum {
    AT_PAGE_SIZE = 16,
    AT_WRITE_VERSION = 18,
    AT_READ_VERSION = 19,
    AT_CHANGES = 24,
    AT_PAGES = 28,
    AT_FREE_TRUNK = 32,
    AT_VALID_FOR = 92,
    VERSION_LEGACY = 1,
    VERSION_WAL = 2,
};

typedef struct Database {
    Extraction *x;
    Feed *f;
    sqlite3 *db;
    sqlite3_vfs vfs;
    char vfs_name[VFS_NAME_MAX];
    uint8_t header[HEADER];
    uint32_t page_size;
    uint64_t page_count;  /* as the header has it; 0: it does not say */
    uint64_t steps, rows; /* that may come yet */
    uint64_t blobs;
    bool corrupt, large, many;
    Dates dates;
    Buf sql, name, text;
} Database;

static uint32_t big32(const uint8_t *at) {
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

/* ---- the file, as SQLite sees it ---- */

typedef struct VfsFile {
    sqlite3_file base;
    Feed *f;
} VfsFile;

static void patch_header(uint8_t *at, size_t n, uint64_t offset) {
    for (size_t i = 0; i < n && offset + i < HEADER; i++) {
        uint64_t field = offset + i;

        if ((field == AT_WRITE_VERSION || field == AT_READ_VERSION) && at[i] == VERSION_WAL)
            at[i] = VERSION_LEGACY;
        else if (field >= AT_PAGES && field < AT_PAGES + 4)
            at[i] = 0;
    }
}

static int file_read(sqlite3_file *file, void *at, int n, sqlite3_int64 offset) {
    ssize_t got = feed_read_at(((VfsFile *)file)->f, (uint64_t)offset, at, (size_t)n);

    if (got < 0)
        return got == -ENOMEM ? SQLITE_IOERR_NOMEM : SQLITE_IOERR_READ;
    memset((uint8_t *)at + got, 0, (size_t)n - (size_t)got);
    patch_header(at, (size_t)got, (uint64_t)offset);
    if (got == n)
        return SQLITE_OK;
    return offset < HEADER ? SQLITE_IOERR_SHORT_READ : SQLITE_IOERR_READ; /* no rows of zeros */
}

static int file_size(sqlite3_file *file, sqlite3_int64 *ret) {
    uint64_t size = ((VfsFile *)file)->f->size;

    *ret = size < INT64_MAX ? (sqlite3_int64)size : 0;
    return SQLITE_OK;
}

static int file_close(sqlite3_file *file _unused_) {
    return SQLITE_OK;
}

static int file_write(sqlite3_file *file _unused_, const void *at _unused_, int n _unused_,
                      sqlite3_int64 offset _unused_) {
    return SQLITE_READONLY;
}

static int file_truncate(sqlite3_file *file _unused_, sqlite3_int64 size _unused_) {
    return SQLITE_READONLY;
}

static int file_flags(sqlite3_file *file _unused_, int flags _unused_) {
    return SQLITE_OK; /* of xSync, xLock, xUnlock */
}

static int file_reserved(sqlite3_file *file _unused_, int *ret) {
    *ret = 0;
    return SQLITE_OK;
}

static int file_control(sqlite3_file *file _unused_, int op _unused_, void *arg _unused_) {
    return SQLITE_NOTFOUND;
}

static int file_sector(sqlite3_file *file _unused_) {
    return 0;
}

static int file_traits(sqlite3_file *file _unused_) {
    return SQLITE_IOCAP_IMMUTABLE;
}

static int vfs_open(sqlite3_vfs *vfs, const char *name _unused_, sqlite3_file *file, int flags,
                    int *ret_flags) {
    static const sqlite3_io_methods methods = {
        .iVersion = 1,
        .xClose = file_close,
        .xRead = file_read,
        .xWrite = file_write,
        .xTruncate = file_truncate,
        .xSync = file_flags,
        .xFileSize = file_size,
        .xLock = file_flags,
        .xUnlock = file_flags,
        .xCheckReservedLock = file_reserved,
        .xFileControl = file_control,
        .xSectorSize = file_sector,
        .xDeviceCharacteristics = file_traits,
    };

    file->pMethods = NULL;
    if (!(flags & SQLITE_OPEN_MAIN_DB))
        return SQLITE_CANTOPEN;
    file->pMethods = &methods;
    ((VfsFile *)file)->f = vfs->pAppData;
    if (ret_flags)
        *ret_flags = flags;
    return SQLITE_OK;
}

static int vfs_delete(sqlite3_vfs *vfs _unused_, const char *name _unused_, int sync _unused_) {
    return SQLITE_IOERR_DELETE;
}

static int vfs_access(sqlite3_vfs *vfs _unused_, const char *name _unused_, int flags _unused_,
                      int *ret) {
    *ret = 0; /* there is no journal and no log */
    return SQLITE_OK;
}

static int vfs_path(sqlite3_vfs *vfs _unused_, const char *name, int n, char *ret) {
    sqlite3_snprintf(n, ret, "%s", name);
    return SQLITE_OK;
}

static int vfs_random(sqlite3_vfs *vfs _unused_, int n, char *ret) {
    memset(ret, 0, (size_t)n);
    return n;
}

static int vfs_sleep(sqlite3_vfs *vfs _unused_, int us _unused_) {
    return 0;
}

static int vfs_time(sqlite3_vfs *vfs _unused_, double *ret) {
    *ret = 0;
    return SQLITE_OK;
}

static int vfs_error(sqlite3_vfs *vfs _unused_, int n _unused_, char *ret _unused_) {
    return 0;
}

static int register_vfs(Database *d) {
    snprintf(d->vfs_name, sizeof(d->vfs_name), "feed-%" PRIxPTR, (uintptr_t)d);
    d->vfs = (sqlite3_vfs){
        .iVersion = 1,
        .szOsFile = sizeof(VfsFile),
        .mxPathname = 64,
        .zName = d->vfs_name,
        .pAppData = d->f,
        .xOpen = vfs_open,
        .xDelete = vfs_delete,
        .xAccess = vfs_access,
        .xFullPathname = vfs_path,
        .xRandomness = vfs_random,
        .xSleep = vfs_sleep,
        .xCurrentTime = vfs_time,
        .xGetLastError = vfs_error,
    };
    return sqlite3_vfs_register(&d->vfs, 0) == SQLITE_OK ? 0 : -ENOMEM;
}

/* ---- what SQLite may do ---- */

/* What it says that is no success is noted: 0, or -ENOMEM. */
static int note(Database *d, int code) {
    switch (code & 0xFF) {
    case SQLITE_OK:
    case SQLITE_ROW:
    case SQLITE_DONE:
        return 0;
    case SQLITE_NOMEM:
        return -ENOMEM;
    case SQLITE_TOOBIG:
        d->large = true;
        return 0;
    default:
        if (code == SQLITE_IOERR_NOMEM)
            return -ENOMEM;
        d->corrupt = true;
        return 0;
    }
}

static int authorize(void *of _unused_, int action, const char *what, const char *with _unused_,
                     const char *schema _unused_, const char *within) {
    if (within) /* a view */
        return SQLITE_DENY;
    if (action == SQLITE_SELECT || action == SQLITE_READ)
        return SQLITE_OK;
    return action == SQLITE_PRAGMA && strcmp(what, "table_xinfo") == 0 ? SQLITE_OK : SQLITE_DENY;
}

static int count_steps(void *of) {
    Database *d = of;

    return d->steps == 0 || d->steps-- == 0;
}

static int confine(Database *d) {
    static const struct {
        int what, value;
    } limits[] = {
        {SQLITE_LIMIT_LENGTH, VALUE_MAX},
        {SQLITE_LIMIT_SQL_LENGTH, SQL_MAX},
        {SQLITE_LIMIT_ATTACHED, 0},
        {SQLITE_LIMIT_VDBE_OP, 1 << 20},
        {SQLITE_LIMIT_TRIGGER_DEPTH, 1},
        {SQLITE_LIMIT_VARIABLE_NUMBER, 1},
        {SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 1},
        {SQLITE_LIMIT_WORKER_THREADS, 0},
    };
    static const struct {
        int what, on;
    } settings[] = {
        {SQLITE_DBCONFIG_DEFENSIVE, 1},      {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
        {SQLITE_DBCONFIG_ENABLE_TRIGGER, 0}, {SQLITE_DBCONFIG_ENABLE_VIEW, 0},
        {SQLITE_DBCONFIG_DQS_DML, 0},        {SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0},
    };
    int r = SQLITE_OK;

    for (size_t i = 0; i < N_ELEMENTS(limits); i++)
        sqlite3_limit(d->db, limits[i].what, limits[i].value);
    for (size_t i = 0; r == SQLITE_OK && i < N_ELEMENTS(settings); i++)
        r = sqlite3_db_config(d->db, settings[i].what, settings[i].on, NULL);
    if (r == SQLITE_OK)
        r = sqlite3_exec(d->db, "PRAGMA cell_size_check = 1", NULL, NULL, NULL);
    if (r == SQLITE_OK)
        r = sqlite3_set_authorizer(d->db, authorize, NULL);
    sqlite3_progress_handler(d->db, STEPS, count_steps, d);
    return note(d, r);
}

static int open_database(Database *d) {
    int flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE;
    int r = register_vfs(d);

    if (r < 0)
        return r;
    r = note(d, sqlite3_open_v2("database", &d->db, flags, d->vfs_name));
    return r < 0 || d->corrupt ? r : confine(d);
}

static void finalize(sqlite3_stmt **s) {
    sqlite3_finalize(*s);
}

/* *ret NULL: it could not be, which is noted. */
static int prepare(Database *d, Span sql, sqlite3_stmt **ret) {
    return note(d, sqlite3_prepare_v2(d->db, (const char *)sql.at, (int)sql.n, ret, NULL));
}

/* *ret: there is a row. */
static int step(Database *d, sqlite3_stmt *s, bool *ret) {
    int code = s ? sqlite3_step(s) : SQLITE_DONE;

    *ret = code == SQLITE_ROW;
    return note(d, code);
}

static Span column_text(sqlite3_stmt *s, int i) {
    const void *at = sqlite3_column_text(s, i);

    return span(at, at ? (size_t)sqlite3_column_bytes(s, i) : 0);
}

static void put_name(Buf *b, Span name) {
    buf_byte(b, '"');
    for (size_t i = 0; i < name.n; i++) {
        if (name.at[i] == '"')
            buf_byte(b, '"');
        buf_byte(b, name.at[i]);
    }
    buf_byte(b, '"');
}

/* ---- cells ---- */

/* The text of bytes in whatever encoding: SQLite takes any bytes for UTF-8. */
static int make_text(Database *d, Span s, Span *ret) {
    unsigned bom = 0;
    Encoding e;

    *ret = s;
    if (utf8_valid(s))
        return 0;
    e = encoding_guess(span(s.at, s.n < SNIFF_HEAD_MAX ? s.n : SNIFF_HEAD_MAX), &bom);
    if (!encoding_is_converted(e))
        e = ENCODING_WINDOWS1252;
    buf_clear(&d->text);
    charset_append(e, span(s.at + bom, s.n - bom), &d->text);
    *ret = buf_as_span(&d->text);
    return buf_error(&d->text);
}

/* Whole numbers as they are, others with as few digits as tell them apart. */
static void print_real(double v, char *ret, size_t n) {
    if (v == trunc(v) && fabs(v) < 1e18) {
        snprintf(ret, n, "%.0f", v);
        return;
    }
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(ret, n, "%.*g", digits, v);
        if (strtod(ret, NULL) == v)
            return;
    }
}

typedef struct Table {
    Span name;
    int n_columns;
    uint64_t row, written; /* written: the last row with something in it */
} Table;

static int emit_cell(Database *d, Table *t, int i, Span text) {
    uint32_t column = (uint32_t)i + 1;
    Span utf8;
    int r = text.n ? make_text(d, text, &utf8) : 0;

    if (r < 0 || !text.n)
        return r;
    if (t->written)
        r = extract_text(d->x, span_of(t->written == t->row ? "\t" : "\n"));
    t->written = t->row;
    if (r == 0)
        r = extract_at(d->x, t->row, column);
    dates_begin(&d->dates, column);
    dates_more(&d->dates, utf8.at, utf8.n);
    dates_end(&d->dates);
    return r ? r : extract_text(d->x, utf8);
}

static int open_blob(Database *d, const Table *t, sqlite3_stmt *s, int i, Span blob) {
    Entry e = {.size = blob.n, .mtime = INT64_MIN};
    Feed f;
    int r;

    if (d->blobs == BLOBS_MAX) {
        d->many = true;
        return 0;
    }
    d->blobs++;
    buf_clear(&d->name);
    buf_span(&d->name, t->name);
    buf_printf(&d->name, ".%s.%" PRIu64, sqlite3_column_name(s, i), t->row);
    if (buf_error(&d->name))
        return -ENOMEM;
    e.name = buf_as_span(&d->name);
    f = feed_of_span(blob);
    r = extract_unit(d->x, &e, &f);
    feed_done(&f);
    return r;
}

/* A blob is text when it looks so and has no reader of its own; else a unit, unless it is short. */
static int emit_blob(Database *d, Table *t, sqlite3_stmt *s, int i) {
    const void *at = sqlite3_column_blob(s, i);
    Span blob = span(at, at ? (size_t)sqlite3_column_bytes(s, i) : 0);
    Sniff looks;

    if (!blob.n)
        return 0;
    looks = sniff(span(blob.at, blob.n < SNIFF_HEAD_MAX ? blob.n : SNIFF_HEAD_MAX), blob.n);
    if (looks.kind == SNIFF_TEXT && (blob.n < BLOB_LEAST || !extractor_find(looks.format)))
        return emit_cell(d, t, i, blob);
    return blob.n < BLOB_LEAST ? 0 : open_blob(d, t, s, i, blob);
}

static int emit_value(Database *d, Table *t, sqlite3_stmt *s, int i) {
    char number[48];

    switch (sqlite3_column_type(s, i)) {
    case SQLITE_NULL:
        return 0;
    case SQLITE_BLOB:
        return emit_blob(d, t, s, i);
    case SQLITE_FLOAT:
        print_real(sqlite3_column_double(s, i), number, sizeof(number));
        return emit_cell(d, t, i, span_of(number));
    default:
        return emit_cell(d, t, i, column_text(s, i));
    }
}

/* ---- tables ---- */

/* SELECT of its columns but those that are computed as they are read; *ret: how many. */
static int write_select(Database *d, Span table, int *ret) {
    enum { NAME = 1, HIDDEN = 6, COMPUTED = 2 };
    _cleanup_(finalize) sqlite3_stmt *s = NULL;
    bool more = true;
    int n = 0, r;

    buf_clear(&d->sql);
    buf_text(&d->sql, "PRAGMA main.table_xinfo(");
    put_name(&d->sql, table);
    buf_text(&d->sql, ")");
    r = buf_error(&d->sql);
    if (r == 0)
        r = prepare(d, buf_as_span(&d->sql), &s);
    buf_clear(&d->sql);
    buf_text(&d->sql, "SELECT ");
    while (r == 0 && more) {
        r = step(d, s, &more);
        if (r < 0 || !more || sqlite3_column_int(s, HIDDEN) == COMPUTED)
            continue;
        buf_text(&d->sql, n++ ? "," : "");
        put_name(&d->sql, column_text(s, NAME));
    }
    buf_text(&d->sql, " FROM main.");
    put_name(&d->sql, table);
    buf_text(&d->sql, " NOT INDEXED");
    *ret = n;
    return r ? r : buf_error(&d->sql);
}

static int begin_table(Database *d, const Table *t, sqlite3_stmt *s) {
    int r = extract_part(d->x, PART_TABLE, t->name);

    dates_clear(&d->dates);
    for (int i = 0; r == 0 && i < t->n_columns; i++) {
        Span name = span_of(sqlite3_column_name(s, i));

        r = extract_column(d->x, (uint32_t)i + 1, name);
        if (r == 0)
            r = dates_column(&d->dates, (uint32_t)i + 1, name);
    }
    return r;
}

static int read_row(Database *d, Table *t, sqlite3_stmt *s) {
    int r = extract_spend(d->x, 0); /* that we live, though rows may be empty */

    t->row++;
    for (int i = 0; r == 0 && i < t->n_columns; i++)
        r = emit_value(d, t, s, i);
    return r;
}

static int read_table(Database *d, Span name) {
    _cleanup_(finalize) sqlite3_stmt *s = NULL;
    Table t = {.name = name};
    bool more = true;
    int r = write_select(d, name, &t.n_columns);

    if (r == 0 && t.n_columns)
        r = prepare(d, buf_as_span(&d->sql), &s);
    if (r < 0 || !s) {
        d->corrupt = true; /* the schema names it all the same */
        return r;
    }
    r = begin_table(d, &t, s);
    while (r == 0 && more) {
        r = step(d, s, &more);
        if (r == 0 && more && d->rows-- == 0) {
            d->rows = 0;
            d->corrupt = true; /* a ring */
            break;
        }
        if (r == 0 && more)
            r = read_row(d, &t, s);
    }
    if (r == 0 && t.written)
        r = extract_text(d->x, span_of("\n"));
    return r ? r : dates_tell(&d->dates, d->x);
}

static bool begins_with(Span s, const char *word) {
    size_t n = strlen(word);

    return s.n >= n && sqlite3_strnicmp((const char *)s.at, word, (int)n) == 0;
}

/*
 * One row of the schema. SQLite writes its statements itself, so one of a table begins as it does,
 * unless somebody has changed it: then it is not asked for.
 */
static int read_object(Database *d, sqlite3_stmt *s) {
    Span type = column_text(s, 0), name = column_text(s, 1), sql = column_text(s, 2);
    bool stored = sqlite3_column_int64(s, 3) > 0;

    if (!span_is(type, "table"))
        return 0;
    if (begins_with(sql, "CREATE VIRTUAL TABLE") && !stored)
        return 0;
    if (!begins_with(sql, "CREATE TABLE") || !stored) {
        d->corrupt = true;
        return 0;
    }
    return read_table(d, name);
}

static int emit_statement(Database *d, sqlite3_stmt *s) {
    Span sql = column_text(s, 2), utf8;
    int r = make_text(d, sql, &utf8);

    if (r == 0)
        r = extract_text(d->x, utf8);
    return r || !utf8.n ? r : extract_text(d->x, span_of(";\n"));
}

static int each_object(Database *d, int (*what)(Database *, sqlite3_stmt *)) {
    static const char sql[] = "SELECT type, name, sql, rootpage FROM sqlite_master";
    _cleanup_(finalize) sqlite3_stmt *s = NULL;
    bool more = true;
    int r = prepare(d, span(sql, sizeof(sql) - 1), &s);

    while (r == 0 && more) {
        r = step(d, s, &more);
        if (r == 0 && more)
            r = what(d, s);
    }
    return r;
}

static int read_tables(Database *d) {
    int r = open_database(d);

    if (r == 0 && !d->corrupt)
        r = extract_part(d->x, PART_SECTION, span_of("schema"));
    if (r == 0 && !d->corrupt)
        r = extract_at(d->x, 0, 0);
    if (r == 0 && !d->corrupt)
        r = each_object(d, emit_statement);
    return r || d->corrupt ? r : each_object(d, read_object);
}

/* ---- what no table has ---- */

/* A trunk of the list of free pages: the next one, how many leaves, their numbers. */
static int read_trunk(Database *d, uint32_t page, uint64_t *left, uint32_t *ret_next) {
    _cleanup_(free_p) uint8_t *at = malloc(d->page_size);
    uint64_t offset = (uint64_t)(page - 1) * d->page_size;
    ssize_t got = at ? feed_read_at(d->f, offset, at, d->page_size) : -ENOMEM;
    uint32_t n;
    int r;

    *ret_next = 0;
    if (got < (ssize_t)d->page_size) {
        d->corrupt = got != -ENOMEM;
        return got == -ENOMEM ? -ENOMEM : 0;
    }
    n = big32(at + 4);
    if (n > d->page_size / 4 - 2 || n > *left) {
        d->corrupt = true;
        return 0;
    }
    *left -= n;
    *ret_next = big32(at);
    r = gap_bytes(d->x, d->f, span(at + 8 + 4 * n, d->page_size - 8 - 4 * n), offset + 8 + 4 * n);
    for (uint32_t i = 0; r == 0 && i < n; i++) {
        uint32_t leaf = big32(at + 8 + 4 * i);

        offset = (uint64_t)(leaf - 1) * d->page_size;
        if (leaf)
            r = gap_range(d->x, d->f, offset, offset + d->page_size);
    }
    return r;
}

static int read_free_pages(Database *d) {
    uint32_t page = big32(d->header + AT_FREE_TRUNK);
    uint64_t left = d->f->size / d->page_size; /* no page is there twice */
    int r = 0;

    while (r == 0 && page && !d->corrupt) {
        if (left-- == 0) {
            d->corrupt = true;
            break;
        }
        r = read_trunk(d, page, &left, &page);
    }
    return r;
}

static int read_remains(Database *d) {
    uint64_t end = d->page_count * d->page_size;
    int r = 0;

    if (!d->corrupt)
        r = read_free_pages(d);
    if (r == 0 && (d->corrupt || d->large))
        return gap_range(d->x, d->f, 0, d->f->size);
    if (r == 0 && end && end < d->f->size)
        r = gap_range(d->x, d->f, end, d->f->size);
    return r;
}

/* ---- the header ---- */

static int read_header(Database *d) {
    ssize_t got = feed_read_at(d->f, 0, d->header, HEADER);
    uint32_t size = (uint32_t)d->header[AT_PAGE_SIZE] << 8 | d->header[AT_PAGE_SIZE + 1];
    bool wal = d->header[AT_READ_VERSION] == VERSION_WAL;

    if (got < HEADER)
        d->corrupt = true;
    d->page_size = size == 1 ? 65536 : size;
    if (d->page_size < 512 || d->page_size > 65536 || (d->page_size & (d->page_size - 1)))
        d->corrupt = true;
    if (memcmp(d->header + AT_CHANGES, d->header + AT_VALID_FOR, 4) == 0)
        d->page_count = big32(d->header + AT_PAGES);
    if (got == -ENOMEM || d->corrupt)
        return got == -ENOMEM ? -ENOMEM : 0;
    d->rows = d->f->size / CELL_LEAST;
    d->steps = d->f->size / 125 + 10000; /* 8 operations a byte, and some for the schema */
    return wal ? extract_fact(d->x, &(Fact){.kind = FACT_WAL}) : 0;
}

static int read_database(Database *d) {
    int r = read_header(d);

    if (r == 0 && !d->corrupt)
        r = read_tables(d);
    if (r == 0 && d->page_count * d->page_size > d->f->size)
        d->corrupt = true; /* cut */
    return r ? r : read_remains(d);
}

static Database *database_free(Database *d) {
    if (!d)
        return NULL;
    sqlite3_close(d->db);
    if (d->vfs.zName)
        sqlite3_vfs_unregister(&d->vfs);
    dates_done(&d->dates);
    buf_wipe(&d->sql);
    buf_wipe(&d->name);
    buf_wipe(&d->text);
    free(d);
    return NULL;
}
DEFINE_CLEANUP(Database, database_free)

static int sqlite_extract(Extraction *x, Feed *f, Encoding encoding _unused_, Status *ret_status) {
    _cleanup_(database_freep) Database *d = calloc(1, sizeof(*d));
    int r;

    if (!d)
        return -ENOMEM;
    d->x = x;
    d->f = f;
    r = read_database(d);
    if (d->corrupt)
        *ret_status = status_of(STATUS_PARTIAL, "corrupt");
    else if (d->large)
        *ret_status = status_of(STATUS_LIMIT, "value");
    else if (d->many)
        *ret_status = status_of(STATUS_LIMIT, "entries");
    return r;
}

const Extractor sqlite_extractor = {
    .format = "sqlite",
    .place = EXTRACT_FORMAT,
    .seeks = true,
    .extract = sqlite_extract,
};
