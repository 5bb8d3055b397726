"""The figures are those of TrackEval run by hand, on every sequence that has ground truth."""

from __future__ import annotations

from pathlib import Path

import pytest
import streamtrack
from streamtrack.evaluation.sequences import guess_benchmark
from streamtrack.io import open_inputs
from streamtrack.offline import track_sources

from tests.evaluation import by_hand
from tests.reference.sequences import ABSENT, RecordedSequence, data_folder

FOLDER = data_folder()


def sequences() -> list[RecordedSequence]:
    if FOLDER is None:
        return []
    found = [RecordedSequence(path) for path in sorted((FOLDER / "sequences").iterdir())]
    return [sequence for sequence in found if (sequence.folder / "gt.txt").is_file()]


pytestmark = pytest.mark.skipif(FOLDER is None, reason=ABSENT)
each_sequence = pytest.mark.parametrize("sequence", sequences(), ids=lambda s: s.name)
KITTI = [sequence for sequence in sequences() if sequence.name.startswith("KITTI")]


@pytest.fixture(scope="module", params=["reference", "bytetrack"])
def tracks(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the tracks: the original's, and our own with default settings."""
    assert FOLDER is not None
    if request.param == "reference":
        return FOLDER / "reference"
    folder = tmp_path_factory.mktemp("tracks")
    track_sources(open_inputs(sequence.folder for sequence in sequences()), folder)
    return folder


@each_sequence
def test_a_sequence_with_its_own_benchmark(
    sequence: RecordedSequence, tracks: Path, tmp_path: Path
) -> None:
    benchmark = guess_benchmark(sequence.name, "mot")
    file = tracks / f"{sequence.name}.txt"
    truth = {sequence.name: sequence.folder / "gt.txt"}
    written, lengths = {sequence.name: file}, {sequence.name: sequence.length}
    if benchmark == "KITTI":
        labels = {sequence.name: sequence.folder / "label_02.txt"}
        results = {sequence.name: by_hand.kitti_results(file, tmp_path / "results.txt")}
        expected = by_hand.kitti(tmp_path, labels, results, lengths)
    else:
        expected = by_hand.motchallenge(tmp_path, truth, written, lengths, benchmark)
    found = streamtrack.evaluate(sequence.folder, tracks)
    assert found.rules == {sequence.name: benchmark}
    assert found.sequences == {sequence.name: expected[sequence.name]}
    assert found.combined == expected["COMBINED_SEQ"]


@pytest.mark.parametrize(
    ("sequence", "benchmark"),
    [
        pytest.param(sequence, benchmark, id=f"{sequence.name}-{benchmark}")
        for sequence in sequences()
        for benchmark in ("MOT17", "MOT20", "none")
        if benchmark == "none" or not sequence.name.startswith("MOT15")  # has no classes
    ],
)
def test_a_sequence_with_a_chosen_benchmark(
    sequence: RecordedSequence,
    benchmark: streamtrack.evaluation.Benchmark,
    tracks: Path,
    tmp_path: Path,
) -> None:
    rules = "MOT17" if benchmark == "none" else benchmark
    expected = by_hand.motchallenge(
        tmp_path,
        {sequence.name: sequence.folder / "gt.txt"},
        {sequence.name: tracks / f"{sequence.name}.txt"},
        {sequence.name: sequence.length},
        rules,
        preprocess=benchmark != "none",
    )
    found = streamtrack.evaluate(sequence.folder, tracks, benchmark=benchmark, text_format="mot")
    assert found.sequences == {sequence.name: expected[sequence.name]}


def test_all_sequences_of_a_benchmark_combined(tracks: Path, tmp_path: Path) -> None:
    mine = [sequence for sequence in sequences() if sequence.name.startswith("MOT17")]
    assert len(mine) > 1
    truths = {sequence.name: sequence.folder / "gt.txt" for sequence in mine}
    files = {sequence.name: tracks / f"{sequence.name}.txt" for sequence in mine}
    lengths = {sequence.name: sequence.length for sequence in mine}
    expected = by_hand.motchallenge(tmp_path, truths, files, lengths, "MOT17")
    found = streamtrack.evaluate(truths, files)
    assert {**found.sequences, "COMBINED_SEQ": found.combined} == expected


def test_kitti_results_and_another_class(tracks: Path, tmp_path: Path) -> None:
    results = {}
    for sequence in KITTI:
        file = tracks / f"{sequence.name}.txt"
        written = tmp_path / f"{sequence.name}.txt"
        results[sequence.name] = by_hand.kitti_results(file, written, "Pedestrian")
    lengths = {sequence.name: sequence.length for sequence in KITTI}
    labels = {sequence.name: sequence.folder / "label_02.txt" for sequence in KITTI}
    for class_name in ("car", "pedestrian"):
        expected = by_hand.kitti(tmp_path / class_name, labels, results, lengths, class_name)
        found = streamtrack.evaluate(labels, results, kitti_class=class_name)
        assert {**found.sequences, "COMBINED_SEQ": found.combined} == expected
