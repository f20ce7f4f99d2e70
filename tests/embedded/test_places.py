"""What stays between two starts."""

from pathlib import Path

import pytest

from integration_console.embedded.places import AlreadyRunning, Places


def test_the_secret_key_stays(tmp_path: Path) -> None:
    places = Places(tmp_path / "var")
    key = places.secret_key()
    assert len(key) > 50
    assert Places(tmp_path / "var").secret_key() == key
    assert (tmp_path / "var" / "secret-key").stat().st_mode & 0o077 == 0


def test_two_installations_have_different_keys(tmp_path: Path) -> None:
    assert Places(tmp_path / "one").secret_key() != Places(tmp_path / "two").secret_key()


def test_one_server_per_folder(tmp_path: Path) -> None:
    places = Places(tmp_path)
    with places.held(), pytest.raises(AlreadyRunning, match="already running"), places.held():
        pass
    with places.held():
        pass
