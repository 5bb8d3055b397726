"""A second witness for the tracker: ByteTrack in plain NumPy, slow and in the order of the paper.

It shares no code with the core and takes the long way on purpose: full 8x8 filter matrices, full
cost matrices and SciPy's assignment.
"""
