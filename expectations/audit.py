"""The audit of a batch: Great Expectations judges its measurements, and the verdict says what it found."""

from dataclasses import dataclass

import great_expectations as gx
import pandas as pd  # type: ignore[import-untyped]  # stubs are not installed
from great_expectations.core import ExpectationSuiteValidationResult as Result
from great_expectations.core import ExpectationValidationResult
from great_expectations.data_context.types.base import ProgressBarsConfig

from expectations.measurement import Measurement, figure
from expectations.suite import demand, is_closed, is_share, number, set_rules, suite
from schemas.contract import Contract, SetRule

RUNBOOK = "docs/runbooks/audit-held.md"
NAMED = 3  # failed rules a sentence names; the page has them all
HIDDEN = "not shown"


class Unjudged(RuntimeError):
    """Great Expectations could not evaluate a rule: a fault of ours, not of the data."""


@dataclass(frozen=True)
class Failure:
    """One set rule that the batch broke. found: None for no value, or one that may not be shown."""

    rule: str
    found: float | None
    low: float | None
    high: float | None
    unit: str


@dataclass(frozen=True)
class Verdict:
    """What the audit says of a batch. sentence: why it is held.  report: its page below the data docs folder.

    reasons: what each failed rule asks for and what was found, in words.
    """

    success: bool
    failed: tuple[Failure, ...]
    reasons: tuple[str, ...]
    sentence: str | None
    report: str | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Judgement:
    """The verdict, and Great Expectations' own result that it was read from."""

    verdict: Verdict
    result: Result


def judge(contract: Contract, batch: Measurement) -> Judgement:
    """Let Great Expectations judge the measurements of a batch by the contract's suite.

    A rule about change passes, and is noted, while there is no history. A rule about a column without any value fails.
    Raises Unmeasured when a figure is missing, Unjudged when Great Expectations cannot evaluate a rule.
    """
    rules = set_rules(contract)
    figures = {rule.name: figure(rule, batch) for rule in rules}
    new = {rule.name for rule in rules if rule.metric == "rowCountChange" and figures[rule.name] is None}
    result = _validated(suite(contract, without=frozenset(new)), pd.DataFrame([figures]), batch)
    failed = {_bounds(one) for one in result.results if not one.success}
    broken = [rule for rule in rules if (rule.name, rule.low, rule.high) in failed]
    _show(contract, result)
    notes = tuple(f"{name}: no earlier batch to compare with." for name in sorted(new))
    failures = tuple(_failure(contract, rule, figures[rule.name]) for rule in broken)
    reasons = tuple(f"{rule.name} {demand(rule)}, found {_found(contract, rule, figures[rule.name])}" for rule in broken)
    sentence = _sentence(batch, reasons) if broken else None
    return Judgement(Verdict(bool(result.success), failures, reasons, sentence, notes=notes), result)


def _bounds(one: ExpectationValidationResult) -> tuple[str, float | None, float | None]:
    asked = one.expectation_config.kwargs if one.expectation_config else {}
    return asked["column"], asked.get("min_value"), asked.get("max_value")


def _validated(wanted: gx.ExpectationSuite, frame: pd.DataFrame, batch: Measurement) -> Result:
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    asset = context.data_sources.add_pandas("measurements").add_dataframe_asset(batch.table)
    measured = asset.add_batch_definition_whole_dataframe(batch.date).get_batch({"dataframe": frame})
    result = measured.validate(wanted)
    raised = [one for one in result.results if one.exception_info.get("raised_exception")]
    if raised:
        name, reason = _bounds(raised[0])[0], raised[0].exception_info["exception_message"]
        raise Unjudged(f"{batch.table} {batch.date}: {name} could not be judged: {reason}")
    return result


def _show(contract: Contract, result: Result) -> None:
    """Make the figures of a result fit to be shown: no value of a closed column, and plain numbers.

    Great Expectations' page renderer writes repr(), which numpy 2 spells np.float64(0.2), and then fails to read it.
    """
    closed = {rule.name for rule in set_rules(contract) if is_closed(contract, rule)}
    for one in result.results:
        found = one.result["observed_value"]
        plain = found.item() if hasattr(found, "item") else found
        one.result = {"observed_value": HIDDEN if _bounds(one)[0] in closed else plain}


def _failure(contract: Contract, rule: SetRule, found: float | None) -> Failure:
    shown = None if is_closed(contract, rule) else found
    return Failure(rule.name, shown, rule.low, rule.high, "percent" if is_share(rule) else rule.unit)


def _sentence(batch: Measurement, reasons: tuple[str, ...]) -> str:
    more = f"; and {len(reasons) - NAMED} more" if len(reasons) > NAMED else ""
    state = "Readers keep the version they had."
    return f"{batch.table} {batch.date} is held: {'; '.join(reasons[:NAMED])}{more}. {state} See {RUNBOOK}."


def _found(contract: Contract, rule: SetRule, found: float | None) -> str:
    if found is not None and is_closed(contract, rule):
        return f"another ({contract.column(str(rule.column)).classification}, {HIDDEN})"
    return number(found) + (" %" if is_share(rule) and found is not None else "")
