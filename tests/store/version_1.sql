-- A project file of version 1, as version 0.1.0 wrote it; long lists are cut short.
PRAGMA application_id = 1146308913;
PRAGMA user_version = 1;
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

-- One row a file. A file that is gone keeps its row (missing = 1), so its decisions can come back.
CREATE TABLE sample (
  id INTEGER PRIMARY KEY,
  path TEXT NOT NULL,
  size INTEGER NOT NULL,
  mtime_ns INTEGER NOT NULL,
  split TEXT NOT NULL,
  label TEXT NOT NULL,
  source TEXT NOT NULL,
  status TEXT NOT NULL,
  reason TEXT NOT NULL DEFAULT '',
  missing INTEGER NOT NULL DEFAULT 0,
  seen INTEGER NOT NULL DEFAULT 0,
  version INTEGER NOT NULL DEFAULT 0,
  sha256 BLOB,
  format TEXT NOT NULL DEFAULT '',
  mode TEXT NOT NULL DEFAULT '',
  width INTEGER NOT NULL DEFAULT 0,
  height INTEGER NOT NULL DEFAULT 0,
  orientation INTEGER NOT NULL DEFAULT 1,
  captured TEXT NOT NULL DEFAULT '',
  camera TEXT NOT NULL DEFAULT '',
  flags INTEGER NOT NULL DEFAULT 0,
  brightness REAL NOT NULL DEFAULT 0,
  contrast REAL NOT NULL DEFAULT 0,
  sharpness REAL NOT NULL DEFAULT 0,
  entropy REAL NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX sample_path ON sample (path) WHERE missing = 0;
CREATE INDEX sample_sha256 ON sample (sha256) WHERE sha256 IS NOT NULL;

-- Likeness of one run: sets of equal pictures, and pairs between their representatives.
CREATE TABLE equal_set (
  sample INTEGER PRIMARY KEY, representative INTEGER NOT NULL, kind TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE pair (
  a INTEGER NOT NULL, b INTEGER NOT NULL, transform INTEGER NOT NULL, similarity REAL NOT NULL,
  PRIMARY KEY (a, b)
) WITHOUT ROWID;

-- What a person decided, as it stands now, and the log that made it so.
CREATE TABLE decision (
  sample INTEGER PRIMARY KEY, mark TEXT NOT NULL DEFAULT '', label TEXT NOT NULL DEFAULT '',
  reason TEXT NOT NULL DEFAULT '', bound INTEGER NOT NULL DEFAULT 0,
  reviewed INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE TABLE not_alike (a INTEGER NOT NULL, b INTEGER NOT NULL, PRIMARY KEY (a, b)) WITHOUT ROWID;
CREATE TABLE operation (
  id INTEGER PRIMARY KEY, at REAL NOT NULL, verb TEXT NOT NULL, text TEXT NOT NULL,
  undoes INTEGER, undone INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE change (
  operation INTEGER NOT NULL, a INTEGER NOT NULL, b INTEGER NOT NULL,
  field TEXT NOT NULL, old TEXT NOT NULL, new TEXT NOT NULL
);
CREATE INDEX change_operation ON change (operation);

-- The split that was locked last: every file by place, content and side.
CREATE TABLE lock (
  path TEXT PRIMARY KEY, sha256 BLOB NOT NULL, side TEXT NOT NULL
) WITHOUT ROWID;

INSERT INTO meta VALUES ('complete', '1');
INSERT INTO meta VALUES ('diagnosis', '{"parts": {"the files": "0880752aa899b36a4f942392e1f02520b0afd968ff3093525e22270d9f131d58", "the split rule": "ee4ef5880fa25ff368b954c498324020d5c488754127e1618784a5cacd24c3d6", "groups or look-alikes by your decisions": "b4ae4875744f7f4858c40ed71ab46c3a4c26aae4b0d98974e6bea391f4ba2978", "your numbers": "058fb5eb89438a12a3969c0c327afe06d4a96ee73941441a0995af0a3dde1fee"}, "at": 1795921463.0968614, "answer": {"question": {"images_in_training": 41, "images_in_folder": 19, "classes": 6, "seeds": 10, "models": "quick models", "claimed": [0.95, 0.75], "group_recall": 0.871795, "your_validation_fraction": 0.2}, "n_groups": 37, "verdict": "Cannot tell: quick models too weak: run the experiment (they reach 0.56, the largest class alone gives 0.24).", "evidence": ["Quick models reach 0.556 when split at random and 0.346 when known groups are kept together; 37 independent groups."], "caveats": ["quick models too weak: run the experiment (they reach 0.56, the largest class alone gives 0.24)"]}}');
INSERT INTO meta VALUES ('exif_gap', '7');
INSERT INTO meta VALUES ('experiment', '{"question": "q", "verdict": "v", "partial": false}');
INSERT INTO meta VALUES ('exported', '3');
INSERT INTO meta VALUES ('facts', '4');
INSERT INTO meta VALUES ('group_rules', '{"names|name without its last number": true}');
INSERT INTO meta VALUES ('judged', '{"names|name without its last number": {"8-9": [true, true], "8-12": [false, false]}}');
INSERT INTO meta VALUES ('lock_at', '1795921457');
INSERT INTO meta VALUES ('lock_file', '/data/lock.csv');
INSERT INTO meta VALUES ('lock_rule', 'image_dataset_from_directory(validation_split=0.2, seed=42)');
INSERT INTO meta VALUES ('luck', '{"key": "cd5607c802e7bff38602794b89c46a3dbdce6f3e931f2110eeddbe134f150439", "images": 41, "seeds": [42, 0, 1, 2], "own": 42, "accuracy": [0.714286, null, 0.625, 0.857143], "class_deviation": [0.184669, 0.146341, 0.381098, 0.327526]}');
INSERT INTO meta VALUES ('manifest', '/data/list.csv');
INSERT INTO meta VALUES ('names', 'training/bird/IMG_0004.jpg
training/bird/IMG_0014.jpg
training/bird/IMG_0020.jpg');
INSERT INTO meta VALUES ('numbers', '{"split": 0.95, "folder": 0.75, "predictions": "", "split_images": 100, "folder_images": null}');
INSERT INTO meta VALUES ('opened_test', '{"at": "2026-11-29 03:00", "run": "r1", "accuracy": 0.8, "images": 10, "low": 0.49, "high": 0.94}');
INSERT INTO meta VALUES ('policies', '{"mild": {"policy": 1, "rotation_degrees": 10.0}, "later": {"policy": 2, "swirl": 3}}');
INSERT INTO meta VALUES ('role', 'splits');
INSERT INTO meta VALUES ('root', '/data/shapes');
INSERT INTO meta VALUES ('rule', '{"kind": "keras call", "call": {"loader": "image_dataset_from_directory", "validation_split": 0.2, "seed": 42, "shuffle": true, "subset": "", "class_names": null, "labels": "inferred", "label_list": [], "follow_links": false, "left_size": null, "keras": ""}, "second": null, "folder": null, "code": "", "share": null, "seed": 0, "fewest_moves": false, "file": ""}');
INSERT INTO meta VALUES ('scanned_ns', '1795921455735384072');
INSERT INTO meta VALUES ('seen', '1');
INSERT INTO meta VALUES ('suspects', '{"key": "af4fe82014933128739aed338ced1f37662382d4739bc94d38c658d9a12228a7", "suspects": [[38, "fish", 0.0281], [31, "fish", 0.0795]]}');
INSERT INTO meta VALUES ('threshold', '0.83');
INSERT INTO sample VALUES (1, 'training/bird/IMG_0004.jpg', 6928, 1795921454619650662, 'training', 'bird', '', 'image', '', 0, 1, 2, x'ac99b79feebf3abfed6a34cab2f0e5cd855af035cce2855b6f688d8321660974', 'JPEG', 'RGB', 160, 120, 1, '2024-03-02 09:01:28', 'Demo Daylight 20', 0, 93.08916666666667, 37.511220089979595, 788.2274999565972, 7.153648386717423);
INSERT INTO sample VALUES (2, 'training/bird/IMG_0014.jpg', 8764, 1795921454901941811, 'training', 'bird', '', 'image', '', 0, 1, 2, x'74f19ff0a89df5efa49e331d2523108839daeb46e9d5b0be3865298945bad2f0', 'JPEG', 'RGB', 150, 200, 1, '2024-03-05 05:37:11', 'Demo Daylight 20', 0, 83.9812, 35.64748957818303, 653.1749247455556, 7.019634496218563);
INSERT INTO sample VALUES (3, 'training/bird/IMG_0020.jpg', 11017, 1795921455108616676, 'training', 'bird', '', 'image', '', 0, 1, 2, x'e26841510618ae14c733ac9b434e11205274cb1e082680a57c0322b4a6716301', 'JPEG', 'RGB', 180, 240, 1, '2024-03-07 06:32:27', 'Demo Daylight 20', 0, 85.32837962962962, 36.721451372364335, 450.244428798011, 7.083824262058925);
INSERT INTO sample VALUES (4, 'training/bird/IMG_0023.jpg', 11170, 1795921455230788458, 'training', 'bird', '', 'image', '', 0, 1, 2, x'b6dfd342e5bdc2edb886ef2b30b98154d6bcdc86002acecb57e5df49dc45ff71', 'JPEG', 'RGB', 240, 180, 1, '2024-03-07 17:40:52', 'Demo Daylight 20', 0, 157.3062962962963, 53.80919244737032, 803.0635236362955, 7.113846045362829);
INSERT INTO equal_set VALUES (4, 4, 'bytes');
INSERT INTO equal_set VALUES (10, 10, 'bytes');
INSERT INTO equal_set VALUES (30, 10, 'bytes');
INSERT INTO equal_set VALUES (39, 39, 'bytes');
INSERT INTO equal_set VALUES (46, 4, 'bytes');
INSERT INTO equal_set VALUES (62, 39, 'pixels');
INSERT INTO pair VALUES (8, 9, 0, 0.9385947585105896);
INSERT INTO pair VALUES (8, 48, 0, 0.9478397369384766);
INSERT INTO pair VALUES (9, 48, 0, 0.9385620951652527);
INSERT INTO pair VALUES (11, 12, 0, 0.9196567535400391);
INSERT INTO pair VALUES (11, 13, 0, 0.9168320894241333);
INSERT INTO pair VALUES (11, 14, 0, 0.9250931739807129);
INSERT INTO decision VALUES (1, 'drop', '', 'by hand', 0, 0);
INSERT INTO decision VALUES (2, '', '', '', 0, 0);
INSERT INTO operation VALUES (1, 1795921456.9372597, 'drop', 'drop 1 image', NULL, 0);
INSERT INTO operation VALUES (2, 1795921456.9380362, 'relabel', 'relabel 1 image as other', NULL, 1);
INSERT INTO operation VALUES (3, 1795921456.9441705, 'undo', 'relabel 1 image as other', 2, 0);
INSERT INTO change VALUES (1, 1, 0, 'mark', '', 'drop');
INSERT INTO change VALUES (1, 1, 0, 'reason', '', 'by hand');
INSERT INTO change VALUES (2, 2, 0, 'label', '', 'other');
INSERT INTO lock VALUES ('training/bird/IMG_0004.jpg', x'ac99b79feebf3abfed6a34cab2f0e5cd855af035cce2855b6f688d8321660974', 'training');
INSERT INTO lock VALUES ('training/bird/IMG_0014.jpg', x'74f19ff0a89df5efa49e331d2523108839daeb46e9d5b0be3865298945bad2f0', 'training');
