-- What brings a store of format 2 to format 3, in one transaction; schema.sql says what it means.
-- Each part stands for one change of the schema.

-- history: triage was laid and never written; lineages begin with the next run of each scope.
DROP TABLE triage;
CREATE TABLE triage (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    created  INTEGER NOT NULL,
    finding  TEXT NOT NULL,
    glob     TEXT NOT NULL,
    type     TEXT NOT NULL,
    asset    TEXT NOT NULL,
    owner    TEXT NOT NULL,
    verdict  TEXT NOT NULL,
    reason   TEXT NOT NULL,
    approver TEXT NOT NULL,
    expires  INTEGER
) STRICT;
CREATE TABLE scope (
    id    INTEGER PRIMARY KEY,
    what  TEXT NOT NULL UNIQUE,
    run   INTEGER NOT NULL
) STRICT;
CREATE TABLE lineage (
    scope      INTEGER NOT NULL,
    root       INTEGER NOT NULL,
    path       BLOB NOT NULL,
    part       BLOB NOT NULL,
    detector   TEXT NOT NULL,
    closed     INTEGER NOT NULL,
    id         BLOB NOT NULL,
    first_run  INTEGER NOT NULL,
    first_seen INTEGER NOT NULL,
    came       INTEGER NOT NULL,
    last_run   INTEGER,
    last_seen  INTEGER,
    state      TEXT NOT NULL,
    resolved   INTEGER,
    PRIMARY KEY (scope, root, path, part, detector, closed)
) STRICT, WITHOUT ROWID;
CREATE INDEX lineage_unreadable ON lineage (scope) WHERE state = 'unreadable';
CREATE TABLE delta (
    run        INTEGER PRIMARY KEY,
    before     INTEGER NOT NULL,
    findings   INTEGER NOT NULL,
    came       INTEGER NOT NULL,
    gone       INTEGER NOT NULL,
    unreadable INTEGER NOT NULL,
    moved      INTEGER NOT NULL,
    changed    INTEGER NOT NULL,
    tier       INTEGER NOT NULL,
    access     INTEGER NOT NULL
) STRICT;

PRAGMA user_version = 3;
