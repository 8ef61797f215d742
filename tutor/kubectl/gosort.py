"""Go's `sort.Sort`: a pattern-defeating quicksort that is not stable.

kubectl sorts events and `--sort-by` rows with it. Which of two rows with the same time comes first is decided by how
this algorithm moves things around, so to print the same order it has to be the same algorithm (Go 1.19 and later;
Orson Peters, "Pattern-defeating Quicksort").
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")

_SMALL = 12  # up to this length, insertion sort
_MANY_SWAPS = 12  # swaps while choosing a pivot that mean "in reverse order"


def go_sort(items: list[T], less: Callable[[T, T], bool]) -> list[T]:
    """A sorted copy, with equal elements where Go's sort.Sort leaves them."""
    sorter = _Sorter(list(items), less)
    sorter.sort(0, len(items), len(items).bit_length())
    return sorter.items


class _Random:
    """The xorshift generator Go seeds with the length."""

    def __init__(self, seed: int) -> None:
        self._state = seed

    def next(self) -> int:
        state = self._state
        state ^= (state << 13) & 0xFFFFFFFFFFFFFFFF
        state ^= state >> 7
        state ^= (state << 17) & 0xFFFFFFFFFFFFFFFF
        self._state = state
        return state


class _Sorter(Generic[T]):
    """Sorts in place; ranges are half open, [a, b)."""

    def __init__(self, items: list[T], less: Callable[[T, T], bool]) -> None:
        self.items = items
        self._less = less

    def less(self, i: int, j: int) -> bool:
        return self._less(self.items[i], self.items[j])

    def swap(self, i: int, j: int) -> None:
        self.items[i], self.items[j] = self.items[j], self.items[i]

    def sort(self, a: int, b: int, limit: int) -> None:
        balanced = partitioned = True
        while b - a > _SMALL:
            if limit == 0:
                self._heap_sort(a, b)
                return
            if not balanced:
                self._break_patterns(a, b)
                limit -= 1
            pivot, order = self._choose_pivot(a, b)
            if order == "decreasing":
                self.items[a:b] = self.items[a:b][::-1]
                pivot, order = (b - 1) - (pivot - a), "increasing"
            if balanced and partitioned and order == "increasing" and self._nearly_sorted(a, b):
                return
            if a > 0 and not self.less(a - 1, pivot):
                a = self._partition_equal(a, b, pivot)
                continue
            middle, partitioned = self._partition(a, b, pivot)
            left, right, enough = middle - a, b - middle, (b - a) // 8
            if left < right:
                balanced = left >= enough
                self.sort(a, middle, limit)
                a = middle + 1
            else:
                balanced = right >= enough
                self.sort(middle + 1, b, limit)
                b = middle
        self._insertion_sort(a, b)

    def _insertion_sort(self, a: int, b: int) -> None:
        for i in range(a + 1, b):
            j = i
            while j > a and self.less(j, j - 1):
                self.swap(j, j - 1)
                j -= 1

    def _heap_sort(self, a: int, b: int) -> None:
        size = b - a
        for start in range((size - 1) // 2, -1, -1):
            self._sift_down(start, size, a)
        for end in range(size - 1, -1, -1):
            self.swap(a, a + end)
            self._sift_down(0, end, a)

    def _sift_down(self, root: int, size: int, first: int) -> None:
        while (child := 2 * root + 1) < size:
            if child + 1 < size and self.less(first + child, first + child + 1):
                child += 1
            if not self.less(first + root, first + child):
                return
            self.swap(first + root, first + child)
            root = child

    def _partition(self, a: int, b: int, pivot: int) -> tuple[int, bool]:
        """Elements below the pivot to the left, the others to the right; and whether it was so already."""
        self.swap(a, pivot)
        i, j = self._close_in(a, a + 1, b - 1)
        if i > j:
            self.swap(j, a)
            return j, True
        self.swap(i, j)
        i, j = i + 1, j - 1
        while True:
            i, j = self._close_in(a, i, j)
            if i > j:
                break
            self.swap(i, j)
            i, j = i + 1, j - 1
        self.swap(j, a)
        return j, False

    def _close_in(self, a: int, i: int, j: int) -> tuple[int, int]:
        while i <= j and self.less(i, a):
            i += 1
        while i <= j and not self.less(j, a):
            j -= 1
        return i, j

    def _partition_equal(self, a: int, b: int, pivot: int) -> int:
        """Elements equal to the pivot to the left; returns where the larger ones begin."""
        self.swap(a, pivot)
        i, j = a + 1, b - 1
        while True:
            while i <= j and not self.less(a, i):
                i += 1
            while i <= j and self.less(a, j):
                j -= 1
            if i > j:
                return i
            self.swap(i, j)
            i, j = i + 1, j - 1

    def _nearly_sorted(self, a: int, b: int) -> bool:
        """Tries to finish a range that is sorted but for a few elements."""
        i = a + 1
        for _ in range(5):
            while i < b and not self.less(i, i - 1):
                i += 1
            if i == b:
                return True
            if b - a < 50:
                return False
            self.swap(i, i - 1)
            self._shift(a, b, i)
        return False

    def _shift(self, a: int, b: int, i: int) -> None:
        if i - a >= 2:
            for j in range(i - 1, 0, -1):
                if not self.less(j, j - 1):
                    break
                self.swap(j, j - 1)
        if b - i >= 2:
            for j in range(i + 1, b):
                if not self.less(j, j - 1):
                    break
                self.swap(j, j - 1)

    def _break_patterns(self, a: int, b: int) -> None:
        length = b - a
        if length < 8:
            return
        random = _Random(length)
        modulus = 1 << length.bit_length()
        index = a + (length // 4) * 2 - 1
        for i in range(3):
            other = random.next() & (modulus - 1)
            if other >= length:
                other -= length
            self.swap(index + i, a + other)

    def _choose_pivot(self, a: int, b: int) -> tuple[int, str]:
        length = b - a
        swaps = [0]
        i, j, k = a + length // 4, a + length // 4 * 2, a + length // 4 * 3
        if length >= 8:
            if length >= 50:
                i, j, k = (self._median(place - 1, place, place + 1, swaps) for place in (i, j, k))
            j = self._median(i, j, k, swaps)
        if swaps[0] == 0:
            return j, "increasing"
        return j, "decreasing" if swaps[0] == _MANY_SWAPS else "unknown"

    def _median(self, a: int, b: int, c: int, swaps: list[int]) -> int:
        a, b = self._ordered(a, b, swaps)
        b, c = self._ordered(b, c, swaps)
        a, b = self._ordered(a, b, swaps)
        return b

    def _ordered(self, a: int, b: int, swaps: list[int]) -> tuple[int, int]:
        if self.less(b, a):
            swaps[0] += 1
            return b, a
        return a, b
