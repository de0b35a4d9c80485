import configparser
from pathlib import Path

from devcluster.host_trust import CERTIFICATES, mount_options, pip_settings, read_pip_files


def options(text: str) -> dict[str, str]:
    """What a pip.conf says."""
    found = configparser.RawConfigParser()
    found.read_string(text)
    return dict(found.items("global"))


def test_variables_win_over_files_and_later_files_over_earlier() -> None:
    """The build's pip decides as the machine's pip would."""
    files = ("[global]\nindex-url = a\ntimeout = 1\n", "[global]\nindex-url = b\n")
    settings = pip_settings(files, {"PIP_INDEX_URL": "c", "PIP_NO_INPUT": ""})
    assert options(settings.text) == {"index-url": "c", "timeout": "1"}
    assert options(pip_settings(files, {}).text) == {"index-url": "b", "timeout": "1"}


def test_a_certificate_of_the_machine_is_used() -> None:
    """Where the machine trusts a proxy's certificate, the build's pip must too."""
    trusted = {"SSL_CERT_FILE": "/opt/ca.crt"}
    settings = pip_settings((), trusted)
    assert options(settings.text) == {"cert": "/opt/ca.crt"}
    assert settings.paths == (Path("/opt/ca.crt"),)
    assert options(pip_settings(("[global]\ncert = /x\n",), trusted).text) == {"cert": "/x"}


def test_folders_that_pip_is_told_of_are_mounted(tmp_path: Path) -> None:
    """Found wheels, the certificates and pip.conf itself, all read-only; never what is missing."""
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    settings = pip_settings((), {"PIP_FIND_LINKS": f"{wheels} /no/such/folder"})
    found = mount_options(settings, tmp_path / "pip.conf")
    assert f"--volume={tmp_path / 'pip.conf'}:/etc/pip.conf:ro" in found
    assert f"--volume={wheels}:{wheels}:ro" in found
    assert not [option for option in found if "/no/such/folder" in option]
    assert all(option.endswith(":ro") for option in found)


def test_certificates_are_mounted_once() -> None:
    """A file below the mounted folder needs no mount of its own."""
    certificate = f"{CERTIFICATES}/ca-certificates.crt"
    assert pip_settings((), {"PIP_CERT": certificate}).paths == ()


def test_the_users_own_file_is_read(tmp_path: Path) -> None:
    """Pip's files of the user and of PIP_CONFIG_FILE are found."""
    (tmp_path / ".config/pip").mkdir(parents=True)
    (tmp_path / ".config/pip/pip.conf").write_text("user")
    (tmp_path / "named.conf").write_text("named")
    texts = read_pip_files({"PIP_CONFIG_FILE": str(tmp_path / "named.conf")}, tmp_path)
    assert texts[-2:] == ("user", "named")
