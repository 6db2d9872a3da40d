-- What brings a store of format 2 to format 3, in one transaction; schema.sql says what it means.
-- Each part stands for one change of the schema.

PRAGMA user_version = 3;
