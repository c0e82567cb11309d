-- The birthday of somebody who belongs to them. It is their day to think of, not ours to sell to.
-- rule: tie_birthday
-- accent: say
-- warmth: 50
-- sentence: {other_called} ({other_word} {called}) has a birthday {when_words}.
-- why: Birthday of {other_called} · how they belong together was noted {tie_age}
SELECT
    'birthday:' || other || ':' || strftime('%Y', :today, away || ' days') AS key,
    other_called,
    other_word,
    called,
    CASE away WHEN 0 THEN 'today' WHEN 1 THEN 'tomorrow' ELSE 'in ' || away || ' days' END AS when_words,
    ago(learned_us, :now_us) AS tie_age,
    0 AS since_us
FROM (
    SELECT t.other, t.other_called, t.other_word, t.learned_us, v.called, birthday_away(t.other_birthday, :today) AS away
    FROM visitor AS v
    JOIN tied AS t ON t.customer = v.customer
    WHERE v.visit = :visit AND t.customer = :customer AND v.relate = 'chat' AND NOT t.other_is_discreet
)
WHERE away BETWEEN 0 AND 7
ORDER BY away
LIMIT 1
