-- The birthday of somebody who belongs to them. It is their day to think of, not ours to sell to.
-- rule: tie_birthday
-- accent: say
-- warmth: 50
-- sentence: {other_called}, {other_word} {called}, has a birthday {when_words}.
-- why: {other_called}'s birthday, which we know from a visit of their own
SELECT
    'birthday:' || other || ':' || strftime('%Y', :today, away || ' days') AS key,
    other_called,
    other_word,
    called,
    CASE away WHEN 0 THEN 'today' WHEN 1 THEN 'tomorrow' ELSE 'in ' || away || ' days' END AS when_words,
    0 AS since_us
FROM (
    SELECT t.other, t.other_called, t.other_word, v.called, birthday_away(t.other_birthday, :today) AS away
    FROM visitor AS v
    JOIN tied AS t ON t.customer = v.customer
    WHERE v.visit = :visit AND t.customer = :customer AND v.relate = 'chat'
)
WHERE away BETWEEN 0 AND 7
ORDER BY away
LIMIT 1
