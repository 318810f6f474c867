"""The worker's round: notices that came are worked through, and the gateway is asked about attempts that are due."""

import logging
from collections.abc import Callable, Mapping
from typing import Any

from ..db import transactional, utcnow
from ..models import AvisoRecibido, Intento
from ..pasarelas import de_nombre
from ..pasarelas.base import Pasarela, SinRespuestaError, Transaccion
from . import avisos, plazos, verdad

logger = logging.getLogger(__name__)

# In one round, so that what came last waits for little when much has come.
MOST = 100


def pasada(settings: Mapping[str, Any]) -> int:
    """Do once what is due; how many notices and attempts that were. Uses the network.

    After a gateway did not answer, the rest of its waits for the next round.
    """
    calladas: set[str] = set()
    due = AvisoRecibido.select().where(AvisoRecibido.proximo <= utcnow()).order_by(AvisoRecibido.id).limit(MOST)
    done = sum(atender(settings, aviso, avisos.reclamar, avisos.procesar, calladas) for aviso in list(due))
    for intento in list(Intento.vencidos_para_preguntar(utcnow()).limit(MOST)):
        done += atender(settings, intento, reclamar, preguntar, calladas)
    return done


def atender(settings: Mapping[str, Any], row: Any, claim: Callable, work: Callable, calladas: set[str]) -> bool:
    """Work on a row that this process could claim; False where it could not, or its gateway does not answer."""
    if row.pasarela in calladas or not claim(row):
        return False
    pasarela = de_nombre(settings, row.pasarela)
    if pasarela is None:  # its keys were taken away
        if isinstance(row, Intento):  # it must not hold its codes for ever
            verdad.vencer(row.id)
        return False
    try:
        work(pasarela, row)
    except SinRespuestaError as error:
        logger.warning("%s no responde: %s", pasarela.titulo, error)
        calladas.add(row.pasarela)
        return False
    return True


@transactional  # MariaDB may see a deadlock where several workers claim
def reclamar(intento: Intento) -> bool:
    """Take an attempt for this process, and say when it is asked about next."""
    free = (Intento.id == intento.id) & (Intento.proximo == intento.proximo)
    return Intento.update(proximo=plazos.proximo(intento)).where(free).execute() == 1


def preguntar(pasarela: Pasarela, intento: Intento) -> None:
    """Ask about one attempt. Raises SinRespuestaError."""
    after = contestar(pasarela, intento, pasarela.consultar(intento.referencia))
    if plazos.vencido(after):
        verdad.vencer(intento.id)


@transactional
def contestar(pasarela: Pasarela, intento: Intento, transacciones: list[Transaccion]) -> Intento:
    """What the gateway answered, and that it did, together; the attempt as it is afterwards."""
    after = verdad.aplicar(pasarela, intento.id, transacciones)
    Intento.update(consultado=utcnow()).where(Intento.id == intento.id).execute()
    return after
