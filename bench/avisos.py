"""Notices of a gateway through the whole receiver, against bare durable commits on the same disk; ratios are what counts.

    python -m bench.avisos [sqlite mariadb]

Measured: notices a second (each with its own signature, verified, stored and answered 200) against the same rows written
one by one, a commit each, by a connection alone; *Factura* while notices storm, against the same at rest. A storm comes
through as many connections as nginx lets through (docs/instalacion.md), each with the next notice as soon as one is answered.
"""

import hashlib
import logging
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path
from urllib.parse import urlencode

import pymysql

from .carga import clientes, cuentas, percentil
from .documentos import cifra
from .entrega_grande import escribir
from .motores import Instancia, conectar, nueva
from .paginas import CONNECTIONS, free_port, load, serve, wait_for

SEGUNDOS, RONDAS = 5, 5
PREDIOS, MESES = 600, range(24)
PAGINAS_S, REPOSO_S = 40, 20
# As many as a storm can use up; each is new, for one that is kept already is not written again.
MUCHOS = 120_000
EN_TORMENTA = 4  # limit_conn of nginx
LUA = """
local bodies = {}
for line in io.lines("%s") do bodies[#bodies + 1] = line end
local n = tonumber(io.open("%s"):read("*a"))
request = function()
  n = n + 1
  return wrk.format("POST", nil, {["Content-Type"] = "application/x-www-form-urlencoded"}, bodies[n %% #bodies + 1])
end
"""


def main() -> None:
    if shutil.which("wrk") is None:
        sys.exit("Falta wrk: apt-get install -y wrk")
    for motor in sys.argv[1:] or ["sqlite", "mariadb"]:
        folder = Path(tempfile.mkdtemp(prefix="oficina-bench-"))
        try:
            with nueva(motor, folder / "instancia") as instancia:
                medir(instancia, folder)
        finally:
            shutil.rmtree(folder)


def medir(instancia: Instancia, folder: Path) -> None:
    print(f"\n{instancia.motor}", flush=True)
    entorno = instancia.entorno | {"OFICINA_PASARELA": "simulada"}
    (folder / "avisos").write_text("\n".join(aviso(n) for n in range(MUCHOS)) + "\n", encoding="ascii")
    puerto = free_port()
    entregar(instancia, folder / "entrega")
    cookies = cuentas(instancia, PREDIOS)
    servidor = serve("app:app", puerto, entorno)
    try:
        wait_for(puerto)
        tormenta = Tormenta(folder, puerto)
        tormenta.pasar(1)
        pares = [(tormenta.pasar(SEGUNDOS), confirmaciones(instancia)) for _ in range(RONDAS)]
        avisos, desnudas = (statistics.median(valores) for valores in zip(*pares, strict=True))
        cifra("avisos por segundo, de la firma a la respuesta", f"{avisos:.0f}")
        cifra("confirmaciones desnudas por segundo, una fila cada una", f"{desnudas:.0f}")
        cifra("avisos / confirmaciones", f"{avisos / desnudas:.2f}", "mínimo 0,25")
        paginas(instancia, puerto, cookies, tormenta)
    finally:
        servidor.terminate()
        servidor.wait()


def aviso(n: int) -> str:
    """A notice as PayU sends it (domain: confirmation page), signed with its public test key."""
    referencia, transaccion = f"OV{n:012}", f"{n:08x}-5f2a-4c1e-9d3b-7a6e5f4d3c2b"
    firma = hashlib.md5(f"4Vj8eK4rloUd272L48hsrarnUA~508029~{referencia}~84350.0~COP~4".encode()).hexdigest()
    campos = {"merchant_id": "508029", "state_pol": "4", "response_code_pol": "1", "reference_sale": referencia, "sign": firma}
    campos |= {"reference_pol": f"{n}", "value": "84350.00", "currency": "COP", "transaction_id": transaccion, "test": "1"}
    campos |= {"payment_method_type": "4", "payment_method_name": "PSE", "pse_bank": "Banco del Llano", "cus": f"{n}"}
    campos |= {"transaction_date": "2026-11-24 10:00:00", "email_buyer": "rosa@correo.example", "attempts": "1"}
    campos |= {"description": "Aguaclara: factura FV-1", "response_message_pol": "APPROVED", "authorization_code": "778899"}
    return urlencode(campos)


def entregar(instancia: Instancia, entrega: Path) -> None:
    escribir(entrega, PREDIOS, MESES)
    subprocess.run(instancia.orden("importar", entrega), env=instancia.entorno, check=True, stdout=subprocess.DEVNULL)


class Tormenta:
    """Notices one after the other, on many connections at once; never the same one twice."""

    def __init__(self, folder: Path, puerto: int):
        self.folder, self.direccion = folder, f"{puerto}/pasarela/simulada/aviso"
        self.usados = 0

    def pasar(self, segundos: int, conexiones: int = CONNECTIONS) -> float:
        """How many a second."""
        (self.folder / "desde").write_text(str(self.usados))
        (self.folder / "cookies.lua").write_text(LUA % (self.folder / "avisos", self.folder / "desde"))
        ritmo, _ = load(self.direccion, self.folder, segundos, conexiones)
        self.usados += int(ritmo * segundos * 1.1) + 100
        if self.usados > MUCHOS:
            sys.exit("Se acabaron los avisos: suba MUCHOS.")
        return ritmo


def confirmaciones(instancia: Instancia) -> float:
    """The same rows by a bare connection, each in a transaction of its own, a second."""
    marca = "%s" if instancia.motor == "mariadb" else "?"
    columnas = "pasarela, huella, referencia, cuerpo, dicho, recibido, intentos, proximo"
    sql = f"INSERT INTO aviso ({columnas}) VALUES ({', '.join([marca] * 8)})"
    with closing(conectar(instancia.url)) as base:
        cursor = base.cursor()
        if instancia.motor == "sqlite":
            cursor.execute("PRAGMA synchronous = FULL")
        elif isinstance(base, pymysql.Connection):
            base.autocommit(True)
        desde = time.perf_counter()
        n = 0
        while (pasado := time.perf_counter() - desde) < SEGUNDOS:
            cuerpo = aviso(n)
            huella = hashlib.sha256(f"{desde} {n}".encode()).hexdigest()
            cursor.execute(sql, ("desnuda", huella, f"OV{n:012}", cuerpo, "{}", "2026-11-24 15:00:00", 0, None))
            n += 1
    return n / pasado


def paginas(instancia: Instancia, puerto: int, cookies: list[str], tormenta: Tormenta) -> None:
    """p99 of *Factura* at rest, and while notices storm."""
    ritmos = {"pagina": PAGINAS_S, "datos": 0, "ingreso": 0}
    with clientes(instancia, puerto, cookies, ritmos) as carga:
        time.sleep(3 + REPOSO_S)
        corte = time.monotonic()
        ritmo = tormenta.pasar(REPOSO_S, EN_TORMENTA)
        muestras = carga.terminar()
    buenas = [m for m in muestras if m.bien]
    if len(buenas) < len(muestras):
        cifra("páginas que fallaron", str(len(muestras) - len(buenas)))
    reposo = percentil([m.segundos for m in buenas if corte - REPOSO_S <= m.debida < corte], 99)
    durante = percentil([m.segundos for m in buenas if corte + 1 <= m.debida < corte + REPOSO_S], 99)
    cifra("Factura, p99 en reposo", f"{reposo:.1f} ms")
    cifra(f"Factura, p99 bajo una tormenta de {ritmo:.0f} avisos por segundo", f"{durante:.1f} ms")
    cifra("durante / reposo", f"{durante / reposo:.2f}", "máximo 3")


if __name__ == "__main__":
    logging.disable()
    main()
