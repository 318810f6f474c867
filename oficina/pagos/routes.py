from itertools import groupby

from flask import Blueprint
from flask_login import current_user

from ..db import snapshot
from ..models import Entrega
from ..web import render

bp = Blueprint("pagos", __name__, url_prefix="/pagos")


@bp.get("")
@snapshot()
def realizados():
    """The last 3 payments of each code, newest first."""
    codes = current_user.codigos()
    payments = {code: list(group) for code, group in groupby(current_user.ultimos_pagos(codes), key=lambda pago: pago.codigo)}
    return render("pagos/pagos.html", codigos=codes, pagos=payments, actualizada=Entrega.ultima_fecha())
