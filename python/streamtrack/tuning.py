"""Finds parameters that suit recorded sequences, and says whether they carry over to others.

There is no tuning without ground truth. The search is Optuna's (tree-structured Parzen estimator,
Bergstra and others, NIPS 2011). The sequences are dealt into folds: for each fold parameters are
searched on all the others and tried on the sequences left out, so that the figures before and after
are of sequences that the search has not seen. The parameters that are returned are searched on all.
"""

from __future__ import annotations

import hashlib
import importlib
import json
import os
import signal
from collections.abc import Callable, Iterable
from concurrent.futures import Executor, ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np

from streamtrack.config import Config
from streamtrack.evaluation.scores import METRICS, Metric
from streamtrack.evaluation.sequences import Benchmark, PathLike, TextFormat, read_ground_truth
from streamtrack.evaluation.trackeval_run import require_trackeval
from streamtrack.io.inputs import open_inputs, take_name
from streamtrack.io.source import InputError
from streamtrack.io.whole_file import write_whole
from streamtrack.tuning_trial import Sequence, Values, score, sequence_of

Progress = Callable[[int], None]


@dataclass(frozen=True)
class TuningResult:
    """What tuning found.

    Attributes:
        metric: What was tuned.
        config: The parameters found on all sequences, above the ones it began with.
        before: Each sequence's figure with the parameters it began with, percent.
        after: Each sequence's figure with the parameters found without it, percent.
    """

    metric: Metric
    config: Config
    before: dict[str, float]
    after: dict[str, float]

    @property
    def gain(self) -> float:
        """By how much the left-out sequences are better on the average, in percent points."""
        return float(np.mean(list(self.after.values())) - np.mean(list(self.before.values())))

    def save(self, path: PathLike) -> None:
        """Writes the parameters as YAML for Python, the command line and DeepStream."""
        head = (
            f"# Tuned for {self.metric} on {', '.join(self.before)}.\n"
            f"# On sequences left out of the search it changed {self.metric} by {self.gain:+.2f} "
            "points on the average.\n"
        )
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        write_whole(Path(path), head + self.config.to_yaml())


def tune(
    ground_truth: PathLike,
    inputs: Iterable[PathLike],
    *,
    metric: Metric = "HOTA",
    trials: int = 100,
    folds: int = 3,
    config: Config | None = None,
    storage: PathLike | None = None,
    processes: int | None = None,
    benchmark: Benchmark | None = None,
    text_format: TextFormat | None = None,
    seed: int = 0,
    progress: Progress | None = None,
) -> TuningResult:
    """Searches the parameters that matter: both score bands, the start of tracks, limits, buffer.

    Every sequence weighs the same, however long it is.

    Args:
        ground_truth: As for `streamtrack.evaluate`.
        inputs: Detections, as for `streamtrack track`; each must have ground truth.
        metric: What to make as high as possible.
        trials: How many sets of parameters to try, for each fold and for all sequences.
        folds: Into how many parts the sequences are dealt, at most one for each; at least 2.
        config: What to begin with; parameters that are not searched stay as it says.
        storage: An SQLite file that keeps the trials: the same call goes on where it stopped.
        processes: How many sequences are tracked at once; None: one for each core.
        benchmark: As for `streamtrack.evaluate`.
        text_format: As for `streamtrack.evaluate`.
        seed: Where the random numbers start.
        progress: Called after each trial with 1; there are `trials * (folds + 1)`.

    Raises:
        InputError: Optuna or TrackEval is missing, an input has no ground truth or another's name,
            there are fewer than two sequences, or the storage cannot be used.
    """
    optuna = _require_optuna()
    require_trackeval()
    if metric not in METRICS:
        raise InputError(f"metric must be one of {', '.join(METRICS)}, got {metric!r}; choose one")
    base = config or Config()
    sequences = _sequences(ground_truth, inputs, base, benchmark, text_format)
    parts = _parts(folds, len(sequences))
    kept = None if storage is None else _opened(optuna, Path(storage))
    with _workers(processes or os.cpu_count()) as pool:
        search = partial(
            _search, optuna, pool, metric=metric, trials=trials, seed=seed,
            storage=kept, progress=progress,
        )  # fmt: skip
        before = _figures(pool, sequences, {}, metric)
        after = {}
        for fold in range(parts):
            left_out = sequences[fold::parts]
            rest = [sequence for sequence in sequences if sequence not in left_out]
            after.update(_figures(pool, left_out, search(rest, base), metric))
        best = search(sequences, base)
    ordered = {sequence.name: after[sequence.name] for sequence in sequences}
    return TuningResult(metric, Config({**base.to_dict(), **best}), before, ordered)


def _workers(count: int | None) -> ProcessPoolExecutor:
    # At a terminal Ctrl-C reaches the workers too, who would each say so at length.
    ignoring = partial(signal.signal, signal.SIGINT, signal.SIG_IGN)
    return ProcessPoolExecutor(count, mp_context=get_context("forkserver"), initializer=ignoring)


def _parts(folds: int, sequences: int) -> int:
    if min(folds, sequences) < 2:
        raise InputError(
            f"folds and sequences must be at least 2, got {folds} and {sequences}: with one "
            "sequence nothing can be left out; label a second one, or cut the first in two"
        )
    return min(folds, sequences)


def _require_optuna() -> Any:
    try:
        optuna = importlib.import_module("optuna")
    except ImportError as error:
        raise InputError(
            f"tuning needs Optuna, got: {error}; pip install 'streamtrack[tune]'"
        ) from None
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    return optuna


def _opened(optuna: Any, path: Path) -> Any:
    """The file of trials, as Optuna takes it."""
    from sqlalchemy.exc import SQLAlchemyError

    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        return optuna.storages.RDBStorage(f"sqlite:///{path.resolve()}")
    except (SQLAlchemyError, RuntimeError) as error:  # Optuna's own for another version's file
        reason = str(getattr(error, "orig", error)).splitlines()[0]
        raise InputError(
            f"{path}: the trials must be kept in a file of SQLite that can be written, got: "
            f"{reason}; name another, or remove it"
        ) from None


def _sequences(
    ground_truth: PathLike,
    inputs: Iterable[PathLike],
    base: Config,
    benchmark: Benchmark | None,
    text_format: TextFormat | None,
) -> list[Sequence]:
    truths = read_ground_truth(ground_truth, benchmark, text_format)
    sequences = []
    found: dict[str, Path] = {}
    for given in inputs:
        for source in open_inputs([given]):
            take_name(source.name, Path(given), found)  # left out, it must not be searched on
            if source.name not in truths:
                raise InputError(
                    f"{given}: each sequence must have ground truth, got none for {source.name} in "
                    f"{ground_truth}; leave it out, or label it"
                )
            sequences.append(sequence_of(Path(given), source, truths[source.name], base))
    return sequences


def _search(
    optuna: Any,
    pool: Executor,
    sequences: list[Sequence],
    base: Config,
    *,
    metric: Metric,
    trials: int,
    seed: int,
    storage: Any,
    progress: Progress | None,
) -> dict[str, Any]:
    """Returns the parameters with the highest mean figure on these sequences."""
    study = optuna.create_study(
        study_name=_study_name(sequences, base, metric, seed),
        storage=storage,
        direction="maximize",
        load_if_exists=True,
    )
    # One that was broken off says nothing and is not counted.
    done = len(study.get_trials(deepcopy=False, states=[optuna.trial.TrialState.COMPLETE]))
    # A search that goes on must not draw the numbers again with which it began.
    study.sampler = optuna.samplers.TPESampler(
        seed=seed + done, n_startup_trials=max(5, trials // 5)
    )
    if progress is not None and done:
        progress(min(done, trials))
    if not done:
        study.enqueue_trial(_beginning(base))

    def objective(trial: Any) -> float:
        values = _suggest(trial)
        trial.set_user_attr("values", values)
        figures = _figures(pool, sequences, values, metric)
        if progress is not None:
            progress(1)
        return float(np.mean(list(figures.values())))

    study.optimize(objective, n_trials=max(0, trials - done))
    return dict(study.best_trial.user_attrs["values"])


def _study_name(sequences: list[Sequence], base: Config, metric: str, seed: int) -> str:
    """The same for the same question, so that only its own trials are gone on with."""
    facts = [metric, seed, base.to_yaml(), [[s.name, str(s.path.resolve())] for s in sequences]]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:16]


def _suggest(trial: Any) -> dict[str, Any]:
    high = trial.suggest_float("track_high_thresh", 0.2, 0.8, step=0.01)
    start = trial.suggest_float("start_above_high", 0.0, 0.3, step=0.01)
    low = trial.suggest_float("low_share", 0.1, 0.9, step=0.05)  # of the high threshold
    second = trial.suggest_float("second_match_thresh", 0.3, 0.8, step=0.01)
    return {
        "track_high_thresh": round(high, 2),
        "track_low_thresh": round(low * high, 3),
        "new_track_thresh": round(min(1.0, high + start), 2),
        "match_thresh": round(trial.suggest_float("match_thresh", 0.6, 0.95, step=0.01), 2),
        "second_match_thresh": round(second, 2),
        "track_buffer": trial.suggest_int("track_buffer", 5, 90),
        "fuse_score": trial.suggest_categorical("fuse_score", [True, False]),
    }  # fmt: skip


def _beginning(base: Config) -> dict[str, Any]:
    """The place where the search begins: what the configuration says, as far as it is searched."""
    said = base.resolve()
    high = float(said["track_high_thresh"])

    def within(value: float, least: float, most: float, step: float) -> float:
        steps = round((min(max(value, least), most) - least) / step)
        return round(least + steps * step, 4)

    return {
        "track_high_thresh": within(high, 0.2, 0.8, 0.01),
        "start_above_high": within(float(said["new_track_thresh"]) - high, 0.0, 0.3, 0.01),
        "low_share": within(float(said["track_low_thresh"]) / max(high, 0.01), 0.1, 0.9, 0.05),
        "match_thresh": within(float(said["match_thresh"]), 0.6, 0.95, 0.01),
        "second_match_thresh": within(float(said["second_match_thresh"]), 0.3, 0.8, 0.01),
        "track_buffer": min(max(int(said["track_buffer"]), 5), 90),
        "fuse_score": bool(said["fuse_score"]),
    }


def _figures(
    pool: Executor, sequences: list[Sequence], values: Values, metric: Metric
) -> dict[str, float]:
    found = pool.map(partial(score, values=values), sequences)
    return {
        sequence.name: float(getattr(scores, metric))
        for sequence, scores in zip(sequences, found, strict=True)
    }
