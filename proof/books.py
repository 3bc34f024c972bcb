"""The books of a sold-out hall: who bought what, and whether it adds up."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sale:
    """One booking as its customer sees it."""

    customer: str
    reference: str
    seats: tuple[str, ...]


def faults(sales: Iterable[Sale], stats: dict[str, int], booked_before: int) -> list[str]:
    """What does not add up, in plain words."""
    found = []
    owners: dict[str, list[Sale]] = defaultdict(list)
    references: dict[str, list[Sale]] = defaultdict(list)
    for sale in sales:
        references[sale.reference].append(sale)
        for seat in sale.seats:
            owners[seat].append(sale)
    for seat, theirs in sorted(owners.items()):
        if len(theirs) > 1:
            found.append(
                f"seat {seat} is in {len(theirs)} bookings: "
                + ", ".join(f"{sale.reference} of {sale.customer}" for sale in theirs)
            )
    for reference, same in sorted(references.items()):
        if len(same) > 1:
            found.append(f"reference {reference} stands for {len(same)} bookings")
    sold = sum(len(sale.seats) for theirs in references.values() for sale in theirs)
    if sold != stats["booked"] - booked_before:
        found.append(
            f"the customers' bookings have {sold} seats, the hall has "
            f"{stats['booked'] - booked_before} more booked than before"
        )
    if stats["available"] + stats["held"] + stats["booked"] != stats["total"]:
        found.append(f"the statistics do not add up: {stats}")
    return found
