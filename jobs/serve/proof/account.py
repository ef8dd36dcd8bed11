"""Each row of a table accounted for: in landing, trace, silver, quarantine and held batches, put side by side by its place."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jobs.serve import delta

# Whether a later batch has taken a row's place in silver, by what its contract said then, and whether a duplicate has a row that it doubles.
TRACED = """SELECT *,
  coalesce(number < max(number) FILTER (_place = 'silver' AND list_contains($upserts, number)) OVER (PARTITION BY "_key"), false)
    OR number < $replaced AS is_overtaken,
  coalesce(min(number) FILTER (_place = 'silver') OVER (PARTITION BY "_key") <= number, false) AS has_twin FROM traced"""
SEEN = """
  SELECT _file, _path, _row, 1 AS landed, aside FROM landed
  UNION ALL BY NAME SELECT _file, _path, _row, 1 AS traced, _place AS place, _hash AS hash, _told AS told, _batch AS batch, number, is_overtaken, has_twin FROM judged
  UNION ALL BY NAME SELECT _file, _path, _row, 1 AS silver, hash AS silver_hash, coalesce(_batch, '') AS silver_batch FROM silver
    WHERE _path IS NOT NULL AND NOT coalesce(list_contains($untraced, _batch), false)
  UNION ALL BY NAME SELECT _file, _path, _row, 1 AS quarantine, hash AS quarantine_hash FROM quarantine
    WHERE NOT coalesce(list_contains($untraced, _batch), false)
  UNION ALL BY NAME SELECT _file, _path, _row, 1 AS held FROM held"""
ROWS = """SELECT _file, _path, _row, any_value(place) AS place, any_value(number) AS number, list_contains($over, any_value(number)) AS is_over,
    bool_or(is_overtaken) AS is_overtaken, bool_or(has_twin) AS has_twin, list_contains($unread, _file) AS is_unread,
    {counts},
    coalesce(min(silver_hash) <> any_value(hash) OR max(silver_hash) <> any_value(hash) OR min(silver_batch) <> any_value(batch)
      OR max(silver_batch) <> any_value(batch), false) AS silver_differs,
    coalesce(min(quarantine_hash) <> any_value(told) OR max(quarantine_hash) <> any_value(told), any_value(told) IS NOT NULL AND count(quarantine_hash) < sum(quarantine)) AS quarantine_differs
  FROM seen GROUP BY _file, _path, _row"""
COUNTS = ", ".join(f"CAST(coalesce(sum({name}), 0) AS BIGINT) AS {name}" for name in ("landed", "aside", "traced", "silver", "quarantine", "held"))
# The first that holds names what is wrong with a row: kind and the words for it, see WORDS.
FAULTS = """CASE
  WHEN landed = 0 AND NOT is_unread AND traced + held > 0 THEN 'not_landed'
  WHEN traced = 0 AND held = 0 AND landed > 0 AND aside = 0 AND silver + quarantine = 0 THEN 'unaccounted'
  WHEN traced = 0 AND held = 0 AND silver + quarantine > 0 THEN 'untraced'
  WHEN landed > 1 OR traced > 1 OR held > 1 THEN 'booked_twice'
  WHEN held + aside > 0 AND traced + silver + quarantine > 0 THEN 'released_unasked'
  WHEN place = 'silver' AND NOT is_overtaken AND silver = 0 AND NOT is_over THEN 'not_in_silver'
  WHEN place = 'silver' AND NOT is_overtaken AND silver > 1 THEN 'twice_in_silver'
  WHEN place = 'silver' AND NOT is_overtaken AND silver_differs THEN 'silver_altered'
  WHEN place = 'silver' AND is_overtaken AND silver > 0 THEN 'overtaken_yet_there'
  WHEN place = 'silver' AND quarantine > 0 THEN 'in_both'
  WHEN place = 'quarantine' AND silver > 0 THEN 'in_both'
  WHEN place = 'quarantine' AND quarantine = 0 AND NOT is_over THEN 'not_in_quarantine'
  WHEN place = 'quarantine' AND quarantine > 1 THEN 'twice_in_quarantine'
  WHEN place = 'quarantine' AND quarantine_differs THEN 'quarantine_altered'
  WHEN place = 'duplicate' AND silver + quarantine > 0 THEN 'duplicate_yet_there'
  WHEN place = 'duplicate' AND NOT has_twin THEN 'doubles_nothing'
END"""
NOW = """CASE
  WHEN landed = 0 AND traced = 0 AND held = 0 THEN NULL
  WHEN fault IN ('unaccounted', 'not_in_silver', 'not_in_quarantine', 'doubles_nothing') THEN 'missing'
  WHEN held > 0 THEN 'held'
  WHEN traced = 0 THEN if(aside > 0, 'filtered', if(silver > 0, 'silver', 'quarantine'))
  WHEN place = 'silver' AND is_overtaken THEN 'superseded'
  WHEN is_over AND ((place = 'silver' AND silver = 0) OR (place = 'quarantine' AND quarantine = 0)) THEN 'expired'
  ELSE place
END"""
ACCOUNT = f"""WITH judged AS ({TRACED}), seen AS ({SEEN}), rows AS ({ROWS.replace("{counts}", COUNTS)}),
  faulty AS (SELECT *, {FAULTS} AS fault FROM rows), told AS (SELECT *, {NOW} AS now FROM faulty)"""
FIRST = "SELECT _file, _path, _row, number, fault FROM told WHERE fault IS NOT NULL ORDER BY _path, _row, _file LIMIT $most"
TALLY = "SELECT now, fault, count(*) AS rows FROM told GROUP BY ALL"


@dataclass(frozen=True)
class Account:
    """How many rows are in each place now, how many have each fault, and the first faulty rows."""

    places: Mapping[str, int]
    faults: Mapping[str, int]
    first: Sequence[Mapping[str, Any]]


def account(sources: Mapping[str, Any], known: Mapping[str, Any]) -> Account:
    """Put the sources side by side: landed, traced, silver, quarantine, held, each an Arrow table.

    known: unread, content hashes of files whose rows nobody can tell; untraced, ids of batches without a trace;
    over, numbers of batches whose retention has passed; upserts, of those whose rows take the place of older ones of their
    key; replaced, of the last that replaced the whole table; most, faulty rows to name.
    """
    tally = delta.query(sources, f"{ACCOUNT} {TALLY}", {name: value for name, value in known.items() if name != "most"})
    places: dict[str, int] = {}
    faults: dict[str, int] = {}
    for row in tally:
        for found, name in ((places, row["now"]), (faults, row["fault"])):
            if name is not None:
                found[name] = found.get(name, 0) + row["rows"]
    first = delta.query(sources, f"{ACCOUNT} {FIRST}", known) if faults else []
    return Account(places, faults, first)
