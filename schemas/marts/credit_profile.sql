-- One row per registered enterprise: its permits and penalties as known on :as_of.
-- Fines are delivered in 万元 (10,000 yuan); a record whose publicity has ended is counted no more (NDRC Order 36, art. 3).
WITH permits AS (
  SELECT XK_XDR_SHXYM AS uscc,
         count(*) AS permit_count,
         count_if(XK_YXQZ <= :as_of AND XK_YXQZI >= :as_of) AS permit_in_force_count,
         max(XK_JDRQ) AS last_permit_on
  FROM permit
  WHERE XK_XDR_SHXYM IS NOT NULL AND XK_JDRQ <= :as_of
  GROUP BY XK_XDR_SHXYM
),
penalties AS (
  SELECT CF_XDR_SHXYM AS uscc,
         count(*) AS penalty_count,
         cast(sum(CF_NR_FK) * 10000 AS decimal(18, 2)) AS fine_cny,
         max(CF_JDRQ) AS last_penalty_on
  FROM penalty
  WHERE CF_XDR_SHXYM IS NOT NULL AND CF_JDRQ <= :as_of AND (CF_GSJZQ IS NULL OR CF_GSJZQ > :as_of)
  GROUP BY CF_XDR_SHXYM
)
SELECT enterprise.uscc,
       enterprise.name,
       coalesce(permit_count, 0L) AS permit_count,
       coalesce(permit_in_force_count, 0L) AS permit_in_force_count,
       last_permit_on,
       coalesce(penalty_count, 0L) AS penalty_count,
       coalesce(fine_cny, cast(0 AS decimal(18, 2))) AS fine_cny,
       last_penalty_on,
       cast(:as_of AS date) AS as_of
FROM enterprise
LEFT JOIN permits ON permits.uscc = enterprise.uscc
LEFT JOIN penalties ON penalties.uscc = enterprise.uscc
