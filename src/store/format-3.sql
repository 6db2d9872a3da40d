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
-- runs of a series share what decides what is found, not all of the rules.
ALTER TABLE run ADD COLUMN reading BLOB;

-- retention of a judged run.

CREATE TABLE retained (
    assessment INTEGER NOT NULL,
    root       BLOB NOT NULL,
    path       BLOB NOT NULL,
    part       BLOB NOT NULL,
    depth      INTEGER NOT NULL,
    bytes      INTEGER NOT NULL,
    state      TEXT NOT NULL,
    reason     TEXT NOT NULL,
    rule       TEXT NOT NULL,
    rules      TEXT NOT NULL,
    entry      TEXT NOT NULL,
    source     TEXT NOT NULL,
    pattern    TEXT NOT NULL,
    trust      INTEGER NOT NULL,
    age_from   INTEGER,
    age_to     INTEGER,
    due        INTEGER,
    keep_until INTEGER,
    overdue    INTEGER NOT NULL,
    flags      INTEGER NOT NULL,

    PRIMARY KEY (assessment, root, path, part)
) STRICT, WITHOUT ROWID;

CREATE TABLE retention_rule (
    assessment INTEGER NOT NULL,
    id         TEXT NOT NULL,
    class      TEXT NOT NULL,
    title      TEXT NOT NULL,
    clock      TEXT NOT NULL,
    least      TEXT NOT NULL,
    most       TEXT NOT NULL,
    action     TEXT NOT NULL,
    severity   TEXT NOT NULL,
    basis      TEXT NOT NULL,
    owner      TEXT NOT NULL,
    PRIMARY KEY (assessment, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE retention_sum (
    assessment INTEGER NOT NULL,
    state      TEXT NOT NULL,
    reason     TEXT NOT NULL,
    objects    INTEGER NOT NULL,
    bytes      INTEGER NOT NULL,
    PRIMARY KEY (assessment, state, reason)
) STRICT, WITHOUT ROWID;

PRAGMA user_version = 3;
