"""How a local moment is written for people."""

from datetime import datetime


def time_of_day(local: datetime) -> str:
    """Write hours and minutes; a time that the clock shows twice names its zone (``02:30 CET``)."""
    is_twice = local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
    return f"{local:%H:%M}" + (f" {local.tzname()}" if is_twice else "")
