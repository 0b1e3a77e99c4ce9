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
INSERT INTO "journal" VALUES(1,'1 [1795521600000000,"open","mara"]',NULL,NULL,X'821E8CD13E5E35D0785C7034662A0019DDFC69F688C9CBA670EF8938BA855F16',X'592ACCBE348643B862B429B448DA4081A057048BA1A9AC283858F16AE8CF42A0');
INSERT INTO "journal" VALUES(2,'1 [1795521600000000,"accept","mara"]',NULL,NULL,X'D9B570681A627B072A586DB857FCC68341852AC852A7A681315B3FF5C3CBFAE4',X'6748DFCB1878DD7DD48C28E682CF36511A1102A4A19E149BF213866B3A57DC62');
INSERT INTO "journal" VALUES(3,'1 [1795521600000000,"close","mara"]',NULL,NULL,X'A39858A61389346EFB672076DF383502CF38ACA4859775E9ED19D01B6695FB9D',X'3876E06396B18046A451C6DC75A5E33E12B90ED122602FD3939EC8DE623881DA');
INSERT INTO "journal" VALUES(4,'1 [1795521600000000,"forget","mara"]','[1795521600000000,{}]',X'46F7A446BEFC4B6751B6C812317866FA',X'F57E70341B4FB05D92E0BF166C78357C77FBB04358F46F7F465B1329A43ED508',X'3EC9C431D7C79CA1F5FAD2887DF1360587FABC3214F8C02E04B28CA5F579F9BD');
INSERT INTO "journal" VALUES(5,'2 [1795521600000000,"open","mara"]','[1795521600000000,{}]',X'C9B11BE7F686D86BAA6FA227E6EA47EE',X'15801338721431D61767B1714C4AEE87267817C69F046F3D033FD77C5B33B8B7',X'7F318076B9BDEE788B3F1DFD118DFCEB2C62F7C0A16F262FA70F0F5EFC940CF5');
INSERT INTO "journal" VALUES(6,'2 [1795521600000000,"accept","mara"]','[1795521600000000,{}]',X'B2C2A8FE86F089CE424235DB34F83E37',X'1D8F786526024C453DBA472C1111D65C209042F245334262387D893B32512A20',X'5F8917DD43EB76F1049DB9A87BE2E0BFCEEDAD738A7108CE821892B28F6331AC');
INSERT INTO "journal" VALUES(7,'2 [1795521600000000,"close","mara"]','[1795521600000000,{}]',X'27370FA5102CA4BA6AE139F03E24E0FC',X'B0916605CD63848526D455053236ED4DA9DB300DCA6523716F1B501056811156',X'AFA67671D05FA3BFD64CE4D7A3F604F633B94E00ECF87140FD67101FC6688A87');
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
CREATE TABLE unwiped (
    case_id  INTEGER PRIMARY KEY
) STRICT;
CREATE INDEX open_cases ON case_file (id) WHERE closed_at IS NULL;
CREATE INDEX kept_cases ON case_file (closed_at) WHERE forgotten_at IS NULL;
CREATE UNIQUE INDEX one_acceptance ON offer (case_id, service)
    WHERE outcome = 'accepted' AND NOT corrected AND ended_at IS NULL;
CREATE INDEX offers_of ON offer (provider, service);
CREATE INDEX acts_of ON journal (case_id);
COMMIT;
PRAGMA application_id = 1146113095;
PRAGMA user_version = 1;
