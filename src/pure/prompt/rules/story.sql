-- The story of what was bought last, today's purchase included.
-- rule: story
-- accent: story
-- warmth: 40
-- sentence: The {about}: {text}
-- why: Bought {age} · {by_whom}a story that we tell
SELECT
    'story:' || s.story AS key,
    s.about,
    s.text,
    ago(thing.bought_us, :now_us) AS age,
    ifnull('made by ' || s.maker || ', ', '') AS by_whom,
    thing.bought_us AS since_us
FROM (
    SELECT line, description, bought_us
    FROM bought
    WHERE customer = :customer
    ORDER BY bought_us DESC, line
    LIMIT 6
) AS thing
JOIN told AS s ON is_about(s.about, thing.description)
WHERE (SELECT relate FROM visitor WHERE visit = :visit) = 'chat'
ORDER BY thing.bought_us DESC, length(s.about) DESC, thing.line
LIMIT 1
