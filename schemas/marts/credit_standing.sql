-- One row per registered enterprise: what is in force against it on :as_of, and its permits.
-- An entry counts from its first day up to, not on, the day of its end: publicity over, removed, repaired or expired (NDRC Order 36, art. 3).
-- It blocks only when the law behind it bars the subject from licences; a state of registration other than 1 asks for a look.
-- Of an entry that came by file and as a change, the state that is later at the source counts.
WITH permits AS (
  SELECT XK_XDR_SHXYM AS uscc,
         count(*) AS permit_count,
         count_if(XK_YXQZ <= :as_of AND XK_YXQZI >= :as_of) AS permit_in_force_count,
         max(XK_JDRQ) AS last_permit_on
  FROM permit
  WHERE XK_XDR_SHXYM IS NOT NULL AND XK_JDRQ <= :as_of
  GROUP BY XK_XDR_SHXYM
),
delivered AS (
  SELECT CF_XDR_SHXYM AS uscc, SJC AS told_at,
         named_struct('list', '行政处罚', 'authority', CF_CFJG, 'decision_no', CF_WSH, 'from', CF_JDRQ, 'to', CF_GSJZQ,
                      'domain', CF_WFXW, 'source_table', 'silver.penalty', 'source_version', _batch, 'effect', 'review') AS hit
  FROM penalty
  UNION ALL
  SELECT subject_uscc, updated_at,
         named_struct('list', list, 'authority', authority, 'decision_no', case_no, 'from', listed_on,
                      'to', least(removed_on, repaired_on, expires_on), 'domain', domain, 'source_table', 'silver.credit_listing',
                      'source_version', _batch, 'effect', if(restricts_licensing, 'block', 'review'))
  FROM credit_listing
),
changed AS (
  SELECT subject_uscc AS uscc, max(changed_at) AS told_at,
         max_by(named_struct('list', list, 'authority', authority, 'decision_no', decision_no, 'from', starts_on, 'to', ends_on,
                             'domain', domain, 'source_table', 'silver.credit_change', 'source_version', _batch,
                             'effect', if(restricts_licensing, 'block', 'review')), struct(changed_at, _number)) AS hit
  FROM credit_change
  GROUP BY subject_uscc, list, authority, decision_no
),
known AS (
  SELECT 0 AS origin, uscc, told_at, hit FROM delivered
  UNION ALL
  SELECT 1, uscc, told_at, hit FROM changed
),
ranked AS (
  SELECT uscc, hit, origin, max_by(origin, struct(told_at, origin)) OVER (PARTITION BY uscc, hit.list, hit.authority, hit.decision_no) AS newest
  FROM known
),
entries AS (
  SELECT uscc, hit
  FROM ranked
  WHERE origin = newest
  UNION ALL
  SELECT uscc,
         named_struct('list', '登记状态', 'authority', registering_office, 'decision_no', status, 'from', coalesce(status_on, registered_on),
                      'to', cast(NULL AS date), 'domain', cast(NULL AS string), 'source_table', 'silver.enterprise', 'source_version', _batch,
                      'effect', 'review')
  FROM enterprise
  WHERE status <> '1'
),
against AS (
  SELECT uscc,
         array_sort(collect_list(hit)) AS hits,
         count_if(hit.list = '行政处罚') AS penalty_count,
         max(if(hit.list = '行政处罚', hit.from, NULL)) AS last_penalty_on
  FROM entries
  WHERE uscc IS NOT NULL AND hit.from <= :as_of AND (hit.to IS NULL OR hit.to > :as_of)
  GROUP BY uscc
)
SELECT enterprise.uscc,
       enterprise.name,
       CASE WHEN exists(hits, hit -> hit.effect = 'block') THEN 'block' WHEN hits IS NOT NULL THEN 'review' ELSE 'pass' END AS standing,
       coalesce(to_json(hits, map('ignoreNullFields', 'false')), '[]') AS hits,
       coalesce(size(hits), 0) AS hit_count,
       coalesce(permit_count, 0L) AS permit_count,
       coalesce(permit_in_force_count, 0L) AS permit_in_force_count,
       last_permit_on,
       coalesce(penalty_count, 0L) AS penalty_count,
       last_penalty_on,
       (SELECT coalesce(max(_number), 0L) FROM credit_change) AS change_no,
       cast(:as_of AS date) AS as_of
FROM enterprise
LEFT JOIN permits ON permits.uscc = enterprise.uscc
LEFT JOIN against ON against.uscc = enterprise.uscc
