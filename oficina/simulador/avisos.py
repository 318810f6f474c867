"""Notices on their way: each in a thread of its own, tried again while the answer is not 200."""

import random
import threading
from dataclasses import replace
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError
from urllib.request import HTTPRedirectHandler, ProxyHandler, Request, build_opener

from . import payu, wompi
from .libro import Aviso, Libro, Transaccion

PROTOCOLOS = {"payu": payu, "wompi": wompi}
ESPERA = 15  # seconds that a merchant has to answer


class SinRedirigir(HTTPRedirectHandler):
    """A gateway does not go where a merchant's server sends it: the answer is that status."""

    def redirect_request(self, *_: Any) -> None:
        return None


# Merchants are on this machine: no proxy.
enviar_a = build_opener(ProxyHandler({}), SinRedirigir()).open


def avisar(libro: Libro, transaccion: Transaccion) -> None:
    """Make the notices of a transaction that has come to an end; one that is pending has none."""
    if transaccion.estado == "pendiente" or not transaccion.orden.aviso:
        return
    with libro.candado:
        conducta = libro.conducta
        for _ in range(conducta.repeticiones):
            aviso = Aviso(len(libro.avisos) + 1, replace(transaccion), conducta, transaccion.orden.aviso)
            libro.avisos.append(aviso)
            if conducta.perdida:
                aviso.situacion = "perdido"
            elif conducta.retener:
                aviso.situacion = "retenido"
            else:
                lanzar(libro, aviso)


def soltar(libro: Libro, orden: str | list[int]) -> list[int]:
    """Send what is held: in the order it was made, ``inverso``, ``azar``, or that of a list of numbers. Returns the order.

    One after the other, each first try made before the next, so that they arrive so. Raises ValueError.
    """
    with libro.candado:
        held = [aviso for aviso in libro.avisos if aviso.situacion == "retenido"]
    if isinstance(orden, list):
        by_number = {aviso.numero: aviso for aviso in held}
        if missing := [number for number in orden if number not in by_number]:
            raise ValueError(f"No están retenidos: {missing}.")
        chosen = [by_number[number] for number in orden]
    elif orden in ("", "inverso", "azar"):
        chosen = {"": held, "inverso": held[::-1], "azar": random.sample(held, len(held))}[orden]
    else:
        raise ValueError("El orden es inverso, azar o una lista de números.")
    for aviso in chosen:
        if not intentar(libro, aviso, 1):
            lanzar(libro, aviso, 2)
    return [aviso.numero for aviso in chosen]


def lanzar(libro: Libro, aviso: Aviso, desde: int = 1) -> None:
    threading.Thread(target=llevar, args=(libro, libro.fin, aviso, desde), daemon=True).start()


def llevar(libro: Libro, fin: threading.Event, aviso: Aviso, desde: int) -> None:
    """Try until it is delivered, the tries are used up, or the book is emptied."""
    conducta, tries = aviso.conducta, PROTOCOLOS[aviso.transaccion.orden.protocolo].INTENTOS
    if fin.wait(conducta.retraso + (random.random() if conducta.desorden else 0)):
        return
    for intento in range(desde, tries + 1):
        if intento > 1 and fin.wait(conducta.reintentos[min(intento - 2, len(conducta.reintentos) - 1)]):
            return
        if intentar(libro, aviso, intento):
            return
    with libro.candado:
        aviso.situacion = "sin respuesta"


def intentar(libro: Libro, aviso: Aviso, intento: int) -> bool:
    """Send it once; whether it was taken."""
    protocolo = PROTOCOLOS[aviso.transaccion.orden.protocolo]
    headers, body = protocolo.aviso(aviso.transaccion, aviso.conducta, intento)
    with libro.candado:
        aviso.cuerpo, aviso.situacion = body, "por enviar"
    answer = entregar(aviso.url, headers, body)
    with libro.candado:
        aviso.respuestas.append(answer)
        if answer == "200":
            aviso.situacion = "entregado"
    return answer == "200"


def entregar(url: str, headers: dict[str, str], body: str) -> str:
    """The HTTP status of the answer, or why there was none."""
    try:
        with enviar_a(Request(url, body.encode(), headers), timeout=ESPERA) as answer:  # noqa: S310 - an address of http
            answer.read()
            return str(answer.status)
    except HTTPError as error:
        error.close()
        return str(error.code)
    except (OSError, HTTPException, ValueError) as error:
        return "no respondió a tiempo" if "timed out" in str(error) else "no hubo conexión"
