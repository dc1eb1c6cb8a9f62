"""Pages that are little more than a form or a sentence: sign-in, errors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Login:
    """Sign-in; `next` is a path of this dashboard, `wait_s` the seconds until another try is taken (0: at once),
    `said` what went well before."""

    template: ClassVar[str] = "login.html"
    nav: ClassVar[str] = ""
    title: ClassVar[str] = "Sign in"

    email: str = ""
    next: str = "/"
    error: str = ""
    wait_s: int = 0
    said: str = ""


@dataclass(frozen=True, slots=True)
class Forgotten:
    """Asking for a link by which to choose another password; `mails`: this server can send it, `sent`: it was
    asked to."""

    template: ClassVar[str] = "forgotten.html"
    nav: ClassVar[str] = ""
    title: ClassVar[str] = "Forgotten password"

    mails: bool
    sent: bool = False
    email: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True)
class Reset:
    """Choosing another password by such a link, at `action`; with an empty `action` the link holds no longer."""

    template: ClassVar[str] = "reset.html"
    nav: ClassVar[str] = ""
    title: ClassVar[str] = "Another password"

    action: str = ""
    email: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True)
class Sure:
    """What is asked before something is done that can't simply be taken back; `fields` are what was posted to
    `action`, `back` is the page that it was posted from."""

    template: ClassVar[str] = "sure.html"
    nav: ClassVar[str] = ""

    question: str
    verb: str
    action: str
    fields: tuple[tuple[str, str], ...]
    back: str

    @property
    def title(self) -> str:
        """The question itself."""
        asked, mark, _ = self.question.partition("? ")
        return f"{asked}?" if mark else asked

    @property
    def lost(self) -> str:
        """What will be lost."""
        return self.question.partition("? ")[2]


@dataclass(frozen=True, slots=True)
class ErrorPage:
    """What went wrong, for people; `message` is its own sentence, `request_id` finds it in the log."""

    template: ClassVar[str] = "error.html"
    nav: ClassVar[str] = ""

    status: int
    request_id: str
    message: str = ""

    @property
    def title(self) -> str:
        """Say it in a few words."""
        return {
            403: "That was refused",
            404: "There is nothing here",
            413: "That is too much",
            429: "Too much at once",
            503: "Not just now",
        }.get(self.status, "That doesn't fit" if self.status < 500 else "That went wrong")

    @property
    def sentence(self) -> str:
        """Say it all in a line, for where there is no room for a page."""
        if self.status == 404:
            return "It isn't there any more. Reload the page to see what is."
        if self.status < 500 or self.status == 503:
            return self.words
        return f"That went wrong. Try again; if it stays, tell whoever runs this server: request {self.request_id}."

    @property
    def words(self) -> str:
        """Say what can be done about it."""
        if self.status == 404:
            return "The address may be mistyped, or what stood here was deleted."
        if self.status == 413:
            return "Nothing was saved. Go back, where what you typed still stands, and send less of it at once."
        if self.status < 500 or self.status == 503:
            return self.message or "Go back and try once more."
        return "It has been written to the log. Try again; if it stays, tell whoever runs this server."
