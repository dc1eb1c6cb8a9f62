"""A small chart as a picture, for channels that show one. matplotlib draws it; it is loaded at the first chart only."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import Any, Final

import structlog

WIDTH, HEIGHT, DPI = 8.0, 4.0, 100  # inches, and dots an inch: 800 x 400
_NOW, _BEFORE, _INK, _PALE = "#2b57c4", "#b9c4dd", "#211f1b", "#e7e3dc"
_MOST_LABELS: Final = 12

log = structlog.get_logger("leadsbot.channels")

# One at a time: a chart takes a tenth of a second of one core, and nobody waits for it.
_artist = ThreadPoolExecutor(max_workers=1, thread_name_prefix="chart")


async def drawn(chart: Mapping[str, Any] | None) -> bytes | None:
    """Give the picture of a summary's chart, or None where it has none or none can be made: its words are enough."""
    if chart is None:
        return None
    try:
        return await draw(chart)
    except Exception as error:
        log.error("chart.failed", error=repr(error), exc_info=True)
        return None


async def draw(chart: Mapping[str, Any]) -> bytes:
    """Give a PNG of bars for `labels`: `series` has one or two of `name` and `values`, the present one first.

    It has no text but the caller's own, so that no visitor's letters need a font.
    """
    return await asyncio.get_running_loop().run_in_executor(_artist, _drawn, chart)


def _drawn(chart: Mapping[str, Any]) -> bytes:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator, StrMethodFormatter

    figure = Figure(figsize=(WIDTH, HEIGHT), dpi=DPI, layout="constrained", facecolor="white")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    _bars(axes, chart)
    axes.set_title(chart["title"], loc="left", color=_INK, fontsize=13, fontweight="bold")
    axes.yaxis.set_major_locator(MaxNLocator(integer=True, nbins=5))
    axes.yaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
    axes.set_ylim(bottom=0)
    axes.grid(axis="y", color=_PALE)
    axes.set_axisbelow(True)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(colors=_INK, length=0)
    axes.legend(frameon=False, loc="upper right", bbox_to_anchor=(1, 1.12), ncols=2, labelcolor=_INK)
    picture = BytesIO()
    figure.savefig(picture, format="png")
    return picture.getvalue()


def _bars(axes: Any, chart: Mapping[str, Any]) -> None:
    labels = list(chart["labels"])
    places = range(len(labels))
    shown = list(zip(chart["series"], (_NOW, _BEFORE), strict=False))
    width = 0.8 / len(shown)
    for number, (series, colour) in enumerate(reversed(shown)):
        offset = (number - (len(shown) - 1) / 2) * width
        axes.bar([place + offset for place in places], series["values"], width, label=series["name"], color=colour)
    step = -(-len(labels) // _MOST_LABELS)
    axes.set_xticks(list(places)[::step], labels[::step])
