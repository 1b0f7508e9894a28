"""Further layouts of people and tools, made up before they were tried; see cases.py."""

# A row of the table is easier to read in one line.

from tests.dataset.layouts.layout_case import LabelCase, numbered, rows

TV = {"training": 4, "validation": 4}
TT = {"training": 4, "test": 4}


def voc(label: str, *more: str) -> str:
    """Return an annotation of objects, all with the same box."""
    box = "<bndbox><xmin>1</xmin><ymin>2</ymin><xmax>30</xmax><ymax>40</ymax></bndbox>"
    objects = "".join(f"<object><name>{n}</name>{box}</object>" for n in (label, *more))
    return f"<annotation><filename>x.jpg</filename>{objects}</annotation>"


MORE = (
    LabelCase(
        "Pascal VOC",
        (
            "VOCdevkit/VOC2007/JPEGImages/{000001..000008}.jpg",
            "VOCdevkit/VOC2007/SegmentationClass/{000001..000002}.png",
        ),
        {"cat": 4, "person": 4},
        TV,
        "Pascal VOC",
        {
            **{
                f"VOCdevkit/VOC2007/Annotations/00000{n}.xml": voc(
                    "cat" if n % 2 else "person", *["person"] * (n == 2)
                )
                for n in range(1, 9)
            },
            "VOCdevkit/VOC2007/ImageSets/Main/train.txt": "000001\n000002\n000003\n000004\n",
            "VOCdevkit/VOC2007/ImageSets/Main/val.txt": "000005\n000006\n000007\n000008\n",
            "VOCdevkit/VOC2007/ImageSets/Main/cat_train.txt": "000001  1\n000002 -1\n",
        },
    ),
    LabelCase(
        "Roboflow Pascal VOC",
        ("{train,valid}/s{0..3}_jpg.rf.ab.jpg",),
        {"bolt": 4, "nut": 4},
        TV,
        "Pascal VOC",
        {
            f"{s}/s{n}_jpg.rf.ab.xml": voc("bolt" if n % 2 else "nut")
            for s in ("train", "valid")
            for n in range(4)
        },
    ),
    LabelCase(
        "LabelImg, XML in a folder of its own",
        ("images/{0..5}.png",),
        {"helmet": 3, "head": 3},
        {},
        "Pascal VOC",
        {f"annotations/{n}.xml": voc("helmet" if n % 2 else "head") for n in range(6)},
    ),
    LabelCase(
        "Spanish split folders",
        ("datos/{entrenamiento,prueba}/{gato,perro}/{1..2}.jpg",),
        {"gato": 4, "perro": 4},
        TT,
        "split folders",
    ),
    LabelCase(
        "German split folders",
        ("{Trainingsdaten,Validierung}/{Hund,Katze}/{1..2}.jpg",),
        {"Hund": 4, "Katze": 4},
        TV,
        "split folders",
    ),
    LabelCase(
        "Portuguese split folders",
        ("{treino,validação}/{soja,milho}/{1..2}.jpg",),
        {"soja": 4, "milho": 4},
        TV,
        "split folders",
    ),
    LabelCase(
        "Chinese split folders",
        ("数据集/{训练集,测试集}/{猫,狗}/{1..2}.jpg",),
        {"猫": 4, "狗": 4},
        TT,
        "split folders",
    ),
    LabelCase(
        "Japanese split folders",
        ("{学習,検証}/{犬,猫}/{1..2}.png",),
        {"犬": 4, "猫": 4},
        TV,
        "split folders",
    ),
    LabelCase(
        "Office-31",
        ("{amazon,dslr}/images/{mug,bike}/frame_{0001..0003}.jpg",),
        {"mug": 6, "bike": 6},
        {},
        "sources with class folders",
        sure=False,
    ),
    LabelCase(
        "Camera traps by season",
        ("{summer,winter}/{cam_north,cam_south}/{boar,deer}/{1..2}.jpg",),
        {"boar": 8, "deer": 8},
        {},
        "sources with class folders",
        sure=False,
    ),
    LabelCase(
        "Folds written out",
        ("fold_{1..3}/train/{ant,bee}/{1..4}.png", "fold_{1..3}/val/{ant,bee}/{5..6}.png"),
        {"ant": 6, "bee": 6},
        {"training": 8, "validation": 4},
        "split folders",
        sure=False,
    ),
    LabelCase(
        "One dataset in two sizes",
        ("jpeg-{32x32,64x64}/{train,val}/{daisy,rose}/{1..2}.jpg",),
        {"daisy": 4, "rose": 4},
        TV,
        "split folders",
        sure=False,
    ),
    LabelCase(
        "Validation inside of training",
        ("train/{oak,pine}/{1..2}.jpg", "train/val/{oak,pine}/{3..4}.jpg"),
        {"oak": 4, "pine": 4},
        TV,
        "split folders",
        sure=False,
    ),
    LabelCase(
        "BUSI, masks beside the images",
        (
            "Dataset_BUSI/{benign,malignant}/x ({1..3}).png",
            "Dataset_BUSI/{benign,malignant}/x ({1..3})_mask.png",
        ),
        {"benign": 6, "malignant": 6},
        {},
        "class folders",
        sure=False,
    ),
    LabelCase(
        "COVID-19 Radiography, masks in folders",
        ("COVID-19_Radiography_Dataset/{COVID,Normal}/{images,masks}/COVID-{1..3}.png",),
        {"COVID": 6, "Normal": 6},
        {},
        "class folders",
        sure=False,
    ),
    LabelCase(
        "Two words per file name",
        ("{shirt,shoe}_{red,blue}_{001..003}.jpg",),
        {"shirt_red": 3, "shirt_blue": 3, "shoe_red": 3, "shoe_blue": 3},
        {},
        "classes in file names",
        sure=False,
    ),
    LabelCase(
        "NIH Chest X-ray",
        ("images_001/images/0000{0..5}_000.png",),
        {"No Finding": 2, "Hernia": 2, "Hernia|Mass": 2},
        {},
        "label table",
        {
            "Data_Entry_2017.csv": rows(
                "Image Index,Finding Labels,Patient ID,OriginalImage[Width,Height],",
                *numbered(
                    "0000{n}_000.png,{c},1,2,3,",
                    "No_Finding Hernia Hernia|Mass No_Finding Hernia Hernia|Mass",
                ),
            ).replace("No_", "No ")
        },
        sure=False,
    ),
    LabelCase(
        "HAM10000 in two parts",
        ("HAM10000_images_part_{1,2}/ISIC_{1,2}{0..2}.jpg",),
        {"nv": 4, "mel": 2},
        {},
        "label table",
        {
            "HAM10000_metadata.csv": rows(
                "lesion_id,image_id,dx,dx_type,age,sex,localization",
                *[
                    f"HAM_{n},ISIC_{part}{n},{'mel' if n == 2 else 'nv'},histo,{40 + n},male,back"
                    for part in (1, 2)
                    for n in range(3)
                ],
            )
        },
    ),
    LabelCase(
        "APTOS 2019 with its test images",
        ("train_images/a{0..5}.png", "test_images/b{0..1}.png"),
        {"0": 2, "1": 2, "2": 2},
        {"training": 6},
        "label table",
        {
            "train.csv": rows("id_code,diagnosis", *numbered("a{n},{c}", "0 1 2 0 1 2")),
            "test.csv": rows("id_code", "b0", "b1"),
        },
    ),
    LabelCase(
        "tf_flowers",
        ("flower_photos/{daisy,roses}/{1..4}_n.jpg",),
        {"daisy": 4, "roses": 4},
        {},
        "class folders",
        {"flower_photos/LICENSE.txt": "All images are CC-BY\n"},
    ),
    LabelCase(
        "Kather texture tiles",
        ("Kather_texture_2016_image_tiles_5000/{01_TUMOR,02_STROMA}/{1..3}.png",),
        {"01_TUMOR": 3, "02_STROMA": 3},
        {},
        "class folders",
    ),
    LabelCase(
        "Fruits-360",
        (
            "fruits-360/{Training,Test}/{Apple Braeburn,Kiwi}/{0..1}_100.jpg",
            "fruits-360/test-multiple_fruits/{1..2}.jpg",
        ),
        {"Apple Braeburn": 4, "Kiwi": 4},
        TT,
        "split folders",
    ),
    LabelCase(
        "Animals-10",
        ("raw-img/{cane,cavallo}/{1..4}.jpeg",),
        {"cane": 4, "cavallo": 4},
        {},
        "class folders",
        {"translate.py": "translate = {'cane': 'dog'}\n"},
    ),
    LabelCase(
        "Fire, classes that end in images",
        ("fire_dataset/{fire_images,non_fire_images}/x.{1..4}.png",),
        {"fire_images": 4, "non_fire_images": 4},
        {},
        "class folders",
    ),
    LabelCase(
        "Numbered splits",
        ("{01_train,02_val}/{cat,dog}/{1..2}.jpg",),
        {"cat": 4, "dog": 4},
        TV,
        "split folders",
    ),
    LabelCase(
        "Splits below images",
        ("dataset/images/{train,val}/{cat,dog}/{1..2}.jpg",),
        {"cat": 4, "dog": 4},
        TV,
        "split folders",
    ),
    LabelCase(
        "100 Sports, a table beside its folders",
        ("{train,valid}/{archery,judo}/{001..002}.jpg",),
        {"archery": 4, "judo": 4},
        TV,
        "split folders",
        {
            "sports.csv": rows(
                "class id,filepaths,labels,data set",
                *[
                    f"{c},{s}/{n}/{i:03d}.jpg,{n},{s}"
                    for c, n in enumerate(("archery", "judo"))
                    for s in ("train", "valid")
                    for i in (1, 2)
                ],
            )
        },
    ),
    LabelCase(
        "Lists of UCF's form with foreign paths",
        ("data/{hot dog,taco}/{0..3}.jpg",),
        {"hot dog": 4, "taco": 4},
        TT,
        "list files",
        {
            "trainlist01.txt": "\n".join(
                f"/data/my set/{c}/{n}.jpg {i + 1}"
                for i, c in enumerate(("hot dog", "taco"))
                for n in (0, 1)
            ),
            "testlist01.txt": "\n".join(
                f"/data/my set/{c}/{n}.jpg" for c in ("hot dog", "taco") for n in (2, 3)
            ),
        },
    ),
)
