"""Kinds of number and the range each may have at all."""

from typing import Annotated

from programs.canonical import Within

Pain = Annotated[int, Within(0, 10)]  # numeric rating 0-10
Level = Annotated[int, Within(1, 5)]
Count = Annotated[int, Within(0, 60)]
Days = Annotated[int, Within(0, 400)]
Weeks = Annotated[int, Within(0, 60)]
Minutes = Annotated[int, Within(0, 240)]
Seconds = Annotated[int, Within(0, 120)]
Percent = Annotated[int, Within(0, 100)]
Share = Annotated[float, Within(0, 1)]
Steps = Annotated[int, Within(0, 30_000)]
Hours = Annotated[float, Within(0, 24)]
Kilograms = Annotated[float, Within(0, 400)]
Bmi = Annotated[float, Within(10, 80)]
Age = Annotated[int, Within(0, 120)]
Score = Annotated[int, Within(0, 100)]
