"""Every setting: its name, default and meaning; and the checks that keep production safe.

A setting comes from the environment (``OFICINA_NAME``), else from ``oficina.toml`` in the instance
folder (``NAME``, in any case; a table such as ``[marca]`` gives ``MARCA_...``), else from its default here.
"""

import getpass
import os
import secrets
import stat
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click

# A random secret holds none of these.
EXAMPLE_WORDS = ("cambie", "cámbie", "secret", "change", "clave", "ejemplo", "example", "oficina", "12345")
SECRET_LENGTH = 32
LOCAL_HOSTS = ("localhost", "127.0.0.1", "::1")
YES = {"1", "si", "sí", "true", "on"}
NO = {"0", "no", "false", "off"}
ENTREGAS_TABLES = ("archivos", "columnas", "valores", "anchos", "decimales", "fechas", "vacios", "bancos")

# The keys that a gateway cannot do without.
GATEWAY_KEYS = {
    "payu": ("PAYU_COMERCIO", "PAYU_CUENTA", "PAYU_USUARIO", "PAYU_LLAVE"),
    "wompi": ("WOMPI_LLAVE_PUBLICA", "WOMPI_LLAVE_PRIVADA", "WOMPI_INTEGRIDAD", "WOMPI_EVENTOS"),
}
# PayU's documentation prints these for everybody to try its sandbox: what is signed with them proves nothing.
PAYU_PUBLICO = {
    "PAYU_COMERCIO": "508029",
    "PAYU_CUENTA": "512321",
    "PAYU_USUARIO": "pRRXKOl8ikMmt9u",
    "PAYU_LLAVE": "4Vj8eK4rloUd272L48hsrarnUA",
}
# How the keys of Wompi begin, in the order of GATEWAY_KEYS, with prod or test for the dots.
WOMPI_PREFIXES = ("pub_{}_", "prv_{}_", "{}_integrity_", "{}_events_")


class ConfigError(click.ClickException):
    """A setting that is unsafe or cannot be understood; the message is Spanish and says how to mend it.

    A ClickException, so that every command shows the message and not a traceback.
    """

    exit_code = 2


@dataclass(frozen=True)
class Setting:
    """One setting; ``default`` also gives the type (str, int, bool, or dict for tables that only the file has).

    ``least`` and ``most`` bound an int; ``choices``, where there are any, are all that a str may be.
    """

    name: str
    default: str | int | bool | dict
    text: str
    least: int = 0
    most: int = 1_000_000
    choices: tuple[str, ...] = ()

    def read(self, value: Any) -> str | int | bool | dict:
        """The value as the type of the default. Raises ConfigError."""
        if isinstance(self.default, dict):
            if not isinstance(value, dict):
                raise ConfigError(f"{self.name} son tablas de oficina.toml, no una variable de entorno.")
            return value
        if isinstance(self.default, bool):
            word = str(value).strip().lower()
            if word in YES | NO:
                return word in YES
            raise ConfigError(f"OFICINA_{self.name} debe ser 1 o 0, no «{value}».")
        if isinstance(self.default, int):
            text = str(value).strip()
            if not text.isdecimal() or not self.least <= int(text) <= self.most:
                raise ConfigError(f"OFICINA_{self.name} debe ser un número entre {self.least} y {self.most}, no «{value}».")
            return int(text)
        text = str(value).strip()
        if self.choices and text not in self.choices:
            allowed = ", ".join(choice or "vacío" for choice in self.choices)
            raise ConfigError(f"OFICINA_{self.name} debe ser uno de estos: {allowed}; no «{text}».")
        return text


SETTINGS = (
    Setting("INSTANCIA", "instance", "Carpeta de la base de datos, el secreto, los correos y oficina.toml."),
    Setting(
        "BASE_DE_DATOS",
        "",
        "sqlite:///ruta o mysql://usuario:clave@host/base. Vacío: oficina.db en la instancia.",
    ),
    Setting("URL_PUBLICA", "", "Dirección pública del portal; con ella se arman los enlaces de los correos."),
    Setting("ENTORNO", "desarrollo", "desarrollo o produccion."),
    Setting("SECRETO", "", "Secreto de firmas y cifrado. Vacío: el del archivo secreto de la instancia."),
    Setting("CAPTCHA", True, "Código de seguridad en el registro y tras muchos ingresos fallidos."),
    Setting("LIMITES", True, "Límites de intentos."),
    Setting(
        "SMTP", "", "smtp://usuario:clave@host:587 (STARTTLS), smtps://…:465 o smtp+plano://host:25. Vacío: archivos .eml."
    ),
    Setting("CORREO_REMITENTE", "no-responda@aguaclara.example", "Dirección desde la que salen los correos."),
    Setting("PROXIES", 0, "Cuántos servidores intermedios (nginx) hay delante; 1 con nginx.", 0, 10),
    Setting("SESION_INACTIVA_MIN", 30, "Minutos sin actividad después de los cuales la sesión termina.", 1, 1440),
    Setting("SESION_MAXIMA_H", 12, "Horas después de las cuales la sesión termina aunque haya actividad.", 1, 720),
    Setting("CLAVE_MINIMA", 12, "Largo mínimo de la contraseña.", 8, 64),
    Setting("CLAVE_TEMPORAL_MIN", 60, "Minutos que sirve la contraseña temporal enviada por correo.", 5, 1440),
    Setting("PRUEBA_FACTURA", True, "Pedir en el registro y al asociar el número de una factura reciente del código."),
    Setting("PRUEBA_FACTURAS", 6, "Cuántas de las últimas facturas del código sirven como prueba.", 1, 60),
    Setting(
        "PASARELA",
        "enlace",
        "Cómo se paga en línea: enlace (al portal de pagos de la empresa), payu, wompi o simulada.",
        choices=("enlace", "payu", "wompi", "simulada"),
    ),
    Setting("PAGO_URL", "https://pagos.aguaclara.example/", "Portal de pagos en línea (PASARELA=enlace)."),
    Setting("PAGO_NOMBRE", "Portal de pagos de Aguaclara", "Nombre del portal de pagos."),
    Setting("PAGO_RAPIDO", True, "Pagar en línea sin cuenta, con el código y el número de la factura."),
    Setting("PAGO_ENLACE_DIAS", 60, "Días, después del vencimiento, que sirve el enlace para pagar de una factura.", 0, 730),
    Setting("PAGO_ALARMAS", "", "Correo de tesorería para lo que una persona debe revisar. Vacío: SISTEMAS_CORREO."),
    Setting("PAGO_BANCO_CODIGO", "", "Banco de la cuenta a la que llega lo pagado en línea (tres cifras), para exportarlo."),
    Setting("PAGO_BANCO_CUENTA", "", "Número de esa cuenta, hasta 17 cifras."),
    Setting("PAGO_BANCO_TIPO", "ahorros", "Tipo de esa cuenta.", choices=("ahorros", "corriente")),
    Setting("PAYU_COMERCIO", "", "PayU: identificador del comercio (merchantId)."),
    Setting("PAYU_CUENTA", "", "PayU: identificador de la cuenta en Colombia (accountId)."),
    Setting("PAYU_USUARIO", "", "PayU: usuario de la consulta (API Login)."),
    Setting("PAYU_LLAVE", "", "PayU: llave con que se firma (API Key)."),
    Setting(
        "PAYU_FIRMA",
        "md5",
        "PayU: algoritmo de las firmas, el de la cuenta.",
        choices=("md5", "sha1", "sha256", "hmac-sha256"),
    ),
    Setting("PAYU_SECRETO", "", "PayU: llave secreta de las firmas, solo con PAYU_FIRMA=hmac-sha256."),
    Setting("PAYU_PRUEBAS", False, "PayU: usar su ambiente de pruebas, donde no se mueve dinero."),
    Setting("WOMPI_LLAVE_PUBLICA", "", "Wompi: llave pública (pub_prod_… o pub_test_…)."),
    Setting("WOMPI_LLAVE_PRIVADA", "", "Wompi: llave privada, prv_prod_… o prv_test_…, para consultar."),
    Setting("WOMPI_INTEGRIDAD", "", "Wompi: secreto de integridad, con que se firma lo que se cobra."),
    Setting("WOMPI_EVENTOS", "", "Wompi: secreto de eventos, con que Wompi firma sus avisos."),
    Setting("SIMULADOR_URL", "http://127.0.0.1:8900", "Dirección del simulador de pasarelas (PASARELA=simulada)."),
    Setting("SIMULADOR_PROTOCOLO", "payu", "De cuál pasarela hace el simulador.", choices=("payu", "wompi")),
    Setting("PAGO_GLN", "", "Código GLN del convenio de recaudo (13 cifras). Vacío: la factura no lleva código de barras."),
    Setting("PAGO_LARGO_REFERENCIA", 10, "Cifras de la referencia en el código de barras, con ceros delante.", 2, 24),
    Setting("PAGO_LARGO_VALOR", 10, "Cifras del valor en el código de barras, con ceros delante.", 4, 14),
    Setting("FACTURA_MENSAJE", "", "Mensaje de la empresa en todas las facturas en PDF; cada renglón, un párrafo."),
    Setting("FACTURA_CALIDAD", "", "Calidad del agua y continuidad del servicio, como van en la factura."),
    Setting("FACTURA_CARGOS", "", "Cuánto cuestan la suspensión y la reconexión del servicio. Vacío: la factura no lo dice."),
    Setting("FACTURA_PUNTOS", "", "Dónde se puede pagar la factura. Vacío: los puntos de recaudo autorizados y la oficina."),
    Setting("FACTURA_FIRMA", "", "Quién firma la factura: nombre y cargo del representante legal."),
    Setting(
        "FACTURA_PROVEEDOR", "", "Proveedor y programa con que se expide el documento electrónico, si la factura tiene CUDE."
    ),
    Setting("FACTURA_COPIAS_MB", 1000, "Espacio para las facturas en PDF ya hechas, en MB.", 10, 1_000_000),
    Setting("SISTEMAS_CORREO", "sistemas@aguaclara.example", "Área de sistemas, a la que se pide retirar el código principal."),
    Setting("POLITICA_VERSION", "2026-11", "Versión de la política de tratamiento de datos que se acepta al registrarse."),
    Setting("POLITICA_URL", "", "Política completa en el sitio de la empresa. Vacío: solo la página del portal."),
    Setting("ENTREGAS_ANCHO_CODIGO", 0, "Cifras de un código, para devolverle los ceros que perdió. 0: no se tocan.", 0, 20),
    Setting("ENTREGAS_DECIMAL", "", "Marca de los decimales. Vacío: según cada valor.", choices=("", "coma", "punto")),
    Setting("ENTREGAS_FECHA", "dma", "Orden de las fechas con barras: día-mes o mes-día.", choices=("dma", "mda")),
    Setting(
        "ENTREGAS_CODIFICACION",
        "",
        "Codificación de los archivos. Vacío: según cada archivo.",
        choices=("", "utf-8", "windows-1252"),
    ),
    Setting("ENTREGAS_PARCIAL", False, "Publicar las filas buenas de una entrega aunque otras se rechacen."),
    Setting(
        "ENTREGAS_TITULAR",
        "ocultar",
        "Si la cuenta del titular anterior ve las facturas posteriores a un cambio de titular.",
        choices=("ocultar", "mostrar"),
    ),
    Setting("ENTREGAS_DIAS_PAGO", 5, "Días entre los que un pago del banco y uno del sistema comercial son el mismo.", 0, 60),
    Setting("ENTREGAS", {}, "Tablas [entregas.*]: nombres y formatos propios del sistema comercial."),
    Setting("MARCA_NOMBRE", "Acueducto y Alcantarillado de Aguaclara E.S.P.", "Nombre de la empresa."),
    Setting("MARCA_CORTO", "Aguaclara", "Nombre corto de la empresa."),
    Setting("MARCA_NIT", "900123818-0", "NIT de la empresa."),
    Setting("MARCA_MUNICIPIO", "Aguaclara", "Municipio, el que se propone en el registro."),
    Setting("MARCA_DIRECCION", "Calle 10 n.º 5-20, Aguaclara", "Dirección de la oficina de atención."),
    Setting("MARCA_TELEFONO", "608 555 0100", "Teléfono de atención."),
    Setting("MARCA_CORREO", "atencion@aguaclara.example", "Correo de atención."),
    Setting("MARCA_HORARIO", "lunes a viernes de 7:30 a. m. a 4:30 p. m.", "Horario de atención."),
    Setting("MARCA_SITIO", "https://www.aguaclara.example/", "Sitio web de la empresa."),
    Setting("MARCA_LOGO", "img/marca.svg", "Logotipo, relativo a static/."),
)


def read(environ: dict[str, str] | None = None, **overrides: Any) -> dict[str, Any]:
    """All settings by name, without prefix. ``overrides`` win over the environment. Raises ConfigError."""
    environ = dict(os.environ) if environ is None else environ
    instance = Path(overrides.get("INSTANCIA") or environ.get("OFICINA_INSTANCIA") or "instance").resolve()
    given = from_file(instance / "oficina.toml")
    known = {setting.name for setting in SETTINGS}
    if unknown := sorted(set(given) - known):
        raise ConfigError(f"oficina.toml tiene ajustes que no existen: {', '.join(unknown)}. Véase docs/configuracion.md.")
    given |= {name: environ[f"OFICINA_{name}"] for name in known if f"OFICINA_{name}" in environ}
    given |= overrides
    settings: dict[str, Any] = {s.name: s.read(given[s.name]) if s.name in given else s.default for s in SETTINGS}
    settings["INSTANCIA"] = str(instance)
    settings["URL_PUBLICA"] = urlsplit(settings["URL_PUBLICA"]).geturl()  # the scheme in small letters
    settings["BASE_DE_DATOS"] = settings["BASE_DE_DATOS"] or f"sqlite:///{instance}/oficina.db"
    settings["SECRETO"] = settings["SECRETO"] or secret_from(instance)
    check(settings)
    return settings


def from_file(path: Path) -> dict[str, Any]:
    """The settings of a TOML file, tables flattened: ``[marca] nit`` is MARCA_NIT.

    Tables and lists inside a table stay as they are, under its name: ``[entregas.archivos]`` is in ENTREGAS.
    """
    try:
        content = tomllib.loads(readable(path))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} no se puede leer: {error}.") from None
    flat: dict[str, Any] = {}
    for key, value in content.items():
        if isinstance(value, dict):
            inner = {name: item for name, item in value.items() if isinstance(item, dict | list)}
            flat |= {f"{key}_{name}".upper(): item for name, item in value.items() if name not in inner}
            flat |= {key.upper(): inner} if inner else {}
        else:
            flat[key.upper()] = value
    return flat


def secret_from(instance: Path) -> str:
    return readable(instance / "secreto").strip()


def readable(path: Path) -> str:
    """The text of a file, empty where there is none. Raises ConfigError where this user may not read it."""
    try:
        return path.read_text(encoding="utf-8") if path.exists() else ""
    except PermissionError:
        user = getpass.getuser()
        raise ConfigError(f"El usuario {user} no puede leer {path}. Ejecute: chown {user} {path}") from None


def create_secret(instance: Path) -> Path:
    """Write a random secret with mode 0600 unless there is one; the folder is made with mode 0700."""
    instance.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = instance / "secreto"
    if not path.exists():
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(48) + "\n")
    return path


def check(settings: dict[str, Any]) -> None:
    """Refuse what cannot work anywhere, and what is unsafe in production. Raises ConfigError."""
    if settings["ENTORNO"] not in ("desarrollo", "produccion"):
        raise ConfigError("OFICINA_ENTORNO debe ser desarrollo o produccion.")
    if not settings["BASE_DE_DATOS"].startswith(("sqlite:///", "mysql://")):
        raise ConfigError("OFICINA_BASE_DE_DATOS debe comenzar por sqlite:/// o mysql://.")
    if unknown := sorted(set(settings["ENTREGAS"]) - set(ENTREGAS_TABLES)):
        raise ConfigError(f"[entregas] de oficina.toml tiene {', '.join(unknown)}. Puede tener: {', '.join(ENTREGAS_TABLES)}.")
    smtp = urlsplit(settings["SMTP"])
    if settings["SMTP"] and (smtp.scheme not in ("smtp", "smtps", "smtp+plano") or not smtp.hostname):
        raise ConfigError("OFICINA_SMTP debe ser como smtp://servidor:587, smtps://servidor:465 o smtp+plano://localhost:25.")
    for name in ("PAGO_URL", "MARCA_SITIO", "POLITICA_URL", "URL_PUBLICA", "SIMULADOR_URL"):
        if settings[name] and not settings[name].lower().startswith(("https://", "http://")):
            raise ConfigError(f"OFICINA_{name} debe comenzar por https://")
    if settings["PAGO_GLN"] and not is_gln(settings["PAGO_GLN"]):
        raise ConfigError(
            f"PAGO_GLN (gln en [pago]) no es un código GLN: «{settings['PAGO_GLN']}». Son 13 cifras, y la última comprueba las "
            "otras. Cópielo otra vez de la factura impresa, después de (415), sin espacios; vacío, no hay código de barras."
        )
    check_gateway(settings)
    if urlsplit(settings["URL_PUBLICA"]).path.strip("/"):
        raise ConfigError("OFICINA_URL_PUBLICA no lleva nada después del nombre: el portal ocupa todo el sitio.")
    if settings["ENTORNO"] == "produccion" and (problems := production_problems(settings)):
        raise refusal(problems)


def missing_keys(settings: Mapping, gateway: str) -> list[str]:
    """The settings without which a gateway cannot be used, of those that are empty."""
    needed: tuple[str, ...] = GATEWAY_KEYS.get(gateway, ())
    if gateway == "payu" and settings["PAYU_FIRMA"] == "hmac-sha256":
        needed += ("PAYU_SECRETO",)
    return [name for name in needed if not settings[name]]


def wompi_environments(settings: Mapping) -> set[str]:
    """Of which environments the keys of Wompi are that are set: prod, test, or "" for what is no such key."""
    keys = [(settings[name], prefix) for name, prefix in zip(GATEWAY_KEYS["wompi"], WOMPI_PREFIXES, strict=True)]
    return {next((kind for kind in ("prod", "test") if key.startswith(prefix.format(kind))), "") for key, prefix in keys if key}


def check_gateway(settings: Mapping) -> None:
    """Refuse a gateway that cannot charge: without its keys, or with keys of two environments. Raises ConfigError."""
    if missing := missing_keys(settings, settings["PASARELA"]):
        raise ConfigError(f"Con PASARELA={settings['PASARELA']} faltan: {', '.join(missing)}. Véase docs/pagos.md.")
    environments = wompi_environments(settings)
    if "" in environments or len(environments) > 1:
        raise ConfigError(
            "Las llaves de Wompi no son de un mismo ambiente: todas deben ser de producción (pub_prod_…, prv_prod_…, "
            "prod_integrity_…, prod_events_…) o todas de pruebas (pub_test_…, prv_test_…, test_integrity_…, test_events_…)."
        )


def is_gln(text: str) -> bool:
    """Whether ``text`` is a Global Location Number: 13 digits, the last one a check digit (GS1 General Specifications 7.9)."""
    if not (len(text) == 13 and text.isascii() and text.isdigit()):
        return False
    return sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(text)) % 10 == 0


def refusal(problems: list[str]) -> ConfigError:
    """All that keeps production from starting, in one message."""
    told = problems[0] if len(problems) == 1 else "\n- ".join(["", *problems])
    return ConfigError(f"El portal no arranca en producción: {told}")


def production_warnings(settings: dict[str, Any]) -> list[str]:
    """What works, but hardly as meant; shown once when the server starts."""
    warnings = []
    if not settings["SMTP"]:
        warnings.append("sin OFICINA_SMTP ningún correo llega a los clientes: quedan como archivos en la carpeta correo.")
    if not settings["PROXIES"]:
        warnings.append(
            "con OFICINA_PROXIES=0 y nginx delante, todos los clientes parecen uno y los límites los frenan a todos."
        )
    example = [s.name for s in SETTINGS if "aguaclara" in str(s.default).lower() and settings[s.name] == s.default]
    if example:
        warnings.append(f"los clientes ven datos de una empresa inventada: falta cambiar {', '.join(example)}.")
    return warnings


def production_problems(settings: dict[str, Any]) -> list[str]:
    """What keeps these settings from serving the public, in Spanish, each with its remedy."""
    problems = []
    secret = settings["SECRETO"]
    secret_file = Path(settings["INSTANCIA"]) / "secreto"
    if not secret:
        problems.append("falta el secreto. Créelo con «python -m oficina.secreto» o defina OFICINA_SECRETO.")
    elif len(secret) < SECRET_LENGTH or len(set(secret)) < 12 or any(word in secret.lower() for word in EXAMPLE_WORDS):
        problems.append(
            f"el secreto es de ejemplo o muy corto. Use al menos {SECRET_LENGTH} caracteres al azar: quite OFICINA_SECRETO o "
            "borre el archivo secreto, y ejecute «python -m oficina.secreto»."
        )
    elif secret_file.exists() and stat.S_IMODE(secret_file.stat().st_mode) & 0o077:
        problems.append(f"otros usuarios pueden leer el secreto. Ejecute: chmod 600 {secret_file}")
    toml = Path(settings["INSTANCIA"]) / "oficina.toml"
    if toml.exists() and stat.S_IMODE(toml.stat().st_mode) & 0o007:
        problems.append(f"otros usuarios pueden leer los ajustes, que guardan claves. Ejecute: chmod 600 {toml}")
    smtp = urlsplit(settings["SMTP"])
    if smtp.scheme == "smtp+plano" and smtp.hostname not in LOCAL_HOSTS:
        problems.append("OFICINA_SMTP enviaría los correos sin cifrar por la red. Use smtp:// o smtps://.")
    url = urlsplit(settings["URL_PUBLICA"])
    if not url.hostname:
        problems.append("falta OFICINA_URL_PUBLICA, por ejemplo https://oficina.suempresa.gov.co")
    elif url.scheme != "https":
        problems.append("OFICINA_URL_PUBLICA debe comenzar por https://")
    if not settings["CAPTCHA"]:
        problems.append("el código de seguridad está apagado. Quite OFICINA_CAPTCHA=0.")
    if not settings["LIMITES"]:
        problems.append("los límites de intentos están apagados. Quite OFICINA_LIMITES=0.")
    if ":memory:" in settings["BASE_DE_DATOS"]:
        problems.append("la base de datos está en memoria y se perdería. Defina OFICINA_BASE_DE_DATOS con un archivo.")
    return problems + gateway_problems(settings)


def gateway_problems(settings: Mapping) -> list[str]:
    """Gateways where no real money moves, or anybody may sign; also one that is set and no longer used: it is listened to."""
    problems = []
    if settings["PASARELA"] == "simulada":
        problems.append("PASARELA=simulada no cobra. Use enlace, payu o wompi.")
    public = [name for name, value in PAYU_PUBLICO.items() if settings[name] == value]
    if public:
        problems.append(f"{', '.join(public)} son los de prueba que PayU publica. Use los de su cuenta, o déjelos vacíos.")
    if settings["PAYU_PRUEBAS"]:
        problems.append("PayU está en su ambiente de pruebas, que no cobra. Quite OFICINA_PAYU_PRUEBAS=1.")
    if "test" in wompi_environments(settings):
        problems.append(
            "las llaves de Wompi son de pruebas (…_test_…), que no cobran. Use las de producción, o déjelas vacías."
        )
    return problems


def trusted_hosts(settings: dict[str, Any]) -> list[str] | None:
    """The host names the portal answers to: that of URL_PUBLICA, and this machine's own outside production."""
    host = urlsplit(settings["URL_PUBLICA"]).hostname
    if not host:
        return None
    return [host] if settings["ENTORNO"] == "produccion" else [host, *LOCAL_HOSTS]


def public_url(settings: Any) -> str:
    """The portal's address for links in mails, without a slash at the end; never taken from a request."""
    return settings["URL_PUBLICA"].rstrip("/") or f"http://127.0.0.1:{os.environ.get('PORT', '8000')}"
