"""Small layouts of public datasets and exports: the folder's content, and how it must be read.

Paths are patterns: {a,b} is each of these words, {1..4} each of these numbers. Images are empty
files, since names and label files alone decide. docs/guide/layouts.md is made from this table.
"""

# A row of the table is easier to read in one line.
# ruff: noqa: E501

import json
from collections.abc import Callable
from pathlib import Path

from tests.dataset.layouts.layout_case import LabelCase, numbered, rows
from tests.dataset.layouts.more_cases import MORE


def coco(split: str, labels: str, *, prefix: str = "", start: int = 0) -> str:
    """Return a COCO document with one box per image."""
    names = sorted(set(labels.split()))
    images = [
        {"id": n, "file_name": f"{prefix}{split}{n:04d}.jpg", "width": 8, "height": 8}
        for n, _ in enumerate(labels.split(), start)
    ]
    boxes = [
        {"id": n, "image_id": n, "category_id": names.index(c) + 1, "area": 9, "bbox": [0, 0, 3, 3]}
        for n, c in enumerate(labels.split(), start)
    ]
    categories = [{"id": n + 1, "name": c} for n, c in enumerate(names)]
    return json.dumps({"images": images, "annotations": boxes, "categories": categories})


def parquet(columns: dict[str, list[str]]) -> Callable[[Path], None]:
    """Return a function that writes a Parquet file."""

    def write(file: Path) -> None:
        import pyarrow
        import pyarrow.parquet

        pyarrow.parquet.write_table(pyarrow.table(columns), file)

    return write


def encoded(text: str, encoding: str) -> Callable[[Path], None]:
    """Return a function that writes a text in an encoding."""
    return lambda file: file.write_bytes(text.encode(encoding)) and None


TV = {"training": 4, "validation": 4}
TT = {"training": 4, "test": 4}

FOLDERS = (
    LabelCase("Chest X-Ray (Kaggle)", ("chest_xray/{train,test,val}/{NORMAL,PNEUMONIA}/IM-{1..2}.jpeg",),
         {"NORMAL": 6, "PNEUMONIA": 6}, {"training": 4, "validation": 4, "test": 4}, "split folders"),
    LabelCase("Chest X-Ray with its copies inside",
         ("chest_xray/{train,test}/{NORMAL,PNEUMONIA}/{1..4}.jpeg",
          "chest_xray/chest_xray/{train,test}/{NORMAL,PNEUMONIA}/{1..4}.jpeg",
          "chest_xray/__MACOSX/{train,test}/{NORMAL,PNEUMONIA}/._{1..4}.jpeg"),
         {"NORMAL": 8, "PNEUMONIA": 8}, {"training": 8, "test": 8}, "split folders"),
    LabelCase("Intel Image Classification",
         ("seg_train/seg_train/{forest,sea}/{1..2}.jpg", "seg_test/seg_test/{forest,sea}/{3..4}.jpg",
          "seg_pred/seg_pred/{5..9}.jpg"),
         {"forest": 4, "sea": 4}, TT, "split folders"),
    LabelCase("Keras course (training_set, test_set)",
         ("dataset/training_set/{cats,dogs}/{c}.{1..2}.jpg".replace("{c}.", "x."),
          "dataset/test_set/{cats,dogs}/x.{3..4}.jpg", "dataset/single_prediction/cat_or_dog_{1..2}.jpg"),
         {"cats": 4, "dogs": 4}, TT, "split folders"),
    LabelCase("Cats vs Dogs (PetImages)", ("PetImages/{Cat,Dog}/{0..3}.jpg",), {"Cat": 4, "Dog": 4}, {},
         "class folders"),
    LabelCase("cats_and_dogs_filtered",
         ("cats_and_dogs_filtered/{train,validation}/{cats,dogs}/cat.{0..1}.jpg",),
         {"cats": 4, "dogs": 4}, TV, "split folders"),
    LabelCase("TrashNet", ("dataset-resized/{glass,metal,paper}/{glass,metal,paper}{1..3}.jpg",),
         {"glass": 3, "metal": 3, "paper": 3}, {}, "class folders"),
    LabelCase("PlantVillage", ("PlantVillage/{Pepper__bell___healthy,Potato___Early_blight}/{1..4}.JPG",),
         {"Pepper__bell___healthy": 4, "Potato___Early_blight": 4}, {}, "class folders"),
    LabelCase("PlantVillage, three versions",
         ("raw/{color,grayscale,segmented}/{Apple___scab,Apple___healthy}/{1..4}.jpg",),
         {"Apple___scab": 12, "Apple___healthy": 12}, {}, "sources with class folders", sure=False),
    LabelCase("New Plant Diseases",
         ("New Plant Diseases Dataset(Augmented)/New Plant Diseases Dataset(Augmented)/{train,valid}"
          "/{Tomato___healthy,Grape___rot}/{1..2}.JPG", "test/test/AppleScab{1..2}.JPG"),
         {"Tomato___healthy": 4, "Grape___rot": 4}, TV, "split folders"),
    LabelCase("FER2013", ("{train,test}/{angry,happy,neutral}/Training_{1..2}.jpg",),
         {"angry": 4, "happy": 4, "neutral": 4}, {"training": 6, "test": 6}, "split folders"),
    LabelCase("EuroSAT", ("2750/{AnnualCrop,Forest,River}/{AnnualCrop,Forest,River}_{1..3}.jpg",),
         {"AnnualCrop": 3, "Forest": 3, "River": 3}, {}, "class folders"),
    LabelCase("Brain Tumor MRI", ("{Training,Testing}/{glioma,meningioma,notumor}/Tr-{1..2}.jpg",),
         {"glioma": 4, "meningioma": 4, "notumor": 4}, {"training": 6, "test": 6}, "split folders"),
    LabelCase("Caltech-256", ("256_ObjectCategories/{001.ak47,002.american-flag}/{0001..0004}.jpg",),
         {"001.ak47": 4, "002.american-flag": 4}, {}, "class folders"),
    LabelCase("Caltech-101", ("101_ObjectCategories/{accordion,airplanes,BACKGROUND_Google}/{1..3}.jpg",),
         {"accordion": 3, "airplanes": 3, "BACKGROUND_Google": 3}, {}, "class folders"),
    LabelCase("Stanford Dogs", ("Images/{n02085620-Chihuahua,n02085782-Japanese_spaniel}/n_{1..4}.jpg",),
         {"n02085620-Chihuahua": 4, "n02085782-Japanese_spaniel": 4}, {}, "class folders"),
    LabelCase("Imagenette", ("imagenette2-320/{train,val}/{n01440764,n02102040}/{1..2}.JPEG",),
         {"n01440764": 4, "n02102040": 4}, TV, "split folders"),
    LabelCase("Imagenette with synset words", ("imagenette2/{train,val}/{n01440764,n02102040}/{1..2}.JPEG",),
         {"tench": 4, "English springer": 4}, TV, "split folders",
         {"synset_words.txt": "n01440764 tench, Tinca tinca\nn02102040 English springer\n"}),
    LabelCase("ImageNet CLS-LOC (Kaggle)",
         ("ILSVRC/Data/CLS-LOC/train/{n01440764,n02102040}/n_{1..2}.JPEG",
          "ILSVRC/Data/CLS-LOC/val/ILSVRC2012_val_{1..4}.JPEG",
          "ILSVRC/Data/CLS-LOC/test/ILSVRC2012_test_{1..2}.JPEG"),
         {"tench": 4, "English springer": 4}, {"training": 4, "validation": 4}, "ImageNet CLS-LOC",
         {"LOC_synset_mapping.txt": "n01440764 tench, Tinca tinca\nn02102040 English springer\n",
          "LOC_val_solution.csv": rows("ImageId,PredictionString",
              "ILSVRC2012_val_1,n01440764 1 2 3 4", "ILSVRC2012_val_2,n01440764 1 2 3 4",
              "ILSVRC2012_val_3,n02102040 1 2 3 4", "ILSVRC2012_val_4,n02102040 5 5 9 9 n02102040 1 1 2 2")}),
    LabelCase("tiny-imagenet-200",
         ("tiny-imagenet-200/train/{n01443537,n01629819}/images/{n01443537,n01629819}_{0..1}.JPEG",
          "tiny-imagenet-200/val/images/val_{0..3}.JPEG"),
         {"n01443537": 4, "n01629819": 4}, TV, "list files",
         {"tiny-imagenet-200/val/val_annotations.txt": "".join(
             f"val_{n}.JPEG\t{'n01443537' if n < 2 else 'n01629819'}\t0\t32\t44\t62\n" for n in range(4)),
          "tiny-imagenet-200/wnids.txt": "n01443537\nn01629819\n"}),
    LabelCase("MVTec AD, one object",
         ("bottle/{train,test}/good/{000..003}.png", "bottle/test/{broken_large,contamination}/{000..001}.png",
          "bottle/ground_truth/{broken_large,contamination}/{000..001}_mask.png"),
         {"good": 8, "broken_large": 2, "contamination": 2}, {"training": 4, "test": 8}, "split folders"),
    LabelCase("DTD by folders", ("dtd/images/{banded,blotchy}/{banded,blotchy}_{0001..0003}.jpg",),
         {"banded": 3, "blotchy": 3}, {}, "class folders"),
    LabelCase("SVHN as folders", ("{train,test}/{0,1,2}/{1..2}.png",),
         {"0": 4, "1": 4, "2": 4}, {"training": 6, "test": 6}, "split folders"),
    LabelCase("MNIST as JPG", ("trainingSet/trainingSet/{0,1}/img_{1..2}.jpg", "testSet/testSet/img_{1..3}.jpg"),
         {"0": 2, "1": 2}, {"training": 4}, "split folders"),
    LabelCase("RealWaste in a folder around", ("realwaste-main/RealWaste/{Glass,Metal}/{1..4}.jpg",),
         {"Glass": 4, "Metal": 4}, {}, "class folders"),
    LabelCase("Food images inside images", ("data/images/{pizza,sushi}/{1..4}.jpg",),
         {"pizza": 4, "sushi": 4}, {}, "class folders"),
    LabelCase("Rice leaf, validation as a word", ("rice/{Train,Validation}/{Blast,Healthy}/{1..2}.jpg",),
         {"Blast": 4, "Healthy": 4}, TV, "split folders"),
    LabelCase("Vehicles, holdout", ("{trn,holdout}/{bus,car}/{1..2}.png",), {"bus": 4, "car": 4}, TT,
         "split folders"),
    LabelCase("Evaluation folder", ("training/{bread,soup}/{1..2}.jpg", "evaluation/{bread,soup}/{1..2}.jpg"),
         {"bread": 4, "soup": 4}, TV, "split folders"),
    LabelCase("Folders with dots and blanks", ("My Train Data/{a b,c.d}/{1..2}.jpg", "My Test Data/{a b,c.d}/{1..2}.jpg"),
         {"a b": 4, "c.d": 4}, TT, "split folders"),
    LabelCase("latest is no split", ("latest/{1..4}.jpg", "vintage/{1..4}.jpg"), {"latest": 4, "vintage": 4},
         {}, "class folders"),
    LabelCase("One class per split folder inside", ("{cat,dog}/{train,val}/{1..2}.jpg",), {"cat": 4, "dog": 4},
         TV, "class folders with splits"),
    LabelCase("Class, then Train and Test", ("fruits/{Apple,Kiwi}/{Train,Test}/{1..2}.png",),
         {"Apple": 4, "Kiwi": 4}, TT, "class folders with splits"),
    LabelCase("Folds", ("fold{1..3}/{benign,malignant}/{1..2}.png",), {"benign": 6, "malignant": 6},
         {"fold1": 4, "fold2": 4, "fold3": 4}, "folds with class folders"),
    LabelCase("Folds, written fold_0", ("cv/fold_{0..1}/{benign,malignant}/{1..2}.png",),
         {"benign": 4, "malignant": 4}, {"fold_0": 4, "fold_1": 4}, "folds with class folders"),
    LabelCase("Species inside of genus", ("{Quercus/robur,Quercus/suber,Acer/platanoides,Acer/rubrum}/{1..3}.jpg",),
         {"robur": 3, "suber": 3, "platanoides": 3, "rubrum": 3}, {}, "nested class folders", sure=False),
    LabelCase("Patients inside of classes", ("{benign,malignant}/patient_{01..03}/{1..2}.png",),
         {"benign": 6, "malignant": 6}, {}, "class folders", sure=False),
    LabelCase("Patients of each class", ("benign/P{01..03}/{1..2}.png", "malignant/P{04..06}/{1..2}.png"),
         {"benign": 6, "malignant": 6}, {}, "class folders", sure=False),
    LabelCase("Hospitals", ("{Mercy,StLuke}/{healthy,sick}/{1..2}.png",), {"healthy": 4, "sick": 4}, {},
         "sources with class folders", sure=False),
    LabelCase("A class named test", ("test/{1..3}.jpg", "toast/{4..6}.jpg"), {"test": 3, "toast": 3}, {},
         "class folders", sure=False),
    LabelCase("Notebooks leave copies", ("train/{a,b}/{1..2}.jpg", "val/{a,b}/{1..2}.jpg",
          "train/.ipynb_checkpoints/{1..2}-checkpoint.jpg"), {"a": 4, "b": 4}, TV, "split folders"),
    LabelCase("YOLO classification", ("dataset/{train,val,test}/{cat,dog}/{1..2}.jpg",),
         {"cat": 6, "dog": 6}, {"training": 4, "validation": 4, "test": 4}, "split folders"),
)  # fmt: skip

NAMES = (
    LabelCase("Dogs vs Cats (Kaggle)", ("train/{cat,dog}.{0..3}.jpg", "test1/{1..4}.jpg"),
         {"cat": 4, "dog": 4}, {"training": 8}, "classes in file names"),
    LabelCase("Oxford Pets, images only", ("images/{Abyssinian,american_bulldog}_{1..4}.jpg",),
         {"Abyssinian": 4, "american_bulldog": 4}, {}, "classes in file names"),
    LabelCase("Weather in one folder", ("dataset2/{cloudy,rain,shine}{1..4}.jpg",),
         {"cloudy": 4, "rain": 4, "shine": 4}, {}, "classes in file names"),
)  # fmt: skip

ANIMALS = "cat cat dog dog frog frog"
THREE = {"cat": 2, "dog": 2, "frog": 2}
TABLES = (
    LabelCase("Cassava Leaf Disease", ("train_images/{1..6}.jpg", "test_images/{7..8}.jpg"),
         {"Bacterial Blight": 2, "Healthy": 4}, {"training": 6}, "label table",
         {"train.csv": rows("image_id,label", *numbered("{n}.jpg,{c}", "0 0 4 4 4 4", start=1)),
          "sample_submission.csv": rows("image_id,label", "7.jpg,4", "8.jpg,4"),
          "label_num_to_disease_map.json": '{"0": "Bacterial Blight", "4": "Healthy"}'}),
    LabelCase("Dog Breed Identification", ("train/{a1,b2,c3,d4}.jpg", "test/{e5,f6}.jpg"),
         {"beagle": 2, "pug": 2}, {"training": 4}, "label table",
         {"labels.csv": rows("id,breed", "a1,beagle", "b2,pug", "c3,beagle", "d4,pug"),
          "sample_submission.csv": rows("id,beagle,pug", "e5,.5,.5", "f6,.5,.5")}),
    LabelCase("HAM10000", ("HAM10000_images_part_1/ISIC_{0..2}.jpg", "HAM10000_images_part_2/ISIC_{3..5}.jpg"),
         {"nv": 3, "mel": 3}, {}, "label table",
         {"HAM10000_metadata.csv": rows("lesion_id,image_id,dx,dx_type,age,sex,localization",
             *numbered("HAM_{n},ISIC_{n},{c},histo,5{n}.0,male,back", "nv nv mel mel nv mel"))}),
    LabelCase("ISIC 2018, task 3",
         ("ISIC2018_Task3_Training_Input/ISIC_{1..4}.jpg", "ISIC2018_Task3_Validation_Input/ISIC_{5..8}.jpg"),
         {"MEL": 4, "NV": 4}, TV, "one-hot label table",
         {"ISIC2018_Task3_Training_GroundTruth/ISIC2018_Task3_Training_GroundTruth.csv":
              rows("image,MEL,NV,BCC", *(f"ISIC_{n},{n % 2}.0,{1 - n % 2}.0,0.0" for n in range(1, 5))),
          "ISIC2018_Task3_Validation_GroundTruth/ISIC2018_Task3_Validation_GroundTruth.csv":
              rows("image,MEL,NV,BCC", *(f"ISIC_{n},{n % 2}.0,{1 - n % 2}.0,0.0" for n in range(5, 9)))}),
    LabelCase("ISIC 2019", ("ISIC_2019_Training_Input/ISIC_{1..6}.jpg",), {"MEL": 2, "NV": 4}, {},
         "one-hot label table",
         {"ISIC_2019_Training_GroundTruth.csv": rows("image,MEL,NV,BCC,UNK",
             *(f"ISIC_{n},{float(n < 3)},{float(n > 2)},0.0,0.0" for n in range(1, 7)))}),
    LabelCase("GTSRB", ("Train/{0,1}/{0,1}_{0001..0002}.png", "Test/{00001..00004}.png", "Meta/{0,1}.png"),
         {"0": 4, "1": 4}, TT, "label table",
         {"Train.csv": rows("Width,Height,Roi.X1,ClassId,Path",
             *(f"29,30,5,{c},Train/{c}/{c}_000{n}.png" for c in (0, 1) for n in (1, 2))),
          "Test.csv": rows("Width,Height,Roi.X1,ClassId,Path",
             *(f"29,30,5,{n % 2},Test/0000{n}.png" for n in range(1, 5))),
          "Meta.csv": rows("Path,ClassId,ShapeId,ColorId,SignId", "Meta/0.png,0,1,0,3.29", "Meta/1.png,1,1,0,3.30")}),
    LabelCase("CelebA", ("img_align_celeba/img_align_celeba/{000001..000008}.jpg",),
         {"Smiling": 4, "not Smiling": 4}, {"training": 4, "validation": 2, "test": 2}, "label table",
         {"list_attr_celeba.csv": rows("image_id,Smiling,Young,Male",
              *(f"00000{n}.jpg,{1 if n % 2 else -1},{1 if n < 4 else -1},1" for n in range(1, 9))),
          "list_eval_partition.csv": rows("image_id,partition",
              *(f"00000{n}.jpg,{0 if n < 5 else 1 if n < 7 else 2}" for n in range(1, 9)))}, sure=False),
    LabelCase("UTF-16 from a spreadsheet", ("images/{0..5}.jpg",), THREE, {}, "label table",
         {"labels.csv": encoded(rows("file\tlabel", *numbered("{n}.jpg\t{c}", ANIMALS)), "utf-16")}),
    LabelCase("Byte order mark and semicolons", ("images/{0..5}.jpg",), THREE, {}, "label table",
         {"labels.csv": encoded(rows("filename;class", *numbered("{n}.jpg;{c}", ANIMALS)), "utf-8-sig")}),
    LabelCase("No header", ("images/{0..5}.jpg",), THREE, {}, "label table",
         {"labels.csv": "\n".join(numbered("images/{n}.jpg,{c}", ANIMALS))}),
    LabelCase("Absolute paths of another machine", ("pics/{0..5}.jpg",), THREE, {}, "label table",
         {"annotations.csv": rows("path,label", *numbered("C:\\\\data\\\\mine\\\\pics\\\\{n}.jpg,{c}", ANIMALS))}),
    LabelCase("Detection table, several rows per image", ("images/{0..3}.jpg",), {"bee": 2, "wasp": 2}, {},
         "label table",
         {"train_labels.csv": rows("filename,width,height,class,xmin,ymin,xmax,ymax",
             *(f"{n}.jpg,640,480,{'bee' if n < 2 else 'wasp'},{x},2,30,40" for n in range(4) for x in (1, 5)),
             "0.jpg,640,480,wasp,1,1,3,3")}),
    LabelCase("A table with a train/val column", ("photos/{0..7}.jpg",), {"oak": 4, "elm": 4}, TV, "label table",
         {"trees.csv": rows("photo,species,set",
             *(f"{n}.jpg,{'oak' if n % 2 else 'elm'},{'train' if n < 4 else 'val'}" for n in range(8)))}),
    LabelCase("A table with folds", ("images/{0..7}.jpg",), {"oak": 4, "elm": 4}, {"fold 0": 4, "fold 1": 4},
         "label table",
         {"folds.csv": rows("image_id,label,fold", *(f"{n},{'oak' if n % 2 else 'elm'},{n // 4}" for n in range(8)))}),
    LabelCase("A table per split", ("images/{0..7}.jpg",), {"oak": 4, "elm": 4}, TV, "label table",
         {"train.csv": rows("file,label", *(f"{n}.jpg,{'oak' if n % 2 else 'elm'}" for n in range(4))),
          "valid.csv": rows("file,label", *(f"{n}.jpg,{'oak' if n % 2 else 'elm'}" for n in range(4, 8)))}),
    LabelCase("Open Images style", ("train/{a0,a1,a2,a3}.jpg",), {"Cat": 2, "Dog": 2}, {}, "label table",
         {"train-annotations-human-imagelabels.csv": rows("ImageID,Source,LabelName,Confidence",
             "a0,verification,Cat,1", "a1,verification,Cat,1", "a2,verification,Dog,1", "a3,verification,Dog,1")}),
    LabelCase("Fashion products (styles.csv)", ("images/{1001..1006}.jpg",), {"Shirts": 3, "Jeans": 3}, {},
         "label table",
         {"styles.csv": rows("id,gender,articleType,season,year",
             *(f"{n},{'Men' if n % 2 else 'Women'},{'Shirts' if n < 1004 else 'Jeans'},Fall,2011" for n in range(1001, 1007)))}),
    LabelCase("Patients in a table", ("scans/{0..5}.png",), {"yes": 3, "no": 3}, {}, "label table",
         {"meta.csv": rows("file,patient_id,diagnosis", *(f"{n}.png,p{n // 2},{'yes' if n % 2 else 'no'}" for n in range(6)))}),
    LabelCase("Roboflow, multi-class", ("{train,valid}/{0..3}_png.rf.ab{0..3}.jpg",),
         {"cat": 4, "dog": 4}, TV, "one-hot label table",
         {f"{s}/_classes.csv": rows("filename, cat, dog",
             *(f"{n}_png.rf.ab{n}.jpg, {n % 2}, {1 - n % 2}" for n in range(4))) for s in ("train", "valid")}),
)  # fmt: skip

FILES = (
    LabelCase("Hugging Face imagefolder", ("{train,test}/{0001..0004}.jpg",), {"cat": 4, "dog": 4}, TT,
         "Hugging Face imagefolder",
         {f"{s}/metadata.csv": rows("file_name,label", *(f"000{n}.jpg,{'cat' if n < 3 else 'dog'}" for n in range(1, 5)))
          for s in ("train", "test")}),
    LabelCase("Hugging Face, one jsonl above", ("data/{train,validation}/{1..4}.png",), {"cat": 4, "dog": 4}, TV,
         "Hugging Face imagefolder",
         {"metadata.jsonl": "\n".join(json.dumps({"file_name": f"data/{s}/{n}.png", "label": "cat" if n < 3 else "dog"})
             for s in ("train", "validation") for n in range(1, 5))}),
    LabelCase("Hugging Face Parquet metadata", ("{train,test}/{1..4}.png",), {"cat": 4, "dog": 4}, TT,
         "Hugging Face imagefolder",
         {f"{s}/metadata.parquet": parquet({"file_name": [f"{n}.png" for n in range(1, 5)], "label": ["cat", "cat", "dog", "dog"]})
          for s in ("train", "test")}),
    LabelCase("COCO 2017", ("train2017/train{0000..0003}.jpg", "val2017/val{0004..0007}.jpg"),
         {"bear": 4, "zebra": 4}, TV, "COCO",
         {"annotations/instances_train2017.json": coco("train", "bear bear zebra zebra"),
          "annotations/instances_val2017.json": coco("val", "bear bear zebra zebra", start=4),
          "annotations/captions_val2017.json": '{"images": [], "annotations": [{"caption": "a bear"}]}'}),
    LabelCase("Roboflow COCO", ("{train,valid}/{train,valid}{0000..0003}.jpg".replace("{train,valid}{0", "s{0"),),
         {"bear": 4, "zebra": 4}, TV, "COCO",
         {f"{s}/_annotations.coco.json": coco("s", "bear bear zebra zebra") for s in ("train", "valid")}),
    LabelCase("YOLOv5", ("images/{train,val}/{1..4}.jpg",), {"person": 4, "car": 4}, TV, "YOLO",
         {"data.yaml": "train: images/train\nval: images/val\nnc: 2\nnames: ['person', 'car']\n",
          **{f"labels/{s}/{n}.txt": f"{n % 2} .5 .5 .1 .1\n{n % 2} .2 .2 .1 .1\n{1 - n % 2} .1 .1 .9 .9\n"
             for s in ("train", "val") for n in range(1, 5)}}),
    LabelCase("Roboflow YOLOv8", ("{train,valid}/images/{1..4}.jpg",), {"bolt": 4, "nut": 4}, TV, "YOLO",
         {"data.yaml": "train: ../train/images\nval: ../valid/images\nnc: 2\nnames: [bolt, nut]\n",
          **{f"{s}/labels/{n}.txt": f"{n % 2} .5 .5 .1 .1\n" for s in ("train", "valid") for n in range(1, 5)}}),
    LabelCase("Darknet, texts beside the images", ("obj_train_data/{1..4}.jpg",), {"bolt": 2, "nut": 2}, {}, "YOLO",
         {"obj.names": "bolt\nnut\n", **{f"obj_train_data/{n}.txt": f"{n % 2} .5 .5 .1 .1\n" for n in range(1, 5)}}),
    LabelCase("FiftyOne classification", ("data/{0001..0006}.jpg",), THREE, {}, "FiftyOne",
         {"labels.json": json.dumps({"classes": ["cat", "dog", "frog"],
             "labels": {f"000{n}": (n - 1) // 2 for n in range(1, 7)}})}),
    LabelCase("FiftyOne classification by split", ("{train,val}/data/{1..4}.jpg",), {"cat": 4, "dog": 4}, TV, "FiftyOne",
         {f"{s}/labels.json": json.dumps({"classes": ["cat", "dog"], "labels": {str(n): n % 2 for n in range(1, 5)}})
          for s in ("train", "val")}),
    LabelCase("FiftyOne dataset (samples.json)", ("data/{1..8}.png",), {"cat": 4, "dog": 4}, TV, "FiftyOne",
         {"samples.json": json.dumps({"samples": [{"filepath": f"data/{n}.png", "tags": ["train" if n < 5 else "validation"],
             "ground_truth": {"_cls": "Classification", "label": "cat" if n % 2 else "dog"}} for n in range(1, 9)]}),
          "metadata.json": "{}"}),
    LabelCase("Food-101", ("food-101/images/{apple_pie,sushi}/{1..4}.jpg",), {"apple_pie": 4, "sushi": 4}, TT, "list files",
         {f"food-101/meta/{s}.txt": "\n".join(f"{c}/{n}" for c in ("apple_pie", "sushi") for n in ns)
          for s, ns in (("train", (1, 2)), ("test", (3, 4)))}
         | {"food-101/meta/classes.txt": "apple_pie\nsushi\n", "food-101/meta/labels.txt": "Apple pie\nSushi\n",
            "food-101/meta/train.json": json.dumps({"apple_pie": ["apple_pie/1", "apple_pie/2"], "sushi": ["sushi/1", "sushi/2"]})}),
    LabelCase("DTD with its lists", ("dtd/images/{banded,blotchy}/{banded,blotchy}_{0001..0004}.jpg",),
         {"banded": 4, "blotchy": 4}, {"training": 4, "validation": 2, "test": 2}, "list files",
         {f"dtd/labels/{s}{k}.txt": "\n".join(f"{c}/{c}_000{n}.jpg" for c in ("banded", "blotchy") for n in ns)
          for k in (1, 2) for s, ns in (("train", (1, 2)), ("val", (3,)), ("test", (4,)))}),
    LabelCase("Oxford Pets with its lists", ("images/{Abyssinian,beagle}_{1..4}.jpg",), {"Abyssinian": 4, "beagle": 4}, TT,
         "list files",
         {"annotations/trainval.txt": "\n".join(f"{c}_{n} {k} 1 1" for k, c in ((1, "Abyssinian"), (2, "beagle")) for n in (1, 2)),
          "annotations/test.txt": "\n".join(f"{c}_{n} {k} 1 1" for k, c in ((1, "Abyssinian"), (2, "beagle")) for n in (3, 4)),
          "annotations/list.txt": "#Image CLASS-ID SPECIES BREED ID\n" + "\n".join(
              f"{c}_{n} {k} 1 1" for k, c in ((1, "Abyssinian"), (2, "beagle")) for n in (1, 2, 3, 4))}),
    LabelCase("CUB-200-2011", ("CUB_200_2011/images/{001.Albatross,002.Auklet}/Bird_{1..4}_{001.Albatross,002.Auklet}.jpg",),
         {"001.Albatross": 4, "002.Auklet": 4}, TT, "numbered lists",
         {"CUB_200_2011/images.txt": "\n".join(
              f"{4 * k + n} {c}/Bird_{n}_{c}.jpg" for k, c in enumerate(("001.Albatross", "002.Auklet")) for n in range(1, 5)),
          "CUB_200_2011/image_class_labels.txt": "\n".join(f"{n} {1 if n < 5 else 2}" for n in range(1, 9)),
          "CUB_200_2011/classes.txt": "1 001.Albatross\n2 002.Auklet\n",
          "CUB_200_2011/train_test_split.txt": "\n".join(f"{n} {n % 2}" for n in range(1, 9))}),
    LabelCase("List with a class index and names", ("images/{0..7}.jpg",), {"rose": 4, "tulip": 4}, TV, "list files",
         {"train_list.txt": "\n".join(f"images/{n}.jpg {n % 2}" for n in range(4)),
          "val_list.txt": "\n".join(f"images/{n}.jpg {n % 2}" for n in range(4, 8)), "classes.txt": "rose\ntulip\n"}),
    LabelCase("List with a class name", ("pool/{0..7}.png",), {"rose": 4, "tulip": 4}, TT, "list files",
         {"splits/train.txt": "\n".join(f"pool/{n}.png {'rose' if n % 2 else 'tulip'}" for n in range(4)),
          "splits/test.txt": "\n".join(f"pool/{n}.png {'rose' if n % 2 else 'tulip'}" for n in range(4, 8))}),
    LabelCase("Caltech Birds style json lists", ("images/{a,b}/{1..4}.jpg",), {"a": 4, "b": 4}, TV, "list files",
         {"train.json": json.dumps({"a": ["a/1.jpg", "a/2.jpg"], "b": ["b/1.jpg", "b/2.jpg"]}),
          "val.json": json.dumps({"a": ["a/3.jpg", "a/4.jpg"], "b": ["b/3.jpg", "b/4.jpg"]})}),
)  # fmt: skip

CASES = (*FOLDERS, *NAMES, *TABLES, *FILES, *MORE)
