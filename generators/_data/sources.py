"""Fetches packages of crisp, permissively licensed pictures, and refuses any other licence.

Packages come from npm and Debian through their ordinary clients (``npm pack``, ``apt-get
download``). What each package says of its own licence is read from the package itself and must be
on the allow-list; ``sources.json`` beside the packages records version, licence and SHA-256.
"""

from __future__ import annotations

import hashlib
import io
import json
import subprocess
import tarfile
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator

#: SPDX ids whose pictures may be trained on; anything else stops the builder.
ALLOWED = frozenset({"MIT", "Apache-2.0", "CC0-1.0", "LicenseRef-public-domain"})
PUBLIC_DOMAIN = "LicenseRef-public-domain"
RECORD = "sources.json"
_TIMEOUT = 600  # seconds for one package


class LicenceRefused(Exception):
    """A package's licence is not on the allow-list."""


class FetchFailed(Exception):
    """A package client could not bring a package."""


@dataclass(frozen=True, slots=True)
class Source:
    """A package of pictures.

    Attributes:
        name: Short word for it, used in names of pictures.
        client: Who brings it.
        package: As the client knows it.
        version: For npm, so that a rebuild sees the same pictures; empty for Debian's current one.
    """

    name: str
    client: Literal["npm", "debian"]
    package: str
    version: str = ""


SOURCES = (
    Source("fluent-3d", "npm", "@lobehub/fluent-emoji-3d", "1.1.0"),
    Source("fluent-flat", "npm", "@iconify-json/fluent-emoji-flat", "1.2.6"),
    Source("noto", "npm", "@iconify-json/noto", "1.2.9"),
    Source("fxemoji", "npm", "@iconify-json/fxemoji", "1.2.2"),
    Source("icon-park", "npm", "@iconify-json/icon-park", "1.2.4"),
    Source("marketeq", "npm", "@iconify-json/marketeq", "1.2.2"),
    Source("meteocons", "npm", "@iconify-json/meteocons", "1.2.4"),
    Source("fluent-color", "npm", "@iconify-json/fluent-color", "1.2.21"),
    Source("flat-color", "npm", "@iconify-json/flat-color-icons", "1.2.3"),
    Source("openclipart", "debian", "openclipart-svg"),
)


@dataclass(frozen=True, slots=True)
class Fetched:
    """A package on disk, with its licence as the package states it."""

    source: Source
    file: Path
    version: str
    licence: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """One picture file of a package, not yet decoded.

    Attributes:
        name: ``SOURCE/NAME``, which decides whether it is held out.
        kind: ``svg`` or ``raster``.
        sha256: Of ``data``.
    """

    name: str
    kind: Literal["svg", "raster"]
    data: bytes

    @property
    def sha256(self) -> str:
        """Return the hash that the record names."""
        return hashlib.sha256(self.data).hexdigest()


def fetch_all(folder: Path, sources: tuple[Source, ...] = SOURCES) -> list[Fetched]:
    """Bring every package into ``folder`` (those that are there stay) and write the record.

    Raises:
        LicenceRefused: A licence that is not on the allow-list.
        FetchFailed: A client could not bring one.
    """
    folder.mkdir(parents=True, exist_ok=True)
    found = [check(source, _file(source, folder)) for source in sources]
    record = [{**asdict(item), "file": item.file.name} for item in found]
    (folder / RECORD).write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    return found


def check(source: Source, file: Path) -> Fetched:
    """Return a package that is there, after reading its own words on its licence.

    Raises:
        LicenceRefused: Not on the allow-list.
    """
    version, licence = _npm_says(file) if source.client == "npm" else _debian_says(file)
    if licence not in ALLOWED:
        allowed = ", ".join(sorted(ALLOWED))
        raise LicenceRefused(f"{source.package}: {licence or 'no licence'}; allowed: {allowed}")
    with file.open("rb") as opened:
        digest = hashlib.file_digest(opened, "sha256").hexdigest()
    return Fetched(source, file, version, licence, digest)


def drawings(fetched: Fetched) -> Iterator[Drawing]:
    """Yield the pictures of a package in the order of their names."""
    if fetched.source.client == "debian":
        yield from _clip_art(fetched)
    elif fetched.source.package.startswith("@iconify-json/"):
        yield from _icons(fetched)
    else:
        yield from _rasters(fetched)


def _file(source: Source, folder: Path) -> Path:
    plain = source.package.lstrip("@").replace("/", "-")
    wanted = f"{plain}-{source.version}.tgz" if source.client == "npm" else f"{plain}_*.deb"
    there = sorted(folder.glob(wanted))
    if there:
        return there[0]
    command = (
        ["npm", "pack", "--silent", f"{source.package}@{source.version}"]
        if source.client == "npm"
        else ["apt-get", "download", "--quiet", source.package]
    )
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False, timeout=_TIMEOUT
    )
    there = sorted(folder.glob(wanted))
    if not there:
        raise FetchFailed(f"{' '.join(command)}: {done.stderr.strip()[-400:]}")
    return there[0]


def _npm_says(file: Path) -> tuple[str, str]:
    with tarfile.open(file) as archive:
        package = _json(archive, "package/package.json")
        licence = str(package.get("license") or "")
        if "package/info.json" in archive.getnames():  # of the pictures; the other is the package's
            licence = str((_json(archive, "package/info.json").get("license") or {}).get("spdx"))
    return str(package.get("version") or ""), licence


def _debian_says(file: Path) -> tuple[str, str]:
    version = file.name.split("_")[1].replace("%3a", ":")
    with _deb(file) as archive:
        path = next(name for name in archive.getnames() if name.endswith("/copyright"))
        said = archive.extractfile(path)
        text = said.read().decode("utf-8", "replace").casefold() if said else ""
    return version, PUBLIC_DOMAIN if "public domain" in text else ""


def _json(archive: tarfile.TarFile, name: str) -> dict[str, Any]:
    opened = archive.extractfile(name)
    data = json.loads(opened.read()) if opened else {}
    return data if isinstance(data, dict) else {}


def _deb(file: Path) -> tarfile.TarFile:
    done = subprocess.run(
        ["dpkg-deb", "--fsys-tarfile", str(file)], capture_output=True, check=True, timeout=_TIMEOUT
    )
    return tarfile.open(fileobj=io.BytesIO(done.stdout))


def _clip_art(fetched: Fetched) -> Iterator[Drawing]:
    """Yield the clip art that says in its own file that it is in the public domain."""
    with _deb(fetched.file) as archive:
        for member in sorted(archive.getmembers(), key=lambda one: one.name):
            opened = archive.extractfile(member) if member.name.endswith(".svg") else None
            data = opened.read() if opened else b""
            if b"PublicDomain" in data and b"GPL" not in data:
                path = PurePosixPath(member.name)
                yield Drawing(f"{fetched.source.name}/{path.parent.name}/{path.stem}", "svg", data)


def _icons(fetched: Fetched) -> Iterator[Drawing]:
    with tarfile.open(fetched.file) as archive:
        table = _json(archive, "package/icons.json")
    icons = table.get("icons")
    for name, icon in sorted(icons.items()) if isinstance(icons, dict) else ():
        wide = icon.get("width") or table.get("width") or 16
        high = icon.get("height") or table.get("height") or 16
        left, top = icon.get("left") or 0, icon.get("top") or 0
        text = (
            f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
            f' viewBox="{left} {top} {wide} {high}">{icon["body"]}</svg>'
        )
        yield Drawing(f"{fetched.source.name}/{name}", "svg", text.encode())


def _rasters(fetched: Fetched) -> Iterator[Drawing]:
    with tarfile.open(fetched.file) as archive:
        for member in sorted(archive.getmembers(), key=lambda one: one.name):
            path = PurePosixPath(member.name)
            opened = archive.extractfile(member) if path.suffix in (".webp", ".png") else None
            if opened:
                yield Drawing(f"{fetched.source.name}/{path.stem}", "raster", opened.read())
