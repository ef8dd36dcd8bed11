-- Hotline tickets and comments that say nearly the same: one row per member of a cluster, as known on :as_of.
-- Texts are compared by their sequences of three letters, digits or characters, blanks and punctuation left out, up to the first 2,000. Candidates
-- come from MinHash by one permutation (Li, Owen, Zhang 2012): the least hash in each of 32 classes, in 8 bands of 4; two texts that share a band are
-- compared exactly, and are neighbours from 80 of 100 common sequences on. Texts shorter than 8 are left out: they say too little to be the same.
WITH items AS (
  SELECT 'hotline_ticket' AS source_table, ticket_no AS item_no, call_time AS told_at, content AS told FROM hotline_ticket
  UNION ALL
  SELECT 'public_comment', comment_id, created_at, body FROM public_comment
),
plain AS (
  SELECT source_table, item_no, told_at, left(regexp_replace(lower(told), r'[^\p{L}\p{N}]', ''), 2000) AS text
  FROM items
  WHERE to_date(from_utc_timestamp(told_at, 'Asia/Shanghai')) <= :as_of
),
texts AS ( -- equal texts are compared once, by their first item
  SELECT source_table, text, min_by(item_no, struct(told_at, item_no)) AS item_no, collect_list(struct(item_no, told_at)) AS items
  FROM plain
  WHERE length(text) >= 8
  GROUP BY source_table, text
),
signed AS (
  SELECT source_table, item_no, pmod(hash, 32) AS class, min(hash) AS least
  FROM (SELECT source_table, item_no, xxhash64(part) AS hash FROM texts LATERAL VIEW explode(regexp_extract_all(text, '(?=(...))', 1)) AS part)
  GROUP BY source_table, item_no, pmod(hash, 32)
),
banded AS (
  SELECT source_table, item_no, class DIV 4 AS band, xxhash64(sort_array(collect_list(struct(class, least)))) AS signature
  FROM signed
  GROUP BY source_table, item_no, class DIV 4
),
met AS ( -- with the first of a band and with the one before: the pairs grow no faster than the texts
  SELECT source_table, item_no, first_value(item_no) OVER same AS head, lag(item_no) OVER same AS before
  FROM banded
  WINDOW same AS (PARTITION BY source_table, band, signature ORDER BY item_no)
),
pairs AS (
  SELECT DISTINCT source_table, item_no, other
  FROM met LATERAL VIEW explode(array(head, before)) AS other
  WHERE other <> item_no
),
compared AS (
  SELECT source_table, item_no, other, regexp_extract_all(text, '(?=(...))', 1) AS parts, regexp_extract_all(other_text, '(?=(...))', 1) AS other_parts
  FROM pairs
  JOIN texts USING (source_table, item_no)
  JOIN (SELECT source_table, item_no AS other, text AS other_text FROM texts) USING (source_table, other)
),
near AS (
  SELECT source_table, item_no, other
  FROM compared
  WHERE size(array_intersect(parts, other_parts)) >= 0.8 * size(array_union(parts, other_parts))
),
ties AS (
  SELECT source_table, tie.mine AS item_no, tie.theirs AS other
  FROM (SELECT source_table, explode(array(named_struct('mine', item_no, 'theirs', other), named_struct('mine', other, 'theirs', item_no))) AS tie FROM near)
),
once AS (
  SELECT source_table, item_no, least(item_no, min(other)) AS head FROM ties GROUP BY source_table, item_no
),
headed AS ( -- a neighbour hands on whom it leads to
  SELECT ties.source_table, ties.item_no AS text_no, least(min(once.head), ties.item_no) AS head
  FROM ties JOIN once ON once.source_table = ties.source_table AND once.item_no = ties.other
  GROUP BY ties.source_table, ties.item_no
),
members AS (
  SELECT source_table, coalesce(head, text_no) AS cluster_no, item.item_no, item.told_at, item.item_no = text_no AS is_first
  FROM (SELECT source_table, item_no AS text_no, items FROM texts)
  LEFT JOIN headed USING (source_table, text_no)
  LATERAL VIEW explode(items) AS item
),
counted AS (
  SELECT source_table, item_no, cluster_no, told_at, is_first,
         count(*) OVER cluster AS member_count, min(told_at) OVER cluster AS first_at, max(told_at) OVER cluster AS last_at
  FROM members
  WINDOW cluster AS (PARTITION BY source_table, cluster_no)
)
SELECT source_table, item_no, cluster_no, cast(member_count AS bigint) AS member_count, told_at, first_at, last_at, is_first, cast(:as_of AS date) AS as_of
FROM counted
WHERE member_count > 1
