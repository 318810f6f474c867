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
from .models.claves import cifrar

CORREO = "demo@aguaclara.example"
FILE = "muestra.json"


@dataclass
class Muestra:
    """What ``make run`` prints: a demo account, and a code not yet registered with the number of one of its bills."""

    correo: str = ""
    clave: str = ""
    codigo_libre: str = ""
    factura_libre: str = ""


def preparar(instance: Path, predios: int, tell: Callable[[str], object]) -> Muestra:
    """Fill an empty base; otherwise only recall the account made the first time. What is there is kept."""
    if not Predio.select().exists():
        tell(f"Creando datos de muestra de {predios} predios...")
        folder = instance / "demo"
        demo.escribir(folder, predios)
        result = entregas.importar(folder, "muestra")
        rows = ", ".join(f"{count.filas} {name}" for name, count in result.archivos.items())
        tell(f"Entrega publicada: {rows}.")
        make_account(instance)
    return recall(instance)


def make_account(instance: Path) -> None:
    """The demo account with a random password, kept in a file that only its owner reads."""
    chosen = demo.codigos_de_muestra()
    clave = "-".join("".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(3))
    now = utcnow()
    holder = Predio.get_by_id(chosen["principal"])
    person = {"documento_tipo": "CC", "documento": "1000000", "nombres": "Demo", "apellidos": "Aguaclara"}
    with write():
        cuenta = Cuenta.create(
            **person,
            celular="3105550100",
            correo=CORREO,
            correo_confirmado=now,
            clave=cifrar(clave),
            direccion=holder.direccion,
            municipio=holder.municipio,
            factura_por_correo=0,
            politica_version="muestra",
            politica_aceptada=now,
            creada=now,
        )
        for case in ("principal", "vencida", "pagada"):
            if chosen[case]:
                cuenta.asociar(chosen[case])
        audit.record("registro", cuenta.id, chosen["principal"], actor="muestra")
    handle = os.open(instance / FILE, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump({"correo": CORREO, "clave": clave}, file)


def recall(instance: Path) -> Muestra:
    """The account as it was made, and a code that is still free."""
    path = instance / FILE
    chosen = demo.codigos_de_muestra()
    known = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    if known and not Cuenta.select().where(Cuenta.correo == known["correo"]).exists():
        known = {}
    return Muestra(**known, codigo_libre=chosen["libre"] or "", factura_libre=chosen["factura_libre"] or "")
