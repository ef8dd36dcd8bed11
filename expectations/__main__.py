"""`python -m expectations TABLE`: judge one batch, asked for by one line on stdin.

Started while Spark still works, because importing Great Expectations takes seconds: it imports, prints nothing and
waits for {"measurement": path, "verdict": path}. Pass and hold both end with 0 and a verdict file, which is there whole
or not at all; a contract that cannot be read ends with 65, a wrong call with 64, a crash with 70, the reason on stderr.
"""

import gc
import json
import os
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TextIO

from schemas.errors import Failure
from schemas.load import load_one
from schemas.settings import Settings, settings

USAGE, SOFTWARE = 64, 70  # EX_USAGE, EX_SOFTWARE of sysexits.h
NOTHING = "\n"  # the line of an asker that has nothing to judge
# Great Expectations imports these when it finds them; the audit uses neither, and without them it starts 0.8 s sooner.
UNUSED = ("pyspark", "sqlalchemy")


def main(arguments: list[str], asked: TextIO, setting: Settings) -> int:
    """Judge the batch that `asked` names and return the exit code. An empty line says that there is nothing to judge, and so why already."""
    try:
        return _main(arguments, asked, setting)
    except Failure as failure:
        print(failure, file=sys.stderr)
        return failure.exit_code
    except Exception as crash:  # the boundary of the process: any fault of ours becomes one line and its exit code
        print(f"The audit of {' '.join(arguments)} crashed: {type(crash).__name__}: {crash}", file=sys.stderr)
        return SOFTWARE


def _main(arguments: list[str], asked: TextIO, setting: Settings) -> int:
    if len(arguments) != 1:
        print("Usage: python -m expectations TABLE, with the request as one line of JSON on stdin.", file=sys.stderr)
        return USAGE
    contract = load_one(setting.contracts, arguments[0])
    from expectations import audit, measurement, report  # seconds: after what can be refused at once

    line = asked.readline()
    if line == NOTHING:
        return 0
    if not line.strip():
        print(f"The audit of {contract.table} got no request. Nothing was judged.", file=sys.stderr)
        return USAGE
    request = json.loads(line)
    batch = measurement.read(Path(request["measurement"]))
    judgement = audit.judge(contract, batch)
    page = report.publish(setting.data_docs, contract, batch, judgement)
    _write(Path(request["verdict"]), {**asdict(judgement.verdict), "report": page})
    return 0


def _write(path: Path, verdict: dict[str, object]) -> None:
    partial = path.with_suffix(".partial")
    with open(partial, "w", encoding="utf-8") as handle:
        json.dump(verdict, handle, ensure_ascii=False)
        handle.flush()
        os.fsync(handle.fileno())
    partial.replace(path)


if __name__ == "__main__":
    sys.modules.update(dict.fromkeys(UNUSED))  # type: ignore[arg-type]
    gc.disable()  # a short life with two thousand modules: collecting while they load costs 0.3 s
    code = main(sys.argv[1:], sys.stdin, settings())
    sys.stderr.flush()
    os._exit(code)  # taking them down one by one costs 0.7 s, and the verdict is on disk
