"""No text from outside becomes a name that leads outside a folder."""

import ntpath
import posixpath
from pathlib import PurePosixPath, PureWindowsPath

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from inspector.dataset.names import (
    parse_group,
    parse_label,
    parse_relative_path,
    parse_split,
    shown,
    why_no_name,
    why_no_path,
)
from inspector.errors import DatasetError

HOSTILE = (
    "", ".", "..", "../x", "a/../../x", "a/..", "/x", "//x/y", "\\x", "\\\\server\\share", "..\\x",
    "a\\..\\..\\x", "C:", "c:x", "C:\\x", "C:/x", "a\0b", "a\nb", "a\rb", "a\tb", "a\x1b[2Jb",
    "a\x7fb", "a\x85b", "a\u2028b", "a//b", "a/", "a/./b", ".. /x", "... /x", "a/ /b", "x" * 256,
    "é" * 128, "a/" * 1600 + "a", "\ud800",
)  # fmt: skip
PARSERS = (parse_relative_path, parse_label, parse_split, parse_group)


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("parse", PARSERS)
def test_hostile_names_are_refused_with_their_place(parse: object, text: str) -> None:
    assert callable(parse)
    with pytest.raises(DatasetError, match=r"^list\.csv, line 7: ") as caught:
        parse(text, where="list.csv, line 7")
    assert len(caught.value.message) < 300
    assert "\n" not in caught.value.message
    assert caught.value.message.isprintable()


@pytest.mark.parametrize("text", ["a/b", "a\\b", ".hidden"])
@pytest.mark.parametrize("parse", [parse_label, parse_split])
def test_a_label_and_a_split_are_one_plain_folder_name(parse: object, text: str) -> None:
    assert callable(parse)
    with pytest.raises(DatasetError):
        parse(text, where="here")


@pytest.mark.parametrize(
    "text",
    [
        "cat",
        "big cat",
        "-1",
        "=x",
        "@eaDir",
        "...cat",
        "a..b",
        "é",
        "猫",
        "x" * 255,
        "ab:c",
        "cat.",
    ],
)
def test_real_names_stay_as_they_are(text: str) -> None:
    assert parse_relative_path(text, where="here") == text
    if not text.startswith("."):
        assert parse_label(text, where="here") == text


_PIECES = st.lists(
    st.sampled_from(("..", ".", "", "/", "\\", "C:", "a", " ", "\0", "\n", "é", "...", "~")),
    max_size=8,
).map("".join)
_TEXT = st.one_of(st.text(max_size=40), _PIECES)


@given(_TEXT)
@example("a\\..\\..\\b")
@example(".. \\x")
def test_an_accepted_path_stays_inside_on_every_system(text: str) -> None:
    if why_no_path(text):
        return
    assert posixpath.normpath(f"/root/{text}").startswith("/root/")
    assert PurePosixPath("/root", text).is_relative_to("/root")
    assert ntpath.normpath(ntpath.join("C:\\root", text)).startswith("C:\\root\\")
    assert PureWindowsPath("C:/root", text).is_relative_to("C:/root")


@given(_TEXT)
def test_an_accepted_label_is_one_level(text: str) -> None:
    if not why_no_name(text):
        assert PurePosixPath("/root", text).parent == PurePosixPath("/root")
        assert PureWindowsPath("C:/root", text).parent == PureWindowsPath("C:/root")


@given(st.text(st.characters(), max_size=200))
def test_what_is_shown_is_one_short_line(text: str) -> None:
    assert len(shown(text)) <= 80
    assert len(shown(text).splitlines()) <= 1
