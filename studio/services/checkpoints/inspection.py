"""Tells what a folder or file of weights is, by the rules in the generators' manifests.

Nothing is loaded and no code of the folder is run: JSON files, headers and the model card are read.
"""

from __future__ import annotations

import contextlib
import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from generators.esrgan import detect
from studio.core.errors import CheckpointError
from studio.services.checkpoints.headers import (
    PICKLE_SUFFIXES,
    gguf_header,
    safetensors_licence,
    safetensors_names,
)
from studio.services.checkpoints.licences import licence_of
from studio.services.checkpoints.upscalers import FAMILY as UPSCALERS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from generators.api import JsonValue
    from generators.manifest import FamilySpec, Manifest
    from generators.registry import Registry

USUAL_FACTOR = 8  # pixels to a latent pixel, of every published VAE of the built-in families
OPTIONAL = frozenset({"safety_checker", "feature_extractor", "image_encoder"})
NO_WEIGHTS = ("tokenizer", "scheduler", "feature_extractor", "processor", "image_processor")
MAX_JSON = 20_000_000  # bytes of a config; tokenizers are not read here
_FRONT_MATTER = re.compile(r"\A---\s*\n(.*?)\n---\s*\n", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Facts:
    """What was read from disk; the manifests' rules are matched against it.

    Attributes:
        card: Front matter of the model card (README.md): ``license``, ``license_name``,
            ``language``, ``tags``.
        latent_side: Side of the square that the denoiser was trained at, in latent pixels.
        vae_factor: Pixels to a latent pixel; both 0 when the folder does not say.
    """

    format: str
    class_name: str = ""
    model_type: str = ""
    gguf_architecture: str = ""
    tensors: frozenset[str] = frozenset()
    card: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    details: Mapping[str, JsonValue] = field(default_factory=dict)
    latent_side: int = 0
    vae_factor: int = 0


@dataclass(frozen=True, slots=True)
class Inspection:
    """Weights that a generator can load.

    Attributes:
        kind: ``checkpoint`` or ``adapter``.
    """

    kind: Literal["checkpoint", "adapter"]
    generator: str
    modality: str
    family: str
    format: str
    bytes: int
    licence: str = ""
    commercial_use: bool = True
    languages: tuple[str, ...] = ()
    untrained: bool = False
    details: Mapping[str, JsonValue] = field(default_factory=dict)


def inspect_path(path: Path, registry: Registry) -> Inspection:
    """Tell what lies at ``path``.

    Raises:
        CheckpointError: It is damaged, unsafe, or nothing that an installed generator can load.
    """
    if not path.exists():
        raise CheckpointError(f"There is nothing at {path}.", "Check the path.")
    facts = folder_facts(path) if path.is_dir() else file_facts(path)
    manifest, family = find_family(facts, registry, path)
    if family.id == UPSCALERS and facts.format == "single_file":
        refuse_restorer(path)
    licence, commercial_use = licence_of(facts.card, family.licence)
    details = dict(facts.details)
    native = native_size(facts.latent_side, facts.vae_factor, family.native_size)
    if native:
        details["native_size"] = native
    return Inspection(
        kind="checkpoint",
        generator=manifest.id,
        modality=manifest.modality,
        family=family.id,
        format=facts.format,
        bytes=size_on_disk(path),
        licence=licence,
        commercial_use=commercial_use,
        languages=facts.card.get("language", ()),
        untrained="untrained" in facts.card.get("tags", ()),
        details=details,
    )


def refuse_restorer(path: Path) -> None:
    """Refuse a network that enlarges nothing, or is not what its names say.

    Raises:
        CheckpointError: It is.
    """
    try:
        detect(safetensors_names(path))
    except CheckpointError as error:
        raise CheckpointError(f"{path.name}: {error.message}", error.hint) from error


def find_family(facts: Facts, registry: Registry, path: Path) -> tuple[Manifest, FamilySpec]:
    """Return the first manifest and family whose rules hold.

    Raises:
        CheckpointError: None does.
    """
    for entry in registry.entries:
        manifest = entry.manifest
        for family in manifest.families if manifest else ():
            if facts.format in family.formats and any(holds(rule, facts) for rule in family.detect):
                assert manifest is not None
                return manifest, family
    what = facts.class_name or facts.model_type or facts.gguf_architecture or facts.format
    raise CheckpointError(
        f"No installed generator can load {path.name} ({what}).",
        "studio generators info ID lists the checkpoint families that a generator loads.",
    )


def holds(rule: Mapping[str, tuple[str, ...]], facts: Facts) -> bool:
    """Tell whether all keys of one detect rule hold."""
    found = {
        "class_name": facts.class_name,
        "model_type": facts.model_type,
        "gguf_architecture": facts.gguf_architecture,
    }
    for key, wanted in rule.items():
        if key == "tensors":
            if not facts.tensors.issuperset(wanted):
                return False
        elif key == "no_tensors":
            if facts.tensors.intersection(wanted):
                return False
        elif found.get(key, "") not in wanted:
            return False
    return bool(rule)


def folder_facts(path: Path) -> Facts:
    """Read a model folder.

    Raises:
        CheckpointError: It asks to run its own code, lacks a component, or is not a model folder.
    """
    index, config = read_json(path / "model_index.json"), read_json(path / "config.json")
    refuse_own_code(path, index, config)
    card = read_card(path)
    if index:
        check_components(path, index)
        side, factor = latent_facts(path)
        return Facts("diffusers", class_name=str(index.get("_class_name", "")), card=card,
                     latent_side=side, vae_factor=factor)  # fmt: skip
    if config and isinstance(config.get("soundfont"), str):
        check_soundfont(path, str(config["soundfont"]))
        return Facts("soundfont", model_type=str(config.get("model_type", "")), card=card)
    if config:
        check_weights(path)
        length = config.get("max_position_embeddings") or config.get("n_positions")
        details = {"context_length": length} if isinstance(length, int) else {}
        return Facts("transformers", model_type=str(config.get("model_type", "")), card=card,
                     details=details)  # fmt: skip
    raise CheckpointError(
        f"{path.name} is not a model folder: it has neither model_index.json nor config.json.",
        "Choose the folder that holds one of these files, or a single .safetensors or .gguf file.",
    )


def file_facts(path: Path) -> Facts:
    """Read a single weight file.

    Raises:
        CheckpointError: It is a pickle, damaged, or of an unknown kind.
    """
    suffix = path.suffix.lower()
    if suffix == ".gguf":
        header = gguf_header(path)
        keys = header.keys
        architecture = str(keys.get("general.architecture", ""))
        card: dict[str, tuple[str, ...]] = {
            "license": (str(keys.get("general.license", "")),),
            "license_name": (str(keys.get("general.license.name", "")),),
        }
        languages = keys.get("general.languages")
        if isinstance(languages, list):
            card["language"] = tuple(str(language) for language in languages)
        length = keys.get(f"{architecture}.context_length")
        details = {"context_length": length} if length else {}
        return Facts("gguf", gguf_architecture=architecture, card=card, details=details)
    if suffix == ".safetensors":
        names = frozenset(safetensors_names(path))
        licence = safetensors_licence(path)
        said = {"license": (licence,)} if licence else {}
        return Facts("single_file", tensors=names, card=said)
    if suffix in PICKLE_SUFFIXES:
        raise CheckpointError(
            f"{path.name} is a pickle: opening one can run any code that its maker put in.",
            "Get the same weights as .safetensors or .gguf. An upscaler (.pth) can be converted "
            "without running it: python -m generators.image_upscale.convert FILE",
        )
    raise CheckpointError(
        f"{path.name} is not a weight file that Brandloom knows.",
        "Allowed: a model folder, a .safetensors file, a .gguf file.",
    )


def refuse_own_code(
    path: Path, index: Mapping[str, JsonValue], config: Mapping[str, JsonValue]
) -> None:
    """Refuse a folder that wants code of its own to be run.

    Raises:
        CheckpointError: It does.
    """
    asks = "auto_map" in config or isinstance(index.get("_class_name"), list)
    if asks or any(path.glob("*.py")) or any(path.glob("*/*.py")):
        raise CheckpointError(
            f"{path.name} asks to run code of its own, which Brandloom never does.",
            "Choose a version of the model without custom code.",
        )


def check_components(path: Path, index: Mapping[str, JsonValue]) -> None:
    """Check that every component of a diffusers folder is there, and whole.

    Raises:
        CheckpointError: One is missing or damaged; it is named.
    """
    for name, value in index.items():
        if name.startswith("_") or not isinstance(value, list) or not value or value[0] is None:
            continue
        if not (path / name).is_dir():
            if name in OPTIONAL:
                continue
            raise CheckpointError(
                f"{path.name} is not whole: its component {name!r} is missing.",
                "Copy or fetch the folder again.",
            )
        if not name.startswith(NO_WEIGHTS):
            check_weights(path / name)


def check_weights(path: Path) -> None:
    """Check that a folder or a component has safetensors weights, and that they are whole.

    Raises:
        CheckpointError: They are missing, damaged, or pickles only.
    """
    files = sorted(path.glob("*.safetensors"))
    for index in sorted(path.glob("*.safetensors.index.json")):
        table = read_json(index).get("weight_map")
        for part in sorted(set(table.values())) if isinstance(table, dict) else ():
            if not isinstance(part, str) or not (path / part).is_file():
                raise CheckpointError(
                    f"{path.name} is not whole: its part {part!r:.80} is missing.",
                    "Copy or fetch the folder again.",
                )
    if not files:
        pickles = [item.name for item in path.iterdir() if item.suffix in PICKLE_SUFFIXES]
        why = f"only pickles ({', '.join(pickles[:3])})" if pickles else "no weights"
        raise CheckpointError(
            f"{path.name} holds {why}.", "Get the same model with .safetensors files."
        )
    for file in files:
        safetensors_names(file)


def check_soundfont(path: Path, name: str) -> None:
    """Check that the soundfont which a folder names lies in it.

    Raises:
        CheckpointError: It is missing or no soundfont.
    """
    file = path / name
    if Path(name).name != name or not file.is_file():
        raise CheckpointError(
            f"{path.name} is not whole: its soundfont {name!r:.80} is missing.",
            "Copy or fetch the folder again.",
        )
    with file.open("rb") as opened:
        head = opened.read(12)
    if head[:4] != b"RIFF" or head[8:] != b"sfbk":
        raise CheckpointError(
            f"{path.name}/{name} is no soundfont, or is damaged.", "Copy the folder again."
        )


def read_json(path: Path) -> dict[str, JsonValue]:
    """Return a JSON object from a file; empty when there is no such file.

    Raises:
        CheckpointError: It is too large or not a JSON object.
    """
    if not path.is_file():
        return {}
    data: JsonValue = None
    if path.stat().st_size <= MAX_JSON:
        with contextlib.suppress(ValueError, RecursionError):
            data = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(data, dict):
        raise CheckpointError(
            f"{path.parent.name}/{path.name} is damaged.", "Fetch the folder again."
        )
    return data


def read_card(path: Path) -> dict[str, tuple[str, ...]]:
    """Return simple keys of a model card's front matter, every value as a tuple of strings.

    Source: https://huggingface.co/docs/hub/model-cards#model-card-metadata
    """
    card = path / "README.md"
    if not card.is_file() or card.stat().st_size > MAX_JSON:
        return {}
    found = _FRONT_MATTER.match(card.read_text(encoding="utf-8", errors="replace"))
    values: dict[str, list[str]] = {}
    key = ""
    for line in found[1].splitlines() if found else ():
        if line.lstrip().startswith("- ") and key:
            values[key].append(line.lstrip()[2:].strip().strip("'\""))
        elif ":" in line and not line.startswith(" "):
            key, _, value = line.partition(":")
            listed = value.strip().strip("[]")
            values[key] = [part.strip().strip("'\"") for part in listed.split(",") if part.strip()]
    return {key: tuple(items) for key, items in values.items()}


def size_on_disk(path: Path) -> int:
    """Return the bytes of a file, or of all files of a folder."""
    if path.is_file():
        return path.stat().st_size
    return sum(item.stat().st_size for item in path.rglob("*") if item.is_file())


def native_size(latent_side: int, vae_factor: int, usual: int) -> int:
    """Return the side in pixels that an image checkpoint was trained at, 0 for unknown.

    Args:
        latent_side: As in ``Facts``.
        vae_factor: As in ``Facts``.
        usual: Of the family, with its published VAE (8 pixels to a latent pixel). Stands in where
            the folder names no size of its own, as Flux does, whose pipeline assumes the same.
    """
    if latent_side:
        return latent_side * (vae_factor or USUAL_FACTOR)
    return usual * vae_factor // USUAL_FACTOR if vae_factor else usual


def latent_facts(path: Path) -> tuple[int, int]:
    """Return what a pipeline folder says of its latents: trained side and VAE factor, 0 for not.

    ``sample_size`` of the denoiser is a number or [height, width]. The factor is two for each level
    of the VAE but the first, as diffusers reckons it.
    """
    side = 0
    for name in ("unet", "transformer"):
        found = read_json(path / name / "config.json").get("sample_size")
        sides = found if isinstance(found, list) else [found]
        side = side or max((item for item in sides if type(item) is int and item > 0), default=0)
    vae = read_json(path / "vae" / "config.json")
    for key in ("block_out_channels", "encoder_block_out_channels"):
        levels = vae.get(key)
        if isinstance(levels, list) and 0 < len(levels) <= 10:
            return side, int(2 ** (len(levels) - 1))
    return side, 0
