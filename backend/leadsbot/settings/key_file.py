"""The file with the secret key, where no variable has one."""

from __future__ import annotations

import contextlib
import os
import secrets
import tempfile
from pathlib import Path

_SECRET_BYTES = 48


def read_or_make_key(path: Path) -> str:
    """Give the key in `path`, made first where there is none. Raises OSError, or ValueError where it is empty."""
    if not path.exists():
        _make_key(path)
    key = path.read_text(encoding="ascii").strip()
    if not key:
        raise ValueError("the file is empty")
    return key


def _make_key(path: Path) -> None:
    """Write a new key to `path` unless another process does so first: whole or not at all, never for others' eyes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(prefix=".secret-", dir=path.parent)  # made with mode 0600
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(_SECRET_BYTES) + "\n")
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)  # unlike a rename, never replaces the key of whoever came first
    finally:
        os.unlink(draft)
