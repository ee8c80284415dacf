"""Many runs and other processes: jobs in either language, and the same-bits check."""

from __future__ import annotations
