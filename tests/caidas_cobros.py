"""A notice received and a round of the worker, each in a process of its own, forked, that may be killed before any statement.

Run as a program it is their workshop, as in ``caidas``: the portal is made once; each line is a task for a child of it.
"""

import json
import os
import signal
import subprocess
import sys
import traceback
from contextlib import contextmanager
from pathlib import Path

import servidores

RAIZ = Path(__file__).parent.parent


class Tarea:
    def __init__(self, taller: "Taller", pid: int, informe: Path):
        self.taller, self.pid, self.informe = taller, pid, informe

    def esperar(self) -> dict:
        """``senal`` that ended it, 0 where it came to its end; ``estado`` that answered the notice."""
        return self.taller.pedir(esperar=self.pid) | json.loads(self.informe.read_text() or "{}")


class Taller:
    def __init__(self, proceso: subprocess.Popen, carpeta: Path):
        self.proceso, self.carpeta, self.cuantas = proceso, carpeta, 0

    def pedir(self, **orden) -> dict:
        self.proceso.stdin.write(json.dumps(orden) + "\n")
        self.proceso.stdin.flush()
        return json.loads(self.proceso.stdout.readline())

    def empezar(self, cuerpo: str = "", cual: int = 0) -> Tarea:
        """Receive ``cuerpo``, if any, then a round; killed before the statement number ``cual``."""
        self.cuantas += 1
        informe = self.carpeta / f"{self.cuantas}.json"
        informe.touch()
        return Tarea(self, self.pedir(informe=str(informe), cuerpo=cuerpo, cual=cual)["pid"], informe)

    def hacer(self, cuerpo: str = "", cual: int = 0) -> dict:
        return self.empezar(cuerpo, cual).esperar()


@contextmanager
def taller(ajustes: dict):
    with servidores.carpeta_pasajera() as carpeta:
        command = [sys.executable, __file__, json.dumps(ajustes)]
        entorno = os.environ | {"PYTHONPATH": str(RAIZ)}
        tubos = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        with subprocess.Popen(command, cwd=RAIZ, env=entorno, **tubos) as proceso:
            yield Taller(proceso, carpeta)
            proceso.stdin.close()


# -- the workshop itself ----------------------------------------------------------------------------


def atender(app) -> None:
    for linea in sys.stdin:
        orden = json.loads(linea)
        if "esperar" in orden:
            _, estado = os.waitpid(orden["esperar"], 0)
            responder(senal=os.WTERMSIG(estado) if os.WIFSIGNALED(estado) else 0, salida=os.waitstatus_to_exitcode(estado))
            continue
        pid = os.fork()
        if not pid:
            os.dup2(os.open(os.devnull, os.O_RDWR), 0)
            hijo(app, **orden)
        responder(pid=pid)


def responder(**datos) -> None:
    print(json.dumps(datos), flush=True)


def hijo(app, informe: str, cuerpo: str, cual: int) -> None:
    dicho = {"estado": None, "sentencias": 0, "fallo": ""}

    def decir() -> None:
        Path(informe).write_text(json.dumps(dicho))

    def sentencia(sql: str) -> None:
        dicho["sentencias"] += 1
        if dicho["sentencias"] == cual:
            decir()
            os.kill(os.getpid(), signal.SIGKILL)

    try:
        caidas.contar_sentencias(sentencia)
        if cuerpo:
            answer = app.test_client().post("/pasarela/simulada/aviso", data=cuerpo, content_type=FORMULARIO)
            dicho["estado"] = answer.status_code
        worker.pasada_de_pagos(app)
        sentencia("after the last one")
    except BaseException as error:
        ours = [one for one in traceback.extract_tb(error.__traceback__) if one.filename.startswith(f"{RAIZ}/oficina/")]
        dicho["fallo"] = f"{error!r}\n{''.join(traceback.format_list(ours))}"
    decir()
    os._exit(bool(dicho["fallo"]))


FORMULARIO = "application/x-www-form-urlencoded"

if __name__ == "__main__":
    import caidas

    from oficina import create_app, db, worker

    portal = create_app(**json.loads(sys.argv[1]))
    # A connection is of one process.
    db.db.close()
    getattr(db.db.obj, "close_all", lambda: None)()
    atender(portal)
