"""What becomes of a task for each way its application can end. Pins what we lean on inside the Spark provider."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.sdk import DAG, RetryAction
from airflow.sdk.exceptions import AirflowSkipException, DownstreamTasksSkipped

from dags.retries import Crashed, RetryByKind, failure
from dags.spark import NOTHING_NEW, TAKEN_IN, AuditedRun, Refusal, SparkRun
from schemas import sockets
from schemas.errors import Refused, Unavailable
from schemas.settings import ROOT, settings

Executable = Callable[[str], Path]
HELD = "enterprise 2026-03-01 is held: duplicateValues(uscc) must be 0, found 17. See docs/runbooks/audit-held.md"
AWAY = "Kafka at localhost:9092 did not answer in 10 s. Nothing was committed."
DISK = "No space left on the disk of /var. Nothing was committed; see docs/runbooks/no-disk-space.md."
GONE = "7.csv: header lacks required 'uscc'. Nothing was read; the file stays in landing."
DEFECT = "KeyError: 'x'. See docs/runbooks/spark-crash.md."


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An installation of the test's own, with nothing up."""
    monkeypatch.setenv("GOVLAKE_HOME", str(tmp_path / "var"))


def run(binary: Path, key: str = "2026-03-01", queued: int = 0, tries: int = 1, **given: Any) -> None:
    """Run the task as a worker does: with its templates rendered for a run of this partition key."""
    dag = DAG("business.enterprise")
    task = SparkRun(task_id="load", dag=dag, step="run", subject="enterprise", spark_binary=str(binary), **given)
    task.render_template_fields({"dag_run": SimpleNamespace(partition_key=key)})
    task.execute({"ti": SimpleNamespace(get_dr_count=lambda dag_id, states: queued, try_number=tries)})


@pytest.mark.parametrize(
    ("body", "kind", "sentence"),
    [
        pytest.param(f"echo 'REFUSED: {HELD}' >&2; exit 65", Refused, HELD, id="a held batch"),
        pytest.param(f"echo 'UNAVAILABLE: {AWAY}' >&2; exit 75", Unavailable, AWAY, id="a broker that is away"),
        pytest.param(
            f"echo 'UNAVAILABLE: {DISK}' >&2; echo '18:01:02 WARN ShutdownHook: late word' >&2; exit 75",
            Unavailable,
            DISK,
            id="a word of Spark after the sentence",
        ),
        pytest.param(f'echo "CRASHED: {DEFECT}" >&2; exit 70', Crashed, DEFECT, id="a defect of ours"),
    ],
)
def test_the_sentence_of_the_application_is_the_message_of_the_failure(
    spark_submit: Executable, body: str, kind: type[Exception], sentence: str
) -> None:
    with pytest.raises(kind) as failed:
        run(spark_submit(body))
    assert str(failed.value).startswith(sentence)


@pytest.mark.parametrize(
    ("said", "code", "page"),
    [
        pytest.param(f"REFUSED: {HELD}", 65, "audit-held", id="a sentence with its own page keeps it"),
        pytest.param(f"REFUSED: {GONE}", 65, "refused-file", id="a refused file"),
        pytest.param(f"UNAVAILABLE: {AWAY}", 75, "unavailable", id="a broker that is away"),
        pytest.param(f"UNAVAILABLE: {DISK}", 75, "no-disk-space", id="a full disk"),
        pytest.param("Killed", 137, "spark-crash", id="a killed driver"),
    ],
)
def test_every_failure_leads_to_one_runbook(said: str, code: int, page: str) -> None:
    assert re.findall(r"docs/runbooks/([\w-]+)", str(failure(code, [said]))) == [page]


def test_a_killed_driver_is_a_crash_that_names_the_last_line(spark_submit: Executable) -> None:
    with pytest.raises(
        Crashed, match=r"exit code -9 .* last line was: step 4 of 7\. See docs/runbooks/spark-crash\.md"
    ):
        run(spark_submit("echo 'step 4 of 7'; kill -9 $$"))


def test_a_long_stack_trace_does_not_push_the_sentence_out(spark_submit: Executable) -> None:
    noise = 'i=0; while [ $i -lt 3000 ]; do echo "java.lang.RuntimeException: at frame $i"; i=$((i+1)); done'
    with pytest.raises(Unavailable, match="did not answer in 10 s"):
        run(spark_submit(f"{noise}; echo 'UNAVAILABLE: {AWAY}' >&2; exit 75"))


@pytest.mark.parametrize(
    ("failure", "tries", "decided"),
    [
        pytest.param(Refused(HELD), 1, RetryAction.FAIL, id="refused: never"),
        pytest.param(Unavailable(AWAY), 1, RetryAction.RETRY, id="unavailable: again"),
        pytest.param(Unavailable(AWAY), 4, RetryAction.RETRY, id="unavailable: as often as the task allows"),
        pytest.param(Crashed("killed"), 1, RetryAction.RETRY, id="crashed: once more"),
        pytest.param(Crashed("killed"), 2, RetryAction.FAIL, id="crashed twice: a person looks"),
        pytest.param(KeyError("x"), 1, RetryAction.RETRY, id="anything else counts as a crash"),
    ],
)
def test_only_what_can_pass_by_itself_is_tried_again(failure: Exception, tries: int, decided: RetryAction) -> None:
    assert RetryByKind().evaluate(failure, try_number=tries, max_tries=4).action is decided


def test_a_run_without_new_files_is_skipped_so_that_nothing_downstream_starts(spark_submit: Executable) -> None:
    with pytest.raises(AirflowSkipException, match="nothing new"):
        run(spark_submit("echo 'enterprise 2026-03-01: nothing new in /landing/business/enterprise/2026-03-01.'"))


def test_a_repeated_run_without_new_files_is_not_skipped_since_the_try_before_may_have_released_and_died(spark_submit: Executable) -> None:
    run(spark_submit("echo 'enterprise 2026-03-01: nothing new in /landing.'"), tries=2)


RELEASED_SOME = f"echo 'enterprise 2026-03-01: 9 rows in, 9 to silver.'; echo 'REFUSED: {GONE}' >&2; exit 65"


class Notes(dict[str, str]):
    """What tasks of one run leave for each other, as Airflow keeps it."""

    def xcom_push(self, key: str, value: str) -> None:
        self[key] = value

    def xcom_pull(self, task_ids: str, key: str) -> str:
        return self[key]


def loaded(binary: Path, notes: Notes) -> Refusal:
    """Run a table's load as a worker does; returns the task after it."""
    dag = DAG("business.enterprise")
    task, after = AuditedRun(task_id="load", dag=dag, step="run", subject="enterprise", spark_binary=str(binary)), Refusal(task_id="refusal", dag=dag)
    task >> after
    task.render_template_fields({"dag_run": SimpleNamespace(partition_key="2026-03-01")})
    task.execute({"ti": notes})
    return after


def test_a_run_that_released_rows_beside_a_refused_file_succeeds_and_the_next_task_fails_with_the_sentence(spark_submit: Executable) -> None:
    notes = Notes()
    after = loaded(spark_submit(RELEASED_SOME), notes)
    with pytest.raises(Refused, match=r"lacks required .* See docs/runbooks/refused-file\.md"):
        after.execute({"ti": notes})


def test_a_run_that_released_nothing_fails_itself(spark_submit: Executable) -> None:
    with pytest.raises(Refused, match="lacks required"):
        loaded(spark_submit(f"echo 'REFUSED: {GONE}' >&2; exit 65"), Notes())


def test_the_refusal_of_a_run_without_one_is_skipped_and_costs_nothing(spark_submit: Executable) -> None:
    with pytest.raises(DownstreamTasksSkipped) as skipped:
        loaded(spark_submit("echo 'enterprise 2026-03-01: 9 rows in, 9 to silver.'"), Notes())
    assert skipped.value.tasks == ["refusal"]


def test_a_run_that_finished_an_older_batch_is_not_skipped(spark_submit: Executable) -> None:
    finished = "enterprise 2026-02-28: 42 rows in, 39 to silver, 2 quarantined, 1 duplicates."
    run(spark_submit(f"echo '{finished}'; echo 'enterprise 2026-03-01: nothing new in /landing.'"))


@pytest.mark.parametrize("words", [NOTHING_NEW, TAKEN_IN])
def test_the_words_a_skip_is_decided_by_are_those_of_the_job(words: str) -> None:
    assert words in (ROOT / "jobs" / "publish" / "run.py").read_text(encoding="utf-8")


def test_the_partition_key_reaches_the_command_line(spark_submit: Executable, tmp_path: Path) -> None:
    run(spark_submit("exit 0"))
    seen = (tmp_path / "seen").read_text(encoding="utf-8").splitlines()
    assert seen[-5:] == [str(ROOT / "jobs" / "__main__.py"), "run", "enterprise", "--date", "2026-03-01"]
    assert seen[seen.index("--master") + 1] == "local[2]"


@pytest.mark.parametrize("key", [pytest.param("", id="no key"), pytest.param("2026-03-01T00:00:00", id="an instant")])
def test_a_run_without_a_business_date_is_refused_before_anything_starts(
    spark_submit: Executable, tmp_path: Path, key: str
) -> None:
    with pytest.raises(Refused, match="give the business date as partition key"):
        run(spark_submit("exit 0"), key=key)
    assert not (tmp_path / "seen").exists()


def test_a_mart_makes_way_for_a_run_that_waits(spark_submit: Executable, tmp_path: Path) -> None:
    with pytest.raises(AirflowSkipException, match="2 later run"):
        run(spark_submit("exit 0"), queued=2, makes_way=True)
    assert not (tmp_path / "seen").exists()


def test_a_mart_waits_without_spark_for_the_first_release_of_what_it_reads(spark_submit: Executable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOVLAKE_LAKE", str(tmp_path / "lake"))
    refused = tmp_path / "lake" / "quarantine" / "permit_never_landed" / "_delta_log"  # a run has come to its fourth step
    refused.mkdir(parents=True)
    (refused / f"{0:020}.json").write_text("{}", encoding="utf-8")
    with pytest.raises(AirflowSkipException, match="permit_never_landed has no released version yet"):
        run(spark_submit("exit 0"), reads=("permit_never_landed",))
    assert not (tmp_path / "seen").exists()


@pytest.fixture
def warm() -> Iterator[None]:
    """A shared Spark application seems to be up."""
    with sockets.listen(settings().spark_socket):
        yield


def attached(binary: Path, try_number: int) -> None:
    task = SparkRun(task_id="load", dag=DAG("business.enterprise"), step="run", subject="nowhere", spark_binary=str(binary))
    task.render_template_fields({"dag_run": SimpleNamespace(partition_key="2026-03-01")})
    task.execute({"ti": SimpleNamespace(get_dr_count=lambda dag_id, states: 0, try_number=try_number)})


@pytest.mark.usefixtures("warm")
def test_where_a_warm_spark_is_up_the_step_starts_without_spark_submit_and_fails_with_its_own_sentence(spark_submit: Executable, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="nowhere"):
        attached(spark_submit("exit 0"), try_number=1)
    assert not (tmp_path / "seen").exists()


@pytest.mark.usefixtures("warm")
def test_a_second_try_has_an_application_of_its_own(spark_submit: Executable, tmp_path: Path) -> None:
    attached(spark_submit("exit 0"), try_number=2)
    assert "nowhere" in (tmp_path / "seen").read_text(encoding="utf-8")
