"""Makes the pictures of the report in ``docs/images`` again: ``python docs/make_screenshots.py``.

Scores the sample conversations, opens their report offline in Chromium (Debian's packages
``chromium`` and ``fonts-noto-cjk``; ``pip install -e '.[dev]'`` brings playwright), and writes

* ``report.png`` and ``report.en.png``: what a manager sees first, in Chinese and in English;
* ``report-charts.png``: emotions and scores, on a dark screen.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

IMAGES = Path(__file__).parent / "images"
SIZE = (1400, 1180)
MOST_BYTES = 400_000


def main() -> None:
    """Score, open, take the pictures."""
    found = shutil.which("chromium") or shutil.which("google-chrome")
    if found is None:
        sys.exit("needs Chromium: apt-get install chromium fonts-noto-cjk")
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-c", "import sys; from ccnlp.cli import main; sys.exit(main())"]
        environment = {**os.environ, "CCNLP_CI": "1"}
        subprocess.run(  # noqa: S603  our own command
            [*command, "demo", "--out", folder], check=True, env=environment
        )
        address = (Path(folder) / "report.html").as_uri()
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=found, args=["--disable-gpu"])
            take(browser, f"{address}?lang=zh-CN", IMAGES / "report.png")
            take(browser, f"{address}?lang=en", IMAGES / "report.en.png")
            take(browser, f"{address}?lang=zh-CN", IMAGES / "report-charts.png", "emotions")
            browser.close()


def take(browser: Browser, address: str, path: Path, section: str = "") -> None:
    """One picture: of the top, or from a section on and on a dark screen."""
    width, height = SIZE
    context = browser.new_context(
        viewport={"width": width, "height": height}, offline=True,
        color_scheme="dark" if section else "light", reduced_motion="reduce",
    )  # fmt: skip
    page = context.new_page()
    page.goto(address)
    if section:
        page.evaluate("id => document.getElementById(id).scrollIntoView()", section)
    page.wait_for_timeout(500)
    page.screenshot(path=path)
    context.close()
    if path.stat().st_size > MOST_BYTES:
        sys.exit(f"{path} has {path.stat().st_size:,} bytes: more than {MOST_BYTES:,}")


if __name__ == "__main__":
    main()
