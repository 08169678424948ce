"""Weights on disk are a stranger's: what is damaged, or would run code, is refused in words.

Nothing here imports torch except ``load_state``. Nothing here reads more than a file's header.
"""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

from generators.api import CheckpointError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import torch

PICKLES = (".bin", ".pt", ".pth", ".ckpt", ".pkl")
MAX_HEADER = 100_000_000  # bytes; the safetensors library's own limit
MAX_CONFIG = 64_000_000  # bytes; tokenizer.json of a large vocabulary is about 30 MB
_BITS = {
    "F64": 64, "I64": 64, "U64": 64, "C64": 64, "F32": 32, "I32": 32, "U32": 32,
    "F16": 16, "BF16": 16, "I16": 16, "U16": 16, "I8": 8, "U8": 8, "BOOL": 8,
    "F8_E4M3": 8, "F8_E5M2": 8, "F8_E8M0": 8, "F8_E4M3FNUZ": 8, "F8_E5M2FNUZ": 8,
}  # fmt: skip
_KNOWN_LIBRARIES = {"diffusers", "transformers"}
_OPTIONAL = {"safety_checker", "feature_extractor", "image_encoder"}
_NO_WEIGHTS = ("tokenizer", "scheduler", "feature_extractor", "processor", "image_processor")
_WRAPPINGS = ("state_dict", "params_ema", "params")  # tables that hold the weights, best first
_ALIKE = ("model", "diffusion_pytorch_model")
_INDEX_SUFFIX = ".safetensors.index.json"


def read_json(path: Path) -> Any:  # noqa: ANN401 - whatever the file holds
    """Return a JSON file's content.

    Raises:
        CheckpointError: Not there, too large, or not JSON.
    """
    try:
        if path.stat().st_size > MAX_CONFIG:
            raise CheckpointError(f"{path.name} is far too large for a configuration file.")
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise CheckpointError(
            f"The checkpoint has no {path.name}.",
            "Its folder is incomplete: copy or download it again.",
        ) from None
    except (ValueError, RecursionError, OSError) as error:
        raise CheckpointError(
            f"{path.name} of the checkpoint cannot be read: {error}.",
            "The file is damaged: copy or download it again.",
        ) from error


# safetensors -------------------------------------------------------------------------------------


def safetensors_header(path: Path) -> dict[str, Any]:
    """Return the header of a safetensors file after checking it against the file's length.

    Raises:
        CheckpointError: Truncated, damaged, or not a safetensors file.
    """
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(8)
            length = int.from_bytes(head, "little")
            if len(head) < 8 or length > MAX_HEADER:
                raise _damaged(path, "it does not begin like one")
            if 8 + length > size:
                raise _cut_short(path, size, 8 + length)
            header = json.loads(file.read(length))
    except FileNotFoundError:
        raise CheckpointError(f"The weights {path.name} are not there.") from None
    except (ValueError, RecursionError) as error:
        raise _damaged(path, "its header cannot be read") from error
    except OSError as error:
        raise CheckpointError(f"{path.name} cannot be read: {error.strerror or error}.") from error
    if not isinstance(header, dict):
        raise _damaged(path, "its header is not a table")
    end = max((_tensor_end(path, name, item) for name, item in header.items()), default=0)
    if 8 + length + end > size:
        raise _cut_short(path, size, 8 + length + end)
    if 8 + length + end < size:
        raise _damaged(path, "it is longer than its header says")
    return header


def check_safetensors(path: Path) -> None:
    """Refuse a damaged safetensors file, or one without a single tensor.

    Raises:
        CheckpointError: What is wrong, and what to do.
    """
    if not (safetensors_header(path).keys() - {"__metadata__"}):
        raise CheckpointError(
            f"{_called(path)} holds no weights.", "Copy or download the checkpoint again."
        )


def _tensor_end(path: Path, name: str, item: Any) -> int:  # noqa: ANN401 - unchecked JSON
    if name == "__metadata__":
        return 0
    try:
        begin, end = (int(value) for value in item["data_offsets"])
        count = math.prod(int(side) for side in item["shape"])
        bits = _BITS.get(item["dtype"])
    except (TypeError, KeyError, ValueError) as error:
        raise _damaged(path, f"tensor {name:.80} is not described") from error
    if begin < 0 or end < begin or (bits is not None and (end - begin) * 8 != count * bits):
        raise _damaged(path, f"tensor {name:.80} has another size than its shape")
    return end


def _called(path: Path) -> str:
    """Return a file's name, with its component's where every component has a file of that name."""
    return f"{path.parent.name}/{path.name}" if path.name.startswith(_ALIKE) else path.name


def _cut_short(path: Path, size: int, whole: int) -> CheckpointError:
    return CheckpointError(
        f"{_called(path)} is cut short: it has {size:,} bytes and should have {whole:,}.",
        "The copy or download did not finish: do it again.",
    )


def _damaged(path: Path, why: str) -> CheckpointError:
    return CheckpointError(
        f"{_called(path)} is not a usable safetensors file: {why}.",
        "Copy or download the checkpoint again.",
    )


def refuse_pickle(path: Path) -> CheckpointError:
    """Return the error for weights that come only as a pickle."""
    return CheckpointError(
        f"{path.name} is a pickle file, which can run any program when it is opened.",
        "Get the same checkpoint as .safetensors, or convert it with a tool that you trust.",
    )


def load_state(path: Path) -> dict[str, torch.Tensor]:
    """Return the tensors of a weights file, on the CPU.

    A pickle is opened with ``weights_only=True`` and refused when it asks for anything else.

    Raises:
        CheckpointError: Damaged, unsafe, or not a table of tensors.
    """
    if path.suffix == ".safetensors":
        return _load_safetensors(path)
    import pickle
    import struct
    import warnings

    import torch

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # on the pickle's version: it loads or it is refused
            state = torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        raise refuse_pickle(path) from error
    except (  # a file of the old format that is cut off ends in any of these
        OSError, RuntimeError, EOFError, struct.error, LookupError, ValueError, TypeError,
        AttributeError,
    ) as error:  # fmt: skip
        raise CheckpointError(
            f"{path.name} cannot be read.", "Copy or download the checkpoint again."
        ) from error
    for wrapping in _WRAPPINGS if isinstance(state, dict) else ():
        if isinstance(state.get(wrapping), dict):
            state = state[wrapping]
    if not isinstance(state, dict) or not all(torch.is_tensor(v) for v in state.values()):
        raise CheckpointError(f"{path.name} does not hold a table of weights.")
    return state


def _load_safetensors(path: Path) -> dict[str, torch.Tensor]:
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    check_safetensors(path)
    try:
        return dict(load_file(path))
    except SafetensorError as error:  # what the header's own check does not see
        raise _damaged(path, str(error)) from error


# folders -----------------------------------------------------------------------------------------


def check_folder(path: Path) -> None:
    """Refuse a checkpoint folder that is damaged, incomplete, or wants to run its own code.

    Works for transformers folders (``config.json``) and diffusers folders (``model_index.json``).

    Raises:
        CheckpointError: The first thing found wrong, and what to do.
    """
    if not path.is_dir():
        raise CheckpointError(
            f"The checkpoint folder {path.name!r} is not there.",
            "It was moved or deleted: put it back, or add it again under Models.",
        )
    index = path / "model_index.json"
    if index.is_file():
        _check_pipeline(path, read_json(index))
    elif (path / "config.json").is_file():
        _check_component(path)
    else:
        raise CheckpointError(
            f"{path.name!r} is not a checkpoint folder: it has neither config.json nor "
            "model_index.json.",
            "Choose the folder that holds one of them.",
        )


def _check_pipeline(path: Path, index: Any) -> None:  # noqa: ANN401 - unchecked JSON
    if not isinstance(index, dict):
        raise CheckpointError("model_index.json is not a table.", "Copy the checkpoint again.")
    if not isinstance(index.get("_class_name"), str) or "custom_pipeline" in index:
        raise _own_code(path)
    for name, spec in index.items():
        if name.startswith("_") or not (isinstance(spec, list) and len(spec) == 2):
            continue
        library, kind = spec
        if kind is None:
            continue
        # Names such as "stable_diffusion" are sub-packages of diffusers' own pipelines folder.
        if library not in _KNOWN_LIBRARIES and list((path / name).glob("*.py")):
            raise _own_code(path / name)
        if not (path / name).is_dir():
            if name in _OPTIONAL:
                continue
            raise CheckpointError(
                f"The checkpoint lacks its component {name!r}.",
                "Its folder is incomplete: copy or download it again.",
            )
        _check_component(path / name, weights=not name.startswith(_NO_WEIGHTS))
    if list(path.glob("*.py")):
        raise _own_code(path)


def _check_component(path: Path, *, weights: bool = True) -> None:
    for config in sorted(path.glob("*.json")):
        if config.name.endswith(("config.json", "adapter_config.json")):
            data = read_json(config)
            if isinstance(data, dict) and "auto_map" in data:
                raise _own_code(path)
    if any(not item.name.startswith("convert") for item in path.glob("*.py")):
        raise _own_code(path)
    if weights:
        for file in weight_files(path):
            check_safetensors(file)


def _own_code(path: Path) -> CheckpointError:
    return CheckpointError(
        f"The checkpoint {path.name!r} wants to run program code of its own, "
        "which Brandloom does not allow.",
        "Use a checkpoint of a standard architecture, without .py files and auto_map.",
    )


def weight_files(path: Path) -> list[Path]:
    """Return the safetensors files of a component folder, every shard of an index included.

    Raises:
        CheckpointError: There are none, a shard is missing, or there are only pickles.
    """
    found = sorted(path.glob("*.safetensors"))
    for index in sorted(path.glob(f"*{_INDEX_SUFFIX}")):
        for shard in shards(index):
            if not (path / shard).is_file():
                raise CheckpointError(
                    f"The checkpoint lacks its part {shard}.",
                    "Its folder is incomplete: copy or download it again.",
                )
    if found:
        return found
    pickles = [file for file in sorted(path.iterdir()) if file.suffix in PICKLES]
    if pickles:
        raise refuse_pickle(pickles[0])
    raise CheckpointError(
        f"The folder {path.name!r} holds no weights (.safetensors).",
        "It is incomplete: copy or download the checkpoint again.",
    )


def shards(index: Path) -> Iterator[str]:
    """Return the names of the files that an index lists.

    Raises:
        CheckpointError: It is damaged, or names a file outside its folder.
    """
    table = read_json(index)
    names = table.get("weight_map") if isinstance(table, dict) else None
    if not isinstance(names, dict):
        raise CheckpointError(f"{index.name} does not list its parts.", "Copy it again.")
    for name in sorted({str(value) for value in names.values()}):
        if "/" in name or "\\" in name or name.startswith("."):
            raise CheckpointError(f"{index.name} names a file outside its folder.")
        yield name
