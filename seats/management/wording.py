"""Numbers as people say them."""


def counted(number: int, noun: str) -> str:
    """A number with its noun: "1 seat", "50,000 seats"."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
