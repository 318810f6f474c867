"""Imports and updates that are killed, stopped or starved at a chosen point: each in a process of its own, forked.

Run as a program it is their workshop: it reads one task a line, forks a child for it, and says how the child ended. The
child counts the statements that really go to the engine, and signals itself before the chosen one.
"""

import json
import os
import resource
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import servidores

RAIZ = Path(__file__).parent.parent
SEGUNDOS = 20

PREDIO = {"nombre": "Rosa Peña", "direccion": "Calle 10 # 5-20", "uso": "residencial", "estrato": "2", "documento_tipo": "CC"}
FACTURA = {"periodo": "2026-10", "expedida": "2026-11-03", "vence": "2026-11-18", "total": "84350"}
CONCEPTO = {"servicio": "acueducto", "concepto": "Consumo básico"}
PAGO = {"fecha": "2026-11-10", "valor": "84350", "canal": "banco"}
MANDAMIENTO = {"fecha": "2026-08-03", "estado": "librado", "capital": "612400", "corte": "2026-11-03"}


def predio(codigo, documento, **datos):
    return PREDIO | {"codigo": codigo, "documento": documento} | datos


def factura(numero, codigo, **datos):
    return FACTURA | {"numero": numero, "codigo": codigo} | datos


def lineas(numero, *valores):
    return [CONCEPTO | {"numero": numero, "orden": str(orden), "valor": valor} for orden, valor in enumerate(valores, 1)]


# Each file has rows that are the same in both, rows that change, and rows that only the second one brings. Of the bill
# F2 a line goes, of F3 one comes; the codes 1 and 2 change holder.
PRIMERA = {
    "predios": [predio("1", "100"), predio("2", "200"), predio("3", "300"), predio("4", "400")],
    "facturas": [factura("F1", "1"), factura("F2", "2"), factura("F3", "3")],
    "conceptos": [*lineas("F1", "84350"), *lineas("F2", "80000", "4000", "350"), *lineas("F3", "84000")],
    "pagos": [PAGO | {"id": "P1", "codigo": "1"}, PAGO | {"id": "P2", "codigo": "2"}],
    "mandamientos": [MANDAMIENTO | {"proceso": "M1", "codigo": "1"}, MANDAMIENTO | {"proceso": "M2", "codigo": "2"}],
}
SEGUNDA = {
    "predios": [predio("1", "101"), predio("2", "201"), predio("3", "300", nombre="Ana Ruiz"), predio("5", "500")],
    "facturas": [
        *(factura("F1", "1"), factura("F2", "2", total="84000"), factura("F3", "3")),
        *(factura("F4", "1", periodo="2026-11", expedida="2026-12-03"), factura("F5", "5")),
    ],
    "conceptos": [
        *(*lineas("F1", "84350"), *lineas("F2", "80000", "4000"), *lineas("F3", "84000", "350")),
        *(*lineas("F4", "84350"), *lineas("F5", "84000", "350")),
    ],
    "pagos": [
        *(PAGO | {"id": "P1", "codigo": "1", "valor": "84000"}, PAGO | {"id": "P4", "codigo": "3", "valor": "50000"}),
        *(PAGO | {"id": f"P{n}", "codigo": "2"} for n in (2, 3)),
    ],
    "mandamientos": [MANDAMIENTO | {"proceso": f"M{n}", "codigo": str(n), "estado": "notificado"} for n in (1, 3)],
}

# Banks' files, as references and centavos. Of the first one, a payment waits until the second delivery brings its bill,
# and another is told of by the billing system too; of the second one, a payment is new, one was known, one waits.
RECAUDOS_PRIMERA = [("F4", 70_000_00), ("F3", 50_000_00)]
RECAUDOS_SEGUNDA = [("F5", 84_350_00), ("F2", 84_350_00), ("999", 100)]


def escribir(carpeta: Path, archivos: dict) -> Path:
    carpeta.mkdir(exist_ok=True)
    for nombre, filas in archivos.items():
        columnas = list(dict.fromkeys(columna for fila in filas for columna in fila))
        todas = [columnas, *([fila.get(columna, "") for columna in columnas] for fila in filas)]
        (carpeta / f"{nombre}.csv").write_text("".join(";".join(fila) + "\n" for fila in todas), encoding="utf-8")
    return carpeta


# -- the workshop, seen by a test -------------------------------------------------------------------


class Tarea:
    """A child at work: ``esperar`` tells how it ended, or that it stopped itself."""

    def __init__(self, taller: "Taller", pid: int, informe: Path):
        self.taller, self.pid, self.informe = taller, pid, informe
        self.viva = True

    def esperar(self) -> dict:
        """``senal`` that ended or stopped it, 0 where it came to its end; then what it said of itself."""
        fin = self.taller.pedir(esperar=self.pid)
        self.viva = fin["senal"] == signal.SIGSTOP
        return fin | (json.loads(self.informe.read_text()) if self.informe.exists() else {})

    def seguir(self) -> dict:
        os.kill(self.pid, signal.SIGCONT)
        return self.esperar()

    def matar(self) -> dict:
        os.kill(self.pid, signal.SIGKILL)
        return self.esperar()


class Taller:
    def __init__(self, proceso: subprocess.Popen, carpeta: Path):
        self.proceso, self.carpeta, self.cuantas = proceso, carpeta, 0

    def pedir(self, **orden) -> dict:
        self.proceso.stdin.write(json.dumps(orden) + "\n")
        self.proceso.stdin.flush()
        return json.loads(self.proceso.stdout.readline())

    def empezar(self, hacer: str, **datos) -> Tarea:
        """``importar``, ``deshacer`` or ``actualizar``; see ``hijo`` for what may befall it."""
        self.cuantas += 1
        informe = self.carpeta / f"{self.cuantas}.json"
        pid = self.pedir(hacer=hacer, informe=str(informe), **datos)["pid"]
        return Tarea(self, pid, informe)

    def hacer(self, hacer: str, **datos) -> dict:
        return self.empezar(hacer, **datos).esperar()


@contextmanager
def taller():
    with servidores.carpeta_pasajera() as carpeta:
        command = [sys.executable, __file__]
        entorno = os.environ | {"PYTHONPATH": str(RAIZ)}
        tubos = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        with subprocess.Popen(command, cwd=RAIZ, env=entorno, **tubos) as proceso:
            yield Taller(proceso, carpeta)
            proceso.stdin.close()


def lectores_de(pid: int) -> list[int]:
    """The children of a process."""
    hijos = []
    for estado in Path("/proc").glob("[0-9]*/stat"):
        try:
            campos = estado.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(campos[1]) == pid:
            hijos.append(int(estado.parent.name))
    return hijos


def acaban(pids: list[int]) -> bool:
    """Whether these processes come to their end; one that nobody has buried yet has."""
    limite = time.monotonic() + SEGUNDOS
    while vivos := [pid for pid in pids if vive(pid)]:
        if time.monotonic() > limite:
            return False
        time.sleep(0.02)
        pids = vivos
    return True


def primer_lector(pid: int) -> int:
    """The first child of a process, as soon as it has one."""
    limite = time.monotonic() + SEGUNDOS
    while not (hijos := lectores_de(pid)):
        assert time.monotonic() < limite
        time.sleep(0.005)
    return hijos[0]


def vive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


# -- a server that dies -----------------------------------------------------------------------------


def servidor(url: str) -> tuple[int, Path]:
    """The process of a MariaDB of ``servidores.mariadb`` and its folder."""
    carpeta = Path(parse_qs(urlsplit(url).query)["unix_socket"][0]).parent
    return int((carpeta / "pid").read_text()), carpeta


@contextmanager
def servidor_que_vuelve(url: str):
    """Gives what kills the server as a power cut would, and what starts it again on the same data."""
    pid, carpeta = servidor(url)
    command = Path(f"/proc/{pid}/cmdline").read_bytes().decode().strip("\0").split("\0")
    command.append("--innodb-flush-method=fsync")
    vueltas: list[subprocess.Popen] = []

    def matar() -> None:
        vueltas[-1].kill()
        vueltas[-1].wait()

    def volver() -> None:
        log = carpeta / "log"
        with log.open("ab") as salida:
            vueltas.append(subprocess.Popen(command, stdout=salida, stderr=salida))
        servidores.wait_until(lambda: servidores.responds(carpeta / "s"), vueltas[-1], log)

    # It did not wait for the disk while it made its files, and would not find them whole.
    os.kill(pid, signal.SIGTERM)
    assert acaban([pid])
    volver()
    try:
        yield matar, volver
    finally:
        for vuelta in vueltas[-1:]:
            servidores.detener(vuelta)


# -- the workshop itself ----------------------------------------------------------------------------


def atender() -> None:
    for linea in sys.stdin:
        orden = json.loads(linea)
        if "esperar" in orden:
            _, estado = os.waitpid(orden["esperar"], os.WUNTRACED)
            senal = os.WSTOPSIG(estado) if os.WIFSTOPPED(estado) else os.WTERMSIG(estado) if os.WIFSIGNALED(estado) else 0
            responder(senal=senal, salida=os.WEXITSTATUS(estado) if os.WIFEXITED(estado) else None)
            continue
        pid = os.fork()
        if not pid:
            os.dup2(os.open(os.devnull, os.O_RDWR), 0)
            hijo(**orden)
        responder(pid=pid)


def responder(**datos) -> None:
    print(json.dumps(datos), flush=True)


def hijo(
    *,
    url: str,
    hacer: str,
    informe: str,
    ruta: str = "",
    numero: int = 0,
    espera: int = 0,
    trabajo: str | None = None,
    cual: int = 0,
    en: str = "",
    senal: int = signal.SIGKILL,
    paso: int = 0,
    paginas: int = 0,
    octetos: int = 0,
) -> None:
    """Signals itself with ``senal`` before the statement number ``cual``, or before the first with the text ``en``, or at
    the step of progress number ``paso``. ``paginas`` is the room that SQLite has left, ``octetos`` that of each file.
    """
    from oficina import actualizaciones, db, entregas

    dicho = {"fallo": "", "motivo": "", "entrega": None, "hijos": [], "sentencias": 0}

    def decir() -> None:
        Path(informe).write_text(json.dumps(dicho))

    def avisarse() -> None:
        dicho["hijos"] = lectores_de(os.getpid())
        decir()
        os.kill(os.getpid(), senal)

    def sentencia(sql: str) -> None:
        dicho["sentencias"] += 1
        if dicho["sentencias"] == cual or (en and en in sql.replace('"', "").replace("`", "") and not dicho.get("hallada")):
            dicho["hallada"] = True
            avisarse()

    def avance(*_) -> None:
        dicho["pasos"] = dicho.get("pasos", 0) + 1
        if dicho["pasos"] == paso:
            avisarse()

    try:
        db.use(url)
        contar_sentencias(sentencia)
        if paginas:
            hay = db.fetch("PRAGMA page_count")[0][0]
            db.fetch(f"PRAGMA max_page_count = {hay + paginas}")
        if octetos:
            resource.setrlimit(resource.RLIMIT_FSIZE, (octetos, resource.RLIM_INFINITY))
        if hacer == "importar":
            carpeta = Path(trabajo) if trabajo else None
            resultado = entregas.importar(Path(ruta), "sistemas:ana", avance=avance, espera=espera, trabajo=carpeta)
            dicho["entrega"] = resultado.entrega
        elif hacer == "deshacer":
            entregas.deshacer(numero, "sistemas:ana", avance, espera=espera)
        else:
            actualizaciones.actualizar()
        sentencia("after the last one")
    except BaseException as error:
        cadena, causa = [], error
        while causa is not None:
            cadena.append(type(causa).__name__)
            causa = causa.__cause__ or causa.__context__
        dicho["fallo"], dicho["motivo"] = " ".join(cadena), str(error)
    if octetos:
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    decir()
    os._exit(bool(dicho["fallo"]))


def contar_sentencias(sentencia) -> None:
    """Call ``sentencia`` before each statement that goes to the engine, those of transactions too."""
    import pymysql

    from oficina import db

    if db.is_sqlite():
        db.open_connection()
        db.db.connection().exec_trace = lambda _, sql, __: sentencia(sql) or True
        return
    enviar = pymysql.connections.Connection._execute_command

    def contada(conexion, tipo, sql):
        sentencia(sql if isinstance(sql, str) else bytes(sql).decode(errors="replace"))
        return enviar(conexion, tipo, sql)

    db.open_connection()
    pymysql.connections.Connection._execute_command = contada


if __name__ == "__main__":
    # Once, for all the children.
    import oficina.actualizaciones
    import oficina.entregas  # noqa: F401

    atender()
