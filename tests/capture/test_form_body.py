"""Bodies of any kind are read or refused with a reason; nothing that is sent makes the reading fail."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from leadsbot.capture.form_body import read_body
from leadsbot.errors import InvalidInput, UnsupportedMediaType

KINDS = st.one_of(
    st.sampled_from(
        ["", "application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain"]
    ),
    st.text(max_size=60),
    st.text(alphabet='multipart/form-data; boundary="x=\\', max_size=60),
)
BODIES = st.one_of(
    st.binary(max_size=300),
    st.text(alphabet='--x\r\n:;=& %+abcContent-Disposition form-data name"', max_size=300).map(str.encode),
)


@given(KINDS, BODIES)
def test_a_body_is_read_or_refused(kind: str, raw: bytes) -> None:
    try:
        body = read_body(kind, raw)
    except (InvalidInput, UnsupportedMediaType) as error:
        assert error.message
    else:
        assert isinstance(body, dict) and all(isinstance(name, str) for name in body)


@given(st.dictionaries(st.text(), st.one_of(st.text(), st.integers(-(2**53), 2**53), st.booleans(), st.none())))
def test_an_object_is_given_as_it_is_unless_it_holds_a_nul(said: dict[str, object]) -> None:
    raw = json.dumps(said).encode()
    if "\\u0000" in raw.decode():
        return
    try:
        raw.decode().encode()
        assert read_body("application/json", raw) == said
    except InvalidInput:  # half of a surrogate pair is no text
        assert "\\ud" in raw.decode()
