"""Pictures, read by Pillow: size, the time they were taken, and their fingerprint."""

from datetime import datetime
from pathlib import Path

from PIL import ExifTags, Image, UnidentifiedImageError

from jobs.ingest.media import fingerprint
from jobs.ingest.media.told import PIXELS, Fault, Told

FORMATS = ("JPEG", "PNG", "GIF", "BMP", "TIFF", "WEBP")  # the others of Pillow's are not asked for, and each is a parser more
ENOUGH = 1_024  # pixels: a JPEG is decoded at the smallest scale that has as many
DAMAGED = (OSError, SyntaxError, ValueError, IndexError, ZeroDivisionError)  # what Pillow's parsers raise
Image.MAX_IMAGE_PIXELS = None  # the limit is ours, below: it gives a reason


def look(path: Path, told: Told) -> None:
    """Tell everything about a picture. Raises Fault for one that cannot be read to its end."""
    try:
        with Image.open(path, formats=FORMATS) as picture:
            kind = (picture.format or "").lower()
            told.say(kind="image", container=kind, codec=kind, width=picture.width, height=picture.height)
            if picture.width * picture.height > PIXELS:
                raise Fault("media_bomb", f"has {picture.width} x {picture.height} pixels, more than {PIXELS}")
            picture.draft("RGB", (ENOUGH, ENOUGH))
            picture.load()
            told.say(recorded_at=_taken(picture))  # only now: of a PNG, to ask for it is to load the picture
            told.say(image_hash=fingerprint.of_picture(picture))
    except UnidentifiedImageError:
        raise Fault("media_unreadable", "begins as a picture and is none") from None
    except DAMAGED:
        raise Fault("media_cut", "is a picture that cannot be read to its end") from None


def _taken(picture: Image.Image) -> str | None:
    """The time in its EXIF: local, without a zone, as the camera's clock had it."""
    said = picture.getexif().get_ifd(ExifTags.IFD.Exif).get(ExifTags.Base.DateTimeOriginal)
    try:
        return datetime.strptime(str(said).strip("\0 "), "%Y:%m:%d %H:%M:%S").isoformat(" ")
    except ValueError:
        return None
