"""The verb groups: proposals, judged and accepted rule by rule."""

import argparse

from inspector.cli.options import add_verb, finite, open_project, scan
from inspector.cli.output import print_json, print_table, print_warning
from inspector.project.review.grouping_proposals import GroupEvidence


def add_verbs(verbs: object) -> None:
    """Add this module's verb to the parser."""
    groups = add_verb(
        verbs, "groups", _groups, "which images belong together, and on what evidence"
    )
    groups.add_argument("--pattern", metavar="REGEX", help="group by this part of the path")
    groups.add_argument("--exif-seconds", type=finite, metavar="S", help="the gap between bursts")
    groups.add_argument("--confirm", nargs="+", metavar="ID")
    groups.add_argument(
        "--accept", action="append", default=[], metavar="RULE",
        help="enable a proposal, by its rule or where it comes from",
    )  # fmt: skip
    groups.add_argument(
        "--dismiss", action="append", default=[], metavar="RULE", help="disable a proposal"
    )


def _groups(arguments: argparse.Namespace) -> None:
    with open_project(arguments) as project:
        scan(project, arguments)
        if arguments.pattern:
            project.groups.add_pattern(arguments.pattern)
        if arguments.exif_seconds is not None:
            project.groups.set_gap(arguments.exif_seconds)
        for name in arguments.accept:
            accepted = project.groups.accept(name)
            if accepted.evidence is not GroupEvidence.LOOKS_RIGHT:
                print_warning(f"{accepted.evidence.value}: {accepted.text}")
        for name in arguments.dismiss:
            project.groups.dismiss(name)
        if arguments.confirm:
            project.groups.confirm(arguments.confirm)
        off = project.groups.switched_off()
        if off:
            rules = ", ".join(f'"{o.proposal.rule}"' for o in off)
            print_warning(
                "an earlier version may have used grouping rules that nobody accepted; they are"
                f" off now: {rules}. Look at them, and --accept those that are right."
            )
        groups = project.groups.groups()
        if arguments.json:
            print_json(
                [
                    {
                        "id": g.id,
                        "members": [m.path for m in g.members],
                        "provenance": g.provenance.value,
                        "confirmed": g.confirmed,
                        "classes": list(g.labels),
                        "splits": [s for s in g.splits if s],
                    }
                    for g in groups
                ]
            )
            return
        print_table(
            [
                (
                    o.proposal.provenance.value, o.proposal.rule, o.count, o.covered, o.largest,
                    o.spanning, f"{o.agreement.share:.2f} ({o.agreement.by_chance:.2f})",
                    o.evidence.value, "yes" if o.enabled else "no",
                )
                for o in project.groups.offers()
            ],
            ("from", "rule", "groups", "images", "largest", "several classes",
             "alike (by chance)", "evidence", "enabled"),
        )  # fmt: skip
        print_table(
            [(g.id, g.provenance.value, len(g.members), ", ".join(g.splits)) for g in groups],
            ("group", "from", "images", "splits"),
        )
