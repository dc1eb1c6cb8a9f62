"""What visitors read after they sent a plain form: in the language that their browser asks for, else in English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

DEFAULT: Final = "en"


class Words(NamedTuple):
    """A page: its heading, and a sentence or two."""

    title: str
    text: str


class Language(NamedTuple):
    """What is said in one language. `errors` are by their code, `seconds` and `minutes` take a number, `{wait}` is how
    long to wait; `kept` says what to do with what was typed."""

    thanks: Words
    back: str
    kept: str
    seconds: str
    minutes: str
    hours: str
    errors: Mapping[str, Words]


LANGUAGES: Final[Mapping[str, Language]] = {
    "en": Language(
        Words("Thank you", "What you sent has arrived."),
        "Back to {host}",
        "Nothing you typed is lost: go back with your browser's Back button.",
        "{n} seconds",
        "{n} minutes",
        "{n} hours",
        {
            "unknown_token": Words(
                "This form leads nowhere", "The site it stands on has changed. Please reach its owner another way."
            ),
            "origin_not_allowed": Words(
                "This form can't be sent from here",
                "It stands on a page that it doesn't belong to. Whoever owns it finds out why in their dashboard.",
            ),
            "too_large": Words("That was too much", "A form may hold {most}B. Shorten the text and send it again."),
            "too_many_fields": Words("That was too much", "The form has more fields than can be taken."),
            "too_many_requests": Words("Too many at once", "Please wait {wait}, then send it again."),
            "empty_form": Words("The form was empty", "Fill in at least one field and send it again."),
            "invalid_form": Words("The form couldn't be read", "It broke on its way. Please send it again."),
            "unsupported_media_type": Words(
                "The form couldn't be read", "Its page sends it in a way that isn't understood here."
            ),
            "missing_fields": Words("Something is missing", "Fill in {fields} and send it again."),
            "invalid_input": Words("Something isn't right yet", "Look at {fields} again, then send it once more."),
            "captcha_missing": Words("The check against robots is open", "Solve it, then send the form again."),
            "captcha_failed": Words(
                "The check against robots didn't pass", "Solve it once more, then send the form again."
            ),
            "forbidden": Words(
                "This form can't be sent from here", "Whoever owns it finds out why in their dashboard."
            ),
            "unavailable": Words("That didn't work just now", "It couldn't be stored. Send it again in a minute."),
        },
    ),
    "de": Language(
        Words("Vielen Dank", "Ihre Nachricht ist angekommen."),
        "Zurück zu {host}",
        "Ihre Eingaben sind nicht verloren: Gehen Sie mit der Zurück-Taste Ihres Browsers zurück.",
        "{n} Sekunden",
        "{n} Minuten",
        "{n} Stunden",
        {
            "unknown_token": Words(
                "Dieses Formular führt ins Leere",
                "Die Website hat sich geändert. Bitte wenden Sie sich auf anderem Weg an ihren Betreiber.",
            ),
            "origin_not_allowed": Words(
                "Von hier lässt sich dieses Formular nicht senden",
                "Es steht auf einer Seite, zu der es nicht gehört. Ihr Betreiber erfährt den Grund.",
            ),
            "too_large": Words(
                "Das war zu viel",
                "Ein Formular fasst {most}B. Bitte kürzen Sie den Text und senden Sie es noch einmal.",
            ),
            "too_many_fields": Words("Das war zu viel", "Das Formular hat mehr Felder, als angenommen werden."),
            "too_many_requests": Words(
                "Zu viel auf einmal", "Bitte warten Sie {wait} und senden Sie es dann noch einmal."
            ),
            "empty_form": Words(
                "Das Formular war leer", "Füllen Sie mindestens ein Feld aus und senden Sie es noch einmal."
            ),
            "invalid_form": Words(
                "Das Formular war nicht lesbar", "Es kam beschädigt an. Bitte senden Sie es noch einmal."
            ),
            "unsupported_media_type": Words(
                "Das Formular war nicht lesbar", "Seine Seite sendet es auf eine Art, die hier nicht verstanden wird."
            ),
            "missing_fields": Words("Es fehlt noch etwas", "Füllen Sie {fields} aus und senden Sie es noch einmal."),
            "invalid_input": Words(
                "Etwas stimmt noch nicht", "Sehen Sie {fields} noch einmal an und senden Sie es dann erneut."
            ),
            "captcha_missing": Words(
                "Die Prüfung gegen Roboter ist offen", "Lösen Sie sie und senden Sie das Formular noch einmal."
            ),
            "captcha_failed": Words(
                "Die Prüfung gegen Roboter ist misslungen",
                "Lösen Sie sie noch einmal und senden Sie das Formular erneut.",
            ),
            "forbidden": Words("Von hier lässt sich dieses Formular nicht senden", "Sein Betreiber erfährt den Grund."),
            "unavailable": Words(
                "Das hat gerade nicht geklappt",
                "Es konnte nicht gespeichert werden. Senden Sie es in einer Minute noch einmal.",
            ),
        },
    ),
    "fr": Language(
        Words("Merci", "Votre message est bien arrivé."),
        "Retour à {host}",
        "Rien de ce que vous avez saisi n'est perdu : revenez avec le bouton Retour de votre navigateur.",
        "{n} secondes",
        "{n} minutes",
        "{n} heures",
        {
            "unknown_token": Words(
                "Ce formulaire ne mène nulle part", "Le site a changé. Contactez son propriétaire autrement."
            ),
            "origin_not_allowed": Words(
                "Ce formulaire ne peut pas être envoyé d'ici",
                "Il se trouve sur une page à laquelle il n'appartient pas. Son propriétaire en verra la raison.",
            ),
            "too_large": Words(
                "C'était trop long", "Un formulaire contient au plus {most}o. Raccourcissez le texte et renvoyez-le."
            ),
            "too_many_fields": Words("C'était trop long", "Le formulaire a plus de champs que permis."),
            "too_many_requests": Words("Trop d'envois à la fois", "Attendez {wait}, puis renvoyez-le."),
            "empty_form": Words("Le formulaire était vide", "Remplissez au moins un champ et renvoyez-le."),
            "invalid_form": Words("Le formulaire est illisible", "Il est arrivé abîmé. Veuillez le renvoyer."),
            "unsupported_media_type": Words(
                "Le formulaire est illisible", "Sa page l'envoie d'une manière qui n'est pas comprise ici."
            ),
            "missing_fields": Words("Il manque quelque chose", "Remplissez {fields} puis renvoyez-le."),
            "invalid_input": Words("Quelque chose ne va pas encore", "Vérifiez {fields}, puis renvoyez-le."),
            "captcha_missing": Words(
                "Le contrôle anti-robots n'est pas fait", "Effectuez-le, puis renvoyez le formulaire."
            ),
            "captcha_failed": Words(
                "Le contrôle anti-robots a échoué", "Effectuez-le de nouveau, puis renvoyez le formulaire."
            ),
            "forbidden": Words("Ce formulaire ne peut pas être envoyé d'ici", "Son propriétaire en verra la raison."),
            "unavailable": Words("Cela n'a pas marché", "Il n'a pas pu être enregistré. Renvoyez-le dans une minute."),
        },
    ),
    "es": Language(
        Words("Gracias", "Su mensaje ha llegado."),
        "Volver a {host}",
        "Nada de lo que escribió se ha perdido: vuelva con el botón Atrás de su navegador.",
        "{n} segundos",
        "{n} minutos",
        "{n} horas",
        {
            "unknown_token": Words(
                "Este formulario no lleva a ninguna parte",
                "El sitio ha cambiado. Póngase en contacto con su propietario de otra manera.",
            ),
            "origin_not_allowed": Words(
                "Este formulario no se puede enviar desde aquí",
                "Está en una página a la que no pertenece. Su propietario verá el motivo en su panel.",
            ),
            "too_large": Words(
                "Eso fue demasiado", "Un formulario admite {most}B. Acorte el texto y envíelo de nuevo."
            ),
            "too_many_fields": Words("Eso fue demasiado", "El formulario tiene más campos de los que se aceptan."),
            "too_many_requests": Words("Demasiados a la vez", "Espere {wait} y envíelo de nuevo."),
            "empty_form": Words("El formulario estaba vacío", "Rellene al menos un campo y envíelo de nuevo."),
            "invalid_form": Words("No se pudo leer el formulario", "Llegó dañado. Envíelo de nuevo, por favor."),
            "unsupported_media_type": Words(
                "No se pudo leer el formulario", "Su página lo envía de una forma que aquí no se entiende."
            ),
            "missing_fields": Words("Falta algo", "Rellene {fields} y envíelo de nuevo."),
            "invalid_input": Words("Algo no está bien todavía", "Revise {fields} y envíelo de nuevo."),
            "captcha_missing": Words(
                "Falta la comprobación contra robots", "Resuélvala y envíe el formulario de nuevo."
            ),
            "captcha_failed": Words(
                "La comprobación contra robots ha fallado", "Resuélvala otra vez y envíe el formulario de nuevo."
            ),
            "forbidden": Words(
                "Este formulario no se puede enviar desde aquí", "Su propietario verá el motivo en su panel."
            ),
            "unavailable": Words("No ha funcionado", "No se pudo guardar. Envíelo de nuevo dentro de un minuto."),
        },
    ),
}


def language_of(accepted: str) -> str:
    """Give the language of `LANGUAGES` that `Accept-Language` prefers (RFC 9110, section 12.5.4), else English."""
    wanted: list[tuple[float, int, str]] = []
    for place, part in enumerate(accepted[:500].split(",")):
        tag, _, parameter = part.strip().partition(";")
        language = tag.strip().lower().partition("-")[0]
        wanted.append((-_quality(parameter), place, language))
    for quality, _, language in sorted(wanted):
        if quality < 0 and language in LANGUAGES:
            return language
    return DEFAULT


def waiting(language: Language, seconds: float) -> str:
    """Say how long to wait, rounded up to what people count in."""
    whole = max(2, -int(-seconds // 1))
    if whole <= 90:
        return language.seconds.format(n=whole)
    if whole <= 90 * 60:
        return language.minutes.format(n=-(-whole // 60))
    return language.hours.format(n=-(-whole // 3600))


def _quality(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    if name.strip().lower() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0
