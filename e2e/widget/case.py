"""What a case is, and the list of all of them."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from e2e.widget import cases
from e2e.widget.visitor import Visitor

Run = Callable[[Visitor], None]


@dataclass(frozen=True)
class Case:
    """One case: what it is about (a sentence, for the matrix) and what a visitor does and we then find.

    `impossible` says why nothing can be seen there: the case then proves that nothing is, and that the audit says so.
    `but` says by the browser's name what is different there, or why it can't be tried; `not_in` lists the latter.
    """

    id: str
    theme: str
    sentence: str
    run: Run = field(repr=False, compare=False)
    impossible: str = ""
    but: Mapping[str, str] = field(default_factory=dict)
    not_in: frozenset[str] = frozenset()
    site: Mapping[str, object] = field(default_factory=dict)
    own_style: bool = False
    own_storage: bool = False
    errs: bool = False


_found: dict[str, Case] = {}


def case(
    sentence: str,
    *,
    impossible: str = "",
    but: Mapping[str, str] | None = None,
    not_in: tuple[str, ...] = (),
    own_style: bool = False,
    own_storage: bool = False,
    errs: bool = False,
    **site: object,
) -> Callable[[Run], Run]:
    """Make a case of a function of a `Visitor`; its id is its file's and its function's name.

    `site` are settings of its site. `own_style` and `own_storage`: the page itself adds styles or stores something;
    `errs`: the page itself is faulty, so that an error there is nobody's fault.
    """

    def register(run: Run) -> Run:
        theme = run.__module__.rpartition(".")[2]
        name = f"{theme}/{run.__name__}".replace("_", "-")
        assert name not in _found, f"there are two cases {name}"
        _found[name] = Case(
            name, theme, sentence, run, impossible, but or {}, frozenset(not_in), site, own_style, own_storage, errs
        )
        return run

    return register


def every() -> list[Case]:
    """Give all cases, theme by theme, each in the order of its file."""
    for module in pkgutil.iter_modules(cases.__path__, cases.__name__ + "."):
        importlib.import_module(module.name)
    return list(_found.values())
