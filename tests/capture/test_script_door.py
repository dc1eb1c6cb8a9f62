"""`GET /widget.js`: the best encoding the browser takes, revalidated by its tag, open to every page."""

from __future__ import annotations

import gzip

import brotli
import pytest

from leadsbot.app import PUBLIC
from leadsbot.capture.edge import front
from leadsbot.capture.script import ScriptDoor
from tests.support.capture import Answer, exchange, nothing_behind

SCRIPT = (PUBLIC / "widget.js").read_bytes()
APP = front({"/widget.js": ScriptDoor(PUBLIC / "widget.js")}, nothing_behind)


async def get(method: str = "GET", path: str = "/widget.js", **headers: str) -> Answer:
    pairs = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return await exchange(APP, method, path, pairs, [b""])


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip, deflate", "gzip"),
        ("br;q=0, gzip;q=0.5", "gzip"),
        ("BR", "br"),
        ("identity", None),
        ("br;q=0.0,gzip; q=0", None),
        ("", None),
    ],
)
async def test_it_is_sent_in_the_best_encoding_that_is_taken(accepted: str, encoding: str | None) -> None:
    answer = await get(accept_encoding=accepted)
    undo = {"br": brotli.decompress, "gzip": gzip.decompress, None: bytes}[encoding]
    assert answer.headers.get("content-encoding") == encoding
    assert undo(answer.body) == SCRIPT
    assert answer.headers["content-length"] == str(len(answer.body))
    assert answer.headers["vary"] == "Accept-Encoding"


async def test_every_page_may_load_it() -> None:
    headers = (await get()).headers
    assert headers["access-control-allow-origin"] == "*"
    assert headers["cross-origin-resource-policy"] == "cross-origin"
    assert headers["content-type"] == "text/javascript; charset=utf-8"
    assert headers["x-content-type-options"] == "nosniff"
    assert "max-age=" in headers["cache-control"]


@pytest.mark.parametrize("form", ["{}", "W/{}", '"other", {}', "*"])
async def test_a_copy_that_is_current_is_not_sent_again(form: str) -> None:
    etag = (await get()).headers["etag"]
    answer = await get(if_none_match=form.format(etag))
    assert (answer.status, answer.body) == (304, b"")
    assert answer.headers["etag"] == etag
    assert answer.headers["access-control-allow-origin"] == "*"


async def test_a_copy_that_is_old_is_sent_again() -> None:
    assert (await get(if_none_match='"old"')).status == 200


async def test_head_has_no_body() -> None:
    answer = await get("HEAD")
    assert (answer.status, answer.body, answer.headers["content-length"]) == (200, b"", str(len(SCRIPT)))


async def test_another_method_is_refused() -> None:
    assert (await get("POST")).status == 405


async def test_an_address_below_it_is_not_found() -> None:
    assert (await get(path="/widget.js.map")).status == 404
