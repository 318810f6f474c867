"""How data is shown: Jinja filters over Babel es_CO. Money comes in centavos, volumes in litres, instants in UTC."""

from datetime import UTC, date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal

LOCALE = Locale.parse("es_CO")
BOGOTA = ZoneInfo("America/Bogota")
NBSP = "\u00a0"


def hoy() -> date:
    """Today in Colombia."""
    return datetime.now(BOGOTA).date()


def pesos(centavos: int | None) -> str:
    """``$ 84.350`` with a no-break space; centavos are shown only where there are some: ``$ 84.350,50``."""
    if centavos is None:
        return "—"
    sign = "-" if centavos < 0 else ""
    return f"{sign}${NBSP}{_amount(abs(centavos))}"


@lru_cache(4096)
def _amount(centavos: int) -> str:
    return format_decimal(centavos / 100 if centavos % 100 else centavos // 100, _pattern(centavos % 100 != 0), LOCALE)


def _pattern(with_cents: bool) -> str:
    return "#,##0.00" if with_cents else "#,##0"


def pesos_exactos(centavos: int | None) -> str:
    """The same always with two decimals, for the lines of a bill."""
    if centavos is None:
        return "—"
    sign = "-" if centavos < 0 else ""
    return f"{sign}${NBSP}{format_decimal(abs(centavos) / 100, '#,##0.00', LOCALE)}"


def tarifa(diezmilesimas: int | None) -> str:
    """A tariff kept in ten-thousandths of a peso: two to four decimals."""
    return "" if diezmilesimas is None else f"${NBSP}{format_decimal(diezmilesimas / 10000, '#,##0.00##', LOCALE)}"


def cantidad(milesimas: int | None) -> str:
    """A quantity kept in thousandths, with only the decimals it has."""
    return "" if milesimas is None else format_decimal(milesimas / 1000, "#,##0.###", LOCALE)


def metros_cubicos(litros: int | None) -> str:
    """``19 m³`` from litres."""
    return "—" if litros is None else f"{cantidad(litros)}{NBSP}m³"


@lru_cache(4096)
def fecha(dia: date | None) -> str:
    """``15 de diciembre de 2026``."""
    return "—" if dia is None else format_date(dia, "d 'de' MMMM 'de' y", LOCALE)


@lru_cache(4096)
def fecha_corta(dia: date | None) -> str:
    """``15/12/2026``, for narrow tables."""
    return "—" if dia is None else format_date(dia, "dd/MM/y", LOCALE)


def local(instante: datetime) -> datetime:
    """A naive UTC instant as the clock in Colombia shows it."""
    return instante.replace(tzinfo=UTC).astimezone(BOGOTA)


@lru_cache(4096)
def instante(cuando: datetime | None) -> str:
    """A UTC instant as ``15 de diciembre de 2026, 3:07 p. m.`` in Colombia."""
    if cuando is None:
        return "—"
    return format_datetime(local(cuando), "d 'de' MMMM 'de' y, h:mm a", locale=LOCALE)


@lru_cache(4096)
def periodo(valor: str) -> str:
    """``noviembre de 2026`` from ``2026-11``."""
    return format_date(date(int(valor[:4]), int(valor[5:7]), 1), "MMMM 'de' y", LOCALE)


def correo_oculto(correo: str) -> str:
    """``j•••@d•••.co``: an address that its owner recognises and nobody else can use."""
    user, _, domain = correo.partition("@")
    name, _, ending = domain.rpartition(".")
    return f"{user[:1]}•••@{name[:1]}•••.{ending}"


FILTERS = (pesos, pesos_exactos, tarifa, cantidad, metros_cubicos, fecha, fecha_corta, instante, periodo, correo_oculto)


def init_app(app) -> None:
    for function in FILTERS:
        app.jinja_env.filters[function.__name__] = function
