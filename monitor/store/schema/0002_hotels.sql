-- Accounts that the integration reports.
CREATE TABLE hotel (
  account TEXT PRIMARY KEY,
  body    TEXT NOT NULL
) STRICT;

-- The ids of reports that were taken, kept for a day: a repeat counts for nothing.
CREATE TABLE report (
  id TEXT    PRIMARY KEY,
  at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX report_at ON report (at);
