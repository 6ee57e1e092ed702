DROP TABLE test_records;
