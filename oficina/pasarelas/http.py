"""JSON as gateways speak it: read without floats, asked over HTTPS within a time."""

import json
import queue
import ssl
import threading
import urllib.request as wire
from decimal import Decimal
from functools import cache
from typing import Any
from urllib.error import HTTPError

from .base import SinRespuestaError

SECONDS = 8.0
LARGEST = 1024 * 1024


def ask(url: str, data: dict | None = None, headers: dict[str, str] | None = None, seconds: float = SECONDS) -> Any:
    """What ``url`` answers to a GET, or to a POST of ``data`` as JSON. Raises SinRespuestaError.

    The time is for all of it: a socket's own time-out begins anew with each byte, and looking up a name has none.
    """
    request = wire.Request(  # noqa: S310 the opener knows only http and https
        url,
        data=None if data is None else json.dumps(data).encode(),
        headers={"Accept": "application/json", "Content-Type": "application/json", "User-Agent": "oficina", **(headers or {})},
    )
    answers: queue.SimpleQueue = queue.SimpleQueue()
    threading.Thread(target=_answer, args=(request, seconds, answers), daemon=True).start()
    try:
        answer = answers.get(timeout=seconds)
    except queue.Empty:
        raise SinRespuestaError(f"{request.host} no respondió en {seconds:g} segundos") from None
    if isinstance(answer, Exception):
        raise SinRespuestaError(f"{request.host}: {str(answer) or type(answer).__name__}") from answer
    return answer


def _answer(request: wire.Request, seconds: float, answers: queue.SimpleQueue) -> None:
    try:
        with _opener().open(request, timeout=seconds) as response:
            body = response.read(LARGEST + 1)
        if len(body) > LARGEST:
            raise ValueError("la respuesta es demasiado larga")
        answers.put(loads(body))
    except Exception as error:  # told to who waits
        if isinstance(error, HTTPError):
            error.close()
        answers.put(error)


@cache
def _opener() -> wire.OpenerDirector:
    """Without the handlers of redirects, files and FTP; what is not 2xx is an error. Reading the certificates is slow."""
    opener = wire.OpenerDirector()
    for handler in (
        wire.ProxyHandler(),
        wire.HTTPHandler(),
        wire.HTTPSHandler(context=ssl.create_default_context()),
        wire.UnknownHandler(),
        wire.HTTPDefaultErrorHandler(),
        wire.HTTPErrorProcessor(),
    ):
        opener.add_handler(handler)
    return opener


def loads(body: bytes) -> Any:
    """JSON with Decimal for what is no whole number, its text as it came. Raises ValueError for all that is not JSON."""
    try:
        return json.loads(body.decode("utf-8-sig"), parse_float=Decimal, parse_constant=_refuse)
    except (RecursionError, ArithmeticError) as error:
        raise ValueError("JSON demasiado hondo o con números imposibles") from error


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} no es JSON")


def text(value: Any) -> str:
    """A value of a gateway as one line of text; empty for what is none (an object, true, null)."""
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        return ""
    line = " ".join(str(value).split())
    return line if line.isprintable() else ""


def inner(value: Any, *names: str) -> dict:
    """The object found in ``value`` by these names; empty where there is none."""
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}
