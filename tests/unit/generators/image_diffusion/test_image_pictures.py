from __future__ import annotations

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image, ImageCms

from generators._torch import pictures as shared
from generators.api import InvalidParameter, UserFacingError
from generators.image_diffusion import pictures


def test_a_turned_photograph_is_opened_upright(tmp_path):
    photo = Image.new("RGB", (30, 20), "red")
    exif = photo.getexif()
    exif[274] = 6  # turn by 90°
    photo.save(tmp_path / "a.jpg", exif=exif)
    assert shared.open_picture(tmp_path / "a.jpg").size == (20, 30)


def test_sixteen_bits_keep_their_range(tmp_path):
    ramp = np.linspace(0, 65535, 64 * 64).reshape(64, 64).astype(np.uint16)
    Image.fromarray(ramp).save(tmp_path / "a.png")
    grey = np.asarray(shared.open_picture(tmp_path / "a.png"))[..., 0]
    assert grey.min() == 0
    assert grey.max() == 255
    assert abs(int(grey[32, 0]) - 128) <= 2


def test_dark_sixteen_bits_stay_dark(tmp_path):
    dark = np.linspace(0, 255, 64 * 64).reshape(64, 64).astype(np.uint16)
    Image.fromarray(dark).save(tmp_path / "a.png")
    assert np.asarray(shared.open_picture(tmp_path / "a.png")).max() <= 1


def test_floats_from_0_to_1_are_black_to_white(tmp_path):
    ramp = np.linspace(0, 1, 64 * 64).reshape(64, 64).astype(np.float32)
    ramp[5, 5] = np.nan
    Image.fromarray(ramp).save(tmp_path / "a.tif")
    grey = np.asarray(shared.open_picture(tmp_path / "a.tif"))[..., 0]
    assert (grey.min(), grey.max()) == (0, 255)
    assert abs(int(grey[32, 0]) - 128) <= 1


def _wide_profile() -> bytes:
    """Return an RGB profile that shifts colours: sRGB whose first two primaries are swapped."""
    raw = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    raw[:] = raw.replace(b"rXYZ", b"zXYZ").replace(b"gXYZ", b"rXYZ").replace(b"zXYZ", b"gXYZ")
    return bytes(raw)


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P"])
def test_colours_of_a_profile_are_brought_to_srgb(tmp_path, mode):
    given = Image.new("RGBA", (8, 8), (230, 40, 60, 255))
    if mode == "RGBA":
        given.putpixel((0, 0), (230, 40, 60, 0))
    given = given.convert("RGB") if mode == "P" else given
    given.convert(mode).save(tmp_path / "a.png", icc_profile=_wide_profile())
    opened = shared.open_picture(tmp_path / "a.png")
    assert "icc_profile" not in opened.info
    assert np.abs(np.subtract(opened.getpixel((4, 4))[:3], (40, 230, 60))).max() <= 30
    assert opened.mode == ("RGBA" if mode == "RGBA" else "RGB")
    assert mode != "RGBA" or opened.getpixel((0, 0))[3] == 0


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "CMYK", "LAB", "1"])
def test_a_profile_of_other_colours_or_none_leaves_the_numbers(tmp_path, mode):
    """A profile that does not belong to the picture, or is damaged, is left out."""
    path, plain = tmp_path / "a.tiff", tmp_path / "b.tiff"
    own = Image.new("RGB", (8, 8), (200, 90, 40)) if mode != "LAB" else Image.new("LAB", (8, 8))
    given = own.convert(mode) if mode != "LAB" else own
    given.save(plain)
    other = ImageCms.createProfile("LAB" if mode != "LAB" else "sRGB")
    for profile in (ImageCms.ImageCmsProfile(other).tobytes(), b"damaged" * 40):
        given.save(path, icc_profile=profile)
        opened = shared.open_picture(path)
        assert "icc_profile" not in opened.info
        assert opened.tobytes() == shared.open_picture(plain).tobytes()


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "CMYK", "RGBA", "I", "F"])
def test_every_mode_becomes_rgb(tmp_path, mode):
    path = tmp_path / "a.tiff"
    Image.new("L", (8, 8), 200).convert(mode).save(path)
    opened = pictures.flatten(shared.open_picture(path))
    assert opened.mode == "RGB"
    assert opened.getpixel((4, 4))[0] == pytest.approx(255 if mode == "1" else 200, abs=60)


def test_transparency_becomes_white():
    clear = Image.new("RGBA", (4, 4), (255, 0, 0, 0))
    assert pictures.flatten(clear).getpixel((0, 0)) == (255, 255, 255)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _bomb(width: int, height: int) -> bytes:
    """A PNG that promises a huge picture in a few bytes."""
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    body = _chunk(b"IHDR", head) + _chunk(b"IDAT", zlib.compress(b"\0" * 100))
    return b"\x89PNG\r\n\x1a\n" + body + _chunk(b"IEND", b"")


@pytest.mark.parametrize("size", [(20_000, 20_000), (200_000, 200_000)])
def test_a_pixel_bomb_is_refused_unopened(tmp_path, size):
    path = tmp_path / "bomb.png"
    path.write_bytes(_bomb(*size))
    with pytest.raises(shared.PictureError, match=r"megapixels|too large"):
        shared.open_picture(path)


def test_damaged_and_foreign_files_are_named(tmp_path):
    buffer = io.BytesIO()
    Image.effect_noise((64, 64), 50).save(buffer, "PNG")
    (tmp_path / "cut.png").write_bytes(buffer.getvalue()[:500])
    (tmp_path / "text.png").write_text("hello")
    for name in ("cut.png", "text.png", "none.png"):
        with pytest.raises(shared.PictureError, match=name):
            shared.open_picture(tmp_path / name, "The picture")


def test_fitting_covers_and_never_stretches():
    wide = Image.new("RGB", (300, 100), "blue")
    wide.paste("red", (100, 0, 200, 100))  # the middle square
    fitted = shared.fit(wide, (64, 64))
    assert fitted.size == (64, 64)
    assert fitted.getpixel((32, 32)) == (255, 0, 0)
    assert fitted.getpixel((3, 32))[0] > 200


def test_a_mask_is_black_and_white_at_any_size():
    grey = Image.linear_gradient("L")
    mask = pictures.fit_mask(pictures.mask_of(grey), (37, 91))
    assert set(np.unique(np.asarray(mask))) == {0, 255}


def test_white_strokes_on_a_clear_layer_are_a_mask():
    layer = Image.new("RGBA", (8, 8), (255, 255, 255, 0))
    layer.putpixel((2, 3), (255, 255, 255, 255))
    mask = np.asarray(pictures.mask_of(layer))
    assert mask[3, 2] == 255
    assert mask.sum() == 255


def test_an_empty_mask_is_refused():
    with pytest.raises(InvalidParameter, match="empty"):
        pictures.check_mask(Image.new("L", (8, 8)))


def test_pasting_back_touches_nothing_outside():
    rng = np.random.default_rng(1)
    original = Image.fromarray((rng.random((40, 50, 3)) * 255).astype(np.uint8))
    made = Image.fromarray((rng.random((40, 50, 3)) * 255).astype(np.uint8))
    mask = Image.new("L", (50, 40))
    mask.paste(255, (10, 10, 40, 30))
    mixed = np.asarray(pictures.paste_back(made, original, mask))
    outside = np.asarray(mask) == 0
    assert (mixed[outside] == np.asarray(original)[outside]).all()
    assert (mixed[20, 25] == np.asarray(made)[20, 25]).all()


def test_broken_numbers_and_black_are_errors():
    good = np.full((1, 8, 8, 3), 0.5, np.float32)
    assert pictures.to_pictures(good)[0].getpixel((0, 0)) == (128, 128, 128)
    with pytest.raises(UserFacingError, match="NaN"):
        pictures.to_pictures(np.where(np.arange(8) == 3, np.nan, 1)[None, :, None, None] * good)
    with pytest.raises(UserFacingError, match="black"):
        pictures.to_pictures(np.zeros((1, 8, 8, 3), np.float32))
