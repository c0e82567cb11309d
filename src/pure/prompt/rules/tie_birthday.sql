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
    SELECT near.other, near.other_called, near.other_word, near.learned_us, v.called, birthday_away(near.other_birthday, :today) AS away
    FROM visitor AS v
    JOIN tied AS near ON near.customer = v.customer
    WHERE v.visit = :visit AND near.customer = :customer AND v.relate = 'chat' AND NOT near.other_is_discreet
)
WHERE away BETWEEN 0 AND 7
ORDER BY away
LIMIT 1
