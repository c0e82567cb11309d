-- What happens at the counter. A visit, a slip and a receipt's place are changed only by the till that is in their id.

CREATE TABLE visits (
    id INTEGER PRIMARY KEY,
    customer INTEGER REFERENCES customers (id),
    opened_us INTEGER NOT NULL,
    closed_us INTEGER,
    touched_us INTEGER NOT NULL,
    opened_by TEXT NOT NULL CHECK (opened_by IN ('scan', 'page', 'receipt'))
) STRICT;

CREATE UNIQUE INDEX visits_open_once_per_till ON visits (id >> 40) WHERE closed_us IS NULL;
CREATE INDEX visits_of_customer ON visits (customer, opened_us);

CREATE TABLE receipts (
    id INTEGER PRIMARY KEY,
    visit INTEGER REFERENCES visits (id),
    fingerprint INTEGER NOT NULL,
    kind TEXT NOT NULL,
    store TEXT,
    number TEXT,
    datetime TEXT NOT NULL,
    currency TEXT NOT NULL,
    decimals INTEGER NOT NULL,
    subtotal_minor INTEGER,
    tax_minor INTEGER,
    total_minor INTEGER,
    change_minor INTEGER,
    confidence REAL NOT NULL,
    printed_us INTEGER NOT NULL,
    text TEXT NOT NULL
) STRICT;

CREATE INDEX receipts_of_visit ON receipts (visit);
CREATE INDEX receipts_in_time ON receipts (printed_us);
CREATE INDEX receipts_by_fingerprint ON receipts (fingerprint, printed_us);

CREATE TABLE receipt_items (
    receipt INTEGER NOT NULL REFERENCES receipts (id),
    line INTEGER NOT NULL,
    quantity REAL NOT NULL,
    description TEXT,
    amount_minor INTEGER,
    kind TEXT,
    PRIMARY KEY (receipt, line)
) STRICT, WITHOUT ROWID;

CREATE TABLE receipt_taxes (
    receipt INTEGER NOT NULL REFERENCES receipts (id),
    line INTEGER NOT NULL,
    label TEXT,
    amount_minor INTEGER,
    PRIMARY KEY (receipt, line)
) STRICT, WITHOUT ROWID;

CREATE TABLE receipt_tenders (
    receipt INTEGER NOT NULL REFERENCES receipts (id),
    line INTEGER NOT NULL,
    type TEXT,
    label TEXT,
    amount_minor INTEGER,
    PRIMARY KEY (receipt, line)
) STRICT, WITHOUT ROWID;

-- Each time that a receipt came out of the printer: the first time and the reprints.
CREATE TABLE receipt_prints (
    stream_from INTEGER NOT NULL,
    stream_to INTEGER NOT NULL,
    fingerprint INTEGER NOT NULL,
    receipt INTEGER NOT NULL REFERENCES receipts (id),
    printed_us INTEGER NOT NULL,
    PRIMARY KEY (stream_from, stream_to, fingerprint)
) STRICT, WITHOUT ROWID;

CREATE INDEX receipt_prints_of_receipt ON receipt_prints (receipt, printed_us);

CREATE TABLE prompts (
    id INTEGER PRIMARY KEY,
    visit INTEGER NOT NULL REFERENCES visits (id),
    customer INTEGER REFERENCES customers (id),
    rule TEXT NOT NULL,
    key TEXT NOT NULL,
    accent TEXT NOT NULL CHECK (accent IN ('owe', 'say', 'story')),
    text TEXT NOT NULL,
    why TEXT NOT NULL,
    since_us INTEGER NOT NULL,
    shown_us INTEGER NOT NULL
) STRICT;

CREATE UNIQUE INDEX prompts_of_visit ON prompts (visit, ifnull(customer, 0), rule, key);
CREATE INDEX prompts_about ON prompts (customer, rule, key);

-- Only ever added to; the newest answer holds, and NULL takes the earlier ones back.
CREATE TABLE prompt_answers (
    id INTEGER PRIMARY KEY,
    prompt INTEGER NOT NULL REFERENCES prompts (id),
    answer TEXT CHECK (answer IN ('said', 'not_now')),
    staff INTEGER REFERENCES staff (id),
    answered_us INTEGER NOT NULL
) STRICT;

CREATE INDEX prompt_answers_of_prompt ON prompt_answers (prompt, id);

CREATE TABLE slips (
    id INTEGER PRIMARY KEY,
    visit INTEGER REFERENCES visits (id),
    state TEXT NOT NULL CHECK (state IN ('draft', 'waiting', 'printing', 'printed', 'failed')),
    template_name TEXT NOT NULL,
    values_json TEXT NOT NULL,
    made_us INTEGER NOT NULL,
    changed_us INTEGER NOT NULL
) STRICT;

CREATE INDEX slips_of_visit ON slips (visit);
CREATE INDEX slips_under_way ON slips (id) WHERE state IN ('waiting', 'printing');

CREATE TABLE touches (
    id INTEGER PRIMARY KEY,
    customer INTEGER REFERENCES customers (id),
    visit INTEGER REFERENCES visits (id),
    when_us INTEGER NOT NULL,
    way TEXT NOT NULL CHECK (way IN ('in', 'out')),
    channel TEXT NOT NULL,
    text TEXT NOT NULL
) STRICT;

CREATE INDEX touches_of_customer ON touches (customer, when_us);

CREATE TABLE stories (
    id INTEGER PRIMARY KEY,
    about TEXT NOT NULL CHECK (about <> ''),
    maker TEXT,
    text TEXT NOT NULL CHECK (text <> '')
) STRICT;
