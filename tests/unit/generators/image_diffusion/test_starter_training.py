"""The starter's training from renders to a checkpoint, at a hundredth of its size."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest
import torch

from generators.api import AdapterRef
from generators.image_diffusion.schedulers import compatible, make_scheduler
from generators.image_diffusion.starter import (
    assemble,
    latents,
    train_decoder,
    train_unet,
    train_vae,
)
from generators.image_diffusion.starter.encoded import EMPTY_IDS, Encoded
from generators.image_diffusion.starter.latents import token_ids
from generators.image_diffusion.starter.networks import TOKENS, new_scheduler, new_tokenizer
from generators.image_diffusion.starter.renders import draw_shard
from generators.image_diffusion.starter.subjects import SUBJECTS

SMALL = ("--threads", "1", "--batch", "2")
UNET = (*SMALL, "--channels", *3 * ("32",), "--previewed", "0", "--words", "2")
UNET += ("--steps", "4")


class Bench:
    """A folder with every stage of a small training."""

    def __init__(self, root):
        self.root = root
        self.shards, self.latents = root / "shards", root / "latents"
        self.finished = root / "vae" / "vae"
        self.shards.mkdir()
        new_tokenizer(self.latents / "tokenizer", captions=300)
        for number in range(3):
            draw_shard(self.shards, number, 6)

    def vae(self, name, *extra):
        folder = self.root / name
        train_vae.main([str(self.shards), str(folder), *SMALL, "--steps", "3", *extra])
        return state_of(folder)

    def unet(self, name, *extra):
        folder = self.root / name
        parts = [str(self.latents), str(self.finished), str(folder)]
        train_unet.main([*parts, *UNET, *extra])
        return state_of(folder)


def state_of(folder):
    return torch.load(folder / "state.pt", weights_only=True)


def taken_up(bench, checkpoint):
    """Return the weights of a checkpoint as a training takes them up."""
    tokenizer = new_tokenizer(bench.latents / "tokenizer")
    taken = train_unet.Networks(len(tokenizer), (32, 32, 32))
    taken.take_up(checkpoint)
    return taken.state_dict()


def same(one, other):
    """Compare states, tensor by tensor."""
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    return torch.equal(one, other) if isinstance(one, torch.Tensor) else one == other


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
    made = Bench(tmp_path_factory.mktemp("starter"))
    made.vae("vae")
    latents.main([str(made.shards), str(made.finished), str(made.latents)])
    made.unet("unet")
    return made


@pytest.fixture(scope="module")
def checkpoint(bench):
    """The assembled folder."""
    return assemble.assemble(
        bench.root / "unet" / "state.pt",
        bench.finished,
        bench.latents / "tokenizer",
        bench.root / "starter",
    )


def test_a_checkpoint_does_not_say_where_it_was_made(bench, checkpoint):
    for file in checkpoint.rglob("*.json"):
        assert str(bench.root) not in file.read_text("utf-8"), file
    config = json.loads((checkpoint / "vae" / "config.json").read_text("utf-8"))
    kept = latents.load_vae(bench.finished).config["scaling_factor"]
    assert config["scaling_factor"] == kept != 1  # nothing else was taken out


@pytest.fixture(scope="module")
def starter(studio, checkpoint):
    """The folder, loaded as any other checkpoint."""
    return studio.load(checkpoint)


@pytest.mark.parametrize("stage", ["vae", "unet"])
def test_a_training_that_was_paused_ends_where_an_uninterrupted_one_does(bench, stage):
    train = getattr(bench, stage)
    half = train(f"{stage}-paused", "--pause-after", "2")
    assert half["step"] == 2
    resumed, whole = train(f"{stage}-paused"), state_of(bench.root / stage)
    assert resumed["step"] == whole["step"] > 2
    assert same(resumed, whole)
    assert not same(half, whole)


def test_an_autoencoder_that_is_trained_on_keeps_its_latents_near(bench):
    """Or the U-Net that knows them would have to begin again."""
    finished = latents.load_vae(bench.finished)
    warm = bench.vae("vae-warm", "--warm", str(bench.finished), "--steps", "1")
    for name, value in finished.state_dict().items():
        assert torch.allclose(warm["vae"][name], value, atol=0.01), name
    wanted = train_vae.crops(train_vae.Shards(bench.shards).training(), 6, np.random.default_rng(1))
    vae = latents.load_vae(bench.finished).train()
    assert "moved" not in train_vae.losses(vae, wanted, None)[1]
    assert train_vae.losses(vae, wanted, finished)[1]["moved"].item() == 0
    with torch.no_grad():
        vae.encoder.layers[-1].bias += 0.5
    slopes = []
    for near in (None, finished):
        torch.manual_seed(5)
        loss, parts = train_vae.losses(vae, wanted, near)
        slopes.append(torch.autograd.grad(loss, vae.encoder.layers[-1].bias)[0])
    assert parts["moved"].item() == pytest.approx(0.25, rel=0.02)
    back = 0.05 * 2 * 0.5 / 4  # weight × slope of the square, one channel of four
    assert (slopes[1] - slopes[0]).tolist() == pytest.approx([back] * 4, rel=0.1)


def test_a_finished_checkpoint_is_taken_up(bench, checkpoint):
    averaged = state_of(bench.root / "unet")["average"]["weights"]
    for name, value in taken_up(bench, checkpoint).items():
        assert torch.allclose(value, averaged[name].half().float()), name
    warm = bench.unet("unet-warm", "--warm", str(checkpoint), "--steps", "1")
    moved = warm["networks"]["unet.conv_in.weight"] - averaged["unet.conv_in.weight"]
    assert 0 < moved.abs().max() < 0.01  # one step away, not begun anew
    again = bench.root / "again"
    parts = [bench.shards, bench.finished, again, "--words", checkpoint]
    latents.main([*map(str, parts), "--step", "3", "--first", "1"])
    vocab = ("tokenizer", "vocab.txt")
    assert again.joinpath(*vocab).read_bytes() == bench.latents.joinpath(*vocab).read_bytes()
    assert [path.name for path in again.glob("shard-*")] == ["shard-00001.npz"]


def test_pictures_that_are_encoded_can_be_dropped(bench):
    copy, encoded = bench.root / "dropped", bench.root / "dropped-latents"
    shutil.copytree(bench.shards, copy)
    shutil.copytree(bench.latents / "tokenizer", encoded / "tokenizer")
    latents.main([str(copy), str(bench.finished), str(encoded), "--drop"])
    assert not list(copy.iterdir())
    for path in bench.latents.glob("shard-*"):
        with np.load(path) as one, np.load(encoded / path.name) as other:
            assert all(np.array_equal(one[key], other[key]) for key in one.files)


def test_a_fourth_level_is_for_twice_the_pixels(bench, studio, checkpoint):
    root = bench.root / "large"
    (root / "shards").mkdir(parents=True)
    draw_shard(root / "shards", 1, 3, scale=2)
    draw_shard(root / "shards", 0, 1, scale=2)
    folders = [root / "shards", bench.finished, root / "latents"]
    latents.main([*map(str, folders), "--words", str(checkpoint)])
    given = [root / "latents", bench.finished, root / "unet"]
    four = (*UNET, "--channels", "32", "32", "32", "32", "--warm", str(checkpoint))
    train_unet.main([*map(str, given), *four, "--held", "2", "--pause-after", "2"])
    held = state_of(root / "unet")["networks"]
    train_unet.main([*map(str, given), *four, "--held", "2"])
    smaller, after = taken_up(bench, checkpoint), state_of(root / "unet")["networks"]
    for old, new in (
        ("text.final_layer_norm.weight", "text.final_layer_norm.weight"),
        ("unet.down_blocks.1.resnets.0.conv1.weight", "unet.down_blocks.2.resnets.0.conv1.weight"),
    ):  # what was learnt waits while the new level learns, then goes on
        assert torch.equal(held[new], smaller[old])
        assert not torch.equal(after[new], smaller[old])
    assert not torch.equal(held["unet.conv_out.weight"], after["unet.conv_out.weight"])
    made = assemble.assemble(
        root / "unet" / "state.pt",
        bench.finished,
        root / "latents" / "tokenizer",
        root / "starter",
    )
    wide = studio.load(made)
    sizes = json.loads((made / "generation_config.json").read_text("utf-8"))["sizes"]
    assert [256, 256] in sizes
    assert [384, 192] in sizes
    [(pixels, _)] = studio.run(wide, prompt="a red mug", num_inference_steps=2)
    assert pixels.shape == (256, 256, 3)


def test_a_training_ends_by_the_clock(bench):
    quick = bench.unet("unet-clock", "--steps", "100000", "--seconds", "0.2")
    assert 0 < quick["step"] < 100


def test_a_decoder_goes_on_learning_and_its_encoder_does_not(bench):
    before = latents.load_vae(bench.finished)
    parts = [bench.shards, bench.finished, bench.root / "decoder", bench.root / "sharp"]
    train_decoder.main([*map(str, parts), *SMALL, "--steps", "40"])
    after = latents.load_vae(bench.root / "sharp")
    assert after.config.scaling_factor == before.config.scaling_factor
    assert same(after.encoder.state_dict(), before.encoder.state_dict())
    with np.load(bench.shards / "shard-00001.npz") as drawn:
        pixels = drawn["pixels"]
    first, then = (train_vae.rebuild(vae, pixels) for vae in (before, after))
    assert train_vae.psnr(then, pixels) > train_vae.psnr(first, pixels) + 0.5


def numbers_drawn(bench, oftener):
    pictures = Encoded(bench.latents, "cpu", oftener)
    pictures.join()
    rng = np.random.default_rng(3)
    return {int(n) for _ in range(20) for n in pictures.draw(50, rng).numbers[:, 0]}


def test_subjects_are_drawn_as_often_as_asked(bench):
    there = set()
    for path in sorted(bench.latents.glob("shard-*"))[1:]:
        with np.load(path) as data:
            there |= set(data["numbers"][:, 0].tolist())
    assert numbers_drawn(bench, {}) == there
    hushed = min(there)
    weights = {name: 1e-6 for n, name in enumerate(SUBJECTS) if n == hushed}
    assert numbers_drawn(bench, weights) == there - {hushed}


def test_pictures_of_one_size_come_with_their_own_words(bench):
    pictures = Encoded(bench.latents, "cpu", {})
    pictures.join()
    assert len(pictures) == 12
    with np.load(bench.latents / "shard-00001.npz") as data:
        known = {row.tobytes(): n for n, row in enumerate(data["latents"])}
        ids = data["ids"]
    rng, empty, seen = np.random.default_rng(0), 0, 0
    for _ in range(40):
        drawn = pictures.draw(16, rng)
        for values, said in zip(drawn.latents, drawn.ids.numpy(), strict=True):
            number = known.get(values.half().numpy().tobytes())
            if number is None:
                continue
            seen += 1
            if said[2:].any():
                assert (ids[number] == said).all(1).any()
            else:
                empty += 1
    assert seen > 100
    assert 0.02 < empty / seen < 0.25


def test_an_empty_caption_is_what_the_tokenizer_makes_of_nothing(bench):
    tokenizer = new_tokenizer(bench.latents / "tokenizer")
    assert token_ids(tokenizer, [""])[0, :3].tolist() == [*EMPTY_IDS, 0]


def test_latents_have_the_size_that_the_export_promises(bench):
    with np.load(bench.latents / "shard-00001.npz") as made:
        values, numbers, ids = made["latents"], made["numbers"], made["ids"]
    with np.load(bench.shards / "shard-00001.npz") as drawn:
        pixels = drawn["pixels"]
    assert values.shape == (6, 4, pixels.shape[1] // 8, pixels.shape[2] // 8)
    assert numbers.shape == (6, 9)
    assert ids.shape == (6, latents.CAPTIONS, TOKENS)
    vae = latents.load_vae(bench.finished)
    with np.load(bench.shards / "shard-00000.npz") as held, torch.no_grad():
        spread = vae.encode(train_vae.to_tensor(held["pixels"])).latents.std()
        exact = vae.encode(train_vae.to_tensor(pixels)).latents.numpy() / float(spread)
    assert vae.config.scaling_factor == pytest.approx(1 / float(spread), abs=1e-4)
    assert np.abs(values - exact).mean() < 0.02 * np.abs(exact).mean() + 1e-3


def test_the_first_shard_is_never_trained_on(bench):
    with np.load(bench.latents / "shard-00000.npz") as data:
        held = data["latents"]
    trained = Encoded(bench.latents, "cpu", {})
    trained.join()
    drawn = trained.draw(200, np.random.default_rng(0)).latents.half().numpy()
    assert not {row.tobytes() for row in held} & {row.tobytes() for row in drawn}


def test_the_checkpoint_is_of_ordinary_formats_and_sizes(checkpoint):
    files = [file for file in checkpoint.rglob("*") if file.is_file()]
    assert {file.suffix for file in files} <= {".json", ".safetensors", ".txt"}
    assert max(file.stat().st_size for file in files) < 48_000_000
    index = json.loads((checkpoint / "model_index.json").read_text())
    assert index["_class_name"] == "StableDiffusionPipeline"
    words = json.loads((checkpoint / "vocabulary.json").read_text(encoding="utf-8"))
    assert [entry["id"] for entry in words["subjects"]] == list(SUBJECTS)
    assert len(words["colours"]) == 16


def test_the_app_takes_it_for_an_ordinary_checkpoint(checkpoint):
    from generators.registry import Registry
    from studio.services.checkpoints.inspection import inspect_path

    found = inspect_path(checkpoint, Registry.discover())
    assert (found.generator, found.family, found.untrained) == ("image_diffusion", "sd15", False)


def test_it_makes_pictures_with_its_own_steps_and_previews(studio, starter):
    context = studio.context()
    words = "哑光红色马克杯，居左"
    [(pixels, facts)] = studio.run(
        starter, context=context, prompt=words, num_inference_steps=None, preview_every=4
    )
    assert pixels.shape == (128, 128, 3)
    assert facts["note"] == ""
    assert len({total for _, total, _, _ in context.reports}) == 1
    assert len(context.previews) >= 2
    [(other, _)] = studio.run(starter, prompt="a blue shoe", num_inference_steps=None)
    assert np.abs(pixels - other).max() > 0


@pytest.mark.parametrize("mode", ["image_to_image", "inpaint"])
def test_it_starts_from_pictures(studio, starter, inputs, mode):
    files = inputs if mode == "inpaint" else {"image": inputs["image"]}
    [(pixels, _)] = studio.run(starter, mode, files, width=128, height=128, strength=0.5)
    [(other, _)] = studio.run(starter, mode, files, width=128, height=128, strength=0.5, seed=8)
    assert pixels.shape == (128, 128, 3)
    assert np.abs(pixels - other).max() > 0
    if mode == "inpaint":
        assert np.array_equal(pixels[:8], other[:8])  # outside the mask


def test_every_shipped_size_is_made_or_fitted(studio, starter):
    for size in ((96, 160), (192, 96), (128, 160), (160, 128)):
        [(pixels, facts)] = studio.run(starter, width=size[0], height=size[1])
        assert pixels.shape == (size[1], size[0], 3)
        assert facts["note"] == ""
    [(pixels, facts)] = studio.run(starter, width=300, height=250)
    assert pixels.shape == (250, 300, 3)
    assert "fitted to 300×250" in facts["note"]


def test_a_lora_made_with_peft_loads_and_counts(studio, starter, checkpoint, tmp_path):
    from diffusers import StableDiffusionPipeline
    from peft import LoraConfig, get_peft_model_state_dict

    unet = studio.load(checkpoint)._pipelines[""].unet
    torch.manual_seed(0)
    unet.add_adapter(LoraConfig(r=4, target_modules=["to_q", "to_v"], init_lora_weights="gaussian"))
    for name, weight in unet.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(weight, std=1.0)
    StableDiffusionPipeline.save_lora_weights(
        tmp_path, unet_lora_layers=get_peft_model_state_dict(unet), safe_serialization=True
    )
    [file] = tmp_path.glob("*.safetensors")
    with_it = studio.load(checkpoint, [AdapterRef("own", "own", str(file), 1.0)])
    silent = studio.load(checkpoint, [AdapterRef("own", "own", str(file), 0.0)])
    [(plain, _)], [(changed, _)], [(same_, _)] = (
        studio.run(item) for item in (starter, with_it, silent)
    )
    assert np.abs(changed - plain).max() > 0
    assert np.abs(same_ - plain).max() <= 1


@pytest.mark.filterwarnings("ignore")  # of diffusers' own, which the generator silences likewise
@pytest.mark.parametrize("name", compatible(new_scheduler()))
def test_every_scheduler_on_offer_arrives_where_a_perfect_network_points(name):
    """A network that knows the picture predicts v exactly; the scheduler must land on it."""
    own = new_scheduler()
    scheduler = make_scheduler(name, own)
    scheduler.set_timesteps(12)
    levels = own.alphas_cumprod.double()
    draw = torch.Generator().manual_seed(0)
    clean = torch.randn(1, 4, 8, 8, generator=draw, dtype=torch.float64)
    noisy = torch.randn(clean.shape, generator=draw, dtype=torch.float64)
    noisy = noisy * float(scheduler.init_noise_sigma)
    for time in scheduler.timesteps:
        seen = scheduler.scale_model_input(noisy, time).double()
        place = min(max(float(time), 0.0), 999.0)
        low = int(place)
        level = levels[low].lerp(levels[min(low + 1, 999)], place - low).clamp(1e-9, 1 - 1e-9)
        noise = (seen - level.sqrt() * clean) / (1 - level).sqrt()
        wanted = level.sqrt() * noise - (1 - level).sqrt() * clean
        extra = {"generator": draw} if "generator" in scheduler.step.__code__.co_varnames else {}
        noisy = scheduler.step(wanted, time, noisy, **extra).prev_sample.double()
    assert float((noisy - clean).pow(2).mean().sqrt()) < 0.1


def test_karras_spacing_is_refused_where_the_noise_has_no_end():
    assert not [name for name in compatible(new_scheduler()) if name.endswith("_karras")]
