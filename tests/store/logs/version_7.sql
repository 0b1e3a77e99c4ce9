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
INSERT INTO "identity" VALUES(1,'dispatch-log:c5c5b8cb366abc9fb005e59fb9050bc1:000000000009:6993430b8c222dc0:c6c46523ca1b2092');
CREATE TABLE journal (
    seq         INTEGER PRIMARY KEY,
    kept        TEXT NOT NULL,
    rest        TEXT,
    salt        BLOB,
    commitment  BLOB NOT NULL,
    hash        BLOB NOT NULL,
    case_id     INTEGER GENERATED ALWAYS AS (CAST(kept AS INTEGER)) VIRTUAL
) STRICT;
INSERT INTO "journal" VALUES(1,'1 [1795521600000000,"open","mara"]',NULL,NULL,X'B9583CBD3B8C85DB442BABB49AD13FDA9AFFEA8388A152DB92400A9D0C988BE5',X'13B2FDF8232EB7D55DAAEDA93B38022C06619D725065ECBA4BFFD4B2190A8C6B');
INSERT INTO "journal" VALUES(2,'1 [1795521600000000,"accept","mara"]',NULL,NULL,X'BAEED3F726F574F5D7E09D3AE7DDE20F036E466D0C4C943DDE127C6423FE0EE0',X'4B55AA1782929A92C0263324904DE2DCAB1C2413846C8D84E8B385FCF40AAA58');
INSERT INTO "journal" VALUES(3,'1 [1795521600000000,"close","mara"]',NULL,NULL,X'F8792B381E65D811430021ADB725538AE39B93402382743C03FB517BE0FE8D96',X'2B5D8E3666F6A3872606F436AD7BD7932D816AEF1D6EEE504AE3D17237ECBDAB');
INSERT INTO "journal" VALUES(4,'1 [1795521600000000,"forget","mara"]','[1795521600000000,{}]',X'585CAAD7D2A0C87132632E9278C8A5D5',X'7E9E65537C9C38AA4809E84CC6452DB5F6C0DDD770FCA5FF2C1C9EA2A0DEF875',X'24AE44F1DE3CCBE1AC6767D1925CE84D249F9CD9DBC23A1EACA767C8B542BC78');
INSERT INTO "journal" VALUES(5,'2 [1795521600000000,"open","mara"]','[1795521600000000,{}]',X'80DEFFECD2CE9598A40D7E108C9554C6',X'9E1E9AC57158EE977FDC12F2B26D35372A13F4CA60675FC41498A27D6C429803',X'A72B7DF19CA14D3DFB01C961CDB3F4DC4B6AFE1B63DCAA68954CA5E825484A96');
INSERT INTO "journal" VALUES(6,'2 [1795521600000000,"accept","mara"]','[1795521600000000,{}]',X'F40AF07D900C56612B2049983473C54E',X'0D4AC8D8E89C5F86D6D225E97E4E4683300C974AD3236CE135D099211487A429',X'82F92A1A0289F61247BCA569D31A6A37D4009BBC5B1948DDAC0CA74FD939380F');
INSERT INTO "journal" VALUES(7,'2 [1795521600000000,"close","mara"]','[1795521600000000,{}]',X'A1FCC60520C7C0D14937DE7D76898206',X'C3588BCE23286FF62F9D262470E5D550B90CE40C808EEBD910CE950BF08F08C3',X'06DAA3823E788AEE747671B37A7EC8FF0651199C7A8E1529F1AFF464D93824C9');
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
CREATE INDEX offers_to_call_off ON offer (case_id) WHERE call_off_by IS NOT NULL;
CREATE INDEX merged_cases ON case_file (merged_into) WHERE merged_into <> 0;
DELETE FROM "sqlite_sequence";
COMMIT;
PRAGMA application_id = 1146113095;
PRAGMA user_version = 7;
