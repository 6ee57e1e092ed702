-- Road works as the city publishes them, kept up to date by case number.
-- townpass:revises 20260112021500

CREATE TYPE notice_status AS ENUM ('planned', 'active', 'finished', 'cancelled');

CREATE TABLE construction_notices (
    id          bigint GENERATED ALWAYS AS IDENTITY
                CONSTRAINT construction_notices_pkey PRIMARY KEY,
    case_number text NOT NULL,
    title       text NOT NULL,
    district    text NOT NULL,
    road        text NOT NULL,
    latitude    double precision,
    longitude   double precision,
    status      notice_status NOT NULL DEFAULT 'planned',
    starts_on   date NOT NULL,
    ends_on     date NOT NULL,
    updated_at  timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT construction_notices_case_number_key UNIQUE (case_number),
    CONSTRAINT construction_notices_ends_on_check CHECK (ends_on >= starts_on),
    CONSTRAINT construction_notices_position_check CHECK (
        (latitude IS NULL) = (longitude IS NULL)
        AND latitude BETWEEN -90 AND 90
        AND longitude BETWEEN -180 AND 180
    )
);

-- What the map asks for: what is going on in a district.
CREATE INDEX construction_notices_district_dates_idx
    ON construction_notices (district, starts_on, ends_on)
    WHERE status IN ('planned', 'active');

CREATE FUNCTION touch_updated_at() RETURNS trigger
    LANGUAGE plpgsql
AS $$
BEGIN
    NEW.updated_at := now();
    RETURN NEW;
END
$$;

CREATE TRIGGER construction_notices_touch_updated_at
    BEFORE UPDATE ON construction_notices
    FOR EACH ROW EXECUTE FUNCTION touch_updated_at();
