"""Tuning finds what is there to find, judges it on left-out sequences, and can be gone on with."""

from __future__ import annotations

import sqlite3
import sys
from pathlib import Path

import pytest
import streamtrack as st
from streamtrack.cli import main
from streamtrack.evaluation.sequences import read_ground_truth
from streamtrack.io import InputError, open_inputs
from streamtrack.offline import track_sources
from streamtrack.simulation import save_scene, simulate
from streamtrack.tuning import tune
from streamtrack.tuning_trial import score, sequence_of

BAD = st.Config(track_high_thresh=0.8, new_track_thresh=0.99, track_buffer=1)


@pytest.fixture(scope="module")
def sequences(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sequences")
    for seed, name in enumerate(("dock", "gate", "hall")):
        save_scene(simulate(name, people=8, frames=60, seed=seed), folder / name)
    return folder


def test_a_trial_measures_what_track_writes(sequences: Path, tmp_path: Path) -> None:
    """The witness tracks through files and measures them; those have 4 decimals."""
    values = {"track_high_thresh": 0.6, "track_buffer": 12}
    truths = read_ground_truth(sequences)
    (source,) = open_inputs([sequences / "gate"])
    found = score(sequence_of(sequences / "gate", source, truths["gate"], st.Config()), values)
    track_sources([source], tmp_path, st.Config().override(values))
    expected = st.evaluate(sequences / "gate", tmp_path).sequences["gate"]
    assert pytest.approx(expected.HOTA, abs=0.01) == found.HOTA
    assert (found.IDSW, found.FP, found.FN) == (expected.IDSW, expected.FP, expected.FN)


def test_bad_parameters_get_better_and_trials_are_kept(sequences: Path, tmp_path: Path) -> None:
    inputs = sorted(sequences.iterdir())
    storage = tmp_path / "trials.db"
    counted: list[int] = []
    run = dict[str, object](folds=2, config=BAD, storage=storage, processes=2)
    first = tune(sequences, inputs, trials=6, **run, progress=counted.append)  # type: ignore[arg-type]
    assert sum(counted) == 6 * 3
    assert list(first.before) == ["dock", "gate", "hall"]
    assert first.gain > 1
    assert _trials(storage) == 18
    again = tune(sequences, inputs, trials=6, **run)  # type: ignore[arg-type]
    assert _trials(storage) == 18  # nothing was tried anew
    assert again == first
    tune(sequences, inputs, trials=7, **run)  # type: ignore[arg-type]
    assert _trials(storage) == 21
    path = tmp_path / "tuned.yml"
    first.save(path)
    assert st.Config(path) == first.config
    assert first.config.track_high_thresh != BAD.track_high_thresh


@pytest.mark.parametrize("at", [1, 5])
def test_what_was_broken_off_is_gone_on_with(
    sequences: Path, tmp_path: Path, at: int, capfd: pytest.CaptureFixture[str]
) -> None:
    """Even in its first trial, of which nothing is known then; nobody is shown a traceback."""
    storage = tmp_path / "trials.db"
    inputs = [sequences / "dock", sequences / "gate"]
    left = [at]

    def interrupt(done: int) -> None:
        left[0] -= done
        if left[0] <= 0:
            raise KeyboardInterrupt

    run = dict[str, object](folds=2, trials=2, storage=storage, processes=1)
    with pytest.raises(KeyboardInterrupt):
        tune(sequences, inputs, progress=interrupt, **run)  # type: ignore[arg-type]
    tune(sequences, inputs, **run)  # type: ignore[arg-type]
    assert _trials(storage, "WHERE state = 'COMPLETE'") == 2 * 3
    assert capfd.readouterr() == ("", "")


def test_interrupted_the_command_says_where_the_trials_are(
    sequences: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("streamtrack.tuning.tune", interrupted)
    tuned = str(tmp_path / "tuned.yml")
    assert main(["tune", "--gt", str(sequences), str(sequences / "gate"), "-o", tuned]) == 130
    note, error = (line for line in capsys.readouterr().err.splitlines() if line)
    assert note == f"streamtrack: note: trials are kept in {tuned}.db: say the same to go on"
    assert error == "streamtrack: error: interrupted by SIGINT; no unfinished file is left"


def _trials(storage: Path, where: str = "") -> int:
    with sqlite3.connect(storage) as database:
        (count,) = database.execute(f"SELECT count(*) FROM trials {where}").fetchone()  # noqa: S608
    database.close()
    return int(count)


def test_the_command(sequences: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tuned = tmp_path / "tuned.yml"
    words = ["--trials", "2", "--jobs", "2", "--folds", "2", "-o", str(tuned)]
    inputs = [str(sequences / name) for name in ("dock", "gate")]
    assert main(["tune", "--gt", str(sequences), *inputs, *words, "--metric", "IDF1"]) == 0
    printed = capsys.readouterr().out
    assert "IDF1 before" in printed
    assert printed.splitlines()[1].split()[0] == "dock"
    assert tuned.read_text().startswith("# Tuned for IDF1 on dock, gate.\n")
    assert (tmp_path / "tuned.yml.db").is_file()
    st.Config(tuned)


def test_what_cannot_be_tuned(sequences: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="folds and sequences must be at least 2, got 3 and 1"):
        tune(sequences, [sequences / "gate"])
    save_scene(simulate("yard", people=2, frames=5), tmp_path / "yard")
    with pytest.raises(InputError, match="must have ground truth, got none for yard"):
        tune(sequences, [sequences / "gate", tmp_path / "yard"])
    with pytest.raises(InputError, match="inputs must differ in name, got .* both gate"):
        tune(sequences, [sequences / "gate", sequences / "gate" / "det" / ".." / ".." / "gate"])
    broken = tmp_path / "broken.db"
    broken.write_text("no database")
    with pytest.raises(InputError, match=r"broken\.db: the trials must be .*not a database"):
        tune(sequences, [sequences / "gate", sequences / "dock"], storage=broken)


def test_without_optuna(sequences: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "optuna", None)
    with pytest.raises(InputError, match=r"pip install 'streamtrack\[tune\]'"):
        tune(sequences, sequences.iterdir())
