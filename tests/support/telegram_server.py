"""A Bot API server of our own: what Telegram does that our code depends on, its refusals included.

After https://core.telegram.org/bots/api. Every chat exists unless the test says otherwise with `fail()`.
"""

from __future__ import annotations

import itertools
import json
from collections import defaultdict, deque
from collections.abc import Callable, Mapping
from email import message_from_bytes
from time import time
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from urllib.request import Request, urlopen

from tests.support.http_thread import Answer, HttpThread
from tests.support.telegram_calls import TOPIC_NOT_FOUND, Call, Fault
from tests.support.telegram_rules import Refused, check_keyboard, visible_text
from tests.support.waiting import PATIENCE_S

BOT = {"id": 4242, "is_bot": True, "first_name": "LeadsBot", "username": "leadsbot_test_bot",
       "can_join_groups": True, "can_read_all_group_messages": False, "supports_inline_queries": False}  # fmt: skip
ADA = {"id": 7001, "is_bot": False, "first_name": "Ada", "username": "ada"}


_SHOWN = ("send", "edit", "answer", "delete", "setmessagereaction")


class TelegramServer(HttpThread):
    """Serves one bot's API. `calls` are all requests, `sent` those that changed something people see."""

    def __init__(self, token: str = "4242:leadsbot-test-token", bot: Mapping[str, Any] = BOT) -> None:
        super().__init__()
        self.token = token
        self.bot = dict(bot)
        self._beside: list[TelegramServer] = []
        self.calls: list[Call] = []
        self.sent: list[Call] = []
        self.webhook: dict[str, Any] = {"url": ""}
        self.chats: dict[int, dict[str, Any]] = {}
        self.members: dict[tuple[int, int], str] = {}
        self._messages: dict[tuple[int, int], dict[str, Any]] = {}
        self._faults: defaultdict[int, deque[Fault]] = defaultdict(deque)
        self._lasting: dict[int, Fault] = {}
        self._refused: dict[str, Fault] = {}
        self._updates: list[dict[str, Any]] = []
        self._ids = itertools.count(1)
        self._asking = 0
        self._queries: set[str] = set()
        self._pushed: dict[str, Any] = {}

    # What a test does to it

    def beside(self, token: str, username: str) -> TelegramServer:
        """Give another bot at the same address, whose chats and updates are its own."""
        bot = BOT | {"id": int(token.partition(":")[0]), "username": username}
        other = TelegramServer(token, bot)
        other._server.server_close()  # it is asked through this one
        other.base_url = self.base_url
        self._beside.append(other)
        return other

    def fail(self, chat_id: int, *faults: Fault, always: bool = False) -> None:
        """Answer the next calls about a chat with these, one each; with `always`, every call with the first."""
        if always:
            self._lasting[chat_id] = faults[0]
        else:
            self._faults[chat_id].extend(faults)

    def refuse(self, words: str, fault: Fault) -> None:
        """Answer whatever is sent with these words in it with `fault`."""
        self._refused[words] = fault

    def heal(self, chat_id: int) -> None:
        """Let a chat work again."""
        self._lasting.pop(chat_id, None)
        self._faults.pop(chat_id, None)

    def say(
        self,
        chat_id: int,
        user: Mapping[str, Any],
        text: str,
        *,
        thread_id: int | None = None,
        reply_to: int | None = None,
        **more: Any,
    ) -> dict[str, Any]:
        """Let `user` write to a chat (a negative id is a group), maybe in reply to a message of the bot. `more` is
        what else the message has; with a `photo` the text is its caption. Gives the message."""
        message = self._message(chat_id, text, thread_id) | {"from": dict(user)} | more
        if reply_to is not None:
            message["reply_to_message"] = self.message(reply_to) | {"from": self.bot}
        if "photo" in more:
            message["caption"] = message.pop("text")
        if text.startswith("/"):
            length = len(text.split()[0])
            message["entities"] = [{"type": "bot_command", "offset": 0, "length": length}]
        self.push({"message": message})
        return message

    def edit(self, message: Mapping[str, Any], text: str) -> None:
        """Let somebody edit what they said."""
        self.push({"edited_message": {**message, "text": text, "edit_date": int(time())}})

    def press(self, message_id: int, user: Mapping[str, Any], data: str) -> str:
        """Let `user` press a button under a message of the bot. Gives the callback query's id."""
        message = self.message(message_id)
        query = str(next(self._ids))
        self._queries.add(query)
        shown = message | {"from": self.bot}
        self.push({"callback_query": {"id": query, "from": dict(user), "message": shown,
                                       "chat_instance": str(message["chat"]["id"]), "data": data}})  # fmt: skip
        return query

    def stand(self, chat_id: int, status: str, user: Mapping[str, Any] = ADA) -> None:
        """Let the bot stand otherwise in a chat: `kicked` (in private: blocked), `left`, `member`."""
        before = {"status": "member", "user": self.bot}
        after = (
            {"status": status, "user": self.bot, "until_date": 0}
            if status == "kicked"
            else {**before, "status": status}
        )
        self.push({"my_chat_member": {"chat": self._chat(chat_id), "from": dict(user), "date": int(time()),
                                       "old_chat_member": before, "new_chat_member": after}})  # fmt: skip

    def repeat_last_update(self) -> None:
        """Let the last update come once more, under a number of its own."""
        self.push({key: value for key, value in self._pushed.items() if key != "update_id"})

    def migrate(self, chat_id: int, new_chat_id: int) -> None:
        """Let a group become a supergroup with another number."""
        message = self._message(chat_id, "") | {"from": dict(ADA), "migrate_to_chat_id": new_chat_id}
        self.push({"message": {key: value for key, value in message.items() if key != "text"}})

    def message(self, message_id: int) -> dict[str, Any]:
        """Give a message of the bot as it stands in its chat now."""
        return next(kept for (_, number), kept in self._messages.items() if number == message_id)

    def buttons(self, message_id: int) -> dict[str, dict[str, Any]]:
        """Give the buttons that stand under a message now, by their labels."""
        rows = (self.message(message_id).get("reply_markup") or {}).get("inline_keyboard", [])
        return {button["text"]: button for row in rows for button in row}

    def remove(self, message_id: int) -> None:
        """Let somebody delete a message from its chat."""
        self._messages = {place: kept for place, kept in self._messages.items() if place[1] != message_id}

    def wait_for(self, predicate: Callable[[Call], bool], timeout: float = PATIENCE_S) -> Call:
        """Give the first of `sent` that satisfies `predicate`, once there is one. Fails after `timeout` seconds."""
        with self.changed:
            if not self.changed.wait_for(lambda: any(map(predicate, self.sent)), timeout):
                seen = "\n".join(f"{call.method} {call.status}: {call.text or call.description}" for call in self.calls)
                raise AssertionError(f"no such message within {timeout:g} s; the calls were:\n{seen}")
            return next(filter(predicate, self.sent))

    # What the bot does to it

    def reply(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        url = urlsplit(path)
        token, _, name = url.path.removeprefix("/bot").partition("/")
        for other in self._beside:
            if token == other.token:
                return other.reply(method, path, headers, body)
        params = _params(url.query, headers.get("content-type", ""), body)
        try:
            result = self._dispatch(token, name, params)
        except Refused as refused:
            self._record(Call(name, params, refused.status, description=refused.description))
            return _answer(refused.status, {"ok": False, "error_code": refused.status,
                           "description": refused.description} | refused.extra)  # fmt: skip
        except _Silence:
            self._record(Call(name, params, 0, description="no answer"))
            return Answer(hang=True)
        self._record(Call(name, params, 200, result))
        return _answer(200, {"ok": True, "result": result})

    def _dispatch(self, token: str, name: str, params: dict[str, Any]) -> Any:
        if token != self.token:
            raise Refused("Unauthorized", 401)
        handler = getattr(self, f"_on_{name.lower()}", None)
        if handler is None:
            raise Refused("Not Found", 404)
        if "chat_id" in params:
            if not str(params["chat_id"]).lstrip("-").isdigit():
                raise Refused("Bad Request: chat not found")
            self._fault(int(params["chat_id"]))
        if params.get("message_thread_id") == "1":  # the General topic goes without
            raise Refused(TOPIC_NOT_FOUND.description)
        for words, fault in self._refused.items():
            if words in str(params.get("text", "")):
                raise Refused(fault.description, fault.status)
        return handler(params)

    def _fault(self, chat_id: int) -> None:
        waiting = self._faults[chat_id]
        fault = waiting.popleft() if waiting else self._lasting.get(chat_id)
        if fault is None:
            return
        if fault.hang:
            raise _Silence
        extra = {"parameters": dict(fault.parameters)} if fault.parameters else {}
        raise Refused(fault.description, fault.status, extra)

    def _on_getme(self, params: dict[str, Any]) -> Any:
        return self.bot

    def _on_getupdates(self, params: dict[str, Any]) -> Any:
        if self.webhook["url"]:
            raise Refused("Conflict: can't use getUpdates method while webhook is active", 409)
        offset, limit = int(params.get("offset", 0)), int(params.get("limit", 100))
        with self.changed:
            self._asking = mine = next(self._ids)
            self.changed.notify_all()
            self._updates = [update for update in self._updates if update["update_id"] >= offset]
            over = lambda: self._updates or self.stopped or self._asking != mine  # noqa: E731
            self.changed.wait_for(over, float(params.get("timeout", 0)))
            if self._asking != mine:  # of two who ask the later is heard
                raise Refused(
                    "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
                    409,
                )
            return self._updates[:limit]

    def _on_sendmessage(self, params: dict[str, Any]) -> Any:
        text = _checked_text(params)
        message = self._message(int(params["chat_id"]), text, params.get("message_thread_id")) | {"from": self.bot}
        if params.get("reply_markup"):
            message["reply_markup"] = params["reply_markup"]
        if answered := self._messages.get((message["chat"]["id"], _reply_to(params))):
            message["reply_to_message"] = {key: answered[key] for key in ("message_id", "date", "chat", "text")}
        self._messages[message["chat"]["id"], message["message_id"]] = message
        return message

    def _on_sendphoto(self, params: dict[str, Any]) -> Any:
        if not params.get("photo", b"").startswith(b"\x89PNG"):
            raise Refused("Bad Request: IMAGE_PROCESS_FAILED")
        caption = _checked_text({**params, "text": params.get("caption", "")}, most=1024)
        message = self._message(int(params["chat_id"]), "", params.get("message_thread_id")) | {"from": self.bot}
        photo = {"file_id": "photo", "file_unique_id": "photo", "width": 800, "height": 400}
        message |= {"caption": caption, "photo": [photo]}
        self._messages[message["chat"]["id"], message["message_id"]] = message
        return message

    def _on_editmessagetext(self, params: dict[str, Any]) -> Any:
        message = self._messages.get((int(params["chat_id"]), int(params["message_id"])))
        if message is None:
            raise Refused("Bad Request: message to edit not found")
        text = _checked_text(params)
        changed = {"text": text, "reply_markup": params.get("reply_markup")}
        if changed == {"text": message["text"], "reply_markup": message.get("reply_markup")}:
            raise Refused(
                "Bad Request: message is not modified: specified new message content and reply markup are exactly the "
                "same as a current content and reply markup of the message"
            )
        message.update({key: value for key, value in changed.items() if value is not None}, edit_date=int(time()))
        if changed["reply_markup"] is None:
            message.pop("reply_markup", None)
        return message

    def _on_editmessagereplymarkup(self, params: dict[str, Any]) -> Any:
        message = self._messages.get((int(params["chat_id"]), int(params["message_id"])))
        text = message["text"] if message else ""
        return self._on_editmessagetext({**params, "text": text})

    def _on_answercallbackquery(self, params: dict[str, Any]) -> Any:
        if str(params.get("callback_query_id")) not in self._queries:
            raise Refused("Bad Request: query is too old and response timeout expired or query ID is invalid")
        self._queries.discard(str(params["callback_query_id"]))
        return True

    def _on_getchat(self, params: dict[str, Any]) -> Any:
        return self._chat(int(params["chat_id"])) | {"accent_color_id": 0, "max_reaction_count": 11}

    def _on_getchatmember(self, params: dict[str, Any]) -> Any:
        chat_id, user_id = int(params["chat_id"]), int(params["user_id"])
        user = {"id": user_id, "is_bot": False, "first_name": f"User {user_id}"}
        return {"status": self.members.get((chat_id, user_id), "member"), "user": user}

    def _on_setwebhook(self, params: dict[str, Any]) -> Any:
        self.webhook = {"url": "", **params}
        return True

    def _on_deletewebhook(self, params: dict[str, Any]) -> Any:
        self.webhook = {"url": ""}
        return True

    def _on_getwebhookinfo(self, params: dict[str, Any]) -> Any:
        pending = len(self._updates)
        told = {key: self.webhook[key] for key in ("allowed_updates",) if key in self.webhook}
        return {"url": self.webhook["url"], "has_custom_certificate": False, "pending_update_count": pending} | told

    def _on_setmessagereaction(self, params: dict[str, Any]) -> Any:
        return True

    def _on_setmycommands(self, params: dict[str, Any]) -> Any:
        return True

    def _record(self, call: Call) -> None:
        shown = call.method.lower().startswith(_SHOWN) and call.method != "deleteWebhook"
        with self.changed:
            self.calls.append(call)
            if call.status == 200 and shown:
                self.sent.append(call)
            self.changed.notify_all()

    def push(self, content: dict[str, Any]) -> None:
        """Let an update come, whatever it says."""
        self._pushed = update = {"update_id": next(self._ids), **content}
        if self.webhook["url"]:
            headers = {"content-type": "application/json"}
            if secret := self.webhook.get("secret_token"):
                headers["X-Telegram-Bot-Api-Secret-Token"] = secret
            urlopen(Request(self.webhook["url"], json.dumps(update).encode(), headers), timeout=PATIENCE_S).close()
            return
        with self.changed:
            self._updates.append(update)
            self.changed.notify_all()

    def _chat(self, chat_id: int) -> dict[str, Any]:
        known = {"id": chat_id, "type": "private", "first_name": "Ada"}
        if chat_id < 0:
            known = {"id": chat_id, "type": "supergroup", "title": f"Group {-chat_id}"}
        return self.chats.setdefault(chat_id, known)

    def _message(self, chat_id: int, text: str, thread_id: Any = None) -> dict[str, Any]:
        message = {"message_id": next(self._ids), "date": int(time()), "chat": self._chat(chat_id), "text": text}
        if thread_id is not None:
            message |= {"message_thread_id": int(thread_id), "is_topic_message": True}
        return message


class _Silence(Exception):
    """The chat was told not to answer at all."""


def _checked_text(params: Mapping[str, Any], most: int = 4096) -> str:
    raw = str(params.get("text", ""))
    text = visible_text(raw) if params.get("parse_mode") == "HTML" else raw
    if not text.strip():
        raise Refused("Bad Request: message text is empty")
    if len(text.encode("utf-16-le")) // 2 > most:
        raise Refused("Bad Request: message is too long")
    check_keyboard(params.get("reply_markup") or {})
    return text.strip()


def _reply_to(params: Mapping[str, Any]) -> int:
    asked = params.get("reply_parameters") or {}
    return int(asked.get("message_id", 0))


def _params(query: str, content_type: str, body: bytes) -> dict[str, Any]:
    if content_type.startswith("application/json"):
        found: dict[str, Any] = json.loads(body or b"{}")
    else:
        found = dict(parse_qsl(query))
        found |= _parts(content_type, body) if content_type.startswith("multipart/") else _pairs(body)
    for name in ("reply_markup", "allowed_updates", "link_preview_options", "commands", "entities", "reply_parameters"):
        if isinstance(found.get(name), str):
            found[name] = json.loads(found[name])
    return found


def _pairs(body: bytes) -> dict[str, Any]:
    return dict(parse_qsl(body.decode(), keep_blank_values=True))


def _parts(content_type: str, body: bytes) -> dict[str, Any]:
    """Read a form with files: those are bytes, what names one (`attach://`) is it."""
    form = message_from_bytes(b"Content-Type: " + content_type.encode() + b"\r\n\r\n" + body)
    found: dict[str, Any] = {}
    for part in form.get_payload():
        content = part.get_payload(decode=True)
        name = part.get_param("name", header="content-disposition")
        found[name] = content if part.get_filename() else content.decode()
    files = {f"attach://{name}": content for name, content in found.items() if isinstance(content, bytes)}
    return {name: files.get(value, value) if isinstance(value, str) else value for name, value in found.items()}


def _answer(status: int, content: dict[str, Any]) -> Answer:
    return Answer(status, json.dumps(content).encode(), {"content-type": "application/json"})
