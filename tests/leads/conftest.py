"""A visitor of the workspace's site."""

from __future__ import annotations

import pytest

from leadsbot.workspaces.bootstrap import Created
from tests.leads.visitor import Visitor


@pytest.fixture
def visitor(workspace: Created) -> Visitor:
    return Visitor(workspace)
