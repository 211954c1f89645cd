"""When intake answers, by the hours a program told us."""

from datetime import datetime, time

import pytest

from helpline.programs.hours import open_at

NIGHT = {4: (time(20), time(6)), 5: None, 0: (time(8), time(17)), 2: (time(0), time(0))}
MONDAY = datetime(2026, 11, 23)  # of the program's own time


@pytest.mark.parametrize(
    ("day", "hour", "answers"),
    [
        (0, 7, False),
        (0, 8, True),
        (0, 17, False),
        (1, 12, None),
        (2, 3, True),
        (2, 23, True),
        (3, 1, None),
        (4, 5, False),
        (4, 20, True),
        (5, 5, True),  # what began on Friday
        (5, 6, False),
        (6, 5, None),
    ],
)
def test_open_by_the_hours_told(day: int, hour: int, answers: bool | None) -> None:
    assert open_at(NIGHT, MONDAY.replace(day=23 + day, hour=hour)) is answers
