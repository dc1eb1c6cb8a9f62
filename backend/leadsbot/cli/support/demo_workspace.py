"""The demo's workspace: made on the first run, found again on every other, whatever happened to it in between."""

from __future__ import annotations

import os
import re
import secrets
from dataclasses import dataclass
from pathlib import Path

from leadsbot.cli.support.demo_form import add_form
from leadsbot.cli.support.new_workspace import add_workspace
from leadsbot.db import Database
from leadsbot.settings import Settings
from leadsbot.workspaces.bootstrap import NewWorkspace
from leadsbot.workspaces.own_account import set_password
from leadsbot.workspaces.passwords import Proven
from leadsbot.workspaces.site_editing import allow_origin, change_site, create_site

EMAIL = "demo@leadsbot.example"
LOGIN_FILE = "demo-login.txt"
# So that whoever half-fills the demo's form sees the session turn abandoned before they have lost interest.
ABANDON_AFTER_MINUTES = 1.0

_OWNER = (
    "SELECT u.id, u.password_hash, m.workspace_id FROM users u JOIN members m ON m.user_id = u.id"
    " WHERE u.email = $1 LIMIT 1"
)
_SITE = "SELECT id FROM sites WHERE workspace_id = $1 ORDER BY created_at, id LIMIT 1"


@dataclass(frozen=True, slots=True)
class Demo:
    """What the demo run prints. `api_key` is there on the run that made the workspace, and never again."""

    email: str
    password: str
    login_file: Path
    token: str
    api_key: str | None


async def ensure(database: Database, settings: Settings, origin: str) -> Demo:
    """Give the demo's login and site; `origin`, the demo site's, is on the site's list afterwards."""
    login_file = settings.data_dir / LOGIN_FILE
    owner = await database.fetch_one(_OWNER, EMAIL)
    known = _password_in(login_file)
    # Written before it is set: a run that breaks off in between is put right by the next.
    password = known or _write_password(login_file)
    api_key = None
    if owner is None:
        new = NewWorkspace("Demo", EMAIL, password, [origin], site_name="Demo site")
        made = await add_workspace(database, new)
        workspace_id, api_key = made.workspace_id, made.api_key
    else:
        workspace_id = owner["workspace_id"]
        if known is None:
            await set_password(database, Proven(owner["id"], owner["password_hash"]), password)
    token = await _site(database, workspace_id, origin, first_run=owner is None)
    return Demo(EMAIL, password, login_file, token, api_key)


async def _site(database: Database, workspace_id: str, origin: str, *, first_run: bool) -> str:
    """Give the token of the workspace's first site, which lets `origin` in; a new one where all were deleted."""
    oldest = await database.fetch_one(_SITE, workspace_id)
    if oldest is None:
        values = {"name": "Demo site", "allowed_origins": [origin], "abandon_after_minutes": ABANDON_AFTER_MINUTES}
        return str((await create_site(database, workspace_id, values))["public_token"])
    if first_run:
        await change_site(database, workspace_id, oldest["id"], {"abandon_after_minutes": ABANDON_AFTER_MINUTES})
        await add_form(database, workspace_id, oldest["id"])
    return str((await allow_origin(database, workspace_id, oldest["id"], origin))["public_token"])


def _password_in(login_file: Path) -> str | None:
    try:
        text = login_file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    login_file.chmod(0o600)
    found = re.search(r"^Password: (\S+)$", text, re.MULTILINE)
    return found[1] if found else None


def _write_password(login_file: Path) -> str:
    password = secrets.token_urlsafe(12)
    login_file.unlink(missing_ok=True)
    with os.fdopen(os.open(login_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(f"The demo workspace's login.\nEmail: {EMAIL}\nPassword: {password}\n")
    return password
