"""docs/performance.md can be written anew by the command, and the page says what was missed."""

from benchmarks.__main__ import PAGE, PARTS, SECTIONS, marks
from benchmarks.page import Aim, Table, ratio, summary


def test_there_is_one_place_for_the_figures_of_each_part():
    assert sorted(part for parts in SECTIONS.values() for part in parts) == sorted(PARTS)
    for section in SECTIONS:
        assert len(marks(section).findall(PAGE.read_text())) == 1


def test_a_ratio_is_the_median_of_pairs():
    assert ratio([1.0, 9.0, 4.0], [2.0, 10.0, 5.0]) == 0.8


def test_what_is_missed_is_said():
    table = Table("Polls", ["poll", ""])
    table.add("unchanged", table.aim("unchanged", Aim(0.9), 0.85))
    table.add("tail", table.aim("tail", Aim(4, at_most=True), 3.0))

    assert "≥ 0.9: **not met**" in table.markdown()
    assert "≤ 4: met" in table.markdown()
    assert summary([table]) == "1 of 2 aims met. Not met: unchanged (0.85)."
