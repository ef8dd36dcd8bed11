"""`show`: masks lie below the filter, and a condition can only be a condition."""

from typing import Any

import hypothesis
import pytest
from hypothesis import strategies as st

from jobs.serve import delta
from jobs.serve.lake import show
from jobs.serve.shown import MASKED
from schemas.classification import mask
from schemas.errors import Refused
from schemas.settings import Settings
from tests.serve.made_lake import SECRET_NAME, SECRET_NUMBER

HIDDEN_FROM = [
    pytest.param(f"citizen_no = '{SECRET_NUMBER}'", id="equal to the sensitive number"),
    pytest.param("citizen_no like '110101%'", id="like the start of the number"),
    pytest.param("full_name like '欧阳%'", id="like the start of the name"),
    pytest.param("born_on = '1990-01-01'", id="a date of birth"),
    pytest.param("_extra like '%13800000000%'", id="a phone number nobody classified"),
    pytest.param("array_to_string(_violations, ',') like '%欧阳%'", id="a value inside a warning"),
    pytest.param("md5(citizen_no) = md5('11010119900101000X')", id="through a hash"),
    pytest.param("case when citizen_no[2] = '1' then true else false end", id="character by character"),
]

ATTACKS = [
    pytest.param("true; drop table stored", id="a second statement"),
    pytest.param("true; attach '/tmp/x.db'", id="attach"),
    pytest.param("true; copy shown to '/tmp/x.csv'", id="copy"),
    pytest.param("exists (select 1 from read_csv('/etc/passwd'))", id="read_csv in a subquery"),
    pytest.param("case_no in (from read_text('/etc/passwd'))", id="read_text in a from-first subquery"),
    pytest.param("(select full_name from stored limit 1) like '欧%'", id="a subquery below the masks"),
    pytest.param("read_csv('/etc/passwd') is null", id="a table function as a value"),
    pytest.param("true union select * from read_csv('/etc/passwd')", id="union"),
    pytest.param("true) union select 1 where (true", id="closing the bracket"),
    pytest.param("true) limit (1", id="a modifier through the bracket"),
    pytest.param("true, false", id="two expressions"),
    pytest.param("columns('.*') is not null", id="a star"),
    pytest.param("row_number() over () = 1", id="a window"),
    pytest.param("len(list_filter([1], x -> x = 1)) = 1", id="a lambda"),
    pytest.param("$1 = 1", id="a parameter"),
    pytest.param("set enable_external_access = true", id="a setting"),
    pytest.param("  ", id="nothing but blanks"),
    pytest.param("case_no = 'A-0001' order by 1", id="an order"),
]


def column(settings: Settings, name: str, **asked: Any) -> list[Any]:
    found = show(settings, "applicant", **asked)
    return sorted((row[found.columns.index(name)] for row in found.rows), key=str)


def test_public_values_are_shown_in_full(lake: Settings) -> None:
    assert column(lake, "case_no") == ["A-0001", "A-0002", "A-0003"]


def test_closed_values_are_shown_as_their_masks(lake: Settings) -> None:
    assert column(lake, "full_name") == ["*", "欧****某", "𠮷****郎"]
    assert column(lake, "citizen_no") == ["1****************X", None, None]
    assert column(lake, "born_on") == ["1********1", None, None]


def test_the_masked_columns_are_named(lake: Settings) -> None:
    assert show(lake, "applicant").masked == ("full_name", "citizen_no", "born_on", "_extra")


def test_no_secret_is_in_any_cell(lake: Settings) -> None:
    shown = str(show(lake, "applicant").rows)
    assert not [secret for secret in (SECRET_NAME, SECRET_NUMBER, "13800000000", "1990") if secret in shown]


@pytest.mark.parametrize("where", HIDDEN_FROM)
def test_a_condition_does_not_find_a_hidden_value(lake: Settings, where: str) -> None:
    assert show(lake, "applicant", where).rows == ()


def test_a_hidden_date_is_not_compared_as_a_date(lake: Settings) -> None:
    with pytest.raises(Refused, match="does not fit the table"):
        show(lake, "applicant", "born_on = DATE '1990-01-01'")


def test_a_shown_instant_is_compared_as_one(lake: Settings) -> None:
    assert column(lake, "case_no", where="cast(applied_at as date) = DATE '2026-03-01'") == ["A-0001"]


def test_a_condition_sees_the_mask(lake: Settings) -> None:
    assert column(lake, "case_no", where="citizen_no = '1****************X'") == ["A-0001"]


@pytest.mark.parametrize("where", ATTACKS)
def test_anything_but_one_condition_is_refused(lake: Settings, where: str) -> None:
    with pytest.raises(Refused):
        show(lake, "applicant", where)


@pytest.mark.parametrize("statement", ["SET enable_external_access = true", "SET lock_configuration = false",
                                       "SET python_enable_replacements = true", "SELECT * FROM read_csv('/etc/passwd')",
                                       "SELECT * FROM '/etc/passwd'", "ATTACH '/tmp/x.db'", "COPY (SELECT 1) TO '/tmp/x.csv'"])
def test_the_connection_itself_is_closed(statement: str) -> None:
    with pytest.raises(delta.duckdb.Error):
        delta.connection().execute(statement)


def test_a_condition_may_hold_a_comment_and_quotes(lake: Settings) -> None:
    assert column(lake, "case_no", where="case_no <> 'it''s; select' and fee_cny > 1 -- cheap ones out") == ["A-0001"]


def test_an_instant_is_compared_in_beijing_time(lake: Settings) -> None:
    assert column(lake, "case_no", where="applied_at = '2026-03-01 09:00:00'") == ["A-0001"]


@pytest.mark.parametrize(("where", "sentence"), [
    pytest.param("case_on = 'A'", "silver.applicant has no column 'case_on'. Did you mean 'case_no'?", id="a typing error"),
    pytest.param("姓名 = 'A'", "silver.applicant: '姓名' is the Chinese name of column 'full_name'.", id="the Chinese name"),
    pytest.param('case_no = "A"', "Text stands in single quotes.", id="text in double quotes"),
    pytest.param("fee_cny > 'much'", "--where does not fit the table: Conversion Error", id="a text for a number"),
    pytest.param("case_no =", "--where is not one condition: Parser Error", id="half a condition"),
])
def test_a_wrong_condition_gets_a_sentence(lake: Settings, where: str, sentence: str) -> None:
    with pytest.raises(Refused) as refused:
        show(lake, "applicant", where)
    assert sentence in str(refused.value)


def test_the_limit_holds(lake: Settings) -> None:
    assert len(show(lake, "applicant", limit=2).rows) == 2


def test_a_table_without_a_version_is_refused(empty: Settings) -> None:
    with pytest.raises(Refused, match=r"silver\.applicant has no version yet"):
        show(empty, "applicant")


def test_a_folder_left_by_a_killed_first_write_is_no_table(empty: Settings) -> None:
    (empty.lake / "silver" / "applicant" / "_delta_log").mkdir(parents=True)
    with pytest.raises(Refused, match=r"silver\.applicant has no version yet"):
        show(empty, "applicant")


def test_the_ledger_can_be_shown(lake: Settings) -> None:
    assert [row[3] for row in show(lake, "ledger.hop", "\"hop\" = 'release'").rows] == ["release"]


@pytest.mark.parametrize("name", ["silver.applicant", "business.applicant", "applicant"])
def test_a_table_is_known_by_each_of_its_names(lake: Settings, name: str) -> None:
    assert show(lake, name).table == "silver.applicant"


@pytest.mark.parametrize(("name", "sentence"), [
    pytest.param("aplicant", "Did you mean 'applicant'?", id="a typing error"),
    pytest.param("gold.applicant", "Did you mean 'silver.applicant'?", id="the wrong layer"),
    pytest.param("ledger.hops", "Did you mean 'hop'?", id="a wrong ledger table"),
    pytest.param("quarantine.applicant", "`govlake quarantine applicant`", id="quarantine has its own command"),
    pytest.param("../../etc/passwd", "There is no table '../../etc/passwd'.", id="a path"),
])
def test_a_wrong_table_gets_the_right_word(lake: Settings, name: str, sentence: str) -> None:
    with pytest.raises(Refused) as refused:
        show(lake, name)
    assert sentence in str(refused.value)


@hypothesis.settings(deadline=None)
@hypothesis.given(st.lists(st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"])), max_size=20))
def test_the_mask_in_sql_is_the_mask_in_python(values: list[str]) -> None:
    sql = f"SELECT {MASKED.format('one')} FROM (SELECT unnest($1::VARCHAR[]) AS one)"
    assert delta.connection().execute(sql, [values]).fetchall() == [(mask(value, "personal"),) for value in values]
