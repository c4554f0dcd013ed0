# SPDX-License-Identifier: Apache-2.0
"""What a run may delete, and which ports it may use."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.demo.layout import StateRefused, hold_state
from services.demo.ports import Ports, PortsRefused, settle


def test_starting_over_empties_our_own_parts_and_leaves_the_rest(tmp_path: Path) -> None:
    root = tmp_path / "var"
    with hold_state(root, fresh=False) as layout:
        layout.secrets.mkdir()
        (layout.secrets / "story").write_text("old")
        (root / "test").mkdir()
    with hold_state(root, fresh=True) as layout:
        assert not layout.secrets.exists()
        assert (root / "test").is_dir()


def test_a_folder_that_is_not_ours_is_never_touched(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "thesis.txt").write_text("years of work")
    with (
        pytest.raises(StateRefused, match="holds data, and no run of ours"),
        hold_state(tmp_path, fresh=True),
    ):
        pass
    assert (tmp_path / "data" / "thesis.txt").read_text() == "years of work"


def test_nothing_is_deleted_behind_a_symbolic_link(tmp_path: Path) -> None:
    root, elsewhere = tmp_path / "var", tmp_path / "elsewhere"
    with hold_state(root, fresh=False):
        pass
    elsewhere.mkdir()
    (elsewhere / "kept").touch()
    (root / "keys").symlink_to(elsewhere)
    with pytest.raises(StateRefused, match="symbolic link"), hold_state(root, fresh=True):
        pass
    assert (elsewhere / "kept").exists()


def test_one_folder_serves_one_run_at_a_time(tmp_path: Path) -> None:
    with (
        hold_state(tmp_path, fresh=False),
        pytest.raises(StateRefused, match="another run holds"),
        hold_state(tmp_path, fresh=True),
    ):
        pass


def test_sockets_move_away_from_a_folder_that_is_too_deep(tmp_path: Path) -> None:
    root = tmp_path / ("deep" * 30)
    with hold_state(root, fresh=False) as layout:
        sockets = layout.sockets
        assert len(str(layout.clearinghouse_socket)) < 100
        assert sockets.stat().st_mode & 0o077 == 0
    assert not sockets.exists()


@pytest.fixture
def busy() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_a_port_in_use_is_named_with_the_variable_that_moves_it(tmp_path: Path, busy: int) -> None:
    environ = auto() | {"PLACET_AUDIT_LOG_PORT": str(busy)}
    with pytest.raises(PortsRefused) as refusal:
        settle(environ, tmp_path / "ports.json")
    assert refusal.value.faults == (
        f"port {busy} is in use: stop that program, or set PLACET_AUDIT_LOG_PORT",
    )


def test_every_bad_port_is_named_at_once() -> None:
    environ = {"PLACET_GATEWAY_PORT": "http", "PLACET_DEVIDP_PORT": "70000"}
    with pytest.raises(PortsRefused) as refusal:
        Ports.from_environ(environ)
    assert [fault.partition(":")[0] for fault in refusal.value.faults] == list(environ)


def test_state_keeps_the_ports_it_was_made_with(tmp_path: Path) -> None:
    record = tmp_path / "ports.json"
    first = settle(auto(), record)
    assert settle(auto(), record) == first
    with pytest.raises(PortsRefused, match="FRESH=1"):
        settle(auto() | {"PLACET_GATEWAY_PORT": str(first.gateway + 1)}, record)


def auto() -> dict[str, str]:
    names = ("GATEWAY", "CONSENT_REGISTRY", "PERMIT_SERVICE", "AUDIT_LOG", "DEVIDP", "VISA_SOURCE")
    return {f"PLACET_{name}_PORT": "auto" for name in names}
