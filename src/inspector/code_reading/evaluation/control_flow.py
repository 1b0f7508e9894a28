"""Branches, loops, try and match: what holds on every path stays known."""

import ast
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from inspector.code_reading.evaluation.frames import BREAK, CONTINUE, RAISE, Flow, Return
from inspector.code_reading.evaluation.function_calls import FunctionCalls
from inspector.code_reading.evaluation.memory import Branch
from inspector.code_reading.evaluation.objects import DataSet, StreamValue
from inspector.code_reading.evaluation.python.usual_branches import CACHE_NOTE, usual_branch
from inspector.code_reading.evaluation.value_text import text_of
from inspector.code_reading.evaluation.values import ScopeBox, Unknown, WalkBox, is_scalar, merged

_IMPORT_ERRORS: Final = ("ImportError", "ModuleNotFoundError")


class ControlFlow(FunctionCalls):
    """Follows statements that contain blocks."""

    def __init__(self) -> None:
        super().__init__()
        self._doers: dict[type[ast.stmt], Callable[[Any, ScopeBox], Flow]] = {}

    def _run(self, body: Sequence[ast.stmt], scope: ScopeBox) -> Flow:
        for i, node in enumerate(body):
            self.spend()
            self.line = node.lineno
            if isinstance(node, ast.If):
                flow, ended = self._if_in(node, body[i + 1 :], scope)
                if ended:
                    return flow
            else:
                doer = self._doers.get(type(node))
                flow = doer(node, scope) if doer else None
            if flow is not None:
                return flow
        return None

    def _followed(self, body: Sequence[ast.stmt], scope: ScopeBox) -> tuple[Flow, Branch]:
        """Follow a block and revert its changes."""
        self.memory.begin()
        flow = self._run(body, scope)
        return flow, self.memory.end()

    def _if(self, node: ast.If, scope: ScopeBox) -> Flow:
        return self._if_in(node, (), scope)[0]

    def _if_in(self, node: ast.If, rest: Sequence[ast.stmt], scope: ScopeBox) -> tuple[Flow, bool]:
        """Follow an if; where one branch leaves, the rest of the block belongs to the other.

        Returns:
            The flow, and whether `rest` has been followed.
        """
        decided = self._if_decided(node, scope)
        if decided is not None:
            return decided[0], False
        condition = text_of(node.test)
        self.loops.begin_branch(condition)
        one, first = self._followed(node.body, scope)
        trained = self.loops.end_branch()
        self.loops.begin_branch(condition)
        two, second = self._followed(node.orelse, scope)
        also = self.loops.end_branch()
        for data in trained:
            if data in also:
                self.trained_on(data)
        if one is RAISE or two is RAISE:
            self.memory.take(second if one is RAISE else first)
            return (two, False) if one is RAISE else (one, False)
        if one is None and two is None:
            self.memory.take_one_of([first, second])
            return None, False
        if one is not None and two is not None:
            self.memory.take_one_of([first, second])
            return self._either_flow(one, two), False
        left, leaves, stays = (one, first, second) if one is not None else (two, second, first)
        self._maybe(left)
        self.memory.begin()
        self.memory.take(stays)
        self.loops.begin_skip(condition)
        flow = self._run(rest, scope)
        self.loops.end_skip()
        others = self.memory.end()
        if isinstance(left, Return):
            leaves.after.pop(id(scope), None)
            if id(scope) in others.after:
                leaves.after[id(scope)] = others.after[id(scope)]
        if flow is RAISE:
            self.memory.take(leaves)
            return left, True
        self.memory.take_one_of([leaves, others])
        return flow, True

    def _if_decided(self, node: ast.If, scope: ScopeBox) -> tuple[Flow] | None:
        """Follow the one branch that is known, or that a plain run takes; None if neither."""
        truth = self.truth(self.value(node.test, scope))
        if truth is not None:
            return (self._run(node.body if truth else node.orelse, scope),)
        usual = usual_branch(node.test, node.body, node.orelse)
        if usual is None:
            return None
        flow, branch = self._followed(node.body if usual.taken else node.orelse, scope)
        if flow is RAISE:
            return None
        self.note(usual.note)
        if self.exact is not None and usual.note == CACHE_NOTE:
            self.exact.assumed.append("no file that an earlier run has saved decides the lists")
        self.memory.take(branch)
        return (flow,)

    def _either_flow(self, one: Flow, two: Flow) -> Flow:
        if isinstance(one, Return) and isinstance(two, Return):
            return Return(merged([one.value, two.value], "the result"))
        for flow in (one, two):
            self._maybe(flow)
        return one if isinstance(two, Return) else two

    def _maybe(self, flow: Flow) -> None:
        """Record that a block may have been left here."""
        if isinstance(flow, Return):
            self._calls[-1].returns.append(flow.value)
        elif flow is BREAK:
            self._calls[-1].maybe_broken = True

    def _with(self, node: ast.With | ast.AsyncWith, scope: ScopeBox) -> Flow:
        for item in node.items:
            value = self.value(item.context_expr, scope)
            if item.optional_vars is not None:
                self.bind(item.optional_vars, value, scope)
        return self._run(node.body, scope)

    def _try(self, node: ast.Try, scope: ScopeBox) -> Flow:
        if self.exact is not None and not _raises(node):
            return self._tried(node, scope)
        flow, body = self._followed([*node.body, *node.orelse], scope)
        branches = [body]
        handlers = [] if _only_imports(node) else node.handlers
        left_by_all = True
        for handler in handlers:
            self.memory.begin()
            if handler.name:
                self._set(handler.name, Unknown(handler.name), scope)
            ended = self._run(handler.body, scope)
            branch = self.memory.end()
            if ended is RAISE:
                continue
            branches.append(branch)
            left_by_all &= ended is not None
            self._maybe(ended)
        if flow is RAISE and len(branches) > 1:
            branches, flow = branches[1:], None
        elif flow is not None and len(branches) > 1 and not left_by_all:
            self._maybe(flow)
            flow = None
        self.memory.take_one_of(branches)
        ended = self._run(node.finalbody, scope)
        return ended if ended is not None else flow

    def _tried(self, node: ast.Try, scope: ScopeBox) -> Flow:
        """Follow a try on known files as if nothing in it failed."""
        assert self.exact is not None
        if node.handlers and not _only_imports(node):
            self.exact.assumed.append(f"nothing fails in the try of line {node.lineno}")
        flow = self._run([*node.body, *node.orelse], scope)
        ended = self._run(node.finalbody, scope)
        return ended if ended is not None else flow

    def _match(self, node: ast.Match, scope: ScopeBox) -> Flow:
        subject = self.value(node.subject, scope)
        flows: list[Flow] = []
        branches: list[Branch] = []
        for case in node.cases:
            fits = self._fits(case, subject, scope)
            if fits is False:
                continue
            if fits is True and not branches:
                return self._run(case.body, scope)
            flow, branch = self._followed(case.body, scope)
            if flow is not RAISE:
                flows.append(flow)
                branches.append(branch)
                self._maybe(flow)
            if fits is True:
                break
        else:
            branches.append(Branch({}))
        self.memory.take_one_of(branches)
        return flows[0] if flows and all(f is not None for f in flows) else None

    def _fits(self, case: ast.match_case, subject: object, scope: ScopeBox) -> bool | None:
        if case.guard is not None:
            return None
        match case.pattern:
            case ast.MatchAs(pattern=None, name=name):
                if name:
                    self._set(name, subject, scope)
                return True
            case ast.MatchValue(value=value):
                pattern = self.value(value, scope)
                if is_scalar(pattern) and is_scalar(subject):
                    return pattern == subject
            case ast.MatchOr(patterns=patterns):
                fits = [self._fits(ast.match_case(p, None, []), subject, scope) for p in patterns]
                return True if True in fits else None if None in fits else False
        return None

    def _for(self, node: ast.For | ast.AsyncFor, scope: ScopeBox) -> Flow:
        source = self.value(node.iter, scope)
        self.iterated(source, node.iter)
        items = self.listed(source)
        self.loops.deepen(1)
        before = self.loops.enter(self.collected(source, node))
        if items is not None and len(items) <= self.max_rounds:
            walked = source.rounds() if isinstance(source, WalkBox) else items
            flow = self._rounds_of(node, walked, scope)
        else:
            flow = self._rounds_like(node, source, scope, once=bool(items))
        self.loops.leave(before)
        self.loops.deepen(-1)
        if flow is BREAK:
            return None
        return flow if flow is not None else self._run(node.orelse, scope)

    def _rounds_like(
        self, node: ast.For | ast.AsyncFor, source: object, scope: ScopeBox, *, once: bool
    ) -> Flow:
        """Follow a loop over something whose items are not known one by one."""
        typical = self.typical(source, node.target)

        def start() -> None:
            if folds:
                self.loops.begin_round(self.libraries.stacks)
            self.bind(node.target, typical, scope)

        folds = self.loops.enter_folds(typical)
        before = self.loops.enter(source, text_of(node.target))
        once |= isinstance(source, StreamValue | DataSet)
        flow = self._loop(node, scope, start, once=once)
        self.loops.leave(before)
        if folds:
            self.loops.leave_folds()
        return flow

    def _rounds_of(
        self, node: ast.For | ast.AsyncFor, items: Iterable[object], scope: ScopeBox
    ) -> Flow:
        maybe_broken = False
        for item in items:
            if maybe_broken:
                self.memory.begin()
            self.bind(node.target, item, scope)
            outer = self._calls[-1].maybe_broken
            flow = self._run(node.body, scope)
            if maybe_broken:
                self.memory.take_one_of([Branch({}), self.memory.end()])
            maybe_broken |= self._calls[-1].maybe_broken
            self._calls[-1].maybe_broken = outer
            if flow is not None and flow is not CONTINUE:
                return flow
        return None

    def _loop(
        self, node: ast.For | ast.AsyncFor | ast.While, scope: ScopeBox,
        start: Callable[[], object], *, once: bool,
    ) -> Flow:  # fmt: skip
        """Follow a loop with unknown iterations: what changes in it is unknown within it."""
        events, notes, mark = len(self.events), len(self.notes), self.libraries.mark()
        self.memory.begin()
        start()
        self._run(node.body, scope)
        first = self.memory.end()
        del self.events[events:], self.notes[notes:]
        self.libraries.forget_since(mark)
        self.memory.take_one_of([Branch({}), first])
        self.memory.begin()
        start()
        flow = self._run(node.body, scope)
        second = self.memory.end()
        if once:
            self.memory.take(second)
        else:
            self.memory.take_one_of([Branch({}), second])
        if isinstance(flow, Return):
            self._maybe(flow)
        return None

    def _while(self, node: ast.While, scope: ScopeBox) -> Flow:
        for _ in range(max(8, self.max_rounds) if self.exact is not None else 8):
            truth = self.truth(self.value(node.test, scope))
            if truth is False:
                return self._run(node.orelse, scope)
            if truth is None or isinstance(node.test, ast.Constant):
                break
            flow = self._run(node.body, scope)
            if flow is BREAK:
                return None
            if flow is not None and flow is not CONTINUE:
                return flow
        once = isinstance(node.test, ast.Constant)
        self._loop(node, scope, lambda: self.value(node.test, scope), once=once)
        return None


def _raises(node: ast.Try) -> bool:
    """Tell whether the body of a try raises by itself."""
    return any(isinstance(n, ast.Raise | ast.Assert) for s in node.body for n in ast.walk(s))


def _only_imports(node: ast.Try) -> bool:
    """Tell whether a try is about imports: its handlers are for library versions."""
    names = [text_of(h.type) for h in node.handlers if h.type is not None]
    caught = bool(names) and len(names) == len(node.handlers) and all(
        any(w in n for w in _IMPORT_ERRORS) for n in names
    )  # fmt: skip
    return caught or all(isinstance(s, ast.Import | ast.ImportFrom | ast.Pass) for s in node.body)
