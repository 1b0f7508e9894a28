"""The visible names of roles and layouts."""

from dataclasses import replace

from inspector.dataset.layouts import Choice, Role

CHOICES = ("dataset", "training", "validation", "test", "class", "source", "ignored")
MEANING = {
    "dataset": "This folder is the dataset; everything outside is ignored",
    "training": "Its folders are the classes of the training split",
    "validation": "Its folders are the classes of the validation split",
    "test": "Its folders are the classes of the test split",
    "class": "Its images are one class",
    "source": "It and its neighbours are sites or cameras that share their classes",
    "ignored": "Everything in it is ignored",
}
_TITLES = {"ignored": "Ignore", "images": "Images", "folder": "Folder"}


def title_of(role: str) -> str:
    """Return the visible name of a role; a fold keeps its own name."""
    return _TITLES.get(role, role.capitalize() if role in CHOICES else role)


def with_role(choice: Choice, path: str, role: str) -> Choice:
    """Return a choice in which a folder has a role.

    Args:
        choice: The choice so far.
        path: The relative path of the folder; "" for the opened folder.
        role: One of `CHOICES`.
    """
    roles = {f: r for f, r in choice.split_roles.items() if f != path}
    if role == "dataset":
        inside = {f: r for f, r in roles.items() if not path or f.startswith(f"{path}/")}
        return Choice(root=path, split_roles=inside, label_column=choice.label_column)
    root = "" if path == choice.root else choice.root
    if role == "source":
        return Choice(root=path.rpartition("/")[0], role=Role.SOURCES)
    word = "ignore" if role == "ignored" else role
    return replace(choice, kind=None, role=None, root=root, split_roles={**roles, path: word})
