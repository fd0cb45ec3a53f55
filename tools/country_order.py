"""`make countries`: write the countries in each locale's order, as ICU sorts them.

Python's libraries know only the root table, which is wrong in a dozen locales, so
Chromium sorts.
"""

from babel.core import Locale
from playwright.sync_api import sync_playwright

from quietpage.country_list import ORDERS
from tests.support.chromium import launch_chromium

SORT = """([tag, named]) => {
  const collator = new Intl.Collator(tag);
  return named.toSorted((one, other) => collator.compare(one[1], other[1])
    || (one[0] < other[0] ? -1 : 1)).map(([code]) => code);
}"""
LOCALES = (
    "ar bn de en es fa fil fr hi ht it ja ko pl pt_BR ro ru so sw tr uk ur vi"
    " zh_Hans zh_Hant"
)


def main() -> None:
    """Write one line for each locale: its name, then the codes in order."""
    with sync_playwright() as playwright:
        chromium = launch_chromium(playwright)
        page = chromium.new_page()
        lines = []
        for name in LOCALES.split():
            territories = Locale.parse(name).territories
            named = [
                (code, str(territories[code]))
                for code in sorted(Locale("en").territories)
                if len(code) == 2 and code.isalpha() and code in territories
            ]
            order = page.evaluate(SORT, [name.replace("_", "-"), named])
            lines.append(" ".join([name, *order]))
        chromium.close()
    ORDERS.write_text("\n".join(lines) + "\n", encoding="ascii")


if __name__ == "__main__":
    main()
