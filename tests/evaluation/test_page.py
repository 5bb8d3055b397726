"""What docs/evaluation.md says of the recorded sequences is what the commands there print."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.docs.blocks import CHECKOUT, Block, blocks, run
from tests.reference.sequences import ABSENT, data_folder

PAGE = (CHECKOUT / "docs" / "evaluation.md").read_text()
ON_REAL_SEQUENCES = [block for block in blocks(PAGE) if "recorded sequences" in block.not_run]


def test_the_blocks_are_found() -> None:
    assert len(ON_REAL_SEQUENCES) == 3
    assert all(block.printed for block in ON_REAL_SEQUENCES)


def test_the_readme_has_the_figures_of_the_page() -> None:
    ours, _, originals = ON_REAL_SEQUENCES
    hota, mota, idf1 = _combined(ours)
    row = f"HOTA {hota:.1f}, MOTA {mota:.1f}, IDF1 {idf1:.1f}; the original's own tracks: "
    row += ", ".join(f"{figure:.1f}" for figure in _combined(originals))
    assert row in (CHECKOUT / "README.md").read_text()


def _combined(block: Block) -> tuple[float, float, float]:
    assert block.printed is not None
    name, hota, _, _, mota, idf1, *_ = block.printed.splitlines()[-1].split()
    assert name == "COMBINED"
    return float(hota), float(mota), float(idf1)


@pytest.mark.skipif(data_folder() is None, reason=ABSENT)
@pytest.mark.parametrize("block", ON_REAL_SEQUENCES, ids=lambda block: f"line_{block.line}")
def test_the_figures(block: Block, tmp_path: Path) -> None:
    data = data_folder()
    assert data is not None
    for name in ("sequences", "reference"):
        (tmp_path / name).symlink_to((data / name).resolve())
    printed = run(["bash", "-euo", "pipefail", "-c", block.text], tmp_path)
    assert block.printed is not None
    shown = [line.split() for line in block.printed.splitlines()]
    assert [line.split() for line in printed.splitlines()][-len(shown) :] == shown
