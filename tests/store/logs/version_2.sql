BEGIN TRANSACTION;
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
INSERT INTO "case_file" VALUES(1,1795521600000000,'mara','adac','{"kind":"breakdown","place":{"lat":48.36523608007857,"lon":10.897239205500002,"uncertainty_km":9.82415187733626,"label":"861xx","source":"blurred","postcode":"861","postcode_given":false,"postcodes":[],"land":"BY","foreign_km":0.0},"when":"2026-11-24T12:00:00Z","client":"adac","vehicle":{"kind":"car","brand":null,"ev":false,"trailer":false,"weight_t":2.0,"height_m":null,"state":null},"spot":null,"clearance_m":null,"where":null,"trapped":false,"injured":0,"hazard":null,"persons":null,"children":0,"pets":0,"language":null,"note":null,"wish":null,"asked":[]}',1795525200000000,0,NULL,NULL,1795525260000000);
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
INSERT INTO "case_service" VALUES(2,0,'tow',NULL,1,'[{"provider":"huber","name":"Huber","phones":["089 99998-207"],"units":1,"arrival_min":22.0,"answer_min":2.0,"acceptance":0.8,"wait_min":0.0,"index_min":24.5,"outside_contract":false},{"provider":"lech","name":"Lech","phones":["089 99998-207"],"units":1,"arrival_min":22.0,"answer_min":2.0,"acceptance":0.8,"wait_min":0.0,"index_min":24.5,"outside_contract":false}]','110','police has the road cleared','c0ffee','[]',2.6);
CREATE TABLE contract_cost (
    month     TEXT NOT NULL,
    client    TEXT NOT NULL,
    cases     INTEGER NOT NULL,
    cost_min  REAL NOT NULL,
    PRIMARY KEY (month, client)
) STRICT, WITHOUT ROWID;
INSERT INTO "contract_cost" VALUES('2026-11','adac',1,2.6);
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
CREATE TABLE journal (
    seq         INTEGER PRIMARY KEY,
    kept        TEXT NOT NULL,
    rest        TEXT,
    salt        BLOB,
    commitment  BLOB NOT NULL,
    hash        BLOB NOT NULL,
    case_id     INTEGER GENERATED ALWAYS AS (CAST(kept AS INTEGER)) VIRTUAL
) STRICT;
INSERT INTO "journal" VALUES(1,'1 [1795521600000000,"open","mara"]',NULL,NULL,X'B113E4CB72FD24DEABF9B9593A0A4B2DA7D6656406C0F9B1FC677FC8E88F0399',X'1CE4FB901D5AA4FDF18FD9995CFDD568EFE9ADCA38C80366F07F7C3CDBFDCC18');
INSERT INTO "journal" VALUES(2,'1 [1795521600000000,"accept","mara"]',NULL,NULL,X'054C7CF26EFF04DAC61D4E5A0D6C252B29DEEAA34184AF158A6378D5DA4030E3',X'2FE3DD27B03CB7D8FA35645CBAE55195E134647D9FADB6C173DECED5DBCCD096');
INSERT INTO "journal" VALUES(3,'1 [1795521600000000,"close","mara"]',NULL,NULL,X'9D1E4E6AF0897986228911D6A8E8430C0483D0788CCC6404573EDD0C7BCB5208',X'466056258FF736CFD1C1779CB9BAFA628F4D80457793FE22000AD2326F13767D');
INSERT INTO "journal" VALUES(4,'1 [1795521600000000,"forget","mara"]','[1795521600000000,{}]',X'03D900EF18B7C3FAC870704E4BE3D095',X'F0E6E07F60889ADA42B10B180F2A4D2C982E12A9074ABC708FB9D0B112A6E060',X'1867F65294DE71CF4E7EA1088557E138EA08BB1B2ABE74B11F51616A09BD5878');
INSERT INTO "journal" VALUES(5,'2 [1795521600000000,"open","mara"]','[1795521600000000,{}]',X'3D980A800FAE27235C99280AACA84564',X'2F9DF59B3261EB24C54394632CE26DD85DA09509AA9125D50120F3FB9B4722A9',X'DD5826E4E3F9E44AB19EFD0D31743350F537EEE538D89B9766EAB73228FAA524');
INSERT INTO "journal" VALUES(6,'2 [1795521600000000,"accept","mara"]','[1795521600000000,{}]',X'318E58DB9D864A3492DBAB84B612A47A',X'6A01EEA40B7DE2125C7DABB76AE1AC15DA3BCB15A1A2984E4F5C0B5A3E9664B7',X'79DFAEDDC52D256B2B9DBF1D55C7CC5EF8F48FB7191A32E29BD7155683081824');
INSERT INTO "journal" VALUES(7,'2 [1795521600000000,"close","mara"]','[1795521600000000,{}]',X'E654C2B5B4DC3D61ABDEDC4B334EA5BF',X'1556FA812D2D699E9CBFCDF4E451CF333C2CD107A5E8213D8A6939074B17E304',X'C43FAF08E0B9924597B948CDAAB4DCEA28C42CBF680C9DBC3D66E5B30E21276A');
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
    slot          INTEGER NOT NULL,
    corrected     INTEGER NOT NULL,
    PRIMARY KEY (case_id, number)
) STRICT, WITHOUT ROWID;
INSERT INTO "offer" VALUES(1,1,'tow','p1','P1','089 99998-207',1795521660000000,1795521840000000,'mara',1,'accepted','',1795521780000000,1795525200000000,'[[1795523580000000,1795521780000000,"provider"]]',1795524180000000,NULL,NULL,'',1,1,0);
INSERT INTO "offer" VALUES(2,1,'tow','p2','P2','089 99998-207',1795521660000000,1795521840000000,'mara',1,'accepted','',1795521780000000,1795525200000000,'[[1795523580000000,1795521780000000,"provider"]]',1795524180000000,NULL,NULL,'',1,1,0);
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
INSERT INTO "personal" VALUES(2,'{"kind":"breakdown","place":{"lat":48.3716,"lon":10.8983,"uncertainty_km":0.0,"label":"86150 Augsburg","source":"coordinate","postcode":"86150","postcode_given":false,"postcodes":["86150","86152"],"land":"BY","foreign_km":0.0},"when":"2026-11-24T12:00:00Z","client":"adac","vehicle":{"kind":"car","brand":"Borgward","ev":false,"trailer":false,"weight_t":1.63,"height_m":null,"state":null},"spot":null,"clearance_m":null,"where":null,"trapped":false,"injured":0,"hazard":null,"persons":2,"children":0,"pets":0,"language":null,"note":null,"wish":null,"asked":[]}','Zwiebelkuchen <2>','0152 28817386','A-XX 1','','','','','{"1.because":"Zwiebelkuchen <2>"}');
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
COMMIT;
PRAGMA application_id = 1146113095;
PRAGMA user_version = 2;
