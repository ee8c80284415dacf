"""Let `python -m kerasduet` do what the command `kerasduet` does."""

import sys

from kerasduet.cli import command

sys.exit(command())
