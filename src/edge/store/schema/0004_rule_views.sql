-- The views that rules may read, and nothing else. They are described in views.md; none of them has a money column.

CREATE VIEW visitor AS
SELECT v.id AS visit, v.customer, v.opened_us, p.name, ifnull(p.nickname, p.name) AS called, p.pronouns, p.language,
    ifnull(p.relate, 'chat') AS relate, p.birthday, p.visit_count, p.first_visit_us, p.last_visit_us
FROM visits AS v
LEFT JOIN profiles AS p ON p.customer = v.customer;

CREATE VIEW known AS
SELECT f.fact, f.customer, f.key, f.value, f.source, f.learned_us, s.name AS learned_by
FROM current_facts AS f
LEFT JOIN staff AS s ON s.id = f.staff;

CREATE VIEW tied AS
SELECT t.id AS tie, t.customer, t.word, t.other, t.back_word AS other_word, t.learned_us,
    ifnull(p.nickname, p.name) AS other_called, p.name AS other_name, p.birthday AS other_birthday,
    p.last_visit_us AS other_last_visit_us,
    ifnull(p.relate, 'chat') = 'leave'
    OR EXISTS (SELECT 1 FROM current_facts AS f WHERE f.customer = p.customer AND f.key = 'dont_mention') AS other_is_discreet
FROM ties AS t
JOIN profiles AS p ON p.customer = t.other
UNION ALL
SELECT t.id, t.other, t.back_word, t.customer, t.word, t.learned_us,
    ifnull(p.nickname, p.name), p.name, p.birthday, p.last_visit_us,
    ifnull(p.relate, 'chat') = 'leave'
    OR EXISTS (SELECT 1 FROM current_facts AS f WHERE f.customer = p.customer AND f.key = 'dont_mention')
FROM ties AS t
JOIN profiles AS p ON p.customer = t.customer;

CREATE VIEW promised AS
SELECT p.id AS promise, p.customer, p.what, p.due, p.made_us, s.name AS made_by
FROM promises AS p
LEFT JOIN staff AS s ON s.id = p.staff
WHERE p.state = 'open';

CREATE VIEW visited AS
SELECT v.id AS visit, v.customer, v.opened_us, v.closed_us
FROM visits AS v;

CREATE VIEW bought AS
SELECT v.customer, v.id AS visit, r.id AS receipt, i.line, i.description, i.quantity, r.printed_us AS bought_us
FROM visits AS v
JOIN receipts AS r ON r.visit = v.id
JOIN receipt_items AS i ON i.receipt = r.id
WHERE r.kind IN ('sale', 'formal_receipt') AND i.kind IS NULL AND i.description IS NOT NULL;

CREATE VIEW told AS
SELECT s.id AS story, s.about, s.maker, s.text
FROM stories AS s;

CREATE VIEW touched AS
SELECT t.customer, t.visit, t.when_us, t.way, t.channel, t.text
FROM touches AS t;
