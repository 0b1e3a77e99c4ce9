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

DROP TABLE contract_cost;

-- For the report and the list: cases since a day, and the last ones that were closed.
CREATE INDEX cases_by_opening ON case_file (opened_at);

CREATE INDEX closed_cases ON case_file (closed_at) WHERE closed_at IS NOT NULL;
