DROP TABLE construction_notices;

DROP FUNCTION touch_updated_at();

DROP TYPE notice_status;
