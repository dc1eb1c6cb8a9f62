"""The pages that a visitor sees after a plain form: thanks, or what went wrong and what to do. No script, no count."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from litestar import Request, Response
from litestar.enums import MediaType

from leadsbot.attribution.hosts import host_of
from leadsbot.capture.form_words import LANGUAGES, Words, language_of, waiting
from leadsbot.errors import LeadsBotError

AnyRequest = Request[Any, Any, Any]

# They hold nothing that a press could do harm with, and a form may stand in a frame of its site.
HEADERS: Final[Mapping[str, str]] = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Cache-Control": "no-store",
    "Vary": "Accept, Accept-Language",
}
_SHEETS: Final = ("css/tokens.css", "css/visitor.css")
_ERRORS: Final = {
    401: "forbidden",
    403: "forbidden",
    429: "too_many_requests",
    413: "too_large",
    404: "unknown_token",
    415: "unsupported_media_type",
}
_NAME_FIELDS: Final = ("missing_fields", "invalid_input")
_ANY_ERROR: Final = {4: "invalid_form", 5: "unavailable"}

_environment: Final = Environment(
    loader=PackageLoader("leadsbot.capture", "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def wants_page(request: AnyRequest) -> bool:
    """Tell whether a person's browser asks, rather than a program."""
    return "text/html" in request.headers.get("accept", "").lower()


def thanks(request: AnyRequest, back: str) -> Response[str]:
    """Say that it has arrived, with a way back to the page at `back` (none where that is empty)."""
    lang = language_of(request.headers.get("accept-language", ""))
    said = LANGUAGES[lang]
    label = said.back.format(host=host_of(back).removeprefix("www."))
    return _page(request, 200, lang, said.thanks, back=back, back_label=label)


def trouble(request: AnyRequest, error: LeadsBotError, most: str = "64 Ki") -> Response[str]:
    """Say what went wrong, what to do, and that nothing that was typed is lost; `most` is how much a form may hold."""
    lang = language_of(request.headers.get("accept-language", ""))
    said = LANGUAGES[lang]
    ours = error.code in said.errors and (error.fields or error.code not in _NAME_FIELDS)
    known = error.code if ours else _ERRORS.get(error.status) or _ANY_ERROR[error.status // 100]
    words = said.errors[known]
    text = words.text.replace("{wait}", waiting(said, error.retry_after or 1)).replace("{most}", most)
    text = text.replace("{fields}", ", ".join(f"“{name.replace('_', ' ')}”" for name in error.fields))
    return _page(request, error.status, lang, Words(words.title, text), is_trouble=True, kept=said.kept)


def explanation(request: AnyRequest, address: str, status: int) -> Response[str]:
    """Say to whoever opens a form's address what it is for."""
    words = Words(
        "This address takes forms",
        "It is where a form on a website is sent to; there is nothing to see. Whoever builds the form writes:",
    )
    code = (
        f'<form action="{address}" method="post">\n  <input name="email" type="email" autocomplete="email">\n'
        '  <textarea name="message"></textarea>\n  <button>Send</button>\n</form>'
    )
    return _page(request, status, "en", words, code=code)


def _page(
    request: AnyRequest,
    status: int,
    lang: str,
    words: Words,
    *,
    is_trouble: bool = False,
    kept: str = "",
    code: str = "",
    back: str = "",
    back_label: str = "",
) -> Response[str]:
    asset: Callable[[str], str] = request.app.state.renderer.asset
    html = _environment.get_template("form_page.html").render(
        lang=lang,
        title=words.title,
        text=words.text,
        sheets=[asset(sheet) for sheet in _SHEETS],
        trouble=is_trouble,
        kept=kept,
        code=code,
        back=back,
        back_label=back_label,
    )
    return Response(html, media_type=MediaType.HTML, status_code=status, headers=dict(HEADERS))
