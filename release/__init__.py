"""Builds and checks what a release consists of: wheels, the plain library, Debian packages."""
