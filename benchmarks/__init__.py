"""Benchmarks of the tracker; `make bench` runs them all."""
