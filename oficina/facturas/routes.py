from datetime import date
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Response, current_app, flash, redirect, request, url_for
from flask_login import current_user
from jinja2.environment import TemplateModule
from werkzeug.exceptions import NotFound

from .. import cache, documentos, pasarelas
from ..config import public_url
from ..db import snapshot
from ..documentos.factura import ESTRATOS, deuda
from ..documentos.verificacion import codigo as codigo_de
from ..formats import hoy
from ..models import CodigoAsociado, Cuenta, Entrega, Factura, PagoAbierto, UltimaFactura
from ..models.factura import FacturaAnterior
from ..web import get_or_404, named, render
from . import atajo
from .calendario import plazo, vencimiento
from .explicacion import explicar

bp = Blueprint("facturas", __name__, url_prefix="/facturas")
ANTERIORES, A_LA_VISTA = 60, 12
EN_CURSO = "Alguien está pagando en línea esta factura. Su banco aún no responde; no pague otra vez."
ALGUIEN = (
    "Alguien comenzó a pagar en línea esta factura y aún no sabemos en qué terminó; no pague otra vez. "
    "Espere unos minutos y vuelva a intentar."
)
EXPLAINED, KEPT = "facturas_explicadas", 1000


@bp.get("")
@snapshot()
def panel():
    """The latest bill of the chosen code, of the main one by default; htmx swaps only the panel."""
    codes = current_user.codigos()
    codigo = elegido(codes, request.args.get("codigo"))
    factura = UltimaFactura.de(codigo.codigo, bool(codigo.limitado)) if codigo else None
    entrega, instant = Entrega.mostrada()
    context = {"codigos": codes, "codigo": codigo, "factura": factura, "actualizada": instant}
    if factura:
        today = hoy()
        context |= {"estado": estado_de(factura, today), "plazo": plazo(factura.vence, today), "hoy": today}
        context |= forma_de_pago(codes)
        context["explicada"] = current_app.extensions[EXPLAINED](entrega, current_user.id, codigo.codigo, factura.numero)
    return render("facturas/facturas.html", "facturas/_panel.html", **context)


def explained(entrega: int, cuenta_id: int, codigo: str, numero: str) -> TemplateModule:
    """The latest bill of a code explained, as a piece of its page. With the same delivery the same bill says the same."""
    page = current_app.jinja_env.get_template("facturas/_explicada.html")
    return page.make_module({"explicada": explicar(cuenta_id, codigo), "con_valor": False})


# Each application keeps its own: it takes a third of the page's time.
bp.record(lambda state: state.app.extensions.update({EXPLAINED: lru_cache(KEPT)(explained)}))


def forma_de_pago(codes: list[CodigoAsociado]) -> dict[str, Any]:
    """What is said beside the link to pay: through whom, and whether bills of several codes can be paid at once."""
    gateway = pasarelas.pasarela(current_app.config)
    if gateway is None:
        return {"forma_de_pago": current_app.config["PAGO_NOMBRE"], "varias": False}
    return {"forma_de_pago": gateway.titulo, "varias": sum(not codigo.limitado for codigo in codes) > 1}


def estado_de(factura: UltimaFactura, today: date) -> str:
    """The state that is told of the latest bill: ``nada`` where there never was anything to pay."""
    return factura.estado(today) if factura.total > 0 else "nada"


def elegido(codes: list[CodigoAsociado], wanted: str | None) -> CodigoAsociado | None:
    """The code asked for among those of the account; another's is a 404. None for an account without codes."""
    if not wanted:
        return codes[0] if codes else None
    for codigo in codes:
        if codigo.codigo == wanted:
            return codigo
    raise NotFound


@bp.get("/anteriores")
@snapshot()
def anteriores():
    """The bills of the chosen code, newest first, each with its PDF and its page."""
    codes = current_user.codigos()
    codigo = elegido(codes, request.args.get("codigo"))
    bills = FacturaAnterior.de_codigo(current_user.id, codigo.codigo, ANTERIORES) if codigo else []
    context = {"codigos": codes, "codigo": codigo, "facturas": bills, "a_la_vista": A_LA_VISTA}
    return render("facturas/anteriores.html", actualizada=Entrega.ultima_fecha(), **context)


@bp.get("/detalle/<path:numero>")
@snapshot()
def detalle(numero: str):
    """All that the PDF of a bill says, as a page: for who reads with the ears, or on a telephone."""
    factura = get_or_404(current_user.facturas(), Factura.numero == numero)
    predio, limitada, today = factura.predio, factura.predio.asociacion.limitada, hoy()
    explicada = explicar(current_user.id, factura.codigo, factura)
    ultima = UltimaFactura.de(factura.codigo, limitada)
    context = {"factura": factura, "predio": predio, "estrato": ESTRATOS.get(predio.estrato), "limitada": limitada}
    context |= {"ultima": ultima, "estado": estado_de(ultima, today) if ultima.numero == numero else "reemplazada"}
    context |= {"plazo": plazo(factura.vence, today), "hoy": today, "explicada": explicada, "verificacion": codigo_de(numero)}
    context |= deuda(factura, factura.total - sum(linea.valor for linea in explicada.lineas)) | forma_de_pago([])
    return render("facturas/detalle.html", actualizada=Entrega.ultima_fecha(), **context)


@bp.get("/<path:numero>/vencimiento.ics")
def calendario(numero: str):
    """The due date as an entry for the customer's own calendar."""
    factura = get_or_404(current_user.facturas(), Factura.numero == numero)
    portal = public_url(current_app.config)
    entry = vencimiento(factura, urlsplit(portal).hostname, portal + url_for(".detalle", numero=numero), hoy())
    response = Response(entry, content_type="text/calendar; charset=utf-8")
    response.headers["Content-Disposition"] = named("attachment", f"vencimiento-{numero}.ics")
    return response


@bp.get("/factura-<path:numero>.pdf")
def pdf(numero: str):
    """The bill as PDF, shown in the browser under its own name; the next time it comes by the shortcut."""
    today = hoy()  # before the document asks: past midnight the other is made again
    with snapshot():
        factura = get_or_404(current_user.facturas(), Factura.numero == numero)
        vista = Cuenta.ve_codigo(current_user.token, factura.codigo)
        document = documentos.documento_de(factura, factura.predio.asociacion.limitada)
    response = Response(documentos.render(document), mimetype="application/pdf")
    if vista:  # not of a session that was ended meanwhile
        atajo.remember(numero, factura.codigo, vista, today, cache.address(document))
    response.headers["Content-Disposition"] = named("inline", f"factura-{numero}.pdf")
    return response


@bp.get("/<path:numero>/pago")
@snapshot()
def pago(numero: str):
    """Before going to the payment portal: what is paid, and code and reference to copy. With a gateway, on to choose."""
    asociacion = get_or_404(current_user.facturas(), Factura.numero == numero).predio.asociacion
    factura = UltimaFactura.de(asociacion.codigo, asociacion.limitada)
    if factura.numero != numero or factura.por_pagar == 0:
        flash("Esa factura no tiene nada por pagar, o ya hay una más reciente. Esta es la última.", "aviso")
        return redirect(url_for(".panel", codigo=factura.codigo), code=303)
    if pasarelas.pasarela(current_app.config):
        return redirect(url_for("pagar.elegir", codigo=factura.codigo), code=303)
    if factura.abierto:
        return ya_en_linea(factura)
    context = {"factura": factura, "estado": factura.estado(hoy()), "limitada": asociacion.limitada}
    context["actualizada"] = Entrega.ultima_fecha()
    return render("facturas/pago.html", portal=pasarelas.enlace(current_app.config), **context)


def ya_en_linea(factura: UltimaFactura) -> Response:
    """A payment of the bill that was begun through a gateway of before: nobody pays at the portal meanwhile."""
    abierto = PagoAbierto.de_codigos([factura.codigo])[factura.codigo]
    if abierto.cuenta_id == current_user.id:
        return redirect(url_for("pagar.estado", publico=abierto.publico), code=303)
    flash(ALGUIEN if abierto.estado == "creado" else EN_CURSO, "aviso")
    return redirect(url_for(".panel", codigo=factura.codigo), code=303)
