"""The page in a real browser: what it shows, and that nothing goes wrong in it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import streamtrack as st
from playwright.sync_api import Locator, Page, expect
from streamtrack.report import write_report

from tests.report.conftest import Open
from tests.report.scenes import OTHER, TRACKS, TRUTH, crowd, table

RED, AMBER = [217, 45, 32], [183, 121, 31]  # the marks of switches and fragments, in daylight


@pytest.fixture(scope="module")
def one_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    boxes = table("gate", TRUTH)
    truth = replace(boxes, scores=np.ones(len(boxes)))
    return write_report(
        tmp_path_factory.mktemp("report") / "one.html",
        {"gate": table("gate", TRACKS), "dock": table("dock", OTHER)},
        ground_truth={"gate": truth},
        config=st.Config(track_buffer=12),
    )


@pytest.fixture(scope="module")
def two_runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_report(
        tmp_path_factory.mktemp("report") / "two.html",
        {"gate": table("gate", TRACKS), "dock": table("dock", OTHER)},
        compare={"gate": table("gate", OTHER), "dock": table("dock", OTHER)},
    )


@pytest.fixture(scope="module")
def hundred_streams(tmp_path_factory: pytest.TempPathFactory) -> Path:
    names = [f"camera-{number:03d}" for number in range(100)]
    tracks = {name: crowd(name, 500, 3000, seed) for seed, name in enumerate(names)}
    return write_report(tmp_path_factory.mktemp("report") / "many.html", tracks)


def timeline(page: Page, run: int = 0) -> Locator:
    return page.locator(".timeline canvas").nth(run)


# The canvas's pixels, read from a copy that is made for being read.
READ = """const copy = new OffscreenCanvas(canvas.width, canvas.height);
  const context = copy.getContext("2d", { willReadFrequently: true });
  context.drawImage(canvas, 0, 0);
  const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
  let n = 0;"""


def pixels(canvas: Locator, colour: list[int]) -> int:
    """How many pixels of the canvas have a colour, nearly."""
    found = canvas.evaluate(
        f"""(canvas, [r, g, b]) => {{
          {READ}
          for (let i = 0; i < data.length; i += 4)
            n += Math.abs(data[i] - r) + Math.abs(data[i + 1] - g) + Math.abs(data[i + 2] - b) < 12
              && data[i + 3] > 250;
          return n;
        }}""",
        colour,
    )
    return int(found)


def drawn(canvas: Locator) -> int:
    """How many pixels of the canvas are not clear."""
    found = canvas.evaluate(
        f"""(canvas) => {{
          {READ}
          for (let i = 3; i < data.length; i += 4) n += data[i] > 0;
          return n;
        }}"""
    )
    return int(found)


def settle(page: Page) -> None:
    """Waits until what was asked for has been drawn."""
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


def test_the_first_stream_is_shown(open_page: Open, one_run: Path) -> None:
    page = open_page(one_run)
    settle(page)
    expect(page.locator("#stream-title")).to_have_text("gate")
    expect(page.locator("#stream-facts")).to_have_text(
        "40 frames, 0:04.0 at 10 frames a second, 640 × 480 pixels"  # noqa: RUF001
    )
    expect(timeline(page)).to_have_attribute("aria-label", "Timeline: 3 tracks")
    expect(page.locator("tr.changed")).to_contain_text("track_buffer")
    assert pixels(timeline(page), RED) > 20
    assert pixels(timeline(page), AMBER) > 20
    assert drawn(page.locator(".scene canvas").first) > 500
    assert page.locator("#scores rect").count() > 5
    assert page.locator("#lengths rect").count() > 3


def test_objects_of_the_ground_truth(open_page: Open, one_run: Path) -> None:
    page = open_page(one_run)
    page.get_by_role("button", name="Objects of the ground truth").click()
    expect(timeline(page)).to_have_attribute("aria-label", "Timeline: 2 objects")
    settle(page)
    assert pixels(timeline(page), RED) > 20
    box = timeline(page).bounding_box()
    assert box is not None
    of_switch = 76 + (23 - 1 + 0.5) / 40 * (box["width"] - 86)  # frame 23 of 40, behind the names
    timeline(page).hover(position={"x": of_switch, "y": 22 + 8})
    expect(page.locator("#tip")).to_contain_text("switch in frame 23")
    expect(page.locator("#tip")).to_contain_text("id 1 becomes 5")


def test_a_track_under_the_pointer(open_page: Open, one_run: Path) -> None:
    page = open_page(one_run)
    timeline(page).hover(position={"x": 200, "y": 22 + 17 + 8})  # the second row
    tip = page.locator("#tip")
    expect(tip).to_contain_text("id 2, class 0")
    expect(tip).to_contain_text("35 boxes, 5 frames missing")
    timeline(page).click(position={"x": 200, "y": 22 + 17 + 8})
    assert page.evaluate("state.pinned[0]") == 1
    page.mouse.move(0, 0)
    expect(tip).to_be_hidden()


def test_a_stream_without_ground_truth(open_page: Open, one_run: Path) -> None:
    page = open_page(one_run)
    page.locator("#streams-table tr", has_text="dock").click()
    expect(page.locator("#stream-title")).to_have_text("dock")
    expect(page.locator("#views")).to_be_hidden()
    page.get_by_role("button", name="Next stream").click()
    expect(page.locator("#stream-title")).to_have_text("gate")
    page.locator("#streams-table tr", has_text="dock").press("Enter")
    expect(page.locator("#stream-title")).to_have_text("dock")


def test_a_span_of_time(open_page: Open, one_run: Path) -> None:
    page = open_page(one_run)
    overview = page.locator("#overview")
    box = overview.bounding_box()
    assert box is not None
    overview.hover(position={"x": 4, "y": 20})
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.4, box["y"] + 20, steps=4)
    page.mouse.up()
    assert page.evaluate("[state.from, state.to]") == [1, 17]
    expect(timeline(page)).to_have_attribute("aria-label", "Timeline: 2 tracks")
    page.get_by_role("button", name="Whole stream").click()
    expect(timeline(page)).to_have_attribute("aria-label", "Timeline: 3 tracks")


def test_playing_moves_the_cursor(open_page: Open, one_run: Path) -> None:
    page = open_page(one_run)
    page.clock.install(time=0)
    page.clock.pause_at(1000)  # the page's time goes on when the test says so
    page.get_by_role("button", name="Play").click()
    page.clock.run_for(620)  # at 10 frames a second
    expect(page.locator("#cursor-text")).to_have_text("frame 7 (0:00.6)")
    page.get_by_role("button", name="Pause").click()
    page.clock.run_for(620)
    expect(page.locator("#cursor-text")).to_have_text("frame 7 (0:00.6)")
    page.locator("#cursor").fill("25")
    expect(page.locator("#cursor-text")).to_have_text("frame 25 (0:02.4)")


def test_sorting_and_filtering_streams(open_page: Open, hundred_streams: Path) -> None:
    page = open_page(hundred_streams)
    rows = page.locator("#streams-table tbody tr")
    page.get_by_role("button", name="boxes", exact=True).click()
    values = rows.locator("td:nth-child(5)").evaluate_all(
        "cells => cells.map(c => Number(c.dataset.value))"
    )
    assert len(values) == 100
    assert values == sorted(values, reverse=True)
    page.get_by_role("button", name="stream", exact=True).click()
    assert rows.first.get_attribute("data-place") == "0"
    page.locator("#filter").fill("-09")
    expect(page.locator("#streams-table tbody tr:visible")).to_have_count(10)


def test_a_hundred_streams_with_fifty_thousand_tracks(
    open_page: Open, hundred_streams: Path
) -> None:
    page = open_page(hundred_streams)
    expect(page.locator(".card", has_text="tracks").first).to_contain_text("50,000")
    for place in (0, 57, 99):
        page.locator(f"tr[data-place='{place}']").click()
        expect(page.locator("#stream-title")).to_have_text(f"camera-{place:03d}")
        expect(timeline(page)).to_have_attribute("aria-label", "Timeline: 500 tracks")
    scroller = page.locator(".timeline")
    assert scroller.evaluate("box => box.scrollHeight") > 500 * 15
    scroller.evaluate("box => { box.scrollTop = box.scrollHeight; }")
    settle(page)
    assert drawn(timeline(page)) > 500
    # Only what is in sight has pixels: a canvas of all rows would be some 8,500 pixels high.
    assert timeline(page).evaluate("canvas => canvas.height") < 1000
    assert hundred_streams.stat().st_size < 6e6


def test_two_runs_side_by_side(open_page: Open, two_runs: Path) -> None:
    page = open_page(two_runs)
    expect(page.locator(".timeline")).to_have_count(2)
    left, right = (page.locator(".run").nth(run).bounding_box() for run in (0, 1))
    assert left is not None
    assert right is not None
    assert left["y"] == right["y"]
    assert right["x"] > left["x"] + left["width"] - 1
    expect(page.locator("#differences-facts")).to_contain_text("Tracks differ in 18 frames of 40")
    rows = page.locator("#difference-table tbody tr")
    expect(rows).to_have_count(18)
    expect(rows.first).to_have_text("23––1–")  # noqa: RUF001 - dashes where there is nothing
    rows.filter(has_text="31").click()
    expect(page.locator("#drawn-title")).to_contain_text("frame 31 (0:03.0).")
    expect(page.locator("#differences figcaption").nth(1)).to_contain_text("1 only here")
    settle(page)
    assert pixels(page.locator("#drawn-1"), RED) > pixels(page.locator("#drawn-0"), RED) > 50
    page.locator("#streams-table tr", has_text="dock").click()
    expect(page.locator("#differences-facts")).to_contain_text("equal in every box")
    expect(page.locator("#strip")).to_be_hidden()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("report", ["one_run", "two_runs"])
def test_on_a_phone(
    open_page: Open, report: str, dark: bool, request: pytest.FixtureRequest
) -> None:
    page = open_page(request.getfixturevalue(report), 380, dark=dark)
    settle(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 380
    for box in page.locator("main > section, canvas, button").all():
        place = box.bounding_box()
        if place is not None and not box.evaluate("e => !!e.closest('.scroll')"):
            assert place["x"] >= 0
            assert place["x"] + place["width"] <= 380.5
    smallest = page.evaluate(
        "Math.min(...[...document.querySelectorAll('button:not(th button)')]"
        ".filter(b => b.offsetHeight).map(b => b.offsetHeight))"
    )
    assert smallest >= 32  # a finger must hit it


def test_long_names_and_ids_have_room_on_a_phone(open_page: Open, tmp_path: Path) -> None:
    """Ids of many hosts have twenty digits, names of cameras are made of their addresses."""
    boxes = table("gate", TRACKS)
    boxes = replace(boxes, ids=boxes.ids + np.uint64(0xFFFF_FFFF << 32))
    name = "rtsp_10.0.0.7_live_stream1_profile_main_subtype_0_channel_1"
    truth = {"gate": table("gate", TRUTH)}
    tracks = {"gate": boxes, name: boxes}
    page = open_page(write_report(tmp_path / "r.html", tracks, ground_truth=truth), 390)
    settle(page)
    expect(page.locator(".note")).to_contain_text(name)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    of_names = page.evaluate(
        """[...Array(10).keys()].map((length) => {
          const context = document.querySelector(".timeline canvas").getContext("2d");
          return 10 + context.measureText(shortName("1".repeat(length) + "4".repeat(11))).width;
        })"""
    )
    assert max(of_names) < page.evaluate("GUTTER")


CONTRAST = """(name) => {
  const rgb = (text) => {
    const context = new OffscreenCanvas(1, 1).getContext("2d");
    context.fillStyle = text;
    context.fillRect(0, 0, 1, 1);
    return [...context.getImageData(0, 0, 1, 1).data].slice(0, 3).map((value) => value / 255);
  };
  const linear = (v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  const light = (text) => rgb(text).map(linear).reduce(
    (sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const style = getComputedStyle(document.documentElement);
  const [a, b] = [name, "panel"].map((n) => light(style.getPropertyValue(`--${n}`).trim()));
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}"""


def test_light_and_dark(open_page: Open, one_run: Path) -> None:
    """Words must stand out from their ground by 4.5 to 1, as WCAG asks of text."""
    for dark in (False, True):
        page = open_page(one_run, dark=dark)
        ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert (sum(map(int, ground[4:-1].split(","))) < 120) == dark
        for name in ("ink", "muted", "first", "second", "bad", "good"):
            assert page.evaluate(CONTRAST, name) >= 4.5, name
        page.get_by_role("button", name="Switch between light and dark").click()
        settle(page)
        changed = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert (sum(map(int, changed[4:-1].split(","))) < 120) != dark


def test_no_tracks_at_all(open_page: Open, tmp_path: Path) -> None:
    page = open_page(write_report(tmp_path / "r.html", {"gate": table("gate", [])}))
    expect(timeline(page)).to_have_attribute("aria-label", "Timeline: 0 tracks")


def test_a_picture_of_the_scene(open_page: Open, tmp_path: Path) -> None:
    from PIL import Image

    (tmp_path / "pictures").mkdir()
    Image.new("RGB", (64, 48), (0, 120, 0)).save(tmp_path / "pictures" / "gate.png")
    tracks = {"gate": table("gate", TRACKS)}
    page = open_page(write_report(tmp_path / "r.html", tracks, pictures=tmp_path / "pictures"))
    settle(page)
    scene = page.locator(".scene canvas").first
    assert drawn(scene) > 0.9 * scene.evaluate("canvas => canvas.width * canvas.height")
