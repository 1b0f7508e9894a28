"""Verbs of borrowed accuracy: whose image answered, and cross-validation by group."""

import argparse

from inspector.audit.influence.borrowed import PLACEBOS
from inspector.audit.influence.intervals import ShareInterval
from inspector.cli.experiments import add_fold_options, train_folds, trains
from inspector.cli.options import add_verb, open_project, scan
from inspector.cli.output import Bar, print_json, print_lines, print_table
from inspector.cli.splits import add_split_options, rule_of
from inspector.errors import UsageError
from inspector.project.diagnosis import group_folds, influences
from inspector.project.diagnosis.group_folds import FoldReport
from inspector.project.diagnosis.influences import AnsweredImage, BorrowedReport, NetworkKind
from inspector.work.jobs import Progress


def add_verbs(verbs: object) -> None:
    """Add this module's verbs to the parser."""
    borrowed = add_verb(
        verbs, "borrowed", _borrowed, "how much of validation accuracy hangs on the same group"
    )
    borrowed.add_argument(
        "--network", choices=[kind.value for kind in NetworkKind],
        default=NetworkKind.PRETRAINED.value,
        help="a head on frozen features, or a small network trained from scratch",
    )  # fmt: skip
    borrowed.add_argument("--image", default="", metavar="PATH", help="whose image answered")
    add_split_options(borrowed)
    folds = add_verb(
        verbs, "crossvalidate", _crossvalidate, "accuracy over folds that keep groups together"
    )
    folds.add_argument("--folds", type=int, default=group_folds.FOLDS, metavar="K")
    add_split_options(folds)
    add_fold_options(folds)


def _borrowed(arguments: argparse.Namespace) -> None:
    with open_project(arguments) as project:
        scan(project, arguments)
        rule = rule_of(arguments, project)
        progress = Progress()
        with Bar(progress, quiet=arguments.quiet):
            report = project.influences.find(
                rule, network=NetworkKind(arguments.network), progress=progress
            )
        assert report is not None
        if arguments.image:
            one = _image(report, arguments.image)
            if arguments.json:
                print_json(influences.answers_as_json([one])[0])
            else:
                _print_image(one)
        elif arguments.json:
            print_json(influences.as_json(report))
        else:
            _print(report)


def _image(report: BorrowedReport, path: str) -> AnsweredImage:
    for one in report.answers:
        if one.sample.path == path:
            return one
    raise UsageError(
        f"{path} is no image of {report.evaluation}",
        "Write its path below the dataset's folder, as `split` prints it.",
    )


def _print(report: BorrowedReport) -> None:
    print(report.text)
    print_table(
        [
            ("with its own group in training", *_shown(report.accuracy)),
            ("without it", *_shown(report.without)),
            ("borrowed", *_shown(report.borrowed)),
            (f"placebo groups, the largest of {PLACEBOS}", f"{report.placebo:.3f}", ""),
        ],
        (f"accuracy on {report.evaluation}", "mean", "95 %"),
    )
    if report.borrowing:
        print(f"right with their own group in training only, {len(report.borrowing):,} images:")
        print_lines(f"    {_answer_line(one)}" for one in report.borrowing)
    print(
        f"{report.images:,} images in {report.groups:,} groups,"
        f" {report.training:,} training images. {report.network.caveat}"
    )
    if report.network is NetworkKind.PRETRAINED:
        print("For a network that is trained from scratch: `--network scratch`.")
    if report.borrowing:
        print(influences.ADVICE)


def _answer_line(one: AnsweredImage) -> str:
    if not one.answered_by:
        return one.sample.path
    first = one.answered_by[0]
    return f"{one.sample.path}: {first.kind.value} {first.samples[0].path}"


def _print_image(one: AnsweredImage) -> None:
    word = {True: "right", False: "wrong"}
    print(
        f"{one.sample.path}: {word[one.right]}, and {word[one.right_without]} without the training"
        " images of its own group"
    )
    print_table(
        [
            (
                group.samples[0].path, str(group.images), group.kind.value, f"{group.drop:.3f}",
                "yes" if group.changes else "no",
            )
            for group in one.answered_by
        ],
        ("answered by", "images", "kind", "margin lost", "wrong without it"),
    )  # fmt: skip


def _crossvalidate(arguments: argparse.Namespace) -> None:
    with open_project(arguments) as project:
        if trains(arguments):
            train_folds(arguments, project)
            return
        scan(project, arguments)
        rule = rule_of(arguments, project)
        progress = Progress()
        with Bar(progress, quiet=arguments.quiet):
            report = project.group_folds.run(rule, folds=arguments.folds, progress=progress)
        assert report is not None
        if arguments.json:
            print_json(group_folds.as_json(report))
        else:
            _print_folds(report)


def _print_folds(report: FoldReport) -> None:
    result = report.result
    print(report.text)
    stated = [] if report.stated is None else [("your own model", f"{report.stated:.3f}", "")]
    print_table(
        [
            *stated,
            (f"your {report.evaluation}", *_shown(result.split)),
            (f"{result.folds} group folds", *_shown(result.accuracy)),
            ("the same images, over the folds", f"{result.same_images:.3f}", ""),
            ("difference", *_shown(result.difference)),
        ],
        ("accuracy", "mean", "95 %"),
    )
    print(f"each fold: {', '.join(f'{one:.3f}' for one in result.each)}")
    print(
        f"{result.images:,} images of training and {report.evaluation} in {result.groups:,} groups."
        f" {influences.CAVEAT}"
    )


def _shown(interval: ShareInterval) -> tuple[str, str]:
    return f"{interval.mean:.3f}", f"[{interval.low:.3f}, {interval.high:.3f}]"
