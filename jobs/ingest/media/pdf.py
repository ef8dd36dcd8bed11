"""PDF documents, read by PDFium: pages, title and text."""

from pathlib import Path

import pypdfium2 as pdfium
from pypdfium2 import raw

from jobs.ingest.media.told import TEXT, Fault, Told

PAGES = 5_000  # of which the text is read
CUT_OFF = ("media_cut", "ends without the end of a PDF")
END, TAIL = b"%%EOF", 2_048  # bytes in which the end must stand: some programs write a little behind it


def look(path: Path, told: Told) -> None:
    """Tell everything about a PDF. Raises Fault for one that is locked, cut off, or no PDF."""
    told.say(kind="document", container="pdf")
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - TAIL))
        is_whole = END in file.read()
    try:
        with pdfium.PdfDocument(path) as document:
            told.say(pages=len(document), title=(document.get_metadata_value("Title").strip() or None))
            text = _text(document)
    except pdfium.PdfiumError as error:
        raise _fault(error) if is_whole else Fault(*CUT_OFF) from None
    told.say(content=text or None)
    if not is_whole:
        raise Fault(*CUT_OFF)


def _fault(error: pdfium.PdfiumError) -> Fault:
    if error.err_code in (raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY):
        return Fault("media_locked", "is a PDF that a password protects")
    return Fault("media_unreadable", "is a PDF that cannot be read")


def _text(document: pdfium.PdfDocument) -> str:
    parts: list[str] = []
    left = TEXT
    for number in range(min(len(document), PAGES)):
        page = document[number]
        found = page.get_textpage().get_text_bounded().replace("\r\n", "\n").replace("\0", "").strip()
        page.close()
        parts.append(found[:left])
        left -= len(parts[-1])
        if left <= 0:
            break
    return "\n".join(part for part in parts if part)
