-- A booking takes a unit for a time: from when it must set off to when its job should be done.
ALTER TABLE offer ADD COLUMN booked_from INTEGER;
ALTER TABLE offer ADD COLUMN booked_until INTEGER;

CREATE TABLE booking (
    provider  TEXT NOT NULL,
    unit      INTEGER NOT NULL,
    case_id   INTEGER NOT NULL,
    offer     INTEGER NOT NULL,
    begin_at  INTEGER NOT NULL,
    end_at    INTEGER NOT NULL CHECK (end_at > begin_at),
    PRIMARY KEY (case_id, offer),
    FOREIGN KEY (case_id, offer) REFERENCES offer (case_id, number)
) STRICT, WITHOUT ROWID;

-- Each slot of a unit began when the one before it ended. Where no end was known, or it lay before
-- the begin, the job takes 45 minutes, 75 if it carries the vehicle away, 120 if that is heavy.
WITH RECURSIVE
    slots AS (
        SELECT engagement.*,
            row_number() OVER (PARTITION BY engagement.provider, engagement.unit
                               ORDER BY engagement.slot) AS turn,
            60000000 * CASE
                WHEN service IN ('heavy_tow', 'heavy_recovery') THEN 120
                WHEN service IN ('tow', 'flatbed_tow', 'motorcycle_tow', 'recovery') THEN 75
                ELSE 45 END AS job
        FROM engagement JOIN offer ON offer.case_id = engagement.case_id
            AND offer.number = engagement.offer
    ),
    chain (provider, unit, turn, case_id, offer, begin_at, end_at) AS (
        SELECT provider, unit, turn, case_id, offer, since,
            iif(coalesce(until, 0) > since, until, since + job)
        FROM slots WHERE turn = 1
        UNION ALL
        SELECT slots.provider, slots.unit, slots.turn, slots.case_id, slots.offer,
            max(slots.since, chain.end_at),
            iif(coalesce(slots.until, 0) > max(slots.since, chain.end_at), slots.until,
                max(slots.since, chain.end_at) + slots.job)
        FROM slots JOIN chain
            ON slots.provider = chain.provider AND slots.unit = chain.unit
            AND slots.turn = chain.turn + 1
    )
INSERT INTO booking SELECT provider, unit, case_id, offer, begin_at, end_at FROM chain;

UPDATE offer SET booked_from = booking.begin_at, booked_until = booking.end_at
    FROM booking WHERE booking.case_id = offer.case_id AND booking.offer = offer.number;

DROP TABLE engagement;
ALTER TABLE booking RENAME TO engagement;
ALTER TABLE offer DROP COLUMN slot;

CREATE INDEX bookings_of ON engagement (provider, unit, begin_at);

-- The schema itself refuses two jobs of a unit at the same time.
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
