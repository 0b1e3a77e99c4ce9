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
CREATE TABLE contract_cost (
    month     TEXT NOT NULL,
    client    TEXT NOT NULL,
    cases     INTEGER NOT NULL,
    cost_min  REAL NOT NULL,
    PRIMARY KEY (month, client)
) STRICT, WITHOUT ROWID;
INSERT INTO "contract_cost" VALUES('2026-11','adac',1,2.6);
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
INSERT INTO "identity" VALUES(1,'dispatch-log:ca1144dc9948fd5aa5c77f821569ab65:000000000008:fb964e1d6bc6bc59:6f1fbc3115f0f8ab');
CREATE TABLE journal (
    seq         INTEGER PRIMARY KEY,
    kept        TEXT NOT NULL,
    rest        TEXT,
    salt        BLOB,
    commitment  BLOB NOT NULL,
    hash        BLOB NOT NULL,
    case_id     INTEGER GENERATED ALWAYS AS (CAST(kept AS INTEGER)) VIRTUAL
) STRICT;
INSERT INTO "journal" VALUES(1,'1 [1795521600000000,"open","mara"]',NULL,NULL,X'AFBCFD614EE819987B3DC5863279624D71CCA04EBBB7CB00B13486A3C39E7EF4',X'412A9BE285F873393DC7953BDD92787153323C2CD85E0E26AECA9FEA64A907F4');
INSERT INTO "journal" VALUES(2,'1 [1795521600000000,"accept","mara"]',NULL,NULL,X'4D29A226E89DCCF1979D3E2A7D5E6B5891D970F58C33093E784A4FBEACB4FAEC',X'619BA664D85E0D2113F75B27D18268609FD6174D31F4A0C2BCA8C7EB9281BF9A');
INSERT INTO "journal" VALUES(3,'1 [1795521600000000,"close","mara"]',NULL,NULL,X'BE34D7D0890C17A8C538AC8235CD4836DC0307D09F7FB5F18932765EA6DADE52',X'AD50BCB6F7AA68CE15055970D2311A7379A92D67A10FC6DCD69BECF9E1BEF51E');
INSERT INTO "journal" VALUES(4,'1 [1795521600000000,"forget","mara"]','[1795521600000000,{}]',X'6984F740F9B489C300EB9F71C79A0F69',X'13AD9E8159224193AFCF13C28DDC1C972D1C52E9A73D35E51C30667701E9FD0F',X'6D4ED8408D8A47982322FCAFE54F687968F8CABBA8501CF1D39223D7CCE1F062');
INSERT INTO "journal" VALUES(5,'2 [1795521600000000,"open","mara"]','[1795521600000000,{}]',X'45598A0A0FF5E28AB37CCC8CBC3FDFA7',X'B08231A57895D771A3DAF80F0A85A087E72A054663E66822843E184312E82ED2',X'96A0ED56B01ACBD8B72787850C95C925D81A11E133158A635730A72422D430B9');
INSERT INTO "journal" VALUES(6,'2 [1795521600000000,"accept","mara"]','[1795521600000000,{}]',X'28A9B2CD984B35AAEEE11D2F4D32FE48',X'95DFFDE4CF62F32DF769400E4225CF4FA8810108E87B61EAC612C01086D4B2B5',X'4B3F7333626ADBAA12F4586ABAE272ACE14B9CDC3BB4AB326778451A7A285B46');
INSERT INTO "journal" VALUES(7,'2 [1795521600000000,"close","mara"]','[1795521600000000,{}]',X'D6E7D7C155CA7DA75F826B13A3B7D1A2',X'5825E838A8496F4543B0B42AC71FE6DBDB7CE69684C6F977771E7290D1405105',X'6F67F2449619440469AB6EF4ED95E1C7B1EEDEA3D272085619014DB479E2CC90');
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
INSERT INTO "offer" VALUES(1,1,'tow','p1','P1','089 99998-207',1795521660000000,1795521840000000,'mara',1,'accepted','',1795521780000000,1795525200000000,'[[1795523580000000,1795521780000000,"provider"]]',1795524180000000,NULL,NULL,'',1,0,NULL,NULL,NULL,NULL,NULL,'',0,0);
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
CREATE TABLE standing (
    month          TEXT NOT NULL,
    provider       TEXT NOT NULL,
    service        TEXT NOT NULL,
    eligible       INTEGER NOT NULL,
    first          INTEGER NOT NULL,
    first_by_wish  INTEGER NOT NULL,
    PRIMARY KEY (month, provider, service)
) STRICT, WITHOUT ROWID;
INSERT INTO "standing" VALUES('2026-11','huber','tow',1,1,0);
INSERT INTO "standing" VALUES('2026-11','lech','tow',1,0,0);
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
COMMIT;
PRAGMA application_id = 1146113095;
PRAGMA user_version = 5;
