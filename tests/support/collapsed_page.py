"""What a page shows while every topic is closed."""

from collections.abc import Iterator
from xml.etree.ElementTree import Element

HEADINGS = {"h1", "h2", "h3"}


def plain(element: Element) -> str:
    """Return the text of an element, with white space collapsed."""
    return " ".join("".join(element.itertext()).split())


def in_sight(element: Element) -> Iterator[Element]:
    """Yield the elements below this one, but of a closed topic only the summary."""
    for child in element:
        yield child
        if child.tag != "details":
            yield from in_sight(child)
        elif (summary := child.find("summary")) is not None:
            yield summary
            yield from in_sight(summary)
