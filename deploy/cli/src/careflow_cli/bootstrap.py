"""Makes a checkout able to run: `.venv` with the locked tools, the locked dependencies and the workspace's own
packages.

Runs on the machine's own Python before anything is installed, so it imports the standard library only. Invariant: the
stamp is written last, and names the exact content of every lock and pyproject file; a run that finds its stamp does
nothing and needs no network.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

MINIMUM_PYTHON = (3, 11)
DISK_NEEDED = 1_500_000_000  # bytes: the environment takes about 450 MB, the package cache beside it as much again
HEARTBEAT = 10.0  # seconds between signs of life when the output is not a terminal
LOCKS = ("locks/bootstrap.txt", "locks/workspace.txt")

# What went wrong, by what pip, uv or venv said about it: the first match wins.
FAULTS = (
    (r"No space left|os error 28|ENOSPC", "the disk is full"),
    (r"ensurepip|python3?-venv", "this Python lacks its venv module (Debian and Ubuntu: apt-get install python3-venv)"),
    (r"THESE PACKAGES DO NOT MATCH THE HASHES|[Hh]ash mismatch", "a downloaded package differs from its recorded hash"),
    (
        r"dns error|name resolution|NewConnectionError|Connection (refused|reset)|timed out|unreachable"
        r"|error sending request|ProxyError|Could not connect|Failed to fetch|No matching distribution"
        r"|No solution found",
        "the package index cannot be reached (no network, or pip / uv is not configured for it)",
    ),
)


class BootstrapError(Exception):
    """One sentence for the person who typed `make`."""


def uv_settings(pip_config: str, environ: dict[str, str]) -> dict[str, str]:
    """The environment that makes uv use the index, certificate and links this machine's pip is configured with.

    `pip_config` is the output of `pip config list`. What the machine says to uv itself goes first and is left alone.
    """
    variables = {
        "index-url": "UV_DEFAULT_INDEX",
        "extra-index-url": "UV_INDEX",
        "find-links": "UV_FIND_LINKS",
        "trusted-host": "UV_INSECURE_HOST",
        "cert": "SSL_CERT_FILE",
    }
    settings: dict[str, str] = {}
    for line in pip_config.splitlines():
        found = re.fullmatch(r"(?:global|install|:env:)\.([a-z-]+)='(.*)'", line.strip())
        variable = variables.get(found[1]) if found else None
        if found and variable and variable not in environ:
            settings[variable] = " ".join(found[2].replace("\\n", " ").split())
    if any(name in environ for name in ("UV_INDEX_URL", "UV_DEFAULT_INDEX", "UV_CONFIG_FILE", "UV_OFFLINE")):
        settings.pop("UV_DEFAULT_INDEX", None)
    return settings


def members(root: Path) -> list[str]:
    """The workspace's own packages, from the root pyproject.toml."""
    import tomllib  # Python 3.11 has it; the version is checked before this runs

    return list(tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["tool"]["uv"]["workspace"]["members"])


def fingerprint(root: Path) -> str:
    """What the environment was built from. The root's tool settings do not matter, so its file is not part of it."""
    digest = hashlib.sha256(repr((sys.version_info[:2], str(root))).encode())
    for name in (*LOCKS, *(f"{member}/pyproject.toml" for member in members(root))):
        digest.update(name.encode() + b"\0" + (root / name).read_bytes() + b"\0")
    return digest.hexdigest()


def check_machine(root: Path) -> None:
    """Refuse with a sentence what would fail later with a traceback."""
    if not (importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip")):
        raise BootstrapError("this Python lacks its venv module (Debian and Ubuntu: apt-get install python3-venv)")
    free = shutil.disk_usage(root).free
    if free < DISK_NEEDED:
        raise BootstrapError(f"{free / 1e9:.1f} GB free on the disk of {root}, {DISK_NEEDED / 1e9:.1f} GB are needed")


def run(step: str, command: list[str], log: Path, environ: dict[str, str]) -> None:
    """Run one step with a sign of life; its output goes to `log`, and a failure becomes one sentence."""
    started = time.monotonic()
    finished = threading.Event()
    live = sys.stderr.isatty()

    def heartbeat() -> None:
        while not finished.wait(0.5 if live else HEARTBEAT):
            line = f"  {step} … {time.monotonic() - started:.0f} s"
            print(f"\r{line}" if live else line, end="" if live else "\n", file=sys.stderr, flush=True)

    if not live:
        print(f"  {step} …", file=sys.stderr, flush=True)
    ticker = threading.Thread(target=heartbeat, daemon=True)
    ticker.start()
    try:
        with log.open("ab") as output:
            code = subprocess.run(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=environ, check=False
            ).returncode
    except OSError as error:
        raise BootstrapError(f"{step}: {error}") from error
    finally:
        finished.set()
        ticker.join()
    if code:
        said = log.read_text("utf-8", "replace")
        reason = next((meaning for pattern, meaning in FAULTS if re.search(pattern, said)), f"exit code {code}")
        raise BootstrapError(f"{step} failed: {reason}. What it said is in {log}")
    print(f"{chr(13) if live else ''}  {step}: {time.monotonic() - started:.0f} s    ", file=sys.stderr, flush=True)


def usable(python: Path) -> bool:
    """Whether the environment's interpreter still runs and has the version of this one."""
    if not python.exists():
        return False
    version = "import sys; print(sys.version_info[:2])"
    said = subprocess.run([str(python), "-c", version], capture_output=True, text=True, check=False)
    return said.returncode == 0 and said.stdout.strip() == str(tuple(sys.version_info[:2]))


def bootstrap(root: Path) -> None:
    """Bring `.venv` to what the lock files say. Raises BootstrapError."""
    environment = root / ".venv"
    stamp = environment / "careflow.stamp"
    wanted = fingerprint(root)
    if stamp.exists() and stamp.read_text("utf-8") == wanted and (environment / "bin" / "python").exists():
        return
    check_machine(root)
    print("Preparing this checkout (once):", file=sys.stderr, flush=True)
    stamp.unlink(missing_ok=True)
    log = root / ".bootstrap.log"
    log.write_bytes(b"")
    environ = dict(os.environ)
    environ.pop("VIRTUAL_ENV", None)
    python, uv = environment / "bin" / "python", environment / "bin" / "uv"
    if not usable(python):
        run("creating .venv", [sys.executable, "-m", "venv", "--clear", str(environment)], log, environ)
    if not list((environment / "lib").glob("python*/site-packages/pip")):
        run("installing pip", [str(python), "-m", "ensurepip"], log, environ)
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    run("installing uv", [*pip, "--require-hashes", "-r", str(root / LOCKS[0])], log, environ)
    environ.update(machine_settings(python), VIRTUAL_ENV=str(environment))
    locked = [str(uv), "pip", "install", "--python", str(python)]
    # Compiled once here, as in the images, and not by each process that starts: it costs them a second and megabytes.
    once = ["--compile-bytecode", "--require-hashes", "-r", str(root / LOCKS[1])]
    run("installing the locked dependencies", [*locked, *once], log, environ)
    editable = [argument for member in members(root) for argument in ("-e", str(root / member))]
    run("installing the workspace", [*locked, "--no-deps", "--no-build-isolation", *editable], log, environ)
    stamp.write_text(wanted, "utf-8")
    log.unlink()


def machine_settings(python: Path) -> dict[str, str]:
    """What `uv_settings` finds in this machine's pip configuration, read by the pip of `python`."""
    listed = subprocess.run([str(python), "-m", "pip", "config", "list"], capture_output=True, text=True, check=False)
    return uv_settings(listed.stdout, dict(os.environ))


def main() -> int:
    """Entry point of `make`; one clear line and exit code 1 when it cannot."""
    if sys.version_info < MINIMUM_PYTHON:
        this = f"{sys.version.split()[0]} ({sys.executable})"
        print(f"careflow: needs Python 3.11 or newer, not {this}. Try: make PYTHON=python3.11", file=sys.stderr)
        return 1
    root = Path(__file__).resolve().parents[4]
    try:
        with (root / "pyproject.toml").open("rb") as workspace:
            fcntl.flock(workspace, fcntl.LOCK_EX)  # two `make` at once build the environment one after the other
            bootstrap(root)
    except BootstrapError as error:
        print(f"\rcareflow: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"\rcareflow: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\rcareflow: stopped; run make again to go on", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
