"""Turns layout.json into the table that the native driver's host is built from.

python3 generate_layout_table.py LAYOUT_JSON OUTPUT
"""

import json
import sys
from pathlib import Path


def main(source: str, output: str) -> None:
    """Writes a row for every structure (field "") and every field of every version."""
    rows = []
    for version, structs in json.loads(Path(source).read_text()).items():
        for struct, numbers in structs.items():
            rows.append(f'{{"{version}", "{struct}", "", 0, {numbers["size"]}}},')
            for field, (offset, size) in numbers["fields"].items():
                rows.append(f'{{"{version}", "{struct}", "{field}", {offset}, {size}}},')
    Path(output).write_text("\n".join(rows) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
