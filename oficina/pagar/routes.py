from flask import Blueprint, Response, abort
from flask_login import current_user

from .. import documentos
from ..access import public
from ..documentos.comprobante import CON_COMPROBANTE, html_de, nombre
from ..models import Intento
from ..web import get_or_404, named

bp = Blueprint("pagar", __name__, url_prefix="/pagar")


@bp.get("")
def elegir():
    """The bills of one's codes that can be paid, those of ``codigo`` chosen; htmx swaps only the sum."""
    abort(404)


@bp.post("")
def iniciar():
    """Begin an attempt for the chosen bills."""
    abort(404)


def intento_de(publico: str) -> Intento:
    """The attempt of an address: the account's own, or one that was begun without account, whose address is its key."""
    mine = Intento.cuenta.is_null()
    if current_user.is_authenticated:
        mine |= Intento.cuenta == current_user.id
    return get_or_404(Intento.select(), Intento.publico == publico, mine)


@bp.get("/<publico>/salida")
@public
def salida(publico: str):
    """The form that takes the customer to the gateway, sent at once where there is JavaScript."""
    intento_de(publico)
    abort(404)


@bp.get("/<publico>")
@public
def estado(publico: str):
    """What came of the attempt; looks again by itself until that is known. Once paid, the receipt."""
    intento_de(publico)
    abort(404)


@bp.post("/<publico>/cancelacion")
@public
def cancelar(publico: str):
    """Give up an attempt of which the gateway knows nothing."""
    intento_de(publico)
    abort(404)


@bp.get("/comprobante-<publico>.pdf")
@public
def comprobante(publico: str):
    """The receipt of a payment as PDF."""
    intento = intento_de(publico)
    if intento.estado not in CON_COMPROBANTE:
        abort(404)
    response = Response(documentos.render(html_de(intento)), mimetype="application/pdf")
    response.headers["Content-Disposition"] = named("inline", nombre(intento))
    return response
