"""Train the starter's U-Net and text encoder: ``python -m …starter.train_unet``.

Works on encoded shards (see ``latents``), which it holds on the device. Each step takes pictures of
one size, so that all sizes of ``wishes.BUCKETS`` are trained. ``--warm`` begins with the weights of
a finished checkpoint, whose words the shards must have been encoded with (``latents --words``), be
it one for half the pixels each way; ``--oftener`` draws what comes out badly more often;
``--parts`` trains the noise levels at which a picture gets its parts, for a ``--warm`` one that
knows outlines; ``--seconds`` fits a training into a rented hour: the rate falls by the clock.
"""

from __future__ import annotations

import argparse
import contextlib
import functools
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch.nn.attention import SDPBackend, sdpa_kernel

from generators._torch.optimiser import Mixed
from generators.image_diffusion.starter.assemble import pipeline_of
from generators.image_diffusion.starter.encoded import Drawn, Encoded
from generators.image_diffusion.starter.first_words import STEPS, Pace, learn_words
from generators.image_diffusion.starter.growing import grow
from generators.image_diffusion.starter.latents import captions_of, load_vae, token_ids
from generators.image_diffusion.starter.networks import (
    CHANNELS,
    new_scheduler,
    new_text_encoder,
    new_tokenizer,
    new_unet,
)
from generators.image_diffusion.starter.objective import Told, draw_times, weighed
from generators.image_diffusion.starter.training import (
    Average,
    Run,
    set_rate,
    sheet_of,
)
from generators.image_diffusion.starter.wishes import caption, draw_wish

if TYPE_CHECKING:
    from collections.abc import Sequence

_TEXT_SHARE = 0.25  # of the rate: what captions taught stays while pictures are learned


class Networks(torch.nn.Module):
    """U-Net and text encoder as one, so that they are trained, averaged and saved together."""

    def __init__(self, tokens: int, channels: Sequence[int] = CHANNELS) -> None:
        """Make untrained networks for ``tokens`` words; ``channels`` as in ``new_unet``."""
        super().__init__()
        self.unet = new_unet(channels)
        self.text = new_text_encoder(tokens)

    def forward(
        self, noisy: torch.Tensor, times: torch.Tensor, ids: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the predicted v (n, 4, h, w) and the pooled words (n, ``pooled_width``).

        ``noisy`` are latents (n, 4, h, w), ``times`` (n,) their levels, ``ids`` (n, 48) tokens.
        """
        words = self.text(ids).last_hidden_state
        return self.unet(noisy, times, words).sample, self.unet.add_embedding(words)

    def pooled(self, ids: torch.Tensor) -> torch.Tensor:
        """Return the pooled words (n, ``pooled_width``) of tokens (n, 48)."""
        words: torch.Tensor = self.unet.add_embedding(self.text(ids).last_hidden_state)
        return words

    def take_up(self, checkpoint: Path) -> set[str]:
        """Take the weights of an assembled checkpoint of the same words; return what was taken.

        Its U-Net has the same widths, or the same but for the first of four (see ``growing``).
        """
        from diffusers import UNet2DConditionModel
        from transformers import CLIPTextModel

        unet = UNet2DConditionModel.from_pretrained(checkpoint / "unet", local_files_only=True)
        text = CLIPTextModel.from_pretrained(checkpoint / "text_encoder", local_files_only=True)
        self.text.load_state_dict(text.float().state_dict())
        taken = {f"text.{name}" for name in self.text.state_dict()}
        state = unet.float().state_dict()
        levels = (len(net.config.block_out_channels) for net in (unet, self.unet))
        if len(set(levels)) > 1:
            kept = grow(state, self.unet, new_scheduler().alphas_cumprod)
        else:
            self.unet.load_state_dict(state)
            kept = set(state)
        return taken | {f"unet.{name}" for name in kept}

    @property
    def pooled_width(self) -> int:
        """Numbers that the words come to, pooled, beside the time."""
        width: int = self.unet.time_embedding.linear_2.out_features
        return width


@functools.cache
def _signal_levels(device: torch.device) -> torch.Tensor:
    """Return the schedule's cumulative signal, (1000,), from 1 towards 0."""
    levels: torch.Tensor = new_scheduler().alphas_cumprod.to(device)
    return levels


@dataclass(frozen=True, slots=True)
class Batch:
    """What one step learns from: noisy latents, what to predict, and what is asked."""

    noisy: torch.Tensor
    wanted: torch.Tensor
    times: torch.Tensor
    drawn: Drawn


def noised(drawn: Drawn, step: int, rng: np.random.Generator, *, parts: bool = False) -> Batch:
    """Return pictures with noise, of chance levels (see ``draw_times``), and v to predict."""
    clean = drawn.latents
    times = draw_times(len(clean), rng, parts=parts).to(clean.device)
    level = _signal_levels(clean.device)[times].view(-1, 1, 1, 1)
    chance = torch.Generator(clean.device).manual_seed(step)
    noise = torch.randn(clean.shape, generator=chance, device=clean.device)
    noisy = level.sqrt() * clean + (1 - level).sqrt() * noise
    return Batch(noisy, level.sqrt() * noise - (1 - level).sqrt() * clean, times, drawn)


class Training:
    """Networks, optimisers and pictures of one start."""

    def __init__(self, options: argparse.Namespace) -> None:
        """Begin, or take up what an earlier start left."""
        torch.manual_seed(2)
        self.options = options
        self.tokenizer = new_tokenizer(options.latents / "tokenizer")
        self.networks = Networks(len(self.tokenizer), options.channels)
        taken = self.networks.take_up(options.warm) if options.warm else set()
        self.taken = [w for name, w in self.networks.named_parameters() if name in taken]
        self.networks.to(options.device)
        self.networks.unet.to(memory_format=torch.channels_last)
        if options.compiled:
            self.networks.unet.compile(dynamic=True)
        self.optimiser = Mixed(self.networks.unet, self.networks.text, _TEXT_SHARE)
        self.told = Told(self.networks.pooled_width).to(options.device)
        self.told_optimiser = torch.optim.AdamW(self.told.parameters(), 1e-3)
        self.average = Average(self.networks, options.average)
        self.run = Run(
            options.folder,
            last=options.steps,
            threads=options.threads,
            pause_after=options.pause_after,
            seconds=options.seconds,
        )
        self.run.keep(
            networks=self.networks,
            optimiser=self.optimiser,
            average=self.average,
            told=self.told,
            told_optimiser=self.told_optimiser,
        )

    def learn_words(self) -> None:
        """Learn to tell words apart, before any picture."""
        networks = self.networks
        learn_words(
            networks.pooled,
            () if self.options.warm else (networks.text, networks.unet.add_embedding),
            self.told,
            lambda wishes, rng: token_ids(self.tokenizer, captions_of(wishes, rng)),
            Pace(self.options.words),
        )

    def learn(self, batch: Batch) -> None:
        """Take one step."""
        kind = torch.device(self.options.device).type
        # On a CPU plain products train an eighth faster than torch's flash attention.
        attention = sdpa_kernel(SDPBackend.MATH) if kind == "cpu" else contextlib.nullcontext()
        with torch.autocast(kind, torch.bfloat16), attention:
            made, pooled = self.networks(batch.noisy, batch.times, batch.drawn.ids)
            telling = self.told.loss(pooled, batch.drawn.numbers)
        loss = weighed((made.float() - batch.wanted).pow(2), batch.drawn.coverage)
        self.optimiser.zero_grad()
        self.told_optimiser.zero_grad()
        torch.autograd.backward(loss + telling)
        if self.run.step < self.options.held:
            for weight in self.taken:
                weight.grad = None
        torch.nn.utils.clip_grad_norm_(self.networks.parameters(), 1.0)
        self.optimiser.step()
        self.told_optimiser.step()
        self.average.update(self.networks)
        self.run.note(loss=loss, telling=telling)


def train(options: argparse.Namespace) -> None:
    """Train until ``options.steps``; takes up where an earlier call stopped."""
    training = Training(options)
    if training.run.step == 0:
        training.learn_words()
    oftener = json.loads(options.oftener.read_text("utf-8")) if options.oftener else {}
    pictures = Encoded(options.latents, options.device, oftener)
    pictures.join()
    for step in training.run.steps():
        rng = np.random.default_rng((step, 11))
        if step % 100 == 0:
            pictures.join()
        set_rate(training.optimiser, training.run.rate(options.rate, warm=300))
        drawn = pictures.draw(options.batch, rng)
        training.learn(noised(drawn, step, rng, parts=options.parts))
        if (step + 1) % options.preview_every == 0:
            preview(training)
    preview(training)
    print(f"{len(pictures)} pictures, {training.run.step} steps", flush=True)  # noqa: T201


def averaged(average: Average, tokens: int, channels: Sequence[int] = CHANNELS) -> Networks:
    """Return networks with the averaged weights."""
    networks = Networks(tokens, channels)
    networks.load_state_dict(average.weights)
    return networks.eval()


def preview(training: Training) -> None:
    """Save a sheet of pictures for prompts that were drawn by a seed of their own."""
    options = training.options
    if not options.previewed:
        return
    networks = averaged(training.average, len(training.tokenizer), options.channels)
    parts = (networks.text, networks.unet, training.tokenizer)
    pipe = pipeline_of(load_vae(options.vae), *parts).to(options.device)
    rng = np.random.default_rng(123)
    prompts = [
        caption(draw_wish(rng), rng, chinese=i % 8 == 7, full=True)
        for i in range(options.previewed)
    ]
    with torch.autocast(torch.device(options.device).type, torch.bfloat16):
        made = pipe(
            prompts,
            num_inference_steps=12,
            guidance_scale=3.0,
            generator=torch.Generator().manual_seed(3),
            output_type="np",
        ).images
    sheet_of(list((made * 255).round().astype(np.uint8)), 10).save(options.folder / "preview.png")
    (options.folder / "preview.txt").write_text("\n".join(prompts), encoding="utf-8")


def main(arguments: list[str] | None = None) -> int:
    """Train from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("latents", type=Path, help="folder of encoded shards")
    parser.add_argument("vae", type=Path, help="the trained autoencoder's folder")
    parser.add_argument("folder", type=Path, help="where the training is kept")
    parser.add_argument("--steps", type=int, default=8000)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--rate", type=float, default=8e-4)
    parser.add_argument("--average", type=float, default=0.998, help="share of weights kept")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--compiled", action="store_true", help="by torch.compile, for GPUs")
    parser.add_argument("--seconds", type=float, default=0, help="end after so many; 0: by steps")
    parser.add_argument("--channels", type=int, nargs="+", default=CHANNELS, help="of the U-Net")
    parser.add_argument("--words", type=int, default=STEPS, help="steps on captions alone, first")
    parser.add_argument("--warm", type=Path, help="a checkpoint to begin with")
    parser.add_argument(
        "--held", type=int, default=0, help="steps in which only what --warm lacks is changed"
    )
    parser.add_argument("--parts", action="store_true", help="outlines are known; learn parts")
    parser.add_argument("--oftener", type=Path, help="JSON: how many times as often, by subject")
    parser.add_argument("--previewed", type=int, default=40, help="pictures in a preview; 0: none")
    parser.add_argument("--preview-every", type=int, default=1000, help="steps")
    parser.add_argument("--pause-after", type=int, default=0, help="steps of this start; 0: all")
    train(parser.parse_args(arguments))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
