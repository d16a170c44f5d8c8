"""Making a checkout able to run, from the machine's own Python."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from careflow_cli import bootstrap, checkout


def test_a_second_run_does_nothing_and_is_quick() -> None:
    script = Path(bootstrap.__file__)
    stamp = checkout.root() / ".venv" / "careflow.stamp"
    if not stamp.exists() or stamp.read_text("utf-8") != bootstrap.fingerprint(checkout.root()):
        pytest.skip("this checkout's environment was not made by make")

    started = time.monotonic()
    done = subprocess.run([sys.executable, "-I", str(script)], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert time.monotonic() - started < 5


def test_every_lock_and_every_package_changes_what_the_environment_was_made_from(tmp_path: Path) -> None:
    (tmp_path / "locks").mkdir()
    (tmp_path / "one").mkdir()
    (tmp_path / "pyproject.toml").write_text('[tool.uv.workspace]\nmembers = ["one"]\n', "utf-8")
    files = [tmp_path / "locks/bootstrap.txt", tmp_path / "locks/workspace.txt", tmp_path / "one/pyproject.toml"]
    for file in files:
        file.write_text("a", "utf-8")
    seen = {bootstrap.fingerprint(tmp_path)}

    for file in files:
        file.write_text("b", "utf-8")
        seen.add(bootstrap.fingerprint(tmp_path))

    assert len(seen) == len(files) + 1


def test_uv_gets_what_this_machines_pip_is_configured_with() -> None:
    listed = "global.index-url='https://mirror.example/simple'\nglobal.cert='/etc/ca.pem'\nglobal.timeout='60'\n"

    settings = bootstrap.uv_settings(listed, {})

    assert settings == {"UV_DEFAULT_INDEX": "https://mirror.example/simple", "SSL_CERT_FILE": "/etc/ca.pem"}


def test_what_the_machine_says_to_uv_itself_goes_first() -> None:
    listed = "global.index-url='https://mirror.example/simple'\n"

    assert bootstrap.uv_settings(listed, {"UV_INDEX_URL": "https://other.example"}) == {}


@pytest.mark.parametrize(
    ("said", "meaning"),
    [
        ("error: dns error: failed to lookup address", "cannot be reached"),
        ("OSError: [Errno 28] No space left on device", "disk is full"),
        ("THESE PACKAGES DO NOT MATCH THE HASHES", "differs from its recorded hash"),
        ("The virtual environment was not created because ensurepip is not available", "python3-venv"),
        ("something new", "exit code 7"),
    ],
)
def test_a_failed_step_is_one_sentence(tmp_path: Path, said: str, meaning: str) -> None:
    command = [sys.executable, "-c", f"print({said!r}); raise SystemExit(7)"]
    log = tmp_path / "log"

    with pytest.raises(bootstrap.BootstrapError) as failed:
        bootstrap.run("installing", command, log, {})

    assert meaning in str(failed.value)
    assert "\n" not in str(failed.value)


def test_too_little_disk_is_said_before_anything_is_downloaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "DISK_NEEDED", 10**18)

    with pytest.raises(bootstrap.BootstrapError, match="GB are needed"):
        bootstrap.check_machine(tmp_path)


def test_a_python_that_is_too_old_is_named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(bootstrap, "MINIMUM_PYTHON", (99, 0))

    assert bootstrap.main() == 1
    assert "needs Python 3.11 or newer" in capsys.readouterr().err
