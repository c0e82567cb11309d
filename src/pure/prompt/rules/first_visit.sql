-- Known to us, but never here: by name only, through somebody, or a card made today.
-- rule: first_visit
-- accent: say
-- warmth: 48
-- sentence: This is {called}'s first visit. A welcome by name is enough.
-- why: {why}
SELECT
    'first_visit' AS key,
    v.called,
    ifnull(
        (SELECT 'We know the name through ' || t.other_called FROM tied AS t WHERE t.customer = :customer ORDER BY t.tie LIMIT 1),
        'No earlier visit is known'
    ) AS why,
    0 AS since_us
FROM visitor AS v
WHERE v.visit = :visit AND v.customer = :customer AND v.visit_count = 0 AND v.relate <> 'leave'
