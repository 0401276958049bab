-- Silences, maintenance and pauses that people asked for, until 30 days after their end.
CREATE TABLE silence (
  id   TEXT PRIMARY KEY,
  body TEXT NOT NULL
) STRICT;

-- The ids of acts that were done, kept for a day: a repeat counts for nothing.
CREATE TABLE act (
  id TEXT    PRIMARY KEY,
  at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX act_at ON act (at);
