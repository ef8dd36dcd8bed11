"""Unix sockets between the programs of one installation, which only its own user can open."""

import hashlib
import os
import socket
import tempfile
from pathlib import Path

LONGEST = 100  # sun_path holds 108 bytes, and supervisor binds to a longer name first


def place(folder: Path, name: str) -> Path:
    """Return the path of a socket; in the temporary folder when the folder's own path is too long for one."""
    near = folder / name
    if len(str(near)) <= LONGEST:
        return near
    mark = hashlib.sha256(str(near).encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"govlake-{os.getuid()}-{mark}.sock"


def listen(path: Path) -> socket.socket:
    """Listen at a path where only this user can connect; what was there is replaced."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    door = socket.socket(socket.AF_UNIX)
    before = os.umask(0o177)
    try:
        door.bind(str(path))
    finally:
        os.umask(before)
    door.listen()
    return door


def reach(path: Path, patience: float) -> socket.socket | None:
    """Connect; None when nobody listens, or somebody else's program does. patience: seconds until an answer must have come."""
    wire = socket.socket(socket.AF_UNIX)
    wire.settimeout(patience)
    try:
        if path.stat().st_uid == os.getuid():
            wire.connect(str(path))
            return wire
    except (FileNotFoundError, ConnectionError):
        pass
    wire.close()
    return None
