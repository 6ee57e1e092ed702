-- What a user answered in a practice test, one row per attempt.
-- townpass:revises 20260105083000

CREATE TABLE test_records (
    id          bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT test_records_pkey PRIMARY KEY,
    user_id     bigint NOT NULL,
    title       text NOT NULL,
    score       smallint NOT NULL,
    answers     jsonb NOT NULL DEFAULT '{}',
    started_at  timestamptz NOT NULL,
    finished_at timestamptz,
    CONSTRAINT test_records_user_id_fkey
        FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT test_records_score_check CHECK (score BETWEEN 0 AND 100),
    CONSTRAINT test_records_finished_at_check CHECK (finished_at >= started_at)
);

-- A user's attempts, the latest first.
CREATE INDEX test_records_user_id_started_at_idx ON test_records (user_id, started_at DESC);
