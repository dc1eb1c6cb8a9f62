"""A form's report with plausible data, and one of a form that nobody saw."""

from __future__ import annotations

from leadsbot.dashboard.shown.report_fields import COLUMNS
from leadsbot.dashboard.views import (
    FieldCell,
    FieldLine,
    Figure,
    FormReport,
    FunnelStep,
    Part,
    Range,
    ReportChoice,
    Stop,
)

CHOICE = ReportChoice("01990000-0000-7000-8000-000000000001")
_CELLS = tuple(FieldCell(name, "12 %", "54 of 458", bar=12, loud=name == "Errors") for name, _ in COLUMNS)

REPORT = FormReport(
    CHOICE,
    "Wedding request",
    "https://alpenblick.example/weddings",
    figures=(
        Figure("18 %", "of those who saw it sent it", "211 of 1,204"),
        Figure("2 min 10 s", "to fill it in", "median; nine in ten within 6 min"),
    ),
    steps=(
        FunnelStep("saw", 1_204, "saw it", 100),
        FunnelStep("began", 486, "began", 40.4, "40 % of those who saw it"),
        FunnelStep("sent", 211, "sent it", 17.5, "43 % of those who began"),
    ),
    remarks=("272 left without sending it.", "3 are still filling it in."),
    worst="More stopped at “Phone” than anywhere else: 120 of 275.",
    stops=(Stop("Phone", Part("44 %", "120 of 275", 43.6)), Stop("E-mail", Part("20 %", "55 of 275", 20))),
    more_stops=100,
    ranges=(Range("0–24 %", Part("7 %", "19 of 275", 6.9)), Range("25–49 %", Part("66 %", "182 of 275", 66.2))),
    findings=("“E-mail” showed an error to 52 of 486. Does it say what it wants?",),
    columns=COLUMNS,
    fields=(FieldLine("E-mail", "email", _CELLS), FieldLine("Phone", "", _CELLS)),
    rare_fields=2,
    sample="Of 486 visitors.",
)
ONLY_PLAIN = FormReport(CHOICE, "Contact", "", steps=(FunnelStep("sent", 3, "sent it", 100),), plain="No script.")
NOBODY = FormReport(CHOICE, "A form without a name", "")
ONLY_SEEN = FormReport(CHOICE, "Newsletter", "", steps=(FunnelStep("saw", 14, "saw it", 100),))
