"""An environment of quixstreams' own, since its pins need not fit the product's: made below build/ from the lock beside this file."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

from schemas.settings import ROOT

OWN = {"UV_PYTHON_DOWNLOADS": "never", "UV_NATIVE_TLS": "true"}  # as infra/setup.sh: an office has a certificate authority of its own
LOCK, UV, HOME = Path(__file__).with_name("quix.txt"), ROOT / "build" / "uv" / "bin" / "uv", ROOT / "build" / "quix"


def python() -> str:
    """Return its Python; the environment is made anew when the lock has changed."""
    key, made, found = hashlib.sha256(LOCK.read_bytes()).hexdigest(), HOME / "lock.key", HOME / "bin" / "python"
    if not made.is_file() or made.read_text(encoding="utf-8") != key:
        for step in (["venv", "--clear", "--python", sys.executable, HOME], ["pip", "sync", "--python", found, "--require-hashes", "--compile-bytecode", LOCK]):
            subprocess.run([UV, *step, "--quiet"], check=True, env={**os.environ, **OWN})
        made.write_text(key, encoding="utf-8")
    return str(found)
