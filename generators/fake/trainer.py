"""A trainer without weights: counts steps, and can stop at any and go on later."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from generators.api import Trainer
from generators.fake.generator import wait

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from generators.api import Artifact, Request, TrainContext

STATE = "state.json"


class FakeTrainer(Trainer):
    """Each step folds the seed into a digest; interrupted or not, the adapter is the same.

    The adapter is a folder as peft writes it, with one small tensor that holds the digest.

    Parameters: ``max_train_steps`` (4), ``step_seconds`` (0.05), ``seed`` (0),
    ``checkpoint_every`` steps (1).
    """

    def train(self, request: Request, context: TrainContext) -> Iterator[Artifact]:
        """Train, resuming from ``state.json``; return without an artifact when paused."""
        params = request.params
        total = int(params.get("max_train_steps", 4))
        every = int(params.get("checkpoint_every", 1))
        seed = int(params.get("seed", 0))
        step, digest = _resume(context.checkpoints / STATE)
        resumed_at = step
        while step < total:
            wait(context, float(params.get("step_seconds", 0.05)), step, total, "Training")
            digest = hashlib.sha256(f"{digest}|{seed}|{step}".encode()).hexdigest()
            step += 1
            paused = context.pause_requested()
            if paused or step % every == 0:
                _save(context.checkpoints / STATE, step, digest)
            if paused and step < total:
                return
        context.progress(total, total)
        yield context.save(
            _write_adapter(context.staging / "adapter", bytes.fromhex(digest)),
            "adapter",
            {"title": "Test adapter"},
        )
        report = {"steps": total, "resumed_at": resumed_at, "final_loss": 1 / (total + 1)}
        yield context.save(json.dumps(report).encode(), "report", {})


def _write_adapter(folder: Path, digest: bytes) -> Path:
    """Write a folder in peft's layout; see https://github.com/huggingface/safetensors#format ."""
    folder.mkdir()
    (folder / "adapter_config.json").write_text('{"peft_type": "LORA"}\n', "utf-8")
    facts = {"dtype": "U8", "shape": [len(digest)], "data_offsets": [0, len(digest)]}
    header = json.dumps({"test.lora_A.weight": facts}).encode()
    content = len(header).to_bytes(8, "little") + header + digest
    (folder / "adapter_model.safetensors").write_bytes(content)
    return folder


def _resume(path: Path) -> tuple[int, str]:
    if not path.exists():
        return 0, ""
    state = json.loads(path.read_text("utf-8"))
    return int(state["step"]), str(state["digest"])


def _save(path: Path, step: int, digest: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".part")
    partial.write_text(json.dumps({"step": step, "digest": digest}), "utf-8")
    partial.replace(path)
