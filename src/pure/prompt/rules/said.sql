-- Something that they told us, to come back to.
-- rule: said
-- accent: say
-- warmth: 60
-- sentence: {called} told us: {value}.
-- why: Said {age}{to_whom} · nobody here has come back to it yet
SELECT
    'said:' || k.fact AS key,
    v.called,
    k.value,
    ago(k.learned_us, :now_us) AS age,
    ifnull(' to ' || k.learned_by, '') AS to_whom,
    k.learned_us AS since_us
FROM visitor AS v
JOIN known AS k ON k.customer = v.customer
WHERE v.visit = :visit AND k.customer = :customer AND k.key = 'said' AND v.relate = 'chat'
    AND k.learned_us < v.opened_us
ORDER BY k.learned_us DESC
LIMIT 3
