-- What receivers were told, an attempt a row; an attempt that got the same answer as the one before takes its place.
CREATE TABLE telling (
  at       INTEGER NOT NULL,
  incident TEXT    NOT NULL, -- or a notice's id
  receiver TEXT    NOT NULL,
  message  TEXT    NOT NULL,
  first    INTEGER NOT NULL, -- the first of the attempts that got this same answer
  further  INTEGER NOT NULL CHECK (further IN (0, 1)), -- another row stands for the message
  body     TEXT    NOT NULL,
  PRIMARY KEY (at, incident, receiver, message)
) STRICT, WITHOUT ROWID;
CREATE INDEX telling_incident ON telling (incident, at);

-- What has come to pass since the line that says that bellhop is still watching.
CREATE TABLE stint (
  one  INTEGER PRIMARY KEY CHECK (one = 1),
  body TEXT NOT NULL
) STRICT;
