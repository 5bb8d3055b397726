"""What is drawn on pictures, read back from their pixels."""

from __future__ import annotations

import numpy as np
import pytest
import streamtrack as st
from numpy.typing import NDArray
from streamtrack.picture import colour_of
from streamtrack.video import Image, Mosaic, TrackDrawer
from streamtrack.video.drawing import ink_on

GREY = np.full((240, 320, 3), 128, np.uint8)


def bgr(track_id: int) -> list[int]:
    return list(colour_of(track_id)[::-1])


def tracker() -> st.Tracker:
    return st.Tracker(st.Config(skipped_frames="coast", track_buffer=60))


def share_of(image: Image, colour: list[int]) -> float:
    """How much of a piece of a picture has a colour."""
    return float((np.abs(image.astype(int) - colour).max(axis=-1) < 12).mean())


def test_a_box_has_its_ids_colour_and_nothing_else_changes() -> None:
    tracks = tracker().update([[100, 80, 160, 200]], [0.9])
    (track_id,) = tracks.ids.tolist()
    drawn = TrackDrawer().draw(GREY, tracks)
    assert np.all(GREY == 128)  # a copy was drawn on
    for edge in (drawn[80, 120:150], drawn[200, 120:150], drawn[120:190, 100], drawn[120:190, 160]):
        assert share_of(edge, bgr(track_id)) == 1
    assert np.all(drawn[90:190, 110:150] == 128)
    assert np.all(drawn[:, 200:] == 128)


def test_one_id_keeps_its_colour_and_two_ids_differ() -> None:
    one = tracker()
    drawer = TrackDrawer(trail=0)
    for step in range(5):
        boxes = [[40 + step, 80, 80 + step, 200], [200 - step, 80, 240 - step, 200]]
        tracks = one.update(boxes, [0.9, 0.9])
        drawn = drawer.draw(GREY, tracks)
        colours = [tuple(drawn[140, 40 + step]), tuple(drawn[140, 200 - step])]
        assert colours == [tuple(bgr(int(i))) for i in tracks.ids[np.argsort(tracks.boxes[:, 0])]]
    assert colours[0] != colours[1]


def test_a_predicted_box_shows_its_corners_only() -> None:
    one = tracker()
    drawer = TrackDrawer(trail=0)
    box = [100, 80, 180, 200]
    one.update([box], [0.9])
    tracks = one.update(detected=False)
    assert tracks.detection_index.tolist() == [-1]
    drawn = drawer.draw(GREY, tracks)
    colour = bgr(int(tracks.ids[0]))
    assert share_of(drawn[200, 102:115], colour) == 1  # a corner
    assert share_of(drawn[200, 130:150], colour) == 0  # the middle of the side
    assert share_of(drawn[130:150, 100], colour) == 0


def test_a_trail_follows_the_feet_and_ends_after_its_length() -> None:
    one = tracker()
    drawer = TrackDrawer(trail=10)
    for step in range(30):
        tracks = one.update([[40 + 5 * step, 80, 80 + 5 * step, 160]], [0.9])
        drawn = drawer.draw(GREY, tracks)
    colour = bgr(int(tracks.ids[0]))
    on_trail = (np.abs(drawn[157:164].astype(int) - colour).max(axis=-1) < 40).any(axis=0)
    assert on_trail[168:182].all()  # 5 to 8 frames ago
    assert np.all(drawn[:, :140] == 128)  # 12 frames ago and more
    plain = TrackDrawer(trail=0).draw(GREY, tracks)
    assert np.all(plain[:, :180] == 128)


def test_the_label_says_class_and_id_and_stays_in_the_picture() -> None:
    tracks = tracker().update([[-30, -5, 60, 80]], [0.9], [2])
    named = TrackDrawer({2: "truck"}).draw(GREY, tracks)
    unnamed = TrackDrawer({0: "car"}).draw(GREY, tracks)
    colour = bgr(int(tracks.ids[0]))
    widths = [
        int(np.abs(image[2:8].astype(int) - colour).max(axis=-1).min(axis=0).__lt__(12).sum())
        for image in (named, unnamed)
    ]
    assert widths[0] > widths[1] + 20  # "truck" needs room


def test_letters_can_be_read_on_every_colour() -> None:
    """The contrast of letters to their ground as W3C reckons it; it asks 3 of large ones."""
    for track_id in range(1, 300):
        red, green, blue = colour_of(track_id)
        colour = np.array((blue, green, red), float)
        ink = ink_on((blue, green, red)).astype(float)
        light, dark = sorted((_luminance(colour), _luminance(ink)), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 4, track_id


def _luminance(blue_green_red: NDArray[np.float64]) -> float:
    share = blue_green_red / 255
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    return float(np.dot(linear, (0.0722, 0.7152, 0.2126)))


def test_boxes_may_be_given_as_left_top_width_height() -> None:
    corners = tracker().update([[100, 80, 160, 200]], [0.9])
    sides = st.Tracker(box_format="ltwh").update([[100, 80, 60, 120]], [0.9])
    assert sides.boxes.tolist() == [[100, 80, 60, 120]]
    at = np.argwhere((TrackDrawer().draw(GREY, corners) != 128).any(axis=2))
    same = np.argwhere((TrackDrawer(box_format="ltwh").draw(GREY, sides) != 128).any(axis=2))
    assert at[:, 0].max() == same[:, 0].max()
    assert at[at[:, 0] > 100].tolist() == same[same[:, 0] > 100].tolist()


def test_a_box_beyond_all_pixels_does_no_harm() -> None:
    tracks = tracker().update([[-1e9, -1e9, 1e9, 1e9], [1e6, 5, 2e6, 9]], [0.9, 0.9])
    assert TrackDrawer().draw(GREY, tracks).shape == GREY.shape


@pytest.mark.parametrize(
    ("count", "shape"),
    [(1, (1080, 1920)), (2, (540, 1920)), (3, (1080, 1920)), (5, (720, 1920)), (30, (900, 1920))],
)
def test_a_mosaic_has_a_place_for_every_stream(count: int, shape: tuple[int, int]) -> None:
    names = [f"camera {number}" for number in range(count)]
    mosaic = Mosaic(names)
    for number, name in enumerate(names):
        mosaic.show(name, np.full((90, 160, 3), 50 + number, np.uint8))
    image = mosaic.image
    assert image.shape[:2] == shape
    for number in range(count):
        assert (image == 50 + number).all(axis=2).sum() > 0.6 * shape[0] * shape[1] / max(
            count, round(shape[1] * shape[0] / (shape[1] / np.ceil(np.sqrt(count))) ** 2 * 16 / 9)
        )


def test_a_tile_shows_the_whole_picture_in_its_shape() -> None:
    mosaic = Mosaic(["a", "b"])
    tall = np.full((300, 100, 3), 200, np.uint8)
    mosaic.show("b", tall)
    rows, columns = np.nonzero((mosaic.image == 200).all(axis=2))
    height, width = rows.max() - rows.min() + 1, columns.max() - columns.min() + 1
    assert height / width == pytest.approx(3, rel=0.02)
    assert columns.min() > 960


def test_a_stream_that_ended_is_darkened_once() -> None:
    mosaic = Mosaic(["a", "b"])
    mosaic.show("a", np.full((90, 160, 3), 240, np.uint8))
    for _ in range(3):
        mosaic.end("a")
    assert mosaic.image[400, 400].tolist() == [80, 80, 80]
