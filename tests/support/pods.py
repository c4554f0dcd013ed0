# SPDX-License-Identifier: Apache-2.0
"""A rendered pod on this machine's disk: its volumes are folders, its init container really runs.

Knows of Kubernetes only what the chart uses. Starts no service and reaches no cluster.
"""

import re
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

_SECRET_NAME: Final = re.compile(r"[-._a-zA-Z0-9]{1,253}", re.ASCII)
_GROUP_READS: Final = 0o440  # a mounted Secret's files, once the pod has an fsGroup


@dataclass(frozen=True, slots=True, kw_only=True)
class Container:
    """One container of our image: which process it starts, its variables and its mounts."""

    process: str
    command: str
    env: tuple[tuple[str, str], ...]
    secret_env: Mapping[str, tuple[str, str]]
    mounts: Mapping[str, str]

    @classmethod
    def of(cls, rendered: Mapping[str, Any]) -> Self:
        """Read a container as the chart renders it."""
        return cls(
            process=rendered["args"][2].removeprefix("services."),
            command=rendered["args"][3],
            env=tuple((one["name"], one.get("value", "")) for one in rendered["env"]),
            secret_env={
                one["name"]: (reference["name"], reference["key"])
                for one in rendered["env"]
                if (reference := one.get("valueFrom", {}).get("secretKeyRef"))
            },
            mounts={mount["mountPath"]: mount["name"] for mount in rendered["volumeMounts"]},
        )

    @property
    def names(self) -> list[str]:
        """The names of its variables."""
        return [name for name, _ in self.env]

    def paths(self) -> Iterator[tuple[str, str]]:
        """Give each variable that names a file, a folder or a socket, with its path."""
        for name, value in self.env:
            path = value.removeprefix("unix:")
            if path.startswith("/"):
                yield name, path


def containers(pod: Mapping[str, Any]) -> list[Container]:
    """Give the containers of a pod, without those that run before."""
    return [Container.of(one) for one in pod["containers"]]


def below(path: str, mount: str) -> bool:
    """Tell whether a path is a mount or lies below it."""
    return Path(path).is_relative_to(mount)


def as_secret(folder: Path) -> dict[str, bytes]:
    """Give a key folder's files under the names that a Secret gives them."""
    found = {
        "__".join(path.relative_to(folder).parts): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not path.name.startswith(".")
    }
    assert all(_SECRET_NAME.fullmatch(name) for name in found)
    return found


class PodOnDisk:
    """A pod whose volumes are folders below `root`; Secrets are filled from `secrets`."""

    def __init__(
        self, pod: Mapping[str, Any], root: Path, secrets: Mapping[str, Mapping[str, bytes]]
    ) -> None:
        self._pod = pod
        self._root = root
        self._secrets = secrets
        for volume in pod["volumes"]:
            self.volume(volume["name"]).mkdir(parents=True)
            if "secret" in volume:
                self._fill(volume["name"], secrets[volume["secret"]["secretName"]])

    def volume(self, name: str) -> Path:
        """Give a volume's folder."""
        return self._root / name

    def _fill(self, volume: str, files: Mapping[str, bytes]) -> None:
        for name, content in files.items():
            path = self.volume(volume) / name
            path.write_bytes(content)
            path.chmod(_GROUP_READS)

    def prepare(self) -> None:
        """Run what the pod runs before its processes, with the paths of this machine."""
        for container in self._pod["initContainers"]:
            mounts = {mount["mountPath"]: mount["name"] for mount in container["volumeMounts"]}
            words = [self._here(word, mounts) for word in container["command"]]
            subprocess.run(words, check=True, env={"PATH": "/usr/bin:/bin"})

    def environment(self, container: Container) -> dict[str, str]:
        """Give a container's variables; paths are those of this machine, but for a socket's."""
        found = {name: self._here(value, container.mounts) for name, value in container.env}
        for name, (secret, key) in container.secret_env.items():
            found[name] = self._secrets[secret][key].decode()
        return found

    def _here(self, word: str, mounts: Mapping[str, str]) -> str:
        if not word.startswith("/"):
            return word
        for mount in sorted(mounts, key=len, reverse=True):
            if below(word, mount):
                return str(self.volume(mounts[mount]) / Path(word).relative_to(mount))
        return str(self._root / "not-mounted" / word.lstrip("/"))
