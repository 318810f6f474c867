"""Writes deliveries of any size in the canonical form of docs/entregas.md, some 300,000 rows a second.

    python -m bench.entrega_grande CARPETA PREDIOS [--mes 24] [--meses 1] [--sin-predios] [--desorden]

Every value is worked out from the number of the predio and the month: the same arguments give the same files, and two
deliveries fit each other. Amounts differ from bill to bill, so that what an importer remembers of one helps little with
the next. Each bill has nine lines that add up to its total; four of five bills of the month before are paid.
"""

import argparse
import random
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from pathlib import Path

BLOQUE = 2000
CICLOS = 20
LINEAS = 9
ANIO, PRIMER_MES = 2024, 11  # month 0; month 24 is November 2026

COLUMNAS = {
    "predios": "codigo;nombre;documento_tipo;documento;direccion;barrio;municipio;telefono;correo;"
    "uso;estrato;ciclo;ruta;medidor;estado",
    "facturas": "numero;codigo;periodo;desde;hasta;expedida;vence;suspension;lectura_anterior;lectura_actual;consumo;"
    "lectura_tipo;saldo_anterior;facturas_vencidas;intereses;total;referencia;cude",
    "conceptos": "numero;orden;servicio;concepto;cantidad;unidad;tarifa;valor",
    "pagos": "id;codigo;factura;fecha;valor;canal;entidad;referencia_pasarela",
}
NOMBRES = ("Ana", "Luis", "Yolanda", "Íngrid", "José", "Nubia", "Óscar", "Pilar", "Raúl", "Sofía", "Tomás", "Zulma", "Inés")
APELLIDOS = ("Peña", "Gómez", "Ñungo", "Rojas", "Cárdenas", "Mora", "Ávila", "Suárez", "León", "Vega", "Ortiz", "Duarte")
BARRIOS = ("Centro", "El Porvenir", "Las Palmas", "La Ceiba", "Villa del Río", "Altos del Llano", "San Isidro")
NEGOCIOS = ("Panadería", "Ferretería", "Droguería", "Almacén", "Taller", "Hotel")
ENTIDADES = (
    ("banco", "Banco Araguaney"),
    ("corresponsal", "Punto Ceiba"),
    ("oficina", "Oficina Centro"),
    ("internet", "Pagos"),
)
# Thousandths of the basic charges: subsidies of strata 1 to 3, contributions of 5 and 6 and of businesses.
APORTES = (-700, -400, -150, 0, 500, 600, 300)
APORTE = (
    *(f"Subsidio estrato {estrato} ({milesimas} %)" for estrato, milesimas in ((1, 70), (2, 40), (3, 15))),
    "Aporte estrato 4 (0 %)",
    *(f"Contribución de solidaridad ({tasa} %)" for tasa in (50, 60, 30)),
)


def escribir(
    carpeta: Path, predios: int, meses: range = range(24, 25), con_predios: bool = True, desorden: bool = False
) -> dict[str, int]:
    """Write a delivery with the bills of ``meses`` of ``predios`` customers; the rows of each file.

    ``desorden`` shuffles the bills of each month, the worst case for the trees of the database.
    """
    carpeta.mkdir(parents=True)
    filas = dict.fromkeys(COLUMNAS if con_predios else ("facturas", "conceptos", "pagos"), 0)
    salidas = {nombre: (carpeta / f"{nombre}.csv").open("w", encoding="utf-8", newline="") for nombre in filas}
    try:
        for nombre, salida in salidas.items():
            salida.write(f"{COLUMNAS[nombre]}\n")
        for bloque in bloques(range(predios) if con_predios else ()):
            anotar(salidas, filas, predios=[predio(n) for n in bloque])
        for indice in meses:
            mes, anterior = Mes(indice), Mes(indice - 1)
            orden: Sequence[int] = range(predios)
            if desorden:
                orden = random.Random(indice).sample(orden, predios)
            for bloque in bloques(orden):
                facturas, conceptos = mes.facturas(bloque)
                anotar(salidas, filas, facturas=facturas, conceptos=conceptos, pagos=anterior.pagos(bloque))
    finally:
        for salida in salidas.values():
            salida.close()
    filas["conceptos"] *= LINEAS  # a text holds the nine lines of a bill
    return filas


def bloques(orden: Sequence[int]) -> Iterable[Sequence[int]]:
    return (orden[inicio : inicio + BLOQUE] for inicio in range(0, len(orden), BLOQUE))


def anotar(salidas: dict, filas: dict[str, int], **textos: list[str]) -> None:
    for nombre, lineas in textos.items():
        salidas[nombre].write("".join(lineas))
        filas[nombre] += len(lineas)


def azar(n: int, mes: int) -> int:
    """32 bits that look random and are always the same."""
    bits = (n * 2654435761 + mes * 2246822519 + 374761393) & 0xFFFFFFFF
    bits = ((bits ^ bits >> 15) * 2246822519) & 0xFFFFFFFF
    return bits ^ bits >> 13


def codigo(n: int) -> str:
    return f"{n:08d}"


def clase(n: int) -> int:
    """0 to 5 is the stratum of a dwelling less one, 6 a business."""
    return (0, 1, 1, 2, 2, 2, 3, 4, 5, 6)[n * 7 % 10]


def predio(n: int) -> str:
    bits, quien = azar(n, -1), clase(n)
    barrio, ciclo = BARRIOS[bits % 7], n % CICLOS + 1
    if quien == 6:
        nombre, tipo, uso, estrato = f"{NEGOCIOS[bits % 6]} {APELLIDOS[bits // 6 % 12]} {n}", "NIT", "comercial", ""
        documento = 990_000_000 + n
    else:
        nombre = f"{NOMBRES[bits % 13]} {APELLIDOS[bits // 13 % 12]} {APELLIDOS[bits // 156 % 12]}"
        tipo, uso, estrato, documento = "CC", "residencial", str(quien + 1), 2_000_000_000 + n * 97 % 999_999_937
    correo = f"cliente{n}@correo.example" if bits % 5 < 2 else ""
    telefono = f"608555{bits % 10_000:04d}" if bits % 5 else ""
    direccion = f"Calle {bits % 90} # {bits // 90 % 60}-{bits // 5400 % 99:02d}"
    ruta = f"{ciclo:02d}-{n // 500 % 1000:03d}-{n % 500:05d}"
    return (
        f"{codigo(n)};{nombre};{tipo};{documento};{direccion};{barrio};Aguaclara;{telefono};{correo};"
        f"{uso};{estrato};{ciclo:02d};{ruta};AG-{n:07d};activo\n"
    )


class Mes:
    """A month: its tariffs by class of customer and its days by cycle, as texts, and what is billed with them."""

    def __init__(self, indice: int):
        self.indice = indice
        anio, mes = ANIO + (PRIMER_MES - 1 + indice) // 12, (PRIMER_MES - 1 + indice) % 12 + 1
        self.periodo, self.prefijo = f"{anio}-{mes:02d}", f"{anio % 100:02d}{mes:02d}"
        self.expedidas = [date(anio, mes, dia) for dia in range(1, CICLOS + 1)]
        self.dias = [
            ";".join(str(dia + timedelta(days=mas)) for mas in (-32, -2, 0, 15, 25)) for dia in self.expedidas
        ]  # desde, hasta, expedida, vence, suspension
        # Fixed charges in centavos; tariffs of a m³ and of a tonne in ten-thousandths of a peso.
        alza = 1000 + 4 * indice
        bases = (851_235, 470_610, 23_184_719, 15_942_803, 2_418_750_000)
        self.tarifas = [[base * (alza + 3 * quien) // 1000 for base in bases] for quien in range(7)]

    def numero(self, n: int) -> str:
        return f"{self.prefijo}{n:07d}"

    def valores(self, n: int) -> tuple[int, ...]:
        """Litres of both ranges, kilos of waste, and in centavos the values of the nine lines and their sum."""
        bits, quien = azar(n, self.indice), clase(n)
        fijo, fijo_alc, agua, alc, aseo = self.tarifas[quien]
        litros = bits % 38_000 if n // 10 & 1 else bits % 38 * 1000  # half of the meters tell litres
        basico = min(litros, 16_000)
        otro, kilos = litros - basico, 20 + bits // 38_000 % 300
        v2, v3, v6, v8 = basico * agua // 100_000, otro * agua // 100_000, litros * alc // 100_000, kilos * aseo // 100_000
        v4, v7 = APORTES[quien] * (fijo + v2) // 1000, APORTES[quien] * (fijo_alc + v6) // 1000
        suma = fijo + v2 + v3 + v4 + fijo_alc + v6 + v7 + v8
        v9 = -suma % 100
        return basico, otro, kilos, fijo, v2, v3, v4, fijo_alc, v6, v7, v8, v9, suma + v9

    def facturas(self, bloque: Sequence[int]) -> tuple[list[str], list[str]]:
        """The bills of some customers, and for each one the text of its nine lines."""
        facturas, conceptos = [], []
        tarifas = [tuple(map(decimos, tarifas[2:])) for tarifas in self.tarifas]
        for n in bloque:
            basico, otro, kilos, v1, v2, v3, v4, v5, v6, v7, v8, v9, total = self.valores(n)
            bits, quien, numero = azar(n, self.indice), clase(n), self.numero(n)
            agua, alc, aseo = tarifas[quien]
            litros, debe = basico + otro, bits % 5 == 0
            tipo = "promedio" if bits % 31 == 0 else "real"
            leido = 400_000 + self.indice * 19_000 + n % 997 * 1000
            cuenta = f"{total * 9 // 1000},{total * 9 % 1000 // 10:02d};1;{total // 5000}" if debe else "0;0;0"
            facturas.append(
                f"{numero};{codigo(n)};{self.periodo};{self.dias[n % CICLOS]};{milesimos(leido)};{milesimos(leido + litros)};"
                f"{milesimos(litros)};{tipo};{cuenta};{total // 100};{numero}{bits % 97:02d};"
                f"{bits:08x}{n:08x}{bits ^ n:08x}{bits * 40_503 & 0xFFFFFFFF:08x}{numero:0>64}\n"
            )
            f1, f5, m, m2, a = centavos(v1), centavos(v5), milesimos(basico), milesimos(litros), APORTE[quien]
            conceptos.append(
                f"{numero};1;acueducto;Cargo fijo;1;mes;{f1};{f1}\n"
                f"{numero};2;acueducto;Consumo básico;{m};m³;{agua};{centavos(v2)}\n"
                f"{numero};3;acueducto;Consumo complementario;{milesimos(otro)};m³;{agua};{centavos(v3)}\n"
                f"{numero};4;acueducto;{a};;;;{centavos(v4)}\n"
                f"{numero};5;alcantarillado;Cargo fijo;1;mes;{f5};{f5}\n"
                f"{numero};6;alcantarillado;Vertimiento;{m2};m³;{alc};{centavos(v6)}\n"
                f"{numero};7;alcantarillado;{a};;;;{centavos(v7)}\n"
                f"{numero};8;aseo;Recolección y disposición;{milesimos(kilos)};t;{aseo};{centavos(v8)}\n"
                f"{numero};9;otros;Ajuste al peso;;;;{centavos(v9)}\n"
            )
        return facturas, conceptos

    def pagos(self, bloque: Sequence[int]) -> list[str]:
        """The payments of the bills of some customers, made before the next bill: four of five."""
        fechas = [[str(dia + timedelta(days=mas)) for mas in range(1, 24)] for dia in self.expedidas]
        pagos = []
        for n in bloque:
            if (n * 3 + self.indice) % 5 == 0:
                continue
            bits, numero = azar(n, self.indice), self.numero(n)
            canal, entidad = ENTIDADES[bits // 7 % 4]
            pago = f"P{numero};{codigo(n)};{numero};{fechas[n % CICLOS][bits % 23]};{self.valores(n)[-1] // 100}"
            pagos.append(f"{pago};{canal};{entidad};{f'OV-{numero}' if canal == 'internet' else ''}\n")
        return pagos


def centavos(valor: int) -> str:
    return f"{valor // 100},{valor % 100:02d}" if valor >= 0 else f"-{-valor // 100},{-valor % 100:02d}"


def milesimos(valor: int) -> str:
    return f"{valor // 1000},{valor % 1000:03d}" if valor % 1000 else f"{valor // 1000}"


def decimos(valor: int) -> str:
    return f"{valor // 10_000},{valor % 10_000:04d}"


def main() -> None:
    opciones = argparse.ArgumentParser(
        prog="bench.entrega_grande", description="Escribe una entrega tan grande como se quiera."
    )
    opciones.add_argument("carpeta", type=Path, help="carpeta nueva")
    opciones.add_argument("predios", type=int)
    opciones.add_argument("--mes", type=int, default=24, help="el último; 0 es noviembre de 2024, 24 noviembre de 2026")
    opciones.add_argument("--meses", type=int, default=1, help="cuántos, hasta ese")
    opciones.add_argument("--sin-predios", action="store_true")
    opciones.add_argument("--desorden", action="store_true", help="las facturas de cada mes, sin orden")
    dado = opciones.parse_args()
    meses = range(dado.mes + 1 - dado.meses, dado.mes + 1)
    for nombre, filas in escribir(dado.carpeta, dado.predios, meses, not dado.sin_predios, dado.desorden).items():
        print(f"{nombre + '.csv':<16}{filas:>12}")


if __name__ == "__main__":
    main()
