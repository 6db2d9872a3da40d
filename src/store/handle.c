/* Handle: see handle.h. */
#include "store/handle.h"

#include <assert.h>

#include "base/clock.h"
#include "store/write.h"

/* Everything that the writer says to SQLite, but for the schema, the indexes and a few pragmas. */
/* The units inside file ?3 that hold. */
#define MEMBERS_OF                                                                                 \
    " WHERE series = ?1 AND root = ?2 AND path > CAST(?3 || x'00' AS BLOB)"                        \
    " AND path < CAST(?3 || x'01' AS BLOB) AND until = 9223372036854775807"
#define MEMBERS " FROM object" MEMBERS_OF
/* File ?3 as run ?4 read it, and the units inside. */
#define TWIN                                                                                       \
    " FROM object WHERE series = ?1 AND root = ?2 AND path >= ?3"                                  \
    " AND path < CAST(?3 || x'01' AS BLOB) AND since = ?4"

static const char *const texts[N_STATEMENTS] = {
    [ST_BEGIN] = "BEGIN IMMEDIATE",
    [ST_COMMIT] = "COMMIT",
    [ST_ROLLBACK] = "ROLLBACK",
    [ST_RUN_INSERT] =
        "INSERT INTO run (started, survey, tool, key, ruleset, parameters, engine, series,"
        " reading) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, iif(?8 > 0, ?8,"
        " coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'run'), 0) + 1), ?9)",
    [ST_RUN_LAST] = "SELECT id, ended, series, coalesce(slots, 0), ruleset = ?2, key IS ?3,"
                    " engine = ?4, coalesce(reading = ?5, 0) FROM run WHERE survey = 0 AND "
                    "json_valid(parameters) AND"
                    " json_remove(parameters, '$.command', '$.profile', '$.jobs', '$.window',"
                    " '$.operation') = json_remove(?1, '$.command', '$.profile', '$.jobs',"
                    " '$.window', '$.operation')"
                    " ORDER BY id DESC LIMIT 1",
    [ST_RUN_END] = "UPDATE run SET ended = ?2, exit = ?3, complete = ?4, balanced = ?5,"
                   " slots = ?6"
                   " WHERE id = ?1",
    [ST_DETECTOR_INSERT] = "INSERT INTO detector (run, number, id, title, category, tier)"
                           " VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    [ST_ROOT_PUT] = "INSERT OR REPLACE INTO root (run, number, path, identity, fs_type,"
                    " mount_options, atime, status, reason, found, found_bytes, names, directories)"
                    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
    [ST_OBJECT_INSERT] =
        "INSERT INTO object (series, root, path, id, depth, dev, ino, nlink, size,"
        " mtime, ctime, btime, mode, uid, gid, status, reason, bytes_read,"
        " members, hash, format, encoding, since, slot, acl, until) VALUES (?1, ?2, ?3,"
        " ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18,"
        " ?19, ?20, ?21, ?22, ?23, ?24, ?25, 9223372036854775807)",
    [ST_OBJECT_FIND] = "SELECT id, depth, status, reason, size, bytes_read, members, since, until,"
                       " slot, mtime, ctime, ino, mode, uid, gid, nlink, hash, format, encoding"
                       " FROM object WHERE series = ?1 AND root = ?2 AND path = ?3"
                       " ORDER BY since DESC LIMIT 1",
    [ST_OBJECT_DELETE] = "DELETE FROM object WHERE series = ?1 AND root = ?2 AND path = ?3"
                         " AND since = ?4",
    [ST_OBJECT_CLOSE] = "UPDATE object SET until = ?5 WHERE series = ?1 AND root = ?2 AND path = ?3"
                        " AND since = ?4",
    [ST_OBJECT_LAST] = "SELECT max(coalesce((SELECT max(object) FROM finding), 0),"
                       " coalesce((SELECT max(object) FROM fact), 0))",
    [ST_UNSEEN_READ] = "SELECT root, path, slot FROM object WHERE series = ?1 AND root >= ?2 AND"
                       " (root > ?2 OR path > ?3) AND depth = 0 AND until = 9223372036854775807"
                       " ORDER BY root, path",
    [ST_MEMBERS_READ] =
        "SELECT id, status, reason, size, bytes_read, members, since" MEMBERS " AND since < ?4",
    [ST_MEMBERS_CLOSE] = "UPDATE object SET until = ?4" MEMBERS_OF " AND since < ?4",
    [ST_MEMBERS_DELETE] = "DELETE" MEMBERS " AND since = ?4",
    [ST_ORPHANS_FIND] =
        "SELECT o.root, substr(o.path, 1, instr(o.path, x'00') - 1) FROM object o"
        " WHERE o.series = ?1 AND o.since = ?2 AND o.depth > 0 AND NOT EXISTS (SELECT 1 FROM object"
        " f WHERE f.series = o.series AND f.root = o.root AND f.until = 9223372036854775807 AND"
        " f.path = CAST(substr(o.path, 1, instr(o.path, x'00') - 1) AS BLOB)) LIMIT 1",
    [ST_FACT_INSERT] = "INSERT OR REPLACE INTO fact (object, kind, part, text, time_from, time_to)"
                       " VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    [ST_FACT_DELETE] = "DELETE FROM fact WHERE object = ?1",
    [ST_FINDING_INSERT] =
        "INSERT INTO finding (object, part, detector, level, score, count_high,"
        " count_medium, count_low, tested, valid, test_values, distinct_values,"
        " distinct_exact, samples, part_kind, heading, sketch) VALUES (?1, ?2, ?3, ?4,"
        " ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)",
    [ST_FINDING_DELETE] = "DELETE FROM finding WHERE object = ?1",
    [ST_NAME_CLAIMED] = "SELECT root, path FROM object_name"
                        " WHERE run = ?1 AND dev = ?2 AND ino = ?3 AND claimed = 1",
    [ST_NAME_INSERT] = "INSERT OR REPLACE INTO object_name (run, dev, ino, root, path, claimed)"
                       " VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    [ST_NAME_UNCLAIM] = "UPDATE object_name SET claimed = 0 WHERE run = ?1 AND dev = ?2"
                        " AND ino = ?3",
    [ST_NAME_CLAIM] = "UPDATE object_name SET claimed = 1 WHERE run = ?1 AND dev = ?2"
                      " AND ino = ?3 AND root = ?4 AND path = ?5",
    [ST_NAMES_FORGET] = "DELETE FROM object_name WHERE run = ?1",
    [ST_NAMES_COUNT] = "SELECT count(*) FROM object_name WHERE run = ?1 AND root = ?2"
                       " AND claimed = 0",
    [ST_OBJECT_RENAME] = "UPDATE OR IGNORE object SET root = ?4, path = ?5"
                         " WHERE series = ?1 AND root = ?2 AND path = ?3 AND since = ?6",
    [ST_MEMBERS_RENAME] =
        "UPDATE OR IGNORE object SET root = ?4,"
        " path = CAST(?5 || substr(path, length(?3) + 1) AS BLOB)" MEMBERS_OF " AND since = ?6",
    [ST_NOTE_PUT] = "INSERT OR REPLACE INTO note (run, kind, subject, count, detail)"
                    " VALUES (?1, ?2, ?3, ?4, ?5)",
    [ST_COVERAGE_DELETE] = "DELETE FROM coverage WHERE run = ?1",
    [ST_COVERAGE_INSERT] = "INSERT INTO coverage (run, members, status, reason, objects, bytes,"
                           " bytes_read, inside) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    [ST_ENTRY_LAST] = "SELECT seq, at, digest, seal_key FROM ledger ORDER BY seq DESC LIMIT 1",
    [ST_ENTRY_PUT] = "INSERT INTO ledger (seq, at, kind, body, previous, digest, seal, seal_key)"
                     " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    [ST_OBJECT_SLOT] =
        "SELECT slot FROM object WHERE series = (SELECT series FROM run WHERE id = ?1)"
        " AND root = ?2 AND path = ?3 AND since <= ?1 AND until > ?1",
    [ST_DIRECTORY_FIND] = "SELECT since, slot, mode, uid, gid, acl FROM directory WHERE series = ?1"
                          " AND root = ?2 AND path = ?3 AND until = 9223372036854775807"
                          " ORDER BY since DESC LIMIT 1",
    [ST_DIRECTORY_INSERT] =
        "INSERT INTO directory (series, root, path, since, slot, mode, uid, gid, acl, until)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 9223372036854775807)",
    [ST_DIRECTORY_CLOSE] = "UPDATE directory SET until = ?5 WHERE series = ?1 AND root = ?2"
                           " AND path = ?3 AND since = ?4",
    [ST_DIRECTORY_DELETE] = "DELETE FROM directory WHERE series = ?1 AND root = ?2 AND path = ?3"
                            " AND since = ?4",
    [ST_DIRECTORY_SLOT] = "SELECT coalesce(max(slot) + 1, 0) FROM directory WHERE series = ?1",
    [ST_DIRECTORY_UNSEEN] =
        "SELECT root, path, slot, since FROM directory WHERE series = ?1 AND (root, path) >"
        " (?2, ?3) AND until = 9223372036854775807 ORDER BY root, path",
    [ST_DIRECTORY_READ] =
        "SELECT mode, uid, gid, acl FROM directory WHERE series = (SELECT series FROM run WHERE"
        " id = ?1) AND root = ?2 AND path = ?3 AND since <= ?1 AND until > ?1",
    [ST_PRINCIPAL_PUT] =
        "INSERT INTO principal (run, grp, id, name) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO UPDATE"
        " SET name = coalesce(excluded.name, name)",
    [ST_PRINCIPAL_JOIN] =
        "INSERT INTO principal (run, grp, id, name) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO UPDATE"
        " SET name = iif(name IS excluded.name, name, NULL)",
    [ST_PRINCIPALS_FOLLOW] =
        "INSERT OR IGNORE INTO principal (run, grp, id) SELECT ?1, grp, id FROM principal WHERE"
        " run = (SELECT max(b.id) FROM run a JOIN run b ON b.series = a.series AND b.id < a.id"
        " WHERE a.id = ?1)",
    [ST_SHARE_PUT] = "INSERT OR REPLACE INTO share (run, number, kind, name, path, guest,"
                     " read_only, restricted, who, root_squash, all_squash, acts_as)"
                     " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
    [ST_CONTENTS_READ] = "SELECT root, path, depth, size, mtime, hash FROM object"
                         " WHERE series = ?1 ORDER BY root, path, since",
    [ST_TWIN_FIND] =
        "SELECT root, path, since, status, reason, bytes_read, members, format, encoding, mtime,"
        " ctime, id IS NOT NULL AND EXISTS (SELECT 1 FROM finding WHERE object = object.id AND"
        " part = CAST('(name)' AS BLOB)) FROM object WHERE series = ?1 AND"
        " (root, path) >= (?2, ?3) AND (root, path) < (?4, ?5) AND depth = 0 AND hash = ?6 AND"
        " size = ?7 ORDER BY root, path, since DESC",
    [ST_TWIN_IDS] = "SELECT coalesce(min(id), 0), coalesce(max(id), 0),"
                    " coalesce(max(iif(depth = 0, id, NULL)), 0)" TWIN,
    [ST_TWIN_SUMS] =
        "SELECT status, reason, count(*), sum(size), sum(bytes_read), sum(members)" TWIN
        " AND depth > 0 GROUP BY status, reason",
    [ST_TWIN_MEMBERS] =
        "INSERT INTO object (series, root, path, since, until, id, depth, dev, ino, nlink, size,"
        " mtime, ctime, btime, mode, uid, gid, status, reason, bytes_read, members, hash, format,"
        " encoding) SELECT series, ?5, CAST(?6 || substr(path, length(?3) + 1) AS BLOB), ?7,"
        " 9223372036854775807, id + ?8, depth, dev, ino, nlink, size, mtime, ctime, btime, mode,"
        " uid, gid, status, reason, bytes_read, members, hash, format, encoding" TWIN
        " AND depth > 0",
    [ST_TWIN_FINDINGS] =
        "INSERT INTO finding (object, part, part_kind, heading, detector, level, score,"
        " count_high, count_medium, count_low, tested, valid, test_values, distinct_values,"
        " distinct_exact, samples, sketch) SELECT object + ?5, part, part_kind, heading, detector, level,"
        " score, count_high, count_medium, count_low, tested, valid, test_values, distinct_values,"
        " distinct_exact, samples, sketch FROM finding WHERE object IN (SELECT id" TWIN
        " AND id IS NOT NULL)",
    [ST_TWIN_FACTS] =
        "INSERT INTO fact (object, kind, part, text, time_from, time_to) SELECT object + ?5, kind,"
        " part, text, time_from, time_to FROM fact WHERE object IN (SELECT id" TWIN
        " AND id IS NOT NULL)",
    [ST_DELTA_PUT] = "INSERT OR REPLACE INTO delta (run, before, findings, came, gone, unreadable,"
                     " moved, changed, tier, access) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9,"
                     " ?10)",
    [ST_TRIAGE_PUT] = "INSERT INTO triage (created, finding, glob, type, asset, owner, verdict,"
                      " reason, approver, expires) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9,"
                      " ?10)",
    [ST_TRIAGE_DELETE] = "DELETE FROM triage WHERE id = ?1",
    [ST_GAP_PUT] = "INSERT OR REPLACE INTO gap (glob, created, reason, by_whom, until)"
                   " VALUES (?1, ?2, ?3, ?4, ?5)",
    [ST_GAP_DELETE] = "DELETE FROM gap WHERE glob = ?1",
    [ST_MANIFEST_PUT] = "INSERT OR REPLACE INTO manifest (run, body, digest, seal, seal_key)"
                        " VALUES (?1, ?2, ?3, ?4, ?5)",
};

int handle_statement(Store *s, Statement which, sqlite3_stmt **ret) {
    int r;

    if (!s->statements[which]) {
        r = sql_prepare(s->db, texts[which], &s->statements[which]);
        if (r < 0)
            return r;
    }
    *ret = s->statements[which];
    return 0;
}

static int statement_run(Store *s, Statement which) {
    sqlite3_stmt *stmt;
    int r = handle_statement(s, which, &stmt);

    return r < 0 ? r : sql_run(stmt);
}

int handle_begin(Store *s) {
    int r;

    assert(s->mode != STORE_READ);
    if (s->failure.code < 0)
        return s->failure.code;
    if (s->open)
        return 0;
    r = statement_run(s, ST_BEGIN);
    if (r < 0)
        return r;
    s->open = true;
    s->rows = 0;
    s->since = clock_monotonic_ns();
    return 0;
}

void handle_undo(Store *s) {
    for (Statement which = 0; which < N_STATEMENTS; which++)
        sqlite3_reset(s->statements[which]);
    if (s->open)
        statement_run(s, ST_ROLLBACK); /* SQLite may have done so already */
    s->open = false;
}

int handle_write(Store *s, Statement which, sqlite3_stmt **ret) {
    int r = handle_begin(s);

    return r < 0 ? r : handle_statement(s, which, ret);
}

int handle_commit(Store *s) {
    int r;

    if (s->failure.code < 0)
        return s->failure.code;
    if (!s->open)
        return 0;
    r = statement_run(s, ST_COMMIT);
    if (r < 0)
        return r;
    s->open = false;
    return 0;
}

int handle_wrote(Store *s, unsigned rows) {
    s->rows += rows;
    if (s->rows < STORE_BATCH_ROWS && clock_monotonic_ns() - s->since < STORE_BATCH_NS)
        return 0;
    return handle_commit(s);
}

static const char *remedy(int code) {
    switch (-code) {
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
        return "; make room, then scan again: it goes on where it stopped";
    case EROFS:
    case EACCES:
    case EPERM:
        return "; name a place that can be written with --store FILE";
    case EIO:
        return "; check the disk; what was committed before stands";
    case EUCLEAN:
        return "; it is damaged: restore a copy, or name another with --store FILE";
    default:
        return "";
    }
}

int handle_fail(Store *s, int r, Error *reterr) {
    if (s->failure.code == 0) {
        handle_undo(s);
        error_set(&s->failure, r, "cannot write the store '%s': %s%s", s->path, strerror(-r),
                  remedy(r));
    }
    if (reterr)
        *reterr = s->failure;
    return s->failure.code;
}

int handle_unread(const Store *s, int r, Error *reterr) {
    return error_set(reterr, r, "cannot read the store '%s': %s%s", s->path, strerror(-r),
                     r == -EUCLEAN || r == -EIO ? remedy(r) : "");
}

Status handle_status(sqlite3_stmt *row, int i) {
    StatusKind kind;

    if (status_parse(sql_text(row, i), &kind) < 0)
        return status_of(STATUS_ERROR, "unknown-status");
    return status_of(kind, (const char *)sql_text(row, i + 1).at);
}
