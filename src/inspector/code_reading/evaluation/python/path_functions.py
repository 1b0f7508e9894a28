"""Functions of paths, listings and the environment: os, pathlib, glob."""

import ast
from typing import Final

from inspector.code_reading.evaluation.file_values import files_in
from inspector.code_reading.evaluation.host import Host, KnownFunction
from inspector.code_reading.evaluation.value_text import joined_path, shown, text_of
from inspector.code_reading.evaluation.values import (
    Arguments,
    PartText,
    PathText,
    Unknown,
    is_known,
)


def _join_path(host: Host, given: Arguments, node: ast.AST) -> object:
    items = list(given.places)
    if given.open:
        items.append(Unknown(given.open))
    return joined_path(items) if items else Unknown(text_of(node))


def _path(host: Host, given: Arguments, node: ast.AST) -> object:
    return PathText(joined_path(list(given.places))) if given.places else PathText(".")


def _plain_path(host: Host, given: Arguments, node: ast.AST) -> object:
    value = given.get(0, "path")
    value = value.text if isinstance(value, PathText) else value
    if isinstance(value, str):
        return value.rstrip("/") or value
    return value if isinstance(value, PartText | Unknown) else Unknown(text_of(node))


def _last_part(host: Host, given: Arguments, node: ast.AST) -> object:
    text = shown(given.get(0, "p"))
    last = text.rstrip("/").rpartition("/")[2]
    return last if "{" not in last else Unknown(text_of(node))


def _first_part(host: Host, given: Arguments, node: ast.AST) -> object:
    value = given.get(0, "p")
    text = shown(value)
    head = text.rpartition("/")[0]
    if not is_known(value):
        return PartText(head) if head else Unknown(text_of(node))
    return head


def _listing(host: Host, given: Arguments, node: ast.AST) -> object:
    return files_in(host, given.get(0, "path", "."), node)


def _folder_listing(host: Host, given: Arguments, node: ast.AST) -> object:
    where = joined_path([given.get(0, "path", "."), "*"])
    return files_in(host, where, node, hidden=True)


def _environment(host: Host, given: Arguments, node: ast.AST) -> object:
    if len(given.places) < 2 and "default" not in given.names:
        return Unknown(text_of(node), "it is set in the environment")
    host.note(f"{shown(given.get(0, 'key'))} of the environment is read at its default")
    return given.get(1, "default")


PATH_FUNCTIONS: Final[dict[str, KnownFunction]] = {
    "os.path.join": _join_path,
    "os.path.abspath": _plain_path,
    "os.path.expanduser": _plain_path,
    "os.path.expandvars": _plain_path,
    "os.path.realpath": _plain_path,
    "os.path.normpath": _plain_path,
    "os.path.basename": _last_part,
    "os.path.dirname": _first_part,
    "pathlib.Path": _path,
    "pathlib.PurePath": _path,
    "pathlib.PosixPath": _path,
    "os.listdir": _folder_listing,
    "os.scandir": _folder_listing,
    "os.walk": _listing,
    "glob.glob": _listing,
    "glob.iglob": _listing,
    "imutils.paths.list_images": _listing,
    "tensorflow.io.gfile.glob": _listing,
    "tensorflow.io.gfile.listdir": _listing,
    "fastai.vision.all.get_image_files": _listing,
    "os.environ.get": _environment,
    "os.getenv": _environment,
}
