-- A birthday, a week before and a week after. The key has its year: it is said once a year.
-- rule: birthday
-- accent: say
-- warmth: 70
-- sentence: {sentence}
-- why: Birthday on {date} · told us {age}
SELECT
    'birthday:' || strftime('%Y', :today, away || ' days') AS key,
    CASE away
        WHEN 0 THEN 'Today is ' || called || '''s birthday.'
        WHEN 1 THEN called || '''s birthday is tomorrow.'
        WHEN -1 THEN called || '''s birthday was yesterday.'
        ELSE called || '''s birthday ' || iif(away > 0, 'is in ' || away || ' days.', 'was ' || -away || ' days ago.')
    END AS sentence,
    date_words(date(:today, away || ' days')) AS date,
    ago(learned_us, :now_us) AS age,
    CASE WHEN away = 0 THEN 88 WHEN abs(away) <= 2 THEN 76 ELSE 62 END AS warmth,
    0 AS since_us
FROM (
    SELECT v.called, k.learned_us, birthday_away(k.value, :today) AS away
    FROM visitor AS v
    JOIN known AS k ON k.customer = v.customer AND k.key = 'birthday'
    WHERE v.visit = :visit AND k.customer = :customer AND v.relate <> 'leave'
)
WHERE away BETWEEN -7 AND 7
