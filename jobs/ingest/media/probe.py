"""`python -m jobs.ingest.media.probe`: looks at one media file after another, in a process of its own.

Untrusted bytes are parsed by native code here: memory is limited, and a crash ends this process and not the run.
"""

import sys
from pathlib import Path
from typing import Any

from jobs.ingest.apart import NO_MEMORY, answering
from jobs.ingest.media import film, ofd, pdf, picture
from jobs.ingest.media.kinds import is_named_otherwise, kind_of
from jobs.ingest.media.told import Fault, Told

MEMORY = 4 << 30  # bytes of address space; FFmpeg's threads reserve most of it and use 100 MB
LOOKS = {"film": film.look, "picture": picture.look, "pdf": pdf.look, "ofd": ofd.look}


def answer(asked: dict[str, str]) -> dict[str, Any]:
    """Return what was found out about a file (`path`, `name`), with its defect and why, None and empty for a sound one; thumbnails are written into `folder`."""
    path, name, folder = Path(asked["path"]), asked["name"], Path(asked["folder"])
    told = Told()
    told.say(file_name=name, size=path.stat().st_size)
    defect, why = None, ""
    try:
        _look(path, name, told)
    except Fault as fault:
        defect, why = fault.defect, fault.why
    except MemoryError:
        defect, why = "media_bomb", NO_MEMORY
    for one, content in told.thumbnails.items() if defect is None else ():
        (folder / one).write_bytes(content)
    return {"values": told.values, "defect": defect, "why": why, "thumbnails": sorted(told.thumbnails) if defect is None else []}


def _look(path: Path, name: str, told: Told) -> None:
    kind = kind_of(path)
    if kind == "empty":
        raise Fault("media_empty", "has no bytes")
    LOOKS[kind](path, told)
    if is_named_otherwise(name, told.values["container"]):
        raise Fault("media_name", f"is {told.values['container']} by its bytes, and something else by its name")


if __name__ == "__main__":
    sys.exit(answering(answer, MEMORY))
