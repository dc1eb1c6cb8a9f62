"""The pages of hosted forms with plausible data, for the render tests."""

from __future__ import annotations

from dataclasses import replace

import msgspec

from leadsbot.dashboard.hosted_form import shown
from leadsbot.dashboard.views import Form, View
from leadsbot.dashboard.views.hosted_forms import HostedEditor, HostedForms, HostedRow
from leadsbot.forms.hosted import STARTER

TAG = '<script id="leadsbot-listener" src="https://leads.example.com/widget.js" data-mode="form" async></script>'
ROW = HostedRow("form-1", "Landing page", "Website", 4, TAG, 1_789_000_000_000)
SITES = (("site-1", "Website"), ("site-2", "Landing pages"))
RAW = msgspec.to_builtins(STARTER)
EDITOR = HostedEditor(ROW, shown(RAW, "Landing page", {}), 4)
MISTAKES = {
    "name": "Give it a name.",
    "fields[0].label": "Blank.",
    "consent.text": "Too long.",
    "words.kept": "Too long.",
}

HOSTED: dict[str, View] = {
    "hosted-forms": HostedForms((ROW, replace(ROW, id="form-2", fields=1)), SITES, older="next"),
    "hosted-forms-empty": HostedForms((), SITES[:1]),
    "hosted-forms-nowhere": HostedForms((), ()),
    "hosted-forms-wrong": HostedForms((ROW,), SITES, Form({"name": ""}, {"name": "No.", "site_id": "No."})),
    "hosted-form": EDITOR,
    "hosted-form-wrong": replace(EDITOR, form=shown(RAW, "", MISTAKES), unsaved=True),
    "hosted-form-empty": HostedEditor(ROW, shown({**RAW, "fields": []}, "Empty", {}), 0, focus="add", unsaved=True),
}
