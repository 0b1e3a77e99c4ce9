-- One row: the id of the log, the number of commits, and the marks of the last commit and of the
-- one before it (store/identity.py). Every commit renews it; zeros: there was none before.
CREATE TABLE identity (
    id     INTEGER PRIMARY KEY CHECK (id = 1),
    stamp  TEXT NOT NULL
) STRICT;

INSERT INTO identity VALUES (1,
    'dispatch-log:' || lower(hex(randomblob(16))) || ':000000000000:' || lower(hex(randomblob(8)))
    || ':0000000000000000');
