"""A gateway in memory for tests of what the portal does with its answers: it keeps ``pasarelas.base.Pasarela``.

It stands for the world outside, as a test scripts it. The real clients are tested against the simulator, a process of its own.
"""

import hashlib
import hmac
import json
from dataclasses import asdict, replace
from itertools import count
from urllib.parse import urlencode

from oficina.pasarelas.base import Aviso, AvisoIlegibleError, FirmaError, Salida, SinRespuestaError, Transaccion

LLAVE = b"llave de prueba"
LLAVE_PAYU = "4Vj8eK4rloUd272L48hsrarnUA"  # of its documentation, the same for everybody


class PasarelaDePrueba:
    nombre, titulo, host = "simulada", "Pasarela de prueba", "pasarela.example"
    comercio, pruebas, pide_correo = "512321", True, False

    def __init__(self) -> None:
        self.transacciones: dict[str, Transaccion] = {}  # all that it has, by id
        self.caida = False
        self.preguntas: list[str] = []
        self.serie = count(1)

    # -- what happens there ---------------------------------------------------------------------------

    def paga(self, intento, estado: str = "aprobada", **otra) -> Transaccion:
        """Its customer tries to pay; ``otra`` is what is not as it was asked for."""
        fields = {
            "id": f"T{next(self.serie):05}",
            "referencia": intento.referencia,
            "estado": estado,
            "valor": intento.valor,
            **{"moneda": "COP", "comercio": self.comercio, "pruebas": True, "medio": "PSE", "banco": "Banco del Llano"},
        }
        nueva = Transaccion(**fields | otra)
        self.transacciones[nueva.id] = nueva
        return nueva

    def pasa(self, transaccion: Transaccion, estado: str) -> Transaccion:
        """A transaction comes to another state."""
        self.transacciones[transaccion.id] = replace(transaccion, estado=estado)
        return self.transacciones[transaccion.id]

    # -- the interface --------------------------------------------------------------------------------

    def salida(self, cobro) -> Salida:
        return Salida(f"https://{self.host}/", "post", {"referencia": cobro.referencia})

    def leer_aviso(self, cuerpo, cabeceras) -> Aviso:
        if not hmac.compare_digest(firma(cuerpo).encode(), cabeceras.get("Firma", "").encode()):
            raise FirmaError
        try:
            return Aviso(**json.loads(cuerpo))
        except (ValueError, TypeError):
            raise AvisoIlegibleError from None

    def consultar(self, referencia: str) -> list[Transaccion]:
        self.preguntas.append(referencia)
        if self.caida:
            raise SinRespuestaError("está caída")
        return [una for una in self.transacciones.values() if una.referencia == referencia]


def aviso_de(una: Transaccion, **otra) -> tuple[bytes, dict[str, str]]:
    """Body and headers of the notice of a transaction, rightly signed; ``otra`` is what it says otherwise."""
    said = {name: value for name, value in asdict(una).items() if name in Aviso.__dataclass_fields__}
    said["transaccion"] = una.id
    body = json.dumps(said | otra).encode()
    return body, {"Firma": firma(body)}


def firma(cuerpo: bytes) -> str:
    return hmac.new(LLAVE, cuerpo, hashlib.sha256).hexdigest()


def aviso_payu(pago: dict, **otra) -> str:
    """The notice of a transaction of the simulator (see ``pasarelas.Simulador.pago``), as PayU words and signs it."""
    campos = {
        "merchant_id": "508029",
        "reference_sale": pago["referencia"],
        "transaction_id": pago["id"],
        "value": f"{pago['valor'] // 100}.{pago['valor'] % 100:02}",
        "currency": "COP",
        "state_pol": {"aprobada": "4", "rechazada": "6"}[pago["estado"]],
        "test": "1",
    } | otra
    entero, _, decimales = campos["value"].partition(".")
    valor = f"{entero}.{decimales if decimales[1:2] not in ('', '0') else decimales[:1] or '0'}"
    firmado = (LLAVE_PAYU, campos["merchant_id"], campos["reference_sale"], valor, campos["currency"], campos["state_pol"])
    return urlencode(campos | {"sign": hashlib.md5("~".join(firmado).encode()).hexdigest()})
