"""JSON lines: one object a line, every value kept as the text that was sent."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from jobs.evidence.intake import LandedFile
from jobs.ingest.encoding import decodes
from jobs.ingest.inspection import Inspection, inspect
from jobs.ingest.reader import Record, defective
from jobs.ingest.source import RAW_LIMIT, Line, Source


class _Number(str):
    """The digits of a JSON number as they were sent, 1.10 and 1e3 included."""


class _Object(list[tuple[str, Any]]):
    """The members of a JSON object in the order sent."""


class JsonLinesReader:
    """One JSON object a line; its keys are the headers, line by line."""

    name = "jsonl"
    has_header = False

    def inspect(self, file: LandedFile, workspace: Path, block: int) -> Inspection:
        """See `inspection.inspect`."""
        return inspect(file, block)

    def headers(self, source: Source) -> tuple[int, tuple[str, ...]]:
        """Return (0, ()): keys come with each record."""
        return 0, ()

    def records(self, source: Source) -> Iterator[Record]:
        """Yield one record a line. What is no JSON object, or names a key twice, is a 'shape' defect."""
        for line in source.lines():
            if line.is_long or line.data.strip():
                yield _record(line, source)


def _record(line: Line, source: Source) -> Record:
    if line.is_long:
        return defective(line.number, "too_long", source.shown(line.data)[:RAW_LIMIT])
    data = line.data.removesuffix(b"\r")
    if not decodes(data, source.codec):
        return defective(line.number, "encoding", source.shown(data))
    try:
        members = _parse(data.decode(source.codec))
    except (ValueError, RecursionError):
        return defective(line.number, "shape", source.shown(data))
    return Record(line.number, tuple(name for name, _ in members), [value for _, value in members])


def _parse(text: str) -> list[tuple[str, str | None]]:
    """Return the members of the object as text. Raises ValueError for anything else."""
    parsed = _DECODER.decode(text)
    if not isinstance(parsed, _Object):
        raise json.JSONDecodeError("not an object", text, 0)
    members = [(name, None if value is None else _text(value)) for name, value in parsed]
    _require_text(*(text for member in members for text in member if text))
    return members


def _require_text(*texts: str) -> None:
    for text in texts:
        text.encode("utf-8")  # raises for half a surrogate pair, which an escape can spell and no text can hold
        if "\0" in text:
            raise ValueError("holds NUL")


def _text(value: Any) -> str:
    """Return a string as it is and anything else as its JSON text."""
    return value if isinstance(value, str) else _json(value)


def _json(value: Any) -> str:
    if isinstance(value, _Object):
        return "{" + ",".join(f"{_json(name)}:{_json(member)}" for name, member in value) + "}"
    if isinstance(value, list):
        return "[" + ",".join(_json(member) for member in value) + "]"
    return str(value) if isinstance(value, _Number) else json.dumps(value, ensure_ascii=False)


def _members(pairs: list[tuple[str, Any]]) -> _Object:
    if len({name for name, _ in pairs}) != len(pairs):
        raise ValueError("a key stands twice")
    return _Object(pairs)


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_members, parse_float=_Number, parse_int=_Number, parse_constant=_refuse_constant
)
