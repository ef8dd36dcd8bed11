"""The contracts of the chaos run: those that ship, those of a made-up department, and made ones for the kinds that no shipped table uses."""

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from schemas.load import MARTS, STREAMS, SUFFIX
from schemas.settings import ROOT

DATABASES, NOTICE = ROOT / "tests" / "data" / "databases", ROOT / "tests" / "data" / "contracts" / f"notice{SUFFIX}"
SPANS = {"notice_no": (1, 10), "revised_on": (11, 10), "mobile": (21, 11), "score": (32, 6)}
WIDTH = 37
# Names that a page gives, for the columns of a notice.
PAGE = {"notice_no": ["index_no"], "revised_on": ["published_on"], "mobile": ["source"]}  # a page gives nothing that a score could be
MADE: dict[str, dict[str, Any]] = {
    "notice_xml": {"sourceFormat": "xml", "xml": {"record": "row"}},
    "notice_fixed": {"sourceFormat": "fixed", "fixed": {"unit": "characters"}},
    "notice_zip": {"sourceFormat": "csv"},
    "notice_feed": {"sourceFormat": "jsonl", "feed": "social.notice"},
    "notice_page": {"sourceFormat": "html"},
}


def write(folder: Path, *, is_fed: bool) -> None:
    """Write all contracts into a folder. is_fed: with their topics, as departments feed them; without, their records come as files.

    A delivery of ten rows is no sample of a department's: what share of it may be bad, and other set rules, are left out. So are the
    limits of clocks: the packets are of a past day, and only those from a topic are known to have come on another.
    """
    shipped = [path for path in (ROOT / "schemas").rglob(f"*{SUFFIX}") if path.parent.name not in (MARTS, STREAMS)]
    for path in (*shipped, *DATABASES.glob(f"*{SUFFIX}")):
        _write(folder, path.name, yaml.safe_load(path.read_text(encoding="utf-8")), is_fed)
    for name, document in _made():
        _write(folder, f"{name}{SUFFIX}", document, is_fed)


def _write(folder: Path, name: str, document: dict[str, Any], is_fed: bool) -> None:
    table = document["schema"][0]
    table["quality"] = [rule for rule in table["quality"] if rule.get("metric") == "rowCount"][:1]
    for rule in table["quality"]:
        rule.pop("mustBeGreaterOrEqualTo", None)
        rule["mustBeGreaterThan"] = 0
    kept = [one for one in document["customProperties"] if is_fed or one["property"] != "feed"]
    for one in kept:
        if one["property"] == "hj212":
            one["value"] = {key: value for key, value in one["value"].items() if not key.startswith("clock")}
    document["customProperties"] = [{**one, "value": 1.0} if one["property"] == "quarantineRate" else one for one in kept]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(yaml.safe_dump(document, allow_unicode=True, sort_keys=False), encoding="utf-8")


def _made() -> Iterator[tuple[str, dict[str, Any]]]:
    notice = yaml.safe_load(NOTICE.read_text(encoding="utf-8"))
    for name, keys in MADE.items():
        document = copy.deepcopy(notice)
        document["id"], table = f"govlake.test.{name}", document["schema"][0]
        table["name"] = name
        document["customProperties"] = [one for one in document["customProperties"] if one["property"] not in keys]
        document["customProperties"] += [{"property": key, "value": value} for key, value in keys.items()]
        for column in table["properties"]:
            start, width = SPANS[column["name"]]
            more: dict[str, dict[str, Any]] = {"notice_fixed": {"span": {"start": start, "width": width}}, "notice_page": {"aliases": PAGE.get(column["name"], [])}}
            column.setdefault("customProperties", [])
            column["customProperties"] += [{"property": key, "value": value} for key, value in more.get(name, {}).items()]
        yield name, document
