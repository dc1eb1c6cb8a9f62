"""The proof of the widget: cases on pages of all kinds, driven in a browser against the real backend."""

import pytest

pytest.register_assert_rewrite("e2e.widget.cases", "e2e.widget.pages", "e2e.widget.judging", "e2e.widget.running")
