"""Arrays whose axes and places have names: what a pass gives, in the hand."""

from __future__ import annotations

import html
import importlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from openwork.errors import EngineError, PlanError, Reason, suggestion, visible
from openwork.jobs.looking.axis import Axis

WIDTH = 78
"""columns of a line that is shown"""
FEW = 64
"""numbers up to which they are shown themselves"""


class LabelledArray(np.lib.mixins.NDArrayOperatorsMixin):
    """A NumPy array with a name for each axis, and for each place along it.

    It counts as an array wherever NumPy takes one: `np.asarray(it)`, `it + 1`, `it[0, -1]` and `it.numpy()` are plain
    arrays, the last without a copy and read-only. `torch.from_dlpack(it)` is a tensor on the same memory.
    `it.sel(head=0, pos="x[1]")` chooses by number or name, `it.to_xarray()` is a `DataArray`.

    Attributes:
        name: such as the hook name of the site.
        axes: one `Axis` for each of the array's axes.
    """

    def __init__(self, name: str, values: NDArray[Any], axes: Sequence[Axis]) -> None:
        self.name, self.axes = name, tuple(axes)
        self._own = values
        self._seen = values.view()
        self._seen.flags.writeable = False

    @property
    def dims(self) -> tuple[str, ...]:
        """The names of the axes."""
        return tuple(axis.name for axis in self.axes)

    @property
    def coords(self) -> Mapping[str, tuple[str, ...] | range]:
        """What lies at the places along each axis, by the axis' name."""
        return {axis.name: axis.labels for axis in self.axes}

    @property
    def shape(self) -> tuple[int, ...]:
        """Lengths of the axes."""
        return self._seen.shape

    @property
    def ndim(self) -> int:
        """How many axes there are."""
        return self._seen.ndim

    @property
    def dtype(self) -> np.dtype[Any]:
        """Of the numbers."""
        return self._seen.dtype

    def numpy(self) -> NDArray[Any]:
        """The numbers, read-only, without a copy."""
        return self._seen

    def sel(self, **chosen: Any) -> LabelledArray:
        """The part at these places: a number or a name for an axis that falls away, a list of them for one that stays.

        Args:
            chosen: by the name of the axis.

        Raises:
            PlanError: there is no such axis or no such place; with every reason.
        """
        reasons = [
            Reason(name, f"{self.name} has no such axis", suggestion(name, self.dims))
            for name in chosen
            if name not in self.dims
        ]
        values, axes = self._own, []
        for axis in reversed(self.axes):
            at = self.dims.index(axis.name)
            if axis.name not in chosen:
                axes.append(axis)
                continue
            asked = chosen[axis.name]
            several = isinstance(asked, list | tuple | range | np.ndarray)
            try:
                places = [axis.place(one) for one in (asked if several else [asked])]
            except PlanError as error:
                reasons += error.reasons
                continue
            values = values.take(places if several else places[0], axis=at)
            axes += [axis.take(places)] if several else []
        if reasons:
            raise PlanError(f"there is no such part of {self.name}", reasons)
        return LabelledArray(self.name, np.asarray(values), axes[::-1])

    def to_xarray(self) -> Any:
        """The same as an `xarray.DataArray`.

        Raises:
            EngineError: xarray is not installed.
        """
        try:
            xarray = importlib.import_module("xarray")
        except ImportError as error:
            reason = Reason("xarray", "is not installed", "pip install xarray")
            raise EngineError("a DataArray needs xarray", reason) from error
        coords = {axis.name: list(axis.labels) for axis in self.axes}
        return xarray.DataArray(self._seen, dims=self.dims, coords=coords, name=self.name)

    def __array__(self, dtype: DTypeLike | None = None, copy: bool | None = None) -> NDArray[Any]:
        if copy:
            return self._seen.astype(self.dtype if dtype is None else dtype)
        return self._seen if dtype is None or np.dtype(dtype) == self.dtype else self._seen.astype(dtype)

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
        plain = [value.numpy() if isinstance(value, LabelledArray) else value for value in inputs]
        return getattr(ufunc, method)(*plain, **kwargs)

    def __dlpack__(self, **options: Any) -> Any:
        return self._own.__dlpack__(**options)

    def __dlpack_device__(self) -> Any:
        return self._own.__dlpack_device__()

    def __getitem__(self, key: Any) -> Any:
        return self._seen[key]

    def __len__(self) -> int:
        return len(self._seen)

    def __repr__(self) -> str:
        lines = [self.title, *(f"  {axis.name}: {_shortly(axis)}" for axis in self.axes if axis.named is not None)]
        lines += self._numbers(WIDTH - 2).splitlines() if self._seen.size <= FEW else []
        return visible("\n".join(line if len(line) <= WIDTH else line[: WIDTH - 2] + " …" for line in lines))

    def _numbers(self, width: int) -> str:
        return np.array2string(self._seen, precision=3, threshold=FEW, edgeitems=2, max_line_width=width)

    @property
    def title(self) -> str:
        """Name, axes with their lengths, and dtype, in one line."""
        axes = ", ".join(f"{axis.name} {axis.length:,}" for axis in self.axes)
        return f"{self.name} [{axes}] {self.dtype}"

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td>{html.escape(axis.name)}</td><td>{axis.length:,}</td>"
            f"<td>{html.escape(visible(_shortly(axis)))}</td></tr>"
            for axis in self.axes
        )
        head = "<tr><th>axis</th><th>length</th><th>places</th></tr>"
        numbers = html.escape(visible(self._numbers(100)))
        title = f"<b>{html.escape(visible(self.name))}</b> {self.dtype}"
        return f"<div>{title}<table>{head}{rows}</table><pre>{numbers}</pre></div>"


def _shortly(axis: Axis) -> str:
    """The first places and the last one."""
    labels = axis.labels
    if isinstance(labels, range):
        return f"0 to {axis.length - 1}" if axis.length > 1 else "0" if axis.length else "none"
    if len(labels) <= 8:
        return ", ".join(labels)
    return f"{', '.join(labels[:6])}, … {labels[-1]}"
