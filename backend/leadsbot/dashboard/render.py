"""Turns views into HTML: the one jinja2 environment, and the addresses of static files.

Everything is escaped unless `marks` made it. A page holds no inline script, style or handler, so that it works under
`CONTENT_SECURITY_POLICY`, which the pages are served with.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from leadsbot.dashboard import channel_words, words
from leadsbot.dashboard.marks import Marks
from leadsbot.dashboard.places import PLACES, SETTINGS
from leadsbot.dashboard.views import Form, Shell, View

STATIC_PATH = "/static"

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "font-src 'none'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)

# Snapshots of pages would put leads into the browser's storage, so htmx keeps no history of its own.
HTMX_CONFIG = json.dumps(
    {
        "allowEval": False,
        "includeIndicatorStyles": False,
        "historyEnabled": False,
        # Not "style", which the policy would refuse where somebody has resized a field.
        "attributesToSettle": ["class"],
        "selfRequestsOnly": True,
        "timeout": 15_000,
        "responseHandling": [
            {"code": "204", "swap": False},
            {"code": "[23]..", "swap": True},
            {"code": "422", "swap": True},
            {"code": "[45]..", "swap": False, "error": True},
        ],
    }
)


class Renderer:
    """Renders pages and parts of pages. Build one per process: it compiles templates and digests `public` once."""

    def __init__(self, public: Path) -> None:
        self._public = public
        self._digests: dict[str, str] = {}
        self._environment = Environment(
            loader=PackageLoader("leadsbot.dashboard", "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._equip()

    def page(self, shell: Shell, view: View) -> str:
        """Render the whole page of a view."""
        return self._environment.get_template(view.template).render(shell=shell, view=view)

    def part(self, shell: Shell, template: str, **data: object) -> str:
        """Render one template of `parts/` (a lead, a row, toasts) for htmx or the event stream."""
        return self._environment.get_template(f"parts/{template}").render(shell=shell, **data)

    def asset(self, path: str) -> str:
        """Give a static file's address with its content's digest, so that it may be cached for good.

        Raises FileNotFoundError for a file that `public` does not hold.
        """
        if path not in self._digests:
            self._digests[path] = hashlib.sha256((self._public / path).read_bytes()).hexdigest()[:12]
        return f"{STATIC_PATH}/{path}?v={self._digests[path]}"

    def _equip(self) -> None:
        marks = Marks(self.asset)
        self._environment.filters.update(marks.filters())
        self._environment.filters.update(
            compared=words.compared,
            count=words.count,
            dial=words.dial,
            host=words.host,
            kind=words.kind,
            initials=words.initials,
            short=words.short,
            took=words.took,
        )
        self._environment.globals.update(marks.globals())
        self._environment.globals.update(
            asset=self.asset,
            blank_form=Form(),
            channel_days=channel_words.DAYS,
            channel_events=channel_words.EVENTS,
            channel_example=channel_words.EXAMPLE,
            channel_fields=channel_words.FIELDS,
            channel_icons=channel_words.ICONS,
            channel_ops=channel_words.OPS,
            channel_template_fields=channel_words.TEMPLATE_FIELDS,
            channel_template_filters=channel_words.TEMPLATE_FILTERS,
            delivery_titles=words.DELIVERY_TITLES,
            event_words=words.EVENT_WORDS,
            htmx_config=HTMX_CONFIG,
            places=PLACES,
            settings_place=SETTINGS,
        )
