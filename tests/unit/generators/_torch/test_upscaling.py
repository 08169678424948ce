"""Networks of the ESRGAN family: told apart, loaded, run whole and in tiles."""

from __future__ import annotations

import json
import pickle
import tracemalloc

import numpy as np
import pytest
import torch
from helpers import tiny_upscaler
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from safetensors.torch import save_file

from generators._torch.upscaling import enlarging, load_upscaler, plan_passes
from generators._torch.upscaling.tiling import FADE, enlarged_bands, tiles
from generators.api import CheckpointError, JobCancelled


def _picture(width: int, height: int, mode: str = "RGB", seed: int = 1) -> Image.Image:
    """Return smooth colours with hard edges in them."""
    chance = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width]
    levels = np.stack([x * 255 / width, y * 255 / height, 128 + 60 * np.sin(x / 3.0)], 2)
    levels[height // 3 : height // 2, width // 4 : width // 2] = chance.integers(0, 255, 3)
    if mode == "RGBA":
        outline = 255.0 * (np.hypot(x - width / 2, y - height / 2) < min(width, height) / 3)
        levels = np.concatenate([levels, outline[..., None]], 2)
    return Image.fromarray(levels.astype(np.uint8))


def _reference(network, picture: Image.Image) -> np.ndarray:
    """Return what the original project's forward pass makes, as levels."""
    given = torch.from_numpy(np.array(picture)).permute(2, 0, 1)[None].float() / 255
    with torch.inference_mode():
        made = network(given)[0].clamp(0, 1) * 255
    return made.permute(1, 2, 0).numpy()


def _silent(_share: float, _said: str) -> None:
    pass


@pytest.mark.parametrize("layout", tiny_upscaler.LAYOUTS)
def test_every_layout_computes_what_its_project_does(tmp_path, layout):
    path, scale = tmp_path / "net.safetensors", tiny_upscaler.LAYOUTS[layout][1]
    network = tiny_upscaler.write(path, layout)
    upscaler = load_upscaler(path, "cpu", "float32")
    assert upscaler.scale == scale
    picture = _picture(24, 16)
    made = _enlarged(upscaler, np.asarray(picture), 64)
    wanted = _reference(network, picture)
    assert made.shape == (16 * scale, 24 * scale, 3)
    assert wanted.std() > 5  # the network says something
    assert np.abs(made - wanted).max() <= 1


def _enlarged(upscaler, levels: np.ndarray, side: int, begin=lambda: None) -> np.ndarray:
    bands = enlarged_bands(upscaler._network, upscaler.architecture, levels, side, begin)
    return np.concatenate(list(bands))


@pytest.mark.parametrize("prefix", ["params_ema.", "params.", "module."])
def test_a_wrapping_before_every_name_is_taken_off(tmp_path, prefix):
    tiny_upscaler.write(tmp_path / "plain.safetensors")
    tiny_upscaler.write(tmp_path / "wrapped.safetensors", prefix=prefix)
    made = [
        load_upscaler(tmp_path / f"{name}.safetensors", "cpu", "float32").enlarge(
            _picture(12, 12), (48, 48), _silent
        )
        for name in ("plain", "wrapped")
    ]
    assert made[0].tobytes() == made[1].tobytes()


def test_an_odd_side_of_a_folding_network_is_not_lost(tmp_path):
    tiny_upscaler.write(tmp_path / "net.safetensors", "basicsr x2")
    upscaler = load_upscaler(tmp_path / "net.safetensors", "cpu", "float32")
    assert upscaler.enlarge(_picture(13, 9), (26, 18), _silent).size == (26, 18)


@pytest.mark.parametrize("side", [48, 51, 64])
@pytest.mark.parametrize("layout", ["compact x4", "compact x2", "basicsr x4", "basicsr x2"])
def test_tiles_make_what_the_whole_makes(tmp_path, layout, side):
    """Up to rounding: the surroundings of a tile reach as far as the network looks."""
    tiny_upscaler.write(tmp_path / "net.safetensors", layout)
    upscaler = load_upscaler(tmp_path / "net.safetensors", "cpu", "float32")
    levels = np.asarray(_picture(151, 111))
    whole = _enlarged(upscaler, levels, 1000)
    count: list[None] = []
    tiled = _enlarged(upscaler, levels, side, lambda: count.append(None))
    assert len(count) >= 6
    off = np.abs(tiled.astype(int) - whole)
    # an RRDB network of two blocks looks 36 pixels far, a little more than tiles' surroundings
    assert off.max() <= 1
    assert (off > 0).mean() < 0.02


@given(st.integers(1, 700), st.integers(FADE + 1, 300))
def test_tiles_cover_everything_and_none_is_too_large(length, side):
    covered = np.zeros(length, int)
    for tile in tiles(length, 5, side):
        assert 0 <= tile.left < tile.right <= length
        assert tile.right - tile.left <= max(side, FADE + 1)
        if tile.fade_left:
            assert covered[tile.left : tile.left + tile.fade_left].all()  # it fades over something
        covered[tile.left : tile.right] += 1
    assert covered.all()


@pytest.mark.skipif(
    not torch.ops.mkldnn._is_mkldnn_bf16_supported(), reason="this CPU computes no bfloat16"
)
@pytest.mark.parametrize(
    ("layout", "dtype"), [("compact x4", torch.bfloat16), ("basicsr x4", torch.float32)]
)
def test_what_is_fast_stays_within_a_level_or_two(tmp_path, layout, dtype):
    tiny_upscaler.write(tmp_path / "net.safetensors", layout)
    chosen = load_upscaler(tmp_path / "net.safetensors", "cpu", "auto")
    assert next(chosen._network.parameters()).dtype is dtype
    made = [
        np.asarray(
            load_upscaler(tmp_path / "net.safetensors", "cpu", dtype).enlarge(
                _picture(40, 40), (160, 160), _silent
            )
        ).astype(int)
        for dtype in ("float32", "auto")
    ]
    assert np.abs(made[0] - made[1]).max() <= 2
    assert np.abs(made[0] - made[1]).mean() < 0.3


def test_the_outline_of_a_cut_out_is_enlarged_and_has_no_rim(tmp_path):
    """Red on transparent black: no dark red may appear where the outline is soft."""
    tiny_upscaler.write(tmp_path / "net.safetensors")
    upscaler = load_upscaler(tmp_path / "net.safetensors", "cpu", "float32")
    with torch.no_grad():  # adds nothing: enlarges by repetition
        for value in upscaler._network.parameters():
            value.zero_()
    given = np.zeros((20, 20, 4), np.uint8)
    given[5:15, 5:15] = (220, 20, 30, 255)
    made = np.asarray(upscaler.enlarge(Image.fromarray(given), (80, 80), _silent))
    assert made.shape == (80, 80, 4)
    assert (made[24:56, 24:56, 3] == 255).all()
    assert (made[:16, :, 3] == 0).all()
    near = made[16:64, 16:64, :3]
    assert np.abs(near.astype(int) - (220, 20, 30)).max() <= 1


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
@pytest.mark.parametrize("wanted", [(240, 160), (300, 200), (181, 121)])
def test_a_large_pass_is_resampled_band_by_band_to_the_same(tmp_path, monkeypatch, mode, wanted):
    tiny_upscaler.write(tmp_path / "net.safetensors")
    upscaler = load_upscaler(tmp_path / "net.safetensors", "cpu", "float32")
    picture = _picture(120, 80, mode)
    whole = upscaler.enlarge(picture, wanted, _silent, 40)
    assert whole.size == (480, 320)
    monkeypatch.setattr(enlarging, "STRIPS", 1000)
    monkeypatch.setattr(enlarging, "_ROWS", 32)
    banded = upscaler.enlarge(picture, wanted, _silent, 40)
    assert banded.size == enlarging.covering(picture.size, wanted)
    # where hardly anything is seen, a colour is what rounding made of it
    both = [
        np.asarray(one.convert("RGBA").convert("RGBa")).astype(int)
        for one in (whole.resize(banded.size, Image.Resampling.LANCZOS), banded)
    ]
    assert np.abs(both[0] - both[1]).max() <= 2


def test_a_pass_of_a_cut_out_takes_little_memory_beside_the_picture(tmp_path):
    """Only bands of what the network makes are held: 24 bytes a pixel would kill the worker."""
    tiny_upscaler.write(tmp_path / "net.safetensors")
    upscaler = load_upscaler(tmp_path / "net.safetensors", "cpu", "float32")
    picture = _picture(128, 2048, "RGBA")
    upscaler.enlarge(picture.crop((0, 0, 64, 64)), (256, 256), _silent, 64)  # what is loaded once
    tracemalloc.start()
    made = upscaler.enlarge(picture, (512, 8192), _silent, 64)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 6 * made.width * made.height


@pytest.mark.parametrize(
    ("size", "wanted", "scale", "starts"),
    [
        ((128, 128), (512, 512), 4, [(128, 128)]),
        ((128, 128), (1080, 1080), 4, [(128, 128), (512, 512)]),
        ((128, 128), (600, 600), 4, [(128, 128), (300, 300)]),  # twice what is wanted is enough
        ((96, 160), (1080, 1800), 4, [(96, 160), (384, 640)]),
        ((100, 100), (90, 90), 4, []),
        ((100, 50), (790, 395), 2, [(100, 50), (200, 100), (400, 200)]),
        ((4000, 4000), (8000, 8000), 4, [(4000, 4000)]),
        ((1000, 1000), (8000, 8000), 4, [(1000, 1000), (2000, 2000)]),  # large: no overshoot
    ],
)
def test_passes(size, wanted, scale, starts):
    assert list(plan_passes(size, wanted, scale).sizes) == starts


def test_progress_rises_and_cancel_stops_at_the_next_tile(tmp_path):
    tiny_upscaler.write(tmp_path / "net.safetensors")
    upscaler = load_upscaler(tmp_path / "net.safetensors", "cpu", "float32")
    shares: list[float] = []
    upscaler.enlarge(_picture(100, 60, "RGBA"), (800, 480), lambda s, _w: shares.append(s), 40)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert len(set(shares)) > 20
    seen: list[float] = []

    def stop(share: float, _said: str) -> None:
        seen.append(share)
        if len(seen) == 3:
            raise JobCancelled

    with pytest.raises(JobCancelled):
        upscaler.enlarge(_picture(100, 60), (800, 480), stop, 40)
    assert len(seen) == 3


# hostile and damaged files -----------------------------------------------------------------------


def _refused(path, match):
    with pytest.raises(CheckpointError, match=match):
        load_upscaler(path, "cpu", "float32")


def test_a_cut_off_file_is_refused(tmp_path):
    path = tmp_path / "net.safetensors"
    tiny_upscaler.write(path)
    path.write_bytes(path.read_bytes()[:-100])
    _refused(path, "cut short")


def test_a_pickle_that_would_run_code_is_refused_and_does_not(tmp_path):
    class Evil:
        def __reduce__(self):
            return (open, (str(tmp_path / "ran"), "w"))

    path = tmp_path / "net.pth"
    path.write_bytes(pickle.dumps({"params": Evil()}))
    _refused(path, "pickle")
    assert not (tmp_path / "ran").exists()


def test_an_honest_pickle_loads(tmp_path):
    tiny_upscaler.write(tmp_path / "net.pth", "first release x4")
    assert load_upscaler(tmp_path / "net.pth", "cpu", "float32").scale == 4


@pytest.mark.parametrize("layout", tiny_upscaler.RESTORERS)
def test_a_network_that_enlarges_nothing_is_refused(tmp_path, layout):
    tiny_upscaler.write(tmp_path / "net.safetensors", layout)
    _refused(tmp_path / "net.safetensors", "enlarges nothing")


def test_what_is_no_upscaler_is_refused(tmp_path):
    state = {"model.diffusion_model.input_blocks.0.0.weight": torch.zeros(4, 4)}
    save_file(state, tmp_path / "other.safetensors")
    _refused(tmp_path / "other.safetensors", "no ESRGAN")
    _refused(tmp_path / "gone.safetensors", "not at its place")
    (tmp_path / "words.txt").write_text("hello")
    _refused(tmp_path / "words.txt", "not a weights file")


def test_a_size_that_cannot_be_meant_is_refused_before_anything_is_built(tmp_path):
    """The header alone says 100,000 features, with tensors that would take 36 GB."""
    shapes = {"body.0.weight": [100_000, 3, 3, 3], "body.1.weight": [100_000]}
    shapes["body.2.weight"] = [100_000, 100_000, 3, 3]
    shapes |= {"body.3.weight": [100_000], "body.4.weight": [48, 100_000, 3, 3]}
    header, at = {}, 0
    for name, shape in shapes.items():
        size = int(np.prod(shape)) * 4
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [at, at + size]}
        at += size
    text = json.dumps(header).encode()
    path = tmp_path / "huge.safetensors"
    with path.open("wb") as file:
        file.write(len(text).to_bytes(8, "little") + text)
        file.truncate(8 + len(text) + at)  # sparse: takes no room
    _refused(path, "no real one has")


def _changed(tmp_path, change):
    state = dict(tiny_upscaler.make("compact x4").state_dict())
    change(state)
    save_file({key: value.clone() for key, value in state.items()}, tmp_path / "net.safetensors")
    return tmp_path / "net.safetensors"


@pytest.mark.parametrize(
    ("change", "match"),
    [
        (lambda state: state.pop("body.2.bias"), "lacks layer body.2.bias"),
        (lambda state: state.update(extra=torch.zeros(1)), "unknown layer extra"),
        (lambda state: state.update({"body.2.bias": torch.zeros(5)}), "another layer body.2.bias"),
        (lambda state: state["body.2.bias"].fill_(float("nan")), "none .NaN."),
        (lambda state: state.update({"body.1.weight": torch.zeros(1)}), "PReLU"),
        (lambda state: state.update({"body.0.weight": torch.zeros(8, 1, 3, 3)}), "1 channels"),
        (lambda state: state.update({"params.body.2.bias": torch.zeros(8)}), "same name"),
    ],
)
def test_a_file_that_is_not_exactly_its_network_is_refused(tmp_path, change, match):
    _refused(_changed(tmp_path, change), match)
