"""Each value that the code does not tell has a field, and an answer counts like code."""

import json
from pathlib import Path

import pytest

from inspector.cli.main import run
from inspector.code_reading.reading import answers_of, read_code
from inspector.code_reading.role_corrections import role_answers
from inspector.errors import UsageError

CODE = """
from keras.utils import image_dataset_from_directory as folder
def load(base, share):
    one = folder(base + "/all", validation_split=share, subset="training", seed=cfg.seed)
    two = folder(base + "/all", validation_split=share, subset="validation", seed=cfg.seed)
"""


def test_what_is_unknown_names_the_expression_to_fill_in() -> None:
    reading = read_code(CODE)
    assert {(u.what, u.expression) for u in reading.unread} == {
        ("validation_split", "share"),
        ("seed", "cfg.seed"),
    }
    assert {c.folder for c in reading.calls} == {"{base}/all"}


def test_answers_count_like_code() -> None:
    reading = read_code(CODE, answers={"share": "0.2", "cfg.seed": "7", "base": "data"})
    assert not reading.unread
    assert {(c.folder, c.validation_split, c.seed) for c in reading.calls} == {("data/all", 0.2, 7)}


def test_an_answer_does_not_change_what_the_code_says() -> None:
    with pytest.raises(UsageError, match="no expression whose value is missing"):
        read_code("SEED = 3\n" + CODE, answers={"SEED": "4"})


@pytest.mark.parametrize("code", ["x.seed", "f(1)", "args['seed']", "[s for s in y][0]"])
def test_any_expression_can_be_filled_in(code: str) -> None:
    text = (
        "from keras.utils import image_dataset_from_directory as folder\n"
        f'a = folder("d", validation_split=0.2, subset="training", seed={code})\n'
    )
    (lack,) = read_code(text).unread
    (call,) = read_code(text, answers={lack.expression: "12"}).calls
    assert call.seed == 12


def test_a_missing_seed_has_no_expression() -> None:
    code = (
        "from sklearn.model_selection import train_test_split\na, b = train_test_split(files())\n"
    )
    lack = next(u for u in read_code(code).unread if u.what == "random_state")
    assert lack.expression == ""


@pytest.mark.parametrize("text", ["seed", "=3", "seed=", " = "])
def test_an_answer_is_an_expression_and_a_value(text: str) -> None:
    with pytest.raises(UsageError, match="does not say the value"):
        answers_of([text])
    assert answers_of(["a[0]=x=1"]) == {"a[0]": "x=1"}


def test_the_terminal_takes_answers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    script = tmp_path / "s.py"
    script.write_text(CODE)
    answers = ["--answer", "share=0.3", "--answer", "cfg.seed=1", "--answer", "base=d"]
    assert run(["code", str(script), *answers, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert [c["validation_split"] for c in document["calls"]] == [0.3, 0.3]
    assert run(["code", str(script)]) == 0
    assert "--answer 'cfg.seed'=" in capsys.readouterr().out
    assert run(["code", str(script), "--answer", "nothing=1"]) == 2


ROLES = """
from torch.utils.data import random_split
from torchvision.datasets import ImageFolder
data = ImageFolder("all")
one, two = random_split(data, [0.8, 0.2], generator=torch.Generator().manual_seed(3))
"""


def test_a_role_is_corrected_by_its_line() -> None:
    bare = read_code(ROLES)
    assert [c.role.value for c in bare.calls] == ["training", "validation"]
    reading = read_code(ROLES, answers=role_answers(["5=test", "5#2=training"]))
    assert [c.role.value for c in reading.calls] == ["test", "training"]
    assert [(one.name, two.name) for one, two in reading.pairs()] == [("two", "one")]
    assert [c.role.value for c in read_code(ROLES, answers=role_answers(["5=other"])).calls] == [
        "other", "validation",
    ]  # fmt: skip


def test_a_corrected_role_changes_what_is_said() -> None:
    code = (
        "from keras.utils import image_dataset_from_directory as f\n"
        "a = f('data', seed=1)\nb = f('data', seed=1)\nmodel.fit(a)\n"
    )
    assert not [f for f in read_code(code).findings if f.severity == "high"]
    reading = read_code(code, answers=role_answers(["3=test"]))
    assert "test_is_training" in {f.code for f in reading.findings}


@pytest.mark.parametrize("text", ["12", "12=train", "a=test", "1:=test", "=test"])
def test_a_role_is_a_line_and_a_role(text: str) -> None:
    with pytest.raises(UsageError, match="does not say the role"):
        role_answers([text])
    assert role_answers(["3:12=validation"]) == {"role of cell 3, line 12": "validation"}


def test_a_role_of_a_line_without_a_dataset_is_refused() -> None:
    with pytest.raises(UsageError, match="line 9 makes no dataset"):
        read_code(ROLES, answers=role_answers(["9=test"]))


def test_the_terminal_takes_roles(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    script = tmp_path / "s.py"
    script.write_text(ROLES)
    assert run(["code", str(script), "--role", "5#2=test", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert [c["role"] for c in document["calls"]] == ["training", "test"]
    assert run(["code", str(script), "--role", "7=test"]) == 2
