from oficina import create_app

app = create_app()
