"""Comparison with what the original ByteTrack wrote for real sequences."""
