from wtforms import PasswordField
from wtforms.validators import Length

from ..forms import Form, new_password, password_again, required


class ContrasenaForm(Form):
    anterior = PasswordField("Contraseña anterior", [required("Escriba su contraseña anterior."), Length(max=1000)])
    clave = new_password("Contraseña nueva")
    clave2 = password_again("clave", "Confirmar contraseña nueva")
