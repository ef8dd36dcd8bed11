"""`python -m jobs.ingest.pages`: reads one web page after another, in a process of its own.

Reading HTML takes time by the square of elements in one another or attributes in one tag, and memory by that of open <b> and <font>:
60 KB can take 1.6 GB. What a page may take is limited here.
"""

import sys
from typing import Any

from jobs.ingest.apart import answering, shared
from jobs.ingest.page import Said, said

MEMORY = 2 << 30  # bytes of address space; 16 MiB of ordinary elements take less than half
CPU_SECONDS = 20  # for one page; 16 MiB of ordinary elements take two
SMALL = 8 << 10  # characters that can do no harm (a tenth of a second, 130 MB at worst), and are read sooner than handed over


def read(text: str, url: str | None) -> Said | None:
    """Return what `page.said` says, read in the other process unless it is short; None of a page that takes more time or memory than a page may."""
    if len(text) <= SMALL:
        return said(text, url)
    found = shared(__name__).ask({"text": text, "url": url})
    return None if isinstance(found, str) else found["said"]


def answer(asked: dict[str, Any]) -> dict[str, Any]:
    """Return what a page says under `said`; None when the memory is not enough."""
    try:
        return {"said": said(asked["text"], asked["url"])}
    except MemoryError:
        return {"said": None}


if __name__ == "__main__":
    sys.exit(answering(answer, MEMORY, CPU_SECONDS))
