import logging

from flask import Blueprint
from flask_login import current_user

from ..db import snapshot
from ..models import Entrega
from ..web import render
from .estados import ESTADOS

bp = Blueprint("mandamientos", __name__, url_prefix="/mandamientos")
logger = logging.getLogger(__name__)


@bp.get("")
@snapshot()
def lista():
    """Whether a coercive collection process was begun for any code, in plain words; or that there is none."""
    processes = list(current_user.mandamientos())
    # Each look is traceable, but not in the base: opening a page never writes.
    logger.info("consulta de mandamientos: cuenta %s, procesos %s", current_user.id, len(processes))
    limited = [codigo.codigo for codigo in current_user.codigos() if codigo.limitado]
    context = {"mandamientos": processes, "estados": ESTADOS, "limitados": limited}
    return render("mandamientos/mandamientos.html", actualizada=Entrega.ultima_fecha(), **context)
