"""Oficina Virtual: the customer portal of a water and sewerage utility."""

import hashlib
from pathlib import Path
from typing import Any
from urllib.parse import quote

from flask import Flask
from jinja2 import StrictUndefined
from werkzeug.middleware.proxy_fix import ProxyFix
from whitenoise import WhiteNoise

from . import access, cli, config, db, errors, formats, limits, mail
from .acceso.routes import bp as acceso
from .avisos import receptor
from .codigos.routes import bp as codigos
from .contrasena.routes import bp as contrasena
from .datos.routes import bp as datos
from .facturas.atajo import before_flask
from .facturas.routes import bp as facturas
from .inicio.menu import chrome
from .inicio.routes import bp as inicio
from .mandamientos.routes import bp as mandamientos
from .pagar.routes import bp as pagar
from .pagos.routes import bp as pagos
from .rapido.routes import bp as rapido
from .registro.routes import bp as registro
from .verificacion.routes import bp as verificacion

ROOT = Path(__file__).parent.parent
FEATURES = (
    *(inicio, acceso, registro, datos, codigos, facturas, pagos, mandamientos, contrasena, verificacion),
    *(pagar, rapido),
)
FORM_BYTES = 64 * 1024


def create_app(**settings: Any) -> Flask:
    """The application. ``settings`` win over environment and file (see config.py). Raises ConfigError, SchemaError."""
    app = Flask(__name__, root_path=str(ROOT))
    configure(app, config.read(**settings))
    open_database(app)
    access.init_app(app)
    limits.init_app(app)
    formats.init_app(app)
    mail.init_app(app)
    for feature in FEATURES:
        app.register_blueprint(feature)
    app.context_processor(chrome)
    errors.init_app(app)
    cli.init_app(app)
    app.wsgi_app = before_flask(app, app.wsgi_app)  # type: ignore[method-assign]
    app.wsgi_app = receptor.before_flask(app, app.wsgi_app)  # type: ignore[method-assign]
    serve_static(app)
    return app


def configure(app: Flask, settings: dict[str, Any]) -> None:
    instance = Path(settings["INSTANCIA"])
    instance.mkdir(mode=0o700, parents=True, exist_ok=True)
    app.config.update(settings)
    app.config.update(
        SECRET_KEY=settings["SECRETO"] or config.create_secret(instance).read_text().strip(),
        MAX_CONTENT_LENGTH=FORM_BYTES,
        MAX_FORM_MEMORY_SIZE=FORM_BYTES,
        MAX_FORM_PARTS=100,
        WTF_I18N_ENABLED=False,
        TRUSTED_HOSTS=config.trusted_hosts(settings),
    )
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    if settings["PROXIES"]:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings["PROXIES"], x_proto=settings["PROXIES"])  # type: ignore[method-assign]


def open_database(app: Flask) -> None:
    """Refuse a database that is newer than this program, or in production one that may lose data."""
    db.use(app.config["BASE_DE_DATOS"])
    with db.at_start():
        db.refuse_newer(db.schema_version())
        if app.config["ENTORNO"] == "produccion" and (problems := db.unsafe_settings()):
            raise config.refusal(problems)


def serve_static(app: Flask) -> None:
    """Static files by WhiteNoise, cached for ever; ``static(name)`` in templates is the address with a hash of the content."""
    folder = Path(app.static_folder or "")
    hashes = {
        str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest()[:10] for p in folder.rglob("*") if p.is_file()
    }

    addresses = {name: f"{app.static_url_path}/{quote(name)}?v={digest}" for name, digest in hashes.items()}
    if app.config["MARCA_LOGO"] not in addresses:
        raise config.ConfigError(f"OFICINA_MARCA_LOGO: no existe static/{app.config['MARCA_LOGO']}.")
    app.jinja_env.globals["static"] = addresses.__getitem__

    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]
        app.wsgi_app,
        root=str(folder),
        prefix="static/",
        immutable_file_test=lambda path, url: True,
        allow_all_origins=False,
    )
    app.wsgi_app = access.with_headers(app.wsgi_app, app.config["SESSION_COOKIE_SECURE"])  # type: ignore[method-assign]
