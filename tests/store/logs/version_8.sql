BEGIN TRANSACTION;
CREATE TABLE acknowledged (
    provider  TEXT PRIMARY KEY,
    since     INTEGER NOT NULL,
    until     INTEGER NOT NULL,
    at        INTEGER NOT NULL,
    operator  TEXT NOT NULL
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
, emergency TEXT NOT NULL DEFAULT '', emergency_caller TEXT NOT NULL DEFAULT '', emergency_at INTEGER, emergency_by INTEGER, on_line_since INTEGER, merged_into INTEGER NOT NULL DEFAULT 0, keeper TEXT NOT NULL DEFAULT '', answered TEXT) STRICT;
INSERT INTO "case_file" VALUES(1,1795521600000000,'mara','adac','{"kind":"breakdown","place":{"lat":48.36582857142857,"lon":10.897499999999999,"uncertainty_km":8.760809552996891,"label":"861xx","source":"blurred","postcode":"861","postcode_given":false,"postcodes":[],"land":"BY","foreign_km":0.0,"country":"","nearest_postcode":"","nearest_km":0.0},"when":"2026-11-24T12:00:00Z","client":"adac","vehicle":{"kind":"car","brand":null,"ev":false,"trailer":false,"weight_t":2.0,"height_m":null,"state":null},"spot":null,"clearance_m":null,"where":null,"last_exit":null,"trapped":false,"injured":0,"hazard":null,"persons":null,"children":0,"pets":0,"language":null,"note":null,"wish":null,"asked":[],"number":0}',1795525200000000,0,NULL,NULL,1795525260000000,'','',NULL,NULL,NULL,0,'',NULL);
INSERT INTO "case_file" VALUES(2,1795521600000000,'mara','adac',NULL,1795525200000000,0,NULL,NULL,NULL,'','',NULL,NULL,NULL,0,'',NULL);
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
    neutral_cost_min   REAL NOT NULL, last_resort_state TEXT NOT NULL DEFAULT '', last_resort_by INTEGER,
    PRIMARY KEY (case_id, position),
    UNIQUE (case_id, service)
) STRICT, WITHOUT ROWID;
INSERT INTO "case_service" VALUES(1,0,'tow',NULL,1,'[]','110','police has the road cleared','','[]',0.0,'',NULL);
INSERT INTO "case_service" VALUES(2,0,'tow',NULL,1,'[{"provider":"huber","name":"Huber","phones":["089 99998-207"],"units":1,"arrival_min":22.0,"answer_min":2.0,"acceptance":0.8,"wait_min":0.0,"index_min":24.5,"outside_contract":false,"base_min":null,"travel_source":""},{"provider":"lech","name":"Lech","phones":["089 99998-207"],"units":1,"arrival_min":22.0,"answer_min":2.0,"acceptance":0.8,"wait_min":0.0,"index_min":24.5,"outside_contract":false,"base_min":null,"travel_source":""}]','110','police has the road cleared','c0ffee','[]',2.6,'',NULL);
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
CREATE TABLE draft (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    operator   TEXT NOT NULL,               -- the one who took it last
    opened_at  INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,            -- the last answer
    parked_at  INTEGER NOT NULL,            -- since when the caller waits for the next question
    holder     INTEGER NOT NULL DEFAULT 0,  -- the process that asks the questions; 0: none
    holder_started TEXT NOT NULL DEFAULT '',
    on_line    INTEGER NOT NULL DEFAULT 0,  -- the caller stays on the line
    facts      TEXT NOT NULL,               -- the answers so far, a JSON object
    ended_at   INTEGER,
    end_reason TEXT NOT NULL DEFAULT '',
    case_id    INTEGER NOT NULL DEFAULT 0   -- the case that it became
) STRICT;
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
INSERT INTO "identity" VALUES(1,'dispatch-log:1d2f4cfc69fcb6c3b2de92834d938903:000000000009:47b0523ed7dd08d9:509d8f361dd763f9');
CREATE TABLE journal (
    seq         INTEGER PRIMARY KEY,
    kept        TEXT NOT NULL,
    rest        TEXT,
    salt        BLOB,
    commitment  BLOB NOT NULL,
    hash        BLOB NOT NULL,
    case_id     INTEGER GENERATED ALWAYS AS (CAST(kept AS INTEGER)) VIRTUAL
) STRICT;
INSERT INTO "journal" VALUES(1,'1 [1795521600000000,"open","mara"]',NULL,NULL,X'6E01B972BEBA4F3E6EFB1FE43C60783549F353ACF1801C67458478AB4FB7205D',X'BB8B8F4B756A831C39C28F279AD60A7E866F311A795D54BD3E2D3A89B7867087');
INSERT INTO "journal" VALUES(2,'1 [1795521600000000,"accept","mara"]',NULL,NULL,X'60258E4691FC40BFE642247786948BC65FC141D0AE74B2507EBE27CEADCD1C1B',X'903A3EA18DAEDE87D43ED8DF9515B020379B1A8688DABA1A617A8806FE4CFBCC');
INSERT INTO "journal" VALUES(3,'1 [1795521600000000,"close","mara"]',NULL,NULL,X'ADEB5519E48DFE837C76CC8CAC867D25A3F49E536620860AF707AEC93BD1CAA1',X'FF96E8C0D8CF526B769AFF237647CDACF937DF8BE32D184F64658B8AE5D92AC0');
INSERT INTO "journal" VALUES(4,'1 [1795521600000000,"forget","mara"]','[1795521600000000,{}]',X'3DA43D454EDF24270315512DF3F9C257',X'CB6F0F70504654F9CEE45FF99739F71A6C1B031D4DA68367490C02FC8D1CB95D',X'399304A606D865E76FE2B47E68017C6EF96F4019A8CE5D4137C0DD82A44D56F9');
INSERT INTO "journal" VALUES(5,'2 [1795521600000000,"open","mara"]','[1795521600000000,{}]',X'4EAA610F96EACED82778FC7768DEA7A5',X'83CDC2AC7464597111F54423FFACEC57ED8E849A08A6EEDC9758B11BB8C6D99C',X'A06DCA79B44F0C896B45A7DFC240F02582B1E37FA335FC3F89DC782A8874E5D1');
INSERT INTO "journal" VALUES(6,'2 [1795521600000000,"accept","mara"]','[1795521600000000,{}]',X'24B2FCAFFDE6503F7A5999FD1FD865EC',X'A0A7AD13B542DF9D20E67D95211AED91616F1C0E490B88B4B18250DB27E3FE3F',X'C168B2FAA655750820096C02E226265B0A89FA45B59599C041F69AA961FC8684');
INSERT INTO "journal" VALUES(7,'2 [1795521600000000,"close","mara"]','[1795521600000000,{}]',X'ED08585C8D3150029E6287F93E24FFCF',X'5B073318916149234C7BBD3C7B4E44BBF6777C73D2044B43A8D0566AE5C3206D',X'D3D23B0E4310F81FE6CCD8BFD7FA64F67556918B78A28DD0A840CFE796880DDA');
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
    corrected     INTEGER NOT NULL, booked_from INTEGER, booked_until INTEGER, acceptance REAL, forecast_min INTEGER, base_min INTEGER, travel_source TEXT NOT NULL DEFAULT '', joint INTEGER NOT NULL DEFAULT 0, before_opening INTEGER NOT NULL DEFAULT 0, ring_back_by INTEGER, tell_driver_by INTEGER, tell_caller_by INTEGER, call_off_by INTEGER,
    PRIMARY KEY (case_id, number)
) STRICT, WITHOUT ROWID;
INSERT INTO "offer" VALUES(1,1,'tow','p1','P1','089 99998-207',1795521660000000,1795521840000000,'mara',0,'accepted','',1795521780000000,1795525200000000,'[[1795523580000000,1795521780000000,"provider"]]',1795524180000000,NULL,NULL,'',1,0,NULL,NULL,NULL,NULL,NULL,'',0,0,NULL,NULL,NULL,NULL);
INSERT INTO "offer" VALUES(2,1,'tow','p2','P2','089 99998-207',1795521660000000,1795521840000000,'mara',1,'accepted','',1795521780000000,1795525200000000,'[[1795523580000000,1795521780000000,"provider"]]',1795524180000000,NULL,NULL,'',1,0,1795521780000000,1795526280000000,NULL,NULL,NULL,'',0,0,NULL,NULL,NULL,NULL);
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
, typed_place TEXT NOT NULL DEFAULT '', at_vehicle TEXT NOT NULL DEFAULT '') STRICT;
INSERT INTO "personal" VALUES(2,'{"kind":"breakdown","place":{"lat":48.3716,"lon":10.8983,"uncertainty_km":0.0,"label":"86150 Augsburg","source":"coordinate","postcode":"86150","postcode_given":false,"postcodes":["86150","86152"],"land":"BY","foreign_km":0.0,"country":"","nearest_postcode":"","nearest_km":0.0},"when":"2026-11-24T12:00:00Z","client":"adac","vehicle":{"kind":"car","brand":"Borgward","ev":false,"trailer":false,"weight_t":1.63,"height_m":null,"state":null},"spot":null,"clearance_m":null,"where":null,"last_exit":null,"trapped":false,"injured":0,"hazard":null,"persons":2,"children":0,"pets":0,"language":null,"note":null,"wish":null,"asked":[],"number":0}','Zwiebelkuchen <2>','0152 28817386','A-XX 1','','','','','{"1.because":"Zwiebelkuchen <2>"}','','');
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
CREATE TABLE undo (
    case_id  INTEGER NOT NULL REFERENCES case_file,
    record   INTEGER NOT NULL,         -- the number of the act in the journal
    before   TEXT NOT NULL,
    PRIMARY KEY (case_id, record)
) STRICT, WITHOUT ROWID;
INSERT INTO "undo" VALUES(2,6,'{"since":6,"added":[1],"facts":{},"personal":{"caller":"Zwiebelkuchen <2>","call_back":"0152 28817386","plate":"A-XX 1","ref":"","to":"","note":"","salt":"","typed_place":"","at_vehicle":""},"texts":{}}');
INSERT INTO "undo" VALUES(2,7,'{"since":7,"offers":[{"number":1,"service":"tow","provider":"p2","name":"P2","phone":"089 99998-207","opened_at":"2026-11-24T12:01:00Z","answer_by":"2026-11-24T12:04:00Z","operator":"mara","rank":1,"outcome":"accepted","reason":"","answered_at":"2026-11-24T12:03:00Z","ended_at":null,"promises":[{"there_at":"2026-11-24T12:33:00Z","said_at":"2026-11-24T12:03:00Z","speaker":"provider"}],"arrive_by":"2026-11-24T12:43:00Z","arrived_at":null,"call_back_at":null,"override":"","unit":1,"booked_from":"2026-11-24T12:03:00Z","booked_until":"2026-11-24T13:18:00Z","corrected":false,"joint":0,"before_opening":false,"acceptance":null,"forecast_min":null,"base_min":null,"travel_source":"","ring_back_by":null,"tell_driver_by":null,"tell_caller_by":null,"call_off_by":null}],"facts":{"closed_at":null}}');
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
, failed_at INTEGER, first_at INTEGER) STRICT, WITHOUT ROWID;
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
CREATE INDEX offers_to_call_off ON offer (case_id) WHERE call_off_by IS NOT NULL;
CREATE INDEX merged_cases ON case_file (merged_into) WHERE merged_into <> 0;
DELETE FROM "sqlite_sequence";
COMMIT;
PRAGMA application_id = 1146113095;
PRAGMA user_version = 8;
