"""The pages of imports with plausible data, for the render tests."""

from __future__ import annotations

from dataclasses import replace

from leadsbot.clock import HOUR
from leadsbot.dashboard.views import Form, View
from leadsbot.dashboard.views.imports import Column, Failure, ImportLine, ImportPage, Imports
from leadsbot.imports.columns import FIELDS

NOW = 1_790_000_000_000
CHOICES = tuple(FIELDS.items())
LINES = (
    ImportLine("import-1", "fair-2026.csv", "Imported", "good", "812 rows, 790 new, 22 failed", NOW, "mara@x.example"),
    ImportLine("import-2", "crm <export>.csv", "Under way", "waiting", "50,000 rows", NOW - HOUR, ""),
)
COLUMNS = (
    Column("Name", ("Anna Berger", "Jonas Lindqvist"), "name"),
    Column("E-Mail", ("anna@berger.example",), "email"),
    Column("Gäste", (), "custom"),
)
DRAFT = ImportPage("import-1", "fair-2026.csv", "map", 812, NOW, "mara@x.example", columns=COLUMNS, choices=CHOICES)
FAILURES = (Failure(3, "There is neither an email nor a phone."), Failure(9, '"email" is not a mail address.'))
CHECKED = replace(DRAFT, step="checked", done=812, created=780, updated=10, failed=22, failures=FAILURES, checking=True)
DONE = replace(CHECKED, step="done", checking=False, columns=(), skipped=4, undoable=True)

IMPORTS: dict[str, View] = {
    "imports": Imports(LINES, older="next"),
    "imports-empty": Imports((), form=Form({}, {"file": "Choose a file that holds something."})),
    "import-map": replace(DRAFT, error="No column is an email or a phone."),
    "import-busy": replace(DRAFT, step="busy", done=300),
    "import-undoing": replace(DRAFT, step="busy", undoing=True),
    "import-checked": CHECKED,
    "import-done": DONE,
    "import-undone": replace(DONE, step="undone", left=2, undoable=False),
    "import-gone": replace(DRAFT, step="gone", columns=()),
}
