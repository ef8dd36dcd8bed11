"""Loading contracts: what is in the strict subset loads, and every mistake is told with file, line and nearest word."""

import json
import re
from collections.abc import Mapping
from pathlib import Path

import jsonschema
import pytest
import yaml
from open_data_contract_standard import model as odcs

from schemas.contract import Contract, SetRule
from schemas.errors import Refused
from schemas.load import find, load, load_all, load_marts, load_one
from schemas.settings import ROOT

STALL = """\
apiVersion: v3.1.0
kind: DataContract
id: govlake.business.stall
name: Stalls
version: 1.0.0
status: active
domain: business
description:
  purpose: "Who may trade where. 摊位登记。"
team: {name: "城市管理局 Urban Management"}
schema:
  - name: stall
    businessName: 摊位
    description: "One row per stall. 每个摊位一行。"
    properties:
      - name: stall_no
        businessName: 摊位编号
        logicalType: string
        required: true
        primaryKey: true
        primaryKeyPosition: 1
        classification: public
        description: "Number. 编号。"
        examples: ["A-017"]
        customProperties:
          - {property: rules, value: [{rule: length, min: 1, max: 20}]}
          - property: aliases
            value:
              - NO
              - 编号
      - name: season
        businessName: 季节
        logicalType: string
        required: true
        primaryKey: true
        primaryKeyPosition: 2
        classification: public
        description: "Season. 季节。"
        examples: ["2026-1"]
      - name: opened_on
        businessName: 开始日期
        logicalType: date
        classification: public
        description: "First day. 开始日期。"
        examples: ["2026-03-01"]
        customProperties:
          - {property: formats, value: [yyyy-MM-dd]}
          - {property: rules, value: [not_after_batch]}
      - name: closed_on
        businessName: 结束日期
        logicalType: date
        classification: public
        description: "Last day. 结束日期。"
        examples: ["2026-11-30"]
        customProperties:
          - {property: formats, value: [yyyy-MM-dd]}
          - {property: compose, value: "{年}-{月}-{日}"}
      - name: area_code
        businessName: 区划代码
        logicalType: string
        classification: public
        description: "Division. 区划。"
        examples: ["330106"]
        customProperties:
          - property: rules
            value:
              - admin_division
              - rule: in_table
                table: area
                column: code
                severity: warn
      - name: fee_cny
        businessName: 摊位费
        logicalType: number
        physicalType: decimal(10,2)
        classification: internal
        description: "Fee. 费用。"
        examples: ["1200.00"]
    quality:
      - {metric: rowCount, mustBeGreaterThan: 0}
      - {metric: nullValues, arguments: {column: area_code}, unit: percent, mustBeLessThan: 40}
      - type: custom
        engine: govlake
        implementation:
          metric: minimum
          column: fee_cny
          min: 0
    customProperties:
      - property: rules
        value:
          - rule: order
            columns:
              - opened_on
              - closed_on
          - rule: required_if
            column: fee_cny
            when:
              area_code: "330106"
slaProperties:
  - {property: latency, value: 24, unit: h}
  - {property: retention, value: 10, unit: y}
  - {property: frequency, value: 1, unit: d, scheduler: cron, schedule: "0 2 * * *"}
customProperties:
  - {property: ownerCode, value: urban}
  - {property: sourceFormat, value: csv}
  - {property: merge, value: upsert}
  - property: orderBy
    value:
      - opened_on
  - {property: quarantineRate, value: 0.1}
  - {property: sharing, value: conditional}
"""

# story -> (what is in the file, what is written instead, the sentence after file and line).
# The line told must be the first one of what is written instead.
MISTAKES: Mapping[str, tuple[str, str, str]] = {
    "a key is misspelt": (
        "businessName: 摊位编号", "buisnessName: 摊位编号",
        "'buisnessName' is not a key of a column. Did you mean 'businessName'? House keys go under 'customProperties'.",
    ),
    "a key of the whole file is misspelt": (
        "status: active", "statsu: active",
        "'statsu' is not a key of a contract. Did you mean 'status'? House keys go under 'customProperties'.",
    ),
    "the examples are misspelt": (
        'examples: ["A-017"]', 'exampels: ["A-017"]',
        "'exampels' is not a key of a column. Did you mean 'examples'? House keys go under 'customProperties'.",
    ),
    "a type that does not exist": (
        "logicalType: number", "logicalType: numbr",
        "logicalType is 'numbr', must be 'string', 'integer', 'number', 'boolean', 'date' or 'timestamp'. "
        "Did you mean 'number'?",
    ),
    "a class of data in capitals": (
        "classification: internal", "classification: Internal",
        "classification is 'Internal', must be 'public', 'internal', 'personal' or 'sensitive'. "
        "Did you mean 'internal'?",
    ),
    "an example without quotes": (
        'examples: ["2026-03-01"]', "examples: [2026-03-01]",
        "examples must be text: put it in quotes (found '2026-03-01').",
    ),
    "an empty list of examples": (
        'examples: ["1200.00"]', "examples: []",
        "column 'fee_cny' has no example. Add one under 'examples': tests are made from it.",
    ),
    "a version of two numbers": (
        "version: 1.0.0", 'version: "1.0"', "version is '1.0', must be three numbers, e.g. 1.0.0.",
    ),
    "a column name with a blank": (
        "name: season", "name: the season",
        "name is 'the season', must be letters, digits and '_', a letter first (tables in lower case).",
    ),
    "a metric of ours written as one of ODCS": (
        "{metric: rowCount, mustBeGreaterThan: 0}", "{metric: mean, mustBeGreaterThan: 0}",
        "metric is 'mean', must be 'rowCount', 'nullValues', 'missingValues', 'invalidValues' or 'duplicateValues'. "
        "'mean' is ours: {type: custom, engine: govlake, implementation: {metric: mean, …}}.",
    ),
    "a house key misspelt": (
        "property: sharing", "property: shering",
        "'shering' is not a house key here. Known: 'ownerCode', 'sourceFormat', 'merge', 'orderBy', 'quarantineRate', "
        "'sharing', 'topic', 'reads', 'changes', 'excel', 'xml', 'fixed', 'sql', 'hj212', 'delivery', 'drift', 'deleted', 'database' or 'feed'. Did you mean 'sharing'?",
    ),
    "a house key of a column at the table": (
        "property: ownerCode", "property: aliases",
        "'aliases' is a house key of a column, not of this part. Move it there.",
    ),
    "a house key twice": (
        "{property: ownerCode, value: urban}", "{property: merge, value: append}", "'merge' stands twice. Remove one of them.",
    ),
    "an unknown way to merge": (
        "{property: merge, value: upsert}", "{property: merge, value: upsrt}",
        "merge is 'upsrt', must be 'upsert', 'append', 'replace', 'history' or 'snapshot'. Did you mean 'upsert'?",
    ),
    "an unknown sharing type": (
        "{property: sharing, value: conditional}", "{property: sharing, value: contitional}",
        "sharing is 'contitional', must be 'unconditional', 'conditional' or 'not_shared'. Did you mean 'conditional'?",
    ),
    "an unknown day of delivery": (
        "{property: sharing, value: conditional}", "{property: sharing, value: conditional}\n  - {property: delivery, value: work_days}",
        "delivery is 'work_days', must be 'every_day' or 'working_days'. Did you mean 'working_days'?",
    ),
    "a feed of rows that are no records of a topic": (
        "{property: sharing, value: conditional}", "{property: sharing, value: conditional}\n  - {property: feed, value: iot.packet}",
        "feed is for sourceFormat 'hj212' or 'jsonl', this one is 'csv'. Remove it.",
    ),
    "an unknown kind of drift": (
        "{property: sharing, value: conditional}", "{property: sharing, value: conditional}\n  - {property: drift, value: {column: freeze}}",
        "drift has no 'column', only 'columns' or 'values'. Did you mean 'columns'?",
    ),
    "an unknown policy of drift": (
        "{property: sharing, value: conditional}", "{property: sharing, value: conditional}\n  - {property: drift, value: {values: discard_rows}}",
        "drift of values is 'discard_rows', must be 'evolve', 'freeze', 'discard_row' or 'discard_value'. Did you mean 'discard_row'?",
    ),
    "an unknown source format": (
        "{property: sourceFormat, value: csv}", "{property: sourceFormat, value: json}",
        "sourceFormat is 'json', must be 'csv', 'jsonl', 'excel', 'xml', 'fixed', 'sql', 'hj212', 'warc', 'html' or 'media'. Did you mean 'jsonl'?",
    ),
    "a quarantine rate in percent": (
        "{property: quarantineRate, value: 0.1}", "{property: quarantineRate, value: 10}",
        "quarantineRate is 10, must be a share from 0 to 1: 0.2 is 20 %.",
    ),
    "a quarantine rate as text": (
        "{property: quarantineRate, value: 0.1}", '{property: quarantineRate, value: "0.1"}',
        "quarantineRate is '0.1', must be a number.",
    ),
    "an alias that is a number": ("              - NO\n", "              - 17\n", "aliases holds 17, must be text: put it in quotes."),
    "an order by a column that is not there": (
        "      - opened_on\n  - {property: quar", "      - opend_on\n  - {property: quar",
        "there is no column 'opend_on'. Did you mean 'opened_on'?",
    ),
    "a rule that does not exist": ("- admin_division", "- admin_divison", "there is no rule 'admin_divison'. Did you mean 'admin_division'?"),
    "a rule only the reader has": ("- admin_division", "- zero_date", "there is no rule 'zero_date'."),
    "a rule of several columns at one column": (
        "- admin_division", "- {rule: any_of, columns: [season]}",
        "rule 'any_of' is not for here. Move it to the customProperties of the table.",
    ),
    "a rule of one column at the table": (
        "- rule: order\n", "- rule: uscc\n", "rule 'uscc' is not for here. Move it to a column's customProperties.",
    ),
    "a severity that does not exist": (
        "severity: warn", "severity: warning",
        "severity of 'in_table' is 'warning', must be 'quarantine', 'warn' or 'shadow'. Did you mean 'warn'?",
    ),
    "an argument misspelt": (
        "{rule: length, min: 1, max: 20}", "{rule: length, mim: 1}",
        "rule 'length' takes no 'mim'. It takes 'min' or 'max'. Did you mean 'min'?",
    ),
    "an argument left out": ("- admin_division", "- {rule: pattern}", "rule 'pattern' needs 'regex'. Add it."),
    "an argument for a rule without any": (
        "- admin_division", "- {rule: uscc, min: 1}", "rule 'uscc' takes no 'min'. It takes no arguments.",
    ),
    "a rule that cannot judge the type": (
        "value: [not_after_batch]", "value: [uscc]",
        "'uscc' cannot judge column 'opened_on' of type date: it is for 'string'.",
    ),
    "a length that can never hold": (
        "{rule: length, min: 1, max: 20}", "{rule: length, min: 21, max: 20}",
        "rule 'length' can never hold: min 21 is above max 20.",
    ),
    "a length without bounds": ("{rule: length, min: 1, max: 20}", "length", "rule 'length' needs 'min' or 'max'. Add one."),
    "a pattern that cannot be read": (
        "- admin_division", "- {rule: pattern, regex: '[0-9'}",
        "pattern '[0-9' cannot be read: unterminated character set at position 0.",
    ),
    "a code list that does not exist": (
        "- admin_division", "- {rule: enum, list: admin_levle}",
        "there is no code list 'admin_levle' in schemas/codes. Did you mean 'admin_level'?",
    ),
    "codes without quotes": (
        "- admin_division", "- {rule: enum, values: [01, 02]}", "1 for text column 'area_code' must be in quotes.",
    ),
    "a list of codes and codes": (
        "- admin_division", "- {rule: enum, list: admin_level, values: ['1']}",
        "rule 'enum' takes either 'list' (a file of schemas/codes) or 'values'.",
    ),
    "a row rule about a column that is not there": (
        "              - closed_on\n", "              - close_on\n", "there is no column 'close_on'. Did you mean 'closed_on'?",
    ),
    "a condition on a column that is not there": (
        'area_code: "330106"', 'areacode: "330106"', "there is no column 'areacode'. Did you mean 'area_code'?",
    ),
    "a condition with a code without quotes": (
        'area_code: "330106"', "area_code: 330106", "330106 for text column 'area_code' must be in quotes.",
    ),
    "a row rule on a type it cannot judge": (
        "              - closed_on\n", "              - season\n",
        "'order' cannot judge column 'season' of type string: it is for 'date', 'timestamp', 'integer' or 'number'.",
    ),
    "a set rule about a column that is not there": (
        "          column: fee_cny\n", "          column: fee\n", "there is no column 'fee'. Did you mean 'fee_cny'?",
    ),
    "a set rule about a column without such a figure": (
        "          column: fee_cny\n", "          column: season\n",
        "'minimum' cannot judge column 'season' of type string: it is for 'integer' or 'number'.",
    ),
    "a house metric misspelt": (
        "          metric: minimum\n", "          metric: minmum\n", "there is no metric 'minmum' of ours. Did you mean 'minimum'?",
    ),
    "a set rule without a bound": ("{metric: rowCount, mustBeGreaterThan: 0}", "{metric: rowCount}",
        "rowCount has no bound. Add mustBe…, or min and max under 'implementation'.",
    ),
    "a set rule that can never hold": (
        "mustBeGreaterThan: 0}", "mustBeBetween: [5, 2]}", "rowCount can never hold: at least 5 and at most 2.",
    ),
    "unreferenced without a table to look in": (
        "{metric: rowCount, mustBeGreaterThan: 0}",
        "{type: custom, engine: govlake, implementation: {metric: unreferenced, column: season, max: 0}}",
        "unreferenced needs rule 'in_table' on column 'season'. Add it, with severity warn.",
    ),
    "a column of the same name in other case": (
        "name: season", "name: Stall_No", "column 'Stall_No' stands twice (also 'stall_no'). Rename one.",
    ),
    "a title that another column has as an alias": (
        "businessName: 季节", "businessName: 编号", "header '编号' would mean 'stall_no' and 'season'. Rename one.",
    ),
    "a title that differs in width only": (
        "businessName: 季节", "businessName: ＮＯ", "header 'ＮＯ' would mean 'stall_no' and 'season'. Rename one.",
    ),
    "a gap in the key": ("primaryKeyPosition: 2", "primaryKeyPosition: 3", "primaryKeyPosition is 3, must be 2: positions count 1, 2, 3…"),
    "a key position from nought": (
        "primaryKeyPosition: 1", "primaryKeyPosition: 0", "primaryKeyPosition is 0, must be 1: positions count 1, 2, 3…",
    ),
    "a date without formats": (
        'logicalType: date\n        classification: public\n        description: "First day. 开始日期。"\n'
        '        examples: ["2026-03-01"]\n        customProperties:\n          - {property: formats, value: [yyyy-MM-dd]}\n',
        'logicalType: date\n        classification: public\n        description: "First day. 开始日期。"\n'
        '        examples: ["2026-03-01"]\n        customProperties:\n',
        "column 'opened_on' is a date without formats. Add {property: formats, value: [yyyy-MM-dd]}: "
        "no other spelling is read.",
    ),
    "a format with a letter that is not known": (
        "{property: formats, value: [yyyy-MM-dd]}\n          - {property: rules",
        "{property: formats, value: [yyyy-MM-DD]}\n          - {property: rules",
        "Date format 'yyyy-MM-DD' holds 'DD'. Known letters: ",
    ),
    "a compose that names no header": (
        '{property: compose, value: "{年}-{月}-{日}"}', "{property: compose, value: 年月日}",
        "compose is '年月日' and names no header. Write headers in braces: '{year}-{month}'.",
    ),
    "a free text with a word that is not known": (
        "          - {property: rules, value: [{rule: length, min: 1, max: 20}]}\n",
        "          - {property: freeText, value: masks}\n", "freeText is 'masks', must be 'mask'. Did you mean 'mask'?",
    ),
    "a free text that is a key": (
        "          - {property: rules, value: [{rule: length, min: 1, max: 20}]}\n", "          - {property: freeText, value: mask}\n",
        "column 'stall_no' is a key, and no free text: a mask would destroy it. Remove freeText.",
    ),
    "a free text that is a date": (
        "          - {property: compose,", "          - {property: freeText, value: mask}\n          - {property: compose,",
        "column 'closed_on' is a date, and no free text: a mask would destroy it. Remove freeText.",
    ),
    "a free text that is a code": (
        "          - property: rules\n            value:\n              - admin_division", "          - {property: freeText, value: mask}\n          - property: rules\n            value:\n              - admin_division",
        "column 'area_code' holds what rule 'admin_division' reads, and no free text: a mask would destroy it. Remove freeText.",
    ),
    "a number as floating money": (
        "physicalType: decimal(10,2)", "physicalType: float",
        "Column 'fee_cny': physicalType 'float' of a number must be decimal(p,s) or double.",
    ),
    "a latency in days": (
        "{property: latency, value: 24, unit: h}", "{property: latency, value: 1, unit: d}",
        "latency is in 'd', must be in 'h'.",
    ),
    "a retention of nothing": (
        "{property: retention, value: 10, unit: y}", "{property: retention, value: 0, unit: y}",
        "retention is 0, must be more than 0.",
    ),
    "no retention": (
        "slaProperties:\n  - {property: latency, value: 24, unit: h}\n  - {property: retention, value: 10, unit: y}\n",
        "slaProperties:\n  - {property: latency, value: 24, unit: h}\n",
        "slaProperties has no 'retention'. Add it; docs/guide/contract.md shows a whole contract.",
    ),
    "a schedule of six fields": (
        'schedule: "0 2 * * *"', 'schedule: "0 0 2 * * *"',
        "schedule '0 0 2 * * *' has 6 fields, must have 5 (minute, hour, day of month, month, day of week). "
        "A daily one is '0 2 * * *'.",
    ),
    "a schedule at hour 24": (
        'schedule: "0 2 * * *"', 'schedule: "0 24 * * *"',
        "schedule '0 24 * * *' has '24' for the hour, which runs from 0 to 23. A daily one is '0 2 * * *'.",
    ),
    "no schedule": (
        ', scheduler: cron, schedule: "0 2 * * *"}', "}",
        'frequency has no schedule. Add scheduler: cron and schedule: "0 2 * * *".',
    ),
    "a key twice in one mapping": ("status: active", "status: active\nstatus: draft", "key 'status' stands twice. Remove one of them."),
    "a quote that is not closed": ('team: {name: "城市', 'team: {name: "城市管理局}\nx: {y: "', "not YAML: "),
}  # fmt: skip
# Mistakes that are told at another line than the one first changed.
ELSEWHERE = {"a house key twice": 2, "a key twice in one mapping": 1, "a quote that is not closed": 1,
             "an unknown day of delivery": 1, "an unknown kind of drift": 1, "a feed of rows that are no records of a topic": 1, "an unknown policy of drift": 1}  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def written(folder: Path, text: str, name: str = "stall") -> Path:
    path = folder / f"{name}.odcs.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def area(text: str) -> str:
    """A second table, `area`, with the column `code` that stalls look their division up in."""
    other = text.replace("name: stall\n", "name: area\n").replace("govlake.business.stall", "govlake.business.area")
    return (
        other.replace("name: season", "name: code")
        .replace("table: area", "table: stall")
        .replace("column: code", "column: stall_no")
    )


def told(path: Path) -> str:
    with pytest.raises(Refused) as refused:
        load(path)
    return str(refused.value)


def test_a_contract_in_the_strict_subset_loads_whole(folder: Path) -> None:
    contract = load(written(folder, STALL))

    assert contract.column("stall_no").aliases == ("NO", "编号")
    assert contract.key == ("stall_no", "season")
    assert contract.order_by == ("opened_on",)
    assert contract.references == {"area"}
    assert [use.rule for use in contract.row_rules] == ["order", "required_if"]
    assert contract.column("area_code").rules[1].severity == "warn"
    assert contract.set_rules[0] == SetRule("rowCount", None, 1, None, line=contract.set_rules[0].line)
    assert STALL.splitlines()[contract.set_rules[0].line - 1].strip().startswith("- {metric: rowCount")
    assert STALL.splitlines()[contract.column("fee_cny").line - 1].strip() == "- name: fee_cny"


@pytest.mark.parametrize(("before", "after", "sentence"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_told_with_file_line_and_nearest_word(
    folder: Path, before: str, after: str, sentence: str, request: pytest.FixtureRequest
) -> None:
    story = request.node.callspec.id
    assert before in STALL
    text = STALL.replace(before, after, 1)
    first = text[: STALL.index(before)].count("\n") + 1 + (after[:1] == "\n")
    line = first + ELSEWHERE.get(story, 0)
    path = written(folder, text)

    assert told(path).startswith(f"{path}:{line}: {sentence}")


# stage -> what is in the file, what is written instead, and a word of its sentence; all of a stage are told at once.
TOGETHER: Mapping[str, list[tuple[str, str, str]]] = {
    "keys": [
        ("status: active", "statsu: active", "Did you mean 'status'?"),
        ("logicalType: date", "logicalType: dat", "Did you mean 'date'?"),
        ('examples: ["1200.00"]', "examples: []", "column 'fee_cny' has no example."),
    ],
    "form": [
        ("{rule: length, min: 1, max: 20}", "{rule: length, mim: 1}", "takes no 'mim'"),
        ("- admin_division", "- admin_divison", "Did you mean 'admin_division'?"),
        ("severity: warn", "severity: warning", "must be 'quarantine', 'warn' or 'shadow'"),
        ("{metric: rowCount, mustBeGreaterThan: 0}", "{metric: rowCount}", "rowCount has no bound"),
        ("value: 24, unit: h", "value: 1, unit: d", "latency is in 'd'"),
        ("property: ownerCode", "property: ownrCode", "Did you mean 'ownerCode'?"),
        ("property: sharing", "property: shering", "Did you mean 'sharing'?"),
    ],
    "meaning": [
        ("value: [not_after_batch]", "value: [uscc]", "cannot judge column 'opened_on'"),
        ("physicalType: decimal(10,2)", "physicalType: float", "must be decimal(p,s) or double"),
        ("          column: fee_cny\n", "          column: fee\n", "there is no column 'fee'."),
        ("              - closed_on\n", "              - close_on\n", "there is no column 'close_on'."),
        ("{property: merge, value: upsert}", "{property: merge, value: upsrt}", "Did you mean 'upsert'?"),
    ],
}


@pytest.mark.parametrize("mistakes", TOGETHER.values(), ids=TOGETHER)
def test_all_mistakes_that_can_be_found_at_once_are_told_from_the_top(folder: Path, mistakes: list[tuple[str, str, str]]) -> None:
    text = STALL
    for before, after, _ in mistakes:
        text = text.replace(before, after, 1)
    sentences = told(written(folder, text)).splitlines()

    assert [part in sentence for sentence, (_, _, part) in zip(sentences, mistakes, strict=True)] == [True] * len(mistakes)


def test_a_misspelt_key_goes_before_the_key_it_makes_missing(folder: Path) -> None:
    path = written(folder, STALL.replace("team: {name", "taem: {name").replace("status: active\n", ""))

    assert "'taem' is not a key of a contract. Did you mean 'team'?" in told(path)


def test_a_column_without_examples_is_told_at_its_line(folder: Path) -> None:
    path = written(folder, STALL.replace('        examples: ["1200.00"]\n', ""))

    line = STALL[: STALL.index("- name: fee_cny")].count("\n") + 1
    assert told(path) == (
        f"{path}:{line}: column 'fee_cny' has no example. Add one under 'examples': tests are made from it."
    )


def test_an_upsert_without_a_key_is_told(folder: Path) -> None:
    text = re.sub(r" +primaryKey.*\n", "", STALL)

    assert told(written(folder, text)).endswith("merge 'upsert' needs a key. Mark a column with 'primaryKey: true'.")


def test_a_key_column_that_may_be_empty_is_told(folder: Path) -> None:
    path = written(
        folder,
        STALL.replace(
            "        required: true\n        primaryKey: true\n        primaryKeyPosition: 2",
            "        primaryKey: true\n        primaryKeyPosition: 2",
        ),
    )

    assert "key column 'season' must have 'required: true'" in told(path)


def test_a_house_key_left_out_is_told(folder: Path) -> None:
    path = written(folder, STALL.replace("  - {property: merge, value: upsert}\n", ""))

    assert "customProperties has no 'merge'. Add it; docs/guide/contract.md shows a whole contract." in told(path)


def test_a_table_called_otherwise_than_its_file_is_told(folder: Path) -> None:
    path = written(folder, STALL, "stalls")

    assert told(path) == f"{path}:12: table 'stall' must be called like its file. Rename one of the two."


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", ":1: the file is empty. Copy an existing contract and change it."),
        ("id: 市".encode("gb18030"), ": byte 4 is not UTF-8. Save the file as UTF-8."),
        (b"- a\n- b\n", ":1: the file must be keys with values"),
        (b"version: 2026-02-30\n", ":1: '2026-02-30' cannot be read. Put it in quotes."),
    ],
    ids=["nothing in it", "saved as GB 18030", "a list", "a day that is not in the calendar"],
)
def test_a_file_that_is_no_contract_is_told(folder: Path, content: bytes, sentence: str) -> None:
    path = folder / "stall.odcs.yaml"
    path.write_bytes(content)

    assert told(path).startswith(f"{path}{sentence}")


def test_a_file_that_is_not_there_is_told(folder: Path) -> None:
    assert "there is no such file" in told(folder / "stall.odcs.yaml")


def test_a_reference_to_a_table_without_a_contract_is_told_at_its_line(folder: Path) -> None:
    path = written(folder, STALL)

    line = STALL[: STALL.index("table: area")].count("\n") + 1
    with pytest.raises(Refused) as refused:
        load_all(folder)
    assert str(refused.value) == f"{path}:{line}: there is no table 'area'."


def test_a_reference_to_a_column_that_the_other_table_lacks_is_told(folder: Path) -> None:
    path = written(folder, STALL.replace("column: code", "column: cod"))
    written(folder, area(STALL), "area")

    line = STALL[: STALL.index("column: code")].count("\n") + 1
    with pytest.raises(Refused) as refused:
        load_all(folder)
    assert str(refused.value) == f"{path}:{line}: table 'area' has no column 'cod'. Did you mean 'code'?"


def test_tables_that_refer_to_one_another_load_together(folder: Path) -> None:
    written(folder, STALL)
    written(folder, area(STALL), "area")

    assert set(load_all(folder)) == {"stall", "area"}


@pytest.mark.parametrize(("name", "sentence"), [
    ("stal", "there is no table 'stal'. Did you mean 'stall'?"), ("credit_profile", "a table cannot be computed from itself. Remove it."),
])  # fmt: skip
def test_a_gold_table_that_reads_one_without_a_contract_or_itself_is_told_at_its_line(folder: Path, name: str, sentence: str) -> None:
    (folder / "marts").mkdir()
    text = (ROOT / "schemas" / "marts" / "credit_profile.odcs.yaml").read_text(encoding="utf-8")
    path = written(folder / "marts", text.replace("value: [enterprise", f"value: [{name}"), "credit_profile")
    written(folder, STALL)

    line = text[: text.index("property: reads")].count("\n") + 1
    with pytest.raises(Refused) as refused:
        load_marts(folder)
    assert str(refused.value).splitlines()[0] == f"{path}:{line}: {sentence}"


def test_gold_tables_that_read_one_another_in_a_ring_are_told_with_the_way_around(folder: Path) -> None:
    (folder / "marts").mkdir()
    text = (ROOT / "schemas" / "marts" / "credit_profile.odcs.yaml").read_text(encoding="utf-8")
    for name, read in (("one", "two"), ("two", "three"), ("three", "one")):
        made = text.replace("credit_profile", name).replace("value: [enterprise", f"value: [{read}, enterprise")
        written(folder / "marts", made, name)
    for name in ("enterprise", "permit", "penalty"):
        written(folder, STALL.replace("stall", name), name)

    with pytest.raises(Refused, match=r"one\.odcs\.yaml:\d+: one, which reads two, which reads three, which reads one: a ring"):
        load_marts(folder)


def test_a_table_described_twice_is_told(folder: Path) -> None:
    (folder / "other").mkdir()
    path = written(folder / "other", STALL)
    written(folder, STALL)

    with pytest.raises(Refused, match="table 'stall' is also in") as refused:
        load_all(folder)
    assert str(path) in str(refused.value)


def test_a_copied_contract_that_kept_its_id_is_told_with_its_line(folder: Path) -> None:
    path = written(folder, STALL)
    twin = written(folder, STALL.replace("name: stall\n", "name: kiosk\n"), "kiosk")
    with pytest.raises(Refused) as refused:
        load_all(folder)
    assert str(refused.value).startswith(f"{path}:") and f"is that of {twin} too" in str(refused.value)


def test_one_table_loads_without_reading_the_others(folder: Path) -> None:
    written(folder, STALL)
    written(folder, "not a contract", "broken")

    assert load_one(folder, "business.stall").table == "stall"


@pytest.mark.parametrize("name", ["stall", "business.stall", "silver.stall"])
def test_a_table_is_found_by_each_of_its_names(folder: Path, name: str) -> None:
    contract = load(written(folder, STALL))

    assert find(name, {"stall": contract}) is contract


def test_a_misspelt_table_gets_the_nearest_one(folder: Path) -> None:
    written(folder, STALL)

    with pytest.raises(Refused, match=r"There is no table 'stal'[.] Did you mean 'stall'"):
        load_one(folder, "stal")


@pytest.mark.parametrize(
    ("bounds", "low", "high"),
    [
        ("mustBe: 5", 5, 5),
        ("mustBeGreaterThan: 5", 6, None),
        ("mustBeLessThan: 5", None, 4),
        ("mustBeGreaterOrEqualTo: 5", 5, None),
        ("mustBeLessOrEqualTo: 5", None, 5),
        ("mustBeBetween: [2, 5]", 2, 5),
        ("mustBeGreaterThan: 0.5", 1, None),
    ],
)
def test_bounds_of_a_count_are_whole_and_inclusive(folder: Path, bounds: str, low: int, high: int) -> None:
    contract = load(written(folder, STALL.replace("rowCount, mustBeGreaterThan: 0", f"rowCount, {bounds}")))

    assert (contract.set_rules[0].low, contract.set_rules[0].high) == (low, high)


def test_an_open_bound_in_percent_leaves_out_the_bound_itself_and_nothing_more(folder: Path) -> None:
    high = load(written(folder, STALL)).set_rules[1].high

    assert high is not None
    assert 39.999999 < high < 40


def test_the_shipped_contracts_load_and_know_one_another(contracts: dict[str, Contract]) -> None:
    assert {"enterprise", "permit", "penalty"} <= set(contracts)


@pytest.mark.parametrize("path", sorted((ROOT / "schemas").rglob("*.odcs.yaml")), ids=lambda path: path.name)
def test_a_shipped_contract_is_valid_by_the_official_schema(path: Path) -> None:
    official = json.loads((Path(odcs.__file__).parent / "schema.json").read_text(encoding="utf-8"))
    jsonschema.validate(yaml.safe_load(path.read_text(encoding="utf-8")), official)


@pytest.mark.parametrize("guide", ["contract.md", "contract.zh.md"])
def test_the_whole_contract_of_the_guide_loads(folder: Path, guide: str) -> None:
    text = (ROOT / "docs" / "guide" / guide).read_text(encoding="utf-8")
    whole = max(re.findall(r"```yaml\n(.*?)```", text, re.DOTALL), key=len)

    assert load(written(folder, whole, "market_stall")).table == "market_stall"


LAUGHS = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(f"{name}: &{name} [{','.join([f'*{before}'] * 9)}]\n" for before, name in zip("abcdefgh", "bcdefghi", strict=True))


@pytest.mark.parametrize(("text", "sentence"), [
    pytest.param(LAUGHS, r":\d+: has more than 100,000 values, names for others \('\*'\) counted", id="names for names for names"),
    pytest.param("a: &a [*a]\n", r":1: is nested more than 30 levels deep at 'a\.0\.0\.0…'", id="a list in itself"),
    pytest.param("a: " + "[" * 100_000, ": opens more lists and mappings within one another", id="brackets"),
    pytest.param("- " * 100_000 + "1", ": opens more lists and mappings within one another", id="lists on one line"),
    pytest.param("a: " + "{b: " * 3_000 + "1" + "}" * 3_000, ":1: is nested more than 30 levels deep", id="mappings"),
    pytest.param("#" * (1 << 20) + "\na: 1\n", ": is larger than 1024 KiB, and no contract is", id="a megabyte"),
])  # fmt: skip
def test_a_file_that_would_take_a_reader_down_is_refused_at_once(folder: Path, text: str, sentence: str) -> None:
    with pytest.raises(Refused, match=sentence):
        load(written(folder, text))


def test_a_device_is_no_contract() -> None:
    with pytest.raises(Refused, match="/dev/zero: is a device or a pipe"):
        load(Path("/dev/zero"))


@pytest.mark.parametrize("key", ["id", "name", "version", "status"])
def test_a_key_without_a_value_is_called_empty(folder: Path, key: str) -> None:
    text = re.sub(rf"^{key}: .*$", f"{key}:", STALL, count=1, flags=re.MULTILINE)
    with pytest.raises(Refused, match=rf"{key} is empty: write it out"):
        load(written(folder, text))
