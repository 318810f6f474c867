"""The simulator of gateways as a process of its own, and ways to drive it from a test."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPResponse
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPRedirectHandler, ProxyHandler, Request, build_opener

import servidores


class Respuesta:
    """An answer read to its end: ``status``, ``headers``, ``text``."""

    def __init__(self, answer: HTTPResponse | HTTPError) -> None:
        self.status, self.headers, self.text = answer.status, answer.headers, answer.read().decode()

    @property
    def json(self):
        return json.loads(self.text)


class SinRedirigir(HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


ABRIR = build_opener(ProxyHandler({}), SinRedirigir()).open


def pedir(url: str, cuerpo: bytes | None = None, **headers: str) -> Respuesta:
    """GET, or POST where there is a body; redirects are not followed."""
    try:
        with ABRIR(Request(url, cuerpo, headers), timeout=60) as answer:
            return Respuesta(answer)
    except HTTPError as error:
        with error:
            return Respuesta(error)


class Simulador:
    """What a test says to the simulator at ``url``."""

    def __init__(self, url: str) -> None:
        self.url = url

    # -- as the payer, with the form that the portal made -------------------------------------------

    def abrir(self, url: str, metodo: str, campos: dict[str, str]) -> Respuesta:
        """Send the payer's browser there. What it gets: a 303 to the page where one decides, or why not."""
        query = urlencode(campos)
        return pedir(url, query.encode()) if metodo.lower() == "post" else pedir(f"{url}?{query}")

    def decidir(self, pagina: str, resultado: str, medio: str = "PSE", banco: str = "Banco del Llano") -> str:
        """Press one of the buttons aprobar, rechazar, pendiente, abandonar; the address the payer is sent back to."""
        answer = pedir(self.absoluta(pagina), urlencode({"resultado": resultado, "medio": medio, "banco": banco}).encode())
        assert answer.status == 303, f"{answer.status}: {answer.text}"
        return answer.headers["Location"]

    def recorrer(self, url: str, metodo: str, campos: dict[str, str], resultado: str, **como: str) -> str:
        """The whole way there and back."""
        answer = self.abrir(url, metodo, campos)
        assert answer.status == 303, f"{answer.status}: {answer.text}"
        return self.decidir(answer.headers["Location"], resultado, **como)

    def absoluta(self, direccion: str) -> str:
        return self.url + direccion if direccion.startswith("/") else direccion

    # -- as the test itself: /control -----------------------------------------------------------------

    def control(self, ruta: str, datos: dict | None = None):
        answer = pedir(f"{self.url}/control/{ruta}", json.dumps(datos or {}).encode(), **{"Content-Type": "application/json"})
        assert answer.status < 300, f"{answer.status}: {answer.text}"
        return answer.json

    def conducta(self, **cambios) -> dict:
        return self.control("conducta", cambios)

    def pago(self, referencia: str, valor: int, estado: str = "aprobada", **datos) -> dict:
        """A transaction without a browser (protocolo, aviso, regreso, moneda, medio...); its id, cus and all."""
        return self.control("pagos", {"referencia": referencia, "valor": valor, "estado": estado, **datos})

    def despues(self, referencia: str, accion: str) -> dict:
        """aprobar, rechazar, vencer, reversar the last transaction of a reference."""
        return self.control(f"pagos/{referencia}/{accion}")

    def soltar(self, orden: str | list[int] = "") -> list[int]:
        return self.control("soltar", {"orden": orden})

    def reiniciar(self) -> None:
        self.control("reiniciar")

    def avisos(self) -> list[dict]:
        return pedir(f"{self.url}/control/avisos").json

    def espera_avisos(self, cuantos: int, segundos: float = 20) -> list[dict]:
        """The notices once ``cuantos`` of them were taken."""
        until = time.monotonic() + segundos
        while len([aviso for aviso in self.avisos() if aviso["situacion"] == "entregado"]) < cuantos:
            assert time.monotonic() < until, f"not {cuantos} taken: {self.avisos()}"
            time.sleep(0.02)
        return self.avisos()


@contextmanager
def simulador(eventos: str = "", port: int | None = None) -> Iterator[Simulador]:
    """A simulator of its own, on a free port by default; ``eventos`` is where notices go to if a payment does not say."""
    port = port or servidores.puerto_libre()
    command = [sys.executable, "-m", "oficina.simulador", "--puerto", str(port), "--eventos", eventos]
    with servidores.carpeta_pasajera() as folder:
        log_path = folder / "log"
        with log_path.open("wb") as log:
            process = subprocess.Popen(command, cwd=servidores.ROOT, stdout=log, stderr=log)
        try:
            servidores.wait_until(lambda: servidores.serves(f"http://127.0.0.1:{port}/"), process, log_path)
            yield Simulador(f"http://127.0.0.1:{port}")
        finally:
            servidores.detener(process)
