from typing import Any

from flask import Blueprint, Response, abort, current_app, redirect, request, url_for

from .. import cobros
from ..access import public
from ..db import snapshot
from ..documentos import enlace as enlaces
from ..formats import hoy
from ..forms import fresh_captcha
from ..limits import limit
from ..models import Intento, Predio, UltimaFactura
from ..pasarelas import Pasarela, pasarela
from ..web import is_htmx, render
from . import busqueda
from .forms import BuscarForm, PagarForm
from .mascara import direccion_oculta, es_de_su_titular, iniciales

bp = Blueprint("rapido", __name__, url_prefix="/pago-rapido")

NO_COINCIDEN = (
    "No encontramos una factura con ese código y ese número. Escríbalos como están en la última factura que recibió: "
    "el código, arriba a la derecha; el número, en la parte superior."
)
REEMPLAZADA = "Ya hay una factura más reciente de ese código. Escriba el número de la última que recibió."
AGOTADO = (
    "Hoy se buscaron demasiadas facturas con ese código. Pague con el código QR de la factura, inicie sesión en la "
    "Oficina Virtual, o intente mañana."
)
ESPERE = "Por seguridad, espere {} antes de intentar de nuevo."
CAPTCHA = "Hubo muchos intentos. Escriba los números de la imagen para continuar."
CAMBIO = "El valor por pagar cambió mientras usted veía esta página. Revíselo y oprima el botón otra vez."


@bp.before_request
def si_esta_abierto() -> None:
    if not enlaces.abierto(current_app.config):
        abort(404)


# -- finding the bill ---------------------------------------------------------------------------------


@bp.get("")
@public
def formulario():
    """Code and number of a bill."""
    return mostrar(BuscarForm())


@bp.post("")
@public
@limit("120 per hour")
def buscar():
    """Find the bill; on to its page by a signed link that does not last."""
    form = BuscarForm()
    if not form.validate_on_submit():
        return mostrar(form, 422)
    found = busqueda.buscar(form.codigo.data, form.numero.data, form.captcha.data, form.digitos.data)
    if isinstance(found, str):
        return redirect(url_for(".factura", enlace=found), code=303)
    return rechazar(form, found)


def rechazar(form: BuscarForm, rechazo: busqueda.Rechazo) -> Response:
    """The form again with what to do."""
    if rechazo.esperar:
        seconds = rechazo.esperar
        form.form_errors.append(ESPERE.format(f"{seconds} segundos" if seconds < 120 else f"{seconds // 60 + 1} minutos"))
        response = mostrar(form, 429)
        response.headers["Retry-After"] = str(seconds)
        return response
    if rechazo.captcha:
        form.digitos.errors = [CAPTCHA]
        return con_captcha(form, 422)
    if rechazo.agotado:
        form.form_errors.append(AGOTADO)
        return mostrar(form, 429)
    form.form_errors.append(REEMPLAZADA if rechazo.reemplazada else NO_COINCIDEN)
    return mostrar(form, 422)


@bp.post("/otra-imagen")
@public
def otra_imagen():
    """Another picture of the security code, where there is no JavaScript."""
    return con_captcha(BuscarForm(), 200)


def con_captcha(form: BuscarForm, status: int) -> Response:
    fresh_captcha(form)
    return mostrar(form, status, con_captcha=True)


def mostrar(form: BuscarForm, status: int = 200, **context: Any) -> Response:
    return render("rapido/buscar.html", "rapido/_buscar.html", status, form=form, **context)


# -- the bill of a link ---------------------------------------------------------------------------------


@bp.get("/<enlace>")
@public
def factura(enlace: str):
    """The bill of a signed link: whose by initials, what is owed, until when."""
    response = mostrar_factura(enlace, PagarForm(formdata=None))
    if is_htmx():
        response.headers["HX-Push-Url"] = url_for(".factura", enlace=enlace)
    return response


def codigo_de_la_ruta() -> str:
    """The code whose bill is being paid: payments are counted by it."""
    found = enlaces.leer((request.view_args or {})["enlace"])
    return found.codigo if found else ""


@bp.post("/<enlace>")
@public
@limit("60 per hour")
@limit("20 per hour", key=codigo_de_la_ruta, name="rapido-pago")
def iniciar(enlace: str):
    """Begin an attempt for the bill of a signed link."""
    found, gateway = enlaces.leer(enlace), la_pasarela()
    form = PagarForm().con_correo(gateway.pide_correo)
    if found is None or not form.validate_on_submit():
        return mostrar_factura(enlace, form, 422)
    try:
        intento = empezar(gateway, found, form.correo.data or None)
    except (cobros.CambioError, cobros.NadaPorPagarError):
        return mostrar_factura(enlace, form, 409, CAMBIO)
    except cobros.YaAbiertoError:
        return mostrar_factura(enlace, form, 409)
    return redirect(url_for("pagar.salida", publico=intento.publico), code=303)


def empezar(gateway: Pasarela, found: enlaces.Enlace, correo: str | None) -> Intento:
    """An attempt for what the customer saw. Raises CambioError, NadaPorPagarError, YaAbiertoError."""
    bill, total = {found.codigo: found.numero}, request.form.get("total", 0, type=int)
    try:
        return cobros.iniciar(gateway, bill, total, correo=correo)
    except cobros.YaAbiertoError as error:
        if "de_nuevo" not in request.form or not cobros.cancelar(error.intento):
            raise
    return cobros.iniciar(gateway, bill, total, correo=correo)


def la_pasarela() -> Pasarela:
    gateway = pasarela(current_app.config)
    if gateway is None:
        abort(404)
    return gateway


def del_titular(codigo: str) -> dict[str, str]:
    predio = Predio.get_by_id(codigo)
    return {"titular": iniciales(predio.nombre), "direccion": direccion_oculta(predio.direccion)}


@snapshot()
def mostrar_factura(enlace: str, form: PagarForm, status: int = 200, mensaje: str = "") -> Response:
    """The page of a link: the bill and the button, or why there is none."""
    found, gateway = enlaces.leer(enlace), la_pasarela()
    if found is None:
        return render("rapido/factura.html", "rapido/_factura.html", 404, factura=None, reemplazada=False)
    bill = UltimaFactura.de(found.codigo)
    if bill is None or bill.numero != found.numero:
        return render("rapido/factura.html", "rapido/_factura.html", status, factura=None, reemplazada=True)
    form.con_correo(gateway.pide_correo)
    shown = del_titular(found.codigo) if es_de_su_titular(bill) else {}
    context = {"factura": bill, "estado": bill.estado(hoy()), "pasarela": gateway, "enlace": enlace, "mensaje": mensaje}
    return render("rapido/factura.html", "rapido/_factura.html", status, form=form, **shown, **context)
