"""A reader's tour of the page, and what must be true after the exit."""

from tests.support.browser_engines import Actions, Engine
from tests.support.exit_destination import Destination
from tests.support.input_actions import BELOW_THE_BAR, down, move, pointer, up

# The visible text: while the exit is pressed, a sheet leaves only the bar.
SEEN_NOW = """(() => {
const points = [[0.02, 0.3], [0.98, 0.3], [0.5, 0.6], [0.02, 0.98], [0.98, 0.98]];
const isUnderSheet = points.every(([x, y]) =>
  document.elementFromPoint(x * innerWidth, y * innerHeight)?.matches("header"));
return (isUnderSheet ? document.querySelector("header") : document.body).innerText;
})()"""
SEEN = f"return {SEEN_NOW}"


def tour(visit: Engine) -> None:
    """Read as a reader does: five topics, three countries, two languages [T4]."""
    for tag in ("es", "en"):
        visit.run(
            """const links = document.querySelectorAll("nav a");
            document.querySelector("nav summary").click();
            [...links].find((link) => link.hreflang === arguments[0]).click()""",
            tag,
        )
        visit.shows(visit.run("return location.origin") + f"/{tag}/")
    # A real click, or an engine may take the entry for one that no reader asked for.
    visit.perform(pointer(move(BELOW_THE_BAR), down(), up()))
    visit.run(
        """for (const summary of [
          ...[...document.querySelectorAll(".rest summary")].slice(0, 5),
          ...[...document.querySelectorAll("#numbers summary")].slice(0, 4),
        ]) summary.click()"""
    )


def arrive(visit: Engine, destination: Destination) -> None:
    visit.shows(destination.url)


def assert_leaves_once(visit: Engine, destination: Destination, way: Actions) -> None:
    """Leave that way: in the same tab, by one request, and Back shows nothing."""
    visit.perform(way)

    arrive(visit, destination)
    assert visit.tabs() == 1
    # No referrer, no cookie, and no second request [T14].
    assert destination.asked == [("/", None, None)]
    assert_back_shows_nothing(visit, destination)


def assert_back_shows_nothing(visit: Engine, destination: Destination) -> None:
    """Back five times, Forward, Reload: only other sites' pages [T4]."""
    visit.traverse(-1)
    visit.shows(f"{destination.url}search")
    visit.traverse(1)
    arrive(visit, destination)
    for _ in range(5):
        visit.traverse(-1)
        visit.wait(lambda: "localhost" not in visit.url())
