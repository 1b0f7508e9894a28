"""Imports slow modules on a separate thread, once, when they are first needed."""

import importlib
import threading
from collections.abc import Callable
from functools import cache, partial
from types import ModuleType

from PySide6.QtCore import QObject
from shiboken6 import isValid

from inspector.app.threads.main_thread_queue import MainThreadQueue
from inspector.app.threads.newest_request import RequestOutcome, run_request

_Handler = Callable[[ModuleType], None]


class _LateImports(QObject):
    """Used on the GUI thread; callers wait in a list while a module loads."""

    def __init__(self) -> None:
        super().__init__()
        self._modules: dict[str, ModuleType] = {}
        self._waiting: dict[str, list[_Handler]] = {}
        self._arrivals = MainThreadQueue(self._on_arrival, self)
        # One call per turn of the event loop: a handler may build a chart.
        self._calls = MainThreadQueue[Callable[[], None]](lambda call: call(), self)

    def ask(self, name: str, on_loaded: _Handler) -> None:
        if name in self._modules:
            on_loaded(self._modules[name])
        elif name in self._waiting:
            self._waiting[name].append(on_loaded)
        else:
            self._waiting[name] = [on_loaded]
            threading.Thread(target=self._load, args=(name,), name="late-import").start()

    def _load(self, name: str) -> None:
        self._arrivals.send((name, run_request(partial(importlib.import_module, name))))

    def _on_arrival(self, arrival: tuple[str, RequestOutcome[ModuleType]]) -> None:
        name, outcome = arrival
        handlers = self._waiting.pop(name)
        if outcome.result is None:
            raise outcome.error or ImportError(name)
        self._modules[name] = outcome.result
        for handler in handlers:
            self._calls.send(partial(_call, handler, outcome.result))


def _call(handler: _Handler, module: ModuleType) -> None:
    owner = getattr(handler, "__self__", None)
    if not isinstance(owner, QObject) or isValid(owner):
        handler(module)


@cache
def _imports() -> _LateImports:
    return _LateImports()


def late_import(name: str, on_loaded: Callable[[ModuleType], None]) -> None:
    """Call `on_loaded` with a module on the GUI thread; at once if it is already loaded.

    Args:
        name: Full name of the module.
        on_loaded: Called with the module; skipped if it is a method of a deleted widget.
    """
    _imports().ask(name, on_loaded)
