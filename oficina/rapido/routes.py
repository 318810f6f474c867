from flask import Blueprint, abort

from ..access import public

bp = Blueprint("rapido", __name__, url_prefix="/pago-rapido")


@bp.get("")
@public
def formulario():
    """Code and number of a bill."""
    abort(404)


@bp.post("")
@public
def buscar():
    """Find the bill; on to its page by a signed link that does not last."""
    abort(404)


@bp.get("/<enlace>")
@public
def factura(enlace: str):
    """The bill of a signed link: whose by initials, what is owed, until when."""
    abort(404)


@bp.post("/<enlace>")
@public
def iniciar(enlace: str):
    """Begin an attempt for the bill of a signed link."""
    abort(404)
