"""ByteTrack for many cameras at once, from one native core."""
