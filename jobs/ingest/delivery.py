"""A zip file as a delivery: its manifest names every member with hash and record count, and all of them must agree."""

import csv
import io
import json
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

from jobs.evidence.intake import LandedFile
from jobs.ingest import archive
from jobs.ingest.refusal import landed, refuse
from schemas.errors import Refused

MANIFESTS = ("manifest.json", "manifest.csv")
LARGEST = 16 << 20  # bytes of a manifest: a hundred thousand entries
WITHIN = "!/"  # between the path of a zip file and the name of a member, as Java writes it
WORKBOOK, OPEN_DOCUMENT = "[content_types].xml", {"content.xml", "meta-inf/manifest.xml"}  # what every such document holds
OFD = "ofd.xml"  # and what an OFD document does
RIGHT = "Ask the source which of the two is right."
FORM = 'Write {"files": [{"name": …, "sha256": …, "records": …}]}, or as CSV a header name,sha256,records.'


@dataclass(frozen=True)
class Listed:
    """What a manifest says of one member. said: what else it says, by name; empty values left out."""

    name: str
    sha256: str
    records: int
    said: tuple[tuple[str, str], ...] = ()


def spread(file: LandedFile) -> tuple[LandedFile, ...]:
    """Return the members of a delivery in place of the zip file, any other file as it is, workbooks included.

    A zip file that is not safe, has no manifest, or disagrees with it comes back as one refused file.
    """
    if file.refused or not is_delivery(file.path):
        return (file,)
    try:
        return tuple(
            LandedFile(file.path, f"{file.relative}{WITHIN}{one.name}", one.sha256, size, member=one.name, records=one.records, said=one.said)
            for one, size in _agreed(file.path)
        )
    except Refused as refused:
        return (replace(file, refused=f"{landed(file.relative)}: {refused}"),)


def is_delivery(path: Path) -> bool:
    """Tell whether a file is a zip file and no document: Office, or OFD by its content or name. A damaged one counts when it is named .zip."""
    try:
        with path.open("rb") as handle:
            if path.suffix.lower() == ".ofd" or handle.read(4) not in (b"PK\x03\x04", b"PK\x05\x06"):
                return False
        with ZipFile(path) as file:
            names = {name.replace("\\", "/").lower() for name in file.namelist()}
        return not (WORKBOOK in names or names >= OPEN_DOCUMENT or OFD in names)
    except FileNotFoundError:
        return False
    except (BadZipFile, OSError, ValueError, NotImplementedError):
        return path.suffix.lower() == ".zip"


def _agreed(path: Path) -> list[tuple[Listed, int]]:
    """Return the entries of the manifest with the members' sizes. Raises Refused at the first one that disagrees."""
    held = archive.members(path)
    name = next((name for name in MANIFESTS if name in held), None)
    if name is None:
        raise refuse("is a zip file without a manifest.json or manifest.csv", FORM)
    listed = _read(path, held, name)
    content = {member: info for member, info in held.items() if member != name}
    surplus = next(iter(sorted(content.keys() - {one.name for one in listed})), None)
    if surplus is not None:
        raise refuse(f"holds '{surplus[:100]}', which its {name} does not list", RIGHT)
    for one in listed:
        if one.name not in content:
            raise refuse(f"lacks '{one.name[:100]}', which its {name} lists", RIGHT)
        if archive.sha256(path, content[one.name], one.name) != one.sha256:
            raise refuse(f"holds a '{one.name[:100]}' whose sha256 is not the one in its {name}", RIGHT)
    return [(one, content[one.name].file_size) for one in listed]


def _read(path: Path, held: dict[str, Any], name: str) -> list[Listed]:
    if held[name].file_size > LARGEST:
        raise refuse(f"has a {name} of more than {LARGEST >> 20} MiB", FORM)
    try:
        text = b"".join(archive.pieces(path, held[name], name)).decode("utf-8-sig")
        given = json.loads(text) if name.endswith(".json") else list(csv.DictReader(io.StringIO(text), strict=True))
        entries = given["files"] if isinstance(given, dict) else given
        listed = [Listed(str(one["name"]), str(one["sha256"]).strip().lower(), int(one["records"]), _said(one)) for one in entries]
    except (ValueError, KeyError, TypeError, OverflowError, csv.Error, RecursionError):  # OverflowError: as many records as 1e999
        raise refuse(f"has a {name} that cannot be read", FORM) from None
    if not listed:
        raise refuse(f"has a {name} that lists nothing", FORM)
    twice = [known for known, count in Counter(one.name for one in listed).items() if count > 1]
    if twice:
        raise refuse(f"has a {name} that lists '{twice[0][:100]}' twice", FORM)
    return listed


def _said(entry: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple((str(name), str(value)) for name, value in entry.items() if name not in ("name", "sha256", "records") and value not in (None, ""))
