-- What is learned of people. Ids everywhere are till << 40 | sequence, so that several tills can be joined without a new schema.

CREATE TABLE sequences (
    name TEXT PRIMARY KEY,
    last INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE named_values (
    name TEXT PRIMARY KEY,
    value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE staff (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL CHECK (name <> ''),
    role TEXT NOT NULL CHECK (role IN ('staff', 'owner'))
) STRICT;

CREATE TABLE customers (
    id INTEGER PRIMARY KEY,
    added_us INTEGER NOT NULL
) STRICT;

-- Only ever added to. `kind` says how the other columns are read:
--   fact     key and value: "likes", "lilac"
--   link     key is the identifier's kind, value as it was given, detail what it is found by
--   tie      key is the word from customer to other, detail the word back
--   promise  value is what, detail the day it is due
--   state    about a promise: value is its new state
--   retract  about any of them: it no longer holds
CREATE TABLE facts (
    id INTEGER PRIMARY KEY,
    customer INTEGER NOT NULL REFERENCES customers (id),
    kind TEXT NOT NULL CHECK (kind IN ('fact', 'link', 'tie', 'promise', 'state', 'retract')),
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    detail TEXT,
    other INTEGER REFERENCES customers (id),
    about INTEGER REFERENCES facts (id),
    hlc INTEGER NOT NULL,
    learned_us INTEGER NOT NULL,
    source TEXT NOT NULL,
    staff INTEGER REFERENCES staff (id),
    CHECK ((kind IN ('state', 'retract')) = (about IS NOT NULL)),
    CHECK ((kind = 'tie') = (other IS NOT NULL))
) STRICT;

CREATE INDEX facts_of_customer ON facts (customer, kind, key, value);
CREATE INDEX facts_about ON facts (about) WHERE about IS NOT NULL;
CREATE INDEX facts_in_time ON facts (hlc);

CREATE TRIGGER facts_are_never_changed BEFORE UPDATE ON facts
BEGIN
    SELECT raise(ABORT, 'a fact is never changed: add one that supersedes it');
END;

CREATE TRIGGER facts_are_never_deleted BEFORE DELETE ON facts
BEGIN
    SELECT raise(ABORT, 'a fact is never deleted: add one that takes it back');
END;

-- Of these keys only the newest value holds; of all others, every value.
CREATE TABLE single_keys (
    key TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;

INSERT INTO single_keys (key)
VALUES ('name'), ('say_as'), ('birthday'), ('language'), ('relate'), ('pronouns'), ('works_as'), ('from');
