"""Pages of one look: A4, a title, sections, facts, texts, tables and pictures."""

from collections.abc import Sequence
from datetime import datetime
from io import BytesIO
from typing import Literal

from fpdf import FPDF
from fpdf.enums import TableBordersLayout
from fpdf.fonts import FontFace
from PIL import Image

from core.version import product_version
from plugins.pdf.letters import FAMILY, INSTEAD, Letters, right_to_left, turns

Colour = tuple[int, int, int]

INK: Colour = (28, 33, 41)
QUIET: Colour = (77, 86, 100)
LINE: Colour = (208, 213, 220)
SHADE: Colour = (244, 245, 247)
ACCENT: Colour = (47, 95, 208)
WARNING: Colour = (176, 88, 0)

BODY, SMALL = 9.0, 7.5
"""Sizes of letters, in points; all other measures are millimetres."""
_TITLE, _SECTION = 16.0, 11.0
_MARGIN, _BOTTOM = 18.0, 20.0
_LINE = 1.45
_FACT_NAME = 34.0
_MOST_CELL_CHARS = 240
_PAGES = "\u0001"
"""Stands for the number of pages until that is known; no text from outside can hold it."""

Align = Literal["LEFT", "RIGHT", "CENTER"]


class Document(FPDF):
    """`at` is the document's own date: the same content at the same date is the same file."""

    def __init__(self, title: str, at: datetime) -> None:
        super().__init__(format="A4")
        self.letters = Letters(self)
        self._foot = self._one_line(title)
        self.set_title(self._foot)
        self.set_lang("en")
        self.set_creator(f"Glimpse {product_version()}")
        self.set_creation_date(at)
        self.set_margins(_MARGIN, _MARGIN)
        self.set_auto_page_break(True, _BOTTOM)
        self.set_display_mode("real")
        self.alias_nb_pages(_PAGES)
        self.add_page()

    def footer(self) -> None:
        self.set_y(-_BOTTOM + 6)
        self._letter(SMALL, QUIET)
        self.cell(self.epw / 2, 4, self.letters.fit(self._foot))
        self.cell(self.epw / 2, 4, f"Page {self.page_no()} of {_PAGES}", align="R")

    def finished(self) -> bytes:
        """The file; its last line says how much could not be written."""
        if self.letters.unwritten:
            self.note(
                f"{self.letters.unwritten:,} characters are in no font of the server, and stand as "
                f"{INSTEAD}. With the fonts of their script installed there (fonts-noto-cjk, say), "
                "they are written."
            )
        written = bytes(self.output())
        self.letters.close()
        return written

    def heading(self, text: str, under: str) -> None:
        """The document's title, and a quiet line under it."""
        self._letter(_TITLE, INK, bold=True)
        self._write(text, 7.5)
        self._letter(BODY, QUIET)
        self._write(under)
        self.ln(2)

    def section(self, text: str, *, needs: float = 20.0) -> None:
        """A title over what follows, on a page that has room for `needs` of it."""
        self.room(needs)
        self.ln(3)
        self.start_section(text)
        self._letter(_SECTION, INK, bold=True)
        self._write(text, 6)
        self.ln(0.5)

    def room(self, height: float) -> None:
        """Go on to the next page unless so much is left of this one."""
        if self.will_page_break(height):
            self.add_page()

    def facts(self, pairs: Sequence[tuple[str, str]]) -> None:
        """Names and what they are, a line each; empty ones are left out."""
        for name, value in pairs:
            if not value:
                continue
            self.room(6)
            self._letter(BODY, QUIET)
            self.cell(_FACT_NAME, 5, self.letters.fit(name))
            self._letter(BODY, INK)
            self._write(value, 5, self.epw - _FACT_NAME)

    def note(self, text: str) -> None:
        """Small and quiet."""
        self._letter(SMALL, QUIET)
        self._write(text, 4)
        self.ln(1)

    def quoted(self, text: str) -> None:
        """What somebody or a model wrote, with a line at its side, over as many pages as it has."""
        self._letter(BODY, INK)
        self.set_draw_color(*ACCENT)
        self.set_line_width(0.6)
        for line in self.letters.fit(text).split("\n"):
            self._line_of(line)
        self.set_line_width(0.2)
        self.ln(1.5)

    def listing(
        self,
        headings: Sequence[str],
        rows: Sequence[Sequence[str]],
        widths: Sequence[int],
        align: Sequence[Align] = (),
    ) -> None:
        """A table of texts; `widths` are shares of the page's."""
        self._letter(SMALL, INK)
        self.set_draw_color(*LINE)
        self.set_fill_color(255)  # else a drawing's colour fills the cells
        lines = [
            [self._one_line(text, _MOST_CELL_CHARS) for text in row] for row in (headings, *rows)
        ]
        self.set_text_shaping(any(turns(text) for line in lines for text in line))
        with self.table(
            lines,
            col_widths=tuple(widths),
            text_align=tuple(align) or "LEFT",
            borders_layout=TableBordersLayout.HORIZONTAL_LINES,
            headings_style=FontFace(emphasis="BOLD", color=QUIET),
            line_height=4,
            padding=(0.6, 1),
        ):
            pass
        self.ln(1.5)

    def picture(self, content: bytes, alt: str, most_height: float) -> None:
        """As wide as the page, but not higher than that."""
        with Image.open(BytesIO(content)) as opened:
            size = opened.size
        scale = min(self.epw / size[0], most_height / size[1])
        width, height = size[0] * scale, size[1] * scale
        self.room(height)
        self.image(BytesIO(content), w=width, h=height, alt_text=self._one_line(alt, 400))
        self.ln(2)

    def label(
        self, x: float, y: float, text: str, width: float, align: str = "L", colour: Colour = QUIET
    ) -> None:
        """A line of small text on a drawing, in the middle of `y`, cut off where it is too long."""
        line = self.cut(text, width)
        self.set_text_color(*colour)
        self.set_xy(x, y - 2)
        self.cell(width, 4, line, align=align)

    def cut(self, text: str, width: float) -> str:
        """One small line of `text` that is no wider than `width`."""
        self._letter(SMALL, INK)
        line = self.letters.fit(self._one_line(text, _MOST_CELL_CHARS))
        if self.get_string_width(line) <= width - 2 * self.c_margin:
            return line
        while line and self.get_string_width(f"{line}…") > width - 2 * self.c_margin:
            line = line[:-1]
        return f"{line.rstrip()}…"

    def _line_of(self, line: str) -> None:
        line = self.letters.fit(line)
        side = "R" if right_to_left(line) else "L"
        self.multi_cell(0, 5, line or " ", border=side, align=side, new_x="LMARGIN", new_y="NEXT")

    def _write(self, text: str, height: float = 5, width: float = 0) -> None:
        fitting = self.letters.fit(text)
        side = "R" if right_to_left(fitting) else "L"
        self.multi_cell(width, height, fitting, align=side, new_x="LMARGIN", new_y="NEXT")

    def _letter(self, size: float, colour: Colour, *, bold: bool = False) -> None:
        self.set_font(FAMILY, "B" if bold else "", size)
        self.set_text_color(*colour)

    def _one_line(self, text: str, most: int = 120) -> str:
        line = " ".join(text.split())
        return self.letters.fit(line if len(line) <= most else f"{line[: most - 1]}…")
