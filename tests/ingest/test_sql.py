"""SQL dumps as the driver reads them: rows of one table, and what is refused or set aside. Nothing is executed."""

import tracemalloc
from pathlib import Path

import pytest

from jobs.ingest.reader import Record
from jobs.ingest.source import Source
from jobs.ingest.sql.reader import SqlReader
from schemas.errors import Refused
from schemas.template import Dialect, SqlTemplate
from tests.ingest.cases import contract, landed, prepared, read

NAMED = "INSERT INTO `policy` (`id`, `title`) VALUES "


def found(tmp_path: Path, text: str | bytes, dialect: Dialect = "mysql") -> list[Record]:
    kind = contract("id", "title", source_format="sql", template=SqlTemplate("policy", dialect))
    return read(tmp_path / "a.sql", text.encode() if isinstance(text, str) else text, kind)


def values(records: list[Record]) -> list[tuple[str | None, ...]]:
    return [tuple(record.values) for record in records if not record.aside]


def test_rows_of_the_table_are_records_numbered_through_the_dump(tmp_path: Path) -> None:
    text = f"-- dump; of 'one'\n/*!40101 SET NAMES utf8 */;\nINSERT INTO other (a) VALUES (1),(2);\n{NAMED}(1,'甲'),(2,NULL);\n{NAMED}(3,'');\n"
    records = found(tmp_path, text)
    assert [(one.row, one.aside, tuple(one.values)) for one in records] == [
        (1, "row of table other", ()), (2, "row of table other", ()), (3, None, ("1", "甲")), (4, None, ("2", None)), (5, None, ("3", "")),
    ]  # fmt: skip
    assert records[2].names == ("id", "title")


@pytest.mark.parametrize(("dialect", "written", "meant"), [
    pytest.param("mysql", r"'it\'s \"so\" \\ \n \% \0'", None, id="MySQL: NUL is no text"),
    pytest.param("mysql", r"'it\'s \"so\" \\ \n \%'", "it's \"so\" \\ \n \\%", id="MySQL escapes"),
    pytest.param("mysql", "'it''s'", "it's", id="a doubled quote"),
    pytest.param("mysql", '"a ""b"" \'c\'"', "a \"b\" 'c'", id="MySQL: double quotes are text"),
    pytest.param("mysql", "'a;\n-- b /* c\n),('", "a;\n-- b /* c\n),(", id="what looks like SQL in a text"),
    pytest.param("mysql", "_binary 'x'", "x", id="a text with its charset"),
    pytest.param("mysql", "-1.50e-3", "-1.50e-3", id="a number as written"),
    pytest.param("mysql", "0x4142", "0x4142", id="MySQL: bytes in hexadecimal"),
    pytest.param("mysql", "X'4142'", "X'4142'", id="bytes in hexadecimal"),
    pytest.param("mysql", "TRUE", "true", id="a constant"),
    pytest.param("mysql", "now()", None, id="an expression"),
    pytest.param("mysql", "concat('a',(1))", None, id="an expression with commas and brackets in it"),
    pytest.param("mysql", "'a' 'b'", None, id="two texts side by side"),
    pytest.param("mysql", "DEFAULT", None, id="a default nobody knows"),
    pytest.param("postgresql", r"'C:\new'", r"C:\new", id="PostgreSQL: a backslash is one"),
    pytest.param("postgresql", r"E'C:\\new\tb'", "C:\\new\tb", id="PostgreSQL: escapes behind an E"),
    pytest.param("postgresql", r"E'\x41'", None, id="PostgreSQL: a character by number"),
    pytest.param("postgresql", "$q$it's $ so$q$", "it's $ so", id="PostgreSQL: dollar quotes"),
    pytest.param("postgresql", "'a'::text", None, id="PostgreSQL: a cast"),
])  # fmt: skip
def test_a_value_is_the_text_meant_and_an_expression_a_defect(dialect: Dialect, written: str, meant: str | None, tmp_path: Path) -> None:
    name = "`" if dialect == "mysql" else '"'
    text = f"INSERT INTO {name}policy{name} (id, title) VALUES (1,{written}),(2,'after');"
    first, after = found(tmp_path, text, dialect)
    assert tuple(after.values) == ("2", "after")
    assert (first.defect, list(first.values)) == ((None, ["1", meant]) if meant is not None else ("shape", []))


@pytest.mark.parametrize(("dialect", "text", "sentence"), [
    pytest.param("mysql", NAMED + "(1,'a'),(2,'b", "the quote that opens in line 1 does not close", id="cut within a text"),
    pytest.param("mysql", NAMED + "(1,'a'),\n(2,", "is cut off: the statement that begins in line 1 does not end", id="cut within a row"),
    pytest.param("mysql", NAMED + "(1,'a')", "is cut off", id="cut before the semicolon"),
    pytest.param("mysql", NAMED + "(1,'a');\n" + NAMED + "(2,b'c);\n" + NAMED + "(3,'d');", "does not close", id="a quote too few"),
    pytest.param("mysql", NAMED + "(1,'a');\n/* half", "the comment that begins in line 2 does not end", id="cut within a comment"),
    pytest.param("mysql", NAMED + "(1,'a') (2,'b');", "line 1 does not have , or ; where it belongs", id="no comma between rows"),
    pytest.param("mysql", "INSERT INTO policy SELECT * FROM old;", "line 1 does not have VALUES where it belongs", id="rows from a query"),
    pytest.param("mysql", "INSERT INTO other VALUES (1);\nINSERT INTO more VALUES (1);", "has no row of the table 'policy' (found 'other', 'more')", id="unknown tables"),
    pytest.param("mysql", "CREATE TABLE policy (id int);", "(found no row at all)", id="a dump without data"),
    pytest.param("mysql", "INSERT INTO policy VALUES (1,'a');", "inserts into 'policy' in line 1 without saying its columns", id="columns that nobody names"),
    pytest.param("mysql", "hello world", "is cut off", id="no SQL at all"),
    pytest.param("mysql", "", "is empty", id="nothing"),
    pytest.param("postgresql", "COPY public.policy (id, title) FROM stdin;\n1\ta\n", "is cut off: the statement that begins in line 1", id="a COPY block cut off"),
])  # fmt: skip
def test_a_dump_that_is_not_whole_is_refused_with_its_line(dialect: Dialect, text: str, sentence: str, tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        found(tmp_path, text, dialect)
    assert sentence in str(refused.value)
    assert "Nothing was read; the file stays in landing." in str(refused.value)


def test_columns_come_from_the_definition_where_the_statement_has_none(tmp_path: Path) -> None:
    table = "CREATE TABLE IF NOT EXISTS `db`.`policy` (\n `id` int(11) NOT NULL AUTO_INCREMENT COMMENT 'a, b (c',\n `title` varchar(20) DEFAULT 'x),',\n PRIMARY KEY (`id`), KEY `t` (`title`)\n) ENGINE=InnoDB;"
    (record,) = found(tmp_path, f"{table}\nREPLACE INTO policy VALUES (1,'甲');")
    assert (record.names, tuple(record.values)) == (("id", "title"), ("1", "甲"))


def test_a_copy_block_of_postgresql_is_read_with_its_escapes(tmp_path: Path) -> None:
    text = "SET client_encoding = 'UTF8';\n\\restrict abc\nCOPY public.policy (id, title) FROM stdin;\n1\t甲\\tb\\\\n\\nc\n2\t\\N\n3\n\\.\n\nSELECT 1;\n"
    records = found(tmp_path, text, "postgresql")
    assert [(one.defect, tuple(one.values)) for one in records] == [(None, ("1", "甲\tb\\n\nc")), (None, ("2", None)), ("shape", ())]


def test_what_a_trigger_would_insert_is_no_row(tmp_path: Path) -> None:
    body = "DELIMITER ;;\nCREATE TRIGGER t BEFORE INSERT ON policy FOR EACH ROW BEGIN\nINSERT INTO policy (id) VALUES (NEW.id);\nEND ;;\nDELIMITER ;\n"
    assert values(found(tmp_path, f"{NAMED}(1,'a');\n{body}{NAMED}(2,'b');")) == [("1", "a"), ("2", "b")]


def test_a_name_with_a_byte_of_another_encoding_is_a_column_that_can_be_written_down(tmp_path: Path) -> None:
    kind = contract("id", source_format="sql", template=SqlTemplate("policy", "mysql"))
    content = "CREATE TABLE `policy` (`id` int, `ti?tle` text, `a\0` int);\nINSERT INTO `policy` VALUES (1,'甲',2);\n".encode().replace(b"?", b"\xe9")
    report = prepared(tmp_path, kind, content, "a.sql").report
    assert (report.records, report.unknown) == (1, ("ti\\xe9tle", "a\\x00"))


def test_rows_with_bytes_of_another_encoding_or_too_few_values_are_defects_and_their_neighbours_are_whole(tmp_path: Path) -> None:
    text = NAMED.encode() + b"(1,'\xe7\x94\xb2'),(2,'\xff\xfe\x00\x80'),\n(3),(4,'a','b'),\n(5,'\xe4\xb9\x99');\n" + b"-- \xe4\xb8\x99\n" * 5
    records = found(tmp_path, text)
    assert [(one.defect, tuple(one.values)) for one in records] == [(None, ("1", "甲")), ("encoding", ()), ("shape", ()), ("shape", ()), (None, ("5", "乙"))]
    assert records[1].raw == '[["id","2"],["title","\\xff\\xfe\\u0000\\x80"]]'


def test_a_character_of_gb18030_whose_second_byte_is_a_backslash_is_one_character(tmp_path: Path) -> None:
    text = f"{NAMED}(1,'誠乗'),(2,'甲');".encode("gb18030")
    assert b"\\" in text
    assert values(found(tmp_path, text)) == [("1", "誠乗"), ("2", "甲")]


def test_a_large_dump_is_read_in_bounded_memory_and_a_row_beyond_the_limit_is_cut(tmp_path: Path) -> None:
    many = ",\n".join(f"({number},'{'x' * 2000}')" for number in range(10_000))
    text = f"{NAMED}(0,'{'y' * 9_000_000}'),\n{many};"
    reader = SqlReader(contract("id", "title", source_format="sql", template=SqlTemplate("policy", "mysql")))
    file = landed(tmp_path / "a.sql", text.encode())
    tracemalloc.start()
    tallied: dict[str | None, int] = {}
    for record in reader.records(Source(file.path, None, "utf-8")):
        tallied[record.defect] = tallied.get(record.defect, 0) + 1
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (tallied, peak < 12_000_000) == ({"too_long": 1, None: 10_000}, True), peak
