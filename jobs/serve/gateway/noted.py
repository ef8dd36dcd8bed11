"""Answers that are no verdict: counted by their code, and the 503s among them said in the log."""

import logging

from jobs.serve.gateway.figures import Figures
from jobs.serve.gateway.problem import Problem

LOG = logging.getLogger(__name__)
AWAY = 503


def note(figures: Figures, said: Problem) -> None:
    """Count it; log a 503, the first of its code at once and then one a minute: a broker that is away would fill the disk.

    The sentence is the one the caller got. It names no request, which nobody could look up without its values.
    """
    total = ("problems", str(said.status), said.code)
    figures.totals[total] += 1
    if said.status == AWAY and figures.is_due(f"log {said.code}"):
        LOG.warning("%s %d %s, %d since the start: %s", figures.at, said.status, said.code, figures.totals[total], said.en)
