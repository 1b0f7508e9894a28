"""A pair of near-duplicates, printed and as JSON."""

from inspector.project.review.audit_result import AuditPair
from inspector.project.review.duplicates import Pair


def pair_json(pair: Pair | AuditPair) -> dict[str, object]:
    """Return a pair as JSON, without its labels."""
    return {
        "a": pair.a.path,
        "b": pair.b.path,
        "kind": pair.kind.value,
        "level": pair.level.value,
        "transform": pair.transform,
        "similarity": pair.similarity,
        "splits": [pair.a.split, pair.b.split],
    }


def pair_line(pair: Pair | AuditPair) -> str:
    """Return a pair as one line: similarity, level, kind, transform and both paths."""
    turn = "" if pair.transform == "none" else f" ({pair.transform})"
    similarity = "by hash" if pair.similarity is None else f"{pair.similarity:.3f}"
    return f"{similarity} {pair.level.value} {pair.kind.value}{turn}: {pair.a.path}  {pair.b.path}"
