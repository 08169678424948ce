"""Reads ``brief.toml``, the file in which a person says what shall be advertised.

The schema (``!`` = needed; every text is plain, emoji and right-to-left scripts are welcome)::

    name = "Autumn launch"        ! of the campaign, at most 80 characters
    product = "…"                 ! what is sold, in a sentence or two (2 000)
    audience = "…"                ! for whom (1 000)
    message = "…"                 ! the one thing to get across (1 000)
    tone = "warm, plain"            how it should sound (300)
    must_haves = ["…"]              facts that copy should mention, up to 12
    languages = ["en"]              BCP 47 codes, up to 8; the first leads
    placements = ["meta_feed"]    ! ids of assets/placements.toml
    call_to_action = "Shop now"     on the button (30); or a table by language; where it says
                                    nothing: “Learn more” in the language, as far as it is known
    variants = 2                    creatives per placement, size and language, 1 to 6
    url = "https://…"               landing page; display paths are made from it
    seed = 7                        0 (the default) draws one
    visual_style = "…"              how pictures should look (500)
    negative_prompt = "…"           what pictures should not show (500)
    layouts = ["overlay"]           names from assets/layouts; all in turn when empty

    [sizes]                         which sizes of a placement; all when it is not named
    meta_feed = ["1080x1080"]

    [brand]
    name = "…"                    ! (60)
    short_name = "…"                for placements that the name is too long for (25)
    voice = "…"                     one sentence on how it speaks (500)
    logo = "logo.png"               PNG, JPEG or WebP beside the brief or in a folder below it
    logo_on_dark = "logo_light.png" likewise, for dark ground
    banned_words = ["cheap"]        never in copy, in any form of the word; up to 100
    required_words = ["organic"]    each in at least one text of every placement; up to 10
    [brand.palette]                 colours as #rrggbb: primary, accent, ink, paper
    [brand.fonts]                   heading, body: a shipped font's name or a TTF/OTF like the logo

    [music]                         wanted, mood (200), duration in seconds (5 to 60); without this
                                    table only for placements that take sound
    [checkpoints]                   text, image, audio: name or id; the first that fits otherwise
    [quality]                       num_inference_steps, guidance_scale, copy_candidates

Errors are ``BriefError`` and name line, field and what is allowed. A logo or font outside the
brief's own folder is refused: a brief may come from anywhere.
"""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING

from PIL import Image

from studio.core.brand import HEX_COLOUR, Brand, Palette
from studio.core.campaign import Brief, Music
from studio.core.errors import BriefError
from studio.services.brief_fields import Fields, field_lines
from studio.services.button_labels import DEFAULT_LABEL, labels
from studio.services.compose.fonts import is_font, shipped_fonts
from studio.services.compose.layouts import layout_names
from studio.services.placements import placements

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

MAX_BRIEF_BYTES = 256_000
MAX_LOGO_BYTES = 20_000_000
MAX_FONT_BYTES = 60_000_000
MAX_LOGO_SIDE = 8_000  # pixels
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")
_URL = re.compile(r"https?://[^\s/?#\"<>]+(?:[/?#][^\s\"<>]*)?")
_MODALITIES = ("text", "image", "audio")


def load_brief(path: Path) -> Brief:
    """Read a brief file.

    Raises:
        BriefError: It cannot be read or used; the message names line and field.
    """
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BRIEF_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise BriefError(f"The brief {path} cannot be read: {reason}.") from error
    if len(raw) > MAX_BRIEF_BYTES:
        raise BriefError(
            f"The brief is larger than {MAX_BRIEF_BYTES // 1000} kB.",
            "A brief is a page of text; pictures and lists of products do not belong in it.",
        )
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise BriefError(
            f"Line {line}: the brief is not UTF-8 text.", "Save it as UTF-8."
        ) from error
    return parse_brief(text, path.parent)


def parse_brief(text: str, folder: Path, *, files_anywhere: bool = False) -> Brief:
    """Read the text of a brief.

    Args:
        text: TOML.
        folder: Logo and font files are looked for here.
        files_anywhere: Allow absolute paths (a person picked them in the window).

    Raises:
        BriefError: The message names line and field.
    """
    if len(text) > MAX_BRIEF_BYTES:
        raise BriefError(f"The brief is longer than {MAX_BRIEF_BYTES // 1000} kB.")
    text = text.replace("\r\n", "\n")
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BriefError(_syntax(str(error)), "See assets/sample_campaign/brief.toml.") from error
    except (RecursionError, ValueError) as error:
        raise BriefError("The brief is nested too deeply, or a number is too long.") from error
    return brief_from_table(data, folder, field_lines(text), files_anywhere=files_anywhere)


def _syntax(message: str) -> str:
    found = re.match(r"(.*) \(at line (\d+), column (\d+)\)$", message, re.DOTALL)
    if found:
        return f"Line {found[2]}, column {found[3]}: {found[1]}."
    return f"At the end of the brief: {message[:200]}."


def brief_from_table(
    data: Mapping[str, object],
    folder: Path,
    lines: Mapping[str, int] | None = None,
    *,
    files_anywhere: bool = False,
) -> Brief:
    """Read a brief from parsed values; ``lines`` are line numbers by dotted path.

    Raises:
        BriefError: The message names the field, and its line where it is known.
    """
    top = Fields(data, lines or {})
    base = None if files_anywhere else folder.resolve()
    brand = _brand(top.table("brand"), folder, base)
    chosen = top.texts("placements", most=40, need=True)
    top.choices("placements", chosen, placements())
    languages = top.texts("languages", most=8) or ("en",)
    for language in languages:
        top.checked("languages", language, _LANGUAGE.fullmatch, "Write codes such as en, de, zh.")
    layouts = top.texts("layouts", most=12)
    top.choices("layouts", layouts, layout_names())
    url = top.text("url", longest=2000)
    top.checked("url", url, _URL.fullmatch, "Write a full address that starts with https://.")
    actions = _actions(top, languages)
    brief = Brief(
        name=_one_line(top.text("name", need=True, longest=80)),
        product=top.text("product", need=True, longest=2000),
        audience=top.text("audience", need=True),
        message=top.text("message", need=True),
        brand=brand,
        placements=chosen,
        tone=top.text("tone", longest=300),
        must_haves=top.texts("must_haves", most=12),
        languages=languages,
        call_to_action=actions[""],
        calls_to_action={key: value for key, value in actions.items() if key},
        sizes=_sizes(top.table("sizes"), chosen),
        variants=int(top.number("variants", 2, 1, 6, whole=True)),
        url=url,
        seed=int(top.number("seed", 0, 0, 2**31 - 1, whole=True)),
        visual_style=top.text("visual_style", longest=500),
        negative_prompt=top.text("negative_prompt", longest=500),
        layouts=layouts,
        music=_music(top.table("music"), chosen),
        checkpoints=_checkpoints(top.table("checkpoints")),
        quality=_quality(top.table("quality")),
    )
    top.done()
    return brief


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _actions(top: Fields, languages: tuple[str, ...]) -> dict[str, str]:
    """Return calls to action by language; the empty language is for all others."""
    value = top.take("call_to_action")
    given: dict[str, str] = {}
    if isinstance(value, dict):
        table = top.table("call_to_action")
        found = {key: _one_line(table.text(key, longest=30)) for key in languages}
        table.done()
        given = {key: text for key, text in found.items() if text}
    elif value is not None:  # empty: no button
        return {"": _one_line(top.text("call_to_action", longest=30))}
    return {"": next(iter(given.values()), DEFAULT_LABEL), **labels(languages, given)}


def _brand(table: Fields, folder: Path, base: Path | None) -> Brand:
    palette = table.table("palette")
    default = Palette()
    colours = {}
    for key in Palette.__dataclass_fields__:
        colour = palette.text(key, longest=100, default=getattr(default, key))
        palette.checked(key, colour, HEX_COLOUR.fullmatch, "Write a colour such as #1f6f5c.")
        colours[key] = colour.lower()
    palette.done()
    fonts = table.table("fonts")
    heading = _font(fonts, "heading", "Inter Display", folder, base)
    body = _font(fonts, "body", "Inter", folder, base)
    fonts.done()
    brand = Brand(
        name=_one_line(table.text("name", need=True, longest=60)),
        palette=Palette(**colours),
        heading_font=heading,
        body_font=body,
        logo=_logo(table, "logo", folder, base),
        logo_on_dark=_logo(table, "logo_on_dark", folder, base),
        short_name=_one_line(table.text("short_name", longest=25)),
        voice=table.text("voice", longest=500),
        banned=table.texts("banned_words", most=100, longest=60),
        required=table.texts("required_words", most=10, longest=60),
    )
    both = {word.casefold() for word in brand.banned} & {w.casefold() for w in brand.required}
    if both:
        table.fail(
            "required_words", f"{min(both)!r} is banned as well.", "Take it out of one list."
        )
    table.done()
    return brand


def _file(table: Fields, key: str, folder: Path, base: Path | None, most: int) -> Path | None:
    """Return the resolved path of a file that a brief names."""
    text = table.text(key, longest=500)
    if not text:
        return None
    hint = "Put the file beside the brief and write its name."
    try:
        path = (folder / text).resolve()
        if base is not None and not path.is_relative_to(base):
            table.fail(key, f"{text!r:.80} lies outside the folder of the brief.", hint)
        size = path.stat().st_size if path.is_file() else -1
    except (OSError, ValueError):  # a name too long, a loop of links
        size = -1
    if size < 0:
        table.fail(key, f"there is no file {text!r:.80}.", hint)
    if size > most:
        table.fail(key, f"{text!r:.80} is larger than {most // 1_000_000} MB.")
    return path


def _logo(table: Fields, key: str, folder: Path, base: Path | None) -> str:
    path = _file(table, key, folder, base, MAX_LOGO_BYTES)
    if path is None:
        return ""
    hint = "Use a PNG with a transparent ground; SVG cannot be drawn here, so export it as PNG."
    try:
        with Image.open(path, formats=("PNG", "JPEG", "WEBP")) as image:
            width, height = image.size
            unknown_inks = image.mode == "CMYK" and not image.info.get("icc_profile")
    except (OSError, ValueError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        table.fail(key, f"{path.name!r:.80} is not a PNG, JPEG or WebP picture.", hint)
    if max(width, height) > MAX_LOGO_SIDE:
        table.fail(key, f"the logo is {width}×{height} pixels.", f"At most {MAX_LOGO_SIDE} a side.")
    if unknown_inks:
        table.fail(
            key,
            f"{path.name!r:.80} is in CMYK and does not say which inks are meant.",
            "Save it in RGB, best as a PNG with a transparent ground.",
        )
    return str(path)


def _font(table: Fields, key: str, default: str, folder: Path, base: Path | None) -> str:
    value = table.values.get(key)
    if isinstance(value, str) and value.lower().endswith((".ttf", ".otf")):
        path = _file(table, key, folder, base, MAX_FONT_BYTES)
        if path is not None and not is_font(path):
            hint = "Use a TrueType or OpenType font, a .ttf or .otf file."
            table.fail(key, f"{path.name!r:.80} is not a font that can be read.", hint)
        return str(path) if path else default
    name = table.text(key, longest=100, default=default)
    table.choices(key, [name], shipped_fonts())
    return name


def _sizes(table: Fields, chosen: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for key in list(table.values):
        table.choices(key, [key], chosen)
        sizes = table.texts(key, most=20)
        images = [image.size for image in placements()[key].images if image.kind == "creative"]
        table.choices(key, sizes, images)
        if sizes:
            found[key] = sizes
    table.done()
    return found


def _music(table: Fields, chosen: tuple[str, ...]) -> Music:
    takes_sound = any(placements()[name].audio for name in chosen)
    music = Music(
        wanted=table.flag("wanted", default=takes_sound or bool(table.values)),
        mood=table.text("mood", longest=200),
        duration=float(table.number("duration", 15.0, 5, 60)),
    )
    table.done()
    return music


def _checkpoints(table: Fields) -> dict[str, str]:
    found = {key: table.text(key, longest=200) for key in _MODALITIES}
    table.done()
    return {key: value for key, value in found.items() if value}


def _quality(table: Fields) -> dict[str, float]:
    found: dict[str, float] = {}
    for key, low, high in (
        ("num_inference_steps", 1, 200),
        ("guidance_scale", 0, 30),
        ("copy_candidates", 2, 24),
    ):
        whole = key != "guidance_scale"
        value = table.number(key, -1, low, high, whole=whole)
        if value >= 0:
            found[key] = value
    table.done()
    return found
