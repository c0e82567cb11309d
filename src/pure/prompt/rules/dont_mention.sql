-- What is better left alone. The key has the visit: it is good to know each time.
-- rule: dont_mention
-- accent: say
-- warmth: 78
-- sentence: Better not to mention {value}.
-- why: Noted {age}{by_whom}
SELECT
    'dont_mention:' || k.fact || ':' || v.visit AS key,
    k.value,
    ago(k.learned_us, :now_us) AS age,
    ifnull(' by ' || k.learned_by, '') AS by_whom,
    0 AS since_us
FROM visitor AS v
JOIN known AS k ON k.customer = v.customer
WHERE v.visit = :visit AND k.customer = :customer AND k.key = 'dont_mention'
ORDER BY k.learned_us DESC
LIMIT 1
