"""`python -m bench.delivery.click [--clicks N]`: from a visitor's submission to the Bot API's being called."""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import tempfile
import time
from pathlib import Path

import httpx

from bench.capture import servers
from bench.delivery.houses import KEY
from e2e.support.wire import Submission
from leadsbot.db import Database
from leadsbot.db.migrate import migrate
from leadsbot.workspaces.bootstrap import Created, NewWorkspace, create
from tests.support.telegram_server import TelegramServer

PAUSE_S = 1.1  # at most one message a second goes to a chat


async def run(clicks: int) -> list[float]:
    """Give the times in ms: the submission's first byte, to the request for `sendMessage` being there."""
    with tempfile.TemporaryDirectory(prefix="leadsbot-bench-") as folder, TelegramServer() as telegram:
        url = f"sqlite:///{Path(folder) / 'bench.db'}"
        owner = NewWorkspace("Bench", "bench@example.com", "a long password", ["https://www.example.com"])
        async with Database.opened(url) as database:
            await migrate(database)
            made = await create(database, owner)
        port = servers.free_port()
        environment = {
            "LEADSBOT_DATABASE_URL": url,
            "LEADSBOT_SECRET_KEY": KEY,
            "LEADSBOT_PORT": str(port),
            "LEADSBOT_TELEGRAM_TOKEN": telegram.token,
            "LEADSBOT_TELEGRAM_API": telegram.base_url,
            "LEADSBOT_ALLOW_PRIVATE_TARGETS": "1",
        }
        async with (
            servers.running(["leadsbot", "serve"], environment, port),
            httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=30) as client,
        ):
            return await _clicks(client, made, telegram, clicks)


async def _clicks(client: httpx.AsyncClient, made: Created, telegram: TelegramServer, clicks: int) -> list[float]:
    channel = {"kind": "telegram", "name": "Bench", "config": {"chat_id": 4711}}
    answer = await client.post("/api/v1/channels", json=channel, headers={"X-API-Key": made.api_key})
    answer.raise_for_status()
    await asyncio.sleep(2)
    taken = []
    for number in range(clicks):
        body = _submission(number)
        begun = time.time()
        headers = {"content-type": "text/plain", "origin": "https://www.example.com"}
        answer = await client.post(f"/api/w/{made.public_token}/events", content=body, headers=headers)
        assert answer.status_code == 202, answer.text
        email = f"click{number}@example.com"
        await asyncio.to_thread(telegram.wait_for, lambda call, email=email: email in str(call.params.get("text", "")))
        taken.append((time.time() - begun) * 1000)
        await asyncio.sleep(PAUSE_S)
    return taken


def _submission(number: int) -> bytes:
    return Submission(f"click{number}@example.com", page="https://www.example.com/contact").body


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.delivery.click", description=__doc__)
    parser.add_argument("--clicks", type=int, default=60)
    times = sorted(asyncio.run(run(parser.parse_args().clicks)))
    at = times[min(len(times) - 1, int(len(times) * 0.95))]
    print(json.dumps({"clicks": len(times), "median ms": round(statistics.median(times)), "p95 ms": round(at),
                      "slowest ms": round(times[-1])}))  # fmt: skip


if __name__ == "__main__":
    main()
