"""An environment of quixstreams' own, since its pins need not fit the product's: made below build/ from the lock beside this file."""

import hashlib
import subprocess
import sys
from pathlib import Path

from schemas.settings import ROOT

LOCK, UV, HOME = Path(__file__).with_name("quix.txt"), ROOT / "build" / "uv" / "bin" / "uv", ROOT / "build" / "quix"


def python() -> str:
    """Return its Python; the environment is made anew when the lock has changed."""
    key, made, found = hashlib.sha256(LOCK.read_bytes()).hexdigest(), HOME / "lock.key", HOME / "bin" / "python"
    if not made.is_file() or made.read_text(encoding="utf-8") != key:
        subprocess.run([UV, "venv", "--quiet", "--clear", "--python", sys.executable, HOME], check=True)
        subprocess.run([UV, "pip", "sync", "--quiet", "--python", found, "--require-hashes", "--compile-bytecode", LOCK], check=True)
        made.write_text(key, encoding="utf-8")
    return str(found)
