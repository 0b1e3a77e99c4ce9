-- What contracts cost in erased cases, counted by bands of minutes. The exact sums of older versions
-- told the place where a month has one case, or where two copies of the log are compared.
CREATE TABLE contract_count (
    month   TEXT NOT NULL,
    client  TEXT NOT NULL,
    band    TEXT NOT NULL
            CHECK (band IN ('0', 'under_1', '1_to_3', '3_to_10', 'over_10', 'unknown')),
    cases   INTEGER NOT NULL CHECK (cases > 0),
    PRIMARY KEY (month, client, band)
) STRICT, WITHOUT ROWID;

INSERT INTO contract_count SELECT month, client, 'unknown', cases FROM contract_cost;

-- What this leaves in the gaps of pages goes with the next "case forget".
INSERT OR IGNORE INTO unwiped
    SELECT 0 FROM case_file WHERE forgotten_at IS NOT NULL LIMIT 1;

DROP TABLE contract_cost;

-- For the report and the list: cases since a day, and the last ones that were closed.
CREATE INDEX cases_by_opening ON case_file (opened_at);

CREATE INDEX closed_cases ON case_file (closed_at) WHERE closed_at IS NOT NULL;

-- Who stood in the cascades of erased cases told their places as well. Who stood first and was asked
-- in order is what the offers say.
CREATE TABLE first_asked (
    month          TEXT NOT NULL,
    provider       TEXT NOT NULL,
    service        TEXT NOT NULL,
    first          INTEGER NOT NULL CHECK (first > 0),
    first_by_wish  INTEGER NOT NULL CHECK (first_by_wish BETWEEN 0 AND first),
    PRIMARY KEY (month, provider, service)
) STRICT, WITHOUT ROWID;

INSERT INTO first_asked
    SELECT asked.month, asked.provider, asked.service, count(*),
        min(count(*), coalesce((SELECT first_by_wish FROM standing
            WHERE standing.month = asked.month AND standing.provider = asked.provider
                AND standing.service = asked.service), 0))
    FROM (
        SELECT DISTINCT strftime('%Y-%m', case_file.opened_at / 1000000, 'unixepoch') AS month,
            case_id, provider, service
        FROM offer JOIN case_file ON case_file.id = case_id
        WHERE forgotten_at IS NOT NULL AND rank = 1 AND override = '' AND NOT corrected
            AND outcome IS NOT NULL
    ) AS asked
    GROUP BY asked.month, asked.provider, asked.service;

DROP TABLE standing;
ALTER TABLE first_asked RENAME TO standing;

-- The place in the order told it, too, and times that were moved together told by how much. Of these
-- promises only one is kept, at a whole step, where it stands for the arrival.
UPDATE offer SET
    rank = 0,
    arrive_by = NULL,
    promises = CASE
        WHEN arrived_at IS NOT NULL OR json_array_length(promises) = 0 THEN '[]'
        ELSE json_array(json_extract(promises, '$[0]'))
    END,
    base_min = CAST(round(base_min / 5.0) AS INTEGER) * 5
WHERE case_id IN (SELECT id FROM case_file WHERE forgotten_at IS NOT NULL);
