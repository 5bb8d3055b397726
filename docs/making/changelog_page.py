"""A hook of the site: CHANGELOG.md, which belongs to the checkout's top, is a page as well."""

from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files

CHANGELOG = Path(__file__).resolve().parents[2] / "CHANGELOG.md"


def on_files(files: Files, *, config: Any) -> Files:
    """Adds the page, with the links of the checkout's top turned into links between pages."""
    text = CHANGELOG.read_text().replace("](docs/", "](")
    files.append(File.generated(config, "changelog.md", content=text))
    return files
