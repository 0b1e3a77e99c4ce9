-- Forecast arrivals by the source of their travel minutes. Until now all of them were estimates.
ALTER TABLE arrival_count RENAME TO arrival_count_before;
CREATE TABLE arrival_count (
    month          TEXT NOT NULL,
    provider       TEXT NOT NULL,
    service        TEXT NOT NULL,
    travel_source  TEXT NOT NULL,
    band_min       INTEGER NOT NULL,
    arrived        INTEGER NOT NULL CHECK (arrived > 0),
    observed_min   INTEGER NOT NULL,
    PRIMARY KEY (month, provider, service, travel_source, band_min)
) STRICT, WITHOUT ROWID;
INSERT INTO arrival_count
    SELECT month, provider, service, 'crow_fly', band_min, arrived, observed_min
    FROM arrival_count_before;
DROP TABLE arrival_count_before;
