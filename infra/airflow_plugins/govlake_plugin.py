"""What govlake adds to Airflow: the Lake page, Data Docs behind the log-in, the business-day timetable, the order of runs, the pools."""

from typing import Any, ClassVar

from airflow.plugins_manager import AirflowPlugin

from dags.backfill import PastDatesLast
from dags.business_day import BusinessDayTimetable
from infra.airflow_plugins import pools

PREFIX = "/govlake"


async def pages(scope: Any, receive: Any, send: Any) -> None:
    """The pages, imported at the first request: every Airflow process loads this file, each task's too (0.4 s less)."""
    from infra.airflow_plugins import web

    await web.pages(scope, receive, send)


class GovlakePlugin(AirflowPlugin):
    """Registered by its class; see the Airflow plugin interface."""

    name = "govlake"
    timetables: ClassVar[list[Any]] = [BusinessDayTimetable]
    priority_weight_strategies: ClassVar[list[Any]] = [PastDatesLast]
    listeners: ClassVar[list[Any]] = [pools]
    fastapi_apps: ClassVar[list[Any]] = [{"app": pages, "url_prefix": PREFIX, "name": "govlake"}]
    external_views: ClassVar[list[Any]] = [
        {
            "name": "湖 Lake",  # more is cut off in the bar
            "href": f"{PREFIX}/lake",
            "destination": "nav",
            "url_route": "lake",
            "nav_top_level": True,
            "icon": f"{PREFIX}/static/lake.svg",
            "icon_dark_mode": f"{PREFIX}/static/lake-dark.svg",
        }
    ]
