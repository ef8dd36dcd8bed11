"""The sentence about a file that cannot be read: fact, what state we are in, next step. The place is put in front."""

from schemas.errors import Refused


def landed(path: str) -> str:
    """Return where a file lies as a sentence names it. path: relative to landing.  Line breaks and what else can't be printed are written out."""
    return "landing/" + "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in path)


def stays(fact: str, step: str) -> str:
    """Return the sentence of a file that was refused whole and left where it is."""
    return f"{fact}. Nothing was read; the file stays in landing. {step}"


def refuse(fact: str, step: str) -> Refused:
    """Return the failure to raise for a file; whoever knows the file's name puts it in front."""
    return Refused(stays(fact, step))
