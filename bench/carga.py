"""Customers at the portal: signed-in pages and writes at a fixed rate, whatever the portal takes to answer.

Each request has a moment at which it is due; its time runs from there, also when it had to wait for the one before on its
connection. So a portal that stops for a second shows a second, and not one slow page among many that were never asked for.

    python -m bench.carga PEDIDO.json       the clients, in a process of their own; they go on until their input is closed
"""

import http.client
import json
import math
import random
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlencode

from .motores import ROOT, Instancia
from .paginas import free_port, serve, wait_for

CLAVE = "cuatro palabras bien largas"
CONEXIONES = {"pagina": 4, "datos": 2, "ingreso": 2}
SESIONES_QUE_ESCRIBEN = 16
ESPERA_S = 60
LISTOS = "listos"
TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')

Peticion = tuple[str, str, dict[str, str], str]  # method, path, headers, body


@dataclass(frozen=True)
class Muestra:
    """A request: its kind, when it was due (monotonic clock, the same in all processes), its seconds, whether it went well."""

    tipo: str
    debida: float
    segundos: float
    bien: bool


# -- on the side of the benchmark ---------------------------------------------------------------------


class Carga:
    """The portal, served as in production, and its customers, until ``terminar`` gives what they saw."""

    def __init__(self, clientes: subprocess.Popen):
        self.clientes = clientes

    def terminar(self) -> list[Muestra]:
        texto, _ = self.clientes.communicate()
        return [Muestra(*campos) for campos in json.loads(texto)]


@contextmanager
def carga(instancia: Instancia, predios: int, paginas_s: float, escrituras_s: float) -> Iterator[Carga]:
    """``paginas_s`` signed-in *Factura* pages a second; of the writes one half are log-ins, the other changes of data."""
    puerto = free_port()
    cookies = cuentas(instancia, predios)
    ritmos = {"pagina": paginas_s, "datos": escrituras_s / 2, "ingreso": escrituras_s / 2}
    servidor = serve("app:app", puerto, instancia.entorno)
    try:
        wait_for(puerto)
        with clientes(instancia, puerto, cookies, ritmos) as otra:
            yield otra
    finally:
        servidor.terminate()
        servidor.wait()


@contextmanager
def clientes(instancia: Instancia, puerto: int, cookies: list[str], ritmos: dict[str, float]) -> Iterator[Carga]:
    """The customers alone, at a portal that somebody else serves; requests a second of each kind."""
    pedido = instancia.temporales / "carga.json"
    pedido.write_text(json.dumps({"puerto": puerto, "cookies": cookies, "ritmos": ritmos}))
    proceso = subprocess.Popen(
        [sys.executable, "-m", "bench.carga", str(pedido)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        if proceso.stdout.readline() != f"{LISTOS}\n":
            sys.exit("Los clientes de la carga no pudieron comenzar.")
        yield Carga(proceso)
    finally:
        proceso.kill()
        proceso.wait()


def cuentas(instancia: Instancia, predios: int) -> list[str]:
    """The cookies of ``preparar``, run in a process that has the settings of ``instancia``."""
    texto = "import json, sys; from bench.carga import preparar; print(json.dumps(preparar(int(sys.argv[1]))))"
    orden = [sys.executable, "-c", texto, str(predios)]
    hecho = subprocess.run(orden, cwd=ROOT, env=instancia.entorno, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(hecho.stdout)


def preparar(predios: int) -> list[str]:
    """Accounts with three codes each, a password, and an open session; their cookies."""
    from oficina import create_app, db
    from oficina.models import Cuenta
    from oficina.models.claves import cifrar

    from .datos import sessions

    app = create_app()
    with app.app_context(), db.db.connection_context():
        cookies = sessions(app, predios, random.Random(1))
        with db.write():
            Cuenta.update(clave=cifrar(CLAVE)).execute()
    return cookies


def percentil(segundos: list[float], cien: float) -> float:
    """In milliseconds: the smallest time that so many of a hundred do not exceed."""
    return sorted(segundos)[max(math.ceil(len(segundos) * cien / 100), 1) - 1] * 1000


# -- the clients --------------------------------------------------------------------------------------


class Cliente(threading.Thread):
    """A browser on one kept connection: it sends request ``n`` at ``inicio + n * cada``, or as soon as it can after that."""

    def __init__(self, tipo: str, puerto: int, inicio: float, cada: float, peticion: Callable[[int], Peticion], espera: int):
        super().__init__(daemon=True)
        self.tipo, self.puerto, self.inicio, self.cada = tipo, puerto, inicio, cada
        self.peticion, self.espera = peticion, espera
        self.muestras: list[Muestra] = []
        self.fin = threading.Event()

    def run(self) -> None:
        conexion = http.client.HTTPConnection("127.0.0.1", self.puerto, timeout=ESPERA_S)
        n = 0
        while not self.fin.wait(max(self.inicio + n * self.cada - time.monotonic(), 0)):
            debida = self.inicio + n * self.cada
            bien = pedir(conexion, self.peticion(n))[0] == self.espera
            self.muestras.append(Muestra(self.tipo, debida, time.monotonic() - debida, bien))
            n += 1
        conexion.close()


def pedir(conexion: http.client.HTTPConnection, peticion: Peticion) -> tuple[int, str, str]:
    """Status, body and first cookie of an answer; status 0 where there was none."""
    metodo, camino, cabeceras, cuerpo = peticion
    try:
        conexion.request(metodo, camino, cuerpo or None, cabeceras)
        respuesta = conexion.getresponse()
        texto = respuesta.read().decode()
    except (OSError, http.client.HTTPException):
        conexion.close()  # the next request opens it again
        return 0, "", ""
    return respuesta.status, texto, (respuesta.getheader("Set-Cookie") or "").partition(";")[0]


def main() -> None:
    with open(sys.argv[1], encoding="utf-8") as archivo:
        pedido = json.load(archivo)
    puerto, cookies = pedido["puerto"], pedido["cookies"]
    peticiones = {
        "pagina": (lambda n: ("GET", "/facturas", {"Cookie": cookies[n % len(cookies)]}, ""), 200),
        "datos": (cambios_de_datos(puerto, cookies[:SESIONES_QUE_ESCRIBEN]), 303),
        "ingreso": (ingresos(puerto, len(cookies)), 303),
    }
    inicio = time.monotonic()
    todos = []
    for tipo, (peticion, espera) in peticiones.items():
        conexiones = CONEXIONES[tipo]
        for k in range(conexiones if pedido["ritmos"][tipo] else 0):
            cada = conexiones / pedido["ritmos"][tipo]
            turno = lambda n, k=k, c=conexiones, peticion=peticion: peticion(n * c + k)  # noqa: E731
            todos.append(Cliente(tipo, puerto, inicio + k * cada / conexiones, cada, turno, espera))
    for cliente in todos:
        cliente.start()
    print(LISTOS, flush=True)
    sys.stdin.read()
    for cliente in todos:
        cliente.fin.set()
    for cliente in todos:
        cliente.join()
    print(json.dumps([[m.tipo, m.debida, m.segundos, m.bien] for cliente in todos for m in cliente.muestras]))


def cambios_de_datos(puerto: int, cookies: list[str]) -> Callable[[int], Peticion]:
    """A change of telephone by each of some accounts in turn, always another number."""
    formularios = [(cookie, formulario(puerto, "/datos", cookie)[0]) for cookie in cookies]

    def peticion(n: int) -> Peticion:
        cookie, token = formularios[n % len(formularios)]
        datos = {"documento_tipo": "CC", "documento": "1000000", "nombres": "Ana", "apellidos": "Prueba"}
        datos |= {"csrf_token": token, "celular": f"310{n % 10_000_000:07d}"}
        return envio("/datos", cookie, datos)

    return peticion


def ingresos(puerto: int, cuentas: int) -> Callable[[int], Peticion]:
    """A log-in of each account in turn, always from the same form."""
    token, cookie = formulario(puerto, "/ingresar", "")

    def peticion(n: int) -> Peticion:
        return envio("/ingresar", cookie, {"csrf_token": token, "correo": f"c{n % cuentas}@aguaclara.example", "clave": CLAVE})

    return peticion


def formulario(puerto: int, camino: str, cookie: str) -> tuple[str, str]:
    """The CSRF token of a form, and the cookie that goes with it where there was none yet."""
    conexion = http.client.HTTPConnection("127.0.0.1", puerto, timeout=ESPERA_S)
    estado, texto, nueva = pedir(conexion, ("GET", camino, {"Cookie": cookie} if cookie else {}, ""))
    conexion.close()
    if estado != 200 or not (token := TOKEN.search(texto)):
        sys.exit(f"El formulario de {camino} no salió como se esperaba (respuesta {estado}).")
    return token[1], cookie or nueva


def envio(camino: str, cookie: str, datos: dict[str, str]) -> Peticion:
    return "POST", camino, {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}, urlencode(datos)


if __name__ == "__main__":
    main()
