"""What a channel's template may be made of: everything in it is looked at before it is ever run."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any, Final

from jinja2 import Template, nodes
from jinja2.visitor import NodeTransformer

from leadsbot.conditions import FIELDS, OBJECTS
from leadsbot.conditions.fields import SESSION
from leadsbot.routing.template_sandbox import FILTERS, JOINED, LOOP, Sandbox

MAX_LOOPS: Final = 2
MAX_DEPTH: Final = 40

_ALLOWED = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.For, nodes.If, nodes.Name, nodes.Const, nodes.Tuple,
    nodes.List, nodes.Getattr, nodes.Getitem, nodes.Slice, nodes.CondExpr, nodes.Filter, nodes.Test, nodes.Keyword,
    nodes.And, nodes.Or, nodes.Not, nodes.Compare, nodes.Operand, nodes.Concat, nodes.Add, nodes.Sub, nodes.Div,
    nodes.Neg,
)  # fmt: skip
_NOT_ALLOWED: Mapping[type[nodes.Node], str] = {
    nodes.Call: "nothing can be called here; filters such as {{ lead.name | upper }} can be used",
    nodes.Assign: "{% set %} can't be used here",
    nodes.Mul: "nothing can be multiplied here",
    nodes.Include: "nothing can be included here",
    nodes.Macro: "{% macro %} can't be used here",
}
_SESSION_FIELDS = frozenset(name.removeprefix(SESSION) for name in FIELDS if name.startswith(SESSION))
_LEAD_FIELDS = frozenset((*(name for name in FIELDS if not name.startswith(SESSION)), *OBJECTS))
KNOWN: Final[Mapping[str, frozenset[str]]] = {
    "lead": _LEAD_FIELDS - {"from_stage", "to_stage"},
    "session": _SESSION_FIELDS,
    "event": frozenset(("id", "type", "at")),
    "workspace": frozenset(("name", "timezone")),
    "from_stage": frozenset(),
    "to_stage": frozenset(),
}

_sandbox = Sandbox()


class Refused(Exception):
    """A template has something in it that it may not have."""

    def __init__(self, line: int | None, message: str) -> None:
        super().__init__(message)
        self.line = line or 1
        self.message = message


def compiled(source: str) -> Template:
    """Give a template, ready to be rendered. Raises Refused, or jinja2's TemplateSyntaxError."""
    tree = _sandbox.parse(source)
    _look(tree, frozenset(), loops=0, depth=0)
    return _sandbox.from_string(_Binding().visit(tree))


def _look(node: nodes.Node, ours: frozenset[str], loops: int, depth: int) -> None:
    """Check a node and what is in it; `ours` are the names that loops around it have given."""
    if not isinstance(node, _ALLOWED):
        raise Refused(node.lineno, f"{_NOT_ALLOWED.get(type(node), 'that can not be used here')}.")
    if depth > MAX_DEPTH:
        raise Refused(node.lineno, "this is nested too deeply.")
    if isinstance(node, nodes.For):
        ours, loops = ours | _targets(node), loops + 1
        if loops > MAX_LOOPS or node.recursive:
            raise Refused(node.lineno, f"loops nest at most {MAX_LOOPS} deep, and none in itself.")
    elif isinstance(node, nodes.Name) and node.ctx == "load":
        _look_at_name(node, ours)
    elif isinstance(node, nodes.Getattr | nodes.Getitem):
        _look_at_field(node, ours)
    elif isinstance(node, nodes.Filter):
        _look_at_filter(node)
    for inner in node.iter_child_nodes():
        _look(inner, ours, loops, depth + 1)


class _Binding(NodeTransformer):
    """Lets every loop end, each of its rounds cost what is in it, and `~` give no more than it may."""

    def visit_For(self, loop: nodes.For) -> nodes.Node:  # noqa: N802 (jinja2's name)
        steps = 1 + sum(1 for part in (*loop.body, loop.test) if part for _ in part.find_all(nodes.Node))
        self.generic_visit(loop)
        items: Any = loop.iter
        loop.iter = _filtered(items, LOOP, [nodes.Const(steps)])
        return loop

    def visit_Concat(self, joined: nodes.Concat) -> nodes.Node:  # noqa: N802 (jinja2's name)
        self.generic_visit(joined)
        first, *rest = joined.nodes
        return _filtered(first, JOINED, rest)


def _filtered(node: nodes.Expr, name: str, args: list[nodes.Expr]) -> nodes.Filter:
    made = nodes.Filter(node, name, args, [], None, None)
    made.set_lineno(node.lineno).set_environment(_sandbox)
    return made


def _targets(loop: nodes.For) -> frozenset[str]:
    named = [loop.target] if isinstance(loop.target, nodes.Name) else loop.target.find_all(nodes.Name)
    names = frozenset(name.name for name in named)
    if any(name.startswith("_") for name in names):
        raise Refused(loop.lineno, "a name doesn't begin with an underscore.")
    return names | {"loop"}


def _look_at_name(node: nodes.Name, ours: frozenset[str]) -> None:
    if node.name not in ours and node.name not in KNOWN:
        raise Refused(node.lineno, f"there is no {node.name}. There are: {', '.join(KNOWN)}.")


def _look_at_field(node: nodes.Getattr | nodes.Getitem, ours: frozenset[str]) -> None:
    holder = node.node
    name = node.attr if isinstance(node, nodes.Getattr) else getattr(node.arg, "value", None)
    if not isinstance(holder, nodes.Name) or holder.name in ours or not isinstance(name, str):
        return
    fields = KNOWN.get(holder.name)
    if fields is not None and name not in fields:
        like = get_close_matches(name, fields, 1)
        raise Refused(node.lineno, f"{holder.name} has no {name}.{f' Is it {like[0]}?' if like else ''}")


def _look_at_filter(node: nodes.Filter) -> None:
    if node.node is None or node.dyn_args is not None or node.dyn_kwargs is not None:
        raise Refused(node.lineno, "that can't be used here.")
    if node.name not in (*FILTERS, "d"):
        raise Refused(node.lineno, f"there is no filter {node.name}. There are: {', '.join(FILTERS)}.")
