"""Small samples of every source format to be spoilt: heads of the shipped ones, each with the contract that it is delivered under."""

import gzip
import io
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random

from schemas.contract import Contract
from schemas.load import load_all
from schemas.settings import ROOT
from schemas.template import ExcelTemplate, FixedTemplate, Span, SqlTemplate, XmlTemplate
from tests.data.made import media, stations
from tests.ingest.cases import QUALITY, column, contract
from tests.soak.mutations import mutated

LANDING = ROOT / "tests" / "data" / "landing"
SMALL = 3_000  # bytes of a text's head: a header and some rows
KNOWN = load_all(ROOT / "schemas")


@dataclass(frozen=True)
class Variant:
    """Samples of one contract. name: of the file that is landed."""

    contract: Contract
    name: str
    samples: tuple[bytes, ...]


def _head(path: Path) -> bytes:
    """The first whole lines of a file, unpacked."""
    content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return content[: content.rfind(b"\n", 0, SMALL) + 1] or content[:SMALL]


def _shipped(source_format: str) -> Iterator[tuple[Contract, list[Path]]]:
    for table, known in KNOWN.items():
        paths = sorted(path for path in LANDING.glob(f"*/{table}/*/*") if path.is_file())
        if known.source_format == source_format and paths:
            yield known, paths


@cache
def csv() -> tuple[Variant, ...]:
    """The heads of every shipped CSV, and the torture files."""
    shipped = [Variant(known, "a.csv", tuple(map(_head, paths))) for known, paths in _shipped("csv")]
    torture = [path.read_bytes() for path in sorted(QUALITY.glob("*/**/*.csv")) if path.stat().st_size < SMALL]
    pages = [path.read_bytes()[:SMALL] for path in sorted(QUALITY.glob("encoding-*/**/*.*")) if path.name != "ORIGIN.md"]
    return *shipped, Variant(contract("no_such_column"), "a.csv", tuple(torture)), Variant(contract("no_such_column"), "a.txt", tuple(pages))


@cache
def jsonl() -> tuple[Variant, ...]:
    """The heads of the shipped JSON lines, and a line of everything that JSON has."""
    every = b'{"code":"1","nested":{"a":[1,2.50,1e3,null,true]},"text":"\\u4e00\\ud840\\udc00\\n","empty":"","none":null}\n{"code":"2"}\n'
    return *(Variant(known, "a.jsonl", tuple(map(_head, paths))) for known, paths in _shipped("jsonl")), Variant(contract("code", "text", source_format="jsonl"), "a.jsonl", (every,))


@cache
def fixed() -> tuple[Variant, ...]:
    """Lines of a fixed width, counted in bytes and in characters."""
    columns = (column("code", span=Span(1, 3)), column("name", span=Span(4, 6)), column("amount", span=Span(12, 5)))
    text = "HDR20260302\n001企业甲  00012\n002ab    --  9.5\n003丙      99999\r\nTRL00003\n"
    wide = "HDR\n001企业甲     00012\n002企业乙丙丁戊  9.5\nTRL\n"
    return (
        Variant(contract(*columns, source_format="fixed", template=FixedTemplate("bytes", ("HDR", "TRL"))), "a.txt", (text.encode("gb18030"), text.encode())),
        Variant(contract(*columns, source_format="fixed", template=FixedTemplate("characters", ("HDR", "TRL"))), "a.txt", (wide.encode(), wide.encode("gb18030"), wide.encode("utf-16"))),
    )


@cache
def xml() -> tuple[Variant, ...]:
    """Records of an exchange, flat, nested, with attributes and name spaces."""
    kind = contract("code", column("name", title="名称"), "a/b", source_format="xml", template=XmlTemplate("row", ("count",)))
    plain = '<?xml version="1.0" encoding="UTF-8"?>\n<data><count>2</count><row><code>1</code><名称>甲</名称></row><row><code>2</code></row></data>'
    rich = "<n:data xmlns:n='urn:x'><row id='7'>beside<a><b>1</b><c><![CDATA[<1>]]>&amp;&#x4e00;</c></a><code/></row><!-- x --><row><code> 01 </code></row></n:data>"
    return (Variant(kind, "a.xml", (plain.encode(), rich.encode(), plain.replace("UTF-8", "GB18030").encode("gb18030"), plain.replace(' encoding="UTF-8"', "").encode("utf-16"))),)


@cache
def sql() -> tuple[Variant, ...]:
    """Heads of the shipped dump, and of small ones in both dialects."""
    mysql = "-- dump\n/*!40101 SET NAMES utf8 */;\nCREATE TABLE `policy` (`id` int, `title` text, KEY (`id`));\nINSERT INTO other (a) VALUES (1),(2);\nINSERT INTO `policy` VALUES (1,'甲\\'s \\n'),(-2.5,NULL),(0x41,'x''y');\nDELIMITER ;;\nCREATE TRIGGER a BEGIN END;;\nDELIMITER ;\n"
    postgresql = "SET x = 1;\nCREATE TABLE public.policy (id integer, title text);\nCOPY public.policy (id, title) FROM stdin;\n1\t甲\\n\\t\n2\t\\N\n\\.\nINSERT INTO policy (id, title) VALUES (3, E'a\\'b'), (4, $$x$$);\n"
    kinds = [Variant(contract("id", "title", source_format="sql", template=SqlTemplate("policy", dialect)), "a.sql", (text.encode(),)) for dialect, text in (("mysql", mysql), ("postgresql", postgresql))]  # type: ignore[arg-type]
    return *kinds, *(Variant(known, "a.sql", tuple(map(_whole_statements, paths))) for known, paths in _shipped("sql"))


def _whole_statements(path: Path) -> bytes:
    content = gzip.decompress(path.read_bytes())
    return content[: content.find(b";\n", 2 * SMALL) + 2] or content


@cache
def html() -> tuple[Variant, ...]:
    """A page with all that is read of one, in three charsets."""
    page = (
        '<html><head><meta charset="{0}"><meta name="ArticleTitle" content="关于印发的通知"><meta name="PubDate" content="2026-03-01 10:00"><meta name="SiteIDCode" content="3300000001"><title>通知</title>'
        "<script>var a = '<p>';</script></head><body><table><tr><td>索引号：</td><td>1133/2026-001</td></tr><tr><td>发文字号：</td><td>浙政发〔2026〕1号</td></tr></table>"
        '<p>成文日期：2026年2月28日</p><a href="../a.html?b=1#c">甲</a><a href="http://[bad">乙</a></body></html>'
    )  # fmt: skip
    pages = tuple(page.format(charset).encode(charset, "xmlcharrefreplace") for charset in ("utf-8", "gb18030", "big5hkscs"))
    return (Variant(contract("title", "content", "links", source_format="html"), "a.html", pages),)


@cache
def warc() -> tuple[Variant, ...]:
    """The small published archives, unpacked, and the made crawl."""
    folder = ROOT / "tests" / "data" / "warc"
    found = [path.read_bytes() for path in sorted(folder.iterdir()) if path.suffix in (".warc", ".arc") and path.stat().st_size < 4 * SMALL]
    made = gzip.decompress(next(LANDING.glob("internet/crawled_page/*/*.warc.gz")).read_bytes())[: 4 * SMALL]
    return (Variant(KNOWN["crawled_page"], "a.warc", (*found, made)),)


@cache
def hj212() -> tuple[Variant, ...]:
    """Packets of a capture, by factor and by packet."""
    hours = stations.hours(Random(1))
    captures = tuple(b"".join(hours[at : at + 4]) for at in range(0, 24, 4))
    return Variant(KNOWN["station_value"], "a.hj212", captures), Variant(contract("MN", "DataTime", source_format="hj212"), "a.hj212", captures)


@cache
def packet() -> tuple[Variant, ...]:
    """Single packets."""
    return (Variant(KNOWN["station_value"], "a.hj212", tuple(stations.hours(Random(2))[:24])),)


@cache
def workbook() -> tuple[Variant, ...]:
    """The shipped workbook and the published torture files that are small."""
    kind = contract("no_such_column", source_format="excel", template=ExcelTemplate(sheets=(1,)))
    by_end = {end: tuple(path.read_bytes() for path in sorted(QUALITY.glob(f"*/*{end}")) if path.stat().st_size < 20_000) for end in (".xlsx", ".xls", ".xlsb", ".ods")}
    shipped = [Variant(known, "a.xlsx", tuple(path.read_bytes() for path in paths)) for known, paths in _shipped("excel")]
    return *shipped, *(Variant(kind, f"a{end}", samples) for end, samples in by_end.items())


@cache
def film() -> tuple[Variant, ...]:
    """The shipped recordings and pictures, those of more than 60 KB by their head."""
    paths = [path for path in sorted(LANDING.glob("social/media_item/*/*")) if path.suffix not in (".zip", ".md")]
    return tuple(Variant(KNOWN["media_item"], path.name, (path.read_bytes(),)) for path in paths if path.stat().st_size > 0)


@cache
def document() -> tuple[Variant, ...]:
    """The shipped and made PDF and OFD documents."""
    paths = [path for path in sorted(LANDING.glob("internet/public_document/*/*")) if path.stat().st_size < 10_000 and path.suffix != ".md"]
    return *(Variant(KNOWN["public_document"], f"a{path.suffix}", (path.read_bytes(),)) for path in paths), Variant(KNOWN["public_document"], "b.pdf", (media.pdf(),))


def zipped(members: Mapping[str, bytes]) -> bytes:
    """A zip of these members, the same bytes at any time of the day."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as made:
        for name, data in members.items():
            made.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return target.getvalue()


def rezipped(rng: Random, content: bytes) -> bytes | None:
    """A zip with one of its members spoilt, its check sums and sizes right again; None for what is no zip, or a broken one."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as source:
            members = {name: source.read(name) for name in source.namelist()}
    except (zipfile.BadZipFile, zlib.error, RuntimeError):
        return None
    chosen = rng.choice(list(members))
    return zipped({**members, chosen: mutated(rng, [members[chosen]])})
