"""Trains the upscaler: first by distance alone, then against a judge.

    python -m generators.image_upscale.training.train STATE --originals FOLDER [--device cuda]

One command, seeded. Stopped at any moment (Ctrl+C, SIGTERM, power), the same command goes on from
the last state in ``STATE``; there it also keeps ``log.csv``, ``loss.png`` and sheets of held-out
pictures (small, bicubic, made, original). ``--export FILE`` writes the averaged weights as float16
safetensors at the end. On a CPU it computes in bfloat16 where the processor does.
"""

from __future__ import annotations

import argparse
import copy
import signal
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch.nn import functional

from generators._torch.upscaling.networks import build
from generators.esrgan import Architecture
from generators.image_upscale.training import reports
from generators.image_upscale.training.degrade import SCALE, pairs
from generators.image_upscale.training.networks import (
    Judge,
    edge_loss,
    judge_loss,
    maker_loss,
    psnr,
    sharpness,
)

if TYPE_CHECKING:
    from torch import nn

STATE = "state.pt"
KEEP_EVERY, SHOW_EVERY = 250, 500  # steps
AVERAGE = 0.998  # of the weights, per step
SMOOTH = 0.01  # distances below this (of 1) count by their square


@dataclass(frozen=True, slots=True)
class Plan:
    """How to train. ``warm_steps`` by distance alone, then ``judged_steps`` against the judge."""

    features: int = 48
    blocks: int = 12
    batch: int = 16
    side: int = 32
    warm_steps: int = 3000
    judged_steps: int = 3000
    rate: float = 1e-3
    judged_rate: float = 1e-4
    edge: float = 0.3
    judged: float = 0.004
    seed: int = 1

    @property
    def steps(self) -> int:
        """All of them."""
        return self.warm_steps + self.judged_steps

    def rate_at(self, step: int) -> float:
        """Return the learning rate of a step: a short rise, then a cosine down, in both parts."""
        warm = step < self.warm_steps
        part = step / self.warm_steps if warm else (step - self.warm_steps) / self.judged_steps
        top = self.rate if warm else self.judged_rate
        return float(top * min(1.0, (step + 1) / 100) * (0.05 + 0.475 * (1 + np.cos(np.pi * part))))


class Training:
    """Networks, optimizers and the place in the plan; all of it can be kept and taken up again."""

    def __init__(self, plan: Plan, device: str) -> None:
        torch.manual_seed(plan.seed)
        self.plan, self.device, self.step = plan, device, 0
        made = Architecture("compact", SCALE, plan.features, plan.blocks)
        self.maker = build(made).to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        _start(self.maker)
        self.average = copy.deepcopy(self.maker).requires_grad_(requires_grad=False)
        self.judge = Judge().to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.maker_steps = torch.optim.Adam(self.maker.parameters(), betas=(0.9, 0.99))
        self.judge_steps = torch.optim.Adam(self.judge.parameters(), betas=(0.9, 0.99))
        self.seconds = 0.0

    def advance(self, small: torch.Tensor, large: torch.Tensor) -> dict[str, float]:
        """Do one step on one batch (0…1, on the device); return the losses."""
        judged = self.step >= self.plan.warm_steps
        for optimizer in (self.maker_steps, self.judge_steps):
            for group in optimizer.param_groups:
                group["lr"] = self.plan.rate_at(self.step)
        with torch.autocast(self.device.split(":")[0], torch.bfloat16):
            made = self.maker(small)
        distance = (torch.sqrt((made - large) ** 2 + SMOOTH**2) - SMOOTH).mean()
        edges = edge_loss(made, large)
        loss = distance + self.plan.edge * edges
        losses = {"distance": float(distance.detach()), "edges": float(edges.detach())}
        if judged:
            losses["judge"] = self._judge(made.detach(), large)
            against = maker_loss(self._scores(large).detach(), self._scores(made))
            losses["against"] = float(against.detach())
            loss = loss + self.plan.judged * against
        self.maker_steps.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        self.maker_steps.step()
        keep = min(AVERAGE, (1 + self.step) / (10 + self.step))
        with torch.no_grad():
            for mean, now in zip(self.average.parameters(), self.maker.parameters(), strict=True):
                mean.lerp_(now, 1 - keep)
        self.step += 1
        return losses

    def _scores(self, picture: torch.Tensor) -> torch.Tensor:
        with torch.autocast(self.device.split(":")[0], torch.bfloat16):
            scores: torch.Tensor = self.judge(picture).float()
        return scores

    def _judge(self, made: torch.Tensor, large: torch.Tensor) -> float:
        self.judge.requires_grad_(requires_grad=True)
        loss = judge_loss(self._scores(large), self._scores(made))
        self.judge_steps.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        self.judge_steps.step()
        self.judge.requires_grad_(requires_grad=False)
        return float(loss.detach())

    def keep(self, folder: Path) -> None:
        """Write everything that going on needs."""
        state = {name: getattr(self, name).state_dict() for name in _PARTS}
        draft = folder / f"{STATE}.part"
        torch.save({**state, "step": self.step, "seconds": self.seconds}, draft)
        draft.replace(folder / STATE)

    def take_up(self, folder: Path) -> None:
        """Go on from a state, if there is one."""
        if not (folder / STATE).is_file():
            return
        state: dict[str, Any] = torch.load(
            folder / STATE, map_location=self.device, weights_only=True
        )
        for name in _PARTS:
            getattr(self, name).load_state_dict(state[name])
        self.step, self.seconds = int(state["step"]), float(state["seconds"])


_NOISE = 0.1  # of what a layer would usually start with
_PARTS = ("maker", "average", "judge", "maker_steps", "judge_steps")


def _start(network: nn.Module) -> None:
    """Set weights so that the network begins as a bilinear enlargement plus a little noise.

    The picture goes through the row unchanged on its first channels and the last layer enlarges it.
    From torch's own start such a row learns nothing for thousands of steps: the signal fades over a
    dozen layers, and with most of every picture flat, "add nothing" is a hollow hard to leave.
    """
    layers = [layer for layer in network.modules() if isinstance(layer, torch.nn.Conv2d)]
    with torch.no_grad():
        for layer in layers:
            torch.nn.init.kaiming_normal_(layer.weight, a=0.25).mul_(_NOISE)
            assert layer.bias is not None
            torch.nn.init.zeros_(layer.bias)
        layers[0].weight.div_(_NOISE)
        for layer in layers[1:-1]:
            for channel in range(layer.out_channels):
                layer.weight[channel, channel, 1, 1] += 1
        for colour in range(3):
            layers[0].weight[colour] = 0
            layers[0].weight[colour, colour, 1, 1] = 1
        layers[-1].weight.mul_(_NOISE)
        for row in range(SCALE):
            for column in range(SCALE):
                kernel = torch.outer(_bilinear(row), _bilinear(column))
                kernel[1, 1] -= 1  # the network adds to a picture enlarged by repetition
                for colour in range(3):
                    made = colour * SCALE * SCALE + row * SCALE + column
                    layers[-1].weight[made, colour] += kernel


def _bilinear(place: int) -> torch.Tensor:
    """Return the weights of three neighbouring pixels at one of the ``SCALE`` places in a pixel."""
    off = (place + 0.5) / SCALE - 0.5
    return torch.tensor([max(0.0, -off), 1 - abs(off), max(0.0, off)])


def measure(network: nn.Module, held: np.ndarray) -> tuple[dict[str, float], list[np.ndarray]]:
    """Return figures over held-out pictures, made small by area, and the made ones."""
    device = next(network.parameters()).device
    figures = {"psnr": 0.0, "bicubic_psnr": 0.0, "sharp": 0.0, "bicubic_sharp": 0.0}
    made_ones = []
    network.eval()
    for picture in held:
        real = as_tensor(picture[None]).to(device)
        small = functional.interpolate(real, scale_factor=1 / SCALE, mode="area")
        small = (small * 255).round() / 255
        with torch.inference_mode():
            made = network(small).clamp(0, 1)
        cubic = functional.interpolate(small, scale_factor=SCALE, mode="bicubic").clamp(0, 1)
        for name, one in (("", made), ("bicubic_", cubic)):
            figures[f"{name}psnr"] += psnr(one, real) / len(held)
            figures[f"{name}sharp"] += float(sharpness(one) / sharpness(real)) / len(held)
        made_ones.append((made[0].permute(1, 2, 0).cpu().numpy() * 255).round().astype(np.uint8))
    network.train()
    return figures, made_ones


def as_tensor(pictures: np.ndarray) -> torch.Tensor:
    """Return 8-bit (N, height, width, 3) as float32 (N, 3, height, width) in 0…1."""
    values = torch.from_numpy(np.ascontiguousarray(pictures)).permute(0, 3, 1, 2)
    return values.to(torch.float32, memory_format=torch.channels_last).div_(255)


def train(training: Training, originals: list[np.ndarray], held: np.ndarray, folder: Path) -> bool:
    """Train to the end of the plan; return False when it was asked to stop before."""
    stop: list[int] = []
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda got, _frame: stop.append(got))
    plan = training.plan
    log = reports.Log(folder / "log.csv", training.step)
    began, before = time.monotonic(), training.seconds
    # seeded by the step as well: what is taken up again goes on with other patches
    chance = np.random.default_rng([plan.seed, training.step])
    batches = pairs(originals, plan.batch, plan.side, chance)
    while training.step < plan.steps and not stop:
        small, large = next(batches)
        losses = training.advance(
            as_tensor(small).to(training.device), as_tensor(large).to(training.device)
        )
        training.seconds = before + time.monotonic() - began
        log.add(training.step, losses)
        ended = training.step == plan.steps
        if training.step % KEEP_EVERY == 0 or ended:
            training.keep(folder)
        if training.step % SHOW_EVERY == 0 or ended:
            figures, made = measure(training.average, held)
            reports.show(folder, training.step, held, made)
            log.draw(folder / "loss.png")
            said = "  ".join(f"{name} {value:.3f}" for name, value in figures.items())
            sys.stdout.write(f"{training.step:6d}  {training.seconds:7.0f} s  {said}\n")
            sys.stdout.flush()
    training.keep(folder)
    return not stop


def main(arguments: list[str] | None = None) -> int:
    """Train from the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m generators.image_upscale.training.train",
        description="Train a small x4 upscaler; stopped and started again, it goes on.",
    )
    parser.add_argument("state", type=Path, help="folder for everything that training leaves")
    parser.add_argument("--originals", type=Path, required=True, help="see …training.originals")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--threads", type=int, default=0, help="0: as torch chooses")
    parser.add_argument("--export", type=Path, help="write float16 safetensors here at the end")
    for name, value in asdict(Plan()).items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=type(value), default=value)
    chosen = parser.parse_args(arguments)
    if chosen.threads:
        torch.set_num_threads(chosen.threads)
    chosen.state.mkdir(parents=True, exist_ok=True)
    plan = Plan(**{name: getattr(chosen, name) for name in asdict(Plan())})
    sets = sorted(chosen.originals.glob("train*.npy"))
    held = [np.load(one, mmap_mode="r") for one in sorted(chosen.originals.glob("held*.npy"))]
    if not sets or not held:
        parser.error(f"{chosen.originals} holds no train*.npy and held*.npy")
    training = Training(plan, chosen.device)
    training.take_up(chosen.state)
    shown = np.concatenate([np.asarray(one[: 24 // len(held)]) for one in held])
    whole = train(training, [np.load(one, mmap_mode="r") for one in sets], shown, chosen.state)
    if whole and chosen.export:
        reports.export(training.average, chosen.export)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
