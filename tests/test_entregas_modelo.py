"""Whatever deliveries come, and whatever becomes of them, what is seen is what a model in dictionaries says.

Each seed is a history of its own: deliveries that are simulated, published, in part, rejected, interrupted, repeated and
taken back, with blocks so small that there are borders everywhere.
"""

import random
from contextlib import contextmanager, suppress
from itertools import count

import fabrica
import pytest
from modelo import COLUMNAS, Modelo, un_banco, una_entrega
from test_entregas_caidas import comprobar_sin_restos
from test_recaudos import archivo

from oficina import db, entregas
from oficina.entregas import base, identificacion, limpieza, publicacion, recaudos
from oficina.entregas.lectura import Lectura
from oficina.entregas.opciones import POR_NOMBRE
from oficina.models import Asociacion

QUIEN = "sistemas:ana"
VISTO = {
    nombre: f"SELECT {', '.join(f'CAST({columna} AS CHAR)' for columna in columnas)} FROM {POR_NOMBRE[nombre].tabla}"
    for nombre, columnas in COLUMNAS.items()
} | {
    "recaudos": "SELECT id, CAST(fecha AS CHAR), valor, referencia, pago FROM recaudo",
    "asociaciones": "SELECT codigo, revisar IS NOT NULL, CAST(ve_hasta AS CHAR) FROM asociacion",
}
# Those that only a bank told of are not in the model.
VISTO["pagos de bancos"] = f"{VISTO['pagos']} WHERE id IN (SELECT id FROM recaudo)"
VISTO["pagos"] += " WHERE id NOT IN (SELECT id FROM recaudo)"
POR_PAGINAS = identificacion.PENDIENTES_SQL
DE_UNO_SQL = "SELECT referencia FROM factura GROUP BY referencia HAVING COUNT(DISTINCT codigo) = 1"


class ParadaError(Exception):
    """Here the program was stopped."""


@contextmanager
def parando(modulo, nombre, veces):
    """What is done inside stops when it calls the function after so many times."""
    real, llamadas = getattr(modulo, nombre), count()

    def hasta_aqui(*args):
        if next(llamadas) >= veces:
            raise ParadaError
        return real(*args)

    with pytest.MonkeyPatch.context() as parche, suppress(ParadaError):
        parche.setattr(modulo, nombre, hasta_aqui)
        yield


def visto():
    return {nombre: set(map(tuple, db.fetch(sql))) for nombre, sql in VISTO.items()}


def comparar(que, hay, debe):
    for nombre in debe:
        sobran, faltan = hay[nombre] - debe[nombre], debe[nombre] - hay[nombre]
        assert not sobran | faltan, f"{que}: {nombre}: is seen {sobran}, should be {faltan}"


def achicar(azar, monkeypatch):
    """Blocks so small that a border may fall between any two rows."""
    menos, paginas = azar.choice([1, 2, 200]), azar.choice(["1", "2", "1000"])
    monkeypatch.setattr(Lectura.bloques, "__defaults__", (azar.choice([1, 2, 3, 5000]),))
    monkeypatch.setattr(publicacion, "MENOS", menos)
    monkeypatch.setattr(publicacion, "MAS", max(menos, azar.choice([2, 5000])))
    monkeypatch.setattr(limpieza, "POCAS", azar.choice([1, 2, 500]))
    monkeypatch.setattr(base, "BLOQUE", azar.choice([1, 2, 1000]))
    monkeypatch.setattr(recaudos, "BLOQUE", azar.choice([1, 2, 1000]))
    monkeypatch.setattr(identificacion, "PENDIENTES_SQL", POR_PAGINAS.replace("LIMIT 1000", f"LIMIT {paginas}"))


class Historia:
    def __init__(self, azar, carpeta):
        self.azar, self.carpeta, self.pasos = azar, carpeta, []
        self.modelo, self.cuenta = Modelo(), fabrica.una_cuenta()
        self.bancos = []  # all that came, good or not
        self.antes = {}  # by delivery, what was seen before it

    def paso(self):
        self.asociar()
        if self.modelo.publicadas and self.azar.random() < 0.3:
            self.deshacer()
        else:
            bancos = []
            for _ in range(self.azar.choice([0, 0, 1, 1, 2])):
                bancos.append(un_banco(self.azar, self.bancos))
                self.bancos += bancos[-1:]
            self.entregar(una_entrega(self.azar), bancos, parcial=self.azar.random() < 0.6)

    def asociar(self):
        """Accounts associate codes, and the staff decides on changes of holder."""
        for (codigo,) in self.modelo.filas["predios"]:
            if codigo not in self.modelo.asociadas and self.azar.random() < 0.5:
                Asociacion.create(predio=codigo, cuenta=self.cuenta, creada=db.utcnow())
                self.modelo.asociadas[codigo] = None
            elif self.modelo.asociadas.get(codigo) and self.azar.random() < 0.3:
                Asociacion.update(revisar=None, ve_hasta=None).where(Asociacion.predio == codigo).execute()
                self.modelo.asociadas[codigo] = None

    def deshacer(self):
        """Only where what it replaced is kept; then all is seen as before it, also the payments of banks."""
        numero = self.modelo.publicadas[-1]
        self.pasos.append(f"undo {numero}")
        if not self.modelo.por_deshacer:
            with pytest.raises(entregas.NoSeDeshaceError):
                entregas.deshacer(numero, QUIEN)
            return
        entregas.deshacer(numero, QUIEN)
        self.modelo.deshacer()
        comparar("undone", visto(), self.antes[numero] | {"asociaciones": self.modelo.visto()["asociaciones"]})
        self.comprobar("undone")

    def entregar(self, entrega, bancos, parcial):
        buenas = self.modelo.aceptar(entrega)
        # A bank's file is taken whole or not at all, and once in a delivery.
        buenos = [banco for n, banco in enumerate(bancos) if not banco["de_menos"] and banco not in bancos[:n]]
        hay_malas = any(len(filas) > len(buenas[n]) for n, filas in entrega.items()) or len(buenos) < len(bancos)
        ruta, antes = self.escribir(entrega, bancos), visto()
        self.pasos.append(f"{ruta.name}{' in part' * parcial}{' with rejections' * hay_malas}")
        simulada = entregas.importar(ruta, QUIEN, simular=True, parcial=parcial)
        comparar("simulated", visto(), antes)
        if self.azar.random() < 0.15:
            self.interrumpir(ruta, parcial)
            comparar("interrupted", visto(), antes)
        resultado = entregas.importar(ruta, QUIEN, parcial=parcial)
        self.modelo.limpiar()
        assert [*simulada.rechazos] == [*resultado.rechazos]
        assert bool(resultado.rechazos) == hay_malas, f"rejected: {[*resultado.rechazos]}"
        assert resultado.publicada == (parcial or not hay_malas)
        if not resultado.publicada:
            comparar("rejected", visto(), antes)
            return
        assert simulada.resumen() == resultado.resumen()
        assert sorted(map(repr, simulada.avisos)) == sorted(map(repr, resultado.avisos))
        self.antes[resultado.entrega] = antes
        conteos, titulares = self.modelo.publicar(resultado.entrega, buenas, buenos)
        for nombre in entrega:
            conteo = resultado.archivos[nombre]
            assert {que: getattr(conteo, que) for que in conteos[nombre]} == conteos[nombre], nombre
            assert conteo.nuevas + conteo.cambiadas + conteo.iguales == conteo.filas - conteo.rechazadas - conteo.omitidas
        assert resultado.titulares == titulares
        self.comprobar("published")
        if self.azar.random() < 0.3:
            self.repetir(ruta, parcial, buenas)

    def repetir(self, ruta, parcial, buenas):
        antes = visto()
        resultado = entregas.importar(ruta, QUIEN, parcial=parcial)
        self.antes[resultado.entrega] = antes
        self.modelo.publicar(resultado.entrega, buenas, [])
        assert not any(c.nuevas or c.cambiadas or c.quitadas for c in resultado.archivos.values()), resultado.archivos
        comparar("again", visto(), antes)
        self.comprobar("again")

    def interrumpir(self, ruta, parcial):
        """Stop while it writes or before it publishes, and then while that is cleaned."""
        self.pasos.append("interrupted")
        with parando(publicacion, "publicar", 0), parando(publicacion, "escribir", self.azar.randint(0, 8)):
            entregas.importar(ruta, QUIEN, parcial=parcial)
        with parando(limpieza, "ejecutar", self.azar.randint(0, 4)):
            limpieza.limpiar(solo_lo_interrumpido=self.azar.random() < 0.5)

    def comprobar(self, que):
        hay = visto()
        comparar(que, hay, self.modelo.visto())
        self.comprobar_bancos(hay["recaudos"], {pago[0] for pago in hay["pagos"]}, {pago[0] for pago in hay["pagos de bancos"]})
        comprobar_sin_restos()

    def comprobar_bancos(self, de_bancos, del_sistema, solo_de_bancos):
        """Each payment of a good file is there, stands for one payment, and waits only where nobody knows whose it is."""
        tomados = [(banco["dia"], valor) for banco in self.modelo.bancos for _, valor in banco["recaudos"]]
        assert sorted((fecha, valor) for _, fecha, valor, *_ in de_bancos) == sorted(tomados)
        respondidos = [pago for *_, pago in de_bancos if pago]
        assert len(set(respondidos)) == len(respondidos), f"one payment for two: {sorted(respondidos)}"
        assert solo_de_bancos <= set(respondidos) <= solo_de_bancos | del_sistema
        conocidas = {referencia for (referencia,) in db.fetch(DE_UNO_SQL)}
        assert not [uno for uno in de_bancos if not uno[-1] and uno[3].lstrip("0") in conocidas]

    def escribir(self, entrega, bancos):
        carpeta = self.carpeta / f"entrega{len(self.pasos)}"
        carpeta.mkdir()
        textos = {f"banco{n}.txt": archivo(**banco) for n, banco in enumerate(bancos)}
        for nombre, filas in entrega.items():
            lineas = [COLUMNAS[nombre], *(fila.values() for fila in filas)]
            textos[f"{nombre}.csv"] = "".join(f"{';'.join(linea)}\n" for linea in lineas)
        # A delivery has some file.
        for nombre, texto in (textos or {"predios.csv": ";".join(COLUMNAS["predios"])}).items():
            (carpeta / nombre).write_text(texto, encoding="ascii")
        return carpeta


@pytest.fixture
def recorrer(app, monkeypatch, tmp_path):
    """Go through the history of a seed. A failure tells its steps; what was delivered stays in the folder of the test."""

    def recorrer(semilla):
        azar = random.Random(semilla)
        historia = Historia(azar, tmp_path)
        try:
            for _ in range(azar.randint(8, 12)):
                achicar(azar, monkeypatch)
                historia.paso()
        except AssertionError as falla:
            pytest.fail(f"seed {semilla}: {'; '.join(historia.pasos)}\n{falla}\n{tmp_path}", pytrace=False)
        except Exception as falla:
            falla.add_note(f"seed {semilla}: {'; '.join(historia.pasos)}")
            raise

    return recorrer


@pytest.mark.parametrize("semilla", range(25))
@pytest.mark.parametrize("motor", ["sqlite"], indirect=True, scope="session")
def test_what_is_seen_is_what_the_model_says(recorrer, semilla):
    recorrer(semilla)


@pytest.mark.parametrize("semilla", range(25, 33))
@pytest.mark.parametrize("motor", ["mariadb"], indirect=True, scope="session")
def test_so_it_is_on_a_server(recorrer, semilla):
    recorrer(semilla)
