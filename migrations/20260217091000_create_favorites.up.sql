-- The notices that a user follows.
-- townpass:revises 20260203064500

CREATE TABLE favorites (
    user_id                bigint NOT NULL,
    construction_notice_id bigint NOT NULL,
    note                   text,
    created_at             timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT favorites_pkey PRIMARY KEY (user_id, construction_notice_id),
    CONSTRAINT favorites_user_id_fkey
        FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT favorites_construction_notice_id_fkey
        FOREIGN KEY (construction_notice_id) REFERENCES construction_notices (id) ON DELETE CASCADE
);

-- The primary key finds a user's notices; this finds a notice's followers.
CREATE INDEX favorites_construction_notice_id_idx ON favorites (construction_notice_id);
