"""Media files are looked at in another process (jobs/ingest/media/probe.py)."""

from pathlib import Path
from typing import Any

from jobs.ingest.apart import Apart, shared

PROBE = "jobs.ingest.media.probe"


def looked_at(path: Path, name: str, folder: Path, by: Apart | None = None) -> dict[str, Any]:
    """Return what `probe.answer` says of a file; of one that ends the process, or takes too long, that it cannot be read. by: the process, when not the shared one."""
    found = (by or shared(PROBE)).ask({"path": str(path), "name": name, "folder": str(folder)})
    if isinstance(found, dict):
        return found
    return {"values": {"file_name": name, "size": str(path.stat().st_size)}, "defect": "media_unreadable", "why": found, "thumbnails": []}
