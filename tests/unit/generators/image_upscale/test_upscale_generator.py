"""The generator that enlarges pictures, on tiny real networks."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from helpers import tiny_upscaler
from PIL import Image, ImageCms

from generators._torch.pictures import fit
from generators._torch.upscaling import loading, tiling
from generators.api import (
    CheckpointError,
    CheckpointRef,
    InputRef,
    InvalidParameter,
    OutOfMemory,
    Request,
)
from generators.image_upscale.convert import main as convert
from generators.image_upscale.generator import UpscaleGenerator, finished_size
from generators.registry import Registry
from generators.testing import CHECKS, Conformance, RecordingContext
from studio.core.errors import CheckpointError as AppCheckpointError
from studio.services.checkpoints.inspection import inspect_path


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("upscale")
    tiny_upscaler.write(folder / "tiny.safetensors")
    chance = np.random.default_rng(0)
    Image.fromarray(chance.integers(0, 255, (60, 90, 3), np.uint8)).save(folder / "picture.png")
    return folder


def _request(folder, **params) -> Request:
    manifest = Registry.discover().get("image_upscale")
    return Request(
        "image_upscale",
        "upscale",
        manifest.check_params("upscale", params),
        CheckpointRef("x", "Tiny", str(folder / "tiny.safetensors"), "esrgan", "single_file"),
        inputs=(InputRef("image", path=str(folder / "picture.png")),),
    )


def _run(folder, context, **params):
    request = _request(folder, **params)
    generator = UpscaleGenerator.load(request.checkpoint, (), "cpu", "float32", context)
    [made] = generator.run(request, context)
    with Image.open(made.path) as picture:
        return picture.copy(), made, generator


@pytest.mark.parametrize("check", CHECKS)
def test_conformance(folder, tmp_path, check):
    suite = Conformance(
        Registry.discover().get("image_upscale"), _request(folder, factor=2, tile=64)
    )
    getattr(suite, check)(tmp_path)
    suite.close()


@pytest.mark.parametrize(
    ("params", "size", "passes"),
    [
        ({}, (360, 240), 1),
        ({"factor": 3}, (270, 180), 1),
        ({"width": 200}, (200, 133), 1),
        ({"height": 300}, (450, 300), 2),
        ({"width": 300, "height": 300}, (300, 300), 2),
        ({"width": 300, "height": 300, "fit": "inside"}, (300, 200), 1),
    ],
)
def test_the_size_is_exactly_what_was_asked(folder, tmp_path, params, size, passes):
    picture, made, generator = _run(folder, RecordingContext(tmp_path), **params)
    assert picture.size == size
    assert (made.metadata["width"], made.metadata["height"]) == size
    times = {1: "once", 2: "twice"}[passes]
    assert f"90×60 enlarged {times} ×4 by Tiny" in made.metadata["note"]
    record = generator.execution_record()["upscaler"]
    assert (record["passes"], record["scale"], record["dtype"]) == (passes, 4, "float32")


def test_a_picture_that_is_not_to_grow_is_scaled_and_that_is_said(folder, tmp_path):
    picture, made, _ = _run(folder, RecordingContext(tmp_path), width=45)
    assert picture.size == (45, 30)
    assert "no network was needed" in made.metadata["note"]


@pytest.mark.parametrize("params", [{"factor": 2}, {"width": 20}])
def test_no_profile_is_written_that_does_not_hold(folder, tmp_path, params):
    """What comes out is in sRGB, also where the picture does not grow."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    path = tmp_path / "tagged.png"
    Image.new("RGB", (40, 30), (200, 60, 40)).save(path, icc_profile=profile)
    request = replace(_request(folder, **params), inputs=(InputRef("image", path=str(path)),))
    context = RecordingContext(tmp_path / "out")
    generator = UpscaleGenerator.load(request.checkpoint, (), "cpu", "float32", context)
    [made] = generator.run(request, context)
    with Image.open(made.path) as picture:
        assert "icc_profile" not in picture.info


@pytest.mark.parametrize("params", [{"factor": 16}, {"width": 16384}])
def test_a_size_that_no_memory_holds_is_refused_by_name(params):
    with pytest.raises(InvalidParameter, match="megapixels") as caught:
        finished_size((8000, 8000), params)
    assert caught.value.key in params


@pytest.mark.parametrize(
    ("size", "wanted"), [((728, 90), (256, 480)), ((5, 500), (96, 96)), ((1, 400), (64, 64))]
)
def test_what_is_cut_off_is_not_enlarged(folder, tmp_path, monkeypatch, size, wanted):
    chance = np.random.default_rng(1)
    levels = chance.integers(0, 255, (size[1], size[0], 3), np.uint8)
    Image.fromarray(levels).save(tmp_path / "strip.png")
    starts: list[int] = []
    run = tiling._run
    monkeypatch.setattr(
        tiling, "_run", lambda net, levels: starts.append(levels[..., 0].size) or run(net, levels)
    )
    picture, made = _enlarge(folder, tmp_path, tmp_path / "strip.png", wanted)
    assert picture.size == wanted
    assert f"{size[0]}×{size[1]} enlarged" in made.metadata["note"]
    # what is kept covers the wanted size; each pass begins with at most that and what is around it
    assert sum(starts) * 4 < wanted[0] * wanted[1] * 12


def test_the_middle_that_is_kept_is_that_of_the_whole(folder, tmp_path):
    levels = np.zeros((90, 300, 3), np.uint8)
    levels[30:60, 145:155] = (240, 30, 60)
    Image.fromarray(levels).save(tmp_path / "wide.png")
    picture, _ = _enlarge(folder, tmp_path, tmp_path / "wide.png", (180, 180))
    whole = fit(
        load_tiny(folder).enlarge(Image.fromarray(levels), (600, 180), lambda _s, _w: None),
        (180, 180),
    )
    assert np.abs(np.asarray(picture).astype(int) - np.asarray(whole)).max() <= 2


def test_the_estimate_knows_the_picture_and_the_factor(folder, tmp_path):
    for name, size in (("small.png", (300, 200)), ("large.png", (6000, 4000))):
        Image.new("L", size).save(tmp_path / name)

    def estimate(name: str, **params) -> int:
        given = (InputRef("image", path=str(tmp_path / name)),)
        return UpscaleGenerator.estimate_bytes(replace(_request(folder, **params), inputs=given))

    weights_and_tile = estimate("small.png", factor=2)
    assert weights_and_tile < 1_100_000_000
    # 24 and 96 megapixels in Pillow's four bytes are 0.5 GB alone, beside those that a pass makes
    assert 1_500_000_000 < estimate("large.png", factor=2) - weights_and_tile < 4_000_000_000
    assert estimate("none.png", factor=2) > 0


def _enlarge(folder, tmp_path, path, wanted):
    request = replace(
        _request(folder, width=wanted[0], height=wanted[1], fit="crop"),
        inputs=(InputRef("image", path=str(path)),),
    )
    context = RecordingContext(tmp_path / "out")
    generator = UpscaleGenerator.load(request.checkpoint, (), "cpu", "float32", context)
    [made] = generator.run(request, context)
    with Image.open(made.path) as picture:
        return picture.copy(), made


def load_tiny(folder):
    return loading.load_upscaler(folder / "tiny.safetensors", "cpu", "float32")


def test_the_memory_ladder_makes_tiles_smaller(folder, tmp_path, monkeypatch):
    sides: list[int] = []
    run = tiling._run

    def short_of_memory(network, levels):
        sides.append(max(levels.shape[:2]))
        if max(levels.shape[:2]) > 88:
            raise RuntimeError("not enough memory: you tried to allocate")
        return run(network, levels)

    monkeypatch.setattr(tiling, "_run", short_of_memory)
    monkeypatch.setitem(tiling.TILE_SIDES, "compact", (512, 80, 40))
    with pytest.raises(OutOfMemory):
        _run(folder, RecordingContext(tmp_path / "0"))
    picture, _, generator = _run(folder, RecordingContext(tmp_path / "1", memory_level=1))
    assert picture.size == (360, 240)
    assert generator.execution_record()["upscaler"]["tile"] == 80
    assert max(sides[1:]) <= 88


def test_the_app_knows_the_files_and_takes_no_pickle(tmp_path):
    registry = Registry.discover()
    for layout in tiny_upscaler.LAYOUTS:
        for prefix in ("", "params_ema.", "params.", "module."):
            path = tmp_path / "net.safetensors"
            tiny_upscaler.write(path, layout, prefix=prefix)
            found = inspect_path(path, registry)
            assert (found.generator, found.family) == ("image_upscale", "esrgan"), layout
    tiny_upscaler.write(tmp_path / "net.pth")
    with pytest.raises(AppCheckpointError, match="pickle") as caught:
        inspect_path(tmp_path / "net.pth", registry)
    assert "image_upscale.convert" in caught.value.hint


@pytest.mark.parametrize("layout", tiny_upscaler.RESTORERS)
def test_the_app_adds_no_network_that_enlarges_nothing(tmp_path, layout):
    tiny_upscaler.write(tmp_path / "dejpeg.safetensors", layout)
    with pytest.raises(AppCheckpointError, match=r"dejpeg\.safetensors: .* enlarges nothing"):
        inspect_path(tmp_path / "dejpeg.safetensors", Registry.discover())


def test_a_pickle_is_converted_and_then_loads_alike(tmp_path, capsys):
    network = tiny_upscaler.write(tmp_path / "net.pth", "second release x4")
    assert convert([str(tmp_path / "net.pth")]) == 0
    assert "rrdb ×4, 8 features, 2 blocks" in capsys.readouterr().out
    loaded = loading.load_upscaler(tmp_path / "net.safetensors", "cpu", "float32")
    ours = dict(loaded._network.named_parameters())
    assert torch.equal(ours["body.0.rdb1.conv1.weight"], network.RRDB_trunk[0].RDB1.conv1.weight)
    with pytest.raises(SystemExit):  # what is there is not overwritten
        convert([str(tmp_path / "net.pth")])
    (tmp_path / "no.pth").write_bytes(b"PK not a pickle")
    assert convert([str(tmp_path / "no.pth")]) == 1


def test_loras_and_a_missing_file_are_refused(folder, tmp_path):
    from generators.api import AdapterRef

    context = RecordingContext(tmp_path)
    request = _request(folder)
    with pytest.raises(CheckpointError, match="no LoRAs"):
        UpscaleGenerator.load(request.checkpoint, (AdapterRef("a"),), "cpu", "auto", context)
    with pytest.raises(CheckpointError, match="needs an upscaler"):
        UpscaleGenerator.load(None, (), "cpu", "auto", context)
