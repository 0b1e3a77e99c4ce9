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
