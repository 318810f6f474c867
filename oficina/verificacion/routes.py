from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Response, current_app, request

from ..access import public
from ..db import snapshot
from ..documentos import verificacion
from ..limits import limit
from ..models import Entrega, Factura
from ..web import render
from .forms import VerificarForm

bp = Blueprint("verificacion", __name__, url_prefix="/verificar")

NO_COINCIDE = (
    "No encontramos una factura con ese número y ese código. Revise que los dos estén como en la factura. "
    "Si están bien escritos, la empresa pudo cambiarla por otra, o el papel no es de la empresa: "
    "antes de pagar, llámenos al {}."
)


@bp.get("")
@public
def formulario():
    """The form; the QR of a bill brings both data, which are sent at once where there is JavaScript."""
    typed = {name: request.args.get(name, "").strip() for name in ("numero", "codigo")}
    return mostrar(VerificarForm(formdata=None, **typed), al_abrir=all(typed.values()))


@bp.post("")
@public
# Many people behind one address, as on mobile networks, verify too; it bounds the load, for a code is not to be guessed.
@limit("60 per hour")
def verificar():
    """Number, month, value and due date of the bill whose number and code these are."""
    form = VerificarForm()
    if not form.validate_on_submit():
        return mostrar(form, 422)
    with snapshot():
        factura = publicada(form.numero.data, form.codigo.data)
        updated = Entrega.ultima_fecha()
    if factura is None:
        form.form_errors.append(NO_COINCIDE.format(current_app.config["MARCA_TELEFONO"]))
        return mostrar(form, 422)
    return mostrar(VerificarForm(formdata=None), factura=factura, actualizada=updated)


def publicada(numero: str, codigo: str) -> Factura | None:
    """What of a bill is told to anybody, None unless ``codigo`` is its code.

    The code is looked at before the base is asked, so that a wrong code takes the same time for known and unknown numbers.
    """
    together = "".join(numero.split())
    for written in dict.fromkeys((numero, together, together.upper())):
        if verificacion.coincide(written, codigo):
            told = (Factura.numero, Factura.periodo, Factura.total, Factura.vence)
            return Factura.select(*told).where(Factura.numero == written).first()
    return None


def mostrar(form: VerificarForm, status: int = 200, **context: Any) -> Response:
    """The page or its fragment. ``sitio``: where the portal is, so that a page that looks like it is told apart."""
    url = urlsplit(current_app.config["URL_PUBLICA"])
    context["sitio"] = f"{url.scheme}://{url.netloc}/" if url.netloc else ""
    return render("verificacion/verificar.html", "verificacion/_verificacion.html", status, form=form, **context)
