"""Made media: a PDF, one behind a password, a zip of recordings with a manifest, and a picture made smaller, as the same one comes in twice.

python tests/data/made/media.py LANDING
"""

import csv
import hashlib
import io
import sys
import zipfile
from pathlib import Path

from PIL import Image

DATE = "2026-03-02"
PDF, LOCKED, DELIVERY = "made-notice.pdf", "made-locked.pdf", "made-recordings.zip"
PICTURE, SMALLER = "cover.jpg", "made-smaller-cover.jpg"
TITLE = "示例市人民政府关于示例事项的通知（测试数据）"
LINES = ("示例市人民政府关于示例事项的通知", "各区人民政府：", "现将有关事项通知如下。本文件为测试数据。")
# What a department says of the recordings it hands over; the files are samples of others, see ORIGIN.md beside the zip.
SAID = (
    ("tessst.mp3", {"device_id": "330106-MIC-001", "place_code": "330106", "recorded_at": "2026-03-01 09:15:00", "retention_until": "2026-06-01", "contains_face": "否"}),
    ("mp4-with-audio.mp4", {"device_id": "330106-CAM-017", "place_code": "330106", "recorded_at": "2026-03-01 09:16:30", "retention_until": "2026-06-01", "contains_face": "否"}),
)  # fmt: skip


def pdf(pages: int = 2, *, is_locked: bool = False) -> bytes:
    """A PDF of Chinese text in a font that readers have; a locked one only says that a password protects it."""
    text = "\n".join(f"BT /F1 16 Tf 72 {760 - 30 * n} Td <{line.encode('utf-16-be').hex()}> Tj ET" for n, line in enumerate(LINES)).encode()
    kids = " ".join(f"{7 + n} 0 R" for n in range(pages))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {pages} >>".encode(),
        b"<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H /DescendantFonts [4 0 R] >>",
        b"<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 2 >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(text), text),
        f"<< /Title <feff{TITLE.encode('utf-16-be').hex()}> >>".encode(),
        *[b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >> /Contents 5 0 R >>"] * pages,
    ]
    lock = " /Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <{}> /U <{}> >>".format("ab" * 32, "cd" * 32) if is_locked else ""
    body, places = bytearray(b"%PDF-1.4\n"), []
    for number, one in enumerate(objects, start=1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    end = f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R /Info 6 0 R /ID [<00> <00>]{lock} >>\nstartxref\n{len(body)}\n%%EOF\n"
    return bytes(body) + f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}".encode() + end.encode()


def delivery(members: dict[str, bytes]) -> bytes:
    """A zip of files with a manifest that says device, place, time and more of each."""
    said, text = dict(SAID), io.StringIO()
    writer = csv.DictWriter(text, ["name", "sha256", "records", *SAID[0][1]], lineterminator="\n")
    writer.writeheader()
    writer.writerows({"name": name, "sha256": hashlib.sha256(content).hexdigest(), "records": 1, **said[name]} for name, content in members.items())
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_STORED) as file:
        for name, content in {"manifest.csv": text.getvalue().encode(), **members}.items():
            file.writestr(zipfile.ZipInfo(name, (2026, 3, 2, 0, 0, 0)), content)
    return written.getvalue()


def smaller(picture: bytes) -> bytes:
    """The picture as somebody sends it on: fewer points, written anew, so that no byte is the same."""
    written = io.BytesIO()
    Image.open(io.BytesIO(picture)).resize((160, 160)).save(written, "JPEG", quality=60)
    return written.getvalue()


if __name__ == "__main__":
    landing = Path(sys.argv[1])
    for name, content in ((PDF, pdf()), (LOCKED, pdf(1, is_locked=True))):
        (landing / "internet" / "public_document" / DATE / name).write_bytes(content)
    folder = landing / "social" / "media_item" / DATE
    with zipfile.ZipFile(folder / DELIVERY) as file:  # the samples in it stay as they are
        members = {name: file.read(name) for name, _ in SAID}
    (folder / DELIVERY).write_bytes(delivery(members))
    (folder / SMALLER).write_bytes(smaller((folder / PICTURE).read_bytes()))
