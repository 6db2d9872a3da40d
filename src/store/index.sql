-- Secondary indexes, built when the first run ends: the bulk of all rows is loaded without them,
-- and later runs, which are smaller, keep them. Both are partial, so they cost little; both are in
-- the order of the reports.

CREATE INDEX IF NOT EXISTS object_unread ON object (run, root, path)
    WHERE status NOT IN ('read', 'special', 'link', 'other-filesystem', 'excluded', 'vanished');

CREATE INDEX IF NOT EXISTS object_found ON object (run, root, path) WHERE id IS NOT NULL;
