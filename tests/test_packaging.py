"""What the programs read at run time is in the wheel, so an installed copy works like a checkout."""

import tomllib
from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGES = ("coach", "programs", "workers")


def test_every_data_file_is_packaged() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    patterns = project["tool"]["setuptools"]["package-data"]["*"]
    files = [path for package in PACKAGES for path in (ROOT / package).rglob("*") if path.is_file()]
    data = [path for path in files if path.suffix not in (".py", ".pyc")]
    assert data
    assert [path for path in data if not any(fnmatch(path.name, pattern) for pattern in patterns)] == []


def test_the_three_lists_of_dependencies_lock_the_same_versions() -> None:
    """What is tested is what runs."""
    locked = {name: pins(name) for name in ("server", "run", "dev")}
    assert locked["server"] <= locked["run"] <= locked["dev"]


def test_no_lock_names_an_index_and_every_line_has_a_hash() -> None:
    for name in ("server", "run", "dev"):
        text = (ROOT / "requirements" / f"{name}.txt").read_text()
        assert "://" not in text
        assert text.count("==") <= text.count("--hash=sha256:")


def pins(name: str) -> set[str]:
    lines = (ROOT / "requirements" / f"{name}.txt").read_text().splitlines()
    return {line.split()[0] for line in lines if "==" in line and not line.startswith(" ")}
