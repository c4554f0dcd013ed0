# SPDX-License-Identifier: Apache-2.0
"""The gateway's configuration: what stands in it, and what cannot be put into it."""

from dataclasses import replace
from pathlib import Path

import pytest

from services.gateway.render import Gateway, command, render, write
from shared.settings import SettingsError


@pytest.fixture
def gateway(tmp_path: Path) -> Gateway:
    """Give a gateway whose folders are there."""
    (tmp_path / "data").mkdir()
    return Gateway(
        listen="127.0.0.1:8080",
        socket=tmp_path / "c.sock",
        data=tmp_path / "data",
        run=tmp_path / "run",
    )


def test_every_value_stands_where_it_belongs(gateway: Gateway) -> None:
    text = render(gateway)
    assert f"alias {gateway.data}/;" in text
    assert f"server unix:{gateway.socket} " in text
    assert "listen 127.0.0.1:8080;" in text
    assert f"pid {gateway.run}/nginx.pid;" in text
    assert "@" not in text


def test_the_state_is_shown_only_when_asked_for(gateway: Gateway) -> None:
    assert "/clearinghouse/state" not in render(gateway)
    assert "/clearinghouse/state" in render(replace(gateway, show_state=True))


def test_no_header_of_the_client_reaches_the_clearinghouse_but_its_credential(
    gateway: Gateway,
) -> None:
    text = render(replace(gateway, show_state=True))
    places = text.count("proxy_pass http")
    assert places == 3
    assert text.count("proxy_pass_request_headers off;") == places
    assert text.count("proxy_pass_request_body off;") == places
    passed = [line for line in text.splitlines() if "$http_" in line]
    assert [line.strip() for line in passed] == [
        "proxy_set_header Authorization $http_authorization;"
    ]


def test_links_are_refused_from_the_real_folder_on(gateway: Gateway, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(gateway.data)
    text = render(replace(gateway, data=link))
    assert f"disable_symlinks on from={gateway.data}/;" in text


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("listen", "8080"),
        ("listen", "127.0.0.1:8080; include /etc/passwd"),
        ("listen", "127.0.0.1:8080\n}"),
        ("socket", Path("relative.sock")),
        ("socket", Path("/a b.sock")),
        ("socket", Path("/" + "s" * 120)),
        ("data", Path("/data;")),
        ("data", Path("/data$uri")),
        ("run", Path("/run/{x}")),
        ("run", Path("/run/ü")),
        ("workers", 0),
        ("workers", 65),
    ],
)
def test_what_is_no_plain_value_is_refused_and_nothing_is_written(
    gateway: Gateway, name: str, value: object
) -> None:
    with pytest.raises(SettingsError) as refused:
        write(replace(gateway, **{name: value}))  # type: ignore[arg-type]  # bad on purpose
    assert len(refused.value.faults) == 1
    assert not gateway.run.exists()


def test_every_fault_is_named_at_once(gateway: Gateway) -> None:
    bad = replace(gateway, listen="x", data=Path("y"), workers=0)
    with pytest.raises(SettingsError) as refused:
        write(bad)
    assert len(refused.value.faults) == 3


def test_the_configuration_is_written_into_the_gateways_own_folder(gateway: Gateway) -> None:
    path = write(gateway)
    assert path == gateway.run / "nginx.conf"
    assert path.read_text() == render(gateway)
    assert str(path) in command(gateway)
