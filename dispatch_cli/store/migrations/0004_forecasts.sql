-- What the ranking said of an offer asked in its turn. Erasure shifts base_min with the drive and
-- removes acceptance and forecast_min.
ALTER TABLE offer ADD COLUMN acceptance REAL;
ALTER TABLE offer ADD COLUMN forecast_min INTEGER;
ALTER TABLE offer ADD COLUMN base_min INTEGER;
ALTER TABLE offer ADD COLUMN travel_source TEXT NOT NULL DEFAULT '';

-- Offers of one call have the number of its first one; a provider may be asked before it opens.
ALTER TABLE offer ADD COLUMN joint INTEGER NOT NULL DEFAULT 0;
ALTER TABLE offer ADD COLUMN before_opening INTEGER NOT NULL DEFAULT 0;

-- Until now late was actual minus promised arrival. Older offers teach no lateness.
ALTER TABLE learned RENAME COLUMN late_weight TO promise_weight;
ALTER TABLE learned RENAME COLUMN late_min_weighted TO promise_min_weighted;

-- Arrival minus base forecast by the source of the travel minutes, faded to as_of of "learned".
CREATE TABLE lateness (
    provider           TEXT NOT NULL,
    service            TEXT NOT NULL,
    travel_source      TEXT NOT NULL,
    late_weight        REAL NOT NULL,
    late_min_weighted  REAL NOT NULL,
    PRIMARY KEY (provider, service, travel_source)
) STRICT, WITHOUT ROWID;

-- Forecasts and what came of them, without place and person; they stay when cases are erased.
CREATE TABLE chance_count (
    month     TEXT NOT NULL,
    provider  TEXT NOT NULL,
    service   TEXT NOT NULL,
    tenth     INTEGER NOT NULL CHECK (tenth BETWEEN 0 AND 9),
    asked     INTEGER NOT NULL CHECK (asked > 0),
    accepted  INTEGER NOT NULL CHECK (accepted BETWEEN 0 AND asked),
    PRIMARY KEY (month, provider, service, tenth)
) STRICT, WITHOUT ROWID;

CREATE TABLE arrival_count (
    month         TEXT NOT NULL,
    provider      TEXT NOT NULL,
    service       TEXT NOT NULL,
    band_min      INTEGER NOT NULL,
    arrived       INTEGER NOT NULL CHECK (arrived > 0),
    observed_min  INTEGER NOT NULL,
    PRIMARY KEY (month, provider, service, band_min)
) STRICT, WITHOUT ROWID;

CREATE TABLE chance_sum (
    year        TEXT NOT NULL,
    provider    TEXT NOT NULL,
    asked       INTEGER NOT NULL CHECK (asked > 0),
    millionths  INTEGER NOT NULL,
    PRIMARY KEY (year, provider)
) STRICT, WITHOUT ROWID;
