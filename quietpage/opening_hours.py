"""Opening hours: the subset of OpenStreetMap's opening_hours that the table uses."""

import re

DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
_DAY = f"(?:{'|'.join(DAYS)})"
_TIME = r"(?:(?:[01]\d|2[0-3]):[0-5]\d|24:00)"
_RULE = re.compile(rf"({_DAY})(?:-({_DAY}))? ({_TIME})-({_TIME})")


def parse_hours(hours: str) -> tuple[list[tuple[str, str, str, str]], bool]:
    """Return the rules of an opening_hours value and whether holidays are off.

    A rule is (first day, last day, opens, closes); "24/7" and "" have none.

    Raises:
        ValueError: The value is outside that subset.

    >>> parse_hours("Mo-Fr 09:00-18:00; Su 10:00-12:00; PH off")
    ([('Mo', 'Fr', '09:00', '18:00'), ('Su', 'Su', '10:00', '12:00')], True)
    """
    if hours in ("", "24/7"):
        return [], False
    parts = hours.split("; ")
    holidays_off = parts[-1] == "PH off"
    rules = []
    for part in parts[: len(parts) - holidays_off]:
        match = _RULE.fullmatch(part)
        if match is None:
            raise ValueError(part)
        first, last, opens, closes = match.groups()
        rules.append((first, last or first, opens, closes))
    return rules, holidays_off
