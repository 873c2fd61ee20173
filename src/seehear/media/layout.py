"""Channel layouts as data: names, angles and orders.

Inside seehear a layout's channels stand in ITU-R BS.2051 order (5.1: L R C LFE Ls Rs; 7.1.4: L R C LFE, sides, backs,
heights). Files hold WAVE order, in which 7.1's backs come before its sides; `file_order` carries one into the other.

References: ITU-R BS.2051-3 (systems B, D, E, I, J); Microsoft, "Multiple channel audio data and WAVE files" (mask
bits); ffmpeg's channel_layout.h (names); Nachbar et al., "AmbiX", 2011 (ACN, SN3D).
"""

from typing import Literal, NamedTuple

from seehear.errors import InputError

Kind = Literal["ears", "loudspeakers", "ambisonics"]


class Layout(NamedTuple):
    """One channel layout.

    Attributes:
        name: as on the command line.
        kind: what a channel is.
        channels: BS.2051 names, in BS.2051 order (ears: L, R; ambisonics: ACN numbers).
        azimuths: deg for each channel, +90 = left; 0 for LFE and ambisonics, which have none.
        elevations: deg for each channel.
        lfe: the LFE's index; None without one. Nothing is ever panned to it.
        mask: WAVE channel mask; 0 where none fits.
        file_order: inside index of each file channel, in WAVE order.
        ffmpeg: ffmpeg's name of the layout in file order; "" where it has none.
        order: ambisonic order; 0 for others.
    """

    name: str
    kind: Kind
    channels: tuple[str, ...]
    azimuths: tuple[float, ...]
    elevations: tuple[float, ...]
    lfe: int | None
    mask: int
    file_order: tuple[int, ...]
    ffmpeg: str
    order: int = 0

    @property
    def size(self) -> int:
        """How many channels."""
        return len(self.channels)

    @property
    def mirror(self) -> tuple[int, ...]:
        """The index that holds each channel's left-right twin; loudspeakers and ears only."""
        places = list(zip(self.azimuths, self.elevations, self.channels, strict=True))
        seats = [(azimuth, elevation, channel.startswith("LFE")) for azimuth, elevation, channel in places]
        twins = [
            index if channel.startswith("LFE") else seats.index((-azimuth, elevation, False))
            for index, (azimuth, elevation, channel) in enumerate(places)
        ]
        return tuple(twins)


def _speakers(name: str, channels: str, mask: int, file_order: tuple[int, ...], ffmpeg: str) -> Layout:
    names = tuple(channels.split())
    azimuths = tuple(0.0 if n.startswith("LFE") else float(n[1:]) for n in names)
    elevations = tuple({"M": 0.0, "U": 30.0, "L": 0.0}[n[0]] for n in names)
    lfe = next((i for i, n in enumerate(names) if n.startswith("LFE")), None)
    return Layout(name, "loudspeakers", names, azimuths, elevations, lfe, mask, file_order, ffmpeg)


def _ambisonics(name: str, order: int) -> Layout:
    size = (order + 1) ** 2
    names = tuple(f"ACN{i}" for i in range(size))
    return Layout(name, "ambisonics", names, (0.0,) * size, (0.0,) * size, None, 0, tuple(range(size)), "", order)


LAYOUTS: dict[str, Layout] = {
    one.name: one
    for one in (
        Layout("binaural", "ears", ("L", "R"), (90.0, -90.0), (0.0, 0.0), None, 0x3, (0, 1), "stereo"),
        _speakers("stereo", "M+030 M-030", 0x3, (0, 1), "stereo"),
        _speakers("5.1", "M+030 M-030 M+000 LFE1 M+110 M-110", 0x60F, (0, 1, 2, 3, 4, 5), "5.1(side)"),
        _speakers("7.1", "M+030 M-030 M+000 LFE1 M+090 M-090 M+135 M-135", 0x63F, (0, 1, 2, 3, 6, 7, 4, 5), "7.1"),
        _speakers("5.1.4", "M+030 M-030 M+000 LFE1 M+110 M-110 U+030 U-030 U+110 U-110",
                  0x2D60F, (0, 1, 2, 3, 4, 5, 6, 7, 8, 9), ""),
        _speakers("7.1.4", "M+030 M-030 M+000 LFE1 M+090 M-090 M+135 M-135 U+045 U-045 U+135 U-135",
                  0x2D63F, (0, 1, 2, 3, 6, 7, 4, 5, 8, 9, 10, 11), "7.1.4"),
        _ambisonics("foa", 1),
        _ambisonics("hoa3", 3),
    )
}  # fmt: skip


def layout_of(name: str) -> Layout:
    """Give a layout by its name.

    Raises:
        InputError: no such layout; the message lists the known ones.

    Example:
        >>> layout_of("7.1").channels[4:]
        ('M+090', 'M-090', 'M+135', 'M-135')
    """
    if name not in LAYOUTS:
        raise InputError(f"layout must be one of {', '.join(LAYOUTS)}, got {name!r}")
    return LAYOUTS[name]
