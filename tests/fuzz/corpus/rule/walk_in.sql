-- Nobody named. Whoever it is, they are as welcome as the regulars; a name is a gift and not a form to fill.
-- rule: walk_in
-- accent: say
-- warmth: 30
-- sentence: A face that we do not know yet. Say hello; ask the name only if it comes naturally.
-- why: No card was scanned and nobody was named
SELECT
    'walk_in:' || v.visit AS key,
    0 AS since_us
FROM visitor AS v
WHERE v.visit = :visit AND v.customer IS NULL
