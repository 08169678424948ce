"""A person's settings: one JSON file in their configuration folder.

Written whole to a new file that then takes the old one's place, so that a crash never leaves half a
file. A damaged or foreign file never stops the app: what can be read is kept, the rest has its
default, and the unreadable file is set aside as ``settings.damaged.json``.
"""

from __future__ import annotations

import json
import os
import tempfile
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING

from studio.core.paths import config_folder

if TYPE_CHECKING:
    from collections.abc import Mapping

    from generators.api import JsonValue

THEMES = ("dark", "light", "system")
MAX_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class Settings:
    """What the app remembers of a person.

    Attributes:
        theme: ``dark``, ``light`` or ``system``.
        language: BCP 47 code, or empty for the system's.
        library: Folder of the library opened last, or empty.
        page: Id of the page shown last.
        window: Geometry of the window as Qt saves it, in base64; empty for the first start.
        pages: What each page remembers (splitter sizes, filters, ...), by page id.
    """

    theme: str = "dark"
    language: str = ""
    library: str = ""
    page: str = ""
    window: str = ""
    pages: Mapping[str, Mapping[str, JsonValue]] = field(default_factory=dict)

    def with_page(self, page_id: str, state: Mapping[str, JsonValue]) -> Settings:
        """Return a copy in which a page remembers ``state``."""
        return replace(self, pages={**self.pages, page_id: dict(state)})


def settings_file() -> Path:
    """Return where the settings lie."""
    return config_folder() / "settings.json"


def load_settings() -> Settings:
    """Read the settings; never raises because of what the file holds."""
    path = settings_file()
    try:
        with path.open("rb") as file:
            data = json.loads(file.read(MAX_BYTES + 1)[: MAX_BYTES + 1])
    except OSError:
        return Settings()
    except (ValueError, RecursionError):
        _set_aside(path)
        return Settings()
    return _from_json(data) if isinstance(data, dict) else Settings()


def save_settings(settings: Settings) -> None:
    """Write the settings in one step.

    Raises:
        OSError: The folder cannot be written to.
    """
    path = settings_file()
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(asdict(settings), ensure_ascii=False, indent=1)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".settings-", suffix=".json")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _from_json(data: Mapping[str, JsonValue]) -> Settings:
    default = Settings()
    known = {
        item.name: data[item.name]
        for item in fields(Settings)
        if item.name != "pages" and isinstance(data.get(item.name), str)
    }
    if known.get("theme", default.theme) not in THEMES:
        del known["theme"]
    raw = data.get("pages")
    found = raw if isinstance(raw, dict) else {}
    pages = {str(key): value for key, value in found.items() if isinstance(value, dict)}
    return Settings(**known, pages=pages)


def _set_aside(path: Path) -> None:
    try:
        path.replace(path.with_name("settings.damaged.json"))
    except OSError:
        return  # read-only folder: the next save says so
