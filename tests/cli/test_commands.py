"""The command line: answers on standard output, one sentence on standard error, an exit code a script can trust."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from jobs.cli import COMMANDS, main
from schemas.settings import ROOT, Settings
from tests.serve.made_lake import HELD, HOP, RELEASED, RELEASED_AT, SECRET_NAME, SECRET_NUMBER, hop, make_held, put

Govlake = Callable[..., tuple[int, str, str]]
CONTRACT = str(Path(__file__).parent.parent / "serve" / "contracts" / "business" / "applicant.odcs.yaml")
ROWS = {"rows_in": 6, "rows_silver": 3, "rows_quarantined": 2, "rows_duplicate": 1, "rows_filtered": 0}


def answer(govlake: Govlake, *argv: str) -> Any:
    return json.loads(govlake(*argv, "--json")[1])


@pytest.mark.parametrize(("argv", "code", "sentence"), [
    pytest.param(["tabels"], 64, "There is no command 'tabels'. Did you mean 'tables'? `govlake --help` lists them.", id="command"),
    pytest.param(["show", "applicant", "--limti", "3"], 64, "`govlake show` does not know '--limti'. Did you mean '--limit'? "
                 "`govlake show --help` shows examples.", id="option"),
    pytest.param(["show", "applicant", "--limit", "0"], 64, "Argument --limit: '0' is not a whole number from 1 to 1000000. "
                 "`govlake show --help` shows examples.", id="limit"),
    pytest.param(["show", "applicant", "--known-at", "noon"], 64, "Argument --known-at: 'noon' is not an instant such as 2026-03-01 or "
                 "'2026-03-01 09:30', Beijing time. `govlake show --help` shows examples.", id="instant"),
    pytest.param(["show", "applicant", "--as-of", "2026-03-01"], 65, "silver.applicant keeps no versions of its records, so what counted on 2026-03-01 "
                 "is not known. Nothing was read. --known-at shows what readers had then; merge 'history' or 'snapshot' in its contract keeps versions "
                 "from now on.", id="no past"),
    pytest.param(["ledger", "--date", "1/3/2026"], 64, "Argument --date: '1/3/2026' is not a date written YYYY-MM-DD. "
                 "`govlake ledger --help` shows examples.", id="date"),
    pytest.param(["show"], 64, "The following arguments are required: TABLE. `govlake show --help` shows examples.", id="nothing"),
    pytest.param(["quarantine", "--top", "applicant"], 64, "Argument TABLE: not allowed with argument --top. "
                 "`govlake quarantine --help` shows examples.", id="both"),
    pytest.param(["quarantine", "--top", "--held"], 65, "--held is about one table. Nothing was read. Write `govlake quarantine TABLE --held`.",
                 id="held of all"),
    pytest.param(["show", "--limti", "3"], 64, "`govlake show` does not know '--limti'. Did you mean '--limit'? `govlake show --help` shows examples.", id="option before what lacks"),
    pytest.param(["show", "applicant", "--limit", "9" * 30], 64, f"Argument --limit: '{'9' * 30}' is not a whole number from 1 to 1000000. `govlake show --help` shows examples.", id="a limit too high"),
    pytest.param(["reconcile", "--grace", "nan"], 64, "Argument --grace: 'nan' is not a number of seconds from 0 to 86400. `govlake reconcile --help` shows examples.", id="no number"),
    pytest.param(["reconcile", "--grace=-5"], 64, "Argument --grace: '-5' is not a number of seconds from 0 to 86400. `govlake reconcile --help` shows examples.", id="seconds below 0"),
    pytest.param(["show", "aplicant"], 65, "There is no table 'aplicant'. Did you mean 'applicant'? `govlake tables` lists them.",
                 id="table"),
    pytest.param(["show", "applicant", "--where", "case_on = 'A'"], 65, "silver.applicant has no column 'case_on'. Did you mean "
                 "'case_no'? Nothing was read. Text stands in single quotes.", id="column"),
    pytest.param(["explain", "usc", "91110000100006485K"], 65, "There is no rule 'usc'. Did you mean 'uscc'?", id="rule"),
    pytest.param(["accept", "applicant", "b1"], 64, "The following arguments are required: --because. `govlake accept --help` shows examples.",
                 id="no reason"),
    pytest.param(["accept", "applicant", "b1", "--because", " "], 64, "Argument --because: a reason is needed: who accepts the batch, and why. "
                 "`govlake accept --help` shows examples.", id="blank reason"),
    pytest.param(["accept", "applicant", "b1", "--because", "x"], 65, "applicant holds no batch 'b1'. `govlake ledger applicant` lists them.",
                 id="batch"),
    pytest.param(["token", "tax 03"], 65, "'tax 03' is no name of an office. Nothing was made. Use 1 to 64 letters, digits or . _ - as in tax-03.",
                 id="office"),
    pytest.param(["check", "applicant", "away.csv"], 65, "away.csv: there is no such file. Nothing was read. Check the path.",
                 id="file"),
])
def test_a_wrong_word_gets_the_right_one_and_its_exit_code(govlake: Govlake, argv: list[str], code: int, sentence: str) -> None:
    assert govlake(*argv) == (code, "", sentence + "\n")


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_the_help_of_a_command_has_its_examples(govlake: Govlake, command: Any) -> None:
    code, out, _ = govlake(command.name, "--help")
    assert code == 0
    assert all(f"  {example}\n" in out for example in command.examples)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_the_examples_of_a_command_are_its_own(command: Any) -> None:
    assert all(example.startswith(f"govlake {command.name}") for example in command.examples)


def test_no_command_at_all_shows_the_help_and_is_a_usage_error(govlake: Govlake) -> None:
    code, out, _ = govlake()
    assert (code, out.startswith("usage: govlake COMMAND")) == (64, True)


@pytest.mark.parametrize("argv", [["--help"], ["sample", "--help"], ["explain", "uscc", "1"]], ids=lambda argv: argv[0])
def test_an_answer_that_cannot_be_written_is_a_sentence_and_no_error_of_python(argv: list[str]) -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run([sys.executable, "-m", "jobs.cli", *argv], cwd=ROOT, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stderr.splitlines()) == (
        75, ["The answer could not be written: No space left on device. What the command did is done. Make room, or write it elsewhere, and run again."])  # fmt: skip


def test_a_home_that_is_a_file_is_a_sentence(tmp_path: Path) -> None:
    home = tmp_path / "file"
    home.write_bytes(b"")
    told = [sys.executable, "-m", "jobs.cli", "token", "tax-03", "--purpose", "licensing"]
    done = subprocess.run(told, cwd=ROOT, env={**os.environ, "GOVLAKE_HOME": str(home)}, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, len(done.stderr.splitlines()), "Check GOVLAKE_HOME" in done.stderr) == (75, "", 1, True)


def test_tables_has_the_stable_keys(govlake: Govlake) -> None:
    one = answer(govlake, "tables")[0]
    assert {key: one[key] for key in ROWS} == ROWS
    assert (one["name"], one["state"], one["encoding"], one["version"]) == ("silver.applicant", "released", "gb18030", 0)


@pytest.mark.parametrize("command", ["tables", "pending", "overdue"])
def test_a_contract_that_cannot_be_read_is_named_and_hides_no_other_table(command: str, lake: Settings, govlake: Govlake, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    whole = govlake(command)
    shutil.copytree(lake.contracts, tmp_path / "others")
    (tmp_path / "others" / "business" / "broken.odcs.yaml").write_text("kind: nonsense\n", encoding="utf-8")
    monkeypatch.setenv("GOVLAKE_CONTRACTS", str(tmp_path / "others"))
    code, out, err = govlake(command)
    assert (code, out, "broken.odcs.yaml:1: " in err) == (*whole[:2], True)


def test_two_contracts_of_one_table_are_named(lake: Settings, govlake: Govlake, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    whole = govlake("tables")
    shutil.copytree(lake.contracts, tmp_path / "others")
    shutil.copyfile(tmp_path / "others" / "business" / "applicant.odcs.yaml", tmp_path / "others" / "business" / "twin.odcs.yaml")
    monkeypatch.setenv("GOVLAKE_CONTRACTS", str(tmp_path / "others"))
    code, out, err = govlake("tables")
    assert (code, out, len(err.splitlines()), "twin.odcs.yaml" in err) == (*whole[:2], 1, True)


def test_ledger_has_the_stable_keys(govlake: Govlake) -> None:
    (one,) = answer(govlake, "ledger", "--table", "applicant", "--date", "2026-03-01")
    assert {key: one[key] for key in ROWS} == ROWS
    assert (one["batch"], one["encoding"], one["balanced"]) == (RELEASED, "gb18030", True)


def test_the_table_of_the_ledger_stands_alone_or_after_its_option(govlake: Govlake) -> None:
    assert answer(govlake, "ledger", "applicant") == answer(govlake, "ledger", "--table", "applicant")
    assert govlake("ledger", "aplicant")[0] == 65
    assert govlake("ledger", "applicant", "--table", "applicant")[0] == 64


def test_a_lake_without_batches_is_proved_and_one_whose_rows_nobody_can_account_for_is_not(govlake: Govlake, lake: Settings) -> None:
    code, out, _ = govlake("ledger", "applicant", "--prove", "--json")
    found = json.loads(out)
    assert (code, found["whole"], found["tables"][0]["unproved"], found["gold"]) == (65, False, 6, [])
    assert "has no trace" in found["tables"][0]["findings"][0]["sentence"] and SECRET_NUMBER not in out
    shutil.rmtree(lake.lake)
    assert govlake("ledger", "--prove")[:2] == (0, "Proved 已证明: each of 0 rows of 0 landed file(s) is in exactly one place, as it was released.\n")
    assert govlake("ledger", "--prove", "--date", "2026-03-01")[0] == 65


def test_quarantine_has_the_stable_keys(govlake: Govlake) -> None:
    found = answer(govlake, "quarantine", "applicant")
    assert (found["rows_quarantined"], found["violations"]) == (2, {"citizen_id": 2, "required": 1})


def test_the_top_reasons_are_listed(govlake: Govlake) -> None:
    first = answer(govlake, "quarantine", "--top")[0]
    assert (first["table"], first["rule"], first["column"], first["rows"]) == ("applicant", "citizen_id", "citizen_no", 2)


def test_show_says_for_which_instant_it_speaks(govlake: Govlake) -> None:
    known = govlake("show", "applicant", "--known-at", "2026-03-02 12:00")[1]
    assert known.startswith("silver.applicant, version 0, as known at 2026-03-02 12:00:00 已知时刻: 3 rows shown.")
    found = answer(govlake, "show", "applicant", "--known-at", "2026-03-02 12:00")
    assert (found["as_of"], found["known_at"]) == (None, "2026-03-02T12:00:00+08:00")


def test_show_gives_rows_by_name_with_exact_decimals_and_beijing_instants(govlake: Govlake) -> None:
    found = answer(govlake, "show", "applicant", "--where", "case_no = 'A-0001'")
    row = found["rows"][0]
    assert (row["fee_cny"], row["applied_at"], row["citizen_no"]) == ("12.50", "2026-03-01T09:00:00+08:00", "1****************X")


def test_pending_is_an_empty_list_where_nothing_waits(govlake: Govlake) -> None:
    assert answer(govlake, "pending") == []


@pytest.mark.parametrize("argv", [
    ["show", "applicant"], ["show", "applicant", "--json"], ["quarantine", "applicant"], ["quarantine", "applicant", "--json"],
    ["tables", "--json"], ["ledger", "--json"], ["quarantine", "--top", "--json"],
], ids=" ".join)
def test_no_command_gives_a_secret_away(govlake: Govlake, argv: list[str]) -> None:
    code, out, err = govlake(*argv)
    assert (code, SECRET_NAME in out + err, SECRET_NUMBER in out + err) == (0, False, False)


def test_tables_is_laid_out_in_columns(govlake: Govlake) -> None:
    out = re.sub(r"[\d,.]+ h(, late)?", "", govlake("tables")[1])
    lines = out.splitlines()
    assert re.split(" {2,}", lines[0])[:5] == ["table", "title", "state", "version", "rows"]
    assert re.split(" {2,}", lines[2].strip()) == [
        "silver.applicant", "申请人", "released", "0", "3", "6", "3", "2", "1", "0", "2026-03-01"]


def test_quarantine_is_told_in_words(govlake: Govlake) -> None:
    out = govlake("quarantine", "applicant", "--limit", "1")[1]
    assert out == (
        "applicant: 2 rows in quarantine 隔离区, 1 shown.\n"
        "         2  citizen_id\n"
        "         1  required\n"
        "\n"
        "business/applicant/2026-03-01/1.csv, row 5 第5行\n"
        "  公民身份号码（citizen_no）不是有效的18位公民身份号码; citizen_no is not a valid 18-digit citizen number: 1****************9\n"
        "  姓名（full_name）占位值，已置空; full_name is a placeholder; taken as empty (warning only 仅提示)\n"
        "  sent 原文: case_no=A****4, citizen_no=1****************9\n"
    )


def test_rows_of_a_held_batch_are_told_in_words_and_the_other_views_name_the_command(govlake: Govlake, lake: Settings) -> None:
    make_held(lake)
    put(lake.lake / "ledger" / "hop", HOP, [hop("hold", (4, 0, 0, 0), RELEASED_AT, batch=HELD, rows_filtered=4, note="applicant 2026-03-01 is held.")])
    out = govlake("quarantine", "applicant", "--held", "--limit", "1")[1]
    assert out.startswith(f"applicant 2026-03-02, batch {HELD}: 3 rows would go to quarantine 待隔离, 1 shown.\napplicant 2026-03-02 is held: ")
    assert "\nbusiness/applicant/2026-03-02/2.csv, row 2 第2行\n  公民身份号码（citizen_no）不是有效" in out
    assert "`govlake quarantine applicant --held`" in govlake("quarantine", "applicant")[1]
    assert "`govlake quarantine applicant --held`" in govlake("ledger")[1]
    assert answer(govlake, "quarantine", "applicant", "--held")[0]["rows_quarantined"] == 3


def test_where_nothing_is_held_that_is_said(govlake: Govlake) -> None:
    assert govlake("quarantine", "applicant", "--held")[:2] == (
        0, "applicant: no batch is held 无被扣留批次. `govlake quarantine applicant` shows what releases set aside.\n")


def test_lint_says_which_contract_is_sound(govlake: Govlake) -> None:
    assert govlake("lint", CONTRACT) == (0, f"OK: {CONTRACT} is the contract of business.applicant, version 1.0.0.\n", "")


def test_lint_of_a_folder_says_so(govlake: Govlake, tmp_path: Path) -> None:
    assert govlake("lint", str(tmp_path))[::2] == (65, f"{tmp_path}: is a folder. Name one contract in it, or none: `govlake lint` reads them all.\n")


def test_lint_names_file_and_line_of_a_typing_error(govlake: Govlake, tmp_path: Path) -> None:
    broken = tmp_path / "applicant.odcs.yaml"
    broken.write_text(Path(CONTRACT).read_text(encoding="utf-8").replace("[citizen_id]", "[citizen_di]"), encoding="utf-8")
    code, out, err = govlake("lint", str(broken))
    assert (code, out) == (65, "")
    assert re.match(rf"{re.escape(str(broken))}:\d+: .*'citizen_di'.*'citizen_id'", err)


def test_explain_says_what_a_code_means(govlake: Govlake) -> None:
    found = answer(govlake, "explain", "uscc", "91350100M000100Y43")  # worked example of GB 32100-2015
    assert (found["rule"], found["standard"], found["valid"]) == ("uscc", "GB 32100-2015", True)


@pytest.mark.parametrize("option", [[], ["--json"]], ids=["text", "json"])
def test_explain_says_why_a_code_fails_and_a_script_can_go_by_its_exit_code(govlake: Govlake, option: list[str]) -> None:
    code, out, err = govlake("explain", "uscc", "91350100M000100Y44", *option)
    assert (code, out.startswith("{" if option else "not valid 无效 (uscc, GB 32100-2015)"), err) == (1, True, "")
    assert govlake("explain", "uscc", "91350100M000100Y43", *option)[0] == 0


def test_a_token_is_made_and_withdrawn(govlake: Govlake, lake: Settings) -> None:
    code, made, err = govlake("token", "tax-03", "--purpose", "bidding")
    assert (code, len(made.strip()), err) == (0, 43, "")
    assert made.strip() not in (lake.home / "gateway_tokens.json").read_text(encoding="utf-8")
    assert govlake("token", "tax-03", "--withdraw")[1] == "1 tokens of tax-03 were withdrawn; the gateway knows within a second.\n"


def test_watch_says_plainly_that_the_stream_was_never_started(govlake: Govlake) -> None:
    code, out, err = govlake("watch", "heartbeat")
    assert (code, out, "The stream was never started here" in err, "`make up` starts it" in err) == (75, "", True, True)
    assert answer(govlake, "watch", "heartbeat")[0]["is_crossed"] is True


def test_page_prints_the_contract_for_people(govlake: Govlake) -> None:
    code, out, _ = govlake("page", "applicant")
    assert (code, "公民身份号码" in out) == (0, True)


@pytest.mark.parametrize("argv", [["tables"], ["show", "applicant"], ["ledger"], ["ledger", "--prove"], ["quarantine", "--top"], ["pending"], ["overdue"],
                                   ["feedback", "--date", "2026-03-02"], ["diff", CONTRACT, CONTRACT],
                                  ["explain", "uscc", "91350100M000100Y43"]], ids=" ".join)
def test_commands_that_look_start_no_spark(lake: Settings, argv: list[str]) -> None:
    listed = "import sys; from jobs.cli import main; main(sys.argv[1:]); sys.exit('pyspark' in sys.modules)"
    places = {"GOVLAKE_HOME": str(lake.home), "GOVLAKE_CONTRACTS": str(lake.contracts)}
    done = subprocess.run([sys.executable, "-c", listed, *argv], cwd=ROOT, env=places, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_a_reader_that_leaves_early_is_no_error(lake: Settings) -> None:
    places = {"GOVLAKE_HOME": str(lake.home), "GOVLAKE_CONTRACTS": str(lake.contracts)}
    command = f"{sys.executable} -m jobs.cli ledger --json | true; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], cwd=ROOT, env=places, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_usage_errors_never_leave_main_as_an_exception() -> None:
    assert main(["tables", "--jsno"]) == 64
