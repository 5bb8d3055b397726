"""What an ELF file says of itself."""

from __future__ import annotations

from pathlib import Path

from elftools.elf.dynamic import DynamicSection
from elftools.elf.elffile import ELFFile
from elftools.elf.gnuversions import GNUVerNeedSection
from elftools.elf.sections import SymbolTableSection

Version = tuple[int, ...]


class Elf:
    """A shared library's tables, read once."""

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            elf = ELFFile(file)
            self.machine: str = elf.get_machine_arch()
            self.needed: set[str] = set()
            self.dynamic_tags: set[str] = set()
            self.flags = 0
            self.exports: set[str] = set()
            self.versions: set[str] = set()
            self.segments: dict[str, int] = {
                segment["p_type"]: segment["p_flags"] for segment in elf.iter_segments()
            }
            for section in elf.iter_sections():
                self._read(section)

    def _read(self, section: object) -> None:
        if isinstance(section, DynamicSection):
            self._read_dynamic(section)
        elif isinstance(section, SymbolTableSection) and section.name == ".dynsym":
            for symbol in section.iter_symbols():
                defined = symbol["st_shndx"] not in ("SHN_UNDEF", "SHN_ABS")
                if defined and symbol["st_info"]["bind"] != "STB_LOCAL":
                    self.exports.add(symbol.name)
        elif isinstance(section, GNUVerNeedSection):
            for _, auxiliaries in section.iter_versions():
                self.versions |= {auxiliary.name for auxiliary in auxiliaries}

    def _read_dynamic(self, section: DynamicSection) -> None:
        for tag in section.iter_tags():
            self.dynamic_tags.add(tag.entry.d_tag)
            if tag.entry.d_tag == "DT_NEEDED":
                self.needed.add(str(vars(tag)["needed"]))
            elif tag.entry.d_tag == "DT_FLAGS":
                self.flags = tag.entry.d_val

    @property
    def newest_glibc(self) -> Version:
        """The newest version of glibc whose symbols it asks for."""
        numbers = [name.removeprefix("GLIBC_") for name in self.versions if "GLIBC_" in name]
        return max(tuple(int(part) for part in number.split(".")) for number in numbers)
