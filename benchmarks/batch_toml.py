"""Providers of ``batch_world`` as tables of a provider file."""

from dispatch_cli.model import Circle, Provider


def tables(one: Provider) -> str:
    """Write one provider as a table."""
    assert isinstance(one.area, Circle)
    phone = f"089 99998-{int(one.id[1:]) % 1000:03}"
    lines = [
        "\n[[provider]]",
        f'id = "{one.id}"',
        f'name = "{one.name}"',
        f'phone = "{phone}"',
        f"services = {_list(one.services)}",
        f'base = "{one.lat!r},{one.lon!r}"',
        f"area = {{ radius_km = {one.area.radius_km} }}",
        f"acceptance = {one.acceptance}",
        f"answer_min = {one.answer_min}",
        f"turnout_min = {one.turnout_min}",
        f"units = {one.units}",
    ]
    if one.hours:
        lines.append(f'hours = "{one.hours}"')
    if one.max_weight_t:
        lines.append(f"max_weight_t = {one.max_weight_t}")
    for name in ("vehicle_classes", "tags", "clients"):
        if getattr(one, name):
            lines.append(f"{name} = {_list(getattr(one, name))}")
    return "\n".join([*lines, ""])


def _list(words: tuple[str, ...]) -> str:
    return "[" + ", ".join(f'"{word}"' for word in words) + "]"
