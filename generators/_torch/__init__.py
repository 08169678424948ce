"""What the built-in generators share about torch: devices, dtypes, memory, safe loading.

Importing this package is cheap: torch is imported by the functions that need it.
"""

from __future__ import annotations

from generators._torch.device import choose_device, choose_dtype, devices, execution_record
from generators._torch.memory import free_memory, memory_bytes, memory_guard
from generators._torch.safety import (
    check_folder,
    check_safetensors,
    load_state,
    refuse_pickle,
    safetensors_header,
)
from generators._torch.weights import (
    loaded_files,
    numbers_by_part,
    weight_bytes,
    weight_numbers,
)

__all__ = [
    "check_folder",
    "check_safetensors",
    "choose_device",
    "choose_dtype",
    "devices",
    "execution_record",
    "free_memory",
    "load_state",
    "loaded_files",
    "memory_bytes",
    "memory_guard",
    "numbers_by_part",
    "refuse_pickle",
    "safetensors_header",
    "weight_bytes",
    "weight_numbers",
]
