-- Somebody of theirs was here lately: a greeting to pass on. Whoever wants to be left alone, or asked us to keep something to
-- ourselves, is not spoken of to others.
-- rule: tie_seen
-- accent: say
-- warmth: 52
-- sentence: {other_called} ({other_word} {called}) was here {age}.
-- why: Last visit of {other_called} · how they belong together was noted {tie_age}
SELECT
    'seen:' || t.tie || ':' || t.other_last_visit_us AS key,
    t.other_called,
    t.other_word,
    v.called,
    ago(t.other_last_visit_us, :now_us) AS age,
    ago(t.learned_us, :now_us) AS tie_age,
    t.other_last_visit_us AS since_us
FROM visitor AS v
JOIN tied AS t ON t.customer = v.customer
WHERE v.visit = :visit AND t.customer = :customer AND v.relate = 'chat'
    AND t.other_last_visit_us > v.last_visit_us
    AND days_away(day_at(t.other_last_visit_us), :today) >= -42
    AND NOT t.other_is_discreet
ORDER BY t.other_last_visit_us DESC
LIMIT 2
