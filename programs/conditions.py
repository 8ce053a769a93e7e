"""The conditions that decide about exercises and lessons; the glossary says what each one means."""

from typing import Literal

Condition = Literal["RAD", "IRR", "STEN", "SPLI", "OSTP", "PREG", "POST", "SURG", "ACU", "BAL", "HTN"]
Grade = Literal["H", "S", "C"]  # hard block, soft block, caution
