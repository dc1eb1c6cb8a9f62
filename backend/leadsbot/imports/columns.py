"""Which column of a file is which field of a lead: guessed in nine languages, then as somebody says."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Final

from leadsbot.capture.lead_body import spelled
from leadsbot.errors import InvalidInput
from leadsbot.forms.words import words_of
from leadsbot.leads.contact import normalise_email
from leadsbot.leads.meanings import guess

CUSTOM: Final = "custom"
LEFT_OUT: Final = "-"
# Of the report of rows that failed, which is mended and sent again.
ERROR_COLUMN: Final = "Import error"
# What a column may be taken for, in the order of the menu; each but the last two by one column alone.
FIELDS: Final[Mapping[str, str]] = {
    "email": "Email",
    "phone": "Phone",
    "name": "Full name",
    "first_name": "First name",
    "last_name": "Last name",
    "company": "Company",
    "message": "Message",
    "notes": "Notes",
    "stage": "Stage",
    "status": "Status",
    "source": "Source",
    "campaign": "Campaign",
    "tags": "Tags",
    "created_at": "Created",
    "lead_type": "Lead type",
    "event_type": "Event type",
    "event_date": "Event date",
    "assigned_to": "Assigned to",
    "page_url": "Page",
    "landing_page": "Landing page",
    "referrer": "Referrer",
    "domain": "Domain",
    "form_name": "Form",
    "utm_source": "UTM source",
    "utm_medium": "UTM medium",
    "utm_campaign": "UTM campaign",
    "utm_term": "UTM term",
    "utm_content": "UTM content",
    "ip_address": "IP address",
    "user_agent": "User agent",
    "browser": "Browser",
    "os": "Operating system",
    "device_type": "Device",
    CUSTOM: "Kept as a field of its own",
    LEFT_OUT: "Left out",
}
# English, German, French, Spanish, Portuguese, Italian, Dutch, Polish, Russian.
_WORDS: Final[Mapping[str, str]] = {
    "created_at": "created|created at|created on|created date|creation date|date created|date added|added|added on"
    "|timestamp|submitted at|submitted|submission date|received|received at|lead date|create date|erstellt|erstellt am"
    "|erstellungsdatum|angelegt am|eingang|date de création|créé le|fecha de creación|creado|creado el"
    "|data de criação|criado em|data di creazione|creato il|aangemaakt|aangemaakt op|datum aangemaakt"
    "|data utworzenia|utworzono|дата создания|создан|создано"
    # When something came in is what other systems call when it was made.
    "|date received|received at|received on|date submitted|submitted on|submitted date|enquiry date|inquiry date"
    "|date of enquiry|entry date|date entered|registration date|registered at|signup date|lead created|date of creation"
    "|eingangsdatum|eingegangen|eingegangen am|datum des eingangs|eingangszeit|empfangen am|empfangsdatum|anfragedatum"
    "|datum der anfrage|anfrage vom|erfasst|erfasst am|erfassungsdatum|anlagedatum|angelegt|erstelldatum"
    "|erstellungszeit|eintragsdatum|hinzugefügt am|zeitstempel|gesendet am|übermittelt am|registriert am"
    "|date de réception|reçu le|date d'ajout|ajouté le|date de la demande|date d'entrée|date d'arrivée|date d'envoi"
    "|envoyé le|date d'enregistrement|enregistré le|date d'inscription|horodatage|horodateur"
    "|fecha de entrada|fecha de recepción|fecha de llegada|recibido|recibido el|fecha de alta|añadido el|fecha de envío"
    "|enviado el|fecha de solicitud|fecha de registro|registrado el|marca temporal"
    "|data de entrada|data de recebimento|data de receção|data de recepção|recebido em|data de envio|enviado em"
    "|adicionado em|data do pedido|data de registro|data de registo|data de cadastro|cadastrado em|carimbo de data/hora"
    "|data di ricezione|ricevuto il|data di arrivo|data di inserimento|inserito il|data di invio|inviato il|aggiunto il"
    "|data della richiesta|data di registrazione|data di iscrizione|informazioni cronologiche"
    "|ontvangen|ontvangen op|ontvangstdatum|datum ontvangst|datum van ontvangst|binnengekomen op|toegevoegd op"
    "|datum toegevoegd|invoerdatum|aanmaakdatum|aanvraagdatum|ingediend op|verzonden op|tijdstempel"
    "|data wpływu|data otrzymania|otrzymano|data dodania|dodano|data zgłoszenia|data rejestracji|data przesłania"
    "|wysłano|sygnatura czasowa"
    "|дата поступления|дата получения|получено|поступило|дата добавления|добавлено|дата заявки|дата обращения"
    "|дата регистрации|дата отправки|отправлено|отметка времени",
    "stage": "stage|pipeline stage|lead stage|deal stage|phase|verkaufsphase|étape|etapa|fase|etap|этап|стадия",
    "status": "status|lead status|state|statut|estado|stato|статус",
    "source": "source|lead source|origin|quelle|herkunft|leadquelle|origine|fuente|origen|fonte|origem|bron|źródło"
    "|источник",
    "tags": "tags|tag|labels|label|etiketten|schlagwörter|étiquettes|etiquetas|etichette|tagi|etykiety|теги|метки",
    "notes": "notes|note|internal notes|notizen|notiz|notas|nota|anotações|appunti|notities|notitie|notatki|notatka"
    "|заметки|заметка",
    "assigned_to": "assigned to|owner|lead owner|assignee|zuständig|bearbeiter|besitzer|responsable|propietario"
    "|responsável|responsabile|eigenaar|właściciel|ответственный",
    "campaign": "campaign|campaign name|kampagne|campagne|campaña|campanha|campagna|kampania|кампания",
    "page_url": "page|page url|url|landing page url|seite|página|pagina|strona|страница",
}
_KNOWN: Final = {
    "".join(words_of(phrase).split()): field for field, phrases in _WORDS.items() for phrase in phrases.split("|")
}


def guessed(
    header: Sequence[str], rows: Sequence[Sequence[str]], known: Mapping[str, Collection[str]]
) -> dict[str, str]:
    """Give each column's field; what isn't understood is kept as a field of its own. `rows` are a few to look at.

    `known` are the values that a field can have, in small letters: where most of a column's are others, it is another
    system's own ("Status: Open") and no such field.
    """
    mapping: dict[str, str] = {}
    taken: set[str] = set()
    for place, name in enumerate(header):
        field = _by_name(name)
        fits = field not in known or _mostly(_cells(rows, place), _one_of(known[field]))
        mapping[name] = field if field and field not in taken and fits else CUSTOM
        taken.add(mapping[name])
    if "email" not in taken:
        for place, name in enumerate(header):
            if mapping[name] == CUSTOM and _mostly(_cells(rows, place), lambda cell: bool(normalise_email(cell))):
                mapping[name] = "email"
                break
    return mapping


def applied(guess: Mapping[str, str], said: Mapping[str, str]) -> dict[str, str]:
    """Give the mapping as somebody said it, guesses where they said nothing. A column may be named without case.

    Raises InvalidInput for a column or field that there isn't, and for a field said twice.
    """
    names = {name.casefold(): name for name in guess}
    wanted: dict[str, str] = {}
    for column, field in said.items():
        name = names.get(" ".join(column.split()).casefold())
        if name is None:
            raise InvalidInput(f"The file has no column “{column}”. It has: {', '.join(guess)}.", fields=["map"])
        wanted[name] = _field(field)
    once = [field for field in wanted.values() if field not in (CUSTOM, LEFT_OUT)]
    double = next((field for field in once if once.count(field) > 1), None)
    if double:
        raise InvalidInput(f"Two columns can't both be {double}.", fields=["map"])
    left = {name: CUSTOM if field in once else field for name, field in guess.items() if name not in wanted}
    return {name: wanted.get(name) or left[name] for name in guess}


def require_contact(mapping: Mapping[str, str]) -> None:
    """Raise InvalidInput where no column says how to reach anybody."""
    if not {"email", "phone"} & set(mapping.values()):
        raise InvalidInput(
            "No column is an email or a phone, so nobody could be reached. Say which is: map=Column:email.",
            code="no_contact",
            fields=["map"],
        )


def said_in(pairs: Sequence[str]) -> dict[str, str]:
    """Read `map=Column:field,Other:field`; a column's name may hold colons, and commas too."""
    said: dict[str, str] = {}
    for text in pairs:
        column = ""
        for piece in text.split(","):
            column += piece
            if ":" not in piece:
                column += ","
                continue
            name, _, field = column.rpartition(":")
            said[name.strip()] = field.strip()
            column = ""
        if column.strip(" ,") or "" in said:
            raise InvalidInput("map is column:field, several with commas between.", fields=["map"])
    return said


def _field(name: str) -> str:
    field = {"": LEFT_OUT, "custom_data": CUSTOM, "ignore": LEFT_OUT}.get(name.strip().lower()) or spelled(name)
    field = LEFT_OUT if name.strip() == LEFT_OUT else field
    if field not in FIELDS:
        known = ", ".join(FIELDS)
        raise InvalidInput(f"There is no field “{name}”. A column may be: {known}.", fields=["map"])
    return field


def _by_name(name: str) -> str:
    if name == ERROR_COLUMN:
        return LEFT_OUT
    plain = spelled(name)
    if plain in FIELDS and plain not in (CUSTOM, LEFT_OUT):
        return plain
    return _KNOWN.get("".join(words_of(name).split())) or guess(name)


def _cells(rows: Sequence[Sequence[str]], place: int) -> list[str]:
    return [row[place].strip() for row in rows if place < len(row) and row[place].strip()]


def _one_of(values: Collection[str]) -> Callable[[str], bool]:
    return lambda cell: cell.casefold() in values


def _mostly(said: Sequence[str], test: Callable[[str], bool]) -> bool:
    return bool(said) and sum(1 for one in said if test(one)) * 2 > len(said)
