"""How a clip sounds: NISQA on speech, Audiobox Aesthetics, CLAP and PE-AV against its description."""

from collections.abc import Callable

from seehear.bench.embedding.clip import ClipParts
from seehear.bench.embedding.table import AA, AUDIOBOX, PE_T_A, SQ, SQ_SIDES, T_A
from seehear.networks import audiobox, clap, nisqa, pe_av
from seehear.score.score import Score
from seehear.score.similarity import cosine_similarity


def load_nisqa(*, device: str = "cpu") -> Callable[[ClipParts], dict[str, Score]]:
    """Load NISQA; it hears the clip at its own rate."""
    model = nisqa.load(device=device)

    def measure(clip: ClipParts) -> dict[str, Score]:
        found = model.hear(clip.sound.samples, clip.sound.sample_rate)
        return {metric.name: metric.at(value) for metric, value in zip((SQ, *SQ_SIDES), found, strict=True)}

    return measure


def load_audiobox(*, device: str = "cpu") -> Callable[[ClipParts], dict[str, Score]]:
    """Load Audiobox Aesthetics; AA is the mean of production quality and content usefulness."""
    model = audiobox.load(device=device)

    def measure(clip: ClipParts) -> dict[str, Score]:
        found = model.hear(clip.sound.samples, clip.sound.sample_rate)
        values = (found.quality, found.usefulness, found.enjoyment, found.complexity)
        scores = {metric.name: metric.at(value) for metric, value in zip(AUDIOBOX, values, strict=True)}
        return {**scores, AA.name: AA.at((found.quality + found.usefulness) / 2)}

    return measure


def load_clap(*, device: str = "cpu") -> Callable[[ClipParts], dict[str, Score]]:
    """Load CLAP; the text is the clip's audio description."""
    model = clap.load(device=device)

    def measure(clip: ClipParts) -> dict[str, Score]:
        text = model.read([clip.text("audio_description")])[0]
        heard = model.hear(clip.sound.samples, clip.sound.sample_rate)
        return {T_A.name: cosine_similarity(text, heard, metric=T_A)}

    return measure


def load_pe_av(*, device: str = "cpu") -> Callable[[ClipParts], dict[str, Score]]:
    """Load PE-AV's sound and text; the text is the clip's audio description."""
    model = pe_av.load(device=device)

    def measure(clip: ClipParts) -> dict[str, Score]:
        text = clip.text("audio_description")
        cosine = model.match(clip.sound.samples, clip.sound.sample_rate, [text])[0]
        return {PE_T_A.name: PE_T_A.at(float(cosine))}

    return measure
