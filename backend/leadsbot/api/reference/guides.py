"""The guides as people read them: the Markdown of `docs/guides`, of `docs/channels`, and of what those build on, as
pages that lead to each other and to the reference.

What stands for this LeadsBot in a guide (`HOST`) is filled in. Other pages of `docs` are named, not linked.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererProtocol
from markdown_it.token import Token
from markupsafe import Markup, escape
from msgspec import Struct

from leadsbot.api.reference.page import ENVIRONMENT

FOLDER: Final = Path(__file__).resolve().parents[4] / "docs" / "guides"
CHANNELS: Final = FOLDER.parent / "channels"
IMAGES: Final = FOLDER.parent / "images"
# What all channels share, and webhooks: pages of `docs` itself, in the order in which they are listed.
SHARED: Final = ("channels", "webhooks", "quiet-hours-and-digests", "summaries")
PATH: Final = "/docs/guides"
# What examples call this LeadsBot, besides HOST.
_EXAMPLE: Final = "https://leads.example.com"
IMAGES_PATH: Final = "/docs/images"
OVERVIEW: Final = "README"
# Where the reference says what a page of `docs` says.
_REFERENCE: Final = {
    "../api.md": "/docs",
    "../api.md#endpoints": "/docs#tag-endpoints",
    "../api.md#imports": "/docs#tag-imports",
}


class Guide(Struct, frozen=True):
    """A guide ready to be shown: its title, its text as HTML, and its headings by their place on the page."""

    name: str
    title: str
    html: Markup
    headings: Mapping[str, str]

    @property
    def href(self) -> str:
        return address(self.name)


def address(name: str) -> str:
    """Give where a guide is served."""
    return PATH if name == OVERVIEW else f"{PATH}/{name}"


@cache
def names() -> Sequence[str]:
    """Name the folder's guides: the overview, then in its order, then what it forgot."""
    there = {path.stem for path in FOLDER.glob("*.md")}
    told = re.findall(r"\]\(([\w-]+)\.md\)", _text(OVERVIEW)) if OVERVIEW in there else []
    return [name for name in dict.fromkeys([OVERVIEW, *told, *sorted(there)]) if name in there]


@cache
def channels() -> Sequence[str]:
    """Name the pages about channels and webhooks: what they share, then each one's own."""
    return [*SHARED, *sorted(path.stem for path in CHANNELS.glob("*.md"))]


@cache
def images() -> frozenset[str]:
    """Name the pictures that a page may show."""
    return frozenset(path.name for path in IMAGES.glob("*.png"))


def there_is(name: str) -> bool:
    """Tell whether a page has this name."""
    return name in names() or name in channels()


def page(name: str, base: str, asset: Callable[[str], str], theme: str) -> str:
    """Give the whole page of a guide or a channel. `base` is the address of this LeadsBot."""
    guides, about = ([read(one, base) for one in some] for some in (names(), channels()))
    shown = next(guide for guide in (*guides, *about) if guide.name == name)
    template = ENVIRONMENT.get_template("guide.html")
    return template.render(guide=shown, guides=guides, channels=about, asset=asset, theme=theme)


@cache
def read(name: str, base: str) -> Guide:
    """Give a guide with this LeadsBot's address in it."""
    host = urlsplit(base).netloc
    text = re.sub(r"\bHOST\b", lambda _: host, _text(name).replace("https://HOST", base).replace(_EXAMPLE, base))
    tokens = _MARKDOWN.parse(text)
    headings = {}
    for opens, inside in pairwise(tokens):
        if opens.type == "heading_open":
            place = anchor(_plain(inside))
            opens.attrs["id"] = place
            headings[place] = _plain(inside)
        for token in (inside,) if inside.type == "inline" else ():
            token.children = _relinked(token.children or [])
    title, *_ = headings.values()
    html = Markup(_MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {}))  # noqa: S704 (raw HTML is off)
    return Guide(name, title, html, dict(list(headings.items())[1:]))


def anchor(title: str) -> str:
    """Give a heading's place as links in the files name it (GitHub's rule)."""
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


def _plain(inside: Token) -> str:
    return "".join(token.content for token in inside.children or [])


def _relinked(tokens: Sequence[Token]) -> list[Token]:
    """Let links between files lead to what is served; of others the text is left, with the file's name."""
    out: list[Token] = []
    file = ""
    for token in tokens:
        if token.type == "image":
            token.attrs["src"] = f"{IMAGES_PATH}/{Path(str(token.attrs['src'])).name}"
        elif token.type == "link_open":
            leads = served(str(token.attrs["href"]))
            if not leads:
                file = str(token.attrs["href"]).removeprefix("../").partition("#")[0]
                continue
            token.attrs["href"] = leads
        elif token.type == "link_close" and file:
            out += [Token("text", "", 0, content=" ("), Token("code_inline", "code", 0, content=f"docs/{file}")]
            out.append(Token("text", "", 0, content=")"))
            file = ""
            continue
        elif token.type == "text" and re.fullmatch(r"[\w-]+\.md", token.content):
            token.content = "the guide"
        out.append(token)
    return out


def served(href: str) -> str:
    """Give where a link of a guide leads, or an empty text where that isn't served."""
    if re.match(r"https?://|#", href):
        return href
    if href in _REFERENCE:
        return _REFERENCE[href]
    found = re.fullmatch(r"(?:\.\./)?(?:(?:guides|channels)/)?([\w-]+)\.md(#[\w-]+)?", href)
    return address(found[1]) + (found[2] or "") if found and there_is(found[1]) else ""


def _text(name: str) -> str:
    folder = FOLDER.parent if name in SHARED else CHANNELS if name in channels() else FOLDER
    return (folder / f"{name}.md").read_text(encoding="utf-8")


def _fence(
    renderer: RendererProtocol, tokens: Sequence[Token], place: int, options: Mapping[str, Any], env: Mapping[str, Any]
) -> str:
    code = escape(tokens[place].content.rstrip())
    return (
        f'<div class="code"><pre tabindex="0" aria-label="Code"><code>{code}</code></pre>'
        '<button class="copy scripted" type="button" data-copy>Copy</button></div>\n'
    )


_MARKDOWN: Final = MarkdownIt("commonmark", {"html": False}).enable("table")
_MARKDOWN.add_render_rule("fence", _fence)
