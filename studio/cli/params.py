"""Command-line options made from a generator's manifest."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from generators.api import InvalidParameter

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from generators.api import JsonValue
    from generators.manifest import Manifest, ParamSpec


def parse_value(spec: ParamSpec, text: str) -> JsonValue:
    """Read a value from the command line; bounds are checked later, by the manifest.

    Raises:
        InvalidParameter: It is not of the parameter's type.
    """
    try:
        if spec.type in ("integer", "seed"):
            return int(text)
        if spec.type == "number":
            return float(text)
        if spec.type == "json":
            return json.loads(text)
    except ValueError as error:
        raise InvalidParameter(
            spec.key, f"{spec.key} cannot be {text!r:.80}.", spec.allowed() or spec.help
        ) from error
    if spec.type == "boolean":
        words = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
        if text.lower() not in words:
            raise InvalidParameter(spec.key, f"{spec.key} must be true or false, not {text!r:.80}.")
        return words[text.lower()]
    return text


def parse_settings(manifest: Manifest, mode: str, settings: Sequence[str]) -> dict[str, JsonValue]:
    """Read ``KEY=VALUE`` settings.

    Raises:
        InvalidParameter: Not of that form, an unknown key, or a value of another type.
    """
    specs = {spec.key: spec for spec in manifest.params_for(mode)}
    values = {}
    for setting in settings:
        key, equals, text = setting.partition("=")
        if not equals or key not in specs:
            raise InvalidParameter(
                key,
                f"{manifest.name} has no parameter {key!r:.80}.",
                f"Allowed: {', '.join(specs)}.",
            )
        values[key] = parse_value(specs[key], text)
    return values


def add_options(parser: argparse.ArgumentParser, manifest: Manifest) -> None:
    """Add one option per parameter; its help names what is allowed and the default."""
    group = parser.add_argument_group(f"parameters of {manifest.name}")
    for spec in manifest.params:
        if spec.key == "prompt":
            continue  # it is the command's own argument
        parts = [spec.help or spec.label, spec.allowed()]
        if spec.default is not None:
            parts.append(f"Default: {spec.default}{' ' + spec.unit if spec.unit else ''}.")
        if spec.modes:
            parts.append(f"Only for {', '.join(spec.modes)}.")
        group.add_argument(
            "--" + spec.key.replace("_", "-"),
            dest="param_" + spec.key,
            metavar=spec.type.upper(),
            help=" ".join(part for part in parts if part).replace("%", "%%"),
        )


def given_params(options: argparse.Namespace, manifest: Manifest) -> dict[str, JsonValue]:
    """Return the parameters that were given as options.

    The options are those of one generator; another one may have been chosen.

    Raises:
        InvalidParameter: A value of another type, or a parameter that the generator does not have.
    """
    values = {}
    known = [spec.key for spec in manifest.params]
    for name, text in vars(options).items():
        key = name.removeprefix("param_")
        if key != name and text is not None and key not in known:
            raise InvalidParameter(
                key,
                f"{manifest.name} has no parameter {key!r:.80}.",
                f"Give its own as --set KEY=VALUE: {', '.join(known)}.",
            )
    for spec in manifest.params:
        text = getattr(options, "param_" + spec.key, None)
        if text is not None:
            values[spec.key] = parse_value(spec, text)
    return values
