"""Verbs that inspect a dataset: demo, scan, problems, quality, duplicates."""

import argparse
from collections.abc import Sequence

from inspector.cli.options import Need, add_output, add_verb, finite, named_path, open_project, scan
from inspector.cli.output import Bar, print_json, print_lines, print_table
from inspector.cli.pair_output import pair_json, pair_line
from inspector.dataset.layouts import Layout, normal_split, roles
from inspector.dataset.user_files import check_outside
from inspector.errors import UsageError
from inspector.project.catalog.cluster_scans import (
    ClusterChoice,
    check_installed,
    stand_in_of,
    url_of,
    use_cluster,
)
from inspector.project.context import known_datasets
from inspector.project.project import Project
from inspector.project.review.duplicates import Level, Pair, PairKind
from inspector.project.review.false_pairs import expected_json
from inspector.project.review.gallery_query import flag_names
from inspector.project.review.image_hashes import ImageHashPair
from inspector.similarity.image_hashes import HashMethod
from inspector.work.jobs import Progress


def add_verbs(verbs: object) -> None:
    """Add this module's verbs to the parser."""
    assert isinstance(verbs, argparse._SubParsersAction)
    demo = verbs.add_parser("demo", help="write a small dataset with known flaws")
    demo.set_defaults(run=_demo)
    demo.add_argument("folder", metavar="DIR", type=named_path)
    demo.add_argument("--seed", type=int, default=1, metavar="N")
    demo.add_argument("--kind", choices=["leak", "shift", "both", "clean"], default="leak")
    demo.add_argument("--images", type=int, default=1200, metavar="N")
    add_output(demo)
    _add_cluster(add_verb(verbs, "scan", _scan, "list, read and compare what is new or changed"))
    add_verb(verbs, "problems", _problems, "files that can't be read or on which Keras fails")
    add_verb(verbs, "quality", _quality, "figures of every image: brightness, sharpness, ...")
    duplicates = add_verb(verbs, "duplicates", _duplicates, "pairs and clusters of near-duplicates")
    duplicates.add_argument("--across", nargs=2, metavar="SPLIT", help="only pairs across splits")
    duplicates.add_argument("--kind", action="append", choices=[k.value for k in PairKind])
    duplicates.add_argument("--level", choices=[v.value for v in Level])
    duplicates.add_argument(
        "--min-similarity", type=finite, metavar="X", help="set and save the confirmed similarity"
    )
    duplicates.add_argument(
        "--embedding",
        action="store_true",
        help="compare what the embedding finds similar too: takes about 20 ms per image, once",
    )
    duplicates.add_argument(
        "--method",
        choices=[m.value for m in HashMethod],
        help="pairs by a hash of the library ImageHash instead, to compare with other programs",
    )
    duplicates.add_argument(
        "--distance",
        type=int,
        metavar="N",
        help="with --method: bits that may differ (default 8; 2 for colorhash)",
    )


def _add_cluster(scan_verb: argparse.ArgumentParser) -> None:
    """Add the options of a scan on a cluster."""
    scan_verb.add_argument(
        "--engine", choices=["local", "dask"], default="local", help="dask: run on a Dask cluster"
    )
    scan_verb.add_argument("--scheduler", metavar="URL", help="of Dask, such as tcp://host:8786")
    scan_verb.add_argument(
        "--shards", type=_place, metavar="URL",
        help="folder or bucket of the shards, for this machine and all workers",
    )  # fmt: skip
    scan_verb.add_argument(
        "--source", type=_place, metavar="URL", help="the dataset as the workers see it"
    )
    for name, what in (("ca", "who may sign"), ("cert", "certificate"), ("key", "private key")):
        scan_verb.add_argument(
            f"--tls-{name}", type=named_path, metavar="FILE", help=f"TLS: {what}"
        )


def _place(text: str) -> str:
    """Return a folder or URL as it was given."""
    return text if "://" in text else str(named_path(text))


def _cluster(arguments: argparse.Namespace) -> ClusterChoice | None:
    """Return the cluster that the arguments name, and put a folder in place of a URL.

    Raises:
        UsageError: The options do not go together.
        ClusterError: The dataset at the URL can't be listed.
    """
    tls = (arguments.tls_ca, arguments.tls_cert, arguments.tls_key)
    options = (arguments.scheduler, arguments.shards, arguments.source, *tls)
    url = url_of(arguments.dataset)
    if arguments.engine == "local":
        if any(options) or url:
            raise UsageError(
                "a URL as dataset, --scheduler, --shards, --source and --tls-* need --engine dask",
                "Add it, or leave them out to scan on this machine.",
            )
        return None
    if not arguments.scheduler:
        raise UsageError("--engine dask needs --scheduler URL", "Such as tcp://localhost:8786.")
    if any(tls) and not all(tls):
        raise UsageError("--tls-ca, --tls-cert and --tls-key go together", "Name all three.")
    if url:
        # Before the listing: without Dask it would be in vain.
        check_installed()
        arguments.dataset = stand_in_of(url)
    return ClusterChoice(
        arguments.scheduler, arguments.shards or "", arguments.source or url,
        tls if all(tls) else None,
    )  # fmt: skip


def _demo(arguments: argparse.Namespace) -> None:
    from inspector.demo.dataset import ImageKind as DemoKind
    from inspector.demo.dataset import make_demo

    check_outside(arguments.folder, *known_datasets(), what="demo")
    planted = make_demo(
        arguments.folder,
        seed=arguments.seed,
        kind=DemoKind(arguments.kind),
        images=arguments.images,
    ).as_json()
    if arguments.json:
        print_json(planted)
        return
    print(f"{planted['images']} images in {planted['classes']} classes: {planted['path']}")
    counts = planted["planted"]
    assert isinstance(counts, dict)
    print_lines(f"  {name.replace('_', ' ')}: {count}" for name, count in counts.items())


def _scan(arguments: argparse.Namespace) -> None:
    cluster = _cluster(arguments)
    with open_project(arguments) as project:
        if cluster is not None:
            use_cluster(project.context, cluster)
        done = scan(project, arguments, Need.ALL)
        counts = project.samples.counts()
        index = project.duplicates.index()
        document = {
            "images": counts.images,
            "unreadable": counts.unreadable,
            "ignored": counts.ignored,
            "other": counts.other,
            "classes": counts.classes,
            "splits": counts.splits,
            "clusters": len(index.clusters),
            "pairs": len(project.duplicates.pairs()),
            "flat": len(project.duplicates.flat()),
            "new": done.new,
            "unchanged": done.unchanged,
            "moved": done.moved,
            "missing": done.missing,
            "seconds": round(done.seconds, 3),
            "dataset": str(project.root),
            "folders": project.layout.role.value,
            "left_out": list(project.layout.ignored),
            "layout": opened_as(project),
        }
        if arguments.json:
            print_json(document)
            return
        splits = ", ".join(f"{name} {n:,}" for name, n in counts.splits.items()) or "no splits"
        kinds = len(counts.classes)
        print(f"{counts.images:,} images in {kinds} class{'es' * (kinds != 1)} ({splits})")
        print(
            f"{counts.unreadable} unreadable, {counts.ignored} ignored, {counts.other} other;"
            f" {done.new} new, {done.unchanged} unchanged, {done.moved} moved,"
            f" {done.missing} missing"
        )
        print(
            f"{document['clusters']} clusters and {document['pairs']} pairs of near-duplicates,"
            f" {document['flat']} nearly constant images; {done.seconds:.1f} s"
        )
        if project.context.origin:
            print(f"names, thumbnails and results are in {project.root}: open that")
        for name in project.layout.ignored:
            print(f"left out: the folder {name} (others here are splits)")
        print_layout(project.layout)


def opened_as(project: Project) -> dict[str, object]:
    """Return the layout as `scan --json` prints it."""
    layout = project.layout
    return {
        "kind": layout.kind.value,
        "label_file": layout.label_file or None,
        "root": layout.base or ".",
        "roles": roles(project.root, layout),
        "text": layout.text,
        "sure": layout.sure,
        "notes": list(layout.notes),
        "alternatives": [
            {"kind": a.kind.value, "text": a.text, "option": a.option} for a in layout.alternatives
        ],
    }


def print_layout(layout: Layout) -> None:
    """Print the layout, and its alternatives if it is uncertain."""
    print(f"opened as {layout.text}")
    for note in layout.notes:
        print(f"  {note}")
    if layout.sure:
        return
    print("  This reading is a guess: check the classes. Others:")
    for other in layout.alternatives[:3]:
        print(f"    {other.text}: {other.option}")


def _problems(arguments: argparse.Namespace) -> None:
    with open_project(arguments) as project:
        scan(project, arguments)
        rows = project.samples.problems()
        if arguments.json:
            print_json([{"path": p.path, "status": p.status, "reason": p.reason} for p in rows])
        elif rows:
            print_table([(p.status, p.path, p.reason) for p in rows], ("status", "file", "reason"))
        else:
            print("every file was read, and Keras reads them all")


def _quality(arguments: argparse.Namespace) -> None:
    with open_project(arguments) as project:
        scan(project, arguments)
        rows = [s for s in project.samples.everything() if s.status == "image"]
        if arguments.json:
            progress = Progress()
            with Bar(progress, quiet=arguments.quiet):
                hashes = project.image_hashes.texts(progress=progress)
            print_json(
                [
                    {
                        "path": s.path,
                        "width": s.width,
                        "height": s.height,
                        "mode": s.mode,
                        "bytes": s.size,
                        "brightness": round(s.brightness, 3),
                        "contrast": round(s.contrast, 3),
                        "sharpness": round(s.sharpness, 3),
                        "entropy": round(s.entropy, 4),
                        "flags": flag_names(s.flags),
                        "hashes": {m.value: text for m, text in hashes.get(s.id, {}).items()},
                    }
                    for s in rows
                ]
            )
            return
        print_table(
            [
                (
                    s.path, f"{s.width}x{s.height}", f"{s.brightness:.0f}", f"{s.contrast:.0f}",
                    f"{s.sharpness:.0f}", f"{s.entropy:.1f}", " ".join(flag_names(s.flags)),
                )
                for s in rows
            ],
            ("file", "size", "brightness", "contrast", "sharpness", "entropy", "flags"),
        )  # fmt: skip


def _duplicates(arguments: argparse.Namespace) -> None:
    if arguments.method:
        _by_image_hash(arguments)
        return
    if arguments.distance is not None:
        raise UsageError(
            "--distance needs --method", f"Methods: {', '.join(m.value for m in HashMethod)}."
        )
    with open_project(arguments) as project:
        if arguments.min_similarity is not None:
            project.duplicates.set_threshold(arguments.min_similarity)
        scan(project, arguments, embedding=arguments.embedding)
        pairs = project.duplicates.pairs()
        if arguments.across:
            ends = [_split(name, project.samples.counts().splits) for name in arguments.across]
            pairs = [p for p in pairs if _across(p, ends)]
        if arguments.kind:
            pairs = [p for p in pairs if p.kind.value in arguments.kind]
        if arguments.level:
            pairs = [p for p in pairs if p.level.value == arguments.level]
        clusters = project.duplicates.clusters()
        paths = {s.id: s.path for c in clusters for s in c.members}
        if arguments.json:
            print_json(
                {
                    "threshold": project.duplicates.threshold,
                    "pairs": [pair_json(p) | {"labels": [p.a.label, p.b.label]} for p in pairs],
                    "clusters": [
                        {
                            "id": c.id,
                            "members": [s.path for s in c.members],
                            "suggested_keeper": paths[c.suggested_keeper],
                        }
                        for c in clusters
                    ],
                    "flat": sorted(s.path for s in project.duplicates.flat()),
                    "expected_false": expected_json(project.false_pairs.expected()),
                    "embedding": project.scans.compares_embeddings(),
                }
            )
            return
        print_lines(pair_line(p) for p in pairs)
        print(
            f"{len(pairs)} pairs, {len(clusters)} clusters at"
            f" similarity {project.duplicates.threshold:g} or more"
        )
        print(project.false_pairs.text())
        if (needed := project.scans.embedding_time()) is not None:
            print(
                "Copies that are rotated or cropped far are not compared: --embedding compares them"
                f" too, from now on (about {needed})."
            )


def _by_image_hash(arguments: argparse.Namespace) -> None:
    """Print the pairs found by one of ImageHash's hashes."""
    if arguments.kind or arguments.level or arguments.min_similarity is not None:
        raise UsageError(
            "--method goes with --distance and --across only",
            "Leave out --kind, --level and --min-similarity: they belong to the verified search.",
        )
    with open_project(arguments) as project:
        scan(project, arguments)
        progress = Progress()
        with Bar(progress, quiet=arguments.quiet):
            compared = project.image_hashes.compare(
                HashMethod(arguments.method), arguments.distance, progress=progress
            )
        assert compared is not None
        pairs = list(compared.pairs)
        if arguments.across:
            ends = [_split(name, project.samples.counts().splits) for name in arguments.across]
            pairs = [p for p in pairs if _across(p, ends)]
        method = compared.method.value
        if arguments.json:
            print_json(
                {
                    "method": method,
                    "distance": compared.distance,
                    "pairs": [
                        {
                            "a": p.a.path, "b": p.b.path, "method": method, "distance": p.distance,
                            "splits": [p.a.split, p.b.split], "labels": [p.a.label, p.b.label],
                        }
                        for p in pairs
                    ],
                    "crowded": [[s.path for s in rows] for rows in compared.crowded],
                    "unhashed": [{"path": s.path, "reason": r} for s, r in compared.unhashed],
                }
            )  # fmt: skip
            return
        print_lines(f"{p.distance} bits: {p.a.path}  {p.b.path}" for p in pairs)
        for rows in compared.crowded:
            print(f"{len(rows):,} images share one hash and make no pairs: {rows[0].path}, …")
        for sample, reason in compared.unhashed:
            print(f"no hash: {sample.path}: {reason}")
        print(f"{len(pairs):,} pairs within {compared.distance} bits by {method}")


def _split(name: str, known: dict[str, int]) -> str:
    split = normal_split(name)
    if split not in known:
        raise UsageError(f"there is no split {name}", f"Splits here: {', '.join(known) or 'none'}.")
    return split


def _across(pair: Pair | ImageHashPair, ends: Sequence[str]) -> bool:
    return [pair.a.split, pair.b.split] in ([ends[0], ends[1]], [ends[1], ends[0]])
