-- The last failure that was counted: looks within seconds of it are the same failure.
ALTER TABLE watched ADD COLUMN failed_at INTEGER;

-- The first look that had a result. For providers that are watched already, the first moment that
-- the log knows: what was before is not proven.
ALTER TABLE watched ADD COLUMN first_at INTEGER;
UPDATE watched SET first_at = coalesce(
    (SELECT min(at) FROM state_move WHERE state_move.provider = watched.provider
        AND (watched.since IS NULL OR at < watched.since)),
    since
);

-- Outages that an operator has taken note of: channels send no reminder until then. An outage is a
-- provider with the moment since when it is down.
CREATE TABLE acknowledged (
    provider  TEXT PRIMARY KEY,
    since     INTEGER NOT NULL,
    until     INTEGER NOT NULL,
    at        INTEGER NOT NULL,
    operator  TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- The last look of each check that is not made in every run (every_min); "look" is a digest of the
-- check, so that a changed one is made at once.
CREATE TABLE last_look (
    provider  TEXT NOT NULL,
    look      TEXT NOT NULL,
    at        INTEGER NOT NULL,
    kind      TEXT NOT NULL,
    state     TEXT NOT NULL,
    why       TEXT NOT NULL,
    host      TEXT NOT NULL,
    fault     TEXT NOT NULL,
    PRIMARY KEY (provider, look)
) STRICT, WITHOUT ROWID;
