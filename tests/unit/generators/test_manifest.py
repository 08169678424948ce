"""Parameters are checked by name and bound; manifest files say what is wrong with them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generators.api import API_VERSION, InvalidParameter
from generators.manifest import MAX_TEXT_LENGTH, Manifest, ParamSpec
from generators.manifest_file import ManifestError, parse_manifest, read_manifest

if TYPE_CHECKING:
    from pathlib import Path

HEAD = """
[generator]
id = "g"
name = "G"
version = "1"
modality = "text"
entry = "p.m:C"
"""
MODE = """
[[mode]]
id = "write"
label = "Write"
output = "text"
"""
FAMILY = '[[family]]\nid = "f"\nlabel = "F"\n'
PARAM = '[[param]]\nkey = "k"\n'


def read(*parts: str) -> Manifest:
    return parse_manifest("\n".join((HEAD, MODE, *parts)))


def test_everything_that_is_written_is_read() -> None:
    manifest = read(
        """
[[mode]]
id = "edit"
label = "Edit"
inputs = ["image"]
optional_inputs = ["mask"]
[[param]]
key = "size"
type = "integer"
label = "Size"
help = "How large."
default = 64
minimum = 8
maximum = 512
step = 8
unit = "px"
advanced = true
modes = ["edit"]
[[param]]
key = "kind"
type = "choice"
choices = ["a", "b"]
default = "b"
[[param]]
key = "stop"
type = "json"
default = ["x", "y"]
[[family]]
id = "sdxl"
label = "SDXL"
formats = ["diffusers", "single_file"]
worker = "torch"
adapters = ["lora"]
native_size = 1024
[[family.detect]]
class_name = ["StableDiffusionXLPipeline"]
[[family.detect]]
tensors = "a.weight"
no_tensors = ["b.weight", "c.weight"]
[environment]
requirements = ["x==1"]
"""
    )
    assert [mode.id for mode in manifest.modes] == ["write", "edit"]
    assert manifest.modes[1].inputs == ("image",)
    assert manifest.params[0] == ParamSpec(
        "size", "integer", "Size", 64, 8, 512, 8, (), "px", "How large.", True, ("edit",)
    )
    assert manifest.params[1].choices == ("a", "b")
    assert manifest.params[2].default == ["x", "y"]
    assert manifest.families[0].native_size == 1024
    assert manifest.families[0].detect == (
        {"class_name": ("StableDiffusionXLPipeline",)},
        {"tensors": ("a.weight",), "no_tensors": ("b.weight", "c.weight")},
    )
    assert manifest.environment == ("x==1",)
    assert manifest.worker_group("sdxl") == "torch"
    assert manifest.worker_group() == "g"
    assert [spec.key for spec in manifest.params_for("write")] == ["kind", "stop"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no [generator]"),
        ("generator = 3", "no [generator]"),
        ("[generator", "not valid TOML"),
        (HEAD, "no [[mode]]"),
        (HEAD.replace('name = "G"', "") + MODE, "lacks name"),
        (HEAD.replace('"1"', "1") + MODE, "version must be a string"),
        (HEAD.replace('"g"', '"G-1"') + MODE, "lower-case"),
        (HEAD.replace('"p.m:C"', '"p.m"') + MODE, "package.module:Class"),
        (HEAD + 'trainer = "nonsense"\n' + MODE, "package.module:Class"),
        (HEAD.replace('"text"', '"smell"') + MODE, "Allowed: text, image, audio"),
        (HEAD + "colour = 1\n" + MODE, "unknown key 'colour'"),
        (HEAD + MODE + "[extra]\n", "unknown table [extra]"),
        (HEAD + "[mode]\nid = 'x'\n", "two brackets"),
        (HEAD + MODE + MODE, "occurs twice"),
        (HEAD + MODE + PARAM, "lacks type"),
        (HEAD + MODE + PARAM + 'type = "colour"', "Allowed: integer"),
        (HEAD + MODE + PARAM + 'type = "choice"', "choices belong"),
        (HEAD + MODE + PARAM + 'type = "string"\nchoices = ["a"]', "choices belong"),
        (HEAD + MODE + PARAM + 'type = "string"\nmodes = ["paint"]', "'paint'"),
        (
            HEAD + MODE + PARAM + 'type = "integer"\ndefault = 9\nmaximum = 8',
            "default is not allowed",
        ),
        (HEAD + MODE + PARAM + 'type = "integer"\nminimum = "1"', "minimum must be a number"),
        (HEAD + MODE + FAMILY + 'formats = ["gguf"]\n[[family.detect]]', "match everything"),
        (HEAD + MODE + '[environment]\nrequirements = "x"', "list of strings"),
        (HEAD + f"api = {API_VERSION + 1}\nsurprise = 1\n[new]\n", "Update Brandloom"),
    ],
)
def test_faults_are_named(text: str, said: str) -> None:
    with pytest.raises(ManifestError) as caught:
        parse_manifest(text)
    assert said in str(caught.value)


def test_files_that_are_no_manifest(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match="cannot be read"):
        read_manifest(tmp_path)
    (tmp_path / "manifest.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(ManifestError, match="UTF-8"):
        read_manifest(tmp_path)
    (tmp_path / "manifest.toml").write_bytes(b"#" * 1_000_001)
    with pytest.raises(ManifestError, match="no manifest"):
        read_manifest(tmp_path)


@given(st.text(max_size=200))
def test_any_text_is_refused_or_read(text: str) -> None:
    with pytest.raises(ManifestError):
        parse_manifest(text)


NUMBER = ParamSpec("k", "number", default=1.0, minimum=0, maximum=2)
INTEGER = ParamSpec("k", "integer", default=1, minimum=1, maximum=9)


@pytest.mark.parametrize(
    ("spec", "value", "checked"),
    [
        (NUMBER, 2, 2.0),
        (INTEGER, 2.0, 2),
        (ParamSpec("k", "seed", default=-1, minimum=-1), -1, -1),
        (ParamSpec("k", "boolean", default=False), True, True),
        (ParamSpec("k", "choice", default="a", choices=("a", "b")), "b", "b"),
        (ParamSpec("k", "text", default=""), "x" * MAX_TEXT_LENGTH, "x" * MAX_TEXT_LENGTH),
        (ParamSpec("k", "json"), {"a": [1]}, {"a": [1]}),
        (ParamSpec("k", "integer"), None, None),
    ],
)
def test_values_that_are_allowed(spec: ParamSpec, value: Any, checked: Any) -> None:
    found = spec.check(value)
    assert found == checked
    assert type(found) is type(checked)


@pytest.mark.parametrize(
    ("spec", "value"),
    [
        (NUMBER, 2.1),
        (NUMBER, math.nan),
        (NUMBER, math.inf),
        (NUMBER, "1"),
        (NUMBER, True),
        (INTEGER, 1.5),
        (INTEGER, 0),
        (INTEGER, None),
        (INTEGER, math.inf),
        (INTEGER, 10**400),
        (ParamSpec("k", "number", default=1), 10**400),
        (ParamSpec("k", "integer", default=1), math.inf),
        (ParamSpec("k", "boolean", default=False), 1),
        (ParamSpec("k", "choice", default="a", choices=("a",)), "c"),
        (ParamSpec("k", "text", default=""), "x" * (MAX_TEXT_LENGTH + 1)),
        (ParamSpec("k", "string", default="", max_length=3), "four"),
        (ParamSpec("k", "text", default=""), 3),
        (ParamSpec("k", "text", default=""), "half \ud83d of a pair"),
    ],
)
def test_values_that_are_refused(spec: ParamSpec, value: Any) -> None:
    with pytest.raises(InvalidParameter) as caught:
        spec.check(value)
    assert caught.value.key == "k"
    assert "k " in caught.value.message


def test_bounds_are_said_as_people_write_them() -> None:
    spec = ParamSpec("seed", "seed", default=-1, minimum=-1, maximum=4294967295)
    assert spec.allowed() == "Allowed: -1 to 4294967295."
    assert ParamSpec("k", "number", maximum=0.5).allowed() == "Allowed: 0.5 or less."


def test_parameters_of_a_mode() -> None:
    manifest = read(PARAM + 'type = "integer"\ndefault = 3\nminimum = 1\nmaximum = 5')
    assert manifest.check_params("write", {}) == {"k": 3}
    assert manifest.check_params("write", {"k": 4.0}) == {"k": 4}
    with pytest.raises(InvalidParameter, match="no parameter 'cfg'"):
        manifest.check_params("write", {"cfg": 1})
    with pytest.raises(InvalidParameter, match="no mode 'paint'"):
        manifest.check_params("paint", {})
