"""`make demo`: the whole lake on one machine, from landing to gold and the stream, waited for and shown."""

import json
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

from infra import airflow_api, department, programs, runs, samples, stack, supervision
from infra.airflow_settings import ADMIN
from infra.ask import answered, ask, example, worded
from infra.place import VENV, Place, here
from infra.runs import Due
from infra.rush import RATE, SECONDS, rush
from schemas.errors import Failure, Refused, Unavailable
from schemas.load import load_all, load_marts
from schemas.settings import ROOT

BEGUN = time.monotonic()
RECEIPT_SECONDS = 180  # an answer is sealed within 10 s once the ledger job is up, which a cold start delays
TRAINING = ROOT / "infra" / "spark" / "train.sh"
WATCH = "stream.watch"  # turned on when there is something to look at
GOLD = "Each release of a table that a gold table reads starts it anew, so it may run several times 所读各表每次放行，主题表都会重新计算:"
QUERY = ROOT / "docs" / "examples" / "gold_without_spark.py"


def demo(place: Place) -> None:
    """Land the samples, run the flow, show the result. Raises Refused when a run failed."""
    fresh = samples.land(place)
    if rows := department.fill(place):
        _say(f"Put {rows} made rows into a department's database: {department.TABLE} (PostgreSQL). Its DAG reads them from there 部门数据库.")
    samples.await_settled(place)
    _say(f"Landed {fresh} new sample file(s) in {place.settings.landing}." if fresh else "The samples are in landing already.")
    failures = _flow(place)
    _heading("The lake 数据湖")
    _govlake("tables")
    _heading("Why rows are in quarantine 隔离原因")
    _govlake("quarantine", "--top")
    _heading("What waits in landing 待处理文件")
    _govlake("pending")
    for show in (_query, _stream):
        try:
            show(place)
        except Failure as failure:
            failures.append(str(failure))
    _turn_on(airflow_api.log_in(place), WATCH)
    _addresses(place)
    if failures:
        raise Refused("\n".join(failures))


def _flow(place: Place) -> list[str]:
    contracts, marts = load_all(place.settings.contracts), load_marts(place.settings.contracts)
    airflow, begun = airflow_api.log_in(place), time.monotonic()
    since = datetime.now(UTC).isoformat()
    names = {contract.dag_id for contract in (*contracts.values(), *marts.values())}
    runs.await_dags(airflow, frozenset(names))
    for name in names:
        _turn_on(airflow, name)
    due = _due()
    _say(f"{len(due)} run(s) for {sum(len(one.files) for one in due)} file(s):" if due else "Nothing new in landing: nothing to run.")
    released = frozenset(one["table"] for one in _answer("tables") if one["version"] is not None)
    voice = runs.Voice(_say)
    outcome = runs.follow(airflow, due, contracts, released, voice)
    failures = [f"{one.dag_id} {one.date} was not started, since a table it needs has no release." for one in outcome.blocked]
    failures += [f"{one.dag_id} {one.date} failed: {airflow.address}/dags/{one.dag_id} and `govlake ledger {one.table}` say why." for one in outcome.failed if not _held(one)]
    if outcome.good:
        voice.tell(GOLD)
    for answering in (True, False):  # the stream answers from the first: its Java starts beside the others' runs
        for mart in sorted((one for one in marts.values() if bool(one.changes) is answering), key=lambda one: any(name in marts for name in one.reads)):  # gold that reads gold is last
            dates = frozenset(one.date for one in outcome.good if one.table in mart.reads)
            failures += runs.settle(airflow, mart.dag_id, dates, since, voice)
        supervision.start(place, programs.ANSWERING)
    _say(f"All runs are over after {time.monotonic() - begun:.0f} s.")
    return failures


def _turn_on(airflow: airflow_api.Airflow, dag: str) -> None:
    airflow.patch(f"dags/{dag}", {"is_paused": False}, update_mask="is_paused")


def _due() -> tuple[Due, ...]:
    return tuple(Due(one["table"], one["dag_id"], one["date"], tuple(one["files"])) for one in _answer("pending"))


def _held(due: Due) -> bool:
    """Whether a red run did what it should: the audit held the release. Says why."""
    told = _answer("ledger", "--table", due.table, "--date", due.date)
    notes = [one["note"] for one in told if one["state"] == "held"]
    for note in notes:
        _say(f"  held 暂缓发布: {note}")
    return bool(notes)


def _answer(*arguments: str) -> Any:
    done = subprocess.run([VENV / "govlake", *arguments, "--json"], check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout)


def _govlake(*arguments: str) -> None:
    subprocess.run([VENV / "govlake", *arguments], check=True)


def _query(place: Place) -> None:
    _heading(f"One question answered without Spark ({QUERY.relative_to(ROOT)})")
    _say(QUERY.read_text(encoding="utf-8"))
    if subprocess.run([sys.executable, QUERY, place.settings.lake], check=False).returncode:
        raise Refused(f"{QUERY.relative_to(ROOT)} found no gold table.")


def _stream(place: Place) -> None:
    _heading("Two instant items, answered by the stream 即办件 (python -m infra.ask); its Java is cold, the first may take a minute")
    contract = answered(load_all(place.settings.contracts))
    required = [column.name for column in contract.columns if column.required]
    _say(worded(*ask(place.settings, contract, example(contract))))
    verdict, seconds = ask(place.settings, contract, example(contract, without=required[-1]))
    _say(worded(verdict, seconds))
    supervision.start(place, programs.STREAM)  # the second replica, while there is something else to show
    _say(f"\n{SECONDS} seconds of a service hall begin in the background: {RATE} requests a second over HTTP 一分钟的办事大厅 (python -m infra.rush)")
    with ThreadPoolExecutor() as pool:
        minute = pool.submit(rush, place.settings)
        _proved(place, verdict["request_id"])
        _heading("The same verdict computed again from what was recorded 重算 (govlake replay)")
        _govlake("replay", verdict["request_id"])
        _heading("Each row of each landed file, where it is now 逐行核对 (govlake ledger --prove)")
        if subprocess.run([VENV / "govlake", "ledger", "--prove"], check=False).returncode not in (0, Unavailable.exit_code):  # 75: a run writes just now
            raise Refused("It is not proved that the lake holds what was landed; the lines above say why. See docs/runbooks/rows-not-proved.md.")
        _heading(f"What the {SECONDS} seconds brought; the second replica started meanwhile 一分钟的结果")
        _say(minute.result().worded)


def _proved(place: Place, request: str) -> None:
    _heading("The second answer's receipt, checked with the chain's head alone 回执核验 (govlake receipt, govlake verify)")
    receipt = place.settings.home / "receipt.json"
    begun = time.monotonic()
    while (made := subprocess.run([VENV / "govlake", "receipt", request], check=False, capture_output=True)).returncode:
        if time.monotonic() - begun > RECEIPT_SECONDS:
            raise Unavailable(f"No receipt for {request} after {RECEIPT_SECONDS} s: {made.stderr.decode().strip()} `make status` shows whether verdicts is up.")
        time.sleep(1)
    receipt.write_bytes(made.stdout)
    _govlake("verify", str(receipt))


def _addresses(place: Place) -> None:
    _heading("What is up")
    _say(f"  Airflow      {airflow_api.address(place)}   user {ADMIN}, password {place.secret('airflow_admin_password')}")
    _say(f"  Gateway      http://127.0.0.1:{place.settings.gateway_port}/docs, live figures on /live; `govlake token OFFICE` makes a token")
    _say(f"  Kafka        {place.settings.kafka}")
    _say(f"  Department   {department.TABLE} in PostgreSQL, made 虚构; `.venv/bin/python -m infra.department` changes a row there and shows it arrive in silver")
    _say(f"  Landing      {place.settings.landing}/<class>/<table>/<date>/")
    _say(f"  Lake         {place.settings.lake}")
    _say(f"  {stack.HINT}")


def _heading(text: str) -> None:
    _say(f"\n{text}\n{'─' * 60} after {time.monotonic() - BEGUN:.0f} s")


def _say(line: str) -> None:
    print(line, flush=True)


def main() -> int:
    """Start the stack when it is not up, show the demo, and return the exit code."""
    with subprocess.Popen([TRAINING], stdout=subprocess.DEVNULL):  # beside the stack's start, which mostly waits
        code = stack.main(["lake"])
    if code:
        return code
    try:
        demo(here())
    except Failure as failure:
        print(f"\n{failure}", file=sys.stderr)
        return failure.exit_code
    _say(f"\nThe demo took {time.monotonic() - BEGUN:.0f} s.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
