from wtforms import StringField
from wtforms.validators import Length

from ..forms import Form, required

NUMBER_TOO_LONG = "El número de la factura tiene máximo 30 caracteres. Escríbalo como está impreso."
CODE_TOO_LONG = "El código de verificación tiene diez letras y números, por ejemplo 7K3MQ-9XT2B."


def ends_cut(text: str | None) -> str:
    return (text or "").strip()


class VerificarForm(Form):
    # A number is taken as it is: deliveries bring any character in it.
    numero = StringField(
        "Número de la factura",
        [required("Escriba el número de la factura."), Length(max=30, message=NUMBER_TOO_LONG)],
        filters=[ends_cut],
    )
    codigo = StringField(
        "Código de verificación",
        [required("Escriba el código de verificación de la factura."), Length(max=40, message=CODE_TOO_LONG)],
        filters=[ends_cut],
    )
