"""What a file is by its first bytes, and the ends of names that go with each kind."""

from pathlib import Path

HEAD = 1_100  # bytes: a PDF may have up to 1,024 of something else before its mark
PICTURES = ((b"\xff\xd8\xff", "jpeg"), (b"\x89PNG\r\n\x1a\n", "png"), (b"GIF8", "gif"), (b"BM", "bmp"), (b"II*\0", "tiff"), (b"MM\0*", "tiff"))
FILMS = ((0, b"\x1a\x45\xdf\xa3"), (0, b"fLaC"), (0, b"OggS"), (0, b"RIFF"), (0, b"ID3"), (0, b"FLV\x01"), (4, b"ftyp"), (4, b"moov"), (4, b"mdat"))  # place and mark
# By container, as FFmpeg and Pillow name them; a container of which nothing stands here may have any name.
ENDS = {
    "mp4": (".mp4", ".m4a", ".m4v", ".mov", ".3gp", ".3g2", ".mj2", ".qt"), "matroska": (".mkv", ".mka", ".webm"), "mp3": (".mp3",), "wav": (".wav", ".wave"),
    "flac": (".flac",), "ogg": (".ogg", ".oga", ".ogv", ".opus"), "aac": (".aac",), "avi": (".avi",), "mpegts": (".ts", ".mts", ".m2ts"), "mpeg": (".mpg", ".mpeg", ".vob", ".ps"),
    "flv": (".flv",), "asf": (".asf", ".wmv", ".wma"), "amr": (".amr",), "jpeg": (".jpg", ".jpeg"), "png": (".png",), "gif": (".gif",), "bmp": (".bmp",),
    "tiff": (".tif", ".tiff"), "webp": (".webp",), "pdf": (".pdf",), "ofd": (".ofd",),
}  # fmt: skip


def kind_of(path: Path) -> str:
    """Return 'picture', 'pdf', 'ofd', or 'film' for what only FFmpeg can tell; 'empty' for a file without a byte."""
    with path.open("rb") as file:
        head = file.read(HEAD)
    if not head:
        return "empty"
    if any(head.startswith(mark) for mark, _ in PICTURES) or (head[:4], head[8:12]) == (b"RIFF", b"WEBP"):
        return "picture"
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return "ofd"
    return "pdf" if b"%PDF-" in head else "film"


def begins_as_film(path: Path) -> bool:
    """Tell whether a file has the mark of an audio or video container, though it may lack the rest."""
    with path.open("rb") as file:
        head = file.read(16)
    return any(head[place:].startswith(mark) for place, mark in FILMS)


def is_named_otherwise(name: str, container: str) -> bool:
    """Tell whether the end of a name is that of another kind; a name without an end says nothing."""
    end = Path(name).suffix.lower()
    known = {one for ends in ENDS.values() for one in ends}
    return end in known and end not in ENDS.get(container, (end,))
