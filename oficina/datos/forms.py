from wtforms import BooleanField, PasswordField
from wtforms.validators import Length

from ..forms import Form, document, document_type, email, email_again, land_line, mobile, only_a_name, required, text


class DatosForm(Form):
    documento_tipo = document_type()
    documento = document()
    nombres = text("Nombres", 80, "Escriba sus nombres.", only_a_name)
    apellidos = text("Apellidos", 80, "Escriba sus apellidos.", only_a_name)
    celular = mobile()
    telefono = land_line()
    direccion = text("Dirección para correspondencia", 160)
    municipio = text("Municipio", 60)
    factura_por_correo = BooleanField("Quiero recibir la factura por correo electrónico.")


class CorreoForm(Form):
    correo = email("Correo electrónico nuevo", "Escriba el correo nuevo.")
    correo2 = email_again("correo")
    clave = PasswordField("Contraseña", [required("Escriba su contraseña para confirmar que es usted."), Length(max=1000)])
