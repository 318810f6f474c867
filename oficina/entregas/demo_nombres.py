"""Invented people and addresses of Aguaclara, a town that does not exist, composed from common words.

Documents are above any number ever issued, telephones and addresses of mail are of nobody.
"""

import random
import unicodedata


def lista(nombres: str) -> tuple[str, ...]:
    return tuple(nombres.split("|"))


MUJERES = lista(
    "María Fernanda|Luz Marina|Ana Lucía|Gloria Inés|Diana Marcela|Sandra Milena|Blanca Nubia|Claudia Patricia|Yolanda|"
    "Martha Cecilia|Paola Andrea|Carmen Rosa|Leidy Johana|Rosalba|Nelly|Angélica|Valentina|Daniela|Esperanza|Olga Lucía|"
    "Adriana|Beatriz|Mónica|Ximena|Flor Alba|Natalia|Nohora|Liliana|Jimena|Teresa"
)
HOMBRES = lista(
    "José Antonio|Luis Alberto|Carlos Arturo|Juan Camilo|Jorge Enrique|Andrés Felipe|Miguel Ángel|Óscar Iván|Wilson|"
    "Edgar|Héctor Fabio|Julián|Diego Alejandro|Nelson|Fabio|Germán|Álvaro|Hernando|Rafael|Víctor Manuel|Jaime|"
    "Sebastián|Cristian Camilo|Yeison|Pedro Nel|Gustavo|Mauricio|Ramiro|Efraín|Iván Darío"
)
APELLIDOS = lista(
    "Rodríguez|Gómez|González|Martínez|García|López|Hernández|Sánchez|Ramírez|Pérez|Díaz|Muñoz|Rojas|Moreno|Jiménez|"
    "Vargas|Castro|Ortiz|Gutiérrez|Álvarez|Ruiz|Suárez|Romero|Torres|Parra|Beltrán|Cárdenas|Acosta|Mendoza|Rincón|"
    "Novoa|Quevedo|Baquero|Peña|Guevara|Velásquez|Bonilla|Agudelo|Riaño|Herrera|Piñeros|Cruz|Barrera|Salcedo|Ladino"
)
NEGOCIOS = lista(
    "Panadería|Ferretería|Restaurante|Droguería|Supermercado|Miscelánea|Lavandería|Hotel|Peluquería|Papelería|Cafetería|"
    "Taller|Carnicería|Veterinaria"
)
INDUSTRIAS = lista("Procesadora de Arroz|Lácteos|Frigorífico|Embotelladora|Maderas|Curtiembres|Trilladora")
APODOS = lista(
    "El Trigal|La Esperanza|Los Almendros|El Samán|La Garza|El Morichal|Doña Rosa|El Mirador|La Ceiba|El Turpial|"
    "Los Caballos|La Palma|El Remanso|Buenavista|El Estero"
)
OFICIALES = lista(
    "Institución Educativa|Centro de Salud|Puesto de Policía|Biblioteca Municipal|Hogar Infantil|Polideportivo|"
    "Casa de la Cultura"
)
BARRIOS = lista(
    "El Centro|La Esperanza|Los Almendros|Villa del Río|San Antonio|El Porvenir|La Ceiba|Las Palmas|Nueva Aguaclara|"
    "El Recreo|San José|Brisas del Caño|Altos del Morichal|La Florida|El Jardín|Santa Inés|Los Samanes|Villa Luz"
)
VIAS = ("Calle", "Carrera", "Diagonal", "Transversal")
LETRAS = ("", "", "", "", "A", "B", "C", " Bis", " Sur")
MUNICIPIO = "Aguaclara"
OFICINA = "Calle 10 n.º 5-20"

Persona = tuple[str, str, str, str]  # name, type and number of document, mail or nothing


def persona(azar: random.Random) -> Persona:
    """Someone with two surnames, a document that no registry issued, and perhaps an address of mail."""
    nombre = azar.choice(MUJERES if azar.random() < 0.52 else HOMBRES)
    apellido, otro = azar.choice(APELLIDOS), azar.choice(APELLIDOS)
    tipo, documento = ("CE", azar.randrange(9_000_000, 9_999_999)) if azar.random() < 0.02 else ("CC", cedula(azar))
    correo = (
        f"{simple(nombre.split()[0])}.{simple(apellido)}{azar.randrange(1000)}@correo.example" if azar.random() < 0.4 else ""
    )
    return f"{nombre} {apellido} {otro}", tipo, str(documento), correo


def empresa(azar: random.Random, uso: str) -> Persona:
    """The holder of a connection that is no dwelling."""
    nombre, apodo = azar.choice({"industrial": INDUSTRIAS, "comercial": NEGOCIOS}.get(uso, OFICIALES)), azar.choice(APODOS)
    correo = f"contacto@{simple(apodo)}{azar.randrange(1000)}.example" if azar.random() < 0.6 else ""
    return f"{nombre} {apodo}", "NIT", str(azar.randrange(990_000_000, 999_999_999)), correo


def cedula(azar: random.Random) -> int:
    return azar.randrange(2_000_000_000, 2_999_999_999)


def direccion(azar: random.Random) -> tuple[str, str]:
    """An address and its barrio."""
    barrio = azar.choice(BARRIOS)
    if azar.random() < 0.08:
        return f"Manzana {azar.choice('ABCDEFGH')} Casa {azar.randrange(1, 40)}", barrio
    via = azar.choices(VIAS, (45, 42, 7, 6))[0]
    numero, cruce, placa = azar.randrange(1, 48), azar.randrange(1, 52), azar.randrange(2, 99)
    interior = f" Apto {azar.randrange(1, 6)}0{azar.randrange(1, 5)}" if azar.random() < 0.07 else ""
    return f"{via} {numero}{azar.choice(LETRAS)} # {cruce}{azar.choice(LETRAS[:7])}-{placa:02d}{interior}", barrio


def telefono(azar: random.Random) -> str:
    return f"608555{azar.randrange(10_000):04d}" if azar.random() < 0.6 else ""


def simple(palabras: str) -> str:
    """Lower case, without accents or blanks."""
    return unicodedata.normalize("NFD", palabras.lower()).encode("ascii", "ignore").decode().replace(" ", "")
