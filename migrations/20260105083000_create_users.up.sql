-- The people who use the app. Signing in is somebody else's job: `subject` is what the identity
-- provider calls them.
-- townpass:revises base

CREATE TABLE users (
    id           bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT users_pkey PRIMARY KEY,
    subject      text NOT NULL,
    display_name text NOT NULL,
    email        text,
    created_at   timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT users_subject_key UNIQUE (subject),
    CONSTRAINT users_display_name_check CHECK (btrim(display_name) <> '')
);

-- One account per address, however it is capitalised.
CREATE UNIQUE INDEX users_email_key ON users (lower(email));
