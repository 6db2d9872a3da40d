-- What brings a store of format 1 to format 2, in one transaction; schema.sql says what it means.
-- Each part stands for one change of the schema.

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
