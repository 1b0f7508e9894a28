"""Hashes, checksums and regular expressions of texts that are known."""

import hashlib
import re
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from inspector.code_reading.evaluation.exact.calls import ExactCall, Values
from inspector.code_reading.evaluation.values import MISSING, ListBox

_HASHES: Final = ("md5", "sha1", "sha224", "sha256", "sha384", "sha512", "blake2b", "blake2s")
_MAX_PATTERN, _MAX_TEXT = 120, 400
_REPEATED: Final = re.compile(r"[*+}]\)*[*+{]")


@dataclass(frozen=True, slots=True)
class Digest:
    """A hash of hashlib."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Pattern:
    """A compiled regular expression."""

    text: str
    flags: int = 0


@dataclass(frozen=True, slots=True)
class Match:
    """A match of a regular expression."""

    groups: tuple[str | None, ...]
    names: tuple[tuple[str, str | None], ...]


def _whole(values: Values) -> object:
    text, base = values.get(0, "x"), values.get(1, "base", 10)
    if isinstance(text, str) and isinstance(base, int) and len(text) <= 200:
        try:
            return int(text, base)
        except ValueError:
            return MISSING
    return MISSING


def _from_bytes(values: Values) -> object:
    data, order = values.get(0, "bytes"), values.get(1, "byteorder", "big")
    if isinstance(data, bytes) and order in ("big", "little"):
        return int.from_bytes(data, str(order))  # type: ignore[arg-type]
    return MISSING


def _checksum(function: Callable[[bytes], int]) -> ExactCall:
    def summed(values: Values) -> object:
        data = values.get(0, "data")
        return function(data) if isinstance(data, bytes) else MISSING

    return summed


def _digest(name: str) -> ExactCall:
    def started(values: Values) -> object:
        data = values.get(0, "data", b"")
        return Digest(name, data) if isinstance(data, bytes) else MISSING

    return started


def _new_digest(values: Values) -> object:
    name, data = values.get(0, "name"), values.get(1, "data", b"")
    known = isinstance(name, str) and name in _HASHES and isinstance(data, bytes)
    return Digest(str(name), data) if known else MISSING  # type: ignore[arg-type]


def digest_method(digest: Digest, name: str) -> object:
    """Call a method of a hash; MISSING if it is not modelled."""
    done = hashlib.new(digest.name, digest.data, usedforsecurity=False)
    match name:
        case "hexdigest":
            return done.hexdigest()
        case "digest":
            return done.digest()
    return MISSING


def _pattern(value: object) -> "re.Pattern[str] | None":
    text, flags = (value.text, value.flags) if isinstance(value, Pattern) else (value, 0)
    if not isinstance(text, str) or len(text) > _MAX_PATTERN or _REPEATED.search(text):
        return None
    try:
        return re.compile(text, flags)
    except re.error:
        return None


def _compiled(values: Values) -> object:
    text = values.get(0, "pattern")
    alone = isinstance(text, str) and len(values.given.places) == 1 and not values.given.names
    return Pattern(str(text)) if alone and _pattern(text) is not None else MISSING


def _search(name: str) -> ExactCall:
    return lambda values: searched(name, values.get(0, "pattern"), values.given.places[1:])


def searched(name: str, pattern: object, places: Sequence[object]) -> object:
    """Call a function of regular expressions; MISSING if it is not modelled."""
    compiled = _pattern(pattern)
    if compiled is None or not all(isinstance(v, str) and len(v) <= _MAX_TEXT for v in places):
        return MISSING
    texts = [str(v) for v in places]
    if name == "sub" and len(texts) == 2:
        return compiled.sub(texts[0], texts[1])
    if len(texts) != 1:
        return MISSING
    match name:
        case "findall":
            return ListBox(compiled.findall(texts[0]))
        case "split":
            return ListBox(list(compiled.split(texts[0])))
    result = getattr(compiled, name)(texts[0]) if name in ("search", "match", "fullmatch") else None
    if result is None:
        return None if name != "sub" else MISSING
    return Match((result.group(0), *result.groups()), tuple(result.groupdict().items()))


def match_method(match: Match, name: str, places: Sequence[object]) -> object:
    """Call a method of a match; MISSING if it is not modelled."""
    if name == "groups":
        return match.groups[1:]
    if name != "group":
        return MISSING
    key = places[0] if places else 0
    if isinstance(key, int) and 0 <= key < len(match.groups) and len(places) < 2:
        return match.groups[key]
    return dict(match.names).get(str(key), MISSING)


TEXT_CALLS: Final[dict[str, ExactCall]] = {
    "builtins.int": _whole,
    "builtins.int.from_bytes": _from_bytes,
    "zlib.crc32": _checksum(zlib.crc32),
    "zlib.adler32": _checksum(zlib.adler32),
    "binascii.crc32": _checksum(zlib.crc32),
    **{f"hashlib.{name}": _digest(name) for name in _HASHES},
    "hashlib.new": _new_digest,
    "re.compile": _compiled,
    **{f"re.{n}": _search(n) for n in ("search", "match", "fullmatch", "findall", "sub", "split")},
}
"""Functions of texts that are followed exactly."""
