"""One self-contained page that shows tracks: lives, ways, figures, and where two runs differ."""

from streamtrack.report.report import write_report

__all__ = ["write_report"]
