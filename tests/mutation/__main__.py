"""Runs the tests over a sample of mutants of the core, and says which of them nobody noticed.

python -m tests.mutation --sample 300
"""

from __future__ import annotations

import argparse
import functools
import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import tomllib

from tests.mutation.ladder import Ladder
from tests.mutation.mutants import ROOT, Mutant, shuffled
from tests.mutation.workbench import (
    FOLDER,
    DoesNotCompileError,
    IsEquivalentError,
    Workbench,
)

KNOWN = Path(__file__).with_name("equivalents.toml")  # survivors that change nothing, with reasons
RUNGS = ("core_tests", "core_scenarios", "core_threads", "driver", "python")
MET = (*RUNGS, "survived")
Results = list[dict[str, Any]]
RESULTS = FOLDER / "results.json"


def verdict(bench: Workbench, ladder: Ladder, mutant: Mutant, *, all_the_way: bool) -> str:
    try:
        bench.put_in(mutant)
        return ladder.climb(all_the_way=all_the_way)
    except DoesNotCompileError:
        return "does not compile"
    except IsEquivalentError:
        return "same code"
    finally:
        bench.take_out(mutant)


def chosen_files(names: list[str]) -> list[Path]:
    if names:
        return [ROOT / name for name in names]
    return [path for suffix in ("cpp", "hpp") for path in (ROOT / "core").glob(f"*.{suffix}")]


def ready() -> tuple[Workbench, Ladder]:
    bench = Workbench()
    bench.prepare()
    ladder = Ladder(bench)
    if (killer := ladder.climb()) != "survived":
        sys.exit(f"the tests must pass before anything is changed; see {killer} in {FOLDER}")
    return bench, ladder


def run_sample(files: list[Path], sample: int, seed: int) -> Results:
    """Goes on until so many mutants met the tests; what an earlier run found is not done again."""
    bench, ladder = ready()
    results = json.loads(RESULTS.read_text()) if RESULTS.exists() else []
    known = {(one["path"], one["before"], one["after"]) for one in results}
    met = sum(one["verdict"] in MET for one in results)
    for mutant in shuffled(files, seed):
        if met >= sample:
            break
        if mutant.key in known:
            continue
        is_known = reason_of(mutant.as_dict()) is not None  # to change nothing
        found = "survived" if is_known else verdict(bench, ladder, mutant, all_the_way=False)
        met += found in MET
        results.append({**mutant.as_dict(), "verdict": found})
        RESULTS.write_text(json.dumps(results, indent=1))
        print(f"{met:4} {found:16} {mutant.path}:{mutant.line}: {mutant.after}", flush=True)
    return results


def look_again(results: Results) -> None:
    """Survivors meet every example, the rest of Python's tests and the original's output."""
    bench, ladder = ready()
    for one in results:
        if one["verdict"] != "survived" or reason_of(one):
            continue
        mutant = Mutant(one["path"], one["line"], one["before"], one["after"])
        one["verdict"] = verdict(bench, ladder, mutant, all_the_way=True)
        RESULTS.write_text(json.dumps(results, indent=1))
        print(f"{one['verdict']:16} {mutant.path}:{mutant.line}: {mutant.after}", flush=True)


@functools.cache
def reasons() -> dict[tuple[str, str, str], str]:
    known = tomllib.loads(KNOWN.read_text()).get("mutant", [])
    return {(one["path"], one["before"], one["after"]): one["reason"] for one in known}


def reason_of(one: dict[str, Any]) -> str | None:
    return reasons().get((one["path"], one["before"], one["after"]))


def tell(results: Results) -> None:
    """The survivors, those without a reason first, and the figures."""
    counts = Counter(one["verdict"] for one in results)
    survivors = [one for one in results if one["verdict"] == "survived"]
    unnoticed = [one for one in survivors if not reason_of(one)]
    for one in sorted(survivors, key=lambda one: bool(reason_of(one))):
        print(f"{one['path']}:{one['line']}: {one['before']}\n    -> {one['after']}")
        print(f"    {reason_of(one) or 'NOT NOTICED'}")
    killed = sum(counts[rung] for rung in RUNGS)
    print(f"\n{len(results)} mutants: {dict(counts)}")
    print(f"survivors that change nothing, with a reason: {len(survivors) - len(unnoticed)}")
    share = 100 * killed / max(killed + len(unnoticed), 1)
    print(f"killed {killed} of {killed + len(unnoticed)}: {share:.1f} %")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("--sample", type=int, default=300, help="mutants that shall meet the tests")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--again", action="store_true", help="look longer at the last survivors")
    parser.add_argument("files", nargs="*", help="core/NAME...; all of core without any")
    arguments = parser.parse_args()
    if arguments.again:
        look_again(results := json.loads(RESULTS.read_text()))
    else:
        files = chosen_files(arguments.files)
        results = run_sample(files, arguments.sample, arguments.seed)
    tell(results)


if __name__ == "__main__":
    main()
