from wtforms import PasswordField
from wtforms.validators import Length

from ..forms import Form, email, email_again, required


class CorreoForm(Form):
    correo = email("Correo electrónico nuevo", "Escriba el correo nuevo.")
    correo2 = email_again("correo")
    clave = PasswordField("Contraseña", [required("Escriba su contraseña para confirmar que es usted."), Length(max=1000)])
