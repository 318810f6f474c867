"""Five bills of different kinds, each delivered with its history: to look at, and to compare with their PDF."""

from collections.abc import Callable
from datetime import date, timedelta

from fabrica import un_predio, una_factura

from oficina.models import Factura, Predio

Linea = tuple[str, str, int | None, str | None, int | None, int]
Lineas = Callable[[int], list[Linea]]
CUDE = "5f0c3d9a71be4826" * 6


# Tariffs in 1/10000 peso.
FIJO, METRO = 95_645_300, 26_050_300
FIJO_ALC, METRO_ALC = 52_877_700, 17_913_300
TASA_AGUA, TASA_RETRIBUTIVA = 318_400, 1_204_500
CORTE = 10  # the day on which each period ends


def ordinaria(**datos) -> Factura:
    """Estrato 2, read, with subsidies, water and sewerage: fifteen lines."""
    codigo = "204061350"
    un_predio(codigo, nombre="ROSA ELENA GARCÍA PEÑA", direccion="CL 12 B SUR 14 A 33 MZ 4 CS 18", barrio="La Ceiba")

    def lineas(litros: int) -> list[Linea]:
        basico, mas = min(litros, 16_000), max(litros - 16_000, 0)
        agua, vertido = linea("Consumo básico", basico, "m³", METRO), linea("Vertimiento básico", basico, "m³", METRO_ALC)
        return [
            ("acueducto", *linea("Cargo fijo", 1000, "mes", FIJO)),
            ("acueducto", *agua),
            ("acueducto", *linea("Consumo complementario", mas, "m³", METRO)),
            ("acueducto", *parte("Subsidio cargo fijo (40 %)", -40, valor(1000, FIJO))),
            ("acueducto", *parte("Subsidio consumo básico (40 %)", -40, agua[-1])),
            ("alcantarillado", *linea("Cargo fijo", 1000, "mes", FIJO_ALC)),
            ("alcantarillado", *vertido),
            ("alcantarillado", *linea("Vertimiento complementario", mas, "m³", METRO_ALC)),
            ("alcantarillado", *linea("Tasa retributiva", litros, "m³", TASA_RETRIBUTIVA)),
            ("alcantarillado", *parte("Subsidio cargo fijo (40 %)", -40, valor(1000, FIJO_ALC))),
            ("alcantarillado", *parte("Subsidio vertimiento básico (40 %)", -40, vertido[-1])),
            ("otros", *suelta("Medidor nuevo, cuota 4 de 12", 12_500_00)),
            ("otros", *linea("Tasa por uso del agua", litros, "m³", TASA_AGUA)),
            ("otros", *suelta("Descuento por pago puntual", -1_500_00)),
        ]

    consumos = (17_000, 18_000, 16_000, 21_000, 18_000, 17_000, 19_000)
    return hecha(codigo, lineas, consumos, **{"numero": "2611000135", "referencia": "261100013548"} | datos)


def promedio(**datos) -> Factura:
    """Not read: the average is charged; estrato 4, no subsidy."""
    codigo = "104077120"
    un_predio(codigo, nombre="JULIÁN ANDRÉS ÑÁÑEZ ROPERO", direccion="KR 8 3 41 AP 502", barrio="Los Almendros", estrato=4)

    def lineas(litros: int) -> list[Linea]:
        return [
            ("acueducto", *linea("Cargo fijo", 1000, "mes", FIJO)),
            ("acueducto", *linea("Consumo básico", litros, "m³", METRO)),
            ("alcantarillado", *linea("Cargo fijo", 1000, "mes", FIJO_ALC)),
            ("alcantarillado", *linea("Vertimiento básico", litros, "m³", METRO_ALC)),
        ]

    consumos = (11_000, 12_000, 13_000, 13_000, 11_000, 12_000, 12_000)
    estimada = {"lectura_actual": None, "lectura_tipo": "promedio"}
    return hecha(codigo, lineas, consumos, **{"numero": "2611000771", "referencia": "261100077112"} | estimada | datos)


def larga(**datos) -> Factura:
    """Several pages: sewerage and garbage with their components, financed works in many instalments."""
    codigo = "304011890"
    un_predio(codigo, nombre="CONJUNTO RESIDENCIAL ALTOS DEL CAÑO", direccion="AV 40 22 15", barrio="Altos del Caño", estrato=3)
    aseo = (
        "Comercialización",
        "Barrido y limpieza de vías y áreas públicas",
        "Limpieza urbana",
        "Recolección y transporte",
        "Disposición final",
        "Tratamiento de lixiviados",
        "Aprovechamiento",
    )

    def lineas(litros: int) -> list[Linea]:
        return [
            ("acueducto", *linea("Cargo fijo, 24 unidades", 24_000, "mes", FIJO)),
            ("acueducto", *linea("Consumo básico", litros, "m³", METRO)),
            ("alcantarillado", *linea("Cargo fijo, 24 unidades", 24_000, "mes", FIJO_ALC)),
            ("alcantarillado", *linea("Vertimiento básico", litros, "m³", METRO_ALC)),
            *[("aseo", *linea(f"{name}, apartamento {n}", 1000, "mes", 21_504_000)) for n in range(101, 107) for name in aseo],
            *[("otros", *suelta(f"Reposición de redes, obra {n}: cuota {n} de 36", 4_300_00)) for n in range(1, 31)],
        ]

    consumos = (310_000, 318_000, 296_000, 331_000, 312_000, 305_000, 302_000)
    return hecha(codigo, lineas, consumos, **{"numero": "2611001189", "referencia": "261100118974"} | datos)


def comercial(**datos) -> Factura:
    """Contribution of solidarity, and an electronic document."""
    codigo = "104090233"
    un_predio(
        codigo,
        nombre="PANADERÍA EL TRIGAL DE AGUACLARA S.A.S.",
        documento_tipo="NIT",
        documento="900555123",
        direccion="CL 15 20 08 LC 3",
        barrio="Centro",
        uso="comercial",
        estrato=None,
    )

    def lineas(litros: int) -> list[Linea]:
        agua, vertido = linea("Consumo", litros, "m³", METRO), linea("Vertimiento", litros, "m³", METRO_ALC)
        return [
            ("acueducto", *linea("Cargo fijo", 1000, "mes", FIJO)),
            ("acueducto", *agua),
            ("acueducto", *parte("Contribución de solidaridad (50 %)", 50, valor(1000, FIJO) + agua[-1])),
            ("alcantarillado", *linea("Cargo fijo", 1000, "mes", FIJO_ALC)),
            ("alcantarillado", *vertido),
            ("alcantarillado", *parte("Contribución de solidaridad (50 %)", 50, valor(1000, FIJO_ALC) + vertido[-1])),
        ]

    consumos = (38_000, 41_000, 36_000, 44_000, 39_000, 40_000, 42_000)
    return hecha(codigo, lineas, consumos, **{"numero": "2611000902", "referencia": "261100090277", "cude": CUDE} | datos)


def vencida(**datos) -> Factura:
    """Three bills overdue, the service suspended: old debt, interest, suspension and reconnection."""
    codigo = "104033478"
    un_predio(
        codigo, nombre="BLANCA NUBIA TORO", direccion="KR 2 ESTE 9 60", barrio="Villa Luz", estrato=1, estado="suspendido"
    )

    def lineas(litros: int) -> list[Linea]:
        agua, vertido = linea("Consumo básico", litros, "m³", METRO), linea("Vertimiento básico", litros, "m³", METRO_ALC)
        return [
            ("acueducto", *linea("Cargo fijo", 1000, "mes", FIJO)),
            ("acueducto", *agua),
            ("acueducto", *parte("Subsidio estrato 1 (70 %)", -70, valor(1000, FIJO) + agua[-1])),
            ("alcantarillado", *linea("Cargo fijo", 1000, "mes", FIJO_ALC)),
            ("alcantarillado", *vertido),
            ("alcantarillado", *parte("Subsidio estrato 1 (70 %)", -70, valor(1000, FIJO_ALC) + vertido[-1])),
        ]

    consumos = (14_000, 15_000, 14_000, 13_000, 15_000, 14_000, 14_000)
    nuevas = [
        ("otros", *suelta("Suspensión del servicio", 21_350_00)),
        ("otros", *suelta("Reconexión del servicio", 38_700_00)),
    ]
    ids = {"numero": "2611000334", "referencia": "261100033419"}
    return hecha(codigo, lineas, consumos, nuevas, impagas=3, **ids | datos)


TIPOS = (ordinaria, promedio, larga, comercial, vencida)


def valor(milesimas: int, tarifa: int) -> int:
    """What so many thousandths cost, in centavos."""
    return (milesimas * tarifa + 50_000) // 100_000


def linea(concepto: str, milesimas: int, unidad: str, tarifa: int) -> tuple:
    return concepto, milesimas, unidad, tarifa, valor(milesimas, tarifa)


def suelta(concepto: str, centavos: int) -> tuple:
    return concepto, None, None, None, centavos


def parte(concepto: str, por_ciento: int, base: int) -> tuple:
    return suelta(concepto, round(base * por_ciento / 100))


def hecha(
    codigo: str, lineas: Lineas, consumos: tuple[int, ...], nuevas: list[Linea] = (), impagas: int = 0, **datos
) -> Factura:
    """The bill of November 2026 with its predio, and the six before it: one after the other their days and readings.

    The one of October has all its lines, to be compared; ``nuevas`` are lines of November alone; the last ``impagas`` before
    it were not paid, and each carries the debt of those before, with interest of 1,5 %.
    """
    names = ("servicio", "concepto", "cantidad", "unidad", "tarifa", "valor")
    reading, owed = 1_200_000, 0
    for month, litros in enumerate(consumos, 5):
        ultima = month == 11
        rows = [dict(zip(names, row, strict=True)) for row in [*lineas(litros), *(nuevas if ultima else ())]]
        unpaid = max(month - 11 + impagas, 0)
        interest = (owed * 15 // 1000 + 50) // 100 * 100
        exact = sum(row["valor"] for row in rows) + owed + interest
        total = (exact + 50) // 100 * 100
        if total != exact:
            rows.append({"servicio": "otros", "concepto": "Ajuste al peso", "valor": total - exact})
        fields = {
            "periodo": f"2026-{month:02}",
            "desde": date(2026, month - 1, CORTE) + timedelta(1),
            "hasta": date(2026, month, CORTE),
            "expedida": date(2026, month, 16),
            "vence": date(2026, month + 1, 15),
            "suspension": date(2026, month + 1, 22),
            "lectura_anterior": reading,
            "lectura_actual": reading + litros,
            "consumo": litros,
            "saldo_anterior": owed,
            "intereses": interest,
            "facturas_vencidas": unpaid,
            "total": total,
        }
        factura = una_factura(codigo, tuple(rows) if month > 9 else None, **fields | (datos if ultima else {}))
        reading, owed = reading + litros, total if month >= 11 - impagas else 0
    return Factura.select(Factura, Predio).join(Predio).where(Factura.numero == factura.numero).get()
