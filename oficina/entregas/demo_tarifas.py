"""What a month of water costs in Aguaclara: invented tariffs of a town below 1000 m, raised each year.

All money in centavos; every line is exact or rounded half up, as billing systems do.
"""

from functools import lru_cache

TARIFAS = {"acueducto": (851235, 231847), "alcantarillado": (470610, 159428)}  # fixed charge, m³; of 2024
BASE, AUMENTO = 2024, 106
BASICO, COMPLEMENTARIO = 16, 32  # m³ a month, upper limits
SUBSIDIOS = {1: 70, 2: 40, 3: 15}
CONTRIBUCIONES = {5: 50, 6: 60}
CONTRIBUCION_USO = {"comercial": 50, "industrial": 30}

Linea = tuple[str, str, str, str, str, str]  # servicio, concepto, cantidad, unidad, tarifa, valor: as texts


def pesos(centavos: int) -> str:
    """Centavos in the canonical form: decimal comma, decimals only where there are some."""
    signo, centavos = ("-", -centavos) if centavos < 0 else ("", centavos)
    return f"{signo}{centavos // 100},{centavos % 100:02d}" if centavos % 100 else f"{signo}{centavos // 100}"


def porcentaje(centavos: int, milesimas: int) -> int:
    """So many thousandths of a positive amount, rounded half up."""
    return (centavos * milesimas + 500) // 1000


def tarifa(servicio: str, anio: int) -> tuple[int, int]:
    """Fixed charge and price of a m³ in a year."""
    cargo, metro = TARIFAS[servicio]
    for _ in range(BASE, anio):
        cargo, metro = porcentaje(cargo, AUMENTO * 10), porcentaje(metro, AUMENTO * 10)
    return cargo, metro


@lru_cache(100_000)
def servicios(anio: int, uso: str, estrato: int, consumo: int) -> tuple[tuple[Linea, ...], int]:
    """The lines of both services for a month's consumption in m³, and their sum."""
    lineas: list[Linea] = []
    total = 0
    for servicio in TARIFAS:
        propias, suma = de_servicio(servicio, anio, uso, estrato, consumo)
        lineas += propias
        total += suma
    return tuple(lineas), total


def de_servicio(servicio: str, anio: int, uso: str, estrato: int, consumo: int) -> tuple[list[Linea], int]:
    cargo, metro = tarifa(servicio, anio)
    lineas = [(servicio, "Cargo fijo", "1", "mes", pesos(cargo), pesos(cargo))]
    for nombre, metros in rangos(uso, consumo):
        if metros:
            lineas.append((servicio, nombre, str(metros), "m³", pesos(metro), pesos(metro * metros)))
    suma = cargo + metro * consumo
    basico = cargo + metro * min(consumo, BASICO)
    if subsidio := porcentaje(basico, SUBSIDIOS.get(estrato, 0) * 10):
        lineas.append((servicio, f"Subsidio estrato {estrato} ({SUBSIDIOS[estrato]} %)", "", "", "", pesos(-subsidio)))
    tasa = CONTRIBUCIONES.get(estrato) or CONTRIBUCION_USO.get(uso, 0)
    if contribucion := porcentaje(suma, tasa * 10):
        lineas.append((servicio, f"Contribución de solidaridad ({tasa} %)", "", "", "", pesos(contribucion)))
    return lineas, suma - subsidio + contribucion


def rangos(uso: str, consumo: int) -> tuple[tuple[str, int], ...]:
    """Consumption by range; only dwellings have ranges."""
    if uso != "residencial":
        return (("Consumo", consumo),)
    return (
        ("Consumo básico", min(consumo, BASICO)),
        ("Consumo complementario", max(min(consumo, COMPLEMENTARIO) - BASICO, 0)),
        ("Consumo suntuario", max(consumo - COMPLEMENTARIO, 0)),
    )
