"""Checks of the phone numbers of a row, by phonenumbers and a few rules."""

import re
from collections.abc import Iterator

import phonenumbers

from .helpline_confidence import SEPARATOR
from .helpline_tables import Emergency, Fault, Helpline

_SHOWN_NUMBER = re.compile(r"[0-9 ()+*#-]*")
# Types of numbers that cost more than an ordinary call.
_CHARGED_TYPES = {
    phonenumbers.PhoneNumberType.PREMIUM_RATE: "premium rate",
    phonenumbers.PhoneNumberType.SHARED_COST: "shared cost",
    phonenumbers.PhoneNumberType.PERSONAL_NUMBER: "a personal number",
}
# Numbers with fewer digits are short codes.
_LONG_NUMBER_DIGITS = 7
_COUNTRY_CODE_DIGITS = 3
# Numbers that several sources print and phonenumbers 9.0 does not know: free ranges,
# and a WhatsApp account older than Brazil's ninth digit.
_ACCEPTED = {
    "BF": re.compile(r"8000\d{4}"),
    "BO": re.compile(r"8001\d{5}"),
    "BR": re.compile(r"\+556196100180"),
}


def number_faults(row: Helpline) -> Iterator[Fault]:
    """Yield the faults of every number in a row, errors and warnings."""
    # Only these digits are dialled (RFC 3966), whatever a spreadsheet writes.
    if not re.fullmatch(r"(\+?[0-9]+)?", row.sms_number):
        yield Fault(f"sms_number is '{row.sms_number}', but must be digits only.")
    if not re.fullmatch(r"[0-9]?", row.option):
        yield Fault(f"option is '{row.option}', but must be the digit to press.")
    if row.phone_abroad and not row.phone_abroad.startswith("+"):
        yield Fault(f"phone_abroad is '{row.phone_abroad}', but must begin with +.")
    numbers = [
        row.phone,
        row.tty,
        row.whatsapp,
        row.phone_abroad,
        *row.phone_also.split(SEPARATOR),
    ]
    for number in filter(None, [*numbers, row.sms_number]):
        if row.cost != "charged":
            yield from _charge_faults(number, row)
    for number in filter(None, numbers):
        if not re.fullmatch(r"[+*#]?[0-9 ()*#-]+", number):
            yield Fault(f"'{number}' is not a number. Use digits, spaces and hyphens.")
        elif sum(map(str.isdigit, number)) < _LONG_NUMBER_DIGITS:
            yield from _short_code_faults(number, row.country)
        elif not _is_valid(number, row.country):
            yield Fault(f"'{number}' is not a valid number in {row.country}. Check it.")
    yield from _display_faults(row)


def _display_faults(row: Helpline) -> Iterator[Fault]:
    if not _SHOWN_NUMBER.fullmatch(row.phone_display):
        message = f"phone_display is '{row.phone_display}', but must be a number only."
        yield Fault(f"{message} Use digits, spaces and ()+*#-.")
    if bool(row.phone) != bool(row.phone_display):
        yield Fault("phone and phone_display go together. Fill in both.")
    if row.phone and not _is_same(row.phone, row.phone_display):
        message = f"phone '{row.phone}' and phone_display '{row.phone_display}' differ."
        yield Fault(f"{message} Make them the same number.")


def _charge_faults(number: str, row: Helpline) -> Iterator[Fault]:
    parsed = _parsed(number, row.country)
    kind = _CHARGED_TYPES.get(phonenumbers.number_type(parsed)) if parsed else None
    if kind:
        message = f"'{number}' is {kind}, but cost is '{row.cost or 'empty'}'."
        yield Fault(f"{message} Write charged, so that the page says so.")
    # The data of phonenumbers about short codes is often old: 3919 is free in France.
    elif (
        parsed
        and phonenumbers.expected_cost_for_region(parsed, row.country)
        == phonenumbers.ShortNumberCost.PREMIUM_RATE
        and not _names(row.notes, number)
    ):
        message = f"short code '{number}' is premium rate according to phonenumbers."
        yield Fault(
            f"{message} Check it, and name its digits in notes.", is_error=False
        )


def _names(notes: str, number: str) -> bool:
    """Return whether the notes mention a number, so that somebody has checked it."""
    return re.sub(r"\D", "", number) in re.findall(r"\d+", notes)


def _is_same(phone: str, shown: str) -> bool:
    """Return whether both are the same number, apart from country code and first 0."""
    dialled, digits = (re.sub(r"\D", "", text).lstrip("0") for text in (phone, shown))
    most_hidden = _COUNTRY_CODE_DIGITS if phone.startswith("+") else 0
    return dialled.endswith(digits) and len(dialled) - len(digits) <= most_hidden


def _short_code_faults(number: str, country: str) -> Iterator[Fault]:
    parsed = _parsed(re.sub(r"\D", "", number), country)
    if parsed is None or not phonenumbers.is_valid_short_number_for_region(
        parsed, country
    ):
        yield Fault(
            f"short code '{number}' is unknown to phonenumbers in {country}.",
            is_error=False,
        )


def _parsed(number: str, country: str) -> phonenumbers.PhoneNumber | None:
    try:
        return phonenumbers.parse(number, country)
    except phonenumbers.NumberParseException:
        return None


def comparable(number: str, country: str) -> str:
    """Return a number in one form, however it was written.

    >>> comparable("55 1234 5678", "MX") == comparable("+525512345678", "MX")
    True
    """
    parsed = _parsed(number, country)
    if parsed and phonenumbers.is_valid_number_for_region(parsed, country):
        return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    return re.sub(r"[\s()-]", "", number)


def _is_valid(number: str, country: str) -> bool:
    parsed = _parsed(number, country)
    if country in _ACCEPTED and _ACCEPTED[country].fullmatch(number):
        return True
    return parsed is not None and phonenumbers.is_valid_number_for_region(
        parsed, country
    )


def emergency_number_faults(row: Emergency) -> Iterator[Fault]:
    """Yield the faults of the numbers of an emergency row."""
    for number in (row.police, row.ambulance, row.text_number):
        if not re.fullmatch(r"[0-9]{0,5}", number):
            yield Fault(f"'{number}' is not a short code. Use up to five digits.")
    for number in filter(None, (row.police, row.ambulance)):
        if not (
            phonenumbers.is_emergency_number(number, row.country)
            or _names(row.notes, number)
        ):
            message = f"'{number}' in {row.country} is unknown to phonenumbers."
            yield Fault(
                f"{message} Check it, and name its digits in notes.", is_error=False
            )
