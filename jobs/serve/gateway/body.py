"""A request's body -> the message that is sent to the stream; what is wrong with it is said before anything is sent."""

import hashlib
import json
import re
import uuid
from dataclasses import dataclass
from typing import Any

from jobs.serve.gateway import problem
from jobs.serve.gateway.problem import Declined
from jobs.serve.gateway.tokens import Office
from schemas.codes import code_list

LARGEST = 256 * 1024  # bytes; a request with every column of the widest contract full is below 20 KiB
LONGEST_NAME = 200  # characters of a subject's name or a purpose
LONGEST_KEY = 200  # characters; the longest column of a contract has some forty, and the stream reads none of more than 50,000
ID, MATERIALS = "request_id", "materials"
PLAIN_ID = re.compile(r"[A-Za-z0-9._:-]{1,64}")
LOOKUP = ("subject", "purpose")


@dataclass(frozen=True)
class Question:
    """One request as it is sent. route: instant or credit.  value: JSON in UTF-8, the same bytes for the same content."""

    route: str
    request_id: str
    office: str
    value: bytes

    @property
    def key(self) -> tuple[str, str]:
        """What an answer is found by."""
        return self.route, self.request_id

    @property
    def digest(self) -> str:
        """The sha256 of the bytes sent."""
        return hashlib.sha256(self.value).hexdigest()


def instant(raw: bytes, office: Office) -> Question:
    """Return the request for an instant item that a body holds. Raises Declined.

    Columns are texts or null; whether the contract knows them, and what is wrong with them, is the stream's to say.
    """
    given = parsed(raw)
    request_id = _request_id(given)
    materials = given.get(MATERIALS)
    if materials is not None and not (isinstance(materials, list) and all(isinstance(one, str) for one in materials)):
        raise Declined(problem.BAD_MATERIALS)
    for name, value in given.items():
        if name != MATERIALS and value is not None and not isinstance(value, str):
            raise Declined(problem.not_text(name))
    return Question("instant", request_id, office.name, _encoded({**given, ID: request_id}))


def credit(raw: bytes, office: Office) -> Question:
    """Return the look-up that a body holds; who asks is the token's office. Raises Declined."""
    given = parsed(raw)
    request_id = _request_id(given)
    if "asker" in given:
        raise Declined(problem.HAS_ASKER)
    for name in given:
        if name not in (ID, *LOOKUP):
            raise Declined(problem.unknown_key(name))
    for name in LOOKUP:
        if not (isinstance(given.get(name), str) and 1 <= len(given[name].strip()) <= LONGEST_NAME):
            raise Declined(problem.missing(name))
    known = tuple(code.code for code in code_list("credit_purpose"))
    if given["purpose"] not in (*known, *office.purposes):
        raise Declined(problem.unknown_purpose(office.purposes, known))
    if given["purpose"] not in office.purposes:
        raise Declined(problem.purpose_not_granted(office.purposes))
    return Question("credit", request_id, office.name, _encoded({**given, ID: request_id, "asker": office.name}))


def parsed(raw: bytes) -> dict[str, Any]:
    """Return a body as an object. Raises Declined for what is not one JSON object in UTF-8 with each key once."""
    if len(raw) > LARGEST:
        raise Declined(problem.TOO_LARGE)
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise Declined(problem.NOT_UTF8) from None
    try:
        value = json.loads(text, object_pairs_hook=_once, parse_constant=_not_a_number)
    except RecursionError:
        raise Declined(problem.TOO_DEEP) from None
    except ValueError:
        raise Declined(problem.NOT_JSON) from None
    if not isinstance(value, dict):
        raise Declined(problem.NOT_OBJECT)
    if any(len(name) > LONGEST_KEY for name in value):
        raise Declined(problem.LONG_KEY)
    return value


def is_request_id(text: object) -> bool:
    """Whether this can be a request_id."""
    return isinstance(text, str) and PLAIN_ID.fullmatch(text) is not None


def _request_id(given: dict[str, Any]) -> str:
    request_id = given.get(ID)
    if request_id is None:
        return uuid.uuid4().hex
    if not is_request_id(request_id):
        raise Declined(problem.BAD_ID)
    return str(request_id)


def _encoded(message: dict[str, Any]) -> bytes:
    # Sorted, so that asking again gives the same bytes whatever the order of the keys.
    text = json.dumps(message, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        raise Declined(problem.NOT_UNICODE) from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Declined(problem.TWICE)
    return found


def _not_a_number(text: str) -> None:
    raise ValueError(text)  # NaN and Infinity are no JSON, though Python reads them
