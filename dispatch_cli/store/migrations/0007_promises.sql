-- Until when the desk must have done something: a firm rings back, the driver or the caller must be
-- told, a firm must be called off. Each is NULL once it is done or was never due.
ALTER TABLE offer ADD COLUMN ring_back_by INTEGER;
ALTER TABLE offer ADD COLUMN tell_driver_by INTEGER;
ALTER TABLE offer ADD COLUMN tell_caller_by INTEGER;
ALTER TABLE offer ADD COLUMN call_off_by INTEGER;

-- Firms to call off stay in the list after their case has ended.
CREATE INDEX offers_to_call_off ON offer (case_id) WHERE call_off_by IS NOT NULL;

-- '' (not called), called, takes_over or does_not; and until when the next step is due.
ALTER TABLE case_service ADD COLUMN last_resort_state TEXT NOT NULL DEFAULT '';
ALTER TABLE case_service ADD COLUMN last_resort_by INTEGER;

-- '' (nothing recorded), called, not_reached or not_needed.
ALTER TABLE case_file ADD COLUMN emergency TEXT NOT NULL DEFAULT '';
ALTER TABLE case_file ADD COLUMN emergency_caller TEXT NOT NULL DEFAULT '';
ALTER TABLE case_file ADD COLUMN emergency_at INTEGER;
ALTER TABLE case_file ADD COLUMN emergency_by INTEGER;
ALTER TABLE case_file ADD COLUMN on_line_since INTEGER;
ALTER TABLE case_file ADD COLUMN merged_into INTEGER NOT NULL DEFAULT 0;

CREATE INDEX merged_cases ON case_file (merged_into) WHERE merged_into <> 0;

-- The operator who works on the case: until now the one who placed its last call.
ALTER TABLE case_file ADD COLUMN keeper TEXT NOT NULL DEFAULT '';
UPDATE case_file SET keeper = coalesce(
    (SELECT operator FROM offer WHERE case_id = case_file.id ORDER BY number DESC LIMIT 1),
    operator);

-- The caller's own words for the place.
ALTER TABLE personal ADD COLUMN typed_place TEXT NOT NULL DEFAULT '';

ALTER TABLE personal ADD COLUMN at_vehicle TEXT NOT NULL DEFAULT '';

-- The facts for which the caller was asked, separated by blanks; NULL: not known.
ALTER TABLE case_file ADD COLUMN answered TEXT;

-- Calls that are not finished, which have no case number and no record in the journal. All of it is
-- personal. A number is not used again, also after the call was erased.
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

-- The parts of a case that an act has changed, as they were before; erased with the case.
CREATE TABLE undo (
    case_id  INTEGER NOT NULL REFERENCES case_file,
    record   INTEGER NOT NULL,         -- the number of the act in the journal
    before   TEXT NOT NULL,
    PRIMARY KEY (case_id, record)
) STRICT, WITHOUT ROWID;
