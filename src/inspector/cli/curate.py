"""Verbs for decisions and what leaves: decide, undo, redo, decisions, export, script."""

import argparse
import dataclasses
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from inspector.cli.options import Need, add_verb, finite, named_path, open_project, scan
from inspector.cli.output import Bar, clock, human_bytes, print_json, print_table
from inspector.dataset.names import RelativePath, Split
from inspector.errors import DatasetError, UsageError
from inspector.project.experiments.run_scripts import RunTool
from inspector.project.export.image_scripts import ImageTool
from inspector.project.project import Project
from inspector.project.review.decisions import Decided
from inspector.project.review.keep_rules import RULES
from inspector.project.splits.split_rules import Rule, RuleKind
from inspector.work.export_forms.form import Form
from inspector.work.export_plan import ExportMode
from inspector.work.jobs import Progress
from inspector.work.reencoding import JPEG_QUALITY, ImageFormat, Reencoding

MEASURED = "measured"


def add_verbs(verbs: object) -> None:
    """Add this module's verbs to the parser."""
    decide = add_verb(verbs, "decide", _decide, "keep, exclude, relabel or keep images together")
    what = decide.add_mutually_exclusive_group(required=True)
    what.add_argument("--keep", nargs="+", metavar="P")
    what.add_argument("--drop", nargs="+", metavar="P")
    what.add_argument("--clear", nargs="+", metavar="P")
    what.add_argument("--relabel", nargs="+", metavar=("CLASS", "P"))
    what.add_argument("--not-duplicates", nargs=2, metavar=("A", "B"))
    what.add_argument("--bind", nargs="+", metavar="P")
    what.add_argument(
        "--keep-best", metavar="P", help="keep it, exclude its direct near-duplicates"
    )
    what.add_argument(
        "--quarantine", action="store_true", help="exclude every file that can't be read"
    )
    what.add_argument("--rule", metavar="RULE", help=", ".join(RULES))
    decide.add_argument("--scope", choices=["reviewed", "all"], default="reviewed")
    decide.add_argument(
        "--dry-run", action="store_true", help="with --rule: only show what would be done"
    )
    add_verb(verbs, "undo", _undo, "undo the newest decision")
    add_verb(verbs, "redo", _redo, "redo the decision that was undone last")
    log = add_verb(verbs, "decisions", _decisions, "the log of decisions")
    log.add_argument("--export", type=named_path, metavar="FILE")
    log.add_argument("--import", type=named_path, metavar="FILE", dest="import_from")
    export = add_verb(verbs, "export", _export, "copy what is not excluded to a new folder")
    export.add_argument("--to", type=named_path, required=True, metavar="DIR")
    export.add_argument(
        "--mode", choices=[m.value for m in ExportMode], default=ExportMode.COPY.value
    )
    export.add_argument(
        "--form", choices=[f.value for f in Form], default=Form.AS_IS.value, metavar="FORM",
        help=f"what it is for: {', '.join(Form)}",
    )  # fmt: skip
    export.add_argument("--split", default="keep", metavar="keep|by-group|FILE")
    export.add_argument(
        "--folds", type=int, metavar="K", help="K folds of a cross-validation instead, by group"
    )
    export.add_argument("--validation-split", type=finite, metavar="X", help="with by-group")
    export.add_argument(
        "--seed", type=int, default=0, metavar="N", help="with by-group and --folds"
    )
    export.add_argument(
        "--reencode", nargs="?", const=ImageFormat.JPEG.value, metavar="jpeg|png",
        choices=[one.value for one in ImageFormat],
        help=f"save all images alike, upright 8-bit RGB: as JPEG of quality {JPEG_QUALITY}, or PNG",
    )  # fmt: skip
    export.add_argument(
        "--crop-borders", nargs="?", const=MEASURED, metavar="SHARE",
        help="cut a share of each side of all images alike; measured unless given",
    )  # fmt: skip
    export.add_argument("--dry-run", action="store_true")
    export.add_argument("--resume", action="store_true")
    summary = "a script that loads decisions, labels or runs into another program"
    script = add_verb(verbs, "script", _script, summary)
    tools = [tool.value for tool in (*ImageTool, *RunTool)]
    script.add_argument("tool", choices=tools, metavar="TOOL", help=", ".join(tools))
    script.add_argument("-o", "--output", type=named_path, required=True, metavar="FILE.py")


def _decide(arguments: argparse.Namespace) -> None:
    with open_project(arguments) as project:
        content = arguments.rule or arguments.quarantine or arguments.keep_best
        scan(project, arguments, Need.ANSWER if content else Need.NAMES)
        if arguments.rule and arguments.dry_run:
            _show_rule(project, arguments)
            return
        _print_decided(_decided(project, arguments), arguments)
        _warn_of_redraw(project, arguments)


def _warn_of_redraw(project: Project, arguments: argparse.Namespace) -> None:
    """Warn on stderr if excluding files changes which images the seed selects."""
    if not arguments.quiet and (text := project.splits.redraw()):
        print(f"warning: {text}", file=sys.stderr)


def _decided(project: Project, arguments: argparse.Namespace) -> Decided:
    decide = project.decisions
    if arguments.rule:
        return decide.apply_rule(arguments.rule, everything=arguments.scope == "all")
    if arguments.quarantine:
        return decide.quarantine()
    if arguments.relabel:
        if len(arguments.relabel) < 2:
            raise UsageError("--relabel needs a class and an image", "--relabel CLASS PATH ..")
        return decide.relabel(_ids(project, arguments.relabel[1:]), arguments.relabel[0])
    if arguments.not_duplicates:
        one, two = _ids(project, arguments.not_duplicates)
        return decide.not_alike(one, two)
    if arguments.keep_best:
        return decide.keep_best(_ids(project, [arguments.keep_best])[0])
    plain = {
        decide.bind: arguments.bind,
        decide.keep: arguments.keep,
        decide.drop: arguments.drop,
        decide.clear: arguments.clear,
    }
    verb, paths = next((verb, paths) for verb, paths in plain.items() if paths)
    return verb(_ids(project, paths))


def _ids(project: Project, paths: Sequence[str]) -> list[int]:
    ids = []
    for path in paths:
        samples = project.samples.by_paths([path])
        if not samples:
            raise DatasetError(
                f"the dataset has no file {path}", "Name it relative to the dataset's folder."
            )
        ids.append(samples[0].id)
    return ids


def _show_rule(project: Project, arguments: argparse.Namespace) -> None:
    plan = project.decisions.plan_rule(arguments.rule, everything=arguments.scope == "all")
    if arguments.json:
        print_json(
            {
                "rule": plan.rule,
                "clusters": plan.clusters,
                "drops": [{"path": s.path, "kept": k.path} for s, k in plan.drops],
                "left": plan.left,
            }
        )
        return
    print_table(
        [(split or "-", label, n) for (split, label), n in plan.per_place.items()],
        ("split", "class", "dropped"),
    )
    print(f"{len(plan.drops)} images of {plan.clusters} clusters would be excluded")


def _print_decided(decided: Decided, arguments: argparse.Namespace) -> None:
    if arguments.json:
        print_json({"operation": decided.operation, "changed": decided.changed})
    elif decided.operation:
        print(f"{decided.text} ({decided.changed} images)")
    else:
        print(f"{decided.text}: nothing changed" if decided.text else "nothing changed")


def _undo(arguments: argparse.Namespace) -> None:
    with open_project(arguments) as project:
        _print_decided(project.decisions.undo(), arguments)


def _redo(arguments: argparse.Namespace) -> None:
    with open_project(arguments) as project:
        _print_decided(project.decisions.redo(), arguments)


def _decisions(arguments: argparse.Namespace) -> None:
    with open_project(arguments) as project:
        if arguments.import_from:
            scan(project, arguments)
            _print_decided(project.decisions.import_from(arguments.import_from), arguments)
            return
        if arguments.export:
            images = project.decisions.export_to(arguments.export)
            if arguments.json:
                print_json({"path": str(arguments.export), "images": images})
            else:
                print(f"decisions on {images} images: {arguments.export}")
            return
        log = project.decisions.log()
        if arguments.json:
            print_json([dataclasses.asdict(o) | {"undone": bool(o.undone)} for o in log])
        elif log:
            print_table(
                [(o.id, clock(o.at), o.verb, o.text, "undone" if o.undone else "") for o in log],
                ("id", "when", "verb", "what", ""),
            )
        else:
            print("nothing was decided yet")


def _sides(arguments: argparse.Namespace, project: Project) -> Mapping[RelativePath, Split] | None:
    if arguments.folds is not None:
        if arguments.split != "keep":
            raise UsageError("--folds and --split are two splits", "Leave one of them out.")
        return project.exports.folds(arguments.folds, seed=arguments.seed)
    match arguments.split:
        case "keep":
            return None
        case "by-group":
            rule = Rule(RuleKind.GROUPS, share=arguments.validation_split, seed=arguments.seed)
            return project.splits.membership(rule).sides()
        case file:
            return project.exports.by_manifest(Path(file))


def _reencoding(arguments: argparse.Namespace, project: Project) -> Reencoding | None:
    """Return what is done to all images alike; cutting borders alone saves them as JPEG.

    Raises:
        UsageError: The share is no number.
    """
    if arguments.reencode is None and arguments.crop_borders is None:
        return None
    how = Reencoding(ImageFormat(arguments.reencode or ImageFormat.JPEG))
    match arguments.crop_borders:
        case None:
            return how
        case measured if measured == MEASURED:
            progress = Progress()
            with Bar(progress, quiet=arguments.quiet):
                borders = project.exports.borders(progress=progress)
            assert borders is not None
            if not arguments.quiet:
                print(borders.text, file=sys.stderr)
            return dataclasses.replace(how, crop=borders.crop)
        case text:
            try:
                return dataclasses.replace(how, crop=float(text))
            except ValueError:
                raise UsageError(
                    f"--crop-borders {text} is no share", "Write 0.05, or leave the share out."
                ) from None


def _export(arguments: argparse.Namespace) -> None:
    with open_project(arguments) as project:
        scan(project, arguments)
        how = _reencoding(arguments, project)
        plan = project.exports.plan(
            arguments.to, mode=ExportMode(arguments.mode), sides=_sides(arguments, project),
            form=Form(arguments.form), reencoding=how,
        )  # fmt: skip
        if arguments.split == "keep" and arguments.folds is None:
            _warn_of_redraw(project, arguments)
        if arguments.dry_run:
            document: dict[str, object] = {
                "files": plan.files,
                "bytes": plan.bytes,
                "dropped": len(plan.left_out),
                "left_out": [{"path": x.source, "reason": x.reason} for x in plan.left_out],
                "free_bytes": plan.free_bytes,
            }
            if how is not None:
                document["reencoding"] = {"format": how.format.value, "crop": round(how.crop, 4)}
            if arguments.json:
                print_json(document)
                return
            print_table([(x.source, x.reason) for x in plan.left_out], ("left out", "why"))
            verb = "copied" if how is None else how.text
            about = "" if how is None else "about "
            print(
                f"{plan.files} files, {about}{human_bytes(plan.bytes)} would be {verb} to"
                f" {plan.target}; {human_bytes(plan.free_bytes)} are free there"
            )
            return
        progress = Progress()
        with Bar(progress, quiet=arguments.quiet):
            done = project.exports.run(plan, progress=progress, resume=arguments.resume)
        if arguments.json:
            print_json(dataclasses.asdict(done))
            return
        print(f"{done.files} files, {human_bytes(done.bytes)}: {plan.target}")
        check = "by hash" if how is None else "by decoding them again"
        print(f"{done.verified} verified {check}, {done.dropped} left out: {done.manifest}")
        print(
            f"{done.leaks_after} known pairs across splits at similarity"
            f" {project.duplicates.threshold:g} or more"
        )


def _script(arguments: argparse.Namespace) -> None:
    with open_project(arguments) as project:
        if arguments.tool in list(RunTool):
            paths = project.run_scripts.write(RunTool(arguments.tool), arguments.output)
        else:
            scan(project, arguments)
            progress = Progress()
            with Bar(progress, quiet=arguments.quiet):
                paths = project.image_scripts.write(
                    ImageTool(arguments.tool), arguments.output, progress=progress
                )
    if arguments.json:
        print_json({"path": str(paths[0]), "data": str(paths[1])})
    else:
        print(f"{paths[0]}, which reads {paths[1]}")
