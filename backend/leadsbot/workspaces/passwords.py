"""Passwords: argon2id with the library's own parameters, rehashed when those move on.

Hashing takes about 50 ms and 64 MiB by design, so it runs in a thread, few at a time.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import NamedTuple

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from leadsbot.errors import InvalidInput

SHORTEST = 8
LONGEST = 200

_hasher = PasswordHasher()
_threads = ThreadPoolExecutor(2, thread_name_prefix="argon2")


class Proven(NamedTuple):
    """A user, and the hash of the password by which they are known. Once it is theirs no more, this proves nothing."""

    user_id: str
    password_hash: str


def check_strength(password: str) -> str:
    """Give `password` back, or raise `InvalidInput` when it is shorter or longer than can be allowed."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise InvalidInput(f"A password has {SHORTEST} to {LONGEST} characters.", fields=["password"])
    return password


async def hashed(password: str) -> str:
    return await asyncio.get_running_loop().run_in_executor(_threads, _hasher.hash, password)


async def matches(password: str, password_hash: str | None) -> bool:
    """Tell whether `password` is the one; takes as long for a user who doesn't exist (None)."""
    loop = asyncio.get_running_loop()
    right = await loop.run_in_executor(_threads, _verify, password[:LONGEST], password_hash)
    return right and password_hash is not None


def needs_rehash(password_hash: str) -> bool:
    return _hasher.check_needs_rehash(password_hash)


def _verify(password: str, password_hash: str | None) -> bool:
    try:
        return _hasher.verify(password_hash or _nobodys_hash(), password)
    except (VerificationError, InvalidHashError):
        return False


@cache
def _nobodys_hash() -> str:
    return _hasher.hash("nobody has this password")
