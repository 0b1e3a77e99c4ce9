-- Times are microseconds since 1970 in UTC. Lists are JSON.

CREATE TABLE case_file (
    id            INTEGER PRIMARY KEY,
    opened_at     INTEGER NOT NULL,
    operator      TEXT NOT NULL,
    client        TEXT,
    facts         TEXT,              -- once forgotten: the incident, coarse and its place blurred
    closed_at     INTEGER,
    cancelled     INTEGER NOT NULL,
    call_back_at  INTEGER,
    hold_until    INTEGER,
    forgotten_at  INTEGER
) STRICT;

CREATE INDEX open_cases ON case_file (id) WHERE closed_at IS NULL;

CREATE INDEX kept_cases ON case_file (closed_at) WHERE forgotten_at IS NULL;

-- Everything that belongs to the motorist stands here and nowhere else.
CREATE TABLE personal (
    case_id    INTEGER PRIMARY KEY REFERENCES case_file,
    incident   TEXT NOT NULL,        -- with the exact place and all texts
    caller     TEXT NOT NULL,
    call_back  TEXT NOT NULL,
    plate      TEXT NOT NULL,
    ref        TEXT NOT NULL,
    "to"       TEXT NOT NULL,
    note       TEXT NOT NULL,
    salt       TEXT NOT NULL,
    texts      TEXT NOT NULL
) STRICT;

CREATE TABLE case_service (
    case_id            INTEGER NOT NULL REFERENCES case_file,
    position           INTEGER NOT NULL,
    service            TEXT NOT NULL,
    after              TEXT,
    opened             INTEGER NOT NULL,
    options            TEXT NOT NULL,
    last_resort_phone  TEXT NOT NULL,
    last_resort_text   TEXT NOT NULL,
    input_hash         TEXT NOT NULL,
    equipment          TEXT NOT NULL,
    neutral_cost_min   REAL NOT NULL,
    PRIMARY KEY (case_id, position),
    UNIQUE (case_id, service)
) STRICT, WITHOUT ROWID;

CREATE TABLE offer (
    case_id       INTEGER NOT NULL REFERENCES case_file,
    number        INTEGER NOT NULL,
    service       TEXT NOT NULL,
    provider      TEXT NOT NULL,
    name          TEXT NOT NULL,
    phone         TEXT NOT NULL,
    opened_at     INTEGER NOT NULL,
    answer_by     INTEGER NOT NULL,
    operator      TEXT NOT NULL,
    rank          INTEGER NOT NULL,
    outcome       TEXT,
    reason        TEXT NOT NULL,
    answered_at   INTEGER,
    ended_at      INTEGER,
    promises      TEXT NOT NULL,
    arrive_by     INTEGER,
    arrived_at    INTEGER,
    call_back_at  INTEGER,
    override      TEXT NOT NULL,
    unit          INTEGER NOT NULL,
    slot          INTEGER NOT NULL,
    corrected     INTEGER NOT NULL,
    PRIMARY KEY (case_id, number)
) STRICT, WITHOUT ROWID;

-- Two trucks are never sent to one case and service, whatever the program does.
CREATE UNIQUE INDEX one_acceptance ON offer (case_id, service)
    WHERE outcome = 'accepted' AND NOT corrected AND ended_at IS NULL;

CREATE INDEX offers_of ON offer (provider, service);

-- The units that are taken now; the key is what keeps one from going to two cases.
CREATE TABLE engagement (
    provider  TEXT NOT NULL,
    unit      INTEGER NOT NULL,
    slot      INTEGER NOT NULL,
    case_id   INTEGER NOT NULL,
    offer     INTEGER NOT NULL,
    since     INTEGER NOT NULL,
    until     INTEGER,
    PRIMARY KEY (provider, unit, slot),
    UNIQUE (case_id, offer),
    FOREIGN KEY (case_id, offer) REFERENCES offer (case_id, number)
) STRICT, WITHOUT ROWID;

-- What the offers add up to for learning, kept with them so that no ranking has to read the log.
CREATE TABLE learned (
    provider             TEXT NOT NULL,
    service              TEXT NOT NULL,
    accepted_weight      REAL NOT NULL,
    asked_weight         REAL NOT NULL,
    answer_weight        REAL NOT NULL,
    answer_min_weighted  REAL NOT NULL,
    late_weight          REAL NOT NULL,
    late_min_weighted    REAL NOT NULL,
    as_of                INTEGER NOT NULL,
    half_life_days       REAL NOT NULL,
    PRIMARY KEY (provider, service)
) STRICT, WITHOUT ROWID;

CREATE TABLE assigned (
    provider  TEXT PRIMARY KEY,
    at        INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What the frozen cascades of erased cases add up to, since each of them would tell the place.
CREATE TABLE standing (
    month          TEXT NOT NULL,
    provider       TEXT NOT NULL,
    service        TEXT NOT NULL,
    eligible       INTEGER NOT NULL,
    first          INTEGER NOT NULL,
    first_by_wish  INTEGER NOT NULL,
    PRIMARY KEY (month, provider, service)
) STRICT, WITHOUT ROWID;

CREATE TABLE contract_cost (
    month     TEXT NOT NULL,
    client    TEXT NOT NULL,
    cases     INTEGER NOT NULL,
    cost_min  REAL NOT NULL,
    PRIMARY KEY (month, client)
) STRICT, WITHOUT ROWID;

-- "kept" is for ever: case, half hour, action, operator. "rest" goes with its case: time, details.
CREATE TABLE journal (
    seq         INTEGER PRIMARY KEY,
    kept        TEXT NOT NULL,
    rest        TEXT,
    salt        BLOB,
    commitment  BLOB NOT NULL,
    hash        BLOB NOT NULL,
    case_id     INTEGER GENERATED ALWAYS AS (CAST(kept AS INTEGER)) VIRTUAL
) STRICT;

CREATE INDEX acts_of ON journal (case_id);

-- An erasure that was committed and not yet wiped from the files.
CREATE TABLE unwiped (
    case_id  INTEGER PRIMARY KEY
) STRICT;
