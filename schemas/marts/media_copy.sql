-- Pictures, videos and recordings that are near-duplicates by their fingerprints (64 bits): one row per pair that differs in 6 bits at most, as known on :as_of.
-- Contents are compared, not names: the same bytes under two names are one. Equal fingerprints are compared once, and each of their contents is paired with the first.
-- Two of 64 bits that differ in 6 have 2 of their 8 bytes in common: candidates are those that agree in two bytes, which two of strangers rarely do (one in 65,536 for each of the
-- 28 choices). Of those that agree each is compared with the next 32: up to 33 find all their pairs, and however many agree, the comparisons grow no faster than the contents.
WITH items AS (
  SELECT basis, sha256, kind, hash, min(file_name) AS file_name
  FROM (
    SELECT 'picture' AS basis, sha256, kind, image_hash AS hash, file_name FROM media_item
    UNION ALL
    SELECT 'sound', sha256, kind, audio_hash, file_name FROM media_item
  )
  WHERE hash IS NOT NULL
  GROUP BY basis, sha256, kind, hash
),
heads AS ( -- whole contents are carried along, so that nothing has to be joined to them again
  SELECT basis, hash, min(struct(sha256, kind, file_name)) AS head, collect_list(struct(sha256, kind, file_name)) AS members FROM items GROUP BY basis, hash
),
keyed AS (
  SELECT basis, hash, head, first * 8 + second AS place, concat(substr(hash, 2 * first + 1, 2), substr(hash, 2 * second + 1, 2)) AS key
  FROM heads LATERAL VIEW explode(sequence(0, 6)) AS first LATERAL VIEW explode(sequence(first + 1, 7)) AS second
),
met AS (
  SELECT basis, hash, head, collect_list(struct(hash, head)) OVER (PARTITION BY basis, place, key ORDER BY hash ROWS BETWEEN 1 FOLLOWING AND 32 FOLLOWING) AS others
  FROM keyed
),
compared AS ( -- in two halves: no whole number of Spark holds 64 bits without a sign
  SELECT basis, head, other.head AS other,
         bit_count(cast(conv(left(hash, 8), 16, 10) AS bigint) ^ cast(conv(left(other.hash, 8), 16, 10) AS bigint))
         + bit_count(cast(conv(right(hash, 8), 16, 10) AS bigint) ^ cast(conv(right(other.hash, 8), 16, 10) AS bigint)) AS distance
  FROM met LATERAL VIEW explode(others) AS other
),
pairs AS (
  SELECT DISTINCT basis, least(head, other) AS one, greatest(head, other) AS two, distance FROM compared WHERE distance <= 6
  UNION ALL
  SELECT basis, head, member, 0 FROM heads LATERAL VIEW explode(members) AS member WHERE member.sha256 <> head.sha256
)
SELECT basis, one.sha256, two.sha256 AS other_sha256, cast(distance AS bigint) AS distance, one.kind, two.kind AS other_kind,
       one.file_name, two.file_name AS other_file_name, cast(:as_of AS date) AS as_of
FROM pairs
