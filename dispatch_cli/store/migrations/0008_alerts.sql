-- The last failure that was counted: looks within seconds of it are the same failure.
ALTER TABLE watched ADD COLUMN failed_at INTEGER;

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
