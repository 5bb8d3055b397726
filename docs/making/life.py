"""The map of a track's life."""

from __future__ import annotations

from pathlib import Path

from docs.making.svg import Sheet


def draw_life(path: Path) -> None:
    """Draws the four states and what leads from one to another."""
    sheet = Sheet(760, 250, "The life of a track: tentative, tracked, lost, removed")
    for left, name, meaning in (
        (150, "tentative", "seen once, not reported"),
        (390, "tracked", "reported, has its id"),
        (615, "lost", "missed, remembered"),
    ):
        sheet.box(left - 80, 84, 160, 54, "box", round_by=7)
        sheet.text(left, 107, name, "bold", "middle")
        sheet.text(left, 126, meaning, "small quiet", "middle")
    sheet.box(320, 196, 140, 34, "none dashed", round_by=7)
    sheet.text(390, 218, "removed", "bold", "middle")
    # Births.
    sheet.arrow("M16 111H66")
    sheet.text(16, 52, "a detection that matches no track,", "small")
    sheet.text(16, 68, "with a score from new_track_thresh on", "small")
    sheet.arrow("M232 111H306")
    sheet.text(269, 102, "matched", "small", "middle")
    sheet.text(269, 127, "next frame", "small", "middle")
    # The ways between tracked and lost, and of staying tracked.
    sheet.arrow("M472 101H532")
    sheet.text(502, 92, "no match", "small", "middle")
    sheet.arrow("M533 122H474")
    sheet.text(502, 153, "first match,", "small", "middle")
    sheet.text(502, 168, "same id", "small", "middle")
    sheet.arrow("M365 83C345 36 435 36 415 82")
    sheet.text(390, 38, "first or second match", "small", "middle")
    # Ends.
    sheet.arrow("M150 140C150 192 200 213 317 213")
    sheet.text(182, 178, "not matched", "small")
    sheet.text(182, 192, "in the next frame", "small")
    sheet.arrow("M615 140C615 192 575 213 463 213")
    sheet.text(622, 196, "for longer than", "small")
    sheet.text(622, 210, "track_buffer", "small")
    sheet.save(path)
