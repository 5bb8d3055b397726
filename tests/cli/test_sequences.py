"""The command on the real sequences, all at once: the original's rows, and DeepStream's bytes."""

from __future__ import annotations

from pathlib import Path

import pytest
import streamtrack as st
from streamtrack.host import VERSIONS

from tests.cli.command import succeed
from tests.reference.comparison import compare
from tests.reference.sequences import (
    ABSENT,
    RecordedSequence,
    load_rows,
    sequences_with_reference,
)
from tests.reference.settings import reference_run

SEQUENCES = sequences_with_reference()
pytestmark = pytest.mark.skipif(not SEQUENCES, reason=ABSENT)


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One file for all: each sequence's settings are a section of its own."""
    path = tmp_path_factory.mktemp("config") / "reference.yml"
    runs = {sequence.name: reference_run(sequence.name).parameters for sequence in SEQUENCES}
    st.Config({"preset": "reference", "streams": runs}).save(path)
    return path


@pytest.fixture(scope="module")
def core(tmp_path_factory: pytest.TempPathFactory, config: Path) -> Path:
    folder = tmp_path_factory.mktemp("core")
    inputs = [sequence.folder for sequence in SEQUENCES]
    succeed("track", *inputs, "-o", folder, "--config", config)
    return folder


@pytest.mark.parametrize("sequence", SEQUENCES, ids=lambda sequence: sequence.name)
def test_the_rows_of_the_original(core: Path, sequence: RecordedSequence) -> None:
    rows = load_rows(core / f"{sequence.name}.txt")
    comparison = compare(
        rows, load_rows(sequence.reference), reference_run(sequence.name).row_filter
    )
    assert comparison.share >= 0.999, comparison.explain()
    assert comparison.surplus <= 0, comparison.explain()


@pytest.mark.parametrize("version", VERSIONS)
def test_deepstream_writes_the_same_bytes(
    tmp_path: Path, core: Path, config: Path, version: str
) -> None:
    inputs = [sequence.folder for sequence in SEQUENCES]
    words = ["--via", "deepstream", "--deepstream", version]
    succeed("track", *inputs, "-o", tmp_path, "--config", config, *words)
    for path in core.iterdir():
        assert (tmp_path / path.name).read_bytes() == path.read_bytes(), path.name
