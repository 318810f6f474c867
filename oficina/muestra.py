"""The demo of ``make run``: a delivery of invented data taken in like any other, and an account to sign in with."""

import json
import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from . import audit, entregas
from .db import utcnow, write
from .entregas import demo
from .models import Cuenta, Predio
from .models.clave_temporal import ALPHABET

CORREO = "demo@aguaclara.example"
FILE = "muestra.json"
VERSION = "muestra"
# How the invented company prints its bills, and takes payments.
EMPRESA = {
    "PASARELA": "simulada",
    "PAGO_GLN": "7709998000018",
    "PAGO_LARGO_REFERENCIA": 12,
    "FACTURA_PUNTOS": "en Punto Ceiba, Giros del Caño y las oficinas del Banco del Llano, Banco Morichal y Cooperativa La Vega",
    "FACTURA_CALIDAD": "Índice de riesgo de la calidad del agua (IRCA): 0,0 %, sin riesgo. Continuidad del servicio: 24 horas.",
    "FACTURA_CARGOS": "Reconexión del servicio: $ 32.500. La suspensión no se cobra.",
    "FACTURA_MENSAJE": "Si nota una fuga en la calle, llámenos: la reparamos sin costo.",
    "FACTURA_FIRMA": "Elisa Moreno Vaca, gerente y representante legal",
    "FACTURA_PROVEEDOR": "Facturación de Aguaclara, programa propio",
}


@dataclass
class Muestra:
    """What ``make run`` prints: a demo account, and a code not yet registered with the number of one of its bills."""

    correo: str = ""
    clave: str = ""
    codigo_libre: str = ""
    factura_libre: str = ""


def preparar(instance: Path, predios: int, tell: Callable[[str], object]) -> Muestra:
    """Fill an empty base; otherwise only recall the account made the first time. What is there is kept."""
    (instance / "correo").mkdir(mode=0o700, exist_ok=True)
    if not Predio.select().exists():
        tell(f"Creando datos de muestra de {predios} predios...")
        folder = instance / "demo"
        demo.escribir(folder, predios)
        result = entregas.importar(folder, "muestra")
        rows = ", ".join(f"{count.filas} {name}" for name, count in result.archivos.items())
        tell(f"Entrega publicada: {rows}.")
        write_settings(instance / "oficina.toml")
    if not Cuenta.select().exists():
        make_account()
    return recall(instance)


def write_settings(path: Path) -> None:
    """The settings of the invented company, unless there are others; a server that starts afterwards reads them."""
    if path.exists():
        return
    lines = [f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in EMPRESA.items()]
    write_private(path, "\n".join(["# De una empresa inventada, para la muestra.", *lines, ""]))


def write_private(path: Path, text: str) -> None:
    path.unlink(missing_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)


def make_account() -> None:
    """The demo account, which nobody can enter until ``recall`` gives it a password."""
    chosen = demo.codigos_de_muestra()
    now = utcnow()
    holder = Predio.get_by_id(chosen["principal"])
    person = {"documento_tipo": "CC", "documento": "1000000", "nombres": "Demo", "apellidos": "Aguaclara"}
    with write():
        cuenta = Cuenta.create(
            **person,
            celular="3105550100",
            correo=CORREO,
            correo_confirmado=now,
            clave="",
            direccion=holder.direccion,
            municipio=holder.municipio,
            factura_por_correo=0,
            politica_version=VERSION,
            politica_aceptada=now,
            creada=now,
        )
        for case in ("principal", "vencida", "pagada"):
            if chosen[case]:
                cuenta.asociar(chosen[case])
        audit.record("registro", cuenta.id, chosen["principal"], actor="muestra")


def recall(instance: Path) -> Muestra:
    """The demo account with its password, and a code that is still free.

    The password is kept in a file that only its owner reads. Where the file is gone or tells that of another base,
    the account gets a new one.
    """
    chosen = demo.codigos_de_muestra()
    free = {"codigo_libre": chosen["libre"] or "", "factura_libre": chosen["factura_libre"] or ""}
    cuenta = Cuenta.get_or_none((Cuenta.correo == CORREO) & (Cuenta.politica_version == VERSION))
    if cuenta is None:
        return Muestra(**free)
    path = instance / FILE
    clave = json.loads(path.read_text(encoding="utf-8"))["clave"] if path.exists() else ""
    if not cuenta.clave_es(clave):
        clave = new_password(path)
        with write():
            cuenta.cambiar_clave(clave)
    return Muestra(CORREO, clave, **free)


def new_password(path: Path) -> str:
    clave = "-".join("".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(3))
    write_private(path, json.dumps({"correo": CORREO, "clave": clave}))
    return clave
