"""`python -m jobs.gateway`: the HTTP gateway, on loopback. Joins the stream's topics with the server, which must not know each other."""

import sys

import uvicorn

from jobs.serve.gateway.answer import Route
from jobs.serve.gateway.app import make_app
from jobs.stream import topics
from schemas.errors import Failure, Refused
from schemas.load import load_all
from schemas.settings import settings

ROUTES = (
    Route("instant", topics.INSTANT_REQUEST, topics.INSTANT_VERDICT, topics.INSTANT_DEAD_LETTER),
    Route("credit", topics.CREDIT_LOOKUP, topics.CREDIT_ANSWER, topics.CREDIT_DEAD_LETTER),
)
LOOPBACK = "127.0.0.1"
IDLE = 75  # seconds an idle connection is kept; longer than callers' pools and proxies keep theirs, so that none is cut in use
LEAVE = 5  # seconds requests under way are given at the end


def main() -> int:
    """Serve until stopped, and return the exit code."""
    here = settings()
    try:
        contract = next((contract for contract in load_all(here.contracts).values() if contract.topic), None)
        if contract is None:
            raise Refused("No contract has a 'topic'. Nothing was started. Add one under customProperties of the table to be answered.")
        app = make_app(here, contract, ROUTES)
    except Failure as failure:
        print(f"{type(failure).__name__.upper()}: {failure}", file=sys.stderr, flush=True)
        return failure.exit_code
    # No access log: it would name request ids, and tell nothing that the metrics do not.
    config = uvicorn.Config(app, host=LOOPBACK, port=here.gateway_port, access_log=False, log_level="warning", server_header=False)
    config.timeout_keep_alive, config.timeout_graceful_shutdown = IDLE, LEAVE
    uvicorn.Server(config).run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
