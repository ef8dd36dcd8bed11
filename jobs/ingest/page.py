"""What a government web page says of itself: title, dates, issuing body, numbers, site code, links and text."""

import json
import re
from collections.abc import Mapping
from urllib.parse import urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser

# Meta elements of the norm for government web sites (国办 政府网站发展指引), and labels of the head of a disclosed document.
METAS = {"title": ("ArticleTitle",), "published_on": ("PubDate",), "source": ("ContentSource",), "site_code": ("SiteIDCode",)}
LABELS = {
    "index_no": r"索\s*引\s*号", "document_no": r"(?:发\s*文\s*字\s*号|文\s*号)", "issuing_body": r"(?:发\s*文\s*机\s*关|发\s*布\s*机\s*构|发\s*文\s*单\s*位)",
    "published_on": r"(?:发\s*布\s*日\s*期|发\s*布\s*时\s*间)", "written_on": r"成\s*文\s*日\s*期", "site_code": r"(?:政府)?网站标识码",
}  # fmt: skip
LABELLED = {name: re.compile(rf"(?:^|[\s\[【|]){label}\s*[\]】]?\s*[:：]?\s*(.*)$") for name, label in LABELS.items()}
HEAD = re.compile("|".join(LABELS.values()))  # what a line has to have in it to be looked at for each of them
ANY_LABEL = re.compile("|".join(["主题分类", "主题词", "有效性", "标题", r"名\s*称", *LABELS.values()]))
VALUES = {
    "document_no": re.compile(r"[\u4e00-\u9fff]{1,12}\s?[〔［\[（(]\s?[0-9]{4}\s?[〕］\]）)]\s?(?:第\s?)?[0-9]{1,5}\s?号"),
    "site_code": re.compile(r"(?:bm[0-9]{8}|[0-9]{10})(?![0-9])"),
    "published_on": re.compile(r"[0-9]{4}(?:-[0-9]{1,2}-[0-9]{1,2}|年[0-9]{1,2}月[0-9]{1,2}日)"),
    "written_on": re.compile(r"[0-9]{4}(?:-[0-9]{1,2}-[0-9]{1,2}|年[0-9]{1,2}月[0-9]{1,2}日)"),
}
NO_TEXT = ["script", "style", "noscript", "template"]
NO_LINK = ("javascript", "mailto", "tel", "data")
Said = dict[str, str | None]


def said(text: str, url: str | None) -> Said:
    """Return what a page says, by name; None for what it does not say. links: a JSON list of whole addresses, each once.

    A value is taken where its meta element or its label stands; a document number is never looked for elsewhere in the text, where
    it would be that of another document.
    """
    tree = LexborHTMLParser(text)
    tree.strip_tags(NO_TEXT)
    lines = [" ".join(line.split()) for line in (tree.body.text(separator="\n") if tree.body else "").splitlines()]
    lines = [line for line in lines if line]
    found = _metas(tree)
    title = tree.css_first("title")
    heads = [place for place, line in enumerate(lines) if HEAD.search(line)]
    named: Said = {name: found.get(name) or _labelled(lines, heads, name) for name in LABELS}
    named["title"] = found.get("title") or (" ".join(title.text().split()) if title else None) or None
    named["source"] = found.get("source")
    return {**named, "links": _links(tree, url), "content": "\n".join(lines) or None}


def _metas(tree: LexborHTMLParser) -> Mapping[str, str]:
    given: dict[str, str] = {}
    for node in tree.css("meta[name]"):
        given.setdefault((node.attributes.get("name") or "").lower(), (node.attributes.get("content") or "").strip())
    found = {name: _value(name, given[key.lower()]) for name, keys in METAS.items() for key in keys if given.get(key.lower())}
    return {name: value for name, value in found.items() if value}


def _labelled(lines: list[str], heads: list[int], name: str) -> str | None:
    """The text behind a label: in its line, or in the next one, as cells of a table come. heads: lines that have a label."""
    for place in heads:
        found = LABELLED[name].search(lines[place])
        if found is None:
            continue
        text = found[1] or next(iter(lines[place + 1 : place + 2]), "")
        value = _value(name, text)
        if value:
            return value
    return None


def _value(name: str, text: str) -> str | None:
    if name in VALUES:
        found = VALUES[name].search(text)
        return "".join(found[0].split()) if found else None
    return text.strip() or None if name in METAS else ANY_LABEL.split(text)[0].strip(" :：|[]【】") or None


def _links(tree: LexborHTMLParser, url: str | None) -> str:
    links: dict[str, None] = {}
    for node in tree.css("a[href]"):
        href = (node.attributes.get("href") or "").strip()
        try:
            whole = urljoin(url or "", href)
            scheme = urlsplit(whole).scheme
        except ValueError:  # what stands there is no address
            continue
        if href and not href.startswith("#") and scheme not in NO_LINK:
            links[whole] = None
    return json.dumps(list(links), ensure_ascii=False)
