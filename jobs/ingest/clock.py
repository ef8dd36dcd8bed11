"""Whether a device's clock can be believed: when a packet says that it was sent, against when it came and what it speaks of."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone

from schemas.template import Hj212Template

REASON = "packet_clock"
BEIJING = timezone(timedelta(hours=8))
SECONDS = 14  # digits of a QN down to the second


def instant(milliseconds: bytes) -> datetime:
    """Return the instant of a mark."""
    return datetime.fromtimestamp(int(milliseconds) / 1000, UTC)


def is_off(fields: Mapping[str, str], came: datetime | None, template: Hj212Template) -> bool:
    """Whether the clock that wrote the packet was off by more than the contract allows.

    It was when QN lies too long after or before the moment the packet came (None: nobody knows it, as of a file), or DataTime too long after QN:
    nobody reports an hour that has not been. An old DataTime with a new QN is late data and no fault.  A QN or DataTime that is none is the contract's business.
    """
    ahead, behind = template.clock_ahead, template.clock_behind
    sent = _moment(fields.get("QN", "")) if ahead or behind else None
    if sent is None:
        return False
    of = _moment(fields.get("DataTime", ""))
    if ahead is not None and (_is_later(sent, came, ahead) or _is_later(of, sent, ahead)):
        return True
    return behind is not None and _is_later(came, sent, behind)


def _is_later(one: datetime | None, other: datetime | None, minutes: int) -> bool:
    return one is not None and other is not None and one - other > timedelta(minutes=minutes)


def _moment(text: str) -> datetime | None:
    if not (text.isascii() and text.isdigit() and len(text) >= SECONDS):
        return None
    try:
        return datetime(int(text[:4]), int(text[4:6]), int(text[6:8]), int(text[8:10]), int(text[10:12]), int(text[12:14]), tzinfo=BEIJING)  # strptime takes four times as long
    except ValueError:
        return None
