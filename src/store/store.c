/*
 * Store: see store.h.
 *
 * The file is looked at before SQLite sees it: whose it is, what it is, which format. So a store
 * of a newer programme is not changed by a byte, and a foreign database neither.
 */
#include "store/store.h"

#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>

#include "base/file.h"
#include "store/handle.h"
#include "store/lock.h"
#include "store/migrate.h"
#include "store/place.h"

/* https://www.sqlite.org/fileformat.html section 1.3: where these stand, big-endian. */
#define HEADER_SIZE        100
#define HEADER_MAGIC       "SQLite format 3"
#define HEADER_VERSION     60
#define HEADER_APPLICATION 68

extern const char store_format_2_sql[];
extern const char store_format_3_sql[];

/* steps[i] brings format i + 1 to i + 2. */
static const char *const steps[] = {store_format_2_sql, store_format_3_sql};

static uint32_t header_u32(const uint8_t *at) {
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static int header_check(const uint8_t *header, size_t n, const char *path, Error *reterr,
                        int *ret_version) {
    uint32_t version;

    if (n < HEADER_SIZE || memcmp(header, HEADER_MAGIC, sizeof(HEADER_MAGIC)) != 0 ||
        header_u32(header + HEADER_APPLICATION) != STORE_APPLICATION ||
        header_u32(header + HEADER_VERSION) == 0)
        return error_set(reterr, -EMEDIUMTYPE,
                         "'%s' is not a Terrier store; name another file with --store", path);
    version = header_u32(header + HEADER_VERSION);
    if (version > STORE_FORMAT)
        return error_set(reterr, -EPROTO,
                         "the store '%s' was written by a newer Terrier (format %u, this one knows "
                         "%d); use that one, or name another store with --store FILE",
                         path, version, STORE_FORMAT);
    *ret_version = (int)version;
    return 0;
}

/* The format of the file at path, after its mode and owner were checked; -ENOENT when absent. */
static int file_look(const char *path, Error *reterr, int *ret_version) {
    _cleanup_(fd_closep) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    uint8_t header[HEADER_SIZE];
    ssize_t n;
    int r;

    if (fd < 0 && errno == ENOENT)
        return error_set(reterr, -ENOENT,
                         "there is no store '%s'; scan first, or name another with --store FILE",
                         path);
    if (fd < 0)
        return error_errno(reterr, -errno, "cannot open the store '%s'", path);
    r = file_check_private(fd, path, 0600, reterr);
    if (r < 0)
        return r;
    n = pread(fd, header, sizeof(header), 0);
    if (n < 0)
        return error_errno(reterr, -errno, "cannot read the store '%s'", path);
    return header_check(header, (size_t)n, path, reterr, ret_version);
}

/* The directory without links, then the last component of path as it is. */
static int path_resolve(const char *path, bool make, Error *reterr, char **ret) {
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    _cleanup_(free_p) char *directory = NULL, *real = NULL;
    char *whole;
    int r;

    if (!name[0])
        return error_set(reterr, -EISDIR, "the store '%s' is a directory; name a file", path);
    directory = slash ? strndup(path, slash == path ? 1 : (size_t)(slash - path)) : strdup(".");
    if (!directory)
        return -ENOMEM;
    real = realpath(directory, NULL);
    if (!real && errno == ENOENT && make)
        real = TAKE(directory);
    if (!real)
        return error_errno(reterr, -errno, "cannot open the store '%s'", path);
    r = place_check(real, make, reterr);
    if (r < 0)
        return r;
    if (asprintf(&whole, "%s/%s", strcmp(real, "/") == 0 ? "" : real, name) < 0)
        return -ENOMEM;
    *ret = whole;
    return 0;
}

/* Was the last writer killed? Then its WAL was left behind. */
static bool is_unclean(const char *path) {
    _cleanup_(free_p) char *wal = NULL;
    struct stat st;

    if (asprintf(&wal, "%s-wal", path) < 0) {
        wal = NULL;
        return true;
    }
    return lstat(wal, &st) == 0 && st.st_size > 0;
}

/*
 * synchronous NORMAL: in WAL mode a power cut may lose the last commits, never the store; the lost
 * objects are read again. store_run_end() commits with FULL. docs/design/store.md has the figures.
 */
static const char write_pragmas[] = "PRAGMA journal_mode = WAL;"
                                    "PRAGMA synchronous = NORMAL;"
                                    "PRAGMA secure_delete = ON;"
                                    "PRAGMA wal_autocheckpoint = 16000;"
                                    "PRAGMA cache_size = -4096;";
static const char common_pragmas[] = "PRAGMA temp_store = MEMORY;"
                                     "PRAGMA mmap_size = 0;"
                                     "PRAGMA cell_size_check = ON;"
                                     "PRAGMA trusted_schema = OFF;";

static int db_configure(Store *s) {
    sqlite3_db_config(s->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(s->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    sqlite3_db_config(s->db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
    sqlite3_db_config(s->db, SQLITE_DBCONFIG_ENABLE_VIEW, 0, NULL);
    sqlite3_db_config(s->db, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
    sqlite3_db_config(s->db, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
    sqlite3_busy_timeout(s->db, s->mode == STORE_APPEND ? 30000 : 5000);
    return sql_exec(s->db, common_pragmas);
}

static int db_open(Store *s) {
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_NOMUTEX;
    int rc = sqlite3_open_v2(s->path, &s->db, flags, NULL);
    int r;

    if (rc != SQLITE_OK)
        return s->db ? sql_error(s->db, rc) : -ENOMEM;
    sqlite3_extended_result_codes(s->db, 1);
    r = db_configure(s);
    if (r < 0)
        return r;
    return sql_exec(s->db, s->mode != STORE_READ ? write_pragmas : "PRAGMA query_only = ON");
}

/* By SQLite: to look at the file by itself would drop the locks that it holds. */
static int db_version(Store *s, int *ret) {
    _cleanup_(sql_finalizep) sqlite3_stmt *row = NULL;
    int r = sql_prepare(s->db, "PRAGMA user_version", &row);

    if (r == 0)
        r = sql_step(row);
    if (r > 0)
        *ret = sqlite3_column_int(row, 0);
    return r < 0 ? r : 0;
}

/* One connection and the lock, for an older format only; then all is opened anew. */
static int store_upgrade(Store *s, int version, Error *reterr) {
    _cleanup_(fd_closep) int lock = -1;
    StoreMode mode = s->mode;
    int r = s->lock < 0 ? lock_take(s->path, reterr, &lock) : 0;

    if (r < 0)
        return r;
    s->mode = STORE_WRITE;
    r = db_open(s);
    s->mode = mode;
    if (r == 0)
        r = db_version(s, &version); /* another may have done it meanwhile, in the WAL */
    if (r < 0)
        r = handle_unread(s, r, reterr);
    else if (version < STORE_FORMAT)
        r = migrate_run(s->db, s->path, version, steps, N_ELEMENTS(steps), reterr);
    if (r == 0)
        r = sql_exec(s->db, "PRAGMA wal_checkpoint(TRUNCATE)");
    sqlite3_close(s->db);
    s->db = NULL;
    return r;
}

/* Opens what was looked at, and looks inside where the last end was not a clean one. */
static int store_connect(Store *s, int version, Error *reterr) {
    bool unclean = s->mode == STORE_WRITE && is_unclean(s->path);
    int r = 0;

    if (version < STORE_FORMAT)
        r = store_upgrade(s, version, reterr);
    if (r < 0)
        return r;

    r = db_open(s);
    if (r == 0 && unclean)
        r = migrate_check(s->db);
    if (r < 0)
        return handle_unread(s, r, reterr);
    return 0;
}

static int store_prepare(Store *s, Error *reterr, int *ret_version) {
    int r;

    if (s->mode != STORE_WRITE) {
        r = file_look(s->path, reterr, ret_version);
        if (r != -ENOENT || s->mode == STORE_READ)
            return r;
    }
    r = lock_take(s->path, reterr, &s->lock);
    if (r < 0)
        return r;
    r = file_look(s->path, reterr, ret_version);
    if (r != -ENOENT)
        return r;
    *ret_version = STORE_FORMAT;
    return migrate_create(s->path, reterr);
}

int store_open(const char *path, StoreMode mode, Error *reterr, Store **ret) {
    _cleanup_(store_closep) Store *s = calloc(1, sizeof(*s));
    int version, r;

    if (!s || sodium_init() < 0)
        return -ENOMEM;
    s->mode = mode;
    s->lock = -1;
    r = path_resolve(path, mode != STORE_READ, reterr, &s->path);
    if (r < 0)
        return r;
    r = store_prepare(s, reterr, &version);
    if (r < 0)
        return r;
    r = store_connect(s, version, reterr);
    if (r < 0)
        return r;
    *ret = TAKE(s);
    return 0;
}

Store *store_close(Store *s) {
    if (!s)
        return NULL;
    if (s->db)
        handle_commit(s);
    for (Statement which = 0; which < N_STATEMENTS; which++)
        sqlite3_finalize(s->statements[which]);
    sqlite3_close_v2(s->db);
    fd_close(s->lock);
    buf_done(&s->samples);
    course_done(&s->course);
    free(s->path);
    free(s);
    return NULL;
}

const char *store_path(const Store *s) {
    return s->path;
}

int store_default_path(char **ret) {
    const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
    char *path;
    int n;

    if (state && state[0] == '/')
        n = asprintf(&path, "%s/terrier/terrier.db", state);
    else if (home && home[0] == '/')
        n = asprintf(&path, "%s/.local/state/terrier/terrier.db", home);
    else
        return -ENOENT;
    if (n < 0)
        return -ENOMEM;
    *ret = path;
    return 0;
}
