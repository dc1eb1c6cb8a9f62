"""Webhook mode, from Telegram's push over HTTP into the running server to what people see in their chat."""

from __future__ import annotations

import random
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx

from e2e.support.house import House, house
from e2e.support.waiting import PATIENCE_S, eventually
from tests.support.telegram_calls import Call
from tests.support.telegram_server import ADA, TelegramServer

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
CHAT = ADA["id"]
AT_ONCE = 100


def test_telegrams_pushes_are_obeyed_once_and_nobody_elses(
    tmp_path: Path, ports: int, telegram: TelegramServer
) -> None:
    settings = {"TELEGRAM_API": telegram.base_url, "TELEGRAM_TOKEN": telegram.token, "TELEGRAM_MODE": "webhook"}
    with house(tmp_path, ports, PUBLIC_URL=f"http://127.0.0.1:{ports}", **settings) as leadsbot:
        eventually(lambda: telegram.webhook["url"], "Telegram is told where to push")
        lead_id, alert = _linked_and_alerted(leadsbot, telegram)

        telegram.press(alert, ADA, telegram.buttons(alert)["Contacted"]["callback_data"])
        telegram.wait_for(lambda call: call.method == "answerCallbackQuery" and _says(call, "Moved to Contacted."))
        telegram.wait_for(lambda call: call.method == "editMessageText" and "Ada (Telegram) moved it" in call.text)
        assert leadsbot.api.get(f"/api/v1/leads/{lead_id}")["stage"] == "Contacted"

        notes = [_note(telegram, alert, number) for number in range(AT_ONCE)]
        _push_out_of_order_and_some_twice(telegram, notes)
        kept = eventually(lambda: _all_notes(leadsbot, lead_id, AT_ONCE), "every note")
        assert sorted(kept) == sorted(update["message"]["text"] for update in notes)

        forged = _note(telegram, alert, AT_ONCE)
        assert {_push(telegram, forged, secret) for secret in (None, "", "wrong", telegram.token)} == {401}
        assert _all_notes(leadsbot, lead_id, AT_ONCE + 1) is None


def _linked_and_alerted(leadsbot: House, telegram: TelegramServer) -> tuple[str, int]:
    """Let Ada link her chat and a lead come; gives the lead's id and its alert's number."""
    channel = leadsbot.api.post("/api/v1/channels", {"kind": "telegram", "name": "Ada's phone"})
    telegram.say(CHAT, ADA, f"/start {channel['link_code']}")
    telegram.wait_for(lambda call: "Linked" in call.text)
    lead_id = leadsbot.api.post("/api/postback", {"email": "grace@navy.example", "first_name": "Grace"})["lead_id"]
    alert = telegram.wait_for(lambda call: "New lead: Grace" in call.text)
    return lead_id, alert.result["message_id"]


def _note(telegram: TelegramServer, alert: int, number: int) -> dict[str, Any]:
    about = telegram.message(alert)
    message = {"message_id": 50_000 + number, "date": int(time.time()), "chat": about["chat"], "from": ADA,
               "text": f"note {number}", "reply_to_message": about}  # fmt: skip
    return {"update_id": 900_000 + number, "message": message}


def _push(telegram: TelegramServer, update: dict[str, Any], secret: str | None) -> int:
    headers = {} if secret is None else {SECRET_HEADER: secret}
    return httpx.post(telegram.webhook["url"], json=update, headers=headers, timeout=PATIENCE_S).status_code


def _push_out_of_order_and_some_twice(telegram: TelegramServer, updates: list[dict[str, Any]]) -> None:
    pushes = random.Random(5).sample(updates + updates[::5], len(updates) + len(updates[::5]))
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda update: _push(telegram, update, telegram.webhook["secret_token"]), pushes))
    assert set(answers) == {200}


def _all_notes(leadsbot: House, lead_id: str, count: int) -> list[str] | None:
    found = [note["text"] for note in leadsbot.api.every(f"/api/v1/leads/{lead_id}/notes")]
    return found if len(found) >= count else None


def _says(call: Call, text: str) -> bool:
    return call.params.get("text") == text
