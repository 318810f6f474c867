from wtforms import StringField
from wtforms.validators import Length

from ..forms import Form, required, text
from ..models.predio import normalizar_codigo


class CodigoForm(Form):
    codigo = StringField(
        "Código de usuario",
        [required("Escriba el código de usuario del otro predio."), Length(max=40)],
        filters=[normalizar_codigo],
    )
    numero_factura = text("Número de una factura reciente", 30, "Escriba el número de una de las últimas facturas del predio.")
