"""Five bills of different kinds, each delivered with its history: to look at, and to compare with their PDF."""

from datetime import date

from fabrica import un_predio, una_factura

from oficina.models import Factura, Predio

Linea = tuple[str, str, str, str, str, str]
CUDE = "5f0c3d9a71be4826" * 6


def ordinaria(**datos) -> Factura:
    """Estrato 2, read, with subsidies, water and sewerage: fifteen lines."""
    un_predio("204061350", nombre="ROSA ELENA GARCÍA PEÑA", direccion="CL 12 B SUR 14 A 33 MZ 4 CS 18", barrio="La Ceiba")
    historia("204061350", (17_000, 18_500, 16_000, 21_000, 18_000, 17_500))
    lineas = (
        ("acueducto", "Cargo fijo", 1000, "mes", 95645300, 9_564_53),
        ("acueducto", "Consumo básico", 16000, "m³", 26050300, 41_680_48),
        ("acueducto", "Consumo complementario", 3000, "m³", 26050300, 7_815_09),
        ("acueducto", "Subsidio cargo fijo (40 %)", None, None, None, -3_825_81),
        ("acueducto", "Subsidio consumo básico (40 %)", None, None, None, -16_672_19),
        ("alcantarillado", "Cargo fijo", 1000, "mes", 52877700, 5_287_77),
        ("alcantarillado", "Vertimiento básico", 16000, "m³", 17913300, 28_661_28),
        ("alcantarillado", "Vertimiento complementario", 3000, "m³", 17913300, 5_373_99),
        ("alcantarillado", "Tasa retributiva", 19000, "m³", 1204500, 2_288_55),
        ("alcantarillado", "Subsidio cargo fijo (40 %)", None, None, None, -2_115_11),
        ("alcantarillado", "Subsidio vertimiento básico (40 %)", None, None, None, -11_464_51),
        ("otros", "Medidor nuevo, cuota 4 de 12", None, None, None, 12_500_00),
        ("otros", "Tasa por uso del agua", 19000, "m³", 318400, 604_96),
        ("otros", "Descuento por pago puntual", None, None, None, -1_500_00),
        ("otros", "Ajuste al peso", None, None, None, -3),
    )
    return hecha("204061350", lineas, **{"numero": "2611000135", "referencia": "261100013548"} | datos)


def promedio(**datos) -> Factura:
    """Not read: the average is charged; estrato 4, no subsidy."""
    codigo = "104077120"
    un_predio(codigo, nombre="JULIÁN ANDRÉS ÑÁÑEZ ROPERO", direccion="KR 8 3 41 AP 502", barrio="Los Almendros", estrato=4)
    historia(codigo, (11_000, 12_000, 13_000, 12_500, 11_500, 12_000))
    lineas = (
        ("acueducto", "Cargo fijo", 1000, "mes", 95645300, 9_564_53),
        ("acueducto", "Consumo básico", 12000, "m³", 26050300, 31_260_36),
        ("alcantarillado", "Cargo fijo", 1000, "mes", 52877700, 5_287_77),
        ("alcantarillado", "Vertimiento básico", 12000, "m³", 17913300, 21_495_96),
        ("otros", "Ajuste al peso", None, None, None, 38),
    )
    leida = {"lectura_anterior": 870_000, "lectura_actual": None, "consumo": 12_000, "lectura_tipo": "promedio"}
    return hecha(codigo, lineas, **{"numero": "2611000771", "referencia": "261100077112"} | leida | datos)


def larga(**datos) -> Factura:
    """Several pages: sewerage and garbage with their components, financed works in many instalments."""
    codigo = "304011890"
    un_predio(codigo, nombre="CONJUNTO RESIDENCIAL ALTOS DEL CAÑO", direccion="AV 40 22 15", barrio="Altos del Caño", estrato=3)
    historia(codigo, (310_000, 318_500, 296_000, 331_000, 312_000, 305_500))
    aseo = (
        "Comercialización",
        "Barrido y limpieza de vías y áreas públicas",
        "Limpieza urbana",
        "Recolección y transporte",
        "Disposición final",
        "Tratamiento de lixiviados",
        "Aprovechamiento",
    )
    lineas = [
        ("acueducto", "Cargo fijo, 24 unidades", 24000, "mes", 95645300, 229_548_72),
        ("acueducto", "Consumo básico", 302000, "m³", 26050300, 786_719_06),
        ("alcantarillado", "Cargo fijo, 24 unidades", 24000, "mes", 52877700, 126_906_48),
        ("alcantarillado", "Vertimiento básico", 302000, "m³", 17913300, 540_981_66),
        *[("aseo", f"{nombre}, apartamento {n}", 1000, "mes", 21504000, 2_150_40) for n in range(101, 107) for nombre in aseo],
        *[("otros", f"Reposición de redes, obra {n}: cuota {n} de 36", None, None, None, 4_300_00) for n in range(1, 31)],
        ("otros", "Ajuste al peso", None, None, None, -72),
    ]
    return hecha(codigo, lineas, **{"numero": "2611001189", "referencia": "261100118974", "consumo": 302_000} | datos)


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
    historia(codigo, (38_000, 41_500, 36_000, 44_000, 39_000, 40_500))
    lineas = (
        ("acueducto", "Cargo fijo", 1000, "mes", 95645300, 9_564_53),
        ("acueducto", "Consumo", 42000, "m³", 26050300, 109_411_26),
        ("acueducto", "Contribución de solidaridad (50 %)", None, None, None, 59_487_90),
        ("alcantarillado", "Cargo fijo", 1000, "mes", 52877700, 5_287_77),
        ("alcantarillado", "Vertimiento", 42000, "m³", 17913300, 75_235_86),
        ("alcantarillado", "Contribución de solidaridad (50 %)", None, None, None, 40_261_82),
        ("otros", "Ajuste al peso", None, None, None, -14),
    )
    medida = {"lectura_anterior": 5_120_000, "lectura_actual": 5_162_000, "consumo": 42_000, "cude": CUDE}
    return hecha(codigo, lineas, **{"numero": "2611000902", "referencia": "261100090277"} | medida | datos)


def vencida(**datos) -> Factura:
    """Three bills overdue, the service suspended: old balance, interest, suspension and reconnection."""
    codigo = "104033478"
    un_predio(
        codigo, nombre="BLANCA NUBIA TORO", direccion="KR 2 ESTE 9 60", barrio="Villa Luz", estrato=1, estado="suspendido"
    )
    historia(codigo, (14_000, 15_000, 14_500, 13_000, 15_500, 14_000), facturas_vencidas=1, saldo_anterior=20_000_00)
    lineas = (
        ("acueducto", "Cargo fijo", 1000, "mes", 95645300, 9_564_53),
        ("acueducto", "Consumo básico", 14000, "m³", 26050300, 36_470_42),
        ("acueducto", "Subsidio estrato 1 (70 %)", None, None, None, -32_224_47),
        ("alcantarillado", "Cargo fijo", 1000, "mes", 52877700, 5_287_77),
        ("alcantarillado", "Vertimiento básico", 14000, "m³", 17913300, 25_078_62),
        ("alcantarillado", "Subsidio estrato 1 (70 %)", None, None, None, -21_256_47),
        ("otros", "Suspensión del servicio", None, None, None, 21_350_00),
        ("otros", "Reconexión del servicio", None, None, None, 38_700_00),
        ("otros", "Ajuste al peso", None, None, None, -40),
    )
    mora = {"saldo_anterior": 68_940_00, "intereses": 1_034_00, "facturas_vencidas": 3}
    return hecha(codigo, lineas, **{"numero": "2611000334", "referencia": "261100033419"} | mora | datos)


TIPOS = (ordinaria, promedio, larga, comercial, vencida)


def historia(codigo: str, consumos: tuple[int, ...], **datos) -> None:
    """The six bills before the one of November 2026, from May on."""
    for month, consumo in enumerate(consumos, 5):
        total = 40_000_00 + consumo * 250
        una_factura(codigo, periodo=f"2026-{month:02}", expedida=date(2026, month, 16), consumo=consumo, total=total, **datos)


def hecha(codigo: str, lineas: tuple[tuple, ...] | list[tuple], **datos) -> Factura:
    """The bill of November 2026 of a code, its total what the lines and the debt add up to; with its predio."""
    names = ("servicio", "concepto", "cantidad", "unidad", "tarifa", "valor")
    rows = tuple(dict(zip(names, linea, strict=True)) for linea in lineas)
    total = sum(row["valor"] for row in rows) + datos.get("saldo_anterior", 0) + datos.get("intereses", 0)
    medida = {"lectura_anterior": 1_200_000, "lectura_actual": 1_219_000, "consumo": 19_000}
    factura = una_factura(codigo, rows, **{"total": total} | medida | datos)
    return Factura.select(Factura, Predio).join(Predio).where(Factura.numero == factura.numero).get()
