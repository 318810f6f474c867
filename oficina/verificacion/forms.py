from wtforms import Field, StringField
from wtforms.validators import Length, ValidationError

from ..documentos import verificacion
from ..forms import Form, required

NUMBER_TOO_LONG = "El número de la factura tiene máximo 30 caracteres. Escríbalo como está impreso."
NOT_WHOLE = "El código de verificación tiene diez letras y números, por ejemplo 7K3MQ-9XT2B. Revise que esté completo."


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
        [required("Escriba el código de verificación de la factura.")],
        filters=[ends_cut],
    )

    def validate_codigo(self, field: Field) -> None:
        if len(verificacion.symbols(field.data)) != verificacion.LENGTH:
            raise ValidationError(NOT_WHOLE)
