"""What is known of one published set of weights: where it is kept, how large, under which licence, who uses it."""

from dataclasses import dataclass

from seehear.errors import InputError


class MissingWeights(InputError):
    """Weights that are needed are not on this machine; the message holds the command that fetches them."""


@dataclass(frozen=True)
class WeightFile:
    """One file of a set.

    Attributes:
        path: inside the repository, or the name it gets here where it has none.
        size: bytes, as its publisher rounds it; None: not stated.
        sha256: lower-case hexadecimal; None: not known, the repository's own record is then checked.
        md5: where its publisher gives that instead.
        url: where it lies when it is in no hub repository; "" otherwise.
    """

    path: str
    size: int | None = None
    sha256: str | None = None
    md5: str | None = None
    url: str = ""


@dataclass(frozen=True)
class Weight:
    """One set of weights.

    Attributes:
        name: ours, as in `seehear weights list`.
        repository: ``owner/name`` on the hub; "" where every file has its own address.
        revision: branch, tag or commit of the repository.
        files: what is needed of it; empty: a whole folder as transformers and diffusers read it.
        licence: of the weights, as far as it is stated.
        commercial: whether that licence allows commercial use; None: not stated, so not counted on.
        used_by: the parts of seehear that read it.
        size: bytes of a whole folder; None: the sum of the files, where all are known.
        note: what one must know, in one sentence.
    """

    name: str
    repository: str
    licence: str
    commercial: bool | None
    used_by: tuple[str, ...]
    files: tuple[WeightFile, ...] = ()
    revision: str = "main"
    size: int | None = None
    note: str = ""

    @property
    def bytes(self) -> int | None:
        """Bytes to fetch, as far as known."""
        if self.size is not None or not self.files:
            return self.size
        sizes = [file.size for file in self.files if file.size is not None]
        return sum(sizes) if len(sizes) == len(self.files) else None

    @property
    def terms(self) -> str:
        """Licence, and what it allows, in a few words."""
        allowed = {True: "commercial use allowed", False: "not for commercial use", None: "terms of use not stated"}
        return f"{self.licence}: {allowed[self.commercial]}"

    @property
    def told(self) -> str:
        """Size, licence and what it allows, in one line."""
        return f"{size_in_words(self.bytes)}, {self.terms}"


def size_in_words(size: int | None) -> str:
    """Give a size as one reads it.

    Example:
        >>> size_in_words(601_000_000), size_in_words(3_900_000_000), size_in_words(None)
        ('601 MB', '3.9 GB', 'size not stated')
    """
    if size is None:
        return "size not stated"
    for step, unit in ((10**9, "GB"), (10**6, "MB")):
        if size >= step:
            return f"{size / step:.3g} {unit}"
    return f"{max(size // 1000, 1)} kB"
