"""Reading what a browser posts: whatever arrives, it is read or refused in the house's own terms."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadsbot.capture.posted_form import MAX_NAME, MULTIPART, URLENCODED, read_form
from leadsbot.errors import LeadsBotError

ANY_KIND = st.sampled_from(
    [URLENCODED, MULTIPART, f"{MULTIPART}; boundary=x", f'{MULTIPART}; boundary="x', f"{URLENCODED}; charset=utf-7", ""]
) | st.text(max_size=60)
PIECES = st.sampled_from(
    [b"--x\r\n", b"--x--", b"--x--\r\n", b'Content-Disposition: form-data; name="a"', b'; filename="b"', b"\r\n\r\n",
     b"a=%", b"&", b"_charset_=base64", b"_charset_=utf-16", b"\xff\xfe", b"\0", b"%00", b"[]"]
) | st.binary(max_size=20)  # fmt: skip


@given(ANY_KIND, st.lists(PIECES, max_size=30).map(b"".join))
def test_whatever_arrives_is_read_or_refused(kind: str, raw: bytes) -> None:
    try:
        fields = read_form(kind, raw)
    except LeadsBotError as error:
        assert 400 <= error.status < 500
        return
    for name, value in fields.items():
        assert name and len(name) <= MAX_NAME
        assert "\0" not in name + value and "\r" not in value
        (name + value).encode()


@given(st.dictionaries(st.from_regex(r"[a-z]{1,20}", fullmatch=True), st.text(max_size=50), max_size=20))
def test_what_a_browser_encodes_comes_back(fields: dict[str, str]) -> None:
    expected = {
        name: value.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\N{REPLACEMENT CHARACTER}")
        for name, value in fields.items()
    }
    sent = urlencode({name: value.encode("utf-8", "surrogatepass") for name, value in fields.items()})
    read = read_form(URLENCODED, sent.encode())
    assert read == {name: value if value.strip() else "" for name, value in expected.items()}


@pytest.mark.parametrize("charset", ["windows-1252", "latin1", "ISO-8859-1", "us-ascii"])
def test_what_old_pages_call_themselves_is_windows_1252(charset: str) -> None:
    assert read_form(f"{URLENCODED}; charset={charset}", b"price=5+%80") == {"price": "5 €"}


def test_a_multipart_form_in_an_old_charset_keeps_its_names() -> None:
    body = (
        b'--x\r\nContent-Disposition: form-data; name="_charset_"\r\n\r\nwindows-1252\r\n'
        b'--x\r\nContent-Disposition: form-data; name="Stra\xdfe"\r\n\r\nK\xf6nigsallee\r\n'
        b'--x\r\nContent-Disposition: form-data; name="f"; filename="\xdcbersicht.pdf"\r\n\r\n%PDF\r\n--x--\r\n'
    )
    read = read_form(f"{MULTIPART}; boundary=x", body)
    assert read == {"_charset_": "windows-1252", "Straße": "Königsallee", "f": "Übersicht.pdf (a file, not kept)"}
