"""The signature of a body: taken as we write it and as others do, and nothing else."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from leadsbot.capture.guards.body_signature import fits, sign

SECRET = "lbs_a-secret"


@given(st.binary(max_size=200), st.text(max_size=40))
def test_a_body_fits_its_own_signature_and_no_other_text(body: bytes, text: str) -> None:
    good = sign(body, SECRET)
    assert fits(body, good, SECRET) and fits(body, f"sha256={good.upper()}", SECRET)
    assert not fits(body, text, SECRET) and not fits(body + b"x", good, SECRET)


def test_it_is_the_plain_hmac_of_the_raw_bytes() -> None:
    # RFC 4231, test case 2.
    expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    assert sign(b"what do ya want for nothing?", "Jefe") == expected
