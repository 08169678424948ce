"""One picture that shows the whole campaign at a glance: creatives by placement, with captions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw

from studio.services.compose import paint
from studio.services.compose.canvas import open_picture
from studio.services.compose.fonts import NoFont, drawable, face_for
from studio.services.compose.lines import can_shape_rtl, is_rtl, measured

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from studio.services.compose.fonts import Use

WIDTH = 1800
MARGIN = 72
GAP = 36
ROW_HEIGHT = 380
MAX_SHEET = 24_000  # pixels high; what does not fit is counted at the end, not squeezed
PAPER, INK, QUIET, LINE = (250, 250, 248), (23, 25, 28), (104, 110, 118), (226, 226, 222)
DOTS = {"approved": (31, 122, 77), "draft": (201, 138, 18), "rejected": (176, 48, 48)}


@dataclass(frozen=True, slots=True)
class Cell:
    """A creative on the sheet; ``path`` is None for text alone."""

    group: str
    caption: str
    status: str
    path: Path | None
    texts: tuple[str, ...] = ()


def contact_sheet(title: str, subtitle: str, cells: Sequence[Cell]) -> Image.Image:
    """Return the sheet, ``WIDTH`` pixels wide and as high as needed."""
    sheet = _Sheet()
    sheet.text(title, 46, INK, "heading")
    sheet.skip(14)
    sheet.text(subtitle, 21, QUIET, "body")
    sheet.skip(34)
    groups = dict.fromkeys(cell.group for cell in cells)
    for group in groups:
        sheet.rule()
        sheet.text(group, 26, INK, "button")
        sheet.skip(22)
        sheet.cells([cell for cell in cells if cell.group == group])
        sheet.skip(30)
    return sheet.finished()


class _Sheet:
    """A sheet that grows downwards."""

    def __init__(self) -> None:
        self.image = Image.new("RGB", (WIDTH, 1200), PAPER)
        self.y = MARGIN
        self.left_out = 0

    def _room(self, height: int) -> bool:
        """Make room below; False when the sheet is as high as it may be."""
        needed = self.y + height + MARGIN
        if needed > MAX_SHEET:
            return False
        if needed > self.image.height:
            larger = Image.new(
                "RGB", (WIDTH, min(MAX_SHEET, max(needed, self.image.height * 2))), PAPER
            )
            larger.paste(self.image, (0, 0))
            self.image = larger
        return True

    def skip(self, height: int) -> None:
        self.y += height

    def rule(self) -> None:
        if self._room(40):
            ImageDraw.Draw(self.image).line([(MARGIN, self.y), (WIDTH - MARGIN, self.y)], LINE, 2)
        self.y += 28

    def text(self, text: str, size: int, colour: tuple[int, int, int], use: Use) -> None:
        if text and self._room(size * 2):
            self._draw(text, (MARGIN, self.y), size, colour, (use, WIDTH - 2 * MARGIN))
        self.y += size

    def _draw(
        self,
        text: str,
        at: tuple[int, int],
        size: int,
        colour: tuple[int, int, int],
        how: tuple[Use, int],
    ) -> None:
        """Draw one line, shortened with an ellipsis: a caption, not copy."""
        use, width = how
        name = "Inter Display" if use == "heading" else "Inter"
        text, _ = drawable(text, name, use)
        try:
            face = face_for(text, name, use)
        except NoFont:
            return
        while len(text) > 1 and measured(face, text) * size > width:
            text = text[:-2].rstrip() + "…"
        direction = "rtl" if is_rtl(text) and can_shape_rtl() else None
        place = (at[0], at[1] + size * face.ascent)
        ImageDraw.Draw(self.image).text(
            place, text, colour, face.at(size), "ls", direction=direction
        )

    def cells(self, cells: Sequence[Cell]) -> None:
        """Lay cells out in rows of one height, as wide as each picture wants."""
        x, used = MARGIN, 0
        for cell in cells:
            width, height = self._size(cell)
            if x > MARGIN and x + width > WIDTH - MARGIN:
                self.y += used + 74
                x, used = MARGIN, 0
            if not self._room(height + 80):
                self.left_out += 1
                continue
            self._cell(cell, (x, self.y, x + width, self.y + height))
            x, used = x + width + GAP, max(used, height)
        self.y += used + 60

    def _size(self, cell: Cell) -> tuple[int, int]:
        if cell.path is None:
            return 900, 44 + 34 * min(30, max(1, len(cell.texts)))
        with Image.open(cell.path) as picture:
            scale = min(ROW_HEIGHT / picture.height, 680 / picture.width)
            return round(picture.width * scale), round(picture.height * scale)

    def _cell(self, cell: Cell, box: paint.Box) -> None:
        width, height = box[2] - box[0], box[3] - box[1]
        if cell.path is None:
            paint.pill(self.image, box, (255, 255, 255), 14)
            self._texts(cell.texts, box)
        else:
            picture = open_picture(cell.path).convert("RGB")
            picture = picture.resize((width, height), Image.Resampling.LANCZOS)
            self.image.paste(picture, box[:2], paint.rounded_mask(width, height, 10))
        dot = (box[0], box[3] + 22, box[0] + 12, box[3] + 34)
        paint.pill(self.image, dot, DOTS.get(cell.status, QUIET), 6)
        # Narrow pictures have captions of two words; they may run on to the next picture's edge.
        room = max(width, 170) - 20
        self._draw(cell.caption, (box[0] + 20, box[3] + 20), 18, QUIET, ("body", room))

    def _texts(self, texts: Sequence[str], box: paint.Box) -> None:
        y = box[1] + 24
        for text in texts:
            if y > box[3] - 30:
                break
            self._draw(text, (box[0] + 26, y), 20, INK, ("body", box[2] - box[0] - 52))
            y += 34

    def finished(self) -> Image.Image:
        if self.left_out:
            said = f"{self.left_out} more are in the folder"
            self._draw(said, (MARGIN, self.y), 20, QUIET, ("body", 800))
            self.y += 30
        return self.image.crop((0, 0, WIDTH, min(self.image.height, self.y + MARGIN // 2)))
