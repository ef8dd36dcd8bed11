"""Takes the pictures of the documentation from a running Airflow: the DAG list, the assets, a table's runs, the Lake page.

python -m infra.screenshots BASE_URL USER PASSWORD_FILE OUT_DIR
Wants the `playwright` of the development requirements and Debian's chromium.
"""

import argparse
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from schemas.errors import Refused

VIEW = {"width": 1440, "height": 900}
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
SETTLED = 1500  # milliseconds for Airflow's page to draw what it has loaded


@dataclass(frozen=True)
class Shot:
    """One picture: where it is taken, what must stand there first, what is clicked then."""

    name: str
    path: str
    awaited: str
    click: str | None = None


SHOTS = (
    Shot("dags", "/dags", "text=business.enterprise"),
    Shot("assets", "/assets", "text=gold.credit_profile", "text=gold.credit_profile"),
    Shot("runs", "/dags/business.enterprise", "text=business.enterprise"),
    Shot("lake", "/plugin/lake", "iframe"),
)


def main(arguments: list[str]) -> int:
    """Take the pictures and print the name of each."""
    parser = argparse.ArgumentParser(prog="python -m infra.screenshots", description=__doc__)
    for name in ("base_url", "user", "password_file", "out_dir"):
        parser.add_argument(name)
    given = parser.parse_args(arguments)
    out = Path(given.out_dir)
    out.mkdir(parents=True, exist_ok=True)
    with browser() as page:
        log_in(page, given.base_url, given.user, Path(given.password_file).read_text(encoding="utf-8").strip())
        for shot in SHOTS:
            page.goto(given.base_url + shot.path)
            page.wait_for_selector(shot.awaited)
            if shot.click:
                page.click(shot.click)
            page.wait_for_timeout(SETTLED)
            page.screenshot(path=str(out / f"{shot.name}.png"))
            print(out / f"{shot.name}.png")
    return 0


@contextmanager
def browser() -> Iterator[Page]:
    """A page of a headless Chromium in Beijing time."""
    chromium = shutil.which("chromium")
    if chromium is None:
        raise Refused("There is no chromium. No picture was taken. Run: apt-get install chromium fonts-noto-cjk")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield running.new_page(viewport=VIEW, timezone_id="Asia/Shanghai", locale="en-GB")  # type: ignore[arg-type]
        running.close()


def log_in(page: Page, base_url: str, user: str, password: str) -> None:
    """Log in by the form, as a person does."""
    page.goto(base_url + "/auth/login/")
    page.fill("input[name=username]", user)
    page.fill("input[name=password]", password)
    page.click("input[type=submit], button[type=submit]")
    page.wait_for_load_state("networkidle")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
