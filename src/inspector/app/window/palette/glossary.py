"""The technical terms that the command palette explains in one sentence each."""

from collections.abc import Callable
from functools import partial

from inspector.app.window.palette.commands import PaletteCommand, PaletteSection

WORDS = {
    "Leakage": "the same or nearly the same content in training and in an evaluation split",
    "Leak rate": "share of the evaluation images with a near-duplicate in training",
    "Near-duplicate": "an image with the same or nearly the same content as another one",
    "Confirmed": "pairs from this similarity on count in every figure and in a clean-up",
    "Candidate": "a pair below the confirmed similarity: shown for you to judge",
    "Cluster": "images that are connected by confirmed near-duplicates",
    "Group": "images that must stay in one split: a patient, a burst, a video, a session",
    "Split rule": "how images are assigned to splits",
    "Distribution shift": "training and evaluation images differ systematically",
    "Shortcut": "a property such as the image size that predicts the class by itself",
    "Baseline model": "a small model that is trained here to measure effects on your images",
    "Seed variability": "how much accuracy or leak rate moves with the seed of the split",
    "Label error": "an image whose class is probably wrong",
    "95 % CI": "confidence interval: a range that contains the true value in 95 of 100 cases",
    "Permutation test": "compares a figure with its values on shuffled labels",
    "Inconclusive": "the data can neither show an effect nor rule one out",
}


def word_commands(explain: Callable[[str], None]) -> list[PaletteCommand]:
    """Return one row per term; running it explains the term."""
    return [
        PaletteCommand(
            word,
            "",
            partial(explain, f"{word}: {meaning}."),
            meaning,
            PaletteSection.WORDS,
            meaning,
            "help",
        )
        for word, meaning in WORDS.items()
    ]
