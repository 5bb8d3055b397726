"""Video files: every picture once, in order, dated and upright; damage and nonsense included."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from streamtrack.io.source import InputError
from streamtrack.video import VideoFrame, VideoSource, open_video
from streamtrack.video.address import is_live, stream_name

from tests.video.colour_scene import BLUE, RED, picture, write_video


def all_of(source: VideoSource) -> list[VideoFrame]:
    frames = []
    while not source.ended:
        frame = source.next_frame()
        if frame is not None:
            frames.append(frame)
    return frames


def test_every_picture_comes_once_in_order(tmp_path: Path) -> None:
    path = write_video(tmp_path / "gate.mp4", [RED, BLUE], frames=30, rate=25)
    source = open_video(str(path))
    assert (source.name, source.frame_rate, source.frames) == ("gate", 25, 30)
    assert (source.size, source.live) == ((320, 240), False)
    frames = all_of(source)
    assert [frame.number for frame in frames] == list(range(1, 31))
    assert [frame.timestamp for frame in frames] == pytest.approx([n / 25 for n in range(30)])
    for frame in frames:
        drawn = picture([RED, BLUE], frame.timestamp)
        assert np.abs(frame.image.astype(int) - drawn).mean() < 2
    assert source.ended
    assert source.next_frame() is None


def test_timestamps_are_those_of_the_file(tmp_path: Path) -> None:
    """Telephones film with a rate that changes; the tracker's real time must follow it."""
    path = tmp_path / "uneven.mkv"
    times = [0.5, 0.54, 0.6, 1.1, 1.14]
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = 320, 240, "yuv420p"
        stream.codec_context.time_base = Fraction(1, 1000)
        for time in times:
            frame = av.VideoFrame.from_ndarray(picture([RED], time), format="bgr24")
            frame.pts, frame.time_base = round(time * 1000), Fraction(1, 1000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    seen = [frame.timestamp for frame in all_of(open_video(str(path)))]
    assert seen == pytest.approx([time - times[0] for time in times])


def test_a_picture_filmed_sideways_is_turned_upright(tmp_path: Path) -> None:
    path = tmp_path / "turned.mp4"
    upright = picture([RED], 0)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=25, options={"crf": "4"})
        stream.width, stream.height, stream.pix_fmt = 240, 320, "yuv444p"
        stream.set_display_rotation(90)
        # The camera stood on its side: what it wrote must be turned 90 degrees to the left.
        sideways = np.ascontiguousarray(np.rot90(upright, -1))
        container.mux(stream.encode(av.VideoFrame.from_ndarray(sideways, format="bgr24")))
        container.mux(stream.encode())
    source = open_video(str(path))
    assert source.size == (320, 240)
    (frame,) = all_of(source)
    assert np.abs(frame.image.astype(int) - upright).mean() < 2


def test_a_file_that_breaks_off_gives_what_came_before(tmp_path: Path) -> None:
    whole = write_video(tmp_path / "whole.mkv", [RED, BLUE], frames=100)
    cut = tmp_path / "cut.mkv"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    frames = all_of(open_video(str(cut)))
    assert 10 < len(frames) < 100
    assert [frame.number for frame in frames] == list(range(1, len(frames) + 1))


def test_a_file_that_holds_less_than_it_says_is_told(tmp_path: Path) -> None:
    whole = write_video(tmp_path / "whole.avi", [RED, BLUE], frames=100)
    cut = tmp_path / "cut.avi"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    source = open_video(str(cut))
    count = len(all_of(source))
    assert 10 < count < 100
    assert source.notes[-1] == (
        f"the file says 100 pictures, {count} came: it is damaged or not whole"
    )
    complete = open_video(str(whole))
    assert len(all_of(complete)) == 100
    assert complete.notes == []


def test_damage_is_passed_over_and_told(tmp_path: Path) -> None:
    whole = write_video(tmp_path / "whole.mkv", [RED, BLUE], frames=100)
    with av.open(str(whole)) as container:
        packets = [bytes(packet) for packet in container.demux(video=0) if packet.size]
    data = bytearray(whole.read_bytes())
    for packet in packets[40:44]:
        place = data.find(packet)
        data[place : place + len(packet)] = b"\xff" * len(packet)
    damaged = tmp_path / "damaged.mkv"
    damaged.write_bytes(data)
    source = open_video(str(damaged))
    frames = all_of(source)
    assert 90 <= len(frames) < 100
    assert source.notes == ["4 damaged packets were passed over"]


def test_what_is_no_video_is_refused(tmp_path: Path) -> None:
    text = tmp_path / "notes.mp4"
    text.write_text("no video at all")
    with pytest.raises(InputError, match=r"notes\.mp4: cannot be opened as a video: Invalid data"):
        open_video(str(text))
    with pytest.raises(InputError, match=r"absent\.mp4: cannot be opened as a video: No such file"):
        open_video(str(tmp_path / "absent.mp4"))
    sound = tmp_path / "sound.wav"
    with av.open(str(sound), "w") as container:
        stream = container.add_stream("pcm_s16le", rate=8000)
        silence = av.AudioFrame.from_ndarray(np.zeros((1, 8000), np.int16), layout="mono")
        silence.sample_rate = 8000
        container.mux(stream.encode(silence))
    with pytest.raises(InputError, match=r"sound\.wav: there must be pictures in it"):
        open_video(str(sound))


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("videos/gate 3.mp4", "gate 3"),
        ("rtsp://user:secret@10.0.0.7:554/stream/1", "10.0.0.7_554_stream_1"),
        ("rtsp://nvr/live?channel=2", "nvr_live_channel_2"),
        ("https://host/archive/monday.mp4?token=abc", "monday"),
    ],
)
def test_a_stream_is_named_after_its_source_without_secrets(source: str, name: str) -> None:
    assert stream_name(source) == name


def test_a_name_can_be_given(tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.mp4", [RED], frames=2)
    assert open_video(f"gate={path}").name == "gate"
    odd = write_video(tmp_path / "b=c.mp4", [RED], frames=2)
    assert open_video(str(odd)).name == "b=c"


def test_a_password_is_not_shown() -> None:
    with pytest.raises(InputError) as refused:
        open_video("rtsp://admin:secret@127.0.0.1:9/stream")
    assert "secret" not in str(refused.value)
    assert "rtsp://***@127.0.0.1:9/stream" in str(refused.value)


def test_live_cameras_are_told_from_files() -> None:
    assert is_live("rtsp://camera/1")
    assert is_live("RTSPS://camera/1")
    assert not is_live("https://host/film.mp4")
    assert not is_live("rtsp.mp4")
