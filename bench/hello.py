"""The least that Flask can do: what `api` is measured against."""

from flask import Flask

app = Flask("hello", static_folder=None)


@app.get("/")
def hello() -> dict[str, str]:
    return {"hello": "world"}
