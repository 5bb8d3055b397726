"""Many live cameras in one asyncio program: each is read and reconnected by itself.

    pip install 'streamtrack[video]'
    python examples/asyncio_cameras.py 60 rtsp://camera-1/stream rtsp://camera-2/stream

The first argument is the number of seconds to look. Detection runs in a thread, so that the event
loop stays free; one tracker gives ids that are unique over all cameras.
"""

import asyncio
import sys

import streamtrack as st
from streamtrack.video import VideoSource, open_detector, open_video
from streamtrack.video.detection import Detector


async def watch(source: VideoSource, detector: Detector, tracker: st.MultiStreamTracker) -> None:
    known: set[int] = set()
    while not source.ended:
        frame = source.next_frame()
        if frame is None:
            await asyncio.sleep(0.005)
            continue
        found = await asyncio.to_thread(detector, frame.image)
        # Quick and without waiting, so the event loop itself may call it: one call at a time.
        tracks = tracker.update(source.name, *found, timestamp=frame.timestamp)
        for track_id in sorted(set(tracks.ids.tolist()) - known):
            print(f"{source.name}: {track_id} appeared at {frame.timestamp:.1f} s", flush=True)
        known.update(tracks.ids.tolist())


async def main(seconds: float, urls: list[str]) -> None:
    tracker = st.MultiStreamTracker(st.Config(motion_time="real"))
    sources = await asyncio.gather(*(asyncio.to_thread(open_video, url) for url in urls))
    tasks = [asyncio.create_task(watch(s, open_detector("people"), tracker)) for s in sources]
    await asyncio.wait(tasks, timeout=seconds)
    for source in sources:
        source.close()
    await asyncio.gather(*tasks)


if __name__ == "__main__":
    asyncio.run(main(float(sys.argv[1]), sys.argv[2:]))
