-- Terrier's store, format 3 (PRAGMA user_version; application_id is 'Terr').
--
-- Times are nanoseconds since 1970-01-01 UTC, NULL where unknown. Paths and parts are raw bytes as
-- the file system or the container gave them. Words (status, format, kinds) are those of the
-- reports. Unsigned 64-bit numbers stand as the signed number with the same bits. What is counted
-- is exact unless its comment says otherwise. No found value is in any column, only masks (some of
-- its characters, the rest '*') and tokens (keyed, docs/design/store.md).

CREATE TABLE meta (
    one     INTEGER PRIMARY KEY CHECK (one = 1), -- there is one row
    created INTEGER NOT NULL,                    -- when the store was made
    uuid    TEXT NOT NULL                        -- its identity, random, as RFC 9562 version 4
) STRICT;

CREATE TABLE run (
    id         INTEGER PRIMARY KEY AUTOINCREMENT, -- from 1; never used again, even after a prune
    started    INTEGER NOT NULL,                  -- by the real-time clock
    ended      INTEGER,                           -- NULL: interrupted, or still going on
    exit       INTEGER,                           -- exit status of the scan; NULL before the end
    survey     INTEGER NOT NULL,                  -- 1: a seeded sample of files, not evidence
    complete   INTEGER,                           -- 1: nothing unread beyond accepted gaps
    balanced   INTEGER,                           -- 1: found by the walker = sum over statuses
    tool       TEXT NOT NULL,                     -- version of terrier
    key        TEXT,                              -- key id of all tokens of the run; NULL: none
    ruleset    BLOB NOT NULL,                     -- SHA-256 that names the set of rules
    parameters TEXT NOT NULL,                     -- JSON: what was asked, without secrets
    series     INTEGER NOT NULL DEFAULT 0,        -- run.id of the first run of its series
    engine     TEXT NOT NULL DEFAULT '',          -- what reads: version, helpers; '' unknown
    slots      INTEGER,                           -- object.slot given so far; NULL before the end
    reading    BLOB                               -- of ruleset, what decides what is found; NULL unknown
) STRICT;

CREATE TABLE detector (
    run      INTEGER NOT NULL, -- run.id
    number   INTEGER NOT NULL, -- in order of id, from 0
    id       TEXT NOT NULL,    -- family.thing
    title    TEXT NOT NULL,    -- for people
    category TEXT NOT NULL,    -- kind of data: gov.national_id ...
    tier     INTEGER NOT NULL, -- 0 public, 1 internal, 2 confidential, 3 restricted
    PRIMARY KEY (run, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE root (
    run           INTEGER NOT NULL, -- run.id
    number        INTEGER NOT NULL, -- as named on the command line, from 0
    path          BLOB NOT NULL,    -- absolute; empty for a pipe or a list
    identity      TEXT NOT NULL,    -- file-system UUID, server:export ...; '' unknown
    fs_type       TEXT NOT NULL,    -- ext4, nfs4 ...; '' unknown
    mount_options TEXT NOT NULL,    -- as mounted
    atime         TEXT NOT NULL,    -- 'kept', or why reading may have moved access times
    status        TEXT NOT NULL,    -- 'read', or why the root as a whole was not
    reason        TEXT NOT NULL,    -- a word more about the status, or ''
    found         INTEGER NOT NULL, -- objects of depth 0, as counted by the walker
    found_bytes   INTEGER NOT NULL, -- sum of their sizes
    names         INTEGER NOT NULL, -- further names of files met before (hard links)
    directories   INTEGER NOT NULL, -- directories entered
    PRIMARY KEY (run, number),
    UNIQUE (run, path)
) STRICT, WITHOUT ROWID;

-- The objects of a run are those of its series with since <= run < until (docs/design/incremental.md).
CREATE TABLE object (
    series     INTEGER NOT NULL, -- run.series
    root       INTEGER NOT NULL, -- root.number
    path       BLOB NOT NULL,    -- below the root; names of members follow, each after a NUL
    since      INTEGER NOT NULL, -- run.id of the run that read it
    until      INTEGER NOT NULL, -- run.id of the first run for which it does not hold; 2^63-1: none
    id         INTEGER,          -- for finding and fact; NULL: neither is there
    slot       INTEGER,          -- its number in the series, from 0; NULL of a member
    depth      INTEGER NOT NULL, -- 0 a file, n a member inside n containers
    dev        INTEGER NOT NULL, -- device number, only for hard links within the run
    ino        INTEGER NOT NULL, -- inode number
    nlink      INTEGER NOT NULL, -- names the file system counts; see object_name
    size       INTEGER NOT NULL, -- bytes; 0 for links and special files
    mtime      INTEGER,          -- content last changed
    ctime      INTEGER,          -- inode last changed
    btime      INTEGER,          -- made
    mode       INTEGER NOT NULL, -- type and permission bits as in stat(2)
    uid        INTEGER NOT NULL, -- owner
    gid        INTEGER NOT NULL, -- group
    status     TEXT NOT NULL,    -- read, partial, limit, encrypted ...: exactly one
    reason     TEXT NOT NULL,    -- a word more, as in partial(no-ocr), or ''
    bytes_read INTEGER NOT NULL, -- of size, examined
    members    INTEGER NOT NULL, -- objects of greater depth that came out of it
    hash       BLOB,             -- XXH3-128 of the content, seeded secretly; NULL unknown
    format     TEXT NOT NULL,    -- text, csv, zip ...; '' unknown
    encoding   TEXT NOT NULL,    -- utf-8, utf-16le ...; '' unknown or not text
    acl        BLOB,             -- POSIX access ACL, as system.posix_acl_access; NULL: none
    PRIMARY KEY (series, root, path, since)
) STRICT, WITHOUT ROWID;

-- The objects that reports ask for, in their order: what was not read, and where something was
-- found, with its id, so that most reports need nothing else of the object.
CREATE INDEX object_unread ON object (series, root, path, since, until)
    WHERE status <> 'read' AND status <> 'special' AND status <> 'link' AND status <> 'excluded'
        AND status <> 'other-filesystem' AND status <> 'vanished';
CREATE INDEX object_found ON object (series, root, path, since, until, id) WHERE id IS NOT NULL;

-- All names of files that have more than one, if their inode was met under at least one of them.
CREATE TABLE object_name (
    run     INTEGER NOT NULL, -- run.id
    dev     INTEGER NOT NULL, -- device number
    ino     INTEGER NOT NULL, -- inode number
    root    INTEGER NOT NULL, -- root.number
    path    BLOB NOT NULL,    -- below the root
    claimed INTEGER NOT NULL, -- 1: the name under which the object stands; one for each inode
    PRIMARY KEY (run, dev, ino, root, path),
    UNIQUE (run, root, path)
) STRICT, WITHOUT ROWID;

-- All hits of one detector in one part of one object. `samples` are the hits at the lowest positions
-- one behind the other, each: line from 1 (0 where lines mean nothing), offset and length in raw
-- bytes of the outermost undecoded view, score in thousandths, flags (1: a published test value,
-- 2: there is a token), length of the mask, the mask in UTF-8, and with that flag the 16 bytes of
-- the token, whose key is run.key. The numbers are LEB128 varints (seven bits a byte, the lowest
-- first, the high bit set in all but the last); the score is zigzag: 0, -1, 1, -2 ... are 0, 1, 2,
-- 3 ...
CREATE TABLE finding (
    object          INTEGER NOT NULL, -- object.id
    part            BLOB NOT NULL,    -- page, sheet:column, table.column; empty: the whole object
    part_kind       INTEGER NOT NULL, -- 0 bytes, 1 text, 2 page, 3 section, 4 sheet, 5 table
    heading         BLOB NOT NULL,    -- what a sheet's column is headed by; empty: unknown
    detector        INTEGER NOT NULL, -- detector.number in all runs of the object's series
    level           INTEGER NOT NULL, -- of the best hit: 1 low, 2 medium, 3 high
    score           REAL NOT NULL,    -- of the best hit, natural log-odds
    count_high      INTEGER NOT NULL, -- hits of level high
    count_medium    INTEGER NOT NULL, -- hits of level medium
    count_low       INTEGER NOT NULL, -- hits of level low
    tested          INTEGER NOT NULL, -- candidates of the right shape
    valid           INTEGER NOT NULL, -- of these, passed the checksum
    test_values     INTEGER NOT NULL, -- hits that are published test values
    distinct_values INTEGER NOT NULL, -- different values; estimated unless distinct_exact
    distinct_exact  INTEGER NOT NULL, -- 1: counted, 0: estimated
    samples         BLOB NOT NULL,    -- the hits at the lowest positions, see above
    sketch          BLOB,             -- of all values of its category in the object, in the first of
                                      -- their rows: see base/sketch.c; of the key of run.key
    PRIMARY KEY (object, part, detector)
) STRICT, WITHOUT ROWID;

-- What is known of an object beside its findings: times and labels that were seen in it, folded.
CREATE TABLE fact (
    object    INTEGER NOT NULL, -- object.id
    kind      TEXT NOT NULL,    -- created, modified, sent, received, member-time, row-date, log-time, dump-made, label ...
    part      BLOB NOT NULL,    -- as finding.part
    text      BLOB NOT NULL,    -- a label's name; empty where it is a time
    time_from INTEGER,          -- the earliest; NULL where it is a text; of 'allowed', how many hits
    time_to   INTEGER,          -- the latest
    PRIMARY KEY (object, kind, part, text)
) STRICT, WITHOUT ROWID;

-- Facts about a run as a whole: skipped-mount (mount point, file-system type), excluded (rule,
-- how many), allow and allow-expired (entry of an allow list, its reason), in-flight (object being
-- read when a scanner died), restart (of the scanner), resumed (by a later scan, how often), carried
-- (files that were not read since they did not change, how many), same-content (files that were
-- hashed and not opened, since a row had their content, how many), forged (object whose content
-- changed under the same time stamps), night (a scan that went on with the run: when it began, files
-- that it read), missed-slot (when a scan of the profile was due and none began), uncovered (mount,
-- export or share that no profile of the host covers), shares (samba or nfs; how many the host gives
-- to others, or that its files could not be read).
CREATE TABLE note (
    run     INTEGER NOT NULL, -- run.id
    kind    TEXT NOT NULL,    -- one of the words above
    subject BLOB NOT NULL,    -- a path or a rule
    count   INTEGER NOT NULL, -- how many, 0 where that means nothing
    detail  TEXT NOT NULL,    -- a word or sentence of ours, or ''
    PRIMARY KEY (run, kind, subject)
) STRICT, WITHOUT ROWID;

-- The sums over object, written when the run ends.
CREATE TABLE coverage (
    run        INTEGER NOT NULL, -- run.id
    members    INTEGER NOT NULL, -- 0 depth 0, 1 deeper
    status     TEXT NOT NULL,    -- object.status
    reason     TEXT NOT NULL,    -- object.reason
    objects    INTEGER NOT NULL, -- how many
    bytes      INTEGER NOT NULL, -- sum of object.size
    bytes_read INTEGER NOT NULL, -- sum of object.bytes_read
    inside     INTEGER NOT NULL, -- sum of object.members
    PRIMARY KEY (run, members, status, reason)
) STRICT, WITHOUT ROWID;

-- What people decided about findings. Each condition that is not '' must hold of a finding.
CREATE TABLE triage (
    id       INTEGER PRIMARY KEY AUTOINCREMENT, -- for the commands that name it
    created  INTEGER NOT NULL, -- when
    finding  TEXT NOT NULL,    -- lineage.id as it is printed, or ''
    glob     TEXT NOT NULL,    -- of printed locators, or ''
    type     TEXT NOT NULL,    -- glob of detectors or categories, or ''
    asset    TEXT NOT NULL,    -- id of an asset, or ''
    owner    TEXT NOT NULL,    -- number of a user, or ''
    verdict  TEXT NOT NULL,    -- accepted, false-positive, test-data, ticket
    reason   TEXT NOT NULL,    -- as given
    approver TEXT NOT NULL,    -- as given
    expires  INTEGER           -- from then on it no longer holds; NULL: never
) STRICT;

-- What may stay unread, by decision: see the notes accepted-gap of a run.
CREATE TABLE gap (
    glob    TEXT PRIMARY KEY, -- of objects that may stay unread
    created INTEGER NOT NULL, -- when
    reason  TEXT NOT NULL,    -- as given
    by_whom TEXT NOT NULL,    -- as given
    until   INTEGER NOT NULL  -- from then on it no longer holds
) STRICT, WITHOUT ROWID;

-- The ledger: what was done, by whom, one event an entry, each chained to the one before.
CREATE TABLE ledger (
    seq      INTEGER PRIMARY KEY, -- from 1, without gaps
    at       INTEGER NOT NULL,    -- when it was written
    kind     TEXT NOT NULL,       -- run, triage, exclusion, gap, policy, key, reveal, store, assessment
    body     TEXT NOT NULL,       -- JSON, canonical (RFC 8785)
    previous BLOB NOT NULL,       -- digest of the entry before; 32 zero bytes in the first
    digest   BLOB NOT NULL,       -- SHA-256 of the entry as docs/design/evidence.md writes it
    seal     BLOB,                -- Ed25519 over digest; NULL without a key
    seal_key TEXT NOT NULL        -- id of the key that sealed it; '' without one
) STRICT;

-- What each run leaves for an auditor; the same bytes stand beside the store.
CREATE TABLE manifest (
    run      INTEGER PRIMARY KEY, -- run.id
    body     TEXT NOT NULL,       -- JSON, canonical (RFC 8785)
    digest   BLOB NOT NULL,       -- SHA-256 of body
    seal     BLOB NOT NULL,       -- Ed25519 over digest
    seal_key TEXT NOT NULL        -- id of the key that sealed it
) STRICT;

-- The directories that a walk entered, and those above each root up to '/', as objects are: those of
-- a run are those of its series with since <= run < until. Nobody reads what he may not reach.
CREATE TABLE directory (
    series INTEGER NOT NULL, -- run.series
    root   INTEGER NOT NULL, -- root.number
    path   BLOB NOT NULL,    -- below the root, empty: the root; begins with '/': one above the root
    since  INTEGER NOT NULL, -- run.id of the run that saw it so first
    until  INTEGER NOT NULL, -- run.id of the first run for which it does not hold; 2^63-1: none
    slot   INTEGER NOT NULL, -- its number in the series, from 0
    mode   INTEGER NOT NULL, -- type and permission bits as in stat(2)
    uid    INTEGER NOT NULL, -- owner
    gid    INTEGER NOT NULL, -- group
    acl    BLOB,             -- POSIX access ACL, as system.posix_acl_access; NULL: none
    PRIMARY KEY (series, root, path, since)
) STRICT, WITHOUT ROWID;

-- Owners and groups of objects and directories, by the names that the host gave them then.
CREATE TABLE principal (
    run  INTEGER NOT NULL, -- run.id
    grp  INTEGER NOT NULL, -- 0 a user, 1 a group
    id   INTEGER NOT NULL, -- uid or gid
    name TEXT,             -- '': there is no such account; NULL: it was not, or could not be, asked
    PRIMARY KEY (run, grp, id)
) STRICT, WITHOUT ROWID;

-- What this host itself gave to others of what was scanned, by smb.conf and exports.
CREATE TABLE share (
    run         INTEGER NOT NULL, -- run.id
    number      INTEGER NOT NULL, -- from 0
    kind        TEXT NOT NULL,    -- samba, nfs
    name        TEXT NOT NULL,    -- of Samba; '' of an export
    path        BLOB NOT NULL,    -- absolute
    guest       INTEGER NOT NULL, -- 1: without an account; of an export: to every host, no Kerberos
    read_only   INTEGER NOT NULL, -- 1: nobody writes by it
    restricted  INTEGER NOT NULL, -- 1: to the users (Samba) or hosts (NFS) of `who` alone
    who         TEXT NOT NULL,    -- valid users, or clients, as they stand there; '' all
    root_squash INTEGER NOT NULL, -- 1: root of a client is not root here
    all_squash  INTEGER NOT NULL, -- 1: nobody of a client is himself here
    acts_as     INTEGER,          -- uid of a guest, or of who is squashed; NULL: it has no account
    PRIMARY KEY (run, number)
) STRICT, WITHOUT ROWID;

-- ---- a judged run (docs/design/assess.md): nothing of an assessment is ever changed ----

CREATE TABLE assessment (
    id       INTEGER PRIMARY KEY AUTOINCREMENT, -- from 1; never used again
    run      INTEGER NOT NULL, -- run.id of what was judged
    as_of    TEXT NOT NULL,    -- the day for which, as 2026-03-01
    made     INTEGER NOT NULL, -- when
    tool     TEXT NOT NULL,    -- version of terrier
    files    TEXT NOT NULL,    -- JSON array of what was applied: kind, id, version, title, sha256, stock
    objects  INTEGER NOT NULL, -- objects with findings that were held against the rules
    findings INTEGER NOT NULL, -- their findings
    matched  INTEGER NOT NULL  -- of these, met by at least one rule
) STRICT;

-- All criteria of the rulesets that were applied, also those that no finding can bear on.
CREATE TABLE criterion (
    assessment    INTEGER NOT NULL, -- assessment.id
    ruleset       TEXT NOT NULL,    -- its id
    number        INTEGER NOT NULL, -- its place in the ruleset, from 0
    id            TEXT NOT NULL,    -- as the framework writes it
    title         TEXT NOT NULL,    -- our own short paraphrase
    applicability TEXT NOT NULL,    -- direct, supporting, pointer, none
    wants         TEXT NOT NULL,    -- what an auditor usually asks for, or ''
    cannot        TEXT NOT NULL,    -- what a scan of files cannot attest, or ''
    source_url    TEXT NOT NULL,    -- where the id was read, or ''
    verified_on   TEXT NOT NULL,    -- the day; '' not verified
    supports      INTEGER NOT NULL, -- findings and events that support it, each counted once
    contradicts   INTEGER NOT NULL, -- ... that contradict it
    informs       INTEGER NOT NULL, -- ... that bear on it without a direction
    severity      INTEGER NOT NULL, -- the worst of what contradicts it: 0 info ... 4 critical; -1 none
    PRIMARY KEY (assessment, ruleset, number)
) STRICT, WITHOUT ROWID;

-- Which rules bear on which criteria, and what they advise.
CREATE TABLE applied_rule (
    assessment  INTEGER NOT NULL, -- assessment.id
    ruleset     TEXT NOT NULL,    -- its id
    rule        TEXT NOT NULL,    -- the rule's id
    title       TEXT NOT NULL,    -- for people
    remediation TEXT NOT NULL,    -- what can be done, or ''
    note        TEXT NOT NULL,    -- for an auditor, or ''
    PRIMARY KEY (assessment, ruleset, rule)
) STRICT, WITHOUT ROWID;

CREATE TABLE mapping (
    assessment INTEGER NOT NULL, -- assessment.id
    ruleset    TEXT NOT NULL,    -- its id
    rule       TEXT NOT NULL,    -- applied_rule.rule
    criterion  TEXT NOT NULL,    -- criterion.id
    polarity   TEXT NOT NULL,    -- supports, contradicts, informs
    strength   TEXT NOT NULL,    -- direct, supporting, pointer
    PRIMARY KEY (assessment, ruleset, rule, criterion)
) STRICT, WITHOUT ROWID;

-- What a rule says of one kind of data in one asset, over all its findings; or of events.
CREATE TABLE verdict (
    assessment   INTEGER NOT NULL, -- assessment.id
    ruleset      TEXT NOT NULL,    -- its id
    rule         TEXT NOT NULL,    -- applied_rule.rule
    asset        INTEGER NOT NULL, -- its number in the assessment; 0: none
    category     TEXT NOT NULL,    -- kind of data; '' for events
    event        TEXT NOT NULL,    -- finding, run_complete, coverage_gap ...
    cases        INTEGER NOT NULL, -- findings, or events
    objects      INTEGER NOT NULL, -- objects they are in; 0 for events
    hits         INTEGER NOT NULL, -- values found; 0 for events
    persons_low  INTEGER NOT NULL, -- persons at least: the most distinct identifiers of one finding
    persons_high INTEGER NOT NULL, -- persons at most: the sum over findings
    severity     INTEGER NOT NULL, -- of the worst: 0 info, 1 low, 2 medium, 3 high, 4 critical
    arithmetic   TEXT NOT NULL,    -- how that came about: 'high +1 (exposure at least world) = critical'
    narrative    TEXT NOT NULL,    -- a sentence about the worst
    places       TEXT NOT NULL,    -- JSON array of the worst: at, severity, count, data_type
    PRIMARY KEY (assessment, ruleset, rule, asset, category)
) STRICT, WITHOUT ROWID;

-- The controls of the organisation, and through which criteria verdicts reach them.
CREATE TABLE control (
    assessment  INTEGER NOT NULL, -- assessment.id
    number      INTEGER NOT NULL, -- its place in the file, from 0
    id          TEXT NOT NULL,    -- as the organisation writes it
    title       TEXT NOT NULL,    -- short
    wording     TEXT NOT NULL,    -- what management says is done
    frequency   TEXT NOT NULL,    -- how often: continuous, daily, weekly ... once, on-event
    owner       TEXT NOT NULL,    -- who answers for it
    supports    INTEGER NOT NULL, -- findings and events that support it, each counted once
    contradicts INTEGER NOT NULL, -- ... that contradict it
    informs     INTEGER NOT NULL, -- ... that bear on it without a direction
    severity    INTEGER NOT NULL, -- the worst of what contradicts it; -1 none
    PRIMARY KEY (assessment, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE attached (
    assessment INTEGER NOT NULL, -- assessment.id
    control    TEXT NOT NULL,    -- control.id
    ruleset    TEXT NOT NULL,    -- mapping.ruleset
    criterion  TEXT NOT NULL,    -- mapping.criterion
    rule       TEXT NOT NULL,    -- mapping.rule; '' where no rule bears on the criterion
    PRIMARY KEY (assessment, control, ruleset, criterion, rule)
) STRICT, WITHOUT ROWID;

-- Each object with findings: where it belongs and who may read it.
CREATE TABLE judged_object (
    assessment INTEGER NOT NULL, -- assessment.id
    object     INTEGER NOT NULL, -- object.id
    asset      INTEGER NOT NULL, -- as verdict.asset
    location   INTEGER NOT NULL, -- 0 live, 1 archive, 2 backup, 3 temp, 4 test
    exposure   INTEGER,          -- 0 owner, 1 group, 2 any_user, 3 world, 4 anonymous; NULL unknown
    severity   INTEGER NOT NULL, -- the worst of its findings; -1: no rule meets any
    PRIMARY KEY (assessment, object)
) STRICT, WITHOUT ROWID;

-- Each finding that some rule meets.
CREATE TABLE judged (
    assessment INTEGER NOT NULL, -- assessment.id
    object     INTEGER NOT NULL, -- finding.object
    part       BLOB NOT NULL,    -- finding.part
    detector   INTEGER NOT NULL, -- finding.detector
    severity   INTEGER NOT NULL, -- the highest of these rules
    ruling     INTEGER NOT NULL, -- ruling.number
    PRIMARY KEY (assessment, object, part, detector)
) STRICT, WITHOUT ROWID;

-- Sets of rules that meet the same finding: few, so that each of a million findings names one.
CREATE TABLE ruling (
    assessment INTEGER NOT NULL, -- assessment.id
    number     INTEGER NOT NULL, -- from 0, in the order in which they came up
    rules      TEXT NOT NULL,    -- JSON array of [ruleset, rule, severity]
    PRIMARY KEY (assessment, number)
) STRICT, WITHOUT ROWID;
-- Runs that were asked to read the same are of one scope: they are held against each other.
CREATE TABLE scope (
    id    INTEGER PRIMARY KEY,  -- for lineage
    what  TEXT NOT NULL UNIQUE, -- JSON: roots, filters, part of a divided scan
    run   INTEGER NOT NULL      -- run.id of the last one that was held against the one before
) STRICT;

-- A finding through all runs of a scope: where it stands, since when, until when (docs/design/
-- history.md). A place may have several rows, of which one at most is not closed.
CREATE TABLE lineage (
    scope      INTEGER NOT NULL, -- scope.id
    root       INTEGER NOT NULL, -- root.number in all runs of the scope
    path       BLOB NOT NULL,    -- as object.path
    part       BLOB NOT NULL,    -- as finding.part
    detector   TEXT NOT NULL,    -- detector.id
    closed     INTEGER NOT NULL, -- run.id that found it gone or elsewhere; 0: it stands here
    id         BLOB NOT NULL,    -- 8 bytes, printed as f: and 16 hex digits
    first_run  INTEGER NOT NULL, -- run.id that found it first
    first_seen INTEGER NOT NULL, -- when that run began
    came       INTEGER NOT NULL, -- run.id that found it first, or again after it had been closed
    last_run   INTEGER,          -- run.id that found it last; NULL: the last of the scope did
    last_seen  INTEGER,          -- when that run began
    state      TEXT NOT NULL,    -- '' found, 'unreadable'; if closed gone, redacted, rules, moved
    resolved   INTEGER,          -- when it was seen to be closed; NULL as long as it is not
    PRIMARY KEY (scope, root, path, part, detector, closed)
) STRICT, WITHOUT ROWID;
CREATE INDEX lineage_unreadable ON lineage (scope) WHERE state = 'unreadable';

-- What was news in a run, held against the run of its scope before it. Counts of findings.
CREATE TABLE delta (
    run        INTEGER PRIMARY KEY, -- run.id
    before     INTEGER NOT NULL,    -- run.id it was held against; 0: none
    findings   INTEGER NOT NULL,    -- in the run
    came       INTEGER NOT NULL,    -- new, or found again after they had gone
    gone       INTEGER NOT NULL,    -- gone, redacted, or no longer looked for
    unreadable INTEGER NOT NULL,    -- their place could not be read, so they may still be there
    moved      INTEGER NOT NULL,    -- at another place
    changed    INTEGER NOT NULL,    -- more or fewer values, or another confidence
    tier       INTEGER NOT NULL,    -- of another tier
    access     INTEGER NOT NULL     -- objects of findings with other rights or another owner
) STRICT;

-- ---- retention of a judged run (docs/design/retention.md); days are counted from 1970-01-01 ----

-- Each object for which the policy has a rule or a hold, and what was missed too early.
CREATE TABLE retained (
    assessment INTEGER NOT NULL, -- assessment.id
    root       BLOB NOT NULL,    -- root.path
    path       BLOB NOT NULL,    -- object.path
    part       BLOB NOT NULL,    -- a table in it that was judged by itself; empty: the object
    depth      INTEGER NOT NULL, -- object.depth
    bytes      INTEGER NOT NULL, -- object.size
    state      TEXT NOT NULL,    -- held, violation, undetermined, due_soon, within ...
    reason     TEXT NOT NULL,    -- why undetermined: no_evidence, copy_reset ...; else ''
    rule       TEXT NOT NULL,    -- retention_rule.id of what decided; '' none
    rules      TEXT NOT NULL,    -- ids of all that are for it, with a blank between them
    entry      TEXT NOT NULL,    -- id of the hold or exception that holds; '' none
    source     TEXT NOT NULL,    -- what told its age: doc.modified, fs.mtime ...; '' nothing
    pattern    TEXT NOT NULL,    -- of path.date: year-month, fiscal-year ...; else ''
    trust      INTEGER NOT NULL, -- in it, where it shows age: 1 strong to 4 weak; 5 none
    age_from   INTEGER,          -- earliest day of the event; NULL unknown
    age_to     INTEGER,          -- latest day of it; NULL unknown
    due        INTEGER,          -- last day on which it may be there; NULL no end, or unknown
    keep_until INTEGER,          -- last day on which it must be there; NULL none
    overdue    INTEGER NOT NULL, -- days behind due and grace
    flags      INTEGER NOT NULL, -- 1 evidence contradicts itself, 2 held but must never be stored,
                                 -- 4 an exception for it has expired, 8 joined from what is in it
    PRIMARY KEY (assessment, root, path, part)
) STRICT, WITHOUT ROWID;

-- The rules that were applied.
CREATE TABLE retention_rule (
    assessment INTEGER NOT NULL, -- assessment.id
    id         TEXT NOT NULL,    -- as the policy calls it
    class      TEXT NOT NULL,    -- its record class
    title      TEXT NOT NULL,    -- of the class, or ''
    clock      TEXT NOT NULL,    -- created, modified, last_contact ...
    least      TEXT NOT NULL,    -- kept at least: P6M ...; '' not said
    most       TEXT NOT NULL,    -- kept at most; '' not said
    action     TEXT NOT NULL,    -- delete, anonymise, review, archive, restrict
    severity   TEXT NOT NULL,    -- low, medium, high, critical
    basis      TEXT NOT NULL,    -- the law or the reason
    owner      TEXT NOT NULL,    -- who is asked, or ''
    PRIMARY KEY (assessment, id)
) STRICT, WITHOUT ROWID;

-- Outermost files by state, unclassified ones included.
CREATE TABLE retention_sum (
    assessment INTEGER NOT NULL, -- assessment.id
    state      TEXT NOT NULL,    -- retained.state, or unclassified
    reason     TEXT NOT NULL,    -- retained.reason
    objects    INTEGER NOT NULL, -- how many
    bytes      INTEGER NOT NULL, -- sum of their sizes
    PRIMARY KEY (assessment, state, reason)
) STRICT, WITHOUT ROWID;

PRAGMA application_id = 1415934578; -- 'Terr'
PRAGMA user_version = 3;
