-- rule: a
-- accent: say
-- warmth: 1
-- sentence: {s
-- why: w
SELECT 1