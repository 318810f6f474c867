from wtforms import HiddenField, StringField
from wtforms.validators import Length, Optional

from ..forms import Form, email, required, tidy
from ..models.predio import normalizar_codigo


class BuscarForm(Form):
    codigo = StringField(
        "Código de usuario",
        [
            required("Escriba el código de usuario que aparece arriba a la derecha en la factura."),
            Length(max=40, message="Escriba máximo 40 caracteres."),
        ],
        filters=[normalizar_codigo],
    )
    numero = StringField(
        "Número de la factura",
        [
            required("Escriba el número de la factura: está en la parte superior."),
            Length(max=40, message="Escriba máximo 40 caracteres."),
        ],
        filters=[tidy],
    )
    # Only after many tries (see busqueda.py).
    captcha = HiddenField(validators=[Optional()])
    digitos = StringField("Código de seguridad", [Optional(), Length(max=20)])


class PagarForm(Form):
    correo = email("Correo electrónico para el comprobante", "Escriba su correo electrónico: allí le llega el comprobante.")

    def con_correo(self, obligatorio: bool) -> "PagarForm":
        """Itself, with the e-mail as the gateway wants it."""
        if not obligatorio:
            self.correo.validators = [Optional(), *self.correo.validators[1:]]
            self.correo.flags.required = False
        return self
