from flask import Blueprint, Response, redirect, url_for

from ..access import public
from ..db import require_schema
from ..web import render

bp = Blueprint("inicio", __name__)


@bp.get("/")
@public
def portada():
    """The public home page with its two links."""
    return render("inicio/portada.html")


@bp.get("/inicio")
def inicio():
    """What each option is for."""
    return render("inicio/inicio.html")


@bp.get("/politica-de-datos")
@public
def politica():
    """How personal data are treated (Ley 1581 de 2012, Decreto 1377 de 2013 art. 13)."""
    return render("inicio/politica.html")


@bp.get("/favicon.ico")
@public
def icono():
    """Browsers ask for it at this address beside what is no page, such as a PDF."""
    return redirect(url_for("static", filename="img/favicon.svg"), code=301)


@bp.get("/salud")
@public
def salud():
    """For the load balancer: 200 while the database answers with the right schema."""
    require_schema()
    return Response("ok\n", mimetype="text/plain")
