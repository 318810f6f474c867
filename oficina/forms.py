"""What the forms share: Spanish messages, tidy text, and Colombia's rules for documents and telephones."""

import re
import unicodedata
from collections.abc import Callable
from functools import cache
from typing import Any

from email_validator import EmailNotValidError, validate_email
from flask import current_app, request
from flask_login import current_user
from flask_wtf import FlaskForm
from flask_wtf.form import _Auto
from wtforms import BooleanField, EmailField, PasswordField, SelectField, StringField, TelField, ValidationError
from wtforms.validators import DataRequired, EqualTo, Length, Optional

from . import captcha
from .models.cuenta import DOCUMENTOS

# Check digit of the NIT: weights from the right (DIAN, Orden Administrativa 4 de 1989).
NIT_WEIGHTS = (3, 7, 13, 17, 19, 23, 29, 37, 41, 43, 47, 53, 59, 67, 71)
DOCUMENT_RULES = {
    "CC": (r"[0-9]{3,10}", "La cédula tiene entre 3 y 10 números."),
    "CE": (r"[0-9]{6,10}", "La cédula de extranjería tiene entre 6 y 10 números."),
    "NIT": (r"[0-9]{9}-?[0-9]", "Escriba el NIT con su dígito de verificación, por ejemplo 900123818-0."),
    "PPT": (r"[0-9]{6,8}", "El permiso por protección temporal tiene entre 6 y 8 números."),
    "PP": (r"[A-Z0-9]{5,16}", "El pasaporte tiene entre 5 y 16 letras y números."),
    "TI": (r"[0-9]{10,11}", "La tarjeta de identidad tiene 10 u 11 números."),
}
# Also the invisible ones that turn a line around or break it.
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069]")
NOT_IN_NAMES = re.compile(r"[/:@<>|\\]")
OBVIOUS = (
    "contraseña",
    "contrasena",
    "clave",
    "agua",
    "acueducto",
    "oficina",
    "virtual",
    "factura",
    "colombia",
    "villavicencio",
)
LONGEST = 128
# Characters of a password that are not words which others know.
LEAST_OWN = 6
# How many characters are judged: the time that takes grows out of bounds with more (7 s for a hostile 64).
GUESSED = 20


class Form(FlaskForm):
    """A form whose built-in messages are Spanish too."""

    class Meta(FlaskForm.Meta):
        locales = ("es",)

        def wrap_formdata(self, form: Any, formdata: Any) -> Any:
            """Only fields of a form: Flask-WTF would also take JSON and files, which no form here expects."""
            if formdata is _Auto:
                return request.form if request.method == "POST" else None
            return formdata


def tidy(text: str | None) -> str | None:
    """Without blanks at the ends and doubled inside."""
    return re.sub(r" {2,}", " ", text.strip()) if text else text


def no_controls(form: Form, field: Any) -> None:
    """Refuse line breaks and control characters, which could reach a mail's header."""
    if field.data and CONTROL.search(field.data):
        raise ValidationError("Escriba el dato en una sola línea, sin caracteres extraños.")


def required(message: str) -> DataRequired:
    """Mandatory; blanks alone are nothing."""
    return DataRequired(message)


def text(label: str, longest: int, missing: str = "", *more: Callable) -> StringField:
    """A line of text, mandatory where ``missing`` says what to do; ``more`` are further checks."""
    need = required(missing) if missing else Optional()
    too_long = Length(max=longest, message=f"Escriba máximo {longest} caracteres.")
    return StringField(label, [need, too_long, no_controls, *more], filters=[tidy])


def only_a_name(form: Form, field: Any) -> None:
    """Refuse addresses: a name stands in mails of the utility."""
    if NOT_IN_NAMES.search(field.data or ""):
        raise ValidationError("Escriba solo el nombre, sin direcciones ni signos como / : @.")


def email(label: str, missing: str) -> EmailField:
    too_long = Length(max=254, message="El correo es demasiado largo.")
    return EmailField(label, [required(missing), too_long, right_email], filters=[canonical])


def email_again(field: str) -> EmailField:
    same = EqualTo(field, "Los dos correos no son iguales. Escríbalos de nuevo.")
    return EmailField("Repita el correo electrónico", [required("Escriba el correo otra vez."), same], filters=[canonical])


def checked(address: str) -> str:
    """An address as every server takes it, in small letters. Raises EmailNotValidError.

    Only its form is checked; names reserved for tests pass outside production.
    """
    testing = current_app.config["ENTORNO"] != "produccion"
    found = validate_email(address, check_deliverability=False, test_environment=testing, allow_smtputf8=False)
    return (found.ascii_email or "").lower()


def canonical(value: str | None) -> str | None:
    """The one form in which an address is compared; what is no address stays as typed, for the message."""
    try:
        return checked((value or "").strip())
    except EmailNotValidError:
        return value.strip() if value else value


def right_email(form: Any, field: Any) -> None:
    try:
        checked(field.data or "")
    except EmailNotValidError:
        raise ValidationError("Escriba el correo completo, con la arroba (@) y lo que va después.") from None


def new_password(label: str = "Contraseña") -> PasswordField:
    return PasswordField(label, [required("Escriba una contraseña."), good_password])


def password_again(field: str, label: str) -> PasswordField:
    same = EqualTo(field, "Las dos contraseñas no son iguales. Escríbalas de nuevo.")
    return PasswordField(label, [required("Escriba la contraseña otra vez."), same])


def document_type() -> SelectField:
    return SelectField("Tipo de documento", [required("Elija el tipo de documento.")], choices=DOCUMENTOS)


def document() -> StringField:
    missing = "Escriba el número de documento."
    return StringField("Número de documento", [required(missing), right_document], filters=[document_text])


def document_text(value: str | None) -> str | None:
    return re.sub(r"[\s.]", "", value).upper() if value else value


def right_document(form: Any, field: Any) -> None:
    """Check the number by the type chosen in ``documento_tipo``; a NIT is left as 900123818-0."""
    kind = form.documento_tipo.data
    pattern, message = DOCUMENT_RULES.get(kind, DOCUMENT_RULES["CC"])
    if not re.fullmatch(pattern, field.data or ""):
        raise ValidationError(message)
    if kind == "NIT":
        digits = field.data.replace("-", "")
        if nit_digit(digits[:9]) != int(digits[9]):
            raise ValidationError("El dígito de verificación no corresponde a ese NIT. Revíselo.")
        field.data = f"{digits[:9]}-{digits[9]}"


def nit_digit(number: str) -> int:
    """The check digit of a NIT without it."""
    rest = sum(int(digit) * weight for digit, weight in zip(reversed(number), NIT_WEIGHTS, strict=False)) % 11
    return rest if rest < 2 else 11 - rest


def phone_text(value: str | None) -> str | None:
    return re.sub(r"^(\+?57)(?=[0-9]{10}$)", "", re.sub(r"[\s().\-]", "", value)) if value else value


def mobile() -> TelField:
    # Ten digits since September 2021: Resolución CRC 5826 de 2019.
    return TelField("Celular", [required("Escriba su número de celular."), right_mobile], filters=[phone_text])


def right_mobile(form: Any, field: Any) -> None:
    if not re.fullmatch(r"3[0-9]{9}", field.data or ""):
        raise ValidationError("El celular tiene 10 números y comienza por 3, por ejemplo 310 555 0100.")


def land_line() -> TelField:
    return TelField("Teléfono fijo", [Optional(), right_land_line], filters=[phone_text])


def right_land_line(form: Any, field: Any) -> None:
    if not re.fullmatch(r"60[1245678][0-9]{7}", field.data or ""):
        raise ValidationError("El teléfono fijo tiene 10 números y comienza por 60, por ejemplo 608 555 0100.")


def good_password(form: Any, field: Any) -> None:
    """Long enough and not easily guessed; no rule about kinds of characters (NIST SP 800-63B-4, ASVS 6.2)."""
    shortest = current_app.config["CLAVE_MINIMA"]
    value = field.data or ""
    if len(value) < shortest:
        raise ValidationError(f"Use al menos {shortest} caracteres. Una frase de tres o cuatro palabras sirve muy bien.")
    if len(value) > LONGEST:
        raise ValidationError(f"Use máximo {LONGEST} caracteres.")
    # Its dictionaries weigh 14 MB, which every process of a delivery would hold for nothing.
    from zxcvbn import zxcvbn

    words = [*brand_words(), *own_words(form)]
    if len(without(value, words)) < LEAST_OWN or zxcvbn(value[:GUESSED], user_inputs=words)["score"] < 3:
        raise ValidationError("Esa contraseña es fácil de adivinar. Pruebe con una frase que solo usted conozca.")


def plain(text: str) -> str:
    """Lower case, without accents: how words are compared."""
    return "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))


def without(password: str, words: list[str]) -> str:
    """What is left of a password without words that others know, and without signs."""
    left = plain(password)
    for word in sorted(words, key=len, reverse=True):
        left = left.replace(word, "")
    return re.sub(r"\W", "", left)


def brand_words() -> tuple[str, ...]:
    return _words(current_app.config["MARCA_NOMBRE"], current_app.config["MARCA_MUNICIPIO"])


@cache
def _words(*names: str) -> tuple[str, ...]:
    return OBVIOUS + tuple(word for name in names for word in re.findall(r"\w{4,}", plain(name)))


def own_words(form: Any) -> list[str]:
    """What one knows of the person: typed beside the password, or kept in their account."""
    names = ("nombres", "apellidos", "documento", "celular", "direccion", "correo", "numero_factura")
    typed = [form[name].data for name in names if name in form]
    kept = [getattr(current_user, name, None) for name in names if current_user.is_authenticated]
    return [word for value in (*typed, *kept) for word in re.findall(r"\w{3,}", plain(str(value or "")))]


class PersonForm(Form):
    """Who the customer is; registration asks it and Actualizar datos changes it."""

    documento_tipo = document_type()
    documento = document()
    nombres = text("Nombres", 80, "Escriba sus nombres.", only_a_name)
    apellidos = text("Apellidos", 80, "Escriba sus apellidos.", only_a_name)
    celular = mobile()
    telefono = land_line()
    direccion = text("Dirección para correspondencia", 160)
    municipio = text("Municipio", 60)
    factura_por_correo = BooleanField("Quiero recibir la factura por correo electrónico.")


PERSON_FIELDS = (
    *("documento_tipo", "documento", "nombres", "apellidos", "celular", "telefono", "direccion", "municipio"),
    "factura_por_correo",
)


def fresh_captcha(form: Any) -> None:
    """Put a new security code in a form that has ``captcha`` and ``digitos``."""
    form.captcha.data, form.digitos.data = captcha.nuevo(), ""
    form.digitos.flags.required = True


def human(form: Any) -> bool:
    """Whether the security code of a form was answered; it is spent by the try."""
    return captcha.acierta(form.captcha.data, form.digitos.data)
