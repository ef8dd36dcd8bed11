-- One row per station and day up to :as_of: means, individual indexes, air quality index. `iaqi`, `aqi_standard` and `aqi_category` (docs/guide/contract.md)
-- go by HJ 633-2012 or HJ 633-2026, whichever was in force on the day observed.
-- An hour is labelled by its end, Beijing time: 00:00 ends the day before (unverified, the practice of published data).
-- Validity, GB 3095-2012 table 4 and HJ 663: a day's mean needs 20 hours, an 8-hour mean 6; of the 17 that end from 08:00 to 24:00 the largest counts
-- when 14 are valid, or when it is above the limit of 160 µg/m³.
-- No value of a fault counts: one that is negative, out of the contract's range, sent as -999, or of no full hour; of a packet also one that is flagged
-- other than N or S, that a placeholder stands for, or that no scale holds; and one that is stuck: 12 hours or more of the same value above a fifth of the concentration of index 50. That is a rule of the house, for no standard has one
-- (Kaffashzadeh 2023, AMT 16, 3085): below the fifth a reading rests at the device's limit, and its index, at most 10, decides no day; above it, four years of
-- two real stations have a handful of such runs a pollutant. Valid, faulty, stuck and missing hours of six pollutants add up to 144.
WITH given AS (
  SELECT station, observed_at, sent.pollutant, sent.value, array_contains(faults, sent.column) AS is_fault
  FROM (
    SELECT *, if(size(_violations) = 0, array(), transform(
                filter(_violations, one -> one.rule = 'range' OR (one.rule = 'placeholder' AND one.value LIKE '-9%')), one -> one.column)) AS faults
    FROM air_quality_hour
  ) LATERAL VIEW explode(array(
         named_struct('pollutant', 'PM2.5', 'column', 'pm25_ugm3', 'value', cast(pm25_ugm3 AS decimal(18, 8))),
         named_struct('pollutant', 'PM10', 'column', 'pm10_ugm3', 'value', cast(pm10_ugm3 AS decimal(18, 8))),
         named_struct('pollutant', 'SO2', 'column', 'so2_ugm3', 'value', cast(so2_ugm3 AS decimal(18, 8))),
         named_struct('pollutant', 'NO2', 'column', 'no2_ugm3', 'value', cast(no2_ugm3 AS decimal(18, 8))),
         named_struct('pollutant', 'CO', 'column', 'co_ugm3', 'value', cast(co_ugm3 / 1000 AS decimal(18, 8))), -- mg/m³
         named_struct('pollutant', 'O3', 'column', 'o3_ugm3', 'value', cast(o3_ugm3 AS decimal(18, 8))))) AS sent
  UNION ALL
  SELECT mn, measured_at, pollutant, sent,
         NOT coalesce(flag IN ('N', 'S'), false) OR exists(_violations, one -> one.column = 'avg_value' AND one.rule = 'placeholder')
           OR (avg_value IS NOT NULL AND sent IS NULL)
  FROM (
    SELECT *, try_cast(CASE WHEN coalesce(unit, usual) = wanted THEN avg_value
                            WHEN coalesce(unit, usual) = 'mg/m³' THEN avg_value * 1000 WHEN coalesce(unit, usual) = 'µg/m³' THEN avg_value / 1000 END AS decimal(18, 8)) AS sent
    FROM station_value
    JOIN VALUES ('a34004', 'PM2.5', 'µg/m³', 'µg/m³'), ('a34002', 'PM10', 'µg/m³', 'µg/m³'), ('a21026', 'SO2', 'mg/m³', 'µg/m³'), ('a21004', 'NO2', 'mg/m³', 'µg/m³'),
                ('a21005', 'CO', 'mg/m³', 'mg/m³'), ('a05024', 'O3', 'mg/m³', 'µg/m³')
         AS known(factor, pollutant, usual, wanted) USING (factor) -- usual: by the code table of HJ 212, for what came before the contract declared units
    WHERE st = '22' AND cn = '2061'
  )
),
judged AS (
  SELECT *, CASE WHEN is_fault OR value < 0 OR observed_at <> date_trunc('HOUR', observed_at) THEN 'fault' WHEN value IS NULL THEN 'missing' ELSE 'good' END AS state,
         from_utc_timestamp(observed_at, 'Asia/Shanghai') - INTERVAL '1' SECOND AS within
  FROM given
),
runs AS (
  SELECT *, count_if(is_new) OVER (PARTITION BY station, pollutant ORDER BY observed_at) AS run
  FROM (
    SELECT *, NOT coalesce(state = 'good' AND lag(state) OVER before = 'good' AND lag(value) OVER before = value
                           AND lag(observed_at) OVER before = observed_at - INTERVAL '1' HOUR, false) AS is_new
    FROM judged
    WINDOW before AS (PARTITION BY station, pollutant ORDER BY observed_at)
  )
),
cells AS (
  SELECT station, pollutant, to_date(within) AS observed_on, hour(within) + 1 AS hour, value,
         CASE WHEN state = 'good' AND count(*) OVER (PARTITION BY station, pollutant, run) >= 12
                   AND value > map('PM2.5', 7, 'PM10', 10, 'SO2', 10, 'NO2', 8, 'CO', 0.4, 'O3', 20)[pollutant]
              THEN 'stuck' ELSE state END AS state
  FROM runs
),
days AS (
  SELECT station, observed_on, pollutant,
         count_if(state = 'good') AS hours, count_if(state = 'fault') AS faults, count_if(state = 'stuck') AS stuck,
         sum(value) FILTER (WHERE state = 'good') AS total,
         map_from_entries(collect_list(struct(hour, value)) FILTER (WHERE state = 'good' AND pollutant = 'O3')) AS by_hour
  FROM cells
  WHERE observed_on <= :as_of
  GROUP BY station, observed_on, pollutant
),
eights AS ( -- in one array of the day's hours, so that an hour is looked up once and not for each of the means it is in
  SELECT *, CASE WHEN pollutant = 'O3' THEN
              get(transform(array(transform(sequence(1, 24), hour -> by_hour[hour])), hours ->
                transform(filter(transform(sequence(8, 24), last -> array_compact(slice(hours, last - 7, 8))), values -> size(values) >= 6),
                          values -> aggregate(values, cast(0 AS decimal(24, 8)), (sum, value) -> cast(sum + value AS decimal(24, 8))) / size(values))), 0) END AS means
  FROM days
),
rounded AS ( -- half to even, GB/T 8170
  SELECT *, cast(CASE pollutant WHEN 'O3' THEN if(size(means) >= 14 OR bround(array_max(means), 0) > 160, bround(array_max(means), 0), NULL)
                                WHEN 'CO' THEN if(hours >= 20, bround(total / hours, 1), NULL)
                                ELSE if(hours >= 20, bround(total / hours, 0), NULL) END AS decimal(12, 1)) AS mean
  FROM eights
),
indexed AS (
  SELECT *, iaqi(mean, pollutant, if(pollutant = 'O3', '8h', '24h'), observed_on) AS index FROM rounded
),
stations AS (
  SELECT station, observed_on, max(index) AS known_aqi, count(index) AS index_count,
         array_sort(collect_list(struct(pollutant, index))) AS indexes,
         any_value(mean) FILTER (WHERE pollutant = 'PM2.5') AS pm25_ugm3, any_value(index) FILTER (WHERE pollutant = 'PM2.5') AS pm25_iaqi,
         any_value(mean) FILTER (WHERE pollutant = 'PM10') AS pm10_ugm3, any_value(index) FILTER (WHERE pollutant = 'PM10') AS pm10_iaqi,
         any_value(mean) FILTER (WHERE pollutant = 'SO2') AS so2_ugm3, any_value(index) FILTER (WHERE pollutant = 'SO2') AS so2_iaqi,
         any_value(mean) FILTER (WHERE pollutant = 'NO2') AS no2_ugm3, any_value(index) FILTER (WHERE pollutant = 'NO2') AS no2_iaqi,
         any_value(mean) FILTER (WHERE pollutant = 'CO') AS co_mgm3, any_value(index) FILTER (WHERE pollutant = 'CO') AS co_iaqi,
         any_value(mean) FILTER (WHERE pollutant = 'O3') AS o3_8h_ugm3, any_value(index) FILTER (WHERE pollutant = 'O3') AS o3_iaqi,
         sum(hours) AS valid_count, sum(faults) AS fault_count, sum(stuck) AS stuck_count
  FROM indexed
  GROUP BY station, observed_on
),
published AS ( -- HJ 633-2026, 5.3: an index up to 100 of a day that lacks a pollutant is not available
  SELECT *, aqi_standard(observed_on) AS standard,
         CASE WHEN index_count < 6 AND known_aqi <= 100 AND aqi_standard(observed_on) = 'HJ 633-2026' THEN NULL ELSE known_aqi END AS aqi
  FROM stations
),
told AS ( -- what is said of an hour, after what was said of it before
  SELECT station, observed_at, _valid_from, _batch, said, lag(said) OVER earlier AS was, lag(_batch) OVER earlier AS was_batch
  FROM (SELECT *, array(pm25_ugm3, pm10_ugm3, so2_ugm3, no2_ugm3, co_ugm3, o3_ugm3) AS said FROM air_quality_hour_versions)
  WINDOW earlier AS (PARTITION BY station, observed_at ORDER BY _valid_from, _ingested_at, _batch)
),
corrected AS (
  SELECT station, to_date(from_utc_timestamp(observed_at, 'Asia/Shanghai') - INTERVAL '1' SECOND) AS observed_on,
         count(DISTINCT observed_at) AS corrected_hour_count,
         array_sort(collect_list(struct(
           date_format(from_utc_timestamp(observed_at, 'Asia/Shanghai'), 'yyyy-MM-dd HH:mm') AS hour, name AS column,
           cast(_valid_from AS string) AS told_on, was[place] AS was, said[place] AS is, was_batch, _batch AS batch))) AS corrections
  FROM told LATERAL VIEW posexplode(array('pm25_ugm3', 'pm10_ugm3', 'so2_ugm3', 'no2_ugm3', 'co_ugm3', 'o3_ugm3')) AS place, name
  WHERE was IS NOT NULL AND NOT (was[place] <=> said[place])
  GROUP BY 1, 2
)
SELECT station,
       observed_on,
       standard,
       aqi,
       aqi_category(aqi) AS category,
       if(aqi > 50, array_join(transform(filter(indexes, one -> one.index = aqi), one -> one.pollutant), '+'), NULL) AS primary_pollutants,
       known_aqi,
       pm25_ugm3, pm25_iaqi, pm10_ugm3, pm10_iaqi, so2_ugm3, so2_iaqi, no2_ugm3, no2_iaqi, co_mgm3, co_iaqi, o3_8h_ugm3, o3_iaqi,
       valid_count,
       fault_count,
       stuck_count,
       greatest(144 - valid_count - fault_count - stuck_count, 0) AS missing_count,
       coalesce(corrected_hour_count, 0L) AS corrected_hour_count,
       coalesce(to_json(corrections, map('ignoreNullFields', 'false')), '[]') AS corrections,
       cast(:as_of AS date) AS as_of
FROM published
LEFT JOIN corrected USING (station, observed_on)
