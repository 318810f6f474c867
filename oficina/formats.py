"""How data is shown: Jinja filters over Babel es_CO. Money comes in centavos, volumes in litres, instants in UTC."""

from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.numbers import NumberPattern, parse_pattern

LOCALE = Locale.parse("es_CO")
BOGOTA = ZoneInfo("America/Bogota")
NBSP = "\u00a0"
# Parsed once: that costs four times what applying one does.
WHOLE, CENTS, TARIFF, QUANTITY = (parse_pattern(text) for text in ("#,##0", "#,##0.00", "#,##0.00##", "#,##0.###"))


def hoy() -> date:
    """Today in Colombia."""
    return datetime.now(BOGOTA).date()


def pesos(centavos: int | None) -> str:
    """``$ 84.350`` with a no-break space; centavos are shown only where there are some: ``$ 84.350,50``."""
    return money(centavos, WHOLE if centavos is None or centavos % 100 == 0 else CENTS)


def pesos_exactos(centavos: int | None) -> str:
    """The same always with two decimals, for the lines of a bill."""
    return money(centavos, CENTS)


def money(centavos: int | None, pattern: NumberPattern) -> str:
    if centavos is None:
        return "—"
    return f"{'-' if centavos < 0 else ''}${NBSP}{number(abs(centavos), 2, pattern)}"


def tarifa(diezmilesimas: int | None) -> str:
    """A tariff kept in ten-thousandths of a peso: two to four decimals."""
    return "" if diezmilesimas is None else f"${NBSP}{number(diezmilesimas, 4, TARIFF)}"


def cantidad(milesimas: int | None) -> str:
    """A quantity kept in thousandths, with only the decimals it has."""
    return "" if milesimas is None else number(milesimas, 3, QUANTITY)


def number(value: int, decimals: int, pattern: NumberPattern) -> str:
    """An integer of ``decimals`` implied decimals as es_CO writes it; exact, for no float comes between."""
    return pattern.apply(Decimal(value).scaleb(-decimals), LOCALE)


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
