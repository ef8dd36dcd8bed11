"""Make a small WARC file of pages of sites that are not there: python tests/data/made/crawl.py OUT_DIR. Equal runs give equal bytes."""

import gzip
import sys
from pathlib import Path

NAME = "made-crawl.warc.gz"
DATE = "2026-03-02"
# address, codec of the bytes, HTTP header, charset in the page, answer
PAGES = (
    ("1", "utf-8", "text/html; charset=utf-8", "utf-8", "200 OK"),
    ("2", "gb18030", "text/html", "gb2312", "200 OK"),
    ("3", "gb18030", "text/html; charset=ISO-8859-1", "gbk", "200 OK"),
    ("4", "utf-8", "text/html; charset=gb2312", "gb2312", "200 OK"),
    ("5", "big5hkscs", "text/html; charset=Big5", "", "200 OK"),
    ("6", "gb18030", "text/html", "", "200 OK"),
    ("7", "utf-8", "text/html", "", "404 Not Found"),
    ("8", "utf-8", "application/json", "", "200 OK"),
)
PAGE = """<html><head>{meta}<title>示例市人民政府关于第{n}号示例事项的通知</title></head><body>
<table><tr><td>索 引 号：</td><td>000014349/2026-0000{n}</td></tr><tr><td>发文机关：</td><td>示例市人民政府</td></tr>
<tr><td>发文字号：</td><td>示政发〔2026〕{n}号</td><td>发布日期：</td><td>2026年2月{n}日</td></tr></table>
<p>各区人民政府：现将有关事项通知如下。</p><a href="{n}.pdf">附件</a><p>政府网站标识码：1101020002</p></body></html>"""
BIG5 = """<html><head><title>範例市政府關於第{n}號事項的公告</title></head><body><p>茲公告如下。</p></body></html>"""


def record(kind: str, number: int, head: str, body: bytes) -> bytes:
    """One WARC record, a gzip member of its own."""
    lines = ["WARC/1.1", f"WARC-Type: {kind}", f"WARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-{number:012d}>", "WARC-Date: 2026-03-01T02:00:00Z"]
    text = "\r\n".join([*lines, head, f"Content-Length: {len(body)}"]).encode() + b"\r\n\r\n" + body + b"\r\n\r\n"
    return gzip.compress(text, mtime=0)


def made() -> bytes:
    """The whole file: its head, the pages, and a record whose bytes are not those of its digest."""
    records = [record("warcinfo", 0, "Content-Type: application/warc-fields", b"software: made by tests/data/made/crawl.py\r\n")]
    for name, codec, content_type, meta, answer in PAGES:
        text = (BIG5 if codec == "big5hkscs" else PAGE).format(n=name, meta=f'<meta charset="{meta}">' if meta else "")
        body = f"HTTP/1.1 {answer}\r\nContent-Type: {content_type}\r\n\r\n".encode() + text.encode(codec)
        address = f"WARC-Target-URI: http://www.example.gov.cn/zwgk/{name}.html\r\nContent-Type: application/http; msgtype=response"
        records.append(record("response", int(name), address, body))
        if name == "1":
            wrong = f"WARC-Block-Digest: sha1:{'A' * 32}\r\n{address.replace('1.html', '9.html')}"
            records.append(record("response", 9, wrong, body))
    return b"".join(records)


if __name__ == "__main__":
    folder = Path(sys.argv[1]) / "internet" / "crawled_page" / DATE
    folder.mkdir(parents=True, exist_ok=True)
    (folder / NAME).write_bytes(made())
