"""Deliveries in dictionaries: invented ones, and what they should leave to be seen, told without blocks, versions or a base."""

from collections import Counter
from itertools import product

# What each column may hold: little, so that deliveries meet again. The key goes first: of conceptos, two columns.
VALORES = {
    "predios": {"codigo": ["C0", "C1", "C2"], "nombre": ["Ana", "Eva"], "direccion": ["Calle 1"]}
    | {"uso": ["residencial"], "documento": ["", "1", "2"], "estrato": [""]},
    "facturas": {"numero": [f"F{n}" for n in range(6)], "codigo": ["C0", "C1", "C2"]}
    | {"periodo": ["2026-01", "2026-02", "2026-03"], "expedida": [f"2026-0{mes}-01" for mes in range(1, 4)]}
    | {"vence": ["2026-12-01"], "total": ["1", "2", "3"], "referencia": ["", "", "", "R0", "R1"]},
    "conceptos": {"numero": [f"F{n}" for n in range(6)], "orden": ["1", "2", "3", "4", "5"]}
    | {"servicio": ["acueducto"], "concepto": ["a", "b"], "valor": ["-1", "0", "1", "2"]},
    "pagos": {"id": [f"P{n}" for n in range(6)], "codigo": ["C0", "C1", "C2"], "factura": ["", "", "F0", "F1", "F2"]}
    | {"fecha": [f"2026-11-{dia:02}" for dia in range(8, 13)], "valor": ["1", "2"]},
    "mandamientos": {"proceso": ["M0", "M1", "M2"], "codigo": ["C0", "C1", "C2"], "fecha": ["2026-01-01"]}
    | {"estado": ["librado", "acuerdo"], "capital": ["1", "2", "3"], "corte": ["2026-02-02"]},
}
COLUMNAS = {nombre: tuple(valores) for nombre, valores in VALORES.items()}
DINERO = {"facturas": "total", "conceptos": "valor", "pagos": "valor", "mandamientos": "capital"}
ILEGIBLE = "x!"


def clave(nombre, fila):
    return tuple(fila[columna] for columna in COLUMNAS[nombre][: 2 if nombre == "conceptos" else 1])


def dinero(nombre, filas):
    return sum(int(fila[DINERO[nombre]]) * 100 for fila in filas) if nombre in DINERO else 0


class Modelo:
    """What is published, by file and key; the banks' files that were taken; and what limits the associations.

    ``asociadas`` has, by code, None or the last day that its account sees and the delivery that changed the holder.
    ``publicadas`` are the numbers of the deliveries; ``por_deshacer``, of the last that can be taken back, what was before.
    """

    def __init__(self):
        self.filas = {nombre: {} for nombre in COLUMNAS}
        self.bancos = []
        self.asociadas = {}
        self.publicadas, self.por_deshacer = [], []

    def aceptar(self, entrega):
        """By file and key, the rows that can be published; of the others, some are rejected."""
        buenas = {
            nombre: {clave(nombre, fila): fila for fila in entrega.get(nombre, ()) if ILEGIBLE not in fila.values()}
            for nombre in COLUMNAS
        }
        codigos = {codigo for (codigo,) in [*self.filas["predios"], *buenas["predios"]]}
        for nombre in ("facturas", "pagos", "mandamientos"):
            buenas[nombre] = {k: fila for k, fila in buenas[nombre].items() if fila["codigo"] in codigos}
        # A bill goes with all of its lines or not at all; of two of one number, none.
        veces = Counter((n, clave(n, fila)) for n in ("facturas", "conceptos") for fila in entrega.get(n, ()))
        fuera = {k[0] for (nombre, k), cuantas in veces.items() if cuantas > 1 or k not in buenas[nombre]}
        buenas["facturas"] = {k: fila for k, fila in buenas["facturas"].items() if k[0] not in fuera}
        numeros = {numero for (numero,) in [*self.filas["facturas"], *buenas["facturas"]]} - fuera
        buenas["conceptos"] = {k: fila for k, fila in buenas["conceptos"].items() if k[0] in numeros}
        return buenas

    def publicar(self, numero, buenas, bancos):
        """Publish these rows as the delivery ``numero``: the counts of each file, and how many codes changed holder."""
        antes = dict(self.filas)
        self.limpiar()
        self.publicadas.append(numero)
        self.por_deshacer.append((antes, self.bancos))
        conteos = {nombre: self.tomar(nombre, filas) for nombre, filas in buenas.items()}
        self.bancos = self.bancos + [banco for banco in bancos if banco not in self.bancos]
        predios = antes["predios"]
        cambian = [k for k, fila in buenas["predios"].items() if k in predios and otro_titular(predios[k], fila)]
        for (codigo,) in cambian:
            if codigo in self.asociadas and not self.asociadas[codigo]:
                self.asociadas[codigo] = (self.ve_hasta(codigo, antes["facturas"]), numero)
        return conteos, len(cambian)

    def tomar(self, nombre, filas):
        hay = self.filas[nombre]
        facturas = {k[0] for k in filas}
        sobran = [k for k in hay if nombre == "conceptos" and k[0] in facturas and k not in filas]
        comunes = hay.keys() & filas.keys()
        iguales = sum(hay[k] == filas[k] for k in comunes)
        self.filas[nombre] = {k: fila for k, fila in hay.items() if k not in sobran} | filas
        return {
            **{"nuevas": len(filas) - len(comunes), "cambiadas": len(comunes) - iguales, "iguales": iguales},
            **{"quitadas": len(sobran), "suma": dinero(nombre, filas.values())},
            **{"antes": dinero(nombre, (hay[k] for k in [*comunes, *sobran]))},
        }

    def ve_hasta(self, codigo, antes):
        """The day of the last bill of before that is older than every new one."""
        suyas = {k: fila["expedida"] for k, fila in self.filas["facturas"].items() if fila["codigo"] == codigo}
        nueva = min((dia for k, dia in suyas.items() if k not in antes), default="9999-12-31")
        anteriores = [fila["expedida"] for fila in antes.values() if fila["codigo"] == codigo]
        return max((dia for dia in anteriores if dia < nueva), default="1900-01-01")

    def limpiar(self):
        """Whatever an import comes to, only the last delivery can be taken back when it begins to write."""
        self.por_deshacer = self.por_deshacer[-1:]

    def deshacer(self):
        numero = self.publicadas.pop()
        self.filas, self.bancos = self.por_deshacer.pop()
        limites = self.asociadas.items()
        self.asociadas = {codigo: limite if limite and limite[1] != numero else None for codigo, limite in limites}

    def visto(self):
        """By file, the rows that are seen, each as the texts of its columns; and what limits each association."""
        filas = {
            nombre: {tuple(texto(nombre, columna, fila) for columna in COLUMNAS[nombre]) for fila in filas.values()}
            for nombre, filas in self.filas.items()
        }
        limites = self.asociadas.items()
        return filas | {"asociaciones": {(codigo, bool(limite), limite and limite[0]) for codigo, limite in limites}}


def otro_titular(antes, ahora):
    """Where only one of both documents is known, the name tells."""
    dato = "documento" if bool(antes["documento"]) == bool(ahora["documento"]) else "nombre"
    return antes[dato] != ahora[dato]


def texto(nombre, columna, fila):
    if columna == DINERO.get(nombre):
        return str(int(fila[columna]) * 100)
    return fila[columna] or (fila["numero"] if columna == "referencia" else None)


# -- invented ones ----------------------------------------------------------------------------------


def una_entrega(azar):
    """Rows by file. In one of three, some of the values are illegible and some of the rows come twice."""
    entrega = {nombre: unas_filas(azar, nombre) for nombre in COLUMNAS if azar.random() < 0.7}
    if azar.random() < 0.35:
        for nombre, filas in entrega.items():
            for fila in filas:
                if azar.random() < 0.12:
                    fila[DINERO.get(nombre, "estrato")] = ILEGIBLE
            if filas and azar.random() < 0.15:
                filas.append(azar.choice(filas))
    return entrega


def unas_filas(azar, nombre):
    columnas = VALORES[nombre]
    ancho = 2 if nombre == "conceptos" else 1
    claves = list(product(*[columnas[columna] for columna in COLUMNAS[nombre][:ancho]]))
    elegidas = azar.sample(claves, azar.randint(0, len(claves)))
    if azar.random() < 0.5:
        elegidas.sort()
    filas = [(*k, *(azar.choice(columnas[columna]) for columna in COLUMNAS[nombre][ancho:])) for k in elegidas]
    filas = [dict(zip(COLUMNAS[nombre], fila, strict=True)) for fila in filas]
    for fila in filas if nombre in ("facturas", "pagos") else ():
        # Mostly of its own code.
        if azar.random() < 0.85:
            fila["codigo"] = f"C{int(clave(nombre, fila)[0][1]) % 3}"
    return filas


def un_banco(azar, anteriores):
    """The payments of a bank's file, and how it is: new, in one of nine cases spoilt, or seldom one of before."""
    if anteriores and azar.random() < 0.2:
        return azar.choice(anteriores)
    referencias = [*VALORES["facturas"]["numero"], "R0", "R1", "NADIE"]
    pagos = [(azar.choice(referencias), azar.choice([100, 200])) for _ in range(azar.randint(1, 5))]
    datos = {"recaudos": pagos, "dia": azar.choice(VALORES["pagos"]["fecha"]), "modificador": chr(65 + len(anteriores))}
    return datos | {"de_menos": azar.choice([0] * 8 + [100])}
