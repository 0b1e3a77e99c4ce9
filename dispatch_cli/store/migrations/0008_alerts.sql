-- The last failure that was counted: looks within seconds of it are the same failure.
ALTER TABLE watched ADD COLUMN failed_at INTEGER;
