-- The story of what was bought last, today's purchase included.
-- rule: story
-- accent: story
-- warmth: 40
-- sentence: The {description}: {text}
-- why: Bought {age} · {by_whom}a story that we tell
SELECT
    'story:' || s.story AS key,
    b.description,
    s.text,
    ago(b.bought_us, :now_us) AS age,
    ifnull('made by ' || s.maker || ', ', '') AS by_whom,
    b.bought_us AS since_us
FROM (
    SELECT line, description, bought_us
    FROM bought
    WHERE customer = :customer
    ORDER BY bought_us DESC, line
    LIMIT 6
) AS b
JOIN told AS s ON is_about(s.about, b.description)
WHERE (SELECT relate FROM visitor WHERE visit = :visit) = 'chat'
ORDER BY b.bought_us DESC, length(s.about) DESC, b.line
LIMIT 1
