from wtforms import HiddenField, PasswordField, StringField
from wtforms.validators import Length, Optional

from ..forms import Form, email, required


class IngresoForm(Form):
    correo = email("Correo electrónico", "Escriba el correo con el que se registró.")
    clave = PasswordField("Contraseña", [required("Escriba su contraseña."), Length(max=1000)])
    # Only after many failures (see entrada.py).
    captcha = HiddenField(validators=[Optional()])
    digitos = StringField("Código de seguridad", [Optional(), Length(max=20)])


class OlvidoForm(Form):
    correo = email("Correo electrónico", "Escriba el correo con el que se registró.")
