-- What brings a store of format 2 to format 3, in one transaction; schema.sql says what it means.
-- Each part stands for one change of the schema.

-- exposure: who may read what, by modes, ACLs and shares.
ALTER TABLE object ADD COLUMN acl BLOB;
ALTER TABLE finding ADD COLUMN sketch BLOB;
DROP TABLE sketch;
CREATE TABLE directory (
    series INTEGER NOT NULL, root INTEGER NOT NULL, path BLOB NOT NULL, since INTEGER NOT NULL,
    until INTEGER NOT NULL, slot INTEGER NOT NULL, mode INTEGER NOT NULL, uid INTEGER NOT NULL,
    gid INTEGER NOT NULL, acl BLOB,
    PRIMARY KEY (series, root, path, since)
) STRICT, WITHOUT ROWID;
CREATE TABLE principal (
    run INTEGER NOT NULL, grp INTEGER NOT NULL, id INTEGER NOT NULL, name TEXT,
    PRIMARY KEY (run, grp, id)
) STRICT, WITHOUT ROWID;
CREATE TABLE share (
    run INTEGER NOT NULL, number INTEGER NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL,
    path BLOB NOT NULL, guest INTEGER NOT NULL, read_only INTEGER NOT NULL,
    restricted INTEGER NOT NULL, who TEXT NOT NULL, root_squash INTEGER NOT NULL,
    all_squash INTEGER NOT NULL, acts_as INTEGER,
    PRIMARY KEY (run, number)
) STRICT, WITHOUT ROWID;

PRAGMA user_version = 3;
