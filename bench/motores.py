"""Instances of the portal on SQLite and on a private MariaDB, each whole in one folder, so that a copy of it is the same again.

Both engines wait for the disk as in production: what is measured is what a power cut leaves.
"""

import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pymysql

ROOT = Path(__file__).parent.parent
SISTEMA = f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin"
ARRANQUE_S = 120  # also what a recovery takes


@dataclass(frozen=True)
class Instancia:
    """A folder with the secret, the data and the temporary files of a portal; its engine runs while it is being used."""

    motor: str
    carpeta: Path
    url: str

    @property
    def entorno(self) -> dict[str, str]:
        ajenas = {nombre: valor for nombre, valor in os.environ.items() if not nombre.startswith("OFICINA_")}
        propias = {"INSTANCIA": str(self.carpeta), "BASE_DE_DATOS": self.url, "LIMITES": "0", "CAPTCHA": "0"}
        return ajenas | {f"OFICINA_{nombre}": valor for nombre, valor in propias.items()} | {"TMPDIR": str(self.temporales)}

    @property
    def temporales(self) -> Path:
        return self.carpeta / "tmp"

    def orden(self, *argumentos: str | Path) -> list[str]:
        """A command of the portal, as an operator types it."""
        return [sys.executable, "-m", "flask", "--app", "app", *map(str, argumentos)]

    def tamano_mb(self) -> float:
        """What the data take on the disk."""
        datos = self.carpeta.glob("oficina.db*" if self.motor == "sqlite" else "datos/oficina/*")
        return sum(ruta.stat().st_size for ruta in datos) / 1e6

    def consultar(self, sql: str) -> Any:
        """The only value of a query."""
        with closing(conectar(self.url)) as base:
            cursor = base.cursor()
            cursor.execute(sql)
            return cursor.fetchone()[0]


def conectar(url: str) -> Any:
    """A bare connection, without the portal, to the database of an instance."""
    if url.startswith("sqlite:"):
        return sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
    partes = urlsplit(url)
    return pymysql.connect(
        unix_socket=parse_qs(partes.query)["unix_socket"][0],
        user=partes.username,
        database=partes.path.lstrip("/"),
        charset="utf8mb4",
        local_infile=True,
        ssl_disabled=True,
    )


@contextmanager
def nueva(motor: str, carpeta: Path) -> Iterator[Instancia]:
    """An instance with empty tables."""
    (carpeta / "tmp").mkdir(parents=True)
    with MOTORES[motor](carpeta) as url:
        instancia = Instancia(motor, carpeta, url)
        for orden in ([sys.executable, "-m", "oficina.secreto"], instancia.orden("base", "crear")):
            subprocess.run(orden, cwd=ROOT, env=instancia.entorno, check=True, stdout=subprocess.DEVNULL)
        yield instancia


@contextmanager
def copia(motor: str, origen: Path) -> Iterator[Instancia]:
    """A copy of an instance that nobody uses; it is removed afterwards."""
    carpeta = origen.with_name(f"{origen.name}-copia")
    shutil.copytree(origen, carpeta)
    os.sync()  # else the first one to wait for the disk would wait for the copy too
    try:
        with MOTORES[motor](carpeta) as url:
            yield Instancia(motor, carpeta, url)
    finally:
        shutil.rmtree(carpeta)


@contextmanager
def sqlite(carpeta: Path) -> Iterator[str]:
    yield f"sqlite:///{carpeta}/oficina.db"


@contextmanager
def mariadb(carpeta: Path) -> Iterator[str]:
    """A server of its own on a Unix socket. --skip-grant-tables spares mariadb-install-db; durability is the default one."""
    programa, socket_path, datos = shutil.which("mariadbd", path=SISTEMA), carpeta / "s", carpeta / "datos"
    if programa is None:
        sys.exit("Falta mariadbd: apt-get install -y mariadb-server, o MOTORES=sqlite")
    (datos / "oficina").mkdir(parents=True, exist_ok=True)
    opciones = {
        "datadir": datos,
        "socket": socket_path,
        "pid-file": carpeta / "pid",
        "innodb-buffer-pool-size": "1G",
        "innodb-flush-log-at-trx-commit": 1,
        "innodb-stats-persistent": 0,
        "local-infile": 1,
        "character-set-server": "utf8mb4",
    }
    orden = [programa, "--no-defaults", "--skip-grant-tables", "--skip-networking"]
    orden += [f"--{nombre}={valor}" for nombre, valor in opciones.items()]
    if os.geteuid() == 0:
        orden.append("--user=root")
    with (carpeta / "mariadb.log").open("wb") as diario:
        servidor = subprocess.Popen(orden, stdout=diario, stderr=diario)
    try:
        esperar(servidor, socket_path, carpeta / "mariadb.log")
        yield f"mysql://oficina@localhost/oficina?unix_socket={socket_path}"
    finally:
        servidor.terminate()
        servidor.wait()


def esperar(servidor: subprocess.Popen, socket_path: Path, diario: Path) -> None:
    hasta = time.monotonic() + ARRANQUE_S
    while servidor.poll() is None and time.monotonic() < hasta:
        with socket.socket(socket.AF_UNIX) as cliente:
            if cliente.connect_ex(str(socket_path)) == 0:
                return
        time.sleep(0.05)
    sys.exit(f"MariaDB no arrancó:\n{diario.read_text(errors='replace')[-3000:]}")


MOTORES = {"sqlite": sqlite, "mariadb": mariadb}
