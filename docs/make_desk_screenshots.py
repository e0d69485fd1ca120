"""Makes the pictures of the review desk again: ``python docs/make_desk_screenshots.py``.

Scores the sample conversations and walks through the desk in Chromium, as a first visitor would.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import uvicorn
from playwright.sync_api import sync_playwright

from ccnlp.desk.app import make_app
from ccnlp.store import open_store

IMAGES = Path(__file__).parent / "images"
PASSWORD = "correct horse 9"  # noqa: S105  of an account that is gone with its folder


def main() -> None:
    """Score, serve, take the pictures."""
    found = shutil.which("chromium") or shutil.which("google-chrome")
    if found is None:
        sys.exit("needs Chromium: apt-get install chromium fonts-noto-cjk")
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-c", "import sys; from ccnlp.cli import main; sys.exit(main())"]
        subprocess.run(  # noqa: S603  our own command
            [*command, "demo", "--out", folder], check=True, env={**os.environ, "CCNLP_CI": "1"}
        )
        with open_store(Path(folder) / "ccnlp.sqlite", create=False) as store:
            app = make_app(store)
            config = uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error")
            server = uvicorn.Server(config)
            thread = threading.Thread(target=server.run)
            thread.start()
            while not server.started:
                time.sleep(0.05)
            port = server.servers[0].sockets[0].getsockname()[1]
            take(found, f"http://127.0.0.1:{port}", app.state.setup_code)
            server.should_exit = True
            thread.join()


def take(browser: str, address: str, code: str) -> None:
    """Make the first account, look at the queue, judge two findings."""
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=browser, args=["--disable-gpu"])
        page = opened.new_page(viewport={"width": 1440, "height": 900}, locale="zh-CN")
        page.set_default_timeout(60_000)
        page.goto(f"{address}/setup?code={code}")
        for name, value in (
            ("name", "wang.li"),
            ("display_name", "王丽"),
            ("password", PASSWORD),
            ("again", PASSWORD),
        ):
            page.fill(f"[name={name}]", value)
        page.keyboard.press("Enter")
        page.wait_for_url("**/queue")
        page.screenshot(path=IMAGES / "desk-queue.png")
        page.keyboard.press("n")
        page.wait_for_url("**/cases/*")
        page.locator(".subject.current").wait_for()
        page.keyboard.press("1")
        page.locator(".verdict.right").wait_for()
        page.keyboard.press("3")
        page.keyboard.type("只是询问包装，不算投诉")
        page.keyboard.press("Enter")
        page.locator(".verdict.wrong").wait_for()
        page.screenshot(path=IMAGES / "desk-case.png")
        opened.close()


if __name__ == "__main__":
    main()
