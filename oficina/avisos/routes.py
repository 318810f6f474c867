from flask import Blueprint, Response, abort, current_app, request
from peewee import PeeweeException

from .. import cobros, pasarelas
from ..access import csrf, public
from ..pasarelas.base import AvisoIlegibleError, FirmaError

bp = Blueprint("avisos", __name__, url_prefix="/pasarela")
LARGEST = 32 * 1024


@bp.post("/<nombre>/aviso")
@public
@csrf.exempt  # what it says is signed by the gateway
def recibir(nombre: str):
    """Keep a notice and answer: 200 once it is on disk, 401 or 400 where it is no notice, 503 to have it sent again."""
    pasarela = pasarelas.de_nombre(current_app.config, nombre) or abort(404)
    request.max_content_length = LARGEST
    try:
        cobros.recibir(pasarela, request.get_data(), request.headers)
    except (FirmaError, AvisoIlegibleError) as error:
        return Response(status=401 if isinstance(error, FirmaError) else 400)
    except PeeweeException:
        current_app.logger.exception("un aviso de la pasarela no se pudo guardar")
        return Response(status=503, headers={"Retry-After": "30"})
    return Response(status=200)
