-- The last time, and what it was for.
-- rule: last_visit
-- accent: say
-- warmth: 42
-- sentence: {sentence}
-- why: {why}
SELECT
    'visit:' || visit AS key,
    CASE
        WHEN things IS NULL THEN 'Last here ' || age || '.'
        ELSE 'Last here ' || age || ', for: ' || things || '.'
    END AS sentence,
    iif(things IS NULL, '', 'Read from the receipt of that day · ') || iif(things IS NULL, 'Visits so far: ', 'visits so far: ') || visit_count AS why,
    opened_us AS since_us,
    iif(things IS NULL, 22, 42) AS warmth
FROM (
    SELECT
        l.visit,
        l.opened_us,
        v.visit_count,
        ago(l.opened_us, :now_us) AS age,
        (
            SELECT group_concat(description, ', ')
            FROM (SELECT b.description FROM bought AS b WHERE b.customer = :customer AND b.visit = l.visit ORDER BY b.bought_us, b.line LIMIT 3)
        ) AS things
    FROM visitor AS v
    JOIN visited AS l ON l.customer = v.customer
    WHERE v.visit = :visit AND l.customer = :customer AND l.visit <> :visit AND v.relate = 'chat'
        AND days_away(day_at(l.opened_us), :today) < 0
    ORDER BY l.opened_us DESC
    LIMIT 1
)
