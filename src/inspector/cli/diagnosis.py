"""Verbs for verdicts: diagnose, labels, report."""

import argparse

from inspector.audit.diagnosis import Diagnosis, as_json
from inspector.audit.predictions import Rate
from inspector.audit.properties import typical
from inspector.cli.experiments import add_training_options, train_answer
from inspector.cli.options import add_verb, named_path, open_project, scan, seed_count
from inspector.cli.output import Bar, print_json, print_lines, print_table, print_warning
from inspector.cli.splits import add_split_options, rule_of
from inspector.errors import DatasetError, UsageError
from inspector.project.diagnosis.diagnoses import UserMetrics
from inspector.project.diagnosis.labels import current_label, learned_text
from inspector.project.project import Project
from inspector.project.splits.split_rules import Rule
from inspector.reports.check_results import ReportForm
from inspector.work.jobs import Progress


def add_verbs(verbs: object) -> None:
    """Add this module's verbs to the parser."""
    diagnose = add_verb(verbs, "diagnose", _diagnose, "what the gap is made of")
    add_split_options(diagnose)
    how = diagnose.add_mutually_exclusive_group()
    how.add_argument("--quick", action="store_true", help="by baseline models (the default)")
    how.add_argument("--train", action="store_true", help="by real trainings, seed by seed")
    how.add_argument(
        "--last", action="store_true",
        help="print what was answered last, in the window too, and compute nothing",
    )  # fmt: skip
    add_training_options(diagnose)
    diagnose.add_argument("--seeds", type=seed_count, metavar="N", help="split seeds")
    diagnose.add_argument("--claimed", metavar="A,B", help="0.95,0.75: split, real folder")
    diagnose.add_argument("--claimed-images", metavar="N,M", help="on how many images: 400,500")
    diagnose.add_argument("--predictions", type=named_path, metavar="FILE.csv")
    labels = add_verb(verbs, "labels", _labels, "suspected label errors, out of fold by group")
    labels.add_argument(
        "--review", action="store_true",
        help="list 80 images to judge, to know how many labels are wrong",
    )  # fmt: skip
    labels.add_argument("--more", action="store_true", help="judge 200, for a narrower interval")
    labels.add_argument(
        "--verdicts", type=named_path, metavar="FILE.csv", help="path, verdict: right or wrong"
    )
    report = add_verb(verbs, "report", _report, "everything that was found, for people or for CI")
    report.add_argument("-o", "--output", type=named_path, required=True, metavar="FILE")
    report.add_argument(
        "--form", choices=[f.value for f in ReportForm],
        help="default: by the ending, .sarif, .xml (JUnit) or any other (HTML)",
    )  # fmt: skip
    report.add_argument(
        "--prefix", default="", metavar="FOLDER",
        help="with SARIF: path of the dataset in the repository",
    )  # fmt: skip


def _numbers(arguments: argparse.Namespace, project: Project) -> None:
    """Save the accuracies given by the options."""
    given = (arguments.claimed, arguments.claimed_images, arguments.predictions)
    if given == (None, None, None):
        return
    known = project.diagnoses.numbers
    split, folder = known.split, known.folder
    images = (known.split_images, known.folder_images)
    if arguments.claimed_images is not None:
        try:
            one, two = (int(v) for v in arguments.claimed_images.split(","))
        except ValueError:
            raise UsageError(
                f"{arguments.claimed_images} is not two numbers", "Write --claimed-images 400,500."
            ) from None
        images = one, two
    if arguments.claimed is not None:
        try:
            split, folder = (float(v) for v in arguments.claimed.split(","))
        except ValueError:
            raise UsageError(
                f"{arguments.claimed} is not two accuracies", "Write --claimed 0.95,0.75."
            ) from None
    file = str(arguments.predictions.absolute()) if arguments.predictions else known.predictions
    project.diagnoses.state(UserMetrics(split, folder, file, *images))


def _diagnose(arguments: argparse.Namespace) -> None:
    if arguments.seeds is not None and arguments.seeds < 1:
        raise UsageError("--seeds must be 1 or more", "5 are needed for a verdict.")
    with open_project(arguments) as project:
        if arguments.last:
            _print_last(arguments, project)
            return
        _numbers(arguments, project)
        scan(project, arguments)
        rule = rule_of(arguments, project)
        answer, more = _answer(arguments, project, rule)
        if answer is None:
            return
        if rule == project.splits.rule:
            project.last_answers.refresh_answer()
            project.last_answers.refresh_overview()
        own: list[Rate] = []
        if project.diagnoses.numbers.predictions:
            own = project.diagnoses.rates(project.splits.leaks(rule, with_seeds=False))
        more |= {"your_numbers": project.diagnoses.numbers.text}
        _print_diagnosis(answer, more, own, arguments)
        if "stopped" in more:
            raise KeyboardInterrupt


def _print_last(arguments: argparse.Namespace, project: Project) -> None:
    last, overview = project.last_answers.answer(), project.last_answers.overview()
    if last is None or overview is None:
        raise DatasetError(
            "nothing was answered of this dataset yet",
            "Leave --last out, or open the dataset in the window.",
        )
    if arguments.json:
        print_json(
            {
                "at": last.date.at, "changed": last.date.changed, "images": last.images,
                "rule": last.rule, "headline": last.answer.headline, "detail": last.answer.detail,
                "splits": [
                    {"split": c.split, "leaked": c.leaked, "images": c.images,
                     "leaked_before": c.leaked_before, "images_before": c.images_before}
                    for c in last.answer.counts
                ],
                "pairs": sum(last.between.values()),
                "findings": [
                    {"code": f.code, "severity": f.severity, "count": f.count, "title": f.title}
                    for f in overview.overview.findings
                ],
            }
        )  # fmt: skip
        return
    print(last.answer.headline)
    print(last.answer.detail)
    print_lines(f"- {finding.title}" for finding in overview.overview.findings)
    print(f"{last.text}.")


def _print_diagnosis(
    answer: Diagnosis, more: dict[str, object], own: list[Rate], arguments: argparse.Namespace
) -> None:
    if arguments.json:
        document = as_json(answer) | more
        if own:
            document["your_model"] = [
                {"name": r.name, "accuracy": round(r.share, 4), "low": round(r.low, 4),
                 "high": round(r.high, 4), "n": r.n} for r in own
            ]  # fmt: skip
        print_json(document)
        return
    if more["your_numbers"]:
        print(more["your_numbers"])
    if own:
        print_table(
            [(r.name, f"{r.share:.3f}", f"[{r.low:.3f}, {r.high:.3f}]", r.n) for r in own],
            ("your model", "accuracy", "95 %", "images"),
        )
    _print_answer(answer)
    if "cleaning" in more:
        print(f"before and after cleaning, at equal size: {more['cleaning_text']}")


def _answer(
    arguments: argparse.Namespace, project: Project, rule: Rule
) -> tuple[Diagnosis | None, dict[str, object]]:
    """Return the requested answer, and what is printed beside it in JSON."""
    progress = Progress()
    if not arguments.train:
        with Bar(progress, quiet=arguments.quiet):
            answer = project.diagnoses.run(rule, seeds=arguments.seeds, progress=progress)
        return answer, {}
    return train_answer(arguments, project, rule)


def _print_answer(answer: Diagnosis) -> None:
    print(answer.verdict)
    others = [m for m in answer.quick_models if m.name == "baseline models"]
    rows = [
        (name, _signed(t.mean), f"[{_signed(t.low)}, {_signed(t.high)}]",
         t.verdict.value.replace("_", " "), t.bound.value.replace("_", " "),
         *(_signed(m.terms[name].mean) for m in others))
        for name, t in answer.terms.items()
    ]  # fmt: skip
    print_table(rows, ("term", "estimate", "95 %", "verdict", "bound", *(m.name for m in others)))
    if others:
        print_table(
            [(name, _share(a.mean), _share(a.sd), a.n, *(_share(m.arms[name].mean) for m in others))
             for name, a in answer.arms.items()],
            ("accuracy", "trained", "sd", "images", *(m.name for m in others)),
        )  # fmt: skip
    if answer.properties:
        print_table(
            [
                (p.name, typical(p, p.training), typical(p, p.folder),
                 "-" if p.auc is None else f"{p.auc:.2f}",
                 "-" if p.p_adjusted is None else f"{p.p_adjusted:.3f}",
                 "yes" if p.differs else "no") for p in answer.properties
            ],
            ("property", "training", "folder", "AUC", "corrected p", "differs"),
        )  # fmt: skip
    print_lines(f"- {line}" for line in answer.evidence)
    print_lines(f"caveat: {line}" for line in answer.caveats)
    if answer.question["models"] != "baseline models":
        print("caveat: your own seed is not trained: see the baseline models' figure")


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _labels(arguments: argparse.Namespace) -> None:
    with open_project(arguments) as project:
        scan(project, arguments)
        progress = Progress()
        if arguments.review or arguments.more or arguments.verdicts:
            _review_labels(arguments, project, progress)
            return
        with Bar(progress, quiet=arguments.quiet):
            evidence = project.labels.evidence(progress=progress, probabilities=False)
        assert evidence is not None
        if not evidence.embedded and not arguments.quiet:
            print_warning("without the embedding the order is coarser")
        if evidence.learned and not arguments.quiet:
            print_warning(learned_text(evidence.learned))
        if arguments.json:
            print_json(
                [
                    {"path": s.sample.path, "label": current_label(s.sample),
                     "suggested": s.suggested, "score": s.score} for s in evidence.suspects
                ]
            )  # fmt: skip
        elif evidence.suspects:
            print_table(
                [
                    (s.sample.path, current_label(s.sample), s.suggested, f"{s.score:.3f}")
                    for s in evidence.suspects
                ],
                ("file", "label", "baseline models say", "probability of the label"),
            )
            print(
                "The most suspicious come first. No model can tell how many labels are wrong: see"
                " --review."
            )
        else:
            print("the baseline models contradict no label")


def _review_labels(arguments: argparse.Namespace, project: Project, progress: Progress) -> None:
    """Print the images to judge, or how many labels are wrong."""
    review = project.label_review
    if review.state() is None:
        with Bar(progress, quiet=arguments.quiet):
            project.labels.find(progress=progress)
    if arguments.more:
        review.ask_for_more()
    if arguments.verdicts:
        review.read_verdicts(arguments.verdicts)
    state = review.state()
    if state is None:
        raise DatasetError(
            "there are too few images or classes to rank labels",
            "It needs two classes and about ten images.",
        )
    if arguments.json:
        count = state.count
        print_json(
            {
                "target": state.target, "judged": state.judged, "images": state.images,
                "to_judge": [{"path": s.path, "label": current_label(s)} for s in state.open],
                "wrong": None if count is None else {
                    "count": count.count, "low": count.low, "high": count.high,
                    "judged": count.judged,
                },
            }
        )  # fmt: skip
        return
    if state.open:
        print_table([(s.path, current_label(s)) for s in state.open], ("file", "label"))
        print("Write for each whether its label is right or wrong, in a CSV with path,verdict,")
        print("and pass it with --verdicts FILE.csv.")
    print(state.text)


def _report(arguments: argparse.Namespace) -> None:
    with open_project(arguments) as project:
        scan(project, arguments)
        name: str | None = arguments.form
        form = ReportForm(name) if name else ReportForm.of(arguments.output)
        if form is ReportForm.HTML and project.splits.drawn() is None:
            progress = Progress()
            with Bar(progress, quiet=arguments.quiet):
                project.splits.score_seeds(progress=progress)
        prefix = arguments.prefix.strip("/")
        findings = project.reports.write(arguments.output, form, prefix=prefix)
        if arguments.json:
            print_json({"path": str(arguments.output), "findings": findings})
        else:
            print(f"{findings} findings: {arguments.output}")


def _signed(value: float | None) -> str:
    return "-" if value is None else f"{value:+.3f}"
