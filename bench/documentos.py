"""The PDF of a bill, through the whole portal, against what it stands on, in the same run; ratios are what counts.

    python -m bench.documentos

Measured: a PDF already made against a static file of its size; one not made yet against a bare ``pisa.CreatePDF`` of the
same HTML; the first version of that HTML against the last; *Factura* while four customers fetch PDFs that are not made
yet; memory over a thousand different bills.
"""

import http.client
import io
import logging
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from .carga import ESPERA_S, Muestra, clientes, cuentas, percentil
from .entrega_grande import ANIO, CICLOS, PRIMER_MES, Mes, escribir
from .medidor import arbol, pss
from .motores import ROOT, Instancia, nueva
from .paginas import free_port, load, wait_for

PREDIOS = 600
# Months of bench/entrega_grande.py: this one and those before it, so that the latest bills may still be paid.
HOY = date.today()
MES = (HOY.year - ANIO) * 12 + HOY.month - PRIMER_MES
MESES = range(MES + 1)
# The last cycles are due latest.
CICLOS_VIGENTES = range(CICLOS - 6, CICLOS)
AJUSTES = """
url_publica = "http://localhost"
[pago]
gln = "7709998000018"
largo_referencia = 14
[factura]
mensaje = "Si nota una fuga en la calle, llámenos: la reparamos sin costo."
firma = "Elisa Moreno Vaca, gerente y representante legal"
"""
HECHAS = 50  # bills fetched again and again
RONDAS, PARES = 9, 40
PAGINAS_S, REPOSO_S = 40, 20
PIDEN = 4
BAJA, PARTE = 1000, 100  # bills, and after how many of them memory is looked at
PRIMERA = Path(__file__).with_name("factura_primera.html")
LETRAS = ROOT / "oficina" / "documentos" / "fuentes"
PDF = re.compile(r"/facturas/factura-(\w+)\.pdf")
LUA = """
local lines = {}
for line in io.lines("%s") do
  local path, cookie = line:match("(%%S+) (.+)")
  lines[#lines + 1] = {path, cookie}
end
local n = 0
request = function()
  n = n + 1
  local line = lines[n %% #lines + 1]
  return wrk.format("GET", line[1], {["Cookie"] = line[2]})
end
"""


@dataclass(frozen=True)
class Cliente:
    """A customer: the cookie of the session, and the number of the predio in the delivery."""

    cookie: str
    predio: int

    def direccion(self, mes: int) -> str:
        return f"/facturas/factura-{Mes(mes).numero(self.predio)}.pdf"


@dataclass(frozen=True)
class Portal:
    """A portal that is being served from a copy of the program, so that a file can be put beside its static ones."""

    instancia: Instancia
    programa: Path
    puerto: int
    pid: int

    def pedir(self, camino: str, cookie: str) -> tuple[float, bytes]:
        """The seconds that an answer took on a connection of its own, and its body. Ends the benchmark where it fails."""
        conexion = http.client.HTTPConnection("127.0.0.1", self.puerto, timeout=ESPERA_S)
        desde = time.perf_counter()
        conexion.request("GET", camino, headers={"Cookie": cookie})
        respuesta = conexion.getresponse()
        cuerpo = respuesta.read()
        segundos = time.perf_counter() - desde
        conexion.close()
        if respuesta.status != 200:
            sys.exit(f"{camino} respondió {respuesta.status}")
        return segundos, cuerpo

    def clientes(self) -> list[Cliente]:
        """A customer for each account, told by the bill on its page."""
        encontrados = []
        for cookie in cuentas(self.instancia, PREDIOS):
            numero = PDF.search(self.pedir("/facturas", cookie)[1].decode())[1]
            encontrados.append(Cliente(cookie, int(numero[4:])))
        return encontrados

    def memoria_mb(self) -> float:
        """PSS of the server with all its processes, those that render too."""
        return sum(map(pss, arbol(self.pid))) / 1e6


def main() -> None:
    if shutil.which("wrk") is None:
        sys.exit("Falta wrk: apt-get install -y wrk")
    folder = Path(tempfile.mkdtemp(prefix="oficina-bench-"))
    try:
        with nueva("sqlite", folder / "instancia") as instancia:
            entregar(instancia, folder / "entrega")
            primera_y_ultima(instancia)
            with servido(instancia, folder) as portal:
                personas = portal.clientes()
                hechas(portal, personas[:HECHAS])
                nuevas(portal, personas)
                paginas(portal, personas)
            with servido(instancia, folder) as portal:
                memoria(portal, personas)
    finally:
        shutil.rmtree(folder)


def entregar(instancia: Instancia, entrega: Path) -> None:
    (instancia.carpeta / "oficina.toml").write_text(AJUSTES, encoding="utf-8")
    escribir(entrega, PREDIOS, MESES)
    subprocess.run(instancia.orden("importar", entrega), cwd=ROOT, env=instancia.entorno, check=True, capture_output=True)


@contextmanager
def servido(instancia: Instancia, folder: Path) -> Iterator[Portal]:
    programa, puerto = folder / "programa", free_port()
    if not programa.exists():
        leave = shutil.ignore_patterns(".*", "tests", "docs", "instance", "__pycache__")
        shutil.copytree(ROOT, programa, ignore=leave)
        (programa / "static" / "bench.bin").write_bytes(b"")
    server = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "--log-level", "error"],
        cwd=programa,
        env=instancia.entorno | {"PORT": str(puerto)},
    )
    try:
        wait_for(puerto)
        yield Portal(instancia, programa, puerto, server.pid)
    finally:
        server.terminate()
        server.wait()


# -- what is measured ---------------------------------------------------------------------------------


def primera_y_ultima(instancia: Instancia) -> None:
    """The first version of the document, kept in a file, and the one of today, of the same bill, by turns."""
    orden = [sys.executable, "-m", "bench.ordinaria"]
    entorno = instancia.entorno | {"PYTHONPATH": str(ROOT / "tests")}
    ahora = subprocess.run(orden, cwd=ROOT, env=entorno, check=True, stdout=subprocess.PIPE, text=True).stdout
    antes = PRIMERA.read_text(encoding="utf-8")
    turnos = [(desnudo(antes), desnudo(ahora)) for _ in range(PARES // 2)][3:]
    primera, ultima = (statistics.median(veces) * 1000 for veces in zip(*turnos, strict=True))
    cifra("HTML, primera versión", f"{primera:.0f} ms")
    cifra("HTML, última", f"{ultima:.0f} ms")
    cifra("última / primera", f"{ultima / primera:.2f}", "máximo 0,60")


def hechas(portal: Portal, personas: list[Cliente]) -> None:
    """Requests per second of PDFs already made, and of a static file of their size, by turns.

    Many short runs: which process of the server gets how many of the connections is chance, and decides more than the page.
    """
    pdfs = [(persona.direccion(MES), persona.cookie) for persona in personas]
    size = int(statistics.median(len(portal.pedir(*pedido)[1]) for pedido in pdfs))
    (portal.programa / "static" / "bench.bin").write_bytes(os.urandom(size))
    casos = {"hechas": pdfs, "estático": [("/static/bench.bin", cookie) for _, cookie in pdfs]}
    runs: dict[str, list[float]] = {caso: [] for caso in casos}
    for ronda in range(RONDAS + 1):
        for caso, pedidos in casos.items():
            folder = portal.instancia.temporales / caso
            folder.mkdir(exist_ok=True)
            (folder / "pedidos").write_text("\n".join(" ".join(pedido) for pedido in pedidos) + "\n")
            (folder / "cookies.lua").write_text(LUA % (folder / "pedidos"))
            rate, _ = load(f"{portal.puerto}/", folder, 2)
            if ronda:  # the first one fills what each process keeps
                runs[caso].append(rate)
    static, made = statistics.median(runs["estático"]), statistics.median(runs["hechas"])
    cifra(f"archivo estático de {size // 1000} KB", f"{static:.0f} pet./s")
    cifra("PDF ya hecho", f"{made:.0f} pet./s")
    cifra("hecho / estático", f"{made / static:.2f}", "mínimo 0,70")


def nuevas(portal: Portal, personas: list[Cliente]) -> None:
    """A PDF not made yet, query and template and all, and the bare engine on the same HTML, by turns."""
    elegidas = [persona for persona in personas[HECHAS:] if persona.predio % CICLOS in CICLOS_VIGENTES][:PARES]
    html = documentos(portal.instancia, [persona.predio for persona in elegidas])
    for persona in personas[:4]:  # starts the processes that render
        portal.pedir(persona.direccion(MES - 1), persona.cookie)
    pares = []
    for persona, documento in zip(elegidas, html, strict=True):
        entera = portal.pedir(persona.direccion(MES), persona.cookie)[0]
        pares.append((entera, desnudo(documento)))
    entera, bare = (statistics.median(veces) * 1000 for veces in zip(*pares, strict=True))
    cifra("pisa.CreatePDF solo", f"{bare:.0f} ms")
    cifra("PDF sin hacer, pedido al portal", f"{entera:.0f} ms")
    cifra("pedido / solo", f"{entera / bare:.2f}", "máximo 1,15")


def paginas(portal: Portal, personas: list[Cliente]) -> None:
    """p99 of *Factura* at rest, and while four customers fetch one PDF after the other that is not made yet."""
    hechos = 0

    def piden(k: int, fin: threading.Event) -> None:
        nonlocal hechos
        pedidos = ((mes, persona) for mes in range(MES - 2, 0, -1) for persona in personas[k::PIDEN])
        for mes, persona in pedidos:
            if fin.is_set():
                break
            with aceptar_ocupado():
                portal.pedir(persona.direccion(mes), persona.cookie)
                hechos += 1

    ritmos = {"pagina": PAGINAS_S, "datos": 0, "ingreso": 0}
    with clientes(portal.instancia, portal.puerto, [persona.cookie for persona in personas], ritmos) as carga:
        time.sleep(3 + REPOSO_S)
        corte, fin = time.monotonic(), threading.Event()
        hilos = [threading.Thread(target=piden, args=(k, fin)) for k in range(PIDEN)]
        for hilo in hilos:
            hilo.start()
        time.sleep(REPOSO_S)
        fin.set()
        for hilo in hilos:
            hilo.join()
        muestras = carga.terminar()
    reposo = p99(muestras, lambda m: corte - REPOSO_S <= m.debida < corte)
    durante = p99(muestras, lambda m: corte + 1 <= m.debida < corte + REPOSO_S)
    cifra("Factura, p99 en reposo", f"{reposo:.1f} ms")
    cifra(f"Factura, p99 con {PIDEN} clientes que piden PDF sin hacer ({hechos} en {REPOSO_S} s)", f"{durante:.1f} ms")
    cifra("durante / reposo", f"{durante / reposo:.2f}", "máximo 3")


def memoria(portal: Portal, personas: list[Cliente]) -> None:
    """Memory of the server over a thousand different bills not made yet, after each hundred."""
    pedidos = [(persona.direccion(mes), persona.cookie) for mes in range(BAJA // len(personas) + 1) for persona in personas]
    tomas = []
    for numero, pedido in enumerate(pedidos[:BAJA], 1):
        portal.pedir(*pedido)
        if numero % PARTE == 0:
            tomas.append(portal.memoria_mb())
    mitad = len(tomas) // 2
    cifra("memoria del servidor tras cada cien facturas", " ".join(f"{mb:.0f}" for mb in tomas) + " MB")
    cifra(
        "mayor de la segunda mitad / mayor de la primera", f"{max(tomas[mitad:]) / max(tomas[:mitad]):.2f}", "plana: cerca de 1"
    )


# -- what they use ------------------------------------------------------------------------------------


def documentos(instancia: Instancia, predios: list[int]) -> list[str]:
    """The HTML of the bills of some predios, as the portal makes it."""
    os.environ.update({nombre: valor for nombre, valor in instancia.entorno.items() if nombre.startswith("OFICINA_")})
    from oficina import create_app, db
    from oficina.documentos import documento_de
    from oficina.models import Factura, Predio

    app = create_app()
    with app.app_context(), db.db.connection_context():
        bills = Factura.select(Factura, Predio).join(Predio)
        numeros = [Mes(MES).numero(predio) for predio in predios]
        return [documento_de(bills.where(Factura.numero == numero).get(), limitada=False) for numero in numeros]


def desnudo(html: str) -> float:
    """The seconds of the engine alone."""
    from xhtml2pdf import pisa
    from xhtml2pdf.config.resources import ResourceAccessPolicy

    logging.disable()  # as where the portal renders
    policy = ResourceAccessPolicy.server(LETRAS, allow_remote=False)
    desde = time.perf_counter()
    result = pisa.CreatePDF(
        html.encode(), dest=io.BytesIO(), encoding="utf-8", path=str(LETRAS.parent / "documento.html"), resource_policy=policy
    )
    segundos = time.perf_counter() - desde
    if result.err:
        sys.exit("pisa.CreatePDF falló")
    return segundos


@contextmanager
def aceptar_ocupado() -> Iterator[None]:
    """A customer who is told to try again later does."""
    try:
        yield
    except SystemExit as error:
        if "503" not in str(error):
            raise
        time.sleep(0.5)


def p99(muestras: list[Muestra], cuando: Callable[[Muestra], bool]) -> float:
    elegidas = [muestra for muestra in muestras if muestra.tipo == "pagina" and cuando(muestra)]
    if not all(muestra.bien for muestra in elegidas):
        sys.exit("Hubo páginas con error.")
    return percentil([muestra.segundos for muestra in elegidas], 99)


def cifra(nombre: str, valor: str, pedido: str = "") -> None:
    print(f"{nombre:<88} {valor:>14}  {pedido}".rstrip(), flush=True)


if __name__ == "__main__":
    main()
