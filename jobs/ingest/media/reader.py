"""Audio, video, pictures, PDF and OFD: a file is one record, its bytes and thumbnails are kept by content beside the lake."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from jobs.evidence.intake import Kept, LandedFile
from jobs.ingest.inspection import Inspection, same
from jobs.ingest.media.probing import looked_at
from jobs.ingest.reader import Record, as_text, defective
from jobs.ingest.source import Source
from jobs.ingest.workspace import written
from jobs.lake import blobs
from schemas.contract import Contract

OURS = ("file_name", "size")  # no manifest says these, nor the hash and the place: a row points to what was looked at


class MediaReader:
    """One record a file, whatever kind it is; a name that does not fit the kind has no value.

    What the manifest of its delivery says beside hash and count is part of the record, and stands over what the file says.
    A file that is empty, cut, locked, unreadable, a bomb, or named as another kind is one defective record with what could be read.
    """

    name = "media"
    has_header = False

    def __init__(self, contract: Contract) -> None:
        pass

    def inspect(self, file: LandedFile, workspace: Path, block: int) -> Inspection:
        """Look at the file, whose record then waits in the workspace. No file is refused but one that has changed."""
        with file.path.open("rb") as handle:
            same(file, hashlib.file_digest(handle, "sha256").hexdigest())
        said = looked_at(file.path, PurePosixPath(file.member or file.relative).name, workspace)
        is_sound = said["defect"] is None
        own = {"sha256": file.sha256, **({"path": blobs.place(file.sha256)} if is_sound else {}), **{name: said["values"][name] for name in OURS}}
        values = {**said["values"], **dict(file.said), **own}
        text = workspace / f"{file.sha256}.told"
        with written(text) as target:
            target.write(json.dumps({**said, "values": values}).encode())
        kept = (Kept(file.sha256, file.path), *(Kept(one, workspace / one) for one in said["thumbnails"]))
        return Inspection(None, values.get("container", "media"), b"\n", 0, 0, False, (0,), text, kept if is_sound else ())

    def headers(self, source: Source) -> tuple[int, tuple[str, ...]]:
        """Return (0, ()): names come with the record."""
        return 0, ()

    def records(self, source: Source) -> Iterator[Record]:
        """Yield the one record."""
        said = json.loads(source.path.read_text(encoding="utf-8"))
        values: dict[str, str] = said["values"]
        if said["defect"] is None:
            yield Record(1, tuple(values), list(values.values()))
        else:
            shown = {name: value for name, value in values.items() if name not in ("content", "thumbnails")}
            yield defective(1, said["defect"], as_text([("why", said["why"]), *shown.items()]))
