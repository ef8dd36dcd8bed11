"""Who a checkpoint is: the name its writes go by."""

import json
import os
import uuid
from dataclasses import asdict, dataclass
from pathlib import Path

from schemas.errors import Refused

FILE = "origin.json"


@dataclass(frozen=True)
class Origin:
    """A checkpoint's own name. A lost checkpoint counts its batches from 0 again: a new name keeps Delta from skipping its writes.

    app: the txnAppId of its writes.
    """

    app: str


def origin(checkpoint: Path) -> Origin:
    """Return the origin of a checkpoint, made when the checkpoint is new.

    Raises Refused when the file can't be read: a guess could skip rows.
    """
    path = checkpoint / FILE
    if path.is_file():
        return _read(path)
    checkpoint.mkdir(parents=True, exist_ok=True)
    made = Origin(uuid.uuid4().hex)
    beside = path.with_suffix(".part")
    with open(beside, "w", encoding="utf-8") as file:
        json.dump(asdict(made), file)
        file.flush()
        os.fsync(file.fileno())
    beside.rename(path)
    return made


def _read(path: Path) -> Origin:
    try:
        return Origin(json.loads(path.read_text(encoding="utf-8"))["app"])
    except (ValueError, TypeError, KeyError):
        raise Refused(
            f"{path} can't be read. Nothing was written; records wait in Kafka. Move the folder {path.parent} away and start again: "
            "all records that Kafka still holds are read again, and those that are in the lake are not written twice."
        ) from None
