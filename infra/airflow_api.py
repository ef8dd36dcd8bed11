"""Airflow's REST interface, as far as the stack and the demo need it."""

import json
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from typing import Any

from infra.airflow_settings import ADMIN
from infra.place import Place
from infra.ports import LOOPBACK
from schemas.errors import Refused, Unavailable

TIMEOUT = 60  # seconds; a busy machine is slow, not away: when it is away, a call fails at once


@dataclass(frozen=True)
class Airflow:
    """A logged-in client. Every call raises Unavailable when Airflow is away, Refused when it says no."""

    address: str
    token: str

    def get(self, path: str, **query: Any) -> Any:
        """Read a resource, e.g. get("dags", limit=100)."""
        asked = f"?{urllib.parse.urlencode(query, doseq=True)}" if query else ""
        return _call("GET", f"{self.address}/api/v2/{path}{asked}", None, self.token)

    def post(self, path: str, body: Any) -> Any:
        """Create a resource."""
        return _call("POST", f"{self.address}/api/v2/{path}", body, self.token)

    def patch(self, path: str, body: Any, **query: Any) -> Any:
        """Change a resource."""
        asked = f"?{urllib.parse.urlencode(query)}" if query else ""
        return _call("PATCH", f"{self.address}/api/v2/{path}{asked}", body, self.token)


def log_in(place: Place) -> Airflow:
    """Log in with the generated password of this installation."""
    body = {"username": ADMIN, "password": place.secret("airflow_admin_password")}
    return Airflow(address(place), _call("POST", f"{address(place)}/auth/token", body, None)["access_token"])


def address(place: Place) -> str:
    """Return the address of Airflow's pages."""
    return f"http://{LOOPBACK}:{place.settings.airflow_port}"


def unhealthy(place: Place) -> tuple[str, ...]:
    """Return the names of the parts that are not healthy; all of them when Airflow does not answer."""
    parts = ("metadatabase", "scheduler", "triggerer", "dag_processor")
    try:
        told = _call("GET", f"{address(place)}/api/v2/monitor/health", None, None)
    except Unavailable:
        return ("api_server", *parts)
    return tuple(part for part in parts if (told.get(part) or {}).get("status") != "healthy")


def _call(method: str, url: str, body: Any, token: str | None) -> Any:
    headers = {"Content-Type": "application/json", **({"Authorization": f"Bearer {token}"} if token else {})}
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, headers, method=method)
    # No proxy: whatever the environment says, this is loopback.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=TIMEOUT) as answer:
            return json.loads(answer.read() or b"null")
    except urllib.error.HTTPError as error:
        told = error.read().decode(errors="replace")[:300]
        if error.code >= 500:
            raise Unavailable(f"Airflow answered {error.code} to {method} {url}: {told}") from None
        raise Refused(f"Airflow refused {method} {url} ({error.code}): {told}") from None
    except (urllib.error.URLError, TimeoutError, ConnectionError) as error:
        raise Unavailable(f"Airflow at {url} did not answer: {error}. `make status` shows what is up.") from None
