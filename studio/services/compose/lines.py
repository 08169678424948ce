"""Line breaking and fitting: the largest size at which a text fits its box, with good breaks.

Nothing is ever cut: a text that does not fit at the smallest size gives None. Latin and Korean text
breaks at spaces, Thai between words. Chinese and Japanese break between words and phrases, inside
them only where there is no other way, always under the usual rules (kinsoku: no line starts with
closing punctuation, none ends with opening punctuation).
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from PIL import features

from studio.services.compose.phrases import has_thai, holds, thai_words

if TYPE_CHECKING:
    from studio.services.compose.fonts import Face

SENTENCE_ENDS = set(".!?…。！？")
CLAUSE_ENDS = SENTENCE_ENDS | set(
    "，；："
)  # a Chinese slogan is as often two clauses as two sentences
PAUSES = SENTENCE_ENDS | set(",;:—–，；：、")
REFERENCE = 200.0  # px; widths are measured once at this size and scaled
#: Never at the start of a line (JIS X 4051 and GB/T 15834, the common part).
NOT_FIRST = set(
    "!%),.:;?]}¢°·’”†‡›℃、。〃〉》」』】〕〗〙〛～！＂％＇），．：；？］｝…—‥ー"
    "ぁぃぅぇぉっゃゅょァィゥェォッャュョ々"
)
#: Never at the end of a line.
NOT_LAST = set("([{£¥‘“‹〈《「『【〔〖〘〚＄（［｛￡￥")
#: What may stand alone on a line: a run of letters that words are written with, spaces between them
#: (Hangul too: KS X 1001 text breaks at spaces), or any one other character.
_PARTS = re.compile(
    r"[^\u2e80-\u312f\u3190-\ua95f\uf900-\uffef\U00020000-\U0003ffff]+|.", re.DOTALL
)
#: Languages that are written from right to left (CLDR 46, characterOrder).
_RTL = "ar arc ckb dv fa he ks lrc mzn nqo pnb ps sd syr ug ur yi"
RTL_LANGUAGES = frozenset(_RTL.split())
#: Short words that look lost at the end of a headline's line.
_WEAK = (
    "a an the of to in on at for by and or with your our der die das ein eine und für mit im am "
    "le la les un une de du des et à el los las y en con il lo gli di da per o os as e"
)
WEAK_ENDS = frozenset(_WEAK.split())
_TEAR_COST = 1.5  # of a line that ends inside a word; a line as wide as the mean costs 1


class Piece(NamedTuple):
    """What must stay together on a line.

    Attributes:
        text: Its characters.
        spaced: A space stands before it.
        hold: How firmly it holds to the piece before it, 0.0 to 1.0 (they are halves of a word).
    """

    text: str
    spaced: bool
    hold: float = 0.0


@dataclass(frozen=True, slots=True)
class Fitted:
    """A text that fits: its size in pixels, its lines, and what they measure (pixels)."""

    size: float
    lines: tuple[str, ...]
    widths: tuple[float, ...]
    height: float
    advance: float

    @property
    def width(self) -> float:
        """Return the width of the widest line."""
        return max(self.widths, default=0.0)


def is_wide(character: str) -> bool:
    """Tell whether a character is full-width (CJK)."""
    return unicodedata.east_asian_width(character) in ("W", "F")


def is_rtl(text: str) -> bool:
    """Tell whether the first letter with a direction runs from right to left."""
    for character in text:
        direction = unicodedata.bidirectional(character)
        if direction in ("R", "AL"):
            return True
        if direction == "L":
            return False
    return False


def runs_rtl(text: str, language: str = "") -> bool:
    """Tell whether a text runs from right to left, whatever word it begins with.

    Args:
        text: All that is set together; its lines have one direction.
        language: Its BCP 47 tag, where it is known.
    """
    if language.partition("-")[0].casefold() in RTL_LANGUAGES:
        return any(unicodedata.bidirectional(c) in ("R", "AL") for c in text)
    return is_rtl(text)


def can_shape_rtl() -> bool:
    """Tell whether Pillow can shape right-to-left text here (raqm with fribidi)."""
    return bool(features.check("raqm")) and bool(features.check("fribidi"))


def units(text: str) -> list[Piece]:
    """Split a text into what must stay together."""
    found: list[Piece] = []
    for word in text.split():
        for index, (piece, hold) in enumerate(_pieces(word)):
            found.append(Piece(piece, index == 0 and bool(found), hold))
    return found


def _pieces(word: str) -> list[tuple[str, float]]:
    if has_thai(word):
        parts, firm = thai_words(word), {}
    elif any(is_wide(c) for c in word):
        parts, firm = _PARTS.findall(word), holds(word)
    else:
        return [(word, 0.0)]
    pieces: list[tuple[str, float]] = []
    at = 0
    for part in parts:
        joins = pieces and (part[0] in NOT_FIRST or pieces[-1][0][-1] in NOT_LAST)
        if joins or (pieces and unicodedata.combining(part[0])):
            pieces[-1] = (pieces[-1][0] + part, pieces[-1][1])
        else:
            pieces.append((part, firm.get(at, 0.0)))
        at += len(part)
    return pieces


def join(parts: list[Piece]) -> str:
    """Return the text of a line."""
    return "".join(
        (" " if part.spaced and index else "") + part.text for index, part in enumerate(parts)
    )


@lru_cache(maxsize=20_000)
def measured(face: Face, text: str) -> float:
    """Return the advance width of a text in sizes (1.0 is one em)."""
    font = face.at(REFERENCE)
    if is_rtl(text) and can_shape_rtl():
        return float(font.getlength(text, direction="rtl")) / REFERENCE
    return float(font.getlength(text)) / REFERENCE


def block_height(face: Face, size: float, count: int) -> float:
    """Return the height of ``count`` lines, from the top of capitals to the lowest stroke."""
    return size * (face.ascent + (count - 1) * face.leading + face.descent)


def fit_headline(
    text: str, face: Face, box: tuple[float, float], sizes: tuple[float, float], max_lines: int
) -> Fitted | None:
    """Return the text at the largest size that fits, or None when it fits at none.

    Args:
        text: One paragraph.
        face: Its font.
        box: Width and height in pixels.
        sizes: Smallest and largest size in pixels.
        max_lines: At most so many lines.
    """
    parts = units(text)
    best: tuple[float, Fitted] | None = None
    for count in range(1, min(max_lines, len(parts)) + 1):
        broken = break_into(parts, face, count)
        if broken is None:
            continue
        lines, flaw = broken
        widths = [measured(face, line) for line in lines]
        tall = box[1] / block_height(face, 1.0, count)
        size = min(box[0] / max(*widths, 1e-06), tall, sizes[1])
        size = size * 0.998  # hinting may widen a line by a fraction of a pixel
        if size < sizes[0]:
            continue
        score = size * (1.0 - flaw)
        if best is None or score > best[0] * 1.001:
            best = (score, _fitted(lines, widths, size, face))
    return best[1] if best else None


def fit_body(
    text: str, face: Face, box: tuple[float, float], sizes: tuple[float, float], max_lines: int
) -> Fitted | None:
    """Return running text at the largest size that fits, in as few lines as that allows."""
    parts = units(text)
    if not parts:
        return None
    size = sizes[1]
    while size >= sizes[0] - 1e-6:
        for count in range(1, max_lines + 1):
            broken = break_into(parts, face, count)
            if broken is None:
                continue
            widths = [measured(face, line) for line in broken[0]]
            if max(widths) * size * 1.002 <= box[0]:
                if block_height(face, size, count) <= box[1]:
                    return _fitted(broken[0], widths, size, face)
                break
        size *= 0.95
    return None


def _fitted(lines: list[str], widths: list[float], size: float, face: Face) -> Fitted:
    height = block_height(face, size, len(lines))
    scaled = tuple(width * size for width in widths)
    return Fitted(size, tuple(lines), scaled, height, size * face.leading)


def break_into(parts: list[Piece], face: Face, count: int) -> tuple[list[str], float] | None:
    """Return the best break into exactly ``count`` lines, and its flaw (0.0 none to about 0.5).

    Best is: the widest line as narrow as can be, then weak line ends and a short last line avoided.
    """
    total = len(parts)
    if count < 1 or count > total:
        return None
    # A long text has many breaks; whole-text widths as sums are exact enough to choose among them.
    lengths = [measured(face, part.text) + (0.25 if part.spaced else 0.0) for part in parts]
    sums = [0.0]
    for length in lengths:
        sums.append(sums[-1] + length)
    ideal = sums[-1] / count
    reach = max(ideal * 1.8, *lengths)
    best: list[dict[int, tuple[float, int]]] = [{0: (0.0, -1)}]
    for line in range(1, count + 1):
        row: dict[int, tuple[float, int]] = {}
        for start, (cost, _) in best[-1].items():
            for end in range(start + 1, total - (count - line) + 1):
                width = sums[end] - sums[start]
                if width > reach and end > start + 1:
                    break
                worse = cost + _line_cost(parts, end, width / ideal, last=line == count)
                if end not in row or worse < row[end][0]:
                    row[end] = (worse, start)
        best.append(row)
    if total not in best[count]:
        return None
    ends = [total]
    for line in range(count, 0, -1):
        ends.append(best[line][ends[-1]][1])
    ends.reverse()
    lines = [join(parts[a:b]) for a, b in itertools.pairwise(ends)]
    return lines, _flaw(parts, ends)


def _line_cost(parts: list[Piece], end: int, share: float, *, last: bool) -> float:
    cost = max(share, 0.0) ** 4
    if last:
        return cost + (0.4 if share < 0.35 else 0.0)
    piece = parts[end - 1].text
    if piece.strip("“\"'").casefold() in WEAK_ENDS:
        cost += 0.8
    if piece[-1] in PAUSES:
        cost -= 0.6 if piece[-1] in SENTENCE_ENDS else 0.15
    return cost + _TEAR_COST * parts[end].hold


def _flaw(parts: list[Piece], ends: list[int]) -> float:
    """Return how ugly a break is: weak ends, torn sentences, a last line of one short word."""
    inner = ends[1:-1]
    weak = sum(parts[end - 1].text.casefold() in WEAK_ENDS for end in inner)
    single = sum(b - a == 1 and len(parts[a].text) <= 3 for a, b in itertools.pairwise(ends))
    clauses = any(part.text[-1] in CLAUSE_ENDS for part in parts[:-1])
    torn = sum(parts[end - 1].text[-1] not in CLAUSE_ENDS for end in inner) if clauses else 0
    # A torn word reads worse than smaller letters.
    split = sum(parts[end].hold for end in inner)
    return min(
        0.8, 0.08 * weak + 0.16 * torn + 0.55 * split + (0.06 * single if len(ends) > 2 else 0.0)
    )
