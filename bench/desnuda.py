"""The baseline: what Flask and the server cost when nothing is done."""

from flask import Flask

app = Flask(__name__)


@app.get("/")
def constant() -> str:
    return "ok"
