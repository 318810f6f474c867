from wtforms import BooleanField, HiddenField, StringField
from wtforms.validators import Length

from ..forms import Form, PersonForm, email, email_again, new_password, password_again, required, text
from ..models.predio import normalizar_codigo


class CodigoForm(Form):
    codigo = StringField(
        "Código de usuario",
        [required("Escriba el código de usuario que aparece arriba a la derecha en su factura."), Length(max=40)],
        filters=[normalizar_codigo],
    )
    # Only while very many codes are being tried (see routes.py).
    captcha = HiddenField()
    digitos = StringField("Código de seguridad", [Length(max=20)])


class DatosForm(PersonForm):
    """Step 2; ``validado`` is the signed token of step 1."""

    validado = HiddenField()
    correo = email("Correo electrónico", "Escriba su correo electrónico: con él va a iniciar sesión.")
    correo2 = email_again("correo")
    clave = new_password()
    clave2 = password_again("clave", "Repita la contraseña")
    numero_factura = text("Número de una factura reciente", 30, "Escriba el número de una de sus últimas facturas.")
    captcha = HiddenField()
    digitos = StringField("Código de seguridad", [Length(max=20)])
    autorizacion = BooleanField(
        "Autorizo el tratamiento de mis datos personales.",
        [required("Para crear la cuenta necesitamos su autorización.")],
    )

    def reject(self, field: str, message: str) -> None:
        """Add an error that only the database could tell."""
        self[field].errors = [*self[field].errors, message]
