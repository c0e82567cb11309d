-- What we said we would do, a week before it is due and for as long as it is open after that.
-- rule: promise_due
-- accent: owe
-- warmth: 90
-- sentence: We promised {called}: {what}, by {due_words}.
-- why: Promise made {age}{by_whom} · {lateness}
SELECT
    'promise:' || p.promise AS key,
    v.called,
    p.what,
    day_words(p.due, :today) AS due_words,
    ago(p.made_us, :now_us) AS age,
    ifnull(' by ' || p.made_by, '') AS by_whom,
    CASE
        WHEN days_away(p.due, :today) < -1 THEN -days_away(p.due, :today) || ' days late'
        WHEN days_away(p.due, :today) = -1 THEN 'one day late'
        WHEN days_away(p.due, :today) = 0 THEN 'due today'
        WHEN days_away(p.due, :today) = 1 THEN 'due tomorrow'
        ELSE 'due in ' || days_away(p.due, :today) || ' days'
    END AS lateness,
    90 + (days_away(p.due, :today) <= 0) * 10 AS warmth,
    p.made_us AS since_us
FROM visitor AS v
JOIN promised AS p ON p.customer = v.customer
WHERE v.visit = :visit AND p.customer = :customer AND days_away(p.due, :today) <= 7
ORDER BY p.due
LIMIT 5
