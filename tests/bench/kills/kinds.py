"""The kinds of source that are taken in: their tables, what arrives in a round, by which way, and the steps of their DAGs."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from tests.bench.kills import department, files
from tests.bench.kills.files import Files


@dataclass(frozen=True)
class Kind:
    """A kind of source. arrives: what a round brings, as files.  way: how it comes: as files, from a database, or from a topic."""

    name: str
    table: str
    arrives: Callable[[int], Files]
    way: str = "files"

    @property
    def steps(self) -> tuple[str, ...]:
        """The steps of `python -m jobs` that take it in; a run lands what its table's feed has by itself, and may be preceded by that alone."""
        return {"files": ("run",), "database": ("extract", "run"), "topic": ("land", "run")}[self.way]


KINDS = (  # a table that others look codes up in stands before them
    Kind("reference table, csv that replaces", "admin_division", partial(files.whole, "reference/admin_division/2026-03-02/divisions.csv")),
    Kind("calendar, csv that replaces", "working_day", partial(files.whole, "reference/working_day/2026-03-02/working-days.csv")),
    Kind("business csv, upsert", "enterprise", partial(files.rows, "business/enterprise/2026-03-02/made-sample-enterprise.csv")),
    Kind("business csv, history", "credit_listing", partial(files.rows, "business/credit_listing/2026-03-02/made-sample-credit_listing.csv")),
    Kind("business workbook", "public_procurement", files.month),
    Kind("business xml", "notice_xml", files.as_xml),
    Kind("business fixed width", "notice_fixed", files.as_fixed),
    Kind("business zip with manifest", "notice_zip", files.as_zip),
    Kind("database, whole table as snapshot", "roll", partial(department.files, "roll"), "database"),
    Kind("database, changes by its log", "licence", partial(department.files, "licence"), "database"),
    Kind("database, by watermark", "tally", partial(department.files, "tally"), "database"),
    Kind("social hotline, csv", "hotline_ticket", files.hotline),
    Kind("social comments, csv with masks", "public_comment", partial(files.rows, "social/public_comment/2026-03-02/replies.csv.gz")),
    Kind("social json lines from Kafka", "notice_feed", files.as_lines, "topic"),
    Kind("internet pages, json lines", "gov_web_page", partial(files.lines, "internet/gov_web_page/2026-03-02/policies.jsonl.gz")),
    Kind("internet crawl, warc", "crawled_page", files.pages),
    Kind("internet pages, html", "notice_page", files.saved),
    Kind("internet library, sql dump", "policy_library", partial(files.dump, "internet/policy_library/2026-03-02/policies.sql.gz")),
    Kind("internet documents, pdf and ofd", "public_document", files.documents),
    Kind("IoT air quality, csv history", "air_quality_hour", partial(files.rows, "iot/air_quality_hour/2026-03-02/PRSA_Data_Changping_20130301-20170228.csv.gz")),
    Kind("IoT packets from files", "station_value", files.capture),
    Kind("IoT packets from Kafka", "station_value", partial(files.capture, first=files.FED), "topic"),
    Kind("audio, video and pictures", "media_item", files.media_files),
)
