"""The doctor: what is there, what is missing, and the command that fixes it."""

from __future__ import annotations

from kerasduet.diagnosis.report import Report, doctor
from kerasduet.diagnosis.text import doctor_text

__all__ = ["Report", "doctor", "doctor_text"]
