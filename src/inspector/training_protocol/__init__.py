"""The training protocol: the files of a run and the messages of its child, without TensorFlow.

A run is a folder: `spec.json` is written before the start and never changes; the training child
adds `state.json`, `checkpoint.npz`, `best.keras`, `last.keras`, `predictions_best.csv`,
`predictions_last.csv`, `card.json` and `card.md`; the project adds `ended.json` if the run broke
off or was stopped. The child is started by name (`TRAINER`), sends `Ready` first, trains one run at
a time and queues the others in order of arrival.
"""
