-- Who can be reached. Nothing of a motorist stands here, so that forgetting leaves it alone.

-- What the looks at each provider add up to, as the last run of checks left it.
CREATE TABLE watched (
    provider     TEXT PRIMARY KEY,
    state        TEXT NOT NULL,
    since        INTEGER,
    seen_at      INTEGER,
    why          TEXT NOT NULL,
    failures     INTEGER NOT NULL,
    successes    INTEGER NOT NULL,
    last         TEXT NOT NULL,
    same         INTEGER NOT NULL,
    history      INTEGER NOT NULL,
    samples      INTEGER NOT NULL,
    moves        INTEGER NOT NULL,
    is_flapping  INTEGER NOT NULL,
    free         INTEGER,
    wait_min     REAL,
    valid_until  INTEGER
) STRICT, WITHOUT ROWID;

-- What providers have said on the phone, who noted it and when; the newest of each counts.
CREATE TABLE phone_report (
    id          INTEGER PRIMARY KEY,
    provider    TEXT NOT NULL,
    at          INTEGER NOT NULL,
    until       INTEGER NOT NULL,
    free        INTEGER,
    state       TEXT NOT NULL,
    operator    TEXT NOT NULL,
    superseded  INTEGER NOT NULL
) STRICT;

CREATE UNIQUE INDEX newest_report ON phone_report (provider) WHERE NOT superseded;

-- Hard states that have moved, and flapping that began or ended.
CREATE TABLE state_move (
    id           INTEGER PRIMARY KEY,
    provider     TEXT NOT NULL,
    at           INTEGER NOT NULL,
    before       TEXT NOT NULL,
    after        TEXT NOT NULL,
    why          TEXT NOT NULL,
    is_flapping  INTEGER NOT NULL
) STRICT;

CREATE INDEX moves_since ON state_move (at);
