"""Other libraries' calls as split rules: in the project, the terminal and the window."""

import json
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from inspector.app.splits.rule_form import RuleBar
from inspector.cli.main import run
from inspector.errors import DatasetError, UsageError
from inspector.project.project import Project
from inspector.project.splits.replayed_split import keywords_of, replayed_rule
from inspector.project.splits.split_rules import Rule, RuleKind
from inspector.splits.listings import Listing, list_items
from inspector.splits.other_replays import SplitFunction, replay, split_call


@pytest.mark.parametrize(
    ("function", "listing", "arguments"),
    [
        (SplitFunction.TRAIN_TEST_SPLIT, Listing.SORTED, "test_size=0.2, random_state=42"),
        (SplitFunction.STRATIFIED_KFOLD, Listing.SORTED, "n_splits=3, fold=1"),
        (SplitFunction.RANDOM_SPLIT, Listing.IMAGE_FOLDER, "lengths=[0.8, 0.2], seed=42"),
        (SplitFunction.HUGGING_FACE, Listing.HUGGING_FACE, "test_size=0.2, seed=42"),
        (SplitFunction.RANDOM_SPLITTER, Listing.FASTAI, "valid_pct=0.2, seed=42"),
        (SplitFunction.SPLIT_FOLDERS, Listing.SPLIT_FOLDERS, "ratio=[0.8, 0.2]"),
    ],
)
def test_a_rule_names_the_files_of_the_call(
    project: Project, function: SplitFunction, listing: Listing, arguments: str
) -> None:
    rule = replayed_rule(function, keywords_of(arguments))
    made = project.splits.membership(rule)
    items = list_items(project.root / "training", listing)
    split = replay(items, split_call(function, keywords_of(arguments)))
    for name, paths in (("training", made.training), ("validation", made.validation)):
        assert paths == tuple(f"training/{items.paths[i]}" for i in split.part(name))
    texts = [finding.text for finding in made.findings if finding.code == "replay_assumption"]
    assert texts == [f"The replay is exact if {assumption}." for assumption in split.assumptions]
    assert "validation folder" in made.elsewhere


def test_fastai_reads_the_split_folders_themselves(project: Project) -> None:
    arguments = keywords_of('train="training", valid="validation"')
    made = project.splits.membership(replayed_rule(SplitFunction.FROM_FOLDER, arguments))
    assert {path.split("/")[0] for path in made.training} == {"training"}
    assert {path.split("/")[0] for path in made.validation} == {"validation"}
    assert not made.findings


def test_groups_are_named_by_a_pattern(project: Project) -> None:
    arguments = keywords_of('n_splits=2, groups="([^/]*)[.][^.]*$"')
    rule = replayed_rule(SplitFunction.GROUP_KFOLD, arguments)
    made = project.splits.membership(rule)
    stems = [{Path(p).stem for p in paths} for paths in (made.training, made.validation)]
    assert not stems[0] & stems[1]
    for pattern in ("nowhere(x)", "training", "("):
        wrong = replayed_rule(SplitFunction.GROUP_KFOLD, {"n_splits": 2, "groups": pattern})
        with pytest.raises(UsageError, match="pattern"):
            project.splits.membership(wrong)


def test_an_empty_part_is_said(project: Project) -> None:
    rule = replayed_rule(SplitFunction.RANDOM_SPLIT, {"lengths": [1.0], "seed": 1})
    with pytest.raises(DatasetError, match="leaves training or validation empty"):
        project.splits.membership(rule)


def test_a_rule_comes_back_and_is_searched_for_leaks(project: Project) -> None:
    rule = replayed_rule(SplitFunction.RANDOM_SPLIT, {}, share=0.2, seed=3, folder="training")
    assert rule.text == "random_split(lengths=[0.8, 0.2], seed=3)"
    project.splits.set_rule(rule)
    assert project.splits.rule == rule
    found = project.splits.leaks(rule)
    assert found.validation_images == len(found.membership.validation)


def test_shares_and_seeds_go_where_the_function_takes_them() -> None:
    texts = {
        function: replayed_rule(function, {}, share=0.07, seed=1).arguments
        for function in (
            SplitFunction.TRAIN_TEST_SPLIT,
            SplitFunction.PANDAS_SAMPLE,
            SplitFunction.FROM_FOLDER,
            SplitFunction.SPLIT_FOLDERS,
        )
    }
    assert list(texts.values()) == [
        "seed=1, test_size=0.07",
        "frac=0.93, seed=1",
        "seed=1, valid_pct=0.07",
        "ratio=[0.93, 0.07], seed=1",
    ]
    with pytest.raises(UsageError, match="takes no validation share"):
        replayed_rule(SplitFunction.KFOLD, {}, share=0.2)
    with pytest.raises(UsageError, match="seed of fit_validation_split is not known"):
        replayed_rule(SplitFunction.FIT, {}, share=0.2, seed=1)
    with pytest.raises(UsageError, match="no listing"):
        replayed_rule(SplitFunction.KFOLD, {}, listing="alphabetical")


@pytest.mark.parametrize("text", ["0.2", "a=b", "a=1, **x", "a=", "a=f(1)", ")"])
def test_arguments_are_plain_values(text: str) -> None:
    with pytest.raises(UsageError, match="keywords with plain values"):
        keywords_of(text)


def test_the_terminal_splits_as_the_library(
    demo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    where = [str(demo), "--project", str(tmp_path / "p.inspector"), "--jobs", "1"]
    arguments = ["--loader", "train_test_split", "--validation-split", "0.25", "--seed", "7"]
    assert run(["split", *where, *arguments, "--arguments", "stratify=True", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    items = list_items(demo / "training", Listing.SORTED)
    call = split_call(
        SplitFunction.TRAIN_TEST_SPLIT, {"test_size": 0.25, "random_state": 7, "stratify": True}
    )
    validation = replay(items, call).part("validation")
    assert document["validation"] == [f"training/{items.paths[i]}" for i in validation]
    assert document["test"] == []
    assert "sorted" in document["assumptions"][0]
    assert run(["split", *where, *arguments]) == 0
    assert "The replay is exact if" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["--loader", "random_split", "--validation-split", "0.2"], "has no seed"),
        (["--loader", "KFold", "--validation-split", "0.2"], "takes no validation share"),
        (["--loader", "KFold", "--arguments", "n_splits=1"], "n_splits is 1"),
        (["--loader", "KFold", "--arguments", "k=2"], "k of KFold is not known"),
        (["--loader", "KFold", "--listing", "z"], 'no listing "z"'),
        (["--arguments", "n_splits=2"], "go with another library"),
    ],
)
def test_the_terminal_says_what_is_wrong(
    demo: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    text: str,
) -> None:
    where = [str(demo), "--project", str(tmp_path / "p.inspector"), "--jobs", "1"]
    assert run(["split", *where, *arguments]) == 2
    lines = capsys.readouterr().err.strip().splitlines()
    assert lines[-2].startswith("error: ")
    assert text in lines[-2]
    assert lines[-1].startswith("advice: ")


def test_the_window_chooses_and_shows_a_call(qtbot: QtBot) -> None:
    bar = RuleBar()
    qtbot.addWidget(bar)
    rule = replayed_rule(
        SplitFunction.HUGGING_FACE,
        {"test_size": 0.2, "seed": 42},
        folder="training",
        listing=Listing.SORTED,
    )
    bar.show_rule(rule)
    assert bar.rule() == rule
    assert not bar.lacks()
    bar.show_rule(Rule(RuleKind.REPLAY, function=SplitFunction.KFOLD.value))
    assert "Enter the arguments" in bar.lacks()
    bar.show_rule(Rule(RuleKind.REPLAY, function=SplitFunction.KFOLD.value, keywords='{"k": 2}'))
    assert "k of KFold is not known" in bar.lacks()
    assert bar.rule().kind is RuleKind.REPLAY


def test_a_damaged_rule_is_an_error_with_advice(project: Project) -> None:
    for rule in (
        Rule(RuleKind.REPLAY, function="nothing"),
        Rule(RuleKind.REPLAY, function="KFold", keywords="[1"),
        Rule(RuleKind.REPLAY, function="KFold", listing="nothing"),
    ):
        with pytest.raises(UsageError, match="cannot be read"):
            project.splits.membership(rule)
