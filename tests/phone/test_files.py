"""How the app's files go out: strict, packed, kept for ever under the name of their release."""

from pathlib import Path

import pytest
from flask import Flask

from coach import phone
from coach.services.problems import Problem


@pytest.fixture
def app() -> Flask:
    app = Flask("only the phone app", static_folder=None)
    app.register_blueprint(phone.blueprint)
    return app


def test_the_page_names_its_release_and_is_asked_for_anew(app: Flask) -> None:
    answer = app.test_client().get("/app/")
    assert f"/app/v/{phone.release().version}/main.js" in answer.text
    assert answer.headers["Cache-Control"] == "no-cache"
    etag = answer.headers["ETag"]
    assert app.test_client().get("/app/", headers={"If-None-Match": etag}).status_code == 304


def test_a_file_of_the_release_is_kept_for_ever_and_packed(app: Flask) -> None:
    path = f"/app/v/{phone.release().version}/main.js"
    plain = app.test_client().get(path)
    packed = app.test_client().get(path, headers={"Accept-Encoding": "gzip"})
    assert "immutable" in plain.headers["Cache-Control"]
    assert packed.headers["Content-Encoding"] == "gzip" and len(packed.data) < len(plain.data)
    assert plain.mimetype == "text/javascript"


@pytest.mark.parametrize("name", ["main.js", "../app.py", "sw.js", "nothing.js"])
def test_there_is_no_other_release_and_no_other_file(app: Flask, name: str) -> None:
    version = "0000" if name == "main.js" else phone.release().version
    with pytest.raises(Problem), app.test_request_context():
        phone.part(version, name)


def test_scripts_and_styles_of_others_are_refused(app: Flask) -> None:
    policy = app.test_client().get("/app/").headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "script-src 'self'" in policy
    assert "unsafe" not in policy


def test_one_changed_file_makes_another_release(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("index.html", "sw.js", "main.js"):
        (tmp_path / name).write_text("%VERSION% %FILES%")
    monkeypatch.setattr(phone, "FOLDER", tmp_path)
    one = phone.release.__wrapped__()
    (tmp_path / "main.js").write_text("other")
    other = phone.release.__wrapped__()
    assert one.version != other.version
    assert other.files["sw.js"].body == f"{other.version} main.js".encode()


def test_what_is_asked_for_at_once_exists() -> None:
    assert {f"{name}.js" for name in phone.FIRST} <= set(phone.release().files)
