"""Ask the installed Keras which files it takes; run as a child, with cases as JSON on stdin.

Each case: {"api", "folder", "arguments"}; each answer: {"paths"}, relative, or {"error"}.
"""

import json
import os
import sys
import warnings

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
warnings.simplefilter("ignore")


def main() -> None:
    import keras
    import tensorflow as tf

    generator = tf.keras.preprocessing.image.ImageDataGenerator
    answers = []
    for case in json.load(sys.stdin):
        folder, arguments = case["folder"], dict(case["arguments"])
        try:
            if case["api"] == "dataset":
                made = keras.utils.image_dataset_from_directory(
                    folder, image_size=(8, 8), verbose=False, **arguments
                )
                parts = made if isinstance(made, list) else [made]
                paths = [[os.path.relpath(p, folder) for p in part.file_paths] for part in parts]
            elif case["api"] == "generator":
                share = arguments.pop("validation_split")
                flow = generator(validation_split=share).flow_from_directory(folder, **arguments)
                paths = [[os.path.relpath(p, folder) for p in flow.filepaths]]
            else:
                listed = keras.utils.image_dataset_from_directory(
                    folder, shuffle=False, verbose=False
                )
                names = [os.path.relpath(p, folder) for p in listed.file_paths]
                numbers = tf.data.Dataset.range(len(names))
                sides = keras.utils.split_dataset(numbers, **arguments)
                paths = [[names[int(i)] for i in side] for side in sides]
            answers.append({"paths": paths})
        except (ValueError, TypeError, OSError) as error:
            answers.append({"error": f"{type(error).__name__}: {error}"[:200]})
    print("ANSWERS" + json.dumps(answers))


if __name__ == "__main__":
    main()
