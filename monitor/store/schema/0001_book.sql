-- Times are milliseconds since 1970, UTC. body is the type of package monitor as JSON; the other columns
-- repeat what is searched for. $1 placeholders, ON CONFLICT and STRICT types are those PostgreSQL has too.

-- "bell": tells a book from the database of another program.
PRAGMA application_id = 0x62656c6c;

CREATE TABLE migration (
  version INTEGER PRIMARY KEY,
  name    TEXT    NOT NULL,
  sha256  TEXT    NOT NULL,
  applied INTEGER NOT NULL,
  writer  TEXT    NOT NULL -- the version of bellhop that applied it
) STRICT;

CREATE TABLE book (
  one       INTEGER PRIMARY KEY CHECK (one = 1),
  id        TEXT    NOT NULL, -- made once: the ids of messages hang on it
  epoch     INTEGER NOT NULL, -- who may write
  committed INTEGER,          -- the last commit of any kind
  samples   INTEGER NOT NULL  -- how many there are: counting them takes long
) STRICT;

CREATE TABLE check_row (
  id   TEXT PRIMARY KEY,
  body TEXT NOT NULL
) STRICT;

CREATE TABLE incident (
  id    TEXT    PRIMARY KEY,
  state TEXT    NOT NULL,
  since INTEGER NOT NULL,
  ended INTEGER, -- none while it is open
  body  TEXT    NOT NULL
) STRICT;
CREATE INDEX incident_since ON incident (since);
CREATE INDEX incident_ended ON incident (ended);
CREATE INDEX incident_open  ON incident (id) WHERE state = 'open';

CREATE TABLE event (
  incident TEXT    NOT NULL,
  version  INTEGER NOT NULL,
  type     TEXT    NOT NULL,
  at       INTEGER NOT NULL,
  body     TEXT    NOT NULL,
  PRIMARY KEY (incident, version)
) STRICT;

CREATE TABLE delivery (
  incident TEXT    NOT NULL, -- or a notice's id
  receiver TEXT    NOT NULL,
  settled  INTEGER NOT NULL CHECK (settled IN (0, 1)),
  at       INTEGER NOT NULL, -- the commit that wrote it
  body     TEXT    NOT NULL,
  PRIMARY KEY (incident, receiver)
) STRICT;
CREATE INDEX delivery_at   ON delivery (at);
CREATE INDEX delivery_owed ON delivery (incident) WHERE settled = 0;

CREATE TABLE notice (
  seq  INTEGER PRIMARY KEY, -- the order in which they were told
  id   TEXT    NOT NULL UNIQUE,
  key  TEXT    NOT NULL,
  at   INTEGER NOT NULL,
  over INTEGER NOT NULL CHECK (over IN (0, 1)),
  body TEXT    NOT NULL
) STRICT;
CREATE INDEX notice_key ON notice (key, seq);

CREATE TABLE client (
  id   TEXT PRIMARY KEY,
  body TEXT NOT NULL
) STRICT;

-- The names of checks that have samples. A row stays when its check goes: a name costs little.
CREATE TABLE series (
  id       INTEGER PRIMARY KEY,
  check_id TEXT    NOT NULL UNIQUE
) STRICT;

CREATE TABLE sample (
  series   INTEGER NOT NULL REFERENCES series (id),
  at       INTEGER NOT NULL,
  took     INTEGER NOT NULL, -- microseconds
  status   INTEGER NOT NULL,
  fault    TEXT    NOT NULL,
  evidence INTEGER NOT NULL, -- two bits for each signal, availability lowest: 0 none, 1 good, 2 fail
  PRIMARY KEY (series, at)
) STRICT, WITHOUT ROWID;
