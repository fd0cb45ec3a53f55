"""Write a sheet as one page of HTML, to print or to read without a spreadsheet."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader

from .sheet import Sheet


def write_html(sheet: Sheet, file: Path) -> None:
    """Write the sheet; it loads nothing and runs nothing."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        trim_blocks=True,
    )
    # Without the last one, which is the row's id for `take`.
    columns = sheet.columns[:-1]
    text = environment.get_template("sheet.html").render(
        sheet=sheet,
        columns=columns,
        width=sum(column.width for column in columns),
        zip=zip,
    )
    file.write_text(text, encoding="utf-8")
