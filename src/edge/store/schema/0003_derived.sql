-- What follows from the facts. Each table NAME has a view NAME_now that says what must stand in it: the store copies the rows
-- of one customer after each fact, and all of them when it rebuilds.

CREATE TABLE current_facts (
    fact INTEGER PRIMARY KEY,
    customer INTEGER NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    learned_us INTEGER NOT NULL,
    source TEXT NOT NULL,
    staff INTEGER
) STRICT;

CREATE INDEX current_facts_of_customer ON current_facts (customer, key);

CREATE VIEW standing_facts AS
SELECT f.*
FROM facts AS f
WHERE NOT EXISTS (SELECT 1 FROM facts AS r WHERE r.about = f.id AND r.kind = 'retract');

CREATE VIEW current_facts_now AS
SELECT f.id AS fact, f.customer, f.key, f.value, f.learned_us, f.source, f.staff
FROM standing_facts AS f
WHERE f.kind = 'fact'
    AND NOT EXISTS (
        SELECT 1 FROM standing_facts AS n
        WHERE n.customer = f.customer AND n.kind = 'fact' AND n.key = f.key AND n.value = f.value AND (n.hlc, n.id) > (f.hlc, f.id))
    AND (f.key NOT IN (SELECT key FROM single_keys)
        OR NOT EXISTS (
            SELECT 1 FROM standing_facts AS n
            WHERE n.customer = f.customer AND n.kind = 'fact' AND n.key = f.key AND (n.hlc, n.id) > (f.hlc, f.id)));

-- `finder` is what an identifier is found by: a card as it is, an e-mail and a handle in small letters, a phone's digits from
-- the last to the first, so that its tail can be looked up.
CREATE TABLE identifiers (
    id INTEGER PRIMARY KEY,
    customer INTEGER NOT NULL,
    kind TEXT NOT NULL,
    value TEXT NOT NULL,
    finder TEXT NOT NULL,
    is_active INTEGER NOT NULL
) STRICT;

CREATE INDEX identifiers_by_finder ON identifiers (kind, finder) WHERE is_active;
CREATE INDEX identifiers_of_customer ON identifiers (customer);

CREATE VIEW identifiers_now AS
SELECT f.id, f.customer, f.key AS kind, f.value, f.detail AS finder,
    NOT EXISTS (SELECT 1 FROM facts AS r WHERE r.about = f.id AND r.kind = 'retract') AS is_active
FROM facts AS f
WHERE f.kind = 'link';

CREATE TABLE ties (
    id INTEGER PRIMARY KEY,
    customer INTEGER NOT NULL,
    word TEXT NOT NULL,
    other INTEGER NOT NULL,
    back_word TEXT NOT NULL,
    learned_us INTEGER NOT NULL
) STRICT;

CREATE INDEX ties_of_customer ON ties (customer);
CREATE INDEX ties_of_other ON ties (other);

CREATE VIEW ties_now AS
SELECT f.id, f.customer, f.key AS word, f.other, f.detail AS back_word, f.learned_us
FROM standing_facts AS f
WHERE f.kind = 'tie';

CREATE TABLE promises (
    id INTEGER PRIMARY KEY,
    customer INTEGER NOT NULL,
    what TEXT NOT NULL,
    due TEXT,
    made_us INTEGER NOT NULL,
    staff INTEGER,
    state TEXT NOT NULL
) STRICT;

CREATE INDEX promises_of_customer ON promises (customer);
CREATE INDEX promises_open ON promises (due) WHERE state = 'open';

CREATE VIEW promises_now AS
SELECT f.id, f.customer, f.value AS what, f.detail AS due, f.learned_us AS made_us, f.staff,
    ifnull((SELECT s.value FROM standing_facts AS s WHERE s.about = f.id AND s.kind = 'state' ORDER BY s.hlc DESC, s.id DESC LIMIT 1),
        'open') AS state
FROM standing_facts AS f
WHERE f.kind = 'promise';

CREATE TABLE profiles (
    customer INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    say_as TEXT,
    language TEXT,
    relate TEXT,
    pronouns TEXT,
    nickname TEXT,
    birthday TEXT,
    visit_count INTEGER NOT NULL,
    first_visit_us INTEGER NOT NULL,
    last_visit_us INTEGER NOT NULL
) STRICT;

CREATE INDEX profiles_by_last_visit ON profiles (last_visit_us, customer);

CREATE VIEW profiles_now AS
SELECT c.id AS customer,
    ifnull((SELECT value FROM current_facts WHERE customer = c.id AND key = 'name'), '') AS name,
    (SELECT value FROM current_facts WHERE customer = c.id AND key = 'say_as') AS say_as,
    (SELECT value FROM current_facts WHERE customer = c.id AND key = 'language') AS language,
    (SELECT value FROM current_facts WHERE customer = c.id AND key = 'relate') AS relate,
    (SELECT value FROM current_facts WHERE customer = c.id AND key = 'pronouns') AS pronouns,
    (SELECT value FROM current_facts WHERE customer = c.id AND key = 'nickname' ORDER BY fact DESC LIMIT 1) AS nickname,
    (SELECT value FROM current_facts WHERE customer = c.id AND key = 'birthday') AS birthday,
    (SELECT count(*) FROM visits WHERE customer = c.id AND closed_us IS NOT NULL) AS visit_count,
    ifnull((SELECT min(opened_us) FROM visits WHERE customer = c.id AND closed_us IS NOT NULL), 0) AS first_visit_us,
    ifnull((SELECT max(opened_us) FROM visits WHERE customer = c.id AND closed_us IS NOT NULL), 0) AS last_visit_us
FROM customers AS c;

-- Everything that one may type to find somebody: names, nicknames, handles, and e-mails up to the @.
CREATE TABLE search_texts (
    customer INTEGER PRIMARY KEY,
    words TEXT NOT NULL
) STRICT;

CREATE VIEW search_texts_now AS
SELECT c.id AS customer,
    ifnull((SELECT group_concat(value, ' ') FROM (
        SELECT value FROM current_facts WHERE customer = c.id AND key IN ('name', 'nickname') ORDER BY key, fact)), '')
    || ifnull((SELECT ' ' || group_concat(word, ' ') FROM (
        SELECT CASE kind WHEN 'email' THEN substr(finder, 1, instr(finder, '@') - 1) ELSE finder END AS word
        FROM identifiers WHERE customer = c.id AND kind IN ('email', 'handle') AND is_active ORDER BY id)), '') AS words
FROM customers AS c;

CREATE VIRTUAL TABLE search_words USING fts5 (
    words,
    content = 'search_texts',
    content_rowid = 'customer',
    tokenize = 'unicode61 remove_diacritics 2',
    prefix = '1 2 3',
    detail = 'none',
    columnsize = 0
);
