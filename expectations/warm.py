"""`python -m expectations.warm`: audits as copies of one process that has Great Expectations loaded already.

Loading it costs an audit ten times what the judging does. It is loaded for the first audit, and given back when none came
for a while. An audit behaves as `python -m expectations TABLE` does: same input, same words on the asker's stderr, same code.
"""

import gc
import json
import os
import signal
import socket
import sys
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from expectations.__main__ import UNUSED, main
from schemas import sockets
from schemas.settings import Settings, settings

IDLE_SECONDS = 90.0
MOST_BYTES = 65_536  # of a request: a table's name and the settings it is judged under


def serve(setting: Settings) -> None:
    """Answer until none came for a while, then begin anew as a fresh process with nothing loaded."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the copies: they answer their asker themselves
    door = sockets.listen(setting.audit_socket)
    try:
        while True:
            wire, _ = door.accept()
            with wire, suppress(OSError):  # of an asker that is gone, or says nothing
                wire.settimeout(1.0)
                _copy(wire)
            door.settimeout(IDLE_SECONDS)
    except TimeoutError:
        setting.audit_socket.unlink()
    os.execv(sys.executable, sys.orig_argv)


def _copy(wire: socket.socket) -> None:
    """Take one request, say so with a dot, and answer it in a copy of this process."""
    said, given, _, _ = socket.recv_fds(wire, MOST_BYTES, 2)
    if len(given) == 2:
        wire.sendall(b".")
        _load()
        if os.fork() == 0:
            _answer(wire, json.loads(said), given)
    for descriptor in given:
        os.close(descriptor)


def _answer(wire: socket.socket, request: Mapping[str, Any], given: list[int]) -> None:
    """Judge, send the exit code, and end. given: where the question comes from, and where words go."""
    code = 70
    try:
        os.dup2(given[1], sys.stderr.fileno())
        with os.fdopen(given[0], encoding="utf-8") as asked:
            code = main([request["table"]], asked, settings(request["environment"]))
        wire.sendall(str(code).encode())
    finally:
        sys.stderr.flush()
        os._exit(code)


def _load() -> None:
    from expectations import audit, measurement, report  # noqa: F401

    gc.freeze()  # so that a copy's collections do not copy every page


if __name__ == "__main__":
    sys.modules.update(dict.fromkeys(UNUSED))  # type: ignore[arg-type]
    gc.disable()
    serve(settings())
