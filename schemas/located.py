"""YAML read with the line each value stands on, so that a refusal can name file and line."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import yaml

from schemas.errors import Refused

Place = tuple[str | int, ...]
Part = TypeVar("Part")
# libyaml reads a contract ten times as fast as the loader written in Python; a build of PyYAML may lack it.
LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
LARGEST, BRACKETS, DEEPEST, VALUES = 1 << 20, 5_000, 30, 100_000  # bytes, '[' and '{', levels, values; the longest contract that ships has 21 KB, 196 brackets, 10 levels and 849 values
STAIRS = re.compile(r"(?:[-?] +){8}")  # lists begun within lists, all on one line
BOOLEAN, TEXT = "tag:yaml.org,2002:bool", "tag:yaml.org,2002:str"
CONSTRUCTOR = yaml.constructor.SafeConstructor


@dataclass(frozen=True)
class Source:
    """A contract file as it was written: its value, and the line of each place in it."""

    path: Path
    value: Any
    lines: Mapping[Place, int]

    def line(self, place: Place) -> int:
        """Return the line of a place, or of the nearest part around it that the file has."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)

    def refused(self, place: Place, sentence: str) -> Refused:
        """Return the refusal of what stands at a place, beginning with file and line."""
        return Refused(f"{self.path}:{self.line(place)}: {sentence}")

    def every(self, parts: Iterable[Callable[[], Part]]) -> list[Part]:
        """Read or check every part and return the results. Raises Refused with the mistakes of all parts, from the top of the file."""
        results: list[Part] = []
        refusals: list[Refused] = []
        for part in parts:
            try:
                results.append(part())
            except Refused as refused:
                refusals.append(refused)
        if refusals:
            raise self.together(refusals)
        return results

    def together(self, refusals: Iterable[Refused]) -> Refused:
        """Return one refusal of many: each mistake once, in a line of its own, from the top of the file."""
        start = re.compile(rf"(?:\A|\n)(?={re.escape(str(self.path))}:([0-9]+): )")
        found: dict[str, int] = {}
        for refused in refusals:
            _, *parts = start.split(str(refused))  # number, text, number, text …
            found |= {text: int(number) for number, text in zip(parts[::2], parts[1::2], strict=True)} or {str(refused): 0}
        return Refused("\n".join(sorted(found, key=lambda text: found[text])))


def source(path: Path) -> Source:
    """Read one YAML file. Raises Refused as `read` does."""
    return Source(path, *read(path))


def read(path: Path) -> tuple[Any, dict[Place, int]]:
    """Read one YAML file: its value, and for each place in it (keys and indexes from the root) the line, from 1.

    Raises Refused when the file is missing, is not UTF-8 or not YAML, or has a key twice in one mapping.
    """
    try:
        node = yaml.compose(_text(path), Loader=LOADER)
    except FileNotFoundError:
        raise Refused(f"{path}: there is no such file. Check the path; contracts end in .odcs.yaml.") from None
    except IsADirectoryError:
        raise Refused(f"{path}: is a folder. Name one contract in it, or none: `govlake lint` reads them all.") from None
    except UnicodeDecodeError as error:
        raise Refused(f"{path}: byte {error.start} is not UTF-8. Save the file as UTF-8.") from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise Refused(f"{path}:{line}: not YAML: {error.problem}. Check indentation and quotes there.") from None
    except yaml.YAMLError as error:
        raise Refused(f"{path}:1: not YAML: {str(error).splitlines()[0]}. Save the file as plain text.") from None
    if node is None:
        raise Refused(f"{path}:1: the file is empty. Copy an existing contract and change it.")
    lines: dict[Place, int] = {}
    return _value(node, (), lines, path), lines


def _text(path: Path) -> str:
    """The file's text. Raises Refused for what no contract can be: its reader, written in C, trusts what it reads."""
    if path.exists() and not path.is_file() and not path.is_dir():
        raise Refused(f"{path}: is a device or a pipe. Name a file.")
    with path.open("rb") as file:
        read = file.read(LARGEST + 1)
    if len(read) > LARGEST:
        raise Refused(f"{path}: is larger than {LARGEST >> 10} KiB, and no contract is. Check the path.")
    text = read.decode("utf-8")
    if sum(map(text.count, "[{")) > BRACKETS or STAIRS.search(text):
        raise Refused(f"{path}: opens more lists and mappings within one another than any contract does. Write lists and keys on lines of their own.")
    return text


def _value(node: yaml.Node, place: Place, lines: dict[Place, int], path: Path) -> Any:
    lines[place] = node.start_mark.line + 1
    if len(place) > DEEPEST or len(lines) > VALUES:
        way = ".".join(map(str, place[:4]))
        fact = f"is nested more than {DEEPEST} levels deep" if len(place) > DEEPEST else f"has more than {VALUES:,} values, names for others ('*') counted as what they stand for"
        raise Refused(f"{path}:{lines[place]}: {fact} at '{way}…', and no contract is. Write it out without '&' and '*'.")
    if isinstance(node, yaml.SequenceNode):
        return [_value(child, (*place, index), lines, path) for index, child in enumerate(node.value)]
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, place, lines, path)
    if node.tag == TEXT:
        return node.value
    if node.tag == BOOLEAN and node.value.lower() not in ("true", "false"):
        return node.value  # YAML 1.1 takes NO and ON for booleans, YAML 1.2 does not; both are headers people use
    try:
        return CONSTRUCTOR().construct_object(node)
    except (ValueError, yaml.YAMLError):  # a date such as 2019-02-30, a tag of another language
        raise Refused(f"{path}:{lines[place]}: '{node.value}' cannot be read. Put it in quotes.") from None


def _mapping(node: yaml.MappingNode, place: Place, lines: dict[Place, int], path: Path) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key_node, value_node in node.value:
        key = str(key_node.value)
        if key in found:
            raise Refused(f"{path}:{key_node.start_mark.line + 1}: key '{key}' stands twice. Remove one of them.")
        found[key] = _value(value_node, (*place, key), lines, path)
        lines[(*place, key)] = key_node.start_mark.line + 1
    return found
