"""The rounds' medians as a table, and whether the widget keeps to its aims."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence

from bench.widget.contestants import EMPTY, NAMES, NONE, OURS, PLAUSIBLE, Script, later
from bench.widget.trace import Cost
from bench.widget.visits import CHANGES, KEYS, LOADED, Round

LIMIT_BYTES = 5_120
LIMIT_CHANGE_MS = 0.1
LIMIT_KEY_MS = 0.01  # a keystroke's own way through the browser takes some hundred times that
HEAD = (
    "| script | brotli | gzip | load, 12 fields: script ms | × Plausible | thread ms | once quiet: script ms"
    " | load, 30 forms: script ms | × Plausible | thread ms | once quiet: script ms | long tasks"
    " | first touch: script ms | a field's change: script ms | a key: script ms | hidden: script ms |\n"
    "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|"
)

Pick = Callable[[Round, str], Cost]


def _loaded(body: str) -> Pick:
    return lambda one, name: one.loads[body, name]


def _quiet(body: str) -> Pick:
    return lambda one, name: one.quiet[body, name]


def _script(rounds: Sequence[Round], pick: Pick, name: str, times: int = 1) -> float:
    """Give the script time that a page has with the script and not without, the median of the rounds."""
    return statistics.median((pick(one, name).script - pick(one, NONE).script) / times for one in rounds)


def _thread(rounds: Sequence[Round], pick: Pick, name: str) -> float:
    return statistics.median(pick(one, name).thread - pick(one, NONE).thread for one in rounds)


def _ratio(rounds: Sequence[Round], pick: Pick, name: str) -> float:
    """Give how often a load costs what it costs with Plausible, the median of the rounds' ratios."""

    def extra(one: Round, name: str) -> float:
        return pick(one, name).script - pick(one, NONE).script

    return statistics.median(extra(one, name) / extra(one, PLAUSIBLE) for one in rounds)


def touch(rounds: Sequence[Round], name: str) -> float:
    """Give the script time of a form's first field entered and first key pressed (ms)."""
    return _script([one for one in rounds if one.touch], lambda one, name: one.touch[name], name)


def change(rounds: Sequence[Round], name: str) -> float:
    """Give the script time of one field's change (ms)."""
    return _script([one for one in rounds if one.change], lambda one, name: one.change[name], name, CHANGES)


def key(rounds: Sequence[Round], name: str) -> float:
    """Give the script time of one key press (ms)."""
    return _script([one for one in rounds if one.key], lambda one, name: one.key[name], name, KEYS)


def hide(rounds: Sequence[Round], name: str) -> float:
    """Give the script time of a page that is hidden while a form is half filled in (ms)."""
    return _script([one for one in rounds if one.hide], lambda one, name: one.hide[name], name)


def long_tasks(rounds: Sequence[Round], name: str) -> int:
    """Give how many loads had one, by the browser's own report."""
    return sum(bool(one.long_tasks[body, name]) for one in rounds for body in LOADED)


def table(scripts: Mapping[str, Script], rounds: Sequence[Round]) -> str:
    empty = f"| {EMPTY} |" + " |" * 11 + f" | {change(rounds, EMPTY):.3f} | {key(rounds, EMPTY):.4f} | |"
    rows = "\n".join([HEAD, *(_row(scripts, rounds, name) for name in NAMES), empty])
    second = Script(later())
    told = f"{second.brotli:,} bytes of brotli, {second.gzip:,} of gzip"
    return f"{rows}\n\nThe widget's second file, which comes with the first touch: {told}."


def _row(scripts: Mapping[str, Script], rounds: Sequence[Round], name: str) -> str:
    tasks = f"{long_tasks(rounds, name)} of {len(rounds) * len(LOADED)}"
    if name == NONE:
        return f"| none | | | | | | | | | | | {tasks} | | | | |"
    cells = [f"{scripts[name].brotli:,}", f"{scripts[name].gzip:,}"]
    for body in LOADED:
        pick = _loaded(body)
        cells += [
            f"{_script(rounds, pick, name):.1f}",
            f"{_ratio(rounds, pick, name):.2f}",
            f"{_thread(rounds, pick, name):.1f}",
            f"{_script(rounds, _quiet(body), name):.1f}",
        ]
    cells += [tasks, f"{touch(rounds, name):.2f}", f"{change(rounds, name):.3f}", f"{key(rounds, name):.4f}"]
    cells.append(f"{hide(rounds, name):.2f}")
    return f"| {name} | " + " | ".join(cells) + " |"


def aims(scripts: Mapping[str, Script], rounds: Sequence[Round]) -> str:
    """Say of every aim whether it is kept in this run, and by what figure."""
    return "\n".join(
        f"- {what}: **{'kept' if kept else 'missed'}**, {told}." for what, kept, told in _aims(scripts, rounds)
    )


def _aims(scripts: Mapping[str, Script], rounds: Sequence[Round]) -> Iterator[tuple[str, bool, str]]:
    size = scripts[OURS].brotli
    yield f"at most {LIMIT_BYTES:,} bytes of brotli", size <= LIMIT_BYTES, f"{size:,}"
    ratios = [_ratio(rounds, _loaded(body), OURS) for body in LOADED]
    told = f"{ratios[0]:.2f} times it with 12 fields, {ratios[1]:.2f} with 30 forms"
    yield "on load at most Plausible's script time", max(ratios) <= 1, told
    longest = max(one.loads[body, OURS].longest for one in rounds for body in LOADED)
    ours, none = long_tasks(rounds, OURS), long_tasks(rounds, NONE)
    told = f"{ours} loads had one by the clock, {none} without any script; the longest took {longest:.0f} ms of CPU"
    yield "no long task on load", longest < 50, told
    cost, empty = change(rounds, OURS), change(rounds, EMPTY)
    told = f"{cost:.3f} ms, of which {empty:.3f} ms go to calling listeners at all"
    yield f"at most {LIMIT_CHANGE_MS} ms a field's change", cost <= LIMIT_CHANGE_MS, told
    cost, empty = key(rounds, OURS), key(rounds, EMPTY)
    told = f"{1000 * cost:.1f} µs, an empty listener's {1000 * empty:.1f} µs among them"
    yield "nothing measurable a key beyond calling a listener", cost - empty <= LIMIT_KEY_MS, told
