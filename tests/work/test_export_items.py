"""The columns of an export hold what was put into them."""

from hypothesis import given
from hypothesis import strategies as st

from inspector.work.export_items import Item, ItemTable
from inspector.work.reencoding import ImageFormat, Reencoding

_NAMES = st.sampled_from(("", "a", "b/c"))
_ITEMS = st.lists(
    st.builds(
        Item, _NAMES, _NAMES, st.integers(0, 1 << 40), st.sampled_from((b"", bytes(32), b"x" * 32)),
        _NAMES, _NAMES, _NAMES, st.tuples(_NAMES, _NAMES), _NAMES, st.integers(0, 1 << 31),
        st.integers(0, 1 << 31),
    ),
    max_size=6,
)  # fmt: skip


@given(_ITEMS, st.slices(6))
def test_items_are_what_they_were_made_of(given_items: list[Item], some: slice) -> None:
    items = ItemTable(iter(given_items))
    assert len(items) == len(given_items)
    assert list(items) == [items[row] for row in range(len(items))] == given_items
    assert items[some] == given_items[some]
    assert items[-1:] == given_items[-1:]
    assert list(reversed(items)) == given_items[::-1]
    for one, two in zip(items.places, items.places[1:], strict=False):
        assert (one is two) == (one == two)


def test_a_size_beyond_any_image_is_an_estimate_that_fits() -> None:
    item = Item("a.jpg", "a.jpg", 10, b"", "", "", "", width=2**40, height=2**40)  # type: ignore[arg-type]
    (arranged,) = Reencoding(ImageFormat.PNG).arrange(ItemTable([item]))
    assert arranged.size > 2**40
