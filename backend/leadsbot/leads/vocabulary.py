"""What people call the fields of a form, in the commoner languages, as it stands on pages.

A phrase stands for all its spellings: accents, case, digits, separators, `OWNERS` and `JOINTS` don't count, so that
"nom de l'entreprise" also reads "Nom de votre entreprise", `nomEntreprise` and "NOM (ENTREPRISE)".
"""

from __future__ import annotations

from typing import Final

EMAIL, PHONE, NAME = "email", "phone", "name"
FIRST_NAME, LAST_NAME = "first_name", "last_name"
COMPANY, MESSAGE, EVENT_DATE = "company", "message", "event_date"

# Each line is a language: English, German, French, Spanish, Portuguese, Italian, Dutch, Polish, Russian. Of two
# meanings that claim a phrase, the first has it.
PHRASES: Final[dict[str, tuple[str, ...]]] = {
    EMAIL: (
        "email|mail|email address|mail address|user email|email id",
        "email adresse|mail adresse|elektronische adresse",
        "adresse email|adresse mail|courriel|adresse courriel|adresse électronique|courrier électronique|mél"
        "|adresse de messagerie",
        "correo|correo electrónico|dirección de correo|dirección de correo electrónico|dirección de email",
        "endereço de email|endereço eletrônico|endereço eletrónico|correio eletrônico|correio eletrónico"
        "|email profissional",
        "indirizzo email|indirizzo mail|posta elettronica|indirizzo di posta elettronica|email aziendale|casella email",
        "email adres|mail adres|elektronisch adres",
        "adres email|adres mailowy|adres mail|poczta elektroniczna|adres poczty elektronicznej|email kontaktowy",
        "электронная почта|эл почта|почта|адрес электронной почты|адрес почты|имейл|емейл|мейл|электронный адрес",
    ),
    PHONE: (
        "phone|phone number|phone no|telephone|telephone number|tel|tel no|mobile|mobile number|mobile phone"
        "|mobile phone number|cell|cell phone|cell number|cell phone number|contact number|daytime phone|whats app"
        "|whats app number|user phone|telephone mobile|phone mobile",
        "telefon|telefonnummer|telefon nr|tel nr|tel nummer|handy|handynummer|handy nr|mobil|mobilnummer|mobiltelefon"
        "|mobilfunknummer|rufnummer|rückrufnummer|festnetz|festnetznummer",
        "téléphone|numéro de téléphone|n de téléphone|no de téléphone|téléphone portable|téléphone mobile"
        "|téléphone fixe|portable|numéro de portable|numéro de mobile|tél",
        "teléfono|número de teléfono|teléfono móvil|teléfono celular|teléfono de contacto|móvil|celular"
        "|número de celular|número de móvil|número de contacto",
        "telefone|número de telefone|telefone celular|número de celular|número do celular|telemóvel"
        "|número de telemóvel|telefone com ddd|telefone whats app|telefone de contato|telefone de contacto"
        "|celular com ddd|celular whats app",
        "telefono|numero di telefono|cellulare|numero di cellulare|telefono cellulare|telefono fisso"
        "|recapito telefonico|numero telefonico",
        "telefoon|telefoonnummer|telefoon nummer|mobiel|mobiel nummer|mobiele nummer|mobiele telefoon"
        "|mobiel telefoonnummer|gsm|gsm nummer|telefoon nr",
        "numer telefonu|nr telefonu|nr tel|telefon kontaktowy|telefon komórkowy|numer komórkowy|komórka"
        "|numer kontaktowy|numer telefonu komórkowego",
        "телефон|номер телефона|контактный телефон|мобильный телефон|мобильный|тел|номер мобильного"
        "|номер мобильного телефона|сотовый телефон|контактный номер",
    ),
    FIRST_NAME: (
        "first name|given name|f name|forename|first",
        "vorname|rufname",
        "prénom",
        "primer nombre|nombre de pila",
        "primeiro nome|nome próprio",
        "primo nome|nome di battesimo",
        "voornaam|roepnaam",
        "imię|pierwsze imię",
        "личное имя",
    ),
    LAST_NAME: (
        "last name|family name|sur name|lname|last",
        "nachname|familienname|zuname",
        "nom de famille",
        "apellido|apellidos|primer apellido",
        "sobrenome|apelido|último nome|nome de família",
        "cognome",
        "achternaam|familienaam",
        "nazwisko",
        "фамилия",
    ),
    COMPANY: (
        "company|company name|organization|organisation|organization name|organisation name|business name|employer"
        "|name of company|name of organization|name of organisation|company organization|company organisation",
        "firma|firmenname|unternehmen|unternehmensname|name des unternehmens|name der firma|firma organisation"
        "|arbeitgeber|firma unternehmen",
        "entreprise|société|nom de l entreprise|nom de la société|raison sociale|organisme|société organisation"
        "|entreprise organisation",
        "empresa|nombre de la empresa|compañía|nombre de la compañía|razón social|organización|empresa organización",
        "nome da empresa|companhia|organização|razão social|empresa organização|nome da organização",
        "azienda|nome dell azienda|ragione sociale|società|nome della società|impresa|organizzazione",
        "bedrijf|bedrijfsnaam|naam bedrijf|naam van het bedrijf|organisatie|naam organisatie|organisatienaam"
        "|onderneming|bedrijf organisatie",
        "nazwa firmy|przedsiębiorstwo|nazwa przedsiębiorstwa|organizacja|nazwa organizacji|firma organizacja",
        "компания|название компании|наименование компании|организация|название организации"
        "|наименование организации|фирма|название фирмы",
    ),
    EVENT_DATE: (
        "event date|date of event|wedding date|date of wedding|party date|date of party|event day|day of event|date",
        "veranstaltungsdatum|datum der veranstaltung|hochzeitsdatum|datum der hochzeit|eventdatum|datum des events"
        "|datum der feier|datum|veranstaltungstag|tag der veranstaltung",
        "date de l événement|date d événement|date du mariage|date de mariage|date de la fête|date de la réception"
        "|jour de l événement",
        "fecha del evento|fecha evento|fecha de la boda|fecha de la fiesta|fecha de la celebración|fecha"
        "|día del evento",
        "data do evento|data do casamento|data da festa|data da celebração|data|dia do evento",
        "data dell evento|data del matrimonio|data delle nozze|data della festa|data della cerimonia"
        "|giorno dell evento",
        "datum evenement|evenementdatum|trouwdatum|datum bruiloft|datum feest|feestdatum|datum event",
        "data wydarzenia|data imprezy|data ślubu|data wesela|data eventu|data uroczystości|termin wydarzenia"
        "|termin imprezy",
        "дата мероприятия|дата события|дата свадьбы|дата праздника|дата проведения мероприятия|дата торжества|дата"
        "|день мероприятия",
    ),
    MESSAGE: (
        "message|comment|comments|enquiry|inquiry|how can we help|questions comments|comments questions"
        "|question comment|message text|message body|tell us about project|tell us about event|tell us more"
        "|project details|event details|what can we do for you|how may we help",
        "nachricht|mitteilung|anfrage|kommentar|anliegen|bemerkung|bemerkungen|anmerkung|anmerkungen|nachrichtentext",
        "commentaire|commentaires|demande|remarque|remarques",
        "mensaje|comentario|comentarios|consulta|observaciones",
        "mensagem|comentário|comentários|observações|dúvida",
        "messaggio|testo del messaggio|richiesta|commento|commenti|testo messaggio",
        "bericht|opmerking|opmerkingen|vraag|vraag opmerking|vragen opmerkingen|toelichting",
        "wiadomość|treść wiadomości|treść|komentarz|uwagi|zapytanie|treść zapytania",
        "сообщение|текст сообщения|комментарий|вопрос|примечание|комментарий к заказу|текст обращения|пожелания",
    ),
    NAME: (
        "name|full name|first and last name|first name and last name|name surname|name and surname|first last name",
        "vor und nachname|vorname und nachname|nachname und vorname|name vorname|name und vorname|vorname und name"
        "|vollständiger name|ansprechpartner",
        "nom|nom complet|nom et prénom|prénom et nom|nom et prénoms|nom prénom",
        "nombre|nombre completo|nombre y apellidos|nombre y apellido|nombre apellidos|apellidos y nombre",
        "nome|nome completo|nome e sobrenome|nome e apelido",
        "nome e cognome|cognome e nome|nominativo",
        "naam|volledige naam|voor en achternaam|voornaam en achternaam|naam en voornaam|contactpersoon",
        "imię i nazwisko|nazwisko i imię|pełne imię i nazwisko|imiona i nazwisko",
        "имя|фио|ф и о|имя и фамилия|фамилия и имя|фамилия имя отчество|имя фамилия отчество|полное имя"
        "|контактное лицо|имя контактного лица|имя отчество",
    ),
}

# Articles and whose it is, in any place; what joins words, within a phrase.
OWNERS: Final = """
the a an our us you my your uns
der die das ihr ihre ihren dein deine euer eure
le la les l un une notre votre vos ton ta
el los las una tu tus su sus
os as o um uma seu sua seus suas teu tua
il lo i gli tuo tua suo vostro vostra
uw je jouw het de een
twój twoja twoje pana pani swój swoje
ваш ваша ваше вашу ваши вашего вашей твой твое
"""
JOINTS: Final = """
of to and or des dem den und oder von vom an d de du des et ou à del y da do das dos e di dello della dell dei delle
van en lub и или
"""

# What may stand before a phrase and says nothing of the field, or whose: the same person's.
BEFORE: Final = """
contact form field fields input customer client lead visitor work business personal private primary main billing
preferred q enter please
kontakt geschäftliche dienstliche private bitte kunde kunden
saisissez entrez
introduce introduzca escribe escriba
digite informe insira escreva
inserisci scrivi
zakelijk zakelijke vul
podaj wpisz napisz
введите укажите напишите рабочий рабочая
"""

AFTER: Final = """
optional required mandatory field here
pflichtfeld pflichtangabe erforderlich freiwillig
obligatoire facultatif facultative requis requise
obligatorio obligatoria opcional requerido requerida
obrigatório obrigatória
obbligatorio obbligatoria facoltativo facoltativa opzionale
verplicht optioneel
wymagane wymagany opcjonalnie opcjonalne
обязательно необязательно
"""
