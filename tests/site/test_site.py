"""The site in a browser: it loads, its links hold, its search finds, it reads well.

`nox -s docs` builds the site, `nox -s site` runs this. With SKNORM_SCREENSHOTS=FOLDER
pictures of every page are written there, to be looked at.
"""

import os
import shutil
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urldefrag

import pytest
from playwright.sync_api import sync_playwright

SITE = Path(__file__).parents[2] / "site"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PAGES = sorted(
    str(path.relative_to(SITE))
    for path in SITE.rglob("*.html")
    if "_static" not in path.parts
)
VIEWS = [(width, theme) for width in (390, 1400) for theme in ("light", "dark")]
SCREENSHOTS = os.environ.get("SKNORM_SCREENSHOTS")

# The least contrast of text that WCAG 2.1 asks for (level AA).
CONTRAST = 4.5

LOOK = (Path(__file__).parent / "look.js").read_text()


class Handler(SimpleHTTPRequestHandler):
    """Serves files, and says nothing about it."""

    def log_message(self, *args):
        """Keep the log to the tests."""


@pytest.fixture(scope="session")
def address():
    """Return the address of the site on a server of its own."""
    assert (SITE / "index.html").exists(), "no site: build it with `nox -s docs`"
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=SITE))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="session")
def browser():
    """Return Chromium, without a window."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    assert found, f"no browser: install one of {', '.join(BROWSERS)}"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=found, args=QUIET)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser, address):
    """Return a page that keeps what goes wrong in `page.faults`."""
    page = browser.new_page()
    page.faults = []
    page.on(
        "console",
        lambda message: (
            page.faults.append(message.text) if message.type == "error" else None
        ),
    )
    page.on("pageerror", lambda error: page.faults.append(str(error)))
    page.on(
        "requestfailed",
        lambda request: (
            None  # the page was left before its icon had come
            if request.failure == "net::ERR_ABORTED"
            else page.faults.append(request.url)
        ),
    )
    page.on(
        "request",
        lambda request: (
            None
            if request.url.startswith((address, "data:"))
            else page.faults.append(f"not of the site: {request.url}")
        ),
    )
    yield page
    page.close()


def test_there_are_pages():
    """The tests below are about more than nothing."""
    assert {"index.html", "getting_started.html", "reference/index.html"} <= {*PAGES}
    assert len(PAGES) > 30


@pytest.mark.parametrize("name", PAGES)
def test_a_page_loads_and_reads_well(page, address, name):
    """No errors; nothing wider than the window; light and dark; text to be read."""
    for width, theme in VIEWS:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=theme)
        page.goto(address + name, wait_until="load")
        seen = page.evaluate(LOOK, CONTRAST)
        if SCREENSHOTS:
            picture = f"{name.replace('/', '_')}_{width}_{theme}.png"
            page.screenshot(path=Path(SCREENSHOTS) / picture, full_page=True)
        assert page.faults == []
        assert seen["theme"] == theme
        assert seen["excess"] <= 0
        assert seen["small"] >= 14
        assert {k: seen[k] for k in ("empty", "silent", "pale")} == {
            "empty": [],
            "silent": [],
            "pale": [],
        }


@pytest.mark.parametrize("name", PAGES)
def test_links_hold(page, address, name):
    """What a page links to within the site is there, the place on the page included."""
    page.goto(address + name)
    links = page.eval_on_selector_all("a[href]", "all => all.map(a => a.href)")
    for link in {link for link in links if link.startswith(address)}:
        path, place = urldefrag(link.removeprefix(address))
        target = SITE / unquote(path.split("?")[0] or "index.html")
        assert target.is_file(), link
        if place and target.suffix == ".html":
            assert f'id="{unquote(place)}"' in target.read_text(), link


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("inverse_transform", "reference/generated/sknorm.BatchStandardizer.html"),
        ("inverse_transform", "restoring.html"),
        ("rolling z-score", "local_window_normalizer.html"),
        ("rolling z-score", "getting_started.html"),
    ],
)
def test_search_finds(page, address, words, expected):
    """Typed into the search field of the front page, as a reader would."""
    page.set_viewport_size({"width": 1400, "height": 900})
    page.goto(address + "index.html")
    page.keyboard.press("Control+k")
    page.keyboard.type(words)
    page.keyboard.press("Enter")
    page.wait_for_url("**/search.html?*")
    found = page.locator(f"#search-results a[href*='{expected}']")
    found.first.wait_for(timeout=20_000)
    assert page.faults == []


def test_any_page_is_two_clicks_away(page, address):
    """From the front page: its links, and the links of what they lead to."""
    here, seen = {"index.html"}, set()
    for _ in range(2):
        seen |= here
        ahead = set()
        for name in here:
            page.goto(address + name)
            links = page.eval_on_selector_all("a[href]", "all => all.map(a => a.href)")
            ahead |= {urldefrag(link.removeprefix(address))[0] for link in links}
        here = {name for name in ahead if name in PAGES} - seen
    assert set(PAGES) - seen - here <= {"search.html"}
