from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from flask import Blueprint
from flask_login import current_user

from ..db import snapshot
from ..models import Entrega
from ..models.cuenta import CodigoAsociado
from ..models.movimiento import EnProceso
from ..models.pago import UltimoPago
from ..web import render

bp = Blueprint("pagos", __name__, url_prefix="/pagos")
CUANTOS = 3


class Renglon(NamedTuple):
    """A payment on the page; ``publico`` is the address of its attempt, where the account made it online."""

    pago: UltimoPago | EnProceso
    en_proceso: bool
    publico: str | None
    devuelto: bool


@bp.get("")
@snapshot()
def realizados():
    """The last 3 payments of each code, newest first, with those made online that the billing system does not have yet."""
    codes = current_user.codigos()
    return render("pagos/pagos.html", codigos=codes, pagos=ultimos(codes), actualizada=Entrega.ultima_fecha())


def ultimos(codes: list[CodigoAsociado]) -> dict[str, list[Renglon]]:
    """By code; of those of one day, the ones that no delivery has are the newest."""
    delivered = current_user.ultimos_pagos(codes)
    online = current_user.hechos_en_linea([pago.id for pago in delivered])
    rows = [Renglon(pago, True, pago.publico, pago.devuelto) for pago in current_user.pagos_en_proceso()]
    rows += [Renglon(pago, False, *online.get(pago.id, (None, False))) for pago in delivered]
    rows.sort(key=attrgetter("pago.fecha"), reverse=True)
    rows.sort(key=attrgetter("pago.codigo"))
    return {code: list(group)[:CUANTOS] for code, group in groupby(rows, key=attrgetter("pago.codigo"))}
