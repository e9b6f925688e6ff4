"""`python -m zij`: the command line."""

from __future__ import annotations

from zij.cli import main

if __name__ == "__main__":
    main()
