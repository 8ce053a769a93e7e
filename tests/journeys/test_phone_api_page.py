"""The page for developers of phone apps: every command on it works, in its order."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.journeys.service import Service

PAGE = (Path(__file__).parents[2] / "docs" / "phone-api.md").read_text("utf-8")
SCRIPT = "\n".join(re.findall(r"^```sh\n(.*?)^```", PAGE, re.M | re.S))
PATIENCE_S = 120


@pytest.mark.skipif(shutil.which("curl") is None, reason="no curl on this machine")
def test_every_command_of_the_page_works(service: Service, tmp_path: Path) -> None:
    strict = SCRIPT.replace("curl -s ", "curl -s --fail-with-body --show-error ")
    script = f"set -euo pipefail\nCOACH=http://127.0.0.1:{service.config.port}\n{strict}"
    done = subprocess.run(
        ["bash", "-c", script], cwd=tmp_path, capture_output=True, text=True, timeout=PATIENCE_S, check=False
    )

    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    assert SCRIPT.count("curl") > 15
    assert "\n304\n" in done.stdout
    statuses = re.findall(r'"status": ?"(\w+)"', done.stdout)
    assert statuses and set(statuses) <= {"stored", "same"}
    assert (tmp_path / "figure.svg").read_text("utf-8").startswith("<svg")
    assert "<table>" in (tmp_path / "export.html").read_text("utf-8")
    assert '"kept"' in done.stdout


def test_no_command_stands_outside_the_script() -> None:
    assert len(re.findall(r"^curl", PAGE, re.M)) == len(re.findall(r"^curl", SCRIPT, re.M))
