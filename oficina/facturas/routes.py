from flask import Blueprint, Response, current_app, flash, redirect, request, url_for
from flask_login import current_user
from werkzeug.exceptions import NotFound

from .. import documentos, pasarelas
from ..db import snapshot
from ..formats import hoy
from ..models import CodigoAsociado, Entrega, Factura, UltimaFactura
from ..web import get_or_404, render

bp = Blueprint("facturas", __name__, url_prefix="/facturas")


@bp.get("")
@snapshot()
def panel():
    """The latest bill of the chosen code, of the main one by default; htmx swaps only the panel."""
    codes = current_user.codigos()
    codigo = elegido(codes, request.args.get("codigo"))
    factura = UltimaFactura.de(codigo.codigo, bool(codigo.limitado)) if codigo else None
    state = factura.estado(hoy()) if factura else "sin"
    context = {"codigos": codes, "codigo": codigo, "factura": factura, "estado": state}
    return render("facturas/facturas.html", "facturas/_panel.html", actualizada=Entrega.ultima_fecha(), **context)


def elegido(codes: list[CodigoAsociado], wanted: str | None) -> CodigoAsociado | None:
    """The code asked for among those of the account; another's is a 404. None for an account without codes."""
    if not wanted:
        return codes[0] if codes else None
    for codigo in codes:
        if codigo.codigo == wanted:
            return codigo
    raise NotFound


@bp.get("/factura-<numero>.pdf")
def pdf(numero: str):
    """The bill as PDF, shown in the browser under its own name."""
    with snapshot():
        factura = get_or_404(current_user.facturas(), Factura.numero == numero)
        # For a limited code the name that was delivered is that of the new holder.
        document = documentos.html_de(factura, con_titular=not factura.predio.asociacion.limitada)
    response = Response(documentos.render(document), mimetype="application/pdf")
    response.headers.set("Content-Disposition", "inline", filename=f"factura-{numero}.pdf")
    return response


@bp.get("/<numero>/pago")
@snapshot()
def pago(numero: str):
    """Before going to the payment portal: what is paid, and code and reference to copy."""
    asociacion = get_or_404(current_user.facturas(), Factura.numero == numero).predio.asociacion
    factura = UltimaFactura.de(asociacion.codigo, asociacion.limitada)
    if factura.numero != numero or factura.por_pagar == 0:
        flash("Esa factura no tiene nada por pagar, o ya hay una más reciente. Esta es la última.", "aviso")
        return redirect(url_for(".panel", codigo=factura.codigo), code=303)
    context = {"factura": factura, "estado": factura.estado(hoy()), "limitada": asociacion.limitada}
    context["actualizada"] = Entrega.ultima_fecha()
    return render("facturas/pago.html", portal=pasarelas.enlace(current_app.config), **context)
