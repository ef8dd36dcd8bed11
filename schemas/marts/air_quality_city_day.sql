-- One row per city and day up to :as_of: the mean of the stations that count for the city, its indexes and its air quality index, by the edition in force on the day observed.
-- A city's value is the mean of its stations (HJ 663): of the figures that stand in gold.air_quality_day, so that anybody can do it again, summed as decimals and rounded once, half to
-- even (GB/T 8170). Of O3 that is the mean of the stations' largest 8-hour means (unverified, as is how many of a city's stations there must be: the counts say how many there were).
WITH told AS (
  SELECT city_code, observed_on, pollutant, value
  FROM air_quality_day
  JOIN air_station USING (station)
  LATERAL VIEW explode(map('PM2.5', pm25_ugm3, 'PM10', pm10_ugm3, 'SO2', so2_ugm3, 'NO2', no2_ugm3, 'CO', co_mgm3, 'O3', o3_8h_ugm3)) AS pollutant, value
  WHERE is_assessed AND observed_on <= :as_of
),
means AS (
  SELECT city_code, observed_on, pollutant, count(*) AS stations, count(value) AS valued,
         cast(if(pollutant = 'CO', bround(sum(value) / count(value), 1), bround(sum(value) / count(value), 0)) AS decimal(12, 1)) AS mean
  FROM told
  GROUP BY city_code, observed_on, pollutant
),
indexed AS (
  SELECT *, iaqi(mean, pollutant, if(pollutant = 'O3', '8h', '24h'), observed_on) AS index FROM means
),
cities AS (
  SELECT city_code, observed_on, max(index) AS known_aqi, count(index) AS index_count, max(stations) AS station_count, min(valued) AS fewest_count,
         array_sort(collect_list(struct(pollutant, index))) AS indexes,
         any_value(mean) FILTER (WHERE pollutant = 'PM2.5') AS pm25_ugm3, any_value(index) FILTER (WHERE pollutant = 'PM2.5') AS pm25_iaqi,
         any_value(mean) FILTER (WHERE pollutant = 'PM10') AS pm10_ugm3, any_value(index) FILTER (WHERE pollutant = 'PM10') AS pm10_iaqi,
         any_value(mean) FILTER (WHERE pollutant = 'SO2') AS so2_ugm3, any_value(index) FILTER (WHERE pollutant = 'SO2') AS so2_iaqi,
         any_value(mean) FILTER (WHERE pollutant = 'NO2') AS no2_ugm3, any_value(index) FILTER (WHERE pollutant = 'NO2') AS no2_iaqi,
         any_value(mean) FILTER (WHERE pollutant = 'CO') AS co_mgm3, any_value(index) FILTER (WHERE pollutant = 'CO') AS co_iaqi,
         any_value(mean) FILTER (WHERE pollutant = 'O3') AS o3_8h_ugm3, any_value(index) FILTER (WHERE pollutant = 'O3') AS o3_iaqi
  FROM indexed
  GROUP BY city_code, observed_on
),
published AS ( -- HJ 633-2026, 5.3: an index up to 100 of a day that lacks a pollutant is not available
  SELECT *, aqi_standard(observed_on) AS standard,
         CASE WHEN index_count < 6 AND known_aqi <= 100 AND aqi_standard(observed_on) = 'HJ 633-2026' THEN NULL ELSE known_aqi END AS aqi
  FROM cities
)
SELECT city_code,
       observed_on,
       standard,
       aqi,
       aqi_category(aqi) AS category,
       if(aqi > 50, array_join(transform(filter(indexes, one -> one.index = aqi), one -> one.pollutant), '+'), NULL) AS primary_pollutants,
       known_aqi,
       pm25_ugm3, pm25_iaqi, pm10_ugm3, pm10_iaqi, so2_ugm3, so2_iaqi, no2_ugm3, no2_iaqi, co_mgm3, co_iaqi, o3_8h_ugm3, o3_iaqi,
       station_count,
       fewest_count,
       cast(:as_of AS date) AS as_of
FROM published
