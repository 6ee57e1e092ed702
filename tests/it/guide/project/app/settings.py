"""What the application is told by its environment, or else by `.env`."""

import os
from pathlib import Path


def database_url() -> str:
    told = dict(os.environ)
    file = Path(__file__).parents[1] / ".env"
    if file.exists():
        for line in file.read_text().splitlines():
            name, _, value = line.partition("=")
            told.setdefault(name, value)
    return told["DATABASE_URL"]
