"""Nothing is lost when a delivery is interrupted: killed, starved of disk, without its database, or met by another one.

Whatever happens, readers see the whole of the old data or the whole of the new, and the next run ends clean.
"""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from datetime import timedelta
from types import SimpleNamespace

import caidas
import fabrica
import pytest
import servidores
from test_recaudos import archivo

from oficina import db, entregas
from oficina.entregas import limpieza
from oficina.models import SIN_BAJA, TABLES, VIEWS, Asociacion, Entrega, Recaudo, Reemplazo

VERSIONES = [tabla for tabla in TABLES if tabla._meta.table_name.endswith("_version")]
ANTIGUA = timedelta(days=30)


@pytest.fixture(scope="module")
def taller():
    with caidas.taller() as taller:
        yield taller


@pytest.fixture
def mundo(app, base, tmp_path):
    """A portal with one delivery published and two accounts, one of which waits for the staff since long ago.

    ``antes`` is what is seen of it, ``despues`` what will be seen of the next one.
    """
    rutas = [escribir_primera(tmp_path / "primera"), escribir_segunda(tmp_path / "otra")]
    primera = entregas.importar(rutas[0], "sistemas:ana").entrega
    fabrica.una_cuenta(codigos=["1", "3"])
    fabrica.una_cuenta("luis@correo.example", codigos=["2"])
    ayer = {"revisar": db.utcnow() - ANTIGUA, "ve_hasta": "2026-10-03"}
    Asociacion.update(**ayer).where(Asociacion.predio == "2").execute()
    antes = lo_visible()
    segunda = entregas.importar(rutas[1], "sistemas:ana").entrega
    despues = lo_visible()
    entregas.deshacer(segunda, "sistemas:ana")
    assert lo_visible() == antes != despues
    return SimpleNamespace(url=base, primera=primera, rutas=rutas, ruta=rutas[1], antes=antes, despues=despues)


def escribir_primera(carpeta):
    caidas.escribir(carpeta, caidas.PRIMERA)
    (carpeta / "banco.txt").write_text(archivo(caidas.RECAUDOS_PRIMERA), encoding="ascii")
    return carpeta


def escribir_segunda(carpeta, **otros):
    caidas.escribir(carpeta, caidas.SEGUNDA | otros)
    (carpeta / "banco.txt").write_text(archivo(caidas.RECAUDOS_SEGUNDA, modificador="B"), encoding="ascii")
    return carpeta


def lo_visible():
    """All that a reader sees, at one moment; of a flag, whether it was there before the test."""
    with db.db.atomic():
        visto = {
            vista._meta.table_name: sorted(map(repr, db.fetch(f"SELECT * FROM {vista._meta.table_name}"))) for vista in VIEWS
        }
        filas = db.fetch("SELECT codigo, cuenta_id, principal, revisar, ve_hasta FROM asociacion ORDER BY codigo")
    nueva = str(db.utcnow() - ANTIGUA / 2)
    return visto | {
        "asociacion": [
            (codigo, cuenta, principal, "nueva" if revisar and str(revisar) > nueva else str(revisar), str(ve_hasta))
            for codigo, cuenta, principal, revisar, ve_hasta in filas
        ]
    }


def comprobar_sin_restos():
    """Nothing is left of a delivery that did not come to its end, nor of what nobody can bring back."""
    publicadas = [entrega.id for entrega in Entrega.select().where(Entrega.estado == "publicada").order_by(Entrega.id)]
    con_restos = {entrega.id for entrega in Entrega.select().where(Entrega.restos == 1)}
    # What the one before the last replaced is kept until the next import, for whoever takes back the last one.
    assert con_restos <= set(publicadas[-2:])
    for tabla in VERSIONES:
        sobran = tabla.select().where(tabla.alta.not_in([0, *publicadas]) | tabla.baja.not_in([SIN_BAJA, *con_restos]))
        assert sobran.count() == 0, tabla
    assert Reemplazo.select().where(Reemplazo.entrega.not_in(con_restos)).count() == 0
    assert Entrega.select().where(Entrega.estado == "abierta").count() == 0


def comprobar_lo_que_sigue(mundo):
    """After an interruption: all or nothing is seen, the next run ends clean, and what it brought can be taken back."""
    registros = Entrega.select().count()
    assert lo_visible() in (mundo.antes, mundo.despues)
    # A server takes a moment to see that a client is gone.
    assert entregas.importar(mundo.ruta, "sistemas:ana", espera=caidas.SEGUNDOS).publicada
    assert lo_visible() == mundo.despues
    comprobar_sin_restos()
    volver(mundo)
    # Records are never deleted, so that no number is given twice.
    assert Entrega.select().count() == registros + 1


def volver(mundo):
    """Take back deliveries until the first one is the last."""
    while (ultima := Entrega.ultima()).id != mundo.primera:
        entregas.deshacer(ultima.id, "sistemas:ana")
    assert lo_visible() == mundo.antes
    comprobar_sin_restos()


def puntos(cuantos):
    """Before which statements to fall: each one on SQLite; every third on a server, which takes its time, and the last ones."""
    return range(1, cuantos + 1) if db.is_sqlite() else [*range(1, cuantos - 3, 3), *range(cuantos - 3, cuantos + 1)]


def test_the_deliveries_have_payments_of_banks_of_every_kind(mundo):
    def pagos():
        return [recaudo.pago if recaudo.pago != recaudo.id else "suyo" for recaudo in Recaudo.select().order_by(Recaudo.id)]

    assert pagos() == [None, "suyo"]
    entregas.importar(mundo.ruta, "sistemas:ana")
    assert pagos() == ["suyo", "P4", "suyo", "P2", None]


# -- killed -----------------------------------------------------------------------------------------


def test_an_import_killed_before_any_statement_loses_nothing(mundo, taller):
    entera = taller.hacer("importar", url=mundo.url, ruta=str(mundo.ruta))
    assert entera["senal"] == 0
    volver(mundo)
    publicadas = 0
    for cual in puntos(entera["sentencias"]):
        muerta = taller.hacer("importar", url=mundo.url, ruta=str(mundo.ruta), cual=cual)
        assert muerta["senal"] == signal.SIGKILL
        publicadas += lo_visible() == mundo.despues
        comprobar_lo_que_sigue(mundo)
    # Only after the last COMMIT, and before what remains to be said to a server.
    assert 1 <= publicadas <= 3


def test_an_undo_killed_before_any_statement_loses_nothing(mundo, taller):
    entregas.importar(mundo.ruta, "sistemas:ana")
    entera = taller.hacer("deshacer", url=mundo.url, numero=Entrega.ultima().id)
    assert entera["senal"] == 0
    comprobar_sin_restos()
    deshechas, muertes = 0, puntos(entera["sentencias"])
    for cual in muertes:
        numero = entregas.importar(mundo.ruta, "sistemas:ana").entrega
        muerto = taller.hacer("deshacer", url=mundo.url, numero=numero, cual=cual)
        assert muerto["senal"] == signal.SIGKILL
        deshechas += lo_visible() == mundo.antes
        comprobar_lo_que_sigue(mundo)
    # Readers are back at once; what remains is cleaning.
    assert deshechas > len(muertes) * 3 / 4


def test_the_cleaning_after_a_kill_may_be_killed_too(mundo, taller):
    interrumpida = {"url": mundo.url, "ruta": str(mundo.ruta), "en": "titular_cambiado", "espera": caidas.SEGUNDOS}
    taller.hacer("importar", **interrumpida)
    de_limpieza = taller.hacer("importar", **interrumpida | {"en": "INTO entrega"})["sentencias"]
    assert de_limpieza > 50
    # Each third one: the sweep of the undo falls before each one of the same cleaning.
    for cual in range(1, de_limpieza, 3):
        assert taller.hacer("importar", **interrumpida)["senal"] == signal.SIGKILL
        assert taller.hacer("importar", **interrumpida | {"en": "", "cual": cual})["senal"] == signal.SIGKILL
        assert lo_visible() == mundo.antes
        comprobar_lo_que_sigue(mundo)


def test_forgetting_what_was_replaced_may_be_killed(mundo, taller):
    def dos_mas():
        entregas.importar(mundo.ruta, "sistemas:ana")
        entregas.importar(mundo.rutas[0], "sistemas:ana")
        return lo_visible()

    datos = {"url": mundo.url, "ruta": str(mundo.ruta), "espera": caidas.SEGUNDOS}
    visto = dos_mas()
    olvidando = taller.hacer("importar", **datos, en="INTO entrega")["sentencias"]
    assert olvidando > 20
    for cual in range(1, olvidando, 3):
        dos_mas()
        assert taller.hacer("importar", **datos, cual=cual)["senal"] == signal.SIGKILL
        assert lo_visible() == visto
        assert entregas.importar(mundo.ruta, "sistemas:ana", espera=caidas.SEGUNDOS).publicada
        assert {**lo_visible(), "asociacion": []} == {**mundo.despues, "asociacion": []}
        comprobar_sin_restos()


# -- a big one, with its reading process ------------------------------------------------------------


@pytest.fixture
def grande(mundo, tmp_path):
    """As the second delivery, with files so big that another process reads them. Long rows, for few take little time."""
    return con_procesos(mundo, tmp_path, 1450)


@pytest.fixture
def mediana(mundo, tmp_path):
    return con_procesos(mundo, tmp_path, 300)


def con_procesos(mundo, tmp_path, cuantos):
    # No two are alike, for equal texts would be kept once.
    procesos = [
        caidas.MANDAMIENTO
        | {"proceso": f"G{n}", "codigo": "1", "facturas": f"F{n:06} " * 240, "medidas": f"Embargo {n:06} " * 60}
        | {"contacto": f"Cobro coactivo {n:06} " * 12}
        for n in range(cuantos)
    ]
    ruta = escribir_segunda(tmp_path / "grande", mandamientos=caidas.SEGUNDA["mandamientos"] + procesos)
    trabajo = tmp_path / "trabajo"
    trabajo.mkdir()
    resultado = entregas.importar(ruta, "sistemas:ana")
    assert resultado.publicada, list(resultado.rechazos)[:3]
    despues = lo_visible()
    volver(mundo)
    return SimpleNamespace(**vars(mundo) | {"ruta": ruta, "despues": despues, "trabajo": trabajo})


def archivos_de(carpeta):
    return [ruta for ruta in carpeta.rglob("*") if ruta.is_file()]


@pytest.mark.parametrize("paso", [1, 8])
def test_a_kill_while_reading_leaves_neither_a_process_nor_a_file(grande, taller, paso):
    muerta = taller.hacer("importar", url=grande.url, ruta=str(grande.ruta), trabajo=str(grande.trabajo), paso=paso)
    assert muerta["senal"] == signal.SIGKILL
    assert len(muerta["hijos"]) == 2
    assert caidas.acaban(muerta["hijos"])
    assert archivos_de(grande.trabajo) == []
    assert lo_visible() == grande.antes
    comprobar_lo_que_sigue(grande)


def test_kills_at_any_time_lose_nothing(grande, taller):
    datos = {"url": grande.url, "ruta": str(grande.ruta), "trabajo": str(grande.trabajo)}
    inicio = time.monotonic()
    taller.hacer("importar", **datos)
    duracion = time.monotonic() - inicio
    volver(grande)
    azar = random.Random(7)
    for _ in range(3):
        tarea = taller.empezar("importar", **datos)
        time.sleep(duracion * azar.random())
        hijos = caidas.lectores_de(tarea.pid)
        tarea.matar()
        assert caidas.acaban(hijos)
        assert archivos_de(grande.trabajo) == []
        assert lo_visible() in (grande.antes, grande.despues)
    comprobar_lo_que_sigue(grande)


def test_without_its_reading_process_an_import_fails(grande, taller):
    tarea = taller.empezar("importar", url=grande.url, ruta=str(grande.ruta), trabajo=str(grande.trabajo))
    os.kill(caidas.primer_lector(tarea.pid), signal.SIGKILL)
    assert tarea.esperar()["fallo"].startswith("LectorError")
    assert archivos_de(grande.trabajo) == []
    assert lo_visible() == grande.antes
    comprobar_lo_que_sigue(grande)


# -- readers ----------------------------------------------------------------------------------------


def test_readers_see_the_whole_of_the_old_or_of_the_new(mundo, taller):
    vistos, parar = [], threading.Event()

    def mirar():
        while not parar.is_set():
            vistos.append(lo_visible())
        db.db.close()

    lectores = [threading.Thread(target=mirar) for _ in range(2)]
    for lector in lectores:
        lector.start()
    try:
        for _ in range(6):
            fin = taller.hacer("importar", url=mundo.url, ruta=str(mundo.ruta))
            assert fin["fallo"] == ""
            assert taller.hacer("deshacer", url=mundo.url, numero=fin["entrega"])["fallo"] == ""
    finally:
        parar.set()
        for lector in lectores:
            lector.join()
    assert all(visto in (mundo.antes, mundo.despues) for visto in vistos)
    assert mundo.despues in vistos


def test_a_slow_reader_keeps_what_it_began_with(mundo):
    def leer():
        return [db.fetch(f"SELECT * FROM {vista._meta.table_name} ORDER BY 1, 2") for vista in VIEWS]

    with db.db.atomic():
        al_comenzar = leer()
        # Other threads, for each has its own connection. The third import removes what the second one replaced.
        for ruta in (*reversed(mundo.rutas), mundo.ruta):
            (resultado,) = fabrica.a_la_vez(lambda ruta=ruta: entregas.importar(ruta, "sistemas:ana"))
            assert resultado.publicada
            assert leer() == al_comenzar
    assert leer() != al_comenzar


def test_customers_write_while_it_is_cleaned(mundo):
    entregas.importar(mundo.ruta, "sistemas:ana")
    cuantas = 0

    def escribe_un_cliente(*_):
        nonlocal cuantas
        cuantas += 1
        fabrica.a_la_vez(db.transactional(lambda: db.execute("INSERT INTO limite VALUES (?, 1, 1)", f"cliente {cuantas}")))

    entregas.deshacer(Entrega.ultima().id, "sistemas:ana", escribe_un_cliente)
    assert cuantas > 5
    assert db.fetch("SELECT COUNT(*) FROM limite WHERE clave LIKE ?", "cliente %")[0][0] == cuantas


# -- a full disk ------------------------------------------------------------------------------------


@pytest.mark.parametrize("motor", ["sqlite"], indirect=True, scope="session")
def test_a_database_without_room_loses_nothing(mediana, taller):
    for paginas in (1, 3, 10, 30, 100):
        db.db.execute_sql("VACUUM")
        fin = taller.hacer("importar", url=mediana.url, ruta=str(mediana.ruta), paginas=paginas)
        assert "FullError" in fin["fallo"]
        assert lo_visible() == mediana.antes
    comprobar_lo_que_sigue(mediana)


@pytest.mark.parametrize("octetos", [600_000, 2_000_000])
def test_a_work_folder_without_room_loses_nothing(grande, taller, octetos):
    fin = taller.hacer("importar", url=grande.url, ruta=str(grande.ruta), trabajo=str(grande.trabajo), octetos=octetos)
    assert "Error" in fin["fallo"], fin
    assert list(grande.trabajo.iterdir()) == []
    assert lo_visible() == grande.antes
    comprobar_lo_que_sigue(grande)


# -- the database goes away -------------------------------------------------------------------------


@pytest.mark.parametrize("motor", ["mariadb"], indirect=True, scope="session")
def test_a_lost_connection_loses_nothing(mundo, taller):
    cuantas = taller.hacer("importar", url=mundo.url, ruta=str(mundo.ruta))["sentencias"]
    volver(mundo)
    for cual in range(2, cuantas, 4):
        conocidas = conexiones()
        tarea = taller.empezar("importar", url=mundo.url, ruta=str(mundo.ruta), cual=cual, senal=signal.SIGSTOP)
        assert tarea.esperar()["senal"] == signal.SIGSTOP
        for numero in conexiones() - conocidas:
            db.db.execute_sql(f"KILL CONNECTION {numero}")
        fin = tarea.seguir()
        assert fin["fallo"] or lo_visible() == mundo.despues
        comprobar_lo_que_sigue(mundo)


def conexiones():
    return {numero for (numero,) in db.fetch("SELECT id FROM information_schema.processlist WHERE id <> connection_id()")}


@pytest.mark.parametrize("motor", ["mariadb"], indirect=True, scope="session")
def test_a_server_that_dies_loses_nothing(motor, tmp_path, taller):
    rutas = [escribir_primera(tmp_path / "a"), escribir_segunda(tmp_path / "b")]
    with servidores.mariadb() as url, caidas.servidor_que_vuelve(url) as (matar, volver_a_andar):
        db.use(url)
        db.create_schema()
        entregas.importar(rutas[0], "sistemas:ana")
        antes = lo_visible()
        for en in ("INSERT INTO factura_version", "UPDATE concepto_version", "titular_cambiado", "COMMIT"):
            tarea = taller.empezar("importar", url=url, ruta=str(rutas[1]), en=en, senal=signal.SIGSTOP)
            assert tarea.esperar()["senal"] == signal.SIGSTOP
            fabrica.desconecta()
            matar()
            assert tarea.seguir()["fallo"]
            volver_a_andar()
            assert lo_visible() == antes
        segunda = entregas.importar(rutas[1], "sistemas:ana").entrega
        comprobar_sin_restos()
        entregas.deshacer(segunda, "sistemas:ana")
        assert lo_visible() == antes
        fabrica.desconecta()


# -- two at once ------------------------------------------------------------------------------------


@pytest.fixture
def parada(mundo, taller):
    """An import that stands still in the middle of its writing."""
    tarea = taller.empezar("importar", url=mundo.url, ruta=str(mundo.ruta), en="INTO factura_version", senal=signal.SIGSTOP)
    assert tarea.esperar()["senal"] == signal.SIGSTOP
    yield tarea
    if tarea.viva:
        tarea.matar()


def test_a_second_import_leaves_with_a_message(mundo, taller, parada):
    segunda = taller.hacer("importar", url=mundo.url, ruta=str(mundo.ruta))
    assert segunda["fallo"].startswith("OcupadoError")
    assert "Otra importación está en curso" in segunda["motivo"]
    assert parada.seguir()["fallo"] == ""
    assert lo_visible() == mundo.despues


def test_an_undo_during_an_import_leaves_with_a_message(mundo, taller, parada):
    fin = taller.hacer("deshacer", url=mundo.url, numero=mundo.primera)
    assert fin["fallo"].startswith("OcupadoError")
    assert parada.seguir()["fallo"] == ""
    assert lo_visible() == mundo.despues


def test_a_second_import_may_wait_for_the_first(mundo, taller, parada):
    segunda = taller.empezar("importar", url=mundo.url, ruta=str(mundo.ruta), espera=caidas.SEGUNDOS)
    primera = parada.seguir()
    fin = segunda.esperar()
    assert (primera["fallo"], fin["fallo"]) == ("", "")
    assert fin["entrega"] > primera["entrega"]
    comprobar_sin_restos()
    volver(mundo)


def test_the_lock_is_free_after_a_kill(mundo, taller, parada):
    parada.matar()
    # A server takes a moment to see it.
    assert taller.hacer("importar", url=mundo.url, ruta=str(mundo.ruta), espera=caidas.SEGUNDOS)["fallo"] == ""
    assert lo_visible() == mundo.despues


def test_the_commands_meet_one_that_is_killed(mundo, instancia, parada):
    ajustes = {"OFICINA_BASE_DE_DATOS": mundo.url, "OFICINA_INSTANCIA": str(instancia)}
    entorno = {nombre: valor for nombre, valor in os.environ.items() if not nombre.startswith("OFICINA_")} | ajustes

    def flask(*palabras):
        command = [sys.executable, "-m", "flask", "--app", "app", *palabras]
        fin = subprocess.run(command, cwd=caidas.RAIZ, env=entorno, capture_output=True, text=True, check=False)
        return fin.returncode, fin.stdout + fin.stderr

    codigo, dicho = flask("importar", str(mundo.ruta))
    assert codigo == 3, dicho
    parada.matar()
    codigo, dicho = flask("importar", str(mundo.ruta), "--esperar", str(caidas.SEGUNDOS))
    assert codigo == 0, dicho
    assert lo_visible() == mundo.despues
    codigo, dicho = flask("entregas", "deshacer", str(Entrega.ultima().id), "--si")
    assert codigo == 0, dicho
    assert lo_visible() == mundo.antes


def test_the_lock_is_free_after_a_failure(mundo, tmp_path):
    with pytest.raises(entregas.EntregaError):
        entregas.importar(tmp_path, "sistemas:ana")
    (otra,) = fabrica.a_la_vez(lambda: entregas.importar(mundo.ruta, "sistemas:ana"))
    assert otra.publicada


def test_a_delivery_that_somebody_ended_is_not_published(mundo, taller):
    """As where the lock does not reach: another machine, another server of a cluster."""
    entera = taller.hacer("importar", url=mundo.url, ruta=str(mundo.ruta))
    volver(mundo)
    for paso in range(entera["pasos"] - 4, entera["pasos"] + 1):
        # No transaction is open while it tells how far it is.
        tarea = taller.empezar("importar", url=mundo.url, ruta=str(mundo.ruta), paso=paso, senal=signal.SIGSTOP)
        assert tarea.esperar()["senal"] == signal.SIGSTOP
        limpieza.limpiar()
        assert "RuntimeError" in tarea.seguir()["fallo"]
        assert lo_visible() == mundo.antes
        comprobar_sin_restos()
    comprobar_lo_que_sigue(mundo)


# -- the way back -----------------------------------------------------------------------------------


def test_undoing_the_first_delivery_leaves_the_portal_empty(app, tmp_path):
    vacio = lo_visible()
    ruta = escribir_primera(tmp_path / "primera")
    entregas.deshacer(entregas.importar(ruta, "sistemas:ana").entrega, "sistemas:ana")
    assert lo_visible() == vacio
    assert Entrega.ultima_fecha() is None
    comprobar_sin_restos()
    assert entregas.importar(ruta, "sistemas:ana").publicada


def test_only_the_last_delivery_is_undone(mundo):
    segunda = entregas.importar(mundo.ruta, "sistemas:ana").entrega
    with pytest.raises(entregas.NoSeDeshaceError, match=f"Solo se puede deshacer la última.*{segunda}"):
        entregas.deshacer(mundo.primera, "sistemas:ana")
    assert lo_visible() == mundo.despues
    entregas.deshacer(segunda, "sistemas:ana")
    with pytest.raises(entregas.NoSeDeshaceError, match="Solo se puede deshacer la última"):
        entregas.deshacer(segunda, "sistemas:ana")


def test_two_deliveries_are_undone_one_after_the_other(mundo, tmp_path):
    tercera = caidas.escribir(tmp_path / "tercera", {"predios": [caidas.predio("1", "102"), caidas.predio("3", "301")]})
    segunda = entregas.importar(mundo.ruta, "sistemas:ana").entrega
    entregas.deshacer(entregas.importar(tercera, "sistemas:ana").entrega, "sistemas:ana")
    assert lo_visible() == mundo.despues
    entregas.deshacer(segunda, "sistemas:ana")
    assert lo_visible() == mundo.antes
    comprobar_sin_restos()


def test_what_was_forgotten_is_not_undone(mundo):
    segunda = entregas.importar(mundo.ruta, "sistemas:ana").entrega
    otras = [entregas.importar(mundo.rutas[0], "sistemas:ana").entrega, entregas.importar(mundo.ruta, "sistemas:ana").entrega]
    for otra in reversed(otras):
        entregas.deshacer(otra, "sistemas:ana")
    with pytest.raises(entregas.NoSeDeshaceError, match="ya no se conserva"):
        entregas.deshacer(segunda, "sistemas:ana")
    assert {**lo_visible(), "asociacion": []} == {**mundo.despues, "asociacion": []}


def test_after_an_undo_the_same_delivery_gives_the_same(mundo):
    for _ in range(2):
        assert entregas.importar(mundo.ruta, "sistemas:ana").publicada
        assert lo_visible() == mundo.despues
        volver(mundo)
