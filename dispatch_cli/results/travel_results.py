"""The results of ``dispatch travel``: how well estimates agree with an engine."""

from msgspec import Struct


class EstimateErrors(Struct, frozen=True, kw_only=True):
    """The errors of crow-fly minutes against road minutes, over all drives of the incidents.

    ``first_differs`` is the share of incidents whose first choice is another provider by road; that
    choice costs ``cost_mean_min`` more minutes of the index by road in the mean, and ``cost_share``
    of the best index.
    """

    incidents: int
    drives: int
    median_error_min: float
    p90_error_min: float
    median_error_share: float
    median_bias_min: float
    first_differs: float
    cost_mean_min: float
    cost_p95_min: float
    cost_share: float


class TravelComparison(Struct, frozen=True, kw_only=True):
    """``dispatch travel compare``: the settings of the file against an engine.

    ``off_road`` random points had no road near and were replaced by others.
    """

    engine: str
    service: str
    seed: int
    off_road: int
    errors: EstimateErrors


class ServiceSpeed(Struct, frozen=True):
    """The table for one service, or for all others with an empty name."""

    service: str
    speed: tuple[tuple[float, float], ...]


class TravelCalibration(Struct, frozen=True, kw_only=True):
    """``dispatch travel calibrate``: the speeds that fit, and errors on drives not used for them.

    ``before`` are the errors with the settings of the file, on the same incidents as ``after``.
    """

    engine: str
    service: str
    seed: int
    off_road: int
    detour: float
    fitted_incidents: int
    fitted_drives: int
    speeds: tuple[ServiceSpeed, ...]
    before: EstimateErrors
    after: EstimateErrors

    @property
    def toml(self) -> str:
        """The lines for the provider file."""
        lines = []
        for each in self.speeds:
            lines.append(f"[ranking.service.{each.service}]" if each.service else "[ranking]")
            if not each.service:
                lines.append(f"detour = {self.detour:g}")
            pairs = ", ".join(f"[{km:g}, {kmh:g}]" for km, kmh in each.speed)
            lines.append(f"speed = [{pairs}]")
        return "\n".join(lines)
