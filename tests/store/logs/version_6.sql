BEGIN TRANSACTION;
CREATE TABLE arrival_count (
    month         TEXT NOT NULL,
    provider      TEXT NOT NULL,
    service       TEXT NOT NULL,
    band_min      INTEGER NOT NULL,
    arrived       INTEGER NOT NULL CHECK (arrived > 0),
    observed_min  INTEGER NOT NULL,
    PRIMARY KEY (month, provider, service, band_min)
) STRICT, WITHOUT ROWID;
CREATE TABLE assigned (
    provider  TEXT PRIMARY KEY,
    at        INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO "assigned" VALUES('p1',1795521780000000);
INSERT INTO "assigned" VALUES('p2',1795521780000000);
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
INSERT INTO "case_file" VALUES(1,1795521600000000,'mara','adac','{"kind":"breakdown","place":{"lat":48.36582857142857,"lon":10.897499999999999,"uncertainty_km":8.760809552996891,"label":"861xx","source":"blurred","postcode":"861","postcode_given":false,"postcodes":[],"land":"BY","foreign_km":0.0,"country":"","nearest_postcode":"","nearest_km":0.0},"when":"2026-11-24T12:00:00Z","client":"adac","vehicle":{"kind":"car","brand":null,"ev":false,"trailer":false,"weight_t":2.0,"height_m":null,"state":null},"spot":null,"clearance_m":null,"where":null,"trapped":false,"injured":0,"hazard":null,"persons":null,"children":0,"pets":0,"language":null,"note":null,"wish":null,"asked":[],"number":0}',1795525200000000,0,NULL,NULL,1795525260000000);
INSERT INTO "case_file" VALUES(2,1795521600000000,'mara','adac',NULL,1795525200000000,0,NULL,NULL,NULL);
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
INSERT INTO "case_service" VALUES(1,0,'tow',NULL,1,'[]','110','police has the road cleared','','[]',0.0);
INSERT INTO "case_service" VALUES(2,0,'tow',NULL,1,'[{"provider":"huber","name":"Huber","phones":["089 99998-207"],"units":1,"arrival_min":22.0,"answer_min":2.0,"acceptance":0.8,"wait_min":0.0,"index_min":24.5,"outside_contract":false,"base_min":null,"travel_source":""},{"provider":"lech","name":"Lech","phones":["089 99998-207"],"units":1,"arrival_min":22.0,"answer_min":2.0,"acceptance":0.8,"wait_min":0.0,"index_min":24.5,"outside_contract":false,"base_min":null,"travel_source":""}]','110','police has the road cleared','c0ffee','[]',2.6);
CREATE TABLE chance_count (
    month     TEXT NOT NULL,
    provider  TEXT NOT NULL,
    service   TEXT NOT NULL,
    tenth     INTEGER NOT NULL CHECK (tenth BETWEEN 0 AND 9),
    asked     INTEGER NOT NULL CHECK (asked > 0),
    accepted  INTEGER NOT NULL CHECK (accepted BETWEEN 0 AND asked),
    PRIMARY KEY (month, provider, service, tenth)
) STRICT, WITHOUT ROWID;
CREATE TABLE chance_sum (
    year        TEXT NOT NULL,
    provider    TEXT NOT NULL,
    asked       INTEGER NOT NULL CHECK (asked > 0),
    millionths  INTEGER NOT NULL,
    PRIMARY KEY (year, provider)
) STRICT, WITHOUT ROWID;
CREATE TABLE contract_count (
    month   TEXT NOT NULL,
    client  TEXT NOT NULL,
    band    TEXT NOT NULL
            CHECK (band IN ('0', 'under_1', '1_to_3', '3_to_10', 'over_10', 'unknown')),
    cases   INTEGER NOT NULL CHECK (cases > 0),
    PRIMARY KEY (month, client, band)
) STRICT, WITHOUT ROWID;
INSERT INTO "contract_count" VALUES('2026-11','adac','1_to_3',1);
CREATE TABLE "engagement" (
    provider  TEXT NOT NULL,
    unit      INTEGER NOT NULL,
    case_id   INTEGER NOT NULL,
    offer     INTEGER NOT NULL,
    begin_at  INTEGER NOT NULL,
    end_at    INTEGER NOT NULL CHECK (end_at > begin_at),
    PRIMARY KEY (case_id, offer),
    FOREIGN KEY (case_id, offer) REFERENCES offer (case_id, number)
) STRICT, WITHOUT ROWID;
CREATE TABLE identity (
    id     INTEGER PRIMARY KEY CHECK (id = 1),
    stamp  TEXT NOT NULL
) STRICT;
INSERT INTO "identity" VALUES(1,'dispatch-log:518ffa3bec4076aae701e7f099057a04:000000000009:b9f26a618800be00:04f54576375cb931');
CREATE TABLE journal (
    seq         INTEGER PRIMARY KEY,
    kept        TEXT NOT NULL,
    rest        TEXT,
    salt        BLOB,
    commitment  BLOB NOT NULL,
    hash        BLOB NOT NULL,
    case_id     INTEGER GENERATED ALWAYS AS (CAST(kept AS INTEGER)) VIRTUAL
) STRICT;
INSERT INTO "journal" VALUES(1,'1 [1795521600000000,"open","mara"]',NULL,NULL,X'195BF23544906999C46B550C207E64ED4112E59D2D5BD9B455917244514569DB',X'DC280DD45A8279409D0B265B064E6A7C25308F2F9BAA44E00641B0CE5465F3CC');
INSERT INTO "journal" VALUES(2,'1 [1795521600000000,"accept","mara"]',NULL,NULL,X'ED6D6DFEA62B084FFD88B689C526461DB6F9431E5662BEEEEFB6359C19D77D98',X'FF5B078513FCA99E21C2920727506B01345DE0E7AF85000844CA31DF8A92F3C1');
INSERT INTO "journal" VALUES(3,'1 [1795521600000000,"close","mara"]',NULL,NULL,X'E9A10A643CD5A2BC2378E02CF6394DE738042FFA0126E32D9C4842CE9B72913A',X'10A450F2E189A156B9B17841C083CFD1E3D2BB940B7B1C01A336E6906C57D1D1');
INSERT INTO "journal" VALUES(4,'1 [1795521600000000,"forget","mara"]','[1795521600000000,{}]',X'C56DFC6DB511EEF78844FFB674948064',X'E0E7778C22BB0B2CBCC8CF1AE8138C769C4C80C6000ADECF7344857539449807',X'059A28812BAC71BDAD2DA9A3BCB5908E1D52716D82FCEDCA79FC58298FD394E6');
INSERT INTO "journal" VALUES(5,'2 [1795521600000000,"open","mara"]','[1795521600000000,{}]',X'6192A2A3B6C3CB2C2E235FA7941E11B6',X'EE217BB759794D75916AF78E2AF08E11C5DDA5A059DF3075B0AB851290284D10',X'7EB32F3BB65ACA636819D512916E915FB3EE3538801441D19F7B90B068449A4F');
INSERT INTO "journal" VALUES(6,'2 [1795521600000000,"accept","mara"]','[1795521600000000,{}]',X'6ED6CAB37074C9621BDD9A97B9CC89DC',X'2837E72301B617395B372863D2C67C01252ACE1B0605F27A718E32142810A045',X'36EBB8C8C60ED727BA075144F6264C6EAD401F96080A9D82F985A139F219BF1E');
INSERT INTO "journal" VALUES(7,'2 [1795521600000000,"close","mara"]','[1795521600000000,{}]',X'B5C89CC4C9589F6AD21CC8D7B8889B2D',X'5BC9EADB8781E1E16C13C0DCE8489A4D6FA2F829130153CA8BBC1B00358689BC',X'A2A04422EC1A834B94AB3CA0700FC9CEA2D3F5672C2D3B4422354F01C8D9BB08');
CREATE TABLE lateness (
    provider           TEXT NOT NULL,
    service            TEXT NOT NULL,
    travel_source      TEXT NOT NULL,
    late_weight        REAL NOT NULL,
    late_min_weighted  REAL NOT NULL,
    PRIMARY KEY (provider, service, travel_source)
) STRICT, WITHOUT ROWID;
CREATE TABLE learned (
    provider             TEXT NOT NULL,
    service              TEXT NOT NULL,
    accepted_weight      REAL NOT NULL,
    asked_weight         REAL NOT NULL,
    answer_weight        REAL NOT NULL,
    answer_min_weighted  REAL NOT NULL,
    promise_weight          REAL NOT NULL,
    promise_min_weighted    REAL NOT NULL,
    as_of                INTEGER NOT NULL,
    half_life_days       REAL NOT NULL,
    PRIMARY KEY (provider, service)
) STRICT, WITHOUT ROWID;
INSERT INTO "learned" VALUES('p1','tow',1.0,1.0,1.0,2.0,0.0,0.0,1795521660000000,90.0);
INSERT INTO "learned" VALUES('p2','tow',1.0,1.0,1.0,2.0,0.0,0.0,1795521660000000,90.0);
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
    corrected     INTEGER NOT NULL, booked_from INTEGER, booked_until INTEGER, acceptance REAL, forecast_min INTEGER, base_min INTEGER, travel_source TEXT NOT NULL DEFAULT '', joint INTEGER NOT NULL DEFAULT 0, before_opening INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (case_id, number)
) STRICT, WITHOUT ROWID;
INSERT INTO "offer" VALUES(1,1,'tow','p1','P1','089 99998-207',1795521660000000,1795521840000000,'mara',0,'accepted','',1795521780000000,1795525200000000,'[[1795523580000000,1795521780000000,"provider"]]',1795524180000000,NULL,NULL,'',1,0,NULL,NULL,NULL,NULL,NULL,'',0,0);
INSERT INTO "offer" VALUES(2,1,'tow','p2','P2','089 99998-207',1795521660000000,1795521840000000,'mara',1,'accepted','',1795521780000000,1795525200000000,'[[1795523580000000,1795521780000000,"provider"]]',1795524180000000,NULL,NULL,'',1,0,1795521780000000,1795526280000000,NULL,NULL,NULL,'',0,0);
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
INSERT INTO "personal" VALUES(2,'{"kind":"breakdown","place":{"lat":48.3716,"lon":10.8983,"uncertainty_km":0.0,"label":"86150 Augsburg","source":"coordinate","postcode":"86150","postcode_given":false,"postcodes":["86150","86152"],"land":"BY","foreign_km":0.0,"country":"","nearest_postcode":"","nearest_km":0.0},"when":"2026-11-24T12:00:00Z","client":"adac","vehicle":{"kind":"car","brand":"Borgward","ev":false,"trailer":false,"weight_t":1.63,"height_m":null,"state":null},"spot":null,"clearance_m":null,"where":null,"trapped":false,"injured":0,"hazard":null,"persons":2,"children":0,"pets":0,"language":null,"note":null,"wish":null,"asked":[],"number":0}','Zwiebelkuchen <2>','0152 28817386','A-XX 1','','','','','{"1.because":"Zwiebelkuchen <2>"}');
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
CREATE TABLE "standing" (
    month          TEXT NOT NULL,
    provider       TEXT NOT NULL,
    service        TEXT NOT NULL,
    first          INTEGER NOT NULL CHECK (first > 0),
    first_by_wish  INTEGER NOT NULL CHECK (first_by_wish BETWEEN 0 AND first),
    PRIMARY KEY (month, provider, service)
) STRICT, WITHOUT ROWID;
CREATE TABLE state_move (
    id           INTEGER PRIMARY KEY,
    provider     TEXT NOT NULL,
    at           INTEGER NOT NULL,
    before       TEXT NOT NULL,
    after        TEXT NOT NULL,
    why          TEXT NOT NULL,
    is_flapping  INTEGER NOT NULL
) STRICT;
CREATE TABLE unwiped (
    case_id  INTEGER PRIMARY KEY
) STRICT;
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
CREATE INDEX open_cases ON case_file (id) WHERE closed_at IS NULL;
CREATE INDEX kept_cases ON case_file (closed_at) WHERE forgotten_at IS NULL;
CREATE UNIQUE INDEX one_acceptance ON offer (case_id, service)
    WHERE outcome = 'accepted' AND NOT corrected AND ended_at IS NULL;
CREATE INDEX offers_of ON offer (provider, service);
CREATE INDEX acts_of ON journal (case_id);
CREATE UNIQUE INDEX newest_report ON phone_report (provider) WHERE NOT superseded;
CREATE INDEX moves_since ON state_move (at);
CREATE INDEX bookings_of ON engagement (provider, unit, begin_at);
CREATE TRIGGER no_overlap BEFORE INSERT ON engagement
WHEN EXISTS (
    SELECT 1 FROM engagement
    WHERE provider = NEW.provider AND unit = NEW.unit
        AND begin_at < NEW.end_at AND NEW.begin_at < end_at
)
BEGIN
    SELECT RAISE(ABORT, 'the unit is booked');
END;
CREATE TRIGGER no_move BEFORE UPDATE ON engagement
BEGIN
    SELECT RAISE(ABORT, 'a booking is deleted and made anew');
END;
CREATE INDEX cases_by_opening ON case_file (opened_at);
CREATE INDEX closed_cases ON case_file (closed_at) WHERE closed_at IS NOT NULL;
COMMIT;
PRAGMA application_id = 1146113095;
PRAGMA user_version = 6;
