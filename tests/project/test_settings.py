"""Settings: read, written line by line, and refused where invalid."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.desktop.settings import (
    SETTINGS,
    THEME,
    WORKERS,
    Setting,
    Value,
    read_settings,
    settings_file,
    write_setting,
)
from inspector.errors import UsageError


def test_without_a_file_the_defaults_hold() -> None:
    assert not settings_file().exists()
    assert read_settings() == {s.name: s.default for s in SETTINGS}
    assert all(s.takes(s.default) for s in SETTINGS)


def test_one_line_changes_and_the_rest_stays(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "settings.toml"
    write_setting(THEME, "dark", file)
    text = file.read_text() + '\n# my own keys\n[keys]\nkeep_this = "G"\n'
    file.write_text(text)
    write_setting(WORKERS, 3, file)
    write_setting(THEME, "light", file)
    assert read_settings(file) | {} == {
        "theme": "light", "reopen": False, "notify": True, "workers": 3
    }  # fmt: skip
    assert '# my own keys\n[keys]\nkeep_this = "G"\n' in file.read_text()
    assert file.read_text().count("theme") == 1
    assert list(file.parent.iterdir()) == [file]


def test_the_table_may_stand_anywhere(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text('[keys]\nkeep_this = "G"')
    write_setting(THEME, "dark", file)
    assert read_settings(file)["theme"] == "dark"
    assert file.read_text().startswith('[keys]\nkeep_this = "G"\n')


@pytest.mark.parametrize(
    ("text", "changed"),
    [
        (
            '# mine\n[preferences]  # mine\n# why\ntheme = "light"   # at night\nworkers = 2\n',
            '# mine\n[preferences]  # mine\n# why\ntheme = "dark"   # at night\nworkers = 2\n',
        ),
        ('[ preferences ]\ntheme="light"\n', '[ preferences ]\ntheme="dark"\n'),
        ('preferences.theme = "light"\n', 'preferences.theme = "dark"\n'),
        ('preferences = {theme = "light"}\n', 'preferences = {theme = "dark"}\n'),
        ('[preferences]\r\ntheme = "light"\r\n', '[preferences]\r\ntheme = "dark"\r\n'),
        (
            '[preferences]\n"theme" = "light"\n\n[other]\ntheme = "x"\n',
            '[preferences]\n"theme" = "dark"\n\n[other]\ntheme = "x"\n',
        ),
    ],
)
def test_comments_order_and_spelling_survive(tmp_path: Path, text: str, changed: str) -> None:
    file = tmp_path / "settings.toml"
    file.write_bytes(text.encode())
    write_setting(THEME, "dark", file)
    assert file.read_bytes().decode() == changed
    assert read_settings(file)["theme"] == "dark"


@given(
    st.lists(
        st.tuples(
            st.sampled_from(SETTINGS).flatmap(
                lambda s: st.tuples(
                    st.just(s),
                    st.sampled_from(s.choices)
                    if s.choices
                    else st.booleans()
                    if isinstance(s.default, bool)
                    else st.integers(0, s.highest),
                )
            )
        ),
        max_size=6,
    ),
    st.sampled_from(["", "# c\n", "[preferences]  # c\n", "[a]\nb = 1  # c\n", "a.b = 1 # c"]),
)
def test_any_changes_are_read_back(changes: list[tuple[tuple[Setting, Value]]], text: str) -> None:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "settings.toml"
        file.write_text(text)
        expected = {s.name: s.default for s in SETTINGS}
        for ((setting, value),) in changes:
            write_setting(setting, value, file)
            expected[setting.name] = value
        assert read_settings(file) == expected
        assert file.read_text().count("# c") == text.count("# c")


def test_a_linked_file_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "dotfiles.toml").write_text("[preferences]  # mine\n")
    link = tmp_path / "settings.toml"
    link.symlink_to("dotfiles.toml")
    write_setting(THEME, "dark", link)
    assert link.is_symlink()
    assert read_settings(tmp_path / "dotfiles.toml")["theme"] == "dark"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('[preferences]\ntheme = "pink"', "pink"),
        ("[preferences]\nworkers = true", "workers"),
        ("[preferences]\nworkers = -1", "workers"),
        ("[preferences]\nnotify = 1", "notify"),
        ("[preferences]\nfly = true", "no setting"),
        ("preferences = 3", "not a table"),
        ("preferences", "can't be read"),
        ("x = " + "[" * 5_000, "nested too deep"),
    ],
)
def test_nonsense_is_said(tmp_path: Path, text: str, why: str) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(text)
    with pytest.raises(UsageError, match=why):
        read_settings(file)


def test_a_file_that_cant_be_read_is_never_overwritten(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    broken = b"[preferences]\ntheme = \xff["
    file.write_bytes(broken)
    with pytest.raises(UsageError, match="can't be read") as refused:
        write_setting(THEME, "dark", file)
    assert "\n" not in refused.value.message
    assert file.read_bytes() == broken


def test_a_value_that_is_not_allowed_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        write_setting(THEME, "pink", tmp_path / "settings.toml")
    assert not (tmp_path / "settings.toml").exists()


def test_every_setting_is_documented() -> None:
    guide = Path(__file__).resolve().parents[2] / "docs" / "guide" / "settings.md"
    rows = [line.split("|") for line in guide.read_text("utf-8").splitlines() if "`" in line]
    written = {r[1].strip(" `"): r[2].strip(" `") for r in rows if len(r) > 3}
    for setting in SETTINGS:
        assert written[setting.name] == str(setting.default).lower()
