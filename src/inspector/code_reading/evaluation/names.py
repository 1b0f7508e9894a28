"""What names mean if the code does not say: libraries, their usual aliases, built-ins."""

import builtins
from typing import Final

from inspector.code_reading.evaluation.values import Ref

KERAS_ROOTS: Final = (
    "keras", "tensorflow", "tf_keras", "keras_preprocessing", "tensorflow_core",
)  # fmt: skip

KNOWN_ROOTS: Final = frozenset(
    (
        *KERAS_ROOTS, "builtins", "os", "sys", "re", "math", "json", "random", "glob", "pathlib",
        "functools", "itertools", "collections", "dataclasses", "argparse", "enum", "types",
        "typing", "copy", "shutil", "time", "datetime", "logging", "pickle", "csv", "string",
        "warnings", "tempfile", "zipfile", "tarfile", "urllib", "contextlib", "operator", "pprint",
        "numpy", "pandas", "matplotlib", "seaborn", "scipy", "sklearn", "skimage", "cv2", "PIL",
        "imageio", "imutils", "torch", "torchvision", "torchmetrics", "pytorch_lightning",
        "lightning", "timm", "fastai", "datasets", "transformers", "accelerate", "evaluate",
        "splitfolders", "split_folders", "ultralytics", "tensorflow_datasets", "tensorflow_hub",
        "tensorflow_addons", "tensorflow_probability", "keras_cv", "keras_tuner", "kerastuner",
        "keras_hub", "albumentations", "imgaug", "wandb", "mlflow", "tqdm", "click", "typer",
        "fire", "absl", "yaml", "omegaconf", "hydra", "ml_collections", "easydict", "plotly",
        "IPython", "google", "kaggle", "kagglehub", "gdown", "requests", "optuna", "joblib",
        "xgboost", "lightgbm", "catboost", "efficientnet", "visualkeras", "gradio", "streamlit",
        "flask", "psutil", "GPUtil", "gc", "platform", "subprocess", "opendatasets",
        "efficientnet_pytorch",
        "torchsummary", "torchinfo", "classification_models", "livelossplot", "tensorboard", "jax",
        "flax", "optax", "grain", "neptune", "comet_ml", "rich", "statistics", "hashlib", "uuid",
    )
)  # fmt: skip
"""Packages whose functions do not modify dicts and lists passed to them."""

COPIES: Final = (
    "flip", "rotate", "rotate_bound", "fliplr", "flipud", "rot90", "flip_left_right",
    "flip_up_down", "hflip", "vflip", "warpAffine", "random_rotation", "random_shift",
    "random_zoom", "random_shear", "adjust_gamma", "adjust_brightness", "mirror", "transpose",
)  # fmt: skip
"""Functions that make another image out of one, as offline augmentation does."""

_KERAS_BARE: Final = {
    "image_dataset_from_directory": "keras.utils.image_dataset_from_directory",
    "split_dataset": "keras.utils.split_dataset",
    "ImageDataGenerator": "keras.preprocessing.image.ImageDataGenerator",
    "Sequential": "keras.Sequential",
    "Model": "keras.Model",
    "Input": "keras.Input",
    "preprocess_input": "keras.applications.preprocess_input",
}
IMAGE_LAYERS: Final = (
    "AugMix", "AutoContrast", "CenterCrop",
    "ContrastLimitedAdaptiveHistogramEqualization", "CutMix", "Equalization", "MaxNumBoundingBoxes",
    "MixUp", "Pipeline", "RandAugment", "RandomApply", "RandomBrightness",
    "RandomColorDegeneration", "RandomColorJitter", "RandomContrast", "RandomCrop",
    "RandomElasticTransform", "RandomErasing", "RandomFlip", "RandomGaussianBlur",
    "RandomGrayscale", "RandomHeight", "RandomHue", "RandomInvert", "RandomPerspective",
    "RandomPosterization", "RandomRotation", "RandomSaturation", "RandomSharpness", "RandomShear",
    "RandomTranslation", "RandomWidth", "RandomZoom", "Rescaling", "Resizing", "Solarization",
)  # fmt: skip
"""Image layers of keras.layers; tests compare them with the installed Keras."""

_SPLIT_BARE: Final = {
    **{
        name: f"sklearn.model_selection.{name}"
        for name in (
            "train_test_split", "KFold", "StratifiedKFold", "GroupKFold", "StratifiedGroupKFold",
            "ShuffleSplit", "StratifiedShuffleSplit", "GroupShuffleSplit", "RepeatedKFold",
            "RepeatedStratifiedKFold",
        )
    },
    **{
        name: f"torch.utils.data.{name}"
        for name in ("random_split", "Subset", "SubsetRandomSampler", "DataLoader")
    },
    "ImageFolder": "torchvision.datasets.ImageFolder",
    "load_dataset": "datasets.load_dataset",
    **{
        name: f"fastai.vision.all.{name}"
        for name in (
            "RandomSplitter", "GrandparentSplitter", "ImageDataLoaders", "DataBlock",
            "get_image_files", "vision_learner", "cnn_learner", "unet_learner", "Learner",
        )
    },
}  # fmt: skip
_MODULES: Final = {
    "tf": "tensorflow", "tensorflow": "tensorflow", "keras": "keras", "tf_keras": "tf_keras",
    "layers": "keras.layers", "models": "keras.models", "preprocessing": "keras.preprocessing",
    "image": "keras.preprocessing.image", "applications": "keras.applications", "np": "numpy",
    "numpy": "numpy", "pd": "pandas", "os": "os", "sys": "sys", "glob": "glob",
    "random": "random", "math": "math", "json": "json", "re": "re", "functools": "functools",
    "itertools": "itertools", "argparse": "argparse", "click": "click", "plt": "matplotlib.pyplot",
    "torch": "torch", "nn": "torch.nn", "torchvision": "torchvision",
    "transforms": "torchvision.transforms", "datasets": "torchvision.datasets",
    "A": "albumentations", "albumentations": "albumentations", "tfds": "tensorflow_datasets",
    "splitfolders": "splitfolders", "Path": "pathlib.Path", "pathlib": "pathlib",
    "PurePath": "pathlib.Path", "partial": "functools.partial", "cv2": "cv2", "tqdm": "tqdm.tqdm",
    "SimpleNamespace": "types.SimpleNamespace", "Namespace": "argparse.Namespace",
    "dataclass": "dataclasses.dataclass", "sklearn": "sklearn", "Enum": "enum.Enum",
}  # fmt: skip

BARE_NAMES: Final = {
    **{n: f"builtins.{n}" for n in dir(builtins) if not n.startswith("_")},
    **_MODULES,
    **_KERAS_BARE,
    **{name: f"keras.layers.{name}" for name in IMAGE_LAYERS},
    **_SPLIT_BARE,
}
"""Conventional meaning of names that nothing in the code sets."""

UNKNOWN_NAMES: Final = {
    "__file__": "it is where the script lies",
    "__shell__": "it is what a shell command prints",
}


def is_keras(ref: Ref) -> bool:
    """Tell whether it is part of Keras."""
    return ref.root in KERAS_ROOTS


def is_foreign(ref: Ref) -> bool:
    """Tell whether it comes from code that is not available."""
    return ref.root not in KNOWN_ROOTS
