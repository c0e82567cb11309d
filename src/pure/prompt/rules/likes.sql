-- What they care about. Enough for a conversation with somebody who has bought nothing yet.
-- rule: likes
-- accent: say
-- warmth: 34
-- sentence: {called} likes {value}.
-- why: We learned it {age}{from_whom}
SELECT
    'likes:' || k.fact AS key,
    v.called,
    k.value,
    ago(k.learned_us, :now_us) AS age,
    ifnull(' · ' || k.learned_by || ' heard it', '') AS from_whom,
    k.learned_us AS since_us
FROM visitor AS v
JOIN known AS k ON k.customer = v.customer
WHERE v.visit = :visit AND k.customer = :customer AND k.key = 'likes' AND v.relate = 'chat'
    AND k.learned_us < v.opened_us
ORDER BY k.learned_us DESC
LIMIT 3
