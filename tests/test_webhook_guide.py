"""The code that docs/webhooks.md shows is run, against what is really sent."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from base64 import b64encode
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from leadsbot import clock
from leadsbot.channels.webhook import new_secret, sign
from tests.support.waiting import PATIENCE_S

GUIDE = (Path(__file__).parent.parent / "docs" / "webhooks.md").read_text()
BODY = '{"type":"lead.created","data":{"lead":{"name":"Grüße 🎉"}}}'
NOW, OLD, OLDER, STRANGE = (new_secret() for _ in range(4))

# What the guide's code is put into: cases come as JSON on standard input, answers go out as JSON.
DRIVERS = {
    "python": (
        [sys.executable, "-"],
        "{code}\nimport json\ncases = json.loads({cases!r})\n"
        "print(json.dumps([[f(c['body'].encode(), c['headers'], c['secret']) for f in (is_genuine, is_signed)]"
        " for c in cases]))\n",
    ),
    "js": (
        ["node", "-"],
        "{code}\nconst cases = JSON.parse({cases!r});\n"
        "console.log(JSON.stringify(cases.map((c) => [isGenuine, isSigned]"
        ".map((f) => f(Buffer.from(c.body), c.headers, c.secret)))));\n",
    ),
    "php": (
        ["php"],
        "<?php\n{code}\n$cases = json_decode(base64_decode('{encoded}'), true);\n"
        "echo json_encode(array_map(fn($c) => [is_genuine($c['body'], $c['headers'], $c['secret']),"
        " is_signed($c['body'], $c['headers'], $c['secret'])], $cases));\n",
    ),
}


def headers(secrets: Sequence[str], at: int) -> dict[str, str]:
    """Give what a request carries, with names as receivers find them."""
    return {name.lower(): value for name, value in sign(BODY.encode(), secrets, "delivery-1", at).items()}


def cases() -> list[tuple[dict[str, Any], list[bool]]]:
    """Give what arrives, with what each of the two checks is to say of it."""
    now = clock.now()
    real = {"body": BODY, "headers": headers([NOW], now), "secret": NOW}
    rotated = real | {"headers": headers([NOW, OLD, OLDER], now)}
    late = real | {"headers": headers([NOW], now - clock.HOUR)}
    return [
        (real, [True, True]),
        (rotated, [True, True]),
        (rotated | {"secret": OLD}, [True, True]),
        (rotated | {"secret": OLDER}, [True, True]),
        (late, [False, True]),
        (real | {"headers": headers([NOW], now + clock.HOUR)}, [False, True]),
        (real | {"body": BODY.replace("lead", "Lead")}, [False, False]),
        (real | {"secret": STRANGE}, [False, False]),
        (real | {"headers": real["headers"] | {"webhook-id": "another"}}, [False, True]),
        (real | {"headers": real["headers"] | {"webhook-timestamp": "soon"}}, [False, True]),
        (real | {"headers": {}}, [False, False]),
    ]


@pytest.mark.parametrize("language", DRIVERS)
def test_the_guides_code_tells_what_is_genuine(language: str) -> None:
    command, frame = DRIVERS[language]
    if not shutil.which(command[0]):
        pytest.skip(f"{command[0]} is not installed here")
    [code] = re.findall(rf"^```{language}\n(.+?)^```", GUIDE, re.MULTILINE | re.DOTALL)
    asked, wanted = zip(*cases(), strict=True)
    program = _filled(frame, code, json.dumps(asked))
    done = subprocess.run(command, input=program, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == list(wanted)


def _filled(frame: str, code: str, given: str) -> str:
    return (
        frame.replace("{cases!r}", json.dumps(given))
        .replace("{encoded}", b64encode(given.encode()).decode())
        .replace("{code}", code)
    )
