-- What brings a store of format 1 to format 2, in one transaction; schema.sql says what it means.
-- Each part stands for one change of the schema.

-- objects hold for many runs; every run of format 1 is a series of its own.
ALTER TABLE run ADD COLUMN series INTEGER NOT NULL DEFAULT 0;
ALTER TABLE run ADD COLUMN engine TEXT NOT NULL DEFAULT '';
ALTER TABLE run ADD COLUMN slots INTEGER;
UPDATE run SET series = id;

CREATE TABLE object_2 (
    series INTEGER NOT NULL, root INTEGER NOT NULL, path BLOB NOT NULL, since INTEGER NOT NULL,
    until INTEGER NOT NULL, id INTEGER, slot INTEGER, depth INTEGER NOT NULL, dev INTEGER NOT NULL,
    ino INTEGER NOT NULL, nlink INTEGER NOT NULL, size INTEGER NOT NULL, mtime INTEGER,
    ctime INTEGER, btime INTEGER, mode INTEGER NOT NULL, uid INTEGER NOT NULL, gid INTEGER NOT NULL,
    status TEXT NOT NULL, reason TEXT NOT NULL, bytes_read INTEGER NOT NULL,
    members INTEGER NOT NULL, hash BLOB, format TEXT NOT NULL, encoding TEXT NOT NULL,
    PRIMARY KEY (series, root, path, since)
) STRICT, WITHOUT ROWID;
INSERT INTO object_2 SELECT run, root, path, run, 9223372036854775807, id,
    iif(depth = 0, row_number() OVER (PARTITION BY run ORDER BY depth, root, path) - 1, NULL),
    depth, dev, ino, nlink, size, mtime, ctime, btime, mode, uid, gid, status, reason, bytes_read,
    members, hash, format, encoding FROM object;
DROP TABLE object;
ALTER TABLE object_2 RENAME TO object;
CREATE INDEX object_unread ON object (series, root, path, since, until)
    WHERE status <> 'read' AND status <> 'special' AND status <> 'link' AND status <> 'excluded'
        AND status <> 'other-filesystem' AND status <> 'vanished';
CREATE INDEX object_found ON object (series, root, path, since, until, id) WHERE id IS NOT NULL;
UPDATE run SET slots = (SELECT count(*) FROM object WHERE series = run.id AND depth = 0)
    WHERE ended IS NOT NULL;


-- evidence: the ledger was laid and never written; the key of a seal stands beside it.
DROP TABLE ledger;
CREATE TABLE ledger (
    seq      INTEGER PRIMARY KEY,
    at       INTEGER NOT NULL,
    kind     TEXT NOT NULL,
    body     TEXT NOT NULL,
    previous BLOB NOT NULL,
    digest   BLOB NOT NULL,
    seal     BLOB,
    seal_key TEXT NOT NULL
) STRICT;
CREATE TABLE manifest (
    run      INTEGER PRIMARY KEY,
    body     TEXT NOT NULL,
    digest   BLOB NOT NULL,
    seal     BLOB NOT NULL,
    seal_key TEXT NOT NULL
) STRICT;

PRAGMA user_version = 2;
