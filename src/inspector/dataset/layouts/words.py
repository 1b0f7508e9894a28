"""What names of folders and files say: splits, folds, and words that name no class."""

import re
import unicodedata
from functools import lru_cache

_ENGLISH = {
    "training": ("training", "train", "trn", "tr"),
    "validation": ("validation", "valid", "val", "vld", "dev", "eval", "evaluation"),
    "test": ("test", "tst", "te", "testing", "holdout"),
}
# Folder names in other languages; accents are ignored.
_OTHER_LANGUAGES = {
    "training": (
        "entrenamiento", "entrenar", "entrainement", "apprentissage", "trainings", "treino",
        "treinamento", "treinar", "addestramento", "allenamento", "trening", "treningowy",
        "treningowe", "traning", "egitim", "latihan", "pelatihan",
        "обучение", "обучающая", "тренировка", "тренировочная", "тренировочный",
        "训练", "訓練", "学習", "トレーニング", "학습", "훈련",
    ),
    "validation": (
        "validacion", "validar", "validierung", "validierungs", "validacao", "validazione",
        "walidacja", "walidacyjny", "walidacyjne", "validering", "validatie", "validasi",
        "dogrulama", "валидация", "валидационная", "проверка",
        "验证", "驗證", "検証", "バリデーション", "검증",
    ),
    "test": (
        "prueba", "pruebas", "teste", "testes", "prufung", "pruf", "testowy", "testowe",
        "pengujian", "тест", "тестовая", "тестовый", "тестирование",
        "测试", "測試", "テスト", "테스트", "시험",
    ),
}  # fmt: skip
IMAGE_ENDINGS = (
    ".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".gif", ".bmp", ".dib", ".webp", ".tif", ".tiff",
    ".ppm", ".pgm", ".pbm", ".pnm", ".avif", ".jp2", ".ico", ".tga", ".heic", ".heif", ".hif",
)  # fmt: skip
VIDEO_ENDINGS = (".mp4", ".avi", ".mov", ".mkv", ".webm", ".m4v", ".mpg", ".mpeg", ".wmv")
# Left behind by archivers, notebooks and servers: never a class or an image.
JUNK = frozenset({
    "__MACOSX", ".ipynb_checkpoints", "@eaDir", "$RECYCLE.BIN", "thumbnails",
})  # fmt: skip
# Folders with these names hold part of a dataset, not a class.
_PARTS_OF_A_DATASET = frozenset((
    "images", "image", "imgs", "img", "pictures", "photos", "pics", "jpegimages", "jpg", "jpeg",
    "jpegs", "png", "data", "dataset", "datasets", "files", "samples", "raw", "input", "inputs",
    "all", "full", "original", "archive", "labels", "label", "masks", "mask", "annotations",
    "annotation", "segmentation", "segmentations", "bounding", "boxes",
    "imagenes", "imagens", "immagini", "bilder", "daten", "datos", "dados", "dati", "donnees",
    "fotos", "изображения", "данные", "图片", "图像", "数据", "数据集", "画像",
))  # fmt: skip
# Words for single things: a folder "patient_07" or a file "img_0001" names no class.
INSTANCES = frozenset((
    "img", "image", "images", "photo", "picture", "pic", "frame", "frames", "dsc", "dscn", "dscf",
    "dcim", "pxl", "screenshot", "scan", "slide", "file", "sample", "patient", "subject", "case",
    "person", "user", "video", "clip", "seq", "sequence", "session", "scene", "trial", "id",
    "visit", "study", "series", "record", "item", "part", "batch", "burst", "day", "night", "site",
    "camera", "cam", "device", "hospital", "location", "source",
))  # fmt: skip
_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W\d_A-Za-z]+")
_FUSED = ("sets", "set", "data", "dataset", "images", "image", "imgs", "img", "files", "folder",
            "split", "dir", "list", "daten", "sdaten", "bilder", "sbilder", "集", "数据", "数据集",
            "图片", "データ", "用", "画像", "데이터")  # fmt: skip
_MAX_ENDING = 5
_FOLD = re.compile(r"(?:k?fold|cv)[ _-]?(\d{1,2})", re.IGNORECASE)


def words(name: str) -> list[str]:
    """Split a name at case changes, digits, "_", "-" and blanks, in lower case."""
    return [part.lower() for part in _PARTS.findall(_plain(name))]


def _plain(text: str) -> str:
    """Return a text without accents, in either Unicode form."""
    if text.isascii():
        return text
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))


SPLIT_NAMES = {
    _plain(word): split
    for table in (_ENGLISH, _OTHER_LANGUAGES)
    for split, names in table.items()
    for word in names
}
_ENDINGS = tuple(map(_plain, _FUSED))
_GENERIC = frozenset(map(_plain, _PARTS_OF_A_DATASET))


@lru_cache(maxsize=4096)
def split_of(name: str) -> str:
    """Return the split that a folder or file name means, "" for none or for two."""
    splits = {split for word in words(name) if (split := _split_word(word))}
    return splits.pop() if len(splits) == 1 else ""


def normal_split(value: str) -> str:
    """Return our name of a split if `value` is one of its words, else `value`."""
    text = value.strip()
    return SPLIT_NAMES.get(_plain(text.lower()), text)


def fold_of(name: str) -> str:
    """Return the number of the cross-validation fold that a name means, or ""."""
    match = _FOLD.fullmatch(name.strip())
    return match.group(1) if match else ""


def is_generic(name: str) -> bool:
    """Tell whether a folder name says "images", "data" or "labels" rather than a class."""
    parts = words(name)
    return bool(parts) and all(part in _GENERIC for part in parts)


def is_doubtful_class(name: str) -> bool:
    """Tell whether a class of this name is more likely a split or a part of the dataset."""
    return bool(split_of(name)) or is_generic(name) or name in JUNK


def says_more_than_a_split(name: str) -> bool:
    """Tell whether a name has a word of no split: "pregnancy test", "training shoe"."""
    plain = [w for w in words(name) if len(w) > 2]
    return any(not _split_word(w) and w not in _GENERIC and w not in _ENDINGS for w in plain)


def names_a_kind(name: str) -> bool:
    """Tell whether a name can be a class: it has a word, and not one for a single thing."""
    parts = [part for part in words(name) if len(part) > 2 or not part.isascii()]
    return bool(parts) and not all(part in INSTANCES for part in parts)


def stem(path: str) -> str:
    """Return a path without the suffix of its file name."""
    dot = path.rfind(".")
    ending = path[dot + 1 :]
    if dot < 1 or path[dot - 1] == "/" or len(ending) > _MAX_ENDING:
        return path
    return path[:dot] if ending.isalnum() and ending.isascii() else path


def is_image(name: str) -> bool:
    """Tell whether a file name has an image suffix."""
    return name.lower().endswith(IMAGE_ENDINGS)


def _split_word(word: str) -> str:
    if word in SPLIT_NAMES:
        return SPLIT_NAMES[word]
    for ending in _ENDINGS:
        head = word.removesuffix(ending)
        # Suffixes merge only with words long enough to be meant: "trainset", not "te" + "sets".
        if head != word and (len(head) > 2 or not head.isascii()) and head in SPLIT_NAMES:
            return SPLIT_NAMES[head]
    return ""
