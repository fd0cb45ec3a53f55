"""`make countries`: write the territories of each continent, as ICU groups them.

The grouping is in CLDR's supplemental data, which Babel leaves out.
"""

import ctypes
from ctypes.util import find_library

from babel.core import Locale

from quietpage.country_list import CONTINENTS

# URGN_CONTINENT in ICU's unicode/uregion.h.
_CONTINENT = 3


def main() -> None:
    """Write one line for each continent: its code, then those of its territories."""
    file = find_library("icui18n")
    if file is None:
        raise SystemExit("The library icui18n is missing. Run: make .venv/debian")
    library = ctypes.CDLL(file)
    version = file.rpartition(".")[2]
    from_code = library[f"uregion_getRegionFromCode_{version}"]
    from_code.restype = ctypes.c_void_p
    containing = library[f"uregion_getContainingRegionOfType_{version}"]
    containing.argtypes = ctypes.c_void_p, ctypes.c_int
    containing.restype = ctypes.c_void_p
    code_of = library[f"uregion_getRegionCode_{version}"]
    code_of.argtypes = (ctypes.c_void_p,)
    code_of.restype = ctypes.c_char_p

    continents: dict[str, list[str]] = {}
    for code in sorted(Locale("en").territories):
        if len(code) == 2 and code.isalpha():
            status = ctypes.c_int(0)
            region = from_code(code.encode(), ctypes.byref(status))
            continent = region and containing(region, _CONTINENT)
            if continent:
                continents.setdefault(code_of(continent).decode(), []).append(code)
    lines = [" ".join([code, *found]) for code, found in sorted(continents.items())]
    CONTINENTS.write_text("\n".join(lines) + "\n", encoding="ascii")


if __name__ == "__main__":
    main()
