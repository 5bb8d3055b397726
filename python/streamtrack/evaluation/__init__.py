"""How good tracks are against ground truth: HOTA, CLEAR and identity metrics, by TrackEval."""

from streamtrack.evaluation.evaluate import evaluate
from streamtrack.evaluation.scores import Evaluation, Scores
from streamtrack.evaluation.sequences import Benchmark, TextFormat

__all__ = ["Benchmark", "Evaluation", "Scores", "TextFormat", "evaluate"]
