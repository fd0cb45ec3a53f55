"""The cover: a page that somebody else may have come back to shows one button."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

import pytest
from Xlib.display import Display

from app import create_site
from quietpage.config import Settings
from quietpage.prepared_site import PreparedResponse
from tests.support import tab_discarding as discarding
from tests.support import tampered_page
from tests.support.browser_engines import Engine, chromium, firefox
from tests.support.browser_profile import contents
from tests.support.exit_destination import Destination
from tests.support.input_actions import (
    BELOW_THE_BAR,
    ENTER,
    ON_THE_BAR,
    TAB,
    down,
    move,
    pointer,
    press,
    typed,
    up,
)
from tests.support.keyboard_tour import (
    SEEN,
    SEEN_NOW,
    arrive,
    assert_back_shows_nothing,
)

COVER = ["Close this page", "Show the page"]
# Longer than the second that the cover waits in these tests.
LONG_S = 1.3
LOOK_AWAY = "document.dispatchEvent(new Event('visibilitychange'))"


def seen(visit: Engine) -> list[str]:
    return [line for line in visit.run(SEEN).split("\n") if line]


def is_covered(visit: Engine) -> bool:
    return seen(visit) == COVER


@lru_cache
def english_guide(exit_url: str, cover_after_seconds: int) -> PreparedResponse:
    settings = Settings(
        exit_url=exit_url, cover_after_seconds=cover_after_seconds, locales=("en",)
    )
    return create_site(settings).guides["en", "identity"]


@contextmanager
def guide(destination: Destination, cover_after_seconds: int) -> Iterator[str]:
    """Serve the guide with a cover of that many seconds; yield its address."""
    snapshot = english_guide(destination.url, cover_after_seconds)
    with tampered_page.serve(tampered_page.Altered(snapshot, snapshot.body)) as url:
        yield url


@pytest.fixture
def reader(
    tab: Engine, destination: Destination, request: pytest.FixtureRequest
) -> Iterator[Engine]:
    """The guide, its cover a second or the parameter, scrolled and a topic open."""
    with guide(destination, getattr(request, "param", 1)) as url:
        tab.open(f"{destination.url}search")
        tab.open(url)
        read(tab)
        yield tab


def read(visit: Engine) -> None:
    visit.run("document.getElementById('numbers').open = true; scrollTo(0, 500)")


def look_elsewhere(visit: Engine, seconds: float = LONG_S) -> None:
    """Go to another tab and come back."""
    visit.leave_tab()
    time.sleep(seconds)
    visit.return_to_tab()
    visit.wait(lambda: visit.run("return !document.hidden"))


def test_a_page_that_was_long_out_of_sight_comes_back_covered(reader: Engine) -> None:
    opened = reader.run(SEEN)

    look_elsewhere(reader)

    reader.wait(lambda: is_covered(reader))
    assert reader.run(
        """const { top, bottom } =
          document.querySelector("body > button").getBoundingClientRect();
        return top > 60 && bottom < innerHeight"""
    )
    # The exit is the first tab stop, and the button the second.
    reader.perform(typed(TAB, TAB, ENTER))
    reader.wait(lambda: reader.run(SEEN) == opened)
    assert reader.run("return scrollY") == 500


def test_the_exit_leaves_from_under_the_cover(
    reader: Engine, destination: Destination
) -> None:
    look_elsewhere(reader)
    reader.wait(lambda: is_covered(reader))

    reader.perform(press())

    arrive(reader, destination)
    assert_back_shows_nothing(reader, destination)


def test_a_drag_off_the_exit_keeps_the_cover(
    reader: Engine, destination: Destination
) -> None:
    look_elsewhere(reader)
    reader.wait(lambda: is_covered(reader))

    reader.perform(pointer(move(ON_THE_BAR), down(), move(BELOW_THE_BAR, 50), up()))

    assert is_covered(reader)
    assert destination.asked == []


def test_a_short_absence_does_not_cover_the_page(visit: Engine) -> None:
    look_elsewhere(visit, 0)

    assert len(seen(visit)) > 20


def test_a_page_that_was_never_out_of_sight_is_not_covered(reader: Engine) -> None:
    # The reader reads for longer than the cover waits.
    time.sleep(LONG_S)

    reader.run(LOOK_AWAY)

    assert len(seen(reader)) > 20


@pytest.mark.parametrize("has_cache", [True, False])
def test_back_to_the_page_finds_it_covered(
    tmp_path: Path, display: Display, destination: Destination, *, has_cache: bool
) -> None:
    """The reader leaves by the address bar, and the partner presses Back."""
    del display
    (tmp_path / "firefox").mkdir()
    off = [] if has_cache else ["--disable-features=BackForwardCache"]
    viewers = f'"browser.sessionhistory.max_total_viewers", {-1 if has_cache else 0}'
    for started in (
        chromium(tmp_path / "chromium", *off),
        firefox(tmp_path / "firefox", viewers),
    ):
        with started as engine, guide(destination, 30) as url:
            engine.open(url)
            read(engine)
            engine.open(f"{destination.url}search")

            engine.traverse(-1)

            engine.shows(url)
            assert is_covered(engine)
            engine.run("document.querySelector('body > button').click()")
            assert len(seen(engine)) > 20


def test_back_finds_the_page_covered_before_the_browser_draws_it(
    reader: Engine, destination: Destination
) -> None:
    """The page covers itself on leaving; docs/exit.md says what can still flash."""
    reader.run(
        f"""addEventListener("pageshow", () => {{
          window.seenAtOnce = {SEEN_NOW};
        }}, {{ capture: true }})"""
    )
    url = reader.url()
    reader.open(f"{destination.url}search")

    reader.traverse(-1)
    reader.shows(url)

    # A page kept in memory still has the listener; a reloaded one covers itself.
    at_once = reader.run("return window.seenAtOnce || ''")
    assert [line for line in at_once.split("\n") if line] in ([], COVER)
    assert is_covered(reader)
    reader.traverse(-1)
    reader.shows(f"{destination.url}search")
    reader.traverse(1)
    reader.shows(url)
    reader.wait(lambda: is_covered(reader))


@pytest.mark.parametrize("reader", [0], indirect=True)
def test_a_cover_of_0_never_covers(reader: Engine, destination: Destination) -> None:
    url = reader.url()
    look_elsewhere(reader)
    assert len(seen(reader)) > 20

    reader.open(f"{destination.url}search")
    reader.traverse(-1)

    reader.shows(url)
    assert len(seen(reader)) > 20


def test_a_reload_is_not_covered(reader: Engine) -> None:
    reader.run("window.isLeftBehind = true; location.reload()")
    reader.wait(
        lambda: reader.run(
            "return !window.isLeftBehind && document.readyState === 'complete'"
        )
    )

    assert len(seen(reader)) > 20
    # The scroll position is not kept either.
    assert reader.run("return scrollY") == 0


def test_a_discarded_tab_comes_back_covered(
    tmp_path: Path, display: Display, destination: Destination
) -> None:
    """Phones and memory savers discard tabs that are out of sight."""
    del display
    with guide(destination, 30) as url, discarding.chromium(tmp_path, url) as browser:
        browser.run(url, "scrollTo(0, 500)")

        browser.discard(url)

        assert browser.run(url, "document.body.innerText").split("\n") == COVER
        assert browser.run(url, "scrollY") == 0


def test_a_restored_session_comes_back_covered(
    tmp_path: Path, display: Display, destination: Destination
) -> None:
    """After a crash, or if the browser opens the tabs of the last session."""
    del display
    preferences = (
        '"browser.startup.page", 3',
        # Firefox saves its session every 15 seconds; the tests shorten that.
        '"browser.sessionstore.interval", 500',
    )
    saved = tmp_path / "sessionstore-backups" / "recovery.jsonlz4"
    with guide(destination, 30) as url:
        with firefox(tmp_path, *preferences) as engine:
            engine.open(url)
            read(engine)
            engine.wait(
                lambda: saved.exists() and url.encode() in b"".join(contents(saved)), 30
            )

        with firefox(tmp_path, *preferences) as engine:
            engine.wait(lambda: engine.find_tab(url), 30)
            engine.wait(lambda: is_covered(engine))
            engine.run("document.querySelector('body > button').click()")
            assert engine.run("return scrollY") == 0
