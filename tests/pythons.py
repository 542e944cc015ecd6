"""Run the suite on every supported Python that is installed, each in a fresh environment of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

SUPPORTED = ("3.11", "3.12", "3.13")
ROOT = Path(__file__).parent.parent


def interpreters() -> Iterator[tuple[str, str]]:
    """Version and path of each supported interpreter but this one."""
    for version in SUPPORTED:
        if version == f"{sys.version_info[0]}.{sys.version_info[1]}":
            continue
        for candidate in _candidates(version):
            done = subprocess.run(
                [candidate, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"],
                capture_output=True,
                text=True,
                check=False,
            )
            if done.stdout.strip() == version:
                yield version, candidate
                break
        else:
            print(f"python {version} is not installed", flush=True)


def _candidates(version: str) -> Iterator[str]:
    found = shutil.which(f"python{version}")
    if found:
        yield found
    pyenv = os.environ.get("PYENV_ROOT", os.path.expanduser("~/.pyenv"))
    yield from (str(path) for path in sorted(Path(pyenv).glob(f"versions/{version}.*/bin/python")))


def main() -> int:
    """Install and test on each; 1 if any fails."""
    failed = []
    for version, interpreter in interpreters():
        with tempfile.TemporaryDirectory() as place:
            subprocess.run([interpreter, "-m", "venv", place], check=True)
            python = f"{place}/bin/python"
            subprocess.run([python, "-m", "pip", "install", "--quiet", "-e", f"{ROOT}[dev]"], check=True)
            print(f"the suite on python {version}", flush=True)
            environment = {**os.environ, "PATH": f"{place}/bin:{os.environ['PATH']}"}
            if subprocess.run(
                [python, "-m", "pytest", "-m", "not full", "-n", "auto"], cwd=ROOT, env=environment, check=False
            ).returncode:
                failed.append(version)
    if failed:
        print(f"failed on python {', '.join(failed)}")
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
