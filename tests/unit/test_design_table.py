"""The table of modules in docs/design.md lists every module by its own first line."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROW = re.compile(r"^\| `([\w/.]+\.py)` \| (.+) \|$", re.MULTILINE)


def test_every_module_is_in_the_table_with_its_first_line() -> None:
    text = (ROOT / "docs" / "design.md").read_text(encoding="utf-8")
    package = ROOT / "quietpage"
    files = {
        file.relative_to(package).as_posix(): file for file in package.rglob("*.py")
    }
    files |= {f"blueprints/{f.name}": f for f in (ROOT / "blueprints").glob("*.py")}
    files |= {name: ROOT / name for name in ("app.py", "gunicorn.conf.py")}
    docs = {
        name: ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
        for name, file in files.items()
    }
    # A package that holds nothing but its docstring needs no row.
    expected = {
        name: doc.split("\n")[0]
        for name, doc in docs.items()
        if not name.endswith("__init__.py") or len(files[name].read_text()) > 200
    }

    assert dict(ROW.findall(text)) == expected
