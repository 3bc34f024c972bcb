"""Putting a show on sale: its seats are laid out from the hall's plan, once and for good."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from seats import database
from seats.layout import read_plan
from seats.models import Movie, Screen, Seat, ShowTime

_BATCH = 2000


def open_show(
    movie: Movie, screen: Screen, starts_at: datetime, price: Decimal, currency: str = "EUR"
) -> ShowTime:
    """A new show with all its seats on sale. Raises PlanError if the hall's plan cannot be read."""

    def work() -> ShowTime:
        show = ShowTime.objects.create(
            movie=movie, screen=screen, starts_at=starts_at, price=price, currency=currency
        )
        lay_out(show)
        return show

    return database.write(work)


def lay_out(show: ShowTime) -> int:
    """Copies the plan of the show's hall to the show; returns how many seats it has.

    A show that has seats keeps them: people may have bought them already. Prices below zero, which
    a tier with a discount could lead to, become zero. Raises PlanError.
    """
    if show.seats.exists():
        return show.seats.count()
    plan = read_plan(show.screen.plan)
    prices = {tier.id: max(Decimal("0.00"), show.price + tier.surcharge) for tier in plan.tiers}
    show.tiers = [
        {"id": tier.id, "name": tier.name, "price": f"{prices[tier.id]:.2f}"} for tier in plan.tiers
    ]
    show.save(update_fields=["tiers"])
    Seat.objects.bulk_create(
        (
            Seat(
                show=show,
                row=seat.row,
                number=seat.number,
                label=seat.label,
                section=seat.section,
                tier=seat.tier,
                price=prices[seat.tier],
                x=seat.x,
                y=seat.y,
                features=" ".join(seat.features),
            )
            for seat in plan.seats
        ),
        batch_size=_BATCH,
    )
    return len(plan.seats)
