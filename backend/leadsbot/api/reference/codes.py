"""The `code` of every refusal that a program may meet, with what to do about it."""

from __future__ import annotations

from typing import Final

CODES: Final = {
    "invalid_input": (400, "Correct what `fields` names."),
    "invalid_json": (400, "Send JSON in UTF-8."),
    "missing_fields": (400, "Send the fields that `fields` names."),
    "unknown_stage": (400, "Use one of the workspace's stages; the sentence lists them."),
    "bad_cursor": (400, "Take `next_cursor` as it came, with the same filters."),
    "nul_character": (400, "Take the NUL character out."),
    "not_json": (400, "Send JSON in UTF-8."),
    "too_deep": (400, "Nest the body less deeply."),
    "key_missing": (401, "Send `Authorization: Bearer lb_…` or `X-API-Key: lb_…`."),
    "key_malformed": (401, "Copy the key whole: `lb_` and 40 characters."),
    "key_unknown": (401, "Make a new key: this one is unknown or was revoked."),
    "unauthorized": (401, "Send a valid key or token."),
    "scope_missing": (403, "Use a key with the scope that the sentence names."),
    "origin_not_allowed": (403, "Put the page's origin on the site's or endpoint's list."),
    "forbidden": (403, "The door's rules refuse this; its owner sees why in the dashboard."),
    "not_found": (404, "Check the id: nothing like it is in this key's workspace."),
    "unknown_token": (404, "Check the site's token."),
    "no_form": (404, "Make a hosted form for this site first."),
    "method_not_allowed": (405, "Use a method that `Allow` names."),
    "conflict": (409, "Read the sentence; the same request won't succeed as things are."),
    "name_taken": (409, "Choose another name."),
    "too_large": (413, "Send less at once."),
    "unsupported_media_type": (415, "Send the content type that the call takes."),
    "too_many_requests": (429, "Wait as long as `Retry-After` says."),
    "leads_per_hour": (429, "The workspace's leads an hour by keys are used up: wait, or raise `leads_per_hour`."),
    "leads_per_day": (429, "The address has begun as many leads as the door allows in 24 hours."),
    "destination_deleted": (409, "The webhook or channel is gone."),
    "destination_disabled": (409, "Enable the webhook or channel first."),
    "secret_key_changed": (500, "Enter the secret again: LEADSBOT_SECRET_KEY is another one now."),
    "internal_error": (500, "Tell whoever runs this LeadsBot the `request_id`."),
    "unavailable": (503, "Nothing was stored: try again after `Retry-After`."),
}
