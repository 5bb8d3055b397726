"""Bridges to other libraries; each imports its library only when it is used.

`supervision`: its ByteTrack, which it removed in 0.31, and its Detections. `ultralytics`: Results.
`torchvision`: dicts of a prediction. `frames`: pandas and Polars.
"""
