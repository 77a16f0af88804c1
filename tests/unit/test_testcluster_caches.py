"""What is rebuilt when, and what is rendered from what."""

import dataclasses
import json
import tarfile
from pathlib import Path

import pytest
import yaml

from testcluster import debian, oci, operator_image
from testcluster.local import build, configuration
from testcluster.local.layout import Layout
from testcluster.shell import CommandError

LAYOUT = Layout(run=Path("/run/somewhere"), data=Path("/somewhere/else"))
SOURCES = {"main.go": b"package main", "go.sum": b"sum"}


@pytest.mark.parametrize(
    ("sources", "version"),
    [
        pytest.param({**SOURCES, "main.go": b"package other"}, "go1.24", id="a source changed"),
        pytest.param({**SOURCES, "more.go": b""}, "go1.24", id="an empty file more"),
        pytest.param({"main.go": b"package main"}, "go1.24", id="a file less"),
        pytest.param({"other.go": b"package main", "go.sum": b"sum"}, "go1.24", id="a file renamed"),
        pytest.param({"main.go": b"package mainsum", "go.sum": b""}, "go1.24", id="content moved between files"),
        pytest.param(SOURCES, "go1.25", id="another compiler"),
    ],
)
def test_the_programs_key_changes_with_every_input(sources: dict[str, bytes], version: str) -> None:
    assert build.cache_key(sources, version) != build.cache_key(SOURCES, "go1.24")


def test_the_keys_do_not_depend_on_order() -> None:
    backwards = dict(reversed(SOURCES.items()))
    assert build.cache_key(backwards, "go1.24") == build.cache_key(SOURCES, "go1.24")
    assert operator_image.cache_key(backwards, "base") == operator_image.cache_key(SOURCES, "base")


def test_the_operators_key_changes_with_its_base() -> None:
    assert operator_image.cache_key(SOURCES, "one") != operator_image.cache_key(SOURCES, "other")


@pytest.mark.parametrize(
    "other",
    [
        dataclasses.replace(debian.POSTGRES_NEWEST, name="localhost/other:1"),
        dataclasses.replace(debian.POSTGRES_NEWEST, suite="sid"),
        dataclasses.replace(debian.POSTGRES_NEWEST, packages=("postgresql-19",)),
    ],
)
def test_a_debian_image_key_changes_with_its_recipe(other: debian.DebianImage) -> None:
    assert other.cache_key() != debian.POSTGRES_NEWEST.cache_key()


def repository(folder: Path) -> Path:
    package = folder / "operator" / "schemachange_operator"
    (package / "__pycache__").mkdir(parents=True)
    for path in (folder / "Dockerfile", folder / ".dockerignore", folder / "requirements.lock", package / "__init__.py"):
        path.write_text("")
    (package / "__pycache__" / "compiled.pyc").write_text("")
    return folder


def test_the_operators_inputs_leave_out_compiled_files(tmp_path: Path) -> None:
    inputs = operator_image.read_inputs(repository(tmp_path))
    assert set(inputs) == {"Dockerfile", ".dockerignore", "requirements.lock", "operator/schemachange_operator/__init__.py"}


def test_a_missing_input_is_named(tmp_path: Path) -> None:
    repository(tmp_path)
    (tmp_path / "requirements.lock").unlink()
    with pytest.raises(CommandError, match=r"requirements\.lock"):
        operator_image.read_inputs(tmp_path)


def test_every_configuration_file_is_rendered_whole() -> None:
    rendered = configuration.render(configuration.TEMPLATES, LAYOUT.template_values())
    assert {"containerd.toml", "kubelet.yaml", "kube-proxy.yaml", "cni/10-pods.conflist", "addons.yaml"} <= set(rendered)
    assert not any("${" in text for text in rendered.values())


def test_the_rendered_files_parse() -> None:
    rendered = configuration.render(configuration.TEMPLATES, LAYOUT.template_values())
    kubelet = yaml.safe_load(rendered["kubelet.yaml"])
    assert kubelet["containerRuntimeEndpoint"] == "unix:///run/somewhere/containerd.sock"
    assert json.loads(rendered["cni/10-pods.conflist"])["plugins"][0]["ipam"]["dataDir"] == "/run/somewhere/addresses"
    kinds = [document["kind"] for document in yaml.safe_load_all(rendered["addons.yaml"])]
    assert "StorageClass" in kinds


def test_a_template_with_an_unknown_name_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("${nobody_knows}")
    with pytest.raises(KeyError, match="nobody_knows"):
        configuration.render(tmp_path, LAYOUT.template_values())


@pytest.mark.parametrize(
    ("key", "rendered"),
    [("other", {"file": "text"}), ("key", {"file": "other"}), ("key", {"other": "text"}), ("key", {})],
)
def test_the_fingerprint_changes_with_programs_and_configuration(key: str, rendered: dict[str, str]) -> None:
    assert configuration.fingerprint(key, rendered) != configuration.fingerprint("key", {"file": "text"})


def test_an_archive_is_an_image_for_old_and_new_programs(tmp_path: Path) -> None:
    program = tmp_path / "program"
    program.write_bytes(b"#!/bin/sh\n")
    archive = tmp_path / "image.tar"
    layer = oci.layer_of_files({"bin/program": program})
    oci.write_archive(archive, "localhost/image:1", layer, oci.Settings(entrypoint=["/bin/program"]))
    assert not layer.exists()
    with tarfile.open(archive) as tar:
        (docker,) = json.loads(tar.extractfile("manifest.json").read())  # type: ignore[union-attr]
        settings = json.loads(tar.extractfile(docker["Config"]).read())  # type: ignore[union-attr]
    assert docker["RepoTags"] == ["localhost/image:1"]
    assert settings["config"]["Entrypoint"] == ["/bin/program"]
    assert len(settings["history"]) == len(settings["rootfs"]["diff_ids"]) == 1
    assert oci.config_digest(archive).removeprefix("sha256:") in docker["Config"]
    assert oci.manifest_digest(archive) not in (None, oci.config_digest(archive))


def test_an_archive_without_an_index_has_no_manifest_digest(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text("[]")
    with tarfile.open(tmp_path / "image.tar", "w") as tar:
        tar.add(tmp_path / "manifest.json", "manifest.json")
    assert oci.manifest_digest(tmp_path / "image.tar") is None
