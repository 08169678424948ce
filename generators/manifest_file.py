"""Reads ``manifest.toml`` into a ``Manifest``, refusing what it does not know by name.

The format is written down in ``generators/README.md``. Nothing here imports a generator's code.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, get_args

from generators.api import API_VERSION, InvalidParameter, UserFacingError
from generators.manifest import FamilySpec, Manifest, Modality, ModeSpec, ParamSpec, ParamType

if TYPE_CHECKING:
    from pathlib import Path

FILE_NAME = "manifest.toml"
FORMATS = ("diffusers", "transformers", "single_file", "gguf", "soundfont")
DETECT_KEYS = ("class_name", "model_type", "gguf_architecture", "tensors", "no_tensors")
MAX_BYTES = 1_000_000  # of a manifest file; a larger one is something else

_IDENTIFIER = re.compile(r"[a-z][a-z0-9_]*")
_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_ENTRY = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_]\w*")


class ManifestError(UserFacingError):
    """The manifest cannot be used."""


Check = Callable[[Any], bool]


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_integer(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_strings(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


_STRING: tuple[str, Check] = ("a string", lambda value: isinstance(value, str))
_STRINGS: tuple[str, Check] = ("a list of strings", _is_strings)
_NUMBER: tuple[str, Check] = ("a number", _is_number)
_INTEGER: tuple[str, Check] = ("a whole number", _is_integer)
_BOOLEAN: tuple[str, Check] = ("true or false", lambda value: isinstance(value, bool))
_ANY: tuple[str, Check] = ("anything", lambda _value: True)
_TABLES: tuple[str, Check] = (
    "an array of tables",
    lambda value: isinstance(value, list) and all(isinstance(item, dict) for item in value),
)
_RULE: tuple[str, Check] = (
    "a string or a list of strings",
    lambda value: isinstance(value, str) or _is_strings(value),
)

_GENERATOR = {
    "id": _STRING, "name": _STRING, "version": _STRING, "modality": _STRING, "entry": _STRING,
    "trainer": _STRING, "summary": _STRING, "capabilities": _STRINGS, "worker": _STRING,
    "api": _INTEGER,
}  # fmt: skip
_MODE = {
    "id": _STRING, "label": _STRING, "inputs": _STRINGS, "optional_inputs": _STRINGS,
    "output": _STRING,
}  # fmt: skip
_PARAM = {
    "key": _STRING, "type": _STRING, "label": _STRING, "default": _ANY, "minimum": _NUMBER,
    "maximum": _NUMBER, "step": _NUMBER, "choices": _STRINGS, "unit": _STRING, "help": _STRING,
    "advanced": _BOOLEAN, "modes": _STRINGS, "max_length": _INTEGER,
}  # fmt: skip
_FAMILY = {
    "id": _STRING, "label": _STRING, "formats": _STRINGS, "worker": _STRING,
    "adapters": _STRINGS, "native_size": _INTEGER, "licence": _STRING, "detect": _TABLES,
}  # fmt: skip
_ENVIRONMENT = {"requirements": _STRINGS}
_TOP = {"generator", "mode", "param", "family", "environment"}


def read_manifest(folder: Path) -> Manifest:
    """Read ``folder/manifest.toml``.

    Raises:
        ManifestError: There is none, it is broken, or it asks for a newer Brandloom.
    """
    path = folder / FILE_NAME
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ManifestError(f"{path} cannot be read: {error.strerror or error}.") from error
    if len(data) > MAX_BYTES:
        raise ManifestError(f"{path} has {len(data):,} bytes; that is no manifest.")
    try:
        return parse_manifest(data.decode("utf-8"), root=str(folder))
    except UnicodeDecodeError as error:
        raise ManifestError(f"{path} is not UTF-8 text.") from error


def parse_manifest(text: str, root: str = "") -> Manifest:
    """Read the text of a ``manifest.toml``.

    Raises:
        ManifestError: It is broken, or it asks for a newer Brandloom.
    """
    try:
        tables = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ManifestError(f"{FILE_NAME} is not valid TOML: {error}.") from error
    head = tables.get("generator")
    if not isinstance(head, dict):
        raise ManifestError(f"{FILE_NAME} has no [generator] table.")
    api = head.get("api", 1)
    if _is_integer(api) and api > API_VERSION:
        raise ManifestError(
            f"It needs generator contract {api}; this Brandloom has {API_VERSION}.",
            "Update Brandloom.",
        )
    unknown = sorted(set(tables) - _TOP)
    if unknown:
        raise ManifestError(f"{FILE_NAME} has an unknown table [{unknown[0]}].")
    return _manifest(_checked("[generator]", head, _GENERATOR), tables, root)


def _manifest(head: Mapping[str, Any], tables: Mapping[str, Any], root: str) -> Manifest:
    _require("[generator]", head, ("id", "name", "version", "modality", "entry"))
    _match("[generator] id", head["id"], _IDENTIFIER, "lower-case letters, digits and underscores")
    _match("[generator] entry", head["entry"], _ENTRY, "package.module:Class")
    if head.get("trainer"):
        _match("[generator] trainer", head["trainer"], _ENTRY, "package.module:Class")
    _one_of("[generator] modality", head["modality"], get_args(Modality))
    modes = tuple(_mode(item) for item in _rows(tables, "mode"))
    if not modes:
        raise ManifestError(f"{FILE_NAME} has no [[mode]]; a generator has at least one.")
    _unique("[[mode]] id", [mode.id for mode in modes])
    params = tuple(_param(item, {mode.id for mode in modes}) for item in _rows(tables, "param"))
    _unique("[[param]] key", [param.key for param in params])
    families = tuple(_family(item) for item in _rows(tables, "family"))
    _unique("[[family]] id", [family.id for family in families])
    environment = tables.get("environment", {})
    if not isinstance(environment, dict):
        raise ManifestError("[environment] must be a table.")
    environment = _checked("[environment]", environment, _ENVIRONMENT)
    values = {key: _frozen(value) for key, value in head.items() if key != "api"}
    return Manifest(
        **values,
        modes=modes,
        params=params,
        families=families,
        environment=tuple(environment.get("requirements", ())),
        root=root,
    )


def _mode(item: Mapping[str, Any]) -> ModeSpec:
    where = f"[[mode]] {item.get('id', '')}".strip()
    values = _checked(where, item, _MODE)
    _require(where, values, ("id", "label"))
    _match(f"{where} id", values["id"], _IDENTIFIER, "lower-case letters, digits and underscores")
    return ModeSpec(**{key: _frozen(value) for key, value in values.items()})


def _param(item: Mapping[str, Any], modes: set[str]) -> ParamSpec:
    where = f"[[param]] {item.get('key', '')}".strip()
    values = _checked(where, item, _PARAM)
    _require(where, values, ("key", "type"))
    _match(f"{where} key", values["key"], _KEY, "a Python name")
    _one_of(f"{where} type", values["type"], get_args(ParamType))
    for mode in values.get("modes", ()):
        _one_of(f"{where} modes", mode, sorted(modes))
    if (values["type"] == "choice") != bool(values.get("choices")):
        raise ManifestError(f'{where}: choices belong to type = "choice", and only there.')
    default = values.pop("default", None)  # a JSON default keeps its lists
    spec = ParamSpec(**{key: _frozen(value) for key, value in values.items()})
    if default is None:
        return spec
    try:
        return replace(spec, default=spec.check(default))
    except InvalidParameter as error:
        raise ManifestError(f"{where}: the default is not allowed. {error}") from error


def _family(item: Mapping[str, Any]) -> FamilySpec:
    where = f"[[family]] {item.get('id', '')}".strip()
    values = _checked(where, item, _FAMILY)
    _require(where, values, ("id", "label", "formats"))
    for name in values["formats"]:
        _one_of(f"{where} formats", name, FORMATS)
    rules = []
    for rule in values.get("detect", ()):
        checked = _checked(f"{where} detect", rule, dict.fromkeys(DETECT_KEYS, _RULE))
        if not checked:
            raise ManifestError(f"{where}: an empty detect rule would match everything.")
        rules.append(
            {
                key: (value,) if isinstance(value, str) else tuple(value)
                for key, value in checked.items()
            }
        )
    return FamilySpec(
        id=values["id"],
        label=values["label"],
        formats=tuple(values["formats"]),
        worker=values.get("worker", ""),
        adapters=tuple(values.get("adapters", ())),
        native_size=values.get("native_size", 0),
        detect=tuple(rules),
        licence=values.get("licence", ""),
    )


def _rows(tables: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    rows = tables.get(name, [])
    if not _TABLES[1](rows):
        raise ManifestError(f"[[{name}]] must be an array of tables, with two brackets.")
    return list(rows)


def _checked(
    where: str, table: Mapping[str, Any], keys: Mapping[str, tuple[str, Check]]
) -> dict[str, Any]:
    for key, value in table.items():
        if key not in keys:
            raise ManifestError(
                f"{where} has an unknown key {key!r:.80}.", f"Known: {', '.join(keys)}."
            )
        word, check = keys[key]
        if not check(value):
            raise ManifestError(f"{where}: {key} must be {word}, not {value!r:.80}.")
    return dict(table)


def _require(where: str, table: Mapping[str, Any], keys: tuple[str, ...]) -> None:
    for key in keys:
        if not table.get(key):
            raise ManifestError(f"{where} lacks {key}.")


def _match(where: str, value: str, pattern: re.Pattern[str], word: str) -> None:
    if not pattern.fullmatch(value):
        raise ManifestError(f"{where} is {value!r:.80}; it must be {word}.")


def _one_of(where: str, value: str, allowed: tuple[str, ...] | list[str]) -> None:
    if value not in allowed:
        raise ManifestError(f"{where} is {value!r:.80}.", f"Allowed: {', '.join(allowed)}.")


def _unique(where: str, values: list[str]) -> None:
    for value in values:
        if values.count(value) > 1:
            raise ManifestError(f"{where} {value} occurs twice.")


def _frozen(value: Any) -> Any:  # noqa: ANN401 - any TOML value
    return tuple(value) if isinstance(value, list) and _is_strings(value) else value
